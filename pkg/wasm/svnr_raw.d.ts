/* tslint:disable */
/* eslint-disable */

/**
 * A JPEG and how it is to be turned.
 */
export class EmbeddedPreview {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The file.
     */
    get jpeg(): Uint8Array;
    /**
     * The file.
     */
    set jpeg(value: Uint8Array | number[]);
    /**
     * EXIF's Orientation, 1 to 8.
     */
    orientation: number;
}

/**
 * How a mosaic is developed; see [`Development`].
 */
export class Look {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * All in EV.
     *
     * # Errors
     * `bad-option` for numbers outside their ranges.
     */
    constructor(exposure: number, warmth: number, tint: number);
}

/**
 * Planes on their way back.
 */
export class PlaneReader {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Reads the next plane.
     */
    add(plane: Float32Array | number[]): void;
    /**
     * The result that they make of a photo.
     *
     * # Errors
     * `unsupported-image` if they are not those of the photo, or hold a value that is not finite.
     */
    finish(photo: Raw): RawResult;
    /**
     * For so many planes, or those of their pixels that begin at x and y.
     */
    constructor(x: number, y: number, width: number, height: number, count: number);
}

/**
 * A RAW file that was read.
 */
export class Raw {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The same of 16 bits.
     *
     * # Errors
     * As [`Raw::develop_8`].
     */
    develop16(x: number, y: number, width: number, height: number, look: Look): Uint16Array;
    /**
     * A part of the picture, developed, as RGBA of 8 bits.
     *
     * # Errors
     * `bad-option` for a part that does not lie in the picture.
     */
    develop8(x: number, y: number, width: number, height: number, look: Look): Uint8ClampedArray;
    /**
     * The EXIF block for a developed picture.
     */
    exif(): Uint8Array | undefined;
    /**
     * The whole picture in a size, at most half of its own, as RGBA of 8 bits.
     *
     * # Errors
     * None for a look that there is.
     */
    glance(width: number, height: number, look: Look): Uint8ClampedArray;
    /**
     * What a neutral colour has in red, green and blue of the sensor.
     */
    neutral(): Float32Array;
    /**
     * The noise of the planes as JSON: `{ read, shot, planes, curve, source, told, doubt, points }`, with `planes` of
     * a mosaic alone, and with a `curve` where a line does not say it. `source` is `profile`, `measured`, or
     * `not-profile` if the file's NoiseProfile, which is `told`, is wrong.
     */
    noise(): string;
    /**
     * What the user should know about the file, in words about "it".
     */
    notes(): string[];
    /**
     * Values over all planes, which may be reduced, as values over the picture in a size.
     *
     * # Errors
     * `bad-option` for values of another length than their size.
     */
    overPicture(values: Float32Array | number[], columns: number, rows: number, width: number, height: number): Float32Array;
    /**
     * A map over the picture, of any size, as one over planes.
     *
     * # Errors
     * `bad-option` for a map of another length than its size, or planes that are not there.
     */
    overPlanes(map: Float32Array | number[], map_width: number, map_height: number, x: number, y: number, width: number, height: number): Float32Array;
    /**
     * A run's preview, red, green and blue over all planes, as RGBA of the picture in a size.
     *
     * # Errors
     * `bad-option` for values of another length than their size.
     */
    paint(light: Float32Array | number[], columns: number, rows: number, width: number, height: number, look: Look): Uint8ClampedArray;
    /**
     * Width and height of the planes.
     */
    planeSize(): Uint32Array;
    /**
     * Where the planes lie that a part of the picture depends on: x, y, width, height.
     *
     * # Errors
     * `bad-option` for a part that does not lie in the picture.
     */
    planesAround(x: number, y: number, width: number, height: number): Uint32Array;
    /**
     * Some of the planes' pixels.
     *
     * # Errors
     * `bad-option` if they do not lie in the planes.
     */
    planesOf(x: number, y: number, width: number, height: number): RawPlanes;
    /**
     * All planes.
     */
    planes(): RawPlanes;
    /**
     * All planes reduced to at most `most` pixels: each is the mean of as many as lie in its place.
     */
    reduced(most: number): RawPlanes;
    /**
     * The camera's maker and model, as people say them.
     */
    readonly camera: string;
    /**
     * The kind of file: `DNG`, `CR3`, ...
     */
    readonly format: string;
    /**
     * Pixels of the picture down.
     */
    readonly height: number;
    /**
     * The sensitivity, if the file says it.
     */
    readonly iso: number | undefined;
    /**
     * What it is denoised as: a `mosaic`, or `linear` light with all colours at every photosite.
     */
    readonly kind: string;
    /**
     * The maker, as the file has it.
     */
    readonly make: string;
    /**
     * The model, as the file has it.
     */
    readonly model: string;
    /**
     * Pixels of the picture across.
     */
    readonly width: number;
}

/**
 * The bytes of a file that may be a RAW file.
 */
export class RawFile {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Reads it. With more photosites than `limit` it is refused.
     *
     * # Errors
     * `unsupported-format`, `unsupported-image`, `too-large`.
     */
    decode(limit: number): Raw;
    /**
     * Of these bytes.
     */
    constructor(bytes: Uint8Array | number[]);
    /**
     * Width and height of its picture, as far as it tells them before it is decoded.
     */
    pictureSize(): Uint32Array | undefined;
    /**
     * The JPEG that it holds for a quick look.
     */
    preview(): EmbeddedPreview | undefined;
    /**
     * Whether it is a RAW file, by its contents.
     */
    readonly isRaw: boolean;
}

/**
 * Planes on their way to the network.
 */
export class RawPlanes {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * A plane, copied out of wasm's memory: red, green in red's rows, green in blue's rows and blue of a mosaic, else
     * red, green and blue.
     */
    plane(number: number): Float32Array;
    /**
     * Pixels down.
     */
    readonly height: number;
    /**
     * Pixels across.
     */
    readonly width: number;
}

/**
 * What was made of a photo, or of a part of it.
 */
export class RawResult {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * As [`Raw::develop_16`].
     *
     * # Errors
     * As [`RawResult::develop_8`].
     */
    develop16(photo: Raw, x: number, y: number, width: number, height: number, look: Look): Uint16Array;
    /**
     * As [`Raw::develop_8`].
     *
     * # Errors
     * `bad-option` for a part that it does not hold.
     */
    develop8(photo: Raw, x: number, y: number, width: number, height: number, look: Look): Uint8ClampedArray;
    /**
     * The DNG. `noise` are read and shot noise of a mosaic's four planes, or of red and twice of green and of blue in
     * the planes, as they were removed.
     *
     * # Errors
     * `bad-option` for the result of a part, or another number of numbers; `too-large`.
     */
    dng(photo: Raw, noise: Float32Array | number[]): Uint8Array;
    /**
     * What a DNG holds that was made of this photo.
     *
     * # Errors
     * As [`RawFile::decode`]; `bad-option` if it is not of this photo.
     */
    static fromDng(dng: Uint8Array | number[], photo: Raw): RawResult;
    /**
     * As [`Raw::glance`].
     *
     * # Errors
     * `bad-option` for the result of a part.
     */
    glance(photo: Raw, width: number, height: number, look: Look): Uint8ClampedArray;
}

/**
 * Calls `callback` with the message of any panic.
 *
 * A panic ends wasm without unwinding, so a promise that waits for the panicked code never settles, and the panic
 * would go unnoticed. A WebGPU error on a working device is a panic too.
 */
export function onPanic(callback: Function): void;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wasm_call_ctors: () => void;
    readonly __wbg_embeddedpreview_free: (a: number, b: number) => void;
    readonly __wbg_get_embeddedpreview_jpeg: (a: number) => [number, number];
    readonly __wbg_get_embeddedpreview_orientation: (a: number) => number;
    readonly __wbg_look_free: (a: number, b: number) => void;
    readonly __wbg_planereader_free: (a: number, b: number) => void;
    readonly __wbg_raw_free: (a: number, b: number) => void;
    readonly __wbg_rawfile_free: (a: number, b: number) => void;
    readonly __wbg_rawplanes_free: (a: number, b: number) => void;
    readonly __wbg_rawresult_free: (a: number, b: number) => void;
    readonly __wbg_set_embeddedpreview_jpeg: (a: number, b: number, c: number) => void;
    readonly __wbg_set_embeddedpreview_orientation: (a: number, b: number) => void;
    readonly look_new: (a: number, b: number, c: number) => [number, number, number];
    readonly onPanic: (a: any) => void;
    readonly planereader_add: (a: number, b: number, c: number) => void;
    readonly planereader_finish: (a: number, b: number) => [number, number, number];
    readonly planereader_new: (a: number, b: number, c: number, d: number, e: number) => number;
    readonly raw_camera: (a: number) => [number, number];
    readonly raw_develop16: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number, number, number];
    readonly raw_develop8: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number, number, number];
    readonly raw_exif: (a: number) => [number, number];
    readonly raw_format: (a: number) => [number, number];
    readonly raw_glance: (a: number, b: number, c: number, d: number) => [number, number, number, number];
    readonly raw_height: (a: number) => number;
    readonly raw_iso: (a: number) => number;
    readonly raw_kind: (a: number) => [number, number];
    readonly raw_make: (a: number) => [number, number];
    readonly raw_model: (a: number) => [number, number];
    readonly raw_neutral: (a: number) => [number, number];
    readonly raw_noise: (a: number) => [number, number];
    readonly raw_notes: (a: number) => [number, number];
    readonly raw_overPicture: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number, number, number];
    readonly raw_overPlanes: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number) => [number, number, number, number];
    readonly raw_paint: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => [number, number, number, number];
    readonly raw_planeSize: (a: number) => [number, number];
    readonly raw_planes: (a: number) => number;
    readonly raw_planesAround: (a: number, b: number, c: number, d: number, e: number) => [number, number, number, number];
    readonly raw_planesOf: (a: number, b: number, c: number, d: number, e: number) => [number, number, number];
    readonly raw_reduced: (a: number, b: number) => number;
    readonly raw_width: (a: number) => number;
    readonly rawfile_decode: (a: number, b: number) => [number, number, number];
    readonly rawfile_isRaw: (a: number) => number;
    readonly rawfile_new: (a: number, b: number) => number;
    readonly rawfile_pictureSize: (a: number) => [number, number];
    readonly rawfile_preview: (a: number) => number;
    readonly rawplanes_height: (a: number) => number;
    readonly rawplanes_plane: (a: number, b: number) => any;
    readonly rawplanes_width: (a: number) => number;
    readonly rawresult_develop16: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number, number, number];
    readonly rawresult_develop8: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number, number, number];
    readonly rawresult_dng: (a: number, b: number, c: number, d: number) => [number, number, number, number];
    readonly rawresult_fromDng: (a: number, b: number, c: number) => [number, number, number];
    readonly rawresult_glance: (a: number, b: number, c: number, d: number, e: number) => [number, number, number, number];
    readonly __wbindgen_exn_store: (a: number) => void;
    readonly __externref_table_alloc: () => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __externref_drop_slice: (a: number, b: number) => void;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;

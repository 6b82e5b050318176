/* tslint:disable */
/* eslint-disable */

/**
 * A file's pixels and what belongs to them.
 */
export class DecodedFile {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The EXIF block.
     */
    exif(): Uint8Array | undefined;
    /**
     * The pixels as floats.
     */
    intoF32(): Float32Array;
    /**
     * The pixels of 16 bits.
     */
    intoU16(): Uint16Array;
    /**
     * The pixels of 8 bits.
     */
    intoU8(): Uint8ClampedArray;
    /**
     * The ICC profile.
     */
    profile(): Uint8Array | undefined;
    /**
     * The XMP packet.
     */
    xmp(): Uint8Array | undefined;
    /**
     * Bits of a sample: 8, 16 or 32, which are floats.
     */
    readonly depth: number;
    readonly bits: number;
    density(): Float64Array | undefined;
    iptc(): Uint8Array | undefined;
    notes(): string[];
    /**
     * Pixels down.
     */
    readonly height: number;
    /**
     * Whether the file holds more pictures than this.
     */
    readonly isFirstOfSeveral: boolean;
    /**
     * Pixels across.
     */
    readonly width: number;
}

/**
 * A network on a device.
 */
export class Engine {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Gives back its memory, the GPU's too, of which burn would else keep some for what may come.
     */
    dispose(): void;
    /**
     * What a run would take away.
     *
     * # Errors
     * As [`Engine::start`].
     */
    cutAround(start: number, end: number, size: number): Uint32Array;
    overview(picture: Picture, noise: Noise, settings: Settings): Overview;
    maps(picture: Picture, noise: Noise, settings: Settings): Maps;
    /**
     * The network of a weight file on the CPU.
     *
     * # Errors
     * `bad-weights`.
     */
    static onCpu(weights: Uint8Array | number[]): Engine;
    /**
     * The network of a weight file on the GPU that [`open_gpu`] opened.
     *
     * # Errors
     * `bad-weights`, or `no-webgpu` when none is open.
     */
    static onGpu(weights: Uint8Array | number[]): Engine;
    /**
     * Begins a run.
     *
     * # Errors
     * `bad-option` or `too-large`.
     */
    start(picture: Picture, noise: Noise, settings: Settings): Task;
    /**
     * Denoises a few pixels, so that the shaders are compiled before a photo waits for them, and a GPU that computes
     * nonsense is found out.
     *
     * # Errors
     * `device-lost`.
     */
    warmUp(): Promise<void>;
}

/**
 * [`Metadata`] in JavaScript's words.
 */
export class FileMetadata {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Any of the three may be missing.
     */
    constructor(profile?: Uint8Array | number[] | null, exif?: Uint8Array | number[] | null, xmp?: Uint8Array | number[] | null, iptc?: Uint8Array | number[] | null, density?: Float64Array | number[] | null);
    /**
     * The bytes of a file that somebody else has encoded, with the metadata in it.
     *
     * # Errors
     * `bad-option`, for a format by another name than its MIME type's second half.
     */
    putInto(file: Uint8Array | number[], format: string): Uint8Array;
}

/**
 * Pixels on their way into a file.
 */
export class FilePixels {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The bytes of a file. `depth` is 8, 16 or 32; `quality`, from 1 to 100, matters to JPEG alone, which has no
     * transparency either: it gets white there.
     *
     * # Errors
     * `bad-option`: a format that is not known.
     */
    encode(format: string, depth: number, quality: number, metadata: FileMetadata): Uint8Array;
    /**
     * Of linear light.
     *
     * # Errors
     * As [`FilePixels::from_u8`].
     */
    static fromF32(width: number, height: number, data: Float32Array | number[]): FilePixels;
    /**
     * Of 16-bit sRGB.
     *
     * # Errors
     * As [`FilePixels::from_u8`].
     */
    static fromU16(width: number, height: number, data: Uint16Array | number[]): FilePixels;
    /**
     * Of 8-bit sRGB.
     *
     * # Errors
     * `unsupported-image`, here and below: a length that is not that of RGBA.
     */
    static fromU8(width: number, height: number, data: Uint8Array | number[]): FilePixels;
}

/**
 * What a run would take away, pixel by pixel, row after row, a plane for each colour.
 */
export class Maps {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Std of the noise in linear light.
     */
    get std(): Float32Array;
    /**
     * Std of the noise in linear light.
     */
    set std(value: Float32Array | number[]);
    /**
     * The time where the pixel starts, from 0, noiseless, to 1.
     */
    get time(): Float32Array;
    /**
     * The time where the pixel starts, from 0, noiseless, to 1.
     */
    set time(value: Float32Array | number[]);
}

/**
 * [`noise::Noise`] in JavaScript's words, checked when a run starts.
 */
export class Noise {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * From JSON; see [`noise_from_json`].
     *
     * # Errors
     * `bad-option`.
     */
    static fromJson(text: string): Noise;
    /**
     * From the std of every pixel, row after row.
     */
    static map(std: Float32Array | number[]): Noise;
    /**
     * From the std at black and the variance per unit of signal.
     */
    static model(read: number, shot: number): Noise;
}

export class Overview {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /** The factor on the noise of a grey picture. */
    get common(): number | undefined;
    set common(value: number | null | undefined);
    latest: number;
    white: number;
}

/**
 * An image on the wasm side, which runs share.
 *
 * JavaScript's side is interleaved with 3 or 4 samples a pixel; what is beyond the third, alpha, is neither read nor
 * written. 8 and 16 bits are sRGB codes, floats sRGB-encoded or linear. It comes and goes in pieces: whole, it would take
 * up to 16 bytes a pixel of wasm's memory beside the image.
 */
export class Picture {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Writes floats, as [`Picture::write_u8`] does, not clipped: linear light, or sRGB-encoded.
     */
    writeF32(first: number, data: Float32Array, stride: number, linear: boolean): void;
    /**
     * Writes 16-bit sRGB, as [`Picture::write_u8`] does.
     */
    writeU16(first: number, data: Uint16Array, stride: number): void;
    /**
     * Writes 8-bit sRGB over the colours in `data`, which has `stride` samples for each pixel from the `first` on.
     */
    writeU8(first: number, data: Uint8Array, stride: number): void;
}

/**
 * A [`Picture`] on its way in, black where nothing is read yet.
 */
export class PictureReader {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The picture.
     *
     * # Errors
     * `unsupported-image`: it has no pixels, or a value that is not finite.
     */
    finish(): Picture;
    /**
     * Of so many pixels across and down.
     */
    constructor(width: number, height: number);
    /**
     * Reads floats, as [`PictureReader::read_u8`] does, not clipped: linear light, or sRGB-encoded.
     */
    readF32(first: number, data: Float32Array | number[], stride: number, linear: boolean): void;
    /**
     * Reads 16-bit sRGB, as [`PictureReader::read_u8`] does.
     */
    readU16(first: number, data: Uint16Array | number[], stride: number): void;
    /**
     * Reads 8-bit sRGB: `stride` samples for each pixel from the `first` on.
     */
    readU8(first: number, data: Uint8Array | number[], stride: number): void;
}

/**
 * A small picture to show.
 */
export class Preview {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * RGBA, opaque.
     */
    data: Uint8ClampedArray;
    /**
     * Pixels down.
     */
    height: number;
    /**
     * Pixels across.
     */
    width: number;
}

/**
 * Where a run is; see [`crate::denoiser::Progress`].
 */
export class Progress {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The share of the work that is done.
     */
    fraction: number;
    /**
     * The step just worked on, from 1.
     */
    step: number;
    /**
     * The tile just finished, from 1.
     */
    tile: number;
}

/**
 * Pictures of one photo with different seeds; see [`denoiser::Samples`].
 */
export class Samples {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * One more, of the same size.
     */
    add(next: Picture): void;
    /**
     * Their mean.
     */
    intoMean(): Picture;
    /**
     * The first one.
     */
    constructor(first: Picture);
    /**
     * How far they differ at every pixel, row after row.
     */
    uncertainty(): Float32Array;
}

/**
 * [`Options`] in JavaScript's words; starts with the defaults.
 */
export class Settings {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The defaults.
     */
    constructor();
    /**
     * Multiplies it by a factor for each pixel, row after row.
     */
    setStrengthMap(factors: Float32Array | number[]): void;
    setPlace(row: number, column: number, white: number, common: number | null | undefined, latest: number): void;
    /**
     * Multiplies the noise's std everywhere by one factor.
     */
    setStrength(factor: number): void;
    /**
     * How much is taken of the noise in the colour.
     */
    chrominance: number;
    /**
     * How much is taken of the noise in the light.
     */
    luminance: number;
    /**
     * Which of several samples this is, from 0; none if it is the only one.
     */
    get sample(): number | undefined;
    /**
     * Which of several samples this is, from 0; none if it is the only one.
     */
    set sample(value: number | null | undefined);
    /**
     * A whole number, as JavaScript has it.
     */
    seed: number;
    /**
     * Steps of the reverse process.
     */
    steps: number;
    /**
     * Whether the steps draw noise.
     */
    stochastic: boolean;
    /**
     * Side of a tile in pixels.
     */
    tile: number;
}

/**
 * A run under way.
 */
export class Task {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Denoises the next tile; `undefined` once there is none.
     *
     * # Errors
     * `device-lost`.
     */
    advance(): Promise<Progress | undefined>;
    /**
     * Goes on with another engine, when this one's device is lost; see [`Run::continue_on`].
     *
     * # Errors
     * `bad-weights`: those of another network.
     */
    continueOn(engine: Engine): void;
    /**
     * The denoised picture, at the end.
     */
    finish(): Picture;
    /**
     * The picture so far as RGBA, every n-th pixel of every n-th row so that there are at most about `most`.
     */
    preview(most: number): Preview;
    /**
     * Steps in all.
     */
    readonly steps: number;
    /**
     * Tiles in a step.
     */
    readonly tiles: number;
}

/**
 * Decodes a file; `name` is for errors.
 *
 * # Errors
 * `unsupported-format`, `unsupported-image`, `too-large`.
 */
export function decodeFile(bytes: Uint8Array | number[], name: string, limit: number): DecodedFile;
export function displayP3Profile(): Uint8Array;
export function leftOut(format: string, metadata: FileMetadata): string[];
export function toSrgb(data: Uint8Array, profile: Uint8Array | number[]): void;

/**
 * The noise in a picture: `{ read, shot, points: [{ mean, std }] }`.
 *
 * # Errors
 * None of ours; JavaScript may run out of memory.
 */
export function estimateNoise(picture: Picture): any;

/**
 * The noise of a camera at a gain above 0: `{ read, shot }`; see [`NoiseModel::at_gain`].
 *
 * # Errors
 * As [`estimate`].
 */
export function noiseAtGain(gain: number): any;

/**
 * Has `callback` called with the message of any panic.
 *
 * A panic ends wasm without unwinding, so a promise that waits for the panicked code never settles: without this
 * call nobody would hear of it. A WebGPU error on a living device comes as a panic, too.
 */
export function onPanic(callback: Function): void;

/**
 * Opens the GPU for all engines to come. Does nothing when it is open; must not be called again before it has settled.
 *
 * # Errors
 * `no-webgpu`.
 */
export function openGpu(): Promise<void>;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_decodedfile_free: (a: number, b: number) => void;
    readonly __wbg_engine_free: (a: number, b: number) => void;
    readonly __wbg_filemetadata_free: (a: number, b: number) => void;
    readonly __wbg_filepixels_free: (a: number, b: number) => void;
    readonly __wbg_get_maps_std: (a: number) => [number, number];
    readonly __wbg_get_maps_time: (a: number) => [number, number];
    readonly __wbg_get_preview_data: (a: number) => [number, number];
    readonly __wbg_get_preview_height: (a: number) => number;
    readonly __wbg_get_preview_width: (a: number) => number;
    readonly __wbg_get_progress_fraction: (a: number) => number;
    readonly __wbg_get_progress_step: (a: number) => number;
    readonly __wbg_get_progress_tile: (a: number) => number;
    readonly __wbg_get_settings_chrominance: (a: number) => number;
    readonly __wbg_get_settings_luminance: (a: number) => number;
    readonly __wbg_get_settings_sample: (a: number) => number;
    readonly __wbg_get_settings_seed: (a: number) => number;
    readonly __wbg_get_settings_steps: (a: number) => number;
    readonly __wbg_get_settings_stochastic: (a: number) => number;
    readonly __wbg_get_settings_tile: (a: number) => number;
    readonly __wbg_maps_free: (a: number, b: number) => void;
    readonly __wbg_noise_free: (a: number, b: number) => void;
    readonly __wbg_picture_free: (a: number, b: number) => void;
    readonly __wbg_picturereader_free: (a: number, b: number) => void;
    readonly __wbg_preview_free: (a: number, b: number) => void;
    readonly __wbg_progress_free: (a: number, b: number) => void;
    readonly __wbg_samples_free: (a: number, b: number) => void;
    readonly __wbg_set_maps_std: (a: number, b: number, c: number) => void;
    readonly __wbg_set_maps_time: (a: number, b: number, c: number) => void;
    readonly __wbg_set_preview_data: (a: number, b: number, c: number) => void;
    readonly __wbg_set_preview_height: (a: number, b: number) => void;
    readonly __wbg_set_preview_width: (a: number, b: number) => void;
    readonly __wbg_set_progress_fraction: (a: number, b: number) => void;
    readonly __wbg_set_progress_step: (a: number, b: number) => void;
    readonly __wbg_set_progress_tile: (a: number, b: number) => void;
    readonly __wbg_set_settings_chrominance: (a: number, b: number) => void;
    readonly __wbg_set_settings_luminance: (a: number, b: number) => void;
    readonly __wbg_set_settings_sample: (a: number, b: number) => void;
    readonly __wbg_set_settings_seed: (a: number, b: number) => void;
    readonly __wbg_set_settings_steps: (a: number, b: number) => void;
    readonly __wbg_set_settings_stochastic: (a: number, b: number) => void;
    readonly __wbg_set_settings_tile: (a: number, b: number) => void;
    readonly __wbg_settings_free: (a: number, b: number) => void;
    readonly __wbg_task_free: (a: number, b: number) => void;
    readonly decodeFile: (a: number, b: number, c: number, d: number, e: number) => [number, number, number];
    readonly decodedfile_depth: (a: number) => number;
    readonly decodedfile_exif: (a: number) => [number, number];
    readonly decodedfile_height: (a: number) => number;
    readonly decodedfile_intoF32: (a: number) => [number, number];
    readonly decodedfile_intoU16: (a: number) => [number, number];
    readonly decodedfile_intoU8: (a: number) => [number, number];
    readonly decodedfile_isFirstOfSeveral: (a: number) => number;
    readonly decodedfile_profile: (a: number) => [number, number];
    readonly decodedfile_width: (a: number) => number;
    readonly decodedfile_xmp: (a: number) => [number, number];
    readonly engine_dispose: (a: number) => void;
    readonly engine_maps: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly engine_onCpu: (a: number, b: number) => [number, number, number];
    readonly engine_onGpu: (a: number, b: number) => [number, number, number];
    readonly engine_start: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly engine_warmUp: (a: number) => any;
    readonly estimateNoise: (a: number) => [number, number, number];
    readonly filemetadata_new: (a: number, b: number, c: number, d: number, e: number, f: number) => number;
    readonly filemetadata_putInto: (a: number, b: number, c: number, d: number, e: number) => [number, number, number, number];
    readonly filepixels_encode: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number, number, number];
    readonly filepixels_fromF32: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly filepixels_fromU16: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly filepixels_fromU8: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly noiseAtGain: (a: number) => [number, number, number];
    readonly noise_map: (a: number, b: number) => number;
    readonly noise_model: (a: number, b: number) => number;
    readonly onPanic: (a: any) => void;
    readonly openGpu: () => any;
    readonly picture_writeF32: (a: number, b: number, c: number, d: number, e: any, f: number, g: number) => void;
    readonly picture_writeU16: (a: number, b: number, c: number, d: number, e: any, f: number) => void;
    readonly picture_writeU8: (a: number, b: number, c: number, d: number, e: any, f: number) => void;
    readonly picturereader_finish: (a: number) => [number, number, number];
    readonly picturereader_new: (a: number, b: number) => number;
    readonly picturereader_readF32: (a: number, b: number, c: number, d: number, e: number, f: number) => void;
    readonly picturereader_readU16: (a: number, b: number, c: number, d: number, e: number) => void;
    readonly picturereader_readU8: (a: number, b: number, c: number, d: number, e: number) => void;
    readonly samples_add: (a: number, b: number) => void;
    readonly samples_intoMean: (a: number) => number;
    readonly samples_new: (a: number) => number;
    readonly samples_uncertainty: (a: number) => [number, number];
    readonly settings_new: () => number;
    readonly settings_setStrength: (a: number, b: number) => void;
    readonly settings_setStrengthMap: (a: number, b: number, c: number) => void;
    readonly task_advance: (a: number) => any;
    readonly task_continueOn: (a: number, b: number) => [number, number];
    readonly task_finish: (a: number) => number;
    readonly task_preview: (a: number, b: number) => number;
    readonly task_steps: (a: number) => number;
    readonly task_tiles: (a: number) => number;
    readonly wasm_bindgen_c02b820e88f6dfef___convert__closures_____invoke___js_sys_dff239142b40dee0___Function_fn_wasm_bindgen_c02b820e88f6dfef___JsValue_____wasm_bindgen_c02b820e88f6dfef___sys__Undefined___js_sys_dff239142b40dee0___Function_fn_wasm_bindgen_c02b820e88f6dfef___JsValue_____wasm_bindgen_c02b820e88f6dfef___sys__Undefined_______true_: (a: number, b: number, c: any, d: any) => void;
    readonly wasm_bindgen_c02b820e88f6dfef___convert__closures_____invoke___wasm_bindgen_c02b820e88f6dfef___JsValue__core_2ad33a1119d2fba1___result__Result_____wasm_bindgen_c02b820e88f6dfef___JsError___true_: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen_c02b820e88f6dfef___convert__closures_____invoke___wasm_bindgen_c02b820e88f6dfef___sys__JsNullable_wgpu_cb0f754a295c353___backend__webgpu__webgpu_sys__gen_GpuError__GpuError___core_2ad33a1119d2fba1___result__Result_____wasm_bindgen_c02b820e88f6dfef___JsError___true_: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen_c02b820e88f6dfef___convert__closures_____invoke___wasm_bindgen_c02b820e88f6dfef___sys__JsNullable_wgpu_cb0f754a295c353___backend__webgpu__webgpu_sys__gen_GpuError__GpuError___core_2ad33a1119d2fba1___result__Result_____wasm_bindgen_c02b820e88f6dfef___JsError___true__85: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen_c02b820e88f6dfef___convert__closures_____invoke___wasm_bindgen_c02b820e88f6dfef___sys__JsNullable_wgpu_cb0f754a295c353___backend__webgpu__webgpu_sys__gen_GpuError__GpuError___core_2ad33a1119d2fba1___result__Result_____wasm_bindgen_c02b820e88f6dfef___JsError___true__86: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen_c02b820e88f6dfef___convert__closures_____invoke___wgpu_cb0f754a295c353___backend__webgpu__webgpu_sys__gen_GpuDeviceLostInfo__GpuDeviceLostInfo______true_: (a: number, b: number, c: any) => void;
    readonly wasm_bindgen_c02b820e88f6dfef___convert__closures_____invoke___wgpu_cb0f754a295c353___backend__webgpu__webgpu_sys__gen_GpuDeviceLostInfo__GpuDeviceLostInfo______true__84: (a: number, b: number, c: any) => void;
    readonly __wbindgen_malloc_command_export: (a: number, b: number) => number;
    readonly __wbindgen_realloc_command_export: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free_command_export: (a: number, b: number, c: number) => void;
    readonly __wbindgen_exn_store_command_export: (a: number) => void;
    readonly __externref_table_alloc_command_export: () => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_destroy_closure_command_export: (a: number, b: number) => void;
    readonly __externref_table_dealloc_command_export: (a: number) => void;
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

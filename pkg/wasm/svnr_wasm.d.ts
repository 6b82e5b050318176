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
     * Pixels per inch across and down.
     */
    density(): Float64Array | undefined;
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
     * IPTC's data sets.
     */
    iptc(): Uint8Array | undefined;
    /**
     * What the user should know about the file, in words.
     */
    notes(): string[];
    /**
     * The ICC profile.
     */
    profile(): Uint8Array | undefined;
    /**
     * The XMP packet.
     */
    xmp(): Uint8Array | undefined;
    /**
     * Bits of a value of the pixels here, which may have more: those of a file whose curve is not sRGB's have.
     */
    readonly bits: number;
    /**
     * Bits of a value in the file: 8, 16 or 32, which are floats.
     */
    readonly depth: number;
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
     * Where what has to be cut out for the pixels from `start` to before `end` of `size` begins and ends, of a photo
     * with or without film grain; see [`cut_around`].
     */
    cutAround(has_grain: boolean, start: number, end: number, size: number): Uint32Array;
    /**
     * Frees the engine's memory, including what burn keeps on the GPU for later use.
     */
    dispose(): void;
    /**
     * The noise that a run would remove, and where each pixel would start.
     *
     * # Errors
     * As [`Engine::start`].
     */
    maps(image: SharedImage, noise: Noise, settings: Settings): Maps;
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
     * What a run on a part of this image has to know of the whole, as JSON; see [`Overview::to_json`].
     *
     * # Errors
     * As [`Engine::start`].
     */
    overview(image: SharedImage, noise: Noise, settings: Settings): string;
    /**
     * The network's prediction for a tile that a run has handed out, perhaps in another instance of this module; the
     * arguments are the fields of its [`Tile`]. Give it to [`Task::finish_tile`].
     *
     * # Errors
     * `bad-option` or `device-lost`.
     */
    predict(size: Uint32Array | number[], window: Uint32Array | number[], x: Float32Array | number[], sigma_t: Float32Array | number[], y?: Float32Array | number[] | null, sigma_star?: Float32Array | number[] | null): Promise<Float32Array>;
    /**
     * Starts a run.
     *
     * # Errors
     * `bad-option` or `too-large`.
     */
    start(image: SharedImage, noise: Noise, settings: Settings): Task;
    /**
     * Denoises a few pixels, which compiles the shaders before a photo waits for them and finds a GPU that computes
     * nonsense.
     *
     * # Errors
     * `device-lost` if the device fails, `device-wrong` if it computes something else than the processor.
     */
    warmUp(): Promise<void>;
}

/**
 * [`Metadata`] and a profile in JavaScript's words.
 */
export class FileMetadata {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Any of them may be missing; `density` is pixels per inch across and down.
     */
    constructor(profile?: Uint8Array | number[] | null, exif?: Uint8Array | number[] | null, xmp?: Uint8Array | number[] | null, iptc?: Uint8Array | number[] | null, density?: Float64Array | number[] | null);
    /**
     * Puts the metadata into a file that the browser has encoded, from [`FileMetadata::to_codes`]. `format` is the
     * second half of its MIME type.
     *
     * # Errors
     * `bad-option` if `format` is unknown.
     */
    putInto(file: Uint8Array | number[], format: string): Uint8Array;
    /**
     * Turns RGBA of 8 bits on sRGB's curve into the codes that the profile gives them, for the browser to encode.
     *
     * # Errors
     * As [`FileMetadata::put_into`].
     */
    toCodes(data: Uint8Array, format: string): void;
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
     * transparency either: it gets white there. A profile of grey makes the file grey.
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
 * Reads a [`SharedImage`] piece by piece; black where nothing has been read yet.
 */
export class ImageReader {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The image.
     *
     * # Errors
     * `unsupported-image` if it has no pixels, or a value that is not finite.
     */
    finish(): SharedImage;
    /**
     * For an image of this size in pixels.
     */
    constructor(width: number, height: number);
    /**
     * For the planes of a mosaic, of this size in pixels.
     */
    static ofMosaic(width: number, height: number): ImageReader;
    /**
     * Reads floats, as [`ImageReader::read_u8`] does, unclipped: linear light or sRGB-encoded.
     */
    readF32(first: number, data: Float32Array | number[], stride: number, linear: boolean): void;
    /**
     * Reads values of a plane, in linear light, beginning with pixel `first`. Those beyond its end are not read.
     */
    readPlane(channel: number, first: number, values: Float32Array | number[]): void;
    /**
     * Reads 16-bit sRGB, as [`ImageReader::read_u8`] does.
     */
    readU16(first: number, data: Uint16Array | number[], stride: number): void;
    /**
     * Reads 8-bit sRGB from `data`, which holds `stride` values for each pixel, beginning with pixel `first` of the
     * image.
     */
    readU8(first: number, data: Uint8Array | number[], stride: number): void;
}

/**
 * A small image of a RAW photo's planes.
 */
export class LightPreview {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Red, green and blue, pixel by pixel.
     */
    get data(): Float32Array;
    /**
     * Red, green and blue, pixel by pixel.
     */
    set data(value: Float32Array | number[]);
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
 * The noise that a run would remove and where each pixel would start: a plane for each channel, row after row.
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
     * The time at which the pixel starts, from 0, without noise, to 1.
     */
    get time(): Float32Array;
    /**
     * The time at which the pixel starts, from 0, without noise, to 1.
     */
    set time(value: Float32Array | number[]);
}

/**
 * [`noise::Noise`] for JavaScript. It is checked when a run starts.
 */
export class Noise {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * For the planes of a mosaic: of a curve for each colour, both greens get green's.
     */
    forMosaic(): Noise;
    /**
     * From JSON; see [`noise_from_json`].
     *
     * # Errors
     * `bad-option`.
     */
    static fromJson(text: string): Noise;
    /**
     * From the std of every pixel in linear light, row after row.
     */
    static map(std: Float32Array | number[]): Noise;
    /**
     * From the std at black and the variance per unit of signal, in linear light.
     */
    static model(read: number, shot: number): Noise;
}

/**
 * A small image to display.
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
     * The current step, from 1.
     */
    step: number;
    /**
     * How many tiles of it are finished.
     */
    tile: number;
}

/**
 * Several samples of one photo; see [`denoiser::Samples`].
 */
export class Samples {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * One more, of the same size.
     */
    add(next: SharedImage): void;
    /**
     * Their mean.
     */
    intoMean(): SharedImage;
    /**
     * The first one.
     */
    constructor(first: SharedImage);
    /**
     * How far they differ at every pixel; see [`denoiser::Samples::uncertainty`].
     */
    uncertainty(): Float32Array;
}

/**
 * [`Options`] for JavaScript; starts with the defaults.
 */
export class Settings {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The defaults.
     */
    constructor();
    /**
     * What a neutral colour has in red, green and blue; see [`Options::neutral`].
     */
    setNeutral(red: number, green: number, blue: number): void;
    /**
     * What [`Engine::overview`] gives of that larger image.
     *
     * # Errors
     * `bad-option` for anything else.
     */
    setOverview(overview: string): void;
    /**
     * The image was cut out of a larger one, from this pixel on.
     */
    setPlace(row: number, column: number): void;
    /**
     * Multiplies the noise's std by a factor for each pixel, row after row.
     */
    setStrengthMap(factors: Float32Array | number[]): void;
    /**
     * Multiplies the noise's std by one factor for all pixels.
     */
    setStrength(factor: number): void;
    /**
     * See [`Parts::chrominance`].
     */
    chrominance: number;
    /**
     * See [`Options::eta`].
     */
    get eta(): number | undefined;
    /**
     * See [`Options::eta`].
     */
    set eta(value: number | null | undefined);
    /**
     * See [`Parts::luminance`].
     */
    luminance: number;
    /**
     * See [`Options::sample`].
     */
    get sample(): number | undefined;
    /**
     * See [`Options::sample`].
     */
    set sample(value: number | null | undefined);
    /**
     * A whole number, as a JavaScript number.
     */
    seed: number;
    /**
     * Steps of the reverse process; nothing for [`Steps::Unit`].
     */
    get steps(): number | undefined;
    /**
     * Steps of the reverse process; nothing for [`Steps::Unit`].
     */
    set steps(value: number | null | undefined);
    /**
     * See [`Options::tile`].
     */
    get tile(): number | undefined;
    /**
     * See [`Options::tile`].
     */
    set tile(value: number | null | undefined);
}

/**
 * An image in wasm's memory, which runs share.
 */
export class SharedImage {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * A plane: red, green or blue, or one of a mosaic's four. It is copied out of wasm's memory.
     */
    plane(channel: number): Float32Array;
    /**
     * Writes floats, as [`SharedImage::write_u8`] does, unclipped: linear light or sRGB-encoded.
     */
    writeF32(first: number, data: Float32Array, stride: number, linear: boolean): void;
    /**
     * Writes 16-bit sRGB, as [`SharedImage::write_u8`] does.
     */
    writeU16(first: number, data: Uint16Array, stride: number): void;
    /**
     * Writes 8-bit sRGB over the colours in `data`, which holds `stride` values for each pixel, beginning with pixel
     * `first` of the image.
     */
    writeU8(first: number, data: Uint8Array, stride: number): void;
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
 * A run in progress.
 */
export class Task {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Denoises the next tile; `undefined` once the run is done.
     *
     * # Errors
     * `device-lost` if the device fails, `device-wrong` if it computes what is not finite; the run can then continue
     * with another engine.
     */
    advance(): Promise<Progress | undefined>;
    /**
     * Continues with another engine, for example when this one's device is lost; see [`Run::continue_on`].
     *
     * # Errors
     * `bad-weights` if the engine has a network of another shape.
     */
    continueOn(engine: Engine): void;
    /**
     * Finishes a tile that was handed out; see [`Run::finish_tile`].
     *
     * # Errors
     * `bad-option`, or `device-wrong` if a predicted value is not finite.
     */
    finishTile(index: number, eps: Float32Array | number[]): Progress;
    /**
     * The result, once the run is done.
     */
    finish(): SharedImage;
    /**
     * What is known of the image, for further runs on it; see [`Engine::overview`].
     */
    overview(): string;
    /**
     * The same of a RAW photo's planes, as light: three values a pixel; a mosaic's green is the mean of both greens.
     */
    previewLight(most: number): LightPreview;
    /**
     * The image so far, reduced to about `most` pixels by taking every n-th pixel of every n-th row.
     */
    preview(most: number): Preview;
    /**
     * Takes back a tile that was handed out; see [`Run::return_tile`].
     *
     * # Errors
     * `bad-option` for a tile that is not handed out.
     */
    returnTile(index: number): void;
    /**
     * Hands out the next tile; see [`Run::take_tile`].
     */
    takeTile(): Tile | undefined;
    /**
     * The share of the work that is done.
     */
    readonly fraction: number;
    /**
     * Whether all steps are done.
     */
    readonly isDone: boolean;
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
 * What the network sees of a tile; see [`TileInput`]. Every getter of planes copies them out of wasm's memory.
 */
export class Tile {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The tile's number in the step.
     */
    readonly index: number;
    /**
     * The second of [`TileInput::photo`].
     */
    readonly sigmaStar: Float32Array | undefined;
    /**
     * See [`TileInput::sigma_t`].
     */
    readonly sigmaT: Float32Array;
    /**
     * Rows and columns of the planes.
     */
    readonly size: Uint32Array;
    /**
     * First row and column, rows and columns; see [`TileInput::window`].
     */
    readonly window: Uint32Array;
    /**
     * See [`TileInput::x`].
     */
    readonly x: Float32Array;
    /**
     * The first of [`TileInput::photo`].
     */
    readonly y: Float32Array | undefined;
}

/**
 * Decodes a file; `name` is for errors. The pixels are on sRGB's curve whatever the profile's is; floats, and HDR, are
 * in linear light.
 *
 * # Errors
 * `unsupported-format`, `raw-file`, `unsupported-image`, `too-large`.
 */
export function decodeFile(bytes: Uint8Array | number[], name: string, limit: number): DecodedFile;

/**
 * The profile of Display P3, for canvases and cameras that have its colours without a file.
 */
export function displayP3Profile(): Uint8Array;

/**
 * The noise in an image: `{ read, shot, curve, points: [{ mean, std }], doubt }`, without a curve if the line fits,
 * and without a doubt if there is none.
 *
 * # Errors
 * Only if JavaScript is out of memory.
 */
export function estimateNoise(image: SharedImage): any;

/**
 * What encoding into a format leaves out of the metadata, in words.
 *
 * # Errors
 * `bad-option`: a format that is not known.
 */
export function leftOut(format: string, metadata: FileMetadata): string[];

/**
 * The noise of a camera at a gain above 0: `{ read, shot }`; see [`NoiseModel::at_gain`].
 *
 * # Errors
 * As [`estimate`].
 */
export function noiseAtGain(gain: number): any;

/**
 * Calls `callback` with the message of any panic.
 *
 * A panic ends wasm without unwinding, so a promise that waits for the panicked code never settles, and the panic
 * would go unnoticed. A WebGPU error on a working device is a panic too.
 */
export function onPanic(callback: Function): void;

/**
 * Opens the GPU for all later engines; does nothing if it is open. Must not be called again while a call is pending.
 *
 * # Errors
 * `no-webgpu` if there is none.
 */
export function openGpu(): Promise<void>;

/**
 * Converts RGBA of 8 bits, on sRGB's curve in the primaries of a profile, to sRGB in place, for canvases. A profile
 * that is no more than a curve, or that cannot be read, changes nothing.
 */
export function toSrgb(data: Uint8Array, profile: Uint8Array | number[]): void;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wasm_call_ctors: () => void;
    readonly __wbg_decodedfile_free: (a: number, b: number) => void;
    readonly __wbg_engine_free: (a: number, b: number) => void;
    readonly __wbg_filemetadata_free: (a: number, b: number) => void;
    readonly __wbg_filepixels_free: (a: number, b: number) => void;
    readonly __wbg_get_lightpreview_data: (a: number) => [number, number];
    readonly __wbg_get_lightpreview_height: (a: number) => number;
    readonly __wbg_get_lightpreview_width: (a: number) => number;
    readonly __wbg_get_maps_std: (a: number) => [number, number];
    readonly __wbg_get_maps_time: (a: number) => [number, number];
    readonly __wbg_get_preview_data: (a: number) => [number, number];
    readonly __wbg_get_preview_height: (a: number) => number;
    readonly __wbg_get_preview_width: (a: number) => number;
    readonly __wbg_get_progress_fraction: (a: number) => number;
    readonly __wbg_get_progress_step: (a: number) => number;
    readonly __wbg_get_progress_tile: (a: number) => number;
    readonly __wbg_get_settings_chrominance: (a: number) => number;
    readonly __wbg_get_settings_eta: (a: number) => number;
    readonly __wbg_get_settings_luminance: (a: number) => number;
    readonly __wbg_get_settings_sample: (a: number) => number;
    readonly __wbg_get_settings_seed: (a: number) => number;
    readonly __wbg_get_settings_steps: (a: number) => number;
    readonly __wbg_get_settings_tile: (a: number) => number;
    readonly __wbg_imagereader_free: (a: number, b: number) => void;
    readonly __wbg_lightpreview_free: (a: number, b: number) => void;
    readonly __wbg_maps_free: (a: number, b: number) => void;
    readonly __wbg_noise_free: (a: number, b: number) => void;
    readonly __wbg_preview_free: (a: number, b: number) => void;
    readonly __wbg_progress_free: (a: number, b: number) => void;
    readonly __wbg_samples_free: (a: number, b: number) => void;
    readonly __wbg_set_lightpreview_data: (a: number, b: number, c: number) => void;
    readonly __wbg_set_lightpreview_height: (a: number, b: number) => void;
    readonly __wbg_set_lightpreview_width: (a: number, b: number) => void;
    readonly __wbg_set_maps_std: (a: number, b: number, c: number) => void;
    readonly __wbg_set_maps_time: (a: number, b: number, c: number) => void;
    readonly __wbg_set_preview_data: (a: number, b: number, c: number) => void;
    readonly __wbg_set_preview_height: (a: number, b: number) => void;
    readonly __wbg_set_preview_width: (a: number, b: number) => void;
    readonly __wbg_set_progress_fraction: (a: number, b: number) => void;
    readonly __wbg_set_progress_step: (a: number, b: number) => void;
    readonly __wbg_set_progress_tile: (a: number, b: number) => void;
    readonly __wbg_set_settings_chrominance: (a: number, b: number) => void;
    readonly __wbg_set_settings_eta: (a: number, b: number) => void;
    readonly __wbg_set_settings_luminance: (a: number, b: number) => void;
    readonly __wbg_set_settings_sample: (a: number, b: number) => void;
    readonly __wbg_set_settings_seed: (a: number, b: number) => void;
    readonly __wbg_set_settings_steps: (a: number, b: number) => void;
    readonly __wbg_set_settings_tile: (a: number, b: number) => void;
    readonly __wbg_settings_free: (a: number, b: number) => void;
    readonly __wbg_sharedimage_free: (a: number, b: number) => void;
    readonly __wbg_task_free: (a: number, b: number) => void;
    readonly __wbg_tile_free: (a: number, b: number) => void;
    readonly decodeFile: (a: number, b: number, c: number, d: number, e: number) => [number, number, number];
    readonly decodedfile_bits: (a: number) => number;
    readonly decodedfile_density: (a: number) => [number, number];
    readonly decodedfile_depth: (a: number) => number;
    readonly decodedfile_exif: (a: number) => [number, number];
    readonly decodedfile_height: (a: number) => number;
    readonly decodedfile_intoF32: (a: number) => [number, number];
    readonly decodedfile_intoU16: (a: number) => [number, number];
    readonly decodedfile_intoU8: (a: number) => [number, number];
    readonly decodedfile_iptc: (a: number) => [number, number];
    readonly decodedfile_isFirstOfSeveral: (a: number) => number;
    readonly decodedfile_notes: (a: number) => [number, number];
    readonly decodedfile_profile: (a: number) => [number, number];
    readonly decodedfile_width: (a: number) => number;
    readonly decodedfile_xmp: (a: number) => [number, number];
    readonly displayP3Profile: () => [number, number];
    readonly engine_cutAround: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly engine_dispose: (a: number) => void;
    readonly engine_maps: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly engine_onCpu: (a: number, b: number) => [number, number, number];
    readonly engine_onGpu: (a: number, b: number) => [number, number, number];
    readonly engine_overview: (a: number, b: number, c: number, d: number) => [number, number, number, number];
    readonly engine_predict: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number, m: number) => any;
    readonly engine_start: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly engine_warmUp: (a: number) => any;
    readonly estimateNoise: (a: number) => [number, number, number];
    readonly filemetadata_new: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number) => number;
    readonly filemetadata_putInto: (a: number, b: number, c: number, d: number, e: number) => [number, number, number, number];
    readonly filemetadata_toCodes: (a: number, b: number, c: number, d: any, e: number, f: number) => [number, number];
    readonly filepixels_encode: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number, number, number];
    readonly filepixels_fromF32: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly filepixels_fromU16: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly filepixels_fromU8: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly imagereader_finish: (a: number) => [number, number, number];
    readonly imagereader_new: (a: number, b: number) => number;
    readonly imagereader_ofMosaic: (a: number, b: number) => number;
    readonly imagereader_readF32: (a: number, b: number, c: number, d: number, e: number, f: number) => void;
    readonly imagereader_readPlane: (a: number, b: number, c: number, d: number, e: number) => void;
    readonly imagereader_readU16: (a: number, b: number, c: number, d: number, e: number) => void;
    readonly imagereader_readU8: (a: number, b: number, c: number, d: number, e: number) => void;
    readonly leftOut: (a: number, b: number, c: number) => [number, number, number, number];
    readonly noiseAtGain: (a: number) => [number, number, number];
    readonly noise_forMosaic: (a: number) => number;
    readonly noise_fromJson: (a: number, b: number) => [number, number, number];
    readonly noise_map: (a: number, b: number) => number;
    readonly noise_model: (a: number, b: number) => number;
    readonly onPanic: (a: any) => void;
    readonly openGpu: () => any;
    readonly samples_add: (a: number, b: number) => void;
    readonly samples_intoMean: (a: number) => number;
    readonly samples_new: (a: number) => number;
    readonly samples_uncertainty: (a: number) => [number, number];
    readonly settings_new: () => number;
    readonly settings_setNeutral: (a: number, b: number, c: number, d: number) => void;
    readonly settings_setOverview: (a: number, b: number, c: number) => [number, number];
    readonly settings_setPlace: (a: number, b: number, c: number) => void;
    readonly settings_setStrength: (a: number, b: number) => void;
    readonly settings_setStrengthMap: (a: number, b: number, c: number) => void;
    readonly sharedimage_height: (a: number) => number;
    readonly sharedimage_plane: (a: number, b: number) => any;
    readonly sharedimage_width: (a: number) => number;
    readonly sharedimage_writeF32: (a: number, b: number, c: number, d: number, e: any, f: number, g: number) => void;
    readonly sharedimage_writeU16: (a: number, b: number, c: number, d: number, e: any, f: number) => void;
    readonly sharedimage_writeU8: (a: number, b: number, c: number, d: number, e: any, f: number) => void;
    readonly task_advance: (a: number) => any;
    readonly task_continueOn: (a: number, b: number) => [number, number];
    readonly task_finish: (a: number) => number;
    readonly task_finishTile: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly task_fraction: (a: number) => number;
    readonly task_isDone: (a: number) => number;
    readonly task_overview: (a: number) => [number, number];
    readonly task_preview: (a: number, b: number) => number;
    readonly task_previewLight: (a: number, b: number) => number;
    readonly task_returnTile: (a: number, b: number) => [number, number];
    readonly task_steps: (a: number) => number;
    readonly task_takeTile: (a: number) => number;
    readonly task_tiles: (a: number) => number;
    readonly tile_index: (a: number) => number;
    readonly tile_sigmaStar: (a: number) => any;
    readonly tile_sigmaT: (a: number) => any;
    readonly tile_size: (a: number) => [number, number];
    readonly tile_window: (a: number) => [number, number];
    readonly tile_x: (a: number) => any;
    readonly tile_y: (a: number) => any;
    readonly toSrgb: (a: number, b: number, c: any, d: number, e: number) => void;
    readonly wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f_123: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f_126: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen__convert__closures_____invoke__h197756f2a95af99f_127: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen__convert__closures_____invoke__hb8e6b0c33a83ed58: (a: number, b: number, c: any, d: any) => void;
    readonly wasm_bindgen__convert__closures_____invoke__h344f577687e7afb1: (a: number, b: number, c: any) => void;
    readonly wasm_bindgen__convert__closures_____invoke__h344f577687e7afb1_125: (a: number, b: number, c: any) => void;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_exn_store: (a: number) => void;
    readonly __externref_table_alloc: () => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_destroy_closure: (a: number, b: number) => void;
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

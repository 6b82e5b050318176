/* tslint:disable */
/* eslint-disable */

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
 * [`noise::Noise`] in JavaScript's words, checked when a run starts.
 */
export class Noise {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * From the std of every pixel, row after row.
     */
    static map(std: Float32Array | number[]): Noise;
    /**
     * From the std at black and the variance per unit of signal.
     */
    static model(read: number, shot: number): Noise;
}

/**
 * An image on the wasm side.
 *
 * JavaScript's side is interleaved with 3 or 4 samples a pixel, which follows from the array's length; what is beyond
 * the third, alpha, is neither read nor written. 8 and 16 bits are sRGB codes, floats sRGB-encoded or linear.
 */
export class Picture {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * From floats, not clipped: linear light, or sRGB-encoded.
     *
     * # Errors
     * As [`Picture::from_u8`].
     */
    static fromF32(width: number, height: number, data: Float32Array | number[], linear: boolean): Picture;
    /**
     * From 16-bit sRGB.
     *
     * # Errors
     * As [`Picture::from_u8`].
     */
    static fromU16(width: number, height: number, data: Uint16Array | number[]): Picture;
    /**
     * From 8-bit sRGB.
     *
     * # Errors
     * `unsupported-image`, here and below.
     */
    static fromU8(width: number, height: number, data: Uint8Array | number[]): Picture;
    /**
     * Writes floats over the colours in `data`, not clipped: linear light, or sRGB-encoded.
     */
    writeF32(data: Float32Array, linear: boolean): void;
    /**
     * Writes 16-bit sRGB over the colours in `data`.
     */
    writeU16(data: Uint16Array): void;
    /**
     * Writes 8-bit sRGB over the colours in `data`.
     */
    writeU8(data: Uint8Array): void;
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
    /**
     * Multiplies the noise's std everywhere by one factor.
     */
    setStrength(factor: number): void;
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
 * The noise in a picture: `{ read, shot, points: [{ mean, std }] }`.
 *
 * # Errors
 * None of ours; JavaScript may run out of memory.
 */
export function estimateNoise(picture: Picture): any;

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
    readonly __wbg_engine_free: (a: number, b: number) => void;
    readonly __wbg_get_preview_data: (a: number) => [number, number];
    readonly __wbg_get_preview_height: (a: number) => number;
    readonly __wbg_get_preview_width: (a: number) => number;
    readonly __wbg_get_progress_fraction: (a: number) => number;
    readonly __wbg_get_progress_step: (a: number) => number;
    readonly __wbg_get_progress_tile: (a: number) => number;
    readonly __wbg_get_settings_seed: (a: number) => number;
    readonly __wbg_get_settings_steps: (a: number) => number;
    readonly __wbg_get_settings_stochastic: (a: number) => number;
    readonly __wbg_get_settings_tile: (a: number) => number;
    readonly __wbg_noise_free: (a: number, b: number) => void;
    readonly __wbg_picture_free: (a: number, b: number) => void;
    readonly __wbg_preview_free: (a: number, b: number) => void;
    readonly __wbg_progress_free: (a: number, b: number) => void;
    readonly __wbg_samples_free: (a: number, b: number) => void;
    readonly __wbg_set_preview_data: (a: number, b: number, c: number) => void;
    readonly __wbg_set_preview_height: (a: number, b: number) => void;
    readonly __wbg_set_preview_width: (a: number, b: number) => void;
    readonly __wbg_set_progress_fraction: (a: number, b: number) => void;
    readonly __wbg_set_progress_step: (a: number, b: number) => void;
    readonly __wbg_set_progress_tile: (a: number, b: number) => void;
    readonly __wbg_set_settings_seed: (a: number, b: number) => void;
    readonly __wbg_set_settings_steps: (a: number, b: number) => void;
    readonly __wbg_set_settings_stochastic: (a: number, b: number) => void;
    readonly __wbg_set_settings_tile: (a: number, b: number) => void;
    readonly __wbg_settings_free: (a: number, b: number) => void;
    readonly __wbg_task_free: (a: number, b: number) => void;
    readonly engine_dispose: (a: number) => void;
    readonly engine_onCpu: (a: number, b: number) => [number, number, number];
    readonly engine_onGpu: (a: number, b: number) => [number, number, number];
    readonly engine_start: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly engine_warmUp: (a: number) => any;
    readonly estimateNoise: (a: number) => [number, number, number];
    readonly noise_map: (a: number, b: number) => number;
    readonly noise_model: (a: number, b: number) => number;
    readonly onPanic: (a: any) => void;
    readonly openGpu: () => any;
    readonly picture_fromF32: (a: number, b: number, c: number, d: number, e: number) => [number, number, number];
    readonly picture_fromU16: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly picture_fromU8: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly picture_writeF32: (a: number, b: number, c: number, d: any, e: number) => void;
    readonly picture_writeU16: (a: number, b: number, c: number, d: any) => void;
    readonly picture_writeU8: (a: number, b: number, c: number, d: any) => void;
    readonly samples_add: (a: number, b: number) => void;
    readonly samples_intoMean: (a: number) => number;
    readonly samples_new: (a: number) => number;
    readonly samples_uncertainty: (a: number) => [number, number];
    readonly settings_new: () => number;
    readonly settings_setStrength: (a: number, b: number) => void;
    readonly settings_setStrengthMap: (a: number, b: number, c: number) => void;
    readonly task_advance: (a: number) => any;
    readonly task_finish: (a: number) => number;
    readonly task_preview: (a: number, b: number) => number;
    readonly task_steps: (a: number) => number;
    readonly task_tiles: (a: number) => number;
    readonly wasm_bindgen__convert__closures_____invoke__h09a17c8eb4763729: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen__convert__closures_____invoke__h09a17c8eb4763729_53: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen__convert__closures_____invoke__h09a17c8eb4763729_54: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen__convert__closures_____invoke__h15c7b574eec5bc17: (a: number, b: number, c: any, d: any) => void;
    readonly wasm_bindgen__convert__closures_____invoke__h72a9433c32488bf0: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen__convert__closures_____invoke__h25145a83f8d6f88a: (a: number, b: number, c: any) => void;
    readonly wasm_bindgen__convert__closures_____invoke__h25145a83f8d6f88a_52: (a: number, b: number, c: any) => void;
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

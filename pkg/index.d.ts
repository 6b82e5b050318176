/**
 * svnr removes noise from photos with a diffusion model, on the GPU (WebGPU) or on the CPU.
 *
 * ```js
 * import { Denoiser } from 'svnr';
 *
 * const denoiser = await Denoiser.create();
 * const { image, noise } = await denoiser.denoise(imageData, { steps: 4 });
 * denoiser.free();
 * ```
 *
 * Nothing is uploaded: everything is computed in the page, or in Node.
 *
 * @module
 */

import type { RawFiles, RawOptions, RawPhoto, RawResult, RawRunOptions } from './raw.js';

/** A wasm module, or where one lies. */
export type ModuleSource = URL | string | Response | BufferSource | WebAssembly.Module;

/** Options of {@link init}. */
export interface InitOptions {
  /**
   * The wasm module, or its address. By default the one next to the package's script, found by
   * `new URL('./wasm/svnr_wasm_bg.wasm', import.meta.url)`. A page and its workers compile each module once.
   */
  module_or_path?: ModuleSource | Promise<ModuleSource>;
  /** Rejects this call with an AbortError. The download goes on for as long as another call waits for it. */
  signal?: AbortSignal;
}

/**
 * Loads and compiles the wasm module.
 *
 * {@link Denoiser.create} does this itself. Call it earlier to load ahead of time, or first to say where the module is.
 * Calls after a successful one do nothing.
 *
 * @throws {SvnrError} `load-failed`
 */
export default function init(options?: InitOptions): Promise<void>;

/**
 * Codes of {@link SvnrError}. They stay the same between versions:
 *
 * | code | meaning |
 * |---|---|
 * | `unsupported-format` | a file in a format that svnr does not read; the browser may |
 * | `raw-file` | a camera's RAW file where a photo is wanted; {@link Denoiser.denoiseRaw} takes it |
 * | `unsupported-image` | not an image that can be denoised: wrong type, size, length, or a value that is not finite |
 * | `too-large` | more pixels than memory can hold |
 * | `bad-option` | an option that does not exist, or a value out of its range |
 * | `bad-weights` | the weight file is damaged, or for another network |
 * | `load-failed` | the wasm module or the weights could not be loaded |
 * | `no-webgpu` | `backend: 'webgpu'`, and there is none |
 * | `device-lost` | the GPU failed; see below |
 * | `device-wrong` | the device computed values that are not finite; with `backend: 'auto'`, the CPU did so, too |
 * | `freed` | the denoiser was freed |
 * | `internal` | an internal failure, such as running out of memory; load the package again, in a new worker or page |
 *
 * `device-lost` has two causes. The GPU was lost and `backend` is `webgpu`: create a denoiser with `backend: 'cpu'`. Or
 * the GPU refused a command, whatever the `backend`: nothing in this module works any more, so create that denoiser in
 * a new worker or page.
 */
export type SvnrErrorCode =
  | 'unsupported-format'
  | 'raw-file'
  | 'unsupported-image'
  | 'too-large'
  | 'bad-option'
  | 'bad-weights'
  | 'load-failed'
  | 'no-webgpu'
  | 'device-lost'
  | 'device-wrong'
  | 'freed'
  | 'internal';

/** Any failure. Aborting is not one: it rejects with the signal's reason, by default a DOMException `AbortError`. */
export class SvnrError extends Error {
  constructor(code: SvnrErrorCode, message: string, options?: ErrorOptions);
  /** The kind of failure. */
  code: SvnrErrorCode;
}

/** The GPU that a denoiser runs on, as far as the browser tells. Any of the strings can be empty. */
export interface Adapter {
  /** Its vendor: `nvidia`, `apple`, ... */
  vendor: string;
  /** Its family: `ampere`, `metal-3`, ... */
  architecture: string;
  /** Its name, for people. */
  description: string;
  /** Whether it is a software GPU, which is slower than `backend: 'cpu'`. */
  isFallback: boolean;
}

/** Samples as they come from cameras and decoders that `ImageData` cannot hold. */
export interface PlainImage {
  /**
   * Interleaved RGBA or RGB, row after row; which of the two follows from the length. Integers span black to white;
   * floats have white at 1 and are not clipped. Alpha is kept as it is.
   */
  data: Uint8ClampedArray | Uint16Array | Float32Array;
  /** Pixels across. */
  width: number;
  /** Pixels down. */
  height: number;
  /**
   * How values encode light: `srgb` (default) and `display-p3` are on the sRGB curve; `srgb-linear`, for floats only,
   * is linear.
   */
  colorSpace?: 'srgb' | 'display-p3' | 'srgb-linear';
}

/** The most pixels that an image may have: 60 megapixels. */
export const MOST_PIXELS: number;

/**
 * An image that can be denoised: up to 60 megapixels, or 40 with several samples.
 *
 * Elements, canvases, bitmaps and frames are read as they are shown at that moment: 8 bits in sRGB. To keep the colours
 * of `display-p3`, pass such an `ImageData`; to keep 16 bits or floats, pass a {@link PlainImage}.
 */
export type SvnrImage =
  | ImageData
  | PlainImage
  | ImageBitmap
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | VideoFrame;

/**
 * Noise in linear light with white at 1: at signal `x` its variance is `read² + shot · x`.
 */
export interface NoiseModel {
  /** Standard deviation at black, from 0 to 2. */
  read: number;
  /** Variance per unit of signal, from 0 to 2. */
  shot: number;
}

/**
 * The noise of a typical camera at an analog gain (Mildenhall et al., *Burst denoising with kernel prediction
 * networks*, 2018; straight lines in log-log between and beyond their gains of 1 to 8). A gain of 1 is about as noisy
 * as a full-frame camera at ISO 12800, where white is some 400 photons.
 *
 * {@link init} or {@link Denoiser.create} must have been awaited.
 *
 * @param gain  above 0 and at most 100
 * @throws {SvnrError} `bad-option`, `load-failed`
 */
export function noiseAtGain(gain: number): NoiseModel;

/** Noise that is known pixel by pixel. Its size is the image's. */
export interface NoiseMap {
  /** Standard deviation in linear light with white at 1, from 0 to 2, row after row. */
  std: Float32Array;
  /** The image's. */
  width: number;
  /** The image's. */
  height: number;
}

/** A factor for every pixel. Its size is the image's. */
export interface StrengthMap {
  /** Factors from 0 to 4, row after row. */
  data: Float32Array;
  /** The image's. */
  width: number;
  /** The image's. */
  height: number;
}

/** A point of a noise curve, in linear light. */
export interface NoisePoint {
  /** Brightness. */
  mean: number;
  /** Standard deviation of the noise at this brightness, from 0 to 2. */
  std: number;
}

/**
 * Standard deviation of the noise against brightness: 1 to 256 points by increasing brightness, either for all channels
 * or for red, green and blue. A smooth curve runs through the points; beyond them it is flat.
 */
export type NoiseCurve = NoisePoint[] | [NoisePoint[], NoisePoint[], NoisePoint[]];

/** Noise that depends on brightness in another way than a sensor's, as in an image that went through a tone curve. */
export interface CurvedNoise {
  curve: NoiseCurve;
}

/**
 * The noise that was measured in an image. If its values are far from 1, as floats in another unit, its brightest
 * counts as white.
 */
export interface NoiseEstimate extends NoiseModel {
  /** The noise, if no line fits it. It then takes precedence, and `read` and `shot` are the closest line. */
  curve?: NoiseCurve;
  /** What was measured, by increasing brightness. */
  points: NoisePoint[];
  /** Why this is only a guess, if it is one, for people. */
  doubt?: string;
}

/** Progress of {@link Denoiser.create}. */
export interface CreateProgress {
  /** `loading`: the module and the weights. `compiling`: the shaders, and a test run. */
  phase: 'loading' | 'compiling';
  /** How much of the phase is done, from 0 to 1; `undefined` where that is unknown. */
  fraction: number | undefined;
}

/** A small image of the result so far. */
export interface Preview {
  /** RGBA, opaque. */
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
  /** The image's, but always on the sRGB curve. */
  colorSpace: 'srgb' | 'display-p3';
}

/** Progress of {@link Denoiser.denoise}. */
export type DenoiseProgress =
  | {
      /** The noise is being measured. */
      phase: 'estimating';
      fraction: number;
    }
  | {
      /** The image is being denoised. Reported before the first tile and after each tile. */
      phase: 'denoising';
      /** The current sample, from 1. */
      sample: number;
      samples: number;
      /** The current step, from 1. */
      step: number;
      steps: number;
      /** How many tiles of this step are done. */
      tile: number;
      tiles: number;
      /** How much of the whole run is done, from 0 to 1. */
      fraction: number;
      /**
       * The image so far, reduced to about `most` pixels (a million by default); `null` if the run is over by then. It
       * takes time, so call it only as often as you show it.
       */
      preview: (most?: number) => Promise<Preview | null>;
    }
  | {
      /**
       * The run goes on elsewhere. With `backend: 'auto'`, on the CPU: because the GPU was lost, once and for all, and
       * {@link Denoiser.backend} changes as well; or because it computed values that are not finite, and later runs
       * begin on it all the same. Of several steps, at most the last half minute of the GPU's work is done again. Or
       * one of the workers ended, and the others go on with its tile; {@link Denoiser.workers} is one less from now on.
       */
      phase: 'recovering';
      /** How much of the run is done, and is kept: it may be less than before. */
      fraction: number;
      /** What happened, for people; of a lost GPU also {@link Denoiser.fallbackReason} from now on. */
      reason: string;
    };

/** Where what RAW files need lies. It is loaded with the first of them. */
export interface RawSources {
  /** The weights for mosaics, or their address; by default those in the package. */
  weights?: URL | string | ArrayBuffer | Uint8Array;
  /** The wasm module for RAW files, or its address; by default the one in the package. */
  module_or_path?: ModuleSource | Promise<ModuleSource>;
}

/** Options of {@link Denoiser.create}. */
export interface CreateOptions {
  /**
   * `auto` (default): WebGPU where it works and as long as it does, otherwise the CPU; {@link Denoiser.fallbackReason}
   * says why. `webgpu`: that, or an error. `cpu`: WebGPU is not touched; the only choice in Node.
   */
  backend?: 'auto' | 'webgpu' | 'cpu';
  /**
   * How many workers may share a photo's tiles on the CPU, from 1 to 64. With 1 there is none: the denoiser uses the
   * thread that it is in. `auto` (default): one for each core, as long as they take no more than half of the memory,
   * and 16 at most. The result does not depend on it. Workers start with a run of more than one tile and end after 10
   * seconds without work.
   */
  workers?: 'auto' | number;
  /**
   * The weight file, or its address; by default the one in the package. It says which variant of the method it is for.
   * Not every variant can have a `strength`.
   */
  weights?: URL | string | ArrayBuffer | Uint8Array;
  /** The wasm module, or its address, as in {@link InitOptions}. */
  module_or_path?: InitOptions['module_or_path'];
  /** Where what RAW files need lies, if not in the package. */
  raw?: RawSources;
  /** Rejects with an AbortError. */
  signal?: AbortSignal;
  /** Called as things go on. */
  onProgress?: (progress: CreateProgress) => void;
}

/** What a run would remove at every pixel, row after row. */
export interface Maps {
  /**
   * The noise's standard deviation in linear light with white at 1, times `strength`: the plane of red, then those of
   * green and blue.
   */
  std: Float32Array;
  /** The time in the diffusion process at which each pixel starts, from 0 (clean) to 1; planes as in `std`. */
  time: Float32Array;
  width: number;
  height: number;
}

/** The values at which a channel was cut off. */
export type Ends = [dark: number | null, bright: number | null];

/** A coarse level of an image with film grain. */
export interface GrainLevel {
  /** The grain's std, relative to that at twice the size. */
  std: number;
  /** The latest time at which any pixel starts. */
  latest: number;
}

/** What a run on a region has to know of the whole image; see {@link Denoiser.overview}. */
export interface Overview {
  /** The value that counts as white. */
  white: number;
  /** How strongly the channels have their noise in common, as in a grey image; `null` if they do not. */
  common: number | null;
  /** The coarse levels of an image with film grain, at half and at a quarter of its size; `null` if it has none. */
  grain: [GrainLevel, GrainLevel] | null;
  /** Where the noise of red, green and blue was cut off, at the dark and at the bright end; `null` where it was not. */
  ends: [Ends, Ends, Ends];
  /** Whether single dots in all channels are hot pixels, not detail. */
  dotsAreHot: boolean;
  /** The part within a frame in plain colors, which stays as it is; `null` if there is none. */
  inner: Rectangle | null;
  /** The latest time at which any pixel starts. */
  latest: number;
}

/** A rectangle of an image, in whole pixels. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A part of an image to denoise. */
export interface Region extends Rectangle {
  /**
   * What {@link Denoiser.overview} gives for the whole image and the same options. Without it each run on a region goes
   * through the whole image first.
   */
  overview?: Overview;
}

/** Options of {@link Denoiser.denoise}. */
export interface DenoiseOptions {
  /**
   * The noise to remove: `auto` (default) measures it. A curve takes precedence over `read` and `shot`. A map gives it
   * pixel by pixel.
   */
  noise?: 'auto' | (NoiseModel & Partial<NoiseEstimate>) | CurvedNoise | NoiseMap;
  /**
   * Steps of the reverse process, a whole number from 1 (default) to 1000. One step is closest to the truth on average,
   * and smoothest; more steps draw texture. Time grows with their number. `unit` takes every whole time of the
   * diffusion process, as the paper does: tens of steps, or hundreds under extreme noise.
   */
  steps?: number | 'unit';
  /** Seed of the random numbers: a whole number from 0 (default). Same seed, same image. */
  seed?: number;
  /**
   * How much of the noise that remains after a step is drawn afresh, from 0, none, to 1, as much as in the paper. 0.4
   * by default, 0.8 with several samples. It has no effect with one step; with 0 every seed gives the same image.
   */
  eta?: number;
  /**
   * How many samples to draw, a whole number from 1 (default) to 1000. The result is their mean, which is cleaner, and
   * {@link DenoiseResult.uncertainty} says where they differ. Time grows with their number.
   *
   * Each sample sees the photo in another of eight orientations. With one step, or with an `eta` of 0, nothing else
   * differs, so there are at most 8. Otherwise samples come in pairs, of seeds `seed`, `seed + 1` and so on, that draw
   * the same random numbers with opposite signs, which brings the mean closer to the truth.
   */
  samples?: number;
  /**
   * Multiplies the noise's standard deviation, from 0 (changes nothing) to 4; 1 by default. A map does so pixel by
   * pixel: where it is 0, the image stays as it is.
   */
  strength?: number | StrengthMap;
  /**
   * How much of the noise in the luminance to remove, from 0, which keeps all grain, to 1 (default).
   */
  luminance?: number;
  /** How much of the noise in the colour to remove, from 0 to 1 (default). */
  chrominance?: number;
  /**
   * Side of the tiles that are denoised at once, from 8 to 8192 pixels; `auto` by default. Smaller tiles need less
   * memory and abort sooner, but take more time. The result is the same.
   */
  tile?: 'auto' | number;
  /**
   * Gives the image away: its array, bitmap or frame is taken instead of copied, and cannot be used any more. Off by
   * default.
   */
  transfer?: boolean;
  /**
   * The part of the image to denoise, for previews: the result has its size. With one step it has the values that a run
   * on the whole image gives there; with more they differ by less than an 8-bit level.
   */
  region?: Region;
  /** Rejects with an AbortError after the current tile. */
  signal?: AbortSignal;
  /** Called as things go on. */
  onProgress?: (progress: DenoiseProgress) => void;
}

/** Result of {@link Denoiser.denoise}. */
export interface DenoiseResult<T extends SvnrImage | Blob = ImageData> {
  /**
   * The denoised image: for a {@link PlainImage} the same type of array, for everything else an `ImageData`. In Node,
   * which has no `ImageData`, a file gives what {@link decodeFile} gives.
   */
  image: T extends ImageData ? ImageData : T extends PlainImage ? T : ImageData;
  /** The noise that was removed, before `strength`. */
  noise: (NoiseModel & Partial<NoiseEstimate>) | CurvedNoise | NoiseMap;
  /**
   * Only with several samples: how much they differ at each pixel, row after row, as a standard deviation on the sRGB
   * curve with white at 1. Where it is high, detail is uncertain, or with several steps invented.
   */
  uncertainty?: Float32Array;
}

/** What a file holds besides its pixels, as raw bytes. */
export interface Metadata {
  /** The ICC profile, for RGB. */
  profile?: Uint8Array | undefined;
  /** The EXIF block, its orientation applied and reset; with PNG's texts and JPEG's comments as entries. */
  exif?: Uint8Array | undefined;
  /** The XMP packet. */
  xmp?: Uint8Array | undefined;
  /** The IPTC block. */
  iptc?: Uint8Array | undefined;
  /** Pixels per inch, across and down. */
  density?: { x: number; y: number } | undefined;
}

/** Result of {@link decodeFile}. */
export interface DecodedFile {
  /**
   * RGBA, upright: 8 bits as an ImageData, 16 bits, or floats in linear light. The colours are those of the profile;
   * nothing is converted.
   */
  image: ImageData | PlainImage;
  width: number;
  height: number;
  /** Bits of a sample in the file; 32 are floats. */
  depth: 8 | 16 | 32;
  /** What {@link encodeFile} can put into a file again. */
  metadata: Metadata;
  /** Whether the file holds more images, which are not read: an animated PNG or WebP, a TIFF of several pages. */
  isFirstOfSeveral: boolean;
  /** What of the file is not kept, in sentences for people; empty if all is. */
  notes: string[];
}

/** Options of {@link encodeFile}. */
export interface EncodeOptions {
  /**
   * `png` by default. WebP is lossy only in browsers that can write it; at quality 100, and in Node, it is lossless.
   */
  format?: 'png' | 'jpeg' | 'webp' | 'tiff';
  /** Bits of a sample: as many as the image has, as far as the format takes them (PNG 16, TIFF 32, the others 8). */
  depth?: 8 | 16 | 32;
  /** From 1 to 100, 92 by default; for JPEG and WebP. */
  quality?: number;
  /**
   * What belongs to the image. {@link leftOutOf} says what of it a format leaves out. Without a profile, an image in
   * `display-p3` is written with that of Display P3.
   */
  metadata?: Metadata;
}

/**
 * Decodes PNG, JPEG, WebP and TIFF of 8, 16 and 32 bits, and keeps what browsers throw away: depth, colour profile,
 * EXIF, XMP and IPTC.
 *
 * @throws {SvnrError} `unsupported-format`, `raw-file`, `unsupported-image`, `too-large`, `load-failed`
 */
export function decodeFile(file: Blob | ArrayBuffer | Uint8Array, options?: { name?: string }): Promise<DecodedFile>;

/**
 * Encodes an image with its metadata. JPEG has no transparency: transparent pixels are blended with white.
 *
 * @throws {SvnrError} `unsupported-image`, `bad-option`, `load-failed`
 */
export function encodeFile(image: SvnrImage, options?: EncodeOptions): Promise<Blob>;

/**
 * What {@link encodeFile} leaves out of the metadata in a format, in sentences for people; empty if nothing.
 *
 * @throws {SvnrError} `bad-option`, `load-failed`
 */
export function leftOutOf(metadata: Metadata, format: 'png' | 'jpeg' | 'webp' | 'tiff'): Promise<string[]>;

/**
 * Any image as an ImageData, for canvases. With the profile that its values are in, they are brought to sRGB.
 *
 * @throws {SvnrError} `unsupported-image`, `load-failed`
 */
export function toImageData(image: SvnrImage, options?: { profile?: Uint8Array | undefined }): Promise<ImageData>;

/** The network on a device, ready to denoise. {@link Denoiser.create} makes it. */
export class Denoiser {
  private constructor();

  /**
   * Loads the module and the weights, and prepares the device.
   *
   * @throws {SvnrError} `load-failed`, `bad-weights`, `no-webgpu`, `device-lost`, `device-wrong`, `bad-option`
   */
  static create(options?: CreateOptions): Promise<Denoiser>;

  /** What it runs on. With `backend: 'auto'` it changes from `webgpu` to `cpu` when the GPU is lost during a run. */
  readonly backend: 'webgpu' | 'cpu';
  /** The GPU; `null` on the CPU. */
  readonly adapter: Adapter | null;
  /** Why `backend: 'auto'` uses the CPU, for people; `null` when it does not. */
  readonly fallbackReason: string | null;
  /** How many tiles are denoised at once: on the CPU the number of workers, on a GPU 1. */
  readonly workers: number;

  /**
   * Measures the noise in an image.
   *
   * @throws {SvnrError} `unsupported-image`, `too-large`, `freed`
   */
  estimateNoise(image: SvnrImage): NoiseEstimate;

  /**
   * What {@link denoise} would remove with these options, without doing it.
   *
   * @throws {SvnrError} as {@link denoise}
   */
  maps(image: SvnrImage, options?: DenoiseOptions): Maps;

  /**
   * Goes through an image for {@link Region.overview}: for those who denoise several regions of it.
   *
   * @throws {SvnrError} as {@link denoise}
   */
  overview(image: SvnrImage, options?: DenoiseOptions): Overview;

  /**
   * Denoises an image, or a file as the browser would show it. Calls queue: each runs after the one before, on the
   * image as it was at the time of the call.
   *
   * @throws {SvnrError} `unsupported-image`, `unsupported-format`, `raw-file`, `too-large`, `bad-option`,
   *   `device-lost`, `device-wrong`, `freed`
   */
  denoise<T extends SvnrImage | Blob>(image: T, options?: DenoiseOptions): Promise<DenoiseResult<T>>;

  /**
   * Denoises a camera's RAW file before it is developed. The first call loads a wasm module and weights of its own
   * (0.8 and 4.5 MB with Brotli). Calls queue with those of {@link denoise}.
   *
   * @throws {SvnrError} `unsupported-format`, `unsupported-image`, `too-large`, `bad-option`, `load-failed`,
   *   `device-lost`, `device-wrong`, `freed`
   */
  denoiseRaw(file: Blob | ArrayBuffer | Uint8Array | RawPhoto, options?: RawOptions): Promise<RawFiles>;

  /**
   * The same for those who want to look at the result, and develop it in more than one way. With a `region` that part
   * of the picture alone is denoised and can be developed: for previews.
   *
   * @throws {SvnrError} as {@link denoiseRaw}
   */
  denoiseRawPhoto(photo: RawPhoto, options?: RawRunOptions & { region?: Omit<Region, 'overview'> }): Promise<RawResult>;

  /**
   * What {@link denoiseRaw} would remove with these options, in a size that can be shown: the std in the sensor's
   * light.
   *
   * @throws {SvnrError} as {@link denoiseRaw}
   */
  rawMaps(photo: RawPhoto, options?: RawRunOptions): Promise<Maps>;

  /** Gives its memory back. A run in progress rejects with `freed` after its current tile, as does every later call. */
  free(): void;
}

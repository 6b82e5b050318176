/**
 * SVNR: removes noise from photos by spatially-variant denoising diffusion, on WebGPU or on the CPU.
 *
 * ```js
 * import { Denoiser } from 'svnr';
 *
 * const denoiser = await Denoiser.create();
 * const { image, noise } = await denoiser.denoise(imageData, { steps: 4 });
 * denoiser.free();
 * ```
 *
 * Nothing is uploaded: all computing happens in the page or in Node.
 *
 * @module
 */

/** A wasm module, or where one lies. */
export type ModuleSource = URL | string | Response | BufferSource | WebAssembly.Module;

/** What {@link init} takes. */
export interface InitOptions {
  /**
   * The wasm module, or where it lies. By default the one beside the package's script, found by
   * `new URL('./wasm/svnr_wasm_bg.wasm', import.meta.url)`. A page and its workers compile each module once.
   */
  module_or_path?: ModuleSource | Promise<ModuleSource>;
  /** Rejects this call with an AbortError. The download goes on for as long as another call waits for it. */
  signal?: AbortSignal;
}

/**
 * Loads and compiles the wasm module.
 *
 * {@link Denoiser.create} does it by itself; call it earlier to load ahead, or first to say where the module lies. Calls
 * after a successful one do nothing.
 *
 * @throws {SvnrError} `load-failed`
 */
export default function init(options?: InitOptions): Promise<void>;

/**
 * Codes of {@link SvnrError}, which stay the same between versions:
 *
 * | code | meaning |
 * |---|---|
 * | `unsupported-format` | a file of a format that is not read here; the browser may know it |
 * | `unsupported-image` | not an image that can be denoised: wrong type, size, length, or a value that is not finite |
 * | `too-large` | more pixels than memory can hold |
 * | `bad-option` | an option that does not exist, or a value out of its range |
 * | `bad-weights` | the weight file is damaged or for another network |
 * | `load-failed` | the wasm module or the weights could not be loaded |
 * | `no-webgpu` | `backend: 'webgpu'` where there is none |
 * | `device-lost` | the GPU failed and `backend` is `webgpu`, or it refused a command, after which nothing in this module goes on; create a denoiser with `backend: 'cpu'`, in the second case in a new worker or page |
 * | `freed` | the denoiser was freed |
 * | `internal` | a failure inside, out of memory for example; load the package again, in a new worker or page |
 */
export type SvnrErrorCode =
  | 'unsupported-format'
  | 'unsupported-image'
  | 'too-large'
  | 'bad-option'
  | 'bad-weights'
  | 'load-failed'
  | 'no-webgpu'
  | 'device-lost'
  | 'freed'
  | 'internal';

/** What goes wrong. Aborting is no SvnrError: it rejects with the signal's reason, a DOMException `AbortError`. */
export class SvnrError extends Error {
  constructor(code: SvnrErrorCode, message: string, options?: ErrorOptions);
  /** Which kind of failure; see {@link SvnrErrorCode}. */
  code: SvnrErrorCode;
}

/** The GPU that a denoiser runs on, as far as the browser tells. Any of the texts can be empty. */
export interface Adapter {
  /** Its maker: `nvidia`, `apple`, ... */
  vendor: string;
  /** Its family: `ampere`, `metal-3`, ... */
  architecture: string;
  /** Its name in words. */
  description: string;
  /** Whether it is software that imitates a GPU, slower than `backend: 'cpu'`. */
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
   * How samples encode light: `srgb` (default) and `display-p3` have the sRGB curve, `srgb-linear`, for floats only,
   * none.
   */
  colorSpace?: 'srgb' | 'display-p3' | 'srgb-linear';
}

/** The most pixels of an image that can be denoised: 60 megapixels. */
export const MOST_PIXELS: number;

/**
 * An image that can be denoised: at most 60 megapixels, with several samples at most 40.
 *
 * Of elements, canvases, bitmaps and frames, what they show now is read: 8 bits in sRGB. To keep the colours of
 * `display-p3`, pass an `ImageData` of that; to keep 16 bits or floats, a {@link PlainImage}.
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
 * The noise of a typical camera at an analog gain, up to a gain of 8 as Mildenhall et al. have it (*Burst denoising with kernel
 * prediction networks*, 2018), beyond by straight lines in log-log. A gain of 1 is that of the base ISO.
 *
 * {@link init} or {@link Denoiser.create} must have been awaited.
 *
 * @param gain  above 0 and at most 100
 * @throws {SvnrError} `bad-option`, `load-failed`
 */
export function noiseAtGain(gain: number): NoiseModel;

/** Noise known pixel by pixel: as `denoise` takes it, of the image's size. */
export interface NoiseMap {
  /** Standard deviation in linear light with white at 1, from 0 to 2, row after row. */
  std: Float32Array;
  /** The image's. */
  width: number;
  /** The image's. */
  height: number;
}

/** A factor for every pixel, of the image's size. */
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
 * Standard deviation of the noise against brightness: 1 to 256 points by increasing brightness, for all channels or for red,
 * green and blue. Between the points a smooth curve keeps their shape; beyond them it is flat.
 */
export type NoiseCurve = NoisePoint[] | [NoisePoint[], NoisePoint[], NoisePoint[]];

/** Noise that follows the brightness in another way than a sensor's, as in a picture that went through a tone curve. */
export interface CurvedNoise {
  curve: NoiseCurve;
}

/** Noise found in an image. In an image whose values are far from 1, floats of a unit of their own, white is what is bright. */
export interface NoiseEstimate extends NoiseModel {
  /** The noise where no line fits. It counts then, and `read` and `shot` are but the line that comes closest. */
  curve?: NoiseCurve;
  /** What was measured, by increasing brightness. */
  points: NoisePoint[];
  /** Why this is only a guess, if it is, in words. */
  doubt?: string;
}

/** Progress of {@link Denoiser.create}. */
export interface CreateProgress {
  /** `loading` the module and the weights; `compiling` shaders and trying them. */
  phase: 'loading' | 'compiling';
  /** The share of the phase that is done, from 0 to 1; `undefined` where nobody knows. */
  fraction: number | undefined;
}

/** A small image of the emerging picture. */
export interface Preview {
  /** RGBA, opaque. */
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
  /** The image's, except that light is sRGB-encoded. */
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
      /** The picture is being denoised. Comes before the first tile and after each. */
      phase: 'denoising';
      /** The sample worked on, from 1. */
      sample: number;
      samples: number;
      /** The step worked on, from 1. */
      step: number;
      steps: number;
      /** Tiles of this step that are done. */
      tile: number;
      tiles: number;
      /** The share of all tiles of all steps of all samples that is done, from 0 to 1. */
      fraction: number;
      /**
       * The image so far, thinned out to about `most` pixels (a million by default); `null` when the run is over by then.
       * It costs time, so call it only as often as somebody looks.
       */
      preview: (most?: number) => Promise<Preview | null>;
    }
  | {
      /**
       * The GPU was lost in the middle, and the CPU goes on with the tile that was being worked on; only with
       * `backend: 'auto'`, and once at most. {@link Denoiser.backend} says so, too.
       */
      phase: 'recovering';
      /** The share that is done, and stays so. */
      fraction: number;
      /** What became of the GPU, in words; {@link Denoiser.fallbackReason} from now on. */
      reason: string;
    };

/** How {@link Denoiser.create} goes. */
export interface CreateOptions {
  /**
   * `auto` (default): WebGPU where it works, and for as long; else the CPU, and {@link Denoiser.fallbackReason} says why.
   * `webgpu`: that or an error. `cpu`: one thread, no WebGPU touched; the only one in Node.
   */
  backend?: 'auto' | 'webgpu' | 'cpu';
  /** The weight file or where it lies; by default the one in the package. */
  weights?: URL | string | ArrayBuffer | Uint8Array;
  /** The wasm module or where it lies, as {@link init} takes it. */
  module_or_path?: InitOptions['module_or_path'];
  /** Rejects with an AbortError. */
  signal?: AbortSignal;
  /** Called as things go on. */
  onProgress?: (progress: CreateProgress) => void;
}

/** What a run would take away at every pixel, row after row. */
export interface Maps {
  /** The noise's standard deviation in linear light with white at 1, `strength` included: red's plane, green's, blue's. */
  std: Float32Array;
  /** The time of the diffusion process at which the pixel starts, from 0, clean, to 1; planes alike. */
  time: Float32Array;
  width: number;
  height: number;
}

/** How {@link Denoiser.denoise} goes. */
export interface DenoiseOptions {
  /** The noise to remove: `auto` (default) measures it. A curve counts before `read` and `shot`. A map says it for every pixel. */
  noise?: 'auto' | (NoiseModel & Partial<NoiseEstimate>) | CurvedNoise | NoiseMap;
  /**
   * Steps of the reverse process, a whole number from 1 (default) to 1000. One gives the closest image on average, and the
   * smoothest; more give texture. Time grows with them. `unit` takes each time of the diffusion process, as the paper
   * does: hundreds of steps where there is much noise.
   */
  steps?: number | 'unit';
  /** Where the random numbers start: a whole number from 0 (default). Same seed, same image. */
  seed?: number;
  /**
   * How much of the noise that a step leaves is drawn afresh, from 0, none, to 1, as much as in the paper. By default 0.4,
   * and 0.8 with several samples. Matters from two steps on; with 0 every seed gives the same image.
   */
  eta?: number;
  /**
   * How many pictures to draw, a whole number from 1 (default) to 1000. With more than one the result is their mean, which
   * is cleaner, and {@link DenoiseResult.uncertainty} says where they differ. Time grows with them. The network sees the
   * photo mirrored and turned in eight ways, one after the other; with one step, or with an `eta` of 0, nothing else
   * differs, so that there are at most 8. Random numbers come in pairs, of seeds `seed`, `seed + 1` and so on, that differ
   * in nothing but the sign: so the mean takes fewer of them.
   */
  samples?: number;
  /**
   * Multiplies the noise's standard deviation, from 0 (leaves the image alone) to 4; 1 by default. A map does so pixel by
   * pixel: what is 0 there stays as it is.
   */
  strength?: number | StrengthMap;
  /**
   * How much is taken of the noise that is found in the light, from 0, which keeps the grain, to 1, all of it (default).
   */
  luminance?: number;
  /** The same of the noise in the colour. */
  chrominance?: number;
  /**
   * Side of the tiles that the image is worked on in, from 8 to 8192 pixels; `auto` by default. It changes memory and
   * how soon `signal` is heard, not the picture.
   */
  tile?: 'auto' | number;
  /**
   * Gives the image away: its array, bitmap or frame is taken instead of copied, and cannot be used any more. Off by
   * default.
   */
  transfer?: boolean;
  /** Rejects with an AbortError after the tile that is being worked on. */
  signal?: AbortSignal;
  /** Called as things go on. */
  onProgress?: (progress: DenoiseProgress) => void;
}

/** What {@link Denoiser.denoise} gives. */
export interface DenoiseResult<T extends SvnrImage | Blob = ImageData> {
  /**
   * The denoised image: a {@link PlainImage} with the same type of array for one, an `ImageData` for everything else. In
   * Node, which has no `ImageData`, a file gives what {@link decodeFile} gives.
   */
  image: T extends ImageData ? ImageData : T extends PlainImage ? T : ImageData;
  /** The noise that was removed, before `strength`. */
  noise: (NoiseModel & Partial<NoiseEstimate>) | CurvedNoise | NoiseMap;
  /**
   * Only with several samples: how far they differ at each pixel, row after row, as a standard deviation on the sRGB
   * curve with white at 1. Where it is high, the detail is uncertain; with several steps it is invented.
   */
  uncertainty?: Float32Array;
}

/** What a file says beside the picture, unread. */
export interface Metadata {
  /** The ICC profile, of RGB. */
  profile?: Uint8Array | undefined;
  /** The EXIF block, its orientation applied and reset. */
  exif?: Uint8Array | undefined;
  /** The XMP packet. */
  xmp?: Uint8Array | undefined;
}

/** What {@link decodeFile} gives. */
export interface DecodedFile {
  /**
   * RGBA, upright: 8 bits as an ImageData, 16 bits, or floats in linear light. The colours are those of the profile; nothing
   * is converted.
   */
  image: ImageData | PlainImage;
  width: number;
  height: number;
  /** Bits of a sample in the file; 32 are floats. */
  depth: 8 | 16 | 32;
  /** What {@link encodeFile} puts into a file again. */
  metadata: Metadata;
  /** Whether the file holds more pictures, which are not read: an animated PNG or WebP, a TIFF of several pages. */
  isFirstOfSeveral: boolean;
}

/** How {@link encodeFile} goes. */
export interface EncodeOptions {
  /** `png` by default. WebP is lossy only in browsers that write it; at quality 100, and in Node, it is lossless. */
  format?: 'png' | 'jpeg' | 'webp' | 'tiff';
  /** Bits of a sample: as many as the image has, as far as the format takes them (PNG 16, TIFF 32, the others 8). */
  depth?: 8 | 16 | 32;
  /** From 1 to 100, 92 by default; for JPEG and WebP. */
  quality?: number;
  /**
   * What belongs to the image. PNG, JPEG and WebP keep all of it; TIFF keeps the profile, and neither EXIF nor XMP.
   * Without a profile, an image in `display-p3` is written with that of Display P3.
   */
  metadata?: Metadata;
}

/**
 * Decodes PNG, JPEG, WebP and TIFF, of 8, 16 and 32 bits, and keeps what browsers throw away: the depth, the colour
 * profile, EXIF and XMP.
 *
 * @throws {SvnrError} `unsupported-format`, `unsupported-image`, `too-large`, `load-failed`
 */
export function decodeFile(file: Blob | ArrayBuffer | Uint8Array, options?: { name?: string }): Promise<DecodedFile>;

/**
 * Encodes an image, with what belongs to it. JPEG has no transparency: what is transparent gets white.
 *
 * @throws {SvnrError} `unsupported-image`, `bad-option`, `load-failed`
 */
export function encodeFile(image: SvnrImage, options?: EncodeOptions): Promise<Blob>;

/**
 * Any image as an ImageData, for canvases.
 *
 * @throws {SvnrError} `unsupported-image`, `load-failed`
 */
export function toImageData(image: SvnrImage): Promise<ImageData>;

/** A network on a device, ready to denoise. Made by {@link Denoiser.create}. */
export class Denoiser {
  private constructor();

  /**
   * Loads everything and gets the device ready.
   *
   * @throws {SvnrError} `load-failed`, `bad-weights`, `no-webgpu`, `device-lost`, `bad-option`
   */
  static create(options?: CreateOptions): Promise<Denoiser>;

  /** What it runs on. With `backend: 'auto'` it turns from `webgpu` to `cpu` when the GPU is lost in the middle of a run. */
  readonly backend: 'webgpu' | 'cpu';
  /** The GPU; `null` on the CPU. */
  readonly adapter: Adapter | null;
  /** Why `backend: 'auto'` took the CPU, at once or in the middle, in words; `null` when it did not. */
  readonly fallbackReason: string | null;

  /**
   * Measures the noise in an image.
   *
   * @throws {SvnrError} `unsupported-image`, `too-large`, `freed`
   */
  estimateNoise(image: SvnrImage): NoiseEstimate;

  /**
   * What {@link denoise} would take away with these options, without doing it.
   *
   * @throws {SvnrError} as {@link denoise}
   */
  maps(image: SvnrImage, options?: DenoiseOptions): Maps;

  /**
   * Denoises an image, or that of a file as the browser shows it. Calls queue: one runs after the other, each on the image
   * as it was when it was called.
   *
   * @throws {SvnrError} `unsupported-image`, `unsupported-format`, `too-large`, `bad-option`, `device-lost`, `freed`
   */
  denoise<T extends SvnrImage | Blob>(image: T, options?: DenoiseOptions): Promise<DenoiseResult<T>>;

  /** Gives back its memory. A run under way ends after its tile with the error `freed`, as does every later call. */
  free(): void;
}

/**
 * The denoiser in its own worker, so that the page stays responsive.
 *
 * ```js
 * import { createWorkerDenoiser } from 'svnr/worker';
 *
 * const denoiser = await createWorkerDenoiser();
 * const { image } = await denoiser.denoise(imageData);
 * denoiser.free();
 * ```
 *
 * @module
 */

import type {
  Adapter,
  CreateOptions,
  DecodedFile,
  DenoiseOptions,
  DenoiseResult,
  EncodeOptions,
  Maps,
  Metadata,
  NoiseEstimate,
  NoiseModel,
  SvnrImage,
} from './index.js';
import type { RawFiles, RawOptions } from './raw.js';

/** Whether an image moves to the worker or is copied. */
export interface TransferOptions {
  /** Moves the image to the worker instead of copying it; it cannot be used afterwards. Off by default. */
  transfer?: boolean;
}

/**
 * Everything that `svnr` offers, in a worker. Images and files are sent as they are at the time of the call; results
 * move back without a copy. Every method rejects as its counterpart throws, and with `load-failed` when the worker
 * ends.
 */
export interface WorkerDenoiser {
  /** What it runs on. It changes from `webgpu` to `cpu` as `Denoiser`'s does, and so do the two below. */
  readonly backend: 'webgpu' | 'cpu';
  /** The GPU; `null` on the CPU. */
  readonly adapter: Adapter | null;
  /** Why `backend: 'auto'` uses the CPU, for people; `null` when it does not. */
  readonly fallbackReason: string | null;
  /** How many tiles are denoised at once: on the CPU the number of workers, on a GPU 1. */
  readonly workers: number;

  /** Measures the noise in an image or a file. */
  estimateNoise(image: SvnrImage | Blob, options?: TransferOptions): Promise<NoiseEstimate>;

  /** What {@link denoise} would remove with these options, without doing it. */
  maps(image: SvnrImage | Blob, options?: DenoiseOptions): Promise<Maps>;

  /** Denoises an image or a file. Calls queue. */
  denoise<T extends SvnrImage | Blob>(image: T, options?: DenoiseOptions): Promise<DenoiseResult<T>>;

  /**
   * Denoises a RAW file; see `Denoiser.denoiseRaw`. An `ArrayBuffer` or a `Uint8Array` is copied, a `Blob` is not. The
   * `File` of an `<input>` is best.
   */
  denoiseRaw(file: Blob | ArrayBuffer | Uint8Array, options?: RawOptions): Promise<RawFiles>;

  /** The noise of a typical camera at an analog gain; see `noiseAtGain` of `svnr`. */
  noiseAtGain(gain: number): Promise<NoiseModel>;

  /** Decodes a file; see `decodeFile` of `svnr`. */
  decodeFile(file: Blob | ArrayBuffer | Uint8Array, options?: { name?: string }): Promise<DecodedFile>;

  /** Encodes an image; see `encodeFile` of `svnr`. */
  encodeFile(image: SvnrImage, options?: EncodeOptions & TransferOptions): Promise<Blob>;

  /** Any image, or that of a file, as an ImageData. */
  toImageData(
    image: SvnrImage | Blob,
    options?: TransferOptions & { profile?: Uint8Array | undefined },
  ): Promise<ImageData>;

  /** What `encodeFile` would leave out of the metadata in a format; see `leftOutOf` of `svnr`. */
  leftOutOf(metadata: Metadata, format: 'png' | 'jpeg' | 'webp' | 'tiff'): Promise<string[]>;

  /** Ends the worker at once. The current run and every later call reject with `freed`. */
  free(): void;
}

/**
 * Starts a worker and prepares a denoiser in it. Addresses are relative to the page.
 *
 * @throws {SvnrError} as `Denoiser.create` does
 */
export function createWorkerDenoiser(options?: CreateOptions): Promise<WorkerDenoiser>;

/**
 * The denoiser in a worker of its own, so that the page stays free.
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
  DenoiseOptions,
  DenoiseProgress,
  DenoiseResult,
  InitOptions,
  NoiseEstimate,
  Preview,
  SvnrImage,
} from './index.js';

/** How {@link createWorkerDenoiser} goes. Addresses are relative to the page. */
export interface WorkerCreateOptions extends CreateOptions {
  /** The wasm module or where it lies, as `init` takes it, but for a Response. */
  module_or_path?: Exclude<InitOptions['module_or_path'], Response>;
}

/** Progress of {@link WorkerDenoiser.denoise}. */
export type WorkerDenoiseProgress = DenoiseProgress extends infer P
  ? P extends { preview: unknown }
    ? Omit<P, 'preview'> & {
        /**
         * The picture after the tile that is being worked on, thinned out to about `most` pixels (a million by default);
         * `null` when the run is over by then. Costs time, so call it only as often as somebody looks.
         */
        preview: (most?: number) => Promise<Preview | null>;
      }
    : P
  : never;

/** What moves to the worker and what is copied. */
export interface TransferOptions {
  /**
   * Moves the image's buffer, or the ImageBitmap, to the worker: nothing is copied, and the image cannot be used any more.
   * Off by default.
   */
  transfer?: boolean;
}

/** How {@link WorkerDenoiser.denoise} goes. */
export interface WorkerDenoiseOptions extends Omit<DenoiseOptions, 'onProgress'>, TransferOptions {
  /** Called as things go on. */
  onProgress?: (progress: WorkerDenoiseProgress) => void;
}

/** A {@link index!Denoiser} that runs in a worker. Results move back without a copy. */
export interface WorkerDenoiser {
  /** What it runs on; turns from `webgpu` to `cpu` as that of `Denoiser` does, as do the two below. */
  readonly backend: 'webgpu' | 'cpu';
  /** The GPU; `null` on the CPU. */
  readonly adapter: Adapter | null;
  /** Why `backend: 'auto'` took the CPU, at once or in the middle, in words; `null` when it did not. */
  readonly fallbackReason: string | null;

  /** Measures the noise in an image. Rejects as `Denoiser.estimateNoise` throws. */
  estimateNoise(image: SvnrImage, options?: TransferOptions): Promise<NoiseEstimate>;

  /** Denoises an image. Calls queue. Rejects as `Denoiser.denoise` does, with `load-failed` when the worker ends. */
  denoise<T extends SvnrImage>(image: T, options?: WorkerDenoiseOptions): Promise<DenoiseResult<T>>;

  /** Ends the worker at once. What runs, and every later call, rejects with `freed`. */
  free(): void;
}

/**
 * Starts a worker and gets a denoiser ready in it.
 *
 * @throws {SvnrError} as `Denoiser.create` does
 */
export function createWorkerDenoiser(options?: WorkerCreateOptions): Promise<WorkerDenoiser>;

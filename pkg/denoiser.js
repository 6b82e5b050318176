import { onCpu, open, withSettings } from './engine.js';
import { SvnrError } from './errors.js';
import { fileImage } from './files.js';
import { MOST_PIXELS_SAMPLED, checkCount, keptPixelsOf, pixelsOf, toSharedImage, writeSharedImage } from './image.js';
import { load } from './load.js';
import { noiseOf } from './noise.js';
import { checkMaps, createOptions, denoiseOptions } from './options.js';
import { Pool, workersHere } from './pool.js';
import { checkRegion, cropped, cut, overviewOf, partOf } from './region.js';
import { Samples } from './wasm/svnr_wasm.js';
import { call, callAsync, checkAlive, init } from './wasm.js';

/** @typedef {import('./image.js').Pixels} Pixels */
/** @typedef {import('./wasm/svnr_wasm.js').Engine} Engine */
/** @typedef {import('./wasm/svnr_wasm.js').Task} Task */
/** @typedef {import('./engine.js').Options} Options */

/** Sides of tiles: large enough for the halo to cost little, small enough to cancel quickly. */
const TILE = { webgpu: 512, cpu: 384 };

/** Only `Denoiser.create` makes denoisers. */
const KEY = Symbol('create');

/** See index.d.ts. */
export class Denoiser {
  /** @type {Engine | undefined} */
  #engine;
  /** The weights, which the CPU needs to continue when the GPU is lost.
   * @type {Uint8Array} */
  #weights;
  /** Whether it may go from the GPU to the CPU. */
  #mayMove;
  /** The workers that share the tiles on the CPU.
   * @type {Pool} */
  #pool;
  /** The CPU for single runs on which the GPU has computed wrong.
   * @type {Engine | undefined} */
  #helper;
  /** The runs that it has taken over.
   * @type {WeakSet<Task>} */
  #helped = new WeakSet();
  /** Settles with the last run in the queue. */
  #queue = Promise.resolve();

  /**
   * @param {typeof KEY} key
   * @param {import('./engine.js').Place} place
   * @param {Uint8Array} weights
   * @param {Pool} pool
   * @param {boolean} mayMove
   */
  constructor(key, { engine, backend, adapter, fallbackReason }, weights, pool, mayMove) {
    if (key !== KEY) throw new TypeError('use await Denoiser.create()');
    this.#engine = engine;
    this.#weights = weights;
    this.#pool = pool;
    this.#mayMove = mayMove;
    this.backend = backend;
    this.adapter = adapter;
    this.fallbackReason = fallbackReason;
  }

  get workers() {
    return this.backend === 'cpu' ? this.#pool.size : 1;
  }

  /** @param {unknown} options */
  static async create(options = {}) {
    const { backend, workers, weights, module_or_path, signal, onProgress } = createOptions(options);
    signal?.throwIfAborted();
    onProgress?.({ phase: 'loading', fraction: 0 });
    const [bytes, most] = await Promise.all([
      weightBytes(weights, signal, (fraction) => onProgress?.({ phase: 'loading', fraction })),
      workersHere(workers),
      init({ module_or_path, signal }),
    ]);
    signal?.throwIfAborted();
    onProgress?.({ phase: 'compiling', fraction: undefined });
    const place = await open(bytes, backend, signal);
    return new Denoiser(KEY, place, bytes, new Pool(bytes, most), backend === 'auto' && place.backend === 'webgpu');
  }

  /** @param {unknown} image */
  estimateNoise(image) {
    this.#alive();
    const pixels = pixelsOf(image);
    const shared = call(() => toSharedImage(pixels));
    try {
      return noiseOf(shared);
    } finally {
      shared.free();
    }
  }

  /**
   * @param {unknown} image
   * @param {unknown} options
   */
  maps(image, options = {}) {
    const engine = this.#alive();
    const pixels = pixelsOf(image);
    const checked = denoiseOptions(options);
    checkMaps(checked, pixels);
    const shared = call(() => toSharedImage(pixels));
    try {
      const settings = { ...checked, noise: checked.noise ?? noiseOf(shared), tile: TILE[this.backend] };
      const maps = call(() => withSettings(settings, (noise, given) => engine.maps(shared, noise, given)));
      const { std, time } = maps;
      maps.free();
      return { std, time, width: pixels.width, height: pixels.height };
    } finally {
      shared.free();
    }
  }

  /**
   * @param {unknown} image
   * @param {unknown} options
   */
  overview(image, options = {}) {
    const engine = this.#alive();
    const pixels = pixelsOf(image);
    const checked = denoiseOptions(options);
    checkMaps(checked, pixels);
    return overviewOf(engine, pixels, { ...checked, noise: checked.noise ?? this.estimateNoise(pixels), tile: TILE[this.backend] });
  }

  /**
   * @param {unknown} image
   * @param {unknown} options
   */
  async denoise(image, options = {}) {
    this.#alive();
    const checked = denoiseOptions(options);
    if (checked.region) return this.#denoiseRegion(image, checked, checked.region);
    // The caller may change the image before its turn comes.
    return this.#enqueue(image instanceof Blob ? fileImage(image) : keptPixelsOf(image, checked.transfer), checked);
  }

  /**
   * A run on a region of an image.
   *
   * @param {unknown} image
   * @param {Options} options
   * @param {NonNullable<Options['region']>} region
   * @returns {Promise<import('./index.d.ts').DenoiseResult<any>>}
   */
  async #denoiseRegion(image, options, region) {
    options.signal?.throwIfAborted();
    const pixels = image instanceof Blob ? await fileImage(image) : pixelsOf(image);
    checkRegion(region, pixels);
    checkMaps(options, pixels);
    const noise = options.noise ?? this.estimateNoise(pixels);
    const tile = options.tile ?? TILE[this.backend];
    // What is cut out is a copy.
    const part = partOf(this.#alive(), pixels, { ...options, noise, region, tile });
    const { inner } = part;
    const { onProgress } = options;
    /** @type {Options['onProgress']} */
    const report = (progress) => {
      if (progress.phase !== 'denoising') return onProgress?.(progress);
      const preview = async () => {
        const all = await progress.preview(Number.MAX_SAFE_INTEGER);
        return all && { ...all, width: inner.width, height: inner.height, data: cut(all.data, all, inner) };
      };
      return onProgress?.({ ...progress, preview });
    };
    const result = await this.#enqueue(part.image, { ...part.options, onProgress: onProgress && report });
    const uncertainty = result.uncertainty && cut(result.uncertainty, part.image, inner);
    return { image: cropped(result.image, inner), noise, ...(uncertainty && { uncertainty }) };
  }

  /**
   * Runs when all runs before have ended.
   *
   * @param {Pixels | Promise<Pixels>} pixels
   * @param {Options} checked
   * @returns {Promise<import('./index.d.ts').DenoiseResult<any>>}
   */
  async #enqueue(pixels, checked) {
    if (!(pixels instanceof Promise)) checkImage(pixels, checked);
    const run = this.#queue.then(async () => {
      const own = await pixels;
      checkImage(own, checked);
      return this.#run(own, checked);
    });
    // A file is decoded while other runs go on; if that fails, it is reported when its turn comes.
    Promise.resolve(pixels).catch(() => {});
    this.#queue = run.then(
      () => {},
      () => {},
    );
    return run;
  }

  free() {
    const engine = this.#engine;
    this.#engine = undefined;
    this.#pool.end(freed());
    // A run in progress holds the engine until its tile is done, and then ends too.
    // An engine that has failed has nothing to give back.
    this.#queue
      .then(() => {
        engine?.dispose();
        this.#helper?.dispose();
      })
      .catch(() => {});
  }

  #alive() {
    if (!this.#engine) throw freed();
    checkAlive();
    return this.#engine;
  }

  /**
   * @param {Pixels} image
   * @param {Options} options
   * @returns {Promise<import('./index.d.ts').DenoiseResult<any>>}
   */
  async #run(image, options) {
    const { signal, onProgress } = options;
    const check = () => {
      signal?.throwIfAborted();
      return this.#alive();
    };
    check();
    const shared = call(() => toSharedImage(image));
    /** @type {Samples | undefined} */
    let samples;
    try {
      if (!options.noise) {
        onProgress?.({ phase: 'estimating', fraction: 0 });
        await macrotask();
        check();
      }
      const noise = options.noise ?? noiseOf(shared);
      const settings = { ...options, noise, tile: options.tile ?? TILE[this.backend] };
      const first = await this.#draw(shared, image, settings, 1, check);
      if (options.samples === 1) return { image: filled(first, image), noise };
      samples = call(() => new Samples(first));
      for (let sample = 2; sample <= options.samples; sample += 1) {
        const next = await this.#draw(shared, image, settings, sample, check);
        samples.add(next);
        next.free();
      }
      const uncertainty = samples.uncertainty();
      const mean = samples.intoMean();
      samples = undefined;
      return { image: filled(mean, image), noise, uncertainty };
    } finally {
      samples?.free();
      shared.free();
    }
  }

  /**
   * One sample, as a shared image that the caller frees.
   *
   * @param {import('./wasm/svnr_wasm.js').SharedImage} shared
   * @param {Pixels} image
   * @param {Options & { noise: NonNullable<Options['noise']>, tile: number }} options
   * @param {number} sample  from 1
   * @param {() => Engine} check
   */
  async #draw(shared, image, options, sample, check) {
    const { signal, onProgress, samples } = options;
    /** @type {Task | undefined} */
    let task = call(() =>
      withSettings({ ...options, sample: samples > 1 ? sample - 1 : undefined }, (noise, settings) =>
        check().start(shared, noise, settings),
      ),
    );
    const running = task;
    const { steps, tiles } = task;
    /** @param {number} most */
    const preview = async (most = 1_000_000) => {
      if (running !== task) return null;
      const { width, height, data } = call(() => running.preview(most));
      /** @type {'srgb' | 'display-p3'} */
      const colorSpace = image.colorSpace === 'display-p3' ? 'display-p3' : 'srgb';
      return { width, height, data: new Uint8ClampedArray(data), colorSpace };
    };
    let fraction = 0;
    /** @param {{ step: number, tile: number, fraction: number }} done */
    const report = ({ step, tile, fraction: done }) => {
      fraction = (sample - 1 + done) / samples;
      onProgress?.({ phase: 'denoising', sample, samples, step, steps, tile, tiles, fraction, preview });
    };
    const recovering = (/** @type {string} */ reason) => onProgress?.({ phase: 'recovering', fraction, reason });
    try {
      report({ step: 1, tile: 0, fraction: 0 });
      for (;;) {
        // Without a break between tiles, a page that runs this in its own thread could neither draw nor cancel.
        await macrotask();
        check();
        // A single tile would only wait for its worker to start.
        if (this.workers > 1 && tiles > 1) await this.#pool.denoise(running, signal, { check, report, recovering });
        /** @type {import('./wasm/svnr_wasm.js').Progress | undefined} */
        let done;
        try {
          done = await callAsync(() => running.advance());
        } catch (error) {
          check();
          recovering(this.#moveToCpu(running, error));
          continue;
        }
        check();
        if (!done) break;
        report(done);
      }
      task = undefined;
      return call(() => running.finish());
    } finally {
      task?.free();
    }
  }

  /**
   * Moves this run from the GPU to the CPU, and all later ones if the GPU is lost. One that computed something wrong stays:
   * the next photo may go well. Rethrows the error if it means something else, or if the CPU must not be used.
   *
   * @param {Task} task
   * @param {unknown} error
   * @returns {string}  why, in words
   */
  #moveToCpu(task, error) {
    if (!this.#mayMove || !(error instanceof SvnrError)) throw error;
    if (error.code === 'device-wrong' && !this.#helped.has(task)) {
      const helper = (this.#helper ??= onCpu(this.#weights, null).engine);
      call(() => task.continueOn(helper));
      this.#helped.add(task);
      return error.message;
    }
    if (error.code !== 'device-lost') throw error;
    const lost = this.#engine;
    const { engine, ...device } = onCpu(this.#weights, error.message);
    call(() => task.continueOn(engine));
    this.#engine = engine;
    this.#mayMove = false;
    Object.assign(this, device);
    call(() => lost?.dispose());
    return error.message;
  }
}

function freed() {
  return new SvnrError('freed', 'this denoiser was freed; create a new one');
}

/**
 * Whether an image can be denoised with these options.
 *
 * @param {Pixels} image
 * @param {Options} options
 */
function checkImage(image, options) {
  checkMaps(options, image);
  if (options.samples > 1) checkCount(image.width * image.height, MOST_PIXELS_SAMPLED);
}

/**
 * The image with the colours of a shared image, which is freed.
 *
 * @param {import('./wasm/svnr_wasm.js').SharedImage} shared
 * @param {Pixels} image
 */
function filled(shared, image) {
  try {
    call(() => writeSharedImage(shared, image));
    return image;
  } finally {
    shared.free();
  }
}

/**
 * @param {URL | string | ArrayBuffer | Uint8Array | undefined} weights
 * @param {AbortSignal | undefined} signal
 * @param {(fraction: number | undefined) => void} onFraction
 */
async function weightBytes(weights, signal, onFraction) {
  // Copied, because they may be needed again after the caller has changed them.
  if (weights instanceof Uint8Array) return weights.slice();
  if (weights instanceof ArrayBuffer) return new Uint8Array(weights.slice());
  return load(weights ?? new URL('./svnr.safetensors', import.meta.url), 'the weight file', signal, onFraction);
}

/** Resolves in a later task, after everything that is waiting. */
function macrotask() {
  const { port1, port2 } = new MessageChannel();
  return /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    })
  );
}

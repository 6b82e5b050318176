import { SvnrError } from './errors.js';
import { gpu } from './gpu.js';
import { checkImage, fromPicture, toPicture } from './image.js';
import { load } from './load.js';
import { createOptions, denoiseOptions } from './options.js';
import { Engine, Noise, Settings, estimateNoise } from './svnr_wasm.js';
import { call, callAsync, checkAlive, init } from './wasm.js';

/** @typedef {import('./index.d.ts').SvnrImage} SvnrImage */

/** Sides of tiles: large enough that the halo costs little, small enough that cancelling is quick. */
const TILE = { webgpu: 512, cpu: 384 };

/** Only `Denoiser.create` makes denoisers. */
const KEY = Symbol('create');

/** See index.d.ts. */
export class Denoiser {
  /** @type {Engine | undefined} */
  #engine;
  /** The end of the last run that was asked for. */
  #queue = Promise.resolve();

  /**
   * @param {typeof KEY} key
   * @param {Engine} engine
   * @param {'webgpu' | 'cpu'} backend
   * @param {import('./index.d.ts').Adapter | null} adapter
   * @param {string | null} fallbackReason
   */
  constructor(key, engine, backend, adapter, fallbackReason) {
    if (key !== KEY) throw new TypeError('use await Denoiser.create()');
    this.#engine = engine;
    this.backend = backend;
    this.adapter = adapter;
    this.fallbackReason = fallbackReason;
  }

  /** @param {unknown} options */
  static async create(options = {}) {
    const { backend, weights, signal, onProgress } = createOptions(options);
    signal?.throwIfAborted();
    onProgress?.({ phase: 'loading', fraction: 0 });
    const [bytes] = await Promise.all([
      weightBytes(weights, signal, (fraction) => onProgress?.({ phase: 'loading', fraction })),
      init({ signal }),
    ]);
    signal?.throwIfAborted();
    onProgress?.({ phase: 'compiling', fraction: undefined });
    if (backend === 'cpu') return onCpu(bytes, null);
    try {
      const adapter = await callAsync(gpu);
      signal?.throwIfAborted();
      const engine = call(() => Engine.onGpu(bytes));
      await callAsync(() => engine.warmUp());
      signal?.throwIfAborted();
      return new Denoiser(KEY, engine, 'webgpu', adapter, null);
    } catch (error) {
      const isGpu = error instanceof SvnrError && (error.code === 'no-webgpu' || error.code === 'device-lost');
      if (backend === 'webgpu' || !isGpu) throw error;
      return onCpu(bytes, error.message);
    }
  }

  /** @param {SvnrImage} image */
  estimateNoise(image) {
    this.#alive();
    checkImage(image);
    const picture = call(() => toPicture(image));
    try {
      return noiseOf(picture);
    } finally {
      picture.free();
    }
  }

  /**
   * @template {SvnrImage} T
   * @param {T} image
   * @param {unknown} options
   * @returns {Promise<import('./index.d.ts').DenoiseResult<T>>}
   */
  async denoise(image, options = {}) {
    this.#alive();
    checkImage(image);
    const checked = denoiseOptions(options);
    const run = this.#queue.then(() => this.#run(image, checked));
    this.#queue = run.then(
      () => {},
      () => {},
    );
    return run;
  }

  free() {
    const engine = this.#engine;
    this.#engine = undefined;
    // A run that is under way holds the engine until its tile is done; then it ends, too.
    this.#queue.then(() => engine?.free());
  }

  #alive() {
    if (!this.#engine) throw new SvnrError('freed', 'this denoiser was freed; create a new one');
    checkAlive();
    return this.#engine;
  }

  /**
   * @template {SvnrImage} T
   * @param {T} image
   * @param {ReturnType<typeof denoiseOptions>} options
   */
  async #run(image, { noise: wanted, signal, onProgress, tile: side, ...settings }) {
    /** @type {import('./svnr_wasm.js').Task | undefined} */
    let task;
    const check = () => {
      signal?.throwIfAborted();
      return this.#alive();
    };
    check();
    const picture = call(() => toPicture(image));
    try {
      if (!wanted) {
        onProgress?.({ phase: 'estimating', fraction: 0 });
        await macrotask();
        check();
      }
      const noise = wanted ?? noiseOf(picture);
      const tile = side ?? TILE[this.backend];
      task = call(() => start(check(), picture, noise, { ...settings, tile }));
      const running = task;
      const { steps, tiles } = task;
      /** @param {number} most */
      const preview = (most = 1_000_000) => {
        if (running !== task) throw new SvnrError('freed', 'preview() works only while its run is under way');
        const { width, height, data } = call(() => running.preview(most));
        /** @type {'srgb' | 'display-p3'} */
        const colorSpace = image.colorSpace === 'display-p3' ? 'display-p3' : 'srgb';
        return { width, height, data: new Uint8ClampedArray(data), colorSpace };
      };
      onProgress?.({ phase: 'denoising', step: 1, steps, tile: 0, tiles, fraction: 0, preview });
      for (;;) {
        // Without a break between tiles a page that runs this in its own thread never gets to draw or to cancel.
        await macrotask();
        check();
        const done = await callAsync(() => running.advance());
        check();
        if (!done) break;
        const { step, tile, fraction } = done;
        onProgress?.({ phase: 'denoising', step, steps, tile, tiles, fraction, preview });
      }
      task = undefined;
      const finished = call(() => running.finish());
      try {
        return { image: call(() => fromPicture(finished, image)), noise };
      } finally {
        finished.free();
      }
    } finally {
      task?.free();
      picture.free();
    }
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {string | null} fallbackReason
 */
function onCpu(bytes, fallbackReason) {
  const engine = call(() => Engine.onCpu(bytes));
  return new Denoiser(KEY, engine, 'cpu', null, fallbackReason);
}

/**
 * @param {URL | string | ArrayBuffer | Uint8Array | undefined} weights
 * @param {AbortSignal | undefined} signal
 * @param {(fraction: number | undefined) => void} onFraction
 */
async function weightBytes(weights, signal, onFraction) {
  if (weights instanceof Uint8Array) return weights;
  if (weights instanceof ArrayBuffer) return new Uint8Array(weights);
  return load(weights ?? new URL('./svnr.safetensors', import.meta.url), 'the weight file', signal, onFraction);
}

/**
 * @param {import('./svnr_wasm.js').Picture} picture
 * @returns {import('./index.d.ts').NoiseEstimate}
 */
function noiseOf(picture) {
  return /** @type {any} */ (call(() => estimateNoise(picture)));
}

/**
 * @param {Engine} engine
 * @param {import('./svnr_wasm.js').Picture} picture
 * @param {{ read: number, shot: number }} model
 * @param {{ steps: number, seed: number, stochastic: boolean, strength: number, tile: number }} options
 */
function start(engine, picture, model, options) {
  const noise = new Noise(model.read, model.shot);
  const settings = Object.assign(new Settings(), options);
  try {
    return engine.start(picture, noise, settings);
  } finally {
    noise.free();
    settings.free();
  }
}

/** Resolves after everything else that waits has had its turn. */
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

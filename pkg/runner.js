import { onCpu, open, withSettings } from './engine.js';
import { SvnrError } from './errors.js';
import { load } from './load.js';
import { Pool, workersHere } from './pool.js';
import { Samples } from './wasm/svnr_wasm.js';
import { call, callAsync, checkAlive, init } from './wasm.js';

/** @typedef {import('./wasm/svnr_wasm.js').Engine} Engine */
/** @typedef {import('./wasm/svnr_wasm.js').Task} Task */
/** @typedef {import('./wasm/svnr_wasm.js').SharedImage} SharedImage */
/** @typedef {import('./engine.js').Wanted} Wanted */
/** @typedef {Omit<ReturnType<typeof import('./options.js').createOptions>, 'raw'>} CreateOptions */

/** What a run looks like so far, in about `most` pixels.
 * @typedef {(task: Task, most: number) => import('./index.d.ts').Preview} Show */

/** Sides of tiles: large enough for the halo to cost little, small enough to cancel quickly. */
const TILE = { webgpu: 512, cpu: 384 };

/** A network on a device, and runs on it, one after the other: on the CPU once the GPU fails. */
export class Runner {
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
  /** Whether it was on a GPU that is lost. */
  #hasLostGpu;

  /**
   * @param {import('./engine.js').Place} place
   * @param {Uint8Array} weights
   * @param {Pool} pool
   * @param {boolean} mayMove
   */
  constructor({ engine, backend, adapter, fallbackReason, hasLostGpu }, weights, pool, mayMove) {
    this.#engine = engine;
    this.#weights = weights;
    this.#pool = pool;
    this.#mayMove = mayMove;
    this.#hasLostGpu = hasLostGpu;
    this.backend = backend;
    this.adapter = adapter;
    this.fallbackReason = fallbackReason;
  }

  /**
   * Loads the module, if need be, and the weights, and prepares the device.
   *
   * @param {CreateOptions} options
   */
  static async open({ backend, workers, weights, module_or_path, signal, onProgress }) {
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
    const mayMove = backend === 'auto' && place.backend === 'webgpu';
    return new Runner(place, bytes, new Pool(bytes, most), mayMove);
  }

  /** The network, for as long as it is there. */
  get engine() {
    if (!this.#engine) throw freed();
    checkAlive();
    return this.#engine;
  }

  /** Throws if a run is to end. @param {AbortSignal} [signal] */
  check(signal) {
    signal?.throwIfAborted();
    return this.engine;
  }

  /** How many tiles are denoised at once. */
  get workers() {
    return this.backend === 'cpu' ? this.#pool.size : 1;
  }

  /** The side of a tile where nobody asks for another. */
  get tile() {
    return TILE[this.backend];
  }

  /** The backend that another network should be opened on, to be where this one is.
   * @returns {'auto' | 'webgpu' | 'cpu'} */
  get backendForOthers() {
    return this.backend === 'webgpu' && this.#mayMove ? 'auto' : this.backend;
  }

  /**
   * Does something when all runs before have ended.
   *
   * @template T
   * @param {() => Promise<T>} f
   * @returns {Promise<T>}
   */
  inTurn(f) {
    const run = this.#queue.then(f);
    this.#queue = run.then(
      () => {},
      () => {},
    );
    return run;
  }

  /** Gives back what it holds; runs that wait are refused. */
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

  /**
   * The mean of as many samples as are wanted, as a shared image that the caller frees, and where they differ.
   *
   * @param {SharedImage} shared
   * @param {Wanted} settings
   * @param {Show} show
   * @returns {Promise<{ made: SharedImage, uncertainty: Float32Array | undefined }>}
   */
  async samples(shared, settings, show) {
    const { made: first, overview } = await this.#draw(shared, settings, 1, show);
    if (settings.samples === 1) return { made: first, uncertainty: undefined };
    // What the first sample has found out of the photo, the others need not.
    const further = { ...settings, place: settings.place ?? { row: 0, column: 0, overview } };
    /** @type {Samples | undefined} */
    let samples = call(() => new Samples(first));
    try {
      for (let sample = 2; sample <= settings.samples; sample += 1) {
        const { made: next } = await this.#draw(shared, further, sample, show);
        samples.add(next);
        next.free();
      }
      const uncertainty = samples.uncertainty();
      const made = samples.intoMean();
      samples = undefined;
      return { made, uncertainty };
    } finally {
      samples?.free();
    }
  }

  /**
   * One sample, as a shared image that the caller frees, and what is known of the photo.
   *
   * @param {SharedImage} shared
   * @param {Wanted} options
   * @param {number} sample  from 1
   * @param {Show} show
   */
  async #draw(shared, options, sample, show) {
    const { signal, onProgress, samples } = options;
    const check = () => this.check(signal);
    check();
    /** @type {Task | undefined} */
    let task = call(() =>
      withSettings({ ...options, sample: samples > 1 ? sample - 1 : undefined }, (noise, settings) =>
        this.engine.start(shared, noise, settings),
      ),
    );
    const running = task;
    const { steps, tiles } = task;
    /** @type {import('./index.d.ts').Overview} */
    const overview = JSON.parse(task.overview());
    /** @param {number} most */
    const preview = async (most = 1_000_000) => (running === task ? show(running, most) : null);
    const ofAll = (/** @type {number} */ fraction) => (sample - 1 + fraction) / samples;
    /** @param {{ step: number, tile: number, fraction: number }} done */
    const report = ({ step, tile, fraction }) => {
      onProgress?.({ phase: 'denoising', sample, samples, step, steps, tile, tiles, fraction: ofAll(fraction), preview });
    };
    const recovering = (/** @type {string} */ reason) => {
      onProgress?.({ phase: 'recovering', fraction: ofAll(running.fraction), reason });
    };
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
      return { made: call(() => running.finish()), overview };
    } finally {
      task?.free();
    }
  }

  /**
   * Moves this run from the GPU to the CPU, and all later ones if the GPU is lost. One that computed something wrong
   * stays: the next photo may go well. Rethrows the error if it means something else, or if the CPU must not be used.
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
    this.#leaveGpu(error.message, task);
    return error.message;
  }

  /**
   * Goes to the CPU, for this run and all later ones, because the GPU is lost.
   *
   * @param {string | null} why  in words
   * @param {Task} [task]
   */
  #leaveGpu(why, task) {
    const lost = this.#engine;
    const { engine, hasLostGpu, ...device } = onCpu(this.#weights, why, true);
    if (task) call(() => task.continueOn(engine));
    this.#engine = engine;
    this.#mayMove = false;
    this.#hasLostGpu = hasLostGpu;
    Object.assign(this, device);
    call(() => lost?.dispose());
  }

  /** Leaves the GPU if another runner has lost it. @param {Runner} other */
  follow(other) {
    if (other.#hasLostGpu && this.#mayMove && this.#engine) this.#leaveGpu(other.fallbackReason);
  }
}

function freed() {
  return new SvnrError('freed', 'this denoiser was freed; create a new one');
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
export function macrotask() {
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

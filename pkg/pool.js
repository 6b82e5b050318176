import { SvnrError } from './errors.js';
import { call, loadedModule } from './wasm.js';

/** @typedef {import('./wasm/svnr_wasm.js').Task} Task */
/** @typedef {import('./wasm/svnr_wasm.js').Progress} Progress */
/** @typedef {import('./pool-thread.js').ToThread} ToThread */
/** @typedef {import('./pool-thread.js').FromThread} FromThread */

/**
 * A worker, in a browser or in Node.
 *
 * @typedef {{
 *   post: (message: ToThread, moved: ArrayBuffer[]) => void,
 *   end: () => void,
 *   hold: (isHeld: boolean) => void,
 * }} Port  `hold` says whether Node waits for it before it exits
 *
 * @typedef {(hear: (message: FromThread) => void, fail: (why: string) => void) => Port} Open
 *
 * A run that the pool works on.
 * @typedef {{
 *   task: Task,
 *   check: () => void,
 *   report: (progress: Progress) => void,
 *   recovering: (reason: string) => void,
 *   resolve: () => void,
 *   reject: (error: unknown) => void,
 * }} Run
 *
 * @typedef {{ port: Port, work: { run: Run, index: number } | undefined }} Thread
 */

/** The memory of a worker: the module, the network, and all that it makes of a tile of the usual size.
 * `tests/browser/pool.test.mjs` holds workers to it. */
export const WORKER_BYTES = 80e6;
/** The share of the memory that workers may take. */
const SHARE = 0.5;
/** The memory where the browser does not tell, as Firefox and Safari do not. */
const USUAL_BYTES = 4 * 2 ** 30;
/** Beyond so many, the thread that hands out the tiles cannot keep up. */
const MOST_WORKERS = 16;
/** After how long workers without work end and give back their memory, in milliseconds. */
const PATIENCE = 10_000;

/**
 * How many workers a run may have here: one for each core, as long as they take no more than half of the memory.
 *
 * @param {'auto' | number} wanted
 * @returns {Promise<number>}
 */
export async function workersHere(wanted) {
  if (wanted !== 'auto') return wanted;
  const { cores, bytes } = await machine();
  return Math.max(1, Math.min(cores, Math.floor((SHARE * bytes) / WORKER_BYTES), MOST_WORKERS));
}

/** @returns {Promise<{ cores: number, bytes: number }>} */
async function machine() {
  if (isNode()) {
    const os = await nodes('node:os');
    return { cores: os.availableParallelism(), bytes: os.totalmem() };
  }
  /** @type {{ hardwareConcurrency?: number, deviceMemory?: number }} */
  const { hardwareConcurrency = 1, deviceMemory } = globalThis.navigator ?? {};
  return { cores: hardwareConcurrency, bytes: deviceMemory ? deviceMemory * 2 ** 30 : USUAL_BYTES };
}

/**
 * Workers that share a run's tiles on the CPU, each with its own instance of the module. This thread keeps the photo
 * and hands out what the network sees of a tile; a worker gives back the network's prediction. So the result does not
 * depend on how many there are.
 */
export class Pool {
  /** @type {Uint8Array} */
  #weights;
  /** How many workers there may be. */
  #most;
  /** @type {Set<Thread>} */
  #threads = new Set();
  /** @type {Run | undefined} */
  #run;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /**
   * @param {Uint8Array} weights
   * @param {number} most
   */
  constructor(weights, most) {
    this.#weights = weights;
    this.#most = most;
  }

  /** How many tiles can be denoised at once. Each worker that fails makes it one less. */
  get size() {
    return this.#most;
  }

  /**
   * Takes a run to its end. If workers fail, the others go on with their tiles; if none is left, the caller must go on.
   *
   * @param {Task} task
   * @param {AbortSignal | undefined} signal
   * @param {Pick<Run, 'check' | 'report' | 'recovering'>} hooks  `check` throws if the run is to end
   * @returns {Promise<void>}
   */
  async denoise(task, signal, hooks) {
    clearTimeout(this.#rest);
    const open = await opener();
    signal?.throwIfAborted();
    hooks.check();
    /** @type {(() => void) | undefined} */
    let abort;
    try {
      await new Promise((/** @type {(value?: undefined) => void} */ resolve, reject) => {
        const run = { task, ...hooks, resolve, reject };
        abort = () => reject(signal?.reason);
        signal?.addEventListener('abort', abort);
        this.#run = run;
        while (this.#threads.size < Math.min(this.#most, task.tiles)) if (!this.#add(open)) break;
        this.#hold(true);
        this.#attempt(run, () => this.#offer());
      });
    } finally {
      if (abort) signal?.removeEventListener('abort', abort);
      this.#run = undefined;
      this.#hold(false);
      this.#rest = setTimeout(() => this.#end(), PATIENCE);
      // Node's timers would keep it from exiting.
      if (typeof this.#rest === 'object') this.#rest.unref?.();
    }
  }

  /** Ends all workers, and the run with an error. @param {SvnrError} why */
  end(why) {
    clearTimeout(this.#rest);
    this.#run?.reject(why);
    this.#end();
  }

  #end() {
    for (const { port } of this.#threads) port.end();
    this.#threads.clear();
  }

  /** @param {boolean} isHeld */
  #hold(isHeld) {
    for (const { port } of this.#threads) port.hold(isHeld);
  }

  /**
   * Starts a worker. It gets its first tile with the module, before it is ready.
   *
   * @param {Open | null} open
   * @returns {boolean}  whether there is one more
   */
  #add(open) {
    try {
      if (!open) throw new Error('there are no workers here');
      /** @type {Thread} */
      const thread = {
        port: open(
          (message) => this.#hear(thread, message),
          (why) => this.#lose(thread, why),
        ),
        work: undefined,
      };
      thread.port.post({ type: 'start', module: loadedModule(), weights: this.#weights }, []);
      this.#threads.add(thread);
      return true;
    } catch (error) {
      this.#most = Math.max(1, this.#threads.size);
      this.#run?.recovering(`a worker could not be started: ${error instanceof Error ? error.message : error}`);
      return false;
    }
  }

  /** Gives every worker without work a tile, and ends the run if there is nothing more to do, or nobody to do it. */
  #offer() {
    const run = this.#run;
    if (!run) return;
    for (const thread of this.#threads) if (!thread.work && !this.#give(thread, run)) break;
    if (run.task.isDone || this.#threads.size === 0) run.resolve();
  }

  /**
   * @param {Thread} thread
   * @param {Run} run
   * @returns {boolean}  whether there was a tile to give
   */
  #give(thread, run) {
    const tile = call(() => run.task.takeTile());
    if (!tile) return false;
    const { index, size, window, x, sigmaT, y, sigmaStar } = tile;
    tile.free();
    thread.work = { run, index };
    const planes = { x, sigmaT, y, sigmaStar };
    const moved = Object.values(planes).flatMap((plane) => (plane ? [/** @type {ArrayBuffer} */ (plane.buffer)] : []));
    thread.port.post({ type: 'tile', size, window, ...planes }, moved);
    return true;
  }

  /**
   * @param {Thread} thread
   * @param {FromThread} message
   */
  #hear(thread, message) {
    if (message.type === 'failed') {
      this.#lose(thread, message.why);
      return;
    }
    const { work } = thread;
    thread.work = undefined;
    const run = this.#run;
    if (!work || !run) return;
    this.#attempt(run, () => {
      run.check();
      // What comes from a run that was cancelled is worth nothing.
      if (work.run === run) {
        // It need not wait until its last tile is written.
        this.#give(thread, run);
        run.report(call(() => run.task.finishTile(work.index, message.eps)));
      }
      this.#offer();
    });
  }

  /**
   * A worker has failed: others get its tile.
   *
   * @param {Thread} thread
   * @param {string} why
   */
  #lose(thread, why) {
    // It may tell in more than one way.
    if (!this.#threads.delete(thread)) return;
    thread.port.end();
    // There is too little memory, or something else that the next one would lack too.
    this.#most = Math.max(1, Math.min(this.#most - 1, this.#threads.size));
    const run = this.#run;
    if (!run) return;
    this.#attempt(run, () => {
      const { work } = thread;
      if (work?.run === run) call(() => run.task.returnTile(work.index));
      run.recovering(`a worker ended: ${why}`);
      this.#offer();
    });
  }

  /**
   * @param {Run} run
   * @param {() => void} f
   */
  #attempt(run, f) {
    try {
      f();
    } catch (error) {
      run.reject(error);
    }
  }
}

function isNode() {
  return typeof (/** @type {any} */ (globalThis).process?.versions?.node) === 'string' && typeof Worker !== 'function';
}

/**
 * One of Node's modules.
 *
 * @param {string} name
 * @returns {Promise<any>}
 */
function nodes(name) {
  // In a variable and with comments, so that bundlers for browsers do not look for it.
  return import(/* webpackIgnore: true */ /* @vite-ignore */ name);
}

/**
 * What starts workers here, if there are any.
 *
 * @returns {Promise<Open | null>}
 */
async function opener() {
  if (isNode()) return inNode(await nodes('node:worker_threads'));
  return typeof Worker === 'function' ? inBrowser : null;
}

/** @type {Open} */
function inBrowser(hear, fail) {
  const worker = new Worker(new URL('./pool-thread.js', import.meta.url), { type: 'module', name: 'svnr pool' });
  worker.onmessage = ({ data }) => hear(data);
  worker.onmessageerror = () => fail('its answer could not be read');
  worker.onerror = (event) => {
    event.preventDefault();
    fail(event.message || 'its script could not be loaded');
  };
  return {
    post: (message, moved) => worker.postMessage(message, moved),
    end: () => worker.terminate(),
    hold: () => {},
  };
}

/**
 * @param {{ Worker: new (place: URL, options: object) => any }} threads
 * @returns {Open}
 */
function inNode({ Worker: NodeWorker }) {
  // As above, and in a variable.
  const script = './pool-thread.js';
  return (hear, fail) => {
    const place = new URL(/* webpackIgnore: true */ /* @vite-ignore */ script, import.meta.url);
    // Flags of the program, `--input-type` for one, are not meant for this script.
    const worker = new NodeWorker(place, { execArgv: [] });
    worker.on('message', hear);
    worker.on('error', (/** @type {Error} */ error) => fail(error.message));
    worker.on('exit', (/** @type {number} */ code) => fail(`it exited with code ${code}`));
    return {
      post: (message, moved) => worker.postMessage(message, moved),
      end: () => worker.terminate(),
      hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
    };
  };
}

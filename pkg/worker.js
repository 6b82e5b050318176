import { SvnrError } from './errors.js';
import { checkKeys, createOptions, listeners, transferOption } from './options.js';

/** @typedef {import('./worker-thread.js').ToThread} ToThread */
/** @typedef {import('./worker-thread.js').FromThread} FromThread */
/** @typedef {import('./worker-thread.js').Device} Device */
/** @typedef {import('./worker-thread.js').Failure} Failure */

/**
 * What waits for an answer.
 *
 * @typedef {{
 *   resolve: (value: any) => void,
 *   reject: (error: unknown) => void,
 *   onProgress?: (progress: any) => void,
 *   onMoved?: (device: Device) => void,
 *   signal?: AbortSignal,
 * }} Waiting
 */

/** Only `createWorkerDenoiser` makes these. */
const KEY = Symbol('create');

/** See worker.d.ts. */
class WorkerDenoiser {
  /** @type {Thread} */
  #thread;

  /**
   * @param {typeof KEY} key
   * @param {Thread} thread
   * @param {Device} device
   */
  constructor(key, thread, { backend, adapter, fallbackReason }) {
    if (key !== KEY) throw new TypeError('use await createWorkerDenoiser()');
    this.#thread = thread;
    this.backend = backend;
    this.adapter = adapter;
    this.fallbackReason = fallbackReason;
  }

  /**
   * @param {unknown} image
   * @param {unknown} [options]
   */
  async estimateNoise(image, options = {}) {
    const { transfer } = checkKeys(options, ['transfer']);
    return this.#thread.ask('estimate', { image }, transferOption(transfer) ? buffersOf(image) : [], {});
  }

  /**
   * @param {unknown} image
   * @param {import('./worker.d.ts').WorkerDenoiseOptions} [options]
   */
  async denoise(image, options = {}) {
    // The worker checks the rest.
    const { signal, onProgress, transfer, ...rest } = options;
    const heard = {
      ...listeners({ signal, onProgress }),
      /** @param {Device} device */
      onMoved: (device) => Object.assign(this, device),
    };
    const moved = transferOption(transfer) ? buffersOf(image) : [];
    return this.#thread.ask('denoise', { image, options: rest, reports: Boolean(onProgress) }, moved, heard);
  }

  free() {
    this.#thread.end(new SvnrError('freed', 'this denoiser was freed; create a new one'));
  }
}

/** A worker that answers. */
class Thread {
  #worker = new Worker(new URL('./worker-thread.js', import.meta.url), { type: 'module', name: 'svnr' });
  #next = 0;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  /** Why it answers no more.
   * @type {SvnrError | undefined} */
  #over;

  constructor() {
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const why = event.message || 'its script could not be loaded';
      this.end(new SvnrError('load-failed', `the worker ended: ${why}; create a new denoiser`));
    };
  }

  /**
   * @param {'create' | 'estimate' | 'denoise'} type
   * @param {object} what
   * @param {Transferable[]} moved
   * @param {Pick<Waiting, 'signal' | 'onProgress' | 'onMoved'>} listeners
   * @returns {Promise<any>}
   */
  ask(type, what, moved, { signal, onProgress, onMoved }) {
    return new Promise((resolve, reject) => {
      if (this.#over) throw this.#over;
      signal?.throwIfAborted();
      const id = (this.#next += 1);
      const abort = () => this.#tell({ type: 'abort', id });
      signal?.addEventListener('abort', abort, { once: true });
      /** @param {(value: any) => void} settle */
      const once = (settle) => (/** @type {any} */ value) => {
        signal?.removeEventListener('abort', abort);
        this.#waiting.delete(id);
        settle(value);
      };
      this.#waiting.set(id, { resolve: once(resolve), reject: once(reject), onProgress, onMoved, signal });
      try {
        this.#tell(/** @type {any} */ ({ type, id, ...what }), moved);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        this.#waiting.get(id)?.reject(new SvnrError('bad-option', `what was passed cannot go to a worker: ${why}`));
      }
    });
  }

  /** @param {SvnrError} why */
  end(why) {
    this.#over ??= why;
    this.#worker.terminate();
    for (const { reject } of [...this.#waiting.values()]) reject(this.#over);
  }

  /**
   * @param {ToThread} message
   * @param {Transferable[]} [moved]
   */
  #tell(message, moved = []) {
    this.#worker.postMessage(message, moved);
  }

  /** @param {FromThread} message */
  #hear(message) {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if (message.type === 'done') waiting.resolve(message.value);
    else if (message.type === 'failed') waiting.reject(waiting.signal?.aborted ? waiting.signal.reason : thrown(message.failure));
    else if (message.type === 'moved') waiting.onMoved?.(message.device);
    else if (message.progress.phase !== 'denoising') waiting.onProgress?.(message.progress);
    else {
      /** @param {number} [most] */
      const preview = (most) => this.ask(/** @type {any} */ ('preview'), { of: message.id, most }, [], {});
      waiting.onProgress?.({ ...message.progress, preview });
    }
  }
}

/** @param {Failure} failure */
function thrown({ code, message }) {
  return code === null ? new Error(message) : new SvnrError(code, message);
}

/**
 * What of an image can be moved to the worker.
 *
 * @param {any} image
 * @returns {Transferable[]}
 */
function buffersOf(image) {
  if (typeof ImageBitmap === 'function' && image instanceof ImageBitmap) return [image];
  const buffer = image?.data?.buffer;
  return buffer instanceof ArrayBuffer ? [buffer] : [];
}

/**
 * See worker.d.ts.
 *
 * @param {import('./worker.d.ts').WorkerCreateOptions} [options]
 */
export async function createWorkerDenoiser(options = {}) {
  const { module_or_path, ...rest } = options;
  const { signal, onProgress, weights, backend } = createOptions(rest);
  signal?.throwIfAborted();
  if (typeof Worker !== 'function') {
    throw new SvnrError('load-failed', "there are no web workers here, in Node for example; use Denoiser from 'svnr'");
  }
  // In the worker, what is relative would be relative to its script.
  const place = (/** @type {unknown} */ source) =>
    typeof source === 'string' || source instanceof URL ? new URL(source, globalThis.location?.href).href : source;
  const thread = new Thread();
  try {
    const what = { backend, weights: place(weights), module_or_path: place(module_or_path) };
    const made = await thread.ask('create', what, [], { signal, onProgress });
    return new WorkerDenoiser(KEY, thread, made);
  } catch (error) {
    thread.end(new SvnrError('freed', 'this denoiser was never made'));
    throw error;
  }
}

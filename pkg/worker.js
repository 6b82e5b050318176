import { SvnrError } from './errors.js';
import { FOREIGN, drawableSize } from './image.js';
import { FOR_PHOTOS, compiled } from './module.js';
import { checkKeys, checkObject, createOptions, listeners, transferOption } from './options.js';

/** @typedef {import('./worker-thread.js').ToThread} ToThread */
/** @typedef {import('./worker-thread.js').FromThread} FromThread */
/** @typedef {import('./worker-thread.js').Device} Device */
/** @typedef {import('./worker-thread.js').Failure} Failure */

/**
 * A call that waits for its answer.
 *
 * @typedef {{
 *   resolve: (value: any) => void,
 *   reject: (error: unknown) => void,
 *   onProgress?: (progress: any) => void,
 *   onMoved?: (device: Device) => void,
 *   signal?: AbortSignal,
 * }} Waiting
 */

/** @typedef {{ image: any, moved: Transferable[] }} Sending */

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
  constructor(key, thread, { backend, adapter, fallbackReason, workers }) {
    if (key !== KEY) throw new TypeError('use await createWorkerDenoiser()');
    this.#thread = thread;
    this.backend = backend;
    this.adapter = adapter;
    this.fallbackReason = fallbackReason;
    this.workers = workers;
  }

  /**
   * @param {unknown} image
   * @param {unknown} [options]
   */
  async estimateNoise(image, options = {}) {
    const { transfer } = checkKeys(options, ['transfer']);
    return this.#call('estimateNoise', image, transfer);
  }

  /**
   * @param {unknown} image
   * @param {import('./index.d.ts').DenoiseOptions} [options]
   */
  async maps(image, options = {}) {
    const { transfer, rest } = split(options);
    return this.#call('maps', image, transfer, rest);
  }

  /**
   * @param {unknown} image
   * @param {import('./index.d.ts').DenoiseOptions} [options]
   */
  async denoise(image, options = {}) {
    // The worker checks the rest.
    const { signal, onProgress, transfer, rest } = split(options);
    const heard = {
      ...listeners({ signal, onProgress }),
      /** @param {Device} device */
      onMoved: (device) => Object.assign(this, device),
    };
    const sending = toSend(image, transferOption(transfer));
    const { image: sent, moved } = sending instanceof Promise ? await sending : sending;
    return this.#thread.ask('denoise', { image: sent, options: rest, reports: Boolean(onProgress) }, moved, heard);
  }

  /**
   * @param {unknown} file
   * @param {import('./raw.d.ts').RawOptions} [options]
   */
  async denoiseRaw(file, options = {}) {
    checkObject(options);
    // The worker checks the rest.
    const { signal, onProgress, ...rest } = options;
    const heard = {
      ...listeners({ signal, onProgress }),
      /** @param {Device} device */
      onMoved: (device) => Object.assign(this, device),
    };
    return this.#thread.ask('denoiseRaw', { image: file, options: rest, reports: Boolean(onProgress) }, [], heard);
  }

  /** @param {unknown} gain */
  async noiseAtGain(gain) {
    return this.#thread.ask('call', { name: 'noiseAtGain', options: gain }, [], {});
  }

  /**
   * @param {unknown} file
   * @param {unknown} [options]
   */
  async decodeFile(file, options) {
    return this.#thread.ask('call', { name: 'decodeFile', image: file, options }, [], {});
  }

  /**
   * @param {unknown} image
   * @param {import('./index.d.ts').EncodeOptions & import('./worker.d.ts').TransferOptions} [options]
   */
  async encodeFile(image, options = {}) {
    checkObject(options);
    const { transfer, ...rest } = options;
    return this.#call('encodeFile', image, transfer, rest);
  }

  /**
   * @param {unknown} image
   * @param {unknown} [options]
   */
  async toImageData(image, options = {}) {
    const { transfer, ...rest } = checkKeys(options, ['transfer', 'profile']);
    return this.#call('toImageData', image, transfer, rest);
  }

  /**
   * @param {unknown} metadata
   * @param {unknown} format
   */
  async leftOutOf(metadata, format) {
    return this.#thread.ask('call', { name: 'leftOutOf', image: metadata, options: format }, [], {});
  }

  /**
   * @param {string} name
   * @param {unknown} image
   * @param {unknown} transfer
   * @param {unknown} [options]
   */
  async #call(name, image, transfer, options) {
    const sending = toSend(image, transferOption(/** @type {boolean | undefined} */ (transfer)));
    const { image: sent, moved } = sending instanceof Promise ? await sending : sending;
    return this.#thread.ask('call', { name, image: sent, options }, moved, {});
  }

  free() {
    this.#thread.end(new SvnrError('freed', 'this denoiser was freed; create a new one'));
  }
}

/** A worker that answers calls. */
class Thread {
  #worker = new Worker(new URL('./worker-thread.js', import.meta.url), { type: 'module', name: 'svnr' });
  #next = 0;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  /** Why it no longer answers.
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
   * @param {'create' | 'call' | 'denoise' | 'denoiseRaw' | 'preview'} type
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
        const { image } = /** @type {{ image?: unknown }} */ (what);
        // Pixels that a page may not read cannot be sent to a worker either.
        const isForeign = typeof ImageBitmap === 'function' && image instanceof ImageBitmap;
        this.#waiting.get(id)?.reject(
          isForeign
            ? new SvnrError('unsupported-image', FOREIGN('image'), { cause: error })
            : new SvnrError('bad-option', `what was passed cannot go to a worker: ${why}`),
        );
      }
    });
  }

  /**
   * Sends it the module that it waits for.
   *
   * @param {WebAssembly.Module} module
   */
  start(module) {
    this.#tell({ type: 'module', module });
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
      const preview = (most) => this.ask('preview', { of: message.id, most }, [], {});
      waiting.onProgress?.({ ...message.progress, preview });
    }
  }
}

/** @param {Failure} failure */
function thrown({ code, message }) {
  return code === null ? new Error(message) : new SvnrError(code, message);
}

/**
 * Splits options into those that go to the worker and those that stay here.
 *
 * @param {import('./index.d.ts').DenoiseOptions} options
 */
function split(options) {
  checkObject(options);
  const { signal, onProgress, transfer, ...rest } = options;
  return { signal, onProgress, transfer, rest };
}

/**
 * An image in a form that can be sent to the worker, and which parts of it are moved. Elements and canvases stay here;
 * what they show now is sent. Everything else is sent at once, before the caller can change it.
 *
 * @param {any} image
 * @param {boolean} isGiven
 * @returns {Sending | Promise<Sending>}
 */
function toSend(image, isGiven) {
  const size = drawableSize(image);
  if (!size) {
    const buffer = image?.data?.buffer;
    return { image, moved: isGiven && buffer instanceof ArrayBuffer ? [buffer] : [] };
  }
  if (size.name === 'ImageBitmap' || size.name === 'VideoFrame') return { image, moved: isGiven ? [image] : [] };
  return createImageBitmap(image).then((bitmap) => ({ image: bitmap, moved: [bitmap] }));
}

/** In the worker, relative addresses would be relative to its script. @param {unknown} source */
function absolute(source) {
  const isPlace = typeof source === 'string' || source instanceof URL;
  return isPlace ? new URL(source, globalThis.location?.href).href : source;
}

/**
 * See worker.d.ts.
 *
 * @param {import('./index.d.ts').CreateOptions} [options]
 */
export async function createWorkerDenoiser(options = {}) {
  const { signal, onProgress, weights, module_or_path, raw, backend, workers } = createOptions(options);
  signal?.throwIfAborted();
  if (typeof Worker !== 'function') {
    throw new SvnrError('load-failed', "there are no web workers here; use Denoiser from 'svnr', for example in Node");
  }
  const sources = { weights: absolute(raw.weights), module_or_path: absolute(await raw.module_or_path) };
  const what = { backend, workers, weights: absolute(weights), raw: sources };
  const thread = new Thread();
  try {
    const module = compiled(module_or_path ?? FOR_PHOTOS, signal).then((module) => thread.start(module));
    const [device] = await Promise.all([thread.ask('create', what, [], { signal, onProgress }), module]);
    return new WorkerDenoiser(KEY, thread, device);
  } catch (error) {
    thread.end(new SvnrError('freed', 'this denoiser was never made'));
    throw error;
  }
}

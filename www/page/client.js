/** @typedef {import('../shared/protocol.js').ToWorker} ToWorker */
/** @typedef {import('../shared/protocol.js').ToPage} ToPage */
/** @typedef {import('../shared/protocol.js').RunOptions} RunOptions */
/** @typedef {import('../shared/protocol.js').Format} Format */
/** @typedef {import('../shared/protocol.js').Made} Made */
/** @typedef {import('../shared/protocol.js').Development} Development */
/** @typedef {{ resolve: (file: Blob) => void, reject: (error: Error) => void }} Waiting */

/** How many workers may crash in a row, without opening anything, before giving up. */
const MOST_CRASHES = 3;

/**
 * The page's side of the worker. It passes each {@link ToPage} message on as an event of its type, with the message as
 * `detail`. There are two more events: `crashed` (detail: failure, isLost) when a new worker has replaced one that
 * ended, and `recovering` when the GPU was the reason, so that work starts again on the CPU.
 */
export class Client extends EventTarget {
  /** @type {Worker | undefined} */
  #worker;
  /** @type {'auto' | 'cpu'} */
  #backend = 'auto';
  /** Whether the worker has failed in a way that ends it. */
  #isBroken = true;
  /** The open picture. Answers about others are late and dropped. */
  #picture = 0;
  /** @type {{ file: Blob, name: string, development: Development, result: Blob | Made | null } | undefined} */
  #file;
  #isOpening = false;
  /** How many workers have crashed since the last one that opened something. */
  #crashes = 0;
  /** @type {RunOptions | undefined} */
  #run;
  /** The last requested look. */
  #look = 0;
  /** The last requested preview. */
  #preview = 0;
  /** What the page already knows about this picture, perhaps from an earlier worker.
   * @type {Set<ToPage['type']>} */
  #heard = new Set();
  /** Callers that wait for a result to keep, by its picture.
   * @type {Map<number, Waiting>} */
  #keeping = new Map();
  /** Callers that wait for a file in another format.
   * @type {Map<number, Waiting>} */
  #converting = new Map();

  /**
   * Hears the worker's messages of a type.
   *
   * @template {ToPage['type']} T
   * @param {T} type
   * @param {(message: Extract<ToPage, { type: T }>) => void} f
   */
  on(type, f) {
    this.addEventListener(type, (event) => f(/** @type {CustomEvent} */ (event).detail));
  }

  /**
   * Prepares a denoiser on a device. The current run ends; the open photo stays open.
   *
   * @param {'auto' | 'cpu'} backend
   */
  start(backend) {
    this.#run = undefined;
    this.#backend = backend;
    // A worker on the GPU can move to the CPU; but a worker can open a GPU only once.
    if (this.#isBroken || backend === 'auto') this.#startWorker();
    else this.#tell({ type: 'cancel' });
    this.#tell({ type: 'start', backend });
  }

  #startWorker() {
    this.#worker?.terminate();
    this.#isBroken = false;
    const worker = new Worker(new URL('../worker/worker.js', import.meta.url), { type: 'module' });
    this.#worker = worker;
    // Messages of an older worker do not matter.
    worker.onmessage = ({ data }) => this.#worker === worker && this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.#worker !== worker) return;
      const message = event.message || 'part of this page could not be loaded';
      this.#hear({ type: 'unusable', failure: { code: 'worker', message }, isWorkerGone: true });
    };
    for (const waiting of [this.#keeping, this.#converting]) {
      for (const { reject } of waiting.values()) reject(new Error('the denoiser was started again'));
      waiting.clear();
    }
    if (this.#file) this.#tell({ type: 'open', picture: this.#picture, ...this.#file });
  }

  /**
   * Opens a file.
   *
   * @param {Blob} file
   * @param {string} name
   * @param {Development} development  how it is developed, if it is a RAW file
   * @param {Blob | null} result  what was made of it before, as it was kept
   */
  open(file, name, development, result) {
    this.cancel();
    this.#picture += 1;
    this.#heard.clear();
    this.#file = { file, name, development, result };
    this.#isOpening = true;
    this.#tell({ type: 'open', picture: this.#picture, ...this.#file });
  }

  /** @param {RunOptions} options */
  denoise(options) {
    this.#run = options;
    this.#tell({ type: 'denoise', picture: this.#picture, options });
  }

  /** Develops the RAW photo that is open in another way. @param {Development} development */
  develop(development) {
    if (this.#file) this.#file.development = development;
    this.#tell({ type: 'develop', picture: this.#picture, development });
  }

  /** Asks for a part at full resolution. @param {import('../shared/protocol.js').Rectangle} part */
  look(part) {
    this.#look += 1;
    this.#tell({ type: 'look', picture: this.#picture, look: this.#look, part });
  }

  /** Ignores the answer to the last look. */
  lookAway() {
    this.#look += 1;
  }

  /**
   * Asks for a preview of a part.
   *
   * @param {import('../shared/protocol.js').Rectangle} part
   * @param {RunOptions} options
   */
  preview(part, options) {
    this.#preview += 1;
    this.#tell({ type: 'preview', picture: this.#picture, look: this.#preview, part, options });
  }

  /** Ignores the answer to the last preview. */
  forgetPreview() {
    this.#preview += 1;
  }

  /**
   * @param {import('../shared/protocol.js').View} view
   * @param {RunOptions} options
   */
  show(view, options) {
    this.#tell({ type: 'show', picture: this.#picture, view, options });
  }

  /**
   * Asks for the result as a file.
   *
   * @param {'download' | 'copy'} purpose
   * @param {Format} format
   * @param {number} quality  from 0 to 1
   */
  encode(purpose, format, quality) {
    this.#tell({ type: 'encode', picture: this.#picture, purpose, format, quality });
  }

  /** The denoised picture as a file that loses nothing. @returns {Promise<Blob>} */
  async keep() {
    const picture = this.#picture;
    /** @type {Blob} */
    const kept = await new Promise((resolve, reject) => {
      this.#keeping.set(picture, { resolve, reject });
      this.#tell({ type: 'encode', picture, purpose: 'keep', format: 'png16', quality: 1 });
    });
    if (this.#file && picture === this.#picture) this.#file.result = kept;
    return kept;
  }

  /** Closes the open photo. */
  close() {
    this.cancel();
    this.#picture += 1;
    this.#file = undefined;
    this.#isOpening = false;
  }

  /**
   * Converts a result, as it was kept, to another format.
   *
   * @param {{ file: Blob, name: string, isRaw: boolean, development: Development }} kept  the name is for errors
   * @param {Format} format
   * @param {number} quality  from 0 to 1
   * @returns {Promise<Blob>}
   */
  convert({ file, name, isRaw, development }, format, quality) {
    const id = this.#converting.size === 0 ? 1 : Math.max(...this.#converting.keys()) + 1;
    return new Promise((resolve, reject) => {
      this.#converting.set(id, { resolve, reject });
      this.#tell({ type: 'convert', id, file, name, isRaw, development, format, quality });
    });
  }

  /** Ends the run and ignores its messages. */
  cancel() {
    this.#run = undefined;
    this.lookAway();
    this.forgetPreview();
    this.#tell({ type: 'cancel' });
  }

  /** @param {ToWorker} message */
  #tell(message) {
    this.#worker?.postMessage(message);
  }

  /** @param {ToPage} message */
  #hear(message) {
    if ((message.type === 'encoded' || message.type === 'unencoded') && message.purpose === 'keep') {
      settle(this.#keeping, message.picture, message);
      return;
    }
    if (message.type === 'converted' || message.type === 'unconverted') {
      settle(this.#converting, message.id, message);
      return;
    }
    if (this.#isStale(message)) {
      for (const one of Object.values(message)) if (one instanceof ImageBitmap) one.close();
      return;
    }
    if (message.type === 'crashed') {
      this.#restart(message);
      return;
    }
    if ('failure' in message && message.failure.code === 'aborted') return;
    if (endsRun(message)) this.#run = undefined;
    // A newer result replaces it, and is kept in turn.
    if (message.type === 'denoised' && this.#file) this.#file.result = null;
    if (message.type === 'failed' && message.of === 'open') this.close();
    if (message.type === 'opened') {
      this.#isOpening = false;
      this.#crashes = 0;
    }
    if (['opened', 'measured', 'restored'].includes(message.type)) this.#heard.add(message.type);
    if (message.type === 'unusable') this.#isBroken = true;
    this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
  }

  /**
   * Whether a message is outdated, or says what is known already.
   *
   * @param {ToPage} message
   */
  #isStale(message) {
    if ('picture' in message && message.picture !== this.#picture) return true;
    if (['preparing', 'running', 'denoised'].includes(message.type)) return !this.#run;
    if (message.type === 'looked') return message.look !== this.#look;
    if (message.type === 'previewed') return message.look !== this.#preview;
    return this.#heard.has(message.type);
  }

  /**
   * Replaces a worker that has ended. The photo that it had open is opened again, unless it was the reason, and gets
   * its result back.
   *
   * @param {Extract<ToPage, { type: 'crashed' }>} message
   */
  #restart({ failure, rescued }) {
    const [run, file, wasOpening] = [this.#run, this.#file, this.#isOpening];
    const isGpu = failure.code === 'device-lost' && this.#backend === 'auto';
    if (file && rescued?.picture === this.#picture) file.result = rescued.result;
    // The file is not to blame for a lost GPU.
    if (wasOpening && !isGpu) this.#file = undefined;
    this.#isBroken = true;
    this.#crashes += 1;
    if (this.#crashes > MOST_CRASHES) {
      this.#worker?.terminate();
      this.#run = undefined;
      this.dispatchEvent(new CustomEvent('unusable', { detail: { type: 'unusable', failure, isWorkerGone: true } }));
    } else if (isGpu) {
      this.dispatchEvent(new CustomEvent('recovering'));
      this.start('cpu');
      if (run) this.denoise(run);
    } else {
      this.start(this.#backend);
      this.dispatchEvent(new CustomEvent('crashed', { detail: { failure, isLost: !file?.result } }));
    }
  }
}

/**
 * Whether a message is the last of a run. What else fails meanwhile, a preview or a file to save, leaves the run alone.
 *
 * @param {ToPage} message
 */
function endsRun(message) {
  return message.type === 'failed' ? message.of === 'denoise' : ['denoised', 'unusable'].includes(message.type);
}

/**
 * Answers a caller that waits for a file.
 *
 * @param {Map<number, Waiting>} waiting
 * @param {number} key
 * @param {{ file: Blob } | { failure: import('../shared/protocol.js').Failure }} answer
 */
function settle(waiting, key, answer) {
  const one = waiting.get(key);
  waiting.delete(key);
  if ('file' in answer) one?.resolve(answer.file);
  else one?.reject(new Error(answer.failure.message));
}

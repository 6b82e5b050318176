/** @typedef {import('../shared/protocol.js').ToWorker} ToWorker */
/** @typedef {import('../shared/protocol.js').ToPage} ToPage */
/** @typedef {import('../shared/protocol.js').RunOptions} RunOptions */
/** @typedef {import('../shared/protocol.js').Format} Format */
/** @typedef {import('../shared/protocol.js').Made} Made */
/** @typedef {{ resolve: (file: Blob) => void, reject: (error: Error) => void }} Waiting */

/** So many workers may end one after the other, with nothing opened in between, before no new one is tried. */
const MOST_CRASHES = 3;

/**
 * The page's side of the worker. It sends each {@link ToPage} message on as an event of its type, with the message as
 * `detail`. There are two more: `crashed` (detail: failure, isLost) when the worker has ended and there is a new one, and
 * `recovering` when that was the GPU's fault, so that work begins again on the CPU.
 */
export class Client extends EventTarget {
  /** @type {Worker | undefined} */
  #worker;
  /** @type {'auto' | 'cpu'} */
  #backend = 'auto';
  /** Whether the worker has failed in a way that ends it. */
  #isBroken = true;
  /** The picture that is open; what answers for another is late and dropped. */
  #picture = 0;
  /** @type {{ file: Blob, name: string, result: Blob | Made | null } | undefined} */
  #file;
  #isOpening = false;
  /** Workers that have ended since one has last opened something. */
  #crashes = 0;
  /** @type {RunOptions | undefined} */
  #run;
  /** The last look that was asked for. */
  #look = 0;
  /** What the page has heard of this picture, from the worker before perhaps; once is enough.
   * @type {Set<ToPage['type']>} */
  #heard = new Set();
  /** Who waits for a result that is to be kept, by its picture.
   * @type {Map<number, Waiting>} */
  #keeping = new Map();
  /** Who waits for a file in another format.
   * @type {Map<number, Waiting>} */
  #converting = new Map();

  /**
   * Gets a denoiser ready on a device; what was running ends, what was open stays open.
   *
   * @param {'auto' | 'cpu'} backend
   */
  start(backend) {
    this.#run = undefined;
    this.#backend = backend;
    // The CPU needs nothing that a worker on the GPU has not; a GPU can be opened only once in a worker.
    if (this.#isBroken || backend === 'auto') this.#startWorker();
    else this.#tell({ type: 'cancel' });
    this.#tell({ type: 'start', backend });
  }

  #startWorker() {
    this.#worker?.terminate();
    this.#isBroken = false;
    const worker = new Worker(new URL('../worker/worker.js', import.meta.url), { type: 'module' });
    this.#worker = worker;
    // What an older one has still said is of no interest.
    worker.onmessage = ({ data }) => this.#worker === worker && this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.#worker !== worker) return;
      const message = event.message || 'part of this page could not be loaded';
      this.#hear({ type: 'unusable', failure: { code: 'worker', message } });
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
   * @param {Blob | null} result  what was made of it before, as it was kept
   */
  open(file, name, result) {
    this.cancel();
    this.#picture += 1;
    this.#heard.clear();
    this.#file = { file, name, result };
    this.#isOpening = true;
    this.#tell({ type: 'open', picture: this.#picture, ...this.#file });
  }

  /** @param {RunOptions} options */
  denoise(options) {
    this.#run = options;
    this.#tell({ type: 'denoise', picture: this.#picture, options });
  }

  /**
   * Asks for a part as it is seen; see protocol.js.
   *
   * @param {import('../shared/protocol.js').Rectangle} part
   * @param {boolean} isSharp
   * @param {RunOptions | null} options
   */
  look(part, isSharp, options) {
    this.#look += 1;
    this.#tell({ type: 'look', picture: this.#picture, look: this.#look, part, isSharp, options });
  }

  /** Nothing is heard any more of what was looked for. */
  lookAway() {
    this.#look += 1;
  }

  /**
   * @param {import('../shared/protocol.js').View} view
   * @param {RunOptions} options
   */
  show(view, options) {
    this.#tell({ type: 'show', picture: this.#picture, view, options });
  }

  /**
   * Asks for the denoised picture as a file.
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

  /** Nothing is open any more. */
  close() {
    this.cancel();
    this.#picture += 1;
    this.#file = undefined;
    this.#isOpening = false;
  }

  /**
   * A file in another format.
   *
   * @param {Blob} file
   * @param {string} name  for errors
   * @param {Format} format
   * @param {number} quality  from 0 to 1
   * @returns {Promise<Blob>}
   */
  convert(file, name, format, quality) {
    const id = this.#converting.size === 0 ? 1 : Math.max(...this.#converting.keys()) + 1;
    return new Promise((resolve, reject) => {
      this.#converting.set(id, { resolve, reject });
      this.#tell({ type: 'convert', id, file, name, format, quality });
    });
  }

  /** Ends the run; nothing is heard of it any more. */
  cancel() {
    this.#run = undefined;
    this.lookAway();
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
    const code = 'failure' in message ? message.failure.code : undefined;
    if (code === 'aborted') return;
    if (code || message.type === 'denoised') this.#run = undefined;
    // A newer one takes its place, and is kept in its turn.
    if (message.type === 'denoised' && this.#file) this.#file.result = null;
    if (message.type === 'failed' && message.isOpening) this.close();
    if (message.type === 'opened') {
      this.#isOpening = false;
      this.#crashes = 0;
    }
    if (['opened', 'measured', 'restored'].includes(message.type)) this.#heard.add(message.type);
    if (message.type === 'unusable') this.#isBroken = true;
    this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
  }

  /**
   * Whether a message is about what is no longer wanted, or is known already.
   *
   * @param {ToPage} message
   */
  #isStale(message) {
    if ('picture' in message && message.picture !== this.#picture) return true;
    if (message.type === 'running' || message.type === 'denoised') return !this.#run;
    if (message.type === 'looked') return message.look !== this.#look;
    return this.#heard.has(message.type);
  }

  /**
   * A new worker takes the place of one that has ended. What that had open is opened again, unless it was the reason, and
   * gets back what was made of it.
   *
   * @param {Extract<ToPage, { type: 'crashed' }>} message
   */
  #restart({ failure, rescued }) {
    const [run, file, wasOpening] = [this.#run, this.#file, this.#isOpening];
    const isGpu = failure.code === 'device-lost' && this.#backend === 'auto';
    if (file && rescued?.picture === this.#picture) {
      const { image, metadata, uncertainty } = rescued;
      file.result = { image, metadata, uncertainty };
    }
    // A GPU that was lost says nothing about the file.
    if (wasOpening && !isGpu) this.#file = undefined;
    this.#isBroken = true;
    this.#crashes += 1;
    if (this.#crashes > MOST_CRASHES) {
      this.#worker?.terminate();
      this.#run = undefined;
      this.dispatchEvent(new CustomEvent('unusable', { detail: { type: 'unusable', failure } }));
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
 * Gives who waits for a file that file, or why there is none.
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

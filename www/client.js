/** @typedef {import('./protocol.js').ToWorker} ToWorker */
/** @typedef {import('./protocol.js').ToPage} ToPage */
/** @typedef {import('./protocol.js').RunOptions} RunOptions */

/**
 * The page's side of the worker. It sends each {@link ToPage} message on as an event of its type, with the message as
 * `detail`, and `recovering` when the GPU has failed and work begins again on the CPU.
 */
export class Client extends EventTarget {
  /** @type {Worker | undefined} */
  #worker;
  /** @type {'auto' | 'cpu'} */
  #backend = 'auto';
  /** The picture that is open; what answers for another is late and dropped. */
  #picture = 0;
  /** @type {{ file: Blob, name: string } | undefined} */
  #file;
  /** @type {RunOptions | undefined} */
  #run;
  /** What the page has heard of this picture, from the worker before perhaps; once is enough.
   * @type {Set<ToPage['type']>} */
  #heard = new Set();

  /**
   * Starts afresh on a device; what was running ends, what was open stays open.
   *
   * @param {'auto' | 'cpu'} backend
   */
  start(backend) {
    this.#worker?.terminate();
    this.#run = undefined;
    this.#backend = backend;
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      const message = event.message || 'part of this page could not be loaded';
      this.#hear({ type: 'unusable', failure: { code: 'worker', message } });
    };
    this.#tell({ type: 'start', backend });
    if (this.#file) this.#tell({ type: 'open', picture: this.#picture, ...this.#file });
  }

  /** @param {File | Blob} file
   * @param {string} name */
  open(file, name) {
    this.cancel();
    this.#picture += 1;
    this.#heard.clear();
    this.#file = { file, name };
    this.#tell({ type: 'open', picture: this.#picture, file, name });
  }

  /** @param {RunOptions} options */
  denoise(options) {
    this.#run = options;
    this.#tell({ type: 'denoise', picture: this.#picture, options });
  }

  /**
   * Asks for the denoised picture as a file.
   *
   * @param {import('./protocol.js').Purpose} purpose
   * @param {import('./protocol.js').Format} format
   * @param {number} quality  from 0 to 1
   */
  encode(purpose, format, quality) {
    this.#tell({ type: 'encode', picture: this.#picture, purpose, format, quality });
  }

  /** Ends the run; nothing is heard of it any more. */
  cancel() {
    this.#run = undefined;
    this.#tell({ type: 'cancel' });
  }

  /** @param {ToWorker} message */
  #tell(message) {
    this.#worker?.postMessage(message);
  }

  /** @param {ToPage} message */
  #hear(message) {
    if (this.#isStale(message)) {
      if ('bitmap' in message) message.bitmap.close();
      return;
    }
    const code = 'failure' in message ? message.failure.code : undefined;
    if (code === 'aborted') return;
    if (code === 'device-lost' && this.#backend === 'auto') {
      this.#recover();
      return;
    }
    const wasRunning = this.#run !== undefined;
    if (code || message.type === 'denoised') this.#run = undefined;
    if (message.type === 'opened' || message.type === 'measured') this.#heard.add(message.type);
    this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
    // What is broken inside stays broken: the next run gets a fresh worker.
    if (code === 'internal' && wasRunning) this.start(this.#backend);
  }

  /**
   * Whether a message is about what is no longer wanted, or is known already.
   *
   * @param {ToPage} message
   */
  #isStale(message) {
    if ('picture' in message && message.picture !== this.#picture) return true;
    if (message.type === 'running' || message.type === 'denoised') return !this.#run;
    return this.#heard.has(message.type);
  }

  /** Begins again on the CPU, from the file on. */
  #recover() {
    const run = this.#run;
    this.dispatchEvent(new CustomEvent('recovering'));
    this.start('cpu');
    if (run) this.denoise(run);
  }
}

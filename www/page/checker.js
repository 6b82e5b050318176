/** @typedef {import('../shared/protocol.js').ToChecker} ToChecker */
/** @typedef {import('../shared/protocol.js').FromChecker} FromChecker */
/** @typedef {import('../shared/protocol.js').Failure} Failure */

/**
 * Checks waiting files: whether they can be opened, and what they look like.
 *
 * It has its own worker, so that a file that crashes it does no other harm and runs continue meanwhile. It checks one
 * file at a time, and the worker exists only while there are any.
 */
export class Checker {
  #onChecked;
  /** @type {ToChecker[]} */
  #waiting = [];
  /** @type {Worker | undefined} */
  #worker;

  /** @param {(answer: FromChecker) => void} onChecked */
  constructor(onChecked) {
    this.#onChecked = onChecked;
  }

  /**
   * @param {number} id
   * @param {Blob} file
   * @param {string} name
   */
  check(id, file, name) {
    this.#waiting.push({ id, file, name });
    if (this.#waiting.length === 1) this.#next();
  }

  /** A file need not be looked at any more. @param {number} id */
  forget(id) {
    // The first one is being checked.
    this.#waiting = this.#waiting.filter((one, i) => i === 0 || one.id !== id);
  }

  #next() {
    const [first] = this.#waiting;
    if (first) this.#start().postMessage(first);
    else this.#end();
  }

  /** @param {FromChecker} answer */
  #hear(answer) {
    this.#waiting.shift();
    this.#onChecked(answer);
    // After an internal failure the worker is useless.
    if ('failure' in answer && answer.failure.code === 'internal') this.#end();
    this.#next();
  }

  #start() {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL('../worker/checker.js', import.meta.url), { type: 'module' });
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      const [first] = this.#waiting;
      if (first) this.#hear({ id: first.id, failure: { code: 'internal', message: event.message } });
    };
    return worker;
  }

  #end() {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

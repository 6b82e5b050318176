/** @typedef {import('../shared/protocol.js').ToChecker} ToChecker */
/** @typedef {import('../shared/protocol.js').FromChecker} FromChecker */
/** @typedef {import('../shared/protocol.js').Failure} Failure */

/**
 * Looks at files that wait: whether they can be opened, and how they look.
 *
 * It has a worker of its own, so that a file that ends it ends nothing else, and a run goes on meanwhile. One file is looked
 * at after the other, and the worker is there for as long as there are any.
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
    // The first one is being looked at.
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
    // What has failed inside fails from then on.
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

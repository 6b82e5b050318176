/** For how long a load goes on that nobody waits for. Who gives up often asks again at once, with other options. */
const GRACE_MS = 1000;

/**
 * A load that several callers wait for. Each can give up by its own signal, which leaves the others alone; the load
 * itself is aborted once nobody has waited for it for a moment.
 *
 * @template T
 */
export class SharedLoad {
  #abort = new AbortController();
  #waiting = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #end;
  #isDone = false;
  /** @type {Promise<T>} */
  #loaded;
  /** Whether it has failed or was aborted, so that the next caller needs a new one. */
  isOver = false;

  /** @param {(signal: AbortSignal) => Promise<T>} load */
  constructor(load) {
    this.#loaded = load(this.#abort.signal);
    this.#loaded.then(
      () => {
        this.#isDone = true;
      },
      () => {
        this.isOver = true;
      },
    );
  }

  /**
   * What was loaded. Rejects with the signal's reason when that is aborted.
   *
   * @param {AbortSignal} [signal]
   * @returns {Promise<T>}
   */
  async join(signal) {
    signal?.throwIfAborted();
    this.#waiting += 1;
    clearTimeout(this.#end);
    /** @type {(() => void) | undefined} */
    let leave;
    const left = new Promise((_, reject) => {
      leave = () => reject(signal?.reason);
    });
    if (leave) signal?.addEventListener('abort', leave);
    try {
      return /** @type {T} */ (await Promise.race([this.#loaded, left]));
    } finally {
      if (leave) signal?.removeEventListener('abort', leave);
      this.#waiting -= 1;
      if (this.#waiting === 0 && !this.#isDone && !this.isOver) this.#end = setTimeout(() => this.#giveUp(), GRACE_MS);
    }
  }

  #giveUp() {
    if (this.#isDone) return;
    this.isOver = true;
    this.#abort.abort();
  }
}

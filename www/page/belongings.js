/** A photo's file, its result as a file, its own settings, and, once they are known, its size and whether a
 * sensor's mosaic is in it.
 * @typedef {{
 *   name: string,
 *   file: Blob,
 *   kept: Blob | null,
 *   own: import('./panel.js').Own | undefined,
 *   size: { width: number, height: number } | undefined,
 *   isRaw: boolean,
 * }} Belonging */

/** What belongs to the photos besides their state, by the ids that photos.js knows them by. */
export class Belongings {
  /** @type {Map<number, Belonging>} */
  #all = new Map();
  #lastId = 0;

  /**
   * Gives each file an id.
   *
   * @param {{ blob: Blob, name: string }[]} files
   * @returns {{ id: number, name: string }[]}
   */
  add(files) {
    return files.map(({ blob, name }) => {
      this.#lastId += 1;
      this.#all.set(this.#lastId, { name, file: blob, kept: null, own: undefined, size: undefined, isRaw: false });
      return { id: this.#lastId, name };
    });
  }

  /** @param {number | null | undefined} id */
  of(id) {
    return this.#all.get(id ?? 0);
  }

  /** @param {number | null | undefined} id */
  name(id) {
    return this.of(id)?.name ?? '';
  }

  /** The photo is gone. @param {number} id */
  forget(id) {
    this.#all.delete(id);
  }
}

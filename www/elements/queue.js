/**
 * A file that was given to the page.
 *
 * @typedef {'waiting' | 'open' | 'running' | 'done' | 'failed'} EntryState
 * @typedef {{
 *   file: Blob,
 *   name: string,
 *   state: EntryState,
 *   result: Blob | null,
 *   why: string,
 * }} Entry  `result` is kept without loss; `why` says what failed
 */

/** Sides of the small pictures, in pixels. */
const THUMBNAIL = { width: 96, height: 64 };

/**
 * `<svnr-queue>`: the files that were given to the page, each with how far it is. It hides itself while there is but one.
 *
 * It fires `select` (detail: the entry) when one is chosen, and `remove` (detail: the entry) after one was taken off.
 */
export class Queue extends HTMLElement {
  #list = document.createElement('ol');
  /** @type {Map<Entry, HTMLLIElement>} */
  #items = new Map();
  /** @type {Entry | null} */
  #current = null;
  #isLocked = false;

  connectedCallback() {
    this.#list.setAttribute('aria-label', 'Photos');
    this.append(this.#list);
    this.hidden = true;
  }

  /** All entries, in the order in which they came. */
  get entries() {
    return [...this.#items.keys()];
  }

  /** The one that is open. */
  get current() {
    return this.#current;
  }

  set current(entry) {
    this.#current = entry;
    for (const [one, item] of this.#items) {
      item.querySelector('button')?.setAttribute('aria-current', String(one === entry));
    }
    const item = entry && this.#items.get(entry);
    item?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** While it is locked, nothing can be chosen or taken off: one photo after the other is being denoised.
   * @param {boolean} value */
  set isLocked(value) {
    this.#isLocked = value;
    for (const button of this.querySelectorAll('button')) button.setAttribute('aria-disabled', String(value));
  }

  /**
   * @param {Blob} file
   * @param {string} name
   */
  add(file, name) {
    /** @type {Entry} */
    const entry = { file, name, state: 'waiting', result: null, why: '' };
    const item = document.createElement('li');
    const choose = document.createElement('button');
    choose.type = 'button';
    const canvas = document.createElement('canvas');
    Object.assign(canvas, THUMBNAIL);
    const words = document.createElement('span');
    const title = document.createElement('b');
    title.textContent = name;
    words.append(title, document.createElement('small'));
    choose.append(canvas, words);
    choose.addEventListener('click', () => this.#tell('select', entry));
    const remove = document.createElement('button');
    remove.type = 'button';
    remove.className = 'remove';
    remove.textContent = '×';
    remove.setAttribute('aria-label', `Take ${name} off the list`);
    remove.addEventListener('click', () => this.#remove(entry));
    item.append(choose, remove);
    this.#list.append(item);
    this.#items.set(entry, item);
    this.isLocked = this.#isLocked;
    this.mark(entry, 'waiting');
    this.hidden = this.#items.size < 2;
    return entry;
  }

  /**
   * @param {Entry} entry
   * @param {EntryState} state
   * @param {string} [why]  it failed
   */
  mark(entry, state, why = '') {
    Object.assign(entry, { state, why });
    const item = this.#items.get(entry);
    const words = item?.querySelector('small');
    if (!item || !words) return;
    item.dataset.state = state;
    words.textContent = state;
    item.title = why;
  }

  /**
   * Shows an entry's picture.
   *
   * @param {Entry} entry
   * @param {ImageBitmap} bitmap  stays the caller's
   */
  picture(entry, bitmap) {
    const context = this.#items.get(entry)?.querySelector('canvas')?.getContext('2d');
    if (!context) return;
    const { width, height } = THUMBNAIL;
    const scale = Math.max(width / bitmap.width, height / bitmap.height);
    const [w, h] = [bitmap.width * scale, bitmap.height * scale];
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, (width - w) / 2, (height - h) / 2, w, h);
  }

  /** The next one that is to be denoised. */
  next() {
    return this.entries.find(({ state }) => state === 'waiting' || state === 'open') ?? null;
  }

  /** @param {Entry} entry */
  #remove(entry) {
    if (this.#isLocked) return;
    this.#items.get(entry)?.remove();
    this.#items.delete(entry);
    this.hidden = this.#items.size < 2;
    this.#tell('remove', entry);
  }

  /**
   * @param {'select' | 'remove'} type
   * @param {Entry} entry
   */
  #tell(type, entry) {
    if (!this.#isLocked) this.dispatchEvent(new CustomEvent(type, { detail: entry }));
  }
}

customElements.define('svnr-queue', Queue);

/**
 * A photo in the list: its progress, a remark about it, and why it failed, in words.
 *
 * @typedef {'waiting' | 'open' | 'next' | 'running' | 'done' | 'failed'} Progress
 * @typedef {{ id: number, name: string, progress: Progress, isCurrent: boolean, isOlder: boolean, why: string }} Item
 */

/** Sides of the thumbnails, in pixels. */
const THUMBNAIL = { width: 96, height: 64 };

/** What the list says about a photo.
 * @type {Record<Progress, string>} */
const WORDS = { waiting: 'waiting', open: 'open', next: 'opens next', running: 'denoising', done: 'done', failed: 'failed' };

/**
 * `<svnr-queue>`: the photos on the page, each with its progress. It hides itself if there is only one.
 *
 * It fires `select` and `remove` (detail: the photo's id) when a photo is chosen or should be removed.
 */
export class Queue extends HTMLElement {
  #list = document.createElement('ol');
  /** @type {Map<number, Row>} */
  #rows = new Map();
  #isLocked = false;
  /** @type {number | null} */
  #current = null;

  connectedCallback() {
    this.#list.setAttribute('aria-label', 'Photos');
    this.append(this.#list);
    this.hidden = this.#rows.size < 2;
  }

  /** While it is locked, photos can be neither chosen nor removed, because all of them are being denoised.
   * @param {boolean} value */
  set isLocked(value) {
    this.#isLocked = value;
    for (const row of this.#rows.values()) row.lock(value);
  }

  /** What there is to be seen, in this order. @param {Item[]} items */
  show(items) {
    for (const [id, row] of this.#rows) {
      if (items.some((item) => item.id === id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    for (const item of items) {
      const row = this.#rows.get(item.id) ?? this.#add(item);
      row.show(item);
      if (!item.isCurrent || item.id === this.#current) continue;
      this.#current = item.id;
      row.element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
    this.hidden = items.length < 2;
  }

  /**
   * Shows a photo's thumbnail.
   *
   * @param {number} id
   * @param {ImageBitmap} bitmap  stays the caller's
   */
  picture(id, bitmap) {
    this.#rows.get(id)?.draw(bitmap);
  }

  /** @param {Item} item */
  #add({ id, name }) {
    const row = new Row(name, (type) => {
      if (!this.#isLocked) this.dispatchEvent(new CustomEvent(type, { detail: id }));
    });
    row.lock(this.#isLocked);
    this.#list.append(row.element);
    this.#rows.set(id, row);
    return row;
  }
}

/** A photo in the list. */
class Row {
  element = document.createElement('li');
  #choose = button();
  #remove = button();
  #canvas = document.createElement('canvas');
  #words = document.createElement('small');

  /**
   * @param {string} name
   * @param {(type: 'select' | 'remove') => void} tell
   */
  constructor(name, tell) {
    Object.assign(this.#canvas, THUMBNAIL);
    const text = document.createElement('span');
    const title = document.createElement('b');
    title.textContent = name;
    text.append(title, this.#words);
    this.#choose.append(this.#canvas, text);
    this.#choose.addEventListener('click', () => tell('select'));
    this.#remove.className = 'remove';
    this.#remove.textContent = '×';
    this.#remove.setAttribute('aria-label', `Take ${name} off the list`);
    this.#remove.addEventListener('click', () => tell('remove'));
    this.element.append(this.#choose, this.#remove);
  }

  /** @param {Item} item */
  show({ progress, isCurrent, isOlder, why }) {
    this.element.dataset.state = progress;
    this.element.toggleAttribute('data-older', isOlder);
    this.element.title = why;
    this.#choose.setAttribute('aria-current', String(isCurrent));
    const words = isOlder ? 'older settings' : WORDS[progress];
    if (this.#words.textContent !== words) this.#words.textContent = words;
  }

  /** @param {boolean} isLocked */
  lock(isLocked) {
    for (const one of [this.#choose, this.#remove]) one.setAttribute('aria-disabled', String(isLocked));
  }

  /** @param {ImageBitmap} bitmap */
  draw(bitmap) {
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    const { width, height } = THUMBNAIL;
    const scale = Math.max(width / bitmap.width, height / bitmap.height);
    const [w, h] = [bitmap.width * scale, bitmap.height * scale];
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, (width - w) / 2, (height - h) / 2, w, h);
  }
}

function button() {
  const made = document.createElement('button');
  made.type = 'button';
  return made;
}

customElements.define('svnr-queue', Queue);

/** @typedef {{ x: number, y: number, width: number, height: number }} Rectangle  in whole pixels of the picture */

/**
 * The box takes at most this share of what is seen of the picture, so that there is something around it to compare
 * with.
 */
const SHARE = 0.6;
/** Sides of the box, in CSS pixels. */
const [LEAST, MOST] = [96, 640];
/** What an arrow key moves the box by, as a share of its side; with Shift further. */
const MOVE = { small: 0.1, large: 0.5 };
/** Milliseconds of rest after which it asks for what it is over. */
const REST = 200;

/**
 * `<svnr-loupe>`: a box over a picture that shows a part of it at full size, before and after, whatever size the
 * picture is shown at. It is moved by its pointer or the arrow keys, and lies in the element that shows the picture.
 *
 * It fires `look` (detail: a {@link Rectangle}) when it has come to rest over a part, and is given that part by
 * {@link show}. Its looks are in loupe.css.
 */
export class Loupe extends HTMLElement {
  #before = document.createElement('canvas');
  #after = document.createElement('canvas');
  #label = document.createElement('span');
  /** The picture's size. */
  #picture = { width: 0, height: 0 };
  /** What is seen of it.
   * @type {Rectangle | undefined} */
  #seen;
  /** The most pixels that a part may have. */
  #most = Infinity;
  /** Where the box is: 0 at the left and the top, 1 at the right and the bottom. */
  #at = { x: 0.5, y: 0.5 };
  #isActive = false;
  #isHolding = false;
  /** What it is over.
   * @type {Rectangle | undefined} */
  #part;
  /** Whether what becomes of it has changed since it was asked for. */
  #isOutdated = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;
  /** Where the pointer took hold of the box.
   * @type {{ x: number, y: number, left: number, top: number } | undefined} */
  #held;

  connectedCallback() {
    this.#label.className = 'label';
    this.#after.className = 'after';
    this.append(this.#before, this.#after, this.#label);
    this.tabIndex = 0;
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', 'Preview at full size: the arrow keys move it');
    this.hidden = true;
    this.addEventListener('pointerdown', (event) => this.#press(event));
    this.addEventListener('pointermove', (event) => this.#drag(event));
    for (const type of ['lostpointercapture', 'pointercancel']) {
      this.addEventListener(type, () => {
        this.#held = undefined;
      });
    }
    this.addEventListener('keydown', (event) => this.#key(event));
    this.#say();
  }

  disconnectedCallback() {
    clearTimeout(this.#rest);
  }

  /** Whether it is there. */
  get active() {
    return this.#isActive;
  }

  set active(value) {
    if (value === this.#isActive) return;
    this.#isActive = value;
    this.#layOut();
  }

  /** Whether the picture is seen in it as it was, for as long as somebody wants to compare. @param {boolean} value */
  set holding(value) {
    this.#isHolding = value;
    this.toggleAttribute('holding', value);
    this.#say();
  }

  /** The most pixels that a part may have. The box shrinks at once, but grows only when it is laid out for another
   * reason: nobody has asked for a new preview. @param {number} value */
  set most(value) {
    this.#most = value;
    if (!this.#part || this.#part.width * this.#part.height > value) this.#layOut();
  }

  /**
   * A new picture of this size in pixels.
   *
   * @param {number} width
   * @param {number} height
   */
  begin(width, height) {
    this.#picture = { width, height };
    this.#at = { x: 0.5, y: 0.5 };
    this.#seen = undefined;
    this.#part = undefined;
    this.#clear();
    this.#layOut();
  }

  /** Another part of the picture is seen, or at another size: the box stays in sight. @param {Rectangle} seen */
  see(seen) {
    this.#seen = seen;
    this.#layOut();
  }

  /** What becomes of the part has changed, and is asked for again. */
  renew() {
    this.#isOutdated = true;
    this.#layOut();
  }

  /**
   * A part as it is, and what becomes of it. The bitmaps are given away.
   *
   * @param {Rectangle} part
   * @param {ImageBitmap | null} before  `null` if it was given already
   * @param {ImageBitmap | null} after  `null` while it is not known
   */
  show(part, before, after) {
    const mine = this.#part;
    if (!mine || part.x !== mine.x || part.y !== mine.y || part.width !== mine.width || part.height !== mine.height) {
      before?.close();
      after?.close();
      return;
    }
    if (before) draw(this.#before, before);
    if (after) draw(this.#after, after);
    this.toggleAttribute('ready', after !== null);
    this.#say();
  }

  #clear() {
    draw(this.#before, null);
    draw(this.#after, null);
    this.removeAttribute('ready');
    this.#say();
  }

  /** Says what is seen in it. */
  #say() {
    const scale = this.#scale() * devicePixelRatio;
    const percent = `${Math.round(100 * Math.max(1, scale))} %`;
    const isReady = this.hasAttribute('ready');
    this.#label.textContent = this.#isHolding ? `Before, ${percent}` : `Preview, ${percent}${isReady ? '' : '…'}`;
    this.setAttribute('aria-busy', String(!isReady));
  }

  /** CSS pixels for a pixel of the picture, as it is shown around the box. */
  #scale() {
    return (this.parentElement?.getBoundingClientRect().width ?? 0) / (this.#picture.width || 1);
  }

  /** Puts the box where it belongs, and asks for what it is over. */
  #layOut() {
    const { width, height } = this.#picture;
    const parent = this.parentElement;
    const seen = this.#seen;
    if (!this.#isActive || !parent || !seen || width === 0 || parent.clientWidth === 0) {
      clearTimeout(this.#rest);
      this.hidden = true;
      this.#part = undefined;
      return;
    }
    const around = this.#scale();
    // Never smaller than the picture's pixels are on the screen.
    const inside = Math.max(around, 1 / devicePixelRatio);
    const side = Math.min(Math.sqrt(this.#most) * inside, MOST);
    /** @param {number} length  what is seen of the picture, in its pixels @param {number} all */
    const size = (length, all) => {
      const shown = Math.min(length * around, all * around);
      return Math.max(1, Math.min(all, Math.round(Math.min(shown, Math.max(LEAST, Math.min(SHARE * shown, side))) / inside)));
    };
    const part = { x: 0, y: 0, width: size(seen.width, width), height: size(seen.height, height) };
    const box = { width: part.width * inside, height: part.height * inside };
    // Where the box is larger than what it is over, its way across the picture is as long as the part's.
    const axis = (/** @type {'x' | 'y'} */ name, /** @type {'width' | 'height'} */ length) => {
      const all = this.#picture[length];
      const room = all * around - box[length];
      const [first, last] = [seen[name] * around, (seen[name] + seen[length]) * around - box[length]];
      const wanted = this.#at[name] * room;
      // Out of sight it comes to the middle of what is seen.
      const isSeen = wanted >= first - 1 && wanted <= last + 1;
      if (!isSeen && room > 0 && !this.#held) this.#at[name] = Math.min(1, Math.max(0, (first + last) / 2 / room));
      part[name] = Math.round(this.#at[name] * (all - part[length]));
      return around >= 1 / devicePixelRatio ? part[name] * around : Math.max(0, this.#at[name] * room);
    };
    const [left, top] = [axis('x', 'width'), axis('y', 'height')];
    Object.assign(this.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${box.width}px`,
      height: `${box.height}px`,
    });
    this.toggleAttribute('magnified', inside * devicePixelRatio > 2);
    this.hidden = false;
    this.#ask(part);
    this.#say();
  }

  /** @param {Rectangle} part */
  #ask(part) {
    const old = this.#part;
    const isSame = old && part.x === old.x && part.y === old.y && part.width === old.width && part.height === old.height;
    if (isSame && !this.#isOutdated) return;
    // Of another part nothing is shown; what was there before stays until there is something newer.
    if (!isSame) this.#clear();
    this.#part = part;
    this.#isOutdated = false;
    this.removeAttribute('ready');
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.dispatchEvent(new CustomEvent('look', { detail: part })), REST);
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0) return;
    // So that nothing around takes the press for its own.
    event.preventDefault();
    this.focus({ preventScroll: true });
    this.setPointerCapture(event.pointerId);
    this.#held = { x: event.clientX, y: event.clientY, left: this.offsetLeft, top: this.offsetTop };
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    if (!this.#held) return;
    const { x, y, left, top } = this.#held;
    this.#moveTo(left + event.clientX - x, top + event.clientY - y);
  }

  /**
   * @param {number} left
   * @param {number} top
   */
  #moveTo(left, top) {
    const scale = this.#scale();
    const place = (/** @type {number} */ to, /** @type {number} */ room) => (room > 0 ? Math.min(1, Math.max(0, to / room)) : 0.5);
    this.#at.x = place(left, this.#picture.width * scale - this.offsetWidth);
    this.#at.y = place(top, this.#picture.height * scale - this.offsetHeight);
    this.#layOut();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const moves = /** @type {Record<string, [number, number]>} */ ({
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    });
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? MOVE.large : MOVE.small;
    this.#moveTo(this.offsetLeft + move[0] * step * this.offsetWidth, this.offsetTop + move[1] * step * this.offsetHeight);
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap | null} bitmap  given away
 */
function draw(canvas, bitmap) {
  canvas.hidden = !bitmap;
  canvas.width = bitmap?.width ?? 0;
  canvas.height = bitmap?.height ?? 0;
  // The context takes the bitmap without copying it.
  if (bitmap) canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap);
}

customElements.define('svnr-loupe', Loupe);

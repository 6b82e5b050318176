import { Gestures } from './gestures.js';

/** The least and the greatest zoom, except what it takes to fit. */
const [LEAST, MOST] = [0.05, 8];
/** How much a key or a button zooms. */
const STEP = Math.SQRT2;
/** A small picture is enlarged to fit, but no more than this many times, */
const MOST_ENLARGED = 3;
/** or, if it is tiny, to this many CSS pixels in width. */
const ENLARGED_WIDTH = 192;
/** Milliseconds of rest before the visible part is reported. */
const REST = 120;

/**
 * @typedef {number | 'fit'} Amount  1 is 100 %: a pixel of the picture is one of the screen
 * @typedef {{ x: number, y: number, width: number, height: number, zoom: number }} View  what is seen, in whole pixels
 *   of the picture
 */

/** @type {[text: string, amount: Amount][]} */
const AMOUNTS = [
  ['Fit', 'fit'],
  ['100 %', 1],
  ['200 %', 2],
];

/**
 * `<svnr-zoom>`: a view (the part `view`) that enlarges and pans over its child element, with buttons below. The child
 * gets the picture's size, whatever its own.
 *
 * Fires `view` (detail: a {@link View}) when another part of the picture is visible, and `hold` (detail: whether) when
 * the visitor starts or stops holding the picture to see it before denoising.
 */
export class Zoom extends HTMLElement {
  #view = document.createElement('div');
  /** @type {HTMLElement} */
  #content = document.createElement('div');
  #tools = document.createElement('div');
  #value = document.createElement('output');
  #holdButton = button('Hold to compare');
  #amounts = AMOUNTS.map(([text, amount]) => ({ amount, button: button(text, () => (this.zoom = amount)) }));
  #picture = { width: 0, height: 0 };
  /** The view's last known size. */
  #room = { width: 0, height: 0 };
  /** @type {Amount} */
  #zoom = 'fit';
  /** What holds it at the moment.
   * @type {Set<'press' | 'button' | 'key'>} */
  #holds = new Set();
  /** The key that holds.
   * @type {string | undefined} */
  #heldKey;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;
  #connection = new AbortController();

  constructor() {
    super();
    this.#view.part = 'view';
    this.#view.tabIndex = 0;
    this.#view.setAttribute('role', 'group');
    this.#view.setAttribute('aria-label', 'Photo: plus and minus zoom, the arrow keys move it, B shows it before denoising');
    this.#view.append(document.createElement('slot'));
    const tools = document.createElement('slot');
    tools.name = 'tools';
    // The child stays where it is in the page: moving it into the view would disconnect it.
    this.attachShadow({ mode: 'open' }).append(this.#view, tools);
    this.#tools.slot = 'tools';
    this.#tools.className = 'tools';
    this.#tools.setAttribute('role', 'group');
    this.#tools.setAttribute('aria-label', 'Zoom');
    const less = button('−', () => this.#step(1 / STEP), 'Zoom out');
    const more = button('+', () => this.#step(STEP), 'Zoom in');
    this.#holdButton.className = 'hold';
    this.#tools.append(less, this.#value, more, ...this.#amounts.map((one) => one.button), this.#holdButton);
  }

  connectedCallback() {
    const content = this.firstElementChild;
    if (!(content instanceof HTMLElement)) throw new Error('there is nothing to zoom');
    this.#content = content;
    const view = this.#view;
    this.append(this.#tools);
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    new Gestures(
      view,
      {
        grab: (x, y) => this.#grab(x, y),
        hold: (isHeld) => this.#hold('press', isHeld),
        doubleTap: (x, y) => this.zoomAt(this.#zoom === 'fit' ? 1 : 'fit', x, y),
      },
      signal,
    );
    view.addEventListener('scroll', () => this.#report(), { signal });
    this.addEventListener('keydown', (event) => this.#keyDown(event), { signal });
    this.addEventListener('keyup', ({ key }) => key === this.#heldKey && this.#hold('key', false), { signal });
    this.addEventListener('focusout', ({ relatedTarget }) => {
      // Another element would get the key's release.
      if (!(relatedTarget instanceof Node && this.contains(relatedTarget))) this.#hold('key', false);
    }, { signal });
    this.#holdButton.addEventListener('pointerdown', (event) => this.#pressHold(event), { signal });
    this.#holdButton.addEventListener('lostpointercapture', () => this.#hold('button', false), { signal });
    this.#holdButton.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
    // Another screen may have a different pixel size.
    addEventListener('resize', () => this.#resized(), { signal });
    const observer = new ResizeObserver(() => this.#resized());
    observer.observe(view);
    signal.addEventListener('abort', () => observer.disconnect());
  }

  disconnectedCallback() {
    this.#connection.abort();
    clearTimeout(this.#rest);
    for (const by of this.#holds) this.#hold(by, false);
  }

  /** Whether there is something to compare with. */
  get canCompare() {
    return !this.#holdButton.disabled;
  }

  set canCompare(value) {
    this.#holdButton.disabled = !value;
    if (!value) for (const by of this.#holds) this.#hold(by, false);
  }

  /**
   * Shows all of a new picture of this size in pixels.
   *
   * @param {number} width
   * @param {number} height
   */
  begin(width, height) {
    this.#picture = { width, height };
    this.style.setProperty('--width', String(width));
    this.style.setProperty('--height', String(height));
    this.#zoom = 'fit';
    this.#layOut();
  }

  /** How large the picture is shown. Setting it keeps what is in the middle there.
   * @returns {Amount} */
  get zoom() {
    return this.#zoom;
  }

  set zoom(value) {
    const { left, top, width, height } = this.#view.getBoundingClientRect();
    this.zoomAt(value, left + width / 2, top + height / 2);
  }

  /**
   * Zooms, and keeps a point of the window in place.
   *
   * @param {Amount} zoom
   * @param {number} clientX
   * @param {number} clientY
   */
  zoomAt(zoom, clientX, clientY) {
    const bring = this.#grab(clientX, clientY);
    this.#set(zoom);
    bring(clientX, clientY);
  }

  /** The zoom as a number, even when it is `fit`. */
  get #amount() {
    return this.#zoom === 'fit' ? this.#fit() : this.#zoom;
  }

  /** The zoom that fits. */
  #fit() {
    const { width, height } = this.#picture;
    const enlarged = Math.max(MOST_ENLARGED, ENLARGED_WIDTH / width);
    return Math.min(this.#room.width / width, this.#room.height / height, enlarged) * devicePixelRatio;
  }

  /** @param {number} factor */
  #step(factor) {
    this.zoom = this.#amount * factor;
  }

  /** @param {Amount} zoom */
  #set(zoom) {
    if (this.#picture.width === 0) return;
    const fit = this.#fit();
    this.#zoom = zoom === 'fit' ? zoom : Math.min(Math.max(MOST, fit), Math.max(Math.min(LEAST, fit), zoom));
    this.#layOut();
  }

  /**
   * Grabs the picture at a point.
   *
   * @param {number} clientX
   * @param {number} clientY
   * @returns {import('./gestures.js').Bring}
   */
  #grab(clientX, clientY) {
    const amount = this.#amount;
    const { left, top, width, height } = this.#content.getBoundingClientRect();
    const [x, y] = [(clientX - left) / width, (clientY - top) / height];
    return (toX, toY, factor = 1) => {
      if (factor !== 1) this.#set(amount * factor);
      const now = this.#content.getBoundingClientRect();
      this.#view.scrollBy({
        left: now.left + x * now.width - toX,
        top: now.top + y * now.height - toY,
        behavior: 'instant',
      });
      return this.#amount / amount;
    };
  }

  #resized() {
    const { width, height } = this.#room;
    const old = this.#view.getBoundingClientRect();
    const bring = this.#grab(old.left + width / 2, old.top + height / 2);
    this.#layOut();
    bring(old.left + old.width / 2, old.top + old.height / 2);
  }

  #layOut() {
    const { width, height } = this.#view.getBoundingClientRect();
    // Not shown yet, or no picture.
    if (width === 0 || this.#picture.width === 0) return;
    this.#room = { width, height };
    const scale = this.#amount / devicePixelRatio;
    const size = { width: this.#picture.width * scale, height: this.#picture.height * scale };
    Object.assign(this.#content.style, { width: `${size.width}px`, height: `${size.height}px` });
    // With room for rounding: nothing should scroll when everything is visible.
    this.toggleAttribute('zoomed', size.width > width + 0.5 || size.height > height + 0.5);
    this.#value.textContent = `${Math.round(100 * this.#amount)} %`;
    for (const one of this.#amounts) one.button.setAttribute('aria-pressed', String(one.amount === this.#zoom));
    this.#report();
  }

  /** Reports the visible part once it is at rest. */
  #report() {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      const detail = this.#seen();
      if (detail) this.dispatchEvent(new CustomEvent('view', { detail }));
    }, REST);
  }

  /** @returns {View | undefined}  nothing when there is nothing to see */
  #seen() {
    const view = this.#view.getBoundingClientRect();
    const content = this.#content.getBoundingClientRect();
    if (view.width === 0 || content.width === 0 || this.#picture.width === 0) return undefined;
    /**
     * @param {number} from  where the view begins in what it shows
     * @param {number} length
     * @param {number} scale
     * @param {number} most
     */
    const range = (from, length, scale, most) => {
      // A pixel with less than this in view is there only by rounding.
      const sliver = 0.01;
      const begin = Math.min(most, Math.max(0, Math.floor(from / scale + sliver)));
      const end = Math.min(most, Math.max(0, Math.ceil((from + length) / scale - sliver)));
      return [begin, end - begin];
    };
    const { width, height } = this.#picture;
    const [x = 0, w = 0] = range(view.left - content.left, this.#view.clientWidth, content.width / width, width);
    const [y = 0, h = 0] = range(view.top - content.top, this.#view.clientHeight, content.height / height, height);
    return { x, y, width: w, height: h, zoom: this.#amount };
  }

  /**
   * @param {'press' | 'button' | 'key'} by
   * @param {boolean} isHeld
   */
  #hold(by, isHeld) {
    const wasHeld = this.#holds.size > 0;
    if (isHeld && this.canCompare) this.#holds.add(by);
    else this.#holds.delete(by);
    if (by === 'key' && !isHeld) this.#heldKey = undefined;
    const detail = this.#holds.size > 0;
    if (detail !== wasHeld) this.dispatchEvent(new CustomEvent('hold', { detail }));
  }

  /** @param {PointerEvent} event */
  #pressHold({ button, pointerId }) {
    if (button !== 0) return;
    this.#holdButton.setPointerCapture(pointerId);
    this.#hold('button', true);
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    const [target] = event.composedPath();
    const isTyped = target instanceof Element && target.matches('input:not([type=range]), textarea, select');
    if (isTyped || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const zooms = /** @type {Record<string, () => void>} */ ({
      '+': () => this.#step(STEP),
      // The same key without Shift.
      '=': () => this.#step(STEP),
      '-': () => this.#step(1 / STEP),
      0: () => (this.zoom = 'fit'),
      1: () => (this.zoom = 1),
      2: () => (this.zoom = 2),
    });
    const isHold = key === 'b' || key === 'B' || (target === this.#holdButton && (key === ' ' || key === 'Enter'));
    if (isHold && !event.repeat) {
      this.#heldKey = key;
      this.#hold('key', true);
    } else if (!isHold) {
      const zoom = zooms[key];
      if (!zoom) return;
      zoom();
    }
    event.preventDefault();
  }
}

/**
 * @param {string} text
 * @param {() => void} [onClick]
 * @param {string} [label]  when the text does not say it
 */
function button(text, onClick, label) {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  if (label) made.setAttribute('aria-label', label);
  if (onClick) made.addEventListener('click', onClick);
  return made;
}

customElements.define('svnr-zoom', Zoom);

// Node, where pages are rendered ahead, has none; importing must not fail there.
const Base = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement ?? class {});

const STYLE = `
:host {
  position: relative;
  display: block;
  overflow: hidden;
  /* Where supported: hidden would make this the scroll container that the sticky labels stick to. */
  overflow: clip;
  aspect-ratio: var(--width, 3) / var(--height, 2);
  touch-action: pan-y pinch-zoom;
}

:host([grip]) {
  touch-action: auto;
}

.photo,
.result,
.half,
canvas {
  position: absolute;
  inset: 0;
}

canvas {
  inline-size: 100%;
  block-size: 100%;
}

:host([magnified]) canvas {
  image-rendering: pixelated;
}

.detail {
  inset: var(--detail-top) auto auto var(--detail-left);
  inline-size: var(--detail-width);
  block-size: var(--detail-height);
}

:host(:not([has-after])) :is(.result canvas:first-child, .line, input),
:host([emerging]) :is(.line, input) {
  display: none;
}

:host([has-after]:not([emerging], [holding])) .result {
  clip-path: inset(0 0 0 var(--position));
}

/* A transparent photo must not show through its result. */
:host([has-after]:not([emerging], [holding])) .photo {
  clip-path: inset(0 calc(100% - var(--position)) 0 0);
}

:host([emerging]:not([holding])) .photo {
  visibility: hidden;
}

/* The range stays: it may have the focus, and the key that is being held. */
:host([holding]) :is(.result, .line, .frame) {
  display: none;
}

:host([holding]:is([has-after], [preview])) ::slotted(*) {
  opacity: 0;
}

/* Black and white, visible on any picture. */
.frame {
  position: absolute;
  box-shadow: inset 0 0 0 1px rgb(0 0 0 / 60%), inset 0 0 0 2px rgb(255 255 255 / 85%);
  container-type: size;
  pointer-events: none;
}

:host(:not([preview])) .frame {
  display: none;
}

span {
  position: absolute;
  display: none;
  inset-block-start: 0.75rem;
  padding: 0.15rem 0.6rem;
  border-radius: 99px;
  background: rgb(0 0 0 / 55%);
  color: #fff;
  font-size: 0.8125rem;
  pointer-events: none;
}

:host([has-after]:not([emerging], [holding])) .half span,
:host([holding]:is([has-after], [preview])) .before span {
  display: block;
}

:is(.before, .frame) span {
  inset-inline-start: 0.75rem;
}

.after span {
  inset-inline-end: 0.75rem;
}

/* Where there is room for it. */
@container (min-width: 7rem) and (min-height: 4rem) {
  .frame span {
    display: block;
  }
}

.half {
  pointer-events: none;
}

/* Labels stay in view while the picture is panned, each on its half. */
:host([grip]) .half {
  display: flex;
  align-items: start;
}

:host([grip]) .half span {
  position: sticky;
  flex: none;
  margin: 0.75rem;
}

:host([grip]:not([holding])) .before {
  inset-inline-end: calc(100% - var(--position));
}

:host([grip]) .after {
  inset-inline-start: var(--position);
  justify-content: end;
}

input {
  position: absolute;
  inset: 0;
  inline-size: 100%;
  block-size: 100%;
  margin: 0;
  opacity: 0;
  cursor: ew-resize;
  touch-action: pan-y pinch-zoom;
}

.line {
  position: absolute;
  inset-block: 0;
  inset-inline-start: var(--position);
  display: grid;
  grid-template: 100% / 100%;
  place-items: center;
  inline-size: 2px;
  margin-inline-start: -1px;
  background: #fff;
  box-shadow: 0 0 0 1px rgb(0 0 0 / 25%);
  pointer-events: none;
}

.grip {
  position: absolute;
  inset-block-start: 50%;
  inset-inline-start: 50%;
  inline-size: 2.75rem;
  block-size: 2.75rem;
  translate: -50% -50%;
  border-radius: 50%;
  background: #fff;
  box-shadow: 0 1px 6px rgb(0 0 0 / 45%);
}

/* Two arrowheads. */
.grip::before,
.grip::after {
  content: '';
  position: absolute;
  inset-block-start: calc(50% - 0.25rem);
  inline-size: 0.5rem;
  block-size: 0.5rem;
  border: solid #333;
  border-width: 0 0 2px 2px;
  rotate: 45deg;
  inset-inline-start: 0.75rem;
}

.grip::after {
  inset-inline: auto 0.75rem;
  rotate: 225deg;
}

:host([grip]) input {
  pointer-events: none;
}

:host([grip]) .line {
  cursor: ew-resize;
  pointer-events: auto;
  touch-action: pan-y;
}

/* Room for a finger. */
:host([grip]) .line::before {
  content: '';
  position: absolute;
  inset-block: 0;
  inset-inline: calc(50% - 22px);
}

/* Stays in view, like the labels. */
:host([grip]) .grip {
  position: sticky;
  inset: calc(50% - 1.375rem) auto;
  translate: none;
}

input:focus-visible + .line .grip {
  outline: 3px solid #4f8cff;
  outline-offset: 2px;
}
`;

/**
 * Sharper pictures for a part of the two that are compared. The part is in shares of their width and height; the
 * bitmaps are given away.
 *
 * @typedef {{
 *   x: number, y: number, width: number, height: number,
 *   before: ImageBitmap | null,
 *   after: ImageBitmap | null,
 * }} Detail
 */

/**
 * `<svnr-compare>`: two pictures of the same size on top of each other, and a divider to wipe between them.
 *
 * Its children lie on top of both. The divider is a range input as large as the picture, so keyboard, touch and screen
 * readers work.
 *
 * With the attribute `grip`, the pointer moves the divider only by its line, and other presses are left to the
 * surroundings, for example to something that pans. With `magnified`, pixels are shown as squares.
 */
export class Compare extends Base {
  #before = new Side('photo');
  #after = new Side('result');
  #range = document.createElement('input');
  #name = makeLabel('After', 'label after');
  #position = 50;
  // A constructed style sheet is not an inline style to a page's security policy, and an element must not have a style
  // attribute while it is being created.
  #style = new CSSStyleSheet();

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    this.#style.replaceSync(STYLE);
    root.adoptedStyleSheets = [this.#style];
    const line = makeBox('line');
    line.part = 'line';
    const grip = makeBox('grip');
    grip.part = 'grip';
    line.append(grip);
    this.#dragBy(line);
    const [before, after] = [makeBox('half before'), makeBox('half after')];
    before.append(makeLabel('Before', 'label before'));
    after.append(this.#name);
    const frame = makeBox('frame detail');
    frame.append(makeLabel('Preview', 'label'));
    this.#range.type = 'range';
    this.#range.min = '0';
    this.#range.max = '100';
    this.#range.step = '1';
    this.#range.setAttribute('aria-label', 'Divider between the photo before and after');
    this.#range.addEventListener('input', () => {
      this.position = Number(this.#range.value);
    });
    // A page's own children lie on top of the pictures.
    root.append(this.#before.box, this.#after.box, frame, before, after, this.#range, line, document.createElement('slot'));
    this.position = 50;
  }

  /** How much of the photo before denoising shows, from the left, in percent. */
  get position() {
    return this.#position;
  }

  set position(value) {
    this.#range.value = String(value);
    this.#divideAt(Number(this.#range.value));
  }

  /** Whether only the photo before denoising shows, while it is held to compare. */
  get holding() {
    return this.hasAttribute('holding');
  }

  set holding(value) {
    this.toggleAttribute('holding', value);
  }

  /**
   * Shows a new photo in place of everything before.
   *
   * @param {ImageBitmap} bitmap  given away
   */
  setBefore(bitmap) {
    this.#set('--width', String(bitmap.width));
    this.#set('--height', String(bitmap.height));
    draw(this.#before.picture, bitmap);
    this.setAfter(null);
  }

  /**
   * Shows the same photo in another way; what it is compared with stays.
   *
   * @param {ImageBitmap} bitmap  given away
   */
  renewBefore(bitmap) {
    draw(this.#before.picture, bitmap);
  }

  /**
   * Sets what the photo is compared with. While `emerging` it covers the photo, without a divider. The detail is
   * removed.
   *
   * @param {ImageBitmap | null} bitmap  given away
   * @param {{ emerging?: boolean, name?: string }} [options]  `name` is what its half says that it is
   */
  setAfter(bitmap, { emerging = false, name = 'After' } = {}) {
    this.#name.textContent = name;
    this.#divideAt(this.#position);
    this.toggleAttribute('has-after', bitmap !== null);
    this.toggleAttribute('emerging', bitmap !== null && emerging);
    this.#range.disabled = bitmap === null || emerging;
    draw(this.#after.picture, bitmap);
    this.setDetail(null);
  }

  /** What the half of what is compared says that it is. @param {string} name */
  set afterName(name) {
    this.#name.textContent = name;
    this.#divideAt(this.#position);
  }

  /**
   * Shows a part of the pictures more sharply, in place of the part before; `null` shows none. While there is nothing
   * to compare the photo with, the part's `after` is a preview and lies on the photo in a frame.
   *
   * @param {Detail | null} detail
   */
  setDetail(detail) {
    if (detail) {
      for (const name of /** @type {const} */ (['width', 'height'])) this.#set(`--detail-${name}`, `${100 * detail[name]}%`);
      this.#set('--detail-left', `${100 * detail.x}%`);
      this.#set('--detail-top', `${100 * detail.y}%`);
    }
    draw(this.#before.detail, detail?.before ?? null);
    draw(this.#after.detail, detail?.after ?? null);
    this.toggleAttribute('preview', Boolean(detail?.after) && !this.hasAttribute('has-after'));
  }

  /**
   * Lets the pointer drag the divider by its line.
   *
   * @param {HTMLElement} line
   */
  #dragBy(line) {
    /** From the line to where it was grabbed. */
    let offset = 0;
    line.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      // So that nothing around reacts to the press.
      event.preventDefault();
      this.#range.focus({ preventScroll: true });
      const { left, width } = this.getBoundingClientRect();
      offset = event.clientX - left - (width * this.position) / 100;
      line.setPointerCapture(event.pointerId);
    });
    line.addEventListener('pointermove', (event) => {
      if (!line.hasPointerCapture(event.pointerId)) return;
      const { left, width } = this.getBoundingClientRect();
      const percent = Math.min(100, Math.max(0, (100 * (event.clientX - offset - left)) / width));
      // A step of the range may be many pixels: the range is only near the divider, the line follows the pointer.
      this.#range.value = String(percent);
      this.#divideAt(percent);
    });
    // The browser releases the pointer by itself; others may have to.
    line.addEventListener('pointercancel', ({ pointerId }) => {
      if (line.hasPointerCapture(pointerId)) line.releasePointerCapture(pointerId);
    });
  }

  /** @param {number} percent */
  #divideAt(percent) {
    this.#position = percent;
    const { value } = this.#range;
    this.#range.setAttribute('aria-valuetext', `${value} % before, ${100 - Number(value)} % ${this.#name.textContent?.toLowerCase()}`);
    this.#set('--position', `${percent}%`);
  }

  /**
   * @param {string} property
   * @param {string} value
   */
  #set(property, value) {
    const [host] = this.#style.cssRules;
    if (host instanceof CSSStyleRule) host.style.setProperty(property, value);
  }
}

/** One of the pictures, with a part that may be sharper. */
class Side {
  picture = document.createElement('canvas');
  detail = document.createElement('canvas');

  /** @param {string} name */
  constructor(name) {
    this.box = makeBox(name);
    this.detail.className = 'detail';
    this.box.append(this.picture, this.detail);
  }
}

/** @param {string} className */
function makeBox(className) {
  const div = document.createElement('div');
  div.className = className;
  return div;
}

/**
 * @param {string} text
 * @param {string} part
 */
function makeLabel(text, part) {
  const label = document.createElement('span');
  label.part = part;
  label.textContent = text;
  return label;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap | null} bitmap  without one there is nothing to see, and nothing is kept
 */
function draw(canvas, bitmap) {
  canvas.hidden = !bitmap;
  canvas.width = bitmap?.width ?? 0;
  canvas.height = bitmap?.height ?? 0;
  // The context takes the bitmap without copying it.
  if (bitmap) canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap);
}

globalThis.customElements?.define('svnr-compare', Compare);

// In Node, where pages are rendered ahead, there is none, and importing must not fail.
const Base = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement ?? class {});

const STYLE = `
:host {
  position: relative;
  display: block;
  overflow: hidden;
  aspect-ratio: var(--width, 3) / var(--height, 2);
  touch-action: pan-y pinch-zoom;
}

canvas {
  position: absolute;
  inset: 0;
  inline-size: 100%;
  block-size: 100%;
}

:host(:not([has-after])) :is(canvas + canvas, .line, span, input),
:host([emerging]) :is(.line, span, input) {
  display: none;
}

:host(:not([emerging])) canvas + canvas {
  clip-path: inset(0 0 0 var(--position));
}

/* A transparent photo must not show through what was made of it. */
:host([has-after]:not([emerging])) canvas:first-of-type {
  clip-path: inset(0 calc(100% - var(--position)) 0 0);
}

:host([emerging]) canvas:first-of-type {
  visibility: hidden;
}

span {
  position: absolute;
  inset-block-start: 0.75rem;
  padding: 0.15rem 0.6rem;
  border-radius: 99px;
  background: rgb(0 0 0 / 55%);
  color: #fff;
  font-size: 0.8125rem;
  pointer-events: none;
}

.before {
  inset-inline-start: 0.75rem;
}

.after {
  inset-inline-end: 0.75rem;
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

input:focus-visible + .line .grip {
  outline: 3px solid #4f8cff;
  outline-offset: 2px;
}
`;

/**
 * `<svnr-compare>`: two pictures of the same size, one over the other, and a divider to wipe between them.
 *
 * What it holds lies over both. The divider is a range input as large as the picture: keyboard, touch and screen readers get it for nothing.
 */
export class Compare extends Base {
  #before = document.createElement('canvas');
  #after = document.createElement('canvas');
  #range = document.createElement('input');
  // Made so, it is no inline style to a page's security policy; and an element that is being created may have no style of
  // its own.
  #style = new CSSStyleSheet();

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    this.#style.replaceSync(STYLE);
    root.adoptedStyleSheets = [this.#style];
    const line = document.createElement('div');
    line.className = 'line';
    line.part = 'line';
    const grip = document.createElement('div');
    grip.className = 'grip';
    grip.part = 'grip';
    line.append(grip);
    const labels = ['Before', 'After'].map((text) => {
      const label = document.createElement('span');
      label.className = text.toLowerCase();
      label.part = `label ${label.className}`;
      label.textContent = text;
      return label;
    });
    this.#range.type = 'range';
    this.#range.min = '0';
    this.#range.max = '100';
    this.#range.step = '1';
    this.#range.setAttribute('aria-label', 'Divider between the photo before and after');
    this.#range.addEventListener('input', () => {
      this.position = Number(this.#range.value);
    });
    // What a page puts inside lies over the pictures.
    root.append(this.#before, this.#after, ...labels, this.#range, line, document.createElement('slot'));
    this.position = 50;
  }

  /** How much of the photo as it was is seen, from the left, in percent. */
  get position() {
    return Number(this.#range.value);
  }

  set position(value) {
    this.#range.value = String(value);
    this.#range.setAttribute('aria-valuetext', `${this.#range.value} % before, ${100 - this.position} % after`);
    this.#set('--position', `${this.position}%`);
  }

  /**
   * A new photo; what was there before goes.
   *
   * @param {ImageBitmap} bitmap  given away
   */
  setBefore(bitmap) {
    this.#set('--width', String(bitmap.width));
    this.#set('--height', String(bitmap.height));
    draw(this.#before, bitmap);
    this.setAfter(null);
  }

  /**
   * What is compared to the photo. While `emerging` it covers the photo, without a divider.
   *
   * @param {ImageBitmap | null} bitmap  given away
   * @param {{ emerging?: boolean }} [options]
   */
  setAfter(bitmap, { emerging = false } = {}) {
    this.toggleAttribute('has-after', bitmap !== null);
    this.toggleAttribute('emerging', bitmap !== null && emerging);
    this.#range.disabled = bitmap === null || emerging;
    if (bitmap) draw(this.#after, bitmap);
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

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap} bitmap
 */
function draw(canvas, bitmap) {
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext('bitmaprenderer');
  // The context takes the bitmap without copying it.
  context?.transferFromImageBitmap(bitmap);
}

globalThis.customElements?.define('svnr-compare', Compare);

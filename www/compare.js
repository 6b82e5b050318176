/**
 * `<svnr-compare>`: two pictures of the same size, one over the other, and a divider to wipe between them.
 *
 * The divider is a range input as large as the picture: keyboard, touch and screen readers get it for nothing.
 */
export class Compare extends HTMLElement {
  #before = document.createElement('canvas');
  #after = document.createElement('canvas');
  #range = document.createElement('input');

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const style = document.createElement('link');
    style.rel = 'stylesheet';
    style.href = new URL('./compare.css', import.meta.url).href;
    const line = document.createElement('div');
    line.className = 'line';
    const grip = document.createElement('div');
    grip.className = 'grip';
    line.append(grip);
    const labels = ['Before', 'After'].map((text) => {
      const label = document.createElement('span');
      label.className = text.toLowerCase();
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
    root.append(style, this.#before, this.#after, ...labels, this.#range, line);
    this.position = 50;
  }

  /** How much of the photo as it was is seen, from the left, in percent. */
  get position() {
    return Number(this.#range.value);
  }

  set position(value) {
    this.#range.value = String(value);
    this.#range.setAttribute('aria-valuetext', `${this.#range.value} % before, ${100 - this.position} % after`);
    this.style.setProperty('--position', `${this.position}%`);
  }

  /**
   * A new photo; what was there before goes.
   *
   * @param {ImageBitmap} bitmap  given away
   */
  setBefore(bitmap) {
    this.style.setProperty('--width', String(bitmap.width));
    this.style.setProperty('--height', String(bitmap.height));
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

customElements.define('svnr-compare', Compare);

/** Longest side of the painted map in pixels. A soft brush does not need the photo's resolution. */
const MAP_SIDE = 512;
/** Distance between two dabs of a stroke, in radii. */
const SPACING = 0.25;
/** How far an arrow key moves the cursor, as a share of the picture's longer side. */
const MOVE = { small: 0.01, large: 0.05 };
/** The map's grey where nothing was painted: factor 1. */
const NEUTRAL = 128;
/** Colours of painted areas: less is removed, more is removed. */
const TINT = { less: [40, 120, 255], more: [255, 140, 0] };

/**
 * A brush, in shares of the picture's longer side.
 *
 * @typedef {{ amount: number, size: number, softness: number }} Tool
 * @typedef {Tool & { points: [x: number, y: number][] }} Stroke  points in shares of width and height
 */

/**
 * `<svnr-brush>`: paints over a picture how much noise is removed where. It makes a map of factors on the noise's
 * strength, from 0 (left alone) to 2. Fires `change`.
 *
 * By keyboard the arrows move the brush (with Shift further), and Space paints.
 */
export class Brush extends HTMLElement {
  #tint = document.createElement('canvas');
  #map = document.createElement('canvas');
  #cursor = document.createElement('div');
  /** @type {Stroke[]} */
  #strokes = [];
  /** The stroke in progress.
   * @type {Stroke | undefined} */
  #stroke;
  /** Where the brush is. */
  #at = { x: 0.5, y: 0.5 };
  /** @type {Tool} */
  #tool = { amount: 0, size: 0.1, softness: 0.5 };

  connectedCallback() {
    this.#cursor.className = 'cursor';
    this.append(this.#tint, this.#cursor);
    this.setAttribute('role', 'application');
    this.setAttribute('aria-label', 'Brush over the photo: the arrow keys move it, Space paints');
    this.tabIndex = 0;
    this.active = false;
    this.addEventListener('pointerdown', (event) => this.#press(event));
    this.addEventListener('pointermove', (event) => this.#drag(event));
    this.addEventListener('pointerup', () => this.#lift());
    this.addEventListener('pointercancel', () => this.#takeBack());
    this.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Whether it paints. What was painted stays in any case. */
  get active() {
    return !this.hidden;
  }

  set active(value) {
    this.hidden = !value;
  }

  /** @param {Partial<Tool>} tool */
  use(tool) {
    Object.assign(this.#tool, tool);
    this.#show();
  }

  /** Whether nothing is painted. */
  get isEmpty() {
    return this.#strokes.length === 0;
  }

  /**
   * A new picture of this size.
   *
   * @param {number} width
   * @param {number} height
   * @param {readonly Stroke[]} [strokes]  what is painted on it already
   */
  begin(width, height, strokes = []) {
    const scale = Math.min(1, MAP_SIDE / Math.max(width, height));
    for (const canvas of [this.#map, this.#tint]) {
      canvas.width = Math.max(1, Math.round(width * scale));
      canvas.height = Math.max(1, Math.round(height * scale));
    }
    this.#strokes = [...strokes];
    this.#paintAll();
  }

  /** All that is painted, first things first. @returns {readonly Stroke[]} */
  get strokes() {
    return [...this.#strokes];
  }

  /** Undoes the last stroke. */
  undo() {
    this.#strokes.pop();
    this.#paintAll();
  }

  /** Undoes everything. */
  clear() {
    this.#strokes = [];
    this.#paintAll();
  }

  /** The map as greys: 0 for factor 0, 128 for 1, 255 for 2. `null` when nothing is painted. */
  map() {
    const { width, height } = this.#map;
    const context = this.#map.getContext('2d', { willReadFrequently: true });
    return this.isEmpty ? null : (context?.getImageData(0, 0, width, height) ?? null);
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.focus();
    this.setPointerCapture(event.pointerId);
    this.#stroke = { ...this.#tool, points: [] };
    this.#strokes.push(this.#stroke);
    this.#to(event);
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    // A pen makes many events between two of the page.
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) this.#to(one);
  }

  #lift() {
    if (!this.#stroke) return;
    this.#stroke = undefined;
    this.dispatchEvent(new Event('change'));
  }

  /** A second finger came down, so this was not a stroke. */
  #takeBack() {
    if (!this.#stroke) return;
    this.#stroke = undefined;
    this.undo();
  }

  /** @param {PointerEvent} event */
  #to({ clientX, clientY }) {
    const { left, top, width, height } = this.getBoundingClientRect();
    this.#at = { x: (clientX - left) / width, y: (clientY - top) / height };
    this.#show();
    if (this.#stroke) this.#extend(this.#stroke);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, shiftKey, ctrlKey, metaKey } = event;
    const { width, height } = this.#map;
    const step = (shiftKey ? MOVE.large : MOVE.small) * Math.max(width, height);
    const moves = /** @type {Record<string, [number, number]>} */ ({
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    });
    const move = moves[key];
    if (move) {
      this.#at.x = Math.min(1, Math.max(0, this.#at.x + move[0] / width));
      this.#at.y = Math.min(1, Math.max(0, this.#at.y + move[1] / height));
      this.#show();
    } else if (key === ' ') {
      const stroke = { ...this.#tool, points: [] };
      this.#strokes.push(stroke);
      this.#extend(stroke);
      this.dispatchEvent(new Event('change'));
    } else if (key === 'z' && (ctrlKey || metaKey)) {
      this.undo();
    } else return;
    event.preventDefault();
  }

  /** Carries a stroke on to where the brush is. @param {Stroke} stroke */
  #extend(stroke) {
    const { x, y } = this.#at;
    const last = stroke.points.at(-1);
    stroke.points.push([x, y]);
    this.#paint(stroke, last, [x, y]);
    this.#colour();
  }

  /**
   * Paints from one point of a stroke to the next.
   *
   * @param {Tool} tool
   * @param {[number, number] | undefined} from  nothing for its first point
   * @param {[number, number]} to
   */
  #paint({ amount, size, softness }, from, to) {
    const context = this.#map.getContext('2d', { willReadFrequently: true });
    if (!context) return;
    const { width, height } = this.#map;
    const radius = Math.max(0.5, (size * Math.max(width, height)) / 2);
    const [x, y] = [to[0] * width, to[1] * height];
    const [x0, y0] = from ? [from[0] * width, from[1] * height] : [x, y];
    const dabs = from ? Math.max(1, Math.ceil(Math.hypot(x - x0, y - y0) / (SPACING * radius))) : 1;
    const grey = Math.min(255, Math.round(amount * NEUTRAL));
    for (let dab = 1; dab <= dabs; dab += 1) {
      const [cx, cy] = [x0 + ((x - x0) * dab) / dabs, y0 + ((y - y0) * dab) / dabs];
      // A gradient between two circles of the same size would paint nothing.
      const hard = radius * Math.min(0.99, 1 - softness);
      const gradient = context.createRadialGradient(cx, cy, hard, cx, cy, radius);
      gradient.addColorStop(0, `rgb(${grey} ${grey} ${grey})`);
      gradient.addColorStop(1, `rgb(${grey} ${grey} ${grey} / 0)`);
      context.fillStyle = gradient;
      context.beginPath();
      context.arc(cx, cy, radius, 0, 2 * Math.PI);
      context.fill();
    }
  }

  #paintAll() {
    const context = this.#map.getContext('2d', { willReadFrequently: true });
    if (!context) return;
    context.fillStyle = `rgb(${NEUTRAL} ${NEUTRAL} ${NEUTRAL})`;
    context.fillRect(0, 0, this.#map.width, this.#map.height);
    for (const stroke of this.#strokes) {
      stroke.points.forEach((point, i) => this.#paint(stroke, stroke.points[i - 1], point));
    }
    this.#colour();
    this.dispatchEvent(new Event('change'));
  }

  /** Shows the map in colours over the picture. */
  #colour() {
    const { width, height } = this.#map;
    const image = this.#map.getContext('2d')?.getImageData(0, 0, width, height);
    if (!image) return;
    const { data } = image;
    for (let i = 0; i < data.length; i += 4) {
      const off = (data[i] ?? NEUTRAL) - NEUTRAL;
      const [r = 0, g = 0, b = 0] = off < 0 ? TINT.less : TINT.more;
      data[i] = r;
      data[i + 1] = g;
      data[i + 2] = b;
      data[i + 3] = Math.min(255, Math.abs(off)) * 0.9;
    }
    this.#tint.getContext('2d')?.putImageData(image, 0, 0);
  }

  /** Shows the brush where it is. */
  #show() {
    const { width, height } = this.#map;
    const size = this.#tool.size * Math.max(width, height);
    const percent = (/** @type {number} */ share) => `${100 * share}%`;
    Object.assign(this.#cursor.style, {
      left: percent(this.#at.x),
      top: percent(this.#at.y),
      width: percent(size / width),
      height: percent(size / height),
    });
  }
}

customElements.define('svnr-brush', Brush);

/** @typedef {import('../shared/protocol.js').View} View */
/** @typedef {import('../shared/protocol.js').Rectangle} Rectangle */
/** @typedef {import('../shared/protocol.js').RunOptions} RunOptions */

/** How long settings must stay unchanged before a preview is requested, in milliseconds. */
const CALM = 250;

/** What a view's half of the picture says that it is.
 * @type {Record<View, string>} */
const NAMES = {
  picture: 'After',
  noise: 'Noise',
  time: 'Time',
  difference: 'Difference',
  uncertainty: 'Uncertainty',
};

/**
 * What is visible of a photo: which view, which part, how sharp, and the preview of a run.
 *
 * The worker makes the pictures; this asks for them when needed and puts them in place.
 */
export class Stage {
  #client;
  #compare;
  #zoom;
  #views;
  #legend;
  /** The options that a run would have now. */
  #options;
  /** @type {{ width: number, height: number, shown: number } | null} the photo, and how much of its width is shown */
  #photo = null;
  /** The visible part, and the size of a photo's pixel on the screen.
   * @type {(Rectangle & { zoom: number }) | null} */
  #seen = null;
  #hasResult = false;
  /** Whether there is an uncertainty map. */
  #isUncertain = false;
  /** Whether the result has other settings than the current ones. */
  #isOlder = false;
  #isRunning = false;
  /** Whether a part of the photo is shown at full resolution. */
  #hasDetail = false;
  /** Whether previews are possible and quick. */
  #canPreview = false;
  /** Whether a preview of this photo has crashed the worker. */
  #hasFailed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {object} parts
   * @param {import('./client.js').Client} parts.client
   * @param {import('../../pkg/compare.js').Compare} parts.compare
   * @param {import('../elements/zoom.js').Zoom} parts.zoom
   * @param {HTMLSelectElement} parts.views
   * @param {HTMLElement} parts.legend
   * @param {() => RunOptions} parts.options
   */
  constructor({ client, compare, zoom, views, legend, options }) {
    this.#client = client;
    this.#compare = compare;
    this.#zoom = zoom;
    this.#views = views;
    this.#legend = legend;
    this.#options = options;
    zoom.addEventListener('view', (event) => {
      this.#seen = /** @type {CustomEvent} */ (event).detail;
      this.#magnify();
      this.#lookSoon();
    });
    zoom.addEventListener('hold', (event) => {
      compare.holding = /** @type {CustomEvent<boolean>} */ (event).detail;
    });
    views.addEventListener('change', () => this.#ask());
    client.addEventListener('looked', (event) => {
      const { part, before, after } = /** @type {CustomEvent} */ (event).detail;
      if (!this.#photo || this.#isRunning || this.view !== 'picture') return;
      const { width, height } = this.#photo;
      this.#setDetail({
        x: part.x / width,
        y: part.y / height,
        width: part.width / width,
        height: part.height / height,
        before,
        after,
      });
    });
    client.addEventListener('shown', (event) => {
      const { view, bitmap, scale } = /** @type {CustomEvent} */ (event).detail;
      if (view !== this.view || this.#isRunning) return;
      this.#setAfter(bitmap);
      legend.querySelectorAll('span').forEach((span, i) => {
        span.textContent = (i === 0 ? scale?.low : scale?.high) ?? '';
      });
      legend.dataset.view = view;
      legend.hidden = !scale;
      this.#lookSoon();
    });
  }

  /** @returns {View} */
  get view() {
    return /** @type {View} */ (this.#views.value);
  }

  /** Previews take a fraction of a second on a GPU and a second or two on the CPU, but too long on a software GPU.
   * @param {boolean} value */
  set canPreview(value) {
    this.#canPreview = value;
    this.#lookSoon();
  }

  /** A preview has crashed the worker, and is not tried again with this photo. */
  refuse() {
    this.#hasFailed = true;
  }

  /**
   * A new photo.
   *
   * @param {ImageBitmap} bitmap  given away
   * @param {number} width
   * @param {number} height
   */
  begin(bitmap, width, height) {
    this.#photo = { width, height, shown: bitmap.width / width };
    this.#hasFailed = false;
    this.#isRunning = false;
    this.#hasResult = false;
    this.#compare.setBefore(bitmap);
    this.#setAfter(null);
    this.#zoom.begin(width, height);
    this.#offer();
  }

  /** A run begins; its result emerges. */
  run() {
    this.#isRunning = true;
    this.#views.value = 'picture';
    this.#legend.hidden = true;
    this.#lookAway();
    this.#setAfter(null);
  }

  /** @param {ImageBitmap} bitmap  given away */
  emerge(bitmap) {
    this.#setAfter(bitmap, true);
  }

  /**
   * What a run has made.
   *
   * @param {ImageBitmap} bitmap  given away
   * @param {boolean} isUncertain  whether it is known where it is
   */
  finish(bitmap, isUncertain) {
    this.#isRunning = false;
    this.#hasResult = true;
    this.#isUncertain = isUncertain;
    this.#isOlder = false;
    this.#setAfter(bitmap);
    this.#compare.position = 50;
    this.#offer();
    this.#lookSoon();
  }

  /** The run failed; an earlier result is shown again. */
  stop() {
    this.#isRunning = false;
    this.#setAfter(null);
    this.#ask();
  }

  /** Whether the result is of other settings than those of now. @param {boolean} value */
  set isOlder(value) {
    this.#isOlder = value;
  }

  /** The settings have changed. */
  changed() {
    if (this.view === 'noise' || this.view === 'time') this.#ask();
    this.#lookSoon();
  }

  /** Offers the views that there are, and selects the picture. */
  #offer() {
    for (const option of this.#views.options) {
      const needs = { difference: this.#hasResult, uncertainty: this.#hasResult && this.#isUncertain }[option.value] ?? true;
      option.disabled = option.hidden = !needs;
    }
    this.#views.value = 'picture';
    this.#legend.hidden = true;
  }

  /** Asks for the selected view. */
  #ask() {
    this.#lookAway();
    this.#setDetail(null);
    if (this.view === 'picture' && !this.#hasResult) {
      this.#setAfter(null);
      this.#legend.hidden = true;
      this.#lookSoon();
    } else this.#client.show(this.view, this.#options());
  }

  /**
   * @param {ImageBitmap | null} bitmap  given away
   * @param {boolean} [emerging]
   */
  #setAfter(bitmap, emerging = false) {
    this.#compare.setAfter(bitmap, { emerging, name: NAMES[this.view] });
    this.#zoom.canCompare = bitmap !== null;
    this.#magnify(false);
  }

  /** @param {import('../../pkg/compare.js').Detail | null} detail */
  #setDetail(detail) {
    this.#compare.setDetail(detail);
    if (detail?.after) this.#zoom.canCompare = true;
    this.#magnify(detail !== null);
  }

  /** Large pixels are shown as squares, except those of a reduced picture. */
  #magnify(hasDetail = this.#hasDetail) {
    this.#hasDetail = hasDetail;
    const isLarge = this.#zoom.zoom !== 'fit' && (this.#seen?.zoom ?? 0) > 2;
    this.#compare.toggleAttribute('magnified', isLarge && (hasDetail || this.#photo?.shown === 1));
  }

  #lookAway() {
    clearTimeout(this.#timer);
    this.#client.lookAway();
  }

  #lookSoon() {
    this.#lookAway();
    this.#timer = setTimeout(() => this.#look(), CALM);
  }

  #look() {
    if (!this.#photo || !this.#seen || this.#isRunning || this.#hasFailed || this.view !== 'picture') return;
    const { zoom, ...part } = this.#seen;
    const isSharp = this.#photo.shown < Math.min(1, zoom);
    const options = this.#options();
    const isPreview = this.#canPreview && options.noise !== 'auto' && (!this.#hasResult || this.#isOlder);
    if (isPreview || isSharp) this.#client.look(part, isSharp, isPreview ? options : null);
  }
}

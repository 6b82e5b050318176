/** @typedef {import('../shared/protocol.js').View} View */
/** @typedef {import('../shared/protocol.js').Rectangle} Rectangle */
/** @typedef {import('../shared/protocol.js').RunOptions} RunOptions */

/** How long the view must rest before a sharper part is asked for, in milliseconds. */
const CALM = 250;

/** What a view's half of the picture says that it is.
 * @type {Record<View, string>} */
const NAMES = {
  picture: 'After',
  noise: 'Noise',
  time: 'Cleaning',
  difference: 'Removed',
  uncertainty: 'Guesswork',
};

/**
 * What is seen of a photo: which view, which part, how sharp, and the preview of a run.
 *
 * The worker makes the pictures; this asks for them when they are wanted and puts them in their place.
 */
export class Stage {
  #client;
  #compare;
  #zoom;
  #loupe;
  #views;
  #legend;
  /** How a run would go now. */
  #options;
  /** @type {{ width: number, height: number, shown: number } | null} the photo, and how much of its width is shown */
  #photo = null;
  /** The visible part, and how large a pixel of the photo is on the screen.
   * @type {(Rectangle & { zoom: number }) | null} */
  #seen = null;
  #hasResult = false;
  /** Whether it is known where the result is guesswork. */
  #isUncertain = false;
  /** Whether the result is of other settings than those of now. */
  #isOlder = false;
  #isRunning = false;
  /** Whether a part of the photo lies over it, as sharp as it is. */
  #hasDetail = false;
  /** Whether previews can be had, and quickly. */
  #canPreview = false;
  /** Whether a preview of this photo has ended the worker. */
  #hasFailed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {object} parts
   * @param {import('./client.js').Client} parts.client
   * @param {import('../../pkg/compare.js').Compare} parts.compare
   * @param {import('../elements/zoom.js').Zoom} parts.zoom
   * @param {import('../elements/loupe.js').Loupe} parts.loupe
   * @param {HTMLSelectElement} parts.views
   * @param {HTMLElement} parts.legend
   * @param {() => RunOptions} parts.options
   */
  constructor({ client, compare, zoom, loupe, views, legend, options }) {
    this.#client = client;
    this.#compare = compare;
    this.#zoom = zoom;
    this.#loupe = loupe;
    this.#views = views;
    this.#legend = legend;
    this.#options = options;
    zoom.addEventListener('view', (event) => {
      const seen = /** @type {CustomEvent} */ (event).detail;
      this.#seen = seen;
      loupe.see(seen);
      this.#magnify();
      this.#lookSoon();
    });
    zoom.addEventListener('hold', (event) => {
      compare.holding = loupe.holding = /** @type {CustomEvent<boolean>} */ (event).detail;
    });
    loupe.addEventListener('look', (event) => {
      client.preview(/** @type {CustomEvent} */ (event).detail, options());
    });
    client.addEventListener('previewed', (event) => {
      const { part, before, after } = /** @type {CustomEvent} */ (event).detail;
      loupe.show(part, before, after);
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
        after: this.#hasResult ? after : null,
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

  /** Previews cost a part of a second on a GPU, a second or two on the CPU; on an imitation of a GPU too much.
   * @param {boolean} value */
  set canPreview(value) {
    this.#canPreview = value;
    this.#showLoupe();
  }

  /** The most pixels of a preview. @param {number} value */
  set mostPreviewed(value) {
    this.#loupe.most = value;
  }

  /** A preview has failed: none is tried again with this photo. */
  refuse() {
    this.#hasFailed = true;
    this.#showLoupe();
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
    this.#isOlder = false;
    this.#compare.setBefore(bitmap);
    this.#loupe.begin(width, height);
    this.#setAfter(null);
    this.#zoom.begin(width, height);
    this.#offer();
    this.#showLoupe();
  }

  /**
   * The same photo, developed in another way.
   *
   * @param {ImageBitmap} before  given away
   * @param {ImageBitmap | null} after  its result, if there is one; given away
   */
  renew(before, after) {
    if (!this.#photo) return;
    this.#photo.shown = before.width / this.#photo.width;
    this.#compare.renewBefore(before);
    if (after && !this.#isRunning && this.view === 'picture') this.#setAfter(after);
    else {
      after?.close();
      this.#setDetail(null);
      if (this.view !== 'picture' && !this.#isRunning) this.#ask();
    }
    if (!this.#isRunning) this.#lookSoon();
    this.redevelop();
  }

  /** The loupe shows what is no longer. */
  redevelop() {
    if (!this.#loupe.active) return;
    this.#client.forgetPreview();
    this.#loupe.renew();
  }

  /** A run begins: its picture emerges. */
  run() {
    this.#isRunning = true;
    this.#views.value = 'picture';
    this.#legend.hidden = true;
    this.#lookAway();
    this.#showLoupe();
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
   * @param {boolean} isUncertain  whether it is known where it is guesswork
   */
  finish(bitmap, isUncertain) {
    this.#isRunning = false;
    this.#hasResult = true;
    this.#isUncertain = isUncertain;
    this.#isOlder = false;
    this.#offer();
    this.#setAfter(bitmap);
    this.#compare.position = 50;
    this.#showLoupe();
    this.#lookSoon();
  }

  /** The run came to nothing; what an earlier one has made is seen again. */
  stop() {
    this.#isRunning = false;
    this.#setAfter(null);
    this.#ask();
  }

  /** Whether the result is of other settings than those of now. @param {boolean} value */
  set isOlder(value) {
    if (value === this.#isOlder) return;
    this.#isOlder = value;
    this.#compare.afterName = this.#name;
    this.#showLoupe();
  }

  /** The settings have changed. */
  changed() {
    if (this.view === 'noise' || this.view === 'time') this.#ask();
    this.#showLoupe();
    if (!this.#loupe.active) return;
    // What is on its way is of the settings before.
    this.#client.forgetPreview();
    this.#loupe.renew();
  }

  /** Which views there are to choose from; the picture is chosen. */
  #offer() {
    for (const option of this.#views.options) {
      const needs = { difference: this.#hasResult, uncertainty: this.#hasResult && this.#isUncertain }[option.value] ?? true;
      option.disabled = option.hidden = !needs;
    }
    this.#views.value = 'picture';
    this.#legend.hidden = true;
  }

  /** Asks for the view that was chosen. */
  #ask() {
    this.#lookAway();
    this.#setDetail(null);
    this.#showLoupe();
    if (this.view === 'picture' && !this.#hasResult) {
      this.#setAfter(null);
      this.#legend.hidden = true;
      this.#lookSoon();
    } else this.#client.show(this.view, this.#options());
  }

  /** The loupe is there while there is something to preview: there is no result, or it is not of these settings. */
  #showLoupe() {
    const isKnown = this.#photo !== null && !this.#isRunning && !this.#hasFailed && this.view === 'picture';
    const isWanted = !this.#hasResult || this.#isOlder;
    const isShown = this.#canPreview && isKnown && isWanted && this.#options().noise !== 'auto';
    if (!isShown && this.#loupe.active) this.#client.forgetPreview();
    this.#loupe.active = isShown;
    this.#showHold();
  }

  /** What the result's half says that it is. */
  get #name() {
    return this.view === 'picture' && this.#isOlder ? 'After, earlier settings' : NAMES[this.view];
  }

  /**
   * @param {ImageBitmap | null} bitmap  given away
   * @param {boolean} [emerging]
   */
  #setAfter(bitmap, emerging = false) {
    this.#compare.setAfter(bitmap, { emerging, name: this.#name });
    this.#magnify(false);
    this.#showHold();
  }

  /** @param {import('../../pkg/compare.js').Detail | null} detail */
  #setDetail(detail) {
    this.#compare.setDetail(detail);
    this.#magnify(detail !== null);
  }

  /** Whether there is something that the photo can be compared with. */
  #showHold() {
    this.#zoom.canCompare = this.#compare.hasAttribute('has-after') || this.#loupe.active;
  }

  /** Pixels are shown as such once they are large, but never those of a picture that is shown at a reduced size. */
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
    if (this.#photo.shown < Math.min(1, zoom)) this.#client.look(part);
  }
}

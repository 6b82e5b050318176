import { Compare } from './compare.js';
import { SvnrError } from './errors.js';
import { createWorkerDenoiser } from './worker.js';

const Base = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement ?? class {});

const STYLE = `
/* As large as its photo, like an <img>, but no wider than its container. */
:host {
  position: relative;
  display: inline-block;
  max-inline-size: 100%;
  vertical-align: bottom;
}

:host([hidden]),
[hidden] {
  display: none !important;
}

.status {
  position: absolute;
  inset: auto 0 0;
  display: grid;
  gap: 0.25rem;
  padding: 0.5rem 0.75rem;
  background: rgb(0 0 0 / 60%);
  color: #fff;
  font: 0.8125rem/1.4 system-ui, sans-serif;
}

:host(:not([ready])) .status {
  position: static;
}

progress {
  inline-size: 100%;
}
`;

/** The least time between previews, in milliseconds. */
const PREVIEW_EVERY = 500;

/** Options for making a bitmap from an ImageData. Without them Firefox shows transparent ones in wrong colours. */
const TO_SHOW = /** @type {const} */ ({ premultiplyAlpha: 'premultiply' });

/** @typedef {{ backend: string, denoiser: Promise<import('./worker.d.ts').WorkerDenoiser>, users: number }} Shared */

/** One denoiser for all elements with the same backend, for as long as there is one.
 * @type {Map<string, Shared>} */
const shared = new Map();

/** Lets nobody else have it; those who use it go on. @param {Shared} entry */
function retire(entry) {
  if (shared.get(entry.backend) === entry) shared.delete(entry.backend);
}

/** See element.d.ts. */
export class SvnrDenoiserElement extends Base {
  static observedAttributes = ['src', 'backend', 'steps', 'eta', 'samples', 'seed', 'strength', 'alt'];

  #compare = new Compare();
  // A constructed style sheet does not count as an inline style for a page's security policy.
  #style = new CSSStyleSheet();
  #status = document.createElement('div');
  #text = document.createElement('span');
  #bar = document.createElement('progress');
  /** The current run; answers to others are late. */
  #run = new AbortController();
  #isPlanned = false;
  /** Which of the shared denoisers this element uses.
   * @type {Shared | undefined} */
  #held;
  /** Whether a GPU has refused a command. A denoiser survives the loss of its GPU, but not this. */
  #isWithoutGpu = false;
  /** See element.d.ts.
   * @type {import('./element.d.ts').SvnrDenoiserElement['result']} */
  result = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    this.#style.replaceSync(STYLE);
    root.adoptedStyleSheets = [this.#style];
    this.#compare.part = 'compare';
    this.#compare.setAttribute('exportparts', 'label, before, after, line, grip');
    this.#compare.hidden = true;
    this.#status.className = 'status';
    this.#status.part = 'status';
    this.#status.setAttribute('role', 'status');
    this.#status.hidden = true;
    this.#text.part = 'text';
    this.#bar.part = 'progress';
    this.#bar.setAttribute('aria-label', 'Progress');
    this.#status.append(this.#text, this.#bar);
    root.append(this.#compare, this.#status);
  }

  connectedCallback() {
    this.#plan();
  }

  disconnectedCallback() {
    this.#run.abort();
    this.#release();
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    if (name === 'alt') this.#compare.setAttribute('aria-label', this.getAttribute('alt') ?? '');
    else if (this.isConnected) this.#plan();
  }

  get src() {
    return this.getAttribute('src') ?? '';
  }

  set src(value) {
    this.setAttribute('src', value);
  }

  get compare() {
    return this.#compare.position;
  }

  set compare(percent) {
    this.#compare.position = percent;
  }

  /** Attributes are often set one after another; together they start one run. */
  #plan() {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      if (this.isConnected) this.#start();
    });
  }

  async #start() {
    this.#run.abort();
    const run = (this.#run = new AbortController());
    const { signal } = run;
    this.result = null;
    this.#release();
    this.#compare.setAfter(null);
    if (!this.src) {
      this.#compare.hidden = true;
      this.#size('auto');
      this.removeAttribute('ready');
      this.#say('');
      return;
    }
    let isOpen = false;
    try {
      this.#say('Loading…', null);
      const { denoiser } = this.#hold();
      const bitmap = await load(new URL(this.src, document.baseURI), signal);
      const shown = await createImageBitmap(bitmap);
      signal.throwIfAborted();
      this.#size(`${shown.width}px`);
      this.#compare.setBefore(shown);
      this.#compare.hidden = false;
      this.setAttribute('ready', '');
      isOpen = true;
      const ready = await denoiser;
      signal.throwIfAborted();
      this.#say('Denoising…', null);
      const result = await ready.denoise(bitmap, {
        ...this.#options(),
        transfer: true,
        signal,
        onProgress: (progress) => this.#progressed(progress, signal),
      });
      const after = await createImageBitmap(result.image, TO_SHOW);
      signal.throwIfAborted();
      this.#compare.setAfter(after);
      this.result = result;
      this.#say('');
      this.#emit('svnr-done', result);
    } catch (error) {
      if (signal.aborted) return;
      this.#compare.setAfter(null);
      const code = error instanceof SvnrError ? error.code : '';
      // After these a denoiser is useless, unless it was the photo that could not be loaded.
      if (isOpen && this.#held && ['device-lost', 'internal', 'load-failed'].includes(code)) retire(this.#held);
      if (code === 'device-lost' && this.#held?.backend === 'auto') {
        this.#isWithoutGpu = true;
        this.#plan();
        return;
      }
      const message = error instanceof Error ? error.message : String(error);
      this.#say(message);
      this.#emit('svnr-error', error);
    } finally {
      if (run === this.#run) this.#release();
    }
  }

  #options() {
    /** @type {Record<string, number | 'unit'>} */
    const options = {};
    for (const name of ['steps', 'eta', 'samples', 'seed', 'strength']) {
      const value = this.getAttribute(name)?.trim();
      // Anything else is refused with the other options.
      if (value !== undefined) options[name] = value === 'unit' ? value : Number(value || NaN);
    }
    return options;
  }

  #lastPreview = 0;

  /**
   * @param {import('./index.d.ts').DenoiseProgress} progress
   * @param {AbortSignal} signal
   */
  #progressed(progress, signal) {
    if (signal.aborted) return;
    this.#say('Denoising…', progress.phase === 'estimating' ? null : progress.fraction);
    this.#emit('svnr-progress', progress);
    const now = performance.now();
    if (progress.phase !== 'denoising' || progress.tile === 0 || now < this.#lastPreview + PREVIEW_EVERY) return;
    this.#lastPreview = now;
    this.#preview(progress, signal);
  }

  /**
   * @param {Extract<import('./index.d.ts').DenoiseProgress, { phase: 'denoising' }>} progress
   * @param {AbortSignal} signal
   */
  async #preview({ preview }, signal) {
    // A failing run reports that itself.
    const picture = await preview().catch(() => null);
    if (!picture) return;
    const { data, width, height, colorSpace } = picture;
    const bitmap = await createImageBitmap(new ImageData(data, width, height, { colorSpace }), TO_SHOW);
    if (signal.aborted || this.result || this.#status.hidden) bitmap.close();
    else this.#compare.setAfter(bitmap, { emerging: true });
  }

  /**
   * @param {string} text  nothing hides it
   * @param {number | null} [fraction]  null when nobody knows
   */
  #say(text, fraction) {
    this.#text.textContent = text;
    this.#status.hidden = !text;
    this.#bar.hidden = fraction === undefined;
    if (typeof fraction === 'number') this.#bar.value = fraction;
    else this.#bar.removeAttribute('value');
  }

  /**
   * The width if the page's styles set none.
   *
   * @param {string} width
   */
  #size(width) {
    const [host] = this.#style.cssRules;
    if (host instanceof CSSStyleRule) host.style.setProperty('inline-size', width);
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #hold() {
    const wanted = this.getAttribute('backend') ?? 'auto';
    const backend = this.#isWithoutGpu && wanted === 'auto' ? 'cpu' : wanted;
    let entry = shared.get(backend);
    if (!entry) {
      const denoiser = createWorkerDenoiser({ backend: /** @type {'auto'} */ (backend) });
      const made = { backend, denoiser, users: 0 };
      // The next attempt may succeed. This one may fail before anyone awaits it.
      denoiser.catch(() => retire(made));
      shared.set(backend, made);
      entry = made;
    }
    entry.users += 1;
    this.#held = entry;
    return entry;
  }

  #release() {
    const entry = this.#held;
    this.#held = undefined;
    if (!entry) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    // Not at once, because a page's next photo often follows soon.
    setTimeout(() => {
      if (entry.users > 0) return;
      retire(entry);
      entry.denoiser.then(
        (denoiser) => denoiser.free(),
        () => {},
      );
    }, 10_000);
  }
}

/**
 * @param {URL} url
 * @param {AbortSignal} signal
 */
async function load(url, signal) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new SvnrError('load-failed', `${url} could not be loaded; images on another site need its permission (CORS)`, {
      cause: error,
    });
  }
  if (!response.ok) throw new SvnrError('load-failed', `${url} could not be loaded: the server answered ${response.status}`);
  const blob = await response.blob();
  try {
    return await createImageBitmap(blob);
  } catch (error) {
    throw new SvnrError('unsupported-image', `${url} is not an image that this browser can show`, { cause: error });
  }
}

globalThis.customElements?.define('svnr-denoiser', SvnrDenoiserElement);

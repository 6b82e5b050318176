import { fileSize, resultName } from '../shared/words.js';

/** @typedef {import('../shared/protocol.js').Format} Format */
/** @typedef {import('../shared/protocol.js').Purpose} Purpose */

/** @type {Record<Format, string>} */
const NAMES = { dng: 'DNG', png: 'PNG', png16: 'PNG, 16 bits', jpeg: 'JPEG', webp: 'WebP', tiff: 'TIFF, 16 bits' };

/**
 * `<svnr-save>`: saves the result as a file or copies it to the clipboard.
 *
 * It fires `encode` (detail: purpose, format, quality) when it needs the result as a file, which {@link take} gives it;
 * `copied` when the clipboard has the result, and `failed` (detail: a sentence) when that failed.
 */
export class Save extends HTMLElement {
  #link = document.createElement('a');
  #copy = document.createElement('button');
  #format = document.createElement('select');
  #quality = document.createElement('input');
  #qualityLabel = document.createElement('label');
  #name = '';
  #isRaw = false;
  /** What was chosen for each kind of photo.
   * @type {{ finished: Format, raw: Format }} */
  #chosen = { finished: 'png', raw: 'dng' };
  /** Waits for the result to copy.
   * @type {{ resolve: (file: Blob) => void, reject: (error: Error) => void } | undefined} */
  #copying;

  connectedCallback() {
    this.tabIndex = -1;
    this.#link.id = 'download';
    this.#link.className = 'button primary';
    this.#copy.type = 'button';
    this.#copy.textContent = 'Copy';
    // There is a clipboard only in a secure context.
    this.#copy.hidden = !navigator.clipboard?.write;
    this.#offer();
    this.#format.setAttribute('aria-label', 'File format');
    Object.assign(this.#quality, { type: 'range', min: '50', max: '100', step: '1', value: '92' });
    this.#qualityLabel.append('Quality ', this.#quality);
    this.#qualityLabel.hidden = true;
    this.append(this.#link, this.#copy, this.#format, this.#qualityLabel);
    this.#format.addEventListener('change', () => {
      this.#chosen[this.#isRaw ? 'raw' : 'finished'] = this.format;
      this.#ask();
    });
    this.#quality.addEventListener('change', () => this.#ask());
    this.#copy.addEventListener('click', () => this.#toClipboard());
  }

  /** The chosen format. */
  get format() {
    return /** @type {Format} */ (this.#format.value);
  }

  /** The quality from 0 to 1, for formats that have one. */
  get quality() {
    return this.#quality.valueAsNumber / 100;
  }

  /** Focuses the button that is there. */
  focus(/** @type {FocusOptions | undefined} */ options) {
    this.#link.focus(options);
  }

  /** The format for photos of a kind. @param {boolean} isRaw */
  formatOf(isRaw) {
    return this.#chosen[isRaw ? 'raw' : 'finished'];
  }

  /**
   * There is a picture of a file of this name.
   *
   * @param {string} name
   * @param {boolean} isRaw  whether it can be a DNG
   */
  begin(name, isRaw) {
    this.#name = name;
    if (isRaw !== this.#isRaw) {
      this.#isRaw = isRaw;
      this.#offer();
    }
    this.#ask();
  }

  /** There is no result any more. */
  forget() {
    URL.revokeObjectURL(this.#link.href);
    this.#link.removeAttribute('href');
    this.#copying = undefined;
  }

  /**
   * Takes the result as a file, as requested.
   *
   * @param {'download' | 'copy'} purpose
   * @param {Format} format
   * @param {Blob} file
   */
  take(purpose, format, file) {
    if (purpose === 'copy') {
      this.#copying?.resolve(file);
      return;
    }
    // The visitor has chosen something else meanwhile.
    if (format !== this.format) return;
    URL.revokeObjectURL(this.#link.href);
    this.#link.href = URL.createObjectURL(file);
    this.#link.download = resultName(this.#name, format);
    this.#link.textContent = `Download ${NAMES[format].replace(/,.*/, '')} (${fileSize(file.size)})`;
  }

  /**
   * The requested file could not be made.
   *
   * @param {'download' | 'copy'} purpose
   * @param {Format} format
   * @param {string} why
   */
  refuse(purpose, format, why) {
    if (purpose === 'copy') this.#copying?.reject(new Error(why));
    else if (format === this.format) this.#link.textContent = 'Not written';
  }

  /** Lists the formats that the photo can have. */
  #offer() {
    this.#format.replaceChildren();
    for (const [value, text] of Object.entries(NAMES)) {
      const isPossible = { dng: this.#isRaw, webp: canWriteWebp() }[value] ?? true;
      if (isPossible) this.#format.add(new Option(text, value));
    }
    this.#format.value = this.formatOf(this.#isRaw);
  }

  #ask() {
    this.forget();
    this.#qualityLabel.hidden = !['jpeg', 'webp'].includes(this.#format.value);
    this.#quality.setAttribute('aria-valuetext', `${this.#quality.value} %`);
    this.#link.textContent = 'Writing…';
    this.#want('download', this.format);
  }

  /**
   * @param {Purpose} purpose
   * @param {Format} format
   */
  #want(purpose, format) {
    this.dispatchEvent(new CustomEvent('encode', { detail: { purpose, format, quality: this.quality } }));
  }

  async #toClipboard() {
    /** @type {Promise<Blob>} */
    const png = new Promise((resolve, reject) => {
      this.#copying = { resolve, reject };
    });
    this.#want('copy', 'png');
    try {
      // Browsers must be asked during the click; they wait for the image themselves.
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
      this.#copy.textContent = 'Copied';
      setTimeout(() => {
        this.#copy.textContent = 'Copy';
      }, 2000);
      this.dispatchEvent(new Event('copied'));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.dispatchEvent(new CustomEvent('failed', { detail: `The picture could not be copied: ${why}` }));
    }
  }
}

/** Whether this browser writes WebP, which Safari does not. */
function canWriteWebp() {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  return canvas.toDataURL('image/webp').startsWith('data:image/webp');
}

customElements.define('svnr-save', Save);

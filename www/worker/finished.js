// Photos that are finished pictures, and what runs make of them. RAW photos (raw-photo.js) have the same methods.

import { encodeFile } from '../../pkg/index.js';
import { deepened, open, save, toShow } from './image-file.js';
import { sharpPart } from './look.js';
import { noiseMap } from './maps.js';
import { strengthOf } from './strength.js';

/** @typedef {import('../../pkg/index.js').Denoiser} Denoiser */
/** @typedef {import('../shared/protocol.js').Rectangle} Rectangle */
/** @typedef {import('../shared/protocol.js').RunOptions} RunOptions */
/** @typedef {import('./image-file.js').Photo} Photo */

/**
 * What happens in a run: what the package reports, with previews as bitmaps can be made of them.
 *
 * @typedef {{ signal: AbortSignal, onProgress: (progress: any) => void }} Hooks
 */

/** An open photo. */
export class Finished {
  isRaw = /** @type {const} */ (false);
  #photo;

  /** @param {Photo} photo */
  constructor(photo) {
    this.#photo = photo;
  }

  get size() {
    const { width, height } = this.#photo.image;
    return { width, height };
  }

  get note() {
    return this.#photo.note;
  }

  /** The profile that previews of a run are in. */
  get profile() {
    return this.#photo.metadata.profile;
  }

  /** What the image itself is. */
  get pixels() {
    return this.#photo;
  }

  /** As a bitmap. @param {number} most  longest side in pixels */
  toShow(most) {
    return toShow(this.#photo, most);
  }

  /** A part with all of its pixels. @param {Rectangle} part */
  sharpPart(part) {
    return sharpPart(this.#photo, part);
  }

  /** Its noise. @param {Denoiser} denoiser */
  async measure(denoiser) {
    return denoiser.estimateNoise(this.#photo.image);
  }

  /**
   * @param {Denoiser} denoiser
   * @param {RunOptions} options
   * @param {Hooks} hooks
   */
  async denoise(denoiser, { painted, strength, ...options }, hooks) {
    const image = deepened(this.#photo.image);
    const found = await denoiser.denoise(image, { ...options, strength: strengthOf(painted, strength, image), ...hooks });
    const made = { image: found.image, metadata: this.#photo.metadata, uncertainty: found.uncertainty };
    return { made: new FinishedResult(made), noise: found.noise };
  }

  /**
   * A map of its noise, or of how strongly it is cleaned.
   *
   * @param {Denoiser} denoiser
   * @param {'noise' | 'time'} view
   * @param {RunOptions} options
   * @param {number} most  longest side in pixels
   */
  async map(denoiser, view, options, most) {
    return noiseMap(denoiser, await this.toShow(most), view, options);
  }

  /**
   * An earlier result, as it was kept or given away.
   *
   * @param {Blob | import('../shared/protocol.js').Made} kept
   * @param {string} name
   */
  async reopened(kept, name) {
    if (!(kept instanceof Blob)) return new FinishedResult(kept);
    const { image } = await open(kept, name);
    return new FinishedResult({ image, metadata: this.#photo.metadata, uncertainty: undefined });
  }

  free() {}
}

/** What a run made of a finished picture. */
export class FinishedResult {
  #made;

  /** @param {import('../shared/protocol.js').Made} made */
  constructor(made) {
    this.#made = made;
  }

  get isUncertain() {
    return this.#made.uncertainty !== undefined;
  }

  /** @param {number} most  longest side in pixels */
  toShow(most) {
    return toShow(this.#made, most);
  }

  /** @param {Rectangle} part */
  sharpPart(part) {
    return sharpPart(this.#made, part);
  }

  /**
   * Where samples differ; as large as the picture, or smaller.
   *
   * @returns {{ values: Float32Array, width: number, height: number } | null}
   */
  uncertainty(/** @type {number} */ _most) {
    const { uncertainty, image } = this.#made;
    return uncertainty ? { values: uncertainty, width: image.width, height: image.height } : null;
  }

  /** In a file that loses nothing. */
  keep() {
    const { image, metadata } = this.#made;
    return encodeFile(image, { format: image.data instanceof Float32Array ? 'tiff' : 'png', metadata });
  }

  /**
   * @param {import('../shared/protocol.js').Format} format
   * @param {number} quality  from 0 to 1, where the format has any
   */
  save(format, quality) {
    return save(this.#made, format, quality);
  }

  /** To be given away when this worker ends. */
  rescue() {
    return this.#made;
  }

  free() {}
}

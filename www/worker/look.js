import { toShow } from './image-file.js';
import { strengthOf } from './strength.js';

/** @typedef {import('../shared/protocol.js').Rectangle} Rectangle */
/** @typedef {import('../shared/protocol.js').RunOptions} RunOptions */
/** @typedef {import('./image-file.js').Photo} Photo */
/** The settings that an overview depends on. With one step the latest time does not matter, and with it the strength.
 * @typedef {{ noise: string, strength: number | null, painted: ImageData | null }} Of */

/** Longest side of a sharp part: a large screen's. */
const MOST_SHOWN = 4096;

/** Shows what a run would make of a part of a photo: the pixels that the run gives there. */
export class Looker {
  #denoiser;
  /** What a run has to know of the whole photo: to find it takes a look at all of it.
   * @type {{ picture: number, of: Of, overview: import('../../pkg/index.js').Overview } | undefined} */
  #known;

  /** @param {import('../../pkg/index.js').Denoiser} denoiser */
  constructor(denoiser) {
    this.#denoiser = denoiser;
  }

  /**
   * @param {number} picture  the photo's number
   * @param {import('./finished.js').Finished | import('./raw-photo.js').RawPicture} open
   * @param {Rectangle} part
   * @param {RunOptions} settings
   * @param {import('./finished.js').Hooks} hooks
   */
  async preview(picture, open, part, settings, hooks) {
    if (open.isRaw) return open.preview(this.#denoiser, part, settings, hooks);
    const photo = open.pixels;
    const { painted, strength, ...options } = settings;
    const { image } = photo;
    const wanted = { ...options, strength: strengthOf(painted, strength, image) };
    const overview = this.#overview(picture, image, settings, wanted);
    const { image: made } = await this.#denoiser.denoise(image, { ...wanted, region: { ...part, overview }, ...hooks });
    return toShow({ image: made, metadata: photo.metadata }, MOST_SHOWN);
  }

  /**
   * @param {number} picture
   * @param {Photo['image']} image
   * @param {RunOptions} settings
   * @param {import('../../pkg/index.js').DenoiseOptions} wanted
   */
  #overview(picture, image, { noise, strength, painted, steps }, wanted) {
    const ofStrength = steps > 1 ? { strength, painted } : { strength: null, painted: null };
    const of = { noise: JSON.stringify(noise), ...ofStrength };
    const known = this.#known;
    if (known?.picture === picture && sameOf(known.of, of)) return known.overview;
    const overview = this.#denoiser.overview(image, wanted);
    this.#known = { picture, of, overview };
    return overview;
  }
}

/**
 * @param {Of} a
 * @param {Of} b
 */
function sameOf(a, b) {
  return a.noise === b.noise && a.strength === b.strength && samePixels(a.painted, b.painted);
}

/**
 * @param {ImageData | null} a
 * @param {ImageData | null} b
 */
function samePixels(a, b) {
  if (!a || !b) return a === b;
  return a.width === b.width && a.height === b.height && a.data.every((value, i) => value === b.data[i]);
}

/**
 * A part of a photo for the page, with all its pixels.
 *
 * @param {Pick<Photo, 'image' | 'metadata'>} photo
 * @param {Rectangle} part
 */
export function sharpPart(photo, part) {
  return toShow({ ...photo, image: cut(photo.image, part) }, MOST_SHOWN);
}

/**
 * @param {Photo['image']} image
 * @param {Rectangle} part
 * @returns {import('../../pkg/index.js').PlainImage}
 */
function cut(image, { x, y, width, height }) {
  const { data, colorSpace } = image;
  const channels = data.length / (image.width * image.height);
  const part = new /** @type {any} */ (data.constructor)(width * height * channels);
  for (let row = 0; row < height; row += 1) {
    const from = ((y + row) * image.width + x) * channels;
    part.set(data.subarray(from, from + width * channels), row * width * channels);
  }
  return { data: part, width, height, colorSpace };
}

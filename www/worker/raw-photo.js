// RAW photos, and what runs make of them: they have the methods of finished pictures (finished.js). They are
// developed for the screen, and again whenever the visitor changes the development. The module that does so is loaded
// with the first of them.

import { encodeFile } from '../../pkg/index.js';
import { openRaw } from '../../pkg/raw.js';
import { notKept } from '../shared/words.js';
import { FORMATS, TO_SHOW, shrunk } from './image-file.js';
import { mapOf } from './maps.js';
import { strengthOf } from './strength.js';

/** @typedef {import('../../pkg/index.js').Denoiser} Denoiser */
/** @typedef {import('../../pkg/raw.js').RawResult} Made */
/** @typedef {import('../shared/protocol.js').Rectangle} Rectangle */
/** @typedef {import('../shared/protocol.js').RunOptions} RunOptions */
/** @typedef {import('../shared/protocol.js').Development} Development */
/** @typedef {import('./finished.js').Hooks} Hooks */

/** With one step, a mosaic has no more samples that differ. */
const MOST_SAMPLES = 2;

/**
 * The JPEG that a RAW file holds for a quick look, as a bitmap; `null` if it holds none that the browser reads.
 *
 * @param {import('../../pkg/raw.js').EmbeddedPreview | null} embedded
 * @param {number} most  longest side in pixels
 */
export async function embeddedPreview(embedded, most) {
  const bitmap = embedded && (await createImageBitmap(embedded.jpeg, { imageOrientation: 'none' }).catch(() => null));
  return bitmap && turned(await shrunk(bitmap, most), embedded.orientation);
}

/**
 * Opens a RAW file.
 *
 * @param {Blob} file
 * @param {string} name
 * @param {Development} development
 * @param {import('../../pkg/raw.js').OpenRawOptions['onPreview']} [onPreview]
 */
export async function openRawPhoto(file, name, development, onPreview) {
  const raw = await openRaw(file, { name: `“${name}”`, ...(onPreview && { onPreview }) });
  return new RawPicture(raw, name, development);
}

/** An open RAW photo. */
export class RawPicture {
  isRaw = /** @type {const} */ (true);
  profile = undefined;

  /**
   * @param {import('../../pkg/raw.js').RawPhoto} raw
   * @param {string} name
   * @param {Development} development
   */
  constructor(raw, name, development) {
    this.raw = raw;
    this.development = development;
    this.note = raw.notes.length > 0 ? notKept(name, raw.notes) : null;
  }

  get size() {
    const { width, height } = this.raw;
    return { width, height };
  }

  /** @param {number} most */
  toShow(most) {
    return shown(this.raw, this.raw, this.development, most);
  }

  /** @param {Rectangle} part */
  sharpPart(part) {
    return sharpPart(this.raw, this.development, part);
  }

  /** @param {Denoiser} _denoiser  it is measured without one */
  async measure(_denoiser) {
    return this.raw.noise;
  }

  /**
   * @param {Denoiser} denoiser
   * @param {RunOptions} options
   * @param {Hooks} hooks
   */
  async denoise(denoiser, options, hooks) {
    const result = await denoiser.denoiseRawPhoto(this.raw, { ...this.options(options), ...hooks });
    return { made: new RawMade(this, result), noise: result.noise };
  }

  /**
   * What becomes of a part.
   *
   * @param {Denoiser} denoiser
   * @param {Rectangle} part
   * @param {RunOptions} options
   * @param {Hooks} hooks
   */
  async preview(denoiser, part, options, hooks) {
    const result = await denoiser.denoiseRawPhoto(this.raw, { ...this.options(options), samples: 1, region: part, ...hooks });
    try {
      return await sharpPart(result, this.development, part);
    } finally {
      result.free();
    }
  }

  /**
   * @param {Denoiser} denoiser
   * @param {'noise' | 'time'} view
   * @param {RunOptions} options
   * @param {number} most
   */
  async map(denoiser, view, options, most) {
    const { bitmap, scale } = await mapOf(await denoiser.rawMaps(this.raw, this.options(options)), view);
    const { width, height } = sizeWithin(this.raw, most);
    return { bitmap: await createImageBitmap(bitmap, { resizeWidth: width, resizeHeight: height }), scale };
  }

  /** @param {Blob | import('../shared/protocol.js').Made} kept */
  async reopened(kept) {
    if (!(kept instanceof Blob)) throw new Error('the result of a RAW photo is kept in a DNG');
    return new RawMade(this, this.raw.resultOf(new Uint8Array(await kept.arrayBuffer())), kept);
  }

  /**
   * A run's options as the package has them.
   *
   * @param {RunOptions} options
   */
  options({ painted, strength, samples, ...options }) {
    const size = painted && { width: painted.width, height: painted.height };
    return {
      ...options,
      ...this.development,
      samples: this.raw.kind !== 'linear' && options.steps === 1 ? Math.min(samples, MOST_SAMPLES) : samples,
      strength: size ? strengthOf(painted, strength, size) : strength,
    };
  }

  free() {
    this.raw.free();
  }
}

/** What a run made of a RAW photo. */
export class RawMade {
  #photo;
  #result;
  /** Its DNG, once it was written.
   * @type {Blob | undefined} */
  #dng;

  /**
   * @param {RawPicture} photo
   * @param {Made} result
   * @param {Blob} [dng]
   */
  constructor(photo, result, dng) {
    this.#photo = photo;
    this.#result = result;
    this.#dng = dng;
  }

  get isUncertain() {
    return this.#result.isUncertain;
  }

  /** @param {number} most */
  toShow(most) {
    return shown(this.#photo.raw, this.#result, this.#photo.development, most);
  }

  /** @param {Rectangle} part */
  sharpPart(part) {
    return sharpPart(this.#result, this.#photo.development, part);
  }

  /** @param {number} most */
  uncertainty(most) {
    const size = sizeWithin(this.#photo.raw, most);
    const values = this.#result.uncertainty(size);
    return values ? { values, ...size } : null;
  }

  async keep() {
    return (this.#dng ??= await this.#result.toDng());
  }

  /**
   * @param {import('../shared/protocol.js').Format} format
   * @param {number} quality
   */
  async save(format, quality) {
    if (format === 'dng') return this.keep();
    return developedFile(this.#photo.raw, this.#result, this.#photo.development, format, quality);
  }

  rescue() {
    return this.keep();
  }

  free() {
    this.#result.free();
  }
}

/**
 * A kept DNG in another format.
 *
 * @param {Blob} dng
 * @param {string} name
 * @param {Development} development
 * @param {import('../shared/protocol.js').Format} format
 * @param {number} quality
 */
export async function converted(dng, name, development, format, quality) {
  if (format === 'dng') return dng;
  const raw = await openRaw(dng, { name: `“${name}”` });
  try {
    return await developedFile(raw, raw, development, format, quality);
  } finally {
    raw.free();
  }
}

/**
 * @param {import('../../pkg/raw.js').RawPhoto} raw
 * @param {{ develop: Made['develop'] }} what
 * @param {Development} development
 * @param {Exclude<import('../shared/protocol.js').Format, 'dng'>} format
 * @param {number} quality
 */
async function developedFile(raw, what, development, format, quality) {
  const { depth, ...how } = FORMATS[format];
  const image = await what.develop({ ...development, depth });
  return encodeFile(image, { ...how, depth, quality: 100 * quality, metadata: raw.metadata });
}

/**
 * @param {{ width: number, height: number }} size
 * @param {number} most  longest side
 */
function sizeWithin({ width, height }, most) {
  const scale = Math.min(1, most / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * A bitmap of the whole: at half the size or less by a glance, else developed in full.
 *
 * @param {{ width: number, height: number }} all
 * @param {{ develop: Made['develop'] }} what
 * @param {Development} development
 * @param {number} most  longest side in pixels
 */
async function shown(all, what, development, most) {
  const size = sizeWithin(all, most);
  const isSmall = 2 * size.width <= all.width && 2 * size.height <= all.height;
  const image = await what.develop(isSmall ? { ...development, glance: size } : { ...development, depth: 8 });
  return shrunk(/** @type {ImageData} */ (image), most);
}

/**
 * @param {{ develop: Made['develop'] }} what
 * @param {Development} development
 * @param {Rectangle} region
 */
async function sharpPart(what, development, region) {
  return createImageBitmap(/** @type {ImageData} */ (await what.develop({ ...development, depth: 8, region })), TO_SHOW);
}

/**
 * A bitmap turned as EXIF's Orientation says.
 *
 * @param {ImageBitmap} bitmap  given away
 * @param {number} orientation
 */
function turned(bitmap, orientation) {
  const { width: w, height: h } = bitmap;
  /** What a canvas does to the picture, as setTransform takes it.
   * @type {Record<number, [number, number, number, number, number, number]>} */
  const transforms = {
    2: [-1, 0, 0, 1, w, 0],
    3: [-1, 0, 0, -1, w, h],
    4: [1, 0, 0, -1, 0, h],
    5: [0, 1, 1, 0, 0, 0],
    6: [0, 1, -1, 0, h, 0],
    7: [0, -1, -1, 0, h, w],
    8: [0, -1, 1, 0, 0, w],
  };
  const transform = transforms[orientation];
  if (!transform) return bitmap;
  const canvas = orientation > 4 ? new OffscreenCanvas(h, w) : new OffscreenCanvas(w, h);
  const context = canvas.getContext('2d');
  if (!context) return bitmap;
  context.setTransform(...transform);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.transferToImageBitmap();
}

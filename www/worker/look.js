import { deepened, toShow } from './image-file.js';
import { strengthOf } from './strength.js';

/** @typedef {import('../shared/protocol.js').Rectangle} Rectangle */
/** @typedef {import('../shared/protocol.js').RunOptions} RunOptions */
/** @typedef {import('./image-file.js').Photo} Photo */
/** @typedef {{ part: Rectangle, before: ImageBitmap, after: ImageBitmap | null }} Seen */

/** How long a preview may take, in seconds. */
const PATIENCE = 1.5;
/** How many pixels are denoised per second, as long as that was not measured. */
const SPEED = { webgpu: 1_000_000, cpu: 40_000 };
/** Sides of a preview: less would show nothing, more would not fit a screen. */
const LEAST_SIDE = 96;
const MOST_PIXELS = 2_000_000;
/** Pixels around a preview that are denoised too, because they influence it. */
const MARGIN = 32;
/** Longest side of a sharp part: a large screen's. */
const MOST_SHOWN = 4096;

/** Previews a run on a part of a photo, as large as can be done at once. */
export class Looker {
  #denoiser;
  /** Pixels per second and step. */
  #speed;

  /** @param {import('../../pkg/index.js').Denoiser} denoiser */
  constructor(denoiser) {
    this.#denoiser = denoiser;
    this.#speed = SPEED[denoiser.backend];
  }

  /**
   * @param {Photo} photo
   * @param {Rectangle} part  what is seen of it
   * @param {RunOptions} options
   * @param {Seen | null} sharp  what is seen, if the preview is to be put in the middle of it
   * @param {AbortSignal} signal
   * @returns {Promise<Seen>}
   */
  async preview(photo, part, { painted, strength, samples: _, ...options }, sharp, signal) {
    const inner = middleOf(part, Math.min(MOST_PIXELS, (this.#speed * PATIENCE) / options.steps));
    const outer = grown(inner, MARGIN, photo.image);
    const begin = performance.now();
    const { image } = await this.#denoiser.denoise(deepened(cut(photo.image, outer)), {
      ...options,
      strength: strengthOf(painted, strength, photo.image, outer),
      signal,
    });
    const seconds = (performance.now() - begin) / 1000;
    this.#speed = (outer.width * outer.height * options.steps) / Math.max(0.01, seconds);
    const within = { ...inner, x: inner.x - outer.x, y: inner.y - outer.y };
    const after = await toShow({ ...photo, image: cut(image, within) }, MOST_SHOWN);
    if (!sharp) return { part: inner, before: await sharpPart(photo, inner), after };
    return { ...sharp, after: inserted(after, inner, sharp) };
  }
}

/**
 * A preview in the middle of the visible part, with a frame around it.
 *
 * @param {ImageBitmap} preview  given away
 * @param {Rectangle} inner
 * @param {Seen} seen  its `after` is given away
 */
function inserted(preview, inner, { part, before, after }) {
  const around = after ?? before;
  const canvas = new OffscreenCanvas(around.width, around.height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no memory left for the preview');
  context.drawImage(around, 0, 0);
  after?.close();
  const scale = around.width / part.width;
  /** @type {[number, number, number, number]} */
  const place = [(inner.x - part.x) * scale, (inner.y - part.y) * scale, inner.width * scale, inner.height * scale];
  context.drawImage(preview, ...place);
  preview.close();
  if (inner.width < part.width || inner.height < part.height) {
    context.strokeStyle = 'rgb(255 255 255 / 60%)';
    context.strokeRect(...place);
  }
  return canvas.transferToImageBitmap();
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
 * The middle of a rectangle, with its proportions: as large as the limit on pixels allows, but not below the least
 * side.
 *
 * @param {Rectangle} part
 * @param {number} pixels
 * @returns {Rectangle}
 */
function middleOf(part, pixels) {
  const scale = Math.min(1, Math.sqrt(pixels / (part.width * part.height)));
  const side = (/** @type {number} */ all) => Math.min(all, Math.max(LEAST_SIDE, Math.round(all * scale)));
  const [width, height] = [side(part.width), side(part.height)];
  const x = part.x + Math.floor((part.width - width) / 2);
  const y = part.y + Math.floor((part.height - height) / 2);
  return { x, y, width, height };
}

/**
 * @param {Rectangle} part
 * @param {number} by
 * @param {{ width: number, height: number }} image
 * @returns {Rectangle}
 */
function grown(part, by, image) {
  const [x, y] = [Math.max(0, part.x - by), Math.max(0, part.y - by)];
  const right = Math.min(image.width, part.x + part.width + by);
  const bottom = Math.min(image.height, part.y + part.height + by);
  return { x, y, width: right - x, height: bottom - y };
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

import { SvnrError, decodeFile, encodeFile, toImageData } from '../pkg/index.js';

/** @typedef {import('../pkg/index.js').Metadata} Metadata */
/** @typedef {import('../pkg/index.js').PlainImage} PlainImage */

/** As many as the denoiser takes. */
const MOST_PIXELS = 40_000_000;

/**
 * A photo that is open.
 *
 * @typedef {{ image: ImageData | PlainImage, metadata: Metadata }} Photo
 */

/** What a visitor can save. */
const FORMATS = {
  png: { format: /** @type {const} */ ('png'), depth: /** @type {const} */ (8) },
  png16: { format: /** @type {const} */ ('png'), depth: /** @type {const} */ (16) },
  jpeg: { format: /** @type {const} */ ('jpeg'), depth: /** @type {const} */ (8) },
  webp: { format: /** @type {const} */ ('webp'), depth: /** @type {const} */ (8) },
  tiff: { format: /** @type {const} */ ('tiff'), depth: /** @type {const} */ (16) },
};

/**
 * An image file's pixels, upright, and what belongs to them.
 *
 * @param {Blob} file
 * @param {string} name
 * @returns {Promise<Photo>}  rejects with an SvnrError
 */
export async function open(file, name) {
  try {
    return await decodeFile(file, { name: `“${name}”` });
  } catch (error) {
    if (!(error instanceof SvnrError) || error.code !== 'unsupported-format') throw error;
    // AVIF, GIF, BMP, inks, and HEIC on some machines: what a browser reads, it brings to sRGB.
    const image = await byBrowser(file, name);
    if (!image) throw error;
    return { image, metadata: {} };
  }
}

/**
 * @param {Blob} file
 * @param {string} name
 */
async function byBrowser(file, name) {
  /** @type {ImageBitmap} */
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image', premultiplyAlpha: 'none' });
  } catch {
    return null;
  }
  const { width, height } = bitmap;
  try {
    if (width * height > MOST_PIXELS) {
      const millions = Math.round((width * height) / 1e6);
      throw new SvnrError(
        'too-large',
        `“${name}” has ${millions} megapixels; at most ${MOST_PIXELS / 1e6} can be denoised at once, so make it smaller or cut it`,
      );
    }
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    context?.drawImage(bitmap, 0, 0);
    return context?.getImageData(0, 0, width, height) ?? null;
  } finally {
    bitmap.close();
  }
}

/**
 * The image of a photo with 16 bits at least: what denoising wins is finer than 8.
 *
 * @param {ImageData | PlainImage} image
 * @returns {PlainImage}
 */
export function deepened(image) {
  const { data, width, height, colorSpace } = image;
  if (!(data instanceof Uint8ClampedArray)) return { data, width, height, colorSpace };
  return { data: Uint16Array.from(data, (code) => 257 * code), width, height, colorSpace };
}

/**
 * A photo as a bitmap for the page, in the colours of its profile.
 *
 * @param {Photo} photo
 * @param {number} most  longest side in pixels
 */
export async function toShow({ image, metadata }, most) {
  const scale = Math.min(1, most / Math.max(image.width, image.height));
  const bitmap = await createImageBitmap(await toImageData(image), {
    resizeWidth: Math.max(1, Math.round(image.width * scale)),
    resizeHeight: Math.max(1, Math.round(image.height * scale)),
    resizeQuality: 'high',
  });
  return inProfile(bitmap, metadata);
}

/**
 * A bitmap, whose numbers are in the colours of a profile, in the screen's: only a browser's decoder knows how.
 *
 * @param {ImageBitmap} bitmap  given away
 * @param {Metadata} metadata
 */
export async function inProfile(bitmap, { profile }) {
  if (!profile) return bitmap;
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) return bitmap;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return createImageBitmap(await encodeFile(context.getImageData(0, 0, width, height), { metadata: { profile } }));
}

/**
 * A photo as a file.
 *
 * @param {Photo} photo
 * @param {import('./protocol.js').Format} format
 * @param {number} quality  from 0 to 1, where the format has any
 */
export async function save({ image, metadata }, format, quality) {
  const { depth, ...how } = FORMATS[format];
  // The browser's encoder, which WebP needs, takes 8 bits.
  const pixels = format === 'webp' ? await toImageData(image) : image;
  return encodeFile(pixels, { ...how, depth, quality: 100 * quality, metadata });
}

import { MOST_PIXELS, SvnrError, decodeFile, encodeFile, toImageData } from '../../pkg/index.js';
import { kindOf } from '../shared/kinds.js';
import { firstOfSeveral, notKept, readByBrowser, unreadable } from '../shared/words.js';

/** @typedef {import('../../pkg/index.js').Metadata} Metadata */
/** @typedef {import('../../pkg/index.js').PlainImage} PlainImage */

/**
 * An open photo. The note is something that the visitor should know about it.
 *
 * @typedef {{ image: ImageData | PlainImage, metadata: Metadata, note: string | null }} Photo
 */

/** Types of files that the browser decodes and that can hold several images. */
const ANIMATED = /** @type {const} */ ({ gif: 'image/gif', avif: 'image/avif' });

/** Options for making a bitmap from an ImageData. Without them Firefox shows transparent ones in wrong colours. */
export const TO_SHOW = /** @type {const} */ ({ premultiplyAlpha: 'premultiply' });

/** The formats in which a visitor can save a picture. */
export const FORMATS = {
  png: { format: /** @type {const} */ ('png'), depth: /** @type {const} */ (8) },
  png16: { format: /** @type {const} */ ('png'), depth: /** @type {const} */ (16) },
  jpeg: { format: /** @type {const} */ ('jpeg'), depth: /** @type {const} */ (8) },
  webp: { format: /** @type {const} */ ('webp'), depth: /** @type {const} */ (8) },
  tiff: { format: /** @type {const} */ ('tiff'), depth: /** @type {const} */ (16) },
};

/**
 * An image file's pixels, upright, and its metadata.
 *
 * @param {Blob} file
 * @param {string} name
 * @returns {Promise<Photo>}  rejects with an SvnrError
 */
export async function open(file, name) {
  const kind = await kindOf(file, name);
  // Of RAW files, those come here that are TIFFs of finished pictures.
  if (kind && kind !== 'raw') return openElsewhere(file, name, kind, new SvnrError('unsupported-format', unreadable(name, kind)));
  try {
    const { image, metadata, notes } = await decodeFile(file, { name: `“${name}”` });
    return { image, metadata, note: notes.length > 0 ? notKept(name, notes) : null };
  } catch (error) {
    if (!(error instanceof SvnrError) || !['unsupported-format', 'raw-file'].includes(error.code)) throw error;
    // CMYK, and rare varieties. What the package adds to a refusal is for those who write programs.
    return openElsewhere(file, name, null, error.cause instanceof SvnrError ? error.cause : error);
  }
}

/**
 * Opens a file that the package does not read, if the browser does: AVIF, GIF, BMP, CMYK, and HEIC on some machines.
 *
 * @param {Blob} file
 * @param {string} name
 * @param {import('../shared/kinds.js').Kind | null} kind
 * @param {SvnrError} refusal  what to say when the browser does not, either
 * @returns {Promise<Photo>}
 */
async function openElsewhere(file, name, kind, refusal) {
  const image = await byBrowser(file, name);
  if (!image) throw refusal;
  const isFirst = (kind === 'gif' || kind === 'avif') && (await isOneOfSeveral(file, ANIMATED[kind]));
  // These hold nothing that the browser loses.
  const isWhole = kind === 'gif' || kind === 'bmp';
  const notes = [isFirst && firstOfSeveral(name), !isWhole && readByBrowser(name)].filter(Boolean);
  return { image, metadata: {}, note: notes.join(' ') || null };
}

/**
 * Whether a file holds more images than the one that the browser shows. False if the browser does not say.
 *
 * @param {Blob} file
 * @param {string} type
 */
async function isOneOfSeveral(file, type) {
  if (typeof ImageDecoder !== 'function' || !(await ImageDecoder.isTypeSupported(type))) return false;
  const decoder = new ImageDecoder({ data: await file.arrayBuffer(), type });
  try {
    await Promise.all([decoder.tracks.ready, decoder.completed]);
    return (decoder.tracks.selectedTrack?.frameCount ?? 1) > 1;
  } catch {
    return false;
  } finally {
    decoder.close();
  }
}

/**
 * A file as the browser decodes it, in sRGB; `null` if it cannot.
 *
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
 * A photo's image with at least 16 bits: denoising gains more precision than 8 bits can hold.
 *
 * @param {ImageData | PlainImage} image
 * @returns {PlainImage}
 */
export function deepened(image) {
  const { data, width, height, colorSpace } = image;
  if (!(data instanceof Uint8ClampedArray)) return { data, width, height, colorSpace };
  // Not Uint16Array.from(), which builds an ordinary array first and crashes on large photos.
  const deep = new Uint16Array(data);
  for (let i = 0; i < deep.length; i += 1) deep[i] = 257 * (data[i] ?? 0);
  return { data: deep, width, height, colorSpace };
}

/**
 * A photo as a bitmap for the page, in the colours of its profile.
 *
 * @param {Pick<Photo, 'image' | 'metadata'>} photo
 * @param {number} most  longest side in pixels
 */
export async function toShow({ image, metadata }, most) {
  return shrunk(await toImageData(image, { profile: metadata.profile }), most);
}

/**
 * A bitmap of an image, reduced if it is too large.
 *
 * @param {ImageData | ImageBitmap} image  a bitmap is given away
 * @param {number} most  longest side in pixels
 */
export async function shrunk(image, most) {
  const scale = Math.min(1, most / Math.max(image.width, image.height));
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  if (image instanceof ImageData) {
    return createImageBitmap(image, { ...TO_SHOW, resizeWidth: width, resizeHeight: height, resizeQuality: 'high' });
  }
  // Chromium turns a photo upright when it draws its bitmap, but not when it makes a smaller bitmap from it.
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) return image;
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, width, height);
  image.close();
  return canvas.transferToImageBitmap();
}

/**
 * A photo as a file.
 *
 * @param {Pick<Photo, 'image' | 'metadata'>} photo
 * @param {import('../shared/protocol.js').Format} format
 * @param {number} quality  from 0 to 1, where the format has any
 */
export async function save({ image, metadata }, format, quality) {
  if (format === 'dng') throw new Error('a DNG is made of RAW files alone');
  const { depth, ...how } = FORMATS[format];
  // WebP needs the browser's encoder, which takes 8 bits.
  const pixels = format === 'webp' ? await toImageData(image) : image;
  return encodeFile(pixels, { ...how, depth, quality: 100 * quality, metadata });
}

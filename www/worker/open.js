// Opens photos of either kind: finished pictures and RAW files.

import { SvnrError } from '../../pkg/index.js';
import { kindOf } from '../shared/kinds.js';
import { Finished } from './finished.js';
import { open, save } from './image-file.js';

/** @typedef {import('./raw-photo.js').RawPicture} RawPicture */
/** @typedef {Finished | RawPicture} Photo */
/** @typedef {import('./finished.js').FinishedResult | import('./raw-photo.js').RawMade} Made */
/** @typedef {import('../shared/protocol.js').Development} Development */

/**
 * What a RAW file is seen as before it is developed: a function that makes a bitmap, and the picture's size.
 *
 * @typedef {(most: number) => Promise<ImageBitmap | null>} ToBitmap
 * @typedef {(shown: ToBitmap, size: { width: number, height: number }) => Promise<void>} OnPreview
 */

/**
 * A photo, by the contents of its file.
 *
 * @param {Blob} file
 * @param {string} name
 * @param {Development} development
 * @param {OnPreview} [onPreview]
 * @returns {Promise<Photo>}  rejects with an SvnrError
 */
export async function openAny(file, name, development, onPreview) {
  if ((await kindOf(file, name)) === 'raw') {
    const raw = await openIfRaw(file, name, development, onPreview);
    if (raw) return raw;
  }
  return new Finished(await open(file, name));
}

/**
 * A RAW file; `null` if it turns out to be a TIFF of a finished picture.
 *
 * @param {Blob} file
 * @param {string} name
 * @param {Development} development
 * @param {OnPreview} [onPreview]
 */
async function openIfRaw(file, name, development, onPreview) {
  const { embeddedPreview, openRawPhoto } = await forRaw();
  try {
    return await openRawPhoto(file, name, development, async (embedded, size) => {
      if (size) await onPreview?.((most) => embeddedPreview(embedded, most), size);
    });
  } catch (error) {
    if (!(error instanceof SvnrError) || error.code !== 'unsupported-format') throw error;
    const { isRaw } = await import('../../pkg/raw.js');
    if (await isRaw(file)) throw error;
    return null;
  }
}

/** What is loaded with the first RAW file. */
async function forRaw() {
  try {
    return await import('./raw-photo.js');
  } catch (error) {
    throw new SvnrError('load-failed', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/**
 * A result as it was kept, in another format.
 *
 * @param {Omit<Extract<import('../shared/protocol.js').ToWorker, { type: 'convert' }>, 'id' | 'type'>} what
 */
export async function convertedKept({ file, name, isRaw, development, format, quality }) {
  if (!isRaw) return save(await open(file, name), format, quality);
  const { converted } = await forRaw();
  return converted(file, name, development, format, quality);
}

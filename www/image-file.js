/** @typedef {import('./protocol.js').Failure} Failure */

/** What browsers do not decode but people have, by file name or by the first bytes. */
const FOREIGN = [
  { name: /\.(heic|heif)$/i, begin: /^....ftyp(heic|heix|hevc|mif1|msf1)/s, kind: 'A HEIC photo' },
  { name: /\.(dng|cr2|cr3|nef|arw|raf|orf|rw2|pef|srw)$/i, begin: /^$/, kind: 'A camera’s RAW file' },
  { name: /\.tiff?$/i, begin: /^(II\*\0|MM\0\*)/, kind: 'A TIFF file' },
  { name: /\.exr$/i, begin: /^v\/1\x01/, kind: 'An OpenEXR file' },
  { name: /\.pdf$/i, begin: /^%PDF/, kind: 'A PDF document' },
];

/** As many as the denoiser takes. */
const MOST_PIXELS = 40_000_000;

/**
 * An image file's pixels, upright, in sRGB; or why not, in words for the reader.
 *
 * @param {Blob} file
 * @param {string} name
 * @returns {Promise<{ image: ImageData } | { failure: Failure }>}
 */
export async function decode(file, name) {
  if (file.size === 0) return refuse(`“${name}” is empty.`);
  /** @type {ImageBitmap} */
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image', premultiplyAlpha: 'none' });
  } catch {
    const begin = new TextDecoder('latin1').decode(await file.slice(0, 16).arrayBuffer());
    const foreign = FOREIGN.find((f) => f.name.test(name) || f.begin.test(begin));
    return refuse(
      foreign
        ? `${foreign.kind} cannot be read by this browser. Save it as JPEG or PNG first.`
        : `“${name}” is not an image that this browser can read, or it is damaged.`,
    );
  }
  const { width, height } = bitmap;
  if (width * height > MOST_PIXELS) {
    const millions = Math.round((width * height) / 1e6);
    bitmap.close();
    return {
      failure: {
        code: 'too-large',
        message: `“${name}” has ${millions} megapixels; up to ${MOST_PIXELS / 1e6} fit into the browser’s memory. Make it smaller first.`,
      },
    };
  }
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) return refuse('This browser gives no memory for the picture. Close other tabs and try again.');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { image: context.getImageData(0, 0, width, height) };
}

/**
 * An image as a file.
 *
 * @param {ImageData} image
 * @param {import('./protocol.js').Format} format
 * @param {number} quality  from 0 to 1, where the format has any
 */
export async function encode(image, format, quality) {
  const type = `image/${format}`;
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d', { colorSpace: image.colorSpace });
  context?.putImageData(image, 0, 0);
  if (context && format === 'jpeg') {
    // It has no transparency; what was transparent gets white, not black.
    context.globalCompositeOperation = 'destination-over';
    context.fillStyle = '#fff';
    context.fillRect(0, 0, image.width, image.height);
  }
  const file = await canvas.convertToBlob({ type, quality });
  if (file.type !== type) throw new Error(`this browser cannot write ${format.toUpperCase()}; choose another format`);
  return file;
}

/**
 * @param {string} message
 * @returns {{ failure: Failure }}
 */
function refuse(message) {
  return { failure: { code: 'no-image', message } };
}

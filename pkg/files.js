import { SvnrError } from './errors.js';
import { MOST_PIXELS, own, pixelsOf, toSharedImage, writeSharedImage } from './image.js';
import { FileMetadata, FilePixels, decodeFile as decode, displayP3Profile, leftOut, toSrgb } from './wasm/svnr_wasm.js';
import { call, init } from './wasm.js';

/** @typedef {import('./index.d.ts').Metadata} Metadata */
/** @typedef {import('./image.js').Pixels} Pixels */

/** How TIFFs begin, one character a byte. */
const TIFF = /^(II\*\0|MM\0\*)/;

/** The formats that can be written, and the greatest depth of each. */
const DEPTHS = /** @type {const} */ ({ png: 16, jpeg: 8, webp: 8, tiff: 32 });

/**
 * See index.d.ts.
 *
 * @type {typeof import('./index.d.ts').decodeFile}
 */
export async function decodeFile(file, { name = 'the file' } = {}) {
  await init();
  const bytes = await bytesOf(file);
  const decoded = decodedBy(() => decode(bytes, name, MOST_PIXELS));
  const { width, height, depth, bits, isFirstOfSeveral } = decoded;
  const [x, y] = decoded.density() ?? [];
  const metadata = {
    profile: decoded.profile(),
    exif: decoded.exif(),
    xmp: decoded.xmp(),
    iptc: decoded.iptc(),
    density: x && y ? { x, y } : undefined,
  };
  const notes = decoded.notes();
  const image = call(() => pixels(decoded));
  return { image, width, height, depth: /** @type {8 | 16 | 32} */ (depth), metadata, isFirstOfSeveral, notes };

  /** @param {import('./wasm/svnr_wasm.js').DecodedFile} decoded */
  function pixels(decoded) {
    if (bits === 16) return { data: decoded.intoU16(), width, height, colorSpace: /** @type {const} */ ('srgb') };
    if (bits === 32) return { data: decoded.intoF32(), width, height, colorSpace: /** @type {const} */ ('srgb-linear') };
    // wasm-bindgen returns them in an array of their own, although its types say otherwise.
    const data = new Uint8ClampedArray(/** @type {ArrayBuffer} */ (decoded.intoU8().buffer));
    if (typeof ImageData === 'function') return new ImageData(data, width, height);
    return { data, width, height, colorSpace: /** @type {const} */ ('srgb') };
  }
}

/**
 * Whether wasm has refused a RAW file.
 *
 * @param {unknown} error
 * @returns {error is SvnrError}
 */
function isOfRaw(error) {
  return error instanceof SvnrError && error.code === 'raw-file';
}

/**
 * What wasm reads of a file. If it refuses a RAW file, whoever calls this learns what takes one.
 *
 * @template T
 * @param {() => T} f
 * @returns {T}
 */
function decodedBy(f) {
  try {
    return call(f);
  } catch (error) {
    if (!isOfRaw(error)) throw error;
    const advice = "denoiseRaw denoises it, and openRaw of 'svnr/raw' develops it";
    throw new SvnrError(error.code, `${error.message}; ${advice}`, { cause: error });
  }
}

/**
 * See index.d.ts.
 *
 * @type {typeof import('./index.d.ts').encodeFile}
 */
export async function encodeFile(source, options = {}) {
  const image = pixelsOf(source);
  const { format = 'png', quality = 92, metadata = {} } = options;
  if (!Object.hasOwn(DEPTHS, format)) bad('format', format, `one of ${Object.keys(DEPTHS).join(', ')}`);
  if (!(quality >= 1 && quality <= 100)) bad('quality', quality, 'from 1 to 100');
  const own = image.data instanceof Uint16Array ? 16 : image.data instanceof Float32Array ? 32 : 8;
  const { depth = Math.min(own, DEPTHS[format]) } = options;
  if (![8, 16, 32].includes(depth) || depth > DEPTHS[format]) {
    bad('depth', depth, `8${format === 'png' ? ' or 16' : format === 'tiff' ? ', 16 or 32' : ''} for ${format}`);
  }
  await init();
  const belongs = forWasm({ ...metadata, profile: metadata.profile ?? profileOf(image) });
  try {
    const lossy = format === 'webp' && quality < 100 && typeof OffscreenCanvas === 'function';
    const bytes = lossy
      ? await lossyWebp(image, quality, belongs)
      : call(() => toPixels(image).encode(format, depth, Math.round(quality), belongs));
    return new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], { type: `image/${format}` });
  } finally {
    belongs.free();
  }
}

/**
 * See index.d.ts.
 *
 * @type {typeof import('./index.d.ts').leftOutOf}
 */
export async function leftOutOf(metadata, format) {
  if (!Object.hasOwn(DEPTHS, format)) bad('format', format, `one of ${Object.keys(DEPTHS).join(', ')}`);
  await init();
  const belongs = forWasm(metadata);
  try {
    return call(() => leftOut(format, belongs));
  } finally {
    belongs.free();
  }
}

/** @param {Metadata} metadata */
function forWasm({ profile, exif, xmp, iptc, density }) {
  return new FileMetadata(profile, exif, xmp, iptc, density && new Float64Array([density.x, density.y]));
}

/**
 * The profile that an image's colour space needs in a file.
 *
 * @param {Pixels} image
 */
function profileOf(image) {
  return image.colorSpace === 'display-p3' ? displayP3Profile() : undefined;
}

/**
 * See index.d.ts.
 *
 * @type {typeof import('./index.d.ts').toImageData}
 */
export async function toImageData(source, { profile } = {}) {
  const shown = await asImageData(source);
  if (!profile) return shown;
  await init();
  const data = new Uint8Array(shown.data);
  call(() => toSrgb(data, profile));
  return new ImageData(new Uint8ClampedArray(data.buffer), shown.width, shown.height);
}

/**
 * @param {Parameters<typeof import('./index.d.ts').toImageData>[0]} source
 */
async function asImageData(source) {
  const image = pixelsOf(source);
  if (typeof ImageData === 'function' && image instanceof ImageData) return image;
  const { width, height } = image;
  await init();
  const data = new Uint8ClampedArray(4 * width * height);
  const alpha = withAlpha(image);
  const opaque = alpha instanceof Uint16Array ? 65535 : alpha instanceof Float32Array ? 1 : 255;
  for (let at = 3; at < data.length; at += 4) data[at] = (255 * (alpha[at] ?? opaque)) / opaque;
  const shared = call(() => toSharedImage(image));
  try {
    call(() => writeSharedImage(shared, { data, width, height }));
  } finally {
    shared.free();
  }
  const colorSpace = image.colorSpace === 'display-p3' ? 'display-p3' : 'srgb';
  return new ImageData(data, width, height, { colorSpace });
}

/**
 * A file's image as it is denoised: as the browser shows it or, if the browser does not know the format, as
 * {@link decodeFile} reads it.
 *
 * @param {Blob} file
 * @returns {Promise<Pixels>}
 */
export async function fileImage(file) {
  // Of a RAW file that is a TIFF inside, a browser may know the thumbnail.
  const mayBeRaw = TIFF.test(String.fromCharCode(...new Uint8Array(await file.slice(0, 4).arrayBuffer())));
  const known = mayBeRaw ? null : await byBrowser(file);
  if (known) return known;
  try {
    const { image, metadata } = await decodeFile(file, 'name' in file ? { name: String(file.name) } : {});
    const { profile } = metadata;
    return own(typeof ImageData === 'function' ? await toImageData(image, profile ? { profile } : {}) : image);
  } catch (error) {
    const other = mayBeRaw && !isOfRaw(error) ? await byBrowser(file) : null;
    if (other) return other;
    throw error;
  }
}

/**
 * A file's image as the browser shows it; `null` if it does not know the format.
 *
 * @param {Blob} file
 */
async function byBrowser(file) {
  if (typeof createImageBitmap !== 'function') return null;
  const bitmap = await createImageBitmap(file).catch(() => null);
  try {
    return bitmap && pixelsOf(bitmap);
  } finally {
    bitmap?.close();
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {string} range
 * @returns {never}
 */
function bad(name, value, range) {
  throw new SvnrError('bad-option', `${name} is ${value}; it must be ${range}`);
}

/** @param {Blob | ArrayBuffer | Uint8Array} file */
async function bytesOf(file) {
  if (file instanceof Uint8Array) return file;
  if (file instanceof ArrayBuffer) return new Uint8Array(file);
  if (file instanceof Blob) return new Uint8Array(await file.arrayBuffer());
  throw new SvnrError('unsupported-image', 'the file must be a Blob, an ArrayBuffer or a Uint8Array');
}

/**
 * The image on its way into a file.
 *
 * @param {Pixels} image
 */
function toPixels(image) {
  const { width, height } = image;
  const data = withAlpha(image);
  if (data instanceof Uint16Array) return FilePixels.fromU16(width, height, data);
  if (data instanceof Float32Array) {
    if (image.colorSpace !== 'srgb-linear') {
      throw new SvnrError('unsupported-image', "floats are written to files as linear light, colorSpace 'srgb-linear'");
    }
    return FilePixels.fromF32(width, height, data);
  }
  return FilePixels.fromU8(width, height, new Uint8Array(data.buffer, data.byteOffset, data.length));
}

/**
 * The values as RGBA.
 *
 * @param {Pixels} image
 */
function withAlpha({ data, width, height }) {
  if (data.length === 4 * width * height) return data;
  const opaque = data instanceof Uint16Array ? 65535 : data instanceof Float32Array ? 1 : 255;
  const all = new /** @type {any} */ (data.constructor)(4 * width * height).fill(opaque);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) all[4 * pixel + channel] = data[3 * pixel + channel];
  }
  return /** @type {typeof data} */ (all);
}

/**
 * Encodes lossy WebP by the browser, since wasm cannot.
 *
 * @param {Pixels} image
 * @param {number} quality
 * @param {FileMetadata} belongs
 */
async function lossyWebp(image, quality, belongs) {
  const data = withAlpha(image);
  if (!(data instanceof Uint8ClampedArray)) {
    throw new SvnrError('unsupported-image', 'WebP takes 8-bit samples, a Uint8ClampedArray');
  }
  const canvas = new OffscreenCanvas(image.width, image.height);
  const codes = new Uint8Array(data);
  call(() => belongs.toCodes(codes, 'webp'));
  const pixels = new ImageData(new Uint8ClampedArray(codes.buffer), image.width, image.height);
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  const file = await canvas.convertToBlob({ type: 'image/webp', quality: quality / 100 });
  if (file.type !== 'image/webp') {
    throw new SvnrError('bad-option', 'this browser cannot write WebP with a quality below 100; choose another format');
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  return call(() => belongs.putInto(bytes, 'webp'));
}

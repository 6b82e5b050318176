import { SvnrError } from './errors.js';
import { ImageReader } from './wasm/svnr_wasm.js';

/** @typedef {import('./index.d.ts').PlainImage} PlainImage */
/** @typedef {ImageData | PlainImage} Pixels */
/** @typedef {import('./wasm/svnr_wasm.js').SharedImage} SharedImage */

/** See index.d.ts. Wasm has at most 4 GB; a run takes 48 bytes per pixel, 60 where the channels have their noise in
 * common, plus what the allocator wastes. */
export const MOST_PIXELS = 60_000_000;
/** The mean and the spread of several samples take 24 more bytes per pixel. */
export const MOST_PIXELS_SAMPLED = 40_000_000;

/** How many pixels cross into wasm or back at once: a whole image would take up to 16 bytes per pixel there. */
const PIECE = 1 << 20;

const KINDS =
  'the image must be an ImageData, an ImageBitmap, an <img>, a <video>, a canvas, a VideoFrame or { data, width, height, colorSpace }';

const COLOR_SPACES = ['srgb', 'display-p3', 'srgb-linear'];

/**
 * @param {string} what
 * @returns {never}
 */
function refuse(what) {
  throw new SvnrError('unsupported-image', what);
}

/**
 * Pixels that nobody else can change.
 * @type {WeakSet<object>}
 */
const owned = new WeakSet();

/**
 * Marks pixels that nobody else has, so that they need not be copied.
 *
 * @template {object} T
 * @param {T} pixels
 * @returns {T}
 */
export function own(pixels) {
  owned.add(pixels);
  return pixels;
}

/**
 * The pixels of an image as they are now. Throws if it cannot be denoised.
 *
 * @param {unknown} image
 * @returns {Pixels}
 */
export function pixelsOf(image) {
  const size = drawableSize(image);
  if (size) return own(drawn(/** @type {CanvasImageSource} */ (image), size));
  checkPixels(image);
  return image;
}

/**
 * The pixels of an image, whatever becomes of that afterwards.
 *
 * @param {unknown} image
 * @param {boolean} isGiven  the image's array is taken, or it is closed; else there is a copy
 * @returns {Pixels}
 */
export function keptPixelsOf(image, isGiven) {
  const pixels = pixelsOf(image);
  if (isGiven && pixels !== image) /** @type {{ close?: () => void }} */ (image).close?.();
  if (owned.has(pixels)) return pixels;
  const { data } = pixels;
  return own(withData(pixels, isGiven && data.buffer instanceof ArrayBuffer ? taken(data) : data.slice()));
}

/**
 * Moves an array's values into a new array without copying them; the first array is empty afterwards.
 *
 * @template {Pixels['data']} T
 * @param {T} data
 * @returns {T}
 */
function taken({ buffer, byteOffset, length, constructor }) {
  const moved = structuredClone(buffer, { transfer: [/** @type {ArrayBuffer} */ (buffer)] });
  return new /** @type {any} */ (constructor)(moved, byteOffset, length);
}

/** Classes that can be drawn on a canvas, and their properties for width and height. */
const DRAWABLE = /** @type {const} */ ([
  ['ImageBitmap', 'width', 'height', 'is closed; pass it before'],
  ['VideoFrame', 'displayWidth', 'displayHeight', 'is closed; pass it before'],
  ['HTMLImageElement', 'naturalWidth', 'naturalHeight', 'has not loaded; await its decode() first'],
  ['HTMLVideoElement', 'videoWidth', 'videoHeight', 'shows nothing yet; wait for its loadeddata event'],
  ['HTMLCanvasElement', 'width', 'height', 'has no pixels'],
  ['OffscreenCanvas', 'width', 'height', 'has no pixels'],
]);

/**
 * The size of something that can be drawn, or `null` for anything else. Throws if it shows nothing yet.
 *
 * @param {any} image
 * @returns {{ name: string, width: number, height: number } | null}
 */
export function drawableSize(image) {
  for (const [name, across, down, why] of DRAWABLE) {
    const type = /** @type {any} */ (globalThis)[name];
    if (typeof type !== 'function' || !(image instanceof type)) continue;
    const [width, height] = [Number(image[across]), Number(image[down])];
    if (width === 0 || height === 0) refuse(`the ${name} ${why}`);
    checkCount(width * height, MOST_PIXELS);
    return { name, width, height };
  }
  return null;
}

/**
 * @param {CanvasImageSource} image
 * @param {{ name: string, width: number, height: number }} size
 */
function drawn(image, { name, width, height }) {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) return refuse(`this browser cannot read a ${name} of ${width} x ${height} pixels; pass an ImageData`);
  context.drawImage(image, 0, 0, width, height);
  try {
    return context.getImageData(0, 0, width, height);
  } catch (error) {
    throw new SvnrError('unsupported-image', FOREIGN(name), { cause: error });
  }
}

/** @param {string} name */
export const FOREIGN = (name) =>
  `the ${name} shows pixels from another site, which the browser does not let pages read; that site must allow it (CORS), and an <img> needs crossorigin="anonymous"`;

/**
 * @param {number} pixels
 * @param {number} most
 */
export function checkCount(pixels, most) {
  if (pixels <= most) return;
  const millions = (pixels / 1e6).toFixed(1);
  const what = most < MOST_PIXELS ? 'with several samples ' : '';
  throw new SvnrError(
    'too-large',
    `the image has ${millions} megapixels; ${what}at most ${most / 1e6} fit into a browser's memory, so make it smaller or cut it`,
  );
}

/**
 * @param {unknown} image
 * @returns {asserts image is Pixels}
 */
export function checkPixels(image) {
  if (typeof image !== 'object' || image === null || !('data' in image)) {
    refuse(KINDS);
  }
  const { data, width, height, colorSpace = 'srgb' } = /** @type {Record<string, unknown>} */ (image);
  if (!(data instanceof Uint8ClampedArray || data instanceof Uint16Array || data instanceof Float32Array)) {
    refuse('image.data must be a Uint8ClampedArray, Uint16Array or Float32Array');
  }
  for (const [name, size] of Object.entries({ width, height })) {
    if (!Number.isInteger(size) || Number(size) < 1) refuse(`image.${name} is ${size}; it must be a whole number from 1`);
  }
  const pixels = Number(width) * Number(height);
  if (data.length !== 4 * pixels && data.length !== 3 * pixels) {
    refuse(
      `image.data has ${data.length} samples; ${width} x ${height} pixels need ${4 * pixels} (RGBA) or ${3 * pixels} (RGB)`,
    );
  }
  if (!COLOR_SPACES.includes(String(colorSpace))) {
    refuse(`image.colorSpace is ${colorSpace}; it must be one of ${COLOR_SPACES.join(', ')}`);
  }
  if (colorSpace === 'srgb-linear' && !(data instanceof Float32Array)) {
    refuse('image.colorSpace can be srgb-linear only when image.data is a Float32Array');
  }
  checkCount(pixels, MOST_PIXELS);
}

/**
 * The image on the wasm side; the caller frees it.
 *
 * @param {Pixels} image
 */
export function toSharedImage(image) {
  const reader = new ImageReader(image.width, image.height);
  forPieces(image, (piece, first, channels) => {
    if (piece instanceof Uint16Array) reader.readU16(first, piece, channels);
    else if (piece instanceof Float32Array) reader.readF32(first, piece, channels, image.colorSpace === 'srgb-linear');
    else reader.readU8(first, bytes(piece), channels);
  });
  return reader.finish();
}

/**
 * Writes the shared image over the colours of an image of its size.
 *
 * @param {SharedImage} shared
 * @param {Pixels} image
 */
export function writeSharedImage(shared, image) {
  forPieces(image, (piece, first, channels) => {
    if (piece instanceof Uint16Array) shared.writeU16(first, piece, channels);
    else if (piece instanceof Float32Array) shared.writeF32(first, piece, channels, image.colorSpace === 'srgb-linear');
    else shared.writeU8(first, bytes(piece), channels);
  });
}

/**
 * Calls a function with the values of an image piece by piece, the first pixel of each piece, and the number of
 * channels.
 *
 * @param {Pixels} image
 * @param {(piece: Pixels['data'], first: number, channels: number) => void} f
 */
function forPieces({ data, width, height }, f) {
  const channels = data.length / (width * height);
  for (let first = 0; first < width * height; first += PIECE) {
    f(data.subarray(first * channels, (first + PIECE) * channels), first, channels);
  }
}

/**
 * An image like `like` with other values.
 *
 * @template {Pixels} T
 * @param {T} like
 * @param {Pixels['data']} data
 * @param {{ width: number, height: number }} [size]  that of `like`, if not given
 * @returns {T}
 */
export function withData(like, data, { width, height } = like) {
  if (typeof ImageData === 'function' && like instanceof ImageData) {
    const { colorSpace } = like;
    return /** @type {any} */ (new ImageData(/** @type {any} */ (data), width, height, { colorSpace }));
  }
  return /** @type {any} */ ({ data, width, height, colorSpace: like.colorSpace ?? 'srgb' });
}

/**
 * wasm-bindgen takes a Uint8Array for bytes.
 *
 * @param {Uint8ClampedArray} data
 */
function bytes(data) {
  return new Uint8Array(data.buffer, data.byteOffset, data.length);
}

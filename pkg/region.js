import { withSettings } from './engine.js';
import { SvnrError } from './errors.js';
import { toSharedImage, withData } from './image.js';
import { call } from './wasm.js';

/** @typedef {import('./image.js').Pixels} Pixels */
/** @typedef {import('./engine.js').Options} Options */
/** @typedef {import('./wasm/svnr_wasm.js').Engine} Engine */
/** @typedef {import('./wasm/svnr_wasm.js').SharedImage} SharedImage */
/** @typedef {import('./index.d.ts').Overview} Overview */
/** @typedef {{ x: number, y: number, width: number, height: number }} Rectangle */
/** Where a cut lies in an image. @typedef {{ row: number, column: number, overview: Overview }} Place */
/** Options of a run whose noise is known.
 * @typedef {Options & { noise: NonNullable<Options['noise']>, tile: number }} Known */

/**
 * A part of an image, cut out so that a run on it gives the pixels in `inner`, a rectangle of the cut, the values of a
 * run on the whole image.
 *
 * @typedef {{ image: Pixels, options: Known, inner: Rectangle }} Part
 */

/**
 * Throws unless a region lies in an image.
 *
 * @param {Rectangle} region
 * @param {{ width: number, height: number }} image
 */
export function checkRegion(region, { width, height }) {
  if (region.x + region.width <= width && region.y + region.height <= height) return;
  const { x, y } = region;
  throw new SvnrError(
    'bad-option',
    `region has ${region.width} x ${region.height} pixels from (${x}, ${y}) on; it must lie in the image of ${width} x ${height}`,
  );
}

/**
 * Cuts out what a run on a region needs.
 *
 * @param {Engine} engine
 * @param {Pixels} image
 * @param {Known & { region: NonNullable<Options['region']> }} options
 * @returns {Part}
 */
export function partOf(engine, image, options) {
  const { region, noise, strength } = options;
  const overview = region.overview ?? overviewOfImage(engine, image, options);
  const outer = around(engine, overview, region, image);
  const { x, y, ...size } = outer;
  return {
    image: cropped(image, outer),
    options: {
      ...options,
      noise: 'std' in noise ? { std: cut(noise.std, image, outer), ...size } : noise,
      strength: typeof strength === 'number' ? strength : { values: cut(strength.values, image, outer), ...size },
      region: null,
      place: { row: y, column: x, overview },
    },
    inner: { x: region.x - x, y: region.y - y, width: region.width, height: region.height },
  };
}

/**
 * @param {Engine} engine
 * @param {Pixels} image
 * @param {Known} options
 */
function overviewOfImage(engine, image, options) {
  const shared = call(() => toSharedImage(image));
  try {
    return overviewOf(engine, shared, options);
  } finally {
    shared.free();
  }
}

/**
 * What a run on a region of an image has to know of the whole.
 *
 * @param {Engine} engine
 * @param {SharedImage} shared
 * @param {import('./engine.js').Wanted} options
 * @returns {Overview}
 */
export function overviewOf(engine, shared, options) {
  return JSON.parse(call(() => withSettings(options, (noise, settings) => engine.overview(shared, noise, settings))));
}

/**
 * What has to be cut out of an image for a region of it.
 *
 * @param {Engine} engine
 * @param {Overview} overview
 * @param {Rectangle} region
 * @param {{ width: number, height: number }} image
 * @returns {Rectangle}
 */
export function around(engine, overview, { x, y, width, height }, image) {
  const hasGrain = overview.grain !== null;
  const [left = 0, right = 0] = call(() => engine.cutAround(hasGrain, x, x + width, image.width));
  const [top = 0, bottom = 0] = call(() => engine.cutAround(hasGrain, y, y + height, image.height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/**
 * A rectangle of an image, as an image of its own.
 *
 * @template {Pixels} T
 * @param {T} image
 * @param {Rectangle} part
 * @returns {T}
 */
export function cropped(image, part) {
  return withData(image, cut(image.data, image, part), part);
}

/**
 * A rectangle of what belongs to an image, with as many values for each pixel as there are.
 *
 * @template {Uint8ClampedArray | Uint16Array | Float32Array} T
 * @param {T} values
 * @param {{ width: number, height: number }} size
 * @param {Rectangle} part
 * @returns {T}
 */
export function cut(values, size, { x, y, width, height }) {
  const channels = values.length / (size.width * size.height);
  const out = /** @type {T} */ (new /** @type {any} */ (values.constructor)(width * height * channels));
  for (let row = 0; row < height; row += 1) {
    const from = ((y + row) * size.width + x) * channels;
    out.set(values.subarray(from, from + width * channels), row * width * channels);
  }
  return out;
}

import { withSettings } from './engine.js';
import { SvnrError } from './errors.js';
import { toSharedImage, withData } from './image.js';
import { call } from './wasm.js';

/** @typedef {import('./image.js').Pixels} Pixels */
/** @typedef {import('./engine.js').Options} Options */
/** @typedef {import('./wasm/svnr_wasm.js').Engine} Engine */
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
  const overview = region.overview ?? overviewOf(engine, image, options);
  const hasGrain = overview.grain !== null;
  const [left, right] = call(() => engine.cutAround(hasGrain, region.x, region.x + region.width, image.width));
  const [top, bottom] = call(() => engine.cutAround(hasGrain, region.y, region.y + region.height, image.height));
  const [x, y] = [left ?? 0, top ?? 0];
  const outer = { x, y, width: (right ?? 0) - x, height: (bottom ?? 0) - y };
  const size = { width: outer.width, height: outer.height };
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
 * What a run on a region of an image has to know of the whole.
 *
 * @param {Engine} engine
 * @param {Pixels} image
 * @param {Known} options
 * @returns {Overview}
 */
export function overviewOf(engine, image, options) {
  return overviewOfShared(engine, call(() => toSharedImage(image)), options);
}

/**
 * The same of a shared image, which is freed.
 *
 * @param {Engine} engine
 * @param {import('./wasm/svnr_wasm.js').SharedImage} shared
 * @param {import('./engine.js').Wanted} options
 * @returns {Overview}
 */
export function overviewOfShared(engine, shared, options) {
  try {
    const found = call(() => withSettings(options, (noise, settings) => engine.overview(shared, noise, settings)));
    const { white, common, grain, ends, dotsAreHot, inner, latest } = found;
    found.free();
    const [x = 0, y = 0, width = 0, height = 0] = inner ?? [];
    return {
      white,
      common: common ?? null,
      grain: grain ? levels(grain) : null,
      ends: pairs(ends),
      dotsAreHot,
      inner: inner ? { x, y, width, height } : null,
      latest,
    };
  } finally {
    shared.free();
  }
}

/**
 * The coarse levels of a photo with film grain, from the engine's flat list of them.
 *
 * @param {Float32Array} flat
 * @returns {NonNullable<Overview['grain']>}
 */
function levels(flat) {
  const level = (/** @type {number} */ at) => ({ std: flat[2 * at] ?? 0, latest: flat[2 * at + 1] ?? 0 });
  return [level(0), level(1)];
}

/**
 * The dark and the bright end of each channel, from the engine's flat list of them.
 *
 * @param {Float32Array} ends
 * @returns {Overview['ends']}
 */
function pairs(ends) {
  const end = (/** @type {number} */ at) => (Number.isNaN(ends[at]) ? null : (ends[at] ?? null));
  return [[end(0), end(1)], [end(2), end(3)], [end(4), end(5)]];
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

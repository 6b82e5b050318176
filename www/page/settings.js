/** @typedef {import('../shared/protocol.js').RunOptions} RunOptions */
/** @typedef {import('../shared/protocol.js').Noise} Noise */

/** Noise that differs by less than this share gives the same result. */
const SAME_NOISE = 1e-3;

/**
 * Whether two runs on a photo give the same result.
 *
 * @param {RunOptions} a
 * @param {RunOptions} b
 */
export function sameSettings(a, b) {
  return sameForAll(a, b) && sameNoise(a.noise, b.noise) && samePainted(a.painted, b.painted);
}

/**
 * Whether two runs agree in what the panel sets for all photos: everything but the noise and what is painted.
 *
 * @param {RunOptions} a
 * @param {RunOptions} b
 */
export function sameForAll(a, b) {
  const names = /** @type {const} */ (['steps', 'samples', 'strength', 'luminance', 'chrominance']);
  return names.every((name) => a[name] === b[name]);
}

/**
 * @param {Noise | 'auto'} a
 * @param {Noise | 'auto'} b
 */
function sameNoise(a, b) {
  // Not measured yet.
  if (a === 'auto' || b === 'auto') return true;
  const near = (/** @type {number} */ x, /** @type {number} */ y) => Math.abs(x - y) <= SAME_NOISE * Math.max(x, y);
  return near(a.read, b.read) && near(a.shot, b.shot) && JSON.stringify(a.curve) === JSON.stringify(b.curve);
}

/**
 * @param {ImageData | null} a
 * @param {ImageData | null} b
 */
function samePainted(a, b) {
  if (a === b || !a || !b) return a === b;
  return a.width === b.width && a.height === b.height && a.data.every((value, i) => value === b.data[i]);
}

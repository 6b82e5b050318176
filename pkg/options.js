import { SvnrError } from './errors.js';

/**
 * @param {string} what
 * @returns {never}
 */
function refuse(what) {
  throw new SvnrError('bad-option', what);
}

/** @param {unknown} value */
function show(value) {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/**
 * Throws unless `options` is an object with no other keys than these.
 *
 * @param {unknown} options
 * @param {string[]} known
 * @returns {Record<string, unknown>}
 */
function checkKeys(options, known) {
  if (typeof options !== 'object' || options === null) refuse(`the options are ${show(options)}; they must be an object`);
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) refuse(`there is no option ${unknown}; there are ${known.join(', ')}`);
  return /** @type {Record<string, unknown>} */ (options);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} least
 * @param {number} most
 * @param {string} [hint]
 * @returns {number}
 */
function number(name, value, least, most, hint = '') {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  return refuse(`${name} is ${show(value)}; it must be a number from ${least} to ${most}${hint}`);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} least
 * @param {number} most
 * @param {string} [hint]
 * @returns {number}
 */
function whole(name, value, least, most, hint = '') {
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return Number(value);
  return refuse(`${name} is ${show(value)}; it must be a whole number from ${least} to ${most}${hint}`);
}

/**
 * The options that creating and denoising share.
 *
 * @template Event
 * @param {Record<string, unknown>} options
 */
function listeners({ signal, onProgress }) {
  if (signal !== undefined && !(signal instanceof AbortSignal)) refuse('signal must be an AbortSignal');
  if (onProgress !== undefined && typeof onProgress !== 'function') refuse('onProgress must be a function');
  return { signal, onProgress: /** @type {((event: Event) => void) | undefined} */ (onProgress) };
}

/**
 * @param {unknown} options
 */
export function createOptions(options) {
  const given = checkKeys(options, ['backend', 'weights', 'signal', 'onProgress']);
  const { backend = 'auto', weights } = given;
  if (backend !== 'auto' && backend !== 'webgpu' && backend !== 'cpu') {
    return refuse(`backend is ${show(backend)}; it must be 'auto', 'webgpu' or 'cpu'`);
  }
  const isSource =
    weights === undefined ||
    typeof weights === 'string' ||
    weights instanceof URL ||
    weights instanceof ArrayBuffer ||
    weights instanceof Uint8Array;
  if (!isSource) return refuse('weights must be a URL, a string, an ArrayBuffer or a Uint8Array');
  /** @type {ReturnType<typeof listeners<import('./index.d.ts').CreateProgress>>} */
  const { signal, onProgress } = listeners(given);
  return { backend, weights, signal, onProgress };
}

/**
 * `null` stands for 'auto'.
 *
 * @param {unknown} options
 */
export function denoiseOptions(options) {
  const given = checkKeys(options, [
    'noise',
    'steps',
    'seed',
    'stochastic',
    'strength',
    'tile',
    'signal',
    'onProgress',
  ]);
  const { noise = 'auto', steps = 1, seed = 0, stochastic = true, strength = 1, tile = 'auto' } = given;
  if (typeof stochastic !== 'boolean') return refuse(`stochastic is ${show(stochastic)}; it must be true or false`);
  /** @type {ReturnType<typeof listeners<import('./index.d.ts').DenoiseProgress>>} */
  const { signal, onProgress } = listeners(given);
  return {
    noise: noise === 'auto' ? null : noiseModel(noise),
    steps: whole('steps', steps, 1, 1000),
    seed: whole('seed', seed, 0, Number.MAX_SAFE_INTEGER),
    stochastic,
    strength: number('strength', strength, 0, 4, ': 0 leaves the image alone, 1 takes all of the noise'),
    tile: tile === 'auto' ? null : whole('tile', tile, 8, 8192, " pixels, or 'auto'"),
    signal,
    onProgress,
  };
}

/** @param {unknown} noise */
function noiseModel(noise) {
  if (typeof noise !== 'object' || noise === null) {
    return refuse(`noise is ${show(noise)}; it must be 'auto' or { read, shot }`);
  }
  // What estimateNoise returns can be handed back as it is.
  const { read, shot } = checkKeys(noise, ['read', 'shot', 'points']);
  return {
    read: number('noise.read', read, 0, 2, ', in linear light with white at 1'),
    shot: number('noise.shot', shot, 0, 2, ', in linear light with white at 1'),
  };
}

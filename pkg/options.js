import { SvnrError } from './errors.js';

/** The numbers of orientations in which the network can see a photo, and a sensor's mosaic. */
const VIEWS = 8;
const VIEWS_RAW = 2;

/** The most characters of an object that a message shows. */
const MOST_SHOWN = 100;

/** The most workers that can be asked for. */
const MOST_WORKERS = 64;

/**
 * @param {string} what
 * @returns {never}
 */
function refuse(what) {
  throw new SvnrError('bad-option', what);
}

/**
 * A value for a message: objects as JSON, as far as they have some.
 *
 * @param {unknown} value
 */
function show(value) {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const text = jsonOf(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text;
}

/** @param {object} value */
function jsonOf(value) {
  try {
    return JSON.stringify(value);
  } catch {
    // It contains itself, or a number that is too large for it.
    return String(value);
  }
}

/**
 * @param {unknown} options
 * @returns {asserts options is object}
 */
export function checkObject(options) {
  if (typeof options !== 'object' || options === null) refuse(`the options are ${show(options)}; they must be an object`);
}

/**
 * Throws unless `options` is an object with no other keys than these.
 *
 * @param {unknown} options
 * @param {string[]} known
 * @returns {Record<string, unknown>}
 */
export function checkKeys(options, known) {
  checkObject(options);
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
export function listeners({ signal, onProgress }) {
  if (signal !== undefined && !(signal instanceof AbortSignal)) refuse('signal must be an AbortSignal');
  if (onProgress !== undefined && typeof onProgress !== 'function') refuse('onProgress must be a function');
  return { signal, onProgress: /** @type {((event: Event) => void) | undefined} */ (onProgress) };
}

/**
 * Whether an image is to be moved to a worker.
 *
 * @param {unknown} transfer
 */
export function transferOption(transfer = false) {
  if (typeof transfer !== 'boolean') return refuse(`transfer is ${show(transfer)}; it must be true or false`);
  return transfer;
}

/**
 * @param {unknown} options
 */
export function createOptions(options) {
  const given = checkKeys(options, ['backend', 'workers', 'weights', 'module_or_path', 'raw', 'signal', 'onProgress']);
  const { backend = 'auto', workers = 'auto', weights } = given;
  const module_or_path = /** @type {import('./index.d.ts').InitOptions['module_or_path']} */ (given.module_or_path);
  if (backend !== 'auto' && backend !== 'webgpu' && backend !== 'cpu') {
    return refuse(`backend is ${show(backend)}; it must be 'auto', 'webgpu' or 'cpu'`);
  }
  const raw = given.raw === undefined ? {} : checkKeys(given.raw, ['weights', 'module_or_path']);
  /** @type {ReturnType<typeof listeners<import('./index.d.ts').CreateProgress>>} */
  const { signal, onProgress } = listeners(given);
  return {
    backend: /** @type {'auto' | 'webgpu' | 'cpu'} */ (backend),
    workers: workers === 'auto' ? /** @type {const} */ ('auto') : whole('workers', workers, 1, MOST_WORKERS, ", or 'auto'"),
    weights: weightsOption('weights', weights),
    module_or_path,
    raw: {
      weights: weightsOption('raw.weights', raw.weights),
      module_or_path: /** @type {import('./index.d.ts').InitOptions['module_or_path']} */ (raw.module_or_path),
    },
    signal,
    onProgress,
  };
}

/**
 * @param {string} name
 * @param {unknown} weights
 */
function weightsOption(name, weights) {
  const isSource =
    weights === undefined ||
    typeof weights === 'string' ||
    weights instanceof URL ||
    weights instanceof ArrayBuffer ||
    weights instanceof Uint8Array;
  return isSource ? weights : refuse(`${name} must be a URL, a string, an ArrayBuffer or a Uint8Array`);
}

/** The options of every run, whatever it denoises. */
const RUN_KEYS = ['noise', 'steps', 'seed', 'eta', 'samples', 'strength', 'luminance', 'chrominance', 'tile', 'region'];

/**
 * The checked options of denoising. `null` stands for 'auto'. Maps are copied, because the caller may change them.
 *
 * @param {unknown} options
 */
export function denoiseOptions(options) {
  const given = checkKeys(options, [...RUN_KEYS, 'transfer', 'signal', 'onProgress']);
  return {
    ...runOptions(given),
    noise: given.noise === undefined || given.noise === 'auto' ? null : noiseOf(given.noise),
    region: regionOf(given.region),
    /** @type {import('./region.js').Place | null} */
    place: null,
    transfer: transferOption(/** @type {{ transfer?: unknown }} */ (given).transfer),
  };
}

/**
 * The checked options of denoising a RAW file; see {@link denoiseOptions}.
 *
 * @param {unknown} options
 */
export function rawOptions(options) {
  const given = checkKeys(options, [...RUN_KEYS, 'exposure', 'warmth', 'tint', 'output', 'name', 'signal', 'onProgress']);
  const { output = 'both', name } = given;
  if (output !== 'both' && output !== 'dng' && output !== 'image') {
    return refuse(`output is ${show(output)}; it must be 'both', 'dng' or 'image'`);
  }
  return {
    ...runOptions(given),
    noise: given.noise === undefined || given.noise === 'auto' ? null : rawNoiseOf(given.noise),
    region: regionOf(given.region),
    /** @type {import('./region.js').Place | null} */
    place: null,
    transfer: false,
    look: lookOptions(given),
    output: /** @type {'both' | 'dng' | 'image'} */ (output),
    name: name === undefined ? undefined : String(name),
  };
}

/**
 * Throws if a RAW photo has fewer different samples than are wanted.
 *
 * @param {{ samples: number, steps: string | number, eta: number | null }} options
 * @param {'mosaic' | 'linear'} kind
 */
export function checkViews({ samples, steps, eta }, kind) {
  if (kind !== 'linear') checkSamples({ samples, steps, eta }, VIEWS_RAW, ' of a mosaic');
}

/**
 * How a RAW photo is developed.
 *
 * @param {Record<string, unknown>} options
 */
export function lookOptions({ exposure = 0, warmth = 0, tint = 0 }) {
  return {
    exposure: number('exposure', exposure, -5, 5, ', in EV'),
    warmth: number('warmth', warmth, -3, 3, ', in EV: how much red gains on blue'),
    tint: number('tint', tint, -3, 3, ', in EV: how much red and blue gain on green'),
  };
}

/**
 * @param {unknown} noise
 * @returns {import('./index.d.ts').NoiseModel | import('./index.d.ts').CurvedNoise | import('./raw.d.ts').PlanesNoise}
 */
function rawNoiseOf(noise) {
  const planes = typeof noise === 'object' && noise !== null && 'planes' in noise ? noise.planes : undefined;
  if (planes === undefined) {
    if (typeof noise === 'object' && noise !== null && 'std' in noise) {
      refuse("a RAW file's noise must be 'auto', { read, shot }, { planes } or { curve }");
    }
    // A photo's noise can be passed back as it is.
    const given = typeof noise === 'object' && noise !== null && 'source' in noise ? without(noise, ['source', 'told']) : noise;
    return /** @type {ReturnType<typeof rawNoiseOf>} */ (noiseOf(given));
  }
  if (!Array.isArray(planes) || planes.length !== 4) return refuse('noise.planes must be a list of four { read, shot }');
  return {
    planes: planes.map((plane) => {
      const { read, shot } = checkKeys(plane, ['read', 'shot']);
      return {
        read: number('read in noise.planes', read, 0, 2, ', in linear light with white at 1'),
        shot: number('shot in noise.planes', shot, 0, 2, ', in linear light with white at 1'),
      };
    }),
  };
}

/**
 * An object without some of its keys.
 *
 * @param {object} object
 * @param {string[]} keys
 */
function without(object, keys) {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/**
 * Throws if there are fewer different samples than are wanted.
 *
 * @param {{ samples: number, steps: string | number, eta: number | null }} options
 * @param {number} views
 * @param {string} of  of what, for the error
 */
function checkSamples({ samples, steps, eta }, views, of) {
  if (samples <= views || (steps !== 1 && eta !== 0)) return;
  refuse(
    `samples is ${samples}, but ${steps === 1 ? 'one step' : 'eta: 0'} gives no more than ${views} different samples${of}; more need steps of 2 or more and an eta above 0`,
  );
}

/**
 * What runs on photos and on RAW files have in common.
 *
 * @param {Record<string, unknown>} given
 */
function runOptions(given) {
  const { strength = 1, tile = 'auto', seed = 0 } = given;
  const { luminance = 1, chrominance = 1 } = given;
  const steps = given.steps === 'unit' ? 'unit' : whole('steps', given.steps === undefined ? 1 : given.steps, 1, 1000, ", or 'unit'");
  const eta = given.eta === undefined ? null : number('eta', given.eta, 0, 1, ': the share of new noise that each step draws');
  const samples = whole('samples', given.samples === undefined ? 1 : given.samples, 1, 1000);
  checkSamples({ samples, steps, eta }, VIEWS, '');
  /** @type {ReturnType<typeof listeners<import('./index.d.ts').DenoiseProgress>>} */
  const { signal, onProgress } = listeners(given);
  return {
    steps,
    seed: whole('seed', seed, 0, Number.MAX_SAFE_INTEGER),
    eta,
    samples,
    strength:
      typeof strength === 'object'
        ? map('strength', strength, 'data')
        : number('strength', strength, 0, 4, ': 0 changes nothing, 1 removes all of the noise'),
    luminance: number('luminance', luminance, 0, 1, ': how much of the noise in the luminance to remove'),
    chrominance: number('chrominance', chrominance, 0, 1, ': how much of the noise in the colour to remove'),
    tile: tile === 'auto' ? null : whole('tile', tile, 8, 8192, " pixels, or 'auto'"),
    signal,
    onProgress,
  };
}

/**
 * Throws unless all maps in the options have the image's size.
 *
 * @param {ReturnType<typeof denoiseOptions>} options
 * @param {{ width: number, height: number }} image
 */
export function checkMaps({ noise, strength }, { width, height }) {
  for (const [name, map] of Object.entries({ noise, strength })) {
    if (typeof map !== 'object' || map === null || !('width' in map)) continue;
    if (map.width !== width || map.height !== height) {
      refuse(`${name} is a map of ${map.width} x ${map.height} values; it must have the image's size, ${width} x ${height}`);
    }
  }
}

/**
 * @param {unknown} noise
 * @returns {{ read: number, shot: number } | import('./index.d.ts').CurvedNoise | import('./index.d.ts').NoiseMap}
 */
function noiseOf(noise) {
  if (typeof noise !== 'object' || noise === null) {
    return refuse(`noise is ${show(noise)}; it must be 'auto', { read, shot }, { curve } or { std, width, height }`);
  }
  if ('std' in noise) {
    const { values, width, height } = map('noise', noise, 'std');
    return { std: values, width, height };
  }
  // The result of estimateNoise can be passed back as it is.
  const { read, shot, curve } = checkKeys(noise, ['read', 'shot', 'curve', 'points', 'doubt']);
  if (curve !== undefined) return { curve: curveOf(curve) };
  return {
    read: number('noise.read', read, 0, 2, ', in linear light with white at 1'),
    shot: number('noise.shot', shot, 0, 2, ', in linear light with white at 1'),
  };
}

/**
 * A rectangle of an image; `null` for all of it.
 *
 * @param {unknown} region
 */
function regionOf(region) {
  if (region === undefined) return null;
  if (typeof region !== 'object' || region === null) refuse(`region is ${show(region)}; it must be { x, y, width, height }`);
  const { x, y, width, height, overview = null } = checkKeys(region, ['x', 'y', 'width', 'height', 'overview']);
  // Its contents are checked in wasm.
  if (typeof overview !== 'object') refuse(`region.overview is ${show(overview)}; pass what overview() gives`);
  return {
    x: whole('region.x', x, 0, 1e9),
    y: whole('region.y', y, 0, 1e9),
    width: whole('region.width', width, 1, 1e9),
    height: whole('region.height', height, 1, 1e9),
    overview: /** @type {import('./index.d.ts').Overview | null} */ (overview),
  };
}

/**
 * @param {unknown} curve
 * @returns {import('./index.d.ts').NoiseCurve}
 */
function curveOf(curve) {
  if (!Array.isArray(curve) || curve.length === 0) {
    const what = Array.isArray(curve) ? 'empty' : show(curve);
    return refuse(`noise.curve is ${what}; it must be a list of points { mean, std }, or three such lists`);
  }
  if (!curve.every(Array.isArray)) return pointsOf(curve);
  if (curve.length !== 3) return refuse(`noise.curve has ${curve.length} lists; it must have one each for red, green and blue`);
  return [pointsOf(curve[0]), pointsOf(curve[1]), pointsOf(curve[2])];
}

/**
 * @param {unknown[]} points
 * @returns {import('./index.d.ts').NoisePoint[]}
 */
function pointsOf(points) {
  if (points.length < 1 || points.length > 256) {
    return refuse(`noise.curve has a list of ${points.length} points; it must have 1 to 256`);
  }
  let darker = -Infinity;
  return points.map((point) => {
    if (typeof point !== 'object' || point === null) {
      return refuse(`noise.curve holds ${show(point)}; it must hold points { mean, std }`);
    }
    const { mean, std } = checkKeys(point, ['mean', 'std']);
    if (typeof mean !== 'number' || !Number.isFinite(mean) || !(Math.fround(mean) > darker)) {
      return refuse(`noise.curve has a point with mean ${show(mean)}; means must be finite numbers, each above the one before`);
    }
    darker = Math.fround(mean);
    return { mean, std: number('std in noise.curve', std, 0, 2, ', in linear light with white at 1') };
  });
}

/**
 * A number for each pixel of an image. The numbers themselves are checked in wasm.
 *
 * @param {string} name
 * @param {unknown} value
 * @param {string} key  which of its keys has the numbers
 */
function map(name, value, key) {
  const { [key]: values, width: across, height: down } = checkKeys(value, [key, 'width', 'height']);
  if (!(values instanceof Float32Array)) return refuse(`${name}.${key} must be a Float32Array`);
  const width = whole(`${name}.width`, across, 1, 1e9);
  const height = whole(`${name}.height`, down, 1, 1e9);
  if (values.length !== width * height) {
    return refuse(`${name}.${key} has ${values.length} values; ${width} x ${height} pixels need as many as they are`);
  }
  return { values: values.slice(), width, height };
}

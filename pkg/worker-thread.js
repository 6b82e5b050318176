// What runs in the worker of `svnr/worker`.

import { fileImage } from './files.js';
import { Denoiser, SvnrError, decodeFile, encodeFile, leftOutOf, noiseAtGain, toImageData } from './index.js';

/**
 * What a denoiser runs on.
 *
 * @typedef {{
 *   backend: 'webgpu' | 'cpu',
 *   adapter: import('./index.d.ts').Adapter | null,
 *   fallbackReason: string | null,
 *   workers: number,
 * }} Device
 *
 * @typedef {{ code: import('./index.d.ts').SvnrErrorCode | null, message: string }} Failure
 *
 * @typedef {{ type: 'create', id: number, backend: any, workers: any, weights: any, raw: any }
 *   | { type: 'module', module: WebAssembly.Module }
 *   | { type: 'call', id: number, name: keyof typeof CALLS, image?: any, options?: any }
 *   | { type: 'denoise' | 'denoiseRaw', id: number, image: any, options: any, reports: boolean }
 *   | { type: 'preview', id: number, of: number, most?: number }
 *   | { type: 'abort', id: number }} ToThread
 *
 * @typedef {{ type: 'done', id: number, value: any }
 *   | { type: 'failed', id: number, failure: Failure }
 *   | { type: 'moved', id: number, device: Device }
 *   | { type: 'progress', id: number, progress: any }} FromThread
 */

/** @type {Denoiser | undefined} */
let denoiser;
/** Calls that can be aborted.
 * @type {Map<number, AbortController>} */
const running = new Map();
/** Requested previews, by their run.
 * @type {Map<number, { id: number, most?: number }[]>} */
const previews = new Map();

/**
 * @param {FromThread} message
 * @param {Transferable[]} [moved]
 */
function tell(message, moved = []) {
  postMessage(message, { transfer: moved });
}

/** The page compiles the module, for all of its workers.
 * @type {(module: WebAssembly.Module) => void} */
let give;
/** @type {Promise<WebAssembly.Module>} */
const given = new Promise((resolve) => {
  give = resolve;
});

/** Calls that are answered at once. */
const CALLS = {
  estimateNoise: async (/** @type {any} */ image) => here().estimateNoise(await read(image)),
  maps: async (/** @type {any} */ image, /** @type {any} */ options) => here().maps(await read(image), options),
  noiseAtGain: (/** @type {any} */ _, /** @type {any} */ gain) => noiseAtGain(gain),
  decodeFile: (/** @type {any} */ file, /** @type {any} */ options) => decodeFile(file, options),
  encodeFile: async (/** @type {any} */ image, /** @type {any} */ options) => encodeFile(await read(image), options),
  toImageData: async (/** @type {any} */ image, /** @type {any} */ options) => toImageData(await read(image), options),
  leftOutOf: (/** @type {any} */ metadata, /** @type {any} */ format) => leftOutOf(metadata, format),
};

/** The denoiser; there is one once `create` has been answered. */
function here() {
  if (!denoiser) throw new SvnrError('freed', 'there is no denoiser');
  return denoiser;
}

/** An image, or that of a file. @param {any} image */
async function read(image) {
  return image instanceof Blob ? fileImage(image) : image;
}

/** @param {Extract<ToThread, { type: 'create' }>} message */
async function create({ id, backend, workers, weights, raw }, /** @type {AbortSignal} */ signal) {
  denoiser = await Denoiser.create({
    backend,
    workers,
    ...(weights === undefined ? {} : { weights }),
    raw,
    module_or_path: given,
    signal,
    onProgress: (progress) => tell({ type: 'progress', id, progress }),
  });
  return deviceOf(denoiser);
}

/**
 * @param {Denoiser} denoiser
 * @returns {Device}
 */
function deviceOf({ backend, adapter, fallbackReason, workers }) {
  return { backend, adapter, fallbackReason, workers };
}

/** @param {Extract<ToThread, { type: 'denoise' | 'denoiseRaw' }>} message */
async function denoise({ type, id, image, options, reports }, /** @type {AbortSignal} */ signal) {
  const denoiser = here();
  /** @type {{ id: number, most?: number }[]} */
  const wanted = [];
  previews.set(id, wanted);
  // The worker owns it: it was copied or moved here.
  const how = type === 'denoiseRaw' ? options : { ...options, transfer: true };
  try {
    return await denoiser[type](image, {
      ...how,
      signal,
      onProgress: (/** @type {any} */ progress) => {
        if (progress.phase === 'recovering') tell({ type: 'moved', id, device: deviceOf(denoiser) });
        if (reports) {
          const { preview: _, ...plain } = /** @type {any} */ (progress);
          tell({ type: 'progress', id, progress: plain });
        }
        if (progress.phase !== 'denoising') return;
        for (const { id, most } of wanted.splice(0)) answer(id, () => progress.preview(most));
      },
    });
  } finally {
    previews.delete(id);
    // The run is over: there is no more to preview.
    for (const { id } of wanted) tell({ type: 'done', id, value: null });
  }
}

/**
 * The buffers of all arrays in an answer, which move to the page.
 *
 * @param {unknown} value
 * @returns {ArrayBuffer[]}
 */
function buffersIn(value) {
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
  if (typeof value !== 'object' || value === null || value instanceof Blob) return [];
  const parts = value instanceof ImageData ? [value.data] : Object.values(value);
  return [...new Set(parts.flatMap(buffersIn))];
}

/**
 * Answers with the result of a call, or with its failure.
 *
 * @param {number} id
 * @param {() => unknown} f
 */
async function answer(id, f) {
  try {
    const value = await f();
    tell({ type: 'done', id, value }, buffersIn(value));
  } catch (error) {
    tell({ type: 'failed', id, failure: failure(error) });
  }
}

/** @param {unknown} error
 * @returns {Failure} */
function failure(error) {
  if (error instanceof SvnrError) return { code: error.code, message: error.message };
  return { code: null, message: error instanceof Error ? error.message : String(error) };
}

/** @param {MessageEvent<ToThread>} event */
onmessage = async ({ data }) => {
  if (data.type === 'module') give(data.module);
  else if (data.type === 'abort') running.get(data.id)?.abort();
  else if (data.type === 'call') answer(data.id, () => CALLS[data.name](data.image, data.options));
  else if (data.type === 'preview') {
    const wanted = previews.get(data.of);
    if (wanted) wanted.push(data);
    else tell({ type: 'done', id: data.id, value: null });
  } else {
    const abort = new AbortController();
    running.set(data.id, abort);
    await answer(data.id, () => (data.type === 'create' ? create(data, abort.signal) : denoise(data, abort.signal)));
    running.delete(data.id);
  }
};

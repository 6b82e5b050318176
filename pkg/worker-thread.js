// What runs in the worker of `svnr/worker`.

import init, { Denoiser, SvnrError } from './index.js';

/**
 * What a denoiser runs on.
 *
 * @typedef {{
 *   backend: 'webgpu' | 'cpu',
 *   adapter: import('./index.d.ts').Adapter | null,
 *   fallbackReason: string | null,
 * }} Device
 *
 * @typedef {{ code: import('./index.d.ts').SvnrErrorCode | null, message: string }} Failure
 *
 * @typedef {{ type: 'create', id: number, backend: any, weights: any, module_or_path: any }
 *   | { type: 'estimate', id: number, image: any }
 *   | { type: 'denoise', id: number, image: any, options: any, reports: boolean }
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
/** What can be aborted.
 * @type {Map<number, AbortController>} */
const running = new Map();
/** Previews that somebody waits for, by the run they are of.
 * @type {Map<number, { id: number, most?: number }[]>} */
const previews = new Map();

/**
 * @param {FromThread} message
 * @param {Transferable[]} [moved]
 */
function tell(message, moved = []) {
  postMessage(message, { transfer: moved });
}

/** @param {Extract<ToThread, { type: 'create' }>} message */
async function create({ id, backend, weights, module_or_path }, /** @type {AbortSignal} */ signal) {
  if (module_or_path !== undefined) await init({ module_or_path, signal });
  denoiser = await Denoiser.create({
    backend,
    ...(weights === undefined ? {} : { weights }),
    signal,
    onProgress: (progress) => tell({ type: 'progress', id, progress }),
  });
  return deviceOf(denoiser);
}

/**
 * @param {Denoiser} denoiser
 * @returns {Device}
 */
function deviceOf({ backend, adapter, fallbackReason }) {
  return { backend, adapter, fallbackReason };
}

/** @param {Extract<ToThread, { type: 'denoise' }>} message */
async function denoise({ id, image, options, reports }, /** @type {AbortSignal} */ signal) {
  const here = denoiser;
  if (!here) throw new SvnrError('freed', 'there is no denoiser');
  /** @type {{ id: number, most?: number }[]} */
  const wanted = [];
  previews.set(id, wanted);
  try {
    return await here.denoise(image, {
      ...options,
      signal,
      onProgress: (progress) => {
        if (progress.phase === 'recovering') tell({ type: 'moved', id, device: deviceOf(here) });
        if (reports) {
          const { preview: _, ...plain } = /** @type {any} */ (progress);
          tell({ type: 'progress', id, progress: plain });
        }
        if (progress.phase !== 'denoising') return;
        for (const { id, most } of wanted.splice(0)) {
          const preview = progress.preview(most);
          tell({ type: 'done', id, value: preview }, [preview.data.buffer]);
        }
      },
    });
  } finally {
    previews.delete(id);
    // The picture itself is there, or never will be.
    for (const { id } of wanted) tell({ type: 'done', id, value: null });
  }
}

/** @param {any} value */
function buffersOf(value) {
  return [value?.image?.data.buffer, value?.uncertainty?.buffer].filter((buffer) => buffer instanceof ArrayBuffer);
}

/** @param {unknown} error
 * @returns {Failure} */
function failure(error) {
  if (error instanceof SvnrError) return { code: error.code, message: error.message };
  return { code: null, message: error instanceof Error ? error.message : String(error) };
}

/** @param {MessageEvent<ToThread>} event */
onmessage = async ({ data }) => {
  if (data.type === 'abort') {
    running.get(data.id)?.abort();
    return;
  }
  if (data.type === 'preview') {
    const wanted = previews.get(data.of);
    if (wanted) wanted.push(data);
    else tell({ type: 'done', id: data.id, value: null });
    return;
  }
  const { id } = data;
  const abort = new AbortController();
  running.set(id, abort);
  try {
    /** @type {any} */
    let value;
    if (data.type === 'create') value = await create(data, abort.signal);
    else if (data.type === 'estimate') value = denoiser?.estimateNoise(data.image);
    else value = await denoise(data, abort.signal);
    tell({ type: 'done', id, value }, buffersOf(value));
  } catch (error) {
    tell({ type: 'failed', id, failure: failure(error) });
  } finally {
    running.delete(id);
  }
};

// Owns the denoiser: everything heavy happens here, so that the page never stands still.

import { Denoiser, SvnrError } from '../pkg/index.js';
import { deepened, inProfile, open as openFile, save, toShow } from './image-file.js';

/** @typedef {import('./protocol.js').ToWorker} ToWorker */
/** @typedef {import('./protocol.js').ToPage} ToPage */

/** How often the emerging picture is sent at most, in milliseconds, and that as a share of the time it takes to make. */
const PREVIEW = { every: 150, share: 0.1 };

/** Longest side of a bitmap for the page, in pixels. */
const MOST_SHOWN = 2560;

/** @typedef {import('./image-file.js').Photo} Photo */

/** @type {Promise<Denoiser> | undefined} */
let denoiser;
/** The picture that is open, by its number, as soon as it is decoded; `null` when it cannot be.
 * @type {{ picture: number, photo: Promise<Photo | null> } | undefined} */
let open;
/** The last picture that was denoised.
 * @type {{ picture: number, photo: Photo } | undefined} */
let result;
/** @type {AbortController | undefined} */
let running;

/**
 * @param {ToPage} message
 * @param {Transferable[]} [transfer]
 */
function tell(message, transfer = []) {
  postMessage(message, { transfer });
}

/**
 * @param {unknown} error
 * @returns {import('./protocol.js').Failure}
 */
function failure(error) {
  if (error instanceof SvnrError) return { code: error.code, message: error.message };
  if (error instanceof DOMException && error.name === 'AbortError') return { code: 'aborted', message: error.message };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** @param {'auto' | 'cpu'} backend */
async function start(backend) {
  denoiser = Denoiser.create({
    backend,
    onProgress: ({ phase, fraction }) => tell({ type: 'starting', phase, fraction }),
  });
  try {
    const { backend, adapter, fallbackReason } = await denoiser;
    tell({ type: 'started', device: { backend, adapter, fallbackReason } });
  } catch (error) {
    tell({ type: 'unusable', failure: failure(error) });
  }
}

/**
 * @param {number} picture
 * @param {Blob} file
 * @param {string} name
 */
async function openPicture(picture, file, name) {
  const opening = openFile(file, name);
  const mine = { picture, photo: opening.catch(() => null) };
  open = mine;
  const photo = await opening;
  const bitmap = await toShow(photo, MOST_SHOWN);
  tell({ type: 'opened', picture, bitmap }, [bitmap]);
  // When there is no denoiser the page has been told already.
  const ready = await denoiser?.catch(() => undefined);
  if (!ready || open !== mine) return;
  const { read, shot } = ready.estimateNoise(photo.image);
  tell({ type: 'measured', picture, noise: { read, shot } });
}

/**
 * @param {number} picture
 * @param {import('./protocol.js').RunOptions} options
 */
async function denoise(picture, { painted, strength, ...options }) {
  const { signal } = (running = new AbortController());
  result = undefined;
  // When either is missing the page has been told already.
  const photo = open?.picture === picture ? await open.photo : null;
  const ready = await denoiser?.catch(() => undefined);
  if (!photo || !ready) return;
  const { metadata } = photo;
  const image = deepened(photo.image);
  let sent = Promise.resolve();
  let next = 0;
  const { image: denoised } = await ready.denoise(image, {
    ...options,
    strength: painted ? await strengthMap(painted, strength, image) : strength,
    signal,
    onProgress: (progress) => {
      if (progress.phase !== 'denoising') return;
      const { step, steps, tile, tiles, fraction } = progress;
      const begin = performance.now();
      const shown = tile > 0 && fraction < 1 && begin >= next ? progress.preview() : null;
      if (shown) next = performance.now() + Math.max(PREVIEW.every, (performance.now() - begin) / PREVIEW.share);
      const data = shown && new ImageData(shown.data, shown.width, shown.height, { colorSpace: shown.colorSpace });
      // One after the other, so that no older preview comes after a newer one.
      sent = sent.then(async () => {
        const preview = data && (await inProfile(await createImageBitmap(data), metadata));
        if (signal.aborted) return;
        tell({ type: 'running', picture, step, steps, tile, tiles, fraction, preview }, preview ? [preview] : []);
      });
    },
  });
  await sent;
  const clean = { image: denoised, metadata };
  const bitmap = await toShow(clean, MOST_SHOWN);
  signal.throwIfAborted();
  result = { picture, photo: clean };
  tell({ type: 'denoised', picture, bitmap }, [bitmap]);
}

/**
 * A factor for each pixel of an image.
 *
 * @param {ImageData} painted  greys, see protocol.js
 * @param {number} strength  the factor where nothing is painted
 * @param {{ width: number, height: number }} image
 */
async function strengthMap(painted, strength, { width, height }) {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no memory for what was painted');
  context.imageSmoothingQuality = 'high';
  context.drawImage(await createImageBitmap(painted), 0, 0, width, height);
  const greys = context.getImageData(0, 0, width, height).data;
  const factor = (/** @type {number} */ grey) => (grey <= 128 ? grey / 128 : 1 + (grey - 128) / 127);
  const data = new Float32Array(width * height).map((_, i) => Math.min(4, strength * factor(greys[4 * i] ?? 128)));
  return { data, width, height };
}

/** @param {Extract<ToWorker, { type: 'encode' }>} message */
async function encodeResult({ picture, purpose, format, quality }) {
  // A new run has begun, and its result will be asked for.
  if (result?.picture !== picture) return;
  const file = await save(result.photo, format, quality);
  tell({ type: 'encoded', picture, purpose, format, file });
}

/** @param {MessageEvent<ToWorker>} event */
onmessage = async ({ data }) => {
  try {
    if (data.type === 'start') await start(data.backend);
    else if (data.type === 'open') await openPicture(data.picture, data.file, data.name);
    else if (data.type === 'denoise') await denoise(data.picture, data.options);
    else if (data.type === 'encode') await encodeResult(data);
    else running?.abort();
  } catch (error) {
    if ('picture' in data) tell({ type: 'failed', picture: data.picture, failure: failure(error) });
    else throw error;
  }
};

// A trap in wasm can end a promise chain of its own, with nobody waiting for it.
addEventListener('unhandledrejection', ({ reason }) => tell({ type: 'unusable', failure: failure(reason) }));

// Owns the denoiser: everything heavy happens here, so that the page never stands still.

import init, { Denoiser, SvnrError, encodeFile, noiseAtGain } from '../../pkg/index.js';
import { TO_SHOW, deepened, inProfile, open as openFile, save, shrunk, toShow } from './image-file.js';
import { Looker, sharpPart } from './look.js';
import { differenceMap, noiseMap, uncertaintyMap } from './maps.js';
import { strengthOf } from './strength.js';

/** @typedef {import('../shared/protocol.js').ToWorker} ToWorker */
/** @typedef {import('../shared/protocol.js').ToPage} ToPage */
/** @typedef {import('../shared/protocol.js').RunOptions} RunOptions */
/** @typedef {import('./image-file.js').Photo} Photo */

/** How often the emerging picture is sent at most, in milliseconds, and that as a share of the time it takes to make. */
const PREVIEW = { every: 150, share: 0.1 };

/** Longest side of a bitmap for the page, in pixels. */
const MOST_SHOWN = 2560;

/**
 * Gains that are offered by the names of cameras. At gain 1 white is some 400 photons, as on a full-frame sensor at ISO
 * 12800, or on a phone's, which is some 16 times smaller, at ISO 800.
 */
const GAINS = [1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16];

/** Whether the wasm module is there. */
let isLoaded = false;
/** @type {Promise<Denoiser> | undefined} */
let denoiser;
/** @type {Looker | undefined} */
let looker;
/** The picture that is open, by its number, as soon as it is decoded; `null` when it cannot be.
 * @type {{ picture: number, photo: Promise<Photo | null> } | undefined} */
let open;
/** The last picture that was denoised, and where its samples differ.
 * @type {{ picture: number, photo: Photo, uncertainty: Float32Array | undefined } | undefined} */
let result;
/** @type {AbortController | undefined} */
let running;
/** @type {AbortController | undefined} */
let looking;

/**
 * @param {ToPage} message
 * @param {(Transferable | null)[]} [transfer]
 */
function tell(message, transfer = []) {
  postMessage(message, { transfer: transfer.filter((one) => one !== null) });
}

/**
 * @param {unknown} error
 * @returns {import('../shared/protocol.js').Failure}
 */
function failure(error) {
  if (error instanceof SvnrError) return { code: error.code, message: error.message };
  if (error instanceof DOMException && error.name === 'AbortError') return { code: 'aborted', message: error.message };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** @param {Denoiser} denoiser */
function deviceOf({ backend, adapter, fallbackReason }) {
  return { backend, adapter, fallbackReason };
}

/** @param {'auto' | 'cpu'} backend */
async function start(backend) {
  const before = ready();
  denoiser = Denoiser.create({
    backend,
    onProgress: ({ phase, fraction }) => tell({ type: 'starting', phase, fraction }),
  });
  try {
    const made = await denoiser;
    looker = new Looker(made);
    tell({ type: 'started', device: deviceOf(made), presets: GAINS.map(preset) });
    (await before)?.free();
  } catch (error) {
    tell({ type: 'unusable', failure: failure(error) });
  }
}

/** @param {number} gain */
function preset(gain) {
  return { name: `ISO ${12800 * gain} (phone ${800 * gain})`, ...noiseAtGain(gain) };
}

/** The denoiser; nothing when there is none, which the page has been told already. */
function ready() {
  return denoiser?.catch(() => undefined);
}

/** The photo of a number, if it is the one that is open and could be decoded. @param {number} picture */
async function photoOf(picture) {
  return open?.picture === picture ? open.photo : null;
}

/** @param {Extract<ToWorker, { type: 'open' }>} message */
async function openPicture({ picture, file, name, result: kept }) {
  running?.abort();
  looking?.abort();
  const opening = openFile(file, name);
  const mine = { picture, photo: opening.catch(() => null) };
  open = mine;
  if (!isLoaded) await showEarly(picture, file);
  const photo = await opening;
  const { width, height } = photo.image;
  const bitmap = await toShow(photo, MOST_SHOWN);
  tell({ type: 'opened', picture, bitmap, width, height }, [bitmap]);
  if (photo.note) tell({ type: 'noted', picture, note: photo.note });
  if (kept) await restore(picture, photo, kept, name);
  const denoiser = await ready();
  if (!denoiser || open !== mine) return;
  const { read, shot, points } = denoiser.estimateNoise(photo.image);
  tell({ type: 'measured', picture, noise: { read, shot, points } });
}

/**
 * Shows a photo as the browser reads it, while what reads it as it is has yet to arrive.
 *
 * @param {number} picture
 * @param {Blob} file
 */
async function showEarly(picture, file) {
  const whole = await createImageBitmap(file).catch(() => null);
  if (!whole) return;
  const { width, height } = whole;
  const bitmap = await shrunk(whole, MOST_SHOWN);
  tell({ type: 'opened', picture, bitmap, width, height }, [bitmap]);
}

/**
 * Takes up again what was made of a photo.
 *
 * @param {number} picture
 * @param {Photo} photo
 * @param {Blob} kept
 * @param {string} name
 */
async function restore(picture, { metadata }, kept, name) {
  const { image } = await openFile(kept, name);
  const clean = { image, metadata, note: null };
  const bitmap = await toShow(clean, MOST_SHOWN);
  if (open?.picture !== picture) return;
  result = { picture, photo: clean, uncertainty: undefined };
  tell({ type: 'restored', picture, bitmap }, [bitmap]);
}

/**
 * @param {number} picture
 * @param {RunOptions} options
 */
async function denoise(picture, { painted, strength, ...options }) {
  looking?.abort();
  const { signal } = (running = new AbortController());
  result = undefined;
  const photo = await photoOf(picture);
  const denoiser = await ready();
  if (!photo || !denoiser) return;
  const { metadata } = photo;
  const image = deepened(photo.image);
  let sent = Promise.resolve();
  let next = 0;
  const { image: denoised, uncertainty } = await denoiser.denoise(image, {
    ...options,
    strength: strengthOf(painted, strength, image),
    signal,
    onProgress: (progress) => {
      if (progress.phase === 'recovering') tell({ type: 'moved', device: deviceOf(denoiser) });
      if (progress.phase !== 'denoising') return;
      const { sample, samples, step, steps, tile, tiles, fraction } = progress;
      const begin = performance.now();
      const shown = tile > 0 && fraction < 1 && begin >= next ? progress.preview() : null;
      if (shown) next = performance.now() + Math.max(PREVIEW.every, (performance.now() - begin) / PREVIEW.share);
      const data = shown && new ImageData(shown.data, shown.width, shown.height, { colorSpace: shown.colorSpace });
      // One after the other, so that no older preview comes after a newer one.
      sent = sent.then(async () => {
        const preview = data && (await inProfile(await createImageBitmap(data, TO_SHOW), metadata));
        if (signal.aborted) return;
        const where = { sample, samples, step, steps, tile, tiles, fraction };
        tell({ type: 'running', picture, ...where, preview }, [preview]);
      });
    },
  });
  await sent;
  const clean = { image: denoised, metadata, note: null };
  const bitmap = await toShow(clean, MOST_SHOWN);
  signal.throwIfAborted();
  result = { picture, photo: clean, uncertainty };
  tell({ type: 'denoised', picture, bitmap, isUncertain: uncertainty !== undefined }, [bitmap]);
}

/** @param {Extract<ToWorker, { type: 'look' }>} message */
async function look({ picture, look, part, isSharp, options }) {
  looking?.abort();
  const { signal } = (looking = new AbortController());
  const photo = await photoOf(picture);
  if (options) await ready();
  if (!photo || signal.aborted) return;
  const made = result?.picture === picture ? result.photo : null;
  const sharp = isSharp ? { part, before: await sharpPart(photo, part), after: made && (await sharpPart(made, part)) } : null;
  const seen = options ? await looker?.preview(photo, part, options, sharp, signal) : sharp;
  if (!seen || signal.aborted) return;
  tell({ type: 'looked', picture, look, ...seen }, [seen.before, seen.after]);
}

/** @param {Extract<ToWorker, { type: 'show' }>} message */
async function show({ picture, view, options }) {
  const photo = await photoOf(picture);
  if (!photo) return;
  const made = result?.picture === picture ? result : undefined;
  if (view === 'noise' || view === 'time') {
    const denoiser = await ready();
    if (!denoiser) return;
    const { bitmap, scale } = await noiseMap(denoiser, await toShow(photo, MOST_SHOWN), view, options);
    tell({ type: 'shown', picture, view, bitmap, scale }, [bitmap]);
  } else if (made && view === 'picture') {
    const bitmap = await toShow(made.photo, MOST_SHOWN);
    tell({ type: 'shown', picture, view, bitmap, scale: null }, [bitmap]);
  } else if (made && view === 'difference') {
    const { bitmap, scale } = await differenceMap(await toShow(photo, MOST_SHOWN), await toShow(made.photo, MOST_SHOWN));
    tell({ type: 'shown', picture, view, bitmap, scale }, [bitmap]);
  } else if (made?.uncertainty && view === 'uncertainty') {
    const { bitmap, scale } = await uncertaintyMap(made.uncertainty, made.photo.image, MOST_SHOWN);
    tell({ type: 'shown', picture, view, bitmap, scale }, [bitmap]);
  }
}

/** @param {Extract<ToWorker, { type: 'encode' }>} message */
async function encodeResult({ picture, purpose, format, quality }) {
  if (result?.picture !== picture) {
    // A new run has begun, and its result will be asked for; but who keeps one waits for it.
    const gone = { code: /** @type {const} */ ('worker'), message: 'it is gone' };
    if (purpose === 'keep') tell({ type: 'unencoded', picture, purpose, format, failure: gone });
    return;
  }
  const { photo } = result;
  try {
    const file = purpose === 'keep' ? await kept(photo) : await save(photo, format, quality);
    tell({ type: 'encoded', picture, purpose, format, file });
  } catch (error) {
    tell({ type: 'unencoded', picture, purpose, format, failure: failure(error) });
  }
}

/** A file that loses nothing. @param {Photo} photo */
function kept({ image, metadata }) {
  const isFloat = image.data instanceof Float32Array;
  return encodeFile(image, { format: isFloat ? 'tiff' : 'png', metadata });
}

/** @param {Extract<ToWorker, { type: 'convert' }>} message */
async function convert({ id, file, name, format, quality }) {
  try {
    tell({ type: 'converted', id, file: await save(await openFile(file, name), format, quality) });
  } catch (error) {
    tell({ type: 'unconverted', id, failure: failure(error) });
  }
}

/** @param {MessageEvent<ToWorker>} event */
onmessage = async ({ data }) => {
  try {
    if (data.type === 'start') await start(data.backend);
    else if (data.type === 'open') await openPicture(data);
    else if (data.type === 'denoise') await denoise(data.picture, data.options);
    else if (data.type === 'look') await look(data);
    else if (data.type === 'show') await show(data);
    else if (data.type === 'encode') await encodeResult(data);
    else if (data.type === 'convert') await convert(data);
    else {
      running?.abort();
      looking?.abort();
    }
  } catch (error) {
    if (!('picture' in data)) throw error;
    tell({ type: 'failed', picture: data.picture, isOpening: data.type === 'open', failure: failure(error) });
  }
};

init().then(
  () => {
    isLoaded = true;
  },
  // Whoever needs it is told.
  () => {},
);

// A trap in wasm can end a promise chain of its own, with nobody waiting for it.
addEventListener('unhandledrejection', ({ reason }) => tell({ type: 'unusable', failure: failure(reason) }));

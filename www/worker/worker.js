// Owns the denoiser. Everything heavy happens here, so that the page stays responsive.

import init, { Denoiser, noiseAtGain, toImageData } from '../../pkg/index.js';
import { failure } from './failure.js';
import { TO_SHOW, shrunk } from './image-file.js';
import { Looker } from './look.js';
import { differenceMap, uncertaintyMap } from './maps.js';
import { convertedKept, openAny } from './open.js';
import { fewerCores } from '../shared/words.js';

/** @typedef {import('../shared/protocol.js').ToWorker} ToWorker */
/** @typedef {import('../shared/protocol.js').ToPage} ToPage */
/** @typedef {import('../shared/protocol.js').RunOptions} RunOptions */
/** @typedef {import('./open.js').Photo} Photo */
/** @typedef {import('./open.js').Made} Made */

/**
 * Previews of a run: the least time between two, in milliseconds, and the most that they may take of the run's time.
 */
const PREVIEW = { every: 150, share: 0.1 };

/** Longest side of a bitmap for the page, in pixels. */
const MOST_SHOWN = 2560;

/**
 * Gains that are offered as ISO presets. At gain 1 white is some 400 photons, as on a full-frame sensor at ISO 12800,
 * or on a phone's, which is some 16 times smaller, at ISO 800.
 */
const GAINS = [1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16];

/** Whether the wasm module is loaded. */
let isLoaded = false;
/** @type {Promise<Denoiser> | undefined} */
let denoiser;
/** @type {Looker | undefined} */
let looker;
/** The open photo, by its number, once it is decoded; `null` if it cannot be.
 * @type {{ picture: number, photo: Promise<Photo | null> } | undefined} */
let open;
/** Its result, if there is one, once it is there.
 * @type {{ picture: number, made: Promise<Made | null> } | undefined} */
let result;
/** The same, once it is there.
 * @type {{ picture: number, made: Made } | undefined} */
let held;
/** Whether something has failed internally, after which nothing here works any more. */
let hasCrashed = false;
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
 * Tells of a failure that ends this worker, and gives away what it has made.
 *
 * @param {import('../shared/protocol.js').Failure} failure
 */
async function crash(failure) {
  if (hasCrashed) return;
  hasCrashed = true;
  const mine = held;
  // What is to be written first may fail, too.
  const result = await Promise.resolve(mine?.made.rescue()).catch(() => undefined);
  const rescued = mine && result ? { picture: mine.picture, result } : null;
  tell({ type: 'crashed', failure, rescued }, result && 'image' in result ? [result.image.data.buffer] : []);
}

/** @param {Denoiser} denoiser */
function deviceOf({ backend, adapter, fallbackReason, workers }) {
  return { backend, adapter, fallbackReason, workers };
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

/** The denoiser; undefined if there is none, which the page knows already. */
function ready() {
  return denoiser?.catch(() => undefined);
}

/** The photo of a number, if it is the one that is open and could be decoded. @param {number} picture */
async function photoOf(picture) {
  return open?.picture === picture ? open.photo : null;
}

/** What was made of it. @param {number} picture */
async function madeOf(picture) {
  return result?.picture === picture ? result.made : null;
}

/** @param {number} picture @param {Made} made */
function hold(picture, made) {
  if (held && held.made !== made) held.made.free();
  result = { picture, made: Promise.resolve(made) };
  held = { picture, made };
}

/** Gives back the memory of what was open. */
async function letGo() {
  const [photo, made] = [open?.photo, result?.made];
  open = undefined;
  held = undefined;
  result = undefined;
  (await made)?.free();
  (await photo)?.free();
}

/** @param {Extract<ToWorker, { type: 'open' }>} message */
async function openPicture({ picture, file, name, development, result: kept }) {
  running?.abort();
  looking?.abort();
  // Only one RAW photo may be in memory at a time.
  const gone = letGo();
  let isEarly = false;
  const opening = gone.then(() =>
    openAny(file, name, development, async (shown, size) => {
      const bitmap = await shown(MOST_SHOWN);
      if (!bitmap || open !== mine) return;
      isEarly = true;
      tell({ type: 'opened', picture, bitmap, ...size, isRaw: true }, [bitmap]);
    }),
  );
  const mine = { picture, photo: opening.catch(() => null) };
  open = mine;
  /** @type {Promise<Made | null>} */
  const earlier = opening.then(async (photo) => (kept ? photo.reopened(kept, name) : null));
  result = { picture, made: earlier.catch(() => null) };
  if (!isLoaded) await showEarly(picture, file);
  const photo = await opening;
  if (open !== mine) return;
  const { width, height } = photo.size;
  const { isRaw } = photo;
  const bitmap = await photo.toShow(MOST_SHOWN);
  // The page has the size already, and something to look at.
  if (isEarly) tell({ type: 'developed', picture, before: bitmap, after: null }, [bitmap]);
  else tell({ type: 'opened', picture, bitmap, width, height, isRaw }, [bitmap]);
  if (photo.note) tell({ type: 'noted', picture, note: photo.note });
  const made = await earlier;
  if (made && open === mine) {
    hold(picture, made);
    const bitmap = await made.toShow(MOST_SHOWN);
    tell({ type: 'restored', picture, bitmap, isUncertain: made.isUncertain }, [bitmap]);
  }
  const denoiser = await ready();
  if (!denoiser || open !== mine) return;
  tell({ type: 'measured', picture, noise: await photo.measure(denoiser) });
}

/**
 * Shows a photo as the browser reads it while the wasm module, which keeps its depth and profile, is still loading.
 *
 * @param {number} picture
 * @param {Blob} file
 */
async function showEarly(picture, file) {
  const whole = await createImageBitmap(file).catch(() => null);
  if (!whole || open?.picture !== picture) return;
  const { width, height } = whole;
  const bitmap = await shrunk(whole, MOST_SHOWN);
  tell({ type: 'opened', picture, bitmap, width, height, isRaw: false }, [bitmap]);
}

/**
 * Develops a RAW photo and its result anew.
 *
 * @param {Extract<ToWorker, { type: 'develop' }>} message
 */
async function develop({ picture, development }) {
  const photo = await photoOf(picture);
  if (!photo?.isRaw) return;
  photo.development = development;
  const before = await photo.toShow(MOST_SHOWN);
  const made = await madeOf(picture);
  const after = made && (await made.toShow(MOST_SHOWN));
  tell({ type: 'developed', picture, before, after }, [before, after]);
}

/**
 * @param {number} picture
 * @param {RunOptions} options
 */
async function denoise(picture, options) {
  looking?.abort();
  // The earlier result stays until there is a newer one.
  const { signal } = (running = new AbortController());
  const photo = await photoOf(picture);
  const denoiser = await ready();
  if (!photo || !denoiser) return;
  let sent = Promise.resolve();
  const begun = performance.now();
  let next = 0;
  const recovering = recovery(picture, denoiser);
  const { made, noise } = await photo.denoise(denoiser, options, {
    signal,
    onProgress: (progress) => {
      recovering(progress);
      if (progress.phase === 'loading' || progress.phase === 'compiling') {
        tell({ type: 'preparing', picture, phase: progress.phase, fraction: progress.fraction });
      }
      if (progress.phase !== 'denoising') return;
      const { sample, samples, step, steps, tile, tiles, fraction } = progress;
      const begin = performance.now();
      const looked = tile > 0 && fraction < 1 && begin >= next ? progress.preview() : null;
      if (looked) next = performance.now() + Math.max(PREVIEW.every, (performance.now() - begin) / PREVIEW.share);
      // One after the other, so that no older preview arrives after a newer one.
      sent = sent.then(async () => {
        const shown = await looked;
        const data = shown && new ImageData(shown.data, shown.width, shown.height, { colorSpace: shown.colorSpace });
        const preview = data && (await createImageBitmap(await toImageData(data, { profile: photo.profile }), TO_SHOW));
        if (signal.aborted) return;
        const where = { sample, samples, step, steps, tile, tiles, fraction };
        tell({ type: 'running', picture, ...where, preview }, [preview]);
      });
    },
  });
  const ended = performance.now();
  await sent;
  const bitmap = await made.toShow(MOST_SHOWN);
  signal.throwIfAborted();
  hold(picture, made);
  const numbers = 'read' in noise ? { read: noise.read, shot: noise.shot } : { read: 0, shot: 0 };
  const removed = 'curve' in noise ? { ...numbers, curve: noise.curve } : numbers;
  const seconds = (ended - begun) / 1000;
  tell({ type: 'denoised', picture, bitmap, isUncertain: made.isUncertain, noise: removed, seconds }, [bitmap]);
}

/**
 * Tells the page of what a run overcomes: the CPU has taken over from a GPU, or fewer of its cores work.
 *
 * @param {number} picture
 * @param {Denoiser} denoiser
 */
function recovery(picture, denoiser) {
  const { backend } = denoiser;
  return (/** @type {{ phase: string }} */ { phase }) => {
    if (phase !== 'recovering') return;
    if (backend === 'cpu') tell({ type: 'noted', picture, note: fewerCores() });
    else tell({ type: 'moved', device: deviceOf(denoiser) });
  };
}

/** @param {Extract<ToWorker, { type: 'look' }>} message */
async function look({ picture, look, part }) {
  const photo = await photoOf(picture);
  if (!photo) return;
  const made = await madeOf(picture);
  const before = await photo.sharpPart(part);
  const after = made && (await made.sharpPart(part));
  tell({ type: 'looked', picture, look, part, before, after }, [before, after]);
}

/** @param {Extract<ToWorker, { type: 'preview' }>} message */
async function preview({ picture, look, part, options }) {
  looking?.abort();
  const { signal } = (looking = new AbortController());
  const photo = await photoOf(picture);
  if (!photo || signal.aborted) return;
  const before = await photo.sharpPart(part);
  tell({ type: 'previewed', picture, look, part, before, after: null, seconds: 0 }, [before]);
  const denoiser = await ready();
  if (!denoiser) return;
  const begin = performance.now();
  const hooks = { signal, onProgress: recovery(picture, denoiser) };
  const after = await looker?.preview(picture, photo, part, options, hooks);
  if (!after || signal.aborted) return;
  const seconds = (performance.now() - begin) / 1000;
  tell({ type: 'previewed', picture, look, part, before: null, after, seconds }, [after]);
}

/** @param {Extract<ToWorker, { type: 'show' }>} message */
async function show({ picture, view, options }) {
  const photo = await photoOf(picture);
  if (!photo) return;
  const made = await madeOf(picture);
  if (view === 'noise' || view === 'time') {
    const denoiser = await ready();
    if (!denoiser) return;
    const { bitmap, scale } = await photo.map(denoiser, view, options, MOST_SHOWN);
    tell({ type: 'shown', picture, view, bitmap, scale }, [bitmap]);
  } else if (made && view === 'picture') {
    const bitmap = await made.toShow(MOST_SHOWN);
    tell({ type: 'shown', picture, view, bitmap, scale: null }, [bitmap]);
  } else if (made && view === 'difference') {
    const { bitmap, scale } = await differenceMap(await photo.toShow(MOST_SHOWN), await made.toShow(MOST_SHOWN));
    tell({ type: 'shown', picture, view, bitmap, scale }, [bitmap]);
  } else if (made && view === 'uncertainty') {
    const found = made.uncertainty(MOST_SHOWN);
    if (!found) return;
    const { bitmap, scale } = await uncertaintyMap(found.values, found, MOST_SHOWN);
    tell({ type: 'shown', picture, view, bitmap, scale }, [bitmap]);
  }
}

/** @param {Extract<ToWorker, { type: 'encode' }>} message */
async function encodeResult({ picture, purpose, format, quality }) {
  const made = await madeOf(picture);
  if (!made) {
    // Another photo is open, but whoever keeps a result waits for an answer.
    const gone = { code: /** @type {const} */ ('worker'), message: 'it is gone' };
    if (purpose === 'keep') tell({ type: 'unencoded', picture, purpose, format, failure: gone });
    return;
  }
  try {
    const file = purpose === 'keep' ? await made.keep() : await made.save(format, quality);
    tell({ type: 'encoded', picture, purpose, format, file });
  } catch (error) {
    tell({ type: 'unencoded', picture, purpose, format, failure: failure(error) });
  }
}

/** @param {Extract<ToWorker, { type: 'convert' }>} message */
async function convert({ id, ...what }) {
  try {
    tell({ type: 'converted', id, file: await convertedKept(what) });
  } catch (error) {
    tell({ type: 'unconverted', id, failure: failure(error) });
  }
}

/** @param {MessageEvent<ToWorker>} event */
onmessage = async ({ data }) => {
  if (hasCrashed) return;
  try {
    if (data.type === 'start') await start(data.backend);
    else if (data.type === 'open') await openPicture(data);
    else if (data.type === 'denoise') await denoise(data.picture, data.options);
    else if (data.type === 'develop') await develop(data);
    else if (data.type === 'look') await look(data);
    else if (data.type === 'preview') await preview(data);
    else if (data.type === 'show') await show(data);
    else if (data.type === 'encode') await encodeResult(data);
    else if (data.type === 'convert') await convert(data);
    else {
      running?.abort();
      looking?.abort();
    }
  } catch (error) {
    const why = failure(error);
    // A lost GPU that the denoiser recovered from is not reported here.
    if (why.code === 'internal' || why.code === 'device-lost') crash(why);
    else if ('picture' in data) tell({ type: 'failed', picture: data.picture, of: data.type, failure: why });
    else throw error;
  }
};

init().then(
  () => {
    isLoaded = true;
  },
  // Whatever needs it reports that.
  () => {},
);

// A trap in wasm can reject a promise that nothing awaits.
addEventListener('unhandledrejection', ({ reason }) => crash({ ...failure(reason), code: 'internal' }));

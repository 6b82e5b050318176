// The page: carries out the commands of photos.js, and tells it what happens. The worker does the work.

import { Compare } from '../../pkg/compare.js';
import { Loupe } from '../elements/loupe.js';
import { NoiseFields } from '../elements/noise.js';
import { Queue } from '../elements/queue.js';
import { Save } from '../elements/save.js';
import { Zoom } from '../elements/zoom.js';
import {
  batchText,
  deviceName,
  deviceNotice,
  expectedText,
  failureText,
  lostText,
  movedText,
  openingText,
  runText,
  unkeptText,
} from '../shared/words.js';
import { Batch } from './batch.js';
import { Checker } from './checker.js';
import { Client } from './client.js';
import { element } from './element.js';
import { takeFiles } from './intake.js';
import { announce, close, tell } from './messages.js';
import { PLAIN, Panel } from './panel.js';
import { current, noPhotos, photoOf, progressOf, stageOf, step } from './photos.js';
import { sameForAll, sameSettings } from './settings.js';
import { Speed } from './speed.js';
import { Stage } from './stage.js';
import { keepForOffline, keepRawForOffline } from './updates.js';

/** @typedef {import('../shared/protocol.js').ToPage} ToPage */
/** @typedef {import('../shared/protocol.js').Failure} Failure */
/** @typedef {import('./photos.js').PhotoEvent} PhotoEvent */
/** @typedef {import('./photos.js').Command} Command */

/** What belongs to a photo besides its state: its file, its result as a file, and its own settings.
 * @typedef {{
 *   name: string,
 *   file: Blob,
 *   kept: Blob | null,
 *   own: import('./panel.js').Own | undefined,
 *   size: { width: number, height: number } | undefined,
 *   isRaw: boolean,
 * }} Held */

const file = element('file', HTMLInputElement);
const zoom = element('zoom', Zoom);
const save = element('save', Save);
const queue = element('queue', Queue);
const bar = element('bar', HTMLProgressElement);
element('noise', NoiseFields);

let photos = noPhotos();
/** By their ids.
 * @type {Map<number, Held>} */
const held = new Map();
let lastId = 0;
/** The settings of the current run.
 * @type {import('../shared/protocol.js').RunOptions | undefined} */
let running;
/** Whether the denoiser is ready to run. */
let isReady = false;
/** Whether preparing it failed. */
let isUnusable = false;
/** Progress of the denoiser's start, shown while a photo waits for it. */
let starting = { text: 'Loading…', fraction: /** @type {number | undefined} */ (0) };
/** When the run began, in milliseconds. */
let runBegin = 0;
/** How fast the device is, once there is one.
 * @type {Speed | undefined} */
let speed;

const client = new Client();
const panel = new Panel();
const stage = new Stage({
  client,
  compare: element('compare', Compare),
  zoom,
  loupe: element('loupe', Loupe),
  views: element('view', HTMLSelectElement),
  legend: element('legend', HTMLElement),
  options: () => panel.settings,
});
const batch = new Batch({ box: element('batch', HTMLElement), save, client, results: keptResults });
const checker = new Checker((answer) => {
  if ('failure' in answer) {
    const { id, failure } = answer;
    const name = held.get(id)?.name ?? '';
    if (isFilesFault(failure)) dispatch({ type: 'checked', id, why: openingText(name, failure) });
  } else {
    const one = held.get(answer.id);
    if (one) Object.assign(one, { size: { width: answer.width, height: answer.height }, isRaw: answer.isRaw });
    queue.picture(answer.id, answer.bitmap);
    answer.bitmap.close();
    dispatch({ type: 'checked', id: answer.id, why: '' });
  }
});

/**
 * @template {ToPage['type']} T
 * @param {T} type
 * @param {(message: Extract<ToPage, { type: T }>) => void} f
 */
function on(type, f) {
  client.addEventListener(type, (event) => f(/** @type {CustomEvent} */ (event).detail));
}

/** Something has happened. @param {PhotoEvent} event */
function dispatch(event) {
  const [next, commands] = step(photos, event);
  photos = next;
  show();
  for (const command of commands) carryOut(command);
}

/** @param {Command} command */
function carryOut(command) {
  switch (command.type) {
    case 'check': {
      const one = held.get(command.id);
      if (one) checker.check(command.id, one.file, one.name);
      break;
    }
    case 'open':
      return open(command.id);
    case 'close':
      element('name', HTMLElement).textContent = '';
      save.forget();
      return client.close();
    case 'keep':
      return keep(command.id);
    case 'denoise':
      return dispatch({ type: 'denoise', settings: panel.settings });
    case 'run':
      return run(command.settings);
    case 'stop':
      client.cancel();
      stage.stop();
      return announce('Cancelled.');
    case 'say':
      return say(command);
  }
}

/** @param {number} id */
function open(id) {
  const photo = held.get(id);
  if (!photo) return;
  tell('note', '');
  save.forget();
  element('name', HTMLElement).textContent = photo.name;
  panel.begin(photo.own);
  client.open(photo.file, photo.name, panel.development, photo.kept);
}

/** @param {number} id */
async function keep(id) {
  const photo = held.get(id);
  if (!photo) return;
  try {
    photo.kept = await client.keep();
    dispatch({ type: 'kept', id });
  } catch {
    dispatch({ type: 'unkept', id });
  }
}

/** @param {import('../shared/protocol.js').RunOptions} settings */
function run(settings) {
  running = settings;
  panel.putBrushAway();
  stage.run();
  if (isReady) showProgress('Starting…', 0);
  else showProgress();
  client.denoise(settings);
}

/** @param {Extract<Command, { type: 'say' }>} what */
function say(what) {
  if (what.what === 'batch') {
    const text = batchText(what.total, what.failed.map((id) => held.get(id)?.name ?? ''));
    batch.say(text);
    announce(text);
    return;
  }
  const name = held.get(what.id)?.name ?? '';
  tell('error', what.what === 'lost' ? lostText(name) : unkeptText(name));
}

/** All results, in files that lose nothing. */
async function keptResults() {
  const photo = current(photos);
  if (photo?.result?.where === 'memory') await keep(photo.id);
  const done = photos.photos.filter(({ result }) => result);
  const lost = done.find(({ id }) => !held.get(id)?.kept);
  if (lost) throw new Error(`what was made of ${lost.name} could not be written; save it by itself`);
  return done.map(({ id, name }) => {
    const { kept, isRaw = false, own } = held.get(id) ?? {};
    return { name, file: kept ?? new Blob(), isRaw, development: own?.development ?? PLAIN };
  });
}

/** Shows the state of the photos. */
function show() {
  const state = stageOf(photos);
  const photo = current(photos);
  const { batch: all } = photos;
  const hasChanged = document.body.dataset.state !== state;
  document.body.dataset.state = state;
  panel.isLocked = state === 'running';
  panel.canPaint = state === 'open' || state === 'done';
  const denoise = element('denoise', HTMLButtonElement);
  denoise.disabled = state === 'opening';
  denoise.textContent = photo?.result ? 'Denoise again' : 'Denoise';
  queue.isLocked = all !== null;
  showQueue();
  batch.show(photos);
  element('progress', HTMLElement).hidden = state !== 'running';
  showSettings();
  const chosen = photoOf(photos, photos.chosen);
  tell('chosen', chosen ? `“${chosen.name}” opens when this photo is done.` : '', { action: 'hurry', text: 'Stop and open it now' });
  if (hasChanged) keepFocus();
}

/** The list of photos. */
function showQueue() {
  const { settings } = panel;
  queue.show(
    photos.photos.map((photo) => {
      const isCurrent = photo.id === photos.current;
      const { result } = photo;
      // The own settings of the others are not in the panel.
      const isSame = isCurrent && stageOf(photos) === 'done' ? sameSettings : sameForAll;
      const isOlder = result !== null && !isSame(result.settings, settings);
      const progress = progressOf(photos, photo);
      return { id: photo.id, name: photo.name, progress, isCurrent, isOlder: isOlder && progress === 'done', why: photo.why };
    }),
  );
}

/** Updates what depends on the settings: whether the result still matches them. */
function showSettings() {
  const result = current(photos)?.result;
  const { settings } = panel;
  const isOlder = Boolean(result && stageOf(photos) === 'done' && !sameSettings(result.settings, settings));
  document.body.toggleAttribute('data-older', isOlder);
  element('older', HTMLElement).hidden = !isOlder;
  stage.isOlder = isOlder;
  showExpected();
}

/** How long a run would take. */
function showExpected() {
  const { steps, samples } = panel.settings;
  const evaluations = steps * samples;
  if (speed) stage.mostPreviewed = speed.previewPixels(evaluations);
  const size = photos.current === null ? undefined : held.get(photos.current)?.size;
  const text = speed && size ? expectedText(speed.seconds(size, evaluations), speed.isMeasured) : '';
  element('expected', HTMLElement).textContent = text;
}

/** Moves the focus when the focused element is gone, as a pressed Denoise button is. */
function keepFocus() {
  const { activeElement: active } = document;
  if (active && active !== document.body && active.checkVisibility()) return;
  const next = { empty: null, opening: null, open: 'denoise', running: 'cancel', done: 'save' }[stageOf(photos)];
  if (next) element(next, HTMLElement).focus({ preventScroll: true });
}

/**
 * @param {string} [text]
 * @param {number} [fraction]
 */
function showProgress(text = starting.text, fraction = starting.fraction) {
  element('phase', HTMLElement).textContent = text;
  if (fraction === undefined) bar.removeAttribute('value');
  else bar.value = fraction;
}

/** Takes files in. @param {{ blob: Blob, name: string }[]} files */
function take(files) {
  tell('error', '');
  batch.say('');
  if (isUnusable) start('auto');
  const added = files.map(({ blob, name }) => {
    lastId += 1;
    held.set(lastId, { name, file: blob, kept: null, own: undefined, size: undefined, isRaw: false });
    return { id: lastId, name };
  });
  dispatch({ type: 'add', files: added });
}

/** @param {HTMLButtonElement} button */
async function openDemo(button) {
  const path = button.dataset.demo ?? '';
  try {
    const response = await fetch(path);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    take([{ blob: await response.blob(), name: path.replace(/^.*\//, '') }]);
  } catch (error) {
    tell('error', `The demo photo could not be loaded: ${error instanceof Error ? error.message : error}`);
  }
}

function denoise() {
  if (!current(photos)) return;
  tell('error', '');
  if (isUnusable) start('auto');
  dispatch({ type: 'denoise', settings: panel.settings });
}

/** Denoises one photo after the other, each with its own noise and the panel's settings. */
function denoiseAll() {
  tell('error', '');
  batch.say('');
  if (isUnusable) start('auto');
  const isAgain = photos.photos.every(({ isBad, result, why }) => isBad || result || why);
  dispatch({ type: 'denoise-all', again: isAgain });
}

/** @param {Promise<void>} saving */
async function sayIfItFails(saving) {
  try {
    await saving;
  } catch (error) {
    tell('error', `The photos could not be saved: ${error instanceof Error ? error.message : error}`);
  }
}

/** @param {'auto' | 'cpu'} backend */
function start(backend) {
  isReady = false;
  isUnusable = false;
  stage.canPreview = false;
  starting = { text: 'Loading…', fraction: 0 };
  element('device', HTMLElement).textContent = 'Loading…';
  client.start(backend);
}

/** Goes on with another device; what was made stays. @param {'auto' | 'cpu'} backend */
async function changeDevice(backend) {
  dispatch({ type: 'cancel' });
  tell('notice', '');
  const photo = current(photos);
  if (photo?.result?.where === 'memory') await keep(photo.id);
  start(backend);
}

/** @param {import('../shared/protocol.js').Device} device */
function runsOn(device) {
  isReady = true;
  element('device', HTMLElement).textContent = deviceName(device);
  announce(deviceName(device));
  const { backend, workers, adapter } = device;
  document.body.dataset.backend = backend;
  speed = new Speed({ backend, workers, name: deviceName(device), isImitation: adapter?.isFallback ?? false }, storage());
  showExpected();
  stage.canPreview = !adapter?.isFallback;
}

/** What is kept between visits; a browser may refuse to keep anything. */
function storage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** Whether a file that was not opened is to blame for that. @param {Failure} failure */
function isFilesFault({ code }) {
  return ['unsupported-format', 'unsupported-image', 'too-large', 'internal'].includes(code);
}

on('starting', ({ phase, fraction }) => {
  const percent = fraction === undefined ? '' : ` ${Math.round(100 * fraction)} %`;
  const text = phase === 'loading' ? `Loading the network…${percent}` : 'Getting the GPU ready…';
  starting = { text, fraction };
  element('device', HTMLElement).textContent = starting.text;
  if (stageOf(photos) === 'running') showProgress();
});

on('started', ({ device, presets }) => {
  runsOn(device);
  panel.presets(presets);
  const notice = deviceNotice(device);
  // The notice about recovering is still valid, and says more.
  const offer = { action: 'use-cpu', text: 'Use the CPU instead' };
  if (notice) tell('notice', notice, device.backend === 'webgpu' ? offer : undefined);
  if (stageOf(photos) === 'running') showProgress('Starting…', 0);
});

// Everything has been loaded once: keep it for offline use.
const keepPage = () => {
  keepForOffline({
    onKept: () => {
      element('offline', HTMLElement).hidden = false;
    },
    onNewer: () => {
      element('update', HTMLElement).hidden = false;
    },
  });
};
client.addEventListener('started', keepPage, { once: true });

on('moved', ({ device }) => {
  runsOn(device);
  const offer = device.backend === 'cpu' ? { action: 'use-gpu', text: 'Try the GPU again' } : undefined;
  tell('notice', movedText(device), offer);
});

on('unusable', ({ failure, isWorkerGone }) => {
  isReady = false;
  isUnusable = true;
  element('device', HTMLElement).textContent = 'Not available';
  dispatch({ type: 'unusable', canOpen: !isWorkerGone });
  tell('error', failureText(failure), { action: 'retry', text: 'Try again' });
});

on('opened', ({ bitmap, width, height, isRaw }) => {
  const { current: id } = photos;
  const one = id === null ? undefined : held.get(id);
  if (id === null || !one) return;
  one.size = { width, height };
  one.isRaw = isRaw;
  panel.isRaw = isRaw;
  panel.size(bitmap, one.own);
  queue.picture(id, bitmap);
  stage.begin(bitmap, width, height);
  announce(`${one.name} is open.`);
  dispatch({ type: 'opened' });
});

// A RAW photo was developed, or developed anew.
on('developed', ({ before, after }) => {
  if (photos.current !== null) queue.picture(photos.current, before);
  stage.renew(before, after);
});

on('previewed', ({ part, after, seconds }) => {
  const { steps, samples } = panel.settings;
  if (after) speed?.previewed(part, steps * samples, seconds);
  if (after) showExpected();
});

on('noted', ({ note }) => tell('note', note));

on('measured', ({ noise }) => panel.measured(noise));

on('running', ({ sample, samples, step, steps, tile, tiles, fraction, preview }) => {
  if (fraction === 0) runBegin = performance.now();
  const seconds = (performance.now() - runBegin) / 1000;
  // Unknown before the first tile is done.
  const left = fraction > 0 ? (seconds / fraction) * (1 - fraction) : 0;
  showProgress(runText({ sample, samples, step, steps, tile, tiles, fraction, left }), fraction);
  if (preview) stage.emerge(preview);
});

on('denoised', ({ bitmap, isUncertain, noise, seconds }) => {
  const photo = current(photos);
  if (!photo || !running) return;
  const one = held.get(photo.id);
  // By now all that it needs has been loaded once.
  if (one?.isRaw) keepRawForOffline();
  // A result that was kept before is older.
  if (one) one.kept = null;
  if (one?.size) speed?.ran(one.size, running.steps * running.samples, seconds);
  stage.finish(bitmap, isUncertain);
  // The run has measured the noise if it was not known.
  dispatch({ type: 'denoised', settings: { ...running, noise: running.noise === 'auto' ? noise : running.noise } });
  save.begin(photo.name, one?.isRaw ?? false);
  if (!photos.batch) announce('Done. Move the divider to compare before and after.');
});

on('restored', ({ bitmap, isUncertain }) => {
  stage.finish(bitmap, isUncertain);
  dispatch({ type: 'restored' });
  const photo = current(photos);
  if (photo) save.begin(photo.name, held.get(photo.id)?.isRaw ?? false);
});

on('encoded', ({ purpose, format, file }) => {
  if (purpose !== 'keep') save.take(purpose, format, file);
  keepFocus();
});

on('unencoded', ({ purpose, format, failure }) => {
  const text = `The picture could not be written in this format. Choose another one. (${failure.message})`;
  // The clipboard reports a failed copy.
  if (purpose === 'download') tell('error', text);
  if (purpose !== 'keep') save.refuse(purpose, format, failure.message);
});

on('failed', ({ isOpening, failure }) => {
  fail(failure, isOpening);
});

client.addEventListener('crashed', (event) => {
  const { failure, isLost } = /** @type {CustomEvent<{ failure: Failure, isLost: boolean }>} */ (event).detail;
  isReady = false;
  const isOpening = photos.activity.is === 'opening';
  const why = isOpening ? openingText(current(photos)?.name ?? '', failure) : failureText(failure);
  const wasRunning = photos.activity.is === 'running';
  tell('error', why);
  if (photos.activity.is === 'rest') stage.refuse();
  dispatch({ type: 'crashed', why, isLost });
  if (wasRunning && stageOf(photos) !== 'running') stage.stop();
});

/**
 * @param {Failure} failure
 * @param {boolean} isOpening
 */
function fail(failure, isOpening) {
  const why = isOpening ? openingText(current(photos)?.name ?? '', failure) : failureText(failure);
  const wasRunning = photos.activity.is === 'running';
  tell('error', why);
  if (!isOpening && wasRunning) stage.stop();
  dispatch(isOpening ? { type: 'unopened', why } : { type: 'undenoised', why });
}

client.addEventListener('recovering', () => {
  isReady = false;
  tell('notice', 'The GPU stopped working. From now on the CPU does the work, which takes longer.');
});

save.addEventListener('encode', (event) => {
  const { purpose, format, quality } = /** @type {CustomEvent} */ (event).detail;
  client.encode(purpose, format, quality);
});
// An error about the previous format no longer matters.
save.addEventListener('change', () => tell('error', ''));
save.addEventListener('copied', () => announce('The result is on the clipboard.'));
save.addEventListener('failed', (event) => {
  tell('error', /** @type {CustomEvent<string>} */ (event).detail);
});

queue.addEventListener('select', (event) => {
  tell('error', '');
  dispatch({ type: 'select', id: /** @type {CustomEvent<number>} */ (event).detail });
});
queue.addEventListener('remove', (event) => {
  const id = /** @type {CustomEvent<number>} */ (event).detail;
  dispatch({ type: 'remove', id });
  if (photoOf(photos, id)) return;
  checker.forget(id);
  held.delete(id);
});

panel.addEventListener('change', () => {
  const one = photos.current === null ? undefined : held.get(photos.current);
  if (one && photos.activity.is === 'rest') one.own = panel.own;
  stage.changed();
  showSettings();
  showQueue();
});

panel.addEventListener('develop', () => {
  const one = photos.current === null ? undefined : held.get(photos.current);
  if (!one?.isRaw) return;
  one.own = panel.own;
  client.develop(panel.development);
  stage.redevelop();
  // Of the picture before.
  if (stageOf(photos) === 'done' && save.format !== 'dng') save.begin(one.name, true);
});

element('panel', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  denoise();
});

/** @type {Record<string, (button: HTMLButtonElement) => void>} */
const actions = {
  choose: () => file.click(),
  cancel: () => dispatch({ type: 'cancel' }),
  hurry: () => dispatch({ type: 'hurry' }),
  undo: () => panel.undo(),
  clear: () => panel.clear(),
  'denoise-all': denoiseAll,
  'save-zip': () => sayIfItFails(batch.saveAsZip()),
  'save-folder': () => sayIfItFails(batch.saveToFolder()),
  reload: () => location.reload(),
  retry: () => {
    tell('error', '');
    start('auto');
  },
  'use-cpu': () => changeDevice('cpu'),
  'use-gpu': () => changeDevice('auto'),
  close: (button) => close(button.closest('.notice') ?? button),
};

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button') : null;
  if (button?.dataset.demo) openDemo(button);
  else if (button?.dataset.action) actions[button.dataset.action]?.(button);
});

// Closing the tab by accident must not lose a run.
addEventListener('beforeunload', (event) => {
  if (stageOf(photos) === 'running' || photos.batch) event.preventDefault();
});

takeFiles(
  file,
  (files) => take(files.map((one) => ({ blob: one, name: one.name }))),
  () => tell('error', 'There are no photos in this folder.'),
);
show();
start('auto');

// The page's wiring: tells photos.js what happens, and carries out its commands. The worker does the work.

import { Compare } from '../../pkg/compare.js';
import { Loupe } from '../elements/loupe.js';
import { NoiseFields } from '../elements/noise.js';
import { Queue } from '../elements/queue.js';
import { Save } from '../elements/save.js';
import { Zoom } from '../elements/zoom.js';
import { batchText, failureText, lostText, openingText, runText, startText, unkeptText } from '../shared/words.js';
import { Batch } from './batch.js';
import { Belongings } from './belongings.js';
import { Checker } from './checker.js';
import { Client } from './client.js';
import { Device } from './device.js';
import { Display } from './display.js';
import { element } from './element.js';
import { takeFiles } from './intake.js';
import { announce, close, tell } from './messages.js';
import { PLAIN, Panel } from './panel.js';
import { current, noPhotos, photoOf, stageOf, step } from './photos.js';
import { Stage } from './stage.js';
import { keepForOffline, keepRawForOffline } from './updates.js';

/** @typedef {import('../shared/protocol.js').Failure} Failure */
/** @typedef {import('./photos.js').PhotoEvent} PhotoEvent */
/** @typedef {import('./photos.js').Command} Command */

const file = element('file', HTMLInputElement);
const zoom = element('zoom', Zoom);
const save = element('save', Save);
const queue = element('queue', Queue);
element('noise', NoiseFields);

let photos = noPhotos();
/** The settings of the current run.
 * @type {import('../shared/protocol.js').RunOptions | undefined} */
let running;
/** When the run began, in milliseconds. */
let runBegin = 0;
const belongings = new Belongings();
const client = new Client();
const device = new Device(client);
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
const display = new Display({ panel, stage, batch, queue, belongings, device });
const checker = new Checker((answer) => {
  if ('failure' in answer) {
    const { id, failure } = answer;
    if (isFilesFault(failure)) dispatch({ type: 'checked', id, why: openingText(belongings.name(id), failure) });
  } else {
    const one = belongings.of(answer.id);
    if (one) Object.assign(one, { size: { width: answer.width, height: answer.height }, isRaw: answer.isRaw });
    queue.picture(answer.id, answer.bitmap);
    answer.bitmap.close();
    dispatch({ type: 'checked', id: answer.id, why: '' });
  }
});

/** Something has happened. @param {PhotoEvent} event */
function dispatch(event) {
  const [next, commands] = step(photos, event);
  photos = next;
  display.show(photos);
  for (const command of commands) carryOut(command);
}

/** @param {Command} command */
function carryOut(command) {
  switch (command.type) {
    case 'check': {
      const one = belongings.of(command.id);
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
  const photo = belongings.of(id);
  if (!photo) return;
  tell('note', '');
  save.forget();
  element('name', HTMLElement).textContent = photo.name;
  panel.begin(photo.own);
  client.open(photo.file, photo.name, panel.development, photo.kept);
}

/** @param {number} id */
async function keep(id) {
  const photo = belongings.of(id);
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
  if (device.isReady) display.progress('Starting…', 0);
  else display.progress();
  client.denoise(settings);
}

/** @param {Extract<Command, { type: 'say' }>} what */
function say(what) {
  if (what.what === 'batch') {
    const text = batchText(what.total, what.failed.map((id) => belongings.name(id)));
    batch.say(text);
    announce(text);
    return;
  }
  const name = belongings.name(what.id);
  tell('error', what.what === 'lost' ? lostText(name) : unkeptText(name));
}

/** All results, in files that lose nothing. */
async function keptResults() {
  const photo = current(photos);
  if (photo?.result?.where === 'memory') await keep(photo.id);
  const done = photos.photos.filter(({ result }) => result);
  const lost = done.find(({ id }) => !belongings.of(id)?.kept);
  if (lost) throw new Error(`what was made of ${lost.name} could not be written; save it by itself`);
  return done.map(({ id, name }) => {
    const { kept, isRaw = false, own } = belongings.of(id) ?? {};
    return { name, file: kept ?? new Blob(), isRaw, development: own?.development ?? PLAIN };
  });
}

/** Takes files in. @param {{ blob: Blob, name: string }[]} files */
function take(files) {
  tell('error', '');
  batch.say('');
  if (device.isUnusable) start('auto');
  dispatch({ type: 'add', files: belongings.add(files) });
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
  if (device.isUnusable) start('auto');
  dispatch({ type: 'denoise', settings: panel.settings });
}

/** Denoises one photo after the other, each with its own noise and the panel's settings. */
function denoiseAll() {
  tell('error', '');
  batch.say('');
  if (device.isUnusable) start('auto');
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
  stage.canPreview = false;
  device.start(backend);
}

/** Goes on with another device; what was made stays. @param {'auto' | 'cpu'} backend */
async function changeDevice(backend) {
  dispatch({ type: 'cancel' });
  tell('notice', '');
  const photo = current(photos);
  if (photo?.result?.where === 'memory') await keep(photo.id);
  start(backend);
}

/** There is a device to run on. */
function ready() {
  display.expected(photos);
  stage.canPreview = device.isQuick;
}

/** Whether a file that was not opened is to blame for that. @param {Failure} failure */
function isFilesFault({ code }) {
  return ['unsupported-format', 'raw-file', 'unsupported-image', 'too-large', 'internal'].includes(code);
}

client.on('starting', () => {
  if (stageOf(photos) === 'running') display.progress();
});

client.on('started', ({ presets }) => {
  ready();
  panel.presets(presets);
  if (stageOf(photos) === 'running') display.progress('Starting…', 0);
});

client.on('moved', ready);

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

client.on('unusable', ({ failure, isWorkerGone }) => {
  dispatch({ type: 'unusable', canOpen: !isWorkerGone });
  tell('error', failureText(failure), { action: 'retry', text: 'Try again' });
});

client.on('opened', ({ bitmap, width, height, isRaw }) => {
  const { current: id } = photos;
  const one = belongings.of(id);
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
client.on('developed', ({ before, after }) => {
  if (photos.current !== null) queue.picture(photos.current, before);
  stage.renew(before, after);
});

client.on('previewed', ({ part, after, seconds }) => {
  const { steps, samples } = panel.settings;
  if (after) device.speed?.previewed(part, steps * samples, seconds);
  if (after) display.expected(photos);
});

client.on('noted', ({ note }) => tell('note', note));

client.on('measured', ({ noise }) => panel.measured(noise));

client.on('preparing', ({ phase, fraction }) => {
  display.progress(startText({ phase, fraction }, 'the network for RAW files'), fraction);
});

client.on('running', ({ sample, samples, step, steps, tile, tiles, fraction, preview }) => {
  if (fraction === 0) runBegin = performance.now();
  const seconds = (performance.now() - runBegin) / 1000;
  const left = device.speed?.left(fraction, tiles * steps * samples, seconds) ?? 0;
  display.progress(runText({ sample, samples, step, steps, tile, tiles, fraction, left }), fraction);
  if (preview) stage.emerge(preview);
});

client.on('denoised', ({ bitmap, isUncertain, noise, seconds }) => {
  const photo = current(photos);
  if (!photo || !running) return;
  const one = belongings.of(photo.id);
  // By now all that it needs has been loaded once.
  if (one?.isRaw) keepRawForOffline();
  // A result that was kept before is older.
  if (one) one.kept = null;
  if (one?.size) device.speed?.ran(one.size, running.steps * running.samples, seconds);
  stage.finish(bitmap, isUncertain);
  // The run has measured the noise if it was not known.
  dispatch({ type: 'denoised', settings: { ...running, noise: running.noise === 'auto' ? noise : running.noise } });
  save.begin(photo.name, one?.isRaw ?? false);
  if (!photos.batch) announce('Done. Move the divider to compare before and after.');
});

client.on('restored', ({ bitmap, isUncertain }) => {
  stage.finish(bitmap, isUncertain);
  dispatch({ type: 'restored' });
  const photo = current(photos);
  if (photo) save.begin(photo.name, belongings.of(photo.id)?.isRaw ?? false);
});

client.on('encoded', ({ purpose, format, file }) => {
  if (purpose !== 'keep') save.take(purpose, format, file);
  display.keepFocus(photos);
});

client.on('unencoded', ({ purpose, format, failure }) => {
  const text = `The picture could not be written in this format. Choose another one. (${failure.message})`;
  // The clipboard reports a failed copy.
  if (purpose === 'download') tell('error', text);
  if (purpose !== 'keep') save.refuse(purpose, format, failure.message);
});

client.on('failed', ({ of, failure }) => {
  const why = of === 'open' ? openingText(current(photos)?.name ?? '', failure) : failureText(failure);
  const wasRunning = photos.activity.is === 'running';
  tell('error', why);
  if (of === 'preview') stage.refuse();
  if (of === 'denoise' && wasRunning) stage.stop();
  if (of === 'open') dispatch({ type: 'unopened', why });
  if (of === 'denoise') dispatch({ type: 'undenoised', why });
});

client.addEventListener('crashed', (event) => {
  const { failure, isLost } = /** @type {CustomEvent<{ failure: Failure, isLost: boolean }>} */ (event).detail;
  const isOpening = photos.activity.is === 'opening';
  const why = isOpening ? openingText(current(photos)?.name ?? '', failure) : failureText(failure);
  const wasRunning = photos.activity.is === 'running';
  tell('error', why);
  if (photos.activity.is === 'rest') stage.refuse();
  dispatch({ type: 'crashed', why, isLost });
  if (wasRunning && stageOf(photos) !== 'running') stage.stop();
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
  belongings.forget(id);
});

panel.addEventListener('change', () => {
  const one = belongings.of(photos.current);
  if (one && photos.activity.is === 'rest') one.own = panel.own;
  stage.changed();
  display.settings(photos);
});

panel.addEventListener('develop', () => {
  const one = belongings.of(photos.current);
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
display.show(photos);
start('auto');

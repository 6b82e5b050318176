// The page: what is shown in which state, and what the buttons do. The work is the worker's.

import { Batch } from './batch.js';
import { Client } from './client.js';
import { Compare } from '../../pkg/compare.js';
import { Brush } from '../elements/brush.js';
import { takeFiles } from './intake.js';
import { NoiseFields } from '../elements/noise.js';
import { Queue } from '../elements/queue.js';
import { Save } from '../elements/save.js';
import { Stage } from './stage.js';
import { keepForOffline } from './updates.js';
import { Zoom } from '../elements/zoom.js';
import { deviceName, deviceNotice, failureText, noiseName, timeLeft } from '../shared/words.js';

/** @typedef {import('../shared/protocol.js').ToPage} ToPage */
/** @typedef {import('../elements/queue.js').Entry} Entry */

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}

const file = element('file', HTMLInputElement);
const brush = element('brush', Brush);
const zoom = element('zoom', Zoom);
const noise = element('noise', NoiseFields);
const strength = element('strength', HTMLInputElement);
const samples = element('samples', HTMLSelectElement);
const save = element('save', Save);
const queue = element('queue', Queue);
const bar = element('bar', HTMLProgressElement);
const panel = element('panel', HTMLFormElement);
const local = element('local', HTMLDetailsElement);

/** @typedef {'empty' | 'opening' | 'open' | 'running' | 'done'} State */
/** @type {State} */
let state = 'empty';
/** Whether the denoiser is ready to run. */
let isReady = false;
/** Whether it could not be made ready. */
let isUnusable = false;
/** How the denoiser's start goes; shown while somebody waits for it. */
let starting = { text: 'Loading…', fraction: /** @type {number | undefined} */ (0) };
/** When the first tile was begun, in milliseconds. */
let runBegin = 0;

const client = new Client();
const stage = new Stage({
  client,
  compare: element('compare', Compare),
  zoom,
  views: element('view', HTMLSelectElement),
  legend: element('legend', HTMLElement),
  options: settings,
});

const batch = new Batch({ box: element('batch', HTMLElement), queue, save, client, keep });

/** How a run goes, as the panel says. */
function settings() {
  return {
    noise: noise.value ?? /** @type {const} */ ('auto'),
    steps: Number(new FormData(panel).get('steps')),
    samples: Number(samples.value),
    strength: strength.valueAsNumber / 100,
    ...noise.parts,
    painted: brush.map(),
  };
}

/**
 * @template {ToPage['type']} T
 * @param {T} type
 * @param {(message: Extract<ToPage, { type: T }>) => void} f
 */
function on(type, f) {
  client.addEventListener(type, (event) => f(/** @type {CustomEvent} */ (event).detail));
}

/** @param {State} next */
function enter(next) {
  state = next;
  document.body.dataset.state = next;
  element('settings', HTMLFieldSetElement).disabled = next === 'running';
  showBrush();
  showBatch();
  element('denoise', HTMLButtonElement).disabled = next === 'opening';
  element('denoise', HTMLButtonElement).textContent = next === 'done' ? 'Denoise again' : 'Denoise';
  showProgress();
  keepFocus();
}

/** The brush is there while its tools are, and steps aside for the emerging picture. */
function showBrush() {
  brush.active = local.open && (state === 'open' || state === 'done');
}

function showBatch() {
  batch.show(state === 'running');
}

/** Where the focus goes when what had it is gone, as a pressed Denoise is. */
function keepFocus() {
  const { activeElement: active } = document;
  if (active && active !== document.body && active.checkVisibility()) return;
  const next = { empty: null, opening: null, open: 'denoise', running: 'cancel', done: 'save' }[state];
  if (next) element(next, HTMLElement).focus({ preventScroll: true });
}

/** For those who do not see the page.
 * @param {string} text */
function announce(text) {
  element('live', HTMLElement).textContent = text;
}

/**
 * @param {'error' | 'notice' | 'note'} id
 * @param {string} text  nothing hides it
 * @param {{ action: string, text: string }} [offer]  what its button does
 */
function tell(id, text, offer) {
  const box = element(id, HTMLElement);
  const [span, button] = [box.querySelector('span'), box.querySelector('button')];
  if (span) span.textContent = text;
  if (button) {
    button.hidden = !offer;
    button.dataset.action = offer?.action ?? '';
    button.textContent = offer?.text ?? '';
  }
  box.hidden = !text;
}

/**
 * @param {string} [text]
 * @param {number} [fraction]
 */
function showProgress(text = starting.text, fraction = starting.fraction) {
  element('progress', HTMLElement).hidden = state !== 'running';
  element('phase', HTMLElement).textContent = text;
  if (fraction === undefined) bar.removeAttribute('value');
  else bar.value = fraction;
}

/**
 * Takes files in; the first of them is opened, unless one photo after the other is being denoised.
 *
 * @param {{ blob: Blob, name: string }[]} files
 */
function take(files) {
  const entries = files.map(({ blob, name }) => queue.add(blob, name));
  const [first] = entries;
  if (first && !batch.isRunning) open(first);
  else showBatch();
}

/** @param {Entry} entry */
function open(entry) {
  tell('error', '');
  tell('note', '');
  if (isUnusable) start('auto');
  save.forget();
  leave();
  queue.current = entry;
  element('name', HTMLElement).textContent = entry.name;
  noise.setMeasured(null);
  enter('opening');
  client.open(entry.file, entry.name, entry.result);
}

/** The photo that is open steps aside; what was made of it stays. */
function leave() {
  const { current } = queue;
  if (state === 'done' && current) keep(current);
  else if (current && (state === 'open' || state === 'running')) queue.mark(current, 'waiting');
}

/** Keeps what was made of the photo that is open. @param {Entry} entry */
async function keep(entry) {
  try {
    entry.result ??= await client.keep();
  } catch (error) {
    const text = `What was made of ${entry.name} could not be kept: ${error instanceof Error ? error.message : error}`;
    queue.mark(entry, 'failed', text);
    tell('error', text);
  }
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
  const { current } = queue;
  if (!current || (state !== 'open' && state !== 'done')) return;
  tell('error', '');
  if (isUnusable) start('auto');
  save.forget();
  current.result = null;
  queue.mark(current, 'running');
  // The divider is wanted next, not the brush.
  local.open = false;
  const options = settings();
  enter('running');
  stage.run();
  // On a phone the settings may have pushed the photo out of sight.
  zoom.scrollIntoView({ block: 'nearest' });
  if (isReady) showProgress('Starting…', 0);
  client.denoise(options);
}

/** One photo after the other, each with its own noise and the settings of the panel. */
function denoiseNext() {
  const entry = queue.next();
  batch.isRunning = entry !== null;
  if (!entry) {
    showBatch();
    announce('All photos are done.');
  } else if (entry === queue.current && state === 'open') denoise();
  else open(entry);
}

function cancel() {
  batch.isRunning = false;
  client.cancel();
  if (queue.current) queue.mark(queue.current, 'open');
  enter('open');
  stage.stop();
  announce('Cancelled.');
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

/** @param {import('../shared/protocol.js').Device} device */
function runsOn(device) {
  isReady = true;
  element('device', HTMLElement).textContent = deviceName(device);
  announce(deviceName(device));
  document.body.dataset.backend = device.backend;
  stage.canPreview = !device.adapter?.isFallback;
}

on('starting', ({ phase, fraction }) => {
  const percent = fraction === undefined ? '' : ` ${Math.round(100 * fraction)} %`;
  const text = phase === 'loading' ? `Loading the network…${percent}` : 'Compiling shaders…';
  starting = { text, fraction };
  element('device', HTMLElement).textContent = starting.text;
  if (state === 'running') showProgress();
});

on('started', ({ device, presets }) => {
  runsOn(device);
  noise.setPresets(presets);
  const notice = deviceNotice(device);
  // What recovering has said is still true, and says more.
  const offer = { action: 'use-cpu', text: 'Use the CPU instead' };
  if (notice) tell('notice', notice, device.backend === 'webgpu' ? offer : undefined);
  if (state === 'running') showProgress('Starting…', 0);
});

// Now that everything has been loaded once, it need not be loaded again.
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
  const offer = { action: 'use-gpu', text: 'Try the GPU again' };
  tell('notice', 'The GPU stopped working. The CPU goes on where it was, which takes longer.', offer);
});

on('unusable', ({ failure }) => {
  isReady = false;
  isUnusable = true;
  element('device', HTMLElement).textContent = 'Not available';
  if (state === 'running') cancel();
  // Without the worker nothing can be opened, either.
  if (state === 'opening') enter('empty');
  batch.isRunning = false;
  tell('error', failureText(failure), { action: 'retry', text: 'Try again' });
});

on('opened', ({ bitmap, width, height }) => {
  const { current } = queue;
  brush.begin(bitmap.width, bitmap.height);
  if (current) {
    queue.picture(current, bitmap);
    if (current.state !== 'done') queue.mark(current, 'open');
  }
  enter('open');
  stage.begin(bitmap, width, height);
  announce(`${current?.name} is open.`);
  if (batch.isRunning && current?.state === 'open') denoise();
});

on('noted', ({ note }) => tell('note', note));

on('measured', ({ noise: measured }) => noise.setMeasured(measured));

on('running', ({ sample, samples, step, steps, tile, tiles, fraction, preview }) => {
  if (fraction === 0) runBegin = performance.now();
  const seconds = (performance.now() - runBegin) / 1000;
  // Before the first tile is done nobody knows.
  const left = fraction > 0 ? timeLeft((seconds / fraction) * (1 - fraction)) : '';
  const sampleText = samples > 1 ? `Sample ${sample} of ${samples}` : '';
  const stepText = sampleText ? `step ${step} of ${steps}` : `Step ${step} of ${steps}`;
  const tileText = tiles > 1 ? `tile ${Math.min(tile + (fraction < 1 ? 1 : 0), tiles)} of ${tiles}` : '';
  showProgress([sampleText, stepText, tileText, left].filter(Boolean).join(' · '), fraction);
  if (preview) stage.emerge(preview);
});

on('denoised', ({ bitmap, isUncertain }) => {
  const { current } = queue;
  if (!current) return;
  queue.mark(current, 'done');
  enter('done');
  stage.finish(bitmap, isUncertain);
  save.begin(current.name);
  if (batch.isRunning) keep(current).then(denoiseNext);
  else announce('Done. Move the divider to compare before and after.');
});

on('restored', ({ bitmap }) => {
  enter('done');
  stage.finish(bitmap, false);
  save.begin(queue.current?.name ?? '');
});

on('encoded', ({ purpose, format, file }) => {
  if (purpose !== 'keep') save.take(purpose, format, file);
  keepFocus();
});

on('unencoded', ({ purpose, format, failure }) => {
  const text = `The picture could not be written in this format. Choose another one. (${failure.message})`;
  // A copy's failure comes back from the clipboard.
  if (purpose === 'download') tell('error', text);
  if (purpose !== 'keep') save.refuse(purpose, format, failure.message);
});

on('failed', ({ isOpening, failure }) => {
  const text = failureText(failure);
  tell('error', text);
  if (!isOpening && state !== 'running') return;
  if (queue.current) queue.mark(queue.current, 'failed', text);
  if (isOpening) {
    client.cancel();
    queue.current = null;
    enter('empty');
  } else {
    enter('open');
    stage.stop();
  }
  if (batch.isRunning) denoiseNext();
});

client.addEventListener('recovering', () => {
  isReady = false;
  tell('notice', 'The GPU stopped working. The CPU does the work from here on, which takes longer.');
});

save.addEventListener('encode', (event) => {
  const { purpose, format, quality } = /** @type {CustomEvent} */ (event).detail;
  client.encode(purpose, format, quality);
});
// What went wrong with the format before is of no interest any more.
save.addEventListener('change', () => tell('error', ''));
save.addEventListener('copied', () => announce('The picture is in the clipboard.'));
save.addEventListener('failed', (event) => {
  tell('error', /** @type {CustomEvent<string>} */ (event).detail);
});

queue.addEventListener('select', (event) => {
  const entry = /** @type {CustomEvent<Entry>} */ (event).detail;
  if (entry !== queue.current) open(entry);
});
queue.addEventListener('remove', (event) => {
  const entry = /** @type {CustomEvent<Entry>} */ (event).detail;
  const [first] = queue.entries;
  if (entry === queue.current && first) open(first);
  showBatch();
});

noise.addEventListener('change', () => {
  const { value } = noise;
  element('noise-words', HTMLElement).textContent = value ? noiseName(value) : state === 'empty' ? '' : 'measuring…';
});

strength.addEventListener('input', () => {
  element('strength-value', HTMLOutputElement).textContent = `${strength.value} %`;
});

local.addEventListener('toggle', showBrush);
local.addEventListener('input', () => {
  const form = new FormData(panel);
  brush.use({
    amount: Number(form.get('amount')),
    size: element('brush-size', HTMLInputElement).valueAsNumber / 100,
    softness: element('brush-softness', HTMLInputElement).valueAsNumber / 100,
  });
});
brush.addEventListener('change', () => {
  element('local-words', HTMLElement).textContent = brush.isEmpty ? 'everywhere' : 'as painted';
});

for (const changing of [noise, strength, samples, brush, element('steps', HTMLFieldSetElement)]) {
  for (const type of ['change', 'input']) changing.addEventListener(type, () => stage.changed());
}

panel.addEventListener('submit', (event) => {
  event.preventDefault();
  denoise();
});

/** @type {Record<string, () => void>} */
const actions = {
  choose: () => file.click(),
  cancel,
  undo: () => brush.undo(),
  clear: () => brush.clear(),
  'denoise-all': denoiseNext,
  'save-zip': () => sayIfItFails(batch.saveAsZip()),
  'save-folder': () => sayIfItFails(batch.saveToFolder()),
  reload: () => location.reload(),
  retry: () => {
    tell('error', '');
    start('auto');
  },
  'use-cpu': () => {
    if (state === 'running') cancel();
    tell('notice', '');
    start('cpu');
  },
  'use-gpu': async () => {
    if (state === 'running') cancel();
    tell('notice', '');
    // A GPU is opened in a new worker, which knows nothing of what the old one has made.
    const { current } = queue;
    if (state === 'done' && current) {
      await keep(current);
      open(current);
    }
    start('auto');
  },
};

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button') : null;
  if (button?.dataset.demo) openDemo(button);
  else if (button?.dataset.action) actions[button.dataset.action]?.();
});

// Nobody loses a run by closing a tab in passing.
addEventListener('beforeunload', (event) => {
  if (state === 'running' || batch.isRunning) event.preventDefault();
});

takeFiles(file, (files) => take(files.map((one) => ({ blob: one, name: one.name }))));
enter('empty');
start('auto');

// The page: what is shown in which state, and what the buttons do. The work is the worker's.

import { Client } from './client.js';
import { Compare } from '../pkg/compare.js';
import { Brush } from './brush.js';
import { takeFiles } from './intake.js';
import { NoiseFields } from './noise.js';
import { Save } from './save.js';
import { deviceName, deviceNotice, failureText, noiseName, timeLeft } from './words.js';

/** @typedef {import('./protocol.js').ToPage} ToPage */

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
const compare = element('compare', Compare);
const brush = element('brush', Brush);
const noise = element('noise', NoiseFields);
const strength = element('strength', HTMLInputElement);
const save = element('save', Save);
const bar = element('bar', HTMLProgressElement);
const panel = element('panel', HTMLFormElement);
const local = element('local', HTMLDetailsElement);

/** @typedef {'empty' | 'opening' | 'open' | 'running' | 'done'} State */
/** @type {State} */
let state = 'empty';
let name = '';
/** Whether the denoiser is ready to run. */
let isReady = false;
/** Whether it could not be made ready. */
let isUnusable = false;
/** How the denoiser's start goes; shown while somebody waits for it. */
let starting = { text: 'Loading…', fraction: /** @type {number | undefined} */ (0) };
/** When the first tile was begun, in milliseconds. */
let runBegin = 0;

const client = new Client();

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
  element('denoise', HTMLButtonElement).disabled = next === 'opening';
  element('denoise', HTMLButtonElement).textContent = next === 'done' ? 'Denoise again' : 'Denoise';
  showProgress();
  keepFocus();
}

/** The brush is there while its tools are, and steps aside for the emerging picture. */
function showBrush() {
  brush.active = local.open && (state === 'open' || state === 'done');
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
 * @param {'error' | 'notice'} id
 * @param {string} text  nothing hides it
 * @param {boolean} [hasButton]
 */
function tell(id, text, hasButton = false) {
  const box = element(id, HTMLElement);
  const [span, button] = [box.querySelector('span'), box.querySelector('button')];
  if (span) span.textContent = text;
  if (button) button.hidden = !hasButton;
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

/** @param {Blob} blob
 * @param {string} newName */
function open(blob, newName) {
  tell('error', '');
  if (isUnusable) start('auto');
  save.forget();
  name = newName;
  element('name', HTMLElement).textContent = newName;
  noise.setMeasured(null);
  enter('opening');
  client.open(blob, newName);
}

/** @param {HTMLButtonElement} button */
async function openSample(button) {
  const path = button.dataset.sample ?? '';
  try {
    const response = await fetch(path);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    open(await response.blob(), path.replace(/^.*\//, ''));
  } catch (error) {
    tell('error', `The sample could not be loaded: ${error instanceof Error ? error.message : error}`);
  }
}

function denoise() {
  if (state !== 'open' && state !== 'done') return;
  tell('error', '');
  save.forget();
  const steps = Number(new FormData(panel).get('steps'));
  // The divider is wanted next, not the brush.
  local.open = false;
  enter('running');
  // On a phone the settings may have pushed the photo out of sight.
  compare.scrollIntoView({ block: 'nearest' });
  if (isReady) showProgress('Starting…', 0);
  client.denoise({
    noise: noise.value ?? 'auto',
    steps,
    strength: strength.valueAsNumber / 100,
    painted: brush.map(),
  });
}

function cancel() {
  client.cancel();
  compare.setAfter(null);
  enter('open');
  announce('Cancelled.');
}

/** @param {'auto' | 'cpu'} backend */
function start(backend) {
  isReady = false;
  isUnusable = false;
  starting = { text: 'Loading…', fraction: 0 };
  element('device', HTMLElement).textContent = 'Loading…';
  client.start(backend);
}

on('starting', ({ phase, fraction }) => {
  const percent = fraction === undefined ? '' : ` ${Math.round(100 * fraction)} %`;
  starting = phase === 'loading' ? { text: `Loading…${percent}`, fraction } : { text: 'Compiling…', fraction };
  element('device', HTMLElement).textContent = starting.text;
  if (state === 'running') showProgress();
});

on('started', ({ device }) => {
  isReady = true;
  element('device', HTMLElement).textContent = deviceName(device);
  announce(deviceName(device));
  document.body.dataset.backend = device.backend;
  const notice = deviceNotice(device);
  // Now that everything has been loaded once, it need not be loaded again.
  keepForOffline();
  // What recovering has said is still true, and says more.
  if (notice) tell('notice', notice, device.backend === 'webgpu');
  if (state === 'running') showProgress('Starting…', 0);
});

on('unusable', ({ failure }) => {
  isReady = false;
  isUnusable = true;
  element('device', HTMLElement).textContent = 'Not available';
  if (state === 'running') cancel();
  // Without the worker nothing can be opened, either.
  if (state === 'opening') enter('empty');
  tell('error', failureText(failure), true);
});

on('opened', ({ bitmap }) => {
  brush.begin(bitmap.width, bitmap.height);
  compare.setBefore(bitmap);
  enter('open');
  announce(`${name} is open.`);
});

on('measured', ({ noise: measured }) => noise.setMeasured(measured));

on('running', ({ step, steps, tile, tiles, fraction, preview }) => {
  if (fraction === 0) runBegin = performance.now();
  const seconds = (performance.now() - runBegin) / 1000;
  // Before the first tile is done nobody knows.
  const left = fraction > 0 ? timeLeft((seconds / fraction) * (1 - fraction)) : '';
  const tileText = tiles > 1 ? `tile ${Math.min(tile + (fraction < 1 ? 1 : 0), tiles)} of ${tiles}` : '';
  showProgress([`Step ${step} of ${steps}`, tileText, left].filter(Boolean).join(' · '), fraction);
  if (preview) compare.setAfter(preview, { emerging: true });
});

on('denoised', ({ bitmap }) => {
  compare.setAfter(bitmap);
  compare.position = 50;
  enter('done');
  save.begin(name);
  announce('Done. Move the divider to compare before and after.');
});

on('encoded', ({ purpose, format, file }) => {
  save.take(purpose, format, file);
  keepFocus();
});

save.addEventListener('encode', (event) => {
  const { purpose, format, quality } = /** @type {CustomEvent} */ (event).detail;
  client.encode(purpose, format, quality);
});

save.addEventListener('copied', () => announce('The picture is in the clipboard.'));
save.addEventListener('failed', (event) => {
  tell('error', /** @type {CustomEvent<string>} */ (event).detail);
});

on('failed', ({ failure }) => {
  tell('error', failureText(failure));
  if (state === 'opening') {
    name = '';
    enter('empty');
  } else if (state === 'running') {
    compare.setAfter(null);
    enter('open');
  }
});

client.addEventListener('recovering', () => {
  isReady = false;
  tell('notice', 'The GPU stopped working. The CPU does the work from here on, which takes longer.');
});

noise.addEventListener('change', () => {
  const { value } = noise;
  element('noise-words', HTMLElement).textContent = value ? noiseName(value) : name && 'measuring…';
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
  retry: () => {
    tell('error', '');
    start('auto');
  },
  'use-cpu': () => {
    if (state === 'running') cancel();
    tell('notice', '');
    start('cpu');
  },
};

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button') : null;
  if (button?.dataset.sample) openSample(button);
  else if (button?.dataset.action) actions[button.dataset.action]?.();
});

// Nobody loses a run by closing a tab in passing.
addEventListener('beforeunload', (event) => {
  if (state === 'running') event.preventDefault();
});

/** Keeps the page for when there is no network. Without one, or in a private window perhaps, there is nothing to keep. */
async function keepForOffline() {
  try {
    await navigator.serviceWorker?.register('offline.js');
    await navigator.serviceWorker?.ready;
    element('offline', HTMLElement).hidden = !navigator.serviceWorker;
  } catch {
    // The page is as good without.
  }
}

takeFiles(file, (chosen) => open(chosen, chosen.name));
enter('empty');
start('auto');

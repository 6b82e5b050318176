// Measures what a run takes of the page's own thread beside the network, in Node, whose engine is Chromium's:
// `node host.mjs [MEGAPIXELS [TURNS [MODULE]]]`. Every prediction is 0, which costs nothing. With a MODULE, a folder as
// `cargo xtask pkg --out` writes it, the two take turns.

import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {typeof import('../../pkg/wasm/svnr_wasm.js')} Glue */

const [megapixels = 4, turns = 3] = process.argv.slice(2).map(Number);
const other = process.argv[4];

const root = fileURLToPath(new URL('../..', import.meta.url));
const side = Math.floor(Math.sqrt(megapixels * 1e6));
const pixels = side * side;
/** Pixels that cross into wasm at once, as in the package. */
const PIECE = 1 << 20;
/** As in the package on a GPU. */
const TILE = 512;

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** A coloured photo with noise, RGBA. */
function photo() {
  const data = new Uint8ClampedArray(4 * pixels).fill(255);
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < pixels; i += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      data[4 * i + channel] = 90 + 40 * channel + (i % 60) + 20 * (random() + random() + random() + random() - 2);
    }
  }
  return new Uint8Array(data.buffer);
}

/** The pieces of an image, each with its first pixel. @param {Uint8Array} data */
function* pieces(data) {
  for (let first = 0; first < pixels; first += PIECE) yield { first, piece: data.subarray(4 * first, 4 * (first + PIECE)) };
}

/** @param {string} folder */
async function open(folder) {
  const code = await readFile(join(folder, 'svnr_wasm.js'), 'utf8');
  /** @type {Glue} */
  const glue = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const module = await WebAssembly.compile(await readFile(join(folder, 'svnr_wasm_bg.wasm')));
  /** @type {any} */ (await glue.default({ module_or_path: module })).__wasm_call_ctors();
  const engine = glue.Engine.onCpu(await readFile(join(root, 'weights/svnr.safetensors')));
  return { folder, glue, engine, times: /** @type {Record<string, number[]>} */ ({}) };
}

/** A whole run without its network. @param {Awaited<ReturnType<typeof open>>} opened @param {Uint8Array} data */
function run({ glue, engine, times }, data) {
  /** @template T @param {string} name @param {() => T} f @returns {T} */
  const time = (name, f) => {
    const begun = performance.now();
    const made = f();
    (times[name] ??= []).push(performance.now() - begun);
    return made;
  };
  const image = time('reading 8 bits', () => {
    const reader = new glue.ImageReader(side, side);
    for (const { first, piece } of pieces(data)) reader.readU8(first, piece, 4);
    return reader.finish();
  });
  time('the noise estimate', () => glue.estimateNoise(image));
  const [noise, settings] = [glue.Noise.model(0.02, 0.004), new glue.Settings()];
  settings.tile = TILE;
  const task = time('the start', () => engine.start(image, noise, settings));
  time('the only step', () => {
    for (let tile = task.takeTile(); tile; tile = task.takeTile()) {
      const { index, window } = tile;
      tile.free();
      task.finishTile(index, new Float32Array(3 * (window[2] ?? 0) * (window[3] ?? 0)));
    }
  });
  const result = time('the result', () => task.finish());
  time('writing 8 bits', () => {
    for (const { first, piece } of pieces(data)) result.writeU8(first, piece, 4);
  });
  for (const used of [image, noise, settings, result]) used.free();
}

const modules = [await open(join(root, 'pkg/wasm')), ...(other ? [await open(other)] : [])];
const data = photo();
for (let turn = 0; turn <= turns; turn += 1) {
  for (const module of modules) {
    // The first turn compiles.
    if (turn === 1) module.times = {};
    run(module, data.slice());
  }
}
console.log(`${side} x ${side} pixels, medians of ${turns} turns, milliseconds per megapixel, on an ${cpus()[0]?.model.trim() ?? 'unknown CPU'}:\n`);
console.log(`| | ${modules.map(({ folder }) => folder).join(' | ')} |`);
console.log(`|---|${'--:|'.repeat(modules.length)}`);
for (const name of Object.keys(modules[0]?.times ?? {})) {
  console.log(`| ${name} | ${modules.map(({ times }) => (median(times[name] ?? []) / (pixels / 1e6)).toFixed(1)).join(' | ')} |`);
}

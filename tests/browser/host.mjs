// Measures what a run takes of the page's own thread beside the network, in Node, whose engine is Chromium's:
// `node host.mjs [MEGAPIXELS [TURNS [MODULE]]]`. Every prediction is 0, which costs nothing. With a MODULE, a folder as
// `cargo xtask pkg --out` writes it, the two take turns.

import { cpus } from 'node:os';
import { join } from 'node:path';
import { median, open, photo, pieces, read, root } from './bench.mjs';

const [megapixels = 4, turns = 3] = process.argv.slice(2).map(Number);
const other = process.argv[4];

const side = Math.floor(Math.sqrt(megapixels * 1e6));
const pixels = side * side;
/** As in the package on a GPU. */
const TILE = 512;

/** What each part of a run took, by name. @typedef {Record<string, number[]>} Times */

/**
 * A whole run without its network.
 *
 * @param {import('./bench.mjs').Opened & { times: Times }} opened
 * @param {Uint8Array} data
 */
function run(opened, data) {
  const { glue, engine, times } = opened;
  /** @template T @param {string} name @param {() => T} f @returns {T} */
  const time = (name, f) => {
    const begun = performance.now();
    const made = f();
    (times[name] ??= []).push(performance.now() - begun);
    return made;
  };
  const image = time('reading 8 bits', () => read(opened, data, side));
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

const folders = [join(root, 'pkg/wasm'), ...(other ? [other] : [])];
const modules = await Promise.all(
  folders.map(async (folder) => ({ ...(await open(folder)), times: /** @type {Times} */ ({}) })),
);
const data = photo(pixels);
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

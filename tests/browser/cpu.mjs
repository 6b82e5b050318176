// Times one worker of the page on the CPU, in Node, whose engine is Chromium's, beside others:
// `node cpu.mjs [MEGAPIXELS [TURNS [OTHER...]]]`. An OTHER is a folder as `cargo xtask pkg --out` writes it, or an ONNX
// file as benches/beside_onnxruntime.py writes it, which gets bare tiles and needs `npm install onnxruntime-web`. They
// take turns.

import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median, open, photo, read, root } from './bench.mjs';

const [megapixels = 12, turns = 3] = process.argv.slice(2, 4).map(Number);
const others = process.argv.slice(4);
const side = Math.floor(Math.sqrt(megapixels * 1e6));
const pixels = side * side;
/** As in the package on the CPU. */
const TILE = 384;
/** As in the ONNX file. */
const BARE_TILE = 512;

const data = photo(pixels);

/** A whole run, in seconds per megapixel. @param {string} folder @returns {Promise<() => Promise<number>>} */
async function ours(folder) {
  const opened = await open(folder);
  const { glue, engine } = opened;
  return async () => {
    const [noise, settings] = [glue.Noise.model(0.02, 0.004), new glue.Settings()];
    settings.tile = TILE;
    const image = read(opened, data.slice(), side);
    const begun = performance.now();
    const task = engine.start(image, noise, settings);
    while (await task.advance());
    const took = performance.now() - begun;
    for (const used of [image, noise, settings, task.finish()]) used.free();
    return took / 1e3 / (pixels / 1e6);
  };
}

/**
 * Bare tiles of the same network, in seconds per megapixel.
 *
 * @param {string} file
 * @returns {Promise<() => Promise<number>>}
 */
async function onnxruntime(file) {
  const found = createRequire(join(process.cwd(), 'package.json')).resolve('onnxruntime-web');
  const ort = await import(pathToFileURL(found).href);
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(resolve(file), { executionProviders: ['wasm'] });
  const plane = (/** @type {() => number} */ value) =>
    new ort.Tensor('float32', Float32Array.from({ length: 3 * BARE_TILE ** 2 }, value), [1, 3, BARE_TILE, BARE_TILE]);
  const inputs = { x: plane(() => 0.3 + 0.2 * Math.random()), sigma: plane(() => 0.1) };
  return async () => {
    const begun = performance.now();
    await session.run(inputs);
    return (performance.now() - begun) / 1e3 / (BARE_TILE ** 2 / 1e6);
  };
}

const contenders = [join(root, 'pkg/wasm'), ...others];
const runs = await Promise.all(contenders.map((each) => (each.endsWith('.onnx') ? onnxruntime(each) : ours(each))));
const times = runs.map(() => /** @type {number[]} */ ([]));
for (let turn = 0; turn <= turns; turn += 1) {
  for (const [i, run] of runs.entries()) {
    const took = await run();
    // The first turn compiles.
    if (turn > 0) times[i]?.push(took);
  }
}
const processor = cpus()[0]?.model.trim() ?? 'unknown CPU';
console.log(`${side} x ${side} pixels, medians of ${turns} turns, seconds per megapixel, on an ${processor}:\n`);
for (const [i, name] of contenders.entries()) console.log(`${name}  ${median(times[i] ?? []).toFixed(2)}`);

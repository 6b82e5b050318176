// Measures one evaluation of the network on WebGPU: `node evaluation.mjs [SIDE [TURNS [OTHER]]]`, with the environment
// of the tests (CHROMIUM, and SVNR_WASM and SVNR_XTASK where they are not the default). With an OTHER the two take
// turns: a folder as `cargo xtask pkg --out` writes it, or an ONNX file of that SIDE as benches/beside_onnxruntime.py
// writes it, which needs `npm install onnxruntime-web`.

import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

import { median } from './bench.mjs';
import { openPage } from './engine-page.mjs';

/** @typedef {import('./engine-page.mjs').Here} Here */
/** @typedef {import('./engine-page.mjs').Counts} Counts */

const [side = 128, turns = 3] = process.argv.slice(2).map(Number);
const other = process.argv[4];

/** @param {string | undefined} module */
async function ours(module) {
  const { page, close } = await openPage(module, { zeroed: true });
  return {
    name: process.env.SVNR_WASM ?? 'pkg/wasm',
    /** @type {Counts[]} */
    all: [],
    evaluate: () =>
      page.evaluate(async (side) => {
        const { evaluate } = /** @type {Here} */ (/** @type {any} */ (globalThis));
        const wanted = /** @type {const} */ ({ on: 'gpu', weights: '/pkg/svnr.safetensors', size: [side, side], channels: 3 });
        return (await evaluate({ ...wanted, isFirstStep: true })).counts;
      }, side),
    close,
  };
}

/** The same network in onnxruntime. @param {string} file */
async function onnxruntime(file) {
  const { page, close } = await openPage(undefined, { zeroed: true });
  const dist = dirname(createRequire(join(process.cwd(), 'package.json')).resolve('onnxruntime-web'));
  await page.route('**/onnxruntime/*', (route) => route.fulfill({ path: join(dist, basename(route.request().url())) }));
  await page.route('**/svnr.onnx', (route) => route.fulfill({ path: resolve(file) }));
  await page.evaluate(async (side) => {
    const { counted } = /** @type {Here} */ (/** @type {any} */ (globalThis));
    const ort = await import(/** @type {any} */ ('/onnxruntime/ort.webgpu.mjs'));
    ort.env.wasm.wasmPaths = '/onnxruntime/';
    ort.env.wasm.numThreads = 1;
    const session = await ort.InferenceSession.create('/svnr.onnx', { executionProviders: ['webgpu'] });
    const plane = (/** @type {() => number} */ value) =>
      new ort.Tensor('float32', Float32Array.from({ length: 3 * side ** 2 }, value), [1, 3, side, side]);
    const inputs = { x: plane(() => 0.3 + 0.2 * Math.random()), sigma: plane(() => 0.1) };
    Object.assign(globalThis, { theirs: () => counted(() => session.run(inputs)) });
  }, side);
  return {
    name: file,
    /** @type {Counts[]} */
    all: [],
    evaluate: async () => {
      const { counts } = await page.evaluate(() => /** @type {any} */ (globalThis).theirs());
      return /** @type {Counts} */ (counts);
    },
    close,
  };
}

const pages = [await ours(undefined), ...(other ? [await (other.endsWith('.onnx') ? onnxruntime(other) : ours(other))] : [])];
try {
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const { evaluate, all } of pages) {
      const counts = await evaluate();
      // The first turn compiles.
      if (turn > 0) all.push(counts);
    }
  }
  console.log(`${side} x ${side} pixels, medians of ${turns} turns, on ${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'an unknown CPU'}:\n`);
  console.log('| module | wall, s | page\'s thread, s | dispatches | passes | submits | bytes bound per pixel | uploaded | read back |');
  console.log('|---|--:|--:|--:|--:|--:|--:|--:|--:|');
  for (const { name, all } of pages) {
    const of = (/** @type {keyof Counts} */ key) => median(all.map((counts) => counts[key]));
    const perPixel = (/** @type {keyof Counts} */ key) => (of(key) / side ** 2).toFixed(0);
    const counted = `${of('dispatches')} | ${of('passes')} | ${of('submits')} | ${perPixel('traffic')} | ${perPixel('written')} | ${perPixel('read')}`;
    console.log(`| ${name} | ${of('wall').toFixed(2)} | ${of('thread').toFixed(3)} | ${counted} |`);
  }
} finally {
  await Promise.all(pages.map(({ close }) => close()));
}

// Measures one evaluation of the network on WebGPU: `node evaluation.mjs [SIDE [TURNS [MODULE]]]`, with the environment
// of the tests (CHROMIUM, and SVNR_WASM and SVNR_XTASK where they are not the default). With a MODULE, a folder as
// `cargo xtask pkg --out` writes it, the two take turns.

import { cpus } from 'node:os';

import { median } from './bench.mjs';
import { prepare } from './engine-page.mjs';
import { launch, serve } from './harness.mjs';

/** @typedef {import('./engine-page.mjs').Here} Here */
/** @typedef {import('./engine-page.mjs').Counts} Counts */

const [side = 128, turns = 3] = process.argv.slice(2).map(Number);
const other = process.argv[4];

/** @param {string | undefined} module */
async function open(module) {
  if (module) process.env.SVNR_WASM = module;
  const site = await serve();
  const browser = await launch({ webgpu: true, zeroed: true });
  const page = await browser.newPage({ serviceWorkers: 'block' });
  page.setDefaultTimeout(0);
  page.on('console', (message) => void (message.type() === 'error' && console.error(message.text())));
  await page.goto(site.url);
  await prepare(page);
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
    close: () => Promise.all([site.close(), browser.close()]),
  };
}

const pages = [await open(undefined), ...(other ? [await open(other)] : [])];
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

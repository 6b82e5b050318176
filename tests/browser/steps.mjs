// Measures what the steps of a run on WebGPU take beside the GPU's own work: `node steps.mjs [MEGAPIXELS [STEPS [TURNS
// [MODULE]]]]`, with the environment of the tests (CHROMIUM, and SVNR_WASM and SVNR_XTASK where they are not the
// default). The GPU gets every command, but no kernel has anything to do. With a MODULE, a folder as `cargo xtask pkg
// --out` writes it, the two take turns.

import { cpus } from 'node:os';

import { median } from './bench.mjs';
import { openPage } from './engine-page.mjs';

/** @typedef {import('./engine-page.mjs').Here} Here */
/** @typedef {import('./engine-page.mjs').Counts} Counts */

const [megapixels = 4, steps = 5, turns = 3] = process.argv.slice(2).map(Number);
const other = process.argv[5];
const side = Math.floor(Math.sqrt(megapixels * 1e6));

/** @param {string | undefined} module */
async function open(module) {
  const { page, close } = await openPage(module);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  /** Seconds for which the page's thread has worked. */
  const worked = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'ThreadTime')?.value ?? NaN;
  };
  return {
    name: process.env.SVNR_WASM ?? 'pkg/wasm',
    /** @type {Counts[]} */
    all: [],
    /** @returns {Promise<Counts>} */
    async run() {
      const wanted = { side, steps, computes: false };
      const started = await page.evaluateHandle((wanted) => /** @type {Here} */ (/** @type {any} */ (globalThis)).start(wanted), wanted);
      const before = await worked();
      const counts = await started.evaluate((finish) => finish());
      return { ...counts, thread: (await worked()) - before };
    },
    close,
  };
}

const pages = [await open(undefined), ...(other ? [await open(other)] : [])];
try {
  for (let turn = 0; turn < turns; turn += 1) {
    for (const { run, all } of pages) all.push(await run());
  }
  console.log(`${side} x ${side} pixels, ${steps} steps, medians of ${turns} turns, on ${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'an unknown CPU'}:\n`);
  console.log("| module | the page's thread, ms per megapixel and step | MB to the GPU | MB back | dispatches | submits |");
  console.log('|---|--:|--:|--:|--:|--:|');
  for (const { name, all } of pages) {
    const of = (/** @type {keyof Counts} */ key) => median(all.map((counts) => counts[key]));
    const [thread, written, read] = [(1e9 * of('thread')) / side ** 2 / steps, of('written') / 1e6, of('read') / 1e6];
    console.log(`| ${name} | ${thread.toFixed(1)} | ${written.toFixed(0)} | ${read.toFixed(0)} | ${of('dispatches')} | ${of('submits')} |`);
  }
} finally {
  await Promise.all(pages.map(({ close }) => close()));
}

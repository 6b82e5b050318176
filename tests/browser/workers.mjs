// Measures how much faster several workers are than one, on a photo of a megapixel on the CPU: `node workers.mjs
// [WORKERS [TURNS]]`, with the environment of the tests (CHROMIUM, and SVNR_WASM and SVNR_XTASK where they are not the
// default). They take turns, so that a machine that gets busy slows both.

import { cpus } from 'node:os';

import { median } from './bench.mjs';
import { launch, serve } from './harness.mjs';

const [workers = 2, turns = 3] = process.argv.slice(2).map(Number);
/** A photo as cameras have it, of 3 to 2: its 12 tiles can be shared evenly by 2, 3, 4 or 6. */
const SIZE = { width: 1224, height: 816 };
/** What warms up: a tile for each of them. */
const SMALL = { width: 384 * workers, height: 64 };

/** @typedef {{ denoisers: import('../../pkg/worker.js').WorkerDenoiser[] }} Here  what the script puts into the page */

/**
 * How long a run takes, in seconds.
 *
 * @param {import('playwright-core').Page} page
 * @param {number} index  of the denoiser
 * @param {{ width: number, height: number }} size
 */
function took(page, index, size) {
  return page.evaluate(
    async ({ index, width, height }) => {
      const [denoiser] = /** @type {Here} */ (/** @type {any} */ (globalThis)).denoisers.slice(index);
      const data = Uint8ClampedArray.from({ length: 4 * width * height }, (_, at) => (at % 4 === 3 ? 255 : (at * 31) % 97));
      const begun = performance.now();
      await denoiser?.denoise({ data, width, height }, { noise: { read: 0.02, shot: 0.01 }, transfer: true });
      return (performance.now() - begun) / 1000;
    },
    { index, ...size },
  );
}

const [site, browser] = await Promise.all([serve(), launch({ webgpu: false })]);
try {
  const page = await browser.newPage({ serviceWorkers: 'block' });
  page.setDefaultTimeout(0);
  await page.goto(site.url);
  await page.evaluate(async (workers) => {
    /** @type {typeof import('../../pkg/worker.js')} */
    const { createWorkerDenoiser } = await import(/** @type {any} */ ('/pkg/worker.js'));
    const create = (/** @type {number} */ workers) => createWorkerDenoiser({ backend: 'cpu', workers });
    Object.assign(globalThis, { denoisers: await Promise.all([create(1), create(workers)]) });
  }, workers);
  console.log(`On ${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'an unknown CPU'}, ${SIZE.width} x ${SIZE.height} pixels, 1 step:\n`);
  console.log(`| turn | 1 worker | ${workers} workers | times as fast |\n|--:|--:|--:|--:|`);
  const ratios = [];
  for (let turn = 1; turn <= turns; turn += 1) {
    // Workers that have waited long have ended.
    await took(page, 0, SMALL);
    const one = await took(page, 0, SIZE);
    await took(page, 1, SMALL);
    const several = await took(page, 1, SIZE);
    ratios.push(one / several);
    console.log(`| ${turn} | ${one.toFixed(2)} s | ${several.toFixed(2)} s | ${(one / several).toFixed(2)} |`);
  }
  console.log(`\nMedian: ${median(ratios).toFixed(2)} times as fast`);
} finally {
  await Promise.all([browser.close(), site.close()]);
}

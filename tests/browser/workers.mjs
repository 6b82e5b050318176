// Measures how much faster several workers are than one, on a photo of a megapixel on the CPU: `node workers.mjs
// [WORKERS]`, with the environment of the tests (CHROMIUM, and SVNR_WASM and SVNR_XTASK where they are not the default).
// They take turns, so that a busy machine slows both.

import { cpus } from 'node:os';

import { launch, serve } from './harness.mjs';

/** How often each takes its turn, after one that warms up. */
const TURNS = 3;
/** A photo as cameras have it, of 3 to 2. */
const [WIDTH, HEIGHT] = [1224, 816];

const workers = Number(process.argv[2] ?? 2);
const [site, browser] = await Promise.all([serve(), launch({ webgpu: false })]);
try {
  const page = await browser.newPage({ serviceWorkers: 'block' });
  page.setDefaultTimeout(0);
  await page.goto(site.url);
  const times = await page.evaluate(
    async ({ width, height, turns, workers }) => {
      /** @type {typeof import('../../pkg/worker.js')} */
      const { createWorkerDenoiser } = await import(/** @type {any} */ ('/pkg/worker.js'));
      const data = Uint8ClampedArray.from({ length: 4 * width * height }, (_, at) => (at % 4 === 3 ? 255 : 60 + ((at * 31) % 97)));
      /** @type {{ workers: number, seconds: number[] }[]} */
      const all = [
        { workers: 1, seconds: [] },
        { workers, seconds: [] },
      ];
      const denoisers = await Promise.all(all.map(({ workers }) => createWorkerDenoiser({ backend: 'cpu', workers })));
      for (let turn = 0; turn <= turns; turn += 1) {
        for (const [i, denoiser] of denoisers.entries()) {
          const begun = performance.now();
          await denoiser.denoise({ data, width, height }, { noise: { read: 0.02, shot: 0.01 } });
          if (turn > 0) all[i]?.seconds.push((performance.now() - begun) / 1000);
        }
      }
      return all;
    },
    { width: WIDTH, height: HEIGHT, turns: TURNS, workers },
  );
  const median = (/** @type {number[]} */ values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
  console.log(`On ${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'an unknown CPU'}, ${WIDTH} x ${HEIGHT} pixels, 1 step:\n`);
  console.log(`| workers | median of ${TURNS} | least | most |\n|--:|--:|--:|--:|`);
  for (const { workers, seconds } of times) {
    const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
    console.log(`| ${workers} | ${[median(seconds), least, most].map((s) => `${s.toFixed(2)} s`).join(' | ')} |`);
  }
  const [one, several] = times.map(({ seconds }) => median(seconds));
  console.log(`\n${((one ?? NaN) / (several ?? NaN)).toFixed(2)} times as fast`);
} finally {
  await Promise.all([browser.close(), site.close()]);
}

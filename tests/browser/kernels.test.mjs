// The network's kernels on a GPU: they compute what the network on the CPU does, in few steps.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';

import { prepare } from './engine-page.mjs';
import { root } from './harness.mjs';
import { visitors } from './visit.mjs';

/** @typedef {import('./engine-page.mjs').Here} Here */

// As visitors have it.
const { visit } = visitors({ webgpu: true, zeroed: true });

const NETWORKS = /** @type {const} */ ([
  ['photos', 'svnr.safetensors', 3, [[8, 8], [24, 72], [56, 40]], [128, 128]],
  ['mosaics', 'svnr-mosaic.safetensors', 4, [[4, 4], [12, 44], [28, 20]], [64, 64]],
]);

/** One page for all tests: compiling the kernels takes nearly all of their time.
 * @type {import('playwright-core').Page} */
let page;

before(async () => {
  ({ page } = await visit(null, { html: '<title>Test</title>' }));
  for (const [, file] of NETWORKS) {
    const body = await readFile(join(root, 'weights', file));
    await page.route(`**/weights/${file}`, (route) => route.fulfill({ body }));
  }
  await prepare(page);
});

/** @param {'gpu' | 'cpu'} on @param {string} file @param {readonly [number, number]} size @param {number} channels */
function evaluate(on, file, size, channels) {
  return page.evaluate(
    async ({ on, weights, size: [rows, columns], channels }) => {
      const { evaluate } = /** @type {Here} */ (/** @type {any} */ (globalThis));
      return evaluate(on, weights, [rows, columns], channels);
    },
    { on, weights: `/weights/${file}`, size, channels },
  );
}

for (const [of, file, channels, sizes, large] of NETWORKS) {
  test(`the network for ${of} is the same on a GPU`, async (t) => {
    for (const size of sizes) {
      const [gpu, cpu] = [await evaluate('gpu', file, size, channels), await evaluate('cpu', file, size, channels)];
      assert.equal(gpu.eps.length, channels * size[0] * size[1]);
      const largest = Math.max(...gpu.eps.map((eps, at) => Math.abs(eps - (cpu.eps[at] ?? NaN))));
      t.diagnostic(`${size.join(' x ')}: differs by ${largest.toExponential(1)} at most`);
      assert(largest < 2e-4, `${size.join(' x ')}: ${largest}`);
      // The first one brings the weights, too.
      assert(gpu.counts.dispatches <= 30 && gpu.counts.submits <= 5, JSON.stringify(gpu.counts));
    }
  });

  test(`an evaluation for ${of} is few dispatches on few bytes`, async (t) => {
    const { counts } = await evaluate('gpu', file, large, channels);
    // What each photo's pixel or photosite needs beside the weights, which a small tile reads as often as a large one.
    const pixels = large[0] * large[1] * (channels === 4 ? 4 : 1);
    const traffic = (counts.traffic - 2 * (await readFile(join(root, 'weights', file))).length) / pixels;
    t.diagnostic(`${counts.dispatches} dispatches, ${counts.passes} passes, ${counts.submits} submits, ${traffic.toFixed(0)} bytes a pixel`);
    assert(counts.dispatches <= 30, `${counts.dispatches} dispatches`);
    assert(traffic < 3500, `${traffic} bytes a pixel`);
    assert(counts.submits <= 5, `${counts.submits} submits`);
  });
}

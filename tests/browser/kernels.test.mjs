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

/** @param {import('./engine-page.mjs').Wanted} wanted */
function evaluate(wanted) {
  return page.evaluate((wanted) => /** @type {Here} */ (/** @type {any} */ (globalThis)).evaluate(wanted), wanted);
}

for (const [of, file, channels, sizes, large] of NETWORKS) {
  test(`the network for ${of} is the same on a GPU`, async (t) => {
    for (const [i, size] of sizes.entries()) {
      // The last without its halo.
      const halo = i === sizes.length - 1 ? 4 : 0;
      const wanted = { weights: `/weights/${file}`, size, channels, halo, isFirstStep: i % 2 === 1 };
      const [gpu, cpu] = [await evaluate({ on: 'gpu', ...wanted }), await evaluate({ on: 'cpu', ...wanted })];
      assert.equal(gpu.eps.length, channels * (size[0] - 2 * halo) * (size[1] - 2 * halo));
      const largest = Math.max(...gpu.eps.map((eps, at) => Math.abs(eps - (cpu.eps[at] ?? NaN))));
      t.diagnostic(`${size.join(' x ')}: differs by ${largest.toExponential(1)} at most`);
      assert(largest < 2e-4, `${size.join(' x ')}: ${largest}`);
      // The first one brings the weights, too.
      assert(gpu.counts.dispatches <= 30 && gpu.counts.submits <= 5, JSON.stringify(gpu.counts));
    }
  });

  test(`an evaluation for ${of} is few dispatches on few bytes`, async (t) => {
    const { counts } = await evaluate({ on: 'gpu', weights: `/weights/${file}`, size: large, channels });
    // What each photo's pixel or photosite needs beside the weights, which a small tile reads as often as a large one.
    const pixels = large[0] * large[1] * (channels === 4 ? 4 : 1);
    const traffic = (counts.traffic - 2 * (await readFile(join(root, 'weights', file))).length) / pixels;
    t.diagnostic(`${counts.dispatches} dispatches, ${counts.passes} passes, ${counts.submits} submits, ${traffic.toFixed(0)} bytes a pixel`);
    assert(counts.dispatches <= 30, `${counts.dispatches} dispatches`);
    assert(traffic < 3500, `${traffic} bytes a pixel`);
    assert(counts.submits <= 5, `${counts.submits} submits`);
  });

  test(`for ${of} only what differs goes to a GPU, and only what is wanted comes back`, async () => {
    const [rows, columns, halo] = [16, 24, 4];
    const wanted = { on: /** @type {const} */ ('gpu'), weights: `/weights/${file}`, size: /** @type {const} */ ([rows, columns]), channels, halo };
    // The first brings the sizes, the second all that changes.
    const [, later, first] = [await evaluate(wanted), await evaluate(wanted), await evaluate({ ...wanted, isFirstStep: true })];
    const [plane, inner] = [4 * channels * rows * columns, 4 * channels * (rows - 2 * halo) * (columns - 2 * halo)];
    assert.deepEqual([later.counts.written, later.counts.read], [4 * plane, inner]);
    assert.deepEqual([first.counts.written, first.counts.read], [2 * plane, inner]);
  });
}

test('a photo goes to a GPU once and comes back once, and between steps a few of its pixels', async () => {
  const [side, steps, tile] = [512, 3, 256];
  const counts = await page.evaluate(async (wanted) => {
    const run = await /** @type {Here} */ (/** @type {any} */ (globalThis)).start({ ...wanted, computes: false });
    return run();
  }, { side, steps, tile });
  const pixels = side * side;
  // The photo and its time map, and what is no longer for a larger photo.
  const written = counts.written - 24 * pixels;
  assert(written >= 0 && written < 10_000, `${written} bytes more than the photo`);
  // The result; after two steps every second pixel of every second row; and whether each tile is right.
  const tiles = (side / tile) ** 2;
  assert.equal(counts.read, 12 * pixels + (steps - 1) * 3 * pixels + 4 * tiles * steps);
});

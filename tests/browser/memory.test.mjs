// Memory over many runs: neither wasm's nor the GPU's may grow.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { noisyAndClean } from './pictures.mjs';
import { visitors } from './visit.mjs';

/** @typedef {typeof import('../../pkg/index.js')} Package */
/** What the script below puts into the page.
 * @typedef {{
 *   svnr: Package,
 *   memory: () => number,
 *   buffers: () => Promise<number>,
 *   photo: import('../../pkg/index.js').PlainImage,
 * }} Here */

const photo = noisyAndClean(32, 32).noisy;

const { visit } = visitors({ webgpu: true, arguments: ['--js-flags=--expose-gc'] });

/**
 * A page that counts wasm's bytes and the GPU's live buffers.
 *
 * @param {import('node:test').TestContext} t
 */
async function countingPage(t) {
  const { page, errors } = await visit(t, { html: '<title>Test</title>' });
  await page.evaluate(async ({ data, width, height }) => {
    /** @type {WebAssembly.Memory | undefined} */
    let wasm;
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = /** @type {any} */ (
      async (/** @type {WebAssembly.Module} */ module, /** @type {WebAssembly.Imports} */ imports) => {
        const instance = await instantiate(module, imports);
        wasm = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
        return instance;
      }
    );
    /** @type {Set<WeakRef<object>>} */
    const made = new Set();
    const { prototype } = /** @type {any} */ (globalThis).GPUDevice;
    const { createBuffer } = prototype;
    prototype.createBuffer = function (/** @type {unknown[]} */ ...given) {
      const buffer = createBuffer.apply(this, given);
      const { destroy } = buffer;
      const reference = new WeakRef(buffer);
      buffer.destroy = () => {
        made.delete(reference);
        destroy.call(buffer);
      };
      made.add(reference);
      return buffer;
    };
    Object.assign(globalThis, {
      svnr: await import(/** @type {any} */ ('/pkg/index.js')),
      memory: () => wasm?.buffer.byteLength ?? 0,
      buffers: async () => {
        // A weak reference holds until the task is over, and what a freed denoiser still waits for may take longer:
        // counted until it no longer falls.
        let least = Infinity;
        for (let rest = 0; rest < 5; rest += 1) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          /** @type {any} */ (globalThis).gc();
          const alive = [...made].filter((reference) => reference.deref()).length;
          if (alive < least) rest = 0;
          least = Math.min(least, alive);
        }
        return least;
      },
      photo: { data: new Uint8ClampedArray(data), width, height },
    });
  }, { ...photo, data: [...photo.data] });
  return { page, errors };
}

/**
 * After how many runs, and after how many denoisers, memory is measured. A software GPU is slow, but there the first
 * leaked buffer shows; wasm's memory grows by pages, so small leaks show only after a while. Its heap reaches its size
 * within the first twenty denoisers; which of them enlarges it last, by a place for the weights, depends on how
 * fragments come to lie.
 */
const TIMES = /** @type {const} */ ([
  ['cpu', { runs: [10, 50], denoisers: [30, 60] }],
  ['webgpu', { runs: [5, 15], denoisers: [6, 9] }],
]);

for (const [backend, { runs, denoisers }] of TIMES) {
  test(`${runs[1]} runs on ${backend} leave memory flat`, async (t) => {
    const { page, errors } = await countingPage(t);
    const counts = await page.evaluate(
      async ({ backend, early, late }) => {
        const { svnr, memory, buffers, photo } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
        const denoiser = await svnr.Denoiser.create({ backend });
        const counts = [];
        for (let run = 1; run <= late; run += 1) {
          await denoiser.denoise(photo);
          if (run === early || run === late) counts.push({ memory: memory(), buffers: await buffers() });
        }
        denoiser.free();
        return counts;
      },
      { backend, early: runs[0], late: runs[1] },
    );
    t.diagnostic(JSON.stringify(counts));
    const [early, late] = counts;
    assert(early && late && early.memory > 0);
    assert.equal(late.memory, early.memory);
    assert(late.buffers <= early.buffers, JSON.stringify(counts));
    assert(backend === 'cpu' || early.buffers > 0, 'the buffers are seen at all');
    assert.deepEqual(errors, []);
  });

  test(`${denoisers[1]} denoisers on ${backend}, one after another, leave memory flat`, async (t) => {
    const { page, errors } = await countingPage(t);
    const counts = await page.evaluate(
      async ({ backend, early, late }) => {
        const { svnr, memory, buffers, photo } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
        const counts = [];
        for (let turn = 1; turn <= late; turn += 1) {
          const denoiser = await svnr.Denoiser.create({ backend });
          await denoiser.denoise(photo);
          denoiser.free();
          if (turn === early || turn === late) counts.push({ memory: memory(), buffers: await buffers() });
        }
        return counts;
      },
      { backend, early: denoisers[0], late: denoisers[1] },
    );
    t.diagnostic(JSON.stringify(counts));
    const [early, late] = counts;
    assert(early && late && early.memory > 0);
    // As fragments come to lie differently, the heap may once grow by a piece. The weights alone have ten times as
    // much.
    assert(late.memory - early.memory < 2 ** 20, JSON.stringify(counts));
    assert(late.buffers <= early.buffers, JSON.stringify(counts));
    assert.deepEqual(errors, []);
  });
}

for (const [what, channels, expected] of /** @type {const} */ ([['a photo', 3, 36], ['a grey photo', 1, 48]])) {
  test(`a run on ${what} takes the memory that the package reckons with`, async (t) => {
    const { page, errors } = await countingPage(t);
    const bytes = await bytesPerPixel(page, channels);
    t.diagnostic(`${bytes.toFixed(1)} bytes a pixel`);
    // And what the allocator leaves between.
    assert(bytes > expected && bytes < expected + 12, `${bytes}`);
    assert.deepEqual(errors, []);
  });
}

/**
 * @param {import('playwright-core').Page} page
 * @param {number} channels  that differ
 */
function bytesPerPixel(page, channels) {
  const [width, height] = [3000, 2000];
  return page.evaluate(
    async ([width, height, channels]) => {
      const { svnr, memory, photo } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
      const denoiser = await svnr.Denoiser.create({ backend: 'cpu' });
      const options = { noise: { read: 0.1, shot: 0.01 }, tile: 64 };
      // A tile's memory is there from now on.
      await denoiser.denoise(photo, options);
      const before = memory();
      const abort = new AbortController();
      const image = new ImageData(width, height);
      image.data.forEach((_, i) => {
        image.data[i] = 64 + ((i >> 2) % 50) + (i % channels);
      });
      // With its first tile, a run of one step has all the memory that it needs.
      const onProgress = (/** @type {import('../../pkg/index.js').DenoiseProgress} */ progress) => {
        if (progress.phase === 'denoising' && progress.tile === 1) abort.abort();
      };
      await denoiser.denoise(image, { ...options, signal: abort.signal, onProgress }).catch(() => {});
      return (memory() - before) / (width * height);
    },
    /** @type {const} */ ([width, height, channels]),
  );
}

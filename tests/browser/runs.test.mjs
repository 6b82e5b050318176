// One run after the other: memory stays flat, and so does the page.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodePng, noisyAndClean } from './pictures.mjs';
import { denoise, give, inWorker, reach, visitors } from './visit.mjs';

const RUNS = 20;
/** Runs after which all that is kept for later has been made. */
const WARM = 5;

const { visit } = visitors({ webgpu: false, arguments: ['--js-flags=--expose-gc'] });

/** Code for {@link inWorker} that lets the memory of wasm be seen. */
const COUNTING = `
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...source) => {
    const result = await instantiateStreaming(...source);
    globalThis.wasmMemory = result.instance.exports.memory;
    return result;
  };`;

test(`memory stays flat over ${RUNS} runs, a new photo for each`, async (t) => {
  const { page, errors } = await visit(t, { prepare: (page) => inWorker(page, COUNTING) });
  const heap = () => {
    return page.evaluate(() => {
      const { gc, performance } = /** @type {any} */ (globalThis);
      gc();
      return /** @type {number} */ (performance.memory.usedJSHeapSize);
    });
  };
  const photo = encodePng(noisyAndClean(64, 48).noisy);
  /** @type {{ wasm: number, page: number }[]} */
  const used = [];
  for (let run = 1; run <= RUNS; run += 1) {
    await give(page, { name: `photo-${run}.png`, buffer: photo });
    await page.locator('#name').getByText(`photo-${run}.png`).waitFor();
    await reach(page, 'open');
    await denoise(page);
    await reach(page, 'done');
    // What was made of it goes, too.
    const takeOff = page.getByRole('button', { name: `Take photo-${run - 1}.png off the list` });
    if (run > 1) await takeOff.click();
    const [worker] = page.workers();
    assert(worker);
    const wasm = await worker.evaluate(() => /** @type {any} */ (globalThis).wasmMemory.buffer.byteLength);
    used.push({ wasm, page: await heap() });
  }
  const [warm, last] = [used[WARM - 1], used[RUNS - 1]];
  assert(warm && last);
  t.diagnostic(`after ${WARM} runs ${JSON.stringify(warm)}, after ${RUNS} ${JSON.stringify(last)}`);
  assert.equal(last.wasm, warm.wasm, 'the memory of wasm never shrinks, so that any leak shows');
  assert(last.page < warm.page + 1_000_000, `the page's ${warm.page} bytes became ${last.page}`);
  assert.deepEqual(errors, []);
});

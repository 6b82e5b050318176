// Many runs in a row: memory stays flat, and so does the page.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodePng, noisyAndClean } from './pictures.mjs';
import { denoise, give, inWorker, reach, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').CDPSession} CDPSession */

const RUNS = 20;
/** How many runs it takes until everything that is kept exists. */
const WARM = 5;
/** How much a heap may grow afterwards, in bytes: by code that is compiled when it is used, and data about it. */
const MORE = 500_000;
const SIZE = /** @type {const} */ ([64, 48]);

const { visit } = visitors();

/** Code for {@link inWorker} that exposes wasm's memory. */
const COUNTING = `
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (module, imports) => {
    const instance = await instantiate(module, imports);
    globalThis.wasmMemory = instance.exports.memory;
    return instance;
  };`;

/**
 * A way to send commands to the page's worker. Playwright has none.
 *
 * @param {CDPSession} devtools  the page's
 */
async function toWorker(devtools) {
  /** @type {Promise<string>} */
  const attached = new Promise((resolve) => {
    devtools.once('Target.attachedToTarget', ({ sessionId }) => resolve(sessionId));
  });
  await devtools.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const sessionId = await attached;
  let last = 0;
  /** @type {Map<number, (result: any) => void>} */
  const waiting = new Map();
  devtools.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message);
    waiting.get(id)?.(result);
  });
  return {
    /** @param {string} method */
    async send(method) {
      const id = ++last;
      const answered = new Promise((resolve) => waiting.set(id, resolve));
      await devtools.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
      return answered;
    },
  };
}

/**
 * The bytes of objects and their buffers, after garbage collection.
 *
 * @param {Pick<Awaited<ReturnType<typeof toWorker>>, 'send'>} devtools
 * @returns {Promise<{ objects: number, buffers: number }>}
 */
async function heap(devtools) {
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await devtools.send('Runtime.getHeapUsage');
  return { objects: usedSize, buffers: backingStorageSize };
}

test(`memory stays flat over ${RUNS} runs, a new photo for each`, async (t) => {
  const { page, errors } = await visit(t, { prepare: (page) => inWorker(page, COUNTING) });
  await page.locator('#device').getByText('Runs on the CPU').waitFor();
  const [worker] = page.workers();
  assert(worker);
  const ofPage = await page.context().newCDPSession(page);
  const ofWorker = await toWorker(ofPage);
  const photo = encodePng(noisyAndClean(...SIZE).noisy);
  /** @type {{ wasm: number, page: Awaited<ReturnType<typeof heap>>, worker: Awaited<ReturnType<typeof heap>> }[]} */
  const used = [];
  for (let run = 1; run <= RUNS; run += 1) {
    await give(page, { name: `photo-${run}.png`, buffer: photo });
    await page.locator('#name').getByText(`photo-${run}.png`).waitFor();
    await reach(page, 'open');
    await denoise(page);
    await reach(page, 'done');
    // Its result is removed too.
    const takeOff = page.getByRole('button', { name: `Take photo-${run - 1}.png off the list` });
    if (run > 1) await takeOff.click();
    const wasm = await worker.evaluate(() => /** @type {any} */ (globalThis).wasmMemory.buffer.byteLength);
    used.push({ wasm, page: await heap(ofPage), worker: await heap(ofWorker) });
  }
  const [warm, last] = [used[WARM - 1], used[RUNS - 1]];
  assert(warm && last);
  t.diagnostic(`after ${WARM} runs ${JSON.stringify(warm)}, after ${RUNS} ${JSON.stringify(last)}`);
  assert.equal(last.wasm, warm.wasm, 'the memory of wasm never shrinks, so that any leak shows');
  const pixels = 4 * SIZE[0] * SIZE[1];
  for (const where of /** @type {const} */ (['page', 'worker'])) {
    const [early, late] = [warm[where], last[where]];
    assert(late.objects < early.objects + MORE, `the ${where}'s objects: ${early.objects} bytes became ${late.objects}`);
    // None of the photos since then is left.
    assert(late.buffers < early.buffers + pixels, `the ${where}'s buffers: ${early.buffers} bytes became ${late.buffers}`);
  }
  assert.deepEqual(errors, []);
});

// Tiles on a GPU: it has the next one before the last one comes back, and what it has begun costs nothing when dropped.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { noisyAndClean } from './pictures.mjs';
import { visitors } from './visit.mjs';

/** @typedef {import('../../pkg/wasm/svnr_wasm.js').Task} Task */
/** What a tile meets on its way: when the GPU is asked for it, dispatches that were submitted and tiles that are not
 * back yet; when it is back, how many the GPU was asked for since.
 * @typedef {{ asked: { submitted: number, away: number }[], back: number[] }} Log */
/** What the script below puts into the page. A patient GPU gives a tile back when it has the next one, or after a
 * while.
 * @typedef {{
 *   log: Log,
 *   start: (isPatient: boolean) => Task,
 *   predict: (tile: import('../../pkg/wasm/svnr_wasm.js').Tile) => Promise<Float32Array>,
 *   colours: (task: Task) => number[],
 * }} Here */

/** 3 x 2 tiles of 16 pixels, each with all of the photo as its halo. */
const photo = noisyAndClean(40, 24).noisy;
const TILES = 6;
const STEPS = 2;
/** Of a tile in the first step and in the second: the network's 26 and, for each channel, what the state looks like, in
 * the second step also the photo, and the step. */
const DISPATCHES = [26 + 3 + 3, 26 + 6 + 3];

const { visit } = visitors({ webgpu: true });

/** @param {import('node:test').TestContext} t */
async function tilesPage(t) {
  const { page, errors } = await visit(t, { html: '<title>Test</title>' });
  await page.evaluate(
    async ({ photo: { data, width, height }, tile, tiles, steps }) => {
      const scope = /** @type {any} */ (globalThis);
      const log = /** @type {Log} */ ({ asked: [], back: [] });
      let [encoded, submitted, patience] = [0, 0, 0];
      const { dispatchWorkgroups } = scope.GPUComputePassEncoder.prototype;
      scope.GPUComputePassEncoder.prototype.dispatchWorkgroups = function (/** @type {number[]} */ ...groups) {
        encoded += 1;
        return dispatchWorkgroups.apply(this, groups);
      };
      const { submit } = scope.GPUQueue.prototype;
      scope.GPUQueue.prototype.submit = function (/** @type {object[]} */ buffers) {
        [submitted, encoded] = [submitted + encoded, 0];
        return submit.call(this, buffers);
      };
      const { mapAsync } = scope.GPUBuffer.prototype;
      scope.GPUBuffer.prototype.mapAsync = async function (/** @type {unknown[]} */ ...given) {
        const number = log.asked.push({ submitted, away: log.asked.length + 1 - log.back.length });
        await mapAsync.apply(this, given);
        const isLast = number % tiles === 0;
        for (let rest = isLast ? 0 : patience; rest > 0 && log.asked.length === number; rest -= 10) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        log.back.push(log.asked.length - number);
      };

      /** @param {string} file */
      const part = (file) => import(/** @type {any} */ (`/pkg/${file}`));
      const { init } = await part('wasm.js');
      const [{ gpu }, { withSettings }, { denoiseOptions }, { toSharedImage, writeSharedImage }, { Engine }] = await Promise.all(
        ['gpu.js', 'engine.js', 'options.js', 'image.js', 'wasm/svnr_wasm.js'].map(part),
      );
      const [weights] = await Promise.all([fetch('/pkg/svnr.safetensors').then((file) => file.arrayBuffer()), init()]);
      await gpu();
      const engine = Engine.onGpu(new Uint8Array(weights));
      await engine.warmUp();
      const image = () => ({ width, height, data: new Uint16Array(data) });
      const options = { ...denoiseOptions({ noise: { read: 0.1, shot: 0.01 }, steps, seed: 3 }), tile };
      /** @type {Here} */
      const here = {
        log,
        start: (isPatient) => {
          [submitted, patience, log.asked.length, log.back.length] = [0, isPatient ? 5000 : 0, 0, 0];
          return withSettings(options, (/** @type {any} */ noise, /** @type {any} */ settings) => engine.start(toSharedImage(image()), noise, settings));
        },
        predict: ({ size, window, x, sigmaT, y, sigmaStar }) => engine.predict(size, window, x, sigmaT, y, sigmaStar),
        colours: (task) => {
          const made = image();
          writeSharedImage(task.finish(), made);
          return [...made.data];
        },
      };
      Object.assign(scope, here);
    },
    { photo: { ...photo, data: [...photo.data] }, tile: 16, tiles: TILES, steps: STEPS },
  );
  return { page, errors };
}

/** Whether two pictures of 16 bits are the same but for rounding: a millionth of white is up to one code near black.
 * @param {number[]} found @param {number[]} expected */
function areAlike(found, expected) {
  return found.length === expected.length && found.every((code, at) => Math.abs(code - (expected[at] ?? NaN)) <= 4);
}

/** Takes a run to its end by its own means, on a patient GPU, or one tile after the other, each when the last is back.
 * @param {import('playwright-core').Page} page @param {boolean} oneByOne */
function run(page, oneByOne) {
  return page.evaluate(async (oneByOne) => {
    const { start, predict, colours, log } = /** @type {Here} */ (/** @type {any} */ (globalThis));
    const task = start(!oneByOne);
    if (oneByOne) {
      for (let tile = task.takeTile(); tile; tile = task.takeTile()) task.finishTile(tile.index, await predict(tile));
    } else {
      while (await task.advance());
    }
    return { colours: colours(task), log };
  }, oneByOne);
}

test('a GPU has the next tile before the last one comes back', async (t) => {
  const { page, errors } = await tilesPage(t);
  const { colours, log } = await run(page, false);
  const tiles = STEPS * TILES;
  assert.equal(log.asked.length, tiles);
  const dispatches = DISPATCHES.flatMap((count) => Array.from({ length: TILES }, () => count));
  let submitted = 0;
  assert.deepEqual(log.asked.map((asked) => asked.submitted), dispatches.map((count) => (submitted += count)));
  assert(log.asked.every(({ away }) => away <= 2), 'no more than two at once');
  // A step begins when the one before has ended.
  assert.deepEqual(log.back, Array.from({ length: tiles }, (_, n) => ((n + 1) % TILES === 0 ? 0 : 1)));

  const oneByOne = await run(page, true);
  assert(oneByOne.log.asked.every(({ away }) => away === 1));
  assert(areAlike(colours, oneByOne.colours), 'the same picture');
  assert.deepEqual(errors, []);
});

test('a run that ends in the middle leaves the GPU in order', async (t) => {
  const { page, errors } = await tilesPage(t);
  const away = await page.evaluate(async () => {
    const { start, log } = /** @type {Here} */ (/** @type {any} */ (globalThis));
    const task = start(true);
    await task.advance();
    const away = log.asked.length - log.back.length;
    task.free();
    return away;
  });
  assert.equal(away, 1, 'a tile is under way');
  const [after, oneByOne] = [await run(page, false), await run(page, true)];
  assert(areAlike(after.colours, oneByOne.colours));
  assert.deepEqual(errors, []);
});

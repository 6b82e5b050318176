// What the page runs on: a software GPU, GPUs that refuse, are poor or get lost, and no GPU.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodePng, encodePng, gain, noisyAndClean } from './pictures.mjs';
import { denoise, download, give, inWorker, reach, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */

const photo = noisyAndClean(64, 64);

const { visit } = visitors({ webgpu: true });

/**
 * Denoises a small photo and says by how many dB it got better.
 *
 * @param {Page} page
 */
async function better(page) {
  await give(page, { name: 'photo.png', buffer: encodePng(photo.noisy) });
  await reach(page, 'open');
  await denoise(page);
  await reach(page, 'done');
  return gain(photo, decodePng((await download(page)).bytes));
}

/** @param {Page} page */
const device = (page) => page.locator('#device').innerText();

test('a GPU of software denoises, is called what it is, and the CPU is offered in its place', async (t) => {
  const { page, errors } = await visit(t);
  await page.locator('#device').getByText('Runs on a software GPU: ').waitFor();
  assert.match(await device(page), /swiftshader/i);
  await page.getByText('only imitates a graphics card').waitFor();
  const dB = await better(page);
  assert(dB > 3, `${dB} dB`);
  await page.getByRole('button', { name: 'Use the CPU instead' }).click();
  await page.locator('#device').getByText('Runs on the CPU').waitFor();
  assert(await page.locator('#notice').isHidden());
  assert.deepEqual(errors, []);
});

/** Code for {@link inWorker} for what there is in place of a GPU, and what the page says about it. */
const UNUSABLE = /** @type {const} */ ([
  ['no WebGPU', "Object.defineProperty(navigator, 'gpu', { value: undefined });", 'this browser has no WebGPU'],
  ['an adapter that is refused', 'GPU.prototype.requestAdapter = async () => null;', 'offers no GPU'],
  [
    'an adapter that gives no device',
    `GPUAdapter.prototype.requestDevice = async () => {
      throw new DOMException('limits that it has not', 'OperationError');
    };`,
    'the browser refused its GPU: limits that it has not). It works',
  ],
]);

for (const [what, code, says] of UNUSABLE) {
  test(`${what}: the CPU denoises, and why is said`, async (t) => {
    const { page, errors } = await visit(t, { prepare: (page) => inWorker(page, code) });
    await page.locator('#device').getByText('Runs on the CPU').waitFor();
    const notice = await page.locator('#notice > span').innerText();
    assert(notice.startsWith('No graphics card can be used here (') && notice.includes(says), notice);
    assert.match(notice, /It works without one, but takes longer\.$/);
    const dB = await better(page);
    assert(dB > 3, `${dB} dB`);
    assert.deepEqual(errors, []);
  });
}

/**
 * Code for {@link inWorker}: an adapter that can do what WebGPU demands of all of them, and of what else there is only
 * this.
 *
 * @param {readonly string[]} features
 */
const least = (features) => `
  const { requestAdapter } = GPU.prototype;
  GPU.prototype.requestAdapter = async function (...given) {
    const [adapter, other] = await Promise.all([0, 1].map(() => requestAdapter.apply(this, given)));
    // A device for which nothing is asked has the least limits.
    const { limits } = await other.requestDevice();
    const features = new Set(${JSON.stringify(features)});
    const requestDevice = async (wanted = {}) => {
      const { requiredLimits = {}, requiredFeatures = [] } = wanted;
      const isMore = ([name, value]) => (name.startsWith('min') ? value < limits[name] : value > limits[name]);
      if (Object.entries(requiredLimits).some(isMore)) throw new DOMException('beyond its limits', 'OperationError');
      if (!requiredFeatures.every((name) => features.has(name))) throw new TypeError('a feature that it has not');
      return GPUAdapter.prototype.requestDevice.call(adapter, wanted);
    };
    return Object.defineProperties(adapter, {
      limits: { value: limits },
      features: { value: features, configurable: true },
      requestDevice: { value: requestDevice, configurable: true },
    });
  };`;

for (const [what, features] of /** @type {const} */ ([
  ['the least that WebGPU demands of a GPU is enough', []],
  ['the least limits are enough, with a GPU that can be timed', ['timestamp-query']],
])) {
  test(what, async (t) => {
    const { page, errors } = await visit(t, { prepare: (page) => inWorker(page, least(features)) });
    await page.locator('#device').getByText('Runs on a software GPU').waitFor();
    const dB = await better(page);
    assert(dB > 3, `${dB} dB`);
    assert.match(await device(page), /^Runs on a software GPU/);
    assert.deepEqual(errors, []);
  });
}

test('a GPU that is lost in the middle: the CPU goes on', async (t) => {
  const { page } = await visit(t, {
    prepare: (page) =>
      inWorker(
        page,
        `const { requestDevice } = GPUAdapter.prototype;
        GPUAdapter.prototype.requestDevice = async function (...options) {
          const device = await requestDevice.apply(this, options);
          // Once the photo is being denoised.
          addEventListener('message', ({ data }) => data.type === 'denoise' && setTimeout(() => device.destroy(), 50));
          return device;
        };`,
      ),
  });
  await page.locator('#device').getByText('Runs on a software GPU').waitFor();
  await give(page, { name: 'photo.png', buffer: encodePng(photo.noisy) });
  await reach(page, 'open');
  await denoise(page, 'Fine');
  await page.getByText('The GPU stopped working.').waitFor();
  await page.locator('#device').getByText('Runs on the CPU').waitFor();
  assert.equal(await page.locator('body').getAttribute('data-state'), 'running');
  await reach(page, 'done');
});

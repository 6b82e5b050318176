// RAW files on a GPU, and on one that is lost: the CPU goes on, for RAW files and for photos.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { madeDng, readDng } from './dng.mjs';
import { encodePng, noisyAndClean } from './pictures.mjs';
import { denoise, download, give, inWorker, reach, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {typeof import('../../pkg/index.js')} Package */

/** A software GPU takes a second for each step. */
const SIZE = { width: 64, height: 48 };
/** Smooth, so that so little of it is enough to clean it by. */
const made = madeDng({ ...SIZE, scene: (x, y) => [0.1 + 0.1 * x, 0.2 + 0.1 * y, 0.15] });

const { visit } = visitors({ webgpu: true });

/**
 * How far a DNG's mosaic is from the one without noise.
 *
 * @param {Buffer} dng
 */
function errorOf(dng) {
  const { codes, black, white } = readDng(dng);
  const sum = made.clean.reduce((sum, light, at) => sum + (((codes[at] ?? 0) - black) / (white - black) - light) ** 2, 0);
  return Math.sqrt(sum / made.clean.length);
}

/** @param {Buffer} dng */
function assertClean(dng) {
  const [before, after] = [errorOf(made.file), errorOf(dng)];
  assert(after < 0.6 * before, `an error of ${before} before, ${after} after`);
}

/**
 * A page with the package and a DNG, and the GPU's devices in a list.
 *
 * @param {import('node:test').TestContext} t
 */
async function packagePage(t) {
  const { page, errors } = await visit(t, { html: '<title>Test</title>' });
  await page.evaluate(async (base64) => {
    /** @type {any[]} */
    const devices = [];
    const { prototype } = /** @type {any} */ (globalThis).GPUAdapter;
    const { requestDevice } = prototype;
    prototype.requestDevice = async function (/** @type {any[]} */ ...given) {
      const device = await requestDevice.apply(this, given);
      devices.push(device);
      return device;
    };
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const svnr = await import(/** @type {any} */ ('/pkg/index.js'));
    const raw = await import(/** @type {any} */ ('/pkg/raw.js'));
    /** @param {Blob} blob */
    const text = async (blob) => btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
    const photo = { data: new Uint8ClampedArray(4 * 16 * 12).map((_, i) => (i % 4 === 3 ? 255 : 90 + ((i * 37) % 60))), width: 16, height: 12 };
    Object.assign(globalThis, { svnr, raw, devices, dng: new File([bytes], 'photo.dng'), text, photo });
  }, made.file.toString('base64'));
  return { page, errors };
}

/** What {@link packagePage} puts into the page.
 * @typedef {{
 *   svnr: Package,
 *   raw: typeof import('../../pkg/raw.js'),
 *   devices: { destroy: () => void }[],
 *   dng: File,
 *   text: (blob: Blob | undefined) => Promise<string>,
 *   photo: import('../../pkg/index.js').PlainImage,
 * }} Here */

test('a GPU makes the DNG that the CPU makes, and one that a photo loses is lost for RAW files', async (t) => {
  const { page, errors } = await packagePage(t);
  const { files, ...told } = await page.evaluate(async () => {
    const { svnr, devices, dng, photo, text } = /** @type {Here} */ (/** @type {any} */ (globalThis));
    const denoiser = await svnr.Denoiser.create();
    const backends = [denoiser.backend];
    /** @type {string[]} */
    const told = [];
    const hear = (/** @type {any} */ { phase, reason }) => {
      if (phase === 'recovering') told.push(`${denoiser.backend}, and why: ${reason.length > 0}`);
    };
    const options = /** @type {const} */ ({ output: 'dng', seed: 3, onProgress: hear });
    const first = await denoiser.denoiseRaw(dng, options);
    backends.push(denoiser.backend);
    const onProgress = (/** @type {any} */ progress) => {
      hear(progress);
      if (progress.phase === 'denoising') devices.at(-1)?.destroy();
    };
    await denoiser.denoise(photo, { noise: { read: 0.1, shot: 0.01 }, steps: 2, onProgress });
    const second = await denoiser.denoiseRaw(dng, options);
    backends.push(denoiser.backend);
    denoiser.free();
    return { files: [await text(first.dng), await text(second.dng)], backends, told };
  });
  assert.deepEqual(told, { backends: ['webgpu', 'webgpu', 'cpu'], told: ['cpu, and why: true'] });
  const [gpu, cpu] = files.map((text) => Buffer.from(text, 'base64'));
  assert(gpu && cpu);
  assertClean(gpu);
  const [a, b] = [readDng(gpu), readDng(cpu)];
  const largest = Math.max(...a.codes.map((code, at) => Math.abs(code - (b.codes[at] ?? 0))));
  t.diagnostic(`largest difference ${largest} of ${a.white - a.black}`);
  // Kernels differ in the order in which they add.
  assert(largest <= 0.0005 * (a.white - a.black), `${largest} of ${a.white - a.black}`);
  assert.deepEqual(errors, []);
});

test('a GPU that is lost before the first RAW file leaves that to the CPU, and parts of it, too', async (t) => {
  const { page, errors } = await packagePage(t);
  const found = await page.evaluate(async () => {
    const { svnr, raw, devices, dng } = /** @type {Here} */ (/** @type {any} */ (globalThis));
    const denoiser = await svnr.Denoiser.create();
    const before = denoiser.backend;
    devices.at(-1)?.destroy();
    /** @type {string[]} */
    const told = [];
    const onProgress = (/** @type {any} */ { phase }) => void (phase === 'recovering' && told.push(denoiser.backend));
    const photo = await raw.openRaw(dng);
    const region = { x: 8, y: 8, width: 20, height: 12 };
    const part = await denoiser.denoiseRawPhoto(photo, { region, onProgress });
    const { width, height } = await part.develop({ depth: 8, region });
    const whole = await denoiser.denoiseRaw(photo, { output: 'dng', onProgress });
    const { backend, adapter, fallbackReason } = denoiser;
    for (const one of [part, photo, denoiser]) one.free();
    return { before, told, seen: [width, height], isWhole: Boolean(whole.dng), after: [backend, adapter, typeof fallbackReason] };
  });
  const after = ['cpu', null, 'string'];
  assert.deepEqual(found, { before: 'webgpu', told: ['cpu'], seen: [20, 12], isWhole: true, after });
  assert.deepEqual(errors, []);
});

/** The worker's GPU is lost as soon as the page is told of the second step. */
const LOSING = `
  const { requestDevice } = GPUAdapter.prototype;
  const devices = [];
  GPUAdapter.prototype.requestDevice = async function (...options) {
    const device = await requestDevice.apply(this, options);
    devices.push(device);
    return device;
  };
  const post = postMessage.bind(globalThis);
  globalThis.postMessage = (message, how) => {
    post(message, how);
    if (message.type === 'running' && message.step === 2) devices.at(-1)?.destroy();
  };`;

test('the page goes on on the CPU when a GPU is lost in the middle of a run, and says so', async (t) => {
  const { page, errors } = await visit(t, { prepare: (page) => inWorker(page, LOSING) });
  await page.locator('#device').getByText('Runs on a software GPU').waitFor();
  await give(page, { name: 'photo.dng', mimeType: '', buffer: made.file });
  await reach(page, 'open');
  await denoise(page, 'Balanced');
  await page.locator('#notice').getByText('The GPU stopped working. From now on the CPU does the work').waitFor();
  await page.locator('#device').getByText('Runs on the CPU').waitFor();
  await reach(page, 'done');
  assert(await page.locator('#error').isHidden());
  assertClean((await download(page)).bytes);

  // Photos do not try it again.
  await page.locator('#notice').getByRole('button', { name: 'Close' }).click();
  await give(page, { name: 'photo.png', buffer: encodePng(noisyAndClean(32, 24).noisy) });
  await page.locator('#name').getByText('photo.png').waitFor();
  await reach(page, 'open');
  await denoise(page);
  await reach(page, 'done');
  assert(await page.locator('#notice').isHidden());
  assert.equal(await page.locator('#device').innerText(), 'Runs on the CPU');
  assert.deepEqual(errors, []);
});

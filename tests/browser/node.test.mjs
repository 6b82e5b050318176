// The npm package in Node, on the CPU.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { assembled } from './harness.mjs';
import { NOISE, noisyAndClean, psnr } from './pictures.mjs';

/** @param {string} file */
const load = (file) => import(pathToFileURL(join(assembled(), file)).href);
/** @type {typeof import('../../pkg/index.js')} */
const { Denoiser, SvnrError } = await load('index.js');

test('the package denoises in Node', async (t) => {
  const { clean, noisy } = noisyAndClean(64, 64);
  const denoiser = await Denoiser.create({ backend: 'cpu' });
  t.after(() => denoiser.free());
  assert.equal(denoiser.backend, 'cpu');
  const image = { ...noisy, data: new Uint8ClampedArray(noisy.data) };
  const { image: result } = await denoiser.denoise(image, { noise: NOISE });
  const [before, after] = [psnr(noisy, clean), psnr({ ...noisy, data: new Uint8Array(result.data) }, clean)];
  t.diagnostic(`${before.toFixed(2)} dB before, ${after.toFixed(2)} dB after`);
  assert(after > before + 3);
});

test('without WebGPU the CPU is taken, or an error says that there is none', async (t) => {
  const denoiser = await Denoiser.create();
  t.after(() => denoiser.free());
  assert.equal(denoiser.backend, 'cpu');
  assert.equal(denoiser.adapter, null);
  assert.match(denoiser.fallbackReason ?? '', /WebGPU/);
  await assert.rejects(
    Denoiser.create({ backend: 'webgpu' }),
    (error) => error instanceof SvnrError && error.code === 'no-webgpu',
  );
});

test('a weight file can be named by its path', async () => {
  await assert.rejects(
    Denoiser.create({ backend: 'cpu', weights: new URL('nowhere.safetensors', import.meta.url) }),
    (error) => error instanceof SvnrError && error.code === 'load-failed',
  );
});

test('what only browsers have says so', async () => {
  /** @type {typeof import('../../pkg/worker.js')} */
  const { createWorkerDenoiser } = await load('worker.js');
  await assert.rejects(
    createWorkerDenoiser(),
    (error) => error instanceof SvnrError && error.code === 'load-failed' && error.message.includes('Denoiser from'),
  );
});

// The npm package in Node, on the CPU.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

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

test('workers give the same picture to the bit', async (t) => {
  const { noisy } = noisyAndClean(160, 112);
  const image = { ...noisy, data: new Uint8ClampedArray(noisy.data) };
  /** @param {number} workers */
  const denoised = async (workers) => {
    const denoiser = await Denoiser.create({ backend: 'cpu', workers });
    t.after(() => denoiser.free());
    assert.equal(denoiser.workers, workers);
    const { image: result } = await denoiser.denoise(image, { noise: NOISE, tile: 64, steps: 2 });
    assert.equal(denoiser.workers, workers, 'none of them has ended');
    return result.data;
  };
  assert.deepEqual(await denoised(2), await denoised(1));
});

test('a program ends when its work is done, with the denoiser still open', async () => {
  const code = `
    const { Denoiser } = await import(process.argv[1]);
    const denoiser = await Denoiser.create({ workers: 2 });
    const image = { data: new Uint8ClampedArray(4 * 128 * 64).fill(99), width: 128, height: 64 };
    const begun = performance.now();
    await denoiser.denoise(image, { noise: { read: 0.05, shot: 0.02 }, tile: 64 });
    process.on('exit', () => console.log(denoiser.workers, performance.now() - begun));`;
  const args = ['--input-type=module', '--eval', code, pathToFileURL(join(assembled(), 'index.js')).href];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  assert.equal(stderr, '');
  assert.match(stdout, /^2 \d/);
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

/**
 * The package's weights as those of another variant of the method.
 *
 * @param {Record<string, string>} formulation
 */
async function variant(formulation) {
  const file = await readFile(join(assembled(), 'svnr.safetensors'));
  const end = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, end));
  const { __metadata__: metadata } = header;
  metadata.svnr = JSON.stringify({ ...JSON.parse(metadata.svnr), formulation });
  const text = JSON.stringify(header);
  const written = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(written.length));
  return new Uint8Array(Buffer.concat([length, written, file.subarray(end)]));
}

test('what a weight file was trained for is what it does', async (t) => {
  const { noisy } = noisyAndClean(32, 32);
  const image = { ...noisy, data: new Uint8ClampedArray(noisy.data) };
  /** @param {Record<string, string>} formulation */
  const of = async (formulation) => {
    const denoiser = await Denoiser.create({ backend: 'cpu', weights: await variant(formulation) });
    t.after(() => denoiser.free());
    return denoiser;
  };
  const fromNoise = await of({ start: 'noise', correlation: 'independent' });
  /** @param {number} seed */
  const drawn = async (seed) => (await fromNoise.denoise(image, { noise: NOISE, steps: 2, eta: 0, seed })).image.data;
  assert.deepEqual(await drawn(1), await drawn(1));
  assert.notDeepEqual(await drawn(1), await drawn(2), 'where it starts is drawn');
  await assert.rejects(
    fromNoise.denoise(image, { noise: NOISE, strength: 0.5 }),
    (error) => error instanceof SvnrError && error.code === 'bad-option' && error.message.startsWith('strength is 0.5'),
  );
  const oneTime = await of({ time: 'scalar' });
  const { time } = await oneTime.maps(image, { noise: NOISE });
  assert(time.every((at) => at === time[0] && at > 0));
  await assert.rejects(
    of({ start: 'noise' }),
    (error) => error instanceof SvnrError && error.code === 'bad-weights' && error.message.includes('correlation'),
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

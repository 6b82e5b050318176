// The npm package in Node, on the CPU.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';

import { SENSOR, madeDng, readDng } from './dng.mjs';
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

test('the package denoises RAW files in Node', async (t) => {
  const size = { width: 150, height: 110 };
  const { file, clean, codes, black, white } = madeDng({ ...size, pattern: 'GRBG', active: [1, 1, 110, 149] });
  const denoiser = await Denoiser.create({ backend: 'cpu' });
  t.after(() => denoiser.free());
  /** @type {Set<string>} */
  const phases = new Set();
  const onProgress = (/** @type {{ phase: string }} */ { phase }) => phases.add(phase);
  const found = await denoiser.denoiseRaw(new Uint8Array(file), { samples: 2, onProgress });
  assert.deepEqual([...phases], ['loading', 'compiling', 'estimating', 'denoising']);
  assert.deepEqual(found.camera, { name: 'Canon EOS 550D', make: 'Canon', model: 'Canon EOS 550D', iso: 6400 });
  const { noise, image, dng, uncertainty, metadata, notes } = found;
  assert('source' in noise && noise.source === 'profile' && Math.abs(noise.read - SENSOR.read) < 1e-6);
  assert.deepEqual(notes, []);
  assert(image && image.data instanceof Uint16Array && dng && metadata.exif);
  assert.deepEqual([image.width, image.height, image.data.length], [148, 109, 4 * 148 * 109]);
  assert.equal(uncertainty?.length, 148 * 109);

  // Its mosaic, at strength 0 to the code, else closer to the clean one.
  const result = await mosaicOf(dng, size);
  const scale = (result.white - result.black) / (white - black);
  /** @param {(at: number) => number} light */
  const error = (light) => {
    let sum = 0;
    for (let row = 1; row < 110; row += 1) {
      for (let column = 1; column < 149; column += 1) sum += (light(row * size.width + column) - (clean[row * size.width + column] ?? 0)) ** 2;
    }
    return Math.sqrt(sum / (109 * 148));
  };
  const before = error((at) => ((codes[at] ?? 0) - black) / (white - black));
  const after = error((at) => ((result.codes[at] ?? 0) - result.black) / (result.white - result.black));
  t.diagnostic(`an error of ${before.toFixed(4)} before, ${after.toFixed(4)} after; codes ${scale} times as fine`);
  assert(after < 0.5 * before);

  const { dng: same, image: none } = await denoiser.denoiseRaw(new Blob([file]), { strength: 0, output: 'dng' });
  assert.equal(none, undefined);
  assert(same);
  assert.deepEqual((await mosaicOf(same, size)).codes, codes);
  const { dng: no, image: brighter } = await denoiser.denoiseRaw(file, { output: 'image', exposure: 1 });
  assert.equal(no, undefined);
  const mean = (/** @type {ArrayLike<number>} */ data) => Array.from(data).reduce((sum, v) => sum + v, 0) / data.length;
  assert(brighter && mean(brighter.data) > 1.1 * mean(image.data));
});

test('an X-Trans mosaic becomes a linear DNG', async (t) => {
  const size = { width: 120, height: 96 };
  const { file } = madeDng({ ...size, pattern: 'GGRGGBGGBGGRBRGRBGGGBGGRGGRGGBRBGBRG', active: [2, 3, 96, 119] });
  const denoiser = await Denoiser.create({ backend: 'cpu' });
  t.after(() => denoiser.free());
  /** @type {typeof import('../../pkg/raw.js')} */
  const { openRaw } = await load('raw.js');
  const photo = await openRaw(file);
  t.after(() => photo.free());
  assert.deepEqual([photo.kind, photo.width, photo.height, photo.noise.source], ['linear', 116, 94, 'measured']);
  assert.match(photo.notes.join(' '), /X-Trans/);
  const { dng } = await denoiser.denoiseRaw(new Blob([file]), { output: 'dng' });
  assert(dng);
  const { samples, width, height, codes } = readDng(Buffer.from(await dng.arrayBuffer()));
  assert.deepEqual([samples, width, height, codes.length], [3, 116, 94, 3 * 116 * 94]);
});

test('a linear DNG is denoised by the network for photos, and stays one', async (t) => {
  const size = { width: 150, height: 110 };
  const { file, clean, codes, black, white } = madeDng({ ...size, isLinear: true, active: [2, 3, 110, 149] });
  const denoiser = await Denoiser.create({ backend: 'cpu' });
  t.after(() => denoiser.free());
  // More than a mosaic has.
  const found = await denoiser.denoiseRaw(new Uint8Array(file), { samples: 3 });
  const { noise, image, dng, uncertainty } = found;
  assert('source' in noise && noise.source === 'profile' && noise.curve && !noise.planes, JSON.stringify(noise));
  // Green is as bright as in the file: red and blue have less light, and get more of it.
  assert(Math.abs(noise.read - SENSOR.read) < 1e-6 && Math.abs(noise.shot - SENSOR.shot) < 1e-6);
  assert(image && dng);
  assert.deepEqual([image.width, image.height, uncertainty?.length], [146, 108, 146 * 108]);
  const result = readDng(Buffer.from(await dng.arrayBuffer()));
  assert.deepEqual([result.samples, result.codes.length], [3, codes.length]);
  /** @param {(at: number) => number} light */
  const error = (light) => {
    let sum = 0;
    for (let row = 2; row < 110; row += 1) {
      for (let stored = 9; stored < 3 * 149; stored += 1) {
        const at = 3 * row * size.width + stored;
        sum += (light(at) - (clean[at] ?? 0)) ** 2;
      }
    }
    return Math.sqrt(sum / (3 * 146 * 108));
  };
  const before = error((at) => ((codes[at] ?? 0) - black) / (white - black));
  const after = error((at) => ((result.codes[at] ?? 0) - result.black) / (result.white - result.black));
  t.diagnostic(`an error of ${before.toFixed(4)} before, ${after.toFixed(4)} after`);
  assert(after < 0.5 * before);
  const { dng: same } = await denoiser.denoiseRaw(new Blob([file]), { strength: 0, output: 'dng' });
  assert(same);
  assert.deepEqual(readDng(Buffer.from(await same.arrayBuffer())).codes, codes);

  // What was found can be given back; without a NoiseProfile it is measured, as a photo's.
  /** @type {typeof import('../../pkg/raw.js')} */
  const { openRaw } = await load('raw.js');
  const { file: silent } = madeDng({ ...size, isLinear: true, profile: null });
  const photo = await openRaw(silent);
  t.after(() => photo.free());
  assert.deepEqual([photo.kind, photo.noise.source, photo.noise.planes], ['linear', 'measured', undefined]);
  const again = await denoiser.denoiseRawPhoto(photo, { noise: photo.noise });
  const region = { x: 40, y: 30, width: 50, height: 40 };
  const part = await denoiser.denoiseRawPhoto(photo, { region });
  const [whole, cut] = [await again.develop({ region }), await part.develop({ region })];
  let furthest = 0;
  for (const [i, v] of cut.data.entries()) furthest = Math.max(furthest, Math.abs(v - (whole.data[i] ?? 0)));
  assert(furthest < 65_535 / 1000, `a part differs from the whole by ${furthest}`);
  again.free();
  part.free();
  await assert.rejects(denoiser.denoiseRawPhoto(photo, { noise: { planes: Array(4).fill(SENSOR) } }), /planes/);
});

/**
 * The codes of a DNG that svnr wrote, by the package.
 *
 * @param {Blob} dng
 * @param {{ width: number, height: number }} size
 */
async function mosaicOf(dng, { width, height }) {
  const bytes = Buffer.from(await dng.arrayBuffer());
  const { codes, black, white } = readDng(bytes);
  assert.equal(codes.length, width * height);
  return { codes, black, white };
}

test('RAW files that cannot be denoised are refused, and runs on them can be aborted', async (t) => {
  const denoiser = await Denoiser.create({ backend: 'cpu' });
  t.after(() => denoiser.free());
  const { file } = madeDng({ width: 300, height: 200 });
  /** @type {[unknown, object, string, RegExp][]} */
  const bad = [
    [file.subarray(0, 5000), {}, 'unsupported-image', /damaged or incomplete/],
    [Buffer.from('nothing'), { name: 'IMG_1.CR3' }, 'unsupported-format', /^IMG_1\.CR3 cannot be read: it is not a RAW file/],
    ['IMG_1.CR3', {}, 'unsupported-image', /must be a Blob/],
    [file, { exposure: 9 }, 'bad-option', /^exposure is 9; it must be a number from -5 to 5/],
    [file, { output: 'jpeg' }, 'bad-option', /^output is 'jpeg'/],
    [file, { samples: 3 }, 'bad-option', /no more than 2 different samples of a mosaic/],
    [file, { noise: { planes: [{ read: 1, shot: 1 }] } }, 'bad-option', /a list of four/],
    [file, { quality: 9 }, 'bad-option', /there is no option quality/],
  ];
  for (const [given, options, code, words] of bad) {
    await assert.rejects(
      denoiser.denoiseRaw(/** @type {any} */ (given), options),
      (error) => error instanceof SvnrError && error.code === code && words.test(error.message),
    );
  }
  const abort = new AbortController();
  const run = denoiser.denoiseRaw(file, { tile: 32, signal: abort.signal, onProgress: ({ phase }) => phase === 'denoising' && abort.abort() });
  await assert.rejects(run, { name: 'AbortError' });
  assert((await denoiser.denoiseRaw(file, { output: 'dng', strength: 0 })).dng);
  denoiser.free();
  await assert.rejects(denoiser.denoiseRaw(file), (error) => error instanceof SvnrError && error.code === 'freed');
});

test('the module for RAW files is small, and has nothing of the network', async (t) => {
  const [raw, network] = await Promise.all(
    ['svnr_raw_bg.wasm', 'svnr_wasm_bg.wasm'].map((name) => readFile(join(assembled(), 'wasm', name))),
  );
  assert(raw && network);
  const { BROTLI_PARAM_QUALITY: quality, BROTLI_PARAM_LGWIN: window } = constants;
  const { length } = brotliCompressSync(raw, { params: { [quality]: 11, [window]: 24 } });
  t.diagnostic(`${length} bytes by Brotli`);
  assert(length <= 900_000);
  assert(network.includes('cubecl') && !raw.includes('cubecl') && !raw.includes('burn'));
});

test('a RAW file can be opened, looked at and developed without a denoiser', async () => {
  /** @type {typeof import('../../pkg/raw.js')} */
  const { isRaw, openRaw } = await load('raw.js');
  const { file } = madeDng({ width: 120, height: 80, orientation: 6 });
  assert.deepEqual([await isRaw(file), await isRaw(Buffer.from('nothing'))], [true, false]);
  const photo = await openRaw(file);
  assert.deepEqual([photo.width, photo.height, photo.format], [80, 120, 'DNG']);
  const whole = await photo.develop({ depth: 8 });
  const region = { x: 13, y: 40, width: 20, height: 9 };
  const part = await photo.develop({ depth: 8, region });
  for (let row = 0; row < region.height; row += 1) {
    const from = 4 * ((region.y + row) * photo.width + region.x);
    const line = part.data.subarray(4 * row * region.width, 4 * (row + 1) * region.width);
    assert.deepEqual(line, whole.data.subarray(from, from + 4 * region.width));
  }
  await assert.rejects(photo.develop({ region: { ...region, x: 70 } }), (error) => error instanceof SvnrError && error.code === 'bad-option');
  photo.free();
  await assert.rejects(photo.develop(), (error) => error instanceof SvnrError && error.code === 'freed');
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

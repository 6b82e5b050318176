// RAW files by the package: in a worker, with several workers, from elsewhere, aborted, refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { madeDng, readDng } from './dng.mjs';
import { visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {typeof import('../../pkg/index.js')} Package */
/** @typedef {typeof import('../../pkg/worker.js')} WorkerPackage */

const SIZE = { width: 120, height: 90 };
const made = madeDng({ ...SIZE });

const { visit } = visitors();

/**
 * A page with the package, its worker and a DNG.
 *
 * @param {import('node:test').TestContext} t
 * @param {(page: Page) => Promise<unknown>} [prepare]
 */
async function packagePage(t, prepare) {
  const { page, errors } = await visit(t, { html: '<title>Test</title>', ...(prepare && { prepare }) });
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    /** @param {() => unknown} f */
    const failure = async (f) => {
      try {
        await f();
        return 'nothing was thrown';
      } catch (error) {
        const { name, code, message } = /** @type {any} */ (error);
        return typeof code === 'string' ? `${name} ${code}: ${message}` : `${name}`;
      }
    };
    /** @param {Blob} blob */
    const text = async (blob) => btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
    const svnr = await import(/** @type {any} */ ('/pkg/index.js'));
    const { createWorkerDenoiser } = await import(/** @type {any} */ ('/pkg/worker.js'));
    Object.assign(globalThis, { svnr, createWorkerDenoiser, dng: new File([bytes], 'photo.dng'), failure, text });
  }, made.file.toString('base64'));
  return { page, errors };
}

/** What {@link packagePage} puts into the page.
 * @typedef {WorkerPackage & {
 *   svnr: Package,
 *   dng: File,
 *   failure: (f: () => unknown) => Promise<string>,
 *   text: (blob: Blob | undefined) => Promise<string>,
 * }} Here */

test('a worker gives what the page itself gives, however many share the tiles, and says how far it is', async (t) => {
  const { page, errors } = await packagePage(t);
  const found = await page.evaluate(async () => {
    const { svnr, createWorkerDenoiser, dng, text } = /** @type {Here} */ (/** @type {any} */ (globalThis));
    const options = { steps: 2, samples: 2, seed: 5, eta: 0.5, tile: 32, exposure: 0.5 };
    const here = await svnr.Denoiser.create({ backend: 'cpu', workers: 1 });
    const wanted = await here.denoiseRaw(dng, options);
    const [one, two] = await Promise.all([1, 2].map((workers) => createWorkerDenoiser({ backend: 'cpu', workers })));
    if (!one || !two) throw new Error('there are two');
    /** @type {string[]} */
    const phases = [];
    /** @type {number[]} */
    const fractions = [];
    /** @type {Promise<import('../../pkg/index.js').Preview | null>[]} */
    const previews = [];
    const onProgress = (/** @type {any} */ progress) => {
      if (phases.at(-1) !== progress.phase) phases.push(progress.phase);
      if (progress.phase !== 'denoising') return;
      fractions.push(progress.fraction);
      if (progress.sample === 1 && progress.step === 2) previews.push(progress.preview(500));
    };
    // At the same time, and one of them twice.
    const [first, second, again] = await Promise.all([
      one.denoiseRaw(await dng.arrayBuffer(), options),
      two.denoiseRaw(dng, { ...options, onProgress }),
      two.denoiseRaw(new Uint8Array(await dng.arrayBuffer()), options),
    ]);
    const seen = (await Promise.all(previews)).filter((preview) => preview !== null);
    const list = (/** @type {ArrayLike<number> | undefined} */ values) => Array.from(values ?? []).join();
    const files = await Promise.all([wanted, first, second, again].map(async ({ dng }) => text(dng)));
    const pictures = [wanted, first, second, again].map(({ image, uncertainty }) => list(image?.data) + list(uncertainty));
    const { noise, camera, metadata, notes, image } = second;
    for (const denoiser of [here, one, two]) denoiser.free();
    return {
      files,
      areSame: pictures.map((picture) => picture === pictures[0]),
      phases,
      areRising: fractions.every((fraction, i) => fraction >= (fractions[i - 1] ?? 0)) && fractions.at(-1) === 1,
      previews: seen.map(({ width, height }) => width * height <= 1000 && width > height),
      more: [JSON.stringify(noise) === JSON.stringify(wanted.noise), camera.name, metadata.exif?.constructor.name, notes.length],
      image: [image?.data.constructor.name, image?.width, image?.height],
    };
  });
  const { files, previews, ...rest } = found;
  assert(files.every((file) => file === files[0]), 'all DNGs are the same to the byte');
  assert(previews.length > 0 && previews.every(Boolean));
  assert.deepEqual(rest, {
    areSame: [true, true, true, true],
    phases: ['loading', 'compiling', 'estimating', 'denoising'],
    areRising: true,
    more: [true, 'Canon EOS 550D', 'Uint8Array', 0],
    image: ['Uint16Array', SIZE.width, SIZE.height],
  });
  const { codes } = readDng(Buffer.from(files[0] ?? '', 'base64'));
  assert.equal(codes.length, SIZE.width * SIZE.height);
  assert.deepEqual(errors, []);
});

test('a worker aborts and refuses RAW files in words, by a stable code, and goes on', async (t) => {
  const { page, errors } = await packagePage(t);
  const failures = await page.evaluate(async () => {
    const { createWorkerDenoiser, dng, failure } = /** @type {Here} */ (/** @type {any} */ (globalThis));
    const denoiser = await createWorkerDenoiser({ backend: 'cpu', workers: 1 });
    const raw = (/** @type {any} */ file, /** @type {any} */ options = {}) => failure(() => denoiser.denoiseRaw(file, options));
    const abort = new AbortController();
    const found = [
      await raw(dng, { steps: 50, signal: abort.signal, onProgress: (/** @type {any} */ { phase }) => phase === 'denoising' && abort.abort() }),
      await raw(dng, { signal: AbortSignal.abort() }),
      await raw(new File([dng.slice(0, 5000)], 'IMG_1.dng')),
      await raw(new Blob(['nothing']), { name: 'IMG_2.CR3' }),
      await raw('IMG_1.CR3'),
      await raw(dng, { exposure: 9 }),
      await raw(dng, { output: 'jpeg' }),
      await raw(dng, { samples: 3 }),
      await raw(dng, { transfer: true }),
      await raw(dng, { region: { x: 0, y: 0, width: 8, height: 8 } }),
      await raw(dng, null),
      // Where photos alone are taken, it is said what takes RAW files.
      await failure(() => denoiser.decodeFile(dng, { name: 'photo.dng' })),
      await failure(() => denoiser.denoise(dng)),
      await failure(() => denoiser.estimateNoise(/** @type {any} */ (dng))),
    ];
    const { dng: whole } = await denoiser.denoiseRaw(dng, { output: 'dng', strength: 0 });
    const running = raw(dng, { steps: 50 });
    denoiser.free();
    return [...found, `${whole?.type} ${whole?.size}`, await running, await raw(dng)];
  });
  const named = /^SvnrError raw-file: photo\.dng .*camera's RAW file.*; denoiseRaw denoises it, and openRaw of 'svnr\/raw' develops it$/;
  const expected = [
    /^AbortError$/,
    /^AbortError$/,
    /^SvnrError unsupported-image: IMG_1\.dng cannot be read: .*damaged or incomplete/,
    /^SvnrError unsupported-format: IMG_2\.CR3 cannot be read: it is not a RAW file/,
    /^SvnrError unsupported-image: the file must be a Blob/,
    /^SvnrError bad-option: exposure is 9; it must be a number from -5 to 5/,
    /^SvnrError bad-option: output is 'jpeg'/,
    /^SvnrError bad-option: .*no more than 2 different samples of a mosaic/,
    /^SvnrError bad-option: there is no option transfer/,
    /^SvnrError bad-option: a region is for denoiseRawPhoto/,
    /^SvnrError bad-option: the options are null/,
    named,
    named,
    named,
    /^image\/x-adobe-dng \d{4,}$/,
    /^SvnrError freed/,
    /^SvnrError freed/,
  ];
  failures.forEach((failure, i) => assert.match(failure, /** @type {RegExp} */ (expected[i])));
  assert.equal(failures.length, expected.length);
  assert.deepEqual(errors, []);
});

test('what RAW files need comes from where it is said to be, and whoever gives up does not wait for it', async (t) => {
  /** @type {string[]} */
  const asked = [];
  /** @type {() => void} */
  let go = () => {};
  const going = new Promise((resolve) => {
    go = () => resolve(null);
  });
  const { page } = await packagePage(t, async (page) => {
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    for (const name of ['svnr_raw_bg.wasm', 'svnr-mosaic.safetensors']) {
      await page.route(`**/elsewhere/${name}`, async (route) => {
        if (name.endsWith('.safetensors')) await going;
        const response = await route.fetch({ url: route.request().url().replace('/elsewhere/', name.endsWith('.wasm') ? '/pkg/wasm/' : '/pkg/') });
        await route.fulfill({ response }).catch(() => {});
      });
    }
  });
  const outcome = await page.evaluate(async () => {
    const { createWorkerDenoiser, svnr, dng, failure } = /** @type {Here} */ (/** @type {any} */ (globalThis));
    const raw = { module_or_path: '/elsewhere/svnr_raw_bg.wasm', weights: '/elsewhere/svnr-mosaic.safetensors' };
    const denoisers = await Promise.all([createWorkerDenoiser({ backend: 'cpu', raw }), svnr.Denoiser.create({ backend: 'cpu', raw })]);
    const outcomes = [];
    for (const denoiser of denoisers) {
      const abort = new AbortController();
      const onProgress = (/** @type {any} */ { phase }) => phase === 'loading' && abort.abort();
      outcomes.push(await failure(() => denoiser.denoiseRaw(dng, { signal: abort.signal, onProgress })));
    }
    Object.assign(globalThis, { denoisers });
    return outcomes;
  });
  assert.deepEqual(outcome, ['AbortError', 'AbortError']);
  go();
  const sizes = await page.evaluate(async () => {
    const { denoisers, dng } = /** @type {any} */ (globalThis);
    const sizes = [];
    for (const denoiser of denoisers) sizes.push((await denoiser.denoiseRaw(dng, { output: 'dng' })).dng.size);
    for (const denoiser of denoisers) denoiser.free();
    return sizes;
  });
  assert(sizes.length === 2 && sizes[0] === sizes[1] && sizes[0] > 0);
  assert.deepEqual(asked.filter((path) => path.startsWith('/pkg/') && /raw_bg|mosaic/.test(path)), [], 'the usual ones are not asked for');
});

test('what cannot be loaded is named, and tried again with the next file', async (t) => {
  let isOff = true;
  const { page } = await packagePage(t, (page) =>
    page.route(/raw-module\.js|raw-photo\.js|svnr_raw_bg\.wasm|svnr-mosaic/, (route) => (isOff ? route.abort() : route.continue())),
  );
  const attempt = () =>
    page.evaluate(async () => {
      const { svnr, dng, failure } = /** @type {Here} */ (/** @type {any} */ (globalThis));
      const scope = /** @type {any} */ (globalThis);
      scope.denoiser ??= await svnr.Denoiser.create({ backend: 'cpu' });
      return failure(() => scope.denoiser.denoiseRaw(dng, { output: 'dng' }));
    });
  assert.match(await attempt(), /^SvnrError load-failed: what RAW files need could not be loaded: /);
  isOff = false;
  await page.route('**/svnr-mosaic.safetensors', (route) => (isOff ? route.continue() : route.fulfill({ status: 503 })));
  assert.match(await attempt(), /^SvnrError load-failed: the weight file could not be loaded .*503/);
  await page.unroute('**/svnr-mosaic.safetensors');
  assert.equal(await attempt(), 'nothing was thrown');
});

test('parts and whole RAW files can be asked for at once', async (t) => {
  const { page, errors } = await packagePage(t);
  const found = await page.evaluate(async () => {
    const { svnr, dng, text } = /** @type {Here} */ (/** @type {any} */ (globalThis));
    const { openRaw } = await import(/** @type {any} */ ('/pkg/raw.js'));
    const denoiser = await svnr.Denoiser.create({ backend: 'cpu', workers: 2 });
    const photo = await openRaw(dng);
    const wanted = await (await denoiser.denoiseRawPhoto(photo, { tile: 16 })).toDng();
    const region = { x: 30, y: 20, width: 40, height: 30 };
    const photograph = { data: new Uint8ClampedArray(4 * 40 * 30).fill(99), width: 40, height: 30 };
    const [whole, part, other] = await Promise.all([
      denoiser.denoiseRawPhoto(photo, { tile: 16 }),
      denoiser.denoiseRawPhoto(photo, { tile: 16, region }),
      denoiser.denoise(photograph, { noise: { read: 0.1, shot: 0 }, tile: 16 }),
    ]);
    const seen = [await part.develop({ region }), await whole.develop({ region })];
    const isSame = (await text(await whole.toDng())) === (await text(wanted));
    const off = Math.max(...seen[0].data.map((/** @type {number} */ v, /** @type {number} */ i) => Math.abs(v - seen[1].data[i])));
    return { isSame, off, width: other.image.width };
  });
  assert(found.isSame && found.width === 40);
  assert(found.off <= 257, `${found.off} of 65535`);
  assert.deepEqual(errors, []);
});

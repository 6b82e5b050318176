// The package in other people's pages: in a worker and as an element, under a strict security policy.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import * as esbuild from 'esbuild';
import sharp from 'sharp';

import { madeDng } from './dng.mjs';
import { launch, root } from './harness.mjs';
import { encodePng, noisyAndClean } from './pictures.mjs';
import { inWorker, screenshot, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {typeof import('../../pkg/worker.js')} WorkerPackage */
/** @typedef {import('../../pkg/element.js').SvnrDenoiserElement} Element */

const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
].join('; ');

const photo = noisyAndClean(48, 40);

const visitor = visitors({ webgpu: true });

/**
 * Somebody else's page, with pictures beside it.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} [policy]
 */
function visit(t, policy = POLICY) {
  const png = encodePng(photo.noisy);
  return visitor.visit(t, {
    html: '<!doctype html><html lang="en"><title>Somebody else’s page</title><main></main>',
    headers: { 'content-security-policy': policy },
    prepare: async (page) => {
      await page.route('**/photo.png', (route) => route.fulfill({ contentType: 'image/png', body: png }));
      await page.route('**/text.png', (route) => route.fulfill({ contentType: 'image/png', body: 'no picture' }));
    },
  });
}

test('a worker gives the same picture as the page, with progress and previews', async (t) => {
  const { page, errors } = await visit(t);
  const seen = await page.evaluate(async ({ data, width, height }) => {
    /** @type {WorkerPackage} */
    const { createWorkerDenoiser } = await import(/** @type {any} */ ('/pkg/worker.js'));
    /** @type {typeof import('../../pkg/index.js')} */
    const { Denoiser } = await import(/** @type {any} */ ('/pkg/index.js'));
    const photo = () => ({ data: new Uint8ClampedArray(data), width, height });
    const noise = { read: 0.1, shot: 0.01 };
    /** @type {string[]} */
    const phases = [];
    const denoiser = await createWorkerDenoiser({
      backend: 'cpu',
      weights: 'pkg/svnr.safetensors',
      onProgress: ({ phase }) => phases.push(phase),
    });
    const kept = photo();
    /** @type {(Promise<import('../../pkg/index.js').Preview | null>)[]} */
    const previews = [];
    const there = await denoiser.denoise(kept, {
      noise,
      steps: 3,
      samples: 2,
      onProgress: (progress) => {
        phases.push(progress.phase);
        if (progress.phase === 'denoising' && progress.step === 2) previews.push(progress.preview(100));
      },
    });
    const given = photo();
    const estimate = await denoiser.estimateNoise(given, { transfer: true });
    const direct = await Denoiser.create({ backend: 'cpu' });
    const here = await direct.denoise(photo(), { noise, steps: 3, samples: 2 });
    const [preview] = await Promise.all(previews);
    return {
      backend: denoiser.backend,
      isSame: there.image.data.every((v, i) => v === here.image.data[i]),
      isUncertaintySame: there.uncertainty?.every((v, i) => v === here.uncertainty?.[i]),
      isEstimateSame: JSON.stringify(estimate) === JSON.stringify(direct.estimateNoise(photo())),
      lengths: [kept.data.length, given.data.length],
      phases: [...new Set(phases)],
      preview: preview && [preview.width, preview.height, preview.data.length],
    };
  }, { ...photo.noisy, data: [...photo.noisy.data] });
  assert.deepEqual(seen, {
    backend: 'cpu',
    isSame: true,
    isUncertaintySame: true,
    isEstimateSame: true,
    lengths: [48 * 40 * 3, 0],
    phases: ['loading', 'compiling', 'denoising'],
    preview: [10, 8, 320],
  });
  assert.deepEqual(errors, []);
});

test('a worker offers all that the page has, and workers share one module', async (t) => {
  const { page, errors } = await visit(t, `${POLICY}; img-src 'self' http://other.example`);
  const headers = { 'cross-origin-resource-policy': 'cross-origin' };
  const body = encodePng(photo.noisy);
  await page.route('http://other.example/**', (route) => route.fulfill({ contentType: 'image/png', headers, body }));
  /** @type {string[]} */
  const modules = [];
  page.context().on('request', (request) => request.url().endsWith('.wasm') && modules.push(request.url()));
  const seen = await page.evaluate(async () => {
    /** @type {WorkerPackage} */
    const { createWorkerDenoiser } = await import(/** @type {any} */ ('/pkg/worker.js'));
    /** @type {typeof import('../../pkg/index.js')} */
    const svnr = await import(/** @type {any} */ ('/pkg/index.js'));
    const [there, second] = await Promise.all([0, 1].map(() => createWorkerDenoiser({ backend: 'cpu' })));
    const here = await svnr.Denoiser.create({ backend: 'cpu' });
    if (!there || !second) throw new Error('two were asked for');
    second.free();

    const image = new ImageData(16, 9);
    image.data.forEach((_, i) => {
      image.data[i] = i % 4 === 3 ? 255 : 90 + ((i * 37) % 80);
    });
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 16, height: 9 });
    canvas.getContext('2d')?.putImageData(image, 0, 0);
    const file = await there.encodeFile(image, { format: 'png' });
    const element = new Image();
    element.src = '/photo.png';
    await element.decode();
    const frame = new VideoFrame(canvas, { timestamp: 0 });
    const offscreen = new OffscreenCanvas(16, 9);
    offscreen.getContext('2d')?.putImageData(image, 0, 0);

    const noise = { read: 0.1, shot: 0.01 };
    const { image: wanted } = await here.denoise(image, { noise });
    const kinds = { image, canvas, offscreen, frame, file, bitmap: await createImageBitmap(image) };
    const running = Object.values(kinds).map((kind) => there.denoise(kind, { noise }));
    const given = new ImageData(image.data.slice(), 16, 9);
    running.push(there.denoise(given, { noise, transfer: true }));
    const changed = new ImageData(image.data.slice(), 16, 9);
    running.push(there.denoise(changed, { noise }));
    changed.data.fill(0);
    const results = await Promise.all(running);
    const shown = await there.denoise(element);
    element.src = 'http://other.example/photo.png';
    await element.decode();
    const foreign = await there.denoise(element).catch(({ code, message }) => `${code}: ${message}`);
    const isGain = JSON.stringify(await there.noiseAtGain(8)) === JSON.stringify(svnr.noiseAtGain(8));

    /** @param {unknown} a @param {unknown} b */
    const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);
    /** @param {Float32Array | undefined} values */
    const list = (values) => [...(values ?? [])];
    const [maps, mapsHere] = [await there.maps(image, { noise }), here.maps(image, { noise })];
    const decoded = await there.decodeFile(file, { name: 'photo.png' });
    const picture = await there.toImageData({ data: new Float32Array(3).fill(0.5), width: 1, height: 1 });
    const metadata = { exif: new Uint8Array([1]), xmp: new Uint8Array([2]) };
    const isLeftOut = isSame(await there.leftOutOf(metadata, 'webp'), await svnr.leftOutOf(metadata, 'webp'));
    there.free();
    return {
      isLeftOut,
      isEvery: results.map(({ image }) => wanted.data.every((v, i) => v === image.data[i])),
      shown: [shown.image.width, shown.image.height],
      isGone: given.data.length === 0,
      isKept: image.data.length,
      areMaps: isSame(list(maps.std), list(mapsHere.std)) && isSame(list(maps.time), list(mapsHere.time)),
      isGain,
      foreign: String(foreign).slice(0, 59),
      decoded: [decoded.image.constructor.name, decoded.depth, decoded.width, isSame([...decoded.image.data], [...image.data])],
      picture: [...picture.data],
    };
  });
  assert.deepEqual(seen, {
    isLeftOut: true,
    isEvery: Array.from({ length: 8 }, () => true),
    shown: [48, 40],
    isGone: true,
    isKept: 16 * 9 * 4,
    areMaps: true,
    isGain: true,
    foreign: 'unsupported-image: the image shows pixels from another site',
    decoded: ['ImageData', 8, 16, true],
    picture: [128, 128, 128, 255],
  });
  assert.equal(modules.length, 1, modules.join());
  assert.deepEqual(errors, []);
});

/**
 * Destroys the worker's GPU as soon as it gets a message of this type.
 *
 * @param {Page} page
 * @param {'denoise' | 'preview'} type
 */
async function loseGpuOn(page, type) {
  const code = `
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (...options) {
      const device = await requestDevice.apply(this, options);
      addEventListener('message', ({ data }) => data.type === '${type}' && device.destroy());
      return device;
    };`;
  await inWorker(page, code, 'worker-thread.js');
}

test('a worker whose GPU is lost goes on on the CPU, and says so', async (t) => {
  const { page, errors } = await visit(t);
  await loseGpuOn(page, 'preview');
  const { before, on, largest, after } = await page.evaluate(async ({ data, width, height }) => {
    /** @type {WorkerPackage} */
    const { createWorkerDenoiser } = await import(/** @type {any} */ ('/pkg/worker.js'));
    /** @type {typeof import('../../pkg/index.js')} */
    const { Denoiser } = await import(/** @type {any} */ ('/pkg/index.js'));
    const photo = { data: new Uint8ClampedArray(data), width, height };
    const options = { noise: { read: 0.1, shot: 0.01 }, steps: 8 };
    const denoiser = await createWorkerDenoiser();
    const before = denoiser.backend;
    /** @type {(string | null)[]} */
    const on = [];
    const { image } = await denoiser.denoise(photo, {
      ...options,
      onProgress: (progress) => {
        if (progress.phase === 'recovering') on.push(denoiser.backend, denoiser.fallbackReason && progress.reason);
        if (progress.phase === 'denoising' && progress.step === 3) progress.preview(100);
      },
    });
    const direct = await Denoiser.create({ backend: 'cpu' });
    const { image: wanted } = await direct.denoise(photo, options);
    const largest = Math.max(...image.data.map((v, i) => Math.abs(v - (wanted.data[i] ?? 0))));
    const { backend, adapter, fallbackReason } = denoiser;
    denoiser.free();
    return { before, on, largest, after: [backend, adapter, fallbackReason] };
  }, { ...photo.noisy, data: [...photo.noisy.data] });
  assert.equal(before, 'webgpu');
  assert.deepEqual(after, ['cpu', null, on[1]]);
  assert.equal(on[0], 'cpu');
  assert.equal(on.length, 2, 'it is said once');
  assert(largest <= 1, `${largest} of 255`);
  assert.deepEqual(errors, []);
});

test('a worker aborts, refuses and ends as the page does', async (t) => {
  const { page } = await visit(t);
  const failures = await page.evaluate(async ({ data, width, height }) => {
    /** @type {WorkerPackage} */
    const { createWorkerDenoiser } = await import(/** @type {any} */ ('/pkg/worker.js'));
    const photo = { data: new Uint8ClampedArray(data), width, height };
    /** @param {() => Promise<unknown>} f */
    const failure = async (f) => {
      try {
        await f();
        return 'nothing was thrown';
      } catch (error) {
        const { name, code, message } = /** @type {any} */ (error);
        return `${name} ${code}: ${message}`;
      }
    };
    const denoiser = await createWorkerDenoiser({ backend: 'cpu' });
    const abort = new AbortController();
    const first = await failure(() =>
      denoiser.denoise(photo, {
        steps: 100,
        noise: { read: 0.1, shot: 0 },
        signal: abort.signal,
        onProgress: () => abort.abort(),
      }),
    );
    const more = [
      await failure(() => denoiser.denoise(photo, { steps: 0 })),
      await failure(() => denoiser.denoise(photo, /** @type {any} */ (null))),
      await failure(() => denoiser.encodeFile(photo, /** @type {any} */ ('png'))),
      await failure(() => denoiser.encodeFile(photo, /** @type {any} */ ({ format: 'gif' }))),
      await failure(() => denoiser.noiseAtGain(0)),
      await failure(() => denoiser.decodeFile(new Blob(['no image']))),
      await failure(() => denoiser.denoise(photo, /** @type {any} */ ({ transfer: 1 }))),
      await failure(() => denoiser.estimateNoise(photo, /** @type {any} */ ({ steps: 1 }))),
      await failure(() => denoiser.denoise(photo, /** @type {any} */ ({ tile: () => 8 }))),
      await failure(() => createWorkerDenoiser({ backend: 'cpu', weights: '/pkg/nowhere' })),
      await failure(() => createWorkerDenoiser(/** @type {any} */ ({ backend: 'gpu' }))),
    ];
    const running = failure(() => denoiser.denoise(photo, { steps: 100 }));
    denoiser.free();
    return [first, ...more, await running, await failure(() => denoiser.estimateNoise(photo))];
  }, { ...photo.noisy, data: [...photo.noisy.data] });
  const expected = [
    /^AbortError/,
    /^SvnrError bad-option: steps is 0/,
    /^SvnrError bad-option: the options are null; they must be an object/,
    /^SvnrError bad-option: the options are 'png'; they must be an object/,
    /^SvnrError bad-option: format is gif/,
    /^SvnrError bad-option: gain is 0/,
    /^SvnrError unsupported-format/,
    /^SvnrError bad-option: transfer is 1; it must be true or false/,
    /^SvnrError bad-option: there is no option steps; there are transfer/,
    /^SvnrError bad-option: what was passed cannot go to a worker/,
    /^SvnrError load-failed: .*404/,
    /^SvnrError bad-option: backend is 'gpu'/,
    /^SvnrError freed/,
    /^SvnrError freed/,
  ];
  assert.equal(failures.length, expected.length);
  failures.forEach((failure, i) => assert.match(failure, /** @type {RegExp} */ (expected[i])));
});

/**
 * Puts an element into the page and waits for its result or error.
 *
 * @param {Page} page
 * @param {Record<string, string>} attributes
 * @returns {Promise<{ type: string, code: string | undefined, size: number[] | null }>}
 */
function show(page, attributes) {
  return page.evaluate(async (attributes) => {
    await import(/** @type {any} */ ('/pkg/element.js'));
    const element = document.createElement('svnr-denoiser');
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    document.querySelector('main')?.append(element);
    const event = await new Promise((resolve) => {
      document.addEventListener('svnr-done', resolve, { once: true });
      document.addEventListener('svnr-error', resolve, { once: true });
    });
    const image = element.result?.image;
    return { type: event.type, code: event.detail.code, size: image ? [image.width, image.height] : null };
  }, attributes);
}

for (const backend of ['cpu', 'webgpu']) {
  test(`the element denoises its picture on ${backend}`, async (t) => {
    const { page, errors } = await visit(t);
    const done = await show(page, { src: 'photo.png', steps: '2', backend, alt: 'A test' });
    assert.deepEqual(done, { type: 'svnr-done', code: undefined, size: [48, 40] });
    const divider = page.getByRole('slider');
    await divider.press('ArrowRight');
    assert.equal(await page.locator('svnr-denoiser').evaluate((e) => /** @type {Element} */ (e).compare), 51);
    assert(await page.getByRole('status', { includeHidden: true }).isHidden(), 'nothing lies on the finished image');
    await screenshot(page, `element-${backend}`);
    assert.deepEqual(errors, []);
  });
}

test('the element outlives its GPU', async (t) => {
  const { page, errors } = await visit(t);
  await loseGpuOn(page, 'denoise');
  await page.evaluate(() => {
    /** @type {any} */ (globalThis).phases = [];
    document.addEventListener('svnr-progress', (event) => {
      /** @type {any} */ (globalThis).phases.push(/** @type {CustomEvent} */ (event).detail.phase);
    });
  });
  assert.deepEqual(await show(page, { src: 'photo.png' }), { type: 'svnr-done', code: undefined, size: [48, 40] });
  assert((await page.evaluate(() => /** @type {any} */ (globalThis).phases)).includes('recovering'));
  assert.deepEqual(errors, []);
});

test('the element says what is wrong, and starts anew when it is changed', async (t) => {
  const { page } = await visit(t);
  for (const [src, code] of [
    ['/nowhere.png', 'load-failed'],
    ['/text.png', 'unsupported-image'],
    ['http://localhost:1/photo.png', 'load-failed'],
  ]) {
    const failed = await show(page, { src: src ?? '', backend: 'cpu' });
    assert.deepEqual(failed, { type: 'svnr-error', code, size: null });
  }
  const refused = await show(page, { src: '/photo.png', steps: 'many', backend: 'cpu' });
  assert.equal(refused.code, 'bad-option');
  const element = page.locator('svnr-denoiser').last();
  await element.getByText('steps is NaN; it must be a whole number').waitFor();
  const size = await element.evaluate(async (node) => {
    const element = /** @type {Element} */ (node);
    const done = new Promise((resolve) => element.addEventListener('svnr-done', resolve, { once: true }));
    element.setAttribute('steps', '1');
    await done;
    return element.result?.image.width;
  });
  assert.equal(size, 48);
  await element.evaluate((node) => node.removeAttribute('src'));
  await page.waitForFunction(() => !document.querySelector('svnr-denoiser:last-child')?.hasAttribute('ready'));
});

/**
 * The code in docs/embed.md, block by block.
 *
 * @param {string} language
 */
async function blocksOf(language) {
  const text = await readFile(`${root}docs/embed.md`, 'utf8');
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, name]) => name === language).map(([, , code]) => code ?? '');
}

const MODULES = ['worker', 'raw', 'element'];
const IMPORTS = { svnr: '/pkg/index.js', ...Object.fromEntries(MODULES.map((name) => [`svnr/${name}`, `/pkg/${name}.js`])) };
const MAP = `<!doctype html><script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>`;

/**
 * A page for what the documentation shows. The CPU is quicker than a GPU made of software, and what is said for both
 * runs on it.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} html
 */
async function visitReader(t, html) {
  const launched = await launch({ webgpu: false });
  t.after(() => launched.close());
  const { page, errors } = await visitor.visit(t, { in: launched, html });
  const png = encodePng(photo.noisy);
  await page.route('**/noisy.jpg', (route) => route.fulfill({ contentType: 'image/png', body: png }));
  const { file: dng } = madeDng({ width: 96, height: 64, preview: await sharp(png).jpeg().toBuffer() });
  await page.route('**/photo.dng', (route) => route.fulfill({ contentType: 'image/x-adobe-dng', body: dng }));
  return { page, errors };
}

test('the code in docs/embed.md runs', async (t) => {
  const { page, errors } = await visitReader(t, '');
  const blocks = await blocksOf('js');
  assert(blocks.length >= 6);
  for (const [i, code] of blocks.entries()) {
    await page.route(`**/block-${i}.js`, (route) => route.fulfill({ contentType: 'text/javascript', body: code }));
    await page.route(`**/page-${i}`, (route) => route.fulfill({ contentType: 'text/html', body: MAP }));
    await page.goto(new URL(`page-${i}`, page.url()).href);
    const failure = await page.evaluate((i) => import(`/block-${i}.js`).then(() => null, String), i);
    assert.equal(failure, null, code);
  }
  assert.deepEqual(errors, []);
});

test('the React components in docs/embed.md work in strict mode, and leave nothing behind', async (t) => {
  const [element, file] = await blocksOf('jsx');
  const modules = new Map([['element', element], ['file', file]]);
  const { outputFiles } = await esbuild.build({
    stdin: {
      contents: `
        export { StrictMode, createElement } from 'react';
        export { createRoot } from 'react-dom/client';
        export { DenoisedPhoto } from 'docs:element';
        export { DenoisedFile } from 'docs:file';`,
      resolveDir: `${root}tests/browser`,
    },
    plugins: [
      {
        name: 'docs',
        setup(build) {
          build.onResolve({ filter: /^docs:/ }, ({ path }) => ({ path: path.slice('docs:'.length), namespace: 'docs' }));
          build.onLoad({ filter: /.*/, namespace: 'docs' }, ({ path }) => {
            return { contents: modules.get(path) ?? '', loader: 'jsx', resolveDir: `${root}tests/browser` };
          });
        },
      },
    ],
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    external: Object.keys(IMPORTS),
    // Strict mode mounts twice while developing only.
    define: { 'process.env.NODE_ENV': '"development"' },
  });
  const { page, errors } = await visitReader(t, `${MAP}<main></main>`);
  const body = outputFiles[0]?.text ?? '';
  await page.route('**/components.js', (route) => route.fulfill({ contentType: 'text/javascript', body }));
  const sizes = await page.evaluate(async () => {
    const react = await import(/** @type {any} */ ('/components.js'));
    const { StrictMode, createElement, createRoot, DenoisedPhoto, DenoisedFile } = react;
    const main = document.querySelector('main');
    const photo = await (await fetch('/noisy.jpg')).blob();
    /** @type {number[][]} */
    const sizes = [];
    for (const [component, properties] of [[DenoisedPhoto, { src: '/noisy.jpg', alt: 'A test' }], [DenoisedFile, { file: photo }]]) {
      const root = createRoot(main);
      /** @type {ImageData} */
      const image = await new Promise((onDone) => {
        root.render(createElement(StrictMode, null, createElement(component, { ...properties, onDone })));
      });
      sizes.push([image.width, image.height]);
      root.unmount();
    }
    return sizes;
  });
  assert.deepEqual(sizes, [[48, 40], [48, 40]]);
  // The element's worker stays for ten seconds, for the next element.
  const end = performance.now() + 30_000;
  while (page.workers().length > 0 && performance.now() < end) await page.waitForTimeout(200);
  assert.deepEqual(page.workers().map((worker) => worker.url()), []);
  // What the first mount loads is abandoned.
  assert.deepEqual(errors.filter((error) => !error.endsWith('net::ERR_ABORTED')), []);
});

test('the element is as large as its photo, and no wider than there is room', async (t) => {
  const { page, errors } = await visit(t, `${POLICY}; style-src 'unsafe-inline'`);
  await show(page, { src: 'photo.png', backend: 'cpu' });
  const size = () => page.locator('svnr-denoiser').evaluate((element) => {
    const { width, height } = element.getBoundingClientRect();
    return [width, height];
  });
  assert.deepEqual(await size(), [48, 40]);
  await page.addStyleTag({ content: 'main { inline-size: 24px }' });
  assert.deepEqual(await size(), [24, 20]);
  await page.addStyleTag({ content: 'main { inline-size: auto } svnr-denoiser { inline-size: 96px }' });
  assert.deepEqual(await size(), [96, 80]);
  assert.deepEqual(errors, []);
});

// The npm package in a real browser, without the page.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';

import { root } from './harness.mjs';
import { NOISE, chunk, decodePng, encodePng, largestDifference, noisyAndClean } from './pictures.mjs';
import { visitors } from './visit.mjs';

/** @typedef {typeof import('../../pkg/index.js')} Package */

const photo = noisyAndClean(48, 40, { bits: 16 }).noisy;
const rgb = { ...photo, data: [...photo.data] };

const run = promisify(execFile);

const { visit } = visitors({ webgpu: true });

/** An empty page of this origin. */
const html = '<title>Test</title>';

/** @type {import('playwright-core').Page} */
let page;
/** @type {string[]} */
let errors;

before(async () => {
  const png = encodePng(noisyAndClean(8, 8).noisy);
  const prepare = async (/** @type {import('playwright-core').Page} */ page) => {
    await page.route('http://other.example/**', (route) => route.fulfill({ contentType: 'image/png', body: png }));
    await page.route('**/nowhere-yet.png', () => {});
  };
  ({ page, errors } = await visit(null, { html, prepare }));
  await page.evaluate(async () => {
    const svnr = await import(/** @type {any} */ ('/pkg/index.js'));
    Object.assign(globalThis, {
      svnr,
      cpu: await svnr.Denoiser.create({ backend: 'cpu' }),
      /** @param {{ width: number, height: number, data: number[] }} rgb */
      picture: ({ width, height, data }) => ({ width, height, data: new Uint16Array(data) }),
      /** @param {() => unknown} f */
      failure: async (f) => {
        try {
          await f();
          return 'nothing was thrown';
        } catch (error) {
          const { name, code, message } = /** @type {any} */ (error);
          return `${name} ${code}: ${message}`;
        }
      },
    });
  });
});

/** What `before` has put into the page.
 * @typedef {{
 *   svnr: Package,
 *   cpu: import('../../pkg/index.js').Denoiser,
 *   picture: (rgb: unknown) => import('../../pkg/index.js').PlainImage,
 *   failure: (f: () => unknown) => Promise<string>,
 * }} Here */

/**
 * Where the command line's program is, built with the native tests and as they are: `cargo run` chooses other features
 * of what burn stands on, and so builds all of it once more.
 */
async function denoiseProgram() {
  const cargo = ['test', '--package', 'svnr', '--test', 'cli', '--no-run', '--message-format', 'json'];
  const { stdout } = await run('cargo', cargo, { cwd: root, maxBuffer: 2 ** 26 });
  const built = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const program = built.find(({ target, executable }) => target?.name === 'denoise' && executable);
  assert(program, 'cargo builds the program for the tests of the command line');
  return /** @type {string} */ (program.executable);
}

test('the browser gives the picture that the command line gives', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'svnr-'));
  t.after(() => rm(directory, { recursive: true }));
  const input = join(directory, 'photo.png');
  await writeFile(input, encodePng(photo));
  const program = await denoiseProgram();
  for (const steps of [1, 4]) {
    const output = join(directory, `steps-${steps}.png`);
    const options = ['--read', NOISE.read, '--shot', NOISE.shot, '--steps', steps, '--seed', 7].map(String);
    await run(program, [input, '-o', output, ...options]);
    const native = decodePng(await readFile(output));
    for (const backend of /** @type {const} */ (['cpu', 'webgpu'])) {
      const data = await page.evaluate(
        async ({ rgb, noise, steps, backend }) => {
          const { svnr, picture } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
          const denoiser = await svnr.Denoiser.create({ backend });
          const { image } = await denoiser.denoise(picture(rgb), { noise, steps, seed: 7 });
          denoiser.free();
          return [...image.data];
        },
        { rgb, noise: NOISE, steps, backend },
      );
      const difference = largestDifference(native, { ...photo, data: new Uint16Array(data) });
      t.diagnostic(`${backend}, ${steps} steps: largest difference ${difference.toExponential(1)} of white`);
      // An 8-bit code is 0.0039. Kernels differ in the order in which they add.
      assert(difference < 0.0005, `${backend}, ${steps} steps: ${difference}`);
    }
  }
});

test('images come back in the form in which they went', async () => {
  const forms = await page.evaluate(async () => {
    const { cpu } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
    const [width, height] = [9, 5];
    /** @typedef {ImageData | import('../../pkg/index.js').PlainImage} Pixels */
    /** @param {Pixels} image */
    const form = async (image) => {
      image.data.forEach((_, i) => {
        image.data[i] = (i % 4 === 3 ? 0.25 + (i % 5) / 10 : 0.3 + (i % 7) / 30) * peak(image.data);
      });
      const before = image.data.slice();
      const { image: after } = await cpu.denoise(image, { noise: { read: 0.1, shot: 0.01 } });
      const channels = image.data.length / (width * height);
      return {
        kind: Object.prototype.toString.call(after),
        data: after.data.constructor.name,
        size: [after.width, after.height, after.data.length],
        colorSpace: after.colorSpace,
        isAlphaKept: channels === 3 || before.every((v, i) => i % 4 !== 3 || v === after.data[i]),
        isInputKept: before.every((v, i) => v === image.data[i]),
        isChanged: before.some((v, i) => v !== after.data[i]),
      };
    };
    /** @param {Pixels['data']} data */
    const peak = (data) => (data instanceof Float32Array ? 1 : data instanceof Uint16Array ? 65535 : 255);
    return [
      await form(new ImageData(width, height, { colorSpace: 'display-p3' })),
      await form({ data: new Uint8ClampedArray(4 * 45), width, height }),
      await form({ data: new Uint16Array(3 * 45), width, height, colorSpace: 'srgb' }),
      await form({ data: new Float32Array(4 * 45), width, height, colorSpace: 'srgb-linear' }),
    ];
  });
  const always = { isAlphaKept: true, isInputKept: true, isChanged: true };
  assert.deepEqual(forms, [
    { kind: '[object ImageData]', data: 'Uint8ClampedArray', size: [9, 5, 180], colorSpace: 'display-p3', ...always },
    { kind: '[object Object]', data: 'Uint8ClampedArray', size: [9, 5, 180], colorSpace: 'srgb', ...always },
    { kind: '[object Object]', data: 'Uint16Array', size: [9, 5, 135], colorSpace: 'srgb', ...always },
    { kind: '[object Object]', data: 'Float32Array', size: [9, 5, 180], colorSpace: 'srgb-linear', ...always },
  ]);
});

test('strength 0 leaves every sample as it was', async () => {
  const isSame = await page.evaluate(async (rgb) => {
    const { cpu, picture } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
    const image = picture(rgb);
    const result = await cpu.denoise(image, { strength: 0 });
    return image.data.every((v, i) => v === result.image.data[i]);
  }, rgb);
  assert(isSame);
});

test('an ImageBitmap comes back as an ImageData', async () => {
  const { isImageData, isSame, closed } = await page.evaluate(async () => {
    const { cpu, failure } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
    const image = new ImageData(12, 7);
    image.data.forEach((_, i) => {
      image.data[i] = i % 4 === 3 ? 255 : 90 + ((i * 37) % 80);
    });
    const bitmap = await createImageBitmap(image, { colorSpaceConversion: 'none' });
    const noise = { read: 0.1, shot: 0.01 };
    const { image: fromBitmap } = await cpu.denoise(bitmap, { noise });
    const { image: fromData } = await cpu.denoise(image, { noise });
    bitmap.close();
    const closed = await failure(() => cpu.denoise(bitmap));
    const isSame = fromBitmap.data.every((v, i) => v === fromData.data[i]);
    return { isImageData: fromBitmap instanceof ImageData, isSame, closed };
  });
  assert(isImageData && isSame);
  assert.match(closed, /^SvnrError unsupported-image: the ImageBitmap is closed/);
});

test('every kind of image that a page has can be denoised', async () => {
  const { same, refused } = await page.evaluate(async () => {
    const { svnr, cpu, failure } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
    const image = new ImageData(16, 9);
    image.data.forEach((_, i) => {
      image.data[i] = i % 4 === 3 ? 255 : 90 + ((i * 37) % 80);
    });
    const canvas = document.createElement('canvas');
    const offscreen = new OffscreenCanvas(16, 9);
    for (const one of [canvas, offscreen]) {
      Object.assign(one, { width: 16, height: 9 });
      const context = /** @type {CanvasRenderingContext2D | null} */ (one.getContext('2d'));
      context?.putImageData(image, 0, 0);
    }
    const file = new File([await svnr.encodeFile(image)], 'photo.png', { type: 'image/png' });
    // No browser shows it.
    const tiff = await svnr.encodeFile(image, { format: 'tiff' });
    const element = new Image();
    element.src = URL.createObjectURL(file);
    await element.decode();
    const frame = new VideoFrame(canvas, { timestamp: 0 });
    const noise = { read: 0.1, shot: 0.01 };
    const { image: wanted } = await cpu.denoise(image, { noise });
    /** @type {Record<string, string>} */
    const same = {};
    const sources = { canvas, offscreen, element, frame, file, blob: new Blob([file]), tiff };
    for (const [name, source] of Object.entries(sources)) {
      const { image: result } = await cpu.denoise(source, { noise });
      const largest = Math.max(...result.data.map((v, i) => Math.abs(v - (wanted.data[i] ?? NaN))));
      same[name] = `${result.constructor.name} ${result.width} x ${result.height}, ${largest} off`;
    }
    const measured = [image, canvas, offscreen, element, frame].map((source) => cpu.estimateNoise(source).read);
    same.measured = String(new Set(measured).size);
    frame.close();
    const late = new Image();
    late.src = '/nowhere-yet.png';
    const foreign = new Image();
    foreign.src = 'http://other.example/photo.png';
    await foreign.decode();
    const refused = [
      await failure(() => cpu.denoise(frame)),
      await failure(() => cpu.denoise(late)),
      await failure(() => cpu.denoise(foreign)),
      await failure(() => cpu.denoise(document.createElement('video'))),
      await failure(() => cpu.denoise(new Blob(['no photo']))),
      await failure(() => cpu.denoise(/** @type {any} */ (document.body))),
    ];
    return { same, refused };
  });
  const exact = 'ImageData 16 x 9, 0 off';
  assert.deepEqual(same, {
    canvas: exact,
    offscreen: exact,
    element: exact,
    frame: exact,
    file: exact,
    blob: exact,
    tiff: exact,
    measured: '1',
  });
  const expected = [
    /^SvnrError unsupported-image: the VideoFrame is closed/,
    /^SvnrError unsupported-image: the HTMLImageElement has not loaded; await its decode\(\) first/,
    /^SvnrError unsupported-image: the HTMLImageElement shows pixels from another site.*CORS/,
    /^SvnrError unsupported-image: the HTMLVideoElement shows nothing yet/,
    /^SvnrError unsupported-format/,
    /^SvnrError unsupported-image: the image must be an ImageData, an ImageBitmap, an <img>/,
  ];
  refused.forEach((failure, i) => assert.match(failure, /** @type {RegExp} */ (expected[i])));
});

test('what a run is given may change before its turn comes, or be given away', async () => {
  const { isSame, isGivenSame, lengths } = await page.evaluate(async () => {
    const { cpu } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
    const [width, height] = [24, 16];
    const photo = () => {
      const image = new ImageData(width, height);
      image.data.forEach((_, i) => {
        image.data[i] = i % 4 === 3 ? 255 - (i % 5) : 90 + ((i * 37) % 80);
      });
      return image;
    };
    const options = () => ({
      noise: { std: new Float32Array(width * height).fill(0.1), width, height },
      strength: { data: new Float32Array(width * height).fill(0.5), width, height },
    });
    const wanted = await cpu.denoise(photo(), options());
    const first = cpu.denoise(photo(), { steps: 3 });
    const image = photo();
    const { noise, strength } = options();
    const queued = cpu.denoise(image, { noise, strength });
    image.data.fill(0);
    noise.std.fill(0);
    strength.data.fill(0);
    const given = photo();
    const transferred = cpu.denoise(given, { ...options(), transfer: true });
    const bitmap = await createImageBitmap(photo());
    const closed = cpu.denoise(bitmap, { transfer: true });
    await Promise.all([first, closed]);
    /** @param {{ image: ImageData }} result */
    const isAsWanted = (result) => wanted.image.data.every((v, i) => v === result.image.data[i]);
    return {
      isSame: isAsWanted(await queued),
      isGivenSame: isAsWanted(await transferred),
      lengths: [given.data.length, bitmap.width],
    };
  });
  assert(isSame && isGivenSame);
  assert.deepEqual(lengths, [0, 0]);
});

test('whoever gives up loading leaves the others alone', async (t) => {
  /** @type {() => void} */
  let go = () => {};
  const going = new Promise((resolve) => {
    go = () => resolve(null);
  });
  /** @type {string[]} */
  const loads = [];
  const { page } = await visit(t, {
    html,
    prepare: async (page) => {
      await page.route('**/*.wasm', async (route) => {
        await going;
        await route.continue().catch(() => {});
      });
      page.on('requestfailed', () => loads.push('failed'));
      page.on('request', (request) => request.url().endsWith('.wasm') && loads.push('asked'));
    },
  });
  const first = await page.evaluate(async () => {
    /** @type {Package} */
    const svnr = await import(/** @type {any} */ ('/pkg/index.js'));
    const [one, two] = [new AbortController(), new AbortController()];
    /** @param {Promise<unknown>} waiting */
    const outcome = (waiting) => waiting.then(() => 'loaded', ({ name }) => name);
    const abandoned = outcome(svnr.default({ signal: one.signal }));
    const creating = outcome(svnr.Denoiser.create({ backend: 'cpu', signal: two.signal }));
    const patient = outcome(svnr.default());
    Object.assign(globalThis, { patient, creating });
    one.abort();
    const early = await abandoned;
    two.abort();
    return [early, await creating];
  });
  assert.deepEqual(first, ['AbortError', 'AbortError']);
  go();
  assert.equal(await page.evaluate(() => /** @type {any} */ (globalThis).patient), 'loaded');
  assert.deepEqual(loads.sort(), ['asked', 'failed'], 'of two downloads, the weights that nobody waits for end');
});

test('an image in display-p3 is written with its profile', async () => {
  const seen = await page.evaluate(async () => {
    const { svnr } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
    // A red that sRGB does not have.
    const red = [240, 20, 30, 255];
    const settings = /** @type {const} */ ({ colorSpace: 'display-p3' });
    const p3 = new ImageData(new Uint8ClampedArray([...red, ...red, ...red, ...red]), 2, 2, settings);
    /** @type {Record<string, unknown>} */
    const seen = {};
    for (const format of /** @type {const} */ (['png', 'jpeg', 'webp', 'tiff'])) {
      const file = await svnr.encodeFile(p3, { format, quality: 100 });
      const { metadata } = await svnr.decodeFile(file);
      if (!metadata.profile) seen[format] = 'no profile';
      if (format === 'tiff') continue;
      const image = new Image();
      image.src = URL.createObjectURL(file);
      await image.decode();
      const context = new OffscreenCanvas(2, 2).getContext('2d', settings);
      context?.drawImage(image, 0, 0);
      const shown = context?.getImageData(0, 0, 1, 1, settings).data ?? [];
      if (red.some((v, i) => Math.abs(v - (shown[i] ?? NaN)) > 3)) seen[format] = [...shown];
    }
    const srgb = await svnr.decodeFile(await svnr.encodeFile(new ImageData(2, 2)));
    if (srgb.metadata.profile) seen.srgb = 'a profile';
    return seen;
  });
  assert.deepEqual(seen, {});
});

test('maps of noise and strength work pixel by pixel', async () => {
  const { isNoiseSame, isLeftKept, isRightChanged } = await page.evaluate(async (rgb) => {
    const { cpu, picture } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
    const image = /** @type {import('../../pkg/index.js').PlainImage} */ (picture(rgb));
    const { width, height } = image;
    const std = new Float32Array(width * height).fill(0.1);
    const mapped = await cpu.denoise(image, { noise: { std, width, height } });
    const modelled = await cpu.denoise(image, { noise: { read: 0.1, shot: 0 } });
    const data = std.map((_, p) => (p % width < 10 ? 0 : 1));
    const painted = await cpu.denoise(image, { noise: modelled.noise, strength: { data, width, height } });
    /** @param {number} i */
    const isLeft = (i) => Math.floor(i / 3) % width < 10;
    return {
      isNoiseSame: 'std' in mapped.noise && mapped.image.data.every((v, i) => v === modelled.image.data[i]),
      isLeftKept: image.data.every((v, i) => !isLeft(i) || v === painted.image.data[i]),
      isRightChanged: image.data.some((v, i) => !isLeft(i) && v !== painted.image.data[i]),
    };
  }, rgb);
  assert(isNoiseSame && isLeftKept && isRightChanged);
});

test('several samples give their mean and where they differ', async () => {
  const { largest, largestOnGpu, hasNone, size, isSomewhere, sampled, last } = await page.evaluate(async (rgb) => {
    const { svnr, cpu, picture } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
    const image = picture(rgb);
    /** @param {import('../../pkg/index.js').PlainImage} image */
    const linear = ({ data, width, height }) => {
      const floats = Float32Array.from(data, (v) => v / 65535);
      return { data: floats, width, height, colorSpace: /** @type {const} */ ('srgb-linear') };
    };
    const photo = linear(/** @type {import('../../pkg/index.js').PlainImage} */ (image));
    const options = { noise: { read: 0.1, shot: 0.01 }, steps: 2 };
    /** @type {number[]} */
    const sampled = [];
    let last = 0;
    const several = await cpu.denoise(photo, {
      ...options,
      seed: 5,
      samples: 16,
      onProgress: (progress) => {
        if (progress.phase !== 'denoising') return;
        if (sampled.at(-1) !== progress.sample) sampled.push(progress.sample);
        last = progress.fraction;
      },
    });
    const [one, two] = await Promise.all([5, 9].map((seed) => cpu.denoise(photo, { ...options, seed, samples: 8 })));
    const single = await cpu.denoise(photo, options);
    if (!one || !two) throw new Error('two runs give two pictures');
    const off = several.image.data.map((v, i) => Math.abs(v - ((one.image.data[i] ?? 0) + (two.image.data[i] ?? 0)) / 2));
    const gpu = await svnr.Denoiser.create({ backend: 'webgpu' });
    const onGpu = await gpu.denoise(photo, { ...options, seed: 5, samples: 8 });
    gpu.free();
    return {
      largest: Math.max(...off),
      largestOnGpu: Math.max(...onGpu.image.data.map((v, i) => Math.abs(v - (one.image.data[i] ?? NaN)))),
      hasNone: single.uncertainty === undefined,
      size: several.uncertainty?.length,
      isSomewhere: several.uncertainty?.some((v) => v > 0.001),
      sampled,
      last,
    };
  }, rgb);
  assert(largest < 1e-5, `${largest}`);
  assert(largestOnGpu < 0.0005, `on the GPU: ${largestOnGpu}`);
  assert(hasNone && isSomewhere);
  assert.deepEqual([size, sampled, last], [48 * 40, Array.from({ length: 16 }, (_, i) => i + 1), 1]);
});

test('unit steps and eta are the command line\'s', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'svnr-'));
  t.after(() => rm(directory, { recursive: true }));
  const input = join(directory, 'photo.png');
  await writeFile(input, encodePng(photo));
  const program = await denoiseProgram();
  // So little noise that unit steps are few.
  const noise = { read: 0.002, shot: 0.0001 };
  for (const { steps, eta } of /** @type {const} */ ([{ steps: 'unit', eta: 1 }, { steps: 3, eta: 0 }, { steps: 3, eta: 1 }])) {
    const output = join(directory, `${steps}-${eta}.png`);
    const options = ['--read', noise.read, '--shot', noise.shot, '--steps', steps, '--eta', eta, '--seed', 3].map(String);
    await run(program, [input, '-o', output, ...options]);
    const native = decodePng(await readFile(output));
    const { data, taken } = await page.evaluate(
      async ({ rgb, ...options }) => {
        const { cpu, picture } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
        let taken = 0;
        const { image } = await cpu.denoise(picture(rgb), {
          ...options,
          seed: 3,
          onProgress: (progress) => {
            if (progress.phase === 'denoising') taken = progress.steps;
          },
        });
        return { data: [...image.data], taken };
      },
      { rgb, noise, steps, eta },
    );
    const difference = largestDifference(native, { ...photo, data: new Uint16Array(data) });
    t.diagnostic(`${taken} steps, eta ${eta}: largest difference ${difference.toExponential(1)} of white`);
    assert(steps === 'unit' ? taken > 1 : taken === steps, `${taken} steps`);
    assert(difference < 0.0005, `${steps} steps, eta ${eta}: ${difference}`);
  }
});

test('an abort is heard within a step, and runs queue', async () => {
  const { aborted, steps, order } = await page.evaluate(async (rgb) => {
    const { cpu, picture, failure } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
    const controller = new AbortController();
    /** @type {number[]} */
    const steps = [];
    /** @type {string[]} */
    const order = [];
    const first = failure(() =>
      cpu.denoise(picture(rgb), {
        steps: 16,
        noise: { read: 0.1, shot: 0 },
        signal: controller.signal,
        onProgress: (progress) => {
          if (progress.phase !== 'denoising' || progress.tile === 0) return;
          steps.push(progress.step);
          order.push('first');
          if (progress.step === 3) controller.abort();
        },
      }),
    );
    const second = cpu.denoise(picture(rgb), { steps: 1, onProgress: () => order.push('second') });
    const aborted = await first;
    await second;
    return { aborted, steps, order: order.join(' ') };
  }, rgb);
  assert.match(aborted, /^AbortError/);
  assert.deepEqual(steps, [1, 2, 3]);
  assert.match(order, /^first first first second second/);
});

test('a GPU that is lost in the middle does not cost the run', async (t) => {
  const { page, errors } = await visit(t, { html });
  const { made, named, went, largest, after, again } = await page.evaluate(
    async ({ rgb, noise }) => {
      /** @type {{ destroy: () => void }[]} */
      const gpus = [];
      const { prototype } = /** @type {any} */ (globalThis).GPUAdapter;
      const { requestDevice } = prototype;
      prototype.requestDevice = async function (/** @type {unknown[]} */ ...given) {
        const gpu = await requestDevice.apply(this, given);
        gpus.push(gpu);
        return gpu;
      };
      /** @type {Package} */
      const { Denoiser } = await import(/** @type {any} */ ('/pkg/index.js'));
      const photo = { width: rgb.width, height: rgb.height, data: new Uint16Array(rgb.data) };
      // Four tiles a step.
      const options = { noise, steps: 4, seed: 7, tile: 32 };
      const cpu = await Denoiser.create({ backend: 'cpu' });
      const { image: wanted } = await cpu.denoise(photo, options);
      const denoiser = await Denoiser.create();
      const onGpu = await Denoiser.create({ backend: 'webgpu' });
      const made = { backend: denoiser.backend, hasAdapter: denoiser.adapter !== null };
      /** @type {string[]} */
      const went = [];
      const { image } = await denoiser.denoise(photo, {
        ...options,
        onProgress: (progress) => {
          if (progress.phase === 'denoising') {
            went.push(`${progress.step}.${progress.tile}`);
            if (progress.step === 2 && progress.tile === 3) for (const gpu of gpus) gpu.destroy();
          } else if (progress.phase === 'recovering') {
            const isSaid = denoiser.backend === 'cpu' && progress.reason === denoiser.fallbackReason;
            went.push(`recovering at ${progress.fraction}${isSaid ? '' : ', but who says so?'}`);
          }
        },
      });
      const largest = Math.max(...image.data.map((v, i) => Math.abs(v - (wanted.data[i] ?? 0)))) / 65535;
      const { backend, adapter, fallbackReason } = denoiser;
      const named = await onGpu.denoise(photo, options).catch(({ code }) => code);
      const { image: again } = await denoiser.denoise(photo, options);
      const isSame = again.data.every((v, i) => v === wanted.data[i]);
      for (const each of [cpu, denoiser, onGpu]) each.free();
      return { made, named, went, largest, after: { backend, adapter, fallbackReason }, again: isSame };
    },
    { rgb, noise: NOISE },
  );
  t.diagnostic(`largest difference ${largest.toExponential(1)} of white; ${after.fallbackReason}`);
  assert.deepEqual(made, { backend: 'webgpu', hasAdapter: true });
  assert.equal(named, 'device-lost');
  const steps = [1, 2, 3, 4].flatMap((step) => [1, 2, 3, 4].map((tile) => `${step}.${tile}`));
  // What the GPU had done is lost with it.
  assert.deepEqual(went, ['1.0', ...steps.slice(0, 7), 'recovering at 0', ...steps]);
  assert(largest < 0.0005, `${largest}`);
  assert.deepEqual([after.backend, after.adapter], ['cpu', null]);
  assert.match(after.fallbackReason ?? '', /device/);
  assert(again, 'the next run is one on the CPU');
  assert.deepEqual(errors, []);
});

test('a GPU that computes something wrong is left for that run alone', async (t) => {
  const { page, errors } = await visit(t, { html });
  const { went, largest, after, next, always, named } = await page.evaluate(
    async ({ rgb, noise }) => {
      /** @type {Package} */
      const { Denoiser } = await import(/** @type {any} */ ('/pkg/index.js'));
      const { Task } = await import(/** @type {any} */ ('/pkg/wasm/svnr_wasm.js'));
      const { advance } = Task.prototype;
      let [calls, isWrong] = [0, (/** @type {number} */ _) => false];
      Task.prototype.advance = async function () {
        calls += 1;
        if (isWrong(calls)) throw Object.assign(new Error('not finite'), { code: 'device-wrong' });
        return advance.call(this);
      };
      const photo = { width: rgb.width, height: rgb.height, data: new Uint16Array(rgb.data) };
      // Four tiles.
      const options = { noise, steps: 1, tile: 32 };
      const cpu = await Denoiser.create({ backend: 'cpu' });
      const { image: wanted } = await cpu.denoise(photo, options);
      const denoiser = await Denoiser.create();
      const onGpu = await Denoiser.create({ backend: 'webgpu' });
      /** @param {import('../../pkg/index.js').Denoiser} denoiser @param {(call: number) => boolean} when */
      const run = async (denoiser, when) => {
        [calls, isWrong] = [0, when];
        /** @type {string[]} */
        const went = [];
        const onProgress = (/** @type {any} */ { phase, tile, reason }) => went.push(phase === 'denoising' ? `${tile}` : reason);
        const made = await denoiser.denoise(photo, { ...options, onProgress }).catch(({ code }) => code);
        return { went, made };
      };
      const { went, made } = await run(denoiser, (call) => call === 3);
      const largest = Math.max(...made.image.data.map((/** @type {number} */ v, /** @type {number} */ i) => Math.abs(v - (wanted.data[i] ?? 0)))) / 65535;
      const { backend, fallbackReason } = denoiser;
      const { went: next } = await run(denoiser, () => false);
      const { made: always, went: tried } = await run(denoiser, () => true);
      const { made: named } = await run(onGpu, () => true);
      for (const each of [cpu, denoiser, onGpu]) each.free();
      return { went, largest, after: { backend, fallbackReason }, next, always: [always, ...tried], named };
    },
    { rgb, noise: NOISE },
  );
  // Each tile once.
  assert.deepEqual(went, ['0', '1', '2', 'not finite', '3', '4']);
  assert(largest < 0.0005, `${largest}`);
  assert.deepEqual(after, { backend: 'webgpu', fallbackReason: null });
  assert.deepEqual(next, ['0', '1', '2', '3', '4'], 'the next run begins on the GPU and stays there');
  assert.deepEqual(always, ['device-wrong', '0', 'not finite'], 'the CPU is tried once');
  assert.equal(named, 'device-wrong');
  assert.deepEqual(errors, []);
});

test('a camera has its noise at every gain', async () => {
  const { gains, failures } = await page.evaluate(async () => {
    const { svnr, failure } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
    /** @type {any[]} */
    const wrong = [0, -1, 100.5, NaN, '8', undefined];
    return {
      gains: [1, 8, 100].map((gain) => svnr.noiseAtGain(gain)),
      failures: await Promise.all(wrong.map((gain) => failure(() => svnr.noiseAtGain(gain)))),
    };
  });
  const [base, high, highest] = gains;
  assert(base && high && highest);
  for (const [noise, read, shot] of /** @type {const} */ ([
    [base, -2.1, -2.6],
    [high, -1.1, -1.5],
  ])) {
    assert.deepEqual(Object.keys(noise), ['read', 'shot']);
    assert(Math.abs(Math.log10(noise.read) - read) < 1e-4 && Math.abs(Math.log10(noise.shot) - shot) < 1e-4);
  }
  assert(highest.read > high.read && highest.read <= 2 && highest.shot <= 2, 'denoise takes it');
  for (const failure of failures) assert.match(failure, /^SvnrError bad-option: gain is .*; it must be a number above 0 and at most 100$/);
});

test('a file says whether it holds more than the picture that is read', async () => {
  const png = encodePng(photo);
  // Behind the signature and the header.
  const animated = Buffer.concat([png.subarray(0, 33), chunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])), png.subarray(33)]);
  const said = await page.evaluate(
    async (files) => {
      const { svnr } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
      const decoded = await Promise.all(files.map((bytes) => svnr.decodeFile(new Uint8Array(bytes))));
      return decoded.map(({ isFirstOfSeveral, width }) => [isFirstOfSeveral, width]);
    },
    [[...png], [...animated]],
  );
  assert.deepEqual(said, [
    [false, 48],
    [true, 48],
  ]);
});

test('what is wrong is refused with a code and its range', async () => {
  const failures = await page.evaluate(async (rgb) => {
    const { svnr, cpu, picture, failure } = /** @type {Here} */ (/** @type {unknown} */ (globalThis));
    const image = picture(rgb);
    const small = { data: new Float32Array(12), width: 2, height: 2 };
    small.data[5] = NaN;
    /** @param {any} options */
    const denoise = (options) => failure(() => cpu.denoise(image, options));
    /** @param {any} image */
    const estimate = (image) => failure(() => cpu.estimateNoise(image));
    /** @param {any} options */
    const create = (options) => failure(() => svnr.Denoiser.create(options));
    const freed = await svnr.Denoiser.create({ backend: 'cpu' });
    freed.free();
    return [
      await denoise({ step: 4 }),
      await denoise({ steps: 0 }),
      await denoise({ steps: 1.5 }),
      await denoise({ steps: null }),
      await denoise({ steps: 'all' }),
      await denoise({ eta: 2 }),
      await denoise({ seed: -1 }),
      await denoise({ strength: '1' }),
      await denoise({ tile: 4 }),
      await denoise({ noise: { read: 0.1, shot: 3 } }),
      await denoise({ noise: 'little' }),
      await denoise({ noise: { std: new Float32Array(4), width: 2, height: 2 } }),
      await denoise({ noise: { std: [1], width: 48, height: 40 } }),
      await denoise({ noise: { std: new Float32Array(1920).fill(-1), width: 48, height: 40 } }),
      await denoise({ strength: { data: new Float32Array(7), width: 48, height: 40 } }),
      await denoise({ strength: { data: new Float32Array(1920).fill(5), width: 48, height: 40 } }),
      await denoise({ samples: 9 }),
      await denoise({ samples: 9, steps: 4, eta: 0 }),
      await denoise({ signal: 1 }),
      await create({ backend: 'gpu' }),
      await create({ weights: new Uint8Array(9) }),
      await create({ weights: '/pkg/nowhere.safetensors', backend: 'cpu' }),
      await estimate(null),
      await estimate({ data: [1, 2, 3], width: 1, height: 1 }),
      await estimate({ data: new Float32Array(5), width: 1, height: 1 }),
      await estimate({ data: new Float32Array(0), width: 0, height: 1 }),
      await estimate({ data: new Uint16Array(3), width: 1, height: 1, colorSpace: 'srgb-linear' }),
      await estimate(small),
      await failure(() => freed.denoise(image)),
    ];
  }, rgb);
  const expected = [
    /bad-option: there is no option step; there are noise, steps/,
    /bad-option: steps is 0; it must be a whole number from 1 to 1000/,
    /bad-option: steps is 1.5/,
    /bad-option: steps is null/,
    /bad-option: steps is 'all'; it must be a whole number from 1 to 1000, or 'unit'/,
    /bad-option: eta is 2; it must be a number from 0 to 1/,
    /bad-option: seed is -1; it must be a whole number from 0/,
    /bad-option: strength is '1'; it must be a number from 0 to 4/,
    /bad-option: tile is 4; it must be a whole number from 8 to 8192/,
    /bad-option: noise.shot is 3; it must be a number from 0 to 2/,
    /bad-option: noise is 'little'; it must be 'auto', { read, shot }, { curve } or { std, width, height }/,
    /bad-option: noise is a map of 2 x 2 values; it must have the image's size, 48 x 40/,
    /bad-option: noise.std must be a Float32Array/,
    /bad-option: noise.std .*-1.*from 0 to 2/,
    /bad-option: strength.data has 7 values/,
    /bad-option: strength .*5.*from 0 to 4/,
    /bad-option: samples is 9, but one step gives no more than 8 different samples/,
    /bad-option: samples is 9, but eta: 0/,
    /bad-option: signal must be an AbortSignal/,
    /bad-option: backend is 'gpu'; it must be 'auto', 'webgpu' or 'cpu'/,
    /bad-weights: .*not a safetensors file/,
    /load-failed: .*404/,
    /unsupported-image: the image must be/,
    /unsupported-image: image.data must be/,
    /unsupported-image: image.data has 5 samples; 1 x 1 pixels need 4 \(RGBA\) or 3 \(RGB\)/,
    /unsupported-image: image.width is 0/,
    /unsupported-image: image.colorSpace can be srgb-linear only/,
    /unsupported-image: .*not finite/,
    /freed: this denoiser was freed/,
  ];
  assert.equal(failures.length, expected.length);
  failures.forEach((failure, i) => assert.match(failure, new RegExp(`^SvnrError ${expected[i]?.source}`)));
  // The server's 404 is the only thing that the console may complain of.
  assert(errors.every((error) => error.includes('404')), errors.join('\n'));
});

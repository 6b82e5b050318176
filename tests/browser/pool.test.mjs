// Workers that share a photo's tiles on the CPU.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { noisyAndClean } from './pictures.mjs';
import { inWorker, visitors } from './visit.mjs';

/** @typedef {typeof import('../../pkg/index.js')} Package */
/** @typedef {import('../../pkg/index.js').DenoiseOptions} DenoiseOptions */
/** @typedef {import('../../pkg/index.js').CreateOptions} CreateOptions */

/** What the script below puts into the page.
 * @typedef {{
 *   svnr: Package,
 *   tiles: number[],
 *   run: (create: CreateOptions, options?: DenoiseOptions) => Promise<Outcome>,
 *   photo: () => import('../../pkg/index.js').PlainImage,
 * }} Here */
/** @typedef {{
 *   digest: string,
 *   uncertainty: string | null,
 *   workers: [before: number, after: number],
 *   tiles: number[],
 *   progress: { step: number, sample: number, tile: number, tiles: number, fraction: number }[],
 *   reasons: string[],
 * }} Outcome  `tiles`: how many each worker has got */

const NOISE = { read: 0.05, shot: 0.02 };
/** 4 x 3 tiles of 32 pixels. */
const photo = noisyAndClean(120, 88).noisy;
const TILES = 12;

const { visit } = visitors();

/**
 * A page that counts what workers get.
 *
 * @param {import('node:test').TestContext | null} t
 * @param {(page: import('playwright-core').Page) => Promise<unknown>} [prepare]
 */
async function poolPage(t, prepare) {
  const { page, errors } = await visit(t, { html: '<title>Test</title>', ...(prepare && { prepare }) });
  await page.evaluate(
    async ({ data, width, height }) => {
      /** @type {number[]} */
      const tiles = [];
      const { Worker } = globalThis;
      globalThis.Worker = class extends Worker {
        #mine = tiles.push(0) - 1;
        /** @param {any} message @param {any} moved */
        postMessage(message, moved) {
          if (message.type === 'tile') tiles[this.#mine] = (tiles[this.#mine] ?? 0) + 1;
          super.postMessage(message, moved);
        }
      };
      /** @type {Package} */
      const svnr = await import(/** @type {any} */ ('/pkg/index.js'));
      const photo = () => ({ data: new Uint8ClampedArray(data), width, height });
      /** @param {ArrayBufferView<ArrayBuffer>} values */
      const digest = async ({ buffer }) =>
        [...new Uint8Array(await crypto.subtle.digest('SHA-256', buffer))].map((byte) => byte.toString(16)).join();
      /** @param {CreateOptions} create @param {DenoiseOptions} options */
      const run = async (create, options) => {
        tiles.length = 0;
        const denoiser = await svnr.Denoiser.create({ backend: 'cpu', ...create });
        /** @type {Outcome['progress']} */
        const progress = [];
        /** @type {string[]} */
        const reasons = [];
        const { workers } = denoiser;
        const result = await denoiser.denoise(photo(), {
          tile: 32,
          ...options,
          onProgress: (event) => {
            if (event.phase === 'recovering') reasons.push(event.reason);
            if (event.phase !== 'denoising') return;
            const { step, sample, tile, tiles, fraction } = event;
            progress.push({ step, sample, tile, tiles, fraction });
          },
        });
        const after = denoiser.workers;
        denoiser.free();
        return {
          digest: await digest(/** @type {any} */ (result.image.data)),
          uncertainty: result.uncertainty ? await digest(/** @type {any} */ (result.uncertainty)) : null,
          workers: [workers, after],
          tiles: [...tiles],
          progress,
          reasons,
        };
      };
      Object.assign(globalThis, { svnr, tiles, run, photo });
    },
    { ...photo, data: [...photo.data] },
  );
  return { page, errors };
}

/**
 * @param {import('playwright-core').Page} page
 * @param {CreateOptions} create
 * @param {DenoiseOptions} [options]
 */
function run(page, create, options = {}) {
  return page.evaluate(
    ([create, options]) => /** @type {Here} */ (/** @type {any} */ (globalThis)).run(create, options),
    /** @type {const} */ ([create, { noise: NOISE, ...options }]),
  );
}

/** @param {number[]} values */
const sum = (values) => values.reduce((sum, value) => sum + value, 0);

/** @type {import('playwright-core').Page} */
let page;
/** @type {string[]} */
let errors;
before(async () => {
  ({ page, errors } = await poolPage(null));
});

for (const [what, options, isPainted] of /** @type {[string, DenoiseOptions, boolean][]} */ ([
  ['one step', {}, false],
  ['several steps, half of it left alone', { steps: 3, seed: 7 }, true],
  ['several samples', { steps: 2, samples: 2 }, false],
])) {
  test(`workers give the same picture to the bit, however many they are: ${what}`, async () => {
    const denoised = (/** @type {CreateOptions} */ create) =>
      page.evaluate(
        ([create, options, isPainted]) => {
          const { photo, run } = /** @type {Here} */ (/** @type {any} */ (globalThis));
          const { width, height } = photo();
          const painted = Float32Array.from({ length: width * height }, (_, at) => (at % width < 66 ? 0 : 1));
          return run(create, { ...options, ...(isPainted && { strength: { data: painted, width, height } }) });
        },
        /** @type {const} */ ([create, { noise: NOISE, ...options }, isPainted]),
      );
    const alone = await denoised({ workers: 1 });
    assert.deepEqual([alone.workers, alone.tiles, alone.reasons], [[1, 1], [], []]);
    for (const workers of [2, 3]) {
      const shared = await denoised({ workers });
      assert.equal(shared.digest, alone.digest, `${workers} workers`);
      assert.equal(shared.uncertainty, alone.uncertainty);
      assert.deepEqual([shared.workers, shared.reasons], [[workers, workers], []]);
      // All take part, and no tile is denoised twice.
      assert.equal(shared.tiles.length, workers);
      assert(Math.min(...shared.tiles) > 0, `${shared.tiles}`);
      // What is told first is that nothing is done.
      const moved = alone.progress.length - (options.samples ?? 1);
      assert.equal(sum(shared.tiles), moved);
      assert.equal(moved, (isPainted ? 6 : TILES) * Number(options.steps ?? 1) * (options.samples ?? 1));
      // Progress is told as when one works alone. Tiles in which nothing is to be done come along with others.
      const told = (/** @type {Outcome} */ { progress }) => (isPainted ? progress.map(({ step, fraction }) => [step, fraction]) : progress);
      assert.deepEqual(told(shared), told(alone));
    }
    assert.equal(alone.uncertainty === null, options.samples === undefined);
    assert.deepEqual(errors, []);
  });
}

test('by default there is a worker for each core, and none for a photo of one tile', async () => {
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  const { workers, tiles } = await run(page, {}, { tile: 512 });
  assert.deepEqual(workers, [Math.min(cores, 16), Math.min(cores, 16)]);
  assert.deepEqual(tiles, []);
  const few = await run(page, { workers: 64 }, { tile: 64 });
  assert.equal(few.tiles.length, 4, 'no more than there are tiles');
});

test('a wrong number of workers is refused', async () => {
  for (const workers of [0, 65, 1.5, 'many']) {
    const message = await page.evaluate(async (workers) => {
      const { svnr } = /** @type {Here} */ (/** @type {any} */ (globalThis));
      return svnr.Denoiser.create({ workers: /** @type {any} */ (workers) }).catch((error) => `${error.code}: ${error.message}`);
    }, workers);
    assert.match(String(message), /^bad-option: workers is .*; it must be a whole number from 1 to 64, or 'auto'$/);
  }
});

test('a run that is cancelled ends at once, and the next one is whole', async () => {
  const expected = await run(page, { workers: 1 });
  const found = await page.evaluate(async (noise) => {
    const { svnr, photo } = /** @type {Here} */ (/** @type {any} */ (globalThis));
    const denoiser = await svnr.Denoiser.create({ backend: 'cpu', workers: 2 });
    const abort = new AbortController();
    let late = 0;
    const cancelled = await denoiser
      .denoise(photo(), {
        noise,
        tile: 32,
        signal: abort.signal,
        onProgress: (event) => {
          if (abort.signal.aborted) late += 1;
          else if (event.phase === 'denoising' && event.tile === 3) abort.abort('enough');
        },
      })
      .catch((error) => error);
    const { image } = await denoiser.denoise(photo(), { noise, tile: 32 });
    denoiser.free();
    const bytes = await crypto.subtle.digest('SHA-256', /** @type {ArrayBuffer} */ (image.data.buffer));
    const digest = [...new Uint8Array(bytes)].map((byte) => byte.toString(16)).join();
    return { cancelled, late, digest };
  }, NOISE);
  assert.deepEqual(found, { cancelled: 'enough', late: 0, digest: expected.digest });
});

test('a denoiser that is freed ends its run', async () => {
  const code = await page.evaluate(async (noise) => {
    const { svnr, photo } = /** @type {Here} */ (/** @type {any} */ (globalThis));
    const denoiser = await svnr.Denoiser.create({ backend: 'cpu', workers: 2 });
    return denoiser
      .denoise(photo(), {
        noise,
        tile: 32,
        onProgress: (event) => event.phase === 'denoising' && event.tile === 2 && denoiser.free(),
      })
      .catch((error) => error.code);
  }, NOISE);
  assert.equal(code, 'freed');
});

test('the picture emerges tile by tile', async () => {
  const shown = await page.evaluate(async (noise) => {
    const { svnr, photo } = /** @type {Here} */ (/** @type {any} */ (globalThis));
    const denoiser = await svnr.Denoiser.create({ backend: 'cpu', workers: 2 });
    /** @type {Promise<import('../../pkg/index.js').PlainImage | null>[]} */
    const previews = [];
    await denoiser.denoise(photo(), {
      noise,
      tile: 32,
      onProgress: (event) => {
        if (event.phase === 'denoising') previews.push(event.preview());
      },
    });
    denoiser.free();
    const [first, ...later] = await Promise.all(previews);
    return later.map((preview) => {
      let pixels = 0;
      for (let at = 0; preview && first && at < first.data.length; at += 4) if (preview.data[at] !== first.data[at]) pixels += 1;
      return pixels;
    });
  }, NOISE);
  assert.equal(shown.length, TILES);
  assert(shown.every((pixels, i) => pixels > (shown[i - 1] ?? 0)), `${shown}`);
});

/**
 * Makes a worker end with an error after so many of its messages, if it is to.
 *
 * @param {number} messages
 * @param {string} [isTo]
 */
const ending = (messages, isTo = 'true') => `{
  let left = ${messages};
  const isTo = Promise.resolve(${isTo});
  const { onmessage: heard } = globalThis;
  onmessage = async (event) => {
    if (!(await isTo) || left-- > 0) heard(event);
    else setTimeout(() => { throw new Error('it has run out of luck'); });
  };
}`;

test('a worker that ends loses no tile: the others go on', async (t) => {
  const expected = await run(page, { workers: 1 }, { steps: 2 });
  // Of the two, the one that first asks for the lock dies.
  const isFirst = `new Promise((tell) => navigator.locks.request('unlucky', { ifAvailable: true }, (lock) => {
    tell(Boolean(lock));
    return lock && new Promise(() => {});
  }))`;
  const { page: own } = await poolPage(t, (page) => inWorker(page, ending(3, isFirst), 'pool-thread.js'));
  const found = await run(own, { workers: 2 }, { steps: 2 });
  assert.equal(found.digest, expected.digest);
  assert.deepEqual(found.workers, [2, 1]);
  assert.equal(found.reasons.length, 1);
  assert.match(found.reasons[0] ?? '', /^a worker ended: .*it has run out of luck$/);
  // It heard that it starts, and denoised two tiles.
  assert.equal(Math.min(...found.tiles), 3);
  // The tile that was lost is denoised twice.
  assert.equal(sum(found.tiles), 2 * TILES + 1);
});

test('if all workers end, the denoiser goes on in its own thread', async (t) => {
  const expected = await run(page, { workers: 1 });
  const { page: own } = await poolPage(t, (page) => inWorker(page, ending(2), 'pool-thread.js'));
  const found = await run(own, { workers: 2 });
  assert.equal(found.digest, expected.digest);
  assert.deepEqual([found.workers, found.reasons.length], [[2, 1], 2]);
  assert(sum(found.tiles) < TILES);
});

test('where workers cannot start, the denoiser works alone', async (t) => {
  const expected = await run(page, { workers: 1 });
  const { page: own } = await poolPage(t, (page) => page.route('**/pool-thread.js', (route) => route.fulfill({ status: 404 })));
  const found = await run(own, { workers: 2 });
  assert.equal(found.digest, expected.digest);
  assert.deepEqual(found.workers, [2, 1]);
  assert(found.reasons.every((reason) => reason === 'a worker ended: its script could not be loaded'), `${found.reasons}`);
});

test('a worker needs no more memory than is reckoned with', async (t) => {
  // Whatever makes instances, their memory is told after each tile.
  const code = `{
    let memory;
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = async (...given) => {
      const made = await instantiate(...given);
      memory = (made.instance ?? made).exports.memory;
      return made;
    };
    const channel = new BroadcastChannel('memory');
    const post = postMessage.bind(globalThis);
    globalThis.postMessage = (...given) => {
      post(...given);
      channel.postMessage(memory.buffer.byteLength);
    };
  }`;
  const { page: own } = await poolPage(t, (page) => inWorker(page, code, 'pool-thread.js'));
  const { most, reckoned } = await own.evaluate(async (noise) => {
    const { svnr } = /** @type {Here} */ (/** @type {any} */ (globalThis));
    const { WORKER_BYTES } = await import(/** @type {any} */ ('/pkg/pool.js'));
    /** @type {number[]} */
    const told = [];
    const channel = new BroadcastChannel('memory');
    channel.onmessage = ({ data }) => told.push(data);
    const denoiser = await svnr.Denoiser.create({ backend: 'cpu', workers: 2 });
    // The middle ones of its tiles read a halo on three sides.
    const [width, height] = [1152, 768];
    const data = Uint8ClampedArray.from({ length: 4 * width * height }, (_, at) => (at % 4 === 3 ? 255 : (at * 31) % 97));
    await denoiser.denoise({ data, width, height }, { noise });
    denoiser.free();
    return { most: Math.max(...told), reckoned: WORKER_BYTES };
  }, NOISE);
  t.diagnostic(`${(most / 1e6).toFixed(0)} MB`);
  assert(most > 0 && most <= reckoned, `${most}`);
});

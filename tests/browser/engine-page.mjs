// A page with the network on a GPU and on the CPU, below the package's API: one evaluation at a time, counted.

import { launch, serve } from './harness.mjs';

/** What the GPU was given for one evaluation.
 * @typedef {{
 *   dispatches: number,
 *   passes: number,
 *   submits: number,
 *   traffic: number,
 *   written: number,
 *   read: number,
 *   wall: number,
 *   thread: number,
 * }} Counts  traffic: bytes of the buffers that dispatches are bound to; written: bytes that the page uploads; read:
 *   bytes that come back; wall: seconds until the result is there; thread: seconds for which the page's thread was busy
 *   until it first waited */

/** An evaluation: on what, of which weights, for planes of how many rows and columns, how many of them, of how wide a
 * halo nothing is wanted, and whether it is as in a run's first step, where the state is the photo.
 * @typedef {{
 *   on: 'gpu' | 'cpu',
 *   weights: string,
 *   size: readonly [number, number],
 *   channels: number,
 *   halo?: number,
 *   isFirstStep?: boolean,
 * }} Wanted */

/** A run of so many steps over a square photo with noise, by tiles of how many pixels (the GPU's own where it is not
 * said), and whether the GPU's kernels run; if not, it does all else.
 * @typedef {{ side: number, steps: number, tile?: number | undefined, computes: boolean }} WantedRun */

/** What {@link prepare} puts into the page.
 * @typedef {(wanted: Wanted) => Promise<{ eps: number[], counts: Counts }>} Evaluate
 * @typedef {(wanted: WantedRun) => Promise<() => Promise<Counts>>} Start  starts a run; gives what takes it to its end
 * @typedef {<T>(work: () => Promise<T>) => Promise<{ result: T, counts: Counts }>} Counted
 * @typedef {{ evaluate: Evaluate, start: Start, counted: Counted }} Here */

/**
 * A prepared page of its own for a benchmark, in a browser of its own, with the module of a folder or the default one.
 *
 * @param {string | undefined} module
 * @param {Parameters<typeof launch>[0]} [options]
 */
export async function openPage(module, options) {
  if (module) process.env.SVNR_WASM = module;
  const site = await serve();
  const browser = await launch({ webgpu: true, ...options });
  const page = await browser.newPage({ serviceWorkers: 'block' });
  page.setDefaultTimeout(0);
  page.on('console', (message) => void (message.type() === 'error' && console.error(message.text())));
  await page.goto(site.url);
  await prepare(page);
  return { page, close: () => Promise.all([site.close(), browser.close()]) };
}

/**
 * Counts what WebGPU is given, and adds `evaluate` to the page.
 *
 * @param {import('playwright-core').Page} page
 */
export async function prepare(page) {
  await page.evaluate(async () => {
    const scope = /** @type {any} */ (globalThis);
    const counts = { dispatches: 0, passes: 0, submits: 0, traffic: 0, written: 0, read: 0 };
    /** Calls `before` before a method of WebGPU, and `after` with its result.
     * @param {string} type
     * @param {string} method
     * @param {(self: any, given: any[]) => void} before
     * @param {(result: any, given: any[]) => void} [after] */
    const spy = (type, method, before, after) => {
      const { prototype } = scope[type];
      const original = prototype[method];
      prototype[method] = function (/** @type {any[]} */ ...given) {
        before(this, given);
        const result = original.apply(this, given);
        after?.(result, given);
        return result;
      };
    };
    /** @type {WeakMap<object, number>} */
    const bytes = new WeakMap();
    /** @type {WeakMap<object, object>} */
    const bound = new WeakMap();
    const nothing = () => {};
    spy('GPUDevice', 'createBindGroup', nothing, (group, [{ entries }]) => {
      const sizes = [...entries].map(({ resource: { buffer, offset = 0, size } }) => size ?? buffer.size - offset);
      bytes.set(group, sizes.reduce((a, b) => a + b, 0));
    });
    spy('GPUComputePassEncoder', 'setBindGroup', (pass, [, group]) => void bound.set(pass, group));
    spy('GPUComputePassEncoder', 'dispatchWorkgroups', (pass) => {
      counts.dispatches += 1;
      counts.traffic += bytes.get(bound.get(pass) ?? {}) ?? 0;
    });
    spy('GPUCommandEncoder', 'beginComputePass', () => void (counts.passes += 1));
    spy('GPUQueue', 'submit', () => void (counts.submits += 1));
    spy('GPUQueue', 'writeBuffer', (_, [, , data, from = 0, size]) => {
      counts.written += (size ?? data.length - from) * (data.BYTES_PER_ELEMENT ?? 1);
    });
    spy('GPUCommandEncoder', 'copyBufferToBuffer', (_, [, , to, , size]) => {
      if (to.usage & scope.GPUBufferUsage.MAP_READ) counts.read += size;
    });

    // Without computing, a tile's report says what an older one has left there, but for what `gather` clears in its
    // first group.
    let computes = true;
    /** @type {WeakSet<object>} */
    const clearing = new WeakSet();
    /** @param {object} made @param {unknown} isClearing */
    const mark = (made, isClearing) => void (isClearing ? clearing.add(made) : clearing.delete(made));
    spy('GPUDevice', 'createShaderModule', nothing, (module, [{ code }]) => mark(module, code.includes('stds[to]')));
    spy('GPUDevice', 'createComputePipeline', nothing, (made, [{ compute }]) => mark(made, clearing.has(compute.module)));
    spy('GPUComputePassEncoder', 'setPipeline', (pass, [pipeline]) => mark(pass, clearing.has(pipeline)));
    const { dispatchWorkgroups } = scope.GPUComputePassEncoder.prototype;
    scope.GPUComputePassEncoder.prototype.dispatchWorkgroups = function (/** @type {number[]} */ ...groups) {
      const given = computes ? groups : clearing.has(this) ? [1, 1, 1] : [0, 0, 0];
      return dispatchWorkgroups.apply(this, given);
    };

    const [{ init }, { gpu }, { Engine, ImageReader, Noise, Settings }] = await Promise.all([
      import(/** @type {any} */ ('/pkg/wasm.js')),
      import(/** @type {any} */ ('/pkg/gpu.js')),
      import(/** @type {any} */ ('/pkg/wasm/svnr_wasm.js')),
    ]);
    await init();
    /** @type {Map<string, Promise<any>>} */
    const engines = new Map();
    /** @param {'gpu' | 'cpu'} on @param {string} weights */
    const engine = (on, weights) => {
      const made = engines.get(on + weights) ?? create(on, weights);
      engines.set(on + weights, made);
      return made;
    };
    /** @param {'gpu' | 'cpu'} on @param {string} weights */
    async function create(on, weights) {
      const file = new Uint8Array(await (await fetch(weights)).arrayBuffer());
      if (on === 'cpu') return Engine.onCpu(file);
      await gpu();
      return Engine.onGpu(file);
    }
    const forget = () => {
      for (const key of /** @type {(keyof typeof counts)[]} */ (Object.keys(counts))) counts[key] = 0;
    };
    scope.counted = async (/** @type {() => Promise<unknown>} */ work) => {
      forget();
      const begun = performance.now();
      const pending = work();
      const thread = (performance.now() - begun) / 1000;
      const result = await pending;
      return { result, counts: { ...counts, thread, wall: (performance.now() - begun) / 1000 } };
    };
    scope.start = async (/** @type {WantedRun} */ { side, steps, tile, computes: does }) => {
      const engine = await create('gpu', '/pkg/svnr.safetensors');
      await engine.warmUp();
      const reader = new ImageReader(side, side);
      let state = 1;
      const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
      for (let r = 0; r < side; r += 1) {
        const light = (/** @type {number} */ at) => 0.3 + 0.1 * Math.sin((r + at) / 300) + 0.1 * (random() - 0.5);
        reader.readF32(r * side, Float32Array.from({ length: 3 * side }, (_, at) => light(at)), 3, true);
      }
      const [image, noise, settings] = [reader.finish(), Noise.model(0.03, 0), new Settings()];
      settings.steps = steps;
      if (tile) settings.tile = tile;
      const task = engine.start(image, noise, settings);
      return async () => {
        forget();
        computes = does;
        const begun = performance.now();
        while (await task.advance());
        const made = { ...counts, thread: NaN, wall: (performance.now() - begun) / 1000 };
        computes = true;
        for (const used of [image, noise, settings, task]) used.free();
        engine.dispose();
        return made;
      };
    };
    scope.evaluate = async (/** @type {Wanted} */ { on, weights, size, channels, halo = 0, isFirstStep = false }) => {
      const [rows, columns] = size;
      const network = await engine(on, weights);
      // Smooth light with noise, values beyond both ends, and stds below what counts as noise.
      const values = channels * rows * columns;
      let state = 1;
      const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
      const y = Float32Array.from({ length: values }, (_, at) => 0.4 + 0.5 * Math.sin(at / 37) + 0.3 * (random() - 0.5));
      const x = y.map((v) => v + 0.2 * (random() - 0.5));
      const star = Float32Array.from({ length: values }, (_, at) => (at % 97 === 0 ? 0 : 0.02 + 0.2 * random()));
      const t = star.map((std) => std * random());
      const window = Uint32Array.of(halo, halo, rows - 2 * halo, columns - 2 * halo);
      const planes = [x, t, ...(isFirstStep ? [] : [y, star])];
      const { result, counts } = await scope.counted(() => network.predict(Uint32Array.of(rows, columns), window, ...planes));
      return { eps: [...result], counts };
    };
  });
}

import { onCpu, open, withSettings } from './engine.js';
import { SvnrError } from './errors.js';
import { fileImage } from './files.js';
import { MOST_PIXELS_SAMPLED, checkCount, keptPixelsOf, pixelsOf, toSharedImage, writeSharedImage } from './image.js';
import { load, part } from './load.js';
import { noiseOf } from './noise.js';
import { checkMaps, checkViews, createOptions, denoiseOptions, rawOptions } from './options.js';
import { fromShared, toSharedPlanes } from './planes.js';
import { Pool, workersHere } from './pool.js';
import { checkRegion, cropped, cut, overviewOf, overviewOfShared, partOf } from './region.js';
import { SharedLoad } from './shared.js';
import { Samples } from './wasm/svnr_wasm.js';
import { call, callAsync, checkAlive, init } from './wasm.js';

/** @typedef {import('./image.js').Pixels} Pixels */
/** @typedef {import('./wasm/svnr_wasm.js').Engine} Engine */
/** @typedef {import('./wasm/svnr_wasm.js').Task} Task */
/** @typedef {import('./engine.js').Options} Options */
/** @typedef {import('./engine.js').Wanted} Wanted */
/** @typedef {import('./wasm/svnr_wasm.js').SharedImage} SharedImage */
/** @typedef {import('./raw-photo.js').RawPhoto} RawPhoto */
/** @typedef {import('./raw-photo.js').Planes} Planes */
/** @typedef {ReturnType<typeof rawOptions>} RawOptions */

/** Sides of tiles: large enough for the halo to cost little, small enough to cancel quickly. */
const TILE = { webgpu: 512, cpu: 384 };

/** How many pixels of reduced planes are looked at for maps of a RAW photo, and to find a mosaic's latest time. */
const MOST_LOOKED_AT = 1 << 19;

/** What a run looks like so far, in about `most` pixels.
 * @typedef {(task: Task, most: number) => import('./index.d.ts').Preview} Show */

/** What is loaded with the first RAW file, for messages. */
const FOR_RAW = 'what RAW files need';

/** A mosaic's noise is not put back: its level is kept. @type {import('./index.d.ts').Overview['ends']} */
const NO_ENDS = [[null, null], [null, null], [null, null]];

/** Only `Denoiser.create` makes denoisers. */
const KEY = Symbol('create');

/** See index.d.ts. */
export class Denoiser {
  /** @type {Engine | undefined} */
  #engine;
  /** The weights, which the CPU needs to continue when the GPU is lost.
   * @type {Uint8Array} */
  #weights;
  /** Whether it may go from the GPU to the CPU. */
  #mayMove;
  /** The workers that share the tiles on the CPU.
   * @type {Pool} */
  #pool;
  /** The CPU for single runs on which the GPU has computed wrong.
   * @type {Engine | undefined} */
  #helper;
  /** The runs that it has taken over.
   * @type {WeakSet<Task>} */
  #helped = new WeakSet();
  /** Settles with the last run in the queue. */
  #queue = Promise.resolve();
  /** Where what RAW files need comes from.
   * @type {ReturnType<typeof createOptions>['raw']} */
  #raw;
  /** How many workers were wanted.
   * @type {'auto' | number} */
  #wanted;
  /** Whether it was on a GPU that is lost. */
  #hasLostGpu;
  /** The denoiser for mosaics, with a network of its own on the same device, once there was a RAW file.
   * @type {SharedLoad<Denoiser> | undefined} */
  #mosaics;
  /** Those who wait for it, and hear how far it is.
   * @type {Set<(progress: any) => void>} */
  #awaiting = new Set();
  /** What is known of whole linear photos, with the settings that it depends on.
   * @type {WeakMap<RawPhoto, { of: string, overview: import('./index.d.ts').Overview }>} */
  #overviews = new WeakMap();

  /**
   * @param {typeof KEY} key
   * @param {import('./engine.js').Place} place
   * @param {Uint8Array} weights
   * @param {Pool} pool
   * @param {boolean} mayMove
   * @param {ReturnType<typeof createOptions>} options
   */
  constructor(key, { engine, backend, adapter, fallbackReason, hasLostGpu }, weights, pool, mayMove, { raw, workers }) {
    if (key !== KEY) throw new TypeError('use await Denoiser.create()');
    this.#engine = engine;
    this.#weights = weights;
    this.#pool = pool;
    this.#mayMove = mayMove;
    this.#raw = raw;
    this.#wanted = workers;
    this.backend = backend;
    this.adapter = adapter;
    this.fallbackReason = fallbackReason;
    this.#hasLostGpu = hasLostGpu;
  }

  get workers() {
    return this.backend === 'cpu' ? this.#pool.size : 1;
  }

  /** @param {unknown} options */
  static async create(options = {}) {
    const checked = createOptions(options);
    const { backend, workers, weights, module_or_path, signal, onProgress } = checked;
    signal?.throwIfAborted();
    onProgress?.({ phase: 'loading', fraction: 0 });
    const [bytes, most] = await Promise.all([
      weightBytes(weights, signal, (fraction) => onProgress?.({ phase: 'loading', fraction })),
      workersHere(workers),
      init({ module_or_path, signal }),
    ]);
    signal?.throwIfAborted();
    onProgress?.({ phase: 'compiling', fraction: undefined });
    const place = await open(bytes, backend, signal);
    const mayMove = backend === 'auto' && place.backend === 'webgpu';
    return new Denoiser(KEY, place, bytes, new Pool(bytes, most), mayMove, checked);
  }

  /** @param {unknown} image */
  estimateNoise(image) {
    this.#alive();
    const pixels = pixelsOf(image);
    const shared = call(() => toSharedImage(pixels));
    try {
      return noiseOf(shared);
    } finally {
      shared.free();
    }
  }

  /**
   * @param {unknown} image
   * @param {unknown} options
   */
  maps(image, options = {}) {
    const engine = this.#alive();
    const pixels = pixelsOf(image);
    const checked = denoiseOptions(options);
    checkMaps(checked, pixels);
    const shared = call(() => toSharedImage(pixels));
    try {
      const settings = { ...checked, noise: checked.noise ?? noiseOf(shared), tile: TILE[this.backend] };
      const maps = call(() => withSettings(settings, (noise, given) => engine.maps(shared, noise, given)));
      const { std, time } = maps;
      maps.free();
      return { std, time, width: pixels.width, height: pixels.height };
    } finally {
      shared.free();
    }
  }

  /**
   * @param {unknown} image
   * @param {unknown} options
   */
  overview(image, options = {}) {
    const engine = this.#alive();
    const pixels = pixelsOf(image);
    const checked = denoiseOptions(options);
    checkMaps(checked, pixels);
    return overviewOf(engine, pixels, { ...checked, noise: checked.noise ?? this.estimateNoise(pixels), tile: TILE[this.backend] });
  }

  /**
   * @param {unknown} image
   * @param {unknown} options
   */
  async denoise(image, options = {}) {
    this.#alive();
    const checked = denoiseOptions(options);
    if (checked.region) return this.#denoiseRegion(image, checked, checked.region);
    // The caller may change the image before its turn comes.
    return this.#enqueue(image instanceof Blob ? fileImage(image) : keptPixelsOf(image, checked.transfer), checked);
  }

  /**
   * @param {unknown} file
   * @param {unknown} options
   * @returns {Promise<import('./raw.d.ts').RawFiles>}
   */
  async denoiseRaw(file, options = {}) {
    this.#alive();
    const checked = rawOptions(options);
    if (checked.region) throw new SvnrError('bad-option', 'a region is for denoiseRawPhoto: a DNG is always whole');
    const { name, signal, look, output } = checked;
    await this.#initRaw(signal);
    const { RawPhoto, openRaw } = await part(() => import('./raw-photo.js'), FOR_RAW);
    const isOpen = file instanceof RawPhoto;
    const photo = isOpen ? file : await openRaw(/** @type {Blob} */ (file), { ...(name && { name }), ...(signal && { signal }) });
    try {
      checkViews(checked, photo.kind);
      const result = await this.#denoisePhoto(photo, checked);
      try {
        return {
          dng: output === 'image' ? undefined : await result.toDng(),
          image: output === 'dng' ? undefined : await result.develop(look),
          metadata: photo.metadata,
          noise: result.noise,
          camera: photo.camera,
          notes: photo.notes,
          ...(result.isUncertain && { uncertainty: result.uncertainty() }),
        };
      } finally {
        result.free();
      }
    } finally {
      if (!isOpen) photo.free();
    }
  }

  /**
   * Denoises an open RAW file; see {@link denoiseRaw}.
   *
   * @param {RawPhoto} photo
   * @param {unknown} options
   */
  async denoiseRawPhoto(photo, options = {}) {
    this.#alive();
    const checked = rawOptions(options);
    checkViews(checked, photo.kind);
    return checked.region ? this.#denoisePart(photo, checked, checked.region) : this.#denoisePhoto(photo, checked);
  }

  /**
   * A part of a RAW file denoised, for previews; its result can be developed within the part.
   *
   * @param {RawPhoto} photo
   * @param {RawOptions} checked
   * @param {import('./raw-photo.js').Rectangle} part  of the picture
   */
  async #denoisePart(photo, checked, part) {
    checkRegion(part, photo);
    return this.#onKind(photo, checked, async (denoiser, options) => {
      const engine = denoiser.#alive();
      const size = photo.planeSize;
      const inner = photo.planesAround(part);
      const overview = denoiser.#overviewOfRaw(photo, options);
      const hasGrain = overview.grain !== null;
      const [left = 0, right = 0] = call(() => engine.cutAround(hasGrain, inner.x, inner.x + inner.width, size.width));
      const [top = 0, bottom = 0] = call(() => engine.cutAround(hasGrain, inner.y, inner.y + inner.height, size.height));
      const outer = { x: left, y: top, width: right - left, height: bottom - top };
      const place = { row: top, column: left, overview };
      const { planes } = await denoiser.#runPlanes(photo, { ...options, place }, outer);
      const at = { x: inner.x - left, y: inner.y - top, width: inner.width, height: inner.height };
      const values = planes.values.map((plane) => cut(plane, planes, at));
      return photo.result({ ...inner, values }, undefined, options.noise ?? photo.noise);
    });
  }

  /**
   * What a run on a part of a RAW photo has to know of the whole. A linear photo is looked at once for the settings
   * that it depends on; with one step the latest time does not matter, and with it the strength.
   *
   * @param {RawPhoto} photo
   * @param {RawOptions} options
   * @returns {import('./index.d.ts').Overview}
   */
  #overviewOfRaw(photo, options) {
    if (photo.kind !== 'linear') {
      const latest = options.steps === 1 ? 0 : this.#latestOf(photo, options);
      // White and hot pixels are what they are in every part of a mosaic.
      return { white: 1, common: null, grain: null, ends: NO_ENDS, dotsAreHot: false, inner: null, latest };
    }
    const { strength, steps } = options;
    const of = steps === 1 || typeof strength === 'number' ? JSON.stringify([options.noise, steps === 1 || strength]) : undefined;
    const known = this.#overviews.get(photo);
    if (known && known.of === of) return known.overview;
    const shared = call(() => toSharedPlanes(photo.planes()));
    const overview = overviewOfShared(this.#alive(), shared, this.#planesSettings(photo, options));
    if (of) this.#overviews.set(photo, { of, overview });
    return overview;
  }

  /**
   * @param {RawPhoto} photo
   * @param {unknown} options
   * @returns {Promise<import('./index.d.ts').Maps>}
   */
  async rawMaps(photo, options = {}) {
    this.#alive();
    const checked = rawOptions(options);
    const denoiser = await this.#forKind(photo, checked.signal);
    return denoiser.#mapsOf(photo, checked);
  }

  /**
   * @param {RawPhoto} photo
   * @param {RawOptions} options
   */
  async #denoisePhoto(photo, options) {
    return this.#onKind(photo, options, async (denoiser, options) => {
      const { planes, uncertainty } = await denoiser.#runPlanes(photo, options);
      return photo.result(planes, uncertainty, options.noise ?? photo.noise);
    });
  }

  /**
   * The denoiser for a RAW photo: what is demosaiced is as any photo to the network.
   *
   * @param {RawPhoto} photo
   * @param {AbortSignal | undefined} signal
   * @param {RawOptions['onProgress']} [onProgress]
   * @returns {Promise<Denoiser>}
   */
  async #forKind(photo, signal, onProgress) {
    return photo.kind === 'linear' ? this : this.#forMosaics(signal, onProgress);
  }

  /**
   * A run of the denoiser for a RAW photo, when all runs before have ended, on photos too. All are on the same device:
   * a GPU that one denoiser has lost is lost for the other.
   *
   * @template T
   * @param {RawPhoto} photo
   * @param {RawOptions} options
   * @param {(denoiser: Denoiser, options: RawOptions) => Promise<T>} f
   * @returns {Promise<T>}
   */
  async #onKind(photo, options, f) {
    const denoiser = await this.#forKind(photo, options.signal, options.onProgress);
    return this.#inTurn(async () => {
      options.signal?.throwIfAborted();
      this.#alive();
      const { backend } = this;
      denoiser.#follow(this);
      this.#follow(denoiser);
      if (backend === 'webgpu' && denoiser.backend === 'cpu') {
        options.onProgress?.({ phase: 'recovering', fraction: 0, reason: denoiser.fallbackReason ?? '' });
      }
      return f(denoiser, {
        ...options,
        onProgress: (progress) => {
          this.#follow(denoiser);
          options.onProgress?.(progress);
        },
      });
    });
  }

  /** Loads the module for RAW files, from where it is said to be. @param {AbortSignal | undefined} signal */
  async #initRaw(signal) {
    const { module_or_path } = this.#raw;
    const { initRaw } = await part(() => import('./raw-module.js'), FOR_RAW);
    await initRaw({ ...(module_or_path && { module_or_path }), ...(signal && { signal }) });
  }

  /**
   * The denoiser for mosaics. Its weights are loaded once, when they are first needed.
   *
   * @param {AbortSignal | undefined} signal
   * @param {RawOptions['onProgress']} [onProgress]
   * @returns {Promise<Denoiser>}
   */
  async #forMosaics(signal, onProgress) {
    if (!this.#mosaics || this.#mosaics.isOver) this.#mosaics = new SharedLoad((signal) => this.#loadMosaics(signal));
    if (onProgress) this.#awaiting.add(onProgress);
    try {
      return await this.#mosaics.join(signal);
    } finally {
      if (onProgress) this.#awaiting.delete(onProgress);
    }
  }

  /** @param {AbortSignal} signal */
  async #loadMosaics(signal) {
    const { weights = new URL('./svnr-mosaic.safetensors', import.meta.url) } = this.#raw;
    await this.#initRaw(signal);
    // The GPU may have been lost in the meantime.
    const backend = this.backend === 'cpu' ? 'cpu' : this.#mayMove ? 'auto' : 'webgpu';
    const onProgress = (/** @type {import('./index.d.ts').CreateProgress} */ progress) => {
      for (const hear of this.#awaiting) hear(progress);
    };
    return Denoiser.create({ backend, workers: this.#wanted, weights, signal, onProgress });
  }

  /**
   * A run on a RAW photo's planes, or on a part of them.
   *
   * @param {RawPhoto} photo
   * @param {RawOptions} options
   * @param {import('./raw-photo.js').Rectangle} [part]
   * @returns {Promise<{ planes: Planes, uncertainty: Float32Array | undefined }>}
   */
  async #runPlanes(photo, options, part) {
    const { signal, onProgress } = options;
    const size = part ?? photo.planeSize;
    if (options.samples > 1) checkCount(size.width * size.height, MOST_PIXELS_SAMPLED);
    const check = () => {
      signal?.throwIfAborted();
      return this.#alive();
    };
    check();
    if (!options.noise) {
      onProgress?.({ phase: 'estimating', fraction: 0 });
      await macrotask();
      check();
    }
    const settings = this.#planesSettings(photo, options, part);
    const { x, y } = part ?? { x: 0, y: 0 };
    const shared = call(() => toSharedPlanes(photo.planes(part)));
    /** @type {Show} */
    const show = (task, most) => {
      return { ...photo.paint(call(() => light(task, most)), options.look), colorSpace: 'srgb' };
    };
    try {
      const { made, uncertainty } = await this.#samples(shared, settings, check, show);
      return { planes: { x, y, ...fromShared(made, photo.planeCount) }, uncertainty };
    } finally {
      shared.free();
    }
  }

  /**
   * A RAW photo's options, for its planes or a part of them.
   *
   * @param {RawPhoto} photo
   * @param {RawOptions} options
   * @param {import('./raw-photo.js').Rectangle} [part]
   * @returns {Wanted}
   */
  #planesSettings(photo, options, part) {
    const { strength } = options;
    const { width, height } = part ?? photo.planeSize;
    return {
      ...options,
      noise: options.noise ?? photo.noise,
      strength: typeof strength === 'number' ? strength : { values: photo.overPlanes(strength, part), width, height },
      tile: options.tile ?? TILE[this.backend],
      // What is demosaiced is balanced.
      neutral: photo.kind === 'linear' ? undefined : photo.neutral,
    };
  }

  /**
   * The latest time of a RAW photo.
   *
   * @param {RawPhoto} photo
   * @param {RawOptions} options
   */
  #latestOf(photo, options) {
    return this.#onReduced(photo, options, (engine, shared, settings) => {
      const found = call(() => withSettings(settings, (noise, given) => engine.overview(shared, noise, given)));
      const { latest } = found;
      found.free();
      return latest;
    });
  }

  /**
   * @param {RawPhoto} photo
   * @param {RawOptions} options
   */
  #mapsOf(photo, options) {
    return this.#onReduced(photo, options, (engine, shared, settings, reduced) => {
      const maps = call(() => withSettings(settings, (noise, given) => engine.maps(shared, noise, given)));
      const [std, time] = [maps.std, maps.time].map((planes) => photo.asColours(planes, reduced));
      maps.free();
      const size = photo.sizeOver(reduced);
      return { std: std ?? new Float32Array(), time: time ?? new Float32Array(), ...size };
    });
  }

  /**
   * Looks at a RAW photo's planes, reduced, with the settings that a run on them would have.
   *
   * @template T
   * @param {RawPhoto} photo
   * @param {RawOptions} options
   * @param {(engine: Engine, shared: SharedImage, settings: Wanted, reduced: Planes) => T} f
   * @returns {T}
   */
  #onReduced(photo, options, f) {
    const engine = this.#alive();
    const reduced = photo.reducedPlanes(MOST_LOOKED_AT);
    const shared = call(() => toSharedPlanes(reduced));
    try {
      const settings = { ...this.#planesSettings(photo, { ...options, strength: 1 }), ...strengthOn(photo, options, reduced) };
      return f(engine, shared, settings, reduced);
    } finally {
      shared.free();
    }
  }

  /**
   * A run on a region of an image.
   *
   * @param {unknown} image
   * @param {Options} options
   * @param {NonNullable<Options['region']>} region
   * @returns {Promise<import('./index.d.ts').DenoiseResult<any>>}
   */
  async #denoiseRegion(image, options, region) {
    options.signal?.throwIfAborted();
    const pixels = image instanceof Blob ? await fileImage(image) : pixelsOf(image);
    checkRegion(region, pixels);
    checkMaps(options, pixels);
    const noise = options.noise ?? this.estimateNoise(pixels);
    const tile = options.tile ?? TILE[this.backend];
    // What is cut out is a copy.
    const part = partOf(this.#alive(), pixels, { ...options, noise, region, tile });
    const { inner } = part;
    const { onProgress } = options;
    /** @type {Options['onProgress']} */
    const report = (progress) => {
      if (progress.phase !== 'denoising') return onProgress?.(progress);
      const preview = async () => {
        const all = await progress.preview(Number.MAX_SAFE_INTEGER);
        return all && { ...all, width: inner.width, height: inner.height, data: cut(all.data, all, inner) };
      };
      return onProgress?.({ ...progress, preview });
    };
    const result = await this.#enqueue(part.image, { ...part.options, onProgress: onProgress && report });
    const uncertainty = result.uncertainty && cut(result.uncertainty, part.image, inner);
    return { image: cropped(result.image, inner), noise, ...(uncertainty && { uncertainty }) };
  }

  /**
   * Runs when all runs before have ended.
   *
   * @param {Pixels | Promise<Pixels>} pixels
   * @param {Options} checked
   * @returns {Promise<import('./index.d.ts').DenoiseResult<any>>}
   */
  async #enqueue(pixels, checked) {
    if (!(pixels instanceof Promise)) checkImage(pixels, checked);
    // A file is decoded while other runs go on; if that fails, it is reported when its turn comes.
    Promise.resolve(pixels).catch(() => {});
    return this.#inTurn(async () => {
      const own = await pixels;
      checkImage(own, checked);
      return this.#run(own, checked);
    });
  }

  /**
   * Does something when all runs before have ended.
   *
   * @template T
   * @param {() => Promise<T>} f
   * @returns {Promise<T>}
   */
  #inTurn(f) {
    const run = this.#queue.then(f);
    this.#queue = run.then(
      () => {},
      () => {},
    );
    return run;
  }

  free() {
    const engine = this.#engine;
    this.#engine = undefined;
    this.#pool.end(freed());
    this.#mosaics?.join().then(
      (mosaics) => mosaics.free(),
      () => {},
    );
    // A run in progress holds the engine until its tile is done, and then ends too.
    // An engine that has failed has nothing to give back.
    this.#queue
      .then(() => {
        engine?.dispose();
        this.#helper?.dispose();
      })
      .catch(() => {});
  }

  #alive() {
    if (!this.#engine) throw freed();
    checkAlive();
    return this.#engine;
  }

  /**
   * @param {Pixels} image
   * @param {Options} options
   * @returns {Promise<import('./index.d.ts').DenoiseResult<any>>}
   */
  async #run(image, options) {
    const { signal, onProgress } = options;
    const check = () => {
      signal?.throwIfAborted();
      return this.#alive();
    };
    check();
    const shared = call(() => toSharedImage(image));
    try {
      if (!options.noise) {
        onProgress?.({ phase: 'estimating', fraction: 0 });
        await macrotask();
        check();
      }
      const noise = options.noise ?? noiseOf(shared);
      const settings = { ...options, noise, tile: options.tile ?? TILE[this.backend] };
      /** @type {Show} */
      const show = (task, most) => {
        const { width, height, data } = call(() => task.preview(most));
        const colorSpace = image.colorSpace === 'display-p3' ? 'display-p3' : 'srgb';
        return { width, height, data: new Uint8ClampedArray(data), colorSpace };
      };
      const { made, uncertainty } = await this.#samples(shared, settings, check, show);
      return { image: filled(made, image), noise, ...(uncertainty && { uncertainty }) };
    } finally {
      shared.free();
    }
  }

  /**
   * The mean of as many samples as are wanted, as a shared image that the caller frees, and where they differ.
   *
   * @param {SharedImage} shared
   * @param {Wanted} settings
   * @param {() => Engine} check
   * @param {Show} show
   * @returns {Promise<{ made: SharedImage, uncertainty: Float32Array | undefined }>}
   */
  async #samples(shared, settings, check, show) {
    const first = await this.#draw(shared, settings, 1, check, show);
    if (settings.samples === 1) return { made: first, uncertainty: undefined };
    /** @type {Samples | undefined} */
    let samples = call(() => new Samples(first));
    try {
      for (let sample = 2; sample <= settings.samples; sample += 1) {
        const next = await this.#draw(shared, settings, sample, check, show);
        samples.add(next);
        next.free();
      }
      const uncertainty = samples.uncertainty();
      const made = samples.intoMean();
      samples = undefined;
      return { made, uncertainty };
    } finally {
      samples?.free();
    }
  }

  /**
   * One sample, as a shared image that the caller frees.
   *
   * @param {SharedImage} shared
   * @param {Wanted} options
   * @param {number} sample  from 1
   * @param {() => Engine} check
   * @param {Show} show
   */
  async #draw(shared, options, sample, check, show) {
    const { signal, onProgress, samples } = options;
    /** @type {Task | undefined} */
    let task = call(() =>
      withSettings({ ...options, sample: samples > 1 ? sample - 1 : undefined }, (noise, settings) =>
        check().start(shared, noise, settings),
      ),
    );
    const running = task;
    const { steps, tiles } = task;
    /** @param {number} most */
    const preview = async (most = 1_000_000) => (running === task ? show(running, most) : null);
    let fraction = 0;
    /** @param {{ step: number, tile: number, fraction: number }} done */
    const report = ({ step, tile, fraction: done }) => {
      fraction = (sample - 1 + done) / samples;
      onProgress?.({ phase: 'denoising', sample, samples, step, steps, tile, tiles, fraction, preview });
    };
    const recovering = (/** @type {string} */ reason) => onProgress?.({ phase: 'recovering', fraction, reason });
    try {
      report({ step: 1, tile: 0, fraction: 0 });
      for (;;) {
        // Without a break between tiles, a page that runs this in its own thread could neither draw nor cancel.
        await macrotask();
        check();
        // A single tile would only wait for its worker to start.
        if (this.workers > 1 && tiles > 1) await this.#pool.denoise(running, signal, { check, report, recovering });
        /** @type {import('./wasm/svnr_wasm.js').Progress | undefined} */
        let done;
        try {
          done = await callAsync(() => running.advance());
        } catch (error) {
          check();
          recovering(this.#moveToCpu(running, error));
          continue;
        }
        check();
        if (!done) break;
        report(done);
      }
      task = undefined;
      return call(() => running.finish());
    } finally {
      task?.free();
    }
  }

  /**
   * Moves this run from the GPU to the CPU, and all later ones if the GPU is lost. One that computed something wrong
   * stays: the next photo may go well. Rethrows the error if it means something else, or if the CPU must not be used.
   *
   * @param {Task} task
   * @param {unknown} error
   * @returns {string}  why, in words
   */
  #moveToCpu(task, error) {
    if (!this.#mayMove || !(error instanceof SvnrError)) throw error;
    if (error.code === 'device-wrong' && !this.#helped.has(task)) {
      const helper = (this.#helper ??= onCpu(this.#weights, null).engine);
      call(() => task.continueOn(helper));
      this.#helped.add(task);
      return error.message;
    }
    if (error.code !== 'device-lost') throw error;
    this.#leaveGpu(error.message, task);
    return error.message;
  }

  /**
   * Goes to the CPU, for this run and all later ones, because the GPU is lost.
   *
   * @param {string | null} why  in words
   * @param {Task} [task]
   */
  #leaveGpu(why, task) {
    const lost = this.#engine;
    const { engine, hasLostGpu, ...device } = onCpu(this.#weights, why, true);
    if (task) call(() => task.continueOn(engine));
    this.#engine = engine;
    this.#mayMove = false;
    this.#hasLostGpu = hasLostGpu;
    Object.assign(this, device);
    call(() => lost?.dispose());
  }

  /** Leaves the GPU if another one has lost it. @param {Denoiser} other */
  #follow(other) {
    if (other.#hasLostGpu && this.#mayMove && this.#engine) this.#leaveGpu(other.fallbackReason);
  }
}

/**
 * The strength over a RAW photo's reduced planes.
 *
 * @param {RawPhoto} photo
 * @param {RawOptions} options
 * @param {{ width: number, height: number }} reduced
 * @returns {{ strength: Wanted['strength'] }}
 */
function strengthOn(photo, { strength }, reduced) {
  if (typeof strength === 'number') return { strength };
  const full = photo.planeSize;
  const values = photo.overPlanes(strength);
  const [across, down] = [full.width / reduced.width, full.height / reduced.height];
  const thinned = new Float32Array(reduced.width * reduced.height).map((_, i) => {
    const [row, column] = [Math.floor(i / reduced.width), i % reduced.width];
    return values[Math.floor((row + 0.5) * down) * full.width + Math.floor((column + 0.5) * across)] ?? 1;
  });
  return { strength: { values: thinned, width: reduced.width, height: reduced.height } };
}

/**
 * A mosaic's run so far, as light.
 *
 * @param {Task} task
 * @param {number} most
 */
function light(task, most) {
  const preview = task.previewLight(most);
  const { width, height, data } = preview;
  preview.free();
  return { width, height, data };
}

function freed() {
  return new SvnrError('freed', 'this denoiser was freed; create a new one');
}

/**
 * Whether an image can be denoised with these options.
 *
 * @param {Pixels} image
 * @param {Options} options
 */
function checkImage(image, options) {
  checkMaps(options, image);
  if (options.samples > 1) checkCount(image.width * image.height, MOST_PIXELS_SAMPLED);
}

/**
 * The image with the colours of a shared image, which is freed.
 *
 * @param {import('./wasm/svnr_wasm.js').SharedImage} shared
 * @param {Pixels} image
 */
function filled(shared, image) {
  try {
    call(() => writeSharedImage(shared, image));
    return image;
  } finally {
    shared.free();
  }
}

/**
 * @param {URL | string | ArrayBuffer | Uint8Array | undefined} weights
 * @param {AbortSignal | undefined} signal
 * @param {(fraction: number | undefined) => void} onFraction
 */
async function weightBytes(weights, signal, onFraction) {
  // Copied, because they may be needed again after the caller has changed them.
  if (weights instanceof Uint8Array) return weights.slice();
  if (weights instanceof ArrayBuffer) return new Uint8Array(weights.slice());
  return load(weights ?? new URL('./svnr.safetensors', import.meta.url), 'the weight file', signal, onFraction);
}

/** Resolves in a later task, after everything that is waiting. */
function macrotask() {
  const { port1, port2 } = new MessageChannel();
  return /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    })
  );
}

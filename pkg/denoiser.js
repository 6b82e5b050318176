import { withSettings } from './engine.js';
import { SvnrError } from './errors.js';
import { fileImage } from './files.js';
import { MOST_PIXELS_SAMPLED, checkCount, keptPixelsOf, pixelsOf, toSharedImage, writeSharedImage } from './image.js';
import { part } from './load.js';
import { noiseOf } from './noise.js';
import { checkMaps, createOptions, denoiseOptions, rawOptions } from './options.js';
import { checkRegion, cropped, cut, overviewOf, partOf } from './region.js';
import { Runner, macrotask } from './runner.js';
import { call } from './wasm.js';

/** @typedef {import('./image.js').Pixels} Pixels */
/** @typedef {import('./engine.js').Options} Options */
/** @typedef {import('./raw-photo.js').RawPhoto} RawPhoto */
/** @typedef {import('./raw-runs.js').RawRuns} RawRuns */

/** What is loaded with the first RAW file, for messages. */
const FOR_RAW = 'what RAW files need';

/** Only `Denoiser.create` makes denoisers. */
const KEY = Symbol('create');

/** See index.d.ts. */
export class Denoiser {
  /** @type {Runner} */
  #runner;
  /** Where what RAW files need comes from, and how many workers were wanted.
   * @type {import('./raw-runs.js').Wanted} */
  #forRaw;
  /** Runs on RAW files, once there was one.
   * @type {RawRuns | undefined} */
  #raw;

  /**
   * @param {typeof KEY} key
   * @param {Runner} runner
   * @param {import('./raw-runs.js').Wanted} forRaw
   */
  constructor(key, runner, forRaw) {
    if (key !== KEY) throw new TypeError('use await Denoiser.create()');
    this.#runner = runner;
    this.#forRaw = forRaw;
  }

  get backend() {
    return this.#runner.backend;
  }

  get adapter() {
    return this.#runner.adapter;
  }

  get fallbackReason() {
    return this.#runner.fallbackReason;
  }

  get workers() {
    return this.#runner.workers;
  }

  /** @param {unknown} options */
  static async create(options = {}) {
    const { raw, ...checked } = createOptions(options);
    return new Denoiser(KEY, await Runner.open(checked), { ...raw, workers: checked.workers });
  }

  /** @param {unknown} image */
  estimateNoise(image) {
    this.#runner.check();
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
    return this.#withWanted(image, options, (engine, shared, wanted) => {
      const maps = call(() => withSettings(wanted, (noise, given) => engine.maps(shared, noise, given)));
      const { std, time } = maps;
      maps.free();
      return { std, time, width: shared.width, height: shared.height };
    });
  }

  /**
   * @param {unknown} image
   * @param {unknown} options
   */
  overview(image, options = {}) {
    return this.#withWanted(image, options, overviewOf);
  }

  /**
   * Calls a function with an image in wasm's memory, and with what is wanted for it, its noise included.
   *
   * @template T
   * @param {unknown} image
   * @param {unknown} options
   * @param {(...of: Parameters<typeof overviewOf>) => T} f
   */
  #withWanted(image, options, f) {
    const { engine, tile } = this.#runner;
    const pixels = pixelsOf(image);
    const checked = denoiseOptions(options);
    checkMaps(checked, pixels);
    const shared = call(() => toSharedImage(pixels));
    try {
      return f(engine, shared, { ...checked, noise: checked.noise ?? noiseOf(shared), tile });
    } finally {
      shared.free();
    }
  }

  /**
   * @param {unknown} image
   * @param {unknown} options
   */
  async denoise(image, options = {}) {
    this.#runner.check();
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
    this.#runner.check();
    const checked = rawOptions(options);
    if (checked.region) throw new SvnrError('bad-option', 'a region is for denoiseRawPhoto: a DNG is always whole');
    const { name, signal, look, output } = checked;
    const runs = await this.#rawRuns();
    await runs.init(signal);
    const { RawPhoto, openRaw } = await part(() => import('./raw-photo.js'), FOR_RAW);
    const isOpen = file instanceof RawPhoto;
    const photo = isOpen ? file : await openRaw(/** @type {Blob} */ (file), { ...(name && { name }), ...(signal && { signal }) });
    try {
      const result = await runs.denoise(photo, checked);
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
    this.#runner.check();
    const checked = rawOptions(options);
    return (await this.#rawRuns()).denoise(photo, checked);
  }

  /**
   * @param {RawPhoto} photo
   * @param {unknown} options
   * @returns {Promise<import('./index.d.ts').Maps>}
   */
  async rawMaps(photo, options = {}) {
    this.#runner.check();
    const checked = rawOptions(options);
    return (await this.#rawRuns()).maps(photo, checked);
  }

  async #rawRuns() {
    const { RawRuns } = await part(() => import('./raw-runs.js'), FOR_RAW);
    this.#runner.check();
    this.#raw ??= new RawRuns(this.#runner, this.#forRaw);
    return this.#raw;
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
    const tile = options.tile ?? this.#runner.tile;
    // What is cut out is a copy.
    const part = partOf(this.#runner.engine, pixels, { ...options, noise, region, tile });
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
    return this.#runner.inTurn(async () => {
      const own = await pixels;
      checkImage(own, checked);
      return this.#run(own, checked);
    });
  }

  /**
   * @param {Pixels} image
   * @param {Options} options
   * @returns {Promise<import('./index.d.ts').DenoiseResult<any>>}
   */
  async #run(image, options) {
    const { signal, onProgress } = options;
    const runner = this.#runner;
    runner.check(signal);
    const shared = call(() => toSharedImage(image));
    try {
      if (!options.noise) {
        onProgress?.({ phase: 'estimating', fraction: 0 });
        await macrotask();
        runner.check(signal);
      }
      const noise = options.noise ?? noiseOf(shared);
      const settings = { ...options, noise, tile: options.tile ?? runner.tile };
      /** @type {import('./runner.js').Show} */
      const show = (task, most) => {
        const { width, height, data } = call(() => task.preview(most));
        const colorSpace = image.colorSpace === 'display-p3' ? 'display-p3' : 'srgb';
        return { width, height, data: new Uint8ClampedArray(data), colorSpace };
      };
      const { made, uncertainty } = await runner.samples(shared, settings, show);
      return { image: filled(made, image), noise, ...(uncertainty && { uncertainty }) };
    } finally {
      shared.free();
    }
  }

  free() {
    this.#runner.free();
    this.#raw?.free();
  }
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

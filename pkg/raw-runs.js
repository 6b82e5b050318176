// Runs on RAW files, loaded with the first of them.

import { withSettings } from './engine.js';
import { MOST_PIXELS_SAMPLED, checkCount } from './image.js';
import { checkViews } from './options.js';
import { fromShared, toSharedPlanes } from './planes.js';
import { initRaw } from './raw-module.js';
import { around, checkRegion, cut, overviewOf } from './region.js';
import { Runner, macrotask } from './runner.js';
import { SharedLoad } from './shared.js';
import { call } from './wasm.js';

/** @typedef {import('./wasm/svnr_wasm.js').SharedImage} SharedImage */
/** @typedef {import('./wasm/svnr_wasm.js').Task} Task */
/** @typedef {import('./raw-photo.js').RawPhoto} RawPhoto */
/** @typedef {import('./raw-photo.js').Planes} Planes */
/** @typedef {import('./raw-photo.js').Rectangle} Rectangle */
/** @typedef {ReturnType<typeof import('./options.js').rawOptions>} RawOptions */
/** Where what RAW files need comes from, and how many workers there are to be.
 * @typedef {ReturnType<typeof import('./options.js').createOptions>['raw'] & { workers: 'auto' | number }} Wanted */

/** How many pixels of reduced planes are looked at for maps of a RAW photo, and to find a mosaic's latest time. */
const MOST_LOOKED_AT = 1 << 19;

/** A mosaic's noise is not put back: its level is kept. @type {import('./index.d.ts').Overview['ends']} */
const NO_ENDS = [[null, null], [null, null], [null, null]];

/** Runs on RAW photos, in one queue with those on other photos, and on the same device. */
export class RawRuns {
  /** For finished photos, and for what is demosaiced, which is as any photo to the network.
   * @type {Runner} */
  #photos;
  /** @type {Wanted} */
  #wanted;
  /** For mosaics, with a network of its own, once there was one.
   * @type {SharedLoad<Runner> | undefined} */
  #mosaics;
  /** Those who wait for it, and hear how far it is.
   * @type {Set<(progress: any) => void>} */
  #awaiting = new Set();
  /** What is known of whole linear photos, with the settings that it depends on.
   * @type {WeakMap<RawPhoto, { of: string, overview: import('./index.d.ts').Overview }>} */
  #overviews = new WeakMap();

  /**
   * @param {Runner} photos
   * @param {Wanted} wanted
   */
  constructor(photos, wanted) {
    this.#photos = photos;
    this.#wanted = wanted;
  }

  /** Loads the module for RAW files, from where it is said to be. @param {AbortSignal | undefined} signal */
  async init(signal) {
    const { module_or_path } = this.#wanted;
    await initRaw({ ...(module_or_path && { module_or_path }), ...(signal && { signal }) });
  }

  /**
   * Denoises a photo, or a region of it.
   *
   * @param {RawPhoto} photo
   * @param {RawOptions} options
   */
  async denoise(photo, options) {
    checkViews(options, photo.kind);
    if (options.region) return this.#part(photo, options, options.region);
    return this.#onKind(photo, options, async (runner, options) => {
      const { planes, uncertainty } = await this.#planes(runner, photo, options);
      return photo.result(planes, uncertainty, options.noise ?? photo.noise);
    });
  }

  /**
   * The noise that a run would remove and where each pixel would start.
   *
   * @param {RawPhoto} photo
   * @param {RawOptions} options
   */
  async maps(photo, options) {
    const runner = await this.#forKind(photo, options.signal);
    const { engine } = runner;
    return onReduced(runner, photo, options, (shared, settings, reduced) => {
      const maps = call(() => withSettings(settings, (noise, given) => engine.maps(shared, noise, given)));
      const [std, time] = [maps.std, maps.time].map((planes) => photo.asColours(planes, reduced));
      maps.free();
      const size = photo.sizeOver(reduced);
      return { std: std ?? new Float32Array(), time: time ?? new Float32Array(), ...size };
    });
  }

  free() {
    this.#mosaics?.join().then(
      (mosaics) => mosaics.free(),
      () => {},
    );
  }

  /**
   * A part of a RAW file denoised, for previews; its result can be developed within the part.
   *
   * @param {RawPhoto} photo
   * @param {RawOptions} checked
   * @param {import('./raw-photo.js').Rectangle} part  of the picture
   */
  async #part(photo, checked, part) {
    checkRegion(part, photo);
    return this.#onKind(photo, checked, async (runner, options) => {
      const { engine } = runner;
      const inner = photo.planesAround(part);
      const overview = this.#overview(runner, photo, options);
      const outer = around(engine, overview, inner, photo.planeSize);
      const place = { row: outer.y, column: outer.x, overview };
      const { planes } = await this.#planes(runner, photo, { ...options, place }, outer);
      const at = { ...inner, x: inner.x - outer.x, y: inner.y - outer.y };
      const values = planes.values.map((plane) => cut(plane, planes, at));
      return photo.result({ ...inner, values }, undefined, options.noise ?? photo.noise);
    });
  }

  /**
   * What a run on a part of a RAW photo has to know of the whole. A linear photo is looked at once for the settings
   * that it depends on; with one step the latest time does not matter, and with it the strength.
   *
   * @param {Runner} runner
   * @param {RawPhoto} photo
   * @param {RawOptions} options
   * @returns {import('./index.d.ts').Overview}
   */
  #overview(runner, photo, options) {
    if (photo.kind !== 'linear') {
      const latest = options.steps === 1 ? 0 : this.#latestOf(runner, photo, options);
      // White and hot pixels are what they are in every part of a mosaic.
      return { white: 1, common: null, grain: null, ends: NO_ENDS, dotsAreHot: false, inner: null, latest };
    }
    const { strength, steps } = options;
    const of = steps === 1 || typeof strength === 'number' ? JSON.stringify([options.noise, steps === 1 || strength]) : undefined;
    const known = this.#overviews.get(photo);
    if (known && known.of === of) return known.overview;
    const shared = call(() => toSharedPlanes(photo.planes()));
    try {
      const overview = overviewOf(runner.engine, shared, planesSettings(runner, photo, options));
      if (of) this.#overviews.set(photo, { of, overview });
      return overview;
    } finally {
      shared.free();
    }
  }

  /**
   * A run on a RAW photo's planes, or on a part of them.
   *
   * @param {Runner} runner
   * @param {RawPhoto} photo
   * @param {RawOptions} options
   * @param {Rectangle} [part]
   * @returns {Promise<{ planes: Planes, uncertainty: Float32Array | undefined }>}
   */
  async #planes(runner, photo, options, part) {
    const { signal, onProgress } = options;
    const size = part ?? photo.planeSize;
    if (options.samples > 1) checkCount(size.width * size.height, MOST_PIXELS_SAMPLED);
    runner.check(signal);
    if (!options.noise) {
      onProgress?.({ phase: 'estimating', fraction: 0 });
      await macrotask();
      runner.check(signal);
    }
    const settings = planesSettings(runner, photo, options, part);
    const { x, y } = part ?? { x: 0, y: 0 };
    const shared = call(() => toSharedPlanes(photo.planes(part)));
    /** @type {import('./runner.js').Show} */
    const show = (task, most) => {
      return { ...photo.paint(call(() => light(task, most)), options.look), colorSpace: 'srgb' };
    };
    try {
      const { made, uncertainty } = await runner.samples(shared, settings, show);
      return { planes: { x, y, ...fromShared(made, photo.planeCount) }, uncertainty };
    } finally {
      shared.free();
    }
  }

  /**
   * The latest time of a RAW photo.
   *
   * @param {Runner} runner
   * @param {RawPhoto} photo
   * @param {RawOptions} options
   */
  #latestOf(runner, photo, options) {
    return onReduced(runner, photo, options, (shared, settings) => overviewOf(runner.engine, shared, settings).latest);
  }

  /**
   * What runs on a RAW photo.
   *
   * @param {RawPhoto} photo
   * @param {AbortSignal | undefined} signal
   * @param {RawOptions['onProgress']} [onProgress]
   * @returns {Promise<Runner>}
   */
  async #forKind(photo, signal, onProgress) {
    return photo.kind === 'linear' ? this.#photos : this.#forMosaics(signal, onProgress);
  }

  /**
   * A run on a RAW photo, when all runs before have ended, on photos too. All are on the same device: a GPU that one
   * runner has lost is lost for the other.
   *
   * @template T
   * @param {RawPhoto} photo
   * @param {RawOptions} options
   * @param {(runner: Runner, options: RawOptions) => Promise<T>} f
   * @returns {Promise<T>}
   */
  async #onKind(photo, options, f) {
    const photos = this.#photos;
    const runner = await this.#forKind(photo, options.signal, options.onProgress);
    return photos.inTurn(async () => {
      photos.check(options.signal);
      const { backend } = photos;
      runner.follow(photos);
      photos.follow(runner);
      if (backend === 'webgpu' && runner.backend === 'cpu') {
        options.onProgress?.({ phase: 'recovering', fraction: 0, reason: runner.fallbackReason ?? '' });
      }
      return f(runner, {
        ...options,
        onProgress: (progress) => {
          photos.follow(runner);
          options.onProgress?.(progress);
        },
      });
    });
  }

  /**
   * What runs on mosaics. Its weights are loaded once, when they are first needed.
   *
   * @param {AbortSignal | undefined} signal
   * @param {RawOptions['onProgress']} [onProgress]
   * @returns {Promise<Runner>}
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
    const { weights = new URL('./svnr-mosaic.safetensors', import.meta.url), workers } = this.#wanted;
    await this.init(signal);
    // The GPU may have been lost in the meantime.
    const backend = this.#photos.backendForOthers;
    const onProgress = (/** @type {import('./index.d.ts').CreateProgress} */ progress) => {
      for (const hear of this.#awaiting) hear(progress);
    };
    return Runner.open({ backend, workers, weights, module_or_path: undefined, signal, onProgress });
  }
}

/**
 * A RAW photo's options, for its planes or a part of them.
 *
 * @param {Runner} runner
 * @param {RawPhoto} photo
 * @param {RawOptions} options
 * @param {Rectangle} [part]
 * @returns {import('./engine.js').Wanted}
 */
function planesSettings(runner, photo, options, part) {
  const { strength } = options;
  const { width, height } = part ?? photo.planeSize;
  return {
    ...options,
    noise: options.noise ?? photo.noise,
    strength: typeof strength === 'number' ? strength : { values: photo.overPlanes(strength, part), width, height },
    tile: options.tile ?? runner.tile,
    // What is demosaiced is balanced.
    neutral: photo.kind === 'linear' ? undefined : photo.neutral,
  };
}

/**
 * Looks at a RAW photo's planes, reduced, with the settings that a run on them would have.
 *
 * @template T
 * @param {Runner} runner
 * @param {RawPhoto} photo
 * @param {RawOptions} options
 * @param {(shared: SharedImage, settings: import('./engine.js').Wanted, reduced: Planes) => T} f
 * @returns {T}
 */
function onReduced(runner, photo, options, f) {
  const reduced = photo.reducedPlanes(MOST_LOOKED_AT);
  const shared = call(() => toSharedPlanes(reduced));
  try {
    const settings = { ...planesSettings(runner, photo, { ...options, strength: 1 }), ...strengthOn(photo, options, reduced) };
    return f(shared, settings, reduced);
  } finally {
    shared.free();
  }
}

/**
 * The strength over a RAW photo's reduced planes.
 *
 * @param {RawPhoto} photo
 * @param {RawOptions} options
 * @param {{ width: number, height: number }} reduced
 * @returns {{ strength: import('./engine.js').Wanted['strength'] }}
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

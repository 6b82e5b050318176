import { SvnrError } from './errors.js';
import { MOST_PIXELS } from './image.js';
import { checkKeys, lookOptions } from './options.js';
import { callRaw, initRaw } from './raw-module.js';
import { Look, PlaneReader, RawFile, RawResult as WasmResult } from './wasm/svnr_raw.js';

/** @typedef {import('./raw.d.ts').Development} Development */
/** @typedef {{ exposure: number, warmth: number, tint: number }} Given  a checked development */
/** @typedef {{ x: number, y: number, width: number, height: number }} Rectangle */

/** Planes, or a part of them that begins at x and y, in linear light: red, two greens and blue of a mosaic, else red,
 * green and blue, balanced.
 * @typedef {Rectangle & { values: Float32Array[] }} Planes */

/** How many pixels are developed at once: a whole picture would take up to 50 bytes per pixel. */
const PIECE = 1 << 20;

/** Only this file makes these. */
const KEY = Symbol('raw');

/** See raw.d.ts. */
export class RawPhoto {
  /** @type {import('./wasm/svnr_raw.js').Raw | undefined} */
  #raw;
  /** @type {import('./raw.d.ts').RawNoise | undefined} */
  #noise;

  /**
   * @param {typeof KEY} key
   * @param {import('./wasm/svnr_raw.js').Raw} raw
   */
  constructor(key, raw) {
    if (key !== KEY) throw new TypeError('use await openRaw()');
    this.#raw = raw;
    const { width, height, format, kind, camera, make, model, iso } = raw;
    this.width = width;
    this.height = height;
    this.format = format;
    this.kind = /** @type {'mosaic' | 'linear'} */ (kind);
    this.camera = { name: camera, make, model, iso };
    this.notes = raw.notes();
  }

  get noise() {
    return (this.#noise ??= /** @type {import('./raw.d.ts').RawNoise} */ (JSON.parse(this.call((raw) => raw.noise()))));
  }

  get metadata() {
    return { exif: this.call((raw) => raw.exif()) };
  }

  /**
   * @param {unknown} [options]
   * @returns {Promise<import('./index.d.ts').PlainImage | ImageData>}
   */
  async develop(options = {}) {
    return developed(this, undefined, options);
  }

  free() {
    this.#raw?.free();
    this.#raw = undefined;
  }

  /**
   * A call with what wasm has of the photo.
   *
   * @template T
   * @param {(raw: import('./wasm/svnr_raw.js').Raw) => T} f
   * @returns {T}
   */
  call(f) {
    const raw = this.#raw;
    if (!raw) throw new SvnrError('freed', 'this RAW photo was freed; open it again');
    return callRaw(() => f(raw));
  }

  /** What a neutral colour has in red, green and blue. @returns {[number, number, number]} */
  get neutral() {
    const [red = 1, green = 1, blue = 1] = this.call((raw) => raw.neutral());
    return [red, green, blue];
  }

  /** How many planes it has. */
  get planeCount() {
    return this.kind === 'linear' ? 3 : 4;
  }

  /** The size of its planes. */
  get planeSize() {
    const [width = 0, height = 0] = this.call((raw) => raw.planeSize());
    return { width, height };
  }

  /**
   * Its planes, or a part of them.
   *
   * @param {Rectangle} [part]
   * @returns {Planes}
   */
  planes(part) {
    const { planeCount } = this;
    return this.call((raw) => {
      return copied(part ? raw.planesOf(part.x, part.y, part.width, part.height) : raw.planes(), planeCount, part);
    });
  }

  /** Its planes, reduced. @param {number} most  how many pixels a plane may have @returns {Planes} */
  reducedPlanes(most) {
    return this.call((raw) => copied(raw.reduced(most), this.planeCount));
  }

  /** The part of its planes that a part of the picture depends on. @param {Rectangle} part @returns {Rectangle} */
  planesAround(part) {
    const [x = 0, y = 0, width = 0, height = 0] = this.call((raw) => raw.planesAround(part.x, part.y, part.width, part.height));
    return { x, y, width, height };
  }

  /**
   * A map over the picture, of any size, as one over planes.
   *
   * @param {{ values: Float32Array, width: number, height: number }} map
   * @param {Rectangle} [part]  of the planes
   * @returns {Float32Array<ArrayBuffer>}
   */
  overPlanes({ values, width, height }, part = { x: 0, y: 0, ...this.planeSize }) {
    const over = this.call((raw) => raw.overPlanes(values, width, height, part.x, part.y, part.width, part.height));
    return /** @type {Float32Array<ArrayBuffer>} */ (over);
  }

  /**
   * Values over all planes, which may be reduced, over the picture in a size.
   *
   * @param {Float32Array} values
   * @param {{ width: number, height: number }} planes
   * @param {{ width: number, height: number }} size
   */
  overPicture(values, planes, size) {
    return this.call((raw) => raw.overPicture(values, planes.width, planes.height, size.width, size.height));
  }

  /**
   * The size of the picture in which a pixel has the place of one of the planes, which may be reduced.
   *
   * @param {{ width: number, height: number }} planes
   */
  sizeOver(planes) {
    const scale = Math.min(1, Math.sqrt((planes.width * planes.height) / (this.width * this.height)));
    const side = (/** @type {number} */ length) => Math.max(1, Math.round(length * scale));
    return { width: side(this.width), height: side(this.height) };
  }

  /**
   * Values of all planes, which may be reduced, over the picture in the size that fits them: the planes of red, green
   * and blue; a mosaic's green is the mean of both.
   *
   * @param {Float32Array} values
   * @param {{ width: number, height: number }} planes
   */
  asColours(values, planes) {
    const size = this.sizeOver(planes);
    const pixels = planes.width * planes.height;
    const plane = (/** @type {number} */ number) => values.slice(number * pixels, (number + 1) * pixels);
    const other = plane(2);
    const colours =
      this.kind === 'linear'
        ? [plane(0), plane(1), other]
        : [plane(0), plane(1).map((value, i) => 0.5 * (value + (other[i] ?? value))), plane(3)];
    const out = new Float32Array(3 * size.width * size.height);
    for (const [channel, plane] of colours.entries()) {
      out.set(this.overPicture(plane, planes, size), channel * size.width * size.height);
    }
    return out;
  }

  /**
   * A run's preview as it is shown: RGBA of 8 bits.
   *
   * @param {{ data: Float32Array, width: number, height: number }} light
   * @param {Given} look
   */
  paint(light, look) {
    const size = this.sizeOver(light);
    const data = this.call((raw) =>
      withLook(look, (look) => raw.paint(light.data, light.width, light.height, size.width, size.height, look)),
    );
    return { ...size, data: clamped(data) };
  }

  /**
   * What denoised planes make of it.
   *
   * @param {Planes} planes
   * @param {Float32Array} [uncertainty]  over all planes
   * @param {import('./raw.d.ts').RawRunNoise} [noise]  what was removed
   */
  result({ x, y, width, height, values }, uncertainty, noise = this.noise) {
    const made = this.call((raw) => {
      const reader = new PlaneReader(x, y, width, height, values.length);
      for (const plane of values) reader.add(plane);
      return reader.finish(raw);
    });
    return new RawResult(KEY, this, made, uncertainty, noise);
  }

  /** The result that a DNG of it holds. @param {Uint8Array} dng */
  resultOf(dng) {
    return new RawResult(KEY, this, this.call((raw) => WasmResult.fromDng(dng, raw)), undefined, this.noise);
  }
}

/** See raw.d.ts. */
export class RawResult {
  /** @type {WasmResult | undefined} */
  #made;
  /** Over the planes.
   * @type {Float32Array | undefined} */
  #uncertainty;

  /**
   * @param {typeof KEY} key
   * @param {RawPhoto} photo
   * @param {WasmResult} made
   * @param {Float32Array | undefined} uncertainty
   * @param {import('./raw.d.ts').RawRunNoise} noise
   */
  constructor(key, photo, made, uncertainty, noise) {
    if (key !== KEY) throw new TypeError('denoise a RawPhoto');
    this.photo = photo;
    this.#made = made;
    this.#uncertainty = uncertainty;
    this.noise = noise;
  }

  /**
   * @param {unknown} [options]
   * @returns {Promise<import('./index.d.ts').PlainImage | ImageData>}
   */
  async develop(options = {}) {
    return developed(this.photo, this, options);
  }

  async toDng() {
    const noise = this.noise;
    const given = 'planes' in noise ? noise.planes : undefined;
    const planes = given ?? Array(4).fill('read' in noise ? noise : this.photo.noise);
    const numbers = new Float32Array(planes.flatMap((/** @type {{ read: number, shot: number }} */ { read, shot }) => [read, shot]));
    const bytes = this.photo.call((raw) => this.made.dng(raw, numbers));
    return new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], { type: 'image/x-adobe-dng' });
  }

  get isUncertain() {
    return this.#uncertainty !== undefined;
  }

  /** @param {{ width: number, height: number }} [size] */
  uncertainty(size = this.photo) {
    return this.#uncertainty && this.photo.overPicture(this.#uncertainty, this.photo.planeSize, size);
  }

  /** What wasm has of it. */
  get made() {
    if (!this.#made) throw new SvnrError('freed', 'this result was freed');
    return this.#made;
  }

  free() {
    this.#made?.free();
    this.#made = undefined;
  }
}

/**
 * See raw.d.ts.
 *
 * @param {Blob | ArrayBuffer | Uint8Array} file
 * @param {import('./raw.d.ts').OpenRawOptions} [options]
 */
export async function openRaw(file, options = {}) {
  const { signal, onPreview, name = nameOf(file) } = checkKeys(options, ['signal', 'onPreview', 'name']);
  const bytes = await bytesOf(file);
  await initRaw({ signal: /** @type {AbortSignal | undefined} */ (signal) });
  const raw = callRaw(() => new RawFile(bytes));
  if (onPreview) {
    const embedded = callRaw(() => raw.preview());
    const [width, height] = callRaw(() => raw.pictureSize()) ?? [];
    const size = width && height ? { width, height } : null;
    const hear = /** @type {NonNullable<import('./raw.d.ts').OpenRawOptions['onPreview']>} */ (onPreview);
    // Decoding keeps this thread busy: whoever wants to show the preview does so before.
    await hear(embedded ? asPreview(embedded) : null, size);
  }
  try {
    return new RawPhoto(KEY, callRaw(() => raw.decode(MOST_PIXELS)));
  } catch (error) {
    throw named(error, String(name));
  }
}

/**
 * See raw.d.ts.
 *
 * @type {typeof import('./raw.d.ts').isRaw}
 */
export async function isRaw(file) {
  const bytes = await bytesOf(file);
  await initRaw();
  const raw = callRaw(() => new RawFile(bytes));
  try {
    return callRaw(() => raw.isRaw);
  } finally {
    raw.free();
  }
}

/** @param {import('./wasm/svnr_raw.js').EmbeddedPreview} preview */
function asPreview(preview) {
  const { jpeg, orientation } = preview;
  preview.free();
  return { jpeg: new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (jpeg)], { type: 'image/jpeg' }), orientation };
}

/** What a file is called in errors, unless it is said. @param {unknown} file */
function nameOf(file) {
  return file instanceof Blob && 'name' in file ? String(file.name) : 'the file';
}

/**
 * An error about a file, with its name.
 *
 * @param {unknown} error
 * @param {string} name
 */
function named(error, name) {
  if (!(error instanceof SvnrError) || error.code === 'internal') return error;
  return new SvnrError(error.code, `${name} cannot be read: ${error.message}`, { cause: error });
}

/**
 * Planes, copied out of wasm and freed there one after the other.
 *
 * @param {import('./wasm/svnr_raw.js').RawPlanes} planes
 * @param {number} count  how many there are
 * @param {{ x: number, y: number }} [at]
 * @returns {Planes}
 */
function copied(planes, count, { x, y } = { x: 0, y: 0 }) {
  const { width, height } = planes;
  const values = Array.from({ length: count }, (_, number) => planes.plane(number));
  planes.free();
  return { x, y, width, height, values };
}

/**
 * @template T
 * @param {Given} look
 * @param {(look: Look) => T} f
 */
function withLook({ exposure, warmth, tint }, f) {
  const look = new Look(exposure, warmth, tint);
  try {
    return f(look);
  } finally {
    look.free();
  }
}

/**
 * A developed picture, or a part of it.
 *
 * @param {RawPhoto} photo
 * @param {RawResult | undefined} result  the photo before, if there is none
 * @param {unknown} options
 * @returns {import('./index.d.ts').PlainImage | ImageData}
 */
function developed(photo, result, options) {
  const given = checkKeys(options, ['exposure', 'warmth', 'tint', 'depth', 'region', 'glance']);
  const look = lookOptions(given);
  const { depth = 16, region = { x: 0, y: 0, width: photo.width, height: photo.height }, glance } = given;
  if (depth !== 8 && depth !== 16) throw new SvnrError('bad-option', `depth is ${depth}; it must be 8 or 16`);
  if (glance) return glanced(photo, result, /** @type {{ width: number, height: number }} */ (glance), look);
  const { x, y, width, height } = /** @type {Rectangle} */ (checkKeys(region, ['x', 'y', 'width', 'height']));
  const data = depth === 8 ? new Uint8ClampedArray(4 * width * height) : new Uint16Array(4 * width * height);
  const name = depth === 8 ? 'develop8' : 'develop16';
  const rows = Math.max(1, Math.floor(PIECE / width));
  for (let row = 0; row < height; row += rows) {
    const count = Math.min(rows, height - row);
    const piece = photo.call((raw) =>
      withLook(look, (look) =>
        result ? result.made[name](raw, x, y + row, width, count, look) : raw[name](x, y + row, width, count, look),
      ),
    );
    data.set(piece, 4 * row * width);
  }
  return asImage(data, width, height);
}

/**
 * A quick look at the whole picture in a size.
 *
 * @param {RawPhoto} photo
 * @param {RawResult | undefined} result
 * @param {{ width: number, height: number }} size
 * @param {Given} look
 */
function glanced(photo, result, { width, height }, look) {
  const data = photo.call((raw) =>
    withLook(look, (look) => (result ? result.made.glance(raw, width, height, look) : raw.glance(width, height, look))),
  );
  return asImage(clamped(data), width, height);
}

/**
 * @param {Uint8ClampedArray<ArrayBuffer> | Uint16Array<ArrayBuffer>} data
 * @param {number} width
 * @param {number} height
 */
function asImage(data, width, height) {
  if (data instanceof Uint8ClampedArray && typeof ImageData === 'function') return new ImageData(data, width, height);
  return { data, width, height, colorSpace: /** @type {const} */ ('srgb') };
}

/** wasm-bindgen returns them in an array of their own. @param {Uint8ClampedArray | Uint8Array} data */
function clamped(data) {
  return new Uint8ClampedArray(/** @type {ArrayBuffer} */ (data.buffer), data.byteOffset, data.length);
}

/** @param {unknown} file */
async function bytesOf(file) {
  if (file instanceof Uint8Array) return file;
  if (file instanceof ArrayBuffer) return new Uint8Array(file);
  if (file instanceof Blob) return new Uint8Array(await file.arrayBuffer());
  throw new SvnrError('unsupported-image', 'the file must be a Blob, an ArrayBuffer or a Uint8Array');
}

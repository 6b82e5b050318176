// DNGs that tests make: a Bayer mosaic with the noise of a sensor, or all colours at every photosite, and a preview.

import { generator, normal } from './pictures.mjs';

/** TIFF's types, and the bytes of a value of each. */
const [BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL, DOUBLE] = [1, 2, 3, 4, 5, 7, 10, 12];

/** PhotometricInterpretation. */
const [MOSAIC, LINEAR] = [32_803, 34_892];

/** @typedef {{ tag: number, type: number, values: number[] | string | Buffer }} Entry */

/**
 * @typedef {object} Made
 * @property {number} width
 * @property {number} height
 * @property {(x: number, y: number) => [number, number, number]} [scene]  the sensor's light at a place, from 0 to 1
 * @property {string} [pattern]  the colours of a square, from the upper left to the lower right
 * @property {boolean} [isLinear]  all colours at every photosite in place of the pattern
 * @property {{ read: number, shot: number }} [noise]
 * @property {number[] | null} [profile]  NoiseProfile's numbers; those of the noise unless they are given, none for
 *   `null`
 * @property {number} [black]
 * @property {number} [white]
 * @property {number} [orientation]
 * @property {[number, number, number, number]} [active]  top, left, bottom, right
 * @property {Buffer} [preview]  a JPEG
 * @property {boolean} [isBig]  big-endian
 * @property {(first: Entry[], mosaic: Entry[]) => void} [change]  what is to be written
 */

/**
 * The light of a scene that shows its orientation: its quarters differ, with a slope over all.
 *
 * @type {NonNullable<Made['scene']>}
 */
export function quartered(x, y) {
  const slope = 0.75 + 0.5 * x * y;
  const colour = [[0.30, 0.12, 0.05], [0.08, 0.28, 0.10], [0.04, 0.12, 0.30], [0.2, 0.4, 0.3]][2 * Number(y >= 0.5) + Number(x >= 0.5)] ?? [];
  return /** @type {[number, number, number]} */ (colour.map((v) => v * slope));
}

/**
 * The light of a picture in sRGB of 8 bits, as {@link madeDng}'s sensor sees it.
 *
 * @param {{ width: number, height: number, data: Uint8Array }} picture
 * @returns {NonNullable<Made['scene']>}
 */
export function sceneOf({ width, height, data }) {
  const light = Array.from({ length: 256 }, (_, code) => (code <= 10 ? code / 255 / 12.92 : ((code / 255 + 0.055) / 1.055) ** 2.4));
  return (x, y) => {
    const at = 3 * (Math.floor(y * height) * width + Math.floor(x * width));
    const [red = 0, green = 0, blue = 0] = [0, 1, 2].map((channel) => light[data[at + channel] ?? 0]);
    return [NEUTRAL[0] * red, NEUTRAL[1] * green, NEUTRAL[2] * blue];
  };
}

/** What grey has in red, green and blue. */
const NEUTRAL = /** @type {const} */ ([1 / 2, 1, 2 / 3]);

/** Noise that can be seen. */
export const SENSOR = { read: 0.004, shot: 0.002 };

/**
 * A DNG, the light of its photosites without noise, and their codes with it.
 *
 * @param {Made} made
 */
export function madeDng(made) {
  const { width, height, scene = quartered, pattern = 'RGGB', noise = SENSOR, black = 512, white = 15_872 } = made;
  const { orientation = 1, active = [0, 0, height, width], preview, isBig = false, isLinear = false, change } = made;
  const samples = isLinear ? 3 : 1;
  const profile = made.profile === undefined ? [noise.shot, noise.read ** 2] : made.profile;
  const random = generator(7);
  // The pattern that is written begins where the active area does.
  const side = Math.sqrt(pattern.length);
  const colourAt = (/** @type {number} */ row, /** @type {number} */ column) => pattern[side * (row % side) + (column % side)] ?? 'G';
  const written = Array.from(pattern, (_, i) => colourAt(Math.floor(i / side) + active[0], (i % side) + active[1]));
  const [clean, codes] = [new Float32Array(samples * width * height), new Uint16Array(samples * width * height)];
  for (let row = 0; row < height; row += 1) {
    for (let stored = 0; stored < samples * width; stored += 1) {
      const column = Math.floor(stored / samples);
      const channel = isLinear ? stored % 3 : 'RGB'.indexOf(colourAt(row, column));
      const light = scene((column + 0.5) / width, (row + 0.5) / height)[channel] ?? 0;
      const at = row * samples * width + stored;
      clean[at] = light;
      const noisy = light + Math.sqrt(noise.read ** 2 + noise.shot * light) * normal(random);
      codes[at] = Math.min(65_535, Math.max(0, Math.round(black + noisy * (white - black))));
    }
  }
  const file = new Writer(isBig);
  const data = file.put(file.shorts([...codes]));
  /** @type {Entry[]} */
  const mosaic = [
    { tag: 254, type: LONG, values: [0] },
    { tag: 256, type: LONG, values: [width] },
    { tag: 257, type: LONG, values: [height] },
    { tag: 258, type: SHORT, values: Array(samples).fill(16) },
    { tag: 259, type: SHORT, values: [1] },
    { tag: 262, type: SHORT, values: [isLinear ? LINEAR : MOSAIC] },
    { tag: 273, type: LONG, values: [data] },
    { tag: 277, type: SHORT, values: [samples] },
    { tag: 278, type: LONG, values: [height] },
    { tag: 279, type: LONG, values: [2 * samples * width * height] },
    { tag: 50_714, type: LONG, values: [black] },
    { tag: 50_717, type: LONG, values: [white] },
    { tag: 50_829, type: LONG, values: active },
  ];
  if (!isLinear) {
    mosaic.push({ tag: 33_421, type: SHORT, values: [side, side] });
    mosaic.push({ tag: 33_422, type: BYTE, values: Buffer.from(written.map((colour) => 'RGB'.indexOf(colour))) });
  }
  if (profile) mosaic.push({ tag: 51_041, type: DOUBLE, values: profile });
  const exif = file.directory([
    { tag: 33_434, type: RATIONAL, values: [1, 250] },
    { tag: 34_855, type: SHORT, values: [6400] },
    { tag: 36_864, type: UNDEFINED, values: Buffer.from('0231') },
  ]);
  /** @type {Entry[]} */
  const first = [
    { tag: 271, type: ASCII, values: 'Canon' },
    { tag: 272, type: ASCII, values: 'Canon EOS 550D' },
    { tag: 274, type: SHORT, values: [orientation] },
    { tag: 34_665, type: LONG, values: [exif] },
    { tag: 50_706, type: BYTE, values: Buffer.from([1, 4, 0, 0]) },
    { tag: 50_708, type: ASCII, values: 'Canon EOS 550D' },
    // It sees sRGB, in a light in which grey has half as much red as green.
    { tag: 50_721, type: SRATIONAL, values: [3.2405, -1.5371, -0.4985, -0.9693, 1.876, 0.0416, 0.0556, -0.204, 1.0572] },
    { tag: 50_728, type: RATIONAL, values: [1, 2, 1, 1, 2, 3] },
    { tag: 50_778, type: SHORT, values: [21] },
  ];
  change?.(first, mosaic);
  const below = [file.directory(mosaic)];
  if (preview) {
    const { width: across, height: down } = jpegSize(preview);
    const at = file.put(preview);
    below.push(
      file.directory([
        { tag: 254, type: LONG, values: [1] },
        { tag: 256, type: LONG, values: [across] },
        { tag: 257, type: LONG, values: [down] },
        { tag: 258, type: SHORT, values: [8, 8, 8] },
        { tag: 259, type: SHORT, values: [7] },
        { tag: 262, type: SHORT, values: [6] },
        { tag: 273, type: LONG, values: [at] },
        { tag: 277, type: SHORT, values: [3] },
        { tag: 278, type: LONG, values: [down] },
        { tag: 279, type: LONG, values: [preview.length] },
      ]),
    );
  }
  if (below.length > 0) first.push({ tag: 330, type: LONG, values: below });
  return { file: file.end(file.directory(first)), clean, codes, black, white };
}

/** A file that grows. */
class Writer {
  /** @type {Buffer[]} */
  #parts = [Buffer.alloc(8)];
  #length = 8;
  #isBig;

  /** @param {boolean} isBig */
  constructor(isBig) {
    this.#isBig = isBig;
  }

  /** Puts bytes at its end. @param {Buffer} bytes @returns {number}  where they are */
  put(bytes) {
    const at = this.#length;
    const padded = Buffer.concat([bytes], bytes.length + (bytes.length % 2));
    this.#parts.push(padded);
    this.#length += padded.length;
    return at;
  }

  /** @param {number[]} values */
  shorts(values) {
    const bytes = Buffer.alloc(2 * values.length);
    for (const [i, value] of values.entries()) this.#isBig ? bytes.writeUInt16BE(value, 2 * i) : bytes.writeUInt16LE(value, 2 * i);
    return bytes;
  }

  /** @param {number[]} values */
  longs(values) {
    const bytes = Buffer.alloc(4 * values.length);
    for (const [i, value] of values.entries()) this.#isBig ? bytes.writeUInt32BE(value >>> 0, 4 * i) : bytes.writeUInt32LE(value >>> 0, 4 * i);
    return bytes;
  }

  /** @param {number[]} values */
  #doubles(values) {
    const bytes = Buffer.alloc(8 * values.length);
    for (const [i, value] of values.entries()) this.#isBig ? bytes.writeDoubleBE(value, 8 * i) : bytes.writeDoubleLE(value, 8 * i);
    return bytes;
  }

  /** @param {Entry[]} entries @returns {number} */
  directory(entries) {
    const sorted = [...entries].sort((a, b) => a.tag - b.tag);
    const lines = sorted.map(({ tag, type, values }) => {
      const bytes = this.#bytes(type, values);
      const size = { [BYTE]: 1, [ASCII]: 1, [SHORT]: 2, [LONG]: 4, [RATIONAL]: 8, [UNDEFINED]: 1, [SRATIONAL]: 8, [DOUBLE]: 8 }[type] ?? 1;
      const value = bytes.length <= 4 ? Buffer.concat([bytes], 4) : this.longs([this.put(bytes)]);
      return Buffer.concat([this.shorts([tag, type]), this.longs([bytes.length / size]), value]);
    });
    return this.put(Buffer.concat([this.shorts([lines.length]), ...lines, this.longs([0])]));
  }

  /** @param {number} type @param {Entry['values']} values */
  #bytes(type, values) {
    if (typeof values === 'string') return Buffer.from(`${values}\0`, 'latin1');
    if (Buffer.isBuffer(values)) return values;
    if (type === SHORT) return this.shorts(values);
    if (type === DOUBLE) return this.#doubles(values);
    if (type === SRATIONAL) return this.longs(values.flatMap((value) => [Math.round(10_000 * value), 10_000]));
    return this.longs(values);
  }

  /** @param {number} first  where its first directory is */
  end(first) {
    const [header] = this.#parts;
    header?.write(this.#isBig ? 'MM' : 'II', 'latin1');
    header?.set(this.shorts([42]), 2);
    header?.set(this.longs([first]), 4);
    return Buffer.concat(this.#parts);
  }
}

/** @param {Buffer} jpeg */
function jpegSize(jpeg) {
  for (let at = 2; at + 9 < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg[at + 1] ?? 0;
    if (marker >= 0xc0 && marker <= 0xc2) return { width: jpeg.readUInt16BE(at + 7), height: jpeg.readUInt16BE(at + 5) };
  }
  throw new Error('this JPEG says no size');
}

/**
 * The codes of a DNG's photosites, uncompressed or in tiles of lossless JPEG: one each of a mosaic, three where all
 * colours are there.
 *
 * @param {Buffer} file
 */
export function readDng(file) {
  const isBig = file.toString('latin1', 0, 2) === 'MM';
  const short = (/** @type {number} */ at) => (isBig ? file.readUInt16BE(at) : file.readUInt16LE(at));
  const long = (/** @type {number} */ at) => (isBig ? file.readUInt32BE(at) : file.readUInt32LE(at));
  /** @param {number} at @returns {Map<number, number[]>} */
  const directory = (at) => {
    const entries = new Map();
    for (let i = 0; i < short(at); i += 1) {
      const entry = at + 2 + 12 * i;
      const [tag, type, count] = [short(entry), short(entry + 2), long(entry + 4)];
      const size = type === SHORT ? 2 : type === LONG ? 4 : type === RATIONAL ? 8 : 0;
      if (size === 0) continue;
      const from = size * count <= 4 ? entry + 8 : long(entry + 8);
      const value = (/** @type {number} */ k) =>
        size === 2 ? short(from + 2 * k) : size === 4 ? long(from + 4 * k) : long(from + 8 * k) / long(from + 8 * k + 4);
      entries.set(tag, Array.from({ length: count }, (_, k) => value(k)));
    }
    return entries;
  };
  const first = directory(long(4));
  const all = [first, ...(first.get(330) ?? []).map(directory)];
  const mosaic = all.find((entries) => [MOSAIC, LINEAR].includes(entries.get(262)?.[0] ?? 0));
  if (!mosaic) throw new Error('there is no picture of a sensor');
  const number = (/** @type {number} */ tag) => mosaic.get(tag)?.[0] ?? 0;
  const [width, height] = [number(256), number(257)];
  const samples = number(277);
  const codes = new Uint16Array(samples * width * height);
  if (number(259) === 7) {
    const [across, down] = [number(322), number(323)];
    for (const [i, at] of (mosaic.get(324) ?? []).entries()) {
      const tile = losslessJpeg(file.subarray(at, at + (mosaic.get(325)?.[i] ?? 0)));
      const [left, top] = [(i % Math.ceil(width / across)) * across, Math.floor(i / Math.ceil(width / across)) * down];
      for (let y = 0; y < Math.min(down, height - top); y += 1) {
        const there = Math.min(across, width - left);
        const from = samples * y * across;
        codes.set(tile.subarray(from, from + samples * there), samples * ((top + y) * width + left));
      }
    }
  } else {
    for (let at = 0; at < codes.length; at += 1) codes[at] = short(number(273) + 2 * at);
  }
  return { width, height, samples, codes, black: number(50_714), white: number(50_717) };
}

/**
 * The values of a lossless JPEG, by the left neighbour of the same component (ITU-T T.81, annex H).
 *
 * @param {Buffer} stream
 */
function losslessJpeg(stream) {
  let [width, height, components, at] = [0, 0, 0, 2];
  /** Values by the length of their code and the code. @type {Map<string, number>} */
  const codes = new Map();
  for (; stream[at + 1] !== 0xda; at += 2 + stream.readUInt16BE(at + 2)) {
    if (stream[at + 1] === 0xc3) {
      [height, width, components] = [stream.readUInt16BE(at + 5), stream.readUInt16BE(at + 7), stream[at + 9] ?? 0];
    }
    if (stream[at + 1] !== 0xc4) continue;
    let [code, symbol] = [0, at + 21];
    for (let length = 1; length <= 16; length += 1) {
      for (let i = 0; i < (stream[at + 4 + length] ?? 0); i += 1) codes.set(`${length} ${code++}`, stream[symbol++] ?? 0);
      code *= 2;
    }
  }
  at += 2 + stream.readUInt16BE(at + 2);
  let [byte, left] = [0, 0];
  const bit = () => {
    if (left === 0) {
      byte = stream[at] ?? 0;
      // A zero is stuffed behind it.
      at += byte === 0xff ? 2 : 1;
      left = 8;
    }
    left -= 1;
    return (byte >> left) & 1;
  };
  const difference = () => {
    let code = 0;
    for (let length = 1; length <= 16; length += 1) {
      code = 2 * code + bit();
      const bits = codes.get(`${length} ${code}`);
      if (bits === undefined) continue;
      if (bits === 16) return 32_768;
      let value = 0;
      for (let i = 0; i < bits; i += 1) value = 2 * value + bit();
      return bits > 0 && value < 2 ** (bits - 1) ? value - 2 ** bits + 1 : value;
    }
    throw new Error('this stream is damaged');
  };
  const across = components * width;
  const values = new Uint16Array(across * height);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < across; column += 1) {
      const here = row * across + column;
      const expected = column >= components ? values[here - components] : row > 0 ? values[here - across] : 32_768;
      values[here] = (expected ?? 0) + difference();
    }
  }
  return values;
}

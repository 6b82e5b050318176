// Test files as cameras, phones and other programs write them.

import { deflateSync } from 'node:zlib';

import { chunk } from './pictures.mjs';

/** @typedef {{ width: number, height: number, data: Uint8Array }} Rgb8  interleaved, three samples a pixel */

/** The four colours of {@link quarters}, from the upper left to the lower right. */
export const QUARTERS = /** @type {const} */ ([[200, 60, 50], [60, 160, 80], [50, 90, 190], [180, 180, 180]]);

/**
 * A picture whose quarters have different colours, which shows its orientation.
 *
 * @param {number} [width]
 * @param {number} [height]
 * @param {readonly (readonly [number, number, number])[]} [colours]
 * @returns {Rgb8}
 */
export function quarters(width = 48, height = 32, colours = QUARTERS) {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      data.set(colours[2 * Number(2 * y >= height) + Number(2 * x >= width)] ?? [], 3 * (y * width + x));
    }
  }
  return { width, height, data };
}

/**
 * A picture as a camera stores it that writes this EXIF orientation.
 *
 * @param {Rgb8} upright
 * @param {number} orientation  from 1 to 8
 * @returns {Rgb8}
 */
export function stored(upright, orientation) {
  const { width: w, height: h } = upright;
  const [width, height] = orientation > 4 ? [h, w] : [w, h];
  const data = new Uint8Array(upright.data.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const places = [[x, y], [w - 1 - x, y], [w - 1 - x, h - 1 - y], [x, h - 1 - y]];
      const turned = [[y, x], [w - 1 - y, x], [w - 1 - y, h - 1 - x], [y, h - 1 - x]];
      const [fromX = 0, fromY = 0] = [...places, ...turned][orientation - 1] ?? [];
      const from = 3 * (fromY * w + fromX);
      data.set(upright.data.subarray(from, from + 3), 3 * (y * width + x));
    }
  }
  return { width, height, data };
}

/**
 * A little-endian EXIF block of a camera.
 *
 * @param {number} orientation
 */
export function exif(orientation) {
  const text = (/** @type {string} */ value) => Buffer.from(`${value}\0`, 'latin1');
  const short = (/** @type {number} */ value) => Buffer.from([value, value >> 8]);
  const long = (/** @type {number} */ value) => Buffer.from([value, value >> 8, value >> 16, value >> 24]);
  /** @typedef {[number, 2 | 3 | 4, Buffer]} Entry  tag, type (text, 16 bits, 32 bits), value */
  /**
   * @param {Entry[]} entries
   * @param {number} at  where it will lie
   */
  const directory = (entries, at) => {
    const beyond = [];
    const head = [short(entries.length)];
    let free = at + 2 + 12 * entries.length + 4;
    for (const [tag, type, value] of entries) {
      const count = value.length / [1, 1, 1, 2, 4][type];
      const fits = value.length <= 4;
      head.push(short(tag), short(type), long(count), fits ? Buffer.concat([value], 4) : long(free));
      if (fits) continue;
      const padded = Buffer.concat([value], value.length + (value.length % 2));
      beyond.push(padded);
      free += padded.length;
    }
    return Buffer.concat([...head, long(0), ...beyond]);
  };
  const main = (/** @type {number} */ shot) =>
    directory([[0x10f, 2, text('A Maker')], [0x110, 2, text('Model 1')], [0x112, 3, short(orientation)], [0x8769, 4, long(shot)]], 8);
  const shot = 8 + main(0).length;
  const details = directory([[0x8827, 3, short(6400)], [0x9003, 2, text('2024:01:02 03:04:05')]], shot);
  return Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), main(shot), details]);
}

/** @param {number} orientation */
export function xmp(orientation) {
  return Buffer.from(
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
      '<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" ' +
      `tiff:Orientation="${orientation}" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>`,
  );
}

/**
 * A profile, ICC version 2, of a colour space with three primaries and one gamma, or of greys.
 *
 * @param {string} description
 * @param {readonly (readonly [number, number, number])[]} primaries  red, green and blue as XYZ under D50; none for
 *   greys
 * @param {number} gamma
 */
export function profile(description, primaries, gamma) {
  const fixed = (/** @type {number} */ value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(Math.round(65536 * value));
    return bytes;
  };
  const type = (/** @type {string} */ name, /** @type {Buffer[]} */ ...contents) =>
    Buffer.concat([Buffer.from(name), Buffer.alloc(4), ...contents]);
  const count = (/** @type {number} */ value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const xyz = (/** @type {readonly number[]} */ values) => type('XYZ ', ...values.map(fixed));
  const text = Buffer.from(`${description}\0`, 'latin1');
  // What follows is the description in two other alphabets, which is empty.
  const desc = type('desc', count(text.length), text, Buffer.alloc(4 + 4 + 2 + 1 + 67));
  const curve = type('curv', count(1), Buffer.from([Math.floor(gamma), Math.round(256 * (gamma % 1))]));
  const white = [0.9642, 1, 0.8249];
  /** @type {[string, Buffer][]} */
  const tags = [
    ['desc', desc],
    ['cprt', type('text', Buffer.from('CC0\0'))],
    ['wtpt', xyz(white)],
    ...primaries.flatMap((primary, i) =>
      /** @type {[string, Buffer][]} */ ([[`${'rgb'[i]}XYZ`, xyz(primary)], [`${'rgb'[i]}TRC`, curve]]),
    ),
  ];
  if (primaries.length === 0) tags.push(['kTRC', curve]);
  const table = [count(tags.length)];
  const data = [];
  let at = 128 + 4 + 12 * tags.length;
  for (const [name, value] of tags) {
    table.push(Buffer.from(name), count(at), count(value.length));
    const padded = Buffer.concat([value], 4 * Math.ceil(value.length / 4));
    data.push(padded);
    at += padded.length;
  }
  const header = Buffer.alloc(128);
  header.writeUInt32BE(at, 0);
  header.writeUInt32BE(0x02100000, 8);
  header.write(`mntr${primaries.length === 0 ? 'GRAY' : 'RGB '}XYZ `, 12);
  for (const [i, part] of [2024, 1, 1].entries()) header.writeUInt16BE(part, 24 + 2 * i);
  header.write('acsp', 36);
  header.set(Buffer.concat(white.map(fixed)), 68);
  return Buffer.concat([header, ...table, ...data]);
}

/** Adobe RGB (1998). */
export const ADOBE_RGB = profile(
  'Compatible with Adobe RGB (1998)',
  [[0.60974, 0.31111, 0.01947], [0.20528, 0.62567, 0.06087], [0.14919, 0.06322, 0.74457]],
  2.19921875,
);

/** Grey with a gamma of 1.8, as scanners have it: darker than what sRGB makes of the same numbers. */
export const GREY_18 = profile('Grey, gamma 1.8', [], 1.8);

/**
 * A JPEG with metadata.
 *
 * @param {Buffer} file
 * @param {{ exif?: Buffer, xmp?: Buffer, profile?: Buffer }} metadata
 */
export function withMetadata(file, { exif, xmp, profile }) {
  const segment = (/** @type {number} */ marker, /** @type {string} */ name, /** @type {Buffer} */ contents) => {
    const head = Buffer.from([0xff, marker, 0, 0, ...Buffer.from(name, 'latin1')]);
    head.writeUInt16BE(2 + name.length + contents.length, 2);
    return Buffer.concat([head, contents]);
  };
  return Buffer.concat([
    file.subarray(0, 2),
    ...(exif ? [segment(0xe1, 'Exif\0\0', exif)] : []),
    ...(xmp ? [segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', xmp)] : []),
    ...(profile ? [segment(0xe2, 'ICC_PROFILE\0\x01\x01', profile)] : []),
    file.subarray(2),
  ]);
}

/**
 * The chunks of a PNG.
 *
 * @param {Buffer} file
 */
export function chunks(file) {
  const all = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const length = file.readUInt32BE(at);
    all.push({ at, type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, at + 8 + length) });
  }
  return all;
}

/**
 * An animation of PNGs of the same size.
 *
 * @param {Buffer[]} frames
 */
export function animatedPng(frames) {
  const of = (/** @type {Buffer} */ file, /** @type {string} */ type) => {
    const data = chunks(file).filter((chunk) => chunk.type === type);
    return Buffer.concat(data.map((chunk) => chunk.data));
  };
  const number = (/** @type {number} */ value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const [first = Buffer.alloc(0)] = frames;
  const header = of(first, 'IHDR');
  let sequence = 0;
  // Size, place, a tenth of a second, drawn over what was there.
  const control = () =>
    chunk('fcTL', Buffer.concat([number(sequence++), header.subarray(0, 8), Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 10, 0, 0])]));
  return Buffer.concat([
    first.subarray(0, 8),
    chunk('IHDR', header),
    chunk('acTL', Buffer.concat([number(frames.length), number(0)])),
    ...frames.flatMap((frame, i) => [
      control(),
      i === 0 ? chunk('IDAT', of(frame, 'IDAT')) : chunk('fdAT', Buffer.concat([number(sequence++), of(frame, 'IDAT')])),
    ]),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * A PNG that claims this size, with hardly anything in it.
 *
 * @param {number} width
 * @param {number} height
 */
export function claimedPng(width, height) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(100))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * A PNG with a chunk that was changed after its checksum was computed.
 *
 * @param {Buffer} file
 */
export function corruptPng(file) {
  const at = chunks(file).find(({ type }) => type === 'IDAT')?.at ?? 0;
  const length = file.readUInt32BE(at);
  const out = Buffer.from(file);
  out.writeUInt8((out[at + 8 + length] ?? 0) ^ 0xff, at + 8 + length);
  return out;
}

/**
 * A TIFF of 32-bit floats in linear light.
 *
 * @param {number} width
 * @param {number} height
 * @param {Float32Array} data  interleaved, three samples a pixel
 * @param {number} [kind]  1 for a smaller version of another picture, as RAW files begin with
 */
export function floatTiff(width, height, data, kind = 0) {
  // Behind the directory of eleven entries.
  const samples = 8 + 2 + 12 * 11 + 4;
  // Tag, type (16 or 32 bits), count, value or where it lies.
  const entries = [
    [254, 4, 1, kind],
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, 3, samples],
    [259, 3, 1, 1],
    [262, 3, 1, 2],
    [273, 4, 1, samples + 12],
    [277, 3, 1, 3],
    [278, 4, 1, height],
    [279, 4, 1, 4 * data.length],
    [339, 3, 3, samples + 6],
  ];
  const head = Buffer.alloc(samples + 12);
  head.write('II*\0\x08\0\0\0', 'latin1');
  head.writeUInt16LE(entries.length, 8);
  for (const [i, [tag = 0, type = 0, count = 0, value = 0]] of entries.entries()) {
    const at = 10 + 12 * i;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(count, at + 4);
    head.writeUInt32LE(value, at + 8);
  }
  // Three samples of 32 bits, which are floats.
  for (const [i, value] of [32, 32, 32, 3, 3, 3].entries()) head.writeUInt16LE(value, samples + 2 * i);
  return Buffer.concat([head, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}

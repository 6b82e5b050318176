// Makes pictures for the tests, writes them as PNG, reads them back and compares them.

import { deflateSync, inflateSync } from 'node:zlib';

/** Three samples a pixel, interleaved.
 * @typedef {{ width: number, height: number, data: Uint8Array | Uint16Array }} Rgb */

/** The noise of {@link noisyAndClean}, about that of a camera at gain 8. */
export const NOISE = { read: 0.079, shot: 0.0316 };

/**
 * A picture with edges, gradients and a little texture, clean and with noise, as sRGB codes.
 *
 * @param {number} width
 * @param {number} height
 * @param {{ bits?: 8 | 16 }} [options]
 */
export function noisyAndClean(width, height, { bits = 8 } = {}) {
  const random = generator(1);
  const make = () => ({ width, height, data: bits === 8 ? new Uint8Array(3 * width * height) : new Uint16Array(3 * width * height) });
  const [clean, noisy] = [make(), make()];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inDisc = Math.hypot(x - width * 0.4, y - height * 0.5) < width * 0.28;
      const inBar = x > width * 0.72 && x < width * 0.86;
      const ramp = 0.08 + (0.5 * y) / height;
      const color = inDisc ? [0.55, 0.2, 0.1] : inBar ? [0.1, 0.3, 0.5] : [ramp, ramp * 0.9, 0.25];
      color.forEach((value, channel) => {
        const at = 3 * (y * width + x) + channel;
        clean.data[at] = encode(value, bits);
        noisy.data[at] = encode(value + Math.sqrt(NOISE.read ** 2 + NOISE.shot * value) * normal(random), bits);
      });
    }
  }
  return { clean, noisy };
}

/**
 * @param {number} linear
 * @param {8 | 16} bits
 */
function encode(linear, bits) {
  const v = Math.min(1, Math.max(0, linear));
  return Math.round((2 ** bits - 1) * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
}

/**
 * Numbers in (0, 1] that are the same in every run (mulberry32).
 *
 * @param {number} seed
 */
export function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 1) / 2 ** 32;
  };
}

/** @param {() => number} random */
export function normal(random) {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

/**
 * Peak signal-to-noise ratio in dB.
 *
 * @param {Rgb} a
 * @param {Rgb} b
 */
export function psnr(a, b) {
  const peak = a.data instanceof Uint8Array ? 255 : 65535;
  const squares = differences(a, b).reduce((sum, d) => sum + d ** 2, 0);
  return 10 * Math.log10((peak ** 2 * a.data.length) / squares);
}

/**
 * By how many dB a picture is closer to the clean one than the noisy one is.
 *
 * @param {{ noisy: Rgb, clean: Rgb }} photo
 * @param {Rgb} image
 */
export function gain({ noisy, clean }, image) {
  return psnr(image, clean) - psnr(noisy, clean);
}

/**
 * The largest difference between two pictures, as a share of white.
 *
 * @param {Rgb} a
 * @param {Rgb} b
 */
export function largestDifference(a, b) {
  const peak = a.data instanceof Uint8Array ? 255 : 65535;
  return differences(a, b).reduce((most, d) => Math.max(most, Math.abs(d)), 0) / peak;
}

/**
 * @param {Rgb} a
 * @param {Rgb} b
 */
function differences(a, b) {
  return Float64Array.from(a.data, (v, i) => v - (b.data[i] ?? NaN));
}

/** @param {Rgb} image */
export function encodePng({ width, height, data }) {
  const bytes = data.BYTES_PER_ELEMENT;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8 * bytes, 2, 0, 0, 0], 8);
  const line = 1 + 3 * width * bytes;
  const lines = Buffer.alloc(line * height);
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < 3 * width; i++) {
      lines.writeUIntBE(data[y * 3 * width + i] ?? 0, y * line + 1 + i * bytes, bytes);
    }
  }
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
export function chunk(type, data) {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  let crc = ~0;
  for (const byte of out.subarray(4, 8 + data.length)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  out.writeUInt32BE(~crc >>> 0, 8 + data.length);
  return out;
}

/**
 * The colours of a PNG with 8 or 16 bits a sample, RGB or RGBA, not interlaced: what browsers and our own tool write.
 *
 * @param {Buffer} file
 * @returns {Rgb}
 */
export function decodePng(file) {
  const [width, height, depth, type] = [file.readUInt32BE(16), file.readUInt32BE(20), file[24], file[25]];
  if ((depth !== 8 && depth !== 16) || (type !== 2 && type !== 6) || file[28] !== 0) throw new Error('another kind of PNG');
  const compressed = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const length = file.readUInt32BE(at);
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') compressed.push(file.subarray(at + 8, at + 8 + length));
  }
  const raw = inflateSync(Buffer.concat(compressed));
  const [channels, bytes] = [type === 6 ? 4 : 3, depth / 8];
  const [pixel, stride] = [channels * bytes, width * channels * bytes];
  const lines = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const left = i >= pixel ? (lines[y * stride + i - pixel] ?? 0) : 0;
      const up = y > 0 ? (lines[(y - 1) * stride + i] ?? 0) : 0;
      const corner = y > 0 && i >= pixel ? (lines[(y - 1) * stride + i - pixel] ?? 0) : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      lines[y * stride + i] = (raw[y * (stride + 1) + 1 + i] ?? 0) + predicted;
    }
  }
  const data = depth === 8 ? new Uint8Array(3 * width * height) : new Uint16Array(3 * width * height);
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < 3; c++) data[3 * p + c] = lines.readUIntBE(p * pixel + c * bytes, bytes);
  }
  return { width, height, data };
}

/**
 * @param {number} left
 * @param {number} up
 * @param {number} corner
 */
function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

// Makes the demo photos beside this file and saves them as cameras do, as JPEGs; ImageMagick (`convert`) writes them.
//
// `node www/demos/make.mjs coffee.png`: the argument is the clean photo that coffee.jpg is made of (README.md says
// where it is from). Without it only the rendered pictures are made. Made by the project, free for any use (CC0 1.0).

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [WIDTH, HEIGHT] = [324, 216];

/** Numbers in [0, 1) that depend on whole coordinates alone. */
function hash(x, y, seed) {
  let h = (Math.imul(x, 374761393) + Math.imul(y, 668265263) + Math.imul(seed, 2147483647)) | 0;
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  h = Math.imul(h ^ (h >>> 16), 2246822519);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

const clamp = (v, low = 0, high = 1) => Math.min(high, Math.max(low, v));
const smooth = (a, b, v) => {
  const t = clamp((v - a) / (b - a));
  return t * t * (3 - 2 * t);
};
const mix = (a, b, t) => a.map((v, i) => v + (b[i] - v) * t);
const scale = (a, f) => a.map((v) => v * f);
const dot = (a, b) => a.reduce((sum, v, i) => sum + v * b[i], 0);
const unit = (a) => scale(a, 1 / Math.hypot(...a));

/** Smooth random values of a plane. */
function valueNoise(x, y, seed) {
  const [ix, iy] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [smooth(0, 1, x - ix), smooth(0, 1, y - iy)];
  const at = (dx, dy) => hash(ix + dx, iy + dy, seed);
  const top = at(0, 0) + (at(1, 0) - at(0, 0)) * fx;
  const bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * fx;
  return top + (bottom - top) * fy;
}

/** Octaves of it, in [0, 1]. */
function fractal(x, y, seed, octaves = 5) {
  let [sum, weight] = [0, 0];
  for (let o = 0; o < octaves; o++) {
    sum += valueNoise(x * 2 ** o, y * 2 ** o, seed + o) / 2 ** o;
    weight += 1 / 2 ** o;
  }
  return sum / weight;
}

/** Mountains at dusk over a lake. Coordinates: x to the right in [0, 1.5], y down in [0, 1]; linear light. */
function dusk(x, y) {
  const shore = 0.66;
  const ripple = (fractal(x * 9, y * 70, 40, 3) - 0.5) * 0.05 * smooth(shore, 1, y);
  const inLake = y > shore;
  const [u, v] = inLake ? [x + ripple, 2 * shore - y + ripple * 2] : [x, y];

  // Sky, sun glow, clouds, stars.
  let color = mix([0.035, 0.06, 0.17], [0.95, 0.36, 0.13], smooth(0.0, 0.66, v) ** 1.4);
  const sun = Math.hypot(u - 1.0, (v - 0.55) * 1.2);
  color = color.map((c, i) => c + [0.9, 0.5, 0.2][i] * Math.exp(-sun * 7) + 2 * smooth(0.045, 0.038, sun) * [1, 0.8, 0.5][i]);
  const cloud = smooth(0.52, 0.75, fractal(u * 3, v * 11, 3)) * smooth(0.6, 0.3, v) * smooth(0.02, 0.2, v);
  color = mix(color, [0.75, 0.28, 0.22], cloud * 0.7);
  const [starX, starY] = [Math.floor(u * 60), Math.floor(v * 60)];
  if (v < 0.3 && hash(starX, starY, 8) > 0.94) {
    const [sx, sy] = [0.3 + 0.4 * hash(starX, starY, 9), 0.3 + 0.4 * hash(starX, starY, 10)];
    const distance = Math.hypot(u * 60 - starX - sx, v * 60 - starY - sy);
    color = color.map((c) => c + 0.8 * hash(starX, starY, 11) * smooth(0.16, 0.05, distance));
  }

  // Ridges, farthest first.
  const ridges = [
    { base: 0.42, height: 0.3, frequency: 2.1, seed: 21, color: [0.3, 0.15, 0.19] },
    { base: 0.51, height: 0.22, frequency: 3.3, seed: 25, color: [0.13, 0.08, 0.13] },
    { base: 0.6, height: 0.14, frequency: 5.2, seed: 30, color: [0.045, 0.042, 0.06] },
  ];
  for (const ridge of ridges) {
    const top = ridge.base + ridge.height * (0.5 - fractal(u * ridge.frequency, 0.5, ridge.seed, 6));
    if (v < top) continue;
    const rock = 0.75 + 0.5 * fractal(u * 22, v * 30, ridge.seed + 7);
    const haze = 0.35 * smooth(top, top + 0.2, v);
    color = mix(scale(ridge.color, rock), [0.6, 0.26, 0.16], haze * ridge.color[0]);
  }
  // A row of firs on the near shore, each a jagged triangle.
  for (const shift of [0, 1]) {
    const cell = Math.floor(u * 22 + shift * 0.5);
    const center = (cell + 0.5 - shift * 0.5 + 0.3 * (hash(cell, shift, 50) - 0.5)) / 22;
    const height = 0.05 + 0.13 * hash(cell, shift, 51) * smooth(0.95, 0.2, Math.abs(u - 0.95) < 0.28 ? 0.9 : 0.3);
    const up = (shore + 0.005 - v) / height;
    const half = 0.02 * (1 - up) * (0.65 + 0.35 * Math.abs(((up * 7) % 1) - 0.3));
    if (up >= 0 && up <= 1 && Math.abs(u - center) < half) color = [0.012, 0.018, 0.018];
  }
  if (inLake) {
    color = mix(scale(color, 0.72), [0.03, 0.05, 0.1], 0.25 + 0.3 * smooth(shore, 1, y));
    const glint = smooth(0.72, 0.8, fractal(x * 14, y * 110, 60, 2)) * Math.exp(-(((x - 1.0) / 0.16) ** 2));
    color = color.map((c, i) => c + glint * [0.9, 0.45, 0.2][i]);
  }
  return color;
}

/** Fruit on a table: a few lit balls over wood, books behind. */
function stillLife(x, y) {
  const light = unit([-0.55, -0.75, 0.6]);
  const table = 0.6;
  const balls = [
    { at: [0.42, 0.62], radius: 0.16, color: [0.72, 0.06, 0.04], skin: 60 },
    { at: [0.71, 0.68], radius: 0.13, color: [0.85, 0.33, 0.03], skin: 70 },
    { at: [0.56, 0.8], radius: 0.1, color: [0.22, 0.42, 0.05], skin: 80 },
    { at: [1.2, 0.78], radius: 0.075, color: [0.16, 0.03, 0.12], skin: 90 },
    { at: [1.08, 0.82], radius: 0.07, color: [0.2, 0.04, 0.16], skin: 94 },
  ];

  let color;
  if (y > table) {
    // Planks in perspective.
    const depth = 0.5 / (y - table + 0.22);
    const [plankX, along] = [(x - 0.75) * depth * 2.2, depth * 3];
    const plank = Math.floor(plankX);
    const grain = fractal(plankX * 9, along * 1.2 + 7 * hash(plank, 0, 3), 12);
    const rings = 0.5 + 0.5 * Math.sin(34 * grain + 5 * plankX);
    color = scale(mix([0.3, 0.14, 0.06], [0.46, 0.25, 0.11], rings), 0.65 + 0.5 * hash(plank, 1, 4));
    color = scale(color, 0.35 + 0.65 * smooth(0, 0.035, Math.abs(plankX - Math.round(plankX))));
    // Shadows to the right of what stands there.
    for (const { at, radius } of balls) {
      const [dx, dy] = [(x - at[0] - radius * 0.75) / (radius * 1.5), (y - at[1] - radius * 0.86) / (radius * 0.42)];
      color = scale(color, 1 - 0.72 * smooth(1.25, 0.35, Math.hypot(dx, dy)));
    }
  } else {
    color = scale([0.32, 0.35, 0.33], 0.35 + 0.75 * Math.exp(-Math.hypot(x - 0.35, y - 0.1) * 1.5));
    color = scale(color, 0.9 + 0.2 * fractal(x * 40, y * 40, 77, 3));
    // Books with titles of stripes.
    const edges = [0.86, 0.93, 1.03, 1.09, 1.2, 1.27, 1.38];
    const colors = [[0.35, 0.05, 0.05], [0.04, 0.13, 0.25], [0.42, 0.36, 0.2], [0.03, 0.2, 0.14], [0.3, 0.16, 0.03], [0.12, 0.05, 0.2]];
    const book = edges.findIndex((edge, i) => x >= edge && x < edges[i + 1]);
    if (book >= 0) {
      const top = 0.12 + 0.14 * hash(book, 3, 5);
      if (y > top) {
        const across = (x - edges[book]) / (edges[book + 1] - edges[book]);
        color = scale(colors[book], 0.25 + 1.1 * Math.sin(Math.PI * clamp(across, 0.06, 0.97)) ** 0.7);
        const down = (y - top) / (table - top);
        const band = Math.abs(down - 0.12) < 0.012 || Math.abs(down - 0.88) < 0.012;
        const letters = Math.abs(across - 0.5) < 0.2 && down > 0.22 && down < 0.7 && hash(Math.floor(down * 60), book, 6) > 0.45;
        if (band || (letters && hash(Math.floor(across * 9), Math.floor(down * 60), book) > 0.3)) color = [0.7, 0.55, 0.22];
      }
    }
    color = scale(color, 0.55 + 0.45 * smooth(0, 0.08, table - y));
  }

  for (const { at, radius, color: paint, skin } of balls) {
    const [dx, dy] = [(x - at[0]) / radius, (y - at[1]) / radius];
    const squared = dx * dx + dy * dy;
    if (squared > 1) continue;
    const bump = (f) => 0.1 * (fractal(dx * f, dy * f, skin, 2) - 0.5);
    const normal = unit([dx + bump(14), dy + bump(15), Math.sqrt(1 - squared)]);
    const lit = Math.max(0, dot(normal, light));
    const shine = Math.max(0, dot(unit([light[0], light[1], light[2] + 1]), normal)) ** 50;
    const spots = 0.8 + 0.35 * fractal(dx * 5 + 9, dy * 5, skin + 3);
    const bounce = [0.1, 0.055, 0.03].map((c) => c * Math.max(0, normal[1]));
    color = paint.map((c, i) => c * spots * (0.05 + 1.15 * lit) + 0.55 * shine + bounce[i] * (0.3 + paint[i]));
  }
  return color;
}

/** Shot-read noise: variance `read^2 + shot * signal`, as the crate's `NoiseModel`. */
function noisy(value, { read, shot }, x, y, channel) {
  const u = 1 - hash(x, y, 900 + channel);
  const angle = 2 * Math.PI * hash(x, y, 910 + channel);
  return value + Math.sqrt(read ** 2 + shot * Math.max(0, value)) * Math.sqrt(-2 * Math.log(u)) * Math.cos(angle);
}

function srgb8(linear) {
  const v = clamp(linear);
  return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
}

/** @param {number} code */
function linear(code) {
  const v = code / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

/** Which colour a sensor's pixel sees: rows of red and green, and of green and blue. */
const bayer = (x, y) => (y % 2 === 0 ? (x % 2 === 0 ? 0 : 1) : x % 2 === 0 ? 1 : 2);

/**
 * A photo as a camera takes it in too little light: each pixel of the sensor sees one colour and adds its noise, and
 * the other two are taken from its neighbours, so that the noise gets soft and coloured.
 */
function photograph(name, file, { exposure, ...noise }) {
  const ppm = execFileSync('convert', [file, '-depth', '8', 'ppm:-'], { maxBuffer: 1 << 28 });
  const [, width, height] = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(ppm.subarray(0, 40).toString('latin1')).map(Number);
  const clean = ppm.subarray(ppm.length - 3 * width * height);
  const sensor = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const channel = bayer(x, y);
      sensor[y * width + x] = noisy(exposure * linear(clean[3 * (y * width + x) + channel]), noise, x, y, channel);
    }
  }
  const out = Buffer.alloc(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      // The mean of those neighbours that see the colour, the near ones twice.
      const [sum, weight] = [[0, 0, 0], [0, 0, 0]];
      for (const [dx, dy] of [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [1, -1], [-1, 1], [-1, -1]]) {
        const [u, v] = [x + dx, y + dy];
        if (u < 0 || v < 0 || u >= width || v >= height) continue;
        const [channel, w] = [bayer(u, v), dx && dy ? 1 : 2];
        if (dx === 0 && dy === 0) [sum[channel], weight[channel]] = [1e3 * sensor[v * width + u], 1e3];
        else if (weight[channel] < 1e3) {
          sum[channel] += w * sensor[v * width + u];
          weight[channel] += w;
        }
      }
      sum.forEach((value, channel) => {
        out[3 * (y * width + x) + channel] = srgb8(value / weight[channel]);
      });
    }
  }
  write(name, Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), out]));
}

/** @param {string} name @param {Buffer} ppm */
function write(name, ppm) {
  const path = fileURLToPath(new URL(`${name}.jpg`, import.meta.url));
  execFileSync('convert', ['ppm:-', '-quality', '95', '-sampling-factor', '4:4:4', path], { input: ppm });
}

function render(name, scene, noise) {
  const rows = [];
  for (let y = 0; y < HEIGHT; y++) {
    const row = Buffer.alloc(WIDTH * 3);
    for (let x = 0; x < WIDTH; x++) {
      let sum = [0, 0, 0];
      for (let s = 0; s < 9; s++) {
        const sample = scene((x + ((s % 3) + 0.5) / 3) / HEIGHT, (y + (Math.floor(s / 3) + 0.5) / 3) / HEIGHT);
        sum = sum.map((v, i) => v + sample[i] / 9);
      }
      sum.forEach((v, channel) => {
        row[x * 3 + channel] = srgb8(noisy(v, noise, x, y, channel));
      });
    }
    rows.push(row);
  }
  write(name, Buffer.concat([Buffer.from(`P6 ${WIDTH} ${HEIGHT} 255\n`), ...rows]));
}

render('dusk', dusk, { read: 0.02, shot: 0.006 });
render('still-life', stillLife, { read: 0.03, shot: 0.008 });
const [clean] = process.argv.slice(2);
if (clean) photograph('coffee', clean, { exposure: 0.6, read: 0.012, shot: 0.006 });

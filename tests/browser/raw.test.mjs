// RAW files on the page: what is seen of them, how they are denoised, developed and saved, and what is said about bad
// ones.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';

import sharp from 'sharp';

import { SENSOR, madeDng, quartered, readDng } from './dng.mjs';
import { encodePng, noisyAndClean } from './pictures.mjs';
import { unzip } from './unzip.mjs';
import { denoise, download, give, reach, screenshot, shown, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */

const { visit } = visitors();
const SIZE = { width: 200, height: 140 };

/**
 * @param {Page} page
 * @param {string} name
 * @param {Buffer} buffer
 */
async function open(page, name, buffer) {
  await give(page, { name, mimeType: '', buffer });
  await page.locator('#name').getByText(name, { exact: true }).waitFor();
  await reach(page, 'open');
}

/**
 * The mean colour of a quarter of what is shown, in codes.
 *
 * @param {{ width: number, height: number, data: number[] }} picture
 * @param {number} quarter
 */
function quarter({ width, height, data }, quarter) {
  const sum = [0, 0, 0];
  let count = 0;
  for (let y = 0; y < height / 4; y += 1) {
    for (let x = 0; x < width / 4; x += 1) {
      const column = Math.floor(width / 8 + x + (quarter % 2) * (width / 2));
      const row = Math.floor(height / 8 + y + Math.floor(quarter / 2) * (height / 2));
      for (let c = 0; c < 3; c += 1) sum[c] = (sum[c] ?? 0) + (data[4 * (row * width + column) + c] ?? 0);
      count += 1;
    }
  }
  return sum.map((v) => v / count);
}

/** A preview of one colour. @param {{ r: number, g: number, b: number }} background */
const preview = (background) => sharp({ create: { ...SIZE, channels: 3, background } }).jpeg().toBuffer();

/** What a page has asked its server for. @param {Page} page @returns {string[]} */
function requests(page) {
  /** @type {string[]} */
  const paths = [];
  page.on('request', (request) => paths.push(new URL(request.url()).pathname));
  return paths;
}

/** @param {string} path */
const isForRaw = (path) => /raw|mosaic/.test(path);

test('a RAW file is opened, denoised and saved as a DNG, and loads what it needs only then', async (t) => {
  /** @type {string[]} */
  let asked = [];
  const { page, errors } = await visit(t, { prepare: async (page) => void (asked = requests(page)) });
  await page.locator('body[data-backend]').waitFor();
  await give(page, { name: 'photo.png', buffer: encodePng(noisyAndClean(64, 64).noisy) });
  await reach(page, 'open');
  await page.locator('svnr-loupe[ready]').waitFor();
  assert.deepEqual(asked.filter(isForRaw), [], 'a photo needs none of it');

  // By no name: its contents tell.
  const { file, codes, black, white } = madeDng({ ...SIZE });
  await open(page, 'IMG_1', file);
  assert(asked.some((path) => path.endsWith('svnr_raw_bg.wasm')));
  const [before] = await shown(page);
  assert.deepEqual([before?.width, before?.height], [SIZE.width, SIZE.height]);
  await page.locator('summary', { hasText: 'Noise' }).click();
  await page.getByText('Read from the file').waitFor();
  await screenshot(page, 'raw-open');
  await denoise(page);
  await reach(page, 'done');
  assert.equal(asked.filter((path) => path.endsWith('svnr-mosaic.safetensors')).length, 1);
  await screenshot(page, 'raw-done');
  const [noisy, clean] = await shown(page);
  assert(noisy && clean);
  for (const at of [0, 1, 2, 3]) {
    const [was, is] = [quarter(noisy, at), quarter(clean, at)];
    assert(was.every((v, c) => Math.abs(v - (is[c] ?? 0)) < 4), `quarter ${at} is ${is}, and was ${was}`);
  }
  const saved = await download(page);
  assert.equal(saved.name, 'IMG_1-svnr.dng');
  assert.match(saved.text, /^Download DNG/);

  // It is a DNG of the same mosaic, with less noise.
  await open(page, saved.name, saved.bytes);
  const [again] = await shown(page);
  assert(again);
  const difference = again.data.reduce((sum, v, i) => sum + Math.abs(v - (clean.data[i] ?? 0)), 0) / again.data.length;
  assert(difference < 1, `developed from the DNG it differs by ${difference}`);
  const mosaic = readDng(saved.bytes);
  assert.equal(mosaic.codes.length, codes.length);
  assert.deepEqual([mosaic.black, mosaic.white], [4 * black, 4 * white], 'no noise hides the steps any more');
  assert.deepEqual(errors, []);
});

test('weights that a preview has begun to load serve the run that ends the preview', async (t) => {
  /** @type {(_?: unknown) => void} */
  let go = () => {};
  const going = new Promise((resolve) => {
    go = resolve;
  });
  /** @type {string[]} */
  let asked = [];
  const { page, errors } = await visit(t, {
    prepare: async (page) => {
      asked = requests(page);
      await page.route('**/svnr-mosaic.safetensors', async (route) => {
        await going;
        await route.continue().catch(() => {});
      });
    },
  });
  const preview = page.waitForRequest('**/svnr-mosaic.safetensors');
  await open(page, 'IMG_1.dng', madeDng({ ...SIZE }).file);
  await preview;
  await denoise(page);
  await reach(page, 'running');
  // Time enough for an abandoned download to end and for another one to begin.
  await page.waitForTimeout(300);
  go();
  await reach(page, 'done');
  assert.equal(asked.filter((path) => path.endsWith('svnr-mosaic.safetensors')).length, 1);
  assert.deepEqual(errors, []);
});

test('a linear DNG is denoised by the network that is there, and saved as one', async (t) => {
  /** @type {string[]} */
  let asked = [];
  const { page, errors } = await visit(t, { prepare: async (page) => void (asked = requests(page)) });
  await page.locator('body[data-backend]').waitFor();
  const { file, codes, black, white } = madeDng({ ...SIZE, isLinear: true, profile: null, orientation: 6 });
  await open(page, 'phone.dng', file);
  const [noisy] = await shown(page);
  assert.deepEqual([noisy?.width, noisy?.height], [SIZE.height, SIZE.width], 'upright');
  await page.locator('summary', { hasText: 'Noise' }).click();
  await page.getByText('The file does not say its noise').waitFor();
  await page.locator('svnr-loupe[ready]').waitFor();
  await denoise(page);
  await reach(page, 'done');
  await screenshot(page, 'raw-linear-done');
  assert.deepEqual(asked.filter((path) => path.includes('mosaic')), [], 'it is no mosaic');
  const [, clean] = await shown(page);
  assert(noisy && clean);
  for (const at of [0, 1, 2, 3]) {
    const [was, is] = [quarter(noisy, at), quarter(clean, at)];
    assert(was.every((v, c) => Math.abs(v - (is[c] ?? 0)) < 4), `quarter ${at} is ${is}, and was ${was}`);
  }
  const saved = await download(page);
  assert.equal(saved.name, 'phone-svnr.dng');
  const result = readDng(saved.bytes);
  assert.deepEqual([result.samples, result.codes.length], [3, codes.length]);
  assert.deepEqual([result.black, result.white], [4 * black, 4 * white], 'no noise hides the steps any more');
  await open(page, saved.name, saved.bytes);
  const [again] = await shown(page);
  const difference = again?.data.reduce((sum, v, i) => sum + Math.abs(v - (clean.data[i] ?? 0)), 0) ?? Infinity;
  assert(difference / clean.data.length < 1, `developed from the DNG it differs by ${difference / clean.data.length}`);
  assert.deepEqual(errors, []);
});

test('the embedded preview is seen at once, upright, and then the development', async (t) => {
  const { page, errors } = await visit(t, {
    // Each picture of the photo as it comes.
    prepare: (page) =>
      page.addInitScript(() => {
        const seen = /** @type {number[][]} */ ([]);
        Object.assign(globalThis, { seen });
        const { transferFromImageBitmap } = ImageBitmapRenderingContext.prototype;
        ImageBitmapRenderingContext.prototype.transferFromImageBitmap = function (bitmap) {
          if (bitmap) {
            const context = new OffscreenCanvas(1, 1).getContext('2d');
            context?.drawImage(bitmap, 0, 0, 1, 1);
            seen.push([bitmap.width, bitmap.height, ...(context?.getImageData(0, 0, 1, 1).data ?? [])]);
          }
          return transferFromImageBitmap.call(this, bitmap);
        };
      }),
  });
  await page.locator('body[data-backend]').waitFor();
  const { file } = madeDng({ ...SIZE, orientation: 6, preview: await preview({ r: 250, g: 10, b: 10 }) });
  await open(page, 'turned.dng', file);
  await page.waitForFunction(() => /** @type {any} */ (globalThis).seen.length >= 2);
  const [first, second] = await page.evaluate(() => /** @type {any} */ (globalThis).seen);
  assert.deepEqual(first.slice(0, 2), [SIZE.height, SIZE.width]);
  assert(first[2] > 230 && first[3] < 40, 'the preview, which is red');
  assert.deepEqual(second.slice(0, 2), [SIZE.height, SIZE.width]);
  assert(second[2] < 200, 'the development, which is not');
  const [developed] = await shown(page);
  assert(developed);
  // Turned clockwise: the lower left corner of the sensor, which is blue, is seen at the upper left.
  const [red = 0, , blue = 0] = quarter(developed, 0);
  assert(blue > red + 40, `${quarter(developed, 0)}`);
  assert.deepEqual(errors, []);
});

describe('development', () => {
  /** @param {Page} page @param {string} label @param {string} value */
  async function set(page, label, value) {
    const before = JSON.stringify(await shown(page));
    await page.getByLabel(label, { exact: true }).fill(value);
    for (;;) if (JSON.stringify(await shown(page)) !== before) return;
  }

  test('sliders change what is seen before and after, and developed files, but not the DNG', async (t) => {
    const { page, errors } = await visit(t);
    await page.locator('body[data-backend]').waitFor();
    await open(page, 'photo.dng', madeDng({ ...SIZE }).file);
    await denoise(page);
    await reach(page, 'done');
    const dng = await download(page);
    const [before, after] = await shown(page);
    assert(before && after);
    await page.locator('summary', { hasText: 'Development' }).click();
    await set(page, 'Exposure', '1');
    const [brighter, brighterAfter] = await shown(page);
    assert(brighter && brighterAfter);
    for (const at of [0, 1, 2]) {
      assert(quarter(brighter, at).every((v, c) => v > (quarter(before, at)[c] ?? 0) + 5));
      assert(quarter(brighterAfter, at).every((v, c) => v > (quarter(after, at)[c] ?? 0) + 5));
    }
    await set(page, 'Warmth', '1');
    const [warm] = await shown(page);
    assert(warm && (quarter(warm, 3)[0] ?? 0) > (quarter(brighter, 3)[0] ?? 0));
    assert((quarter(warm, 3)[2] ?? 0) < (quarter(brighter, 3)[2] ?? 0));
    await screenshot(page, 'raw-development');
    assert(await page.locator('#older').isHidden(), 'the result is of these settings');
    assert(dng.bytes.equals((await download(page)).bytes), 'the DNG does not depend on it');

    await page.getByLabel('File format').selectOption('tiff');
    const tiff = await download(page);
    assert.equal(tiff.name, 'photo-svnr.tif');
    const { data, info } = await sharp(tiff.bytes).toColourspace('rgb16').removeAlpha().raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [SIZE.width, SIZE.height]);
    const codes = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
    const [, now] = await shown(page);
    const at = 40 * SIZE.width + 30;
    for (const c of [0, 1, 2]) {
      assert(Math.abs((codes[3 * at + c] ?? 0) / 257 - (now?.data[4 * at + c] ?? 0)) < 1.5, 'as it is seen');
    }
    await page.getByRole('button', { name: 'As shot', exact: true }).click();
    await page.waitForFunction(() => /** @type {HTMLInputElement} */ (document.getElementById('exposure')).value === '0');
    assert.deepEqual(errors, []);
  });
});

test('maps, the brush, several samples, and a result that is kept while another photo is open', async (t) => {
  const { page, errors } = await visit(t);
  await page.locator('body[data-backend]').waitFor();
  await open(page, 'first.dng', madeDng({ ...SIZE, orientation: 8 }).file);
  await page.locator('svnr-loupe[ready]').waitFor();
  for (const view of ['noise', 'time']) {
    await page.getByLabel('Show', { exact: true }).selectOption(view);
    await page.locator(`#legend[data-view=${view}]:not([hidden])`).waitFor();
  }
  await page.getByLabel('Show', { exact: true }).selectOption('picture');
  // All of the upper half is left alone.
  await page.locator('summary', { hasText: 'Where' }).click();
  await page.getByLabel('Brush size').fill('50');
  const box = await page.locator('svnr-compare').boundingBox();
  assert(box);
  for (const y of [0.05, 0.15, 0.25]) {
    await page.mouse.move(box.x + 2, box.y + y * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 2, box.y + y * box.height, { steps: 5 });
    await page.mouse.up();
  }
  await page.getByLabel('Averaging').selectOption('4');
  await page.getByText('Most RAW files have no more than two').waitFor();
  await denoise(page);
  await reach(page, 'done');
  const [before, after] = await shown(page);
  assert(before && after);
  /** @param {number} row */
  const changed = (row) => {
    let sum = 0;
    for (let x = 0; x < 4 * before.width; x += 1) sum += Math.abs((before.data[4 * row * before.width + x] ?? 0) - (after.data[4 * row * before.width + x] ?? 0));
    return sum / (4 * before.width);
  };
  assert(changed(10) < 0.5 && changed(before.height - 20) > 2, `${changed(10)} and ${changed(before.height - 20)}`);
  await page.getByLabel('Show', { exact: true }).selectOption('uncertainty');
  await page.locator('#legend[data-view=uncertainty]:not([hidden])').waitFor();

  await give(page, { name: 'other.png', buffer: encodePng(noisyAndClean(64, 64).noisy) });
  await page.locator('#name').getByText('other.png').waitFor();
  await reach(page, 'open');
  assert.equal(await page.getByText('Development').locator('visible=true').count(), 0);
  await page.getByRole('button', { name: 'first.dng done' }).click();
  await reach(page, 'done');
  const [, kept] = await shown(page);
  assert(kept);
  const difference = kept.data.reduce((sum, v, i) => sum + Math.abs(v - (after.data[i] ?? 0)), 0) / kept.data.length;
  assert(difference < 0.5, `it differs by ${difference}`);
  assert.deepEqual(errors, []);
});

test('a batch goes on after a bad file, and its archive holds DNGs and pictures', async (t) => {
  const { page, errors } = await visit(t);
  await page.locator('body[data-backend]').waitFor();
  const { file } = madeDng({ ...SIZE });
  await give(
    page,
    { name: 'one.dng', mimeType: '', buffer: file },
    { name: 'cut.dng', mimeType: '', buffer: file.subarray(0, file.length / 2) },
    { name: 'two.png', buffer: encodePng(noisyAndClean(64, 64).noisy) },
  );
  await reach(page, 'open');
  await page.getByRole('button', { name: 'Denoise all' }).click();
  await page.locator('#batch').getByText('2 of 3 photos are denoised. Not done: cut.dng').waitFor();
  await reach(page, 'done');
  const [archive] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save all as a zip' }).click(),
  ]);
  const files = unzip(await readFile(await archive.path()));
  assert.deepEqual(files.map(({ name }) => name).sort(), ['one-svnr.dng', 'two-svnr.png']);
  assert.deepEqual(errors, []);
});

/** @type {{ what: string, name?: string, file: () => Buffer, says: string[] }[]} */
const BAD = [
  { what: 'nothing but the beginning', file: () => made().subarray(0, 300), says: ['damaged or incomplete', 'copy it from the card again'] },
  { what: 'half of one', file: () => made().subarray(0, 20_000), says: ['damaged or incomplete', 'copy it from the card again'] },
  { what: 'almost all of one', file: () => made().subarray(0, made().length - 700), says: ['damaged or incomplete', 'copy it from the card again'] },
  { what: 'a DNG without a mosaic', file: () => made({ change: (_, mosaic) => set(mosaic, 262, [2]) }), says: ['no Bayer or X-Trans mosaic', 'develop it to a TIFF'] },
  { what: 'white below black', file: () => made({ change: (_, mosaic) => set(mosaic, 50_717, [100]) }), says: ['levels make no sense', 'white must be above black'] },
  { what: 'one photosite', file: () => made({ width: 1, height: 1 }), says: ['1 x 1 photosites', 'at least 2 x 2'] },
  { what: 'a pattern that is no Bayer', file: () => made({ change: (_, mosaic) => set(mosaic, 33_422, Buffer.from([0, 0, 1, 2])) }), says: ['no Bayer or X-Trans mosaic', 'develop it to a TIFF'] },
  {
    what: '60000 x 60000',
    file: () => made({ change: (_, mosaic) => [256, 257, 278].forEach((tag) => set(mosaic, tag, [60_000])) }),
    says: ['claims a picture that is too large'],
  },
  { what: 'lossy compression', file: () => made({ change: (_, mosaic) => set(mosaic, 259, [34_892]) }), says: ['compressed with loss', 'use the camera'] },
  { what: 'one linear colour', file: () => made({ change: (_, mosaic) => set(mosaic, 262, [34_892]) }), says: ['no Bayer or X-Trans mosaic', 'develop it to a TIFF'] },
  { what: 'a CR2 of nothing', name: 'photo.CR2', file: () => Buffer.from('II*\0\x10\0\0\0CR\x02\0', 'latin1'), says: ['cannot be read'] },
  { what: 'a CR3 of nothing, by another name', name: 'cr3.jpg', file: () => Buffer.from('\0\0\0\x18ftypcrx \0\0\0\x01crx isom', 'latin1'), says: ['cannot be read'] },
  { what: 'a RAF of nothing, by another name', name: 'raf.jpg', file: () => Buffer.from('FUJIFILMCCD-RAW 0201', 'latin1'), says: ['cannot be read'] },
];

/** @param {Partial<import('./dng.mjs').Made>} [changes] */
function made(changes = {}) {
  return madeDng({ width: 120, height: 90, ...changes }).file;
}

/** @param {import('./dng.mjs').Entry[]} entries @param {number} tag @param {number[] | Buffer} values */
function set(entries, tag, values) {
  const entry = entries.find((entry) => entry.tag === tag);
  if (entry) entry.values = values;
}

test('bad files are refused in words, and the page goes on', async (t) => {
  const { page, errors } = await visit(t);
  await page.locator('body[data-backend]').waitFor();
  for (const [i, { what, name = `bad-${i}.dng`, file, says }] of BAD.entries()) {
    await give(page, { name, mimeType: '', buffer: file() });
    const error = page.locator('#error').getByText(`“${name}”`);
    await error.waitFor();
    const message = await error.innerText();
    t.diagnostic(`${what}: ${message}`);
    for (const part of says) assert(message.includes(part), `${what}: ${message}`);
    assert.match(message, /[.?]$/);
    await open(page, `next-${i}.dng`, made());
    assert(await page.locator('#error').isHidden());
  }
  assert.deepEqual(errors, []);
});

test('odd sizes, corners and patterns, and noise profiles that cannot be', async (t) => {
  const { page, errors } = await visit(t);
  await page.locator('body[data-backend]').waitFor();
  /** @type {[string, Partial<import('./dng.mjs').Made>, RegExp][]} */
  const kinds = [
    ['bggr.dng', { width: 201, height: 141, pattern: 'BGGR' }, /Read from the file/],
    ['grbg.dng', { width: 201, height: 140, pattern: 'GRBG', active: [1, 3, 138, 200] }, /Read from the file/],
    ['gbrg.dng', { width: 200, height: 141, pattern: 'GBRG', active: [3, 0, 141, 199], isBig: true }, /Read from the file/],
    ['none.dng', { profile: null }, /The file does not say its noise/],
    ['zeros.dng', { profile: [0, 0] }, /The file does not say its noise/],
    ['negative.dng', { profile: [-1, 0.1] }, /The file does not say its noise/],
    ['nan.dng', { profile: [NaN, 0.1] }, /The file does not say its noise/],
    ['four.dng', { profile: Array(4).fill([SENSOR.shot, SENSOR.read ** 2]).flat() }, /Read from the file/],
    ['wrong.dng', { profile: [SENSOR.shot / 30, SENSOR.read ** 2 / 30] }, /it does not fit/],
  ];
  for (const [name, changes, words] of kinds) {
    await open(page, name, madeDng({ ...SIZE, ...changes }).file);
    if (!(await page.locator('svnr-noise').isVisible())) await page.locator('summary', { hasText: 'Noise' }).click();
    await page.locator('svnr-noise .doubt').getByText(words).waitFor();
    const [picture] = await shown(page);
    assert(picture);
    const [red = 0, green = 0, blue = 0] = quarter(picture, 2);
    assert(blue > red + 20 && blue > green, `${name}: the lower left is blue, not ${[red, green, blue]}`);
  }
  assert.deepEqual(errors, []);
});

test('a finished TIFF by the name of a RAW file opens as what it is', async (t) => {
  const { page, errors } = await visit(t);
  await page.locator('body[data-backend]').waitFor();
  const tiff = await sharp({ create: { ...SIZE, channels: 3, background: 'teal' } }).tiff({ compression: 'lzw' }).toBuffer();
  await open(page, 'photo.nef', tiff);
  const [picture] = await shown(page);
  assert.deepEqual(picture?.data.slice(0, 3), [0, 128, 128]);
  assert.deepEqual(errors, []);
});

test('the scene of these tests shows its orientation', () => {
  const [a, b, c] = [quartered(0.2, 0.2), quartered(0.8, 0.2), quartered(0.2, 0.8)];
  assert(a[0] > a[1] && b[1] > b[0] && c[2] > c[0]);
});

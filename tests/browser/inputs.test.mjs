// Every kind of file that a visitor may give the page, and what the page does with it.
//
// What it says about files that it cannot read is written as a table next to the screenshots; see docs/page.md.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import sharp from 'sharp';

import { artifacts } from './harness.mjs';
import { QUARTERS, animatedPng, claimedPng, corruptPng, exif, floatTiff, quarters, stored, withMetadata } from './photo-files.mjs';
import { denoise, download, give, reach, shown, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./photo-files.mjs').Rgb8} Rgb8 */
/** @typedef {readonly (readonly [number, number, number])[]} Colours  of the quarters */

/**
 * @typedef {object} Good
 * @property {string} what
 * @property {string} name
 * @property {() => Buffer | Promise<Buffer>} file
 * @property {[number, number]} [size]  as it is shown
 * @property {Colours | (() => Promise<Colours>)} [colours]
 * @property {number} [off]  codes by which they may differ
 * @property {RegExp} [note]  what the page says beside
 */

/**
 * @typedef {object} Bad
 * @property {string} what
 * @property {string} name
 * @property {() => Buffer | Promise<Buffer>} file
 * @property {string[]} says  what is wrong, and what to do
 */

const picture = quarters();

/** @param {Rgb8} [rgb] */
const sharpOf = ({ width, height, data } = picture) => sharp(data, { raw: { width, height, channels: 3 } });
const png = () => sharpOf().png().toBuffer();
/** @param {Rgb8} [rgb] */
const jpeg = (rgb) => sharpOf(rgb).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
const webp = () => sharpOf().webp({ lossless: true }).toBuffer();
const tiff = () => sharpOf().tiff({ compression: 'lzw' }).toBuffer();
const grey = () => sharpOf().toColourspace('b-w');
const greys = async () => coloursOf(await grey().png().toBuffer());
const cmyk = () => sharpOf().withIccProfile('cmyk').toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
/** Half as opaque on the right. */
const transparent = () => {
  const { width, height, data } = picture;
  const alpha = Buffer.from(Array.from({ length: width * height }, (_, i) => (2 * (i % width) >= width ? 128 : 255)));
  return sharp(data, { raw: { width, height, channels: 3 } }).joinChannel(alpha, { raw: { width, height, channels: 1 } });
};
/** Two pictures, the second upside down. */
const animation = async () => sharp([await png(), await sharpOf(stored(picture, 3)).png().toBuffer()], { join: { animated: true } });
const linear = () => {
  const toLinear = (/** @type {number} */ v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return floatTiff(picture.width, picture.height, Float32Array.from(picture.data, (code) => toLinear(code / 255)));
};

/**
 * The colours that another program sees in a file.
 *
 * @param {Buffer} file
 */
async function coloursOf(file) {
  const { data, info } = await sharp(file).toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return coloursIn(data, info.width, info.height, 3);
}

/**
 * The colours in the middles of the quarters.
 *
 * @param {ArrayLike<number>} data
 * @param {number} width
 * @param {number} height
 * @param {3 | 4} channels
 */
function coloursIn(data, width, height, channels) {
  return [[1, 1], [3, 1], [1, 3], [3, 3]].map(([x = 0, y = 0]) => {
    const at = channels * (Math.floor((y * height) / 4) * width + Math.floor((x * width) / 4));
    return /** @type {[number, number, number]} */ ([data[at], data[at + 1], data[at + 2]]);
  });
}

const FIRST = /only the first/i;
const BY_BROWSER = /8 bits in sRGB/;
const NOTES = /About “|only the first|8 bits in sRGB/i;

/** @type {Good[]} */
const OPENED = [
  { what: 'PNG', name: '8.png', file: png, off: 0 },
  { what: 'PNG, 16 bits', name: '16.png', file: () => sharpOf().toColourspace('rgb16').png().toBuffer(), off: 1 },
  { what: 'PNG, palette', name: 'palette.png', file: () => sharpOf().png({ palette: true }).toBuffer(), off: 2 },
  { what: 'PNG, grey', name: 'grey.png', file: () => grey().png().toBuffer(), colours: greys },
  { what: 'PNG, grey and transparent', name: 'greyalpha.png', file: () => grey().ensureAlpha(1).png().toBuffer(), colours: greys },
  { what: 'PNG, transparent', name: 'alpha.png', file: () => transparent().png().toBuffer() },
  { what: 'PNG, interlaced', name: 'interlaced.png', file: () => sharpOf().png({ progressive: true }).toBuffer(), off: 0 },
  { what: 'PNG by the name of a JPEG', name: 'png-inside.jpg', file: png, off: 0 },
  { what: 'PNG by no name of an image', name: 'png-inside', file: png, off: 0 },
  { what: 'JPEG', name: 'baseline.jpg', file: () => jpeg() },
  { what: 'JPEG, progressive', name: 'progressive.jpg', file: () => sharpOf().jpeg({ quality: 95, progressive: true }).toBuffer() },
  { what: 'JPEG, grey', name: 'grey.jpg', file: () => grey().jpeg({ quality: 95 }).toBuffer(), colours: greys },
  // Browsers and other programs do not quite agree on what CMYK looks like.
  { what: 'JPEG, CMYK', name: 'inks.jpg', file: cmyk, colours: async () => coloursOf(await cmyk()), off: 26, note: /converted to Display P3/ },
  { what: 'JPEG by the name of a PNG', name: 'jpeg-inside.png', file: () => jpeg() },
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => ({
    what: `JPEG, orientation ${orientation}`,
    name: `turned-${orientation}.jpg`,
    file: async () => withMetadata(await jpeg(stored(picture, orientation)), { exif: exif(orientation) }),
  })),
  { what: 'WebP, lossy', name: 'lossy.webp', file: () => sharpOf().webp({ quality: 90 }).toBuffer(), off: 6 },
  { what: 'WebP, lossless', name: 'lossless.webp', file: webp, off: 0 },
  { what: 'WebP, transparent', name: 'alpha.webp', file: () => transparent().webp({ lossless: true }).toBuffer() },
  { what: 'TIFF', name: '8.tif', file: tiff, off: 0 },
  { what: 'TIFF, 16 bits', name: '16.tiff', file: () => sharpOf().toColourspace('rgb16').tiff({ compression: 'none' }).toBuffer(), off: 1 },
  { what: 'TIFF, 32-bit floats', name: 'float.tif', file: linear, off: 1 },
  { what: 'AVIF', name: 'photo.avif', file: () => sharpOf().avif({ quality: 80, effort: 0 }).toBuffer(), off: 6, note: BY_BROWSER },
  { what: 'GIF', name: 'still.gif', file: () => sharpOf().gif().toBuffer() },
  { what: 'one pixel', name: '1x1.png', file: () => sharpOf(quarters(1, 1, QUARTERS.toReversed())).png().toBuffer(), size: [1, 1], colours: [] },
  { what: 'one column', name: '1x5000.png', file: () => sharpOf(quarters(1, 5000)).png().toBuffer(), size: [1, 2560], colours: [] },
  { what: 'one row', name: '5000x1.png', file: () => sharpOf(quarters(5000, 1)).png().toBuffer(), size: [2560, 1], colours: [] },
  { what: 'GIF, animated', name: 'animated.gif', file: async () => (await animation()).gif().toBuffer(), note: FIRST },
  { what: 'WebP, animated', name: 'animated.webp', file: async () => (await animation()).webp({ lossless: true }).toBuffer(), note: FIRST },
  {
    what: 'PNG, animated',
    name: 'animated.png',
    file: async () => animatedPng([await png(), await sharpOf(stored(picture, 3)).png().toBuffer()]),
    note: FIRST,
  },
  { what: 'TIFF, two pages', name: 'pages.tif', file: async () => (await animation()).tiff({ compression: 'lzw' }).toBuffer(), note: FIRST },
];

/** @param {() => Promise<Buffer>} file */
const half = (file) => async () => {
  const whole = await file();
  return whole.subarray(0, Math.floor(whole.length / 2));
};
const text = (/** @type {string} */ contents) => () => Buffer.from(contents, 'latin1');
const container = (/** @type {string} */ brand) => text(`\0\0\0\x18ftyp${brand}\0\0\0\0mif1miaf`);
const DAMAGED = ['is damaged or incomplete', 'get it from its source again'];

/** @type {Bad[]} */
const REFUSED = [
  { what: 'a file of zero bytes', name: 'empty.jpg', file: text(''), says: ['is empty (0 bytes)', 'was it copied completely?'] },
  { what: 'a text', name: 'text.png', file: text('This is no picture.'), says: ['is not an image', 'it must be PNG, JPEG, WebP or TIFF'] },
  { what: 'half a PNG', name: 'half.png', file: half(png), says: DAMAGED },
  { what: 'half a JPEG', name: 'half.jpg', file: half(jpeg), says: DAMAGED },
  { what: 'half a WebP', name: 'half.webp', file: half(webp), says: DAMAGED },
  { what: 'half a TIFF', name: 'half.tif', file: half(tiff), says: DAMAGED },
  { what: 'half a GIF', name: 'half.gif', file: text('GIF89a\x20\0\x20\0'), says: ['is a GIF image, but it is damaged', 'Get it from its source again'] },
  { what: 'a PNG with a wrong checksum', name: 'checksum.png', file: async () => corruptPng(await png()), says: DAMAGED },
  {
    what: 'a PNG of 60000 x 60000',
    name: 'huge.png',
    file: () => claimedPng(60_000, 60_000),
    says: ['claims more pixels than memory can hold', 'make it smaller, or cut it'],
  },
  {
    what: 'a TIFF of 60000 x 60000',
    name: 'huge.tif',
    file: () => floatTiff(60_000, 60_000, new Float32Array(3)),
    says: ['has 60000 x 60000 pixels', 'megapixels can be denoised at once', 'make it smaller or cut it'],
  },
  { what: 'a HEIC photo', name: 'photo.heic', file: container('heic'), says: ['is a HEIC photo, which this browser cannot read', 'Save it as JPEG'] },
  { what: 'a HEIC photo by another name', name: 'heic.jpg', file: container('mif1'), says: ['is a HEIC photo', 'Save it as JPEG'] },
  { what: 'a broken AVIF image', name: 'broken.avif', file: container('avif'), says: ['is an AVIF image that this browser cannot read', 'It may be damaged'] },
  {
    what: 'a TIFF of a thumbnail, as RAW files begin',
    name: 'thumbnail.tif',
    file: () => floatTiff(2, 1, new Float32Array(6), 1),
    says: ['it is a camera\'s RAW file, which has to be developed first'],
  },
  { what: 'a JPEG XL image', name: 'photo.jxl', file: text('\xff\x0a\xfa\x7f'), says: ['is a JPEG XL image', 'Save it as PNG or TIFF'] },
  { what: 'an OpenEXR image', name: 'photo.exr', file: text('\x76\x2f\x31\x01\x02\0\0\0'), says: ['is an OpenEXR image', 'TIFF of 32-bit floats'] },
  { what: 'a Photoshop document', name: 'photo.psd', file: text('8BPS\0\x01'), says: ['is a Photoshop document', 'Save it as TIFF or PNG'] },
  {
    what: 'an SVG drawing',
    name: 'drawing.svg',
    file: text('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    says: ['is an SVG drawing, not a photo', 'Save it as PNG'],
  },
  { what: 'a PDF document', name: 'paper.pdf', file: text('%PDF-1.7\n'), says: ['is a PDF document, not a photo', 'Save the picture'] },
  { what: 'a video', name: 'clip.mp4', file: text('\0\0\0\x18ftypisom\0\0\x02\0isommp42'), says: ['is a video, not a photo', 'Save one of its pictures'] },
  { what: 'a web page', name: 'saved.jpg', file: text('<!DOCTYPE html><title>Not found</title>'), says: ['is a web page, not a photo', 'Save the picture'] },
];

const { visit } = visitors();

/** All files go into one page.
 * @type {Page} */
let page;
/** @type {string[]} */
let errors;
/** What the page has said.
 * @type {{ what: string, says: string }[]} */
const said = [];

before(async () => {
  ({ page, errors } = await visit(null));
  await page.locator('body[data-backend]').waitFor();
});

after(async () => {
  const rows = said.map(({ what, says }) => `| ${what} | ${says.replaceAll('|', '\\|')} |\n`);
  await writeFile(`${artifacts}inputs.md`, `| File | What the page says |\n|---|---|\n${rows.join('')}`);
});

/** @param {Pick<Good, 'name' | 'file'>} given */
async function choose({ name, file }) {
  // No type: the page has to go by what is inside, as it has for a file without an ending.
  await give(page, { name, mimeType: '', buffer: await file() });
}

/** @param {string} name */
async function opened(name) {
  await page.locator('#name').getByText(name, { exact: true }).waitFor();
  await reach(page, 'open');
}

describe('opens', () => {
  for (const { what, name, file, size = [picture.width, picture.height], colours = QUARTERS, off = 4, note } of OPENED) {
    test(what, async () => {
      await choose({ name, file });
      await opened(name);
      assert(await page.locator('#error').isHidden());
      const [before] = await shown(page);
      assert(before);
      const { width, height, data } = before;
      assert.deepEqual([width, height], size);
      const expected = typeof colours === 'function' ? await colours() : colours;
      const found = coloursIn(data, width, height, 4);
      for (const [quarter, colour] of expected.entries()) {
        for (const [channel, code] of colour.entries()) {
          const difference = Math.abs(code - (found[quarter]?.[channel] ?? NaN));
          assert(difference <= off, `quarter ${quarter} is ${found[quarter]} in place of ${colour}`);
        }
      }
      const notes = page.getByText(note ?? NOTES).locator('visible=true');
      if (note) {
        await notes.waitFor();
        said.push({ what: `${what}: it opens`, says: await notes.innerText() });
      } else {
        assert.equal(await notes.count(), 0);
      }
      assert.deepEqual(errors, []);
    });
  }
});

test('what is broken is refused also when it comes before the denoiser', async (t) => {
  const { page: early } = await visit(t);
  await give(early, { name: 'early.jpg', mimeType: '', buffer: await half(jpeg)() });
  await early.locator('#error').getByText('“early.jpg” is damaged').waitFor();
  await give(early, { name: 'next.png', buffer: await png() });
  await early.locator('#name').getByText('next.png').waitFor();
  await reach(early, 'open');
});

test('a photo of one row is denoised and saved', async () => {
  await choose({ name: 'row.png', file: () => sharpOf(quarters(500, 1)).png().toBuffer() });
  await opened('row.png');
  await denoise(page);
  await reach(page, 'done');
  const { bytes } = await download(page);
  const { width, height } = await sharp(bytes).metadata();
  assert.deepEqual([width, height], [500, 1]);
  assert.deepEqual(errors, []);
});

describe('refuses, says why, and goes on', () => {
  for (const [i, { what, name, file, says }] of REFUSED.entries()) {
    test(what, async () => {
      await choose({ name, file });
      const error = page.locator('#error').getByText(`“${name}”`);
      await error.waitFor();
      const message = await error.innerText();
      for (const part of says) assert(message.includes(part), message);
      assert.match(message, /[.?]$/);
      said.push({ what, says: message });
      const next = `next-${i}.png`;
      await choose({ name: next, file: png });
      await opened(next);
      assert(await page.locator('#error').isHidden());
      assert.deepEqual(errors, []);
    });
  }
});

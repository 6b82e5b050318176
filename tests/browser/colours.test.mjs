// A photo keeps what it has besides its pixels (colour profile, EXIF, XMP, transparency), and looks the same.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import sharp from 'sharp';

import { ADOBE_RGB, exif, quarters, stored, withMetadata, xmp } from './photo-files.mjs';
import { denoise, download, give, reach, shown, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** Colours of the picture. The first two are outside of sRGB in Display P3 and Adobe RGB. */
const COLOURS = /** @type {const} */ ([[215, 40, 45], [50, 190, 70], [70, 100, 180], [150, 150, 150]]);
const SIZE = { width: 96, height: 64 };
/** The orientation as the camera stores it: to be turned clockwise. */
const ORIENTATION = 6;

const picture = quarters(SIZE.width, SIZE.height, COLOURS);

/** The formats to choose from, their extensions, and by how many codes colours may change on the way. */
const FORMATS = /** @type {const} */ ([
  ['png', 'png', 2],
  ['png16', 'png', 2],
  ['jpeg', 'jpg', 4],
  ['webp', 'webp', 6],
  ['tiff', 'tif', 2],
]);

// The screen's colours are sRGB, whatever the machine has.
const { visit } = visitors({ webgpu: false, arguments: ['--force-color-profile=srgb'] });

/**
 * The page with a photo denoised.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} name
 * @param {Buffer} buffer
 */
async function denoised(t, name, buffer) {
  const { page, errors } = await visit(t);
  await give(page, { name, mimeType: '', buffer });
  await reach(page, 'open');
  await denoise(page);
  await reach(page, 'done');
  return { page, errors };
}

/**
 * @param {Page} page
 * @param {string} format
 * @param {string} ending
 */
async function saved(page, format, ending) {
  const select = page.getByLabel('File format');
  if ((await select.inputValue()) !== format) {
    const before = await page.locator('#download').getAttribute('href');
    await select.selectOption(format);
    await page.locator(`#download[href]:not([href="${before}"])`).waitFor();
  }
  const { name, bytes } = await download(page);
  assert(name.endsWith(`-svnr.${ending}`), name);
  return bytes;
}

/** @typedef {{ width: number, height: number, data: number[] }} Shown  RGBA in sRGB */

/**
 * A file as the browser shows it.
 *
 * @param {Page} page
 * @param {Buffer} file
 * @returns {Promise<Shown>}
 */
function seen(page, file) {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context?.drawImage(bitmap, 0, 0);
    return { width, height, data: [...(context?.getImageData(0, 0, width, height).data ?? [])] };
  }, file.toString('base64'));
}

/**
 * The codes in a file, upright, whatever their colours.
 *
 * @param {Buffer} file
 * @returns {Promise<Shown>}
 */
async function codes(file) {
  // Our TIFF has an alpha that is not announced as such, which is worth a warning.
  const image = sharp(file, { ignoreIcc: true, failOn: 'error' }).autoOrient().toColourspace('srgb').ensureAlpha();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: [...data] };
}

/**
 * The mean colours of the quarters, without their edges.
 *
 * @param {Shown} shown
 */
function means({ width, height, data }) {
  return [[0, 0], [1, 0], [0, 1], [1, 1]].map(([right = 0, low = 0]) => {
    const sums = [0, 0, 0];
    const [w, h] = [Math.floor(width / 4), Math.floor(height / 4)];
    const [left, top] = [Math.floor((right * width) / 2 + width / 8), Math.floor((low * height) / 2 + height / 8)];
    for (let y = top; y < top + h; y += 1) {
      for (let x = left; x < left + w; x += 1) {
        for (let c = 0; c < 3; c += 1) sums[c] = (sums[c] ?? 0) + (data[4 * (y * width + x) + c] ?? NaN);
      }
    }
    return sums.map((sum) => sum / (w * h));
  });
}

/**
 * @param {string} what
 * @param {Shown} shown
 * @param {Shown} expected
 * @param {number} off  codes
 */
function assertAlike(what, shown, expected, off) {
  assert.deepEqual([shown.width, shown.height], [expected.width, expected.height], what);
  const [a, b] = [means(shown).flat(), means(expected).flat()];
  const most = Math.max(...a.map((code, i) => Math.abs(code - (b[i] ?? NaN))));
  assert(most <= off, `${what}: ${most} codes off: ${a.map(Math.round)} in place of ${b.map(Math.round)}`);
}

describe('a photo in its own colours keeps them, and what its camera says', () => {
  const profiles = /** @type {const} */ (['Display P3', 'Adobe RGB']);
  for (const kind of profiles) {
    test(kind, async (t) => {
      const { width, height, data } = stored(picture, ORIENTATION);
      const plain = sharp(data, { raw: { width, height, channels: 3 } }).jpeg({ quality: 98, chromaSubsampling: '4:4:4' });
      const profile = kind === 'Adobe RGB' ? ADOBE_RGB : await displayP3();
      const file = withMetadata(await plain.toBuffer(), { exif: exif(ORIENTATION), xmp: xmp(ORIENTATION), profile });
      const { page, errors } = await denoised(t, 'camera.jpg', file);

      const original = await seen(page, file);
      assert.deepEqual([original.width, original.height], [SIZE.width, SIZE.height]);
      // The numbers in the file mean other colours than in sRGB, or nothing would be tried here.
      const [red = 0] = means(original)[0] ?? [];
      assert(red - COLOURS[0][0] > 8, `${red}`);
      const [before, after] = await shown(page);
      assert(before && after);
      assertAlike('the page, before', before, original, 2);
      assertAlike('the page, after', after, original, 3);

      for (const [format, ending, off] of FORMATS) {
        const result = await saved(page, format, ending);
        const found = await sharp(result).metadata();
        assert(found.icc?.equals(profile), `${format}: the profile is there, byte for byte`);
        assert.equal(found.depth, format === 'png16' || format === 'tiff' ? 'ushort' : 'uchar', format);
        if (format !== 'tiff') {
          // Of all that the camera says, the orientation alone has changed: the pixels are upright now.
          const [block, expected] = [withoutName(found.exif), exif(1)];
          if (format === 'jpeg') {
            // Entries that JPEG requires, and this camera leaves out, are added: the first directory lies at the end.
            assert.deepEqual(block?.subarray(8, expected.length), expected.subarray(8), 'jpeg: EXIF');
            assert.equal(found.orientation, 1);
            assert(found.xmp?.toString().includes(xmp(1).toString()), 'jpeg: XMP, in its wrapper');
          } else {
            assert.deepEqual(block, expected, `${format}: EXIF`);
            assert.equal(found.xmp?.toString(), xmp(1).toString(), `${format}: XMP`);
          }
        }
        // Chromium reads no TIFF, but the same codes in the same profile are the same colours.
        if (format === 'tiff') assertAlike(format, await codes(result), await codes(file), off);
        else assertAlike(format, await seen(page, result), original, off);
      }
      assert.deepEqual(errors, []);
    });
  }
});

/** The profile that another program puts into its files. */
async function displayP3() {
  const file = await sharp(picture.data, { raw: { ...SIZE, channels: 3 } }).withIccProfile('p3').png().toBuffer();
  const { icc } = await sharp(file).metadata();
  assert(icc);
  return icc;
}

/**
 * An EXIF block as TIFF has it: some formats have a name before it.
 *
 * @param {Buffer | undefined} block
 */
function withoutName(block) {
  return block?.toString('latin1', 0, 6) === 'Exif\0\0' ? block.subarray(6) : block;
}

test('what is transparent stays so', async (t) => {
  const { width, height } = SIZE;
  const alpha = Buffer.from(Array.from({ length: width * height }, (_, i) => (i % width < 8 ? 0 : 64 + 2 * (i % width))));
  const opacity = { raw: { width, height, channels: /** @type {const} */ (1) } };
  const file = await sharp(picture.data, { raw: { ...SIZE, channels: 3 } }).joinChannel(alpha, opacity).png().toBuffer();
  const { page, errors } = await denoised(t, 'cut-out.png', file);
  for (const [format, ending] of FORMATS.filter(([format]) => format !== 'jpeg')) {
    const result = await saved(page, format, ending);
    const found = await codes(result);
    assert.deepEqual(found.data.filter((_, i) => i % 4 === 3), [...alpha], format);
    assertAlike(format, found, await codes(file), 6);
  }
  // Where there is no transparency there is white.
  const jpeg = await seen(page, await saved(page, 'jpeg', 'jpg'));
  for (const channel of [0, 1, 2]) assert((jpeg.data[4 * (32 * width + 2) + channel] ?? 0) > 245);
  assert.deepEqual(errors, []);
});

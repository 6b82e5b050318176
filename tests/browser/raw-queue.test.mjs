// RAW files among photos, denoised in turn; runs on them that are cancelled, repeated, or made with other settings.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import sharp from 'sharp';

import { madeDng, readDng } from './dng.mjs';
import { encodePng, noisyAndClean } from './pictures.mjs';
import { unzip } from './unzip.mjs';
import { denoise, download, give, reach, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */

const SIZE = { width: 120, height: 90 };
const made = madeDng({ ...SIZE });

const { visit } = visitors();

/** @param {string} name @param {Buffer} [buffer] */
const raw = (name, buffer = made.file) => ({ name, mimeType: '', buffer });

/**
 * The page with a RAW file open, as far as it can be denoised.
 *
 * @param {import('node:test').TestContext} t
 */
async function opened(t) {
  const { page, errors } = await visit(t);
  await page.locator('body[data-backend]').waitFor();
  await give(page, raw('photo.dng'));
  await reach(page, 'open');
  await page.locator('svnr-loupe[ready]').waitFor();
  return { page, errors };
}

/** How far each photo is. @param {Page} page */
async function states(page) {
  const items = await page.locator('svnr-queue li').all();
  return Promise.all(items.map((item) => item.getAttribute('data-state')));
}

test('of RAW files and photos, some of them bad, each good one is saved by its own name and kind', async (t) => {
  const { page, errors } = await visit(t);
  await page.locator('body[data-backend]').waitFor();
  const { noisy } = noisyAndClean(48, 32);
  const jpeg = await sharp(noisy.data, { raw: { width: 48, height: 32, channels: 3 } }).jpeg().toBuffer();
  await give(
    page,
    raw('a.dng'),
    { name: 'a.jpg', mimeType: 'image/jpeg', buffer: jpeg },
    // Dropped twice.
    raw('a.dng'),
    raw('cut.dng', made.file.subarray(0, made.file.length / 2)),
    // Of a type that says nothing.
    raw('nothing.CR3', Buffer.from('\0\0\0\x18ftypcrx \0\0\0\x01crx isom', 'latin1')),
    { name: 'broken.jpg', mimeType: 'image/jpeg', buffer: jpeg.subarray(0, 60) },
    // By another name, and by none.
    raw('b.jpg'),
    { name: 'c', mimeType: 'image/png', buffer: encodePng(noisy) },
  );
  await reach(page, 'open');
  await page.locator('svnr-queue li[data-state=failed] >> nth=2').waitFor();
  await page.getByRole('button', { name: 'Denoise all' }).click();
  await page.locator('#batch').getByText('5 of 8 photos are denoised. Not done: cut.dng, nothing.CR3, broken.jpg.').waitFor();
  await reach(page, 'done');
  assert.deepEqual(await states(page), ['done', 'done', 'done', 'failed', 'failed', 'failed', 'done', 'done']);
  for (const item of await page.locator('svnr-queue li[data-state=failed]').all()) {
    assert.match((await item.getAttribute('title')) ?? '', /^“.+” .+[.?]$/);
  }
  const save = async () => {
    const click = page.getByRole('button', { name: 'Save all as a zip' }).click();
    const [zip] = await Promise.all([page.waitForEvent('download'), click]);
    return unzip(await readFile(await zip.path()));
  };
  const files = await save();
  assert.deepEqual(files.map(({ name }) => name), ['a-svnr.dng', 'a-svnr.png', 'a-svnr-2.dng', 'b-svnr.dng', 'c-svnr.png']);
  const dngs = files.filter(({ name }) => name.endsWith('.dng'));
  for (const { contents } of dngs) {
    assert.equal(readDng(contents).codes.length, SIZE.width * SIZE.height);
    assert(contents.equals(dngs[0]?.contents ?? Buffer.of()), 'the same file gives the same DNG');
  }

  // RAW files are developed where that is chosen, and photos stay what they are.
  await page.getByRole('button', { name: 'b.jpg done' }).click();
  await reach(page, 'done');
  await page.getByLabel('File format').selectOption('jpeg');
  await page.locator('#download[download="b-svnr.jpg"]').waitFor();
  const developed = await save();
  const names = ['a-svnr.jpg', 'a-svnr.png', 'a-svnr-2.jpg', 'b-svnr.jpg', 'c-svnr.png'];
  assert.deepEqual(developed.map(({ name }) => name), names);
  for (const { name, contents } of developed) {
    const { format, width } = await sharp(contents).metadata();
    const isRaw = name.endsWith('.jpg');
    assert.deepEqual([format, width], isRaw ? ['jpeg', SIZE.width] : ['png', 48], name);
  }
  assert.deepEqual(errors, []);
});

test('a run on a RAW file that is cancelled loses nothing', async (t) => {
  const { page, errors } = await opened(t);
  await denoise(page, 'Fine');
  await page.getByText(/Pass \d+ of 16/).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await reach(page, 'open');
  assert(await page.locator('#error').isHidden());
  assert(await page.locator('svnr-save').isHidden(), 'there is nothing to save');
  await denoise(page, 'Fast');
  await reach(page, 'done');
  const first = await download(page);
  await denoise(page, 'Fine');
  await page.getByText(/Pass \d+ of 16/).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await reach(page, 'done');
  await page.locator('svnr-compare[has-after]:not([emerging])').waitFor();
  assert(first.bytes.equals((await download(page)).bytes), 'the earlier result is there');
  await page.getByLabel('File format').selectOption('tiff');
  assert.equal((await download(page)).name, 'photo-svnr.tif');
  // Another photo opens while the run goes on, by a click.
  await give(page, { name: 'other.png', mimeType: 'image/png', buffer: encodePng(noisyAndClean(24, 16).noisy) });
  await page.locator('#name').getByText('other.png').waitFor();
  await reach(page, 'open');
  await page.locator('svnr-queue').getByRole('button', { name: /^photo\.dng/ }).first().click();
  await reach(page, 'done');
  await denoise(page, 'Fine');
  await page.getByText(/Pass \d+ of 16/).waitFor();
  await page.locator('svnr-queue').getByRole('button', { name: 'other.png' }).first().click();
  await page.getByRole('button', { name: 'Stop and open it now' }).click();
  await page.locator('#name').getByText('other.png').waitFor();
  await reach(page, 'open');
  await page.locator('svnr-queue').getByRole('button', { name: /^photo\.dng/ }).first().click();
  await reach(page, 'done');
  await page.getByLabel('File format').selectOption('dng');
  assert(first.bytes.equals((await download(page)).bytes), 'and after another photo, too');
  assert.deepEqual(errors, []);
});

test('a result of earlier settings is said to be one, and stays until there is another', async (t) => {
  const { page, errors } = await opened(t);
  await page.getByLabel('Strength').fill('0');
  await denoise(page);
  await reach(page, 'done');
  const same = await download(page);
  assert.deepEqual(readDng(same.bytes).codes, made.codes, 'strength 0 leaves every code as it was');

  await page.getByLabel('Strength').fill('100');
  await page.locator('body[data-older]').waitFor();
  await page.getByText('This result was made with earlier settings').waitFor();
  assert(same.bytes.equals((await download(page)).bytes), 'the file is of the settings before');
  await denoise(page);
  await page.locator('body[data-state=done]:not([data-older])').waitFor();
  const whole = await download(page);
  await page.getByLabel('Strength').fill('50');
  await page.locator('body[data-older]').waitFor();
  await denoise(page);
  await page.locator('body[data-state=done]:not([data-older])').waitFor();
  const half = await download(page);
  const [none, some, all] = [same, half, whole].map(({ bytes }) => errorOf(bytes));
  assert(none && some && all && none > 1.1 * some && some > 1.1 * all, `${none}, ${some}, ${all}`);

  // The settings are the panel's: another RAW file, which is waiting, gets them, too.
  await page.locator('summary', { hasText: 'Noise' }).click();
  await page.getByLabel('Noise as').selectOption({ index: 1 });
  await page.locator('body[data-older]').waitFor();
  assert.deepEqual(errors, []);
});

/**
 * How far a DNG's mosaic is from the one without noise.
 *
 * @param {Buffer} dng
 */
function errorOf(dng) {
  const { codes, black, white } = readDng(dng);
  const sum = made.clean.reduce((sum, light, at) => sum + (((codes[at] ?? 0) - black) / (white - black) - light) ** 2, 0);
  return Math.sqrt(sum / made.clean.length);
}

// Several photos at once.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { decodePng, encodePng, largestDifference, noisyAndClean, psnr } from './pictures.mjs';
import { unzip } from './unzip.mjs';
import { denoise, download, give, reach, screenshot, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */

const { visit } = visitors();

const [wide, tall] = [noisyAndClean(64, 48), noisyAndClean(40, 56)];
const files = [
  { name: 'wide.png', buffer: encodePng(wide.noisy) },
  { name: 'broken.png', buffer: Buffer.from('no picture') },
  { name: 'tall.png', buffer: encodePng(tall.noisy) },
];

/** How far each photo is. @param {Page} page */
async function states(page) {
  const items = await page.locator('svnr-queue li').all();
  return Promise.all(items.map((item) => item.getAttribute('data-state')));
}

/** @param {Page} page */
const title = (page) => page.locator('#name').innerText();

test('each is denoised in turn, one that is broken is passed over, and all come in one archive', async (t) => {
  const { page, errors } = await visit(t);
  await give(page, ...files);
  await reach(page, 'open');
  assert.equal(await title(page), 'wide.png');
  assert.deepEqual(await states(page), ['open', 'waiting', 'waiting']);
  await page.getByRole('button', { name: 'Denoise all' }).click();
  await page.locator('svnr-queue li[data-state=done] >> nth=1').waitFor();
  await reach(page, 'done');
  assert.deepEqual(await states(page), ['done', 'failed', 'done']);
  assert.equal(await title(page), 'tall.png');
  await screenshot(page, 'queue');

  const save = page.getByRole('button', { name: 'Save all as a zip' });
  const [zip] = await Promise.all([page.waitForEvent('download'), save.click()]);
  assert.equal(zip.suggestedFilename(), 'photos-svnr.zip');
  const saved = unzip(await readFile(await zip.path()));
  assert.deepEqual(saved.map(({ name }) => name), ['wide-svnr.png', 'tall-svnr.png']);
  for (const [i, { noisy, clean }] of [wide, tall].entries()) {
    const [before, after] = [psnr(noisy, clean), psnr(decodePng(saved[i]?.contents ?? Buffer.of()), clean)];
    assert(after > before + 3, `${before} dB became ${after} dB`);
  }
  assert.deepEqual(errors, []);
});

test('what was made of a photo is there when one comes back to it', async (t) => {
  const { page, errors } = await visit(t);
  await give(page, ...files);
  await reach(page, 'open');
  await denoise(page);
  await reach(page, 'done');
  await page.getByLabel('File format').selectOption('png16');
  await page.locator('#download[href]').getByText('PNG').waitFor();
  const first = decodePng((await download(page)).bytes);
  await page.getByRole('button', { name: 'tall.png', exact: false }).first().click();
  await reach(page, 'open');
  assert.equal(await title(page), 'tall.png');
  assert.deepEqual(await states(page), ['done', 'waiting', 'open']);
  await page.getByRole('button', { name: 'wide.png', exact: false }).first().click();
  await reach(page, 'done');
  const again = decodePng((await download(page)).bytes);
  assert.equal(largestDifference(first, again), 0, 'nothing is lost by keeping it');
  assert.deepEqual(errors, []);
});

test('cancelling ends all of it, and photos can be taken off and added', async (t) => {
  const { page, errors } = await visit(t);
  await give(page, ...files);
  await reach(page, 'open');
  await page.getByRole('radio', { name: 'Fine' }).check();
  await page.getByRole('button', { name: 'Denoise all' }).click();
  await page.getByText(/Step \d+ of 16/).waitFor();
  // What comes now waits for its turn.
  await give(page, { name: 'late.png', buffer: encodePng(tall.noisy) });
  assert.equal(await title(page), 'wide.png');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await reach(page, 'open');
  assert.deepEqual(await states(page), ['open', 'waiting', 'waiting', 'waiting']);
  await page.getByRole('button', { name: 'Take broken.png off the list' }).click();
  await page.getByRole('button', { name: 'Take wide.png off the list' }).click();
  await reach(page, 'open');
  assert.equal(await title(page), 'tall.png');
  assert.deepEqual(await states(page), ['open', 'waiting']);
  assert.deepEqual(errors, []);
});

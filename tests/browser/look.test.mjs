// What is seen of a photo before and after a run: previews, sharp parts, maps, samples.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodePng, noisyAndClean } from './pictures.mjs';
import { denoise, give, reach, screenshot, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */

const { visit } = visitors();

const photo = noisyAndClean(96, 64);

/**
 * How far apart the pixels of the stage are from their neighbours, on average: noise and detail, in codes.
 *
 * @param {Page} page
 */
async function roughness(page) {
  const png = await page.locator('#compare').screenshot();
  return page.evaluate(async (bytes) => {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
    const context = new OffscreenCanvas(96, 64).getContext('2d');
    context?.drawImage(bitmap, 0, 0, 96, 64);
    const { data } = context?.getImageData(0, 0, 96, 64) ?? { data: [] };
    let sum = 0;
    for (let i = 4; i < data.length; i += 4) sum += Math.abs(Number(data[i]) - Number(data[i - 4]));
    return sum / (data.length / 4);
  }, [...png]);
}

test('a preview shows what denoising will give, follows the settings, and a hold shows the photo', async (t) => {
  const { page, errors } = await visit(t, { photo: photo.noisy });
  await page.locator('svnr-compare[preview]').waitFor();
  const clean = await roughness(page);
  await screenshot(page, 'preview');
  const hold = page.getByRole('button', { name: 'Hold to compare' });
  await hold.focus();
  await page.keyboard.down('Space');
  const noisy = await roughness(page);
  await page.keyboard.up('Space');
  assert(noisy > 1.5 * clean, `${noisy} codes held, ${clean} in the preview`);

  await page.getByLabel('Strength').fill('0');
  await page.waitForFunction(() => document.querySelector('#strength-value')?.textContent === '0 %');
  let untouched = 0;
  for (let tries = 0; tries < 40 && untouched < 1.5 * clean; tries += 1) {
    await page.waitForTimeout(250);
    untouched = await roughness(page);
  }
  assert(untouched > 1.5 * clean, 'with no strength nothing is taken away');
  assert.deepEqual(errors, []);
});

test('a run takes the place of its preview', async (t) => {
  const { page, errors } = await visit(t, { photo: photo.noisy });
  await denoise(page);
  await reach(page, 'done');
  assert.equal(await page.locator('svnr-compare[preview]').count(), 0);
  // The result is as it is: there is nothing to preview until a setting is changed.
  await page.waitForTimeout(600);
  assert.equal(await page.locator('svnr-compare[preview]').count(), 0);
  assert.deepEqual(errors, []);
});

test('a large photo is as sharp as it is where it is looked at', async (t) => {
  // Columns of one pixel, which a picture of half the size would show as grey.
  const data = new Uint8Array(3 * 5200 * 8).map((_, i) => (Math.floor(i / 3) % 2 ? 255 : 0));
  const { page, errors } = await visit(t, { context: { viewport: { width: 1000, height: 800 } } });
  await give(page, { name: 'lines.png', buffer: encodePng({ width: 5200, height: 8, data }) });
  await reach(page, 'open');
  await page.getByRole('button', { name: '200 %' }).click();
  await page.waitForFunction(() => {
    const [canvas] = document.querySelector('svnr-compare')?.shadowRoot?.querySelectorAll('canvas.detail') ?? [];
    return canvas instanceof HTMLCanvasElement && canvas.width > 0 && canvas.checkVisibility();
  });
  const png = await page.locator('#zoom').screenshot();
  await screenshot(page, 'sharp');
  const contrast = await page.evaluate(async (bytes) => {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context?.drawImage(bitmap, 0, 0);
    let most = 0;
    for (let y = 0; y < bitmap.height; y += 1) {
      const { data } = context?.getImageData(Math.floor(bitmap.width / 2), y, 8, 1) ?? { data: new Uint8ClampedArray(32) };
      const row = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => data[4 * i] ?? 0);
      most = Math.max(most, Math.max(...row) - Math.min(...row));
    }
    return most;
  }, [...png]);
  assert(contrast > 100, `lines of one pixel differ by ${contrast} codes at 200 %`);
  assert.deepEqual(errors, []);
});

test('maps of noise, time, difference and uncertainty', async (t) => {
  const { page, errors } = await visit(t, { photo: photo.noisy });
  const view = page.getByLabel('Show', { exact: true });
  const offered = () => view.locator('option:not([hidden])').allInnerTexts();
  assert.deepEqual(await offered(), ['Picture', 'Noise map', 'Time map']);
  await view.selectOption('noise');
  await page.locator('#legend').getByText('std 0.').waitFor();
  await screenshot(page, 'noise-map');
  await view.selectOption('time');
  await page.locator('#legend').getByText('of 1').waitFor();
  await view.selectOption('picture');
  await page.locator('#legend').waitFor({ state: 'hidden' });

  await page.getByRole('radio', { name: 'Balanced' }).check();
  await page.getByLabel('Samples').selectOption('4');
  await page.getByRole('button', { name: 'Denoise', exact: true }).click();
  await page.getByText(/Sample [2-4] of 4 · step \d of 4/).waitFor();
  await reach(page, 'done');
  assert.deepEqual(await offered(), ['Picture', 'Noise map', 'Time map', 'Difference, four times', 'Uncertainty']);
  await view.selectOption('uncertainty');
  await page.locator('#legend').getByText('codes of 255 apart').waitFor();
  await screenshot(page, 'uncertainty');
  await view.selectOption('difference');
  await page.locator('#legend').getByText('made brighter').waitFor();
  await view.selectOption('picture');
  await page.locator('#legend').waitFor({ state: 'hidden' });
  assert(await page.locator('svnr-compare[has-after]').isVisible());
  assert.deepEqual(errors, []);
});

test('the mean of several is there with one step, too', async (t) => {
  const { page, errors } = await visit(t, { photo: photo.noisy });
  await page.getByLabel('Samples').selectOption('8');
  await page.getByRole('button', { name: 'Denoise', exact: true }).click();
  await page.getByText(/Sample [2-8] of 8 · step 1 of 1/).waitFor();
  await reach(page, 'done');
  await page.getByLabel('Show', { exact: true }).selectOption('uncertainty');
  await page.locator('#legend').getByText('codes of 255 apart').waitFor();
  await screenshot(page, 'uncertainty-one-step');
  assert.deepEqual(errors, []);
});

// What is shown of a photo before and after a run: previews, sharp parts, maps, samples.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodePng, noisyAndClean } from './pictures.mjs';
import { denoise, give, reach, screenshot, shown, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */

const { visit } = visitors();

const photo = noisyAndClean(96, 64);

/**
 * The loupe's part of the photo and its pixels before and after, RGBA, once it shows the preview.
 *
 * @param {Page} page
 */
async function throughLoupe(page) {
  await page.locator('svnr-loupe[ready]').waitFor();
  return page.locator('svnr-loupe').evaluate((loupe) => {
    const pixels = [...loupe.querySelectorAll('canvas')].map((canvas) => {
      const { width, height } = canvas;
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context?.drawImage(canvas, 0, 0);
      return [...(context?.getImageData(0, 0, width, height).data ?? [])];
    });
    return { part: JSON.parse(document.body.dataset.part ?? '{}'), before: pixels[0] ?? [], after: pixels[1] ?? [] };
  });
}

/** Has the page note which part the loupe asks for. @param {Page} page */
async function notePart(page) {
  await page.locator('svnr-loupe').evaluate((loupe) => {
    loupe.addEventListener('look', (event) => {
      document.body.dataset.part = JSON.stringify(/** @type {CustomEvent} */ (event).detail);
    });
  });
}

/**
 * The differences between the loupe's pixels and those of a picture, in levels of 255: their mean and the largest.
 *
 * @param {{ x: number, y: number, width: number, height: number }} part
 * @param {number[]} pixels
 * @param {{ width: number, data: number[] }} picture
 */
function apart(part, pixels, picture) {
  let [sum, most] = [0, 0];
  for (let row = 0; row < part.height; row += 1) {
    for (let i = 0; i < 4 * part.width; i += 1) {
      const there = picture.data[4 * ((part.y + row) * picture.width + part.x) + i] ?? NaN;
      const difference = Math.abs(there - (pixels[4 * row * part.width + i] ?? NaN));
      sum += difference;
      most = Math.max(most, difference);
    }
  }
  return { mean: sum / pixels.length, most };
}

for (const [choice, name] of /** @type {const} */ ([['Fast', 'one pass'], ['Balanced', 'four passes']])) {
  test(`the loupe shows the pixels that a run of ${name} gives`, async (t) => {
    const { page, errors } = await visit(t, { context: { viewport: { width: 900, height: 700 } } });
    await notePart(page);
    await give(page, { name: 'photo.png', buffer: encodePng(noisyAndClean(403, 301).noisy) });
    await reach(page, 'open');
    await page.getByRole('radio', { name: choice }).check();
    // Until the noise is known there is none.
    await page.locator('svnr-loupe').waitFor();
    // Not on the network's grid.
    await page.locator('svnr-loupe').focus();
    await page.keyboard.press('ArrowLeft');
    await page.waitForTimeout(500);
    const { part, before, after } = await throughLoupe(page);
    assert(part.width >= 90 && part.width < 403 && part.height < 301, JSON.stringify(part));
    assert.equal(await page.locator('svnr-loupe').innerText(), 'Preview, 100 %'.replace('100', String(await page.evaluate(() => {
      const zoom = document.querySelector('svnr-compare')?.clientWidth ?? 0;
      return Math.max(100, Math.round((100 * zoom) / 403));
    }))));
    await screenshot(page, `loupe-${choice.toLowerCase()}`);
    const [photo] = await shown(page);
    assert(photo);
    assert.equal(apart(part, before, photo).most, 0, 'before is the photo');
    await denoise(page, choice);
    await reach(page, 'done');
    const [, result] = await shown(page);
    assert(result);
    const { mean, most } = apart(part, after, result);
    t.diagnostic(`${mean.toFixed(4)} levels on average, ${most} at most`);
    assert(mean < 0.1 && most <= 2, `${mean} levels on average, ${most} at most`);
    assert(apart(part, before, result).mean > 2, 'the run does something');
    assert.deepEqual(errors, []);
  });
}

test('the loupe follows the settings, and shows the photo while that is held', async (t) => {
  const { page, errors } = await visit(t, { photo: photo.noisy });
  await throughLoupe(page);
  await screenshot(page, 'preview');
  const hold = page.getByRole('button', { name: 'Hold to compare' });
  await hold.focus();
  await page.keyboard.down('Space');
  await page.locator('svnr-loupe[holding]').getByText('Before').waitFor();
  await page.keyboard.up('Space');
  await page.locator('svnr-loupe:not([holding])').getByText('Preview').waitFor();
  await page.getByLabel('Strength').fill('0');
  await page.locator('svnr-loupe:not([ready])').waitFor();
  const { before, after } = await throughLoupe(page);
  assert.deepEqual(after, before, 'with no strength nothing is taken away');
  assert.deepEqual(errors, []);
});

test('a result is told from the preview of other settings, and one button brings them together', async (t) => {
  const { page, errors } = await visit(t, { photo: photo.noisy });
  await page.locator('#expected').getByText('Takes').waitFor();
  await denoise(page);
  await reach(page, 'done');
  assert(await page.locator('svnr-loupe').isHidden());
  // The result is of these settings: there is nothing to preview.
  await page.waitForTimeout(600);
  assert(await page.locator('svnr-loupe').isHidden());
  assert(await page.locator('#older').isHidden());

  await page.getByLabel('Strength').fill('40');
  await page.locator('#older').getByText('earlier settings').waitFor();
  await page.locator('svnr-loupe[ready]').waitFor();
  assert.equal(await page.getByText('After, earlier settings').count(), 1);
  await screenshot(page, 'older');
  await page.getByLabel('Strength').fill('100');
  await page.locator('#older').waitFor({ state: 'hidden' });
  await page.locator('svnr-loupe').waitFor({ state: 'hidden' });

  await page.getByLabel('Strength').fill('40');
  await page.locator('#older').waitFor();
  await page.getByRole('button', { name: 'Denoise again' }).click();
  await page.locator('body[data-state=done]:not([data-older])').waitFor();
  assert(await page.locator('#older').isHidden());
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
  assert.deepEqual(await offered(), ['Picture', 'Where there is noise', 'How strongly it is cleaned']);
  await view.selectOption('noise');
  await page.locator('#legend').getByText('of white').waitFor();
  await screenshot(page, 'noise-map');
  await view.selectOption('time');
  await page.locator('#legend').getByText('strongest:').waitFor();
  await view.selectOption('picture');
  await page.locator('#legend').waitFor({ state: 'hidden' });

  await page.getByRole('radio', { name: 'Balanced' }).check();
  await page.getByLabel('Averaging').selectOption('4');
  await page.getByRole('button', { name: 'Denoise', exact: true }).click();
  await page.getByText(/Result [2-4] of 4 · pass \d of 4/).waitFor();
  await reach(page, 'done');
  assert.deepEqual(await offered(), [
    'Picture',
    'Where there is noise',
    'How strongly it is cleaned',
    'What was removed (4 ×)',
    'Where detail is guesswork',
  ]);
  await view.selectOption('uncertainty');
  await page.locator('#legend').getByText('guesswork:').waitFor();
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
  await page.getByLabel('Averaging').selectOption('8');
  await page.getByRole('button', { name: 'Denoise', exact: true }).click();
  await page.getByText(/Result [2-8] of 8/).waitFor();
  await reach(page, 'done');
  await page.getByLabel('Show', { exact: true }).selectOption('uncertainty');
  await page.locator('#legend').getByText('guesswork:').waitFor();
  await screenshot(page, 'uncertainty-one-step');
  assert.deepEqual(errors, []);
});

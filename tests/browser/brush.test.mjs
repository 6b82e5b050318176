// Painting where noise is removed.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodePng, encodePng, noisyAndClean } from './pictures.mjs';
import { denoise, download, give, reach, screenshot, visitors } from './visit.mjs';

const photo = noisyAndClean(96, 64).noisy;

const visitor = visitors();

/**
 * The page with a photo and the brush's tools open.
 *
 * @param {import('node:test').TestContext} t
 */
async function visit(t) {
  const { page, errors } = await visitor.visit(t, { photo });
  await page.locator('#local > summary').click();
  await page.locator('svnr-brush').waitFor();
  return { page, errors };
}

/**
 * Denoises and says, for each pixel, whether it has changed.
 *
 * @param {import('playwright-core').Page} page
 */
async function changed(page) {
  await denoise(page);
  await reach(page, 'done');
  const { data } = decodePng((await download(page)).bytes);
  /** @param {number} x
   * @param {number} y */
  return (x, y) => [0, 1, 2].some((c) => data[3 * (y * photo.width + x) + c] !== photo.data[3 * (y * photo.width + x) + c]);
}

/** @param {import('playwright-core').Page} page */
const words = (page) => page.locator('#local-words').innerText();

test('what is left alone stays as it was, to the bit', async (t) => {
  const { page, errors } = await visit(t);
  await page.getByLabel('Softness').fill('0');
  await page.getByLabel('Brush size').fill('30');
  const box = await page.locator('svnr-brush').boundingBox();
  assert(box);
  // Down the picture at a quarter of its width.
  await page.mouse.move(box.x + box.width / 4, box.y + 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 4, box.y + box.height - 2, { steps: 5 });
  await screenshot(page, 'brush');
  await page.mouse.up();
  assert.equal(await words(page), 'as painted');
  // The preview knows of it.
  await page.locator('svnr-loupe[ready]').waitFor();
  assert(await page.locator('#error').isHidden());
  const isChanged = await changed(page);
  // The brush is 29 pixels wide.
  const rows = [10, 30, 50];
  assert(rows.every((y) => [14, 24, 34].every((x) => !isChanged(x, y))), 'painted');
  assert(rows.every((y) => [60, 70, 80, 90].some((x) => isChanged(x, y))), 'not painted');
  assert.equal(await page.locator('svnr-brush').isVisible(), false);
  assert.deepEqual(errors, []);
});

test('strokes are taken back, erased and cleared, and a new photo has none', async (t) => {
  const { page } = await visit(t);
  const brush = page.locator('svnr-brush');
  await brush.click();
  await brush.click({ position: { x: 20, y: 20 } });
  await page.getByRole('button', { name: 'Undo' }).click();
  assert.equal(await words(page), 'as painted');
  await page.getByRole('button', { name: 'Undo' }).click();
  assert.equal(await words(page), 'everywhere');
  await brush.click();
  await page.getByRole('button', { name: 'Clear' }).click();
  assert.equal(await words(page), 'everywhere');

  // All of it left alone, then erased in the middle.
  await page.getByLabel('Softness').fill('0');
  await page.getByLabel('Brush size').fill('50');
  for (const x of [0.1, 0.5, 0.9]) {
    const box = await brush.boundingBox();
    assert(box);
    for (const y of [0.1, 0.5, 0.9]) await brush.click({ position: { x: x * box.width, y: y * box.height } });
  }
  await page.getByLabel('Brush size').fill('20');
  await page.getByRole('radio', { name: 'Erase' }).check();
  await brush.click();
  const isChanged = await changed(page);
  assert([46, 48, 50].some((x) => isChanged(x, 32)));
  assert([10, 20, 80].every((x) => !isChanged(x, 32)));

  await give(page, { name: 'next.png', buffer: encodePng(photo) });
  await reach(page, 'open');
  assert.equal(await words(page), 'everywhere');
});

test('the keyboard paints, too', async (t) => {
  const { page } = await visit(t);
  const brush = page.locator('svnr-brush');
  await brush.focus();
  for (let i = 0; i < 4; i += 1) await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  assert.equal(await words(page), 'as painted');
  await page.keyboard.press('Control+z');
  assert.equal(await words(page), 'everywhere');
  await page.getByLabel('Softness').fill('0');
  await page.getByLabel('Brush size').fill('20');
  await brush.focus();
  await page.keyboard.press('Space');
  const isChanged = await changed(page);
  // From the middle, 48, four times 4.8 to the left.
  assert([27, 29, 31].every((x) => !isChanged(x, 33)));
  assert([60, 70, 80].some((x) => isChanged(x, 33)));
});

// Where things are on the screen: nothing jumps, and on a phone what matters stays in sight.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodePng, noisyAndClean } from './pictures.mjs';
import { denoise, give, reach, screenshot, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const WIDE = { viewport: { width: 1280, height: 800 } };

const { visit } = visitors();

const photo = noisyAndClean(180, 120).noisy;

/**
 * Where an element is in the window.
 *
 * @param {Page} page
 * @param {string} selector
 */
async function place(page, selector) {
  const box = await page.locator(selector).boundingBox();
  assert(box, `${selector} is not shown`);
  return box;
}

/**
 * Whether all of an element is seen, with nothing over it.
 *
 * @param {Page} page
 * @param {string} selector
 */
function isWhole(page, selector) {
  return page.locator(selector).evaluate((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const isInside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    const corners = [[left + 3, top + 3], [right - 3, top + 3], [left + 3, bottom - 3], [right - 3, bottom - 3]];
    return isInside && corners.every(([x = 0, y = 0]) => element.contains(document.elementFromPoint(x, y)));
  });
}

/** Scrolls to the top, the middle and the bottom. @param {Page} page @param {(where: string) => Promise<void>} look */
async function everywhere(page, look) {
  for (const share of [0, 0.5, 1]) {
    await page.evaluate((share) => scrollTo(0, share * document.documentElement.scrollHeight), share);
    await page.waitForTimeout(100);
    await look(`scrolled to ${share}`);
  }
}

test('on a phone the photo and the main button are in sight wherever one scrolls', async (t) => {
  const { page, errors } = await visit(t, { context: PHONE, photo });
  await page.locator('details:has(svnr-noise) > summary').click();
  const look = async (/** @type {string} */ button, /** @type {string} */ where) => {
    const { y, height } = await place(page, 'svnr-compare');
    assert(y >= 0 && height > 150 && y + height < 844 / 2 + 60, `${where}: the photo is at ${y} and ${height} high`);
    assert(await isWhole(page, button), `${where}: ${button} is not whole`);
    const above = await place(page, '#actions');
    assert(above.y - (y + height) > 150, `${where}: ${above.y - (y + height)} pixels are left between them`);
  };
  await everywhere(page, (where) => look('#denoise', where));
  await denoise(page);
  await reach(page, 'done');
  await page.locator('#download[href]').waitFor();
  await everywhere(page, async (where) => {
    await look('#download', where);
    assert(await isWhole(page, '#denoise'), where);
  });
  await screenshot(page, 'phone-scrolled');
  await page.getByLabel('Strength').fill('50');
  await page.locator('#older').waitFor();
  await everywhere(page, (where) => look('#download', where));
  await screenshot(page, 'phone-older');
  assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  assert.deepEqual(errors, []);
});

for (const [device, context] of Object.entries({ wide: WIDE, phone: PHONE })) {
  test(`the picture does not jump when a run begins and ends (${device})`, async (t) => {
    const { page, errors } = await visit(t, { context });
    const files = ['a.png', 'b.png'].map((name) => ({ name, buffer: encodePng(photo) }));
    await give(page, ...files);
    await reach(page, 'open');
    await page.locator('svnr-queue li >> nth=1').waitFor();
    // On a phone the choice has to be scrolled to.
    await page.getByRole('radio', { name: 'Fine' }).check();
    const open = await place(page, 'svnr-compare');
    await denoise(page, 'Fine');
    await page.getByText(/Pass \d+ of 16/).waitFor();
    assert.deepEqual(await place(page, 'svnr-compare'), open, 'while it runs');
    await reach(page, 'done');
    assert.deepEqual(await place(page, 'svnr-compare'), open, 'when it is done');
    await page.getByLabel('Strength').fill('50');
    await page.locator('#older').waitFor();
    assert.deepEqual(await place(page, 'svnr-compare'), open, 'when the result is older than the settings');
    assert.deepEqual(errors, []);
  });
}

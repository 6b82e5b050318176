// Takes the screenshots of docs/page.md: `node walk.mjs` walks through the page and writes them again.

import { mkdir } from 'node:fs/promises';

import sharp from 'sharp';

import { launch, root, serve } from './harness.mjs';
import { denoise, reach, screenshot } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */

const folder = `${root}docs/page/`;
const [site, browser] = await Promise.all([serve(), launch({ webgpu: false })]);
await mkdir(folder, { recursive: true });

/** @param {import('playwright-core').BrowserContextOptions} options */
async function visit(options) {
  const context = await browser.newContext({ serviceWorkers: 'block', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(240_000);
  await page.goto(site.url);
  await page.locator('#device').getByText('Runs on the CPU').waitFor();
  return page;
}

/**
 * @param {Page} page
 * @param {string} name
 */
async function picture(page, name) {
  const png = await screenshot(page, `walk-${name}`);
  await sharp(png).resize({ width: 960, withoutEnlargement: true }).webp({ quality: 82 }).toFile(`${folder}${name}.webp`);
  console.log(name);
}

const wide = await visit({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
await picture(wide, 'empty');
await wide.getByRole('button', { name: 'Dusk at the lake' }).click();
await reach(wide, 'open');
await wide.locator('details:has(svnr-noise) > summary').click();
await wide.locator('svnr-loupe[ready]').waitFor();
await wide.locator('#shot-slider').scrollIntoViewIfNeeded();
await picture(wide, 'open');
await wide.getByLabel('Show', { exact: true }).selectOption('noise');
await wide.locator('#legend').waitFor();
await picture(wide, 'noise-map');
await wide.getByLabel('Show', { exact: true }).selectOption('picture');
await wide.locator('details:has(svnr-noise) > summary').click();
await wide.locator('#local > summary').click();
const box = await wide.locator('svnr-brush').boundingBox();
if (box) {
  await wide.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.3);
  await wide.mouse.down();
  await wide.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.25, { steps: 12 });
  await wide.mouse.up();
}
await picture(wide, 'brush');
await wide.getByRole('button', { name: 'Clear' }).click();
await denoise(wide, 'Balanced');
await wide.getByText(/Pass [2-4] of 4/).waitFor();
await picture(wide, 'running');
await reach(wide, 'done');
await wide.locator('#download[href]').waitFor();
await picture(wide, 'done');
await wide.getByRole('button', { name: '200 %' }).click();
await picture(wide, 'zoomed');
await wide.getByLabel('Averaging').selectOption('4');
await denoise(wide, 'Balanced');
await reach(wide, 'running');
await reach(wide, 'done');
await wide.getByRole('button', { name: 'Fit' }).click();
await wide.getByLabel('Show', { exact: true }).selectOption('uncertainty');
await wide.locator('#legend').waitFor();
await picture(wide, 'uncertainty');
await wide.locator('#file').setInputFiles(['dusk', 'still-life'].map((name) => `${root}www/demos/${name}.jpg`));
await reach(wide, 'open');
await wide.getByRole('button', { name: 'Denoise all' }).click();
await wide.locator('svnr-queue li[data-state=done] >> nth=2').waitFor();
await reach(wide, 'done');
await picture(wide, 'queue');

const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const narrow = await visit({ ...phone, colorScheme: 'dark' });
await narrow.getByRole('button', { name: 'Still life' }).click();
await reach(narrow, 'open');
await denoise(narrow);
await reach(narrow, 'done');
await narrow.locator('#download[href]').waitFor();
await picture(narrow, 'phone');

await Promise.all([browser.close(), site.close()]);

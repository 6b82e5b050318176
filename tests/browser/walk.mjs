// Takes the screenshots of docs/page.md: `node walk.mjs` walks through the page and writes them again.

import { mkdir } from 'node:fs/promises';

import sharp from 'sharp';

import { madeDng, sceneOf } from './dng.mjs';
import { artifacts, launch, root, serve } from './harness.mjs';
import { GREY_18, withMetadata } from './photo-files.mjs';
import { denoise, download, give, reach, screenshot } from './visit.mjs';

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
await wide.getByLabel('Noise as').selectOption('Own curve');
await wide.getByRole('slider', { name: 'Shadows', exact: true }).press('PageUp');
await wide.locator('svnr-noise-curve').scrollIntoViewIfNeeded();
await wide.locator('svnr-loupe[ready]').waitFor();
await picture(wide, 'own-curve');
await wide.getByRole('button', { name: 'Back to as measured' }).click();
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
const clean = await download(wide);
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

// What a camera would have made of the clean demo.
const size = { width: 648, height: 432 };
const upright = sharp(clean.bytes).resize(size).removeAlpha();
const scene = sceneOf({ ...size, data: await upright.clone().raw().toBuffer() });
const { file: dng } = madeDng({ ...size, scene, preview: await upright.jpeg().toBuffer() });
const raw = await visit({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
await give(raw, { name: 'dusk.dng', mimeType: '', buffer: dng });
await reach(raw, 'open');
await raw.locator('details:has(svnr-noise) > summary').click();
await raw.getByText('Read from the file').waitFor();
await raw.locator('svnr-loupe[ready]').waitFor();
await raw.locator('#shot-slider').scrollIntoViewIfNeeded();
await picture(raw, 'raw-open');
await raw.locator('details:has(svnr-noise) > summary').click();
await denoise(raw);
await reach(raw, 'done');
await raw.locator('#look > summary').click();
await raw.getByLabel('Exposure', { exact: true }).fill('0.5');
await raw.locator('#look-words').getByText('changed').waitFor();
await raw.locator('#download[href]').waitFor();
await raw.waitForTimeout(1000);
await picture(raw, 'raw-done');
await raw.context().close();

// The same demo as other programs hand photos on; halves before and after.
const demo = sharp(`${root}www/demos/dusk.jpg`);
const jpeg = { quality: 95, chromaSubsampling: '4:4:4' };
const { icc: p3 } = await sharp(await demo.clone().withIccProfile('p3').png().toBuffer()).metadata();
const { data, info } = await demo.clone().raw().toBuffer({ resolveWithObject: true });
// A strong S curve: twice as steep in the middle, flat at both ends.
const curve = Array.from({ length: 256 }, (_, code) => Math.round(127.5 * (1 + Math.tanh((code - 127.5) / 64) / Math.tanh(127.5 / 64))));
const toned = sharp(data.map((code) => curve[code] ?? code), { raw: info });
const halves = [];
for (const [name, buffer] of /** @type {const} */ ([
  ['toned', await toned.jpeg(jpeg).toBuffer()],
  ['grey', withMetadata(await demo.clone().toColourspace('b-w').jpeg(jpeg).toBuffer(), { profile: GREY_18 })],
  ['p3', withMetadata(await demo.clone().jpeg(jpeg).toBuffer(), { ...(p3 && { profile: p3 }) })],
])) {
  const page = await visit({ viewport: { width: 1000, height: 640 }, colorScheme: 'light' });
  await give(page, { name: `${name}.jpg`, mimeType: 'image/jpeg', buffer });
  await reach(page, 'open');
  await denoise(page);
  await reach(page, 'done');
  const shot = await page.locator('#compare').screenshot({ path: `${artifacts}screenshots/walk-${name}.png`, animations: 'disabled' });
  halves.push(await sharp(shot).resize({ width: 480 }).png().toBuffer());
  await page.context().close();
}
const { height = 0 } = await sharp(halves[0]).metadata();
await sharp({ create: { width: 3 * 480 + 2 * 8, height, channels: 3, background: 'white' } })
  .composite(halves.map((input, i) => ({ input, top: 0, left: i * 488 })))
  .webp({ quality: 85 })
  .toFile(`${folder}colours.webp`);
console.log('colours');

const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const narrow = await visit({ ...phone, colorScheme: 'dark' });
await narrow.getByRole('button', { name: 'Still life' }).click();
await reach(narrow, 'open');
await denoise(narrow);
await reach(narrow, 'done');
await narrow.locator('#download[href]').waitFor();
await picture(narrow, 'phone');

await Promise.all([browser.close(), site.close()]);

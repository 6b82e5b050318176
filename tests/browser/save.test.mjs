// What a visitor takes away from the page.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { artifacts, launch, serve, watchErrors } from './harness.mjs';
import { decodePng, encodePng, largestDifference, noisyAndClean } from './pictures.mjs';

const photo = noisyAndClean(64, 48).noisy;

/** @type {Awaited<ReturnType<typeof serve>>} */
let site;
/** @type {Awaited<ReturnType<typeof launch>>} */
let browser;

before(async () => {
  // The CPU is quicker than a GPU made of software.
  [site, browser] = await Promise.all([serve(), launch({ webgpu: false })]);
});

after(() => Promise.all([site?.close(), browser?.close()]));

/**
 * The page with a photo denoised, or being denoised.
 *
 * @param {import('node:test').TestContext} t
 * @param {'running' | 'done'} state
 */
async function visit(t, state) {
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const errors = watchErrors(page);
  await page.goto(site.url);
  await page.locator('#file').setInputFiles({ name: 'my.photo.png', mimeType: 'image/png', buffer: encodePng(photo) });
  await page.locator('body[data-state=open]').waitFor();
  if (state === 'running') await page.getByRole('radio', { name: 'Textured' }).check();
  await page.getByRole('button', { name: 'Denoise' }).click();
  await page.locator(`body[data-state=${state}]`).waitFor();
  return { page, errors };
}

/** @param {import('playwright-core').Page} page */
async function download(page) {
  const link = page.locator('#download[href]');
  await link.waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()), text: await link.innerText() };
}

/**
 * A file's picture, decoded by the browser.
 *
 * @param {import('playwright-core').Page} page
 * @param {Buffer} bytes
 * @param {string} type
 */
function decoded(page, bytes, type) {
  return page.evaluate(
    async ({ bytes, type }) => {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context?.drawImage(bitmap, 0, 0);
      return [...(context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? [])];
    },
    { bytes: [...bytes], type },
  );
}

test('as PNG, JPEG and WebP, each smaller at a lower quality', async (t) => {
  const { page, errors } = await visit(t, 'done');
  const png = await download(page);
  assert.equal(png.name, 'my.photo-svnr.png');
  assert.match(png.text, /^Download PNG \(\d+ kB\)$/);
  const exact = decodePng(png.bytes);
  for (const [format, end, begin] of /** @type {const} */ ([
    ['jpeg', 'jpg', [0xff, 0xd8, 0xff]],
    ['webp', 'webp', [0x52, 0x49, 0x46, 0x46]],
  ])) {
    await page.getByLabel('File format').selectOption(format);
    await page.locator(`#download[download$=".${end}"]`).waitFor();
    const fine = await download(page);
    assert.equal(fine.name, `my.photo-svnr.${end}`);
    assert.deepEqual([...fine.bytes.subarray(0, begin.length)], begin);
    const pixels = await decoded(page, fine.bytes, `image/${format}`);
    let off = 0;
    for (const [i, v] of exact.data.entries()) off += Math.abs(v - (pixels[4 * Math.floor(i / 3) + (i % 3)] ?? 0));
    assert(off / exact.data.length < 6, `${format}: ${off / exact.data.length} codes off on average`);
    const before = await page.locator('#download').getAttribute('href');
    const quality = page.getByLabel('Quality');
    await quality.fill('50');
    await quality.dispatchEvent('change');
    await page.locator(`#download[href]:not([href="${before}"])`).waitFor();
    const coarse = await download(page);
    assert(coarse.bytes.length < fine.bytes.length, `${coarse.bytes.length} ${fine.bytes.length}`);
    await quality.fill('92');
    await quality.dispatchEvent('change');
  }
  await page.screenshot({ path: `${artifacts}screenshots/save.png` });
  assert.deepEqual(errors, []);
});

test('to the clipboard', async (t) => {
  const { page, errors } = await visit(t, 'done');
  const png = await download(page);
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const bytes = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    return item ? [...new Uint8Array(await (await item.getType('image/png')).arrayBuffer())] : [];
  });
  const exact = decodePng(png.bytes);
  const pixels = await decoded(page, Buffer.from(bytes), 'image/png');
  const rgb = pixels.filter((_, i) => i % 4 !== 3);
  assert.equal(largestDifference(exact, { ...exact, data: new Uint8Array(rgb) }), 0);
  assert.deepEqual(errors, []);
});

test('closing the page in the middle of a run asks first, else not', async (t) => {
  const { page } = await visit(t, 'running');
  const asked = page.waitForEvent('dialog');
  // Without waiting: it closes only once the dialog is answered.
  const closing = page.close({ runBeforeUnload: true });
  const dialog = await asked;
  assert.equal(dialog.type(), 'beforeunload');
  await dialog.dismiss();
  await closing;
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.locator('body[data-state=open]').waitFor();
  await Promise.all([page.waitForEvent('close'), page.close({ runBeforeUnload: true })]);
});

// Saving and copying results.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodePng, largestDifference, noisyAndClean } from './pictures.mjs';
import { denoise, download, inWorker, reach, screenshot, visitors } from './visit.mjs';

const photo = noisyAndClean(64, 48).noisy;

const visitor = visitors();

/**
 * The page with a photo denoised, or being denoised.
 *
 * @param {import('node:test').TestContext} t
 * @param {'running' | 'done'} state
 * @param {Parameters<typeof visitor.visit>[1]} [options]
 */
async function visit(t, state, options = {}) {
  const context = { permissions: ['clipboard-read', 'clipboard-write'] };
  const { page, errors } = await visitor.visit(t, { context, photo, ...options });
  await denoise(page, state === 'running' ? 'Fine' : 'Fast');
  await reach(page, state);
  return { page, errors };
}

/**
 * A file's image, decoded by the browser.
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
  assert.equal(png.name, 'photo-svnr.png');
  assert.match(png.text, /^Download PNG \(\d+ kB\)$/);
  const exact = decodePng(png.bytes);
  for (const [format, end, begin] of /** @type {const} */ ([
    ['jpeg', 'jpg', [0xff, 0xd8, 0xff]],
    ['webp', 'webp', [0x52, 0x49, 0x46, 0x46]],
  ])) {
    await page.getByLabel('File format').selectOption(format);
    await page.locator(`#download[download$=".${end}"]`).waitFor();
    const fine = await download(page);
    assert.equal(fine.name, `photo-svnr.${end}`);
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
  await screenshot(page, 'save');
  assert.deepEqual(errors, []);
});

test('where one format cannot be written, why is said, and the others can be', async (t) => {
  // As for a photo that is longer than a WebP can be.
  const refusing = `OffscreenCanvas.prototype.convertToBlob = async () => {
    throw new DOMException('too long for this format', 'EncodingError');
  };`;
  const { page, errors } = await visit(t, 'done', { prepare: (page) => inWorker(page, refusing) });
  await page.getByLabel('File format').selectOption('webp');
  await page.locator('#error').getByText('too long for this format').waitFor();
  assert.equal(await page.locator('#download').innerText(), 'Not written');
  await screenshot(page, 'not-written');
  await page.getByLabel('File format').selectOption('jpeg');
  const { bytes } = await download(page);
  assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
  assert(await page.locator('#error').isHidden());
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
  await reach(page, 'open');
  await Promise.all([page.waitForEvent('close'), page.close({ runBeforeUnload: true })]);
});

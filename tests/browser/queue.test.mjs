// Several photos at once.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { decodePng, encodePng, gain, largestDifference, noisyAndClean } from './pictures.mjs';
import { unzip } from './unzip.mjs';
import { denoise, download, give, inWorker, reach, screenshot, visitors } from './visit.mjs';

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
  // It is recognised as one before its turn comes.
  await page.locator('svnr-queue li[data-state=failed]').waitFor();
  assert.deepEqual(await states(page), ['open', 'failed', 'waiting']);
  assert.match((await page.locator('svnr-queue li').nth(1).getAttribute('title')) ?? '', /broken\.png/);
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
  for (const [i, photo] of [wide, tall].entries()) {
    const dB = gain(photo, decodePng(saved[i]?.contents ?? Buffer.of()));
    assert(dB > 3, `${dB} dB`);
  }
  assert.deepEqual(errors, []);
});

/**
 * Makes the page get a folder without asking the visitor. The folder is the browser's own for this site, which is just
 * as real.
 *
 * @param {Page} page
 * @param {boolean} isChosen  whether the visitor chooses it, or none
 */
async function answerPicker(page, isChosen) {
  await page.evaluate((isChosen) => {
    const showDirectoryPicker = async (/** @type {{ mode: string }} */ { mode }) => {
      document.body.dataset.asked = mode;
      if (!isChosen) throw new DOMException('The user aborted a request.', 'AbortError');
      return navigator.storage.getDirectory();
    };
    Object.assign(globalThis, { showDirectoryPicker });
  }, isChosen);
}

/**
 * The contents of that folder, by name.
 *
 * @param {Page} page
 * @returns {Promise<{ name: string, bytes: number[] }[]>}
 */
function inFolder(page) {
  return page.evaluate(async () => {
    const files = [];
    const folder = await navigator.storage.getDirectory();
    for await (const handle of /** @type {any} */ (folder).values()) {
      files.push({ name: handle.name, bytes: [...new Uint8Array(await (await handle.getFile()).arrayBuffer())] });
    }
    return files.sort((a, b) => (a.name < b.name ? -1 : 1));
  });
}

test('all are saved into a folder if one is chosen, and nothing happens if none is', async (t) => {
  const { page, errors } = await visit(t);
  // From two folders, perhaps.
  await give(page, ...[wide, tall].map(({ noisy }) => ({ name: 'photo.png', buffer: encodePng(noisy) })));
  await reach(page, 'open');
  await page.getByRole('button', { name: 'Denoise all' }).click();
  await page.locator('svnr-queue li[data-state=done] >> nth=1').waitFor();
  await reach(page, 'done');
  const save = page.getByRole('button', { name: 'Save all to a folder' });
  const look = () => page.locator('main').innerText();

  const before = await look();
  await answerPicker(page, false);
  await save.click();
  await page.locator('body[data-asked]').waitFor();
  assert.deepEqual(await inFolder(page), []);
  assert.equal(await look(), before);

  await answerPicker(page, true);
  await save.click();
  await page.getByText('2 photos are saved.').waitFor();
  assert.equal(await page.locator('body').getAttribute('data-asked'), 'readwrite');
  const saved = await inFolder(page);
  assert.deepEqual(saved.map(({ name }) => name), ['photo-svnr-2.png', 'photo-svnr.png']);
  for (const [i, photo] of [tall, wide].entries()) {
    const dB = gain(photo, decodePng(Buffer.from(saved[i]?.bytes ?? [])));
    assert(dB > 3, `${dB} dB`);
  }
  assert.deepEqual(errors, []);
});

test('a folder that cannot be written into is said to be', async (t) => {
  const { page } = await visit(t);
  await give(page, ...[wide, tall].map(({ noisy }) => ({ name: 'photo.png', buffer: encodePng(noisy) })));
  await reach(page, 'open');
  await denoise(page);
  await reach(page, 'done');
  await page.evaluate(() => {
    const folder = { getFileHandle: () => Promise.reject(new DOMException('The disk is full.', 'QuotaExceededError')) };
    Object.assign(globalThis, { showDirectoryPicker: async () => folder });
  });
  await page.getByRole('button', { name: 'Save all to a folder' }).click();
  await page.locator('#error').getByText('The photos could not be saved: The disk is full.').waitFor();
  assert.equal(await page.locator('#batch').getByRole('status').innerText(), '');
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
  assert.deepEqual(await states(page), ['done', 'failed', 'open']);
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
  await page.getByText(/Pass \d+ of 16/).waitFor();
  // What comes now waits for its turn.
  await give(page, { name: 'late.png', buffer: encodePng(tall.noisy) });
  assert.equal(await title(page), 'wide.png');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await reach(page, 'open');
  await page.locator('svnr-queue li[data-state=failed]').waitFor();
  assert.deepEqual(await states(page), ['open', 'failed', 'waiting', 'waiting']);
  await page.getByRole('button', { name: 'Take broken.png off the list' }).click();
  await page.getByRole('button', { name: 'Take wide.png off the list' }).click();
  await reach(page, 'open');
  assert.equal(await title(page), 'tall.png');
  assert.deepEqual(await states(page), ['open', 'waiting']);
  assert.deepEqual(errors, []);
});

test('a result stays while the photo is denoised again, until there is a new one', async (t) => {
  const { page, errors } = await visit(t, { photo: wide.noisy });
  await denoise(page);
  await reach(page, 'done');
  const first = decodePng((await download(page)).bytes);
  await page.getByLabel('Strength').fill('50');
  await denoise(page, 'Fine');
  await page.getByText(/Pass \d+ of 16/).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await reach(page, 'done');
  assert.equal(largestDifference(first, decodePng((await download(page)).bytes)), 0);
  // It is shown too, and other formats can still be written from it.
  await page.locator('svnr-compare[has-after]:not([emerging])').waitFor();
  await page.getByLabel('File format').selectOption('png16');
  const again = decodePng((await download(page)).bytes);
  const codes = { ...again, data: Uint8Array.from(again.data, (v) => Math.round(v / 257)) };
  assert.equal(largestDifference(first, codes), 0);
  await denoiseAgain(page);
  assert(largestDifference(first, decodePng((await download(page)).bytes)) > 0);
  assert.deepEqual(errors, []);
});

/** Has a run by changed settings made a new result. @param {Page} page */
async function denoiseAgain(page) {
  await page.locator('body[data-older]').waitFor();
  await denoise(page);
  await page.locator('body[data-state=done]:not([data-older])').waitFor();
}

/** What a visitor would see of errors, but for the traps themselves. @param {string[]} errors */
const others = (errors) => errors.filter((error) => error !== 'exception: unreachable');

/**
 * Code for {@link inWorker}: a file of a certain name, or a run of four steps, crashes the worker like a trap in wasm.
 */
const TRAPS = `
  addEventListener('message', ({ data }) => {
    const isTrap = data.name?.startsWith('trap') || (data.type === 'denoise' && data.options.steps === 4);
    if (isTrap) Promise.reject(new WebAssembly.RuntimeError('unreachable'));
  });`;

test('a file that ends the worker is named, and the others go on', async (t) => {
  const { page, errors } = await visit(t, { prepare: (page) => inWorker(page, TRAPS) });
  const trap = { name: 'trap.png', buffer: encodePng(wide.noisy) };
  await give(page, trap, ...files);
  await reach(page, 'open');
  await page.locator('#error').getByText('“trap.png” could not be opened').waitFor();
  assert.equal(await title(page), 'wide.png');
  await page.locator('svnr-queue li[data-state=failed] >> nth=1').waitFor();
  assert.deepEqual(await states(page), ['failed', 'open', 'failed', 'waiting']);
  await page.getByRole('button', { name: 'Denoise all' }).click();
  await page.locator('#batch').getByText('2 of 4 photos are denoised. Not done: trap.png, broken.png.').waitFor();
  assert.deepEqual(await states(page), ['failed', 'done', 'failed', 'done']);

  // With a result open that is not in a file yet.
  await page.getByLabel('Strength').fill('150');
  await denoiseAgain(page);
  const before = decodePng((await download(page)).bytes);
  await give(page, { ...trap, name: 'trap-2.png' });
  await page.locator('#error').getByText('“trap-2.png” could not be opened').waitFor();
  await reach(page, 'done');
  assert.equal(await title(page), 'tall.png');
  assert.equal(largestDifference(before, decodePng((await download(page)).bytes)), 0);
  assert.deepEqual(others(errors), []);
});

test('a run that ends the worker takes nothing with it', async (t) => {
  const { page, errors } = await visit(t, { prepare: (page) => inWorker(page, TRAPS), photo: wide.noisy });
  await denoise(page);
  await reach(page, 'done');
  const before = decodePng((await download(page)).bytes);
  await denoise(page, 'Balanced');
  await page.locator('#error').getByText('Something went wrong inside the denoiser').waitFor();
  await reach(page, 'done');
  await page.getByLabel('File format').selectOption('png16');
  const after = decodePng((await download(page)).bytes);
  const codes = { ...after, data: Uint8Array.from(after.data, (v) => Math.round(v / 257)) };
  assert.equal(largestDifference(before, codes), 0, 'what the earlier run has made is there');
  await denoiseAgain(page);
  assert(await page.locator('#error').isHidden());
  assert.deepEqual(others(errors), []);
});

test('all can be denoised again, and it is said when not all were', async (t) => {
  const { page, errors } = await visit(t);
  await give(page, ...files);
  await reach(page, 'open');
  await page.getByRole('button', { name: 'Denoise all' }).click();
  await page.locator('#batch').getByText(/photos are denoised/).waitFor();
  await page.getByLabel('Strength').fill('40');
  await page.locator('svnr-queue li[data-older] >> nth=1').waitFor();
  assert.equal(await page.locator('svnr-queue').getByText('older settings').count(), 2);
  await screenshot(page, 'queue-older');
  await page.getByRole('button', { name: 'Denoise all again' }).click();
  // Nothing waits for the state of running: on a busy machine it may be over before it is seen.
  await page.locator('svnr-queue li[data-older]').first().waitFor({ state: 'detached' });
  await page.locator('#batch').getByText(/photos are denoised/).waitFor();
  assert.equal(await page.locator('svnr-queue li[data-older]').count(), 0);
  assert.deepEqual(await states(page), ['done', 'failed', 'done']);
  assert.deepEqual(errors, []);
});

test('of twenty files eight are bad: twelve are saved, each as it should be, and the eight are named', async (t) => {
  const { page, errors } = await visit(t, { prepare: (page) => inWorker(page, TRAPS) });
  // Each has a width of its own.
  const photos = Array.from({ length: 20 }, (_, i) => noisyAndClean(40 + i, 24));
  const good = encodePng(photos[19]?.noisy ?? wide.noisy);
  /** What is wrong with files. @type {Map<number, Buffer>} */
  const damages = new Map([
    // The first one is bad, and the last.
    [0, Buffer.alloc(0)],
    [1, Buffer.from('no picture')],
    [4, good.subarray(0, 60)],
    [7, Buffer.concat([good.subarray(0, 40), Buffer.alloc(400, 7)])],
    [8, Buffer.from('<!doctype html><p>Not found')],
    [15, Buffer.from('8BPS\0\x01')],
    [19, Buffer.from('II*\0\x10\0\0\0CR\x02')],
  ]);
  const twenty = photos.map(({ noisy }, i) => ({ name: `${i}.png`, buffer: damages.get(i) ?? encodePng(noisy) }));
  // One that looks right, and ends the worker when its turn comes.
  twenty[12] = { name: 'trap-12.png', buffer: encodePng(wide.noisy) };
  const bad = new Set([...damages.keys(), 12]);
  await give(page, ...twenty);
  await reach(page, 'open');
  await page.locator('svnr-queue li[data-state=failed] >> nth=6').waitFor();
  // What waits is seen.
  await page.waitForFunction(() => {
    /** @param {Element} canvas */
    const isDrawn = (canvas) =>
      canvas instanceof HTMLCanvasElement && canvas.getContext('2d')?.getImageData(48, 32, 1, 1).data[3] === 255;
    const canvases = [...document.querySelectorAll('svnr-queue li[data-state=waiting] canvas')];
    return canvases.length === 12 && canvases.every(isDrawn);
  });
  await page.getByRole('button', { name: 'Denoise all' }).click();
  await page.locator('#batch').getByText('12 of 20 photos are denoised. Not done: trap-12.png, 0.png, 1.png, 4.png,').waitFor();
  const save = page.getByRole('button', { name: 'Save all as a zip' });
  const [zip] = await Promise.all([page.waitForEvent('download'), save.click()]);
  const saved = unzip(await readFile(await zip.path()));
  const whole = [...photos.keys()].filter((i) => !bad.has(i));
  assert.deepEqual(saved.map(({ name }) => name), whole.map((i) => `${i}-svnr.png`));
  for (const [at, i] of whole.entries()) {
    const [photo, picture] = [photos[i] ?? wide, decodePng(saved[at]?.contents ?? Buffer.of())];
    assert.deepEqual([picture.width, picture.height], [40 + i, 24], `${i}.png`);
    const dB = gain(photo, picture);
    assert(dB > 2, `${i}.png: ${dB} dB`);
  }
  const failed = page.locator('svnr-queue li[data-state=failed]');
  assert.equal(await failed.count(), 8);
  for (const item of await failed.all()) assert.match((await item.getAttribute('title')) ?? '', /^“(trap-)?\d+\.png” .+[.?)]$/);
  assert.deepEqual(others(errors), []);
});

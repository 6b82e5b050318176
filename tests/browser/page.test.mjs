// The page in a real browser: what visitors do, and what goes wrong for them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { encodePng, noisyAndClean } from './pictures.mjs';
import { denoise, give, reach, screenshot, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */

const photo = noisyAndClean(64, 64);
/** So large that its 16 passes can be interrupted on a busy machine, too. */
const large = encodePng(noisyAndClean(112, 96).noisy);

const { visit } = visitors();

/**
 * @param {Page} page
 * @param {string} [name]
 * @param {Buffer} [buffer]
 */
async function choose(page, name = 'photo.png', buffer = encodePng(photo.noisy)) {
  await give(page, { name, buffer });
}

describe('a run', () => {
  test('is cancelled at once, and can be started again', async (t) => {
    const { page, errors } = await visit(t);
    await choose(page, 'photo.png', large);
    await reach(page, 'open');
    await page.locator('#device').getByText('Runs on the CPU').waitFor();
    await denoise(page, 'Fine');
    await page.getByText(/Pass \d+ of 16/).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await reach(page, 'open');
    await denoise(page);
    // If the run of 16 steps were still going on, its steps would be shown.
    await page.locator('#phase').getByText('Denoising…').waitFor();
    await reach(page, 'done');
    assert.deepEqual(errors, []);
  });

  test('goes on when another photo comes, unless that one is asked for', async (t) => {
    const { page, errors } = await visit(t);
    await choose(page, 'first.png', large);
    await reach(page, 'open');
    await page.locator('#device').getByText('Runs on the CPU').waitFor();
    await denoise(page, 'Fine');
    await page.getByText(/Pass \d+ of 16/).waitFor();
    await choose(page, 'second.png');
    const second = page.locator('svnr-queue li').nth(1);
    await second.getByText('waiting').waitFor();
    assert.equal(await page.locator('body').getAttribute('data-state'), 'running');
    await second.getByRole('button', { name: 'second.png' }).first().click();
    await second.getByText('opens next').waitFor();
    assert.equal(await page.locator('#name').innerText(), 'first.png');
    await screenshot(page, 'chosen');
    await page.getByRole('button', { name: 'Stop and open it now' }).click();
    await reach(page, 'open');
    assert.equal(await page.locator('#name').innerText(), 'second.png');
    // The result of a stopped run is never shown.
    await page.waitForTimeout(6000);
    assert.equal(await page.locator('body').getAttribute('data-state'), 'open');
    assert.deepEqual(errors, []);
  });

  test('can be asked for before the denoiser has come', async (t) => {
    const { page, errors } = await visit(t, {
      prepare: (page) =>
        page.route('**/*.safetensors', async (route) => {
          await new Promise((resolve) => setTimeout(resolve, 2000));
          await route.continue();
        }),
    });
    await choose(page);
    await reach(page, 'open');
    await page.getByRole('button', { name: 'Denoise', exact: true }).click();
    await page.locator('#phase').getByText('Loading the network…').waitFor();
    await reach(page, 'done');
    assert.deepEqual(errors, []);
  });
});

describe('a photo can be', () => {
  /**
   * @param {Page} page
   * @param {'drop' | 'paste'} type
   */
  const give = (page, type) =>
    page.evaluate(
      ([type, base64]) => {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const files = new DataTransfer();
        // Images copied from a web page come with text.
        files.items.add(new File(['about the photo'], 'about.txt', { type: 'text/plain' }));
        files.items.add(new File([bytes], 'photo.png', { type: 'image/png' }));
        const how = { bubbles: true, cancelable: true };
        const event =
          type === 'drop'
            ? new DragEvent('drop', { ...how, dataTransfer: files })
            : new ClipboardEvent('paste', { ...how, clipboardData: files });
        document.body.dispatchEvent(event);
        return event.defaultPrevented;
      },
      /** @type {const} */ ([type, encodePng(photo.noisy).toString('base64')]),
    );

  test('dropped', async (t) => {
    const { page, errors } = await visit(t);
    // A browser leaves the page for a dropped file that nothing handles.
    assert(await give(page, 'drop'));
    await reach(page, 'open');
    assert.equal(await page.locator('#name').innerText(), 'photo.png');
    assert.deepEqual(errors, []);
  });

  test('pasted', async (t) => {
    const { page, errors } = await visit(t);
    await give(page, 'paste');
    await reach(page, 'open');
    assert.equal(await page.locator('#name').innerText(), 'photo.png');
    assert.deepEqual(errors, []);
  });
});

test('a dropped folder gives its photos, those in folders of its own too, and nothing else', async (t) => {
  const { page, errors } = await visit(t);
  await page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const file = (/** @type {string} */ name, type = 'image/png') => ({
      isFile: true,
      isDirectory: false,
      file: (/** @type {(file: File) => void} */ done) => done(new File([bytes], name, { type })),
    });
    const folder = (/** @type {unknown[]} */ ...entries) => ({
      isFile: false,
      isDirectory: true,
      createReader: () => ({ readEntries: (/** @type {(some: unknown[]) => void} */ done) => done(entries.splice(0, 2)) }),
    });
    // A test cannot drop a real one.
    const all = folder(file('2.png'), file('10.png'), file('notes.txt', 'text/plain'), folder(file('deep.JPG', '')), file('.hidden.png'));
    DataTransferItem.prototype.webkitGetAsEntry = /** @type {any} */ (() => all);
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([], 'folder'));
    document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
  }, encodePng(photo.noisy).toString('base64'));
  await page.locator('svnr-queue li >> nth=2').waitFor();
  assert.deepEqual(await page.locator('svnr-queue b').allInnerTexts(), ['2.png', '10.png', 'deep.JPG']);
  assert.deepEqual(errors, []);
});

test('notices can be closed', async (t) => {
  const { page } = await visit(t);
  const notice = page.locator('#notice');
  await notice.getByText('No graphics card can be used here').waitFor();
  await notice.getByRole('button', { name: 'Close' }).click();
  await notice.waitFor({ state: 'hidden' });
});

/**
 * The page without its weights.
 *
 * @param {import('node:test').TestContext} t
 * @param {Parameters<typeof visit>[1]} [options]
 * @returns  the page, and what brings the weights
 */
async function visitWithoutWeights(t, options) {
  const { page } = await visit(t, {
    ...options,
    prepare: (page) => page.route('**/*.safetensors', (route) => route.fulfill({ status: 404 })),
  });
  await page.locator('#error').getByText('could not be loaded').waitFor();
  return { page, mend: () => page.unroute('**/*.safetensors') };
}

test('weights that are missing are said to be, and looked for again', async (t) => {
  const { page, mend } = await visitWithoutWeights(t);
  await page.locator('#error').getByText('404').waitFor();
  await mend();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('#device').getByText('Runs on the CPU').waitFor();
  assert(await page.locator('#error').isHidden());
});

test('a denoiser that is missing is looked for again when it is needed', async (t) => {
  const { page, mend } = await visitWithoutWeights(t, { photo: photo.noisy });
  page.setDefaultTimeout(30_000);
  await mend();
  await denoise(page);
  await reach(page, 'done');
  assert(await page.locator('#error').isHidden());
});

test('a page whose code does not come whole says so', async (t) => {
  const { page } = await visit(t, {
    prepare: (page) => page.route('**/queue.js', (route) => route.fulfill({ status: 404 })),
  });
  await page.locator('#error').getByText('could not be started').waitFor();
  assert.equal(await page.locator('#device').innerText(), 'Not available');
});

test('weights that are damaged are said to be', async (t) => {
  const { page } = await visit(t, {
    prepare: (page) => page.route('**/*.safetensors', (route) => route.fulfill({ body: 'no weights' })),
  });
  await page.locator('#error').getByText('network file is damaged').waitFor();
});

test('everything works by keyboard', async (t) => {
  const { page, errors } = await visit(t);
  const demo = page.getByRole('button', { name: 'Still life' });
  await demo.focus();
  await page.keyboard.press('Enter');
  await reach(page, 'open');
  await page.getByRole('slider', { name: 'Strength' }).focus();
  await page.keyboard.press('ArrowLeft');
  assert.equal(await page.locator('#strength-value').innerText(), '95 %');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await page.getByRole('radio', { name: 'Fast' }).focus();
  await page.keyboard.press('Enter');
  await reach(page, 'done');
  const divider = page.getByRole('slider', { name: 'Divider' });
  await divider.focus();
  await page.keyboard.press('End');
  assert.equal(await divider.getAttribute('aria-valuetext'), '100 % before, 0 % after');
  assert.deepEqual(errors, []);
});

describe('screenshots', () => {
  for (const [device, viewport] of /** @type {const} */ ([
    ['wide', { width: 1280, height: 800 }],
    ['phone', { width: 390, height: 844 }],
  ])) {
    test(device, async (t) => {
      const { page, errors } = await visit(t, { context: { viewport } });
      const shoot = async (/** @type {string} */ state) => {
        for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
          await page.emulateMedia({ colorScheme });
          await screenshot(page, `${state}-${device}-${colorScheme}`);
        }
      };
      await page.locator('#device').getByText('Runs on the CPU').waitFor();
      await shoot('empty');
      await page.getByRole('button', { name: 'Dusk at the lake' }).click();
      await reach(page, 'open');
      await page.getByRole('radio', { name: 'Balanced' }).check();
      await page.locator('details:has(svnr-noise) > summary').click();
      await page.getByRole('button', { name: 'Denoise', exact: true }).click();
      await page.getByText(/Pass [2-4] of 4/).waitFor();
      await shoot('running');
      await reach(page, 'done');
      await shoot('done');
      // Nothing may overflow a narrow screen.
      assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      assert.deepEqual(errors, []);
    });
  }
});

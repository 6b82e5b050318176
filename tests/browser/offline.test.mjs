// The page without a network, and after a change on its server.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { deploy } from './deployed.mjs';
import { madeDng, readDng } from './dng.mjs';
import { denoise, download, give, reach, screenshot, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */

const { visit } = visitors();

/** A change that shows once the page has started. */
const NEWER = /** @type {const} */ (['/shared/words.js', 'Runs on the CPU', 'Runs on a CPU, as newer pages say']);

/** Counts in a page how often it looked for a newer version, and how often it was told its version. */
function count() {
  const counts = { looks: 0, reports: 0 };
  Object.assign(globalThis, { counts });
  const { postMessage } = ServiceWorker.prototype;
  ServiceWorker.prototype.postMessage = function (/** @type {any[]} */ ...given) {
    counts.looks += 1;
    return postMessage.apply(this, /** @type {any} */ (given));
  };
  navigator.serviceWorker.addEventListener('message', () => (counts.reports += 1));
}

/**
 * The page with its service worker.
 *
 * @param {import('node:test').TestContext} t
 * @param {Awaited<ReturnType<typeof deploy>>} site
 */
function open(t, { url }) {
  return visit(t, { context: { serviceWorkers: 'allow' }, url, prepare: (page) => page.addInitScript(count) });
}

/**
 * @param {Page} page
 * @param {number} reports
 */
async function hear(page, reports) {
  await page.waitForFunction((reports) => /** @type {any} */ (globalThis).counts.reports === reports, reports);
}

/**
 * Lets time pass until the visitor comes back to the page.
 *
 * @param {Page} page
 * @param {number} minutes
 */
async function comeBack(page, minutes) {
  await page.evaluate((passed) => {
    const { now } = Date;
    Date.now = () => now() + passed;
    document.dispatchEvent(new Event('visibilitychange'));
  }, minutes * 60_000);
}

/**
 * Empties the HTTP cache: without a network, everything then comes from the service worker.
 *
 * @param {Page} page
 */
async function forget(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.clearBrowserCache');
}

/** @param {Page} page */
const offer = (page) => page.getByText('There is a newer version of this page.');

test('once visited, the page denoises without a network, and gives way to a newer one', async (t) => {
  const site = await deploy(t);
  const { page, errors } = await open(t, site);
  await page.getByText('works offline').waitFor();
  await screenshot(page, 'offline');

  site.switchOff();
  await forget(page);
  await page.reload();
  for (const demo of ['Coffee by lamplight', 'Dusk at the lake', 'Still life']) {
    await page.getByRole('button', { name: demo }).click();
    await reach(page, 'open');
    assert.equal(await page.locator('#error').isHidden(), true);
    // Requests in progress when the page is left count as failed.
    await page.locator('#device').getByText('Runs on the CPU').waitFor();
    await page.reload();
  }
  await page.getByRole('button', { name: 'Still life' }).click();
  await page.locator('#device').getByText('Runs on the CPU').waitFor();
  await denoise(page);
  await reach(page, 'done');
  // Kept or not, a browser looks for a newer service worker, which nobody can give here.
  assert.deepEqual(errors.filter((error) => !error.includes('offline.js')), []);

  await site.change('/index.html', '<title>', '<title>Newer: ');
  await site.switchOn();
  await page.goto(site.url);
  assert.match(await page.title(), /^Newer: /);
});

test('RAW files need a network once, say so, and none from then on', async (t) => {
  const site = await deploy(t);
  const { page } = await open(t, site);
  const { file, codes } = madeDng({ width: 64, height: 48 });
  const dng = { name: 'photo.dng', mimeType: '', buffer: file };
  await page.getByText('works offline').waitFor();
  const kept = () => page.evaluate(async () => (await caches.match('worker/raw-photo.js')) !== undefined);
  assert.equal(await kept(), false);

  site.switchOff();
  await forget(page);
  await page.reload();
  await page.locator('#device').getByText('Runs on the CPU').waitFor();
  await give(page, dng);
  const words = '“photo.dng” could not be opened: what this page needs for it could not be loaded. Check the connection';
  await page.locator('#error').getByText(words).waitFor();
  await screenshot(page, 'raw-offline');
  // All else goes on.
  await page.getByRole('button', { name: 'Still life' }).click();
  await reach(page, 'open');
  assert(await page.locator('#error').isHidden());
  await give(page, dng);
  await page.locator('#error').getByText(words).waitFor();
  await reach(page, 'open');

  await site.switchOn();
  // The same page, the same file on its list.
  await page.locator('svnr-queue').getByRole('button', { name: /^photo\.dng/ }).first().click();
  await page.locator('#name').getByText('photo.dng').waitFor();
  await reach(page, 'open');
  await denoise(page);
  await reach(page, 'done');
  await page.waitForFunction(async () => (await caches.match('worker/raw-photo.js')) !== undefined);

  site.switchOff();
  await forget(page);
  await page.reload();
  await page.locator('#device').getByText('Runs on the CPU').waitFor();
  await give(page, dng);
  await reach(page, 'open');
  await denoise(page);
  await reach(page, 'done');
  assert.equal(readDng((await download(page)).bytes).codes.length, codes.length);

  // A newer version takes them over.
  await site.change(...NEWER);
  await site.switchOn();
  await page.reload();
  await page.locator('#device').getByText('as newer pages say').waitFor();
  await hear(page, 1);
  assert(await kept());
});

test('a page that stays open says when there is a newer one, and reloads as that', async (t) => {
  const site = await deploy(t);
  const { page, errors } = await open(t, site);
  await hear(page, 1);
  await comeBack(page, 61);
  await hear(page, 2);
  assert(await offer(page).isHidden(), 'nothing has changed');

  await site.change(...NEWER);
  await comeBack(page, 30);
  assert.equal(await page.evaluate(() => /** @type {any} */ (globalThis).counts.looks), 2, 'once an hour is enough');
  await comeBack(page, 31);
  await offer(page).waitFor();
  await screenshot(page, 'newer');
  assert.equal(await page.locator('#device').innerText(), 'Runs on the CPU');

  await page.getByRole('button', { name: 'Reload' }).click();
  await page.locator('#device').getByText('as newer pages say').waitFor();
  await hear(page, 1);
  assert(await offer(page).isHidden(), 'this is the newer one');
  assert.deepEqual(errors, []);
});

test('a page that was opened without a network says so, too, once there is one again', async (t) => {
  const site = await deploy(t);
  const { page } = await open(t, site);
  await hear(page, 1);
  site.switchOff();
  await forget(page);
  await page.reload();
  await hear(page, 1);

  // An idle service worker is stopped, and has forgotten everything when it is needed again.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('ServiceWorker.enable');
  await devtools.send('ServiceWorker.stopAllWorkers');
  await site.change(...NEWER);
  await site.switchOn();
  await comeBack(page, 61);
  await offer(page).waitFor();
  await page.getByRole('button', { name: 'Reload' }).click();
  await page.locator('#device').getByText('as newer pages say').waitFor();
});

test('no visit gets an old page from the HTTP cache', async (t) => {
  const site = await deploy(t);
  const { page } = await open(t, site);
  await page.getByText('works offline').waitFor();
  await site.change('/index.html', '<title>', '<title>Newer: ');
  await site.change(...NEWER);
  const visitor = await page.context().newPage();
  await visitor.goto(site.url);
  assert.match(await visitor.title(), /^Newer: /);
  await visitor.locator('#device').getByText('as newer pages say').waitFor();
});

test('the page can be installed', async (t) => {
  const { page } = await visit(t);
  const devtools = await page.context().newCDPSession(page);
  const { url, errors } = await devtools.send('Page.getAppManifest');
  assert.equal(url, new URL('manifest.webmanifest', page.url()).href);
  assert.deepEqual(errors, []);
});

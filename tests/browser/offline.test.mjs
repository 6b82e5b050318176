// The page without a network.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { artifacts, launch, serve, watchErrors } from './harness.mjs';

test('once visited, the page denoises without a network, and gives way to a newer one', async (t) => {
  const [site, browser] = await Promise.all([serve(), launch({ webgpu: false })]);
  t.after(() => Promise.all([site.close(), browser.close()]));
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  const errors = watchErrors(page);
  await page.goto(site.url);
  await page.getByText('works without a network').waitFor();
  await page.screenshot({ path: `${artifacts}screenshots/offline.png` });

  await site.close();
  // An empty HTTP cache: what comes now comes from the service worker.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.clearBrowserCache');
  await page.reload();
  for (const sample of ['Dusk at the lake', 'Still life']) {
    await page.getByRole('button', { name: sample }).click();
    await page.locator('body[data-state=open]').waitFor();
    assert.equal(await page.locator('#error').isHidden(), true);
    await page.reload();
  }
  await page.getByRole('button', { name: 'Still life' }).click();
  await page.locator('#device').getByText('Runs on the CPU').waitFor();
  await page.getByRole('button', { name: 'Denoise' }).click();
  await page.locator('body[data-state=done]').waitFor();
  // Kept or not, a browser looks for a newer service worker, which nobody can give here.
  assert.deepEqual(errors.filter((error) => !error.includes('offline.js')), []);

  const newer = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<title>newer</title>'));
  t.after(() => newer.close());
  await new Promise((resolve) => newer.listen(Number(new URL(site.url).port), 'localhost', () => resolve(null)));
  await page.goto(site.url);
  assert.equal(await page.title(), 'newer');
});

test('the page can be installed', async (t) => {
  const [site, browser] = await Promise.all([serve(), launch({ webgpu: false })]);
  t.after(() => Promise.all([site.close(), browser.close()]));
  const page = await browser.newPage();
  await page.goto(site.url);
  const devtools = await page.context().newCDPSession(page);
  const { url, errors } = await devtools.send('Page.getAppManifest');
  assert.equal(url, `${site.url}manifest.webmanifest`);
  assert.deepEqual(errors, []);
});

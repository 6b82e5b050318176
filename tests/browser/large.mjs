// Takes a photo of 50 megapixels through the page and prints a table for docs/page.md: `node large.mjs [weights]`, with
// the environment of the tests. On the CPU the released network takes a quarter of an hour or more. A network of two
// narrow layers (`train --widths 8,8 --blocks 1,1 --steps 1`) takes minutes, with the same images in memory.

import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import sharp from 'sharp';

import { launch, serve } from './harness.mjs';
import { denoise, reach } from './visit.mjs';

const [WIDTH, HEIGHT] = [8660, 5774];
const PATIENCE = 3_600_000;
const [, , weights] = process.argv;

/** A photo that no codec can compress to nothing. */
async function photo() {
  const noise = { type: /** @type {const} */ ('gaussian'), mean: 128, sigma: 30 };
  const path = `${tmpdir()}/large.jpg`;
  const pixels = sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: 'grey', noise } });
  await pixels.jpeg({ quality: 92 }).toFile(path);
  return path;
}

/**
 * The most memory that one of the browser's pages has used, in bytes, if the system tells.
 *
 * @param {import('playwright-core').Browser} browser
 */
async function mostMemory(browser) {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  const all = await Promise.all(
    processInfo.filter(({ type }) => type === 'renderer').map(async ({ id }) => {
      const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '');
      return 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? NaN);
    }),
  );
  return Math.max(...all);
}

const path = await photo();
const [site, browser] = await Promise.all([serve(), launch({ webgpu: false })]);
try {
  const page = await browser.newPage({ serviceWorkers: 'block' });
  page.setDefaultTimeout(PATIENCE);
  if (weights) await page.route('**/svnr.safetensors', (route) => route.fulfill({ path: weights }));
  await page.goto(site.url);
  await page.locator('body[data-backend]').waitFor();

  console.log('| What | Seconds | Most memory of the page so far, GB |\n|---|--:|--:|');
  let begin = performance.now();
  /** @param {string} what */
  const row = async (what) => {
    const error = await page.locator('#error').innerText();
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    console.log(`| ${what}${error && `: ${error}`} | ${seconds} | ${((await mostMemory(browser)) / 1e9).toFixed(2)} |`);
    begin = performance.now();
  };
  await page.locator('#file').setInputFiles(path);
  await reach(page, 'open');
  await row('open a JPEG of 50 megapixels');
  await page.locator('svnr-loupe[ready]').waitFor();
  await row('its noise, and a first preview');
  await page.getByRole('button', { name: '100 %' }).click();
  await page.locator('svnr-compare .detail:not([hidden])').first().waitFor();
  await row('look at 100 %');
  await denoise(page, 'Balanced');
  await page.getByText(/Pass 1 of 4/).waitFor();
  await row('a run of 4 steps, under way');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await reach(page, 'open');
  await page.locator('#noise-words').getByText(/strong|moderate/).waitFor();
  await row('cancel it');
  await denoise(page, 'Fast');
  await reach(page, 'done');
  await row('a run of 1 step, whole');
  const link = page.locator('#download[href]');
  await link.waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
  await row('write and save a PNG');
  const saved = await sharp(await file.path(), { limitInputPixels: false }).metadata();
  if (saved.width !== WIDTH || saved.height !== HEIGHT) throw new Error(`the file has ${saved.width} x ${saved.height} pixels`);
} finally {
  await Promise.all([browser.close(), site.close()]);
}

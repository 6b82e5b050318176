// A visitor of the page: opens it, gives it photos, presses buttons.

import { readFile } from 'node:fs/promises';
import { after, before } from 'node:test';

import { artifacts, launch, serve, watchErrors } from './harness.mjs';
import { encodePng } from './pictures.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{ name: string, buffer: Buffer, mimeType?: string }} File */

/**
 * Adds code to a worker.
 *
 * @param {Page} page
 * @param {string} code
 * @param {string} [worker]  its file; the page's if none is named
 */
export async function inWorker(page, code, worker = 'worker.js') {
  await page.route(`**/${worker}`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${await response.text()}\n${code}` });
  });
}

/**
 * Both or none: what is left running would keep the tests from ending.
 *
 * @param {Parameters<typeof launch>[0]} options
 * @returns {Promise<[Awaited<ReturnType<typeof serve>>, Awaited<ReturnType<typeof launch>>]>}
 */
async function start(options) {
  const site = await serve();
  try {
    return [site, await launch(options)];
  } catch (error) {
    await site.close();
    throw error;
  }
}

// A service worker's requests would pass by the tests' routes.
const USUAL = /** @type {const} */ ({ serviceWorkers: 'block' });

/**
 * A context with a page that stays open and holds the compiled module, so that no other page has to compile it.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 */
async function contextWithModule(browser, url) {
  const context = await browser.newContext(USUAL);
  const page = await context.newPage();
  await page.route('**/module.html', (route) => route.fulfill({ body: '<title>Module</title>', contentType: 'text/html' }));
  await page.goto(new URL('module.html', url).href);
  await page.evaluate(async () => {
    const module = await WebAssembly.compileStreaming(fetch('/pkg/wasm/svnr_wasm_bg.wasm'));
    Object.assign(globalThis, { module });
  });
  return context;
}

/**
 * A server and a browser for the tests of a file. Without WebGPU by default, because the CPU is faster than a software
 * GPU.
 *
 * @param {Parameters<typeof launch>[0]} [options]
 */
export function visitors(options = { webgpu: false }) {
  /** @type {Promise<[Awaited<ReturnType<typeof serve>>, Awaited<ReturnType<typeof launch>>]>} */
  let started;
  before(async () => {
    started = start(options);
    await started;
  });
  after(async () => {
    const [site, browser] = await started;
    await Promise.all([site.close(), browser.close()]);
  });
  /** One for all pages that need no other: the page keeps nothing in it.
   * @type {Promise<import('playwright-core').BrowserContext> | undefined} */
  let shared;
  return {
    /**
     * Opens the page, with a photo if one is given, or the test's own page instead.
     *
     * @param {import('node:test').TestContext | null} t  `null` for a page that stays open for all tests of the file
     * @param {object} [how]
     * @param {import('playwright-core').BrowserContextOptions} [how.context]
     * @param {Awaited<ReturnType<typeof launch>>} [how.in]
     * @param {(page: Page) => Promise<unknown>} [how.prepare]  before the page loads
     * @param {string} [how.url]  where else it is
     * @param {string} [how.html]  of the test's own page, beside the other files
     * @param {Record<string, string>} [how.headers]  of that
     * @param {import('./pictures.mjs').Rgb} [how.photo]
     */
    async visit(t, { context: contextOptions, in: launched, prepare, url, html, headers, photo } = {}) {
      // A file's own hook does not wait for the one above.
      const [site, browser] = await started;
      const isOwn = Boolean(launched ?? contextOptions);
      const context = await (isOwn
        ? (launched ?? browser).newContext({ ...USUAL, ...contextOptions })
        : (shared ??= contextWithModule(browser, site.url)));
      const page = await context.newPage();
      t?.after(() => (isOwn ? context : page).close());
      // Compiling shaders for a software GPU takes a while.
      page.setDefaultTimeout(240_000);
      const errors = watchErrors(page);
      if (html !== undefined) {
        const answer = { body: html, headers: { 'content-type': 'text/html', ...headers } };
        await page.route('**/own.html', (route) => route.fulfill(answer));
      }
      await prepare?.(page);
      await page.goto(new URL(html === undefined ? '' : 'own.html', url ?? site.url).href);
      if (photo) {
        await give(page, { name: 'photo.png', buffer: encodePng(photo) });
        await reach(page, 'open');
      }
      return { page, errors };
    },
  };
}

/**
 * Chooses files.
 *
 * @param {Page} page
 * @param {File[]} files
 */
export async function give(page, ...files) {
  await page.locator('#file').setInputFiles(files.map((file) => ({ mimeType: 'image/png', ...file })));
}

/**
 * @param {Page} page
 * @param {'empty' | 'opening' | 'open' | 'running' | 'done'} state
 */
export async function reach(page, state) {
  await page.locator(`body[data-state=${state}]`).waitFor();
}

/**
 * Denoises with one of the choices for steps.
 *
 * @param {Page} page
 * @param {'Fast' | 'Balanced' | 'Fine'} [choice]
 */
export async function denoise(page, choice = 'Fast') {
  await page.getByRole('radio', { name: choice }).check();
  await page.getByRole('button', { name: /^Denoise( again)?$/ }).click();
}

/**
 * Saves the result as a visitor does.
 *
 * @param {Page} page
 */
export async function download(page) {
  const link = page.locator('#download[href]');
  await link.waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()), text: await link.innerText() };
}

/**
 * A screenshot of the page at rest: in the middle of a transition it would show colours that nobody sees.
 *
 * @param {Page} page
 * @param {string} name
 * @param {import('playwright-core').PageScreenshotOptions} [options]
 */
export function screenshot(page, name, options) {
  return page.screenshot({ path: `${artifacts}screenshots/${name}.png`, animations: 'disabled', ...options });
}

/**
 * The pictures on the stage, before and after, as they are shown: RGBA in sRGB. Without an after there is one.
 *
 * @param {Page} page
 * @returns {Promise<{ width: number, height: number, data: number[] }[]>}
 */
export async function shown(page) {
  const pictures = await page.evaluate(() => {
    const canvases = document.querySelector('svnr-compare')?.shadowRoot?.querySelectorAll('canvas') ?? [];
    return [...canvases].flatMap((canvas) => {
      const { width, height } = canvas;
      if (width === 0 || canvas.matches('.detail')) return [];
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context?.drawImage(canvas, 0, 0);
      let text = '';
      for (const byte of context?.getImageData(0, 0, width, height).data ?? []) text += String.fromCharCode(byte);
      // Number by number it would take a second to bring over.
      return { width, height, base64: btoa(text) };
    });
  });
  return pictures.map(({ base64, ...size }) => ({ ...size, data: [...Buffer.from(base64, 'base64')] }));
}

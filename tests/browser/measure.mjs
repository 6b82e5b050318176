// Measures the page's size and times on the CPU, as Markdown tables for docs/page.md. Not a test: `node measure.mjs`,
// with the environment of the tests (CHROMIUM, and SVNR_WASM and SVNR_XTASK where they are not the default).

import { cpus } from 'node:os';
import { brotliCompressSync, constants } from 'node:zlib';

import { launch, serve } from './harness.mjs';
import { denoise, reach } from './visit.mjs';

/** How many fresh browsers to measure; the tables give medians. */
const RUNS = 5;
const DEMO = 'Still life';
const PATIENCE = 300_000;

/** @typedef {{ usable: number, ready: number, opened: number, denoised: number }} Times  in milliseconds */

/**
 * Records in the page when its state changes and when something is clicked, by the page's own clock.
 */
function watchStates() {
  /** @type {Record<string, number>} */
  const times = {};
  Object.assign(globalThis, { times });
  const note = (/** @type {string} */ what) => {
    times[what] ??= performance.now();
  };
  addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button') : null;
    if (button?.dataset.demo) note('chosen');
    else if (button?.type === 'submit') note('asked');
  }, true);
  new MutationObserver(() => {
    const { state, backend } = document.body?.dataset ?? {};
    if (backend) note('ready');
    if (state) note(state);
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-state', 'data-backend'] });
}

/**
 * A visit with a fresh browser.
 *
 * @param {string} url
 * @param {Set<string>} asked  gets the addresses that the page has asked for until it was ready
 * @returns {Promise<Times>}
 */
async function visit(url, asked) {
  const browser = await launch({ webgpu: false });
  try {
    // It would ask for everything a second time, to keep it.
    const page = await browser.newPage({ serviceWorkers: 'block' });
    page.setDefaultTimeout(PATIENCE);
    const note = (/** @type {import('playwright-core').Request} */ request) => asked.add(request.url());
    page.context().on('request', note);
    await page.addInitScript(watchStates);
    await page.goto(url);
    await page.locator('body[data-backend]').waitFor();
    page.context().off('request', note);

    await page.getByRole('button', { name: DEMO }).click();
    await reach(page, 'open');
    await denoise(page);
    await reach(page, 'done');
    return await page.evaluate(() => {
      const { ready, chosen, open, asked, done } = /** @type {any} */ (globalThis).times;
      const [navigation] = performance.getEntriesByType('navigation');
      const [paint] = performance.getEntriesByName('first-contentful-paint');
      // Module scripts run before this event: from then on buttons do something.
      const scripts = /** @type {PerformanceNavigationTiming} */ (navigation).domContentLoadedEventEnd;
      return { usable: Math.max(scripts, paint?.startTime ?? 0), ready, opened: open - chosen, denoised: done - asked };
    });
  } finally {
    await browser.close();
  }
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** @param {Buffer} bytes */
function compressed(bytes) {
  const { BROTLI_PARAM_QUALITY: quality, BROTLI_PARAM_LGWIN: window, BROTLI_MAX_WINDOW_BITS: most } = constants;
  return brotliCompressSync(bytes, { params: { [quality]: 11, [window]: most } }).length;
}

/** @param {number} bytes */
function kilobytes(bytes) {
  const digits = bytes < 1e5 ? 1 : 0;
  return (bytes / 1000).toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

const site = await serve();
/** @type {Set<string>} */
const asked = new Set();
/** @type {Times[]} */
const times = [];
/** @type {{ name: string, raw: number, brotli: number }[]} */
const rows = [];
try {
  for (let run = 0; run < RUNS; run += 1) times.push(await visit(site.url, asked));
  for (const url of asked) {
    const { origin, pathname } = new URL(url);
    if (`${origin}/` !== site.url) continue;
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    rows.push({ name: pathname.slice(1) || 'index.html', raw: bytes.length, brotli: compressed(bytes) });
  }
} finally {
  await site.close();
}
rows.sort((a, b) => b.brotli - a.brotli);

const isWeights = (/** @type {{ name: string }} */ { name }) => name.endsWith('.safetensors');
const sum = (/** @type {string} */ name, /** @type {typeof rows} */ of) => ({
  name: `**${name}**`,
  raw: of.reduce((sum, { raw }) => sum + raw, 0),
  brotli: of.reduce((sum, { brotli }) => sum + brotli, 0),
});
const sums = [sum('weights', rows.filter(isWeights)), sum('everything else', rows.filter((row) => !isWeights(row))), sum('all', rows)];
console.log('| File | kB | kB with Brotli |\n|---|--:|--:|');
for (const { name, raw, brotli } of [...rows, ...sums]) console.log(`| ${name} | ${kilobytes(raw)} | ${kilobytes(brotli)} |`);

const [cpu] = cpus();
console.log(`\nOn ${cpus().length} cores of ${cpu?.model.trim() ?? 'an unknown CPU'}, without WebGPU, from a server on the same machine:\n`);
console.log(`| From … to … | Median of ${RUNS} | Least | Most |\n|---|--:|--:|--:|`);
for (const [what, key] of /** @type {const} */ ([
  ['the address to a page that can be used', 'usable'],
  ['the address to a denoiser that is ready', 'ready'],
  [`a click on the demo photo “${DEMO}” to the photo`, 'opened'],
  ['a click on Denoise to its result, 1 step', 'denoised'],
])) {
  const all = times.map((time) => time[key]);
  console.log(`| ${what} | ${seconds(median(all))} | ${seconds(Math.min(...all))} | ${seconds(Math.max(...all))} |`);
}

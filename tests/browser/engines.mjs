// The page in the engines that the tests do not open: Firefox, and WebKitGTK in place of Safari, as far as they are
// here (Debian's firefox-esr, webkit2gtk-driver and xvfb). `node engines.mjs` goes through the page and prints what
// came of it as a table for docs/page.md. No test; it takes the environment of the tests.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { artifacts, serve } from './harness.mjs';
import { decodePng, encodePng, gain, noisyAndClean } from './pictures.mjs';
import { firefox, webkit } from './webdriver.mjs';

/** @typedef {import('./webdriver.mjs').Visitor} Visitor */
/** @typedef {Awaited<ReturnType<typeof serve>>} Site */

const folder = await mkdtemp(`${tmpdir()}/engines-`);
const pictures = `${artifacts}engines/`;
const photo = noisyAndClean(320, 240);

/** @param {string} name @param {Buffer} contents */
async function made(name, contents) {
  await writeFile(`${folder}/${name}`, contents);
  return `${folder}/${name}`;
}

const png = encodePng(photo.noisy);
const files = {
  photo: await made('photo.png', png),
  second: await made('second.png', png),
  half: await made('half.png', png.subarray(0, png.length / 2)),
};

/** @param {string} css  of an element @param {string} [property] */
const of = (css, property = 'textContent') => `document.querySelector(${JSON.stringify(css)}).${property}`;

/** @param {string} css */
const isShown = (css) => `document.querySelector(${JSON.stringify(css)})?.checkVisibility()`;

/** @param {string} state */
const isState = (state) => `document.body.dataset.state === '${state}'`;

/** Where an element of the page is: its left, top, width and height. @param {Visitor} page @param {string} found */
function box(page, found) {
  return page.value(`(({ left, top, width, height }) => [left, top, width, height])(${found}.getBoundingClientRect())`);
}

/** Chooses from a list. @param {Visitor} page @param {string} list  its XPath @param {string} text */
const choose = (page, list, text) => page.click(`${list}/option[.='${text}']`);

/** @param {Visitor} page */
async function denoise(page) {
  await page.click("//button[@id='denoise']");
  await page.until(isState('done'));
}

/**
 * What a visitor does, in this order, and what the table says of it: that much happened, or it throws.
 *
 * @type {[string, (page: Visitor, site: Site) => Promise<string>][]}
 */
const STEPS = [
  ['The page loads', async (page, { url }) => {
    await page.open(url);
    await page.until('document.body.dataset.backend');
    return page.value(of('#device'));
  }],
  ['It says why there is no GPU', async (page) => {
    if ((await page.value('document.body.dataset.backend')) === 'webgpu') return 'there is one';
    return page.until(`${isShown('#notice')} && ${of('#notice span')}`);
  }],
  ['Half a file is refused', async (page) => {
    await page.type("//input[@id='file']", files.half);
    return page.until(`${isShown('#error')} && ${of('#error span')}`);
  }],
  ['A photo opens', async (page) => {
    await page.type("//input[@id='file']", files.photo);
    await page.until(isState('open'));
    return page.until(`!${isShown('#error')} && ${of('#name')}`);
  }],
  ['Its noise is measured', (page) => page.until(`${of('#noise-words')}.replace('measuring…', '')`)],
  ['A preview', async (page) => {
    await page.until(isShown('svnr-loupe[ready]'));
    return 'shown';
  }],
  ['The noise map', async (page) => {
    await choose(page, "//select[@id='view']", 'Where there is noise');
    const legend = await page.until(`${isShown('#legend')} && ${of('#legend', 'innerText')}.trim().replace(/\\s*\\n\\s*/, ' to ')`);
    await choose(page, "//select[@id='view']", 'Picture');
    return legend;
  }],
  ['The brush paints', async (page) => {
    await page.click("//details[@id='local']/summary");
    await page.until(isShown('svnr-brush'));
    const [left, top, width, height] = await box(page, "document.querySelector('svnr-brush')");
    await page.drag([left + width / 4, top + height / 4], [left + width / 2, top + height / 2]);
    const words = await page.until(`${of('#local-words')}.replace('everywhere', '')`);
    // Focusing it scrolls it out from under the Denoise button.
    await page.value(of('[data-action=clear]', 'focus()'));
    await page.click("//button[.='Clear']");
    return words;
  }],
  ['Denoising, one step', async (page) => {
    await denoise(page);
    return 'done';
  }],
  ['The divider is dragged', async (page) => {
    const [left, top, width, height] = await box(page, "document.querySelector('svnr-compare').shadowRoot.querySelector('.grip')");
    const [x, y] = [left + width / 2, top + height / 2];
    await page.drag([x, y], [x - 60, y], [x - 120, y]);
    const position = await page.value(of('svnr-compare', 'position'));
    if (!(position < 49)) throw new Error(`it stayed at ${position} %`);
    return `to ${Math.round(position)} %`;
  }],
  ['Download', async (page) => {
    await page.until(of('#download', 'href'));
    await page.click("//a[@id='download']");
    const better = gain(photo, decodePng(await page.downloaded('photo-svnr.png')));
    if (!(better > 3)) throw new Error(`the file is better by ${better} dB`);
    return `better by ${better.toFixed(1)} dB`;
  }],
  ['Other formats', async (page) => {
    const list = "//select[@aria-label='File format']";
    /** @type {string[]} */
    const names = await page.value("[...document.querySelectorAll('[aria-label=\"File format\"] option')].map((one) => one.text)");
    for (const name of names.toReversed()) {
      await choose(page, list, name);
      await page.until(of('#download', 'href'));
    }
    return names.join('; ');
  }],
  ['Copy', async (page) => {
    await page.click("//button[.='Copy']");
    return page.until(`${isShown('#error')} ? ${of('#error span')} : /cop/i.test(${of('svnr-save button')}) && ${of('#live')}.match(/.*clipboard.*/)?.[0]`);
  }],
  ['200 %', async (page) => {
    await page.click("//button[.='200 %']");
    return page.until(`${of('svnr-zoom output')}.match(/^200 %$/)?.[0]`);
  }],
  ['A second photo, both denoised', async (page) => {
    await page.type("//input[@id='file']", files.second);
    await page.until(isState('open'));
    await page.click("//button[.='Denoise all']");
    await page.until("document.querySelectorAll('svnr-queue [data-state=done]').length === 2");
    return page.until(`${of('#live')}.match(/^All photos .*/)?.[0]`);
  }],
  ['Both in one archive', async (page) => {
    await page.click("//button[.='Save all as a zip']");
    const { length } = await page.downloaded('photos-svnr.zip');
    return `${Math.round(length / 1000)} kB`;
  }],
  ['On a window 390 wide', async (page) => {
    await page.resize(390, 844);
    await page.value("scrollTo({ top: 0, behavior: 'instant' })");
    // Browsers have a minimum width.
    const [width, over] = await page.value('[innerWidth, document.documentElement.scrollWidth - document.documentElement.clientWidth]');
    if (over > 0) throw new Error(`${over} pixels too wide`);
    return `${width} wide, nothing sticks out`;
  }],
  ['Again without a network', async (page, site) => {
    await page.until(isShown('#offline'));
    await site.close();
    await page.open(site.url);
    await page.until('document.body.dataset.backend');
    await page.click("//button[contains(., 'Still life')]");
    await page.until(isState('open'));
    await denoise(page);
    return 'opened and denoised';
  }],
];

/** @param {Visitor} page */
async function visit(page) {
  const site = await serve();
  /** @type {string[]} */
  const cells = [];
  await page.resize(1280, 800);
  for (const [i, [what, step]] of STEPS.entries()) {
    console.error(`${page.name}: ${what}`);
    const begin = performance.now();
    try {
      const words = await step(page, site);
      cells.push(`${words.trim()} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
    } catch (error) {
      cells.push(`**fails: ${error instanceof Error ? error.message : error}**`);
      process.exitCode = 1;
    }
    await writeFile(`${pictures}${page.name}-${i + 1}.png`, await page.picture());
  }
  await site.close();
  return cells;
}

await mkdir(pictures, { recursive: true });
/** @type {{ title: string, cells: string[] }[]} */
const columns = [];
for (const start of [firefox, webkit]) {
  const page = await start();
  if (!page) continue;
  try {
    columns.push({ title: `${page.name} ${page.version}`, cells: await visit(page) });
  } finally {
    await page.close();
  }
}
await rm(folder, { recursive: true });
console.log(`| | ${columns.map(({ title }) => title).join(' | ')} |\n|---|${'---|'.repeat(columns.length)}`);
for (const [i, [what]] of STEPS.entries()) console.log(`| ${what} | ${columns.map(({ cells }) => cells[i]).join(' | ')} |`);

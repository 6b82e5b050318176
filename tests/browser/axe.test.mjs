// Whether everybody can use the page, as far as a program can tell: axe-core finds nothing in any of its states.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';

import { launch, serve } from './harness.mjs';
import { encodePng, noisyAndClean } from './pictures.mjs';

/** @typedef {import('playwright-core').Page} Page */

const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];

const photo = encodePng(noisyAndClean(64, 48).noisy);

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
 * What axe has to say against the page as it is, one line for each kind of fault.
 *
 * @param {Page} page
 * @param {string} state  as the tests call it
 */
async function faults(page, state) {
  const { violations } = await page.evaluate(
    (rules) => {
      const { axe } = /** @type {{ axe: typeof import('axe-core') }} */ (/** @type {unknown} */ (globalThis));
      return axe.run({ runOnly: rules, resultTypes: ['violations'] });
    },
    RULES,
  );
  // A label names the first of two elements with one id; axe does not mind.
  const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id));
  const twice = ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `${state}: several elements have the id ${id}`);
  const found = violations.map(({ id, help, nodes }) => {
    const where = nodes.map(({ target, any }) => [target.join(' '), ...any.map(({ message }) => message)].join(': '));
    return [`${state}: ${id}: ${help}`, ...where].join('\n  ');
  });
  return [...found, ...twice];
}

/** @param {Page} page */
async function unfoldAll(page) {
  await page.locator('details').evaluateAll((all) => all.forEach((details) => details.toggleAttribute('open', true)));
}

/**
 * @param {Page} page
 * @param {string} name
 * @param {Buffer} buffer
 */
async function choose(page, name, buffer) {
  await page.locator('#file').setInputFiles({ name, mimeType: 'image/png', buffer });
}

/**
 * @param {Page} page
 * @param {'empty' | 'open' | 'running' | 'done'} state
 */
async function reach(page, state) {
  await page.locator(`body[data-state=${state}]`).waitFor();
}

for (const [name, options] of /** @type {const} */ ([
  ['wide, light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
  ['wide, dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
  ['phone, light', { viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true, isMobile: true }],
  ['phone, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true, isMobile: true }],
])) {
  test(name, async (t) => {
    // In the middle of a transition colours are neither the one nor the other.
    const context = await browser.newContext({ serviceWorkers: 'block', reducedMotion: 'reduce', ...options });
    t.after(() => context.close());
    // Not held up by the page's policy.
    await context.addInitScript({ path: AXE });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(site.url);
    await page.locator('body[data-backend=cpu]').waitFor();
    const found = await faults(page, 'empty');

    await choose(page, 'not a photo.png', Buffer.from('not a photo'));
    await page.locator('#error').waitFor();
    found.push(...(await faults(page, 'error')));

    await choose(page, 'photo.png', photo);
    await reach(page, 'open');
    await page.locator('#read-slider:enabled').waitFor({ state: 'attached' });
    await unfoldAll(page);
    found.push(...(await faults(page, 'open')));

    await page.locator('[name=steps][value="16"]').check();
    await page.locator('#denoise').click();
    await reach(page, 'running');
    await unfoldAll(page);
    found.push(...(await faults(page, 'running')));
    assert.equal(await page.locator('body').getAttribute('data-state'), 'running', 'it was done too soon to be looked at');

    // By the keyboard: a sticky button has no place of its own to be scrolled to.
    await page.locator('#cancel').press('Enter');
    await reach(page, 'open');
    await page.locator('[name=steps][value="1"]').check();
    await page.locator('#denoise').click();
    await reach(page, 'done');
    await page.locator('#download[href]').waitFor();
    await unfoldAll(page);
    found.push(...(await faults(page, 'done')));

    assert(found.length === 0, found.join('\n'));
  });
}

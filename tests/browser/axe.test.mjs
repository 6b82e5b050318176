// Accessibility, as far as a program can tell: axe-core finds nothing in any state of the page.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

import { encodePng, noisyAndClean } from './pictures.mjs';
import { denoise, give, reach, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */

const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];

// Large enough that a run lasts while it is looked at.
const photo = encodePng(noisyAndClean(160, 120).noisy);

const { visit } = visitors();

/**
 * What axe finds wrong with the page as it is, one line per kind of fault.
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
 * @param {string} state
 */
async function faultsInAllColours(page, state) {
  const found = [];
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await faults(page, `${state}, ${colorScheme}`)));
  }
  return found;
}

for (const [name, options] of /** @type {const} */ ([
  ['wide', { viewport: { width: 1280, height: 800 } }],
  ['phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
])) {
  test(`on a ${name} screen`, async (t) => {
    const { page } = await visit(t, {
      // Colours in the middle of a transition do not count.
      context: { reducedMotion: 'reduce', ...options },
      // Not blocked by the page's policy.
      prepare: (page) => page.addInitScript({ path: AXE }),
    });
    await page.locator('body[data-backend=cpu]').waitFor();
    const found = await faultsInAllColours(page, 'empty');

    await give(page, { name: 'not a photo.png', buffer: Buffer.from('not a photo') });
    await page.locator('#error').waitFor();
    found.push(...(await faultsInAllColours(page, 'error')));

    await give(page, { name: 'photo.png', buffer: photo });
    await reach(page, 'open');
    await page.locator('#read-slider:enabled').waitFor({ state: 'attached' });
    await unfoldAll(page);
    found.push(...(await faultsInAllColours(page, 'open')));

    await page.getByLabel('Noise as').selectOption('Own curve');
    found.push(...(await faultsInAllColours(page, 'own curve')));
    await page.getByRole('button', { name: 'Back to as measured' }).click();

    await denoise(page, 'Fine');
    await reach(page, 'running');
    await unfoldAll(page);
    found.push(...(await faultsInAllColours(page, 'running')));
    assert.equal(await page.locator('body').getAttribute('data-state'), 'running', 'it was done too soon to be looked at');

    // By the keyboard: a sticky button has no place of its own to be scrolled to.
    await page.locator('#cancel').press('Enter');
    await reach(page, 'open');
    await denoise(page);
    await reach(page, 'done');
    await page.locator('#download[href]').waitFor();
    await unfoldAll(page);
    found.push(...(await faultsInAllColours(page, 'done')));

    assert(found.length === 0, found.join('\n'));
  });
}

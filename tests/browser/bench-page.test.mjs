// The page that measures a device.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { visitors } from './visit.mjs';

const { visit } = visitors();

/** @param {import('node:test').TestContext} t @param {(code: string) => string} [changed] */
async function benchPage(t, changed = (code) => code) {
  const { page, errors } = await visit(t);
  await page.route('**/page/bench.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: changed(await response.text()) });
  });
  await page.goto(new URL('bench.html', page.url()).href);
  // What the first page was still loading.
  errors.length = 0;
  const [measure, status] = [page.getByRole('button', { name: 'Measure' }), page.locator('#status')];
  await page.locator('#measure:enabled').waitFor();
  assert.match((await page.locator('#device').textContent()) ?? '', /CPU/);
  await measure.click();
  return { page, errors, status };
}

test('every size is measured, and can be copied', async (t) => {
  const { page, errors, status } = await benchPage(t, (code) => code.replaceAll(/size: \[\d+, \d+\]/g, 'size: [32, 24]'));
  await status.filter({ hasText: 'Done.' }).waitFor();
  const rows = await page.locator('#results tr').evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
  assert.deepEqual(rows.map(([size, steps]) => [size, steps]), [1, 10, 1, 10, 1].map((steps) => ['32 × 24', `${steps}`]));
  for (const [, , seconds, perMegapixel] of rows) assert(Number(seconds) >= 0 && /^\d+ ms$/.test(perMegapixel ?? ''));
  assert(await page.getByRole('button', { name: 'Copy as text' }).isEnabled());
  assert.deepEqual(errors, []);
});

test('it stops when it is told to', async (t) => {
  const { page, errors, status } = await benchPage(t);
  await status.filter({ hasText: 'megapixels' }).waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await status.filter({ hasText: 'Stopped.' }).waitFor();
  await page.getByRole('button', { name: 'Measure' }).waitFor();
  assert.deepEqual(errors, []);
});

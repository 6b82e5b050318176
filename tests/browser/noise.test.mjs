// The noise chart and its numbers, on their own page.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';

import { root } from './harness.mjs';
import { screenshot, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('../../www/elements/noise.js').NoiseFields} NoiseFields */
/** @typedef {import('../../www/elements/noise-curve.js').NoiseCurve} NoiseCurve */

/** A photo from a camera at a high ISO. */
const MEASURED = {
  read: 0.008,
  shot: 0.004,
  points: [0.002, 0.005, 0.01, 0.02, 0.035, 0.06, 0.09, 0.13, 0.18, 0.25, 0.35, 0.5, 0.7, 0.9].map((mean, i) => ({
    mean,
    std: Math.sqrt(0.008 ** 2 + 0.004 * mean) * (1 + 0.08 * Math.sin(5 * i)),
  })),
};
const PRESETS = [
  { name: 'Camera at ISO 12800, phone at 800', read: 0.00794, shot: 0.00251 },
  { name: 'Camera at ISO 102400, phone at 6400', read: 0.0794, shot: 0.0316 },
];

const visitor = visitors();

/** The page's own policy. */
async function policy() {
  const index = await readFile(`${root}www/index.html`, 'utf8');
  const [policy] = index.match(/<meta http-equiv="Content-Security-Policy"[^>]*>/) ?? [];
  assert(policy);
  return policy;
}

/**
 * A page with one of the elements in a panel as wide as the page's.
 *
 * @param {import('node:test').TestContext} t
 * @param {'svnr-noise' | 'svnr-noise-curve'} name
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
async function visit(t, name, options) {
  const { page, errors } = await visitor.visit(t, {
    context: { viewport: { width: 336, height: 900 }, ...options },
    html: `<!doctype html><html lang="en"><meta charset="utf-8">${await policy()}
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Noise</title>
      <link rel="icon" href="icon.svg"><link rel="stylesheet" href="styles/style.css"><link rel="stylesheet" href="styles/noise.css">
      <script type="module" src="elements/${name.slice('svnr-'.length)}.js"></script>
      <form id="panel"><${name}></${name}></form>`,
  });
  await page.evaluate((name) => customElements.whenDefined(name).then(() => {}), name);
  return { page, errors };
}

/**
 * The fields, with a photo measured unless there is none.
 *
 * @param {import('node:test').TestContext} t
 * @param {typeof MEASURED | null} [measured]
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
async function visitFields(t, measured = MEASURED, options) {
  const { page, errors } = await visit(t, 'svnr-noise', options);
  const fields = await page.evaluateHandle(() => /** @type {NoiseFields} */ (document.querySelector('svnr-noise')));
  await fields.evaluate((fields, presets) => fields.setPresets(presets), PRESETS);
  if (measured) await fields.evaluate((fields, measured) => fields.setMeasured(measured), measured);
  return {
    page,
    errors,
    fields,
    value: () => fields.evaluate((fields) => fields.value),
    source: () => page.getByLabel('Noise as').evaluate((/** @type {HTMLSelectElement} */ list) => list.selectedOptions[0]?.text),
  };
}

/**
 * Where noise should be in the chart, as shares from the left and from the top.
 *
 * @param {number} mean
 * @param {number} std
 */
function expected(mean, std) {
  const [encoded, slope] =
    mean <= 0.0031308
      ? [12.92 * mean, 12.92]
      : [1.055 * mean ** (1 / 2.4) - 0.055, (1.055 / 2.4) * mean ** (1 / 2.4 - 1)];
  const codes = 255 * slope * std;
  // Ten doublings from half a code to 512.
  return { x: encoded, y: 1 - Math.min(10, Math.max(0, Math.log2(codes / 0.5))) / 10 };
}

/**
 * @param {{ x: number, y: number } | undefined} actual
 * @param {{ x: number, y: number }} expected
 * @param {string} what
 */
function assertNear(actual, expected, what) {
  const off = actual ? Math.hypot(actual.x - expected.x, actual.y - expected.y) : NaN;
  assert(off < 0.005, `${what}: ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
}

/**
 * Where the dots and the corners of the line are on the screen, as shares of the chart.
 *
 * @param {Page} page
 */
function drawn(page) {
  return page.evaluate(() => {
    const chart = document.querySelector('svnr-noise-curve > svg')?.getBoundingClientRect() ?? new DOMRect();
    /** @param {{ x: number, y: number }} point */
    const share = ({ x, y }) => ({ x: (x - chart.x) / chart.width, y: (y - chart.y) / chart.height });
    const dots = [...document.querySelectorAll('svnr-noise-curve circle')].map((dot) => {
      const { x, y, width, height } = dot.getBoundingClientRect();
      return share({ x: x + width / 2, y: y + height / 2 });
    });
    const line = document.querySelector('polyline');
    const toScreen = line?.getScreenCTM();
    return { dots, line: [...(line?.points ?? [])].map((point) => share(point.matrixTransform(toScreen ?? undefined))) };
  });
}

describe('the chart', () => {
  test('has dots where noise was measured and a line where the model has it', async (t) => {
    const { page, errors } = await visit(t, 'svnr-noise-curve');
    const { points } = MEASURED;
    const noise = { read: 0.01, shot: 0.003 };
    const chart = page.locator('svnr-noise-curve');
    await chart.evaluate((/** @type {NoiseCurve} */ chart, what) => chart.show(what), { points, noise });
    const { dots, line } = await drawn(page);
    assert.equal(dots.length, points.length);
    for (const [i, { mean, std }] of points.entries()) assertNear(dots[i], expected(mean, std), `point ${i}`);
    const middle = ((0.5 + 0.055) / 1.055) ** 2.4;
    for (const [i, mean] of [0, middle, 1].entries()) {
      const std = Math.sqrt(noise.read ** 2 + noise.shot * mean);
      assertNear(line[(i * (line.length - 1)) / 2], expected(mean, std), `line at ${mean}`);
    }
    assert.deepEqual(errors, []);
  });

  test('says in words what it shows', async (t) => {
    const { page } = await visit(t, 'svnr-noise-curve');
    await page.getByRole('img', { name: 'Noise from black to white: not known yet', exact: true }).waitFor();
    const chart = page.locator('svnr-noise-curve');
    // At mid-grey, 0.18, the sRGB curve has a slope of 1.195: 0.02 there is 6.1 codes.
    await chart.evaluate((/** @type {NoiseCurve} */ chart) => {
      chart.show({ points: [{ mean: 0.18, std: 0.02 }], noise: { read: 0.02, shot: 0 } });
    });
    const name = await page.locator('svnr-noise-curve > svg').getAttribute('aria-label');
    assert.match(name ?? '', /at mid-grey the noise is 6\.1 levels of 255, in the shadows \d+, in the highlights 2\.6; 1 measured point$/);
  });

  test('keeps noise that is beyond its ends inside', async (t) => {
    const { page } = await visit(t, 'svnr-noise-curve');
    const chart = page.locator('svnr-noise-curve');
    for (const [noise, std, y] of /** @type {const} */ ([
      [{ read: 0, shot: 0 }, 0, 1],
      [{ read: 2, shot: 2 }, 5, 0],
    ])) {
      const points = [-0.01, 1.2].map((mean) => ({ mean, std }));
      await chart.evaluate((/** @type {NoiseCurve} */ chart, what) => chart.show(what), { points, noise });
      const { dots, line } = await drawn(page);
      assertNear(dots[0], { x: 0, y }, 'below black');
      assertNear(dots[1], { x: 1, y }, 'above white');
      assertNear(line[0], { x: 0, y }, 'line at black');
      for (const corner of line) assert(corner.y > -0.005 && corner.y < 1.005, JSON.stringify(corner));
    }
  });
});

test('what was measured is shown, and nothing moves when it comes', async (t) => {
  const { page, errors, fields, value, source } = await visitFields(t, null);
  const places = () =>
    fields.evaluate((fields) =>
      [fields, ...fields.querySelectorAll('svnr-noise-curve > svg, label, input, select')].map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return [x, y, width, height];
      }),
    );
  const before = await places();
  assert.equal(await value(), null);
  for (const name of ['Noise as', 'In the shadows (read noise)', 'In the light (shot noise)']) {
    for (const input of await page.getByLabel(name).all()) assert(await input.isDisabled(), name);
  }
  await fields.evaluate((fields, measured) => fields.setMeasured(measured), MEASURED);
  assert.deepEqual(await places(), before);
  assert.deepEqual(await value(), { read: MEASURED.read, shot: MEASURED.shot });
  assert.equal(await source(), 'As measured');
  assert.equal(await page.getByRole('spinbutton', { name: 'In the shadows (read noise), number' }).inputValue(), '0.008');
  assert.equal(await page.getByRole('slider', { name: 'In the light' }).getAttribute('aria-valuetext'), '0.004');
  await page.getByRole('img', { name: '14 measured points' }).waitFor();
  assert.deepEqual(errors, []);
});

test('a preset sets the numbers, and so does what was measured', async (t) => {
  const { page, value, source } = await visitFields(t);
  const [, strong] = PRESETS;
  assert(strong);
  await page.getByLabel('Noise as').selectOption(strong.name);
  assert.deepEqual(await value(), { read: strong.read, shot: strong.shot });
  assert.equal(await page.getByRole('spinbutton', { name: 'In the light (shot noise), number' }).inputValue(), '0.0316');
  const { dots, line } = await drawn(page);
  assert.equal(dots.length, MEASURED.points.length);
  assertNear(line.at(-1), expected(1, Math.sqrt(strong.read ** 2 + strong.shot)), 'line at white');
  await page.getByLabel('Noise as').selectOption('As measured');
  assert.deepEqual(await value(), { read: MEASURED.read, shot: MEASURED.shot });
  assert.equal(await source(), 'As measured');
});

test('a moved slider or a typed number makes it own numbers', async (t) => {
  const { page, fields, value, source } = await visitFields(t);
  await page.getByRole('slider', { name: 'In the shadows' }).press('ArrowRight');
  assert.equal(await source(), 'Own numbers');
  const read = (await value())?.read ?? 0;
  assert(read > MEASURED.read && read < 1.1 * MEASURED.read, `${read}`);
  assert.equal((await value())?.shot, MEASURED.shot);
  await page.getByLabel('Noise as').selectOption('As measured');
  await page.getByRole('spinbutton', { name: 'In the light (shot noise), number' }).fill('0.02');
  assert.equal(await source(), 'Own numbers');
  assert.deepEqual(await value(), { read: MEASURED.read, shot: 0.02 });
  // Invalid noise is refused.
  await page.getByRole('spinbutton', { name: 'In the light (shot noise), number' }).fill('-1');
  assert.equal((await value())?.shot, 0.02);
  // A restarted denoiser sends its presets again.
  await fields.evaluate((fields, presets) => fields.setPresets(presets), PRESETS);
  assert.equal(await source(), 'Own numbers');
});

test('a new photo has its own noise, and as much of it is taken as of the last', async (t) => {
  const { page, fields, value, source } = await visitFields(t);
  const parts = () => fields.evaluate((fields) => fields.parts);
  assert.deepEqual(await parts(), { luminance: 1, chrominance: 1 });
  await page.getByRole('slider', { name: 'Grain' }).fill('40');
  await page.getByRole('slider', { name: 'Colour noise' }).press('ArrowLeft');
  assert.deepEqual(await parts(), { luminance: 0.4, chrominance: 0.95 });
  assert.equal(await page.getByRole('slider', { name: 'Grain' }).getAttribute('aria-valuetext'), '40 %');
  assert.equal(await source(), 'As measured');
  await page.getByRole('spinbutton', { name: 'In the shadows (read noise), number' }).fill('0.1');
  await fields.evaluate((fields) => fields.begin());
  assert.equal(await value(), null);
  await fields.evaluate((fields) => fields.setMeasured({ read: 0.001, shot: 0.0005, points: [] }));
  assert.deepEqual(await value(), { read: 0.001, shot: 0.0005 });
  assert.equal(await source(), 'As measured');
  assert.deepEqual(await parts(), { luminance: 0.4, chrominance: 0.95 });
});

/** A developed photo: more noise in the mid-tones than beside them, and most of it in blue. */
const DEVELOPED = {
  ...MEASURED,
  curve: /** @type {any} */ ([1, 1, 1.5]).map((/** @type {number} */ more) =>
    [0.001, 0.01, 0.05, 0.2, 0.5, 0.9].map((mean, i) => ({ mean, std: more * ([2, 6, 14, 22, 16, 6][i] ?? 0) * 1e-3 })),
  ),
};

/** Where the handles stand, as shares of the chart. @param {Page} page */
function handles(page) {
  return page.evaluate(() => {
    const chart = document.querySelector('svnr-noise-curve > svg')?.getBoundingClientRect() ?? new DOMRect();
    return [...document.querySelectorAll('svnr-noise-curve input')].map((input) => {
      const { x, y, width, height } = input.getBoundingClientRect();
      // A thumb's middle travels from half of its size before the input's end to half of its size after the other.
      const share = 1 - /** @type {HTMLInputElement} */ (input).valueAsNumber / 100;
      return { x: (x + width / 2 - chart.x) / chart.width, y: (y + width / 2 + share * (height - width) - chart.y) / chart.height };
    });
  });
}

test('the curve can be bent by keys, by mouse and by touch, and set back', async (t) => {
  const context = { viewport: { width: 336, height: 900 }, hasTouch: true };
  const { page, errors, value, source } = await visitFields(t, MEASURED, context);
  assert.equal(await page.locator('svnr-noise-curve input').count(), 0, 'there are handles only for the own curve');
  await page.getByLabel('Noise as').selectOption('Own curve');
  const begun = await value();
  assert(begun?.curve && !Array.isArray(begun.curve[0]));
  const points = /** @type {{ mean: number, std: number }[]} */ (begun.curve);
  assert.equal(points.length, 6);
  for (const [i, { mean, std }] of points.entries()) {
    const line = Math.sqrt(MEASURED.read ** 2 + MEASURED.shot * mean);
    assert(Math.abs(std / line - 1) < 1e-3, 'it begins with the noise that there is');
    assertNear((await handles(page))[i], expected(mean, std), `handle ${i}`);
  }
  const stds = async () => /** @type {{ std: number }[]} */ ((await value())?.curve ?? []).map(({ std }) => std);

  // By keys: each press is a step of half a percent of the chart.
  const shadows = page.getByRole('slider', { name: 'Shadows', exact: true });
  const said = await shadows.getAttribute('aria-valuetext');
  assert.match(said ?? '', /^\d+(\.\d)? levels of 255$/);
  for (let press = 0; press < 8; press += 1) await shadows.press('ArrowUp');
  const [, before] = points;
  const bent = (await stds())[1] ?? 0;
  assert(before && bent > 1.2 * before.std && bent < 1.5 * before.std, `${bent}`);
  assert.notEqual(await shadows.getAttribute('aria-valuetext'), said);
  assert.deepEqual((await stds()).toSpliced(1, 1), points.map(({ std }) => std).toSpliced(1, 1), 'the others stay');

  // By mouse: the handle follows the pointer.
  const place = (await handles(page))[3];
  const chart = await page.locator('svnr-noise-curve > svg').boundingBox();
  assert(place && chart);
  const [x, y] = [chart.x + place.x * chart.width, chart.y + place.y * chart.height];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y - 20, { steps: 4 });
  await page.mouse.up();
  const dragged = (await handles(page))[3];
  assert(dragged && Math.abs(dragged.y * chart.height - (y - 20 - chart.y)) < 2, JSON.stringify(dragged));
  const { mean } = points[3] ?? { mean: 0 };
  assertNear((await handles(page))[3], expected(mean, (await stds())[3] ?? 0), 'the dragged handle');

  // By touch.
  const touched = (await handles(page))[5];
  assert(touched);
  const finger = await page.context().newCDPSession(page);
  const at = (/** @type {number} */ down) => [
    { x: chart.x + touched.x * chart.width, y: chart.y + touched.y * chart.height + down },
  ];
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
  for (const down of [5, 15, 25]) await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(down) });
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  const lowered = (await handles(page))[5];
  assert(lowered && Math.abs((lowered.y - touched.y) * chart.height - 25) < 2, JSON.stringify(lowered));

  // The line goes through all of them.
  const { line } = await drawn(page);
  for (const handle of await handles(page)) {
    const next = line.findIndex((corner) => corner.x >= handle.x);
    const [a, b] = [line[next - 1], line[next]];
    assert(a && b);
    const share = (handle.x - a.x) / (b.x - a.x);
    assert(Math.abs(a.y + share * (b.y - a.y) - handle.y) < 0.012, JSON.stringify(handle));
  }

  // At the bottom there is no noise.
  await shadows.press('Home');
  assert.equal((await stds())[1], 0);
  await page.getByRole('button', { name: 'Back to as measured' }).click();
  assert.equal(await source(), 'As measured');
  assert.deepEqual(await value(), { read: MEASURED.read, shot: MEASURED.shot });
  assert.equal(await page.locator('svnr-noise-curve input').count(), 0);
  assert.deepEqual(errors, []);
});

test('each colour has a curve of its own, or keeps its share of all', async (t) => {
  const { page, fields, value, source } = await visitFields(t, DEVELOPED);
  const channels = async () =>
    /** @type {{ mean: number, std: number }[][]} */ ((await value())?.curve ?? []).map((points) =>
      points.map(({ std }) => std),
    );
  assert.equal(await page.locator('svnr-noise-curve polyline').count(), 3);
  await page.getByLabel('Noise as').selectOption('Own curve');
  const begun = await channels();
  assert.deepEqual(begun.map((stds) => stds.length), [6, 6, 6]);
  await page.getByLabel('Bend the curve of').selectOption('Red');
  await page.getByRole('slider', { name: 'Light tones' }).press('PageUp');
  const red = await channels();
  assert((red[0]?.[3] ?? 0) > 1.05 * (begun[0]?.[3] ?? 0));
  assert.deepEqual(red.slice(1), begun.slice(1));
  await page.getByLabel('Bend the curve of').selectOption('All colours');
  await page.getByRole('slider', { name: 'Light tones' }).press('PageUp');
  const all = await channels();
  const ratios = all.map((stds, channel) => (stds[3] ?? 0) / (red[channel]?.[3] ?? 1));
  assert(ratios.every((ratio) => ratio > 1.05 && Math.abs(ratio / (ratios[0] ?? 1) - 1) < 1e-6), `${ratios}`);

  // Another photo has its own; on the way back the curve is there.
  const choice = await fields.evaluate((fields) => fields.choice);
  await fields.evaluate((fields) => fields.begin());
  await fields.evaluate((fields, measured) => fields.setMeasured(measured), MEASURED);
  assert.equal(await source(), 'As measured');
  await fields.evaluate((fields, choice) => fields.begin(choice), choice);
  assert.equal(await source(), 'Own curve');
  assert.deepEqual(await channels(), all);

  // Own numbers are a line.
  await page.getByLabel('Noise as').selectOption('Own numbers');
  assert.deepEqual(await value(), { read: DEVELOPED.read, shot: DEVELOPED.shot });
});

test('while the settings are locked, the curve is too', async (t) => {
  const { page } = await visitFields(t);
  await page.getByLabel('Noise as').selectOption('Own curve');
  await page.evaluate(() => {
    const fieldset = document.createElement('fieldset');
    const fields = document.querySelector('svnr-noise');
    fields?.replaceWith(fieldset);
    // As the page's fieldset does around it; what is moved keeps its state.
    fieldset.append(...(fields ? [...fields.children] : []));
    fieldset.disabled = true;
  });
  for (const handle of await page.locator('svnr-noise-curve input').all()) assert(await handle.isDisabled());
});

test('every change is told once', async (t) => {
  const { page, fields } = await visitFields(t);
  const told = await fields.evaluateHandle((fields) => {
    const told = { times: 0 };
    fields.addEventListener('change', () => {
      told.times += 1;
    });
    return told;
  });
  const times = () => told.evaluate((told) => told.times);
  await page.getByRole('slider', { name: 'In the shadows' }).press('ArrowRight');
  assert.equal(await times(), 1);
  await page.getByRole('slider', { name: 'Grain' }).press('ArrowLeft');
  assert.equal(await times(), 2);
  await page.getByLabel('Noise as').selectOption('As measured');
  assert.equal(await times(), 3);
  await page.getByRole('spinbutton', { name: 'In the light (shot noise), number' }).fill('0.3');
  await page.getByRole('spinbutton', { name: 'In the light (shot noise), number' }).blur();
  assert.equal(await times(), 4);
});

test('fingers find everything', async (t) => {
  const { page } = await visitFields(t, MEASURED, { viewport: { width: 320, height: 900 }, hasTouch: true, isMobile: true });
  for (const input of await page.locator('svnr-noise :is(input, select)').all()) {
    const box = await input.boundingBox();
    assert(box && box.height >= 44 && box.width >= 44, `${await input.evaluate((input) => input.id)}: ${box?.height}`);
  }
  assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await screenshot(page, 'noise-phone', { fullPage: true });
  await page.getByLabel('Noise as').selectOption('Own curve');
  for (const input of await page.locator('svnr-noise :is(input, select, button)').all()) {
    const box = await input.boundingBox();
    assert(box && box.height >= 44 && box.width >= 40, `${await input.evaluate((input) => input.ariaLabel)}: ${JSON.stringify(box)}`);
  }
  // No two of them share a place that a finger could mean.
  const xs = (await handles(page)).map(({ x }) => x);
  const chart = await page.locator('svnr-noise-curve > svg').boundingBox();
  assert(chart && xs.every((x, i) => i === 0 || (x - (xs[i - 1] ?? 0)) * chart.width >= 44), `${xs}`);
  assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await screenshot(page, 'noise-own-curve-phone', { fullPage: true });
});

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  test(`screenshots, ${colorScheme}`, async (t) => {
    const { page, fields } = await visitFields(t, null, { colorScheme });
    const shoot = (/** @type {string} */ what) => screenshot(page, `noise-${what}-${colorScheme}`, { fullPage: true });
    await shoot('unknown');
    await fields.evaluate((fields, measured) => fields.setMeasured(measured), MEASURED);
    await shoot('measured');
    await page.getByLabel('Noise as').selectOption({ index: 2 });
    await shoot('preset');
    await fields.evaluate((fields, measured) => fields.setMeasured(measured), DEVELOPED);
    await page.getByLabel('Noise as').selectOption('As measured');
    await shoot('developed');
    await page.getByLabel('Noise as').selectOption('Own curve');
    await page.getByLabel('Bend the curve of').selectOption('Blue');
    await page.getByRole('slider', { name: 'Highlights' }).press('PageUp');
    await shoot('own-curve');
  });
}

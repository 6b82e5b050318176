// Zooming, panning and holding, and the divider and details while zoomed. Its own page is enough for that; no denoiser
// runs.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { decodePng } from './pictures.mjs';
import { screenshot, visitors } from './visit.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').CDPSession} CDPSession */
/** @typedef {import('../../www/elements/zoom.js').Zoom} Zoom */
/** @typedef {import('../../www/elements/zoom.js').View} View */
/** @typedef {import('../../pkg/compare.js').Compare} Compare */
/** What the page below offers.
 * @typedef {{
 *   zoom: Zoom,
 *   compare: Compare,
 *   views: View[],
 *   holds: boolean[],
 *   colour: (css: string, width: number, height: number) => Promise<ImageBitmap>,
 * }} Trial */

const SIZE = { width: 1200, height: 800 };

const HTML = `<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="styles/style.css">
<link rel="stylesheet" href="styles/zoom.css">
<style>
  @media (min-width: 52.01rem) {
    #stage { block-size: calc(100dvh - 4.5rem); grid-template-rows: minmax(0, 1fr); }
  }
</style>
<body data-state="done">
<main>
  <section id="stage">
    <svnr-zoom><svnr-compare grip></svnr-compare></svnr-zoom>
  </section>
  <form id="panel"><div>Settings</div></form>
</main>
<script type="module">
  import '/pkg/compare.js';
  import '/elements/brush.js';
  import '/elements/zoom.js';
  const [zoom, compare] = ['svnr-zoom', 'svnr-compare'].map((name) => document.querySelector(name));
  const [views, holds] = [[], []];
  zoom.addEventListener('view', ({ detail }) => views.push(detail));
  zoom.addEventListener('hold', ({ detail }) => { holds.push(detail); compare.holding = detail; });
  const colour = (css, width, height) => {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    context.fillStyle = css;
    context.fillRect(0, 0, width, height);
    return canvas.transferToImageBitmap();
  };
  globalThis.trial = { zoom, compare, views, holds, colour };
</script>`;

const visitor = visitors();

/**
 * A page with a red photo and what was made of it, in blue.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('playwright-core').BrowserContextOptions & { after?: boolean, size?: typeof SIZE }} [options]
 */
async function visit(t, { after = true, size = SIZE, ...contextOptions } = {}) {
  const context = { viewport: { width: 1000, height: 700 }, ...contextOptions };
  const { page, errors } = await visitor.visit(t, { context, html: HTML });
  await page.waitForFunction(() => 'trial' in globalThis);
  await page.evaluate(
    async ({ after, size: { width, height } }) => {
      const { zoom, compare, colour } = /** @type {{ trial: Trial }} */ (/** @type {unknown} */ (globalThis)).trial;
      compare.setBefore(await colour('#f00', width, height));
      if (after) compare.setAfter(await colour('#00f', width, height));
      zoom.begin(width, height);
    },
    { after, size },
  );
  /**
   * Runs in the page.
   *
   * @template T
   * @param {(trial: Trial) => T} f
   */
  const within = (f) =>
    /** @type {Promise<Awaited<T>>} */ (page.evaluate(`(${f})(trial)`));
  return { page, errors, within };
}

/** @param {Trial} trial */
const lastView = async ({ views }) => {
  // It is reported once everything is at rest.
  await new Promise((resolve) => setTimeout(resolve, 250));
  return views.at(-1);
};

/**
 * Where the picture and its view are in the window.
 *
 * @param {Trial} trial
 */
const places = ({ zoom, compare }) => {
  const [view, picture] = [zoom.shadowRoot?.querySelector('div') ?? zoom, compare].map((e) => e.getBoundingClientRect());
  return { view: /** @type {DOMRect} */ (view?.toJSON()), picture: /** @type {DOMRect} */ (picture?.toJSON()) };
};

/** @param {Trial} trial */
const scrolled = ({ zoom }) => {
  const view = zoom.shadowRoot?.querySelector('div');
  return [view?.scrollLeft ?? NaN, view?.scrollTop ?? NaN];
};

/** @param {DOMRect} rect */
const middle = ({ left, top, width, height }) => ({ x: left + width / 2, y: top + height / 2 });

/**
 * Which point of the picture, in shares of it, is at a point of the window.
 *
 * @param {DOMRect} picture
 * @param {{ x: number, y: number }} point
 */
const shareAt = ({ left, top, width, height }, { x, y }) => ({ x: (x - left) / width, y: (y - top) / height });

/**
 * @param {{ x: number, y: number }} a
 * @param {{ x: number, y: number }} b
 * @param {number} within
 */
function assertNear(a, b, within) {
  assert(Math.hypot(a.x - b.x, a.y - b.y) <= within, `${JSON.stringify(a)} is not near ${JSON.stringify(b)}`);
}

/**
 * The colour of the page at a point.
 *
 * @param {Page} page
 * @param {{ x: number, y: number }} point
 */
async function colourAt(page, { x, y }) {
  const clip = { x: Math.floor(x), y: Math.floor(y), width: 1, height: 1 };
  const { data } = decodePng(await page.screenshot({ clip }));
  return [...data.subarray(0, 3)].map((v) => (v > 127 ? 1 : 0)).join('');
}
const [RED, BLUE, GREEN, YELLOW] = ['100', '001', '010', '110'];

/**
 * Fingers on a touch screen.
 *
 * @param {CDPSession} session
 * @param {'touchStart' | 'touchMove' | 'touchEnd'} type
 * @param {...{ x: number, y: number }} points
 */
const touch = (session, type, ...points) =>
  session.send('Input.dispatchTouchEvent', { type, touchPoints: points.map((point, id) => ({ ...point, id })) });

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

describe('the zoom', () => {
  test('fits, counts in pixels of the screen, and says what is seen', async (t) => {
    const { page, within, errors } = await visit(t, { deviceScaleFactor: 2 });
    const seen = await within(lastView);
    assert.deepEqual({ ...seen, zoom: 0 }, { x: 0, y: 0, ...SIZE, zoom: 0 });
    const { picture, view } = await within(places);
    assert(picture.width <= view.width + 0.01 && picture.height <= view.height + 0.01);
    assert(Math.abs((seen?.zoom ?? 0) - (2 * picture.width) / SIZE.width) < 1e-3);
    assert.deepEqual(await within(({ zoom }) => zoom.zoom), 'fit');

    await page.getByRole('button', { name: '200 %' }).click();
    const { picture: large, view: room } = await within(places);
    assert.deepEqual([large.width, large.height], [SIZE.width, SIZE.height]);
    const part = await within(lastView);
    assert(part);
    assert.equal(part.zoom, 2);
    // The middle is still in the middle.
    assertNear({ x: part.x + part.width / 2, y: part.y + part.height / 2 }, { x: 600, y: 400 }, 8);
    assert(Math.abs(part.width - room.width) <= 16 && Math.abs(part.height - room.height) <= 16);
    assert.deepEqual(view, room, 'the layout jumped');
    assert.equal(await page.locator('svnr-zoom output').innerText(), '200 %');
    assert.equal(await page.getByRole('button', { name: '200 %' }).getAttribute('aria-pressed'), 'true');
    assert.equal(await page.getByRole('button', { name: 'Fit' }).getAttribute('aria-pressed'), 'false');

    // Whole pixels of the picture.
    await within(({ zoom }) => zoom.shadowRoot?.querySelector('div')?.scrollTo(100, 60));
    assert.deepEqual(await within(lastView).then((v) => v && [v.x, v.y]), [100, 60]);
    assert.deepEqual(errors, []);
  });

  test('has bounds, and a small picture is not enlarged further than three times', async (t) => {
    const { within } = await visit(t, { size: { width: 120, height: 80 } });
    const { picture } = await within(places);
    assert.deepEqual([picture.width, picture.height], [360, 240]);
    assert.equal(await within(({ zoom }) => (zoom.zoom = 100, zoom.zoom)), 8);
    assert.equal(await within(({ zoom }) => (zoom.zoom = 0, zoom.zoom)), 0.05);
  });

  test('stays fit when the window changes, and keeps the middle when it is not', async (t) => {
    const { page, within } = await visit(t);
    await page.setViewportSize({ width: 1200, height: 760 });
    const seen = await within(lastView);
    assert.deepEqual([seen?.x, seen?.y, seen?.width, seen?.height], [0, 0, SIZE.width, SIZE.height]);
    await within(({ zoom }) => (zoom.zoom = 4));
    await page.setViewportSize({ width: 1100, height: 700 });
    const part = await within(lastView);
    assert(part);
    assertNear({ x: part.x + part.width / 2, y: part.y + part.height / 2 }, { x: 600, y: 400 }, 4);
  });

  test('goes by keys, wherever the focus is in it', async (t) => {
    const { page, within } = await visit(t);
    const zoom = () => within(({ zoom }) => zoom.zoom);
    for (const place of ['[part=view]', 'input[type=range]', 'button']) {
      await page.locator(`svnr-zoom ${place}`).first().focus();
      await page.keyboard.press('1');
      assert.equal(await zoom(), 1);
      await page.keyboard.press('+');
      assert.equal(await zoom(), Math.SQRT2);
      await page.keyboard.press('-');
      await page.keyboard.press('-');
      assert(Math.abs(Number(await zoom()) - Math.SQRT1_2) < 1e-9);
      await page.keyboard.press('2');
      assert.equal(await zoom(), 2);
      await page.keyboard.press('0');
      assert.equal(await zoom(), 'fit');
    }
  });

  test('by a wheel with Ctrl keeps what is below the pointer', async (t) => {
    const { page, within } = await visit(t);
    await within(({ zoom }) => (zoom.zoom = 1));
    const { picture, view } = await within(places);
    const point = { x: view.left + 150, y: view.top + 300 };
    await page.mouse.move(point.x, point.y);
    await page.keyboard.down('Control');
    for (let i = 0; i < 4; i += 1) await page.mouse.wheel(0, -120);
    await within(lastView);
    assert.equal(await within(({ zoom }) => Math.round(1000 * Number(zoom.zoom))), 4000);
    const { picture: large } = await within(places);
    // To two pixels of the screen.
    assertNear(shareAt(large, point), shareAt(picture, point), 2 / large.height);
    await page.mouse.wheel(0, 120);
    await within(lastView);
    assert.equal(await within(({ zoom }) => Math.round(1000 * Number(zoom.zoom))), 2828);
    // Without Ctrl it scrolls.
    await page.keyboard.up('Control');
    const [, top = 0] = await within(scrolled);
    await page.mouse.wheel(0, 50);
    await within(lastView);
    assert.equal((await within(scrolled))[1], top + 50);
  });

  test('by a double click is 100 %, and all again', async (t) => {
    const { page, within } = await visit(t);
    const { picture } = await within(places);
    const point = { x: Math.round(picture.left + picture.width * 0.3), y: Math.round(picture.top + picture.height * 0.4) };
    await page.mouse.dblclick(point.x, point.y);
    assert.equal(await within(({ zoom }) => zoom.zoom), 1);
    assertNear(shareAt((await within(places)).picture, point), shareAt(picture, point), 0.002);
    await page.waitForTimeout(400);
    await page.mouse.dblclick(point.x, point.y);
    assert.equal(await within(({ zoom }) => zoom.zoom), 'fit');
  });
});

describe('panning', () => {
  test('by dragging', async (t) => {
    const { page, within } = await visit(t);
    await within(({ zoom }) => (zoom.zoom = 2));
    const [x = 0, y = 0] = await within(scrolled);
    const { view } = await within(places);
    const from = { x: view.left + view.width / 4, y: view.top + view.height / 4 };
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x - 60, from.y - 40, { steps: 4 });
    assert.deepEqual(await within(scrolled), [x + 60, y + 40]);
    await page.mouse.up();
    await page.mouse.move(from.x, from.y);
    assert.deepEqual(await within(scrolled), [x + 60, y + 40]);
    assert.deepEqual(await within(({ holds }) => holds), []);
  });

  test('is not what a brush or the grip does', async (t) => {
    const { page, within } = await visit(t);
    await within(({ zoom }) => (zoom.zoom = 2));
    const before = await within(scrolled);
    const { view } = await within(places);
    const { x, y } = middle(view);
    const drag = async () => {
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 50, y + 5, { steps: 4 });
      await page.waitForTimeout(250);
      await page.mouse.up();
    };
    await drag();
    assert.deepEqual(await within(scrolled), before);
    // 50 of 2400 pixels, to less than a step of the range.
    assert(Math.abs((await within(({ compare }) => compare.position)) - (50 + (100 * 50) / 2400)) < 0.1);
    await within(({ compare }) => {
      const brush = /** @type {import('../../www/elements/brush.js').Brush} */ (document.createElement('svnr-brush'));
      compare.append(brush);
      brush.begin(1200, 800);
      brush.active = true;
    });
    await drag();
    assert.deepEqual(await within(scrolled), before);
    assert.equal(await within(() => /** @type {any} */ (document.querySelector('svnr-brush')).isEmpty), false);
    assert.deepEqual(await within(({ holds }) => holds), []);
  });

  test('by one finger is the browser’s, and scrolls the page when all is seen', async (t) => {
    const { page, within, errors } = await visit(t, PHONE);
    const session = await page.context().newCDPSession(page);
    await within(() => {
      document.body.style.minHeight = '2000px';
    });
    const { picture } = await within(places);
    const at = { x: 100, y: middle(picture).y };
    const swipe = async () => {
      await touch(session, 'touchStart', at);
      for (let i = 1; i <= 6; i += 1) await touch(session, 'touchMove', { x: at.x - 10 * i, y: at.y - 10 * i });
      await touch(session, 'touchEnd');
      // What a finger set in motion comes to rest by itself, late on a busy machine.
      let [before, now] = [NaN, await page.evaluate(() => scrollY)];
      while (now !== before) {
        await page.waitForTimeout(300);
        [before, now] = [now, await page.evaluate(() => scrollY)];
      }
    };
    await swipe();
    assert(await page.evaluate(() => scrollY > 30), 'the page did not scroll');
    await page.evaluate(() => scrollTo(0, 0));
    await within(({ zoom }) => (zoom.zoom = 4));
    // Fingers go by what is on the screen.
    await within(lastView);
    const [x = 0, y = 0] = await within(scrolled);
    await swipe();
    const [toX = 0, toY = 0] = await within(scrolled);
    assert(toX > x + 20 && toY > y + 20, `${toX - x}, ${toY - y}`);
    assert.equal(await page.evaluate(() => scrollY), 0);
    assert.deepEqual(errors, []);
  });
});

/**
 * Puts a finger down, then a second one beside it, and moves them to twice the distance.
 *
 * @param {Parameters<typeof touch>[0]} session
 * @param {{ x: number, y: number }} at
 */
async function spread(session, { x, y }) {
  await touch(session, 'touchStart', { x, y });
  await touch(session, 'touchStart', { x, y }, { x: x + 60, y });
  for (let i = 1; i <= 5; i += 1) await touch(session, 'touchMove', { x: x - 12 * i, y }, { x: x + 60, y });
  await touch(session, 'touchEnd');
}

describe('two fingers', () => {
  test('zoom and pan at once', async (t) => {
    const { page, within, errors } = await visit(t, PHONE);
    const session = await page.context().newCDPSession(page);
    const { picture } = await within(places);
    const { x, y } = middle(picture);
    const share = shareAt(picture, { x: x - 60, y });
    await touch(session, 'touchStart', { x: x - 90, y });
    await touch(session, 'touchStart', { x: x - 90, y }, { x: x - 30, y });
    for (let i = 1; i <= 10; i += 1) {
      await touch(session, 'touchMove', { x: x - 90 - 6 * i, y: y - 2 * i }, { x: x - 30 + 12 * i, y: y - 2 * i });
    }
    // 60 pixels apart became 240.
    const { picture: large } = await within(places);
    assert(Math.abs(large.width / picture.width - 4) < 0.01, `${large.width / picture.width}`);
    assertNear(shareAt(large, { x: x - 30, y: y - 20 }), share, 0.003);
    await touch(session, 'touchEnd');
    assert.deepEqual(await within(({ holds }) => holds), []);
    assert.equal(await page.evaluate(() => visualViewport?.scale), 1);
    assert.deepEqual(errors, []);
  });

  test('take over from the grip', async (t) => {
    const { page, within } = await visit(t, PHONE);
    const session = await page.context().newCDPSession(page);
    const { picture } = await within(places);
    await spread(session, middle(picture));
    assert.equal(await within(({ compare }) => compare.position), 50);
    const { picture: large } = await within(places);
    assert(Math.abs(large.width / picture.width - 2) < 0.01);
  });

  test('zoom over the brush, too', async (t) => {
    const { page, within, errors } = await visit(t, PHONE);
    const session = await page.context().newCDPSession(page);
    await within(({ compare }) => {
      const brush = /** @type {import('../../www/elements/brush.js').Brush} */ (document.createElement('svnr-brush'));
      compare.append(brush);
      brush.begin(1200, 800);
      brush.active = true;
      for (const type of ['pointercancel', 'pointermove']) {
        brush.addEventListener(type, () => (brush.dataset[type] = `${Number(brush.dataset[type] ?? 0) + 1}`));
      }
    });
    const { picture } = await within(places);
    await spread(session, middle(picture));
    const { picture: large } = await within(places);
    assert(Math.abs(large.width / picture.width - 2) < 0.01);
    // It was told that, and nothing else.
    const told = await page.locator('svnr-brush').evaluate((brush) => ({ .../** @type {HTMLElement} */ (brush).dataset }));
    assert.deepEqual(told, { pointercancel: '1' });
    assert.deepEqual(errors, []);
  });

  test('a double tap', async (t) => {
    const { page, within } = await visit(t, PHONE);
    const { picture } = await within(places);
    const point = { x: picture.left + 40, y: picture.top + 40 };
    await page.touchscreen.tap(point.x, point.y);
    await page.touchscreen.tap(point.x, point.y);
    assert.equal(await within(({ zoom }) => zoom.zoom), 1);
  });
});

describe('holding shows the photo as it was', () => {
  test('by mouse, finger, key and button', async (t) => {
    const { page, within, errors } = await visit(t, { hasTouch: true });
    const { picture } = await within(places);
    const point = { x: picture.left + picture.width * 0.8, y: middle(picture).y };
    assert.equal(await colourAt(page, point), BLUE);
    /**
     * @param {() => Promise<unknown>} press
     * @param {() => Promise<unknown>} release
     */
    const hold = async (press, release) => {
      await press();
      await page.waitForTimeout(300);
      assert.deepEqual(await within(({ holds }) => holds.splice(0)), [true]);
      assert.equal(await colourAt(page, point), RED);
      await release();
      assert.deepEqual(await within(({ holds }) => holds.splice(0)), [false]);
      assert.equal(await colourAt(page, point), BLUE);
    };
    await page.mouse.move(point.x, point.y);
    await hold(() => page.mouse.down(), () => page.mouse.up());

    const session = await page.context().newCDPSession(page);
    await hold(() => touch(session, 'touchStart', point), () => touch(session, 'touchEnd'));

    await page.locator('svnr-zoom [part=view]').focus();
    await hold(() => page.keyboard.down('b'), () => page.keyboard.up('b'));
    const leave = () => page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
    await hold(() => page.keyboard.down('b'), leave);
    await page.keyboard.up('b');

    const button = page.getByRole('button', { name: 'Hold to compare' });
    await button.hover();
    await hold(() => page.mouse.down(), () => page.mouse.up());
    await button.focus();
    for (const key of ['Space', 'Enter']) await hold(() => page.keyboard.down(key), () => page.keyboard.up(key));

    await within(({ zoom }) => (zoom.canCompare = false));
    await page.locator('svnr-zoom [part=view]').focus();
    await page.keyboard.press('b');
    assert.deepEqual(await within(({ holds }) => holds), []);
    assert(await button.isDisabled());
    assert.deepEqual(errors, []);
  });

  test('a click is no hold', async (t) => {
    const { page, within } = await visit(t);
    await page.mouse.click(300, 300);
    await page.waitForTimeout(300);
    assert.deepEqual(await within(({ holds }) => holds), []);
  });
});

describe('the divider', () => {
  test('has its grip and the labels in sight, wherever one looks', async (t) => {
    const { page, within } = await visit(t);
    const inSight = async () => {
      const { view } = await within(places);
      const names = [];
      for (const name of ['.before span', '.after span', '.grip']) {
        const box = await page.locator(`svnr-compare ${name}`).boundingBox();
        assert(box);
        const { x, y } = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
        if (x > view.left && x < view.right && y > view.top && y < view.bottom) names.push(name);
        if (name === '.grip') {
          const { picture } = await within(places);
          assert(Math.abs(x - middle(picture).x) < 1, 'the grip is not on the line');
        }
      }
      return names;
    };
    assert.deepEqual(await inSight(), ['.before span', '.after span', '.grip']);
    await within(({ zoom }) => (zoom.zoom = 4));
    assert.deepEqual(await inSight(), ['.before span', '.after span', '.grip']);
    await within(({ zoom }) => zoom.shadowRoot?.querySelector('div')?.scrollTo(0, 1000));
    assert.deepEqual(await inSight(), ['.before span']);
    await within(({ zoom }) => zoom.shadowRoot?.querySelector('div')?.scrollTo(3000, 0));
    assert.deepEqual(await inSight(), ['.after span']);
    await within(({ compare }) => (compare.holding = true));
    const box = await page.locator('svnr-compare .before span').boundingBox();
    const { view } = await within(places);
    assert(box && box.x > view.left && box.x < view.right);
  });

  test('goes by its line only where there is a grip, and by keys', async (t) => {
    const { page, within } = await visit(t);
    const { picture } = await within(places);
    const position = () => within(({ compare }) => compare.position);
    const { x, y } = middle(picture);
    /** @param {number} from
     * @param {number} to
     * @param {number} [height] */
    const drag = async (from, to, height = y) => {
      await page.mouse.move(from, height);
      await page.mouse.down();
      await page.mouse.move(to, height, { steps: 3 });
      await page.mouse.up();
    };
    await drag(x + 100, x + 150);
    assert.equal(await position(), 50);
    // Not on the handle, but near the line.
    await drag(x + 15, x + 15 + picture.width / 4, picture.top + 20);
    assert(Math.abs((await position()) - 75) < 0.5);
    assert(await page.evaluate(() => document.activeElement?.localName === 'svnr-compare'));
    await page.keyboard.press('ArrowLeft');
    assert.equal(await position(), 74);
    const divider = page.getByRole('slider', { name: 'Divider' });
    assert.equal(await divider.getAttribute('aria-valuetext'), '74 % before, 26 % after');
  });

  test('goes by any press without a grip', async (t) => {
    const { page, within } = await visit(t);
    await within(({ compare }) => {
      compare.removeAttribute('grip');
      document.querySelector('#stage')?.replaceChildren(compare);
      compare.removeAttribute('style');
      compare.style.inlineSize = '480px';
    });
    const picture = await within(({ compare }) => /** @type {DOMRect} */ (compare.getBoundingClientRect().toJSON()));
    await page.mouse.click(picture.left + picture.width / 4, picture.top + 30);
    assert(Math.abs((await within(({ compare }) => compare.position)) - 25) < 2);
    assert.equal(await colourAt(page, { x: picture.left + picture.width / 2, y: picture.top + 30 }), BLUE);
    assert.equal(await colourAt(page, { x: picture.left + picture.width / 8, y: picture.top + 60 }), RED);
  });
});

describe('a detail', () => {
  /** @param {Trial} trial */
  const detail = async ({ compare, colour }) => {
    compare.setDetail({
      x: 0.25, y: 0.25, width: 0.5, height: 0.5,
      before: await colour('#ff0', 60, 40),
      after: await colour('#0f0', 60, 40),
    });
  };

  /**
   * The colours in a row through the middle: left and right of the detail, and in its left and right half.
   *
   * @param {Page} page
   * @param {DOMRect} picture
   */
  const row = async (page, { left, top, width, height }) => {
    const shares = [0.24, 0.26, 0.47, 0.53, 0.74, 0.76];
    const colours = [];
    for (const share of shares) colours.push(await colourAt(page, { x: left + share * width, y: top + 0.3 * height }));
    return colours;
  };

  test('lies over its part, each on its side of the divider', async (t) => {
    const { page, within, errors } = await visit(t);
    await within(detail);
    const { picture } = await within(places);
    assert.deepEqual(await row(page, picture), [RED, YELLOW, YELLOW, GREEN, GREEN, BLUE]);
    const column = [];
    for (const share of [0.24, 0.26, 0.74, 0.76]) {
      column.push(await colourAt(page, { x: picture.left + 0.4 * picture.width, y: picture.top + share * picture.height }));
    }
    assert.deepEqual(column, [RED, YELLOW, YELLOW, RED]);
    await within(({ compare }) => (compare.position = 25));
    assert.deepEqual(await row(page, picture), [RED, GREEN, GREEN, GREEN, GREEN, BLUE]);
    await within(({ compare }) => (compare.holding = true));
    assert.deepEqual(await row(page, picture), [RED, YELLOW, YELLOW, YELLOW, YELLOW, RED]);
    await within(async ({ compare, colour }) => {
      compare.holding = false;
      compare.position = 50;
      compare.setAfter(await colour('#00f', 6, 4), { emerging: true });
    });
    assert.deepEqual(await row(page, picture), [BLUE, BLUE, BLUE, BLUE, BLUE, BLUE]);
    await within(detail);
    assert.deepEqual(await row(page, picture), [BLUE, GREEN, GREEN, GREEN, GREEN, BLUE]);
    await within(({ compare }) => compare.setAfter(null));
    assert.deepEqual(await row(page, picture), [RED, RED, RED, RED, RED, RED]);
    assert.deepEqual(errors, []);
  });

  test('is a preview while there is nothing to compare', async (t) => {
    const { page, within } = await visit(t, { after: false });
    await within(detail);
    const { picture } = await within(places);
    assert(await within(({ compare }) => compare.hasAttribute('preview')));
    assert.deepEqual(await row(page, picture), [RED, GREEN, GREEN, GREEN, GREEN, RED]);
    assert(await page.getByText('Preview').isVisible());
    assert.equal(await page.getByText('Before').isVisible(), false);
    await screenshot(page, 'zoom-preview');
    await within(({ compare }) => (compare.holding = true));
    assert.deepEqual(await row(page, picture), [RED, YELLOW, YELLOW, YELLOW, YELLOW, RED]);
    assert(await page.getByText('Before').isVisible());
    await within(async ({ compare, colour }) => {
      compare.holding = false;
      compare.setAfter(await colour('#00f', 6, 4));
    });
    assert.equal(await within(({ compare }) => compare.hasAttribute('preview')), false);
  });
});

test('taken out and put back, it does all once', async (t) => {
  const { page, within } = await visit(t);
  await within(async ({ zoom }) => {
    const stage = document.querySelector('#stage');
    for (let i = 0; i < 3; i += 1) {
      zoom.remove();
      stage?.append(zoom);
    }
  });
  assert.equal(await page.locator('svnr-zoom .tools').count(), 1);
  await page.locator('svnr-zoom [part=view]').focus();
  await page.keyboard.press('1');
  await page.keyboard.press('+');
  assert.equal(await within(({ zoom }) => zoom.zoom), Math.SQRT2);
  await within(lastView);
  await within(({ views }) => views.splice(0));
  await page.keyboard.press('2');
  await within(lastView);
  assert.equal(await within(({ views }) => views.length), 1);
});

describe('screenshots', () => {
  for (const [device, options] of /** @type {const} */ ([
    ['wide', { viewport: { width: 1280, height: 800 } }],
    ['phone', PHONE],
  ])) {
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      test(`${device}, ${colorScheme}`, async (t) => {
        const { page, within } = await visit(t, { ...options, colorScheme });
        const shoot = (/** @type {string} */ name) => screenshot(page, `zoom-${name}-${device}-${colorScheme}`);
        await shoot('fit');
        await within(({ zoom }) => (zoom.zoom = 2));
        await shoot('large');
        assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      });
    }
  }
});

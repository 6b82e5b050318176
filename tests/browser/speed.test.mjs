// How long a run will take. No browser is needed.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Speed } from '../../www/page/speed.js';
import { batchText, expectedText, runText } from '../../www/shared/words.js';

const cpu = /** @type {const} */ ({ backend: 'cpu', workers: 1, name: 'Runs on the CPU', isImitation: false });
const photo = { width: 6000, height: 4000 };

/** What a browser keeps. */
function store() {
  /** @type {Map<string, string>} */
  const items = new Map();
  return { getItem: (/** @type {string} */ key) => items.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => void items.set(key, value) };
}

test('what a run took says what the next one takes, at the next visit too', () => {
  const kept = store();
  const speed = new Speed(cpu, kept);
  assert(!speed.isMeasured);
  assert(speed.seconds(photo, 1) > 0, 'there is a guess before anything was measured');
  speed.ran(photo, 4, 200);
  assert(speed.isMeasured);
  assert(Math.abs(speed.seconds(photo, 4) - 200) < 1e-6);
  assert(Math.abs(speed.seconds(photo, 1) - 50) < 1e-6);
  const later = new Speed(cpu, kept);
  assert(Math.abs(later.seconds(photo, 1) - 50) < 0.01);
  assert(!new Speed({ ...cpu, name: 'another device' }, kept).isMeasured);
  assert(!new Speed(cpu, null).isMeasured, 'a browser may keep nothing');
});

test('the time that is left is right from the first tile on, however many workers there are', () => {
  for (const [workers, tiles, round] of /** @type {const} */ ([[1, 12, 5], [2, 12, 5], [8, 12, 5], [3, 7, 4]])) {
    const speed = new Speed({ ...cpu, workers }, null);
    assert.equal(speed.left(0, tiles, 3), 0, 'nothing is known yet');
    for (let done = 1; done <= tiles; done += 1) {
      // They finish a round one after the other, a little apart.
      const seconds = round * Math.ceil(done / workers) + 0.1 * (done % workers);
      const left = round * (Math.ceil(tiles / workers) - Math.ceil(done / workers));
      const told = speed.left(Math.fround(done / tiles), tiles, seconds);
      assert(Math.abs(told - left) <= left / 5, `${workers} workers, ${done} of ${tiles} tiles: ${told} for ${left}`);
    }
  }
});

test('a preview says it as long as there was no run', () => {
  const speed = new Speed(cpu, null);
  speed.previewed({ width: 128, height: 128 }, 1, 0.5);
  assert(speed.isMeasured);
  const byPreview = speed.seconds(photo, 1);
  speed.ran(photo, 1, 100);
  speed.previewed({ width: 128, height: 128 }, 1, 50);
  assert(Math.abs(speed.seconds(photo, 1) - 100) < 1e-6);
  assert.notEqual(byPreview, 100);
});

test('workers see tiles at the same time, as far as there are tiles', () => {
  const speeds = [1, 2, 8].map((workers) => {
    const speed = new Speed({ ...cpu, workers }, null);
    // A single tile occupies one of them.
    speed.previewed({ width: 128, height: 128 }, 1, 0.5);
    return speed;
  });
  const [one = NaN, two = NaN, eight = NaN] = speeds.map((speed) => speed.seconds(photo, 1));
  assert(Math.abs(one / two - 2) < 0.02 && Math.abs(one / eight - 8) < 0.2, `${[one, two, eight]}`);
  const small = { width: 300, height: 300 };
  assert.equal(speeds[2]?.seconds(small, 1), speeds[0]?.seconds(small, 1));
});

test('a preview gets smaller as it costs more, but not too small to show something', () => {
  const speed = new Speed(cpu, null);
  speed.ran(photo, 1, 100);
  const most = [1, 4, 128].map((evaluations) => speed.previewPixels(evaluations));
  assert((most[0] ?? 0) > (most[1] ?? 0) && (most[1] ?? 0) > (most[2] ?? 0));
  assert.equal(most[2], 96 ** 2);
});

test('times are said as nobody would misunderstand them', () => {
  assert.equal(expectedText(1, true), 'Takes a moment');
  assert.equal(expectedText(7.2, true), 'Takes about 8 s');
  assert.equal(expectedText(41, true), 'Takes about 45 s');
  assert.equal(expectedText(130, true), 'Takes about 3 min');
  assert.equal(expectedText(5400, true), 'Takes about 1.5 h');
  assert.equal(expectedText(41, false), 'Takes about 45 s on a typical device');
});

test('a run is told by what there is more than one of', () => {
  const run = { sample: 1, samples: 1, step: 1, steps: 1, tile: 0, tiles: 1, fraction: 0, left: 0 };
  assert.equal(runText(run), 'Denoising…');
  assert.equal(runText({ ...run, tile: 4, tiles: 176, fraction: 0.02, left: 90 }), 'Part 5 of 176 · about 2 min left');
  assert.equal(runText({ ...run, step: 2, steps: 4, tiles: 9 }), 'Pass 2 of 4');
  assert.equal(runText({ ...run, sample: 3, samples: 8, step: 2, steps: 4 }), 'Result 3 of 8 · pass 2 of 4');
});

test('it is never said that all are done when some are not', () => {
  assert.equal(batchText(3, []), 'All 3 photos are denoised.');
  assert.equal(batchText(3, ['a.png', 'b.png']), '1 of 3 photos are denoised. Not done: a.png, b.png.');
});

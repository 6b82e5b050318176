// The states of photos: what changes them, and what is lost when. Needs no browser.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { current, noPhotos, photoOf, progressOf, stageOf, step, waiting } from '../../www/page/photos.js';
import { sameForAll, sameSettings } from '../../www/page/settings.js';

/** @typedef {import('../../www/page/photos.js').Photos} Photos */
/** @typedef {import('../../www/page/photos.js').PhotoEvent} PhotoEvent */
/** @typedef {import('../../www/page/photos.js').Command} Command */
/** @typedef {import('../../www/shared/protocol.js').RunOptions} RunOptions */

/** @type {RunOptions} */
const settings = { noise: 'auto', steps: 1, samples: 1, strength: 1, luminance: 1, chrominance: 1, painted: null };
const denoise = /** @type {const} */ ({ type: 'denoise', settings });
const denoised = /** @type {const} */ ({ type: 'denoised', settings });

/** A page, as far as its photos go. */
class Page {
  state = noPhotos();
  /** The commands of the last event.
   * @type {Command[]} */
  commands = [];

  /** @param {PhotoEvent[]} events */
  send(...events) {
    for (const event of events) [this.state, this.commands] = step(this.state, event);
    return this;
  }

  /** @param {string[]} names  the first one gets the number 1 */
  add(...names) {
    const first = this.state.photos.length + 1;
    return this.send({ type: 'add', files: names.map((name, i) => ({ id: first + i, name })) });
  }

  get stage() {
    return stageOf(this.state);
  }

  get open() {
    return current(this.state)?.name ?? null;
  }

  get progress() {
    return this.state.photos.map((photo) => progressOf(this.state, photo)).join(' ');
  }

  /** @param {number} id */
  result(id) {
    return photoOf(this.state, id)?.result ?? null;
  }

  get done() {
    return this.commands.map((command) => ('id' in command ? `${command.type} ${command.id}` : command.type)).join(', ');
  }
}

/** One that has opened the first of some photos. @param {string[]} names */
const opened = (...names) => new Page().add(...names).send({ type: 'opened' });

/** One that has denoised it. @param {string[]} names */
const finished = (...names) => opened(...names).send(denoise, denoised);

test('the first file is opened and the others are looked at', () => {
  const page = new Page();
  assert.equal(page.stage, 'empty');
  page.add('a', 'b', 'c');
  assert.equal(page.done, 'open 1, check 2, check 3');
  assert.equal(page.stage, 'opening');
  page.send({ type: 'opened' });
  assert.equal(page.stage, 'open');
  assert.equal(page.progress, 'open waiting waiting');
});

describe('a file that cannot be opened', () => {
  test('gives way to the next one', () => {
    const page = new Page().add('bad', 'good', 'other').send({ type: 'unopened', why: 'no photo' });
    assert.equal(page.done, 'open 2');
    page.send({ type: 'opened' });
    assert.equal(page.progress, 'failed open waiting');
    assert.equal(photoOf(page.state, 1)?.why, 'no photo');
  });

  test('gives way to the photo that was open', () => {
    const page = finished('good').add('bad');
    assert.equal(page.done, 'keep 1');
    page.send({ type: 'kept', id: 1 }, { type: 'unopened', why: 'no photo' });
    assert.equal(page.done, 'open 1');
    page.send({ type: 'opened' });
    assert.equal(page.stage, 'opening', 'its result is still on its way');
    page.send({ type: 'restored' });
    assert.equal(page.stage, 'done');
    assert.equal(page.progress, 'done failed');
  });

  test('may have been shown by the browser already, and be waited for by a run', () => {
    assert.equal(opened('bad').send({ type: 'unopened', why: 'no photo' }).stage, 'empty');
    const page = opened('bad', 'good').send(denoise, { type: 'unopened', why: 'no photo' });
    assert.equal(page.done, 'open 2');
    assert.equal(page.send({ type: 'opened' }).progress, 'failed open');
  });

  test('leaves an empty page when there is nothing else', () => {
    const page = new Page().add('bad').send({ type: 'unopened', why: 'no photo' });
    assert.equal(page.stage, 'empty');
    assert.equal(page.done, 'close');
  });

  test('is known for one as soon as it was looked at', () => {
    const page = opened('good', 'bad').send({ type: 'checked', id: 2, why: 'no photo' });
    assert.equal(page.progress, 'open failed');
    assert.deepEqual(waiting(page.state).map(({ name }) => name), ['good']);
    // It may be tried again, all the same.
    page.send({ type: 'select', id: 2 });
    assert.equal(page.open, 'bad');
  });
});

describe('nothing is lost', () => {
  test('by denoising again and cancelling', () => {
    const page = finished('a').send(denoise);
    assert.equal(page.stage, 'running');
    assert(page.result(1), 'the earlier result is there during the run');
    page.send({ type: 'cancel' });
    assert.equal(page.done, 'stop');
    assert.equal(page.stage, 'done');
    assert.deepEqual(page.result(1), { settings, where: 'memory' });
  });

  test('by denoising again and failing', () => {
    const page = finished('a').send(denoise, { type: 'undenoised', why: 'no memory' });
    assert.equal(page.stage, 'done');
    assert(page.result(1));
    assert.equal(page.progress, 'failed');
    page.send(denoise, denoised);
    assert.equal(page.progress, 'done', 'what went wrong before is of no interest any more');
  });

  test('by going to another photo before the result is kept, and back', () => {
    const page = finished('a', 'b').send(denoise, denoised, { type: 'select', id: 2 });
    assert.equal(page.done, 'keep 1');
    page.send({ type: 'select', id: 1 });
    assert.equal(page.done, '', 'there is no way around the file that is being written');
    page.send({ type: 'kept', id: 1 });
    assert.equal(page.done, 'open 2');
    page.send({ type: 'opened' }, { type: 'select', id: 1 });
    assert.equal(page.done, 'open 1');
    assert.equal(page.progress, 'done waiting');
    page.send({ type: 'opened' }, { type: 'restored' });
    assert.deepEqual(page.result(1), { settings, where: 'kept' });
  });

  test('by files that come during a run', () => {
    const page = opened('a').send(denoise).add('b', 'c');
    assert.equal(page.done, 'check 2, check 3');
    assert.equal(page.stage, 'running');
    page.send(denoised);
    assert.equal(page.open, 'a');
    assert.equal(page.progress, 'done waiting waiting');
  });

  test('by choosing another photo during a run: it comes next', () => {
    const page = opened('a', 'b').send(denoise, { type: 'select', id: 2 });
    assert.equal(page.done, '');
    assert.equal(page.progress, 'running next');
    page.send(denoised);
    assert.equal(page.done, 'keep 1');
    page.send({ type: 'kept', id: 1 }, { type: 'opened' });
    assert.equal(page.progress, 'done open');
  });

  test('by choosing another photo and then the one that is running', () => {
    const page = opened('a', 'b').send(denoise, { type: 'select', id: 2 }, { type: 'select', id: 1 }, denoised);
    assert.equal(page.open, 'a');
    assert.equal(page.done, '');
  });

  test('by a worker that ends, as long as the page has what it made', () => {
    const page = finished('a').send({ type: 'crashed', why: 'out of memory', isLost: false });
    assert.equal(page.stage, 'done');
    page.send(denoise, { type: 'crashed', why: 'out of memory', isLost: false });
    assert(page.result(1));
    assert.equal(page.progress, 'failed');
  });

  test('by leaving a result that cannot be written, unless one insists', () => {
    const page = finished('a', 'b').send({ type: 'select', id: 2 }, { type: 'unkept', id: 1 });
    assert.deepEqual(page.commands, [{ type: 'say', what: 'unkept', id: 1 }]);
    assert.equal(page.open, 'a');
    assert.equal(page.stage, 'done');
    page.send({ type: 'select', id: 2 });
    assert.equal(page.done, 'open 2');
    assert.equal(page.result(1), null);
  });
});

test('only who asks for it stops a run for another photo', () => {
  const page = finished('a', 'b').send(denoise, { type: 'select', id: 2 }, { type: 'hurry' });
  assert.equal(page.done, 'stop, keep 1');
  page.send({ type: 'kept', id: 1 });
  assert.equal(page.open, 'b');
  assert(page.result(1), 'what an earlier run has made stays');
});

test('what is lost is said', () => {
  const page = finished('a').send({ type: 'crashed', why: 'it ended', isLost: true });
  assert.deepEqual(page.commands, [{ type: 'say', what: 'lost', id: 1 }]);
  assert.equal(page.stage, 'open');
});

describe('photos are taken off', () => {
  test('and another one is opened', () => {
    const page = finished('a', 'b', 'c').send({ type: 'remove', id: 1 });
    assert.equal(page.done, 'open 2');
    page.send({ type: 'opened' }, { type: 'remove', id: 3 });
    assert.equal(page.done, '');
    assert.equal(page.progress, 'open');
  });

  test('and their run ends', () => {
    const page = opened('a', 'b').send(denoise, { type: 'remove', id: 1 });
    assert.equal(page.done, 'stop, open 2');
  });

  test('and with the last one the page is empty', () => {
    assert.equal(opened('a').send({ type: 'remove', id: 1 }).stage, 'empty');
  });
});

describe('all photos', () => {
  /** Does what the page is told to, as long as it is told something. @param {Page} page @param {string[]} bad */
  const work = (page, ...bad) => {
    /** @type {Command[]} */
    const all = [];
    for (let commands = page.commands; commands.length > 0; commands = page.commands) {
      const command = commands.find(({ type }) => type !== 'say' && type !== 'check');
      all.push(...commands);
      page.commands = [];
      if (command?.type === 'denoise') page.send(denoise);
      else if (command?.type === 'run') page.send(denoised);
      else if (command?.type === 'keep') page.send({ type: 'kept', id: command.id });
      else if (command?.type === 'open' && bad.includes(page.open ?? '')) page.send({ type: 'unopened', why: 'no photo' });
      else if (command?.type === 'open') {
        page.send({ type: 'opened' });
        if (page.stage === 'opening') page.send({ type: 'restored' });
      }
    }
    return all;
  };

  test('are denoised one after the other', () => {
    const page = opened('a', 'b', 'c').send({ type: 'denoise-all', again: false });
    const commands = work(page);
    assert.deepEqual(commands.at(-1), { type: 'say', what: 'batch', total: 3, failed: [] });
    assert.equal(page.progress, 'done done done');
    assert.equal(page.state.batch, null);
    for (const id of [1, 2, 3]) assert.equal(page.result(id)?.where, 'kept');
  });

  test('but for those that fail, which are named', () => {
    const page = opened('a', 'bad', 'c', 'worse').send({ type: 'checked', id: 4, why: 'no photo' });
    page.send({ type: 'denoise-all', again: false });
    const commands = work(page, 'bad');
    const say = commands.find(({ type }) => type === 'say');
    assert.deepEqual(say, { type: 'say', what: 'batch', total: 4, failed: [2, 4] });
    assert.equal(page.progress, 'done failed done failed');
    assert.equal(page.stage, 'done');
  });

  test('end at one that is open when the last one fails', () => {
    const page = opened('a', 'bad').send({ type: 'denoise-all', again: false });
    work(page, 'bad');
    assert.equal(page.open, 'a');
    assert.equal(page.stage, 'done');
  });

  test('take in what comes meanwhile', () => {
    const page = opened('a', 'b').send({ type: 'denoise-all', again: false }, denoise).add('c');
    page.send(denoised);
    assert.deepEqual(work(page).at(-1), { type: 'say', what: 'batch', total: 3, failed: [] });
  });

  test('end when they are cancelled', () => {
    const page = opened('a', 'b').send({ type: 'denoise-all', again: false }, denoise, { type: 'cancel' });
    assert.equal(page.state.batch, null);
    assert.equal(page.stage, 'open');
  });

  test('can be denoised again', () => {
    const page = opened('a', 'b').send({ type: 'denoise-all', again: false });
    work(page);
    assert.equal(page.send({ type: 'denoise-all', again: false }).done, '', 'nothing waits');
    page.send({ type: 'denoise-all', again: true });
    const commands = work(page);
    assert.equal(commands.filter(({ type }) => type === 'run').length, 2);
    assert.deepEqual(commands.at(-1), { type: 'say', what: 'batch', total: 2, failed: [] });
  });

  test('go on after the worker has ended', () => {
    const page = opened('a', 'b', 'c').send({ type: 'denoise-all', again: false }, denoise);
    page.send({ type: 'crashed', why: 'it ended', isLost: true });
    assert.deepEqual(work(page).at(-1), { type: 'say', what: 'batch', total: 3, failed: [1] });
    assert.equal(page.progress, 'failed done done');
  });
});

test('without a denoiser a run ends, and without its worker nothing opens', () => {
  assert.equal(opened('a').send(denoise, { type: 'unusable', canOpen: true }).stage, 'open');
  assert.equal(new Page().add('a').send({ type: 'unusable', canOpen: false }).stage, 'empty');
  const opening = new Page().add('a').send({ type: 'unusable', canOpen: true });
  assert.equal(opening.stage, 'opening', 'opening needs no denoiser');
  assert.equal(opening.send({ type: 'opened' }).stage, 'open');
});

test('events that come late change nothing', () => {
  const page = finished('a');
  const { state } = page;
  for (const late of /** @type {PhotoEvent[]} */ ([
    denoised,
    { type: 'undenoised', why: 'x' },
    { type: 'opened' },
    { type: 'kept', id: 9 },
    { type: 'hurry' },
    { type: 'select', id: 9 },
    { type: 'remove', id: 9 },
  ])) {
    page.send(late);
    assert.deepEqual(page.state, state, late.type);
    assert.deepEqual(page.commands, [], late.type);
  }
});

/**
 * Whatever happens, in whatever order: a result is lost only with its photo, or where the visitor is told.
 */
test('no order of events loses a result unsaid', () => {
  let seed = 7;
  const random = (/** @type {number} */ n) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
  for (let run = 0; run < 400; run += 1) {
    const page = new Page().add('a', 'b', 'c');
    for (let i = 0; i < 60; i += 1) {
      const id = 1 + random(4);
      const isLost = random(2) === 0;
      const events = /** @type {PhotoEvent[]} */ ([
        { type: 'select', id },
        { type: 'remove', id },
        { type: 'opened' },
        { type: 'restored' },
        { type: 'unopened', why: 'x' },
        denoise,
        denoised,
        denoised,
        { type: 'undenoised', why: 'x' },
        { type: 'cancel' },
        { type: 'kept', id: page.state.current ?? 1 },
        { type: 'unkept', id: page.state.current ?? 1 },
        { type: 'denoise-all', again: isLost },
        { type: 'crashed', why: 'x', isLost },
        { type: 'hurry' },
        { type: 'checked', id, why: isLost ? 'x' : '' },
        { type: 'add', files: [{ id: 100 + 100 * run + i, name: 'more' }] },
      ]);
      const event = events[random(events.length)] ?? denoise;
      const before = page.state;
      page.send(event);
      for (const { id, result } of before.photos) {
        const photo = photoOf(page.state, id);
        if (!result || !photo || photo.result) continue;
        const isSaid = page.commands.some((command) => command.type === 'say' && 'id' in command && command.id === id);
        const isInsisted = result.where === 'unkept' && page.state.current !== id;
        assert(isSaid || isInsisted, `${event.type} has lost a result: ${JSON.stringify(before)}`);
      }
      // Only the current photo's result may be in memory alone.
      for (const { id, result } of page.state.photos) {
        if (result?.where === 'memory') assert.equal(page.state.current, id, `${event.type}: ${JSON.stringify(before)}`);
      }
      assert(page.state.current === null || current(page.state), 'what is current exists');
    }
  }
});

test('settings are compared by what they give', () => {
  const paint = (/** @type {number} */ grey) => {
    const data = new Uint8ClampedArray([grey, grey, grey, 255]);
    return /** @type {ImageData} */ ({ width: 1, height: 1, data, colorSpace: 'srgb' });
  };
  const other = { ...settings, noise: { read: 0.1, shot: 0.02 } };
  assert(sameSettings(settings, { ...settings }));
  assert(sameSettings(settings, other), 'what is not measured yet is not known to differ');
  assert(sameSettings(other, { ...other, noise: { read: 0.10001, shot: 0.02 } }));
  assert(!sameSettings(other, { ...other, noise: { read: 0.11, shot: 0.02 } }));
  assert(sameSettings({ ...settings, painted: paint(3) }, { ...settings, painted: paint(3) }));
  assert(!sameSettings({ ...settings, painted: paint(3) }, { ...settings, painted: paint(4) }));
  assert(!sameSettings({ ...settings, painted: paint(3) }, settings));
  for (const change of [{ steps: 4 }, { samples: 4 }, { strength: 0.5 }, { luminance: 0 }, { chrominance: 0.5 }]) {
    assert(!sameForAll(settings, { ...settings, ...change }));
  }
  assert(sameForAll(other, { ...settings, painted: paint(3) }));
});

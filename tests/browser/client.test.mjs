// The page's side of the worker: what its messages mean for a run. Needs no browser.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { Client } from '../../www/page/client.js';

/** @typedef {import('../../www/shared/protocol.js').ToPage} ToPage */
/** @typedef {import('../../www/shared/protocol.js').RunOptions} RunOptions */

/** What a picture that comes too late is, which is closed. */
class FakeBitmap {
  isClosed = false;

  close() {
    this.isClosed = true;
  }
}

/** What stands in for the page's worker; its messages come from the test. */
class FakeWorker {
  /** @type {FakeWorker} */
  static last;
  /** @type {string[]} */
  told = [];
  /** @type {((event: { data: ToPage }) => void) | undefined} */
  onmessage;

  constructor() {
    FakeWorker.last = this;
  }

  /** @param {{ type: string }} message */
  postMessage({ type }) {
    this.told.push(type);
  }

  terminate() {}
}

/** @type {RunOptions} */
const options = { noise: 'auto', steps: 1, samples: 1, strength: 1, luminance: 1, chrominance: 1, painted: null };
const development = { exposure: 0, warmth: 0, tint: 0 };
const failure = { code: /** @type {const} */ ('bad-option'), message: 'so it is' };
const running = /** @type {ToPage} */ (
  { type: 'running', picture: 1, sample: 1, samples: 1, step: 1, steps: 1, tile: 1, tiles: 2, fraction: 0.5, preview: null }
);

beforeEach(() => {
  Object.assign(globalThis, { Worker: FakeWorker, ImageBitmap: FakeBitmap });
});

/** A client with a run under way, and the types of the messages that it passes on. */
function inRun() {
  const client = new Client();
  /** @type {string[]} */
  const heard = [];
  for (const type of /** @type {const} */ (['running', 'denoised', 'failed', 'unencoded', 'unusable'])) {
    client.on(type, () => heard.push(type));
  }
  client.start('auto');
  client.open(new Blob(['photo']), 'photo.png', development, null);
  client.denoise(options);
  /** @param {ToPage[]} messages */
  const say = (...messages) => messages.forEach((data) => FakeWorker.last.onmessage?.({ data }));
  return { client, heard, say };
}

test('what fails beside a run leaves the run alone', () => {
  for (const of of /** @type {const} */ (['preview', 'look', 'show', 'develop', 'encode'])) {
    const { heard, say } = inRun();
    say({ type: 'failed', picture: 1, of, failure }, running);
    assert.deepEqual(heard, ['failed', 'running'], of);
  }
  const { heard, say } = inRun();
  say({ type: 'unencoded', picture: 1, purpose: 'download', format: 'png', failure }, running);
  assert.deepEqual(heard, ['unencoded', 'running']);
});

test('a run that has failed says no more', () => {
  for (const of of /** @type {const} */ (['denoise', 'open'])) {
    const { heard, say } = inRun();
    say({ type: 'failed', picture: 1, of, failure }, running);
    assert.deepEqual(heard, ['failed'], of);
  }
});

test('a run that was cancelled says nothing, and its pictures are closed', () => {
  const { client, heard, say } = inRun();
  client.cancel();
  const preview = new FakeBitmap();
  const late = /** @type {any} */ ({ ...running, preview });
  say({ type: 'failed', picture: 1, of: 'denoise', failure: { code: 'aborted', message: '' } }, late);
  assert.deepEqual(heard, []);
  assert.ok(preview.isClosed);
  assert.deepEqual(FakeWorker.last.told, ['start', 'cancel', 'open', 'denoise', 'cancel']);
});

test('a GPU that is lost in a run starts a worker on the CPU, with the photo and the run', () => {
  const { heard, say } = inRun();
  const first = FakeWorker.last;
  const lost = { code: /** @type {const} */ ('device-lost'), message: 'gone' };
  say({ type: 'crashed', failure: lost, rescued: null });
  assert.notEqual(FakeWorker.last, first);
  assert.deepEqual(FakeWorker.last.told, ['open', 'start', 'denoise']);
  say(running);
  assert.deepEqual(heard, ['running']);
});

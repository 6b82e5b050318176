// The one thing that must work, also tested by `cargo xtask test --fast`.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodePng, encodePng, gain, noisyAndClean } from './pictures.mjs';
import { denoise, download, give, reach, visitors } from './visit.mjs';

const photo = noisyAndClean(64, 64);

const { visit } = visitors();

test('a noisy photo gets clean', async (t) => {
  const { page, errors } = await visit(t);
  await give(page, { name: 'photo.png', buffer: encodePng(photo.noisy) });
  await reach(page, 'open');
  await denoise(page);
  await reach(page, 'done');
  const { name, bytes } = await download(page);
  assert.equal(name, 'photo-svnr.png');
  const dB = gain(photo, decodePng(bytes));
  t.diagnostic(`${dB.toFixed(2)} dB better`);
  assert(dB > 3, `${dB} dB`);
  assert.deepEqual(errors, []);
});

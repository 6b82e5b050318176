// The memory that a RAW file of 24 megapixels takes: all bytes of both modules and of arrays between them, counted in
// Node.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { madeDng } from './dng.mjs';
import { assembled } from './harness.mjs';

/** Photosites across and down. */
const SIZE = { width: 6000, height: 4000 };
/** What it may take: a browser itself takes some more. */
const MOST = 1.3e9;

/** The memories of all modules that have been started. @type {WebAssembly.Memory[]} */
const memories = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = /** @type {any} */ (
  async (/** @type {[any, any]} */ ...given) => {
    const made = /** @type {any} */ (await instantiate(...given));
    memories.push((made.instance ?? made).exports.memory);
    return made;
  }
);

setFlagsFromString('--expose-gc');
/** Takes away arrays that nothing holds any more. @type {() => void} */
const collect = runInNewContext('gc');

/** Bytes in the modules, and in arrays. */
function bytes() {
  collect();
  const modules = memories.map(({ buffer }) => buffer.byteLength);
  return { modules, arrays: process.memoryUsage().arrayBuffers };
}

test('24 megapixels fit into 1.3 GB', async (t) => {
  /** @type {typeof import('../../pkg/index.js')} */
  const { Denoiser } = await import(pathToFileURL(join(assembled(), 'index.js')).href);
  /** @type {typeof import('../../pkg/raw.js')} */
  const { openRaw } = await import(pathToFileURL(join(assembled(), 'raw.js')).href);
  const { file } = madeDng({ ...SIZE, scene: (x, y) => [0.1 + 0.1 * x, 0.2 + 0.1 * y, 0.15] });
  const denoiser = await Denoiser.create({ backend: 'cpu', workers: 1 });
  t.after(() => denoiser.free());
  let most = 0;
  /** @param {string} when */
  const count = (when) => {
    const { modules, arrays } = bytes();
    const all = modules.reduce((sum, size) => sum + size, arrays);
    most = Math.max(most, all);
    const parts = [...modules, arrays].map((size) => (size / 1e6).toFixed(0)).join(' + ');
    t.diagnostic(`${when}: ${parts} = ${(all / 1e6).toFixed(0)} MB`);
  };
  count('before');
  const photo = await openRaw(file);
  count('open');
  assert.equal(photo.noise.source, 'profile');
  count('measured');
  await photo.develop({ glance: { width: 2400, height: 1600 } });
  // All of the photo takes part, but the network has to look at a corner only.
  const data = new Float32Array(100 * 100);
  data[0] = 1;
  let tiles = 0;
  const result = await denoiser.denoiseRawPhoto(photo, {
    strength: { data, width: 100, height: 100 },
    onProgress: ({ phase }) => {
      tiles += Number(phase === 'denoising');
      if (tiles === 2) count('in the middle of a run');
    },
  });
  assert(tiles > 1);
  count('denoised');
  const dng = await result.toDng();
  count('written');
  assert(dng.size > 0.5 * file.length, 'nearly all of its noise is still there');
  const { width, height } = await result.develop({ region: { x: 0, y: 0, width: SIZE.width, height: 500 } });
  assert.deepEqual([width, height], [SIZE.width, 500]);
  count('developed in part');
  assert(most < MOST, `${most}`);
  result.free();
  photo.free();
});

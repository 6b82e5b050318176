// Several results in one archive. Needs no browser: the code is the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { uniqueNames, zipOf } from '../../www/page/zip.js';
import { unzip } from './unzip.mjs';

test('what goes in comes out, under names that are all different', async () => {
  const files = [
    { name: 'photo-svnr.png', blob: new Blob(['first']) },
    { name: 'photo-svnr.png', blob: new Blob(['second']) },
    { name: 'Straße 1.jpg', blob: new Blob([]) },
  ];
  const archive = await zipOf(files);
  assert.equal(archive.type, 'application/zip');
  const found = unzip(Buffer.from(await archive.arrayBuffer()));
  assert.deepEqual(found.map(({ name, contents }) => ({ name, contents: contents.toString() })), [
    { name: 'photo-svnr.png', contents: 'first' },
    { name: 'photo-svnr-2.png', contents: 'second' },
    { name: 'Straße 1.jpg', contents: '' },
  ]);
});

test('names', () => {
  for (const [names, expected] of /** @type {const} */ ([
    [[], []],
    [['a.png', 'b.png'], ['a.png', 'b.png']],
    [['a.png', 'a.png', 'a.png'], ['a.png', 'a-2.png', 'a-3.png']],
    [['a.png', 'A.PNG'], ['a.png', 'A-2.PNG']],
    [['a.png', 'a.png', 'a-2.png'], ['a.png', 'a-3.png', 'a-2.png']],
    [['my.photo.png', 'my.photo.png'], ['my.photo.png', 'my.photo-2.png']],
    [['none', 'none', '.png', '.png'], ['none', 'none-2', '.png', '.png-2']],
  ])) {
    assert.deepEqual(uniqueNames([...names]), expected);
  }
});

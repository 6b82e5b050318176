import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';

/**
 * The contents of an archive of stored files, by its directory.
 *
 * @param {Buffer} archive
 */
export function unzip(archive) {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const files = [];
  let at = archive.readUInt32LE(end + 16);
  for (let i = 0; i < archive.readUInt16LE(end + 10); i += 1) {
    assert.equal(archive.toString('latin1', at, at + 4), 'PK\x01\x02');
    assert.equal(archive.readUInt16LE(at + 10), 0, 'stored, not compressed');
    const [size, length] = [archive.readUInt32LE(at + 24), archive.readUInt16LE(at + 28)];
    const name = archive.toString('utf8', at + 46, at + 46 + length);
    const local = archive.readUInt32LE(at + 42);
    const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const contents = archive.subarray(from, from + size);
    assert.equal(crc32(contents), archive.readUInt32LE(at + 16), name);
    assert(archive.readUInt16LE(at + 8) & 0x800, 'the name is said to be UTF-8');
    files.push({ name, contents });
    at += 46 + length + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return files;
}

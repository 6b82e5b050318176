import { downloadZip } from '../vendor/client-zip/index.js';

/** @typedef {{ name: string, blob: Blob }} Named */

/**
 * Puts files into one archive, uncompressed, because images are compressed already.
 *
 * @param {Named[]} files  of names that are alike, the later ones get a number
 */
export async function zipOf(files) {
  const names = uniqueNames(files.map(({ name }) => name));
  const lastModified = new Date();
  const entries = files.map(({ blob }, i) => ({ name: names[i], input: blob, lastModified }));
  // A Response gives the whole as a Blob, which a browser may keep on disk.
  const archive = await downloadZip(entries).blob();
  return new Blob([archive], { type: 'application/zip' });
}

/**
 * Two files `photo.png` become `photo.png` and `photo-2.png`. Some systems treat names that differ only in case as
 * equal.
 *
 * @param {string[]} names
 */
export function uniqueNames(names) {
  const wanted = new Set(names.map(folded));
  /** @type {Set<string>} */
  const taken = new Set();
  return names.map((name) => {
    const dot = name.lastIndexOf('.');
    const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
    let unique = name;
    // The numbered name must not be that of another file still to come.
    for (let number = 2; taken.has(folded(unique)) || (unique !== name && wanted.has(folded(unique))); number += 1) {
      unique = `${stem}-${number}${extension}`;
    }
    taken.add(folded(unique));
    return unique;
  });
}

/** @param {string} name */
function folded(name) {
  return name.normalize('NFC').toLowerCase();
}

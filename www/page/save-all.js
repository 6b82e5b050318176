// Saves many results at once, as one archive or into a folder.

import { uniqueNames, zipOf } from './zip.js';

/** @typedef {import('./zip.js').Named} Named */

/** The part of a browser's folders that is used here.
 * @typedef {{ write: (blob: Blob) => Promise<void>, close: () => Promise<void> }} Writable
 * @typedef {{ createWritable: () => Promise<Writable> }} FileHandle
 * @typedef {{ getFileHandle: (name: string, options: { create: boolean }) => Promise<FileHandle> }} Folder
 * @typedef {{ showDirectoryPicker: (options: { mode: 'readwrite' }) => Promise<Folder> }} Picker
 */

/** Whether this browser lets a page write into a folder. */
export const canWriteFolders = 'showDirectoryPicker' in globalThis;

/** The folder that the visitor chooses; `null` if they choose none. */
export async function askForFolder() {
  const { showDirectoryPicker } = /** @type {Picker} */ (/** @type {unknown} */ (globalThis));
  try {
    return await showDirectoryPicker({ mode: 'readwrite' });
  } catch {
    return null;
  }
}

/**
 * @param {Folder} folder
 * @param {Named[]} files
 */
export async function intoFolder(folder, files) {
  const names = uniqueNames(files.map(({ name }) => name));
  for (const [i, { name, blob }] of files.entries()) {
    const stream = await (await folder.getFileHandle(names[i] ?? name, { create: true })).createWritable();
    await stream.write(blob);
    await stream.close();
  }
}

/** Downloads one archive. @param {Named[]} files */
export async function asZip(files) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await zipOf(files));
  link.download = 'photos-svnr.zip';
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The part of a browser's file system entries that is used here.
 * @typedef {(error: unknown) => void} Fail
 * @typedef {{ isFile: true, isDirectory: false, file: (done: (file: File) => void, fail: Fail) => void }} FileEntry
 * @typedef {{ isFile: false, isDirectory: true, createReader: () => Reader }} FolderEntry
 * @typedef {{ readEntries: (done: (entries: Entry[]) => void, fail: Fail) => void }} Reader
 * @typedef {FileEntry | FolderEntry} Entry
 */

/** Files that a folder may hold beside photos; whoever drops a folder does not mean them. */
const HIDDEN = /^(\.|Thumbs\.db$|desktop\.ini$)/i;

/** Photos by their names, for those of which a system knows no type: RAW files above all. */
const PHOTO =
  /\.(jpe?g|png|webp|tiff?|avif|gif|bmp|heic|heif|exr|jxl|3fr|arw|cr[23]|crw|dcr|dng|erf|fff|gpr|iiq|kdc|mef|mos|mrw|nef|nrw|orf|pef|raf|raw|rw2|rwl|sr2|srf|srw|x3f)$/i;

/**
 * Files by dropping them anywhere on the page, pasting, or choosing; and folders, with all that is in them, by
 * dropping.
 *
 * @param {HTMLInputElement} input  the file input
 * @param {(files: File[]) => void} onFiles
 * @param {() => void} onNone  a folder held no photos
 */
export function takeFiles(input, onFiles, onNone) {
  /** @param {FileList | null | undefined} list */
  const take = (list) => {
    const files = wanted([...(list ?? [])]);
    if (files.length > 0) onFiles(files);
  };
  input.addEventListener('change', () => {
    take(input.files);
    // So that the same file can be chosen again.
    input.value = '';
  });
  document.addEventListener('paste', (event) => take(event.clipboardData?.files));
  document.addEventListener('drop', async (event) => {
    event.preventDefault();
    document.body.classList.remove('dragging');
    const { files = null, items = [] } = event.dataTransfer ?? {};
    // They are there during the event only.
    const entries = [...items].map((item) => /** @type {Entry | null} */ (/** @type {unknown} */ (item.webkitGetAsEntry?.() ?? null)));
    if (!entries.some((entry) => entry?.isDirectory)) {
      take(files);
      return;
    }
    const all = (await Promise.all(entries.map((entry) => (entry ? filesOf(entry) : [])))).flat();
    const photos = all.filter(({ name, type }) => !HIDDEN.test(name) && (type.startsWith('image/') || PHOTO.test(name)));
    if (photos.length > 0) onFiles(photos);
    else onNone();
  });
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('dragging');
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) document.body.classList.remove('dragging');
  });
}

/**
 * What is pasted often comes with its text beside it; what a system knows no type for, or a type that says nothing, may
 * be a camera's own format.
 *
 * @param {File[]} files
 */
function wanted(files) {
  const pictures = files.filter(({ type, name }) => type === '' || type.startsWith('image/') || PHOTO.test(name));
  return pictures.length > 0 ? pictures : files;
}

/**
 * All files in a folder and in those that it holds, by their names; of what cannot be read, nothing.
 *
 * @param {Entry} entry
 * @returns {Promise<File[]>}
 */
async function filesOf(entry) {
  try {
    if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
    const reader = entry.createReader();
    /** @type {Entry[]} */
    const entries = [];
    for (;;) {
      // Browsers give a hundred at a time, and none when there are no more.
      /** @type {Entry[]} */
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) break;
      entries.push(...some);
    }
    const files = (await Promise.all(entries.map(filesOf))).flat();
    return files.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  } catch {
    return [];
  }
}

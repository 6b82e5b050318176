/**
 * The kind of a file that the package does not read: `gif`, `avif` and `bmp` are for the browser's decoders, the others
 * cannot be opened.
 *
 * @typedef {'gif' | 'avif' | 'bmp' | 'heic' | 'jxl' | 'jp2' | 'exr' | 'psd' | 'raw' | 'svg' | 'pdf' | 'video' | 'page'} Kind
 */

/** How many bytes of a file it takes to recognise it. */
const HEAD = 1024;

/** First bytes of files, one character each, and their kind.
 * @type {[string, Kind][]} */
const BEGINNINGS = [
  ['GIF87a', 'gif'],
  ['GIF89a', 'gif'],
  ['BM', 'bmp'],
  ['\xff\x0a', 'jxl'],
  ['\0\0\0\x0cJXL ', 'jxl'],
  ['\0\0\0\x0cjP  ', 'jp2'],
  ['\x76\x2f\x31\x01', 'exr'],
  ['8BPS', 'psd'],
  ['%PDF-', 'pdf'],
  ['\x1a\x45\xdf\xa3', 'video'],
  // Canon, Fujifilm, Olympus, Panasonic.
  ['II*\0\x10\0\0\0CR', 'raw'],
  ['FUJIFILMCCD-RAW', 'raw'],
  ['IIRO', 'raw'],
  ['IIRS', 'raw'],
  ['MMOR', 'raw'],
  ['IIU\0', 'raw'],
];

/** Most RAW files are TIFF inside, with a thumbnail as the first image, so only the name tells. */
const TIFF = /^(II\*\0|MM\0\*)/;
const RAW = /\.(arw|cr2|cr3|dng|nef|orf|pef|raf|rw2|srw)$/i;

/** Brands of the container format of AVIF, HEIC and videos. */
const AVIF = ['avif', 'avis'];
const HEIC = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'];
const CANON = 'crx ';

/**
 * The kind of a file by its first bytes or, if these do not tell, by its name. `null` for anything else: a file that
 * the package reads, or an unknown one.
 *
 * @param {Blob} file
 * @param {string} name
 * @returns {Promise<Kind | null>}
 */
export async function kindOf(file, name) {
  const bytes = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const head = String.fromCharCode(...bytes);
  const begun = BEGINNINGS.find(([beginning]) => head.startsWith(beginning));
  if (begun) return begun[1];
  if (head.startsWith('RIFF') && head.startsWith('AVI ', 8)) return 'video';
  if (head.startsWith('ftyp', 4)) return kindOfContainer(head.slice(0, new DataView(bytes.buffer).getUint32(0)));
  const text = head.replace(/^\xef\xbb\xbf/, '').trimStart().toLowerCase();
  if (/^<(!doctype html|html)/.test(text)) return 'page';
  if (/^<(\?xml|!doctype svg|!--|svg)/.test(text) && text.includes('<svg')) return 'svg';
  return TIFF.test(head) && RAW.test(name) ? 'raw' : null;
}

/** @param {string} box  `ftyp`, from its length on: the brand, its version, and brands that it agrees with */
function kindOfContainer(box) {
  const brands = [box.slice(8, 12), ...(box.slice(16).match(/.{4}/gs) ?? [])];
  const isOne = (/** @type {string[]} */ of) => brands.some((brand) => of.includes(brand));
  if (isOne(AVIF)) return 'avif';
  if (isOne([CANON])) return 'raw';
  return isOne(HEIC) ? 'heic' : 'video';
}

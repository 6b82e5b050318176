/**
 * The kind of a file that the package does not read as a picture: `raw` is for its module of RAW files, `gif`, `avif`
 * and `bmp` are for the browser's decoders, the others cannot be opened.
 *
 * @typedef {'gif' | 'avif' | 'bmp' | 'heic' | 'jxl' | 'jp2' | 'exr' | 'psd' | 'raw' | 'svg' | 'pdf' | 'video'
 *   | 'page'} Kind
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
  // Canon, Fujifilm, Olympus, Panasonic, Minolta, Foveon.
  ['II*\0\x10\0\0\0CR', 'raw'],
  ['II\x1a\0\0\0HEAPCCDR', 'raw'],
  ['MM\0\x1aHEAPCCDR', 'raw'],
  ['FUJIFILMCCD-RAW', 'raw'],
  ['IIRO', 'raw'],
  ['IIRS', 'raw'],
  ['MMOR', 'raw'],
  ['IIU\0', 'raw'],
  ['\0MRM', 'raw'],
  ['FOVb', 'raw'],
];

/** Most RAW files are TIFF inside, with a thumbnail as the first image. */
const TIFF = /^(II\*\0|MM\0\*)/;
/** A RAW file by its name: what is missing of a damaged one may be what tells. */
const RAW =
  /\.(3fr|arw|cr[23]|crw|dcr|dng|erf|fff|gpr|iiq|kdc|mef|mos|mrw|nef|nrw|orf|pef|raf|rw2|rwl|sr2|srf|srw)$/i;
/** TIFF's tags: how a picture is to be seen, other pictures below, DNG's version. */
const [PHOTOMETRIC, BELOW, DNG_VERSION] = [262, 330, 50_706];
/** Photometric interpretations of finished pictures are at most this. */
const MOST_FINISHED = 8;

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
  if (!TIFF.test(head)) return null;
  return RAW.test(name) || (await mayHoldMosaic(file)) ? 'raw' : null;
}

/**
 * Whether a TIFF file may be a RAW file by its first directory: of a DNG, of a picture that is none yet, or with others
 * below it.
 *
 * @param {Blob} file
 */
async function mayHoldMosaic(file) {
  const read = async (/** @type {number} */ from, /** @type {number} */ length) =>
    new DataView(await file.slice(from, from + length).arrayBuffer());
  const header = await read(0, 8);
  if (header.byteLength < 8) return false;
  const isLittle = header.getUint8(0) === 0x49;
  const at = header.getUint32(4, isLittle);
  const count = await read(at, 2);
  if (count.byteLength < 2) return false;
  const entries = await read(at + 2, 12 * count.getUint16(0, isLittle));
  for (let entry = 0; entry + 12 <= entries.byteLength; entry += 12) {
    const tag = entries.getUint16(entry, isLittle);
    if (tag === BELOW || tag === DNG_VERSION) return true;
    if (tag === PHOTOMETRIC && entries.getUint16(entry + 8, isLittle) > MOST_FINISHED) return true;
  }
  return false;
}

/** @param {string} box  `ftyp`, from its length on: the brand, its version, and brands that it agrees with */
function kindOfContainer(box) {
  const brands = [box.slice(8, 12), ...(box.slice(16).match(/.{4}/gs) ?? [])];
  const isOne = (/** @type {string[]} */ of) => brands.some((brand) => of.includes(brand));
  if (isOne(AVIF)) return 'avif';
  if (isOne([CANON])) return 'raw';
  return isOne(HEIC) ? 'heic' : 'video';
}

// Draws maps of what is known about a photo besides its colours.

import { shrunk } from './image-file.js';
import { strengthOf } from './strength.js';

/** @typedef {import('../shared/protocol.js').Scale} Scale */

/**
 * The stops of a scale from little to much, evenly spaced. Brightness grows with the value, for people who are
 * colour-blind.
 *
 * @type {[number, number, number][]}
 */
const STOPS = [
  [8, 8, 32],
  [72, 20, 104],
  [164, 44, 96],
  [232, 100, 60],
  [252, 176, 60],
  [252, 252, 190],
];

/** Differences are multiplied by this, to be visible. */
const DIFFERENCE = 4;

/** The share of a map's pixels that may lie above its scale, so that a few do not leave the rest dark. */
const ABOVE_SCALE = 0.002;

/**
 * A map of the noise's std, or of the time at which each pixel starts, over a photo.
 *
 * @param {import('../../pkg/index.js').Denoiser} denoiser
 * @param {ImageBitmap} bitmap  the photo as it is shown
 * @param {'noise' | 'time'} view
 * @param {import('../shared/protocol.js').RunOptions} options
 */
export async function noiseMap(denoiser, bitmap, view, { noise, painted, strength }) {
  const image = pixelsOf(bitmap);
  return mapOf(denoiser.maps(image, { noise, strength: strengthOf(painted, strength, image) }), view);
}

/**
 * @param {import('../../pkg/index.js').Maps} maps
 * @param {'noise' | 'time'} view
 */
export async function mapOf(maps, view) {
  const pixels = maps.width * maps.height;
  const planes = view === 'noise' ? maps.std : maps.time;
  // The mean of the three channels: the eye sees one noise.
  const values = new Float32Array(pixels).map((_, i) => {
    return ((planes[i] ?? 0) + (planes[i + pixels] ?? 0) + (planes[i + 2 * pixels] ?? 0)) / 3;
  });
  const { bitmap: map, most } = await coloured(values, maps.width, maps.height);
  const high = view === 'noise' ? `most: ± ${percent(most)} of white` : `strongest: ${percent(most)}`;
  return { bitmap: map, scale: { low: view === 'noise' ? 'no noise' : 'left alone', high } };
}

/**
 * A map of where several samples differ, that is, where detail is uncertain.
 *
 * @param {Float32Array} uncertainty
 * @param {{ width: number, height: number }} size
 * @param {number} most  longest side in pixels
 */
export async function uncertaintyMap(uncertainty, { width, height }, most) {
  const map = await coloured(uncertainty, width, height);
  const scale = { low: 'sure', high: `guesswork: ± ${percent(map.most)}` };
  return { bitmap: await shrunk(map.bitmap, most), scale };
}

/**
 * What was removed, around mid-grey.
 *
 * @param {ImageBitmap} before
 * @param {ImageBitmap} after  of the same size
 */
export async function differenceMap(before, after) {
  const [noisy, clean] = [pixelsOf(before), pixelsOf(after)];
  const { data } = noisy;
  for (let i = 0; i < data.length; i += 1) {
    data[i] = i % 4 === 3 ? 255 : 128 + DIFFERENCE * ((data[i] ?? 0) - (clean.data[i] ?? 0));
  }
  const scale = { low: 'made brighter', high: 'made darker' };
  return { bitmap: await createImageBitmap(noisy), scale };
}

/** @param {number} share */
function percent(share) {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** @param {ImageBitmap} bitmap  given away */
function pixelsOf(bitmap) {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser has no memory left for the map');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

/**
 * Values as colours, from 0 to about the largest.
 *
 * @param {Float32Array} values
 * @param {number} width
 * @param {number} height
 */
async function coloured(values, width, height) {
  const sample = values.filter((_, i) => i % Math.ceil(values.length / 100_000) === 0).sort();
  const most = sample[Math.floor((sample.length - 1) * (1 - ABOVE_SCALE))] ?? 0;
  const image = new ImageData(width, height);
  for (const [i, value] of values.entries()) {
    const at = most > 0 ? Math.min(1, value / most) * (STOPS.length - 1) : 0;
    const stop = Math.min(STOPS.length - 2, Math.floor(at));
    const [low, high] = [STOPS[stop], STOPS[stop + 1]];
    for (let c = 0; c < 3; c += 1) {
      image.data[4 * i + c] = (low?.[c] ?? 0) + (at - stop) * ((high?.[c] ?? 0) - (low?.[c] ?? 0));
    }
    image.data[4 * i + 3] = 255;
  }
  return { bitmap: await createImageBitmap(image), most };
}

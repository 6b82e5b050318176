// A RAW photo's planes on their way between the module of RAW files and that of the networks: one after the other, so
// that no more than one of them is copied at a time.

import { ImageReader } from './wasm/svnr_wasm.js';

/** @typedef {import('./wasm/svnr_wasm.js').SharedImage} SharedImage */

/**
 * The planes in the network's module; the caller frees them. The list is emptied.
 *
 * @param {{ width: number, height: number, values: Float32Array[] }} planes  four of a mosaic, or red, green and blue
 */
export function toSharedPlanes({ width, height, values }) {
  const reader = values.length === 4 ? ImageReader.ofMosaic(width, height) : new ImageReader(width, height);
  for (let number = 0; values.length > 0; number += 1) reader.readPlane(number, 0, values.shift() ?? new Float32Array());
  return reader.finish();
}

/**
 * The planes of a shared image, which is freed.
 *
 * @param {SharedImage} shared
 * @param {number} count  how many there are
 */
export function fromShared(shared, count) {
  try {
    const { width, height } = shared;
    return { width, height, values: Array.from({ length: count }, (_, number) => shared.plane(number)) };
  } finally {
    shared.free();
  }
}

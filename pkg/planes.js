// A mosaic's planes on their way between the module of RAW files and that of the network: one after the other, so that no
// more than one of them is copied at a time.

import { ImageReader } from './wasm/svnr_wasm.js';

/** @typedef {import('./wasm/svnr_wasm.js').SharedImage} SharedImage */

/**
 * The planes in the network's module; the caller frees them. The list is emptied.
 *
 * @param {{ width: number, height: number, values: Float32Array[] }} planes  red, two greens, blue
 */
export function toSharedPlanes({ width, height, values }) {
  const reader = ImageReader.ofMosaic(width, height);
  for (let number = 0; values.length > 0; number += 1) reader.readPlane(number, 0, values.shift() ?? new Float32Array());
  return reader.finish();
}

/**
 * The planes of a shared image, which is freed.
 *
 * @param {SharedImage} shared
 */
export function fromShared(shared) {
  try {
    const { width, height } = shared;
    return { width, height, values: [0, 1, 2, 3].map((number) => shared.plane(number)) };
  } finally {
    shared.free();
  }
}

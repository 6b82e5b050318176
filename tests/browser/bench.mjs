// What the benchmarks of the built modules share.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {typeof import('../../pkg/wasm/svnr_wasm.js')} Glue */
/** @typedef {Awaited<ReturnType<typeof open>>} Opened */

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** Pixels that cross into wasm at once, as in the package. */
const PIECE = 1 << 20;

/** @param {number[]} values */
export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** A coloured photo of so many pixels, with noise, RGBA. @param {number} pixels */
export function photo(pixels) {
  const data = new Uint8ClampedArray(4 * pixels).fill(255);
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < pixels; i += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      data[4 * i + channel] = 90 + 40 * channel + (i % 60) + 20 * (random() + random() + random() + random() - 2);
    }
  }
  return new Uint8Array(data.buffer);
}

/** The pieces of an image, each with its first pixel. @param {Uint8Array} data */
export function* pieces(data) {
  for (let first = 0; 4 * first < data.length; first += PIECE) {
    yield { first, piece: data.subarray(4 * first, 4 * (first + PIECE)) };
  }
}

/** A module of a folder, and the released network on the CPU. @param {string} folder */
export async function open(folder) {
  const code = await readFile(join(folder, 'svnr_wasm.js'), 'utf8');
  /** @type {Glue} */
  const glue = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const module = await WebAssembly.compile(await readFile(join(folder, 'svnr_wasm_bg.wasm')));
  /** @type {any} */ (await glue.default({ module_or_path: module })).__wasm_call_ctors();
  const engine = glue.Engine.onCpu(await readFile(join(root, 'weights/svnr.safetensors')));
  return { folder, glue, engine };
}

/** A photo in a module's memory. @param {Opened} opened @param {Uint8Array} data @param {number} side */
export function read({ glue }, data, side) {
  const reader = new glue.ImageReader(side, side);
  for (const { first, piece } of pieces(data)) reader.readU8(first, piece, 4);
  return reader.finish();
}

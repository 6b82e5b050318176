// The wasm module for RAW files, which is loaded when the first of them is opened.

import { SvnrError, fromWasm } from './errors.js';
import { loader } from './module.js';
import initGlue, { onPanic } from './wasm/svnr_raw.js';

/** Set once the module has panicked.
 * @type {SvnrError | undefined} */
let broken;

const OWN = new URL('./wasm/svnr_raw_bg.wasm', import.meta.url);

/** Loads and compiles the module. Calling it again does nothing. */
export const initRaw = loader(initGlue, OWN, 'the wasm module for RAW files', () => {
  onPanic((/** @type {string} */ message) => {
    broken = new SvnrError('internal', `svnr failed inside (${message}); load it again in a new worker or page`);
  });
});

/**
 * A call into the module.
 *
 * @template T
 * @param {() => T} f
 * @returns {T}
 */
export function callRaw(f) {
  if (broken) throw broken;
  try {
    return f();
  } catch (error) {
    throw broken ?? fromWasm(error);
  }
}

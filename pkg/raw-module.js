// The wasm module for RAW files, which is loaded when the first of them is opened.

import { SvnrError, fromWasm } from './errors.js';
import { compiled, startModule } from './module.js';
import initGlue, { onPanic } from './wasm/svnr_raw.js';

/** @typedef {import('./index.d.ts').InitOptions} InitOptions */

/** The module's address, once it was given.
 * @type {InitOptions['module_or_path']} */
let named;
/** @type {Promise<void> | undefined} */
let started;
/** Set once the module has panicked.
 * @type {SvnrError | undefined} */
let broken;

/**
 * Loads and compiles the module. Calling it again does nothing.
 *
 * @param {InitOptions} [options]
 * @returns {Promise<void>}
 */
export async function initRaw({ module_or_path, signal } = {}) {
  if (started) return started;
  named = module_or_path ?? named;
  try {
    const module = await compiled(named ?? new URL('./wasm/svnr_raw_bg.wasm', import.meta.url), signal);
    started ??= start(module);
    await started;
  } catch (error) {
    // The next call may succeed.
    if (!signal?.aborted) named = undefined;
    throw error;
  }
}

/** @param {WebAssembly.Module} module */
async function start(module) {
  try {
    await startModule(initGlue, module, 'the wasm module for RAW files');
  } catch (error) {
    started = undefined;
    throw error;
  }
  onPanic((/** @type {string} */ message) => {
    broken = new SvnrError('internal', `svnr failed inside (${message}); load it again in a new worker or page`);
  });
}

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

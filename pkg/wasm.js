import { SvnrError, fromWasm } from './errors.js';
import { FOR_PHOTOS, loader } from './module.js';
import initGlue, { onPanic } from './wasm/svnr_wasm.js';

/** Set once wasm has panicked: it cannot be trusted afterwards.
 * @type {SvnrError | undefined} */
let broken;
/** The module, once it was started.
 * @type {WebAssembly.Module | undefined} */
let inUse;
/** @type {Set<(error: SvnrError) => void>} */
const waiting = new Set();

/** Loads and compiles the wasm module. Calling it again does nothing. */
export const init = loader(initGlue, FOR_PHOTOS, 'the wasm module', (module) => {
  onPanic(fail);
  inUse = module;
});

/** The compiled module, for workers to start instances of their own. */
export function loadedModule() {
  checkReady();
  return /** @type {WebAssembly.Module} */ (inUse);
}

/** @param {string} message */
function fail(message) {
  const isGpu = message.includes('wgpu error');
  broken = isGpu
    ? new SvnrError('device-lost', `the GPU refused a command (${message}); use backend 'cpu' in a new worker or page`)
    : new SvnrError('internal', `svnr failed inside (${message}); load it again in a new worker or page`);
  for (const reject of waiting) reject(broken);
}

/** Throws unless the module is loaded, for functions that can be called before any denoiser was created. */
export function checkReady() {
  if (!inUse) throw new SvnrError('load-failed', 'the wasm module is not loaded yet; await init() first');
}

/** Throws once wasm has panicked. */
export function checkAlive() {
  if (broken) throw broken;
}

/**
 * A call into wasm.
 *
 * @template T
 * @param {() => T} f
 * @returns {T}
 */
export function call(f) {
  checkAlive();
  try {
    return f();
  } catch (error) {
    throw broken ?? fromWasm(error);
  }
}

/**
 * A call into wasm that returns a promise. When wasm panics, that promise never settles; this one rejects.
 *
 * @template T
 * @param {() => Promise<T>} f
 * @returns {Promise<T>}
 */
export function callAsync(f) {
  return new Promise((resolve, reject) => {
    waiting.add(reject);
    Promise.resolve()
      .then(() => call(f))
      .then(resolve, (error) => reject(broken ?? fromWasm(error)))
      .finally(() => waiting.delete(reject));
  });
}

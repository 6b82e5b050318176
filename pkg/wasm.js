import { SvnrError, fromWasm } from './errors.js';
import { compiled, startModule } from './module.js';
import initGlue, { onPanic } from './wasm/svnr_wasm.js';

/** The module's address, once it was given.
 * @type {import('./index.d.ts').InitOptions['module_or_path']} */
let named;
/** @type {Promise<void> | undefined} */
let started;
/** Set once wasm has panicked: it cannot be trusted afterwards.
 * @type {SvnrError | undefined} */
let broken;
let isReady = false;
/** The module, once it was started.
 * @type {WebAssembly.Module | undefined} */
let inUse;
/** @type {Set<(error: SvnrError) => void>} */
const waiting = new Set();

/**
 * Loads and compiles the wasm module. Calling it again does nothing.
 *
 * @type {typeof import('./index.d.ts').default}
 */
export async function init({ module_or_path, signal } = {}) {
  if (isReady) return;
  named = module_or_path ?? named;
  try {
    const module = await compiled(named, signal);
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
    await startModule(initGlue, module, 'the wasm module');
  } catch (error) {
    started = undefined;
    throw error;
  }
  onPanic(fail);
  isReady = true;
  inUse = module;
}

/** The compiled module, for workers to start instances of their own. */
export function loadedModule() {
  if (!inUse) throw new SvnrError('load-failed', 'the wasm module is not loaded yet; await init() first');
  return inUse;
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
  if (!isReady) throw new SvnrError('load-failed', 'the wasm module is not loaded yet; await init() first');
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

import { SvnrError, fromWasm } from './errors.js';
import { compiled } from './module.js';
import initGlue, { onPanic } from './wasm/svnr_wasm.js';

/** Where the module lies, once somebody has said so.
 * @type {import('./index.d.ts').InitOptions['module_or_path']} */
let named;
/** @type {Promise<void> | undefined} */
let started;
/** Set once wasm has panicked: nothing in there can be trusted from then on.
 * @type {SvnrError | undefined} */
let broken;
let isReady = false;
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
    // The next call may have more luck.
    if (!signal?.aborted) named = undefined;
    throw error;
  }
}

/** @param {WebAssembly.Module} module */
async function start(module) {
  try {
    // The linker leaves running the module's constructors to us, once (see xtask/src/wasm.rs).
    /** @type {any} */ (await initGlue({ module_or_path: module })).__wasm_call_ctors?.();
  } catch (error) {
    started = undefined;
    const why = error instanceof Error ? error.message : String(error);
    throw new SvnrError('load-failed', `the wasm module could not be started: ${why}`, { cause: error });
  }
  onPanic(fail);
  isReady = true;
}

/** @param {string} message */
function fail(message) {
  const isGpu = message.includes('wgpu error');
  broken = isGpu
    ? new SvnrError('device-lost', `the GPU refused a command (${message}); go on with backend 'cpu' in a new worker or page`)
    : new SvnrError('internal', `svnr failed inside (${message}); load it again in a new worker or page`);
  for (const reject of waiting) reject(broken);
}

/** Throws until the module is there, for what can be called before any denoiser has loaded it. */
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
 * A call into wasm that returns a promise. That never settles when wasm panics, so this one does.
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

import { SvnrError, fromWasm } from './errors.js';
import { request } from './load.js';
import initGlue, { onPanic } from './wasm/svnr_wasm.js';

/** @type {Promise<void> | undefined} */
let loaded;
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
export function init({ module_or_path, signal } = {}) {
  loaded ??= start(module_or_path ?? new URL('./wasm/svnr_wasm_bg.wasm', import.meta.url), signal).catch((error) => {
    // The next call may have more luck.
    loaded = undefined;
    throw error;
  });
  return loaded;
}

/**
 * @param {NonNullable<import('./index.d.ts').InitOptions['module_or_path']>} source
 * @param {AbortSignal} [signal]
 */
async function start(source, signal) {
  const isPlace = typeof source === 'string' || source instanceof URL;
  const module_or_path = isPlace ? await request(source, 'the wasm module', signal) : source;
  try {
    // The linker leaves running the module's constructors to us, once (see xtask/src/wasm.rs).
    /** @type {any} */ (await initGlue({ module_or_path })).__wasm_call_ctors?.();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SvnrError('load-failed', `the wasm module could not be compiled: ${why}`, { cause: error });
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

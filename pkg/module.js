import { SvnrError } from './errors.js';
import { message, request } from './load.js';
import { SharedLoad } from './shared.js';

/** @typedef {NonNullable<import('./index.d.ts').InitOptions['module_or_path']>} Source */

/** @typedef {SharedLoad<WebAssembly.Module>} Compiled */

/** Compiled modules by address, and those from elsewhere. A page and all of its workers share them.
 * @type {Map<string, Compiled>} */
const places = new Map();
/** @type {WeakMap<object, Compiled>} */
const objects = new WeakMap();

/** Where the module for photos is. Bundlers look for addresses that are written like this. */
export const FOR_PHOTOS = new URL('./wasm/svnr_wasm_bg.wasm', import.meta.url);

/**
 * What loads, compiles and starts a wasm module of the package. Calling it again does nothing.
 *
 * @param {(options: { module_or_path: WebAssembly.Module }) => Promise<any>} init  its glue's start
 * @param {URL} own  where it is in the package
 * @param {string} what  it in words, for messages
 * @param {(module: WebAssembly.Module) => void} onStart  called once it runs
 * @returns {(options?: import('./index.d.ts').InitOptions) => Promise<void>}
 */
export function loader(init, own, what, onStart) {
  /** Its address, once it was given.
   * @type {Source | undefined} */
  let named;
  /** @type {Promise<void> | undefined} */
  let started;

  /** @param {WebAssembly.Module} module */
  async function start(module) {
    try {
      // The module's constructors must be run here, once (see xtask/src/wasm.rs).
      (await init({ module_or_path: module })).__wasm_call_ctors();
    } catch (error) {
      started = undefined;
      throw new SvnrError('load-failed', `${what} could not be started: ${message(error)}`, { cause: error });
    }
    onStart(module);
  }

  return async ({ module_or_path, signal } = {}) => {
    if (started) return started;
    named = module_or_path ?? named;
    try {
      const module = await compiled(named ?? own, signal);
      started ??= start(module);
      await started;
    } catch (error) {
      // The next call may succeed.
      if (!signal?.aborted) named = undefined;
      throw error;
    }
  };
}

/**
 * A wasm module, compiled once.
 *
 * @param {Source} source
 * @param {AbortSignal} [signal]
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compiled(source, signal) {
  const isPlace = typeof source === 'string' || source instanceof URL;
  const known = isPlace ? places.get(String(source)) : objects.get(source);
  if (known && !known.isOver) return known.join(signal);
  const load = new SharedLoad((signal) => compile(source, signal));
  if (isPlace) places.set(String(source), load);
  else objects.set(source, load);
  return load.join(signal);
}

/**
 * @param {Source} source
 * @param {AbortSignal} signal
 * @returns {Promise<WebAssembly.Module>}
 */
async function compile(source, signal) {
  const given = await source;
  if (given instanceof WebAssembly.Module) return given;
  const isPlace = typeof given === 'string' || given instanceof URL;
  const code = isPlace ? await request(given, 'the wasm module', signal) : given;
  try {
    if (!(code instanceof Response)) return await WebAssembly.compile(code);
    // Some servers do not know wasm's type; then it cannot be compiled while it loads.
    const isWasm = code.headers.get('content-type')?.startsWith('application/wasm');
    return await (isWasm ? WebAssembly.compileStreaming(code) : WebAssembly.compile(await code.arrayBuffer()));
  } catch (error) {
    signal.throwIfAborted();
    throw new SvnrError('load-failed', `the wasm module could not be compiled: ${message(error)}`, { cause: error });
  }
}

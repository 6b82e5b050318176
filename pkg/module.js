import { SvnrError } from './errors.js';
import { request } from './load.js';
import { SharedLoad } from './shared.js';

/** @typedef {NonNullable<import('./index.d.ts').InitOptions['module_or_path']>} Source */

/** @typedef {SharedLoad<WebAssembly.Module>} Compiled */

/** Compiled modules by address, and those from elsewhere. A page and all of its workers share them.
 * @type {Map<string, Compiled>} */
const places = new Map();
/** @type {WeakMap<object, Compiled>} */
const objects = new WeakMap();

/**
 * The wasm module, compiled once; by default the package's own.
 *
 * @param {Source} [source]
 * @param {AbortSignal} [signal]
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compiled(source = new URL('./wasm/svnr_wasm_bg.wasm', import.meta.url), signal) {
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
    const why = error instanceof Error ? error.message : String(error);
    throw new SvnrError('load-failed', `the wasm module could not be compiled: ${why}`, { cause: error });
  }
}

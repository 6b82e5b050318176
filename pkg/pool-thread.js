// What runs in a worker of a pool (see pool.js): the network, on the CPU.

import { onCpu } from './engine.js';
import { callAsync, init } from './wasm.js';

/**
 * @typedef {{ type: 'start', module: WebAssembly.Module, weights: Uint8Array }
 *   | { type: 'tile', size: Uint32Array, window: Uint32Array, x: Float32Array, sigmaT: Float32Array,
 *       y: Float32Array | undefined, sigmaStar: Float32Array | undefined }} ToThread
 *
 * @typedef {{ type: 'predicted', eps: Float32Array } | { type: 'failed', why: string }} FromThread
 */

/** @typedef {(message: FromThread, moved: ArrayBuffer[]) => void} Tell */

/** @type {Promise<import('./wasm/svnr_wasm.js').Engine> | undefined} */
let engine;

/** @param {Extract<ToThread, { type: 'start' }>} message */
async function start({ module, weights }) {
  await init({ module_or_path: module });
  return onCpu(weights, null).engine;
}

/**
 * @param {ToThread} message
 * @param {Tell} tell
 */
async function hear(message, tell) {
  try {
    if (message.type === 'start') {
      engine = start(message);
      await engine;
      return;
    }
    const ready = await engine;
    if (!ready) throw new Error('it was not started');
    const { size, window, x, sigmaT, y, sigmaStar } = message;
    const eps = await callAsync(() => ready.predict(size, window, x, sigmaT, y, sigmaStar));
    tell({ type: 'predicted', eps }, [/** @type {ArrayBuffer} */ (eps.buffer)]);
  } catch (error) {
    tell({ type: 'failed', why: error instanceof Error ? error.message : String(error) }, []);
  }
}

if (typeof (/** @type {any} */ (globalThis).WorkerGlobalScope) === 'function') {
  onmessage = ({ data }) => hear(data, (message, moved) => postMessage(message, { transfer: moved }));
} else {
  // Node keeps messages until somebody listens. The name is in a variable so that bundlers do not look for it.
  const threads = 'node:worker_threads';
  import(/* webpackIgnore: true */ /* @vite-ignore */ threads).then(({ parentPort }) => {
    parentPort?.on('message', (/** @type {ToThread} */ message) =>
      hear(message, (answer, moved) => parentPort.postMessage(answer, moved)),
    );
  });
}

import { SvnrError } from '../../pkg/index.js';

/**
 * What went wrong, as the page is told. Only a failure inside wasm is `internal`: that ends the worker.
 *
 * @param {unknown} error
 * @returns {import('../shared/protocol.js').Failure}
 */
export function failure(error) {
  if (error instanceof SvnrError) return { code: error.code, message: error.message };
  if (error instanceof DOMException && error.name === 'AbortError') return { code: 'aborted', message: error.message };
  if (error instanceof WebAssembly.RuntimeError) return { code: 'internal', message: error.message };
  return { code: 'page', message: error instanceof Error ? error.message : String(error) };
}

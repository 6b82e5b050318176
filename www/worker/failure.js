import { SvnrError } from '../../pkg/index.js';

/**
 * A failure as the page is told. Only failures inside wasm are `internal`; they end the worker.
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

/** Any failure, with a stable code and a message that says what to do. */
export class SvnrError extends Error {
  /**
   * @param {import('./index.d.ts').SvnrErrorCode} code
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.name = 'SvnrError';
    this.code = code;
  }
}

/** @type {Set<string>} */
const CODES = new Set([
  'unsupported-format',
  'raw-file',
  'unsupported-image',
  'too-large',
  'no-webgpu',
  'device-lost',
  'device-wrong',
  'bad-weights',
  'bad-option',
]);

/**
 * Turns whatever wasm throws into an SvnrError. Our own errors have a code; a trap (mostly out of memory) has none.
 *
 * @param {unknown} thrown
 * @returns {SvnrError}
 */
export function fromWasm(thrown) {
  if (thrown instanceof SvnrError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = 'code' in error ? String(error.code) : '';
  if (CODES.has(code)) {
    return new SvnrError(/** @type {import('./index.d.ts').SvnrErrorCode} */ (code), error.message, { cause: error });
  }
  return new SvnrError('internal', `svnr failed inside (${error.message}); if the image is large, try a smaller one`, {
    cause: error,
  });
}

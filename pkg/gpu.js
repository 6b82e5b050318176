import { SvnrError } from './errors.js';
import { openGpu } from './svnr_wasm.js';

/** @typedef {import('./index.d.ts').Adapter} Adapter */

/** Names by which software renderers go that do not call themselves fallbacks. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;

/** @type {Promise<Adapter> | undefined} */
let opened;

/**
 * Opens the GPU, once for all denoisers.
 *
 * @returns {Promise<Adapter>}
 */
export function gpu() {
  opened ??= open().catch((error) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

/** @returns {Promise<Adapter>} */
async function open() {
  const { gpu } = /** @type {{ gpu?: any }} */ (globalThis.navigator ?? {});
  if (!gpu) {
    const insecure = globalThis.isSecureContext === false;
    throw new SvnrError(
      'no-webgpu',
      insecure ? 'WebGPU works only on pages that come over https' : 'this browser has no WebGPU',
    );
  }
  // The same request as the one that wasm makes, whose own answer does not say who made the GPU.
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) throw new SvnrError('no-webgpu', 'this browser has WebGPU but offers no GPU for it');
  // The kernels' tuning measures with it, and wasm ends where it is missing.
  if (!adapter.features.has('timestamp-query')) {
    throw new SvnrError('no-webgpu', 'this browser lets no page time its GPU (timestamp-query), which is needed here');
  }
  const { vendor = '', architecture = '', description = '', isFallbackAdapter } = adapter.info ?? {};
  await openGpu();
  const isFallback =
    (isFallbackAdapter ?? adapter.isFallbackAdapter ?? false) || SOFTWARE.test(`${architecture} ${description}`);
  return { vendor, architecture, description, isFallback };
}

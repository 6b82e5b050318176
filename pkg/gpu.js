import { SvnrError } from './errors.js';
import { openGpu } from './wasm/svnr_wasm.js';

/** @typedef {import('./index.d.ts').Adapter} Adapter */

/** Names of software renderers that do not report themselves as fallbacks. */
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
      insecure ? 'WebGPU works only on pages loaded over https' : 'this browser has no WebGPU',
    );
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) throw new SvnrError('no-webgpu', 'this browser has WebGPU but offers no GPU for it');
  const { vendor = '', architecture = '', description = '', isFallbackAdapter } = adapter.info ?? {};
  await openWith(gpu, adapter);
  const isFallback =
    (isFallbackAdapter ?? adapter.isFallbackAdapter ?? false) || SOFTWARE.test(`${architecture} ${description}`);
  return { vendor, architecture, description, isFallback };
}

/**
 * Makes wasm open this adapter's GPU. On its own, wasm asks the browser for an adapter, reports a refusal in words that
 * help nobody, and fails if the GPU cannot be timed (`timestamp-query`), although nothing here times it.
 *
 * @param {any} gpu
 * @param {any} adapter
 */
async function openWith(gpu, adapter) {
  const { features, requestDevice } = adapter;
  /** @type {unknown} */
  let refusal;
  Object.defineProperties(adapter, {
    features: { value: new Set([...features, 'timestamp-query']) },
    requestDevice: {
      value: async (/** @type {{ requiredFeatures: string[] }} */ wanted) => {
        const requiredFeatures = wanted.requiredFeatures.filter((name) => features.has(name));
        try {
          return await requestDevice.call(adapter, { ...wanted, requiredFeatures });
        } catch (error) {
          refusal = error;
          throw error;
        }
      },
    },
  });
  // Only once: the next caller may be other code.
  gpu.requestAdapter = async () => {
    delete gpu.requestAdapter;
    return adapter;
  };
  try {
    await openGpu();
  } catch (error) {
    if (!(refusal instanceof Error)) throw error;
    throw new SvnrError('no-webgpu', `the browser refused its GPU: ${refusal.message}`, { cause: error });
  }
}

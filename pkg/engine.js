import { SvnrError } from './errors.js';
import { gpu } from './gpu.js';
import { Engine, Noise, Settings } from './wasm/svnr_wasm.js';
import { call, callAsync } from './wasm.js';

/** @typedef {ReturnType<typeof import('./options.js').denoiseOptions>} Options */

/**
 * Options that are ready for a run. The sample is its place among several, from 0; `neutral` is what grey has in red,
 * green and blue of a sensor.
 *
 * @typedef {Omit<Options, 'noise'> & {
 *   noise: NonNullable<Options['noise']> | import('./index.d.ts').NoiseEstimate | import('./raw.d.ts').PlanesNoise,
 *   tile: number,
 *   sample?: number | undefined,
 *   neutral?: [number, number, number] | undefined,
 * }} Wanted
 */

/**
 * A network on a device, which device that is, and whether it is that because the GPU is lost.
 *
 * @typedef {{
 *   engine: Engine,
 *   backend: 'webgpu' | 'cpu',
 *   adapter: import('./index.d.ts').Adapter | null,
 *   fallbackReason: string | null,
 *   hasLostGpu: boolean,
 * }} Place
 */

/**
 * Prepares the network on the requested device.
 *
 * @param {Uint8Array} weights
 * @param {'auto' | 'webgpu' | 'cpu'} backend
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<Place>}
 */
export async function open(weights, backend, signal) {
  if (backend === 'cpu') return onCpu(weights, null);
  try {
    const adapter = await callAsync(gpu);
    signal?.throwIfAborted();
    const engine = call(() => Engine.onGpu(weights));
    await callAsync(() => engine.warmUp());
    signal?.throwIfAborted();
    return { engine, backend: 'webgpu', adapter, fallbackReason: null, hasLostGpu: false };
  } catch (error) {
    const isGpu = error instanceof SvnrError && ['no-webgpu', 'device-lost', 'device-wrong'].includes(error.code);
    if (backend === 'webgpu' || !isGpu) throw error;
    return onCpu(weights, error.message, error.code === 'device-lost');
  }
}

/**
 * @param {Uint8Array} weights
 * @param {string | null} fallbackReason
 * @param {boolean} [hasLostGpu]
 * @returns {Place}
 */
export function onCpu(weights, fallbackReason, hasLostGpu = false) {
  return { engine: call(() => Engine.onCpu(weights)), backend: 'cpu', adapter: null, fallbackReason, hasLostGpu };
}

/** @param {Wanted['noise']} noise */
function asNoise(noise) {
  if ('planes' in noise) return Noise.fromJson(JSON.stringify({ planes: noise.planes }));
  if ('std' in noise) return Noise.map(noise.std);
  // An estimate has a curve if its line does not fit.
  if ('curve' in noise && noise.curve) return Noise.fromJson(JSON.stringify({ curve: noise.curve }));
  const { read, shot } = /** @type {import('./index.d.ts').NoiseModel} */ (noise);
  return Noise.model(read, shot);
}

/**
 * Calls a function with the options in the engine's form.
 *
 * @template T
 * @param {Wanted} options
 * @param {(noise: Noise, settings: Settings) => T} f
 */
export function withSettings(options, f) {
  const { noise, strength, steps, seed, sample, eta, luminance, chrominance, tile, place, neutral } = options;
  // It is of a sensor's colours.
  const wanted = neutral ? asNoise(noise).forMosaic() : asNoise(noise);
  const given = { steps: steps === 'unit' ? undefined : steps, eta: eta ?? undefined, seed, sample, luminance, chrominance, tile };
  const settings = Object.assign(new Settings(), given);
  try {
    if (typeof strength === 'number') settings.setStrength(strength);
    else settings.setStrengthMap(strength.values);
    if (neutral) settings.setNeutral(...neutral);
    if (place) {
      settings.setPlace(place.row, place.column);
      settings.setOverview(JSON.stringify(place.overview));
    }
    return f(wanted, settings);
  } finally {
    wanted.free();
    settings.free();
  }
}

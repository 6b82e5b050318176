import { SvnrError } from './errors.js';
import { estimateNoise, noiseAtGain as atGain } from './wasm/svnr_wasm.js';
import { call, checkReady } from './wasm.js';

/**
 * See index.d.ts.
 *
 * @type {typeof import('./index.d.ts').noiseAtGain}
 */
export function noiseAtGain(gain) {
  if (typeof gain !== 'number' || !(gain > 0 && gain <= 100)) {
    throw new SvnrError('bad-option', `gain is ${gain}; it must be a number above 0 and at most 100`);
  }
  checkReady();
  return /** @type {any} */ (call(() => atGain(gain)));
}

/**
 * The noise in a shared image.
 *
 * @param {import('./wasm/svnr_wasm.js').SharedImage} shared
 * @returns {import('./index.d.ts').NoiseEstimate}
 */
export function noiseOf(shared) {
  return /** @type {any} */ (call(() => estimateNoise(shared)));
}

/**
 * What the page and its worker tell each other. Both sides read their types from here; nothing runs.
 *
 * Every message about a picture carries the picture's number, so that an answer that comes late is known for one.
 *
 * @typedef {import('../pkg/index.js').SvnrErrorCode | 'worker'} Code
 *
 * @typedef {{ code: Code | 'aborted', message: string }} Failure
 * @typedef {{ read: number, shot: number }} Noise
 * What is painted is greys: 0 leaves a place alone, 128 takes the noise there as everywhere, 255 twice as much.
 * @typedef {{ noise: Noise | 'auto', steps: number, strength: number, painted: ImageData | null }} RunOptions
 * @typedef {'png' | 'png16' | 'jpeg' | 'webp' | 'tiff'} Format
 * @typedef {'download' | 'copy'} Purpose
 * @typedef {{
 *   backend: 'webgpu' | 'cpu',
 *   adapter: import('../pkg/index.js').Adapter | null,
 *   fallbackReason: string | null,
 * }} Device
 *
 * @typedef {(
 *   | { type: 'start', backend: 'auto' | 'cpu' }
 *   | { type: 'open', picture: number, file: Blob, name: string }
 *   | { type: 'denoise', picture: number, options: RunOptions }
 *   | { type: 'encode', picture: number, purpose: Purpose, format: Format, quality: number }
 *   | { type: 'cancel' }
 * )} ToWorker
 *
 * @typedef {(
 *   | { type: 'starting', phase: 'loading' | 'compiling', fraction: number | undefined }
 *   | { type: 'started', device: Device }
 *   | { type: 'unusable', failure: Failure }
 *   | { type: 'opened', picture: number, bitmap: ImageBitmap }
 *   | { type: 'measured', picture: number, noise: Noise }
 *   | { type: 'running', picture: number, step: number, steps: number, tile: number, tiles: number, fraction: number,
 *       preview: ImageBitmap | null }
 *   | { type: 'denoised', picture: number, bitmap: ImageBitmap }
 *   | { type: 'encoded', picture: number, purpose: Purpose, format: Format, file: Blob }
 *   | { type: 'failed', picture: number, failure: Failure }
 * )} ToPage
 */

export {};

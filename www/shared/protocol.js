/**
 * The messages between the page and its worker, as types for both sides. There is no code here.
 *
 * Every message about a picture carries its number, so that late answers are recognised.
 *
 * @typedef {import('../../pkg/index.js').SvnrErrorCode | 'worker' | 'page'} Code  `worker`: it could not be
 *   started; `page`: something failed in the page's own code
 *
 * @typedef {{ code: Code | 'aborted', message: string }} Failure
 * Noise as read and shot noise, or as a curve, which counts where there is one.
 * @typedef {{ read: number, shot: number, curve?: import('../../pkg/index.js').NoiseCurve | undefined }} Noise
 * @typedef {Noise & {
 *   points: { mean: number, std: number }[],
 *   doubt?: string | undefined,
 *   source?: import('../../pkg/raw.js').RawNoise['source'],
 *   told?: { read: number, shot: number } | undefined,
 * }} Measured  see NoiseEstimate in pkg/index.d.ts; of a RAW photo RawNoise in pkg/raw.d.ts
 * @typedef {Noise & { name: string }} Preset
 * @typedef {{ x: number, y: number, width: number, height: number }} Rectangle  in whole pixels of the photo
 *
 * How a RAW photo is developed; see Development in pkg/raw.d.ts.
 * @typedef {{ exposure: number, warmth: number, tint: number }} Development
 *
 * Options of a run; see DenoiseOptions in pkg/index.d.ts. `painted` holds greys: 0 leaves a place alone, 128 removes
 * noise there as everywhere else, 255 twice as much.
 * @typedef {{
 *   noise: Noise | 'auto',
 *   steps: number,
 *   samples: number,
 *   strength: number,
 *   luminance: number,
 *   chrominance: number,
 *   painted: ImageData | null,
 * }} RunOptions
 *
 * What the stage can show next to the photo: its result, or what is known about it.
 * @typedef {'picture' | 'noise' | 'time' | 'difference' | 'uncertainty'} View
 * @typedef {{ low: string, high: string }} Scale  what a map's darkest and brightest colours mean
 *
 * @typedef {'dng' | 'png' | 'png16' | 'jpeg' | 'webp' | 'tiff'} Format  `dng` of RAW photos alone
 * @typedef {'download' | 'copy' | 'keep'} Purpose  to keep is to lose nothing; the format is the worker's choice
 * @typedef {{
 *   backend: 'webgpu' | 'cpu',
 *   adapter: import('../../pkg/index.js').Adapter | null,
 *   fallbackReason: string | null,
 *   workers: number,
 * }} Device  `workers`: how many tiles it denoises at once
 *
 * A run's result, as the worker had it. That of a RAW photo is a DNG.
 * @typedef {{
 *   image: ImageData | import('../../pkg/index.js').PlainImage,
 *   metadata: import('../../pkg/index.js').Metadata,
 *   uncertainty: Float32Array | undefined,
 * }} Made
 *
 * `result` is an earlier run's result for the file. `look` asks for a part at the photo's full resolution, `preview`
 * for a part and its result with `options`.
 * @typedef {(
 *   | { type: 'start', backend: 'auto' | 'cpu' }
 *   | { type: 'open', picture: number, file: Blob, name: string, development: Development, result: Blob | Made | null }
 *   | { type: 'develop', picture: number, development: Development }
 *   | { type: 'denoise', picture: number, options: RunOptions }
 *   | { type: 'look', picture: number, look: number, part: Rectangle }
 *   | { type: 'preview', picture: number, look: number, part: Rectangle, options: RunOptions }
 *   | { type: 'show', picture: number, view: View, options: RunOptions }
 *   | { type: 'encode', picture: number, purpose: Purpose, format: Format, quality: number }
 *   | { type: 'convert', id: number, file: Blob, name: string, isRaw: boolean, development: Development,
 *       format: Format, quality: number }
 *   | { type: 'cancel' }
 * )} ToWorker
 *
 * @typedef {(
 *   | { type: 'starting', phase: 'loading' | 'compiling', fraction: number | undefined }
 *   | { type: 'started', device: Device, presets: Preset[] }
 *   | { type: 'moved', device: Device }
 *   | { type: 'crashed', failure: Failure, rescued: { picture: number, result: Blob | Made } | null }
 *   | { type: 'unusable', failure: Failure, isWorkerGone?: true }
 *   | { type: 'opened', picture: number, bitmap: ImageBitmap, width: number, height: number, isRaw: boolean }
 *   | { type: 'developed', picture: number, before: ImageBitmap, after: ImageBitmap | null }
 *   | { type: 'noted', picture: number, note: string }
 *   | { type: 'measured', picture: number, noise: Measured }
 *   | { type: 'preparing', picture: number, phase: 'loading' | 'compiling', fraction: number | undefined }
 *   | { type: 'running', picture: number, sample: number, samples: number, step: number, steps: number, tile: number,
 *       tiles: number, fraction: number, preview: ImageBitmap | null }
 *   | { type: 'denoised', picture: number, bitmap: ImageBitmap, isUncertain: boolean, noise: Noise,
 *       seconds: number }
 *   | { type: 'restored', picture: number, bitmap: ImageBitmap, isUncertain: boolean }
 *   | { type: 'looked', picture: number, look: number, part: Rectangle, before: ImageBitmap,
 *       after: ImageBitmap | null }
 *   | { type: 'previewed', picture: number, look: number, part: Rectangle, before: ImageBitmap | null,
 *       after: ImageBitmap | null, seconds: number }
 *   | { type: 'shown', picture: number, view: View, bitmap: ImageBitmap, scale: Scale | null }
 *   | { type: 'encoded', picture: number, purpose: Purpose, format: Format, file: Blob }
 *   | { type: 'unencoded', picture: number, purpose: Purpose, format: Format, failure: Failure }
 *   | { type: 'converted', id: number, file: Blob }
 *   | { type: 'unconverted', id: number, failure: Failure }
 *   | { type: 'failed', picture: number, of: ToWorker['type'], failure: Failure }
 * )} ToPage  `preparing` comes before a run that needs something that is not there yet. `previewed` comes twice: first
 *   with the part as it is, then with what becomes of it, and how long that took. After `crashed` the worker does
 *   nothing any more; what it had of a result it gives away
 *
 * The messages between the page and the worker that checks waiting files. The bitmap is a thumbnail.
 * @typedef {{ id: number, file: Blob, name: string }} ToChecker
 * @typedef {(
 *   | { id: number, width: number, height: number, isRaw: boolean, bitmap: ImageBitmap }
 *   | { id: number, failure: Failure }
 * )} FromChecker
 */

export {};

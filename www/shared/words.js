/** What the page says, in a photographer's words. */

import { stdsAt } from './noise-at.js';

/** @typedef {import('./kinds.js').Kind} Kind */
/** @typedef {import('./protocol.js').Device} Device */
/** @typedef {import('./protocol.js').Failure} Failure */
/** @typedef {import('./protocol.js').Noise} Noise */

/**
 * What the denoiser runs on.
 *
 * @param {Device} device
 */
export function deviceName({ backend, adapter }) {
  if (backend === 'cpu' || !adapter) return 'Runs on the CPU';
  const { vendor, architecture, description, isFallback } = adapter;
  const name = description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed adapter';
  return isFallback ? `Runs on a software GPU: ${name}` : `Runs on the GPU: ${name}`;
}

/**
 * A notice about the device, if it is not the best; otherwise empty.
 *
 * @param {Device} device
 */
export function deviceNotice({ backend, adapter, fallbackReason }) {
  if (backend === 'cpu' && fallbackReason) {
    return `No graphics card can be used here (${fallbackReason}). It works without one, but takes longer.`;
  }
  if (adapter?.isFallback) {
    return 'This browser only imitates a graphics card (GPU). It works, but the CPU is usually faster.';
  }
  return '';
}

/**
 * The CPU takes over: the GPU is lost, or it is still there and has computed something wrong.
 *
 * @param {Pick<Device, 'backend'>} device  what later runs begin on
 */
export function movedText({ backend }) {
  return backend === 'cpu'
    ? 'The GPU stopped working. From now on the CPU does the work, which takes longer. Nothing is lost.'
    : 'The graphics card computed something wrong. The CPU does the work on this photo, which takes longer.';
}

/**
 * A failure, and what to do about it.
 *
 * @param {Failure} failure
 */
export function failureText({ code, message }) {
  switch (code) {
    case 'unsupported-format':
    case 'raw-file':
    case 'unsupported-image':
    case 'too-large':
      return /[.?!]$/.test(message) ? message : `${message}.`;
    case 'load-failed':
      return `The denoiser could not be loaded. Check the connection and try again. (${message})`;
    case 'bad-weights':
      return `The denoiser’s network file is damaged. Reload the page; if that does not help, this copy of the page is broken. (${message})`;
    case 'worker':
      return `The denoiser could not be started. Try again, or use a current version of Chrome, Edge, Firefox or Safari. (${message})`;
    case 'device-wrong':
      return `What was computed for this photo is no picture. Try again, perhaps in another browser. (${message})`;
    case 'device-lost':
      return `The device stopped working. Try again, perhaps with a smaller photo. (${message})`;
    default:
      return `Something went wrong inside the denoiser. Try again, perhaps with a smaller photo. (${message})`;
  }
}

/**
 * Why a file could not be opened.
 *
 * @param {string} name
 * @param {Failure} failure
 */
export function openingText(name, failure) {
  const { code, message } = failure;
  if (code === 'internal') {
    return `“${name}” could not be opened: something in it makes this page fail. Save it as PNG or TIFF with another program and open that. (${message})`;
  }
  if (code !== 'load-failed') return failureText(failure);
  return `“${name}” could not be opened: what this page needs for it could not be loaded. Check the connection and open it again; if that does not help, reload the page. (${message})`;
}

/**
 * The outcome of a batch.
 *
 * @param {number} total
 * @param {string[]} failed  names
 */
export function batchText(total, failed) {
  if (failed.length === 0) return total === 1 ? 'The photo is denoised.' : `All ${total} photos are denoised.`;
  return `${total - failed.length} of ${total} photos are denoised. Not done: ${failed.join(', ')}.`;
}

/** Something that a run needs on one of the processor's cores could not go on, perhaps for lack of memory. */
export function fewerCores() {
  return 'A part of the denoiser stopped, perhaps because memory ran out. Nothing is lost; the rest goes on and takes longer.';
}

/** A result is gone. @param {string} name */
export function lostText(name) {
  return `The result of “${name}” is lost, because the denoiser had to be restarted. Denoise the photo again.`;
}

/** A result cannot be put aside. @param {string} name */
export function unkeptText(name) {
  return `There is not enough memory to keep the result of “${name}”. Download it first, then choose the other photo again.`;
}

/** What kinds of files cannot be opened, and what to do instead. RAW files have words of their own, in Rust.
 * @type {Record<Exclude<Kind, 'raw'>, [string, string]>} */
const UNREADABLE = {
  gif: ['a GIF image, but it is damaged or incomplete', 'Get it from its source again'],
  bmp: ['a BMP image, but it is damaged or incomplete', 'Get it from its source again'],
  avif: [
    'an AVIF image that this browser cannot read',
    'It may be damaged, or the browser too old; get it from its source again, or save it as PNG or JPEG',
  ],
  heic: [
    'a HEIC photo, which this browser cannot read',
    'Save it as JPEG and open that; an iPhone takes JPEGs when Settings › Camera › Formats is set to Most Compatible',
  ],
  jxl: ['a JPEG XL image, which this browser cannot read', 'Save it as PNG or TIFF and open that'],
  jp2: ['a JPEG 2000 image, which this browser cannot read', 'Save it as PNG or TIFF and open that'],
  exr: ['an OpenEXR image, which cannot be read in a browser', 'Save it as a TIFF of 32-bit floats and open that'],
  psd: ['a Photoshop document, which cannot be read', 'Save it as TIFF or PNG and open that'],
  svg: ['an SVG drawing, not a photo', 'Save it as PNG and open that'],
  pdf: ['a PDF document, not a photo', 'Save the picture that is in it as PNG or JPEG and open that'],
  video: ['a video, not a photo', 'Save one of its pictures as PNG or JPEG and open that'],
  page: ['a web page, not a photo', 'Save the picture that is on it and open that'],
};

/**
 * Why a file cannot be opened, and what to do instead.
 *
 * @param {string} name
 * @param {Exclude<Kind, 'raw'>} kind
 */
export function unreadable(name, kind) {
  const [what, advice] = UNREADABLE[kind];
  return `“${name}” is ${what}. ${advice}.`;
}

/**
 * What of a file is not kept, or not as it was.
 *
 * @param {string} name
 * @param {string[]} notes  sentences without a full stop, about “it”
 */
export function notKept(name, notes) {
  return `About “${name}”: ${notes.join('. ')}.`.replace(/([:.] )([a-z])/g, (_, before, letter) => before + letter.toUpperCase());
}

/**
 * A note about a file with several images.
 *
 * @param {string} name
 */
export function firstOfSeveral(name) {
  return `“${name}” contains several images. Only the first one is open.`;
}

/**
 * A note about a file that only the browser could decode.
 *
 * @param {string} name
 */
export function readByBrowser(name) {
  return `The browser has read “${name}” as 8 bits in sRGB. Its profile, EXIF and XMP are not kept.`;
}

/**
 * Where the noise of a RAW photo is known from.
 *
 * @param {import('./protocol.js').Measured} measured
 */
export function rawNoiseText({ source, doubt }) {
  if (source === 'profile') return 'Read from the file: its noise profile.';
  if (source === 'not-profile') return 'Measured in the sensor’s data. The file has a noise profile, but it does not fit.';
  if (doubt) return `The file does not say its noise. A guess from the sensor’s data: ${doubt}.`;
  return 'Measured in the sensor’s data. The file does not say its noise.';
}

/**
 * How strong the noise is, by its std at mid-grey.
 *
 * @param {Noise} noise
 */
export function noiseName(noise) {
  const [std = 0] = stdsAt(noise, 1, [0.2]);
  const names = /** @type {const} */ ([
    [0.008, 'hardly any'],
    [0.03, 'light'],
    [0.07, 'moderate'],
    [0.14, 'strong'],
    [Infinity, 'very strong'],
  ]);
  return names.find(([most]) => std < most)?.[1] ?? '';
}

/**
 * The denoiser's start, or that of the one for RAW files.
 *
 * @param {{ phase: 'loading' | 'compiling', fraction: number | undefined }} progress
 * @param {string} [what]  what is loaded
 */
export function startText({ phase, fraction }, what = 'the network') {
  if (phase === 'compiling') return 'Getting the GPU ready…';
  return `Loading ${what}…${fraction === undefined ? '' : ` ${Math.round(100 * fraction)} %`}`;
}

/**
 * A run's progress: its current pass over the photo, and the remaining time.
 *
 * @param {object} run
 * @param {number} run.sample  from 1
 * @param {number} run.samples
 * @param {number} run.step  from 1
 * @param {number} run.steps
 * @param {number} run.tile  how many of them are done
 * @param {number} run.tiles
 * @param {number} run.fraction
 * @param {number} run.left  in seconds; 0 while unknown
 */
export function runText({ sample, samples, step, steps, tile, tiles, fraction, left }) {
  const result = samples > 1 ? `Result ${sample} of ${samples}` : '';
  const pass = steps > 1 ? `pass ${step} of ${steps}` : '';
  // With a single pass, its parts show the progress.
  const part = tiles > 1 && !pass && !result ? `part ${Math.min(tile + (fraction < 1 ? 1 : 0), tiles)} of ${tiles}` : '';
  const time = left < 3 ? '' : `${duration(left)} left`;
  const text = [result, pass, part, time].filter(Boolean).join(' · ') || 'Denoising…';
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * How long a run will take.
 *
 * @param {number} seconds
 * @param {boolean} isMeasured  whether that is known from this device
 */
export function expectedText(seconds, isMeasured) {
  if (!isMeasured) return `Takes ${seconds < 3 ? 'a few seconds' : duration(seconds)} on a typical device`;
  return seconds < 2 ? 'Takes a moment' : `Takes ${duration(seconds)}`;
}

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 10) return `about ${Math.ceil(seconds)} s`;
  if (seconds < 60) return `about ${Math.ceil(seconds / 5) * 5} s`;
  if (seconds < 3600) return `about ${Math.ceil(seconds / 60)} min`;
  return `about ${(seconds / 3600).toFixed(1)} h`;
}

/**
 * `photo.jpg` as `photo-svnr.png`.
 *
 * @param {string} name
 * @param {import('./protocol.js').Format} format
 */
export function resultName(name, format) {
  const extension = { dng: 'dng', png: 'png', png16: 'png', jpeg: 'jpg', webp: 'webp', tiff: 'tif' }[format];
  return `${name.replace(/\.[^.]+$/, '') || 'photo'}-svnr.${extension}`;
}

/**
 * How large a file is.
 *
 * @param {number} bytes
 */
export function fileSize(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

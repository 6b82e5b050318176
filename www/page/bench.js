// Measures how long photos of several sizes take on this device, by the npm package.

import { createWorkerDenoiser } from '../../pkg/worker.js';
import { deviceName } from '../shared/words.js';
import { element } from './element.js';

/** Photos, by their longer and shorter sides, and the steps of a run. The first one is not measured: it warms up. */
const WARM_UP = { size: [512, 512], steps: 2 };
const RUNS = [
  { size: [1224, 816], steps: 1 },
  { size: [1224, 816], steps: 10 },
  { size: [4240, 2832], steps: 1 },
  { size: [4240, 2832], steps: 10 },
  { size: [6000, 4000], steps: 1 },
];
/** Known, so that nothing is estimated. */
const NOISE = { read: 0.02, shot: 0.004 };

const [measure, copy] = [element('measure', HTMLButtonElement), element('copy', HTMLButtonElement)];
const [status, results] = [element('status', HTMLElement), element('results', HTMLElement)];
/** @type {string[]} */
let lines = [];

/** A photo with noise, RGBA. @param {number} width @param {number} height */
function photo(width, height) {
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  let state = 1;
  for (let at = 0; at < data.length; at += 1) {
    if (at % 4 === 3) continue;
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[at] = 110 + 40 * Math.sin(at / 9000) + (state >>> 26);
  }
  return { data, width, height };
}

/** @param {string[]} cells */
function row(cells) {
  const line = document.createElement('tr');
  line.append(
    ...cells.map((text) => {
      const cell = document.createElement('td');
      cell.textContent = text;
      return cell;
    }),
  );
  results.append(line);
  lines.push(cells.join('\t'));
}

/** @param {unknown} error */
function fail(error) {
  status.textContent = error instanceof Error ? error.message : String(error);
}

/** @type {AbortController | undefined} */
let running;

/** @param {Awaited<ReturnType<typeof createWorkerDenoiser>>} denoiser */
async function run(denoiser) {
  const stop = new AbortController();
  running = stop;
  measure.textContent = 'Stop';
  results.replaceChildren();
  lines = [`${deviceName(denoiser)}\t${navigator.userAgent}`];
  try {
    for (const each of [WARM_UP, ...RUNS]) {
      const { size, steps } = each;
      const [width = 0, height = 0] = size;
      const image = photo(width, height);
      const megapixels = (width * height) / 1e6;
      const words = `${megapixels.toFixed(megapixels < 10 ? 1 : 0)} megapixels, ${steps} ${steps === 1 ? 'step' : 'steps'}`;
      const begun = performance.now();
      await denoiser.denoise(image, {
        noise: NOISE,
        steps,
        signal: stop.signal,
        transfer: true,
        onProgress: ({ fraction }) => (status.textContent = `${words}: ${Math.round(100 * fraction)} %`),
      });
      const seconds = (performance.now() - begun) / 1000;
      if (each === WARM_UP) continue;
      row([`${width} × ${height}`, `${steps}`, seconds.toFixed(2), `${((1000 * seconds) / megapixels / steps).toFixed(0)} ms`]);
    }
    status.textContent = 'Done.';
  } catch (error) {
    if (stop.signal.aborted) status.textContent = 'Stopped.';
    else fail(error);
  }
  running = undefined;
  measure.textContent = 'Measure';
  copy.disabled = lines.length < 2;
}

copy.addEventListener('click', () => {
  navigator.clipboard.writeText(lines.join('\n')).then(() => (status.textContent = 'Copied.'), fail);
});

try {
  const denoiser = await createWorkerDenoiser();
  element('device', HTMLElement).textContent = deviceName(denoiser);
  measure.disabled = false;
  measure.addEventListener('click', () => {
    if (running) running.abort();
    else void run(denoiser);
  });
} catch (error) {
  element('device', HTMLElement).textContent = 'Not available';
  fail(error);
}

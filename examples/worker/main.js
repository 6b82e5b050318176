import { createWorkerDenoiser } from 'svnr/worker';

const input = document.querySelector('input');
const output = document.querySelector('output');
const canvas = document.querySelector('canvas');

const backend = /** @type {any} */ (new URLSearchParams(location.search).get('backend') ?? 'auto');
const ready = createWorkerDenoiser({ backend });
let run = new AbortController();

input.addEventListener('change', async () => {
  // A new photo ends the run of the one before.
  run.abort();
  const { signal } = (run = new AbortController());
  try {
    const denoiser = await ready;
    const { image } = await denoiser.denoise(input.files[0], {
      steps: 4,
      signal,
      onProgress: ({ fraction }) => {
        output.textContent = `${Math.round(100 * fraction)} %`;
      },
    });
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext('2d').putImageData(image, 0, 0);
    output.textContent = `Done on ${denoiser.backend}`;
  } catch (error) {
    if (!signal.aborted) output.textContent = error.message;
  }
});

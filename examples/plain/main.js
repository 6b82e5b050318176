import { Denoiser } from 'svnr';

const input = document.querySelector('input');
const output = document.querySelector('output');
const canvas = document.querySelector('canvas');

// ?backend=cpu tries the page without a GPU.
const backend = /** @type {any} */ (new URLSearchParams(location.search).get('backend') ?? 'auto');
const ready = Denoiser.create({ backend });

input.addEventListener('change', async () => {
  try {
    const denoiser = await ready;
    const { image } = await denoiser.denoise(input.files[0], {
      onProgress: ({ fraction }) => {
        output.textContent = `${Math.round(100 * fraction)} %`;
      },
    });
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext('2d').putImageData(image, 0, 0);
    output.textContent = `Done on ${denoiser.backend}`;
  } catch (error) {
    output.textContent = error.message;
  }
});

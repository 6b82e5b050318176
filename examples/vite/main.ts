import type { DenoiseResult } from 'svnr';
import 'svnr/element';

const input = document.querySelector('input')!;
const output = document.querySelector('output')!;
const element = document.querySelector('svnr-denoiser')!;

element.setAttribute('backend', new URLSearchParams(location.search).get('backend') ?? 'auto');

input.addEventListener('change', () => {
  const [file] = input.files ?? [];
  if (file) element.src = URL.createObjectURL(file);
});

element.addEventListener('svnr-done', ({ detail }) => {
  const { image, noise }: DenoiseResult<ImageData> = detail;
  const read = 'read' in noise ? noise.read.toFixed(3) : 'as mapped';
  output.textContent = `Done: ${image.width} x ${image.height}, noise at black ${read}`;
  URL.revokeObjectURL(element.src);
});

element.addEventListener('svnr-error', ({ detail }) => {
  output.textContent = `${detail.code}: ${detail.message}`;
});

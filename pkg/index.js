export { Denoiser } from './denoiser.js';
export { SvnrError } from './errors.js';
export { decodeFile, encodeFile, leftOutOf, toImageData } from './files.js';
export { MOST_PIXELS } from './image.js';
export { noiseAtGain } from './noise.js';
export { init as default } from './wasm.js';

export { Denoiser } from './denoiser.js';
export { SvnrError } from './errors.js';
export { init as default } from './wasm.js';

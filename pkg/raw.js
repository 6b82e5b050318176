export { RawPhoto, RawResult, isRaw, openRaw } from './raw-photo.js';
export { initRaw as default } from './raw-module.js';

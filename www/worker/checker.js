// Opens files to find out whether that works, and makes thumbnails.

import init from '../../pkg/index.js';
import { failure } from './failure.js';
import { open, toShow } from './image-file.js';

/** @typedef {import('../shared/protocol.js').ToChecker} ToChecker */
/** @typedef {import('../shared/protocol.js').FromChecker} FromChecker */

/** Longest side of the thumbnails, in pixels. */
const SIDE = 256;

/** What is looked at. @type {number | undefined} */
let current;

/**
 * @param {FromChecker} answer
 * @param {Transferable[]} [transfer]
 */
function answer(answer, transfer = []) {
  if (answer.id !== current) return;
  current = undefined;
  postMessage(answer, { transfer });
}

/** @param {MessageEvent<ToChecker>} event */
onmessage = async ({ data: { id, file, name } }) => {
  current = id;
  try {
    await init();
    const photo = await open(file, name);
    const { width, height } = photo.image;
    const bitmap = await toShow(photo, SIDE);
    answer({ id, width, height, bitmap }, [bitmap]);
  } catch (error) {
    answer({ id, failure: failure(error) });
  }
};

// A trap in wasm can reject a promise that nothing awaits.
addEventListener('unhandledrejection', ({ reason }) => {
  if (current !== undefined) answer({ id: current, failure: { code: 'internal', message: String(reason) } });
});

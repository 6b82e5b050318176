// Opens files to find out whether that works, and makes thumbnails.

import init from '../../pkg/index.js';
import { failure } from './failure.js';
import { openAny } from './open.js';

/** @typedef {import('../shared/protocol.js').ToChecker} ToChecker */
/** @typedef {import('../shared/protocol.js').FromChecker} FromChecker */

/** Longest side of the thumbnails, in pixels. */
const SIDE = 256;

/** A RAW file's thumbnail shows it as it was taken. */
const PLAIN = { exposure: 0, warmth: 0, tint: 0 };

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
    const photo = await openAny(file, name, PLAIN);
    const { size, isRaw } = photo;
    try {
      const bitmap = await photo.toShow(SIDE);
      answer({ id, ...size, isRaw, bitmap }, [bitmap]);
    } finally {
      photo.free();
    }
  } catch (error) {
    answer({ id, failure: failure(error) });
  }
};

// A trap in wasm can reject a promise that nothing awaits.
addEventListener('unhandledrejection', ({ reason }) => {
  if (current !== undefined) answer({ id: current, failure: { code: 'internal', message: String(reason) } });
});

// The page's messages: visible boxes, and a line for people who cannot see the page.

import { element } from './element.js';

/** @typedef {'error' | 'notice' | 'note' | 'chosen'} Place */
/** @typedef {{ action: string, text: string }} Offer  a button, and what it does */

/** Notices that the visitor closed; they are not shown again.
 * @type {Set<string>} */
const closed = new Set();

/**
 * @param {Place} place
 * @param {string} text  nothing hides it
 * @param {Offer} [offer]
 */
export function tell(place, text, offer) {
  const box = element(place, HTMLElement);
  const [words, button] = [box.querySelector('span'), box.querySelector('button:not(.close)')];
  if (words) words.textContent = text;
  if (button instanceof HTMLButtonElement) {
    button.hidden = !offer;
    button.dataset.action = offer?.action ?? '';
    button.textContent = offer?.text ?? '';
  }
  box.hidden = !text || (place === 'notice' && closed.has(text));
  // On a phone it may lie below what is seen.
  if (text && place === 'error') box.scrollIntoView({ block: 'nearest' });
}

/** The reader has closed a box. @param {Element} box */
export function close(box) {
  closed.add(box.querySelector('span')?.textContent ?? '');
  box.toggleAttribute('hidden', true);
}

/** For those who do not see the page. @param {string} text */
export function announce(text) {
  element('live', HTMLElement).textContent = text;
}

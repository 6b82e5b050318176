import { expectedText } from '../shared/words.js';
import { element } from './element.js';
import { tell } from './messages.js';
import { current, photoOf, progressOf, stageOf } from './photos.js';
import { sameForAll, sameSettings } from './settings.js';

/** @typedef {import('./photos.js').Photos} Photos */

/** Shows the state of the photos: what can be pressed, the queue, the progress, whether a result is older. */
export class Display {
  #parts;
  #denoise = element('denoise', HTMLButtonElement);
  #progress = element('progress', HTMLElement);
  #phase = element('phase', HTMLElement);
  #bar = element('bar', HTMLProgressElement);
  #older = element('older', HTMLElement);
  #expected = element('expected', HTMLElement);

  /**
   * @param {object} parts
   * @param {import('./panel.js').Panel} parts.panel
   * @param {import('./stage.js').Stage} parts.stage
   * @param {import('./batch.js').Batch} parts.batch
   * @param {import('../elements/queue.js').Queue} parts.queue
   * @param {import('./belongings.js').Belongings} parts.belongings
   * @param {import('./device.js').Device} parts.device
   */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Photos} photos */
  show(photos) {
    const { panel, queue, batch } = this.#parts;
    const state = stageOf(photos);
    const hasChanged = document.body.dataset.state !== state;
    document.body.dataset.state = state;
    panel.isLocked = state === 'running';
    panel.canPaint = state === 'open' || state === 'done';
    this.#denoise.disabled = state === 'opening';
    this.#denoise.textContent = current(photos)?.result ? 'Denoise again' : 'Denoise';
    queue.isLocked = photos.batch !== null;
    batch.show(photos);
    this.#progress.hidden = state !== 'running';
    this.settings(photos);
    const chosen = photoOf(photos, photos.chosen);
    const offer = { action: 'hurry', text: 'Stop and open it now' };
    tell('chosen', chosen ? `“${chosen.name}” opens when this photo is done.` : '', offer);
    if (hasChanged) this.keepFocus(photos);
  }

  /** Shows what depends on the settings: which results still match them, and how long a run would take.
   * @param {Photos} photos */
  settings(photos) {
    const { panel, stage } = this.#parts;
    const result = current(photos)?.result;
    const isDone = stageOf(photos) === 'done';
    const isOlder = Boolean(result && isDone && !sameSettings(result.settings, panel.settings));
    document.body.toggleAttribute('data-older', isOlder);
    this.#older.hidden = !isOlder;
    stage.isOlder = isOlder;
    this.#queue(photos);
    this.expected(photos);
  }

  /** Shows how long a run would take. @param {Photos} photos */
  expected(photos) {
    const { panel, stage, belongings, device } = this.#parts;
    const { steps, samples } = panel.settings;
    const { speed } = device;
    const evaluations = steps * samples;
    if (speed) stage.mostPreviewed = speed.previewPixels(evaluations);
    const size = belongings.of(photos.current)?.size;
    const text = speed && size ? expectedText(speed.seconds(size, evaluations), speed.isMeasured) : '';
    this.#expected.textContent = text;
  }

  /**
   * How far the run is, or the start that it waits for.
   *
   * @param {string} [text]
   * @param {number} [fraction]
   */
  progress(text = this.#parts.device.starting.text, fraction = this.#parts.device.starting.fraction) {
    this.#phase.textContent = text;
    if (fraction === undefined) this.#bar.removeAttribute('value');
    else this.#bar.value = fraction;
  }

  /** Moves the focus when the focused element is gone, as a pressed Denoise button is. @param {Photos} photos */
  keepFocus(photos) {
    const { activeElement: active } = document;
    if (active && active !== document.body && active.checkVisibility()) return;
    const next = { empty: null, opening: null, open: 'denoise', running: 'cancel', done: 'save' }[stageOf(photos)];
    if (next) element(next, HTMLElement).focus({ preventScroll: true });
  }

  /** @param {Photos} photos */
  #queue(photos) {
    const { settings } = this.#parts.panel;
    this.#parts.queue.show(
      photos.photos.map((photo) => {
        const { id, name, why, result } = photo;
        const isCurrent = id === photos.current;
        // The own settings of the others are not in the panel.
        const isSame = isCurrent && stageOf(photos) === 'done' ? sameSettings : sameForAll;
        const progress = progressOf(photos, photo);
        const isOlder = progress === 'done' && result !== null && !isSame(result.settings, settings);
        return { id, name, progress, isCurrent, isOlder, why };
      }),
    );
  }
}

// The settings: the panel's, which apply to all photos, and those of each photo.

import { Brush } from '../elements/brush.js';
import { NoiseFields } from '../elements/noise.js';
import { noiseName } from '../shared/words.js';
import { element } from './element.js';

/** @typedef {import('../shared/protocol.js').RunOptions} RunOptions */
/** @typedef {import('../shared/protocol.js').Measured} Measured */

/** @typedef {import('../shared/protocol.js').Development} Development */

/** A photo's own settings: its noise, if it is not as measured, what is painted on it, and how it is developed.
 * @typedef {{
 *   noise: import('../elements/noise.js').Choice,
 *   strokes: readonly import('../elements/brush.js').Stroke[],
 *   development: Development,
 * }} Own */

/** The development that the camera suggests. @type {Readonly<Development>} */
export const PLAIN = { exposure: 0, warmth: 0, tint: 0 };
/** How long a slider of the development rests before the photo is developed anew, in milliseconds. */
const REST = 120;

/**
 * Fires `change` when a setting has changed, by the visitor or with the photo, and `develop` when the visitor wants a
 * RAW photo developed in another way.
 */
export class Panel extends EventTarget {
  #form = element('panel', HTMLFormElement);
  #settings = element('settings', HTMLFieldSetElement);
  #local = element('local', HTMLDetailsElement);
  #brush = element('brush', Brush);
  #noise = element('noise', NoiseFields);
  #strength = element('strength', HTMLInputElement);
  #samples = element('samples', HTMLSelectElement);
  #look = element('look', HTMLDetailsElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;
  /** Whether there is a photo to paint on. */
  #canPaint = false;

  constructor() {
    super();
    const steps = element('steps', HTMLFieldSetElement);
    for (const changing of [this.#noise, this.#strength, this.#samples, this.#brush, steps]) {
      for (const type of ['change', 'input']) {
        changing.addEventListener(type, () => {
          this.#say();
          this.dispatchEvent(new Event('change'));
        });
      }
    }
    this.#look.addEventListener('input', () => {
      this.#sayLook();
      clearTimeout(this.#rest);
      this.#rest = setTimeout(() => this.dispatchEvent(new Event('develop')), REST);
    });
    this.#look.addEventListener('click', ({ target }) => {
      if (!(target instanceof HTMLButtonElement)) return;
      this.#setLook(PLAIN);
      this.dispatchEvent(new Event('develop'));
    });
    this.#local.addEventListener('toggle', () => this.#showBrush());
    this.#local.addEventListener('input', () => this.#takeTool());
    this.#showBrush();
    this.#say();
  }

  /** How a run would go now. @returns {RunOptions} */
  get settings() {
    return {
      noise: this.#noise.value ?? 'auto',
      steps: Number(new FormData(this.#form).get('steps')),
      samples: Number(this.#samples.value),
      strength: this.#strength.valueAsNumber / 100,
      ...this.#noise.parts,
      painted: this.#brush.map(),
    };
  }

  /** What the photo that is open has for itself. @returns {Own} */
  get own() {
    return { noise: this.#noise.choice, strokes: this.#brush.strokes, development: this.development };
  }

  /** How the photo that is open is developed, if it is a RAW file. @returns {Development} */
  get development() {
    const value = (/** @type {string} */ id) => element(id, HTMLInputElement).valueAsNumber;
    return { exposure: value('exposure'), warmth: value('warmth'), tint: value('tint') };
  }

  /** Whether the photo that is open is a RAW file. @param {boolean} value */
  set isRaw(value) {
    this.#look.hidden = !value;
    this.#noise.isRaw = value;
    element('samples-raw', HTMLElement).hidden = !value;
  }

  /** While it is locked, nothing can be set. @param {boolean} value */
  set isLocked(value) {
    this.#settings.disabled = value;
  }

  /** @param {boolean} value */
  set canPaint(value) {
    this.#canPaint = value;
    this.#showBrush();
  }

  /** Puts the brush away, because the result comes next. */
  putBrushAway() {
    this.#local.open = false;
  }

  undo() {
    this.#brush.undo();
  }

  clear() {
    this.#brush.clear();
  }

  /**
   * Switches to another photo, whose noise is not known yet.
   *
   * @param {Own | undefined} own
   */
  begin(own) {
    clearTimeout(this.#rest);
    this.#noise.begin(own?.noise);
    this.#setLook(own?.development ?? PLAIN);
  }

  /**
   * Its size is known.
   *
   * @param {{ width: number, height: number }} size
   * @param {Own | undefined} own
   */
  size({ width, height }, own) {
    this.#brush.begin(width, height, own?.strokes);
  }

  /** @param {Measured} measured */
  measured(measured) {
    this.#noise.setMeasured(measured);
  }

  /** @param {import('../shared/protocol.js').Preset[]} presets */
  presets(presets) {
    this.#noise.setPresets(presets);
  }

  /** The brush is shown with its tools, except while a result emerges. */
  #showBrush() {
    this.#brush.active = this.#local.open && this.#canPaint;
  }

  #takeTool() {
    this.#brush.use({
      amount: Number(new FormData(this.#form).get('amount')),
      size: element('brush-size', HTMLInputElement).valueAsNumber / 100,
      softness: element('brush-softness', HTMLInputElement).valueAsNumber / 100,
    });
  }

  /** @param {Readonly<Development>} development */
  #setLook(development) {
    for (const [id, value] of Object.entries(development)) element(id, HTMLInputElement).valueAsNumber = value;
    this.#sayLook();
  }

  /** Shows the development beside its fields. */
  #sayLook() {
    for (const [id, value] of Object.entries(this.development)) {
      const text = `${value > 0 ? '+' : ''}${value.toFixed(1).replace('-', '−')}${id === 'exposure' ? ' EV' : ''}`;
      element(`${id}-value`, HTMLOutputElement).value = text;
      element(id, HTMLInputElement).setAttribute('aria-valuetext', text);
    }
    const isPlain = Object.values(this.development).every((value) => value === 0);
    element('look-words', HTMLElement).textContent = isPlain ? 'as shot' : 'changed';
  }

  /** Shows the settings beside their fields. */
  #say() {
    const { value } = this.#noise;
    element('noise-words', HTMLElement).textContent = value ? noiseName(value) : 'measuring…';
    element('strength-value', HTMLOutputElement).textContent = `${this.#strength.value} %`;
    element('local-words', HTMLElement).textContent = this.#brush.isEmpty ? 'everywhere' : 'as painted';
  }
}

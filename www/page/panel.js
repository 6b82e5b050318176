// The settings: the panel's, which apply to all photos, and those of each photo.

import { Brush } from '../elements/brush.js';
import { NoiseFields } from '../elements/noise.js';
import { noiseName } from '../shared/words.js';
import { element } from './element.js';

/** @typedef {import('../shared/protocol.js').RunOptions} RunOptions */
/** @typedef {import('../shared/protocol.js').Measured} Measured */

/** A photo's own settings: its noise, if it is not as measured, and what is painted on it.
 * @typedef {{ noise: import('../elements/noise.js').Choice, strokes: readonly import('../elements/brush.js').Stroke[] }} Own */

/** Fires `change` when a setting has changed, by the visitor or with the photo. */
export class Panel extends EventTarget {
  #form = element('panel', HTMLFormElement);
  #settings = element('settings', HTMLFieldSetElement);
  #local = element('local', HTMLDetailsElement);
  #brush = element('brush', Brush);
  #noise = element('noise', NoiseFields);
  #strength = element('strength', HTMLInputElement);
  #samples = element('samples', HTMLSelectElement);
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
    return { noise: this.#noise.choice, strokes: this.#brush.strokes };
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
    this.#noise.begin(own?.noise);
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

  /** Shows the settings beside their fields. */
  #say() {
    const { value } = this.#noise;
    element('noise-words', HTMLElement).textContent = value ? noiseName(value) : 'measuring…';
    element('strength-value', HTMLOutputElement).textContent = `${this.#strength.value} %`;
    element('local-words', HTMLElement).textContent = this.#brush.isEmpty ? 'everywhere' : 'as painted';
  }
}

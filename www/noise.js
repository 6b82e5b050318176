/** @typedef {import('./protocol.js').Noise} Noise */

/** The sliders are logarithmic from here to there; what is below the first counts as 0. */
const [LEAST, MOST] = [0.0005, 0.5];

/** @param {number} value */
const toSlider = (value) => (value < LEAST ? 0 : 1 + (99 * Math.log(value / LEAST)) / Math.log(MOST / LEAST));
/** @param {number} at */
const fromSlider = (at) => (at < 1 ? 0 : LEAST * (MOST / LEAST) ** ((at - 1) / 99));

const FIELDS = /** @type {const} */ ([
  ['read', 'Read noise', 'everywhere, the same in the dark as in the light (standard deviation, white = 1)'],
  ['shot', 'Shot noise', 'grows with the light (variance per unit of light)'],
]);

/**
 * `<svnr-noise>`: the two numbers of a noise model, as measured or as the reader sets them. Fires `change`.
 */
export class NoiseFields extends HTMLElement {
  /** @type {Noise | null} */
  #measured = null;
  /** @type {Noise | null} */
  #value = null;
  #reset = document.createElement('button');
  /** @type {Map<'read' | 'shot', { slider: HTMLInputElement, number: HTMLInputElement }>} */
  #inputs = new Map();

  connectedCallback() {
    for (const [name, label, meaning] of FIELDS) {
      const slider = document.createElement('input');
      Object.assign(slider, { type: 'range', id: `${name}-slider`, min: '0', max: '100', step: '0.5', title: meaning });
      const number = document.createElement('input');
      Object.assign(number, { type: 'number', min: '0', max: '2', step: 'any', inputMode: 'decimal', title: meaning });
      number.setAttribute('aria-label', `${label}, number`);
      const caption = document.createElement('label');
      caption.htmlFor = slider.id;
      caption.textContent = label;
      slider.addEventListener('input', () => this.#set(name, fromSlider(Number(slider.value)), number));
      number.addEventListener('input', () => {
        if (number.validity.valid && number.value !== '') this.#set(name, Number(number.value), slider);
      });
      this.#inputs.set(name, { slider, number });
      const field = document.createElement('div');
      field.className = 'field';
      field.append(caption, number, slider);
      this.append(field);
    }
    Object.assign(this.#reset, { type: 'button', textContent: 'As measured' });
    this.#reset.addEventListener('click', () => this.#take(this.#measured));
    this.append(this.#reset);
    this.#take(null);
  }

  /** The noise, or `null` before it was measured. */
  get value() {
    return this.#value;
  }

  /**
   * What was measured in a new photo; `null` while it is not known.
   *
   * @param {Noise | null} noise
   */
  setMeasured(noise) {
    this.#measured = noise;
    this.#take(noise);
  }

  /** @param {Noise | null} noise */
  #take(noise) {
    this.#value = noise && { ...noise };
    for (const [name, { slider, number }] of this.#inputs) {
      slider.disabled = number.disabled = !noise;
      slider.value = String(toSlider(noise?.[name] ?? 0));
      number.value = noise ? show(noise[name]) : '';
    }
    this.#reset.disabled = true;
    this.dispatchEvent(new Event('change'));
  }

  /**
   * @param {'read' | 'shot'} name
   * @param {number} value
   * @param {HTMLInputElement} other  the input that shows the same number
   */
  #set(name, value, other) {
    if (!this.#value) return;
    this.#value[name] = value;
    other.value = other.type === 'range' ? String(toSlider(value)) : show(value);
    this.#reset.disabled = false;
    this.dispatchEvent(new Event('change'));
  }
}

/** @param {number} value */
function show(value) {
  return String(Number(value.toPrecision(3)));
}

customElements.define('svnr-noise', NoiseFields);

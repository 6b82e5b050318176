import { channelsOf, stdsAt } from '../shared/noise-at.js';
import { rawNoiseText } from '../shared/words.js';
import { NoiseCurve, TONES } from './noise-curve.js';

/** @typedef {import('../shared/protocol.js').Noise} Noise */
/** @typedef {import('../shared/protocol.js').Measured} Measured */
/** @typedef {import('../shared/protocol.js').Preset} Preset */
/** @typedef {{ luminance: number, chrominance: number }} Parts  shares from 0 to 1 */
/** @typedef {{ source: string, value: Noise | null }} Choice  what the list says, and the noise */

/** The ranges of the logarithmic sliders; a sensor has less noise than a finished picture. Below the first number a
 * value counts as 0. */
const MOST = 0.5;
const LEAST = { finished: 0.0005, raw: 0.000_005 };

/** @param {number} value @param {number} least */
const toSlider = (value, least) => (value < least ? 0 : 1 + (99 * Math.log(value / least)) / Math.log(MOST / least));
/** @param {number} at @param {number} least */
const fromSlider = (at, least) => (at < 1 ? 0 : least * (MOST / least) ** ((at - 1) / 99));

const NUMBERS = /** @type {const} */ ([
  ['read', 'In the shadows (read noise)', 'The same everywhere; it shows in the dark.', 'standard deviation in linear light, white = 1'],
  ['shot', 'In the light (shot noise)', 'Grows with the light.', 'variance per unit of linear light, white = 1'],
]);

const PARTS = /** @type {const} */ ([
  ['luminance', 'Grain', 'Lighter and darker specks. Less keeps the look of film.'],
  ['chrominance', 'Colour noise', 'Specks and blotches of wrong colour.'],
]);

/** The list's entry when no preset is chosen. */
const MEASURED = 'measured';
const OWN = 'own';
const OWN_CURVE = 'own-curve';

/** Of which channels the curve is bent. */
const BENDS = /** @type {const} */ ([
  ['all', 'All colours'],
  [0, 'Red'],
  [1, 'Green'],
  [2, 'Blue'],
]);

/** What is to be known of what was measured. @param {Measured | null} measured */
function inWords(measured) {
  if (measured?.source) return rawNoiseText(measured);
  if (measured?.doubt) return `A guess: ${measured.doubt}.`;
  return measured?.curve ? 'This photo was developed: its noise follows a curve, not read and shot noise.' : '';
}

/**
 * `<svnr-noise>`: how much noise a photo has, as measured, from a preset or as the visitor sets it, and how much of it
 * to remove. Fires `change`. Its styles are in noise.css.
 */
export class NoiseFields extends HTMLElement {
  /** @type {Measured | null} */
  #measured = null;
  /** @type {Noise | null} */
  #value = null;
  /** @type {Parts} */
  #parts = { luminance: 1, chrominance: 1 };
  /** @type {Preset[]} */
  #presets = [];
  /** The least that the sliders tell from nothing. */
  #least = LEAST.finished;
  #curve = new NoiseCurve();
  #source = document.createElement('select');
  #doubt = document.createElement('p');
  #bends = document.createElement('select');
  /** What is shown only while the curve is the visitor's own. */
  #curveTools = document.createElement('div');
  /** Where these tools and the fields of numbers take turns. */
  #place = document.createElement('div');
  /** @type {HTMLElement[]} */
  #numbers = [];
  /** @type {Map<'read' | 'shot', { slider: HTMLInputElement, number: HTMLInputElement }>} */
  #inputs = new Map();

  connectedCallback() {
    // A field's event is not yet this element's.
    this.addEventListener('change', (event) => event.target !== this && event.stopPropagation(), { capture: true });
    this.#source.id = 'noise-source';
    this.#source.addEventListener('input', () => this.#choose(this.#source.value));
    const parts = document.createElement('fieldset');
    const legend = document.createElement('legend');
    legend.textContent = 'How much of it to remove';
    parts.append(legend, ...PARTS.map(([name, label, hint]) => this.#partField(name, label, hint)));
    this.#doubt.className = 'doubt';
    this.#doubt.setAttribute('role', 'status');
    this.#curve.addEventListener('bend', (event) => this.#bend(/** @type {CustomEvent} */ (event).detail));
    this.#makeCurveTools();
    this.#numbers = NUMBERS.map(([name, label, hint, unit]) => this.#numberField(name, label, hint, unit));
    this.#place.className = 'manual';
    this.append(this.#curve, this.#doubt, field(this.#source, 'Noise as', this.#source), this.#place, parts);
    this.setPresets([]);
    this.#take(null);
  }

  /** Whether it is that of a RAW photo. @param {boolean} value */
  set isRaw(value) {
    this.#least = value ? LEAST.raw : LEAST.finished;
    for (const [name, { slider }] of this.#inputs) moveTo(slider, this.#value?.[name] ?? 0, this.#least);
  }

  /** The noise, or `null` before it was measured. */
  get value() {
    return this.#value;
  }

  /** How much of the noise in luminance and in colour to remove. */
  get parts() {
    return { ...this.#parts };
  }

  /** What the reader has chosen. @returns {Choice} */
  get choice() {
    return { source: this.#source.value, value: this.#value && { ...this.#value } };
  }

  /**
   * Resets for a new photo, whose noise is not measured yet.
   *
   * @param {Choice} [choice]  what the reader has chosen for it before
   */
  begin(choice) {
    this.#measured = null;
    this.#nameMeasured();
    this.#source.value = choice?.value ? choice.source : MEASURED;
    // Its preset is gone; the numbers stay.
    if (this.#source.selectedIndex < 0) this.#source.value = OWN;
    this.#take(this.#source.value === MEASURED ? null : (choice?.value ?? null));
  }

  /** What was measured in the photo. Who has chosen something else keeps that. @param {Measured} measured */
  setMeasured(measured) {
    this.#measured = measured;
    this.#nameMeasured();
    if (this.#source.value === MEASURED) this.#take(measured);
    else this.#tell();
  }

  /** Says in the list where the noise is known from. */
  #nameMeasured() {
    const [first] = this.#source.options;
    if (first) first.text = this.#measured?.source === 'profile' ? 'As the file says' : 'As measured';
  }

  /**
   * Sets the presets that the visitor can choose instead of the measured noise.
   *
   * @param {Preset[]} presets
   */
  setPresets(presets) {
    const { value } = this.#source;
    this.#presets = presets;
    this.#source.replaceChildren(
      new Option('As measured', MEASURED),
      ...presets.map(({ name }) => new Option(name)),
      new Option('Own numbers', OWN),
      new Option('Own curve', OWN_CURVE),
    );
    this.#nameMeasured();
    this.#source.value = value;
    // Its preset is gone; the numbers stay.
    if (this.#source.selectedIndex < 0) this.#source.value = this.#value ? OWN : MEASURED;
  }

  /** @param {string} source */
  #choose(source) {
    const now = this.#value;
    if (source === MEASURED) this.#take(this.#measured);
    // The visitor's own noise begins with what there is.
    else if (source === OWN) this.#take(now && { read: now.read, shot: now.shot });
    else if (source === OWN_CURVE) this.#take(now && { read: now.read, shot: now.shot, curve: curveThrough(now) });
    else this.#take(this.#presets.find(({ name }) => name === source) ?? null);
  }

  /** @param {import('./noise-curve.js').Bend} bend */
  #bend({ index, std }) {
    if (!this.#value?.curve) return;
    const channels = channelsOf(this.#value.curve);
    const only = BENDS[this.#bends.selectedIndex]?.[0] ?? 'all';
    // All channels keep the ratio that they have.
    const before = channels[1][index]?.std ?? 0;
    const bent = channels.map((points, channel) => {
      if (only !== 'all' && only !== channel) return points;
      return points.map((point, i) => {
        if (i !== index) return point;
        return { mean: point.mean, std: only === 'all' && before > 0 ? Math.min(2, point.std * (std / before)) : std };
      });
    });
    this.#value.curve = together(bent);
    this.#tell();
  }

  /** @param {Noise | null} noise */
  #take(noise) {
    this.#value = noise && { read: noise.read, shot: noise.shot, ...(noise.curve && { curve: noise.curve }) };
    this.#source.disabled = !noise;
    for (const [name, { slider, number }] of this.#inputs) {
      slider.disabled = number.disabled = !noise;
      number.value = noise ? show(noise[name]) : '';
      moveTo(slider, noise?.[name] ?? 0, this.#least);
    }
    this.#tell();
  }

  /**
   * @param {'read' | 'shot'} name
   * @param {number} value
   */
  #set(name, value) {
    if (!this.#value) return;
    this.#value[name] = value;
    // Own numbers are a line.
    delete this.#value.curve;
    this.#source.value = OWN;
    this.#tell();
  }

  #tell() {
    const isOwnCurve = this.#source.value === OWN_CURVE;
    const shown = isOwnCurve ? [this.#curveTools] : this.#numbers;
    if (this.#place.firstChild !== shown[0]) this.#place.replaceChildren(...shown);
    const bends = isOwnCurve ? (BENDS[this.#bends.selectedIndex]?.[0] ?? 'all') : null;
    this.#curve.show({ points: this.#measured?.points ?? [], noise: this.#value, bends });
    this.#doubt.textContent = this.#source.value === MEASURED ? inWords(this.#measured) : '';
    this.dispatchEvent(new Event('change'));
  }

  #makeCurveTools() {
    this.#bends.id = 'noise-bends';
    this.#bends.append(...BENDS.map(([value, name]) => new Option(name, String(value))));
    this.#bends.addEventListener('input', () => this.#tell());
    const hint = document.createElement('p');
    Object.assign(hint, { className: 'hint', id: 'noise-bends-hint' });
    hint.textContent = 'Drag the handles in the chart, or move them with the arrow keys: up where more noise is to go.';
    this.#bends.setAttribute('aria-describedby', hint.id);
    const reset = document.createElement('button');
    Object.assign(reset, { type: 'button', textContent: 'Back to as measured' });
    reset.addEventListener('click', () => {
      this.#source.value = MEASURED;
      this.#choose(MEASURED);
      this.#source.focus();
    });
    const bends = field(this.#bends, 'Bend the curve of', this.#bends);
    bends.append(hint);
    this.#curveTools.append(bends, reset);
  }

  /**
   * A field for a number of the noise model, with a slider.
   *
   * @param {'read' | 'shot'} name
   * @param {string} label
   * @param {string} hint
   * @param {string} unit
   */
  #numberField(name, label, hint, unit) {
    const slider = range(`${name}-slider`, '0.5');
    const number = document.createElement('input');
    Object.assign(number, { type: 'number', min: '0', max: '2', step: 'any', inputMode: 'decimal', title: unit });
    number.setAttribute('aria-label', `${label}, number`);
    slider.addEventListener('input', () => {
      const value = fromSlider(slider.valueAsNumber, this.#least);
      number.value = show(value);
      slider.setAttribute('aria-valuetext', number.value);
      this.#set(name, value);
    });
    number.addEventListener('input', () => {
      if (!number.validity.valid || number.value === '') return;
      moveTo(slider, number.valueAsNumber, this.#least);
      this.#set(name, number.valueAsNumber);
    });
    this.#inputs.set(name, { slider, number });
    return field(slider, label, number, hint);
  }

  /**
   * A slider for how much of a part of the noise to remove.
   *
   * @param {keyof Parts} name
   * @param {string} label
   * @param {string} hint
   */
  #partField(name, label, hint) {
    const slider = range(`${name}-slider`, '5');
    const output = document.createElement('output');
    output.htmlFor.add(slider.id);
    const tell = () => {
      output.value = `${slider.value} %`;
      slider.setAttribute('aria-valuetext', output.value);
    };
    slider.valueAsNumber = 100 * this.#parts[name];
    tell();
    slider.addEventListener('input', () => {
      tell();
      this.#parts[name] = slider.valueAsNumber / 100;
      this.dispatchEvent(new Event('change'));
    });
    return field(slider, label, output, hint);
  }
}

/**
 * The curve that can be bent, and is what this noise is at the brightnesses of the handles.
 *
 * @param {Noise} noise
 */
function curveThrough(noise) {
  const means = TONES.map(({ mean }) => mean);
  const channels = /** @type {const} */ ([0, 1, 2]).map((channel) =>
    stdsAt(noise, channel, means).map((std, i) => ({ mean: means[i] ?? 0, std: Number(std.toPrecision(4)) })),
  );
  return together(channels);
}

/**
 * The curve of channels, as one list where they agree.
 *
 * @param {import('../shared/noise-at.js').Point[][]} channels
 * @returns {NonNullable<Noise['curve']>}
 */
function together(channels) {
  const [red = [], green = [], blue = []] = channels;
  const agree = [green, blue].every((points) => points.every(({ std }, i) => std === red[i]?.std));
  return agree ? red : [red, green, blue];
}

/**
 * @param {string} id
 * @param {string} step
 */
function range(id, step) {
  return Object.assign(document.createElement('input'), { type: 'range', id, min: '0', max: '100', step });
}

/**
 * Moves the slider of a number.
 *
 * @param {HTMLInputElement} slider
 * @param {number} value
 * @param {number} least
 */
function moveTo(slider, value, least) {
  slider.value = String(toSlider(value, least));
  slider.setAttribute('aria-valuetext', show(value));
}

/**
 * A labelled field: its value next to the label and, if that is another element, its slider below.
 *
 * @param {HTMLInputElement | HTMLSelectElement} input
 * @param {string} label
 * @param {HTMLElement} value
 * @param {string} [hint]
 */
function field(input, label, value, hint) {
  const made = document.createElement('div');
  made.className = 'field';
  const caption = document.createElement('label');
  caption.htmlFor = input.id;
  caption.textContent = label;
  made.append(caption, value);
  if (input !== value) made.append(input);
  if (hint) {
    const below = document.createElement('p');
    Object.assign(below, { className: 'hint', id: `${input.id}-hint`, textContent: hint });
    input.setAttribute('aria-describedby', below.id);
    made.append(below);
  }
  return made;
}

/** @param {number} value */
function show(value) {
  return String(Number(value.toPrecision(3)));
}

customElements.define('svnr-noise', NoiseFields);

import { channelsOf, stdsAt } from '../shared/noise-at.js';

/** @typedef {import('../shared/protocol.js').Noise} Noise */
/** @typedef {import('../shared/noise-at.js').Point} Point */
/** What a handle was moved to: the noise's std, in linear light. @typedef {{ index: number, std: number }} Bend */

/**
 * The levels (of 255) at the chart's bottom and top. The scale is logarithmic: noise differs a lot between dark and
 * light.
 */
const [LEAST, MOST] = [0.5, 512];
/** Where the horizontal lines are, in levels. */
const TICKS = [1, 4, 16, 64, 256];
/** Photographers' mid-grey: a surface that reflects 18 % of the light. */
const MID_GREY = 0.18;
/** Where in the picture's greens the line is, and the handles where all channels have one. */
const GREEN = 1;
/** Shadows and highlights, on the sRGB curve. */
const [SHADOWS, HIGHLIGHTS] = [0.1, 0.9];
/** How many segments the line has. */
const PIECES = 64;

/** @param {number} linear */
const toSrgb = (linear) => (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055);
/** @param {number} srgb */
const toLinear = (srgb) => (srgb <= 0.04045 ? srgb / 12.92 : ((srgb + 0.055) / 1.055) ** 2.4);
/** How steep the sRGB curve is. @param {number} linear */
const slope = (linear) => (linear <= 0.0031308 ? 12.92 : (1.055 / 2.4) * linear ** (1 / 2.4 - 1));

/**
 * Noise as it shows in an 8-bit image, in levels.
 *
 * @param {Point} point
 */
const seen = ({ mean, std }) => 255 * slope(mean) * std;

/**
 * The brightnesses at which the curve can be bent, in linear light.
 *
 * @type {readonly { name: string, mean: number }[]}
 */
export const TONES = [
  ['Blacks', 0.05],
  ['Shadows', 0.23],
  ['Dark tones', 0.41],
  ['Light tones', 0.59],
  ['Highlights', 0.77],
  ['Whites', 0.95],
].map(([name, srgb]) => ({ name: String(name), mean: toLinear(Number(srgb)) }));

/** The most that a std can be, in linear light. */
const MOST_STD = 2;

/** How far up codes are, from 0 to 1. @param {number} codes */
const height = (codes) => Math.log(Math.min(MOST, Math.max(LEAST, codes)) / LEAST) / Math.log(MOST / LEAST);
/** The std that is so far up at a brightness; none at the bottom. @param {number} share @param {number} mean */
const stdAt = (share, mean) =>
  share === 0 ? 0 : Math.min(MOST_STD, (LEAST * (MOST / LEAST) ** share) / 255 / slope(mean));

/**
 * Where a point is in the chart, as shares from the left and from the top.
 *
 * @param {Point} point
 */
function place({ mean, std }) {
  const light = Math.min(1, Math.max(0, mean));
  return { x: toSrgb(light), y: 1 - height(seen({ mean: light, std })) };
}

/**
 * `<svnr-noise-curve>`: how much noise there is from black to white, with dots for measurements and a line for the
 * noise: one for each channel where they differ. While it can be bent, it has handles and fires `bend`, with a
 * {@link Bend} as `detail`. Its styles are in noise.css.
 */
export class NoiseCurve extends HTMLElement {
  #chart = shape('svg', { role: 'img' });
  #lines = shape('svg', { viewBox: '0 0 1 1', preserveAspectRatio: 'none' });
  #points = shape('g', {});
  #group = box('handles');
  /** While it can be bent, one for each of TONES.
   * @type {HTMLInputElement[]} */
  #handles = [];

  connectedCallback() {
    const grey = percent(toSrgb(MID_GREY));
    this.#chart.append(shape('line', { x1: grey, x2: grey, y1: '0%', y2: '100%' }));
    for (const codes of TICKS) {
      const y = percent(1 - height(codes));
      const number = shape('text', { x: '0%', y, dx: '-6', dy: '0.35em' });
      number.textContent = String(codes);
      this.#chart.append(shape('line', { x1: '0%', x2: '100%', y1: y, y2: y }), number);
    }
    // The line stretches with the chart, the dots stay round.
    this.#chart.append(this.#lines, this.#points);
    const midGrey = box('mid-grey', 'mid-grey');
    midGrey.style.left = grey;
    const tones = box('tones', box('black', 'black'), midGrey, box('white', 'white'));
    const legend = box('legend', box('measured', 'measured'), box('set', 'set'));
    const head = box('head', box('unit', 'Noise, ± levels of 255'), legend);
    // For people who cannot see the chart, a sentence replaces it with all that is around it.
    for (const around of [head, tones]) around.ariaHidden = 'true';
    this.#group.role = 'group';
    this.#group.ariaLabel = 'Noise by brightness';
    this.replaceChildren(head, this.#chart, this.#group, box('strip'), tones);
    if (!this.#chart.hasAttribute('aria-label')) this.show({ points: [], noise: null });
  }

  /**
   * @param {object} what
   * @param {Point[]} what.points  as measured
   * @param {Noise | null} what.noise  the model; `null` while it is not known
   * @param {0 | 1 | 2 | 'all' | null} [what.bends]  the channel whose curve can be bent
   */
  show({ points, noise, bends = null }) {
    this.#points.replaceChildren(
      ...points.map((point) => {
        const { x, y } = place(point);
        return shape('circle', { cx: percent(x), cy: percent(y), r: '3' });
      }),
    );
    this.#lines.replaceChildren(...linesOf(noise).map(([name, channel]) => drawn(noise, name, channel)));
    this.#chart.setAttribute('aria-label', `Noise from black to white: ${noise ? inWords(noise, points) : 'not known yet'}`);
    this.#showHandles(noise, bends);
  }

  /**
   * @param {Noise | null} noise
   * @param {0 | 1 | 2 | 'all' | null} bends
   */
  #showHandles(noise, bends) {
    const canBend = noise !== null && bends !== null;
    if (canBend !== this.#handles.length > 0) {
      this.#handles = canBend ? TONES.map((_, index) => this.#handle(index)) : [];
      this.#group.replaceChildren(...this.#handles);
    }
    if (!canBend) return;
    this.#group.dataset.channel = String(bends);
    const stds = stdsAt(noise, bends === 'all' ? GREEN : bends, TONES.map(({ mean }) => mean));
    for (const [i, handle] of this.#handles.entries()) {
      const levels = seen({ mean: TONES[i]?.mean ?? 0, std: stds[i] ?? 0 });
      // Whoever moves it must not find it elsewhere because of a rounded number.
      const at = 100 * height(levels);
      if (Math.abs(handle.valueAsNumber - at) > Number(handle.step)) handle.valueAsNumber = at;
      handle.setAttribute('aria-valuetext', `${inLevels(levels)} levels of 255`);
    }
  }

  /** @param {number} index */
  #handle(index) {
    const { name, mean } = TONES[index] ?? { name: '', mean: 0 };
    const handle = Object.assign(document.createElement('input'), { type: 'range', min: '0', max: '100', step: '0.5' });
    handle.setAttribute('aria-label', name);
    handle.setAttribute('aria-orientation', 'vertical');
    handle.title = name;
    handle.style.left = percent(toSrgb(mean));
    handle.addEventListener('input', () => {
      /** @type {Bend} */
      const detail = { index, std: Number(stdAt(handle.valueAsNumber / 100, mean).toPrecision(4)) };
      this.dispatchEvent(new CustomEvent('bend', { detail }));
    });
    return handle;
  }
}

/**
 * The lines to be drawn: their names, and the channels that they are of.
 *
 * @param {Noise | null} noise
 * @returns {[string, 0 | 1 | 2][]}
 */
function linesOf(noise) {
  if (!noise?.curve || channelsOf(noise.curve)[0] === channelsOf(noise.curve)[GREEN]) return [['all', GREEN]];
  return [
    ['red', 0],
    ['blue', 2],
    ['green', GREEN],
  ];
}

/**
 * @param {Noise | null} noise
 * @param {string} name
 * @param {0 | 1 | 2} channel
 */
function drawn(noise, name, channel) {
  const means = Array.from({ length: PIECES + 1 }, (_, i) => toLinear(i / PIECES));
  const stds = noise ? stdsAt(noise, channel, means) : [];
  const ends = stds.map((std, i) => place({ mean: means[i] ?? 0, std }));
  const points = ends.map(({ x, y }) => `${x.toFixed(4)},${y.toFixed(4)}`).join(' ');
  return shape('polyline', { class: name, 'vector-effect': 'non-scaling-stroke', points });
}

/** @param {number} levels */
function inLevels(levels) {
  return levels < 10 ? String(Number(levels.toFixed(1))) : levels.toFixed(0);
}

/**
 * @param {Noise} noise
 * @param {Point[]} points
 */
function inWords(noise, points) {
  const means = [toLinear(SHADOWS), MID_GREY, toLinear(HIGHLIGHTS)];
  const stds = stdsAt(noise, GREEN, means);
  const [shadows, grey, highlights] = means.map((mean, i) => inLevels(seen({ mean, std: stds[i] ?? 0 })));
  const measured = `${points.length} measured ${points.length === 1 ? 'point' : 'points'}`;
  const where = linesOf(noise).length > 1 ? 'at mid-grey the noise of green' : 'at mid-grey the noise';
  return `${where} is ${grey} levels of 255, in the shadows ${shadows}, in the highlights ${highlights}; ${measured}`;
}

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(2)}%`;

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} name
 * @param {Record<string, string>} attributes
 */
function shape(name, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/**
 * @param {string} name  its class
 * @param {(Node | string)[]} contents
 */
function box(name, ...contents) {
  const made = document.createElement('div');
  made.className = name;
  made.append(...contents);
  return made;
}

customElements.define('svnr-noise-curve', NoiseCurve);

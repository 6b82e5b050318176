/** @typedef {import('../shared/protocol.js').Noise} Noise */
/** @typedef {{ mean: number, std: number }} Point  the noise seen at a brightness, in linear light with white at 1 */

/** The levels (of 255) at the chart's bottom and top. The scale is logarithmic: noise differs a lot between dark and light. */
const [LEAST, MOST] = [0.5, 512];
/** Where the horizontal lines are, in levels. */
const TICKS = [1, 4, 16, 64, 256];
/** Photographers' mid-grey: a surface that reflects 18 % of the light. */
const MID_GREY = 0.18;
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
 * The noise at a brightness: by the curve (green's where each channel has its own), or by read and shot.
 *
 * @param {Noise} noise
 * @param {number} mean
 * @returns {Point}
 */
function modelled({ read, shot, curve }, mean) {
  if (!curve) return { mean, std: Math.sqrt(read ** 2 + shot * mean) };
  const points = /** @type {Point[]} */ (Array.isArray(curve[0]) ? curve[1] : curve);
  const next = points.findIndex((point) => point.mean > mean);
  const [before, after] = [points[next < 0 ? points.length - 1 : next - 1], points[next]];
  // Flat beyond its ends.
  if (!before || !after) return { mean, std: (before ?? after)?.std ?? 0 };
  const share = (mean - before.mean) / (after.mean - before.mean);
  return { mean, std: before.std + share * (after.std - before.std) };
}

/** How far up codes are, from 0 to 1. @param {number} codes */
const height = (codes) => Math.log(Math.min(MOST, Math.max(LEAST, codes)) / LEAST) / Math.log(MOST / LEAST);

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
 * noise. Its styles are in noise.css.
 */
export class NoiseCurve extends HTMLElement {
  #line = shape('polyline', { 'vector-effect': 'non-scaling-stroke' });
  #points = shape('g', {});

  connectedCallback() {
    // For people who cannot see the chart, a sentence replaces it.
    this.setAttribute('role', 'img');
    if (!this.hasAttribute('aria-label')) this.show({ points: [], noise: null });
    const chart = shape('svg', {});
    const grey = percent(toSrgb(MID_GREY));
    chart.append(shape('line', { x1: grey, x2: grey, y1: '0%', y2: '100%' }));
    for (const codes of TICKS) {
      const y = percent(1 - height(codes));
      const number = shape('text', { x: '0%', y, dx: '-6', dy: '0.35em' });
      number.textContent = String(codes);
      chart.append(shape('line', { x1: '0%', x2: '100%', y1: y, y2: y }), number);
    }
    // The line stretches with the chart, the dots stay round.
    const stretched = shape('svg', { viewBox: '0 0 1 1', preserveAspectRatio: 'none' });
    stretched.append(this.#line);
    chart.append(stretched, this.#points);
    const midGrey = box('mid-grey', 'mid-grey');
    midGrey.style.left = grey;
    const tones = box('tones', box('black', 'black'), midGrey, box('white', 'white'));
    const legend = box('legend', box('measured', 'measured'), box('set', 'set'));
    this.replaceChildren(box('head', box('unit', 'Noise, ± levels of 255'), legend), chart, box('strip'), tones);
  }

  /**
   * @param {object} what
   * @param {Point[]} what.points  as measured
   * @param {Noise | null} what.noise  the model; `null` while it is not known
   */
  show({ points, noise }) {
    this.#points.replaceChildren(
      ...points.map((point) => {
        const { x, y } = place(point);
        return shape('circle', { cx: percent(x), cy: percent(y), r: '3' });
      }),
    );
    const ends = noise ? Array.from({ length: PIECES + 1 }, (_, i) => place(modelled(noise, toLinear(i / PIECES)))) : [];
    this.#line.setAttribute('points', ends.map(({ x, y }) => `${x.toFixed(4)},${y.toFixed(4)}`).join(' '));
    this.setAttribute('aria-label', `Noise from black to white: ${noise ? inWords(noise, points) : 'not known yet'}`);
  }
}

/**
 * @param {Noise} noise
 * @param {Point[]} points
 */
function inWords(noise, points) {
  const [shadows, grey, highlights] = [toLinear(SHADOWS), MID_GREY, toLinear(HIGHLIGHTS)].map((mean) => {
    const codes = seen(modelled(noise, mean));
    return codes < 10 ? String(Number(codes.toFixed(1))) : codes.toFixed(0);
  });
  const measured = `${points.length} measured ${points.length === 1 ? 'point' : 'points'}`;
  return `at mid-grey the noise is ${grey} levels of 255, in the shadows ${shadows}, in the highlights ${highlights}; ${measured}`;
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

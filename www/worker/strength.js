/** @typedef {import('../shared/protocol.js').Rectangle} Rectangle */

/** The most that a factor can be. */
const MOST = 4;

/**
 * The strength for a part of a photo: one factor or, if something is painted, one per pixel.
 *
 * @param {ImageData | null} painted  greys over the whole photo, see protocol.js
 * @param {number} strength  the factor where nothing is painted
 * @param {{ width: number, height: number }} photo
 * @param {Rectangle} [part]  all of the photo, if not given
 * @returns {number | import('../../pkg/index.js').StrengthMap}
 */
export function strengthOf(painted, strength, photo, part = { x: 0, y: 0, width: photo.width, height: photo.height }) {
  if (!painted) return strength;
  const { width, height } = part;
  const factors = new Float32Array(width * height);
  // Bilinear between the centres of the painted map's pixels: as soft as the brush, without a canvas of the photo's
  // size.
  const across = positions(part.x, width, painted.width / photo.width, painted.width);
  const down = positions(part.y, height, painted.height / photo.height, painted.height);
  const grey = (/** @type {number} */ x, /** @type {number} */ y) => painted.data[4 * (y * painted.width + x)] ?? 0;
  for (const [row, [y0, y1, v]] of down.entries()) {
    for (const [column, [x0, x1, u]] of across.entries()) {
      const upper = grey(x0, y0) * (1 - u) + grey(x1, y0) * u;
      const lower = grey(x0, y1) * (1 - u) + grey(x1, y1) * u;
      factors[row * width + column] = Math.min(MOST, strength * factorOf(upper * (1 - v) + lower * v));
    }
  }
  return { data: factors, width, height };
}

/** @param {number} grey */
function factorOf(grey) {
  return grey <= 128 ? grey / 128 : 1 + (grey - 128) / 127;
}

/**
 * For each of `count` pixels from `first` on, its two neighbours in a row of `most`, and its share of the second.
 *
 * @param {number} first
 * @param {number} count
 * @param {number} scale
 * @param {number} most
 * @returns {[number, number, number][]}
 */
function positions(first, count, scale, most) {
  return Array.from({ length: count }, (_, i) => {
    const at = Math.min(most - 1, Math.max(0, (first + i + 0.5) * scale - 0.5));
    const low = Math.floor(at);
    return [low, Math.min(most - 1, low + 1), at - low];
  });
}

// Noise at a brightness, as the denoiser takes it.

/** @typedef {import('./protocol.js').Noise} Noise */
/** @typedef {{ mean: number, std: number }} Point  the noise at a brightness, in linear light with white at 1 */

/**
 * The points of each channel's curve: three lists, which are the same one if the channels share it.
 *
 * @param {NonNullable<Noise['curve']>} curve
 * @returns {[red: Point[], green: Point[], blue: Point[]]}
 */
export function channelsOf(curve) {
  if (Array.isArray(curve[0])) return /** @type {[Point[], Point[], Point[]]} */ (curve);
  const shared = /** @type {Point[]} */ (curve);
  return [shared, shared, shared];
}

/**
 * The noise's std in a channel at each of these brightnesses.
 *
 * @param {Noise} noise
 * @param {0 | 1 | 2} channel
 * @param {number[]} means
 * @returns {number[]}
 */
export function stdsAt({ read, shot, curve }, channel, means) {
  if (!curve) return means.map((mean) => Math.sqrt(read ** 2 + shot * Math.max(0, mean)));
  return along(channelsOf(curve)[channel], means);
}

/**
 * The curve through points that keeps every piece between its two ends, as in `src/method/noise_curve.rs`; flat beyond
 * the first and the last.
 *
 * @param {Point[]} points
 * @param {number[]} means
 */
function along(points, means) {
  const slopes = slopesOf(points);
  const at = (/** @type {number} */ i) => /** @type {Point} */ (points[i]);
  const slope = (/** @type {number} */ i) => slopes[i] ?? 0;
  return means.map((mean) => {
    const found = points.findIndex((point) => point.mean > mean);
    const next = found < 0 ? points.length : found;
    if (next === 0 || next === points.length) return at(Math.max(0, next - 1)).std;
    const [a, b] = [at(next - 1), at(next)];
    const width = b.mean - a.mean;
    const t = (mean - a.mean) / width;
    const rise = b.std - a.std;
    const [first, last] = [slope(next - 1) * width, slope(next) * width];
    return Math.max(0, a.std + t * (first + t * (3 * rise - 2 * first - last + t * (first + last - 2 * rise))));
  });
}

/**
 * The slopes by Fritsch and Butland, 1984.
 *
 * @param {Point[]} points
 * @returns {number[]}
 */
function slopesOf(points) {
  const last = points.length - 1;
  if (last < 1) return [0];
  const at = (/** @type {number} */ i) => /** @type {Point} */ (points[i]);
  const width = (/** @type {number} */ i) => at(i + 1).mean - at(i).mean;
  const secant = (/** @type {number} */ i) => (at(i + 1).std - at(i).std) / width(i);
  if (last === 1) return [secant(0), secant(0)];
  const end = (/** @type {number} */ near, /** @type {number} */ far) => {
    const [h, g] = [width(near), width(far)];
    const slope = ((2 * h + g) * secant(near) - h * secant(far)) / (h + g);
    if (slope * secant(near) <= 0) return 0;
    const overshoots = secant(near) * secant(far) < 0 && Math.abs(slope) > 3 * Math.abs(secant(near));
    return overshoots ? 3 * secant(near) : slope;
  };
  return points.map((_, i) => {
    if (i === 0) return end(0, 1);
    if (i === last) return end(last - 1, last - 2);
    const [before, after] = [secant(i - 1), secant(i)];
    if (before * after <= 0) return 0;
    const [weightBefore, weightAfter] = [width(i - 1) + 2 * width(i), 2 * width(i - 1) + width(i)];
    return (weightBefore + weightAfter) / (weightBefore / before + weightAfter / after);
  });
}

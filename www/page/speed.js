// How long a run takes, by how long others took.

/** @typedef {{ width: number, height: number }} Size */
/** @typedef {'webgpu' | 'cpu'} Backend */

/** Pixels that the network sees in a second, until that was measured: a slow computer's. */
const GUESS = { webgpu: 1_000_000, cpu: 60_000, imitation: 15_000 };
/** The longest sides of the tiles of a run, and what is seen around each, in pixels; as the package has them. */
const TILE = { webgpu: 512, cpu: 384 };
const HALO = 48;
/** How long a preview may take, in seconds. */
const PATIENCE = 2;
/** So many previews say how fast the device is. */
const COUNTED = 3;
/** The least and the most pixels of a preview. */
const [LEAST, MOST] = [96 ** 2, 640 ** 2];

/** How fast a device is; kept between visits. */
export class Speed {
  #store;
  #name;
  #backend;
  #workers;
  /** Pixels a second and worker: of runs, or of previews as long as there was no run. */
  #measured = 0;
  #isOfRun = false;
  /** Previews that have been counted. */
  #previews = 0;
  #isImitation;

  /**
   * @param {{ backend: Backend, workers: number, name: string, isImitation: boolean }} device  `workers`: how many
   *   tiles it denoises at once
   * @param {Pick<Storage, 'getItem' | 'setItem'> | null} store
   */
  constructor({ backend, workers, name, isImitation }, store) {
    this.#backend = backend;
    this.#workers = workers;
    this.#isImitation = isImitation;
    this.#store = store;
    this.#name = `svnr-speed ${name}`;
    const kept = Number(store?.getItem(this.#name));
    if (kept > 0) {
      this.#measured = kept;
      this.#isOfRun = true;
    }
  }

  /** Whether it was measured here. */
  get isMeasured() {
    return this.#measured > 0;
  }

  /** Pixels that the network sees in a second, in each worker. */
  get #pixels() {
    return this.#measured || (this.#isImitation ? GUESS.imitation : GUESS[this.#backend]);
  }

  /**
   * A run on a photo took so long.
   *
   * @param {Size} photo
   * @param {number} evaluations  steps of all samples
   * @param {number} seconds
   */
  ran(photo, evaluations, seconds) {
    if (seconds <= 0) return;
    this.#measured = (this.#inTurn(photo) * evaluations) / seconds;
    this.#isOfRun = true;
    this.#store?.setItem(this.#name, String(Math.round(this.#measured)));
  }

  /**
   * A preview took so long. It says less than a run does, and the first ones are slower than those that follow: the
   * fastest of a few counts. Were it all of them, the size of previews, which hangs on it, would never come to rest.
   *
   * @param {Size} part
   * @param {number} evaluations
   * @param {number} seconds
   */
  previewed({ width, height }, evaluations, seconds) {
    if (this.#isOfRun || this.#previews === COUNTED || seconds <= 0) return;
    this.#previews += 1;
    const seen = this.#inTurn({ width: width + 2 * HALO, height: height + 2 * HALO });
    this.#measured = Math.max(this.#measured, (seen * evaluations) / seconds);
  }

  /**
   * How long a run will take, in seconds.
   *
   * @param {Size} photo
   * @param {number} evaluations
   */
  seconds(photo, evaluations) {
    return (this.#inTurn(photo) * evaluations) / this.#pixels;
  }

  /**
   * How much longer a run will take, in seconds; 0 before its first tile is done. Workers begin their tiles together,
   * so the first of a round is done about when all of them are.
   *
   * @param {number} fraction  how much of it is done
   * @param {number} tiles  of all its steps and samples
   * @param {number} seconds  since it began
   */
  left(fraction, tiles, seconds) {
    const rounds = Math.ceil(tiles / this.#workers);
    // A fraction is not exact.
    const done = Math.min(rounds, Math.ceil((fraction * tiles) / this.#workers - 1e-3));
    return done > 0 ? (seconds / done) * (rounds - done) : 0;
  }

  /**
   * How many pixels the network sees in one step one after the other, where workers see tiles at the same time.
   *
   * @param {Size} photo
   */
  #inTurn(photo) {
    const { seen, tiles } = seenBy(photo, TILE[this.#backend]);
    // The last round may not have a tile for each.
    return (seen / tiles) * Math.ceil(tiles / this.#workers);
  }

  /** The most pixels of a preview that comes soon enough. @param {number} evaluations */
  previewPixels(evaluations) {
    const side = Math.sqrt((this.#pixels * PATIENCE) / evaluations) - 2 * HALO;
    return Math.min(MOST, Math.max(LEAST, side > 0 ? side ** 2 : 0));
  }
}

/**
 * How many pixels the network sees in one step over a photo, those of all tiles, each with what is around it; and how
 * many tiles there are.
 *
 * @param {Size} photo
 * @param {number} tile
 */
function seenBy({ width, height }, tile) {
  /** Tiles are of nearly the same size. @param {number} length */
  const along = (length) => {
    const tiles = Math.ceil(length / tile);
    return { seen: length + 2 * HALO * (tiles - 1), tiles };
  };
  const [across, down] = [along(width), along(height)];
  return { seen: across.seen * down.seen, tiles: across.tiles * down.tiles };
}

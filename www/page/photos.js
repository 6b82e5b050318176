// The life of the photos on the page: their states, what moves them from one to the next, and what is kept on the way.
//
// It is a pure function and knows neither the page nor the worker. `step` takes an event and gives the next state of
// all photos with a list of commands, which app.js carries out. A result is never given up for something that may fail:
// it stays until there is a newer one, and it is written to a file before another photo takes its place.

/** @typedef {import('../shared/protocol.js').RunOptions} RunOptions */

/**
 * A result and its settings. `memory`: the worker has it while the photo is open. `kept`: it is in a file too.
 * `unkept`: it could not be written to a file, so it is lost when the photo is left.
 *
 * @typedef {{ settings: RunOptions, where: 'memory' | 'kept' | 'unkept' }} Result
 */

/**
 * A photo. `isBad`: it cannot be opened. `why`: its last failure in words, or empty.
 *
 * @typedef {{ id: number, name: string, isChecked: boolean, isBad: boolean, why: string, result: Result | null }} Photo
 */

/**
 * What happens to the current photo: it is being opened, at rest, being denoised, or its result is being written to a
 * file so that another photo can take its place: the one named, or the next of the batch.
 *
 * @typedef {{ open: number } | 'batch'} Next
 * @typedef {(
 *   | { is: 'opening' }
 *   | { is: 'rest' }
 *   | { is: 'keeping', next: Next }
 *   | { is: 'running' }
 * )} Activity
 */

/** A batch: the photos to come, how many there are in all, and which failed.
 * @typedef {{ left: number[], total: number, failed: number[] }} Batch */

/**
 * `before` was the current photo before this one; `chosen` will be opened when the run is over.
 *
 * @typedef {{
 *   photos: Photo[],
 *   current: number | null,
 *   before: number | null,
 *   chosen: number | null,
 *   activity: Activity,
 *   batch: Batch | null,
 * }} Photos
 */

/**
 * @typedef {(
 *   | { type: 'add', files: { id: number, name: string }[] }
 *   | { type: 'checked', id: number, why: string }
 *   | { type: 'select', id: number }
 *   | { type: 'hurry' }
 *   | { type: 'remove', id: number }
 *   | { type: 'opened' }
 *   | { type: 'restored' }
 *   | { type: 'unopened', why: string }
 *   | { type: 'denoise', settings: RunOptions }
 *   | { type: 'denoised', settings: RunOptions }
 *   | { type: 'undenoised', why: string }
 *   | { type: 'cancel' }
 *   | { type: 'kept', id: number }
 *   | { type: 'unkept', id: number }
 *   | { type: 'denoise-all', again: boolean }
 *   | { type: 'crashed', why: string, isLost: boolean }
 *   | { type: 'unusable', canOpen: boolean }
 * )} PhotoEvent  `checked` says in `why` what is wrong with the file; `hurry` stops the run for the photo that is
 *   chosen; `crashed`: the worker has ended, and with it, if that is lost, a result that is in no file
 */

/**
 * `denoise` asks for an event of that name with the current photo's settings. `say` is something that the visitor must
 * know.
 *
 * @typedef {(
 *   | { type: 'check', id: number }
 *   | { type: 'open', id: number }
 *   | { type: 'close' }
 *   | { type: 'keep', id: number }
 *   | { type: 'denoise' }
 *   | { type: 'run', settings: RunOptions }
 *   | { type: 'stop' }
 *   | { type: 'say', what: 'unkept' | 'lost', id: number }
 *   | { type: 'say', what: 'batch', total: number, failed: number[] }
 * )} Command
 */

/** No photos yet. @returns {Photos} */
export function noPhotos() {
  return { photos: [], current: null, before: null, chosen: null, activity: { is: 'rest' }, batch: null };
}

/**
 * @param {Photos} state
 * @param {PhotoEvent} event
 * @returns {[Photos, Command[]]}
 */
export function step(state, event) {
  switch (event.type) {
    case 'add':
      return add(state, event.files);
    case 'checked':
      return checked(state, event.id, event.why);
    case 'select':
      return select(state, event.id);
    case 'hurry':
      return state.chosen === null ? [state, []] : then(stop(state), (next) => leave(next, { open: state.chosen ?? 0 }));
    case 'remove':
      return remove(state, event.id);
    case 'opened':
      // Its result is still on its way.
      return current(state)?.result?.where === 'kept' ? [state, []] : opened(state);
    case 'restored':
      return opened(state);
    case 'unopened':
      // The browser may have shown it before it was really read.
      return current(state)?.result?.where === 'memory' ? [state, []] : unopened(state, event.why);
    case 'denoise':
      return denoise(state, event.settings);
    case 'denoised':
      return denoised(state, event.settings);
    case 'undenoised':
      return undenoised(state, event.why);
    case 'cancel':
      return state.activity.is === 'running' ? stop(state) : [{ ...state, batch: null }, []];
    case 'kept':
      return kept(state, event.id);
    case 'unkept':
      return unkept(state, event.id);
    case 'denoise-all':
      return denoiseAll(state, event.again);
    case 'crashed':
      return crashed(state, event.why, event.isLost);
    case 'unusable':
      return unusable(state, event.canOpen);
  }
}

/** @param {Photos} state @param {number | null} id */
export function photoOf(state, id) {
  return state.photos.find((photo) => photo.id === id) ?? null;
}

/** The photo that is current. @param {Photos} state */
export function current(state) {
  return photoOf(state, state.current);
}

/**
 * A photo's progress, for the list.
 *
 * @param {Photos} state
 * @param {Photo} photo
 * @returns {'waiting' | 'open' | 'next' | 'running' | 'done' | 'failed'}
 */
export function progressOf(state, photo) {
  const isCurrent = photo.id === state.current;
  if (isCurrent && state.activity.is === 'running') return 'running';
  if (photo.isBad || photo.why) return 'failed';
  if (photo.id === state.chosen) return 'next';
  if (photo.result) return 'done';
  return isCurrent ? 'open' : 'waiting';
}

/**
 * What the page as a whole is doing.
 *
 * @param {Photos} state
 * @returns {'empty' | 'opening' | 'open' | 'running' | 'done'}
 */
export function stageOf({ photos, current: id, activity }) {
  if (id === null) return 'empty';
  if (activity.is === 'running') return 'running';
  if (activity.is === 'opening') return 'opening';
  if (activity.is === 'keeping') return 'opening';
  return photos.find((photo) => photo.id === id)?.result ? 'done' : 'open';
}

/** Photos that are yet to be denoised. @param {Photos} state */
export function waiting({ photos }) {
  return photos.filter(({ isBad, result, why }) => !isBad && !result && !why);
}

/**
 * @param {Photos} state
 * @param {number} id
 * @param {Partial<Photo>} change
 * @returns {Photos}
 */
function change(state, id, change) {
  return { ...state, photos: state.photos.map((photo) => (photo.id === id ? { ...photo, ...change } : photo)) };
}

/**
 * Combines two steps.
 *
 * @param {[Photos, Command[]]} first
 * @param {(state: Photos) => [Photos, Command[]]} second
 * @returns {[Photos, Command[]]}
 */
function then([state, commands], second) {
  const [next, more] = second(state);
  return [next, [...commands, ...more]];
}

/**
 * Adds files. The first of them is opened, unless there is a run, which only cancelling ends.
 *
 * @param {Photos} state
 * @param {{ id: number, name: string }[]} files
 * @returns {[Photos, Command[]]}
 */
function add(state, files) {
  const photos = files.map(({ id, name }) => ({ id, name, isChecked: false, isBad: false, why: '', result: null }));
  const [first] = files;
  const next = { ...state, photos: [...state.photos, ...photos] };
  if (!first) return [state, []];
  const check = (/** @type {{ id: number }[]} */ some) => some.map(({ id }) => ({ type: /** @type {const} */ ('check'), id }));
  if (state.batch) {
    const { batch } = state;
    const left = [...batch.left, ...files.map(({ id }) => id)];
    return [{ ...next, batch: { ...batch, left, total: batch.total + files.length } }, check(files)];
  }
  if (state.activity.is === 'running' || state.activity.is === 'keeping') return [next, check(files)];
  return then(leave(next, { open: first.id }), (after) => [after, check(files.slice(1))]);
}

/**
 * A waiting file was checked.
 *
 * @param {Photos} state
 * @param {number} id
 * @param {string} why
 * @returns {[Photos, Command[]]}
 */
function checked(state, id, why) {
  if (id === state.current) return [state, []];
  const next = change(state, id, { isChecked: true, isBad: why !== '', why });
  return [why && id === state.chosen ? { ...next, chosen: null } : next, []];
}

/**
 * @param {Photos} state
 * @param {number} id
 * @returns {[Photos, Command[]]}
 */
function select(state, id) {
  if (state.batch || !photoOf(state, id) || state.activity.is === 'keeping') return [state, []];
  if (state.activity.is === 'running') return [{ ...state, chosen: id === state.current ? null : id }, []];
  return id === state.current ? [state, []] : leave(state, { open: id });
}

/**
 * Removes a photo and its result from the list.
 *
 * @param {Photos} state
 * @param {number} id
 * @returns {[Photos, Command[]]}
 */
function remove(state, id) {
  if (state.batch || state.activity.is === 'keeping' || !photoOf(state, id)) return [state, []];
  const at = state.photos.findIndex((photo) => photo.id === id);
  const photos = state.photos.filter((photo) => photo.id !== id);
  const chosen = state.chosen === id ? null : state.chosen;
  const before = state.before === id ? null : state.before;
  const next = { ...state, photos, chosen, before };
  if (id !== state.current) return [next, []];
  /** @type {Command[]} */
  const commands = state.activity.is === 'running' ? [{ type: 'stop' }] : [];
  const good = [...photos.slice(at), ...photos.slice(0, at).reverse()].find(({ isBad }) => !isBad);
  const [after, more] = open({ ...next, current: null, chosen: null, activity: { is: 'rest' } }, chosen ?? good?.id ?? null);
  return [after, [...commands, ...more]];
}

/**
 * Moves on to another photo once that cannot lose the current one's result.
 *
 * @param {Photos} state
 * @param {Next} next
 * @returns {[Photos, Command[]]}
 */
function leave(state, next) {
  const photo = current(state);
  if (photo?.result?.where !== 'memory') return goOn(state, next);
  return [{ ...state, activity: { is: 'keeping', next } }, [{ type: 'keep', id: photo.id }]];
}

/**
 * @param {Photos} state
 * @param {Next} next
 * @returns {[Photos, Command[]]}
 */
function goOn(state, next) {
  if (next === 'batch') return nextOfBatch(state);
  const left = current(state);
  // It could not be kept; the visitor was told and moves on all the same.
  const rest = left?.result?.where === 'unkept' ? change(state, left.id, { result: null }) : state;
  return open(rest, next.open);
}

/**
 * @param {Photos} state
 * @param {number | null} id
 * @returns {[Photos, Command[]]}
 */
function open(state, id) {
  if (id === null) return [{ ...state, current: null, chosen: null, activity: { is: 'rest' } }, [{ type: 'close' }]];
  const left = current(state);
  /** @type {Command[]} */
  const commands = [{ type: 'open', id }];
  // It was still being opened, so it is checked like the waiting ones.
  if (left && left.id !== id && !left.isChecked) commands.push({ type: 'check', id: left.id });
  const before = state.current ?? state.before;
  return [{ ...state, current: id, before, chosen: null, activity: { is: 'opening' } }, commands];
}

/** @param {Photos} state @returns {[Photos, Command[]]} */
function opened(state) {
  const photo = current(state);
  if (!photo || state.activity.is !== 'opening') return [state, []];
  const why = photo.isBad ? '' : photo.why;
  const next = change(state, photo.id, { isChecked: true, isBad: false, why });
  return [{ ...next, activity: { is: 'rest' } }, state.batch ? [{ type: 'denoise' }] : []];
}

/**
 * A file cannot be opened: another one is opened, so that the others do not wait for it.
 *
 * @param {Photos} state
 * @param {string} why
 * @returns {[Photos, Command[]]}
 */
function unopened(state, why) {
  const id = state.current;
  if (id === null) return [state, []];
  const next = change(state, id, { isChecked: true, isBad: true, why });
  if (state.batch) return nextOfBatch({ ...next, batch: { ...state.batch, failed: [...state.batch.failed, id] } });
  const at = next.photos.findIndex((photo) => photo.id === id);
  const good = next.photos.filter(({ isBad }) => !isBad);
  const later = next.photos.slice(at).find(({ isBad, result }) => !isBad && !result);
  const other = later ?? good.find((photo) => photo.id === state.before) ?? good.at(-1);
  return open({ ...next, current: null }, other?.id ?? null);
}

/**
 * @param {Photos} state
 * @param {RunOptions} settings
 * @returns {[Photos, Command[]]}
 */
function denoise(state, settings) {
  const photo = current(state);
  if (!photo || photo.isBad || state.activity.is !== 'rest') return [state, []];
  const next = change(state, photo.id, { why: '' });
  return [{ ...next, activity: { is: 'running' } }, [{ type: 'run', settings }]];
}

/**
 * @param {Photos} state
 * @param {RunOptions} settings  by which it was
 * @returns {[Photos, Command[]]}
 */
function denoised(state, settings) {
  const { activity, current: id, chosen } = state;
  if (activity.is !== 'running' || id === null) return [state, []];
  const result = { settings, where: /** @type {const} */ ('memory') };
  const next = { ...change(state, id, { result, why: '' }), activity: { is: /** @type {const} */ ('rest') } };
  if (state.batch) return leave(next, 'batch');
  return chosen === null ? [next, []] : leave(next, { open: chosen });
}

/**
 * @param {Photos} state
 * @param {string} why
 * @returns {[Photos, Command[]]}
 */
function undenoised(state, why) {
  const { activity, current: id, chosen, batch } = state;
  if (activity.is !== 'running' || id === null) return [state, []];
  const next = { ...change(state, id, { why }), activity: { is: /** @type {const} */ ('rest') } };
  if (batch) return nextOfBatch({ ...next, batch: { ...batch, failed: [...batch.failed, id] } });
  return chosen === null ? [next, []] : leave(next, { open: chosen });
}

/** Ends the run; what an earlier one has made is still there. @param {Photos} state @returns {[Photos, Command[]]} */
function stop(state) {
  return [{ ...state, chosen: null, batch: null, activity: { is: 'rest' } }, [{ type: 'stop' }]];
}

/**
 * @param {Photos} state
 * @param {number} id
 * @returns {[Photos, Command[]]}
 */
function kept(state, id) {
  const photo = photoOf(state, id);
  if (photo?.result?.where !== 'memory') return [state, []];
  const next = change(state, id, { result: { ...photo.result, where: 'kept' } });
  const { activity } = state;
  return activity.is === 'keeping' && id === state.current ? goOn({ ...next, activity: { is: 'rest' } }, activity.next) : [next, []];
}

/**
 * A result cannot be written to a file. Leaving it takes a second request, after a warning.
 *
 * @param {Photos} state
 * @param {number} id
 * @returns {[Photos, Command[]]}
 */
function unkept(state, id) {
  const photo = photoOf(state, id);
  if (photo?.result?.where !== 'memory') return [state, []];
  const result = { ...photo.result, where: /** @type {const} */ ('unkept') };
  const next = change(state, id, { result });
  const { activity, batch } = state;
  if (activity.is !== 'keeping' || id !== state.current) return [next, []];
  const rest = { ...next, activity: { is: /** @type {const} */ ('rest') } };
  if (!batch) return [rest, [{ type: 'say', what: 'unkept', id }]];
  const lost = { ...change(rest, id, { result: null }), batch: { ...batch, failed: [...batch.failed, id] } };
  return then([lost, [{ type: 'say', what: 'lost', id }]], nextOfBatch);
}

/**
 * @param {Photos} state
 * @param {boolean} again  those, too, that are done
 * @returns {[Photos, Command[]]}
 */
function denoiseAll(state, again) {
  if (state.activity.is !== 'rest' || state.batch) return [state, []];
  const left = (again ? state.photos.filter(({ isBad }) => !isBad) : waiting(state)).map(({ id }) => id);
  return left.length === 0 ? [state, []] : nextOfBatch({ ...state, batch: { left, total: left.length, failed: [] } });
}

/** @param {Photos} state @returns {[Photos, Command[]]} */
function nextOfBatch(state) {
  const { batch } = state;
  if (!batch) return [state, []];
  const [id, ...left] = batch.left;
  if (id === undefined) {
    // Those that had turned out to be bad before it began are not passed over in silence.
    const bad = state.photos.filter(({ id, isBad }) => isBad && !batch.failed.includes(id)).map(({ id }) => id);
    const failed = [...batch.failed, ...bad];
    /** @type {Command} */
    const say = { type: 'say', what: 'batch', total: batch.total + bad.length, failed };
    const next = { ...state, batch: null };
    // The last one could not be opened, so show another.
    if (!current(next)?.isBad) return [{ ...next, activity: { is: 'rest' } }, [say]];
    const shown = next.photos.findLast(({ isBad, result }) => !isBad && result) ?? next.photos.find(({ isBad }) => !isBad);
    return then([{ ...next, current: null }, [say]], (after) => open(after, shown?.id ?? null));
  }
  if (photoOf(state, id)?.isBad) return nextOfBatch({ ...state, batch: { ...batch, left, failed: [...batch.failed, id] } });
  const next = { ...state, batch: { ...batch, left }, activity: { is: /** @type {const} */ ('rest') } };
  return id === state.current ? [next, [{ type: 'denoise' }]] : leave(next, { open: id });
}

/**
 * @param {Photos} state
 * @param {string} why
 * @param {boolean} isLost
 * @returns {[Photos, Command[]]}
 */
function crashed(state, why, isLost) {
  const photo = current(state);
  if (!photo) return [state, []];
  /** @type {[Photos, Command[]]} */
  const first =
    isLost && photo.result && photo.result.where !== 'kept'
      ? [change(state, photo.id, { result: null }), [{ type: 'say', what: 'lost', id: photo.id }]]
      : [state, []];
  return then(first, (next) => {
    const { activity, batch } = next;
    if (activity.is === 'running') return undenoised(next, why);
    if (activity.is === 'opening') return unopened(next, why);
    if (activity.is === 'rest') return [next, []];
    if (current(next)?.result) return unkept(next, photo.id);
    const failed = batch && { ...batch, failed: [...batch.failed, photo.id] };
    return goOn({ ...next, batch: failed, activity: { is: 'rest' } }, activity.next);
  });
}

/**
 * There is no denoiser; without its worker, no file can be opened either.
 *
 * @param {Photos} state
 * @param {boolean} canOpen
 * @returns {[Photos, Command[]]}
 */
function unusable(state, canOpen) {
  const next = { ...state, batch: null, chosen: null };
  if (state.activity.is === 'running') return stop(next);
  return state.activity.is === 'opening' && !canOpen ? open({ ...next, current: null }, null) : [next, []];
}

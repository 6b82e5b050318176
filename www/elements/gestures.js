/** A press that moved no further than this, in CSS pixels, counts as still. */
const STILL = 6;
/** A still press of this many milliseconds is a hold. */
const HOLD_AFTER = 200;
/** Two taps no further apart than this, in milliseconds and CSS pixels, are a double tap. */
const DOUBLE_TAP = { time: 300, distance: 30 };
/** How far a wheel must turn to zoom by e, in its pixels. */
const WHEEL = 100;
/** The most that one wheel event zooms: a mouse's notch is √2, a trackpad sends many smaller ones. */
const NOTCH = Math.SQRT2;
/** Milliseconds without events after which a turn of the wheel counts as a new one. */
const TURN = 300;

/**
 * @typedef {(x: number, y: number, factor?: number) => number} Bring  moves a point of the picture there, and zooms by
 *   the factor since it was grabbed; there are bounds: it says by what it really did
 *
 * @typedef {{
 *   grab: (x: number, y: number) => Bring,
 *   hold: (isHeld: boolean) => void,
 *   doubleTap: (x: number, y: number) => void,
 * }} Actions  all in the window's CSS pixels
 *
 * @typedef {{
 *   id: number, x: number, y: number,
 *   bring: Bring,
 *   timer: ReturnType<typeof setTimeout>,
 *   isStill: boolean,
 *   isHold: boolean,
 * }} Press
 * @typedef {{ x: number, y: number, target: EventTarget | undefined }} Finger
 * @typedef {Event & { clientX: number, clientY: number, scale: number }} SafariGesture
 */

/**
 * What mouse, trackpad and fingers do to a picture in a scrolling view. One finger pans by the browser's own scrolling.
 *
 * Whatever in the view wants a press for itself prevents its default. When a second finger comes down, the first press
 * is cancelled: two fingers always zoom.
 */
export class Gestures {
  #view;
  #actions;
  /** @type {Press | undefined} */
  #press;
  /** The last tap, which may be the first of two.
   * @type {PointerEvent | undefined} */
  #tap;
  /** @type {Map<number, Finger>} */
  #fingers = new Map();
  /** @type {{ bring: Bring, spread: number } | undefined} */
  #pinch;
  /** The turn of the wheel in progress.
   * @type {{ x: number, y: number, time: number, bring: Bring, factor: number } | undefined} */
  #turn;

  /**
   * @param {HTMLElement} view
   * @param {Actions} actions
   * @param {AbortSignal} signal  ends it
   */
  constructor(view, actions, signal) {
    this.#view = view;
    this.#actions = actions;
    const first = { signal, capture: true };
    view.addEventListener('pointerdown', (event) => this.#fingerDown(event), first);
    view.addEventListener('pointermove', (event) => this.#fingerMoves(event), first);
    for (const type of /** @type {const} */ (['pointerup', 'pointercancel'])) {
      view.addEventListener(type, (event) => this.#fingerUp(event), first);
    }
    view.addEventListener('pointerdown', (event) => this.#down(event), { signal });
    view.addEventListener('pointermove', (event) => this.#move(event), { signal });
    view.addEventListener('pointerup', (event) => this.#up(event), { signal });
    view.addEventListener('lostpointercapture', (event) => this.#press?.id === event.pointerId && this.#end(), { signal });
    signal.addEventListener('abort', () => this.#end());
    view.addEventListener('contextmenu', (event) => this.#press?.isHold && event.preventDefault(), { signal });

    const active = { signal, passive: false };
    view.addEventListener('wheel', (event) => this.#wheel(event), active);
    for (const type of /** @type {const} */ (['touchstart', 'touchmove'])) {
      // The browser would scroll with two fingers.
      view.addEventListener(type, (event) => this.#fingers.size > 1 && event.cancelable && event.preventDefault(), active);
    }
    this.#takeSafariGestures(active);
  }

  /** @param {PointerEvent} event */
  #down(event) {
    const { pointerId: id, clientX: x, clientY: y } = event;
    // A press on the view itself is on its scrollbars or beside the picture; one with Ctrl opens a menu on a Mac.
    const isOther = event.target === this.#view || event.button !== 0 || !event.isPrimary || event.ctrlKey;
    if (isOther || event.defaultPrevented) return;
    this.#end();
    this.#view.setPointerCapture(id);
    const timer = setTimeout(() => this.#hold(), HOLD_AFTER);
    this.#press = { id, x, y, bring: this.#actions.grab(x, y), timer, isStill: true, isHold: false };
  }

  #hold() {
    if (!this.#press) return;
    this.#press.isHold = true;
    this.#actions.hold(true);
  }

  /** @param {PointerEvent} event */
  #move({ pointerId, pointerType, clientX, clientY }) {
    const press = this.#press;
    if (press?.id !== pointerId) return;
    if (press.isStill && Math.hypot(clientX - press.x, clientY - press.y) <= STILL) return;
    press.isStill = false;
    clearTimeout(press.timer);
    if (pointerType === 'touch') return;
    this.#view.part.add('panning');
    press.bring(clientX, clientY);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    const press = this.#press;
    if (press?.id !== event.pointerId || !press.isStill || press.isHold) return;
    const { time, distance } = DOUBLE_TAP;
    const last = this.#tap;
    const isSecond =
      last &&
      event.timeStamp - last.timeStamp < time &&
      Math.hypot(event.clientX - last.clientX, event.clientY - last.clientY) < distance;
    this.#tap = isSecond ? undefined : event;
    if (isSecond) this.#actions.doubleTap(event.clientX, event.clientY);
  }

  #end() {
    const press = this.#press;
    if (!press) return;
    this.#press = undefined;
    clearTimeout(press.timer);
    this.#view.part.remove('panning');
    if (press.isHold) this.#actions.hold(false);
  }

  /** @param {PointerEvent} event */
  #fingerDown(event) {
    if (event.pointerType !== 'touch') return;
    const { pointerId, clientX: x, clientY: y } = event;
    // The first finger on the screen. If another one is known, its end was missed.
    if (event.isPrimary) this.#fingers.clear();
    if (this.#fingers.size === 1) this.#cancelPresses();
    this.#fingers.set(pointerId, { x, y, target: event.composedPath()[0] });
    if (this.#fingers.size > 1) event.stopPropagation();
    this.#beginPinch();
  }

  /** @param {PointerEvent} event */
  #fingerMoves(event) {
    const finger = this.#fingers.get(event.pointerId);
    if (!finger) return;
    Object.assign(finger, { x: event.clientX, y: event.clientY });
    const now = this.#spread();
    if (!this.#pinch || !now) return;
    event.stopPropagation();
    this.#pinch.bring(now.x, now.y, now.spread / this.#pinch.spread);
  }

  /** @param {PointerEvent} event */
  #fingerUp(event) {
    // Not for our own event.
    if (event.isTrusted && this.#fingers.delete(event.pointerId)) this.#beginPinch();
  }

  /** Begins a pinch if there are enough fingers. */
  #beginPinch() {
    const now = this.#spread();
    this.#pinch = now && { bring: this.#actions.grab(now.x, now.y), spread: now.spread };
  }

  /** Where two fingers are, and how far apart. */
  #spread() {
    const [a, b] = this.#fingers.values();
    if (!a || !b) return undefined;
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, spread: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) };
  }

  /** Makes whatever took a finger's press release it. */
  #cancelPresses() {
    this.#end();
    for (const [pointerId, { target }] of this.#fingers) {
      target?.dispatchEvent(new PointerEvent('pointercancel', { pointerId, pointerType: 'touch', bubbles: true }));
    }
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    // A trackpad's pinch arrives as a wheel event with Ctrl.
    if (!event.ctrlKey && !event.metaKey) {
      this.#turn = undefined;
      return;
    }
    event.preventDefault();
    const { clientX: x, clientY: y, deltaY, deltaMode, timeStamp: time } = event;
    let turn = this.#turn;
    if (turn?.x !== x || turn.y !== y || time > turn.time + TURN) {
      // Only once: scrolling is in whole pixels, and the rounding of many small steps would add up.
      turn = { x, y, time, bring: this.#actions.grab(x, y), factor: 1 };
    }
    const pixels = deltaMode === WheelEvent.DOM_DELTA_PIXEL ? deltaY : deltaY * WHEEL;
    const factor = turn.factor * Math.min(NOTCH, Math.max(1 / NOTCH, Math.exp(-pixels / WHEEL)));
    this.#turn = { ...turn, time, factor: turn.bring(x, y, factor) };
  }

  /**
   * In Safari a trackpad's pinch has its own events.
   *
   * @param {AddEventListenerOptions} options
   */
  #takeSafariGestures(options) {
    /** @type {Bring | undefined} */
    let bring;
    /** @param {Event} event */
    const take = (event) => {
      event.preventDefault();
      const { clientX: x, clientY: y, scale } = /** @type {SafariGesture} */ (event);
      // Fingers cause them too, but those are handled already.
      if (event.type === 'gesturestart') bring = this.#fingers.size > 0 ? undefined : this.#actions.grab(x, y);
      else bring?.(x, y, scale);
    };
    for (const type of ['gesturestart', 'gesturechange']) this.#view.addEventListener(type, take, options);
  }
}

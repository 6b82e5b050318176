/** The least time between two checks for a newer version while the page stays open, in milliseconds. */
const EVERY = 3_600_000;

/** Whether this page has asked for that. */
let isRawKept = false;

/** Keeps what RAW files need for offline use, too. */
export async function keepRawForOffline() {
  if (isRawKept) return;
  const registration = await navigator.serviceWorker?.getRegistration();
  if (!registration) return;
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage('raw');
  isRawKept = active !== null;
}

/**
 * Keeps the page for offline use, and looks for newer versions while it is open.
 *
 * @param {object} listeners
 * @param {() => void} listeners.onKept  it works without a network from now on
 * @param {() => void} listeners.onNewer  there is a newer version than this
 */
export async function keepForOffline({ onKept, onNewer }) {
  const { serviceWorker } = navigator;
  // Without service workers, as in some private windows, the page works but is not kept.
  if (!serviceWorker) return;
  /** @type {string | undefined} */
  let mine;
  serviceWorker.addEventListener('message', ({ data: { from, newest } }) => {
    mine ??= from ?? newest;
    if (newest !== mine) onNewer();
  });
  try {
    await serviceWorker.register('offline.js');
    const { active } = await serviceWorker.ready;
    onKept();
    let next = 0;
    const look = () => {
      if (document.visibilityState !== 'visible' || Date.now() < next) return;
      next = Date.now() + EVERY;
      active?.postMessage('look');
    };
    look();
    document.addEventListener('visibilitychange', look);
  } catch {
    // As above.
  }
}

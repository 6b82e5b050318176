/** How often a page that stays open looks for a newer version, at most, in milliseconds. */
const EVERY = 3_600_000;

/**
 * Keeps the page for when there is no network, and looks for newer versions as long as it is open.
 *
 * @param {object} listeners
 * @param {() => void} listeners.onKept  it works without a network from now on
 * @param {() => void} listeners.onNewer  there is a newer version than this
 */
export async function keepForOffline({ onKept, onNewer }) {
  const { serviceWorker } = navigator;
  // Without one, or in a private window perhaps, the page is as good; it only is not kept.
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

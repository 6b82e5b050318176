// The page's service worker: with no network, what was last there with one.
//
// The network comes first, always: no visitor gets an old page while there is a new one. What is kept is a version, all of
// its files and no others; its name is a digest of their contents, so that there is no number to forget to raise.

/** @typedef {{ waitUntil: (promise: Promise<unknown>) => void }} Extendable */
/** @typedef {Extendable & { request: Request, resultingClientId: string, respondWith: (response: Promise<Response>) => void }} Fetching */
/** @typedef {Extendable & { source: { id: string, postMessage: (message: unknown) => void } | null }} Hearing */

/** What the names of versions begin with. */
const PREFIX = 'svnr-';

/** All that the page can ask for, tried by `tests/browser/offline.test.mjs`. */
const FILES = [
  './',
  'page/app.js',
  'page/batch.js',
  'page/checker.js',
  'page/client.js',
  'page/element.js',
  'page/intake.js',
  'page/messages.js',
  'page/panel.js',
  'page/photos.js',
  'page/save-all.js',
  'page/settings.js',
  'page/stage.js',
  'page/start.js',
  'page/updates.js',
  'page/zip.js',
  'elements/brush.js',
  'elements/gestures.js',
  'elements/noise-curve.js',
  'elements/noise.js',
  'elements/queue.js',
  'elements/save.js',
  'elements/zoom.js',
  'worker/checker.js',
  'worker/failure.js',
  'worker/image-file.js',
  'worker/look.js',
  'worker/maps.js',
  'worker/strength.js',
  'worker/worker.js',
  'shared/kinds.js',
  'shared/protocol.js',
  'shared/words.js',
  'styles/noise.css',
  'styles/queue.css',
  'styles/style.css',
  'styles/zoom.css',
  'demos/dusk.jpg',
  'demos/still-life.jpg',
  'icon.svg',
  'manifest.webmanifest',
  'vendor/client-zip/index.js',
  '../pkg/compare.js',
  '../pkg/denoiser.js',
  '../pkg/engine.js',
  '../pkg/errors.js',
  '../pkg/files.js',
  '../pkg/gpu.js',
  '../pkg/image.js',
  '../pkg/index.js',
  '../pkg/load.js',
  '../pkg/noise.js',
  '../pkg/options.js',
  '../pkg/svnr.safetensors',
  '../pkg/wasm.js',
  '../pkg/wasm/svnr_wasm.js',
  '../pkg/wasm/svnr_wasm_bg.wasm',
];

/** The versions that pages came from that were opened without a network.
 * @type {Map<string, string>} */
const opened = new Map();

/** The version that is kept. */
async function keptVersion() {
  const names = await caches.keys();
  return names.find((name) => name.startsWith(PREFIX)) ?? null;
}

/**
 * Keeps the version that the network has, all files or none: half a page is of no use without one.
 *
 * @returns {Promise<string>}  its name
 */
async function keepNewest() {
  const files = await Promise.all(FILES.map(download));
  const digest = await crypto.subtle.digest('SHA-256', await new Blob(files.map(({ bytes }) => bytes)).arrayBuffer());
  const version = PREFIX + [...new Uint8Array(digest).subarray(0, 8)].map((b) => b.toString(16).padStart(2, '0')).join('');
  const cache = await caches.open(version);
  if ((await cache.keys()).length < FILES.length) {
    await Promise.all(files.map(({ path, bytes, headers }) => cache.put(path, new Response(bytes, { headers }))));
  }
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== version);
  await Promise.all(old.map((name) => caches.delete(name)));
  return version;
}

/** @param {string} path */
async function download(path) {
  // A file that has not changed is not sent again.
  const response = await fetch(path, { cache: 'no-cache' });
  if (!response.ok) throw new Error(`${path}: the server answered ${response.status}`);
  const headers = { 'content-type': response.headers.get('content-type') ?? '' };
  return { path, headers, bytes: await response.arrayBuffer() };
}

/** @param {Fetching} fetching */
async function answer({ request, resultingClientId }) {
  try {
    // Servers may let browsers keep files for a while, without asking.
    return await fetch(request, { cache: 'no-cache' });
  } catch (error) {
    const kept = await caches.match(request, { ignoreSearch: request.mode === 'navigate' });
    if (!kept) throw error;
    if (request.mode === 'navigate') opened.set(resultingClientId, (await keptVersion()) ?? '');
    return kept;
  }
}

/** Tells a page which version it came from, if that was kept here, and which there is. @param {Hearing['source']} page */
async function report(page) {
  const from = page && opened.get(page.id);
  // Without a network there is none but its own. It has to be told all the same: a service worker that is idle is stopped,
  // and then nobody but the page knows where it came from.
  const newest = await keepNewest().catch(() => from);
  if (newest) page?.postMessage({ from: from ?? null, newest });
}

addEventListener('install', (event) => {
  /** @type {Extendable} */ (/** @type {unknown} */ (event)).waitUntil(keepNewest());
});

addEventListener('fetch', (event) => {
  const fetching = /** @type {Fetching} */ (/** @type {unknown} */ (event));
  const { request } = fetching;
  // What a visitor opens is a blob, and nothing else is asked for than the page's own files.
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  fetching.respondWith(answer(fetching));
});

addEventListener('message', (event) => {
  const hearing = /** @type {Hearing} */ (/** @type {unknown} */ (event));
  hearing.waitUntil(report(hearing.source));
});

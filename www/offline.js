// The page's service worker: without a network, it serves the last version that was loaded.
//
// The network always comes first, so no visitor gets an old page while there is a new one. A version is kept with all
// of its files and no others; its name is a digest of their contents, so there is no number to forget to raise.

/** @typedef {{ waitUntil: (promise: Promise<unknown>) => void }} Extendable */
/** @typedef {Extendable & {
 *   request: Request,
 *   resultingClientId: string,
 *   respondWith: (response: Promise<Response>) => void,
 * }} Fetching */
/** @typedef {{ id: string, postMessage: (message: unknown) => void }} Source */
/** @typedef {Extendable & { data: unknown, source: Source | null }} Hearing */

/** Prefix of the versions' names. */
const PREFIX = 'svnr-';

/** Everything that the page can request, checked by `tests/browser/offline.test.mjs`. */
const FILES = [
  './',
  'page/app.js',
  'page/batch.js',
  'page/belongings.js',
  'page/checker.js',
  'page/client.js',
  'page/device.js',
  'page/display.js',
  'page/element.js',
  'page/intake.js',
  'page/messages.js',
  'page/panel.js',
  'page/photos.js',
  'page/save-all.js',
  'page/settings.js',
  'page/speed.js',
  'page/stage.js',
  'page/start.js',
  'page/updates.js',
  'page/zip.js',
  'elements/brush.js',
  'elements/gestures.js',
  'elements/loupe.js',
  'elements/noise-curve.js',
  'elements/noise.js',
  'elements/queue.js',
  'elements/save.js',
  'elements/zoom.js',
  'worker/checker.js',
  'worker/failure.js',
  'worker/finished.js',
  'worker/image-file.js',
  'worker/look.js',
  'worker/maps.js',
  'worker/open.js',
  'worker/strength.js',
  'worker/worker.js',
  'shared/kinds.js',
  'shared/noise-at.js',
  'shared/protocol.js',
  'shared/words.js',
  'styles/loupe.css',
  'styles/noise.css',
  'styles/queue.css',
  'styles/style.css',
  'styles/zoom.css',
  'demos/coffee.jpg',
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
  '../pkg/module.js',
  '../pkg/noise.js',
  '../pkg/options.js',
  '../pkg/planes.js',
  '../pkg/pool-thread.js',
  '../pkg/pool.js',
  '../pkg/region.js',
  '../pkg/runner.js',
  '../pkg/shared.js',
  '../pkg/svnr.safetensors',
  '../pkg/wasm.js',
  '../pkg/wasm/svnr_wasm.js',
  '../pkg/wasm/svnr_wasm_bg.wasm',
];

/** What RAW files need besides: kept once there was one. */
const RAW_FILES = [
  'worker/raw-photo.js',
  '../pkg/raw.js',
  '../pkg/raw-module.js',
  '../pkg/raw-photo.js',
  '../pkg/raw-runs.js',
  '../pkg/svnr-mosaic.safetensors',
  '../pkg/wasm/svnr_raw.js',
  '../pkg/wasm/svnr_raw_bg.wasm',
];

/** The versions of pages that were opened without a network.
 * @type {Map<string, string>} */
const opened = new Map();

/** The kept version. */
async function keptVersion() {
  const names = await caches.keys();
  return names.find((name) => name.startsWith(PREFIX)) ?? null;
}

/**
 * Keeps the network's version, all files or none, because half a page is useless.
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
  // Who has had RAW files may have some again.
  const hadRaw = await Promise.all(old.map(async (name) => (await caches.open(name)).match(RAW_FILES[0] ?? '')));
  if (hadRaw.some(Boolean)) await keepRaw(cache);
  await Promise.all(old.map((name) => caches.delete(name)));
  return version;
}

/** Keeps what RAW files need, all of it or nothing, as new as there is. @param {Cache} cache */
async function keepRaw(cache) {
  const files = await Promise.all(RAW_FILES.map(download));
  // The first one, which tells that all are there, comes last.
  for (const { path, bytes, headers } of files.reverse()) await cache.put(path, new Response(bytes, { headers }));
}

/** @param {string} path */
async function download(path) {
  // Unchanged files are not sent again.
  const response = await fetch(path, { cache: 'no-cache' });
  if (!response.ok) throw new Error(`${path}: the server answered ${response.status}`);
  const headers = { 'content-type': response.headers.get('content-type') ?? '' };
  return { path, headers, bytes: await response.arrayBuffer() };
}

/** @param {Fetching} fetching */
async function answer({ request, resultingClientId }) {
  try {
    // Servers may let browsers cache files for a while.
    return await fetch(request, { cache: 'no-cache' });
  } catch (error) {
    const kept = await caches.match(request, { ignoreSearch: request.mode === 'navigate' });
    if (!kept) throw error;
    if (request.mode === 'navigate') opened.set(resultingClientId, (await keptVersion()) ?? '');
    return kept;
  }
}

/** Keeps what RAW files need in the version that is kept. Without a network, what is kept stays as it is. */
async function keepRawHere() {
  const version = await keptVersion();
  if (version) await keepRaw(await caches.open(version)).catch(() => {});
}

/**
 * Tells a page which version it came from, if that was kept here, and which there is.
 *
 * @param {Source | null} page
 */
async function report(page) {
  const from = page && opened.get(page.id);
  // Without a network there is only its own version. The page is told all the same: an idle service worker is stopped,
  // and then only the page knows where it came from.
  const newest = await keepNewest().catch(() => from);
  if (newest) page?.postMessage({ from: from ?? null, newest });
}

addEventListener('install', (event) => {
  /** @type {Extendable} */ (/** @type {unknown} */ (event)).waitUntil(keepNewest());
});

addEventListener('fetch', (event) => {
  const fetching = /** @type {Fetching} */ (/** @type {unknown} */ (event));
  const { request } = fetching;
  // Photos are blobs; only the page's own files are requested.
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  fetching.respondWith(answer(fetching));
});

addEventListener('message', (event) => {
  const hearing = /** @type {Hearing} */ (/** @type {unknown} */ (event));
  if (hearing.data === 'raw') hearing.waitUntil(keepRawHere());
  else hearing.waitUntil(report(hearing.source));
});

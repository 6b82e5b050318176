// The page's service worker: with no network, what was last there with one.
//
// The network comes first, always: no visitor gets an old page while there is a new one, and there is no version to
// forget to raise. What it answers takes the place of what was kept.

/** @typedef {{ waitUntil: (promise: Promise<unknown>) => void }} Extendable */
/** @typedef {Extendable & { request: Request, respondWith: (response: Promise<Response>) => void }} Fetching */

const CACHE = 'svnr';

/** All that the page can ask for, tried by `tests/browser/offline.test.mjs`. */
const FILES = [
  './',
  'app.js',
  'brush.js',
  'client.js',
  'icon.svg',
  'image-file.js',
  'intake.js',
  'manifest.webmanifest',
  'noise.js',
  'protocol.js',
  'save.js',
  'style.css',
  'words.js',
  'worker.js',
  'samples/dusk.png',
  'samples/still-life.png',
  '../pkg/compare.js',
  '../pkg/denoiser.js',
  '../pkg/errors.js',
  '../pkg/gpu.js',
  '../pkg/image.js',
  '../pkg/index.js',
  '../pkg/load.js',
  '../pkg/options.js',
  '../pkg/svnr.safetensors',
  '../pkg/svnr_wasm.js',
  '../pkg/svnr_wasm_bg.wasm',
  '../pkg/wasm.js',
];

/** All files or none: half a page is of no use without a network. */
async function keepAll() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES);
}

/**
 * @param {Request} request
 * @param {(promise: Promise<unknown>) => void} waitUntil
 * @returns {Promise<Response>}
 */
async function answer(request, waitUntil) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) waitUntil(cache.put(request, response.clone()));
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: request.mode === 'navigate' });
    if (kept) return kept;
    throw error;
  }
}

addEventListener('install', (event) => {
  /** @type {Extendable} */ (/** @type {unknown} */ (event)).waitUntil(keepAll());
});

addEventListener('fetch', (event) => {
  const fetching = /** @type {Fetching} */ (/** @type {unknown} */ (event));
  const { request } = fetching;
  // What a visitor opens is a blob, and nothing else is asked for than the page's own files.
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  fetching.respondWith(answer(request, (promise) => fetching.waitUntil(promise)));
});

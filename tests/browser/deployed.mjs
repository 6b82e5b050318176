// Serves the page from its own server, which can be switched off and get newer files.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

import { assembled, root } from './harness.mjs';

const TYPES = /** @type {Record<string, string>} */ ({
  '.css': 'text/css',
  '.html': 'text/html',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
});

/** How long browsers may cache files: ten minutes, as on many servers. */
const CACHED = 'max-age=600';

/**
 * Serves the page and the package on a free port until the test is over.
 *
 * @param {import('node:test').TestContext} t
 */
export async function deploy(t) {
  const folders = { www: join(root, 'www'), pkg: assembled() };
  /** @type {Map<string, string>} */
  const newer = new Map();

  /** @param {string} path */
  const contents = (path) => {
    const file = path.startsWith('/pkg/') ? join(folders.pkg, path.slice('/pkg'.length)) : join(folders.www, path);
    return newer.get(path) ?? readFile(file);
  };

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    try {
      const body = await contents(path);
      const type = TYPES[extname(path)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, 'cache-control': CACHED }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  /** @param {number} port */
  const listen = (port) => new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(null)));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  await listen(0);
  t.after(close);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  return {
    url: `http://localhost:${port}/`,
    switchOff: close,
    switchOn: () => listen(port),
    /**
     * Replaces a file with a newer version.
     *
     * @param {string} path
     * @param {string} from  what it says, in part
     * @param {string} to  what the newer one says instead
     */
    async change(path, from, to) {
      const before = (await contents(path)).toString();
      if (!before.includes(from)) throw new Error(`${path} does not say “${from}”`);
      newer.set(path, before.replaceAll(from, to));
    },
  };
}

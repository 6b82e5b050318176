// Drives browsers that playwright-core cannot drive as systems ship them: Firefox by its built-in Marionette, and
// WebKitGTK by its driver's HTTP. Both use the commands of W3C WebDriver.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** Each command's method and path over HTTP, and its name in Marionette. */
const COMMANDS = /** @type {const} */ ({
  open: ['POST', 'url', 'Navigate'],
  run: ['POST', 'execute/sync', 'ExecuteScript'],
  find: ['POST', 'element', 'FindElement'],
  click: ['POST', 'element/{id}/click', 'ElementClick'],
  type: ['POST', 'element/{id}/value', 'ElementSendKeys'],
  act: ['POST', 'actions', 'PerformActions'],
  resize: ['POST', 'window/rect', 'SetWindowRect'],
  picture: ['GET', 'screenshot', 'TakeScreenshot'],
});

/** How long to wait for something that must happen, in milliseconds. */
const PATIENCE = 300_000;

/** @typedef {{ id?: string, [key: string]: unknown }} Parameters */
/** @typedef {(name: keyof typeof COMMANDS, parameters?: Parameters) => Promise<any>} Send */

/** A browser with one page. Buttons and the like are found by XPath, as `//button[.='Denoise']`. */
export class Visitor {
  #send;
  #close;
  #downloads;

  /**
   * @param {object} browser
   * @param {string} browser.name
   * @param {string} browser.version
   * @param {string} browser.downloads  the folder
   * @param {Send} browser.send
   * @param {() => Promise<void>} browser.close
   */
  constructor({ name, version, downloads, send, close }) {
    this.name = name;
    this.version = version;
    this.#downloads = downloads;
    this.#send = send;
    this.#close = close;
  }

  /** @param {string} url */
  async open(url) {
    await this.#send('open', { url });
  }

  /** @param {number} width @param {number} height */
  async resize(width, height) {
    await this.#send('resize', { width, height });
  }

  /** What a JavaScript expression is in the page. @param {string} expression */
  async value(expression) {
    return this.#send('run', { script: `return ${expression}`, args: [] });
  }

  /** Waits until an expression is something, and returns that. @param {string} expression */
  async until(expression) {
    return until(() => this.value(expression), expression);
  }

  /** @param {string} path */
  async click(path) {
    await this.#send('click', { id: await this.#find(path) });
  }

  /** Types, or names files to a file input. @param {string} path @param {string} text */
  async type(path, text) {
    await this.#send('type', { id: await this.#find(path), text });
  }

  /** Drags with the mouse along points of the window. @param {[number, number][]} points */
  async drag(...points) {
    const [first, ...rest] = points.map(([x, y], i) => {
      return { type: 'pointerMove', duration: i === 0 ? 0 : 200, x: Math.round(x), y: Math.round(y) };
    });
    const actions = [first, { type: 'pointerDown', button: 0 }, ...rest, { type: 'pointerUp', button: 0 }];
    await this.#send('act', { actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }] });
  }

  /** A screenshot as PNG. */
  async picture() {
    return Buffer.from(await this.#send('picture', { full: false }), 'base64');
  }

  /** A file that was downloaded. @param {string} name */
  async downloaded(name) {
    const isWhole = async () => {
      const names = await readdir(this.#downloads);
      return names.includes(name) && !names.some((other) => other.endsWith('.part') || other.endsWith('.wkdownload'));
    };
    await until(isWhole, `a download of ${name}`);
    return readFile(`${this.#downloads}/${name}`);
  }

  async close() {
    await this.#close();
  }

  /** @param {string} path */
  async #find(path) {
    const found = await this.#send('find', { using: 'xpath', value: path });
    return String(Object.values(found)[0]);
  }
}

/** @returns {Promise<Visitor | null>}  `null` where there is no Firefox */
export async function firefox() {
  const program = (await inPath('firefox-esr')) ?? (await inPath('firefox'));
  if (!program) return null;
  const folder = await mkdtemp(`${tmpdir()}/firefox-`);
  const settings = {
    // Any free port.
    'marionette.port': 0,
    'browser.download.folderList': 2,
    'browser.download.dir': folder,
    'network.captive-portal-service.enabled': false,
  };
  const lines = Object.entries(settings).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  await writeFile(`${folder}/user.js`, lines.join(''));
  const child = spawn(program, ['--headless', '--marionette', '--no-remote', '--profile', folder], { stdio: 'ignore' });
  process.on('exit', () => child.kill());
  const ended = once(child, 'exit');
  const port = await until(() => readFile(`${folder}/MarionetteActivePort`, 'utf8').catch(() => ''), 'Firefox');
  const { call, end } = await marionette(Number(port));
  const { capabilities } = await call('WebDriver:NewSession', {});
  return new Visitor({
    name: 'Firefox',
    version: capabilities.browserVersion,
    downloads: folder,
    async send(name, parameters = {}) {
      const answer = await call(`WebDriver:${COMMANDS[name][2]}`, parameters);
      return answer && 'value' in answer ? answer.value : answer;
    },
    async close() {
      await call('Marionette:Quit', { flags: ['eForceQuit'] }).catch(() => {});
      end();
      await ended;
      await remove(folder);
    },
  });
}

/**
 * Firefox's protocol: JSON with its length before it, `[0, id, command, parameters]` and `[1, id, error, answer]`.
 *
 * @param {number} port
 */
async function marionette(port) {
  const socket = connect(port, '127.0.0.1');
  // It introduces itself unasked.
  await once(socket, 'data');
  /** @type {Map<number, { resolve: (answer: any) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  let heard = Buffer.alloc(0);
  let next = 0;
  socket.on('data', (data) => {
    heard = Buffer.concat([heard, data]);
    for (let colon = heard.indexOf(':'); colon > 0; colon = heard.indexOf(':')) {
      const end = colon + 1 + Number(heard.toString('latin1', 0, colon));
      if (heard.length < end) return;
      const [, id, error, answer] = JSON.parse(heard.toString('utf8', colon + 1, end));
      heard = heard.subarray(end);
      if (error) waiting.get(id)?.reject(new Error(error.message));
      else waiting.get(id)?.resolve(answer);
      waiting.delete(id);
    }
  });
  socket.on('close', () => waiting.forEach(({ reject }) => reject(new Error('Firefox has ended'))));
  return {
    /** @param {string} name @param {object} parameters @returns {Promise<any>} */
    call(name, parameters) {
      return new Promise((resolve, reject) => {
        next += 1;
        waiting.set(next, { resolve, reject });
        const text = JSON.stringify([0, next, name, parameters]);
        socket.write(`${Buffer.byteLength(text)}:${text}`);
      });
    },
    end: () => socket.destroy(),
  };
}

/** @returns {Promise<Visitor | null>}  `null` where there is no WebKitGTK, or no screen that is not seen */
export async function webkit() {
  const [program, screen] = [await inPath('WebKitWebDriver'), await inPath('Xvfb')];
  if (!program || !screen) return null;
  // Downloads go home.
  const folder = await mkdtemp(`${tmpdir()}/webkit-`);
  const display = spawn(screen, ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [number] = await once(createInterface({ input: display.stdout }), 'line');
  const port = await freePort();
  const child = spawn(program, [`--port=${port}`], {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: `:${number}`, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder, XDG_CACHE_HOME: folder },
  });
  for (const one of [child, display]) process.on('exit', () => one.kill());
  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [parameters]
   */
  const call = async (method, path, parameters) => {
    const body = method === 'POST' ? JSON.stringify(parameters) : undefined;
    const response = await fetch(`http://127.0.0.1:${port}/${path}`, { method, body });
    const { value } = await response.json();
    if (!response.ok) throw new Error(value.message || value.error);
    return value;
  };
  await until(() => call('GET', 'status').catch(() => null), 'WebKitWebDriver');
  const { sessionId, capabilities } = await call('POST', 'session', { capabilities: {} });
  return new Visitor({
    name: 'WebKitGTK',
    version: capabilities.browserVersion,
    downloads: folder,
    async send(name, { id = '', ...parameters } = {}) {
      const [method, path] = COMMANDS[name];
      return call(method, `session/${sessionId}/${path.replace('{id}', id)}`, parameters);
    },
    async close() {
      await call('DELETE', `session/${sessionId}`).catch(() => {});
      for (const one of [child, display]) {
        one.kill();
        await once(one, 'exit');
      }
      await remove(folder);
    },
  });
}

/**
 * Asks repeatedly until there is an answer.
 *
 * @template T
 * @param {() => Promise<T>} ask
 * @param {string} what  what is waited for
 */
async function until(ask, what) {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`in ${PATIENCE / 1000} s there was never ${what}`);
    await sleep(50);
  }
}

/** Removes a folder, into which a browser that ends may still be writing. @param {string} folder */
async function remove(folder) {
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}

/** @param {string} program */
async function inPath(program) {
  for (const folder of (process.env.PATH ?? '').split(':')) {
    const isThere = await access(`${folder}/${program}`).then(() => true, () => false);
    if (isThere) return `${folder}/${program}`;
  }
  return null;
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

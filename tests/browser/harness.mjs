// What every browser test needs: the page, served as by `cargo xtask serve`, and a Chromium with WebGPU.

import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

/** The repository's root. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The npm package as its users get it, weights and all: `cargo xtask test` puts it together. */
export function assembled() {
  const { SVNR_PACKAGE } = process.env;
  if (!SVNR_PACKAGE) throw new Error('SVNR_PACKAGE does not name the package: run the tests by `cargo xtask test --browser`');
  return SVNR_PACKAGE;
}

/** Where tests leave files for people to look at, such as screenshots. */
export const artifacts = fileURLToPath(new URL('../../target/browser-tests/', import.meta.url));

// Only the page may use the network.
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  // Pages of one context share a process, and in it the module that one of them has compiled.
  '--process-per-site',
];

// WebGPU in software: the same on every machine, with a GPU or without.
const WEBGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

// SwiftShader takes four fifths of its time for compiling what zeroes the memory that a group of threads shares.
const UNZEROED = '--enable-dawn-features=disable_workgroup_init';

/**
 * Starts a Chromium with an empty profile.
 *
 * @param {object} [options]
 * @param {boolean} [options.webgpu]  false for a browser that has no adapter to give
 * @param {boolean} [options.zeroed]  whether that memory is zero at first, as WebGPU promises; our kernels do without
 * @param {string[]} [options.arguments]  more of its arguments
 */
export async function launch({ webgpu = true, zeroed = false, arguments: more = [] } = {}) {
  const executablePath = process.env.CHROMIUM;
  if (!executablePath) throw new Error('CHROMIUM does not name a browser: run the tests by `cargo xtask test --browser`');
  await mkdir(artifacts, { recursive: true });
  const gpu = webgpu ? [...WEBGPU, ...(zeroed ? [] : [UNZEROED])] : [];
  return chromium.launch({ executablePath, args: [...QUIET, ...gpu, ...more] });
}

/**
 * Serves the page on a free port.
 *
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve() {
  const serve = ['serve', '--port', '0'];
  const server = process.env.SVNR_XTASK
    ? spawn(process.env.SVNR_XTASK, serve, { stdio: ['ignore', 'pipe', 'inherit'] })
    : spawn('cargo', ['xtask', ...serve], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  /** @type {string} */
  const url = await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`the server ended with code ${code} before it said its address`)));
    createInterface({ input: server.stdout }).once('line', resolve);
  });
  return {
    url,
    async close() {
      server.kill();
      await ended;
    },
  };
}

/**
 * Everything that goes wrong silently in a page and its workers: console errors, exceptions, failed requests.
 *
 * @param {import('playwright-core').Page} page
 * @returns {string[]}  grows as the page runs
 */
export function watchErrors(page) {
  /** @type {string[]} */
  const errors = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => errors.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => errors.push(`request: ${request.url()}: ${request.failure()?.errorText}`));
  return errors;
}

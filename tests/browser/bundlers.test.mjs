// The packed package in other people's builds: each of the examples, as a user would build it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import * as esbuild from 'esbuild';
import * as vite from 'vite';
import webpack from 'webpack';

import { assembled, launch, root, watchErrors } from './harness.mjs';
import { encodePng, noisyAndClean } from './pictures.mjs';

const run = promisify(execFile);
const png = encodePng(noisyAndClean(40, 32).noisy);

/** The strictest policy under which a page can compile wasm and read given files. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self' blob:",
  "img-src 'self' data:",
].join('; ');

/** @type {string} */
let directory;
/** @type {string} */
let tarball;
/** @type {Awaited<ReturnType<typeof launch>>} */
let browser;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'svnr-bundlers-'));
  const quiet = ['--ignore-scripts', '--json'];
  const { stdout } = await run('npm', ['pack', assembled(), '--pack-destination', directory, ...quiet]);
  tarball = join(directory, JSON.parse(stdout)[0].filename);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await rm(directory, { recursive: true });
});

/**
 * An example with the package installed.
 *
 * @param {string} example
 */
async function installed(example) {
  const place = await mkdtemp(join(directory, `${example}-`));
  await cp(join(root, 'examples', example), place, { recursive: true });
  // The tools are the tests' own.
  await rm(join(place, 'package.json'), { force: true });
  await writeFile(join(place, 'package.json'), '{ "private": true, "type": "module" }');
  const quiet = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...quiet, tarball], { cwd: place });
  return place;
}

/**
 * Serves files as they are.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} place
 * @param {Record<string, string>} [headers]
 */
async function serve(t, place, headers = {}) {
  const server = await vite.preview({
    configFile: false,
    root: place,
    build: { outDir: '.' },
    preview: { port: 0, headers },
    logLevel: 'error',
  });
  t.after(() => server.close());
  return server.resolvedUrls?.local[0] ?? '';
}

/**
 * Gives a photo to the example at an address and waits for its result.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} url
 */
async function use(t, url) {
  const page = await browser.newPage();
  t.after(() => page.close());
  page.setDefaultTimeout(120_000);
  const errors = watchErrors(page).filter((error) => !error.includes('favicon'));
  await page.goto(`${url}?backend=cpu`);
  await page.locator('input[type=file]').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: png });
  const output = page.locator('output');
  await output.filter({ hasText: /Done|:|could not/ }).waitFor();
  assert.match((await output.textContent()) ?? '', /^Done/);
  assert.deepEqual(errors, []);
}

test('a plain page with an import map', async (t) => {
  await use(t, await serve(t, await installed('plain')));
});

test('a plain page with a worker', async (t) => {
  await use(t, await serve(t, await installed('worker')));
});

test('Vite while developing', async (t) => {
  const place = await installed('vite');
  const server = await vite.createServer({ configFile: false, root: place, server: { port: 0 }, logLevel: 'error' });
  t.after(() => server.close());
  await server.listen();
  await use(t, server.resolvedUrls?.local[0] ?? '');
});

test('Vite built, under a strict policy', async (t) => {
  const place = await installed('vite');
  await vite.build({ configFile: false, root: place, logLevel: 'error' });
  await use(t, await serve(t, join(place, 'dist'), { 'content-security-policy': POLICY }));
});

/**
 * The page of an example whose script was bundled, without its import map.
 *
 * @param {string} place
 * @param {string} out
 */
async function copyPage(place, out) {
  const html = await readFile(join(place, 'index.html'), 'utf8');
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'index.html'), html.replace(/<script type="importmap">.*<\/script>/, ''));
}

for (const example of ['plain', 'worker']) {
  test(`webpack 5, the example ${example}, under a strict policy`, async (t) => {
    const place = await installed(example);
    const out = join(place, 'dist');
    const compiler = webpack({
      mode: 'production',
      context: place,
      entry: './main.js',
      output: { path: out, filename: 'main.js' },
      performance: false,
    });
    const stats = await promisify(compiler.run.bind(compiler))();
    assert(stats);
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
    assert.deepEqual([errors, warnings], [[], []]);
    await copyPage(place, out);
    await use(t, await serve(t, out, { 'content-security-policy': POLICY }));
  });

  test(`esbuild, the example ${example}, under a strict policy`, async (t) => {
    const place = await installed(example);
    const out = join(place, 'dist');
    const own = join(place, 'node_modules/svnr');
    // It does not follow `new URL`: what the package loads must be copied beside the bundle.
    const entryPoints = [join(place, 'main.js'), join(own, 'pool-thread.js')];
    if (example === 'worker') entryPoints.push(join(own, 'worker-thread.js'));
    const { warnings } = await esbuild.build({
      entryPoints,
      entryNames: '[name]',
      outdir: out,
      bundle: true,
      minify: true,
      format: 'esm',
      logLevel: 'silent',
    });
    assert.deepEqual(warnings, []);
    await copyPage(place, out);
    for (const file of ['wasm/svnr_wasm_bg.wasm', 'svnr.safetensors']) await cp(join(own, file), join(out, file));
    await use(t, await serve(t, out, { 'content-security-policy': POLICY }));
  });
}

test('TypeScript, strict', async () => {
  const place = await installed('vite');
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', import.meta.url));
  await run(process.execPath, [tsc, '--project', place]);
  // Errors are shown too.
  const wrong = "import { Denoiser } from 'svnr'; Denoiser.create({ backend: 'gpu' });";
  await writeFile(join(place, 'main.ts'), wrong);
  await assert.rejects(run(process.execPath, [tsc, '--project', place]), (error) => /TS2322/.test(String(/** @type {any} */ (error).stdout)));
});

test('TypeScript knows the element in JSX', async () => {
  const place = await installed('vite');
  for (const name of ['@types/react', 'csstype']) {
    await cp(fileURLToPath(new URL(`node_modules/${name}`, import.meta.url)), join(place, 'node_modules', name), { recursive: true });
  }
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', import.meta.url));
  const options = ['--strict', '--noEmit', '--jsx', 'react-jsx', '--module', 'esnext', '--moduleResolution', 'bundler'];
  const check = async (/** @type {string} */ code) => {
    await writeFile(join(place, 'element.tsx'), `import type {} from 'svnr/react';\nexport const element = ${code};`);
    return run(process.execPath, [tsc, '--ignoreConfig', ...options, 'element.tsx'], { cwd: place });
  };
  await check(`<svnr-denoiser src="a.jpg" steps={4} className="b" onsvnr-done={({ detail }) => detail.image.width} />`);
  for (const wrong of ['<svnr-denoiser src={1} />', '<svnr-denoiser onsvnr-done={({ detail }) => detail.picture} />']) {
    await assert.rejects(check(wrong), (error) => /TS\d+/.test(String(/** @type {any} */ (error).stdout)), wrong);
  }
});

test('rendering ahead in Node imports everything without a failure', async () => {
  const place = await installed('plain');
  const script = "await Promise.all(['svnr', 'svnr/worker', 'svnr/element', 'svnr/raw'].map((name) => import(name))); console.log('imported');";
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: place });
  assert.equal(stdout.trim(), 'imported');
});

test('the tarball holds the package and nothing else', async () => {
  const place = await installed('plain');
  const own = join(place, 'node_modules/svnr');
  const manifest = JSON.parse(await readFile(join(own, 'package.json'), 'utf8'));
  const entries = await readdir(own, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(own, join(entry.parentPath, entry.name)));
  const files = paths.map((path) => path.replaceAll(sep, '/')).sort();
  const { stdout } = await run('git', ['ls-files', 'pkg'], { cwd: root });
  const edited = stdout.trim().split('\n').map((path) => path.slice('pkg/'.length));
  const notPacked = ['prepare.mjs', 'wasm/inputs.sha256'];
  const copied = ['LICENSE-APACHE', 'LICENSE-MIT', 'svnr.safetensors', 'svnr-mosaic.safetensors'];
  assert.deepEqual(files, [...edited.filter((path) => !notPacked.includes(path)), ...copied].sort());
  for (const key of ['exports', 'types', 'sideEffects', 'license', 'engines']) assert(key in manifest, key);
  for (const entry of Object.values(manifest.exports)) {
    for (const file of typeof entry === 'string' ? [entry] : Object.values(entry)) {
      assert(files.includes(file.replace('./', '')), `exports names ${file}`);
    }
  }
});

import { SvnrError } from './errors.js';

/**
 * The response to a request for a URL; in Node, for files too.
 *
 * @param {URL | string} url
 * @param {string} what  what is loaded, for the message
 * @param {AbortSignal} [signal]
 * @returns {Promise<Response>}
 */
export async function request(url, what, signal) {
  const href = String(url);
  /** @type {Response} */
  let response;
  try {
    response = href.startsWith('file:') ? await readFile(href, signal) : await fetch(href, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw new SvnrError('load-failed', `${what} could not be loaded from ${href}: ${message(error)}`, { cause: error });
  }
  if (!response.ok) {
    throw new SvnrError('load-failed', `${what} could not be loaded from ${href}: the server answered ${response.status}`);
  }
  return response;
}

/**
 * The bytes at a URL.
 *
 * @param {URL | string} url
 * @param {string} what
 * @param {AbortSignal} [signal]
 * @param {(fraction: number | undefined) => void} [onFraction]  called as bytes come; `undefined` when nobody knows how
 *   many
 * @returns {Promise<Uint8Array>}
 */
export async function load(url, what, signal, onFraction) {
  const response = await request(url, what, signal);
  // The length of a compressed response is not that of its contents.
  const total = response.headers.has('content-encoding') ? 0 : Number(response.headers.get('content-length'));
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  try {
    const reader = response.body?.getReader();
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      chunks.push(read.value);
      length += read.value.length;
      onFraction?.(total > 0 ? Math.min(1, length / total) : undefined);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new SvnrError('load-failed', `${what} stopped loading from ${url}: ${message(error)}`, { cause: error });
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * Node's fetch does not take file URLs.
 *
 * @param {string} href
 * @param {AbortSignal} [signal]
 */
async function readFile(href, signal) {
  // In a variable and with comments, so that bundlers for browsers do not look for it.
  const fs = 'node:fs/promises';
  const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ fs);
  // Only a response of wasm's own type is compiled while it loads.
  const headers = { 'content-type': href.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream' };
  return new Response(await readFile(new URL(href), { signal }), { headers });
}

/**
 * A part of the package that is loaded when it is first needed.
 *
 * @template T
 * @param {() => Promise<T>} importing  imports it, by a name that bundlers see
 * @param {string} what  what is loaded, for the message
 * @returns {Promise<T>}
 */
export async function part(importing, what) {
  try {
    return await importing();
  } catch (error) {
    throw new SvnrError('load-failed', `${what} could not be loaded: ${message(error)}`, { cause: error });
  }
}

/**
 * What an error says.
 *
 * @param {unknown} error
 */
export function message(error) {
  return error instanceof Error ? error.message : String(error);
}

import { deviceName, deviceNotice, movedText, startText } from '../shared/words.js';
import { element } from './element.js';
import { announce, tell } from './messages.js';
import { Speed } from './speed.js';

/** @typedef {import('../shared/protocol.js').Device} Started */

/**
 * What the denoiser runs on: how far its start is, what it is called, how fast it is, and which other one is offered.
 * It listens before anyone else, so that they find it as it is after each of the client's events.
 */
export class Device {
  #client;
  #words = element('device', HTMLElement);

  /** Whether a run can begin at once. */
  isReady = false;
  /** Whether the denoiser could not be started. */
  isUnusable = false;
  /** Whether previews come soon enough: not from an imitation of a GPU. */
  isQuick = false;
  /** How far the start is, shown while a photo waits for it. */
  starting = { text: 'Loading…', fraction: /** @type {number | undefined} */ (0) };
  /** How fast it is, once there is one.
   * @type {Speed | undefined} */
  speed;

  /** @param {import('./client.js').Client} client */
  constructor(client) {
    this.#client = client;
    client.on('starting', ({ phase, fraction }) => {
      const text = startText({ phase, fraction });
      this.starting = { text, fraction };
      this.#words.textContent = text;
    });
    client.on('started', ({ device }) => {
      this.#runsOn(device);
      const notice = deviceNotice(device);
      // Without one, the notice about recovering is still valid.
      const offer = { action: 'use-cpu', text: 'Use the CPU instead' };
      if (notice) tell('notice', notice, device.backend === 'webgpu' ? offer : undefined);
    });
    client.on('moved', ({ device }) => {
      this.#runsOn(device);
      const offer = device.backend === 'cpu' ? { action: 'use-gpu', text: 'Try the GPU again' } : undefined;
      tell('notice', movedText(device), offer);
    });
    client.on('unusable', () => {
      this.isReady = false;
      this.isUnusable = true;
      this.#words.textContent = 'Not available';
    });
    client.addEventListener('crashed', () => {
      this.isReady = false;
    });
    client.addEventListener('recovering', () => {
      this.isReady = false;
      tell('notice', movedText({ backend: 'cpu' }));
    });
  }

  /** Prepares the denoiser. @param {'auto' | 'cpu'} backend */
  start(backend) {
    this.isReady = false;
    this.isUnusable = false;
    this.isQuick = false;
    this.starting = { text: 'Loading…', fraction: 0 };
    this.#words.textContent = 'Loading…';
    this.#client.start(backend);
  }

  /** @param {Started} device */
  #runsOn(device) {
    const name = deviceName(device);
    const { backend, workers, adapter } = device;
    const isImitation = adapter?.isFallback ?? false;
    this.isReady = true;
    this.isQuick = !isImitation;
    this.#words.textContent = name;
    announce(name);
    document.body.dataset.backend = backend;
    this.speed = new Speed({ backend, workers, name, isImitation }, storage());
  }
}

/** What is kept between visits; a browser may refuse to keep anything. */
function storage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

import { asZip, askForFolder, canWriteFolders, intoFolder } from './save-all.js';
import { resultName } from '../shared/words.js';

/** @typedef {import('../elements/queue.js').Entry} Entry */

/** What can be done with all photos of a queue at once: its buttons, and saving what was made of them. */
export class Batch {
  #box;
  #queue;
  #save;
  #client;
  #keep;
  #isRunning = false;

  /**
   * @param {object} parts
   * @param {HTMLElement} parts.box  its buttons' `data-action` are `denoise-all`, `save-zip` and `save-folder`
   * @param {import('../elements/queue.js').Queue} parts.queue
   * @param {import('../elements/save.js').Save} parts.save  says the format
   * @param {import('./client.js').Client} parts.client
   * @param {(entry: Entry) => Promise<void>} parts.keep  sees to it that an entry that is open has its result
   */
  constructor({ box, queue, save, client, keep }) {
    this.#box = box;
    this.#queue = queue;
    this.#save = save;
    this.#client = client;
    this.#keep = keep;
  }

  /** Whether one photo after the other is being denoised. */
  get isRunning() {
    return this.#isRunning;
  }

  set isRunning(value) {
    this.#isRunning = value;
    this.#queue.isLocked = value;
  }

  /** Shows those buttons that can do something. @param {boolean} isBusy  nothing can be done now */
  show(isBusy) {
    const { entries } = this.#queue;
    const isLeft = entries.some(({ state }) => state !== 'done' && state !== 'failed');
    const isSome = entries.some(({ state }) => state === 'done');
    this.#box.hidden = entries.length < 2 || isBusy;
    const can = { 'denoise-all': isLeft, 'save-zip': isSome, 'save-folder': isSome && canWriteFolders };
    for (const [action, isPossible] of Object.entries(can)) {
      this.#box.querySelector(`[data-action=${action}]`)?.toggleAttribute('hidden', !isPossible);
    }
  }

  /** Saves all denoised photos as one archive. */
  async saveAsZip() {
    await this.#saveAll(asZip);
  }

  /** Saves them into a folder that the visitor chooses. */
  async saveToFolder() {
    const folder = await askForFolder();
    if (folder) await this.#saveAll((files) => intoFolder(folder, files));
  }

  /** @param {(files: import('./save-all.js').Named[]) => Promise<void>} write */
  async #saveAll(write) {
    const { format, quality } = this.#save;
    const { current, entries } = this.#queue;
    const done = entries.filter(({ state }) => state === 'done');
    let words = '';
    this.#box.inert = true;
    try {
      if (current?.state === 'done') await this.#keep(current);
      const files = [];
      for (const { name, result } of done) {
        this.#say(`Writing ${files.length + 1} of ${done.length}…`);
        if (!result) continue;
        const blob = await this.#client.convert(result, name, format, quality);
        files.push({ name: resultName(name, format), blob });
      }
      await write(files);
      words = `${files.length} photos are saved.`;
    } finally {
      this.#say(words);
      this.#box.inert = false;
    }
  }

  /** @param {string} text */
  #say(text) {
    const words = this.#box.querySelector('[role=status]');
    if (words) words.textContent = text;
  }
}

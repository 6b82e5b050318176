import { waiting } from './photos.js';
import { asZip, askForFolder, canWriteFolders, intoFolder } from './save-all.js';
import { resultName } from '../shared/words.js';

/** @typedef {import('./photos.js').Photos} Photos */
/** A result in a file that loses nothing: of a RAW photo a DNG, and how that is developed.
 * @typedef {import('../shared/protocol.js').Development} Development
 * @typedef {{ name: string, file: Blob, isRaw: boolean, development: Development }} Kept */

/** What can be done with all photos at once: the buttons, and saving all results. */
export class Batch {
  #box;
  #save;
  #client;
  #results;

  /**
   * @param {object} parts
   * @param {HTMLElement} parts.box  its buttons' `data-action` are `denoise-all`, `save-zip` and `save-folder`
   * @param {import('../elements/save.js').Save} parts.save  says the format
   * @param {import('./client.js').Client} parts.client
   * @param {() => Promise<Kept[]>} parts.results
   */
  constructor({ box, save, client, results }) {
    this.#box = box;
    this.#save = save;
    this.#client = client;
    this.#results = results;
  }

  /**
   * Shows the buttons that can do something. None can during a run, but their place stays, so that nothing jumps.
   *
   * @param {Photos} state
   */
  show(state) {
    const { photos, activity, batch } = state;
    const isLeft = waiting(state).length > 0;
    const isSome = photos.some(({ result }) => result);
    this.#box.hidden = photos.length < 2;
    const isBusy = activity.is !== 'rest' || batch !== null;
    this.#box.classList.toggle('busy', isBusy);
    const all = this.#box.querySelector('[data-action=denoise-all]');
    if (all && !isBusy) all.textContent = isLeft ? 'Denoise all' : 'Denoise all again';
    const can = { 'denoise-all': isLeft || isSome, 'save-zip': isSome, 'save-folder': isSome && canWriteFolders };
    for (const [action, isPossible] of Object.entries(can)) {
      if (!isBusy) this.#box.querySelector(`[data-action=${action}]`)?.toggleAttribute('hidden', !isPossible);
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

  /** What became of all of them, or of what is being done with them. @param {string} text */
  say(text) {
    const words = this.#box.querySelector('[role=status]');
    if (words) words.textContent = text;
  }

  /** @param {(files: import('./save-all.js').Named[]) => Promise<void>} write */
  async #saveAll(write) {
    const { quality } = this.#save;
    let words = '';
    this.#box.inert = true;
    try {
      const results = await this.#results();
      const files = [];
      for (const kept of results) {
        this.say(`Writing ${files.length + 1} of ${results.length}…`);
        const format = this.#save.formatOf(kept.isRaw);
        const blob = await this.#client.convert(kept, format, quality);
        files.push({ name: resultName(kept.name, format), blob });
      }
      await write(files);
      words = files.length === 1 ? '1 photo is saved.' : `${files.length} photos are saved.`;
    } finally {
      this.say(words);
      this.#box.inert = false;
    }
  }
}

/**
 * `<svnr-denoiser>`: a photo that is denoised in place, with a divider to compare before and after.
 *
 * ```html
 * <script type="module">import 'svnr/element';</script>
 * <svnr-denoiser src="noisy.jpg" steps="4"></svnr-denoiser>
 * ```
 *
 * | attribute | meaning |
 * |---|---|
 * | `src` | the photo's address; on another site it needs CORS |
 * | `steps`, `eta`, `samples`, `seed`, `strength` | as in `DenoiseOptions` |
 * | `backend` | `auto`, `webgpu` or `cpu` |
 * | `alt` | what the photo shows, for people who cannot see it |
 *
 * Changing one of them starts over. The attribute `ready` appears with the photo. Unless the page's styles say
 * otherwise, the element is as large as the photo, and no wider than there is room.
 *
 * Parts to style: `compare`, `label` (`before`, `after`), `line`, `grip`, `status`, `text`, `progress`.
 *
 * All elements of a page share one worker and take turns. Importing this module defines the element; in Node it does
 * nothing.
 *
 * @module
 */

import type { DenoiseProgress, DenoiseResult, SvnrError } from './index.js';

/** Events of {@link SvnrDenoiserElement}. They bubble, and cross shadow boundaries. */
export interface SvnrDenoiserEventMap {
  /** There is progress. */
  'svnr-progress': CustomEvent<DenoiseProgress>;
  /** The photo is denoised; {@link SvnrDenoiserElement.result} holds the result too. */
  'svnr-done': CustomEvent<DenoiseResult<ImageData>>;
  /** It failed; the element shows the message. */
  'svnr-error': CustomEvent<SvnrError>;
}

/** The element `<svnr-denoiser>`. */
export class SvnrDenoiserElement extends HTMLElement {
  /** The attribute `src`. */
  src: string;
  /** Where the divider is: how much of the noisy photo shows, from the left, in percent. */
  compare: number;
  /** The result; `null` until it is done. */
  readonly result: DenoiseResult<ImageData> | null;

  addEventListener<K extends keyof SvnrDenoiserEventMap>(
    type: K,
    listener: (this: SvnrDenoiserElement, event: SvnrDenoiserEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** The attributes of `<svnr-denoiser>`, for frameworks that check templates; `svnr/react` declares them to React. */
export interface SvnrDenoiserAttributes {
  src?: string | undefined;
  alt?: string | undefined;
  steps?: number | string | undefined;
  eta?: number | string | undefined;
  samples?: number | string | undefined;
  seed?: number | string | undefined;
  strength?: number | string | undefined;
  backend?: 'auto' | 'webgpu' | 'cpu' | undefined;
}

declare global {
  interface HTMLElementTagNameMap {
    'svnr-denoiser': SvnrDenoiserElement;
  }
}

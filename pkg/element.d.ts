/**
 * `<svnr-denoiser>`: a picture, denoised in place, with a divider to compare.
 *
 * ```html
 * <script type="module">import 'svnr/element';</script>
 * <svnr-denoiser src="noisy.jpg" steps="4"></svnr-denoiser>
 * ```
 *
 * | attribute | meaning |
 * |---|---|
 * | `src` | the picture; another site's needs CORS |
 * | `steps`, `samples`, `seed`, `strength` | as the options of `denoise` |
 * | `backend` | `auto`, `webgpu` or `cpu` |
 * | `alt` | what the picture shows, for those who do not see it |
 *
 * Setting any of them begins anew. `ready` is there once the picture shows. Where the page's styles say nothing else, the
 * element is as large as the picture, and no wider than there is room.
 *
 * Parts to style: `compare`, `label` (`before`, `after`), `line`, `grip`, `status`, `text`, `progress`.
 *
 * All elements of a page share one worker and take turns. Importing this module defines the element; in Node it does nothing.
 *
 * @module
 */

import type { DenoiseProgress, DenoiseResult, SvnrError } from './index.js';

/** Events of {@link SvnrDenoiserElement}; they bubble, out of shadow trees, too. */
export interface SvnrDenoiserEventMap {
  /** Work goes on. */
  'svnr-progress': CustomEvent<DenoiseProgress>;
  /** The picture is done; it is {@link SvnrDenoiserElement.result}, too. */
  'svnr-done': CustomEvent<DenoiseResult<ImageData>>;
  /** It failed; the element shows the message. */
  'svnr-error': CustomEvent<SvnrError>;
}

/** The element `<svnr-denoiser>`. */
export class SvnrDenoiserElement extends HTMLElement {
  /** The attribute `src`. */
  src: string;
  /** Where the divider is: how much of the noisy picture shows, from the left, in percent. */
  compare: number;
  /** What came out; `null` until it is done. */
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

/** The attributes of `<svnr-denoiser>`, for frameworks that check their templates; `svnr/react` declares them to React. */
export interface SvnrDenoiserAttributes {
  src?: string | undefined;
  alt?: string | undefined;
  steps?: number | string | undefined;
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

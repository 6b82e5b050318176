/**
 * `<svnr-denoiser>` for React 19 and TypeScript: its attributes and events in JSX.
 *
 * ```tsx
 * import 'svnr/element';
 * import type {} from 'svnr/react';
 *
 * const picture = <svnr-denoiser src="noisy.jpg" steps={4} onsvnr-done={({ detail }) => console.log(detail.noise)} />;
 * ```
 *
 * @module
 */

import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { SvnrDenoiserAttributes, SvnrDenoiserElement, SvnrDenoiserEventMap } from './element.js';

/** React listens to the event `x` by the property `onx`. */
type Listeners = {
  [Name in keyof SvnrDenoiserEventMap as `on${Name}`]?: ((event: SvnrDenoiserEventMap[Name]) => void) | undefined;
};

type Properties = DetailedHTMLProps<HTMLAttributes<SvnrDenoiserElement>, SvnrDenoiserElement> &
  SvnrDenoiserAttributes &
  Listeners;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'svnr-denoiser': Properties;
    }
  }
}

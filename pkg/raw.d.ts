/**
 * RAW files of cameras: what is in them, developed, and as DNGs.
 *
 * ```js
 * import { Denoiser } from 'svnr';
 *
 * const denoiser = await Denoiser.create();
 * const { dng, image } = await denoiser.denoiseRaw(file); // needs nothing of this module
 * ```
 *
 * This module opens a RAW file without denoising it. Its wasm module is loaded with the first file.
 *
 * @module
 */

import type {
  CreateProgress,
  CurvedNoise,
  DenoiseProgress,
  InitOptions,
  Metadata,
  NoiseCurve,
  NoiseModel,
  NoisePoint,
  PlainImage,
  StrengthMap,
} from './index.js';

/**
 * Loads and compiles the wasm module for RAW files. {@link openRaw} does this itself.
 *
 * @throws {SvnrError} `load-failed`
 */
export default function init(options?: InitOptions): Promise<void>;

/** A camera, as far as its file tells. */
export interface RawCamera {
  /** Maker and model, as people say them. */
  name: string;
  make: string;
  model: string;
  /** The sensitivity. */
  iso: number | undefined;
}

/** The noise of a mosaic's planes: red, green in red's rows, green in blue's rows, blue. */
export interface PlanesNoise {
  planes: NoiseModel[];
}

/**
 * The noise that a RAW file has. Light is the sensor's: black at 0, white at 1. A mosaic's is not balanced; that of a
 * linear DNG is, and is as bright as in the developed picture.
 */
export interface RawNoise extends NoiseModel {
  /** Of a mosaic: its planes' noise. */
  planes?: NoiseModel[];
  /** Of a linear DNG: its noise as a curve, where `read` and `shot` do not say it. */
  curve?: NoiseCurve;
  /**
   * Where it is known from. `profile`: the file's NoiseProfile. `measured`: its light. `not-profile`: its light, which
   * shows that its NoiseProfile is wrong.
   */
  source: 'profile' | 'measured' | 'not-profile';
  /** What the file says, if that is wrong. */
  told?: NoiseModel;
  /** What was measured. */
  points: NoisePoint[];
  /** Why this is only a guess, for people, if it is one. */
  doubt?: string;
}

/** The noise that a run removes. */
export type RawRunNoise = RawNoise | NoiseModel | PlanesNoise | CurvedNoise;

/** How a RAW file is developed, in EV. All are 0 by default. */
export interface Development {
  /** Brighter by this, from -5 to 5. */
  exposure?: number;
  /** Warmer by this: how much red gains on blue, from -3 to 3. */
  warmth?: number;
  /** More magenta by this: how much red and blue gain on green, from -3 to 3. */
  tint?: number;
}

/** Options of a run on a RAW file; see `DenoiseOptions` for those that are the same. */
export interface RawRunOptions extends Development {
  /** The noise to remove: `auto` (default) takes {@link RawPhoto.noise}. */
  noise?: 'auto' | RawRunNoise;
  /** As for a photo. */
  steps?: number | 'unit';
  /** As for a photo. */
  seed?: number;
  /** As for a photo. */
  eta?: number;
  /** As for a photo. Where nothing is drawn at random (one step, or an `eta` of 0), a mosaic has 2 samples at most. */
  samples?: number;
  /** As for a photo. A map lies over the picture and may have any size: it is stretched. */
  strength?: number | StrengthMap;
  /** As for a photo. */
  luminance?: number;
  /** As for a photo. */
  chrominance?: number;
  /** As for a photo, in pixels of the planes; a mosaic's have half of the picture's on each side. */
  tile?: 'auto' | number;
  /** Rejects with an AbortError after the current tile. */
  signal?: AbortSignal;
  /** Called as things go on: first while what RAW files need is loaded. */
  onProgress?: (progress: CreateProgress | DenoiseProgress) => void;
}

/** Options of `Denoiser.denoiseRaw`. */
export interface RawOptions extends RawRunOptions {
  /** What to make: `both` (default), `dng`, or `image`, the developed picture. */
  output?: 'both' | 'dng' | 'image';
  /** The file's name, for errors. */
  name?: string;
}

/** Result of `Denoiser.denoiseRaw`. */
export interface RawFiles {
  /** The file without its noise, as a DNG; undefined if only the image was wanted. */
  dng: Blob | undefined;
  /** The clean picture, developed and upright: RGBA of 16 bits in sRGB. Undefined if only the DNG was wanted. */
  image: PlainImage | ImageData | undefined;
  /** What belongs to the image: pass it to `encodeFile`. */
  metadata: Metadata;
  /** The noise that was removed, before `strength`. */
  noise: RawRunNoise;
  /** The camera. */
  camera: RawCamera;
  /** What is to be known about the file, in sentences for people; empty if nothing is. */
  notes: string[];
  /** Only with several samples: how much they differ at each pixel of the image, as for a photo. */
  uncertainty?: Float32Array;
}

/** Options of a development. */
export interface DevelopOptions extends Development {
  /** Bits of a value: 16 by default, a `PlainImage`; 8 gives an `ImageData` where there is one. */
  depth?: 8 | 16;
  /** A part of the picture. */
  region?: { x: number; y: number; width: number; height: number };
  /** The whole picture in this size, at most half of its own, in 8 bits: quick, for the screen. */
  glance?: { width: number; height: number };
}

/** A RAW file that was read. Its memory is wasm's: free it. */
export class RawPhoto {
  private constructor();
  /** Pixels of the picture across, upright and cropped as the camera wants it. */
  readonly width: number;
  /** Pixels down. */
  readonly height: number;
  /** The kind of file: `DNG`, `CR3`, ... */
  readonly format: string;
  /**
   * What is denoised. `mosaic`: one colour at each photosite. `linear`: all three, because the camera or a program has
   * interpolated them, or, if the file holds an X-Trans mosaic, `openRaw`; it is denoised by the network for photos.
   */
  readonly kind: 'mosaic' | 'linear';
  readonly camera: RawCamera;
  /** What is to be known about it, in sentences for people; empty if nothing is. */
  readonly notes: string[];
  /** Its noise. Measured when it is first asked for, which takes a second or two. */
  readonly noise: RawNoise;
  /** What belongs to the developed picture. */
  readonly metadata: Metadata;
  /**
   * The picture as it is, noise and all.
   *
   * @throws {SvnrError} `bad-option`, `freed`
   */
  develop(options?: DevelopOptions): Promise<PlainImage | ImageData>;
  /**
   * The result that a DNG holds which was made of this file.
   *
   * @throws {SvnrError} `unsupported-format`, `unsupported-image`, `bad-option`
   */
  resultOf(dng: Uint8Array): RawResult;
  /** Gives its memory back. */
  free(): void;
}

/** What a run made of a {@link RawPhoto}, which must not be freed before it. */
export class RawResult {
  private constructor();
  readonly photo: RawPhoto;
  /** The noise that was removed, before `strength`. */
  readonly noise: RawRunNoise;
  /** Whether there were several samples. */
  readonly isUncertain: boolean;
  /**
   * The clean picture.
   *
   * @throws {SvnrError} `bad-option`, also for what lies outside the region that was denoised; `freed`
   */
  develop(options?: DevelopOptions): Promise<PlainImage | ImageData>;
  /** The file without its noise. */
  toDng(): Promise<Blob>;
  /** How much samples differ at each pixel of the picture, or of it in another size; undefined of a single one. */
  uncertainty(size?: { width: number; height: number }): Float32Array | undefined;
  /** Gives its memory back. */
  free(): void;
}

/** The JPEG that a RAW file holds for a quick look. */
export interface EmbeddedPreview {
  jpeg: Blob;
  /** How it is to be turned: EXIF's Orientation, 1 to 8. */
  orientation: number;
}

/** Options of {@link openRaw}. */
export interface OpenRawOptions {
  /** The file's name, for errors. */
  name?: string;
  /**
   * Called before the sensor's data are read, with the embedded preview and the size that the picture will have; with
   * `null` for what the file does not hold. They are read once what it returns has settled.
   */
  onPreview?: (preview: EmbeddedPreview | null, size: { width: number; height: number } | null) => void | Promise<void>;
  /** Rejects with an AbortError while the wasm module is loaded. */
  signal?: AbortSignal;
}

/**
 * Opens a RAW file.
 *
 * @throws {SvnrError} `unsupported-format`: no RAW file, or one that svnr does not read; `unsupported-image`: damaged;
 *   `too-large`; `load-failed`
 */
export function openRaw(file: Blob | ArrayBuffer | Uint8Array, options?: OpenRawOptions): Promise<RawPhoto>;

/**
 * Whether a file is a camera's RAW file, by its contents. Many are TIFFs, whose thumbnail other decoders take for the
 * photo.
 *
 * @throws {SvnrError} `load-failed`
 */
export function isRaw(file: Blob | ArrayBuffer | Uint8Array): Promise<boolean>;

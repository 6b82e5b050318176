//! Clean patches out of scenes: scale, place, orientation, white level.

use image::imageops::FilterType;
use image::{ImageBuffer, Rgb};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::color::srgb8_table;
use crate::image::{CHANNELS, LinearImage};
use crate::training::config::Config;
use crate::training::scenes::{Scene, Scenes};

/// Scenes with at least this many pixels are always scaled down, which removes traces of their compression.
const LARGE: usize = 300_000;

/// A scene, and whether it was generated.
pub fn any_scene<'a>(scenes: &'a Scenes, config: &Config, rng: &mut ChaCha8Rng) -> (&'a Scene, bool) {
    let generated = scenes.from_folders.is_empty() || rng.random_bool(config.generated);
    let scene = if generated {
        scenes.generated.get(rng.random_range(0..scenes.generated.len()))
    } else {
        &scenes.from_folders[rng.random_range(0..scenes.from_folders.len())]
    };
    (scene, generated)
}

/// A random patch of a scene: scale, place, orientation, white level.
pub fn clean_patch(scene: &Scene, generated: bool, config: &Config, side: usize, rng: &mut ChaCha8Rng) -> LinearImage {
    let scale = scale_for(scene, generated, side, rng);
    let patch = crop(scene, side, scale, rng);
    let white = white_level(config, rng);
    let orientation = rng.random_range(0..8u8);
    oriented(&patch, side, orientation, white)
}

/// The white level of a patch: one in some is darkened.
pub fn white_level(config: &Config, rng: &mut ChaCha8Rng) -> f32 {
    if rng.random_bool(config.share_darkened) { 0.1f32.powf(rng.random()) } else { 1.0 }
}

/// A square patch of interleaved linear RGB as an image, rotated or mirrored in one of eight ways and multiplied by
/// `white`.
pub fn oriented(patch: &[f32], side: usize, orientation: u8, white: f32) -> LinearImage {
    LinearImage::from_fn(side, side, |channel, row, column| {
        let (mut r, mut c) = (row, column);
        if orientation & 1 != 0 {
            r = side - 1 - r;
        }
        if orientation & 2 != 0 {
            c = side - 1 - c;
        }
        if orientation & 4 != 0 {
            (r, c) = (c, r);
        }
        white * patch[(r * side + c) * CHANNELS + channel]
    })
    .expect("8-bit scenes have finite values")
}

/// The factor by which a scene is scaled, at most 1.
fn scale_for(scene: &Scene, generated: bool, side: usize, rng: &mut ChaCha8Rng) -> f64 {
    let (low, high) = if generated {
        (1.0, 1.0)
    } else if scene.width * scene.height >= LARGE {
        (0.4, 0.9)
    } else if rng.random_bool(0.5) {
        (1.0, 1.0)
    } else {
        (0.7, 1.0)
    };
    let fits = side as f64 / scene.width.min(scene.height) as f64;
    (low + (high - low) * rng.random::<f64>()).max(fits)
}

/// A square of `side` pixels from the scene scaled by `scale`, as interleaved linear RGB.
pub fn crop(scene: &Scene, side: usize, scale: f64, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let source = ((side as f64 / scale).round() as usize).clamp(side, scene.width.min(scene.height));
    let left = rng.random_range(0..=scene.width - source);
    let top = rng.random_range(0..=scene.height - source);
    let linear = cut(scene, left, top, source);
    if source == side {
        return linear;
    }
    // In linear light, as a sensor with fewer pixels would have recorded it.
    let buffer: ImageBuffer<Rgb<f32>, _> =
        ImageBuffer::from_raw(source as u32, source as u32, linear).expect("the buffer has the crop's size");
    let mut scaled = image::imageops::resize(&buffer, side as u32, side as u32, FilterType::CatmullRom).into_raw();
    scaled.iter_mut().for_each(|v| *v = v.clamp(0.0, 1.0));
    scaled
}

/// A square of a scene, as interleaved linear RGB.
fn cut(scene: &Scene, left: usize, top: usize, side: usize) -> Vec<f32> {
    let table = srgb8_table();
    let rows = (top..top + side).map(|row| (row * scene.width + left) * CHANNELS);
    rows.flat_map(|at| &scene.bytes[at..at + side * CHANNELS]).map(|&b| table[b as usize]).collect()
}

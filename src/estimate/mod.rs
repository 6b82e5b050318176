//! How noisy is this image? A camera's noise from one image, without knowing the clean one.
//!
//! Small patches that look flat give points (brightness, variance), and the model `variance = sigma_read^2 + shot x` is
//! the line through them. Three things keep the image's own texture out of the variance:
//! - it is measured where natural images have the least power, by second differences in both directions (Immerkaer,
//!   *Fast noise variance estimation*, 1996), which see no gradient and no horizontal or vertical edge;
//! - only the flattest patches of each brightness count, and flatness is judged by *coarser* structure, which for white
//!   noise is nearly independent of those differences, so that the choice favours no level of noise;
//! - of those patches' variances a low quantile is taken, which the remaining texture hardly moves, and is scaled by
//!   what that quantile is for pure noise.
//!
//! Noise that a file has cut off at black or white is put back by [`clipping`].

pub mod clipping;
mod line;

use crate::image::{CHANNELS, LinearImage};
use crate::method::noise::NoiseModel;

/// Side of a patch in pixels.
const SIDE: usize = 8;
/// The most patches that are looked at, over all channels; more say little more.
const MOST_PATCHES: usize = 60_000;
/// Patches that make a point of the curve.
const PATCHES_PER_POINT: usize = 300;
/// The most points.
const MOST_POINTS: usize = 24;
/// Share of a point's patches that count as flat.
const FLATTEST: f32 = 0.1;
/// The quantile of the flat patches' variances that is taken.
const QUANTILE: f32 = 0.3;
/// That quantile for pure noise of variance 1, by simulation.
const QUANTILE_OF_NOISE: f32 = 0.73;
/// Patches of which more is clipped say nothing.
const MOST_CLIPPED: f32 = 0.9;

/// A point of the measured curve.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Point {
    /// Brightness in linear light.
    pub mean: f32,
    /// Std of the noise there.
    pub std: f32,
}

/// The noise of an image.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Estimate {
    /// The model that fits best.
    pub noise: NoiseModel,
    /// What it was fitted to, by increasing brightness; empty when the image is too small or clipped all over.
    pub points: Vec<Point>,
}

/// Estimates the noise of an image in linear light. It always gives an answer: an image of less than 4 pixels across or
/// down, or of nothing but black and white, counts as clean.
///
/// On photos with simulated noise of the gains from 1 to 20 the std at mid-grey comes out within a few per cent, with
/// most of the error on the high side, at low gains and in images without any flat place.
pub fn estimate_noise(image: &LinearImage) -> Estimate {
    let mut patches = patches(image);
    patches.sort_by(|a, b| a.mean.total_cmp(&b.mean));
    let groups = (patches.len() / PATCHES_PER_POINT).clamp(1, MOST_POINTS);
    let mut points = Vec::with_capacity(groups);
    for group in 0..groups {
        let (from, to) = (group * patches.len() / groups, (group + 1) * patches.len() / groups);
        points.extend(point(&mut patches[from..to]));
    }
    // Undoing the clipping can change the order.
    points.sort_by(|a, b| a.mean.total_cmp(&b.mean));
    Estimate { noise: line::fit(&points), points }
}

/// What is measured on a patch of one channel.
#[derive(Debug, Clone, Copy)]
struct Patch {
    mean: f32,
    /// Structure at the scale of two pixels and more, over all channels.
    coarse: f32,
    /// Variance by second differences.
    fine: f32,
    /// Shares of samples at black and at white.
    clipped: [f32; 2],
}

/// Patches on a regular grid over the image, those that are clipped nearly everywhere left out.
fn patches(image: &LinearImage) -> Vec<Patch> {
    let (width, height) = (image.width(), image.height());
    // Even, because the coarse structure is that of 2 x 2 blocks.
    let side = SIDE.min(width).min(height) / 2 * 2;
    if side < 4 {
        return Vec::new();
    }
    let places = |stride: usize| ((width - side) / stride + 1) * ((height - side) / stride + 1) * CHANNELS;
    let stride = (SIDE / 2..).find(|&s| places(s) <= MOST_PATCHES).unwrap_or(SIDE);
    let mut patches = Vec::with_capacity(places(stride));
    for row in (0..=height - side).step_by(stride) {
        for column in (0..=width - side).step_by(stride) {
            let measured: [Patch; CHANNELS] =
                std::array::from_fn(|c| measure(&image.plane(c)[row * width + column..], width, side));
            let coarse = measured.iter().map(|patch| patch.coarse).sum();
            let usable = measured.into_iter().filter(|patch| patch.clipped.iter().all(|share| *share < MOST_CLIPPED));
            patches.extend(usable.map(|patch| Patch { coarse, ..patch }));
        }
    }
    patches
}

/// Measures the patch at the beginning of `samples`.
fn measure(samples: &[f32], width: usize, side: usize) -> Patch {
    let at = |r: usize, c: usize| samples[r * width + c];
    let (mut sum, mut squares, mut clipped) = (0.0, 0.0, [0.0; 2]);
    for r in (0..side).step_by(2) {
        for c in (0..side).step_by(2) {
            let four = [at(r, c), at(r, c + 1), at(r + 1, c), at(r + 1, c + 1)];
            for (count, end) in clipped.iter_mut().zip([0.0, 1.0]) {
                *count += four.iter().filter(|v| clipping::is_at(**v, end)).count() as f32;
            }
            let block = four.iter().sum::<f32>() / 4.0;
            sum += block;
            squares += block * block;
        }
    }
    let blocks = (side * side / 4) as f32;
    let mean = sum / blocks;
    let mut fine = 0.0;
    for r in 1..side - 1 {
        for c in 1..side - 1 {
            let second = |r: usize| at(r, c - 1) - 2.0 * at(r, c) + at(r, c + 1);
            let difference = second(r - 1) - 2.0 * second(r) + second(r + 1);
            // The squares of the weights 1 2 1, 2 4 2, 1 2 1 add up to 36.
            fine += difference * difference / 36.0;
        }
    }
    Patch {
        mean,
        coarse: squares / blocks - mean * mean,
        fine: fine / ((side - 2) * (side - 2)) as f32,
        clipped: clipped.map(|count| count / (side * side) as f32),
    }
}

/// The curve's point that patches of like brightness give.
fn point(patches: &mut [Patch]) -> Option<Point> {
    if patches.is_empty() {
        return None;
    }
    let keep = ((patches.len() as f32 * FLATTEST) as usize).max(1);
    patches.sort_by(|a, b| a.coarse.total_cmp(&b.coarse));
    let flat = &mut patches[..keep];
    let average = |f: &dyn Fn(&Patch) -> f32| flat.iter().map(f).sum::<f32>() / keep as f32;
    let (mean, black, white) = (average(&|p| p.mean), average(&|p| p.clipped[0]), average(&|p| p.clipped[1]));
    flat.sort_by(|a, b| a.fine.total_cmp(&b.fine));
    let variance = flat[(keep as f32 * QUANTILE) as usize].fine / QUANTILE_OF_NOISE;
    let (mean, variance) = clipping::undone(mean, variance, black, white)?;
    Some(Point { mean, std: variance.sqrt() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Flat stripes of all brightnesses, with a gradient and some edges.
    fn scene(width: usize, height: usize) -> LinearImage {
        LinearImage::from_fn(width, height, |c, r, x| {
            let stripe = (r * 8 / height) as f32 / 8.0;
            0.05 + 0.7 * stripe + 0.1 * x as f32 / width as f32 + 0.03 * c as f32
        })
        .unwrap()
    }

    fn ratio(estimate: &Estimate, noise: &NoiseModel, x: f32) -> f32 {
        (estimate.noise.variance(x) / noise.variance(x)).sqrt()
    }

    #[test]
    fn simulated_noise_is_found_at_every_gain() {
        let clean = scene(320, 240);
        for gain in [1.0, 2.0, 4.0, 8.0, 16.0, 20.0] {
            let noise = NoiseModel::at_gain(gain);
            let estimate = estimate_noise(&noise.add_to(&clean, 11));
            for x in [0.1, 0.2, 0.7] {
                let ratio = ratio(&estimate, &noise, x);
                assert!((ratio - 1.0).abs() < 0.06, "gain {gain} at {x}: {ratio}");
            }
            assert!(estimate.points.len() > 10 && estimate.points.is_sorted_by(|a, b| a.mean <= b.mean));
        }
    }

    #[test]
    fn clipped_8_bit_images_are_not_taken_for_cleaner_ones() {
        let clean = scene(320, 240);
        for gain in [1.0, 4.0, 8.0, 16.0, 20.0] {
            let noise = NoiseModel::at_gain(gain);
            let bytes = noise.add_to(&clean, 12).to_srgb8();
            let estimate = estimate_noise(&LinearImage::from_srgb8(320, 240, 3, &bytes).unwrap());
            let ratio = ratio(&estimate, &noise, 0.2);
            assert!((ratio - 1.0).abs() < 0.2, "gain {gain}: {ratio}");
        }
    }

    #[test]
    fn a_clean_image_has_little_noise() {
        let exact = estimate_noise(&scene(320, 240)).noise;
        assert!(exact.variance(0.2).sqrt() < 1e-4, "{exact:?}");
        let bytes = scene(320, 240).to_srgb8();
        let rounded = estimate_noise(&LinearImage::from_srgb8(320, 240, 3, &bytes).unwrap()).noise;
        assert!(rounded.variance(0.2).sqrt() < 0.004, "{rounded:?}");
    }

    #[test]
    fn any_image_gets_an_answer() {
        for (width, height) in [(1, 1), (1, 300), (3, 3), (4, 4), (5, 9), (8, 2000)] {
            for value in [0.0, 0.3, 1.0, 7.0, -2.0] {
                let image = LinearImage::from_fn(width, height, |_, _, _| value).unwrap();
                let estimate = estimate_noise(&image);
                assert!(estimate.noise.sigma_read < 1e-3 && estimate.noise.shot < 1e-6, "{estimate:?}");
            }
        }
        // Black with a noise of its own, and values far out of range.
        let noise = NoiseModel { sigma_read: 0.1, shot: 0.0 };
        let black = noise.add_to(&LinearImage::from_fn(64, 64, |_, _, _| 0.0).unwrap(), 1);
        assert!((estimate_noise(&black).noise.sigma_read / 0.1 - 1.0).abs() < 0.15);
        let wild = LinearImage::from_fn(64, 64, |_, r, x| if (r + x) % 2 == 0 { 1e6 } else { -1e6 }).unwrap();
        let found = estimate_noise(&wild).noise;
        assert!(NoiseModel::new(found.sigma_read, found.shot).is_ok(), "{found:?}");
    }
}

//! Estimates how noisy an image is, without knowing the clean one.
//!
//! Small patches that look flat give points (brightness, std). The model `variance = sigma_read^2 + shot x` is the line
//! through them; if no line fits, as after a tone curve, it is a smooth curve. What is flat, and what is noise, is
//! decided in two ways:
//! - white noise (`white.rs`), as a sensor makes it, is told from texture by its finest detail;
//! - smooth noise (`grain.rs`), which demosaicing, noise reduction and JPEG leave, has no finest detail and would be
//!   missed there.
//!
//! The image's spectrum decides how much each of the two counts. Film grain (`film.rs`) is smooth, too, but all
//! channels share it, so it can be told from texture and measured whole. A mosaic's noise is always white
//! (`mosaic.rs`).

pub mod clipping;
mod common;
mod curve;
mod doubt;
mod film;
mod grain;
#[cfg(test)]
mod kinds;
mod line;
mod mosaic;
mod patches;
mod report;
mod white;

use crate::estimate::white::White;
use crate::image::{CHANNELS, LinearImage, MOST_CHANNELS};
use crate::method::noise::{Noise, NoiseModel};
pub use crate::method::noise_curve::Point;
pub use common::common_noise;
pub use doubt::Doubt;
pub use film::{LEVELS, film};
pub use grain::drawn_to_typical;
use line::fit_beside_texture;
pub use line::{Tolerance, fit};
pub use report::noise_from_json;
pub use white::{ends, least_excess};

/// Below this std at mid-grey, in linear light, there is hardly anything to remove: about one step of 8 bits.
pub const LITTLE: f32 = 0.004;
/// The same of a mosaic: a quarter of the noise that ISO 100 has.
const LITTLE_OF_MOSAIC: f32 = 0.0004;
/// Mid-grey in linear light.
const MID_GREY: f32 = 0.2;
/// Fewer patches than this say nothing sure, nor does less than a two hundredth of them.
const FEWEST_PATCHES: usize = 60;
/// A point whose std is by this factor's logarithm off the curve is far off.
const OFF: f32 = 0.4;

/// The noise of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The noise: the line of a sensor where that fits, else a curve.
    pub noise: Noise,
    /// The line that comes closest, whether it fits or not.
    pub line: NoiseModel,
    /// What it was fitted to, by increasing brightness; empty when the image is too small or clipped all over.
    pub points: Vec<Point>,
    /// From 0, white noise, to 1, the smooth noise of processed photos.
    pub grain: f32,
    /// Whether it is film grain.
    pub film: bool,
    /// Why this is but a guess, if it is.
    pub doubt: Option<Doubt>,
}

impl Estimate {
    /// What is to be said beside the numbers: that they are a guess and why, that there is hardly any noise, or whether
    /// it follows the line of a sensor.
    pub fn remark(&self) -> String {
        let little = self.noise.std(1, 0, 1, MID_GREY) < LITTLE;
        match (self.doubt, &self.noise) {
            (Some(doubt), _) => format!("a guess: {doubt}"),
            (None, _) if little => "that is hardly any noise".into(),
            (None, _) if self.film => "it is film grain".into(),
            (None, Noise::Curve(_)) => "the picture was developed, so its noise follows a curve of its own".into(),
            (None, _) => "as a sensor's".into(),
        }
    }
}

/// Estimates the noise of an image in linear light, or of a mosaic's planes. There is always an answer: an image less
/// than 4 pixels wide or high, or one that is all black and white, counts as clean.
pub fn estimate_noise(image: &LinearImage) -> Estimate {
    if image.channels() != CHANNELS {
        return mosaic::of_mosaic(image);
    }
    match image.white() {
        1.0 => of_ordinary(image),
        white => of_ordinary(&image.clone().scaled(1.0 / white)),
    }
}

/// Estimates the noise of what is seen of an image: pixels of opacity 0 do not count, whatever colour they have.
/// `opacity` has a value for each pixel, row after row.
pub fn estimate_visible_noise(image: &LinearImage, opacity: Option<&[f32]>) -> Estimate {
    let Some(opacity) = opacity.filter(|opacity| opacity.contains(&0.0)) else { return estimate_noise(image) };
    let mut visible = image.clone();
    let pixels = visible.pixels();
    for (at, v) in visible.values_mut().iter_mut().enumerate() {
        if opacity[at % pixels] == 0.0 {
            // One colour, which says nothing of noise.
            *v = 0.0;
        }
    }
    estimate_noise(&visible)
}

/// The noise of an image whose white is 1.
fn of_ordinary(image: &LinearImage) -> Estimate {
    if let Some(film) = film(image) {
        let curve::Fitted { noise, line } = curve::over(&film.points);
        return Estimate { noise, line, points: film.points, grain: 1.0, film: true, doubt: None };
    }
    let white = white::measure(image, <[_]>::to_vec);
    let curve::Fitted { noise, line } = curve::through(&white);
    let grain = grain::measure(image).filter(|grain| grain.share > 0.0);
    let lacking = lacking(&white);
    let Some(grain) = grain else {
        if white.is_drawing() {
            let doubt = lacking.or((2 * white.counts.drawn > white.counts.all).then_some(Doubt::Drawn));
            return Estimate {
                noise: NoiseModel::NONE.into(),
                line: NoiseModel::NONE,
                points: Vec::new(),
                grain: 0.0,
                film: false,
                doubt,
            };
        }
        let doubt = lacking.or_else(|| doubtful(&noise, &white, LITTLE));
        return Estimate { noise, line, points: white.points, grain: 0.0, film: false, doubt };
    };
    let smooth = grain.noise();
    let mix = |white: f32, smooth: f32| white + grain.share * (smooth - white);
    let sigma_read = mix(line.sigma_read.powi(2), smooth.sigma_read.powi(2)).sqrt();
    let line = NoiseModel { sigma_read, shot: mix(line.shot, smooth.shot) };
    let is_texture = grain.certainty == 0.0 && line.variance(MID_GREY).sqrt() >= LITTLE;
    let doubt = lacking.or(is_texture.then_some(Doubt::Textured));
    let points = if grain.share < 0.5 { white.points } else { grain.points };
    Estimate { noise: line.into(), line, points, grain: grain.share, film: false, doubt }
}

/// Whether there is too little to measure.
fn lacking(white: &White) -> Option<Doubt> {
    let counts = &white.counts;
    if counts.all < FEWEST_PATCHES {
        Some(Doubt::Small)
    } else if counts.usable >= FEWEST_PATCHES.max(counts.all / 200) && !white.points.is_empty() {
        None
    } else if 2 * counts.drawn > counts.all {
        Some(Doubt::Drawn)
    } else {
        Some(Doubt::Clipped)
    }
}

/// Whether what was measured may be something else.
fn doubtful(noise: &Noise, white: &White, little: f32) -> Option<Doubt> {
    let channels = if matches!(noise, Noise::Planes(_)) { MOST_CHANNELS } else { CHANNELS };
    let std = |mean: f32| (0..channels).map(|c| noise.std(c, 0, 1, mean)).fold(0.0, f32::max);
    if std(MID_GREY) < little {
        return None;
    }
    let is_off = |p: &&Point| (p.std.max(f32::MIN_POSITIVE) / std(p.mean).max(f32::MIN_POSITIVE)).ln().abs() > OFF;
    let flat = &white.told_apart.flat;
    if white.structure > white::MOST_STRUCTURE {
        Some(Doubt::Textured)
    } else if 4 * flat.iter().filter(is_off).count() > flat.len() {
        Some(Doubt::Uneven)
    } else {
        None
    }
}

/// Whether a patch's values are so few that they say nothing of noise, or most of them the same: a frame, a drawing,
/// text, dither of two colours. A photo is like this where its noise is less than a step of its file.
fn is_drawn(mut values: impl Iterator<Item = f32> + Clone) -> bool {
    let all = values.clone();
    let Some(first) = values.next() else { return true };
    let Some(second) = values.find(|v| *v != first) else { return true };
    if values.all(|v| v == first || v == second) {
        return true;
    }
    // The only value that can be that of more than half of them (Boyer, Moore, *MJRTY*, 1991).
    let (candidate, _) = all.clone().fold((first, 0), |(candidate, lead), v| match lead {
        0 => (v, 1),
        _ if v == candidate => (candidate, lead + 1),
        _ => (candidate, lead - 1),
    });
    let (same, count) = all.fold((0, 0), |(same, count), v| (same + usize::from(v == candidate), count + 1));
    2 * same > count
}

/// Variance of a square of samples by second differences in both directions, which see no slope: 1 for white noise of
/// variance 1.
fn second_differences(side: usize, at: impl Fn(usize, usize) -> f32) -> f32 {
    let second = |r: usize, c: usize| at(r, c - 1) - 2.0 * at(r, c) + at(r, c + 1);
    let mut sum = 0.0;
    for r in 1..side - 1 {
        for c in 1..side - 1 {
            // The squares of the weights 1 2 1, 2 4 2, 1 2 1 add up to 36.
            sum += (second(r - 1, c) - 2.0 * second(r, c) + second(r + 1, c)).powi(2) / 36.0;
        }
    }
    sum / ((side - 2) * (side - 2)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::reflect;

    /// Flat stripes of all brightnesses, with a gradient and some edges.
    fn scene(width: usize, height: usize) -> LinearImage {
        LinearImage::from_fn(width, height, |c, r, x| {
            let stripe = (r * 8 / height) as f32 / 8.0;
            0.05 + 0.7 * stripe + 0.1 * x as f32 / width as f32 + 0.03 * c as f32
        })
        .unwrap()
    }

    fn ratio(estimate: &Estimate, noise: &NoiseModel, x: f32) -> f32 {
        (estimate.line.variance(x) / noise.variance(x)).sqrt()
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
        let exact = estimate_noise(&scene(320, 240)).line;
        assert!(exact.variance(0.2).sqrt() < 1e-4, "{exact:?}");
        let bytes = scene(320, 240).to_srgb8();
        let rounded = estimate_noise(&LinearImage::from_srgb8(320, 240, 3, &bytes).unwrap()).line;
        assert!(rounded.variance(0.2).sqrt() < 0.004, "{rounded:?}");
    }

    #[test]
    fn smooth_noise_is_found_too() {
        let clean = scene(640, 480);
        for shot in [0.0007, 0.003, 0.01] {
            let noise = NoiseModel { sigma_read: 0.0, shot };
            let white = noise.add_to(&clean, 13);
            assert_eq!(estimate_noise(&white).grain, 0.0);
            // Smoothed by 1 2 1 in both directions, whose squares add up to 6 of 16.
            let e = |c: usize, row: usize, column: usize| {
                let at = reflect(row as isize - 1, 480) * 640 + reflect(column as isize - 1, 640);
                white.plane(c)[at] - clean.plane(c)[at]
            };
            let across = |c, r, x| (e(c, r, x) + 2.0 * e(c, r, x + 1) + e(c, r, x + 2)) / 4.0;
            let smooth = LinearImage::from_fn(640, 480, |c, r, x| {
                clean.plane(c)[r * 640 + x] + (across(c, r, x) + 2.0 * across(c, r + 1, x) + across(c, r + 2, x)) / 4.0
            });
            let estimate = estimate_noise(&smooth.unwrap());
            assert_eq!(estimate.grain, 1.0);
            // Halfway from what is there to what photos have.
            let expected = (shot * (6.0f32 / 16.0).powi(2) * 0.001).sqrt();
            let ratio = (estimate.line.shot / expected).sqrt();
            assert!((0.8..1.25).contains(&ratio) && estimate.line.sigma_read == 0.0, "shot {shot}: {ratio}");
        }
    }

    #[test]
    fn structure_and_stray_points_are_doubted() {
        let noise = Noise::from(NoiseModel { sigma_read: 0.05, shot: 0.0 });
        let of = |structure: f32, stds: [f32; 4]| {
            let flat = stds.map(|std| Point { mean: 0.2, std }).to_vec();
            let told_apart = white::Points { flat, ..Default::default() };
            doubtful(&noise, &White { told_apart, structure, ..White::default() }, LITTLE)
        };
        assert_eq!(of(1.0, [0.05; 4]), None);
        assert_eq!(of(1.0, [0.05, 0.05, 0.05, 0.2]), None, "one of four is nothing");
        assert_eq!(of(1.0, [0.05, 0.01, 0.05, 0.2]), Some(Doubt::Uneven));
        assert_eq!(of(30.0, [0.05; 4]), Some(Doubt::Textured));
        let little = Noise::from(NoiseModel { sigma_read: 0.001, shot: 0.0 });
        assert_eq!(doubtful(&little, &White { structure: 30.0, ..White::default() }, LITTLE), None);
    }

    #[test]
    fn any_image_gets_an_answer() {
        for (width, height) in [(1, 1), (1, 300), (3, 3), (4, 4), (5, 9), (8, 2000)] {
            for value in [0.0, 0.3, 1.0, 7.0, -2.0] {
                let image = LinearImage::from_fn(width, height, |_, _, _| value).unwrap();
                let estimate = estimate_noise(&image);
                assert!(estimate.line.sigma_read < 1e-3 && estimate.line.shot < 1e-6, "{estimate:?}");
            }
        }
        // Black with a noise of its own, and values far out of range.
        let noise = NoiseModel { sigma_read: 0.1, shot: 0.0 };
        let black = noise.add_to(&LinearImage::from_fn(64, 64, |_, _, _| 0.0).unwrap(), 1);
        assert!((estimate_noise(&black).line.sigma_read / 0.1 - 1.0).abs() < 0.15);
        let wild = LinearImage::from_fn(64, 64, |_, r, x| if (r + x) % 2 == 0 { 1e6 } else { -1e6 }).unwrap();
        let found = estimate_noise(&wild).line;
        assert!(NoiseModel::new(found.sigma_read, found.shot).is_ok(), "{found:?}");
    }
}

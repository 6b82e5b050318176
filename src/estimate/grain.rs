//! Smooth noise: what demosaicing, noise reduction and JPEG leave of a sensor's noise.
//!
//! Its power lies at frequencies where natural images have texture too, so it is measured as the total variance of the
//! flattest patches, apart from their slope. The patches are large, because a JPEG keeps noise in some blocks and wipes
//! it out in others. A low quantile of the patches of each brightness stands for the flat ones.
//!
//! If no patch is flat, that measures texture. Two things give it away: flat patches of one brightness have nearly the
//! same variance, while texture comes in all strengths; and the finest detail, of which smooth noise has little but in
//! proportion, bounds how much noise there can be.
//!
//! Even so, the measurement is off by a factor of about two, which is as much as photos differ from each other. So the
//! model is the geometric mean of what was measured and of what photos typically have. It has a single number: after a
//! tone curve, noise is about as strong in the shadows as in the highlights, which in linear light is nearly `shot`
//! alone.

use crate::color::linear_to_srgb;
use crate::estimate::patches::{by_brightness, grid, quantile, without_slope};
use crate::estimate::{Point, clipping, second_differences};
use crate::image::{CHANNELS, LinearImage, halved};
use crate::method::noise::NoiseModel;

/// Side of a patch in pixels.
const SIDE: usize = 16;
/// Its number of pixels.
const AREA: f32 = (SIDE * SIDE) as f32;
/// The most patches to look at, over all channels.
const MOST_PATCHES: usize = 24_000;
/// How many patches make a point of the curve.
const PATCHES_PER_POINT: usize = 500;
/// The most points.
const MOST_POINTS: usize = 16;
/// The quantile of the patches of one brightness that stands for the flat ones.
const QUANTILE: f32 = 0.2;
/// A lower quantile. The ratio of the two stds is near 1 if the patches are alike.
const LOW_QUANTILE: f32 = 0.05;
/// That ratio: below the first number, texture was measured; above the second, noise. The Canon 5D2 photos of PolyU
/// have 0.63 to 0.88, half of them above 0.8; clean photos have 0.43 to 0.88, half of them below 0.68.
const EVENNESS: (f32, f32) = (0.5, 0.8);
/// The ratio of the noise's std to the std at the quantile, for texture and for noise. A JPEG keeps the least noise in
/// flat patches; over whole Canon 5D2 photos there is 1.17 / 0.81 times as much.
const STD_TO_MEASURED: (f32, f32) = (0.35, 1.45);
/// The noise's std is at most this many times that of its finest detail.
const MOST_OVER_FINE: f32 = 7.0;
/// The ratio of the std in the second finest octave to that in the finest, which is 1 for white noise. Below the first
/// number the noise counts as white, above the second as smooth.
const COARSENESS: (f32, f32) = (1.6, 2.2);
/// The std of the finest detail on the sRGB curve, where smooth noise has little. Above the second number the noise
/// counts as white, and whatever is coarser as texture; below the first only the ratio above decides.
const FINE_ON_CURVE: (f32, f32) = (2.0 / 255.0, 4.0 / 255.0);
/// Patches of which more is clipped are ignored.
const MOST_CLIPPED: f32 = 0.2;
/// The `shot` of a typical photo with visible noise: four codes at mid-grey.
const TYPICAL_SHOT: f32 = 0.001;
/// The least brightness that a point counts with, because `shot` times black is 0.
const DARKEST: f32 = 1e-4;

/// What was measured.
#[derive(Debug, Clone)]
pub struct Grain {
    /// The curve's points, by increasing brightness.
    pub points: Vec<Point>,
    /// From 0, white, to 1, smooth.
    pub share: f32,
    /// From 0, what was measured is texture, to 1, it is noise.
    pub certainty: f32,
}

impl Grain {
    /// The model through the points, drawn towards what photos typically have.
    pub fn noise(&self) -> NoiseModel {
        let shots = self.points.iter().map(|point| point.std.powi(2) / point.mean.max(DARKEST));
        median(shots).map_or(NoiseModel::NONE, drawn_to_typical)
    }
}

/// What is said of a photo whose smooth noise was measured as `shot`.
pub fn drawn_to_typical(shot: f32) -> NoiseModel {
    NoiseModel { sigma_read: 0.0, shot: (shot * TYPICAL_SHOT).sqrt() }
}

/// Variances of a patch of one channel.
#[derive(Debug, Clone, Copy)]
struct Patch {
    mean: f32,
    /// In total, apart from a slope.
    total: f32,
    /// By second differences of pixels, scaled so that white noise of variance 1 gives 1.
    fine: f32,
    /// By second differences of squares of 2 x 2 pixels, scaled alike.
    octave: f32,
}

/// Measures an image. `None` if it is too small, clipped nearly everywhere, or has no finest detail at all.
pub fn measure(image: &LinearImage) -> Option<Grain> {
    let mut patches = patches(image);
    let mut points = Vec::new();
    let (mut evenness, mut coarseness, mut fine_on_curve) = (Vec::new(), Vec::new(), Vec::new());
    for group in by_brightness(&mut patches, |p| p.mean, PATCHES_PER_POINT, MOST_POINTS, f32::INFINITY) {
        let of_group =
            |of: fn(&Patch) -> f32, share: f32| quantile(group.iter().map(of), share).expect("no group is empty");
        let fine = of_group(|p| p.fine, QUANTILE);
        if fine > 0.0 {
            let total = of_group(|p| p.total, QUANTILE);
            evenness.push((of_group(|p| p.total, LOW_QUANTILE) / total.max(f32::MIN_POSITIVE)).sqrt());
            let mean = group.iter().map(|p| p.mean).sum::<f32>() / group.len() as f32;
            points.push(Point { mean, std: total.min(MOST_OVER_FINE.powi(2) * fine).sqrt() });
            coarseness.push((of_group(|p| p.octave, QUANTILE) / fine).sqrt());
            fine_on_curve.push(linear_to_srgb(mean + fine.sqrt()) - linear_to_srgb(mean));
        }
    }
    let certainty = ((median(evenness)? - EVENNESS.0) / (EVENNESS.1 - EVENNESS.0)).clamp(0.0, 1.0);
    let factor = STD_TO_MEASURED.0 + certainty * (STD_TO_MEASURED.1 - STD_TO_MEASURED.0);
    points.iter_mut().for_each(|point: &mut Point| point.std *= factor);
    let rises = |value: f32, (from, to): (f32, f32)| ((value / from).ln() / (to / from).ln()).clamp(0.0, 1.0);
    let share = rises(median(coarseness)?, COARSENESS) * (1.0 - rises(median(fine_on_curve)?, FINE_ON_CURVE));
    Some(Grain { points, share, certainty })
}

fn median(values: impl IntoIterator<Item = f32>) -> Option<f32> {
    quantile(values, 0.5)
}

fn patches(image: &LinearImage) -> Vec<Patch> {
    let width = image.width();
    let mut patches = Vec::new();
    for (row, column) in grid(image, SIDE, MOST_PATCHES) {
        for channel in 0..CHANNELS {
            let samples = &image.plane(channel)[row * width + column..];
            let patch: [[f32; SIDE]; SIDE] = std::array::from_fn(|r| std::array::from_fn(|c| samples[r * width + c]));
            patches.extend(measured(&patch));
        }
    }
    patches
}

fn measured(patch: &[[f32; SIDE]; SIDE]) -> Option<Patch> {
    // A JPEG leaves many a patch with few values, which is no drawing.
    let first = patch[0][0];
    if patch.iter().flatten().all(|v| *v == first) {
        return None;
    }
    let clipped = |end: f32| patch.iter().flatten().filter(|v| clipping::is_at(**v, end)).count() as f32 / AREA;
    if clipped(0.0).max(clipped(1.0)) > MOST_CLIPPED {
        return None;
    }
    let mut flattened = patch.as_flattened().to_vec();
    let mean = without_slope(SIDE, &mut flattened);
    let total = flattened.iter().map(|v| v * v).sum::<f32>() / AREA;
    const HALF: usize = SIDE / 2;
    let squares = halved(patch.as_flattened(), [SIDE; 2]);
    Some(Patch {
        mean,
        total,
        fine: second_differences(SIDE, |r, c| patch[r][c]),
        octave: 4.0 * second_differences(HALF, |r, c| squares[r * HALF + c]),
    })
}

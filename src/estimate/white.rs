//! White noise: the same at every frequency, as a sensor makes it.
//!
//! Three things keep the image's own texture out of the variance:
//! - it is measured where natural images have the least power, by second differences in both directions (Immerkaer,
//!   *Fast noise variance estimation*, 1996), which see no gradient and no horizontal or vertical edge;
//! - only the flattest patches of each brightness count, and flatness is judged by *coarser* structure, which for white
//!   noise is nearly independent of those differences, so that the choice favours no level of noise;
//! - of those patches' variances a low quantile is taken, which the remaining texture hardly moves, and is scaled by
//!   what that quantile is for pure noise.
//!
//! Noise that a file has cut off at black or white is put back by [`clipping`].

use crate::estimate::patches::{by_brightness, grid};
use crate::estimate::{Point, clipping, second_differences};
use crate::image::{CHANNELS, LinearImage};

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

/// The curve's points, by increasing brightness.
pub fn points(image: &LinearImage) -> Vec<Point> {
    let mut patches = patches(image);
    let groups = by_brightness(&mut patches, |p| p.mean, PATCHES_PER_POINT, MOST_POINTS);
    let mut points: Vec<Point> = groups.filter_map(point).collect();
    // Undoing the clipping can change the order.
    points.sort_by(|a, b| a.mean.total_cmp(&b.mean));
    points
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
    let mut patches = Vec::new();
    for (row, column) in grid(image, side, MOST_PATCHES) {
        let measured: [Patch; CHANNELS] =
            std::array::from_fn(|c| measure(&image.plane(c)[row * width + column..], width, side));
        let coarse = measured.iter().map(|patch| patch.coarse).sum();
        let usable = measured.into_iter().filter(|patch| patch.clipped.iter().all(|share| *share < MOST_CLIPPED));
        patches.extend(usable.map(|patch| Patch { coarse, ..patch }));
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
    Patch {
        mean,
        coarse: squares / blocks - mean * mean,
        fine: second_differences(side, at),
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

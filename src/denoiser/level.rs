//! Keeps a mosaic's planes at their level.
//!
//! A network is off by a hundredth of the noise's std here and there, and by another amount in every plane. In a photo
//! nobody sees that; in a mosaic it makes a lattice of 2 x 2 sites, which a strong development brings out. Noise has a
//! mean of zero, so what was taken from a plane must have that too: over [`WINDOW`] pixels of the planes, its mean is
//! put back. The noise that comes back with it is that of the mean of a whole window, a sixty-fifth of the std.
//!
//! The mean is that of units of the noise. Bright places have many times the noise of dark ones, and what is left of it
//! in the mean would be far too much for shadows beside them. The unit is a mean over some [`UNIT`] pixels: each std
//! comes from the noisy photo, is too high where the noise is above zero, and would draw the mean below zero.
//!
//! Only clipping gives noise another mean. Where the sensor clips, the mean is the one that clipped noise has
//! ([`clipping`]); values so near that most of it is gone do not count.

use std::ops::Range;

use crate::image::LinearImage;
use crate::method::clipping;

/// Side of the window in pixels of the planes.
const WINDOW: usize = 65;
/// Side of the square over which the unit is a mean.
const UNIT: usize = 9;
/// The mean of fewer values than this share of a window is trusted less, by its share of that.
const FEWEST: f32 = 0.25;
/// A plane is clipped at its highest (or lowest) value if at least this share of its values has it,
const PILED: f32 = 1e-3;
/// and no fewer than these: in a small plane one value is a large share.
const PILED_FEWEST: f32 = 5.0;
/// How many stds of the noise from such an end values must be at least to count.
const FROM_END: f32 = 0.5;

/// Puts back the mean of what was taken from the planes of `y` to get `x`, in units of the noise. `sigma(value)` is the
/// std of the noise that a value had; where it is 0 the value stays as it is.
pub fn levelled(mut x: LinearImage, y: &LinearImage, sigma: impl Fn(usize) -> f32) -> LinearImage {
    let (width, height, pixels) = (x.width(), x.height(), x.pixels());
    for channel in 0..x.channels() {
        let first = channel * pixels;
        let unclipped = unclipped(y.plane(channel));
        let plane = &mut x.values_mut()[first..first + pixels];
        let stds: Vec<f32> = (first..first + pixels).map(&sigma).collect();
        let moves: Vec<f32> = stds.iter().map(|&std| if std > 0.0 { 1.0 } else { 0.0 }).collect();
        let sums = |plane: &[f32], side: usize| box_sums(plane, width, height, side);
        let (near, moving) = (sums(&stds, UNIT), sums(&moves, UNIT));
        let (mut taken, mut counted) = (vec![0.0; pixels], moves);
        for (p, &v) in plane.iter().enumerate() {
            let from_ends = [v - unclipped.start, unclipped.end - v].map(|distance| distance / stds[p]);
            // A std of 0 makes these infinite or NaN.
            if counted[p] > 0.0 && from_ends.iter().all(|&t| t >= FROM_END) {
                let [lifted, lowered] = from_ends.map(lift);
                let unit = near[p] / moving[p];
                taken[p] = (y.plane(channel)[p] - v - (lifted - lowered) * stds[p]) / unit;
            } else {
                counted[p] = 0.0;
            }
        }
        let (taken, counted) = (sums(&taken, WINDOW), sums(&counted, WINDOW));
        let fewest = FEWEST * (WINDOW * WINDOW) as f32;
        for (p, v) in plane.iter_mut().enumerate() {
            *v += stds[p] * taken[p] / counted[p].max(fewest);
        }
    }
    x
}

/// By how many stds clipping lifts the mean of a value that is `t` stds above the end.
fn lift(t: f32) -> f32 {
    if t < clipping::REACH { clipping::mean(t) - t } else { 0.0 }
}

/// Between which values a plane is not clipped.
fn unclipped(plane: &[f32]) -> Range<f32> {
    let ends = plane.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)));
    let piled = (PILED * plane.len() as f32).max(PILED_FEWEST);
    let is_piled = |end: f32| plane.iter().filter(|v| **v == end).count() as f32 >= piled;
    let low = if is_piled(ends.0) { ends.0 } else { f32::NEG_INFINITY };
    let high = if is_piled(ends.1) { ends.1 } else { f32::INFINITY };
    low..high
}

/// The sums over a square of an odd side about every pixel, as much of it as lies within the plane.
fn box_sums(plane: &[f32], width: usize, height: usize, side: usize) -> Vec<f32> {
    let half = side / 2;
    let mut across = Vec::with_capacity(plane.len());
    let mut before = vec![0.0f64; width + 1];
    for line in plane.chunks_exact(width) {
        for (column, v) in line.iter().enumerate() {
            before[column + 1] = before[column] + f64::from(*v);
        }
        across.extend((0..width).map(|c| (before[(c + half + 1).min(width)] - before[c.saturating_sub(half)]) as f32));
    }
    let line = |row: usize| &across[row * width..(row + 1) * width];
    let mut sums = vec![0.0f64; width];
    let mut out = Vec::with_capacity(plane.len());
    (0..half.min(height)).for_each(|row| sums.iter_mut().zip(line(row)).for_each(|(sum, v)| *sum += f64::from(*v)));
    for row in 0..height {
        if row + half < height {
            sums.iter_mut().zip(line(row + half)).for_each(|(sum, v)| *sum += f64::from(*v));
        }
        if row > half {
            sums.iter_mut().zip(line(row - half - 1)).for_each(|(sum, v)| *sum -= f64::from(*v));
        }
        out.extend(sums.iter().map(|sum| *sum as f32));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::MOST_CHANNELS;
    use crate::method::noise::NoiseModel;

    /// A tenth of a code of 14 bits with black at 512.
    const TENTH: f32 = 0.1 / (16_383.0 - 512.0);

    fn planes(f: impl Fn(usize, usize, usize) -> f32) -> LinearImage {
        LinearImage::planes_from_fn(MOST_CHANNELS, 140, 100, f).unwrap()
    }

    fn mean(image: &LinearImage, channel: usize) -> f32 {
        (image.plane(channel).iter().map(|v| f64::from(*v)).sum::<f64>() / image.pixels() as f64) as f32
    }

    #[test]
    fn what_is_off_by_the_plane_comes_back_to_its_level() {
        let value = |c: usize, r: usize, x: usize| {
            // An edge, and a slope so slight that all values differ.
            [0.1, 0.2, 0.2, 0.15][c] + if x > 70 { 0.1 } else { 0.0 } + 1e-6 * (r * 140 + x) as f32
        };
        let flat = planes(value);
        let off = planes(|c, r, x| [3e-4, -2e-4, 5e-4, 0.0][c] + flat.plane(c)[r * 140 + x]);
        let level = levelled(off, &flat, |_| 0.02);
        assert!(level.values().iter().zip(flat.values()).all(|(a, b)| (a - b).abs() < TENTH));
    }

    #[test]
    fn hardly_any_noise_comes_back() {
        let clean = planes(|_, _, x| 0.1 + 0.001 * x as f32);
        let noise = NoiseModel { sigma_read: 0.02, shot: 0.0 };
        let level = levelled(clean.clone(), &noise.add_to(&clean, 3), |_| 0.02);
        let square = level.values().iter().zip(clean.values()).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
        let std = (square / clean.values().len() as f32).sqrt();
        // Windows are smaller near the border, and few in all.
        assert!(std < 2.0 * 0.02 / WINDOW as f32, "{std}");
    }

    #[test]
    fn bright_places_do_not_move_the_shadows_beside_them() {
        let noise = NoiseModel { sigma_read: 3e-4, shot: 1e-3 };
        let clean = planes(|_, _, x| if x % 40 < 20 { 5e-4 } else { 0.8 });
        let noisy = noise.add_to(&clean, 3);
        // As the noisy photo tells it.
        let std = |at: usize| noise.variance(noisy.values()[at]).sqrt();
        let level = levelled(clean.clone(), &noisy, std);
        for (at, x) in clean.values().iter().enumerate() {
            let off = (level.values()[at] - x).abs();
            assert!(off < 5.0 * std(at) / WINDOW as f32, "{off} of {x}");
        }
    }

    #[test]
    fn what_did_not_move_stays_and_clipped_places_do_not_count() {
        let pixels = 140 * 100;
        let clean = planes(|_, r, x| if r < 50 && x < 70 { 1.0 } else { 0.2 });
        let noise = NoiseModel { sigma_read: 0.05, shot: 0.0 };
        let mut clipped = noise.add_to(&clean, 3);
        clipped.values_mut().iter_mut().for_each(|v| *v = v.min(1.0));
        let moves = |at: usize| if at % 140 < 100 { 0.05 } else { 0.0 };
        let level = levelled(clean.clone(), &clipped, moves);
        for at in 0..4 * pixels {
            let (found, before) = (level.values()[at], clean.values()[at]);
            if moves(at) == 0.0 {
                assert_eq!(found, before);
            } else {
                // Clipping takes 0.4 stds from the mean at white.
                assert!((found - before).abs() < 0.1 * 0.05, "{at}: {found} {before}");
            }
        }
        assert!((mean(&level, 1) - mean(&clean, 1)).abs() < 1e-3);
    }

    #[test]
    fn clipped_noise_has_the_mean_that_it_has() {
        // Black at 1.5 stds above what the sensor can record, and white as far below.
        let clean = planes(|_, _, x| if x < 70 { 0.0 } else { 1.0 });
        let noise = NoiseModel { sigma_read: 0.02, shot: 0.0 };
        let mut noisy = noise.add_to(&clean, 3);
        noisy.values_mut().iter_mut().for_each(|v| *v = v.clamp(-0.03, 1.03));
        let off = planes(|c, r, x| clean.plane(c)[r * 140 + x] + [0.004, -0.004, 0.002, 0.0][c]);
        let level = levelled(off, &noisy, |_| 0.02);
        for channel in 0..4 {
            let off = mean(&level, channel) - mean(&clean, channel);
            assert!(off.abs() < 0.02 * 0.02, "{channel}: {off}");
        }
    }

    #[test]
    fn the_ends_of_a_small_plane_are_not_taken_for_clipped() {
        let clean = LinearImage::planes_from_fn(MOST_CHANNELS, 24, 16, |_, _, _| 0.2).unwrap();
        let noisy = NoiseModel { sigma_read: 0.02, shot: 0.0 }.add_to(&clean, 3);
        assert_eq!(unclipped(noisy.plane(0)), f32::NEG_INFINITY..f32::INFINITY);
        let clipped: Vec<f32> = noisy.plane(0).iter().map(|v| v.max(0.18)).collect();
        assert_eq!(unclipped(&clipped), 0.18..f32::INFINITY);
    }

    #[test]
    fn sums_are_those_of_the_definition() {
        let (width, height) = (90, 70);
        let plane: Vec<f32> = (0..width * height).map(|i| ((i * 37) % 11) as f32).collect();
        let sums = box_sums(&plane, width, height, WINDOW);
        for (row, column) in [(0, 0), (35, 45), (69, 89), (10, 80), (33, 32)] {
            let near = |at: usize, by: usize, len: usize| at.saturating_sub(by)..(at + by + 1).min(len);
            let cells = near(row, 32, height).flat_map(|r| near(column, 32, width).map(move |c| r * width + c));
            assert_eq!(sums[row * width + column], cells.map(|at| plane[at]).sum::<f32>());
        }
        assert_eq!(box_sums(&[2.0, 3.0], 2, 1, UNIT), [5.0, 5.0]);
    }
}

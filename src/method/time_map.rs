//! Every pixel's own time (paper, Section 3.2).

use crate::image::{CHANNELS, LinearImage, reflect};
use crate::method::noise::NoiseModel;
use crate::method::schedule::Schedule;

/// The time `T*` at which the noisy photo stands, for every pixel and channel: `T* = gamma^-1(s^2)` with `s^2` the
/// variance of the pixel's noise. Planes as in [`LinearImage`].
#[derive(Debug, Clone, PartialEq)]
pub struct TimeMap {
    width: usize,
    height: usize,
    times: Vec<f32>,
}

impl TimeMap {
    /// The map of a noisy photo `y`. The noise depends on the clean signal, which nobody has, so `y` is smoothed a
    /// little first; training makes its maps here too. `strength(row, column)` multiplies the std of the noise.
    pub fn of_photo(
        y: &LinearImage,
        noise: &NoiseModel,
        schedule: &Schedule,
        strength: impl Fn(usize, usize) -> f32,
    ) -> Self {
        let (width, height) = (y.width(), y.height());
        let mut times = Vec::with_capacity(y.samples().len());
        for channel in 0..CHANNELS {
            let smooth = smoothed(y.plane(channel), width, height);
            times.extend(smooth.iter().enumerate().map(|(p, &signal)| {
                let sigma = noise.variance(signal).sqrt() * strength(p / width, p % width);
                schedule.time_of_sigma(sigma)
            }));
        }
        Self { width, height, times }
    }

    /// A map from its times, planes as in [`LinearImage`].
    ///
    /// # Panics
    /// If there are not `3 * width * height` times.
    pub fn from_times(width: usize, height: usize, times: Vec<f32>) -> Self {
        assert_eq!(times.len(), CHANNELS * width * height, "a time map has one time per pixel and channel");
        Self { width, height, times }
    }

    /// Pixels across.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels down.
    pub fn height(&self) -> usize {
        self.height
    }

    /// `T*` of every pixel and channel, plane after plane.
    pub fn times(&self) -> &[f32] {
        &self.times
    }

    /// The latest time of all pixels: how long the reverse process takes.
    pub fn latest(&self) -> f32 {
        self.times.iter().copied().fold(0.0, f32::max)
    }
}

/// `t = max(T* - tau, 0)`: where a pixel stands after all pixels have gone back by `tau`. Quieter pixels finish first.
pub fn time_after(t_star: f32, tau: f32) -> f32 {
    (t_star - tau).max(0.0)
}

/// A plane smoothed by the binomial filter 1 4 6 4 1 in both directions, reflected at its borders.
fn smoothed(plane: &[f32], width: usize, height: usize) -> Vec<f32> {
    const TAPS: [f32; 5] = [1.0 / 16.0, 4.0 / 16.0, 6.0 / 16.0, 4.0 / 16.0, 1.0 / 16.0];
    let tap = |at: usize, k: usize, len: usize| reflect(at as isize + k as isize - 2, len);
    let mut across = vec![0.0; plane.len()];
    for (row, out) in across.chunks_exact_mut(width).enumerate() {
        let line = &plane[row * width..(row + 1) * width];
        for (column, v) in out.iter_mut().enumerate() {
            *v = (0..5).map(|k| TAPS[k] * line[tap(column, k, width)]).sum();
        }
    }
    let mut both = vec![0.0; plane.len()];
    for (row, out) in both.chunks_exact_mut(width).enumerate() {
        let rows: [usize; 5] = std::array::from_fn(|k| tap(row, k, height) * width);
        for (column, v) in out.iter_mut().enumerate() {
            *v = (0..5).map(|k| TAPS[k] * across[rows[k] + column]).sum();
        }
    }
    both
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_photo_has_the_time_of_its_noise() {
        let (schedule, noise) = (Schedule::default(), NoiseModel::at_gain(4.0));
        let y = LinearImage::from_fn(5, 4, |c, _, _| 0.3 * c as f32).unwrap();
        let map = TimeMap::of_photo(&y, &noise, &schedule, |_, _| 1.0);
        for (i, &t) in map.times().iter().enumerate() {
            let variance = noise.variance(0.3 * (i / 20) as f32);
            assert!((schedule.gamma(t) / variance - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn strength_scales_the_std_and_zero_means_done() {
        let (schedule, noise) = (Schedule::default(), NoiseModel::at_gain(4.0));
        let y = LinearImage::from_fn(8, 8, |_, _, _| 0.5).unwrap();
        let map = TimeMap::of_photo(&y, &noise, &schedule, |_, column| if column < 4 { 0.0 } else { 2.0 });
        let full = TimeMap::of_photo(&y, &noise, &schedule, |_, _| 1.0);
        for p in 0..64 {
            let expected = if p % 8 < 4 { 0.0 } else { 2.0 * schedule.sigma(full.times()[p]) };
            assert!((schedule.sigma(map.times()[p]) - expected).abs() < 1e-5);
        }
        assert_eq!(map.times()[0], 0.0);
    }

    #[test]
    fn smoothing_keeps_constants_and_the_mean_of_an_impulse() {
        assert!(smoothed(&[0.7; 3], 1, 3).iter().all(|v| (v - 0.7).abs() < 1e-6));
        let mut plane = vec![0.0; 81];
        plane[40] = 1.0;
        let smooth = smoothed(&plane, 9, 9);
        assert!((smooth.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((smooth[40] - 36.0 / 256.0).abs() < 1e-7);
    }

    #[test]
    fn quieter_pixels_finish_first() {
        assert_eq!(time_after(3.0, 5.0), 0.0);
        assert_eq!(time_after(7.5, 5.0), 2.5);
    }
}

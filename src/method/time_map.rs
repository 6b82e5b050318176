//! Every pixel's own time (paper, Section 3.3).

use std::borrow::Cow;

use crate::image::{LinearImage, smoothed};
use crate::method::noise::Noise;
use crate::method::schedule::Schedule;

/// The time `T*` at which each value of a noisy photo starts: `T* = gamma^-1(s^2)` with `s^2` the variance of its
/// noise. From 0, without noise, to the schedule's end. Planes as in [`LinearImage`].
#[derive(Debug, Clone, PartialEq)]
pub struct TimeMap {
    width: usize,
    height: usize,
    times: Vec<f32>,
}

impl TimeMap {
    /// The map of a noisy photo `y`. A camera's noise depends on the clean signal, which is not known, so `y` is
    /// smoothed first; training makes its maps the same way. `strength(row, column)` multiplies the std of the noise.
    ///
    /// # Panics
    /// If the noise is a map that [`Noise::check`] refuses for this photo.
    pub fn of_photo(
        y: &LinearImage,
        noise: &Noise,
        schedule: &Schedule,
        strength: impl Fn(usize, usize) -> f32,
    ) -> Self {
        let (width, height) = (y.width(), y.height());
        let mut times = Vec::with_capacity(y.values().len());
        for channel in 0..y.channels() {
            let plane = y.plane(channel);
            let signal: Cow<[f32]> = match noise {
                // It does not depend on the signal.
                Noise::Std(_) => plane.into(),
                _ => smoothed(plane, width, height).into(),
            };
            for (row, line) in signal.chunks_exact(width).enumerate() {
                times.extend(line.iter().enumerate().map(|(column, &signal)| {
                    let std = noise.std(channel, row * width + column, y.pixels(), signal);
                    schedule.time_of_sigma(std * strength(row, column))
                }));
            }
        }
        Self::from_times(width, height, times)
    }

    /// A map of these times, planes as in [`LinearImage`].
    ///
    /// # Panics
    /// If there are not `width * height` times for each channel.
    pub fn from_times(width: usize, height: usize, times: Vec<f32>) -> Self {
        assert_eq!(times.len() % (width * height), 0, "a time map has one time per pixel and channel");
        Self { width, height, times }
    }

    /// A map with one time for all values.
    pub fn uniform(channels: usize, width: usize, height: usize, time: f32) -> Self {
        Self { width, height, times: vec![time; channels * width * height] }
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

    /// The latest time of any pixel: how long the reverse process takes.
    pub fn latest(&self) -> f32 {
        latest_of(&self.times)
    }

    /// The mean of all times.
    pub fn mean(&self) -> f32 {
        (self.times.iter().map(|&t| f64::from(t)).sum::<f64>() / self.times.len() as f64) as f32
    }
}

/// The latest of these times; 0 of none.
pub fn latest_of(times: &[f32]) -> f32 {
    times.iter().fold(0.0, |latest, &t| if t > latest { t } else { latest })
}

/// `t = max(T* - tau, 0)`: a pixel's time once all pixels have gone back by `tau`. Pixels with less noise finish first.
pub fn time_after(t_star: f32, tau: f32) -> f32 {
    // In wasm `f32::max` is a call, of which a run would make many for each pixel.
    if t_star > tau { t_star - tau } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::noise::NoiseModel;
    use crate::method::noise_curve::{NoiseCurve, Point};

    #[test]
    fn a_flat_photo_has_the_time_of_its_noise() {
        let (schedule, noise) = (Schedule::default(), NoiseModel::at_gain(4.0));
        let y = LinearImage::from_fn(5, 4, |c, _, _| 0.3 * c as f32).unwrap();
        let map = TimeMap::of_photo(&y, &noise.into(), &schedule, |_, _| 1.0);
        for (i, &t) in map.times().iter().enumerate() {
            let variance = noise.variance(0.3 * (i / 20) as f32);
            assert!((schedule.gamma(t) / variance - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn a_curve_gives_every_channel_its_own_std() {
        let schedule = Schedule::default();
        let y = LinearImage::from_fn(6, 5, |c, _, _| 0.2 + 0.2 * c as f32).unwrap();
        let line = |low, high| vec![Point { mean: 0.0, std: low }, Point { mean: 1.0, std: high }];
        let curve = NoiseCurve::of_channels([line(0.1, 0.1), line(0.0, 0.2), line(0.3, 0.0)]).unwrap();
        let map = TimeMap::of_photo(&y, &curve.into(), &schedule, |_, _| 1.0);
        for (plane, expected) in map.times().chunks_exact(30).zip([0.1, 0.08, 0.12]) {
            assert!(plane.iter().all(|&t| (schedule.sigma(t) - expected).abs() < 1e-5), "{expected}");
        }
    }

    #[test]
    fn strength_scales_the_std_and_zero_means_done() {
        let (schedule, noise) = (Schedule::default(), NoiseModel::at_gain(4.0));
        let y = LinearImage::from_fn(8, 8, |_, _, _| 0.5).unwrap();
        let map = TimeMap::of_photo(&y, &noise.into(), &schedule, |_, column| if column < 4 { 0.0 } else { 2.0 });
        let full = TimeMap::of_photo(&y, &noise.into(), &schedule, |_, _| 1.0);
        for p in 0..64 {
            let expected = if p % 8 < 4 { 0.0 } else { 2.0 * schedule.sigma(full.times()[p]) };
            assert!((schedule.sigma(map.times()[p]) - expected).abs() < 1e-5);
        }
        assert_eq!(map.times()[0], 0.0);
    }

    #[test]
    fn a_map_of_std_is_taken_as_it_is() {
        let schedule = Schedule::default();
        let y = LinearImage::from_fn(3, 2, |_, _, _| 0.5).unwrap();
        let std: Vec<f32> = (0..18).map(|i| 0.01 * i as f32).collect();
        for std in [&std[..6], &std[..]] {
            let map = TimeMap::of_photo(&y, &Noise::Std(std.to_vec()), &schedule, |_, _| 1.0);
            for (i, &t) in map.times().iter().enumerate() {
                assert!((schedule.sigma(t) - std[i % std.len()]).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn pixels_with_less_noise_finish_first() {
        assert_eq!(time_after(3.0, 5.0), 0.0);
        assert_eq!(time_after(7.5, 5.0), 2.5);
    }
}

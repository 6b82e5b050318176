//! Noise that was cut off at black or white (Foi, *Clipped noisy images: heteroskedastic modeling and practical
//! denoising*, 2009).
//!
//! A file whose values end at black holds `max(x0 + sigma z, 0)` in place of `x0 + sigma z`. Where `x0` is less than
//! two sigma or so, that has a higher mean: shadows are lifted, and whatever averages noise away keeps them so. With
//! `t = x0 / sigma`, mean and variance of `max(t + z, 0)` are closed forms; white is the mirror image.

use std::f32::consts::{SQRT_2, TAU};
use std::sync::LazyLock;

/// Beyond this many stds from an end nothing is cut off.
pub const REACH: f32 = 4.0;
/// Rounds in which [`from_end`] finds the std at the clean value.
const ROUNDS: usize = 4;
/// Steps of the table of [`place_of_mean`].
const STEPS: usize = 1024;

/// The mean of `max(t + z, 0)`, `z ~ N(0, 1)`.
pub fn mean(t: f32) -> f32 {
    t * cumulative(t) + density(t)
}

/// Its variance.
pub fn variance(t: f32) -> f32 {
    let mean = mean(t);
    (t * t + 1.0) * cumulative(t) + t * density(t) - mean * mean
}

/// The share of values that are cut off: the probability that `t + z < 0`.
pub fn share(t: f32) -> f32 {
    cumulative(-t)
}

/// The `t` at which this share is cut off, for shares from 0 to 1, by bisection.
pub fn place_of_share(share: f32) -> f32 {
    let (mut low, mut high) = (-8.0f32, 8.0f32);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if cumulative(middle) < share { low = middle } else { high = middle }
    }
    -low
}

/// The `t` from 0 on that has this [mean]; 0 for the means of what lies beyond the end.
pub fn place_of_mean(mean: f32) -> f32 {
    static TABLE: LazyLock<Vec<f32>> = LazyLock::new(|| {
        (0..=STEPS).map(|step| solved(density(0.0) + step as f32 / STEPS as f32 * (REACH - density(0.0)))).collect()
    });
    let at = (mean - density(0.0)) / (REACH - density(0.0)) * STEPS as f32;
    if at <= 0.0 {
        return 0.0;
    }
    let step = at as usize;
    if step >= STEPS {
        return mean;
    }
    TABLE[step] + (at - step as f32) * (TABLE[step + 1] - TABLE[step])
}

/// How far from an end the clean value is, given how far the mean is. The noise has this std at a distance.
pub fn from_end(mean: f32, std: impl Fn(f32) -> f32) -> f32 {
    let mut distance = mean;
    for _ in 0..ROUNDS {
        let std = std(distance);
        if std <= 0.0 || mean >= REACH * std {
            return mean;
        }
        distance = std * place_of_mean(mean / std);
    }
    distance
}

/// The root of `mean(t) = value` by Newton's method, which converges from above: the mean is convex and at least `t`.
fn solved(value: f32) -> f32 {
    (0..8).fold(value, |t, _| (t - (mean(t) - value) / cumulative(t)).max(0.0))
}

/// The standard normal's density.
fn density(t: f32) -> f32 {
    libm::expf(-0.5 * t * t) / TAU.sqrt()
}

/// Its cumulative distribution.
fn cumulative(t: f32) -> f32 {
    0.5 * libm::erfcf(-t / SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::random::{Normals, Stream};

    #[test]
    fn moments_are_those_of_clipped_noise() {
        let normals = Normals::new(1, Stream::Noise);
        for t in [0.0f32, 0.4, 1.0, 2.5] {
            let values: Vec<f32> = (0..100_000).map(|i| (t + normals.at(0, i / 400, i % 400)[0]).max(0.0)).collect();
            let n = values.len() as f32;
            let average = values.iter().sum::<f32>() / n;
            let spread = values.iter().map(|v| (v - average).powi(2)).sum::<f32>() / n;
            let cut = values.iter().filter(|v| **v == 0.0).count() as f32 / n;
            for (found, expected) in [(mean(t), average), (variance(t), spread), (share(t), cut)] {
                assert!((found - expected).abs() < 0.01, "{t}: {found}, {expected}");
            }
        }
    }

    #[test]
    fn means_and_shares_tell_the_place() {
        for step in 0..=80 {
            let t = step as f32 * 0.05;
            assert!((place_of_mean(mean(t)) - t).abs() < 1e-3, "{t}: {}", place_of_mean(mean(t)));
        }
        assert_eq!([-1.0, 0.0, 0.398].map(place_of_mean), [0.0; 3]);
        assert_eq!(place_of_mean(9.0), 9.0);
        for (share, expected) in [(0.5, 0.0), (0.025, 1.959_964), (0.841_344_7, -1.0), (0.001, 3.090_232)] {
            assert!((place_of_share(share) - expected).abs() < 1e-4, "{share}");
        }
    }
}

//! Noise that a file cut off at black or white, put back.
//!
//! Where a flat place of brightness `mu` and noise `sigma` is clipped at black, samples are `max(mu + sigma z, 0)`. The
//! share that lies at black tells `mu / sigma`, and with it how much smaller the variance has become.

use std::f32::consts::{SQRT_2, TAU};

/// Samples this close to an end count as clipped there.
const TOLERANCE: f32 = 1e-6;
/// The largest share of clipped samples from which the rest can be told.
const MOST: f32 = 0.6;
/// The largest share clipped at one end that can be overlooked when the other end is.
const OVERLOOKED: f32 = 0.02;

/// Whether a sample lies at this end of the range.
pub fn is_at(v: f32, end: f32) -> bool {
    (v - end).abs() < TOLERANCE
}

/// (mean, variance) as they would be without clipping, from those of clipped samples and the shares of samples at black
/// and at white. `None` when too much is missing.
pub fn undone(mean: f32, variance: f32, black: f32, white: f32) -> Option<(f32, f32)> {
    if black.max(white) > MOST || black.min(white) > OVERLOOKED {
        None
    } else if black == 0.0 && white == 0.0 {
        Some((mean, variance))
    } else if black >= white {
        Some(undone_at_black(variance, mean, black))
    } else {
        let (mean, variance) = undone_at_black(variance, 1.0 - mean, white);
        Some((1.0 - mean, variance))
    }
}

fn undone_at_black(variance: f32, mean: f32, share: f32) -> (f32, f32) {
    let t = -quantile(share);
    let (below, density) = (cumulative(t), (-0.5 * t * t).exp() / TAU.sqrt());
    // The first two moments of max(t + z, 0).
    let first = t * below + density;
    let second = (t * t + 1.0) * below + t * density;
    let variance = variance / (second - first * first);
    // What clipping adds to the mean, in units of sigma, is first - t.
    (mean - (first - t) * variance.sqrt(), variance)
}

/// The standard normal's cumulative distribution.
fn cumulative(t: f32) -> f32 {
    0.5 * libm::erfcf(-t / SQRT_2)
}

/// Its inverse for shares from 0 to 1, by bisection.
fn quantile(share: f32) -> f32 {
    let (mut low, mut high) = (-8.0f32, 8.0f32);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if cumulative(middle) < share { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::random::{Normals, Stream};

    #[test]
    fn the_quantile_inverts_the_distribution() {
        for (share, expected) in [(0.5, 0.0), (0.025, -1.959_964), (0.841_344_7, 1.0), (0.001, -3.090_232)] {
            assert!((quantile(share) - expected).abs() < 1e-4, "{share}");
        }
    }

    #[test]
    fn clipped_noise_gets_its_moments_back() {
        let normals = Normals::new(1, Stream::Noise);
        for (mean, std) in [(0.2f32, 0.1f32), (0.1, 0.1), (0.0, 0.2), (0.9, 0.1), (0.5, 0.1)] {
            let samples: Vec<f32> =
                (0..100_000).map(|i| (mean + std * normals.at(0, i / 400, i % 400)[0]).clamp(0.0, 1.0)).collect();
            let n = samples.len() as f32;
            let share = |end: f32| samples.iter().filter(|v| is_at(**v, end)).count() as f32 / n;
            let clipped_mean = samples.iter().sum::<f32>() / n;
            let clipped_variance = samples.iter().map(|v| (v - clipped_mean).powi(2)).sum::<f32>() / n;
            let (m, v) = undone(clipped_mean, clipped_variance, share(0.0), share(1.0)).unwrap();
            assert!((m - mean).abs() < 0.005 && (v.sqrt() / std - 1.0).abs() < 0.02, "{mean} {std}: {m} {}", v.sqrt());
        }
    }

    #[test]
    fn what_is_lost_is_not_guessed() {
        assert_eq!(undone(0.01, 1e-4, 0.9, 0.0), None);
        assert_eq!(undone(0.5, 0.1, 0.2, 0.2), None);
        assert_eq!(undone(0.5, 0.1, 0.0, 0.0), Some((0.5, 0.1)));
    }
}

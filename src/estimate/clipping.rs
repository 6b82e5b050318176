//! Undoes what clipping at black or white did to the noise of a flat place: the share of values at the end tells how
//! far the place is from it, and with that how much smaller the variance has become ([`clipping`]).
//!
//! An editor that lifts the blacks or lowers the whites moves these ends, so they are looked for.

use crate::method::clipping;

/// Values this close to an end count as clipped there.
const TOLERANCE: f32 = 1e-6;
/// An end is a value that at least this share of a patch's pixels has where the patch reaches it.
const PILED: f32 = 0.05;
/// The share of patches that may reach beyond an end: hot pixels, frames, and drawings do.
const BEYOND: f32 = 0.05;
/// The largest share of clipped values that still allows a correction.
const MOST: f32 = 0.6;
/// The largest share clipped at one end that can be ignored when correcting the other.
const OVERLOOKED: f32 = 0.02;

/// The lowest (or the highest) value of a patch, and the share of its pixels that have it.
pub type Reach = (f32, f32);

/// The value where a channel is cut off at its dark end, found by the lowest values of its patches: many patches pile
/// up pixels there, and hardly any goes beyond. Negate the values for the bright end.
pub fn end(reaches: impl Iterator<Item = Reach> + Clone) -> Option<f32> {
    let mut piled: Vec<f32> = reaches.clone().filter(|(_, share)| *share >= PILED).map(|(value, _)| value).collect();
    piled.sort_by(f32::total_cmp);
    let most = piled.chunk_by(|a, b| is_at(*a, *b)).max_by_key(|same| same.len())?[0];
    let beyond = reaches.clone().filter(|(value, _)| *value < most - TOLERANCE).count();
    (beyond as f32 <= BEYOND * reaches.count() as f32).then_some(most)
}

/// Whether a value lies at this end of the range.
pub fn is_at(v: f32, end: f32) -> bool {
    (v - end).abs() < TOLERANCE
}

/// (mean, variance) as they would be without clipping, from those of clipped values and, for the dark and for the
/// bright end, its place and the share of values there. `None` when too much is missing.
pub fn undone(mean: f32, variance: f32, [(low, black), (high, white)]: [Reach; 2]) -> Option<(f32, f32)> {
    if black.max(white) > MOST || black.min(white) > OVERLOOKED {
        None
    } else if black == 0.0 && white == 0.0 {
        Some((mean, variance))
    } else if black >= white {
        let (mean, variance) = undone_at_black(variance, mean - low, black);
        Some((low + mean, variance))
    } else {
        let (mean, variance) = undone_at_black(variance, high - mean, white);
        Some((high - mean, variance))
    }
}

fn undone_at_black(variance: f32, mean: f32, share: f32) -> (f32, f32) {
    let t = clipping::place_of_share(share);
    let variance = variance / clipping::variance(t);
    (mean - (clipping::mean(t) - t) * variance.sqrt(), variance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::random::{Normals, Stream};

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
            let ends = [0.0, 1.0].map(|end| (end, share(end)));
            let (m, v) = undone(clipped_mean, clipped_variance, ends).unwrap();
            assert!((m - mean).abs() < 0.005 && (v.sqrt() / std - 1.0).abs() < 0.02, "{mean} {std}: {m} {}", v.sqrt());
        }
    }

    #[test]
    fn what_is_lost_is_not_guessed() {
        let of = |mean, variance, black, white| undone(mean, variance, [(0.0, black), (1.0, white)]);
        assert_eq!(of(0.01, 1e-4, 0.9, 0.0), None);
        assert_eq!(of(0.5, 0.1, 0.2, 0.2), None);
        assert_eq!(of(0.5, 0.1, 0.0, 0.0), Some((0.5, 0.1)));
    }

    #[test]
    fn an_end_is_where_patches_pile_up_and_stop() {
        let piled = |value| (value, 0.2);
        let single = |value| (value, 1.0 / 64.0);
        let found = |reaches: &[Reach]| end(reaches.iter().copied());
        assert_eq!(found(&[[piled(0.08); 40].as_slice(), &[single(0.2); 60]].concat()), Some(0.08));
        // A few hot pixels beyond.
        assert_eq!(found(&[[piled(0.08); 40].as_slice(), &[single(0.0); 3], &[single(0.2); 57]].concat()), Some(0.08));
        // A plain place that others go beyond is none.
        assert_eq!(found(&[[piled(0.3); 40].as_slice(), &[single(0.1); 60]].concat()), None);
        assert_eq!(found(&[single(0.1); 60]), None);
        assert_eq!(found(&[]), None);
    }
}

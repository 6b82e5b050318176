//! Fits the noise model to measured points, as a robust line.

use crate::estimate::Point;
use crate::method::noise::NoiseModel;

/// How far a point's variance may be from the line, relative to it, before the point counts half.
#[derive(Debug, Clone, Copy)]
pub struct Tolerance {
    above: f64,
    below: f64,
}

impl Tolerance {
    /// For points that texture can only push up.
    pub const OF_WHITE: Self = Self { above: 0.1, below: 0.4 };
    /// For a curve through such points, which can follow them and must keep a steep end.
    pub const OF_CURVE: Self = Self { above: 0.35, below: 0.7 };
    /// For points that scatter to both sides.
    pub const OF_GRAIN: Self = Self { above: 1.0, below: 1.0 };

    /// The weight of a point whose variance is `exp(off)` times what is fitted, and what it costs to leave it there:
    /// a Cauchy loss whose width depends on the side.
    pub(super) fn weight_and_cost(self, off: f64) -> (f64, f64) {
        let half = if off > 0.0 { self.above } else { self.below };
        let square = (off / half).powi(2);
        (1.0 / (1.0 + square), half * half * square.ln_1p())
    }
}

/// Rounds of fitting and weighting.
const ROUNDS: usize = 20;
/// The largest values that make sense: the range of [`NoiseModel::new`].
const MOST: f64 = 2.0;
/// The range of brightnesses at which read and shot noise may be equal, where a line in log-log bends.
const TURNS: (f64, f64) = (1e-5, 1e2);
/// How many lines are tried over that range, each 1.4 times the next.
const TRIED: usize = 48;
/// A variance below this counts as none, because no file can hold it.
const LEAST: f64 = 1e-14;

/// The line `variance = sigma_read^2 + shot mean` through the points, neither number negative.
///
/// The error of a variance is proportional to it, so distances are measured in logs and every point counts the same,
/// however dark it is. Points far from the line lose their weight.
pub fn fit(points: &[Point], tolerance: Tolerance) -> NoiseModel {
    let points: Vec<(f64, f64)> = points.iter().map(coordinates).filter(|(_, variance)| *variance > LEAST).collect();
    if points.is_empty() {
        return NoiseModel::NONE;
    }
    let read_alone = scale(&points, |_| 1.0, tolerance);
    let shot_alone = scale(&points, |mean| mean.max(TURNS.0), tolerance);
    let at_turn = |turn: f64| scale(&points, |mean| mean + turn, tolerance);
    let turn = |place: f64| TURNS.0 * (TURNS.1 / TURNS.0).powf(place / (TRIED - 1) as f64);
    let coarse = (0..TRIED).map(|i| i as f64).min_by(|a, b| at_turn(turn(*a)).1.total_cmp(&at_turn(turn(*b)).1));
    let mut place = coarse.unwrap_or_default();
    for step in [0.5, 0.25, 0.12, 0.06, 0.03, 0.015] {
        let near = [place, place - step, place + step];
        place = near.into_iter().min_by(|a, b| at_turn(turn(*a)).1.total_cmp(&at_turn(turn(*b)).1)).unwrap_or(place);
    }
    let (shot, cost) = at_turn(turn(place));
    // The simpler model, if it fits as well.
    let (read_squared, shot) = if read_alone.1 <= cost {
        (read_alone.0, 0.0)
    } else if shot_alone.1 <= cost {
        (0.0, shot_alone.0)
    } else {
        (shot * turn(place), shot)
    };
    NoiseModel { sigma_read: read_squared.sqrt().min(MOST) as f32, shot: shot.min(MOST) as f32 }
}

/// The factor on `shape` that fits the points best, and its cost.
fn scale(points: &[(f64, f64)], shape: impl Fn(f64) -> f64, tolerance: Tolerance) -> (f64, f64) {
    let off: Vec<f64> = points.iter().map(|(mean, variance)| (variance / shape(*mean)).ln()).collect();
    // Starts at the median, which a few points cannot move.
    let mut sorted = off.clone();
    sorted.sort_by(f64::total_cmp);
    let mut middle = sorted[sorted.len() / 2];
    for _ in 0..ROUNDS {
        let (mut weights, mut sum) = (0.0, 0.0);
        for off in &off {
            let (weight, _) = tolerance.weight_and_cost(off - middle);
            weights += weight;
            sum += weight * off;
        }
        middle = sum / weights;
    }
    (middle.exp(), off.iter().map(|off| tolerance.weight_and_cost(off - middle).1).sum())
}

/// (brightness, variance). The model treats everything below black as black.
fn coordinates(point: &Point) -> (f64, f64) {
    (f64::from(point.mean.max(0.0)), f64::from(point.std).powi(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(points: &[Point]) -> NoiseModel {
        super::fit(points, Tolerance::OF_WHITE)
    }

    fn points(f: impl Fn(f32) -> f32) -> Vec<Point> {
        (0..20).map(|i| i as f32 / 20.0).map(|mean| Point { mean, std: f(mean).sqrt() }).collect()
    }

    #[test]
    fn points_on_a_line_give_the_line() {
        for gain in [1.0, 8.0, 20.0] {
            let noise = NoiseModel::at_gain(gain);
            let fitted = fit(&points(|x| noise.variance(x)));
            assert!((fitted.sigma_read / noise.sigma_read - 1.0).abs() < 1e-2, "{fitted:?}");
            assert!((fitted.shot / noise.shot - 1.0).abs() < 1e-2, "{fitted:?}");
        }
    }

    #[test]
    fn texture_in_some_brightnesses_does_not_matter() {
        let noise = NoiseModel::at_gain(4.0);
        let mut points = points(|x| noise.variance(x));
        for i in [3, 4, 9, 15, 16] {
            points[i].std *= 2.0;
        }
        let fitted = fit(&points);
        assert!((fitted.variance(0.5) / noise.variance(0.5) - 1.0).abs() < 0.05, "{fitted:?}");
    }

    #[test]
    fn dark_points_count_as_much_as_bright_ones() {
        // A curve that vanishes at black: most of its points have more noise.
        let toned = fit(&points(|x| 0.01 * (x / 0.2).min(1.0).powi(4).max(1e-6)));
        assert!((0.3..1.2).contains(&(toned.variance(0.6) / 0.01)), "{toned:?}");
        // A point without noise says nothing.
        let mut flat = points(|_| 0.01);
        flat[3].std = 0.0;
        assert!((fit(&flat).sigma_read / 0.1 - 1.0).abs() < 1e-3);
    }

    #[test]
    fn neither_number_is_negative() {
        let falling = fit(&points(|x| 0.02 - 0.01 * x));
        assert!(falling.shot == 0.0 && falling.sigma_read > 0.09, "{falling:?}");
        let from_below = fit(&points(|x| (0.02 * x - 0.002).max(0.0)));
        assert!(from_below.sigma_read < 0.01 && from_below.shot > 0.0, "{from_below:?}");
    }

    #[test]
    fn no_points_and_one_point_are_enough() {
        assert_eq!(fit(&[]), NoiseModel::NONE);
        let one = fit(&[Point { mean: 0.3, std: 0.1 }]);
        assert!((one.sigma_read - 0.1).abs() < 1e-6 && one.shot == 0.0, "{one:?}");
        assert_eq!(fit(&[Point { mean: 0.3, std: 0.0 }]), NoiseModel::NONE);
    }
}

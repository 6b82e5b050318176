//! Fits the noise model to measured points, as a robust line, alone or beside texture.

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
    /// For the same in a mosaic, where texture goes beside the line, which leaves less above it.
    pub const OF_MOSAIC: Self = Self { above: 0.06, below: 0.4 };
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
/// The range of texture that is tried, in units of shot noise at white, and how many steps over it, each 1.4 times the
/// one before.
const TEXTURES: (f64, f64) = (0.03, 300.0);
const TRIED_TEXTURES: usize = 28;
/// What it costs to take all points for texture but one part in e.
const COST_OF_SHARE: f64 = 0.1;
/// A variance below this counts as none, because no file can hold it.
const LEAST: f64 = 1e-14;

/// The line `variance = sigma_read^2 + shot mean` through the points, neither number negative.
///
/// The error of a variance is proportional to it, so distances are measured in logs and every point counts the same,
/// however dark it is. Points far from the line lose their weight.
pub fn fit(points: &[Point], tolerance: Tolerance) -> NoiseModel {
    fit_beside(0.0, &coordinates(points), tolerance).0
}

/// The same for points in linear light of which all may have texture. What is seen of it has about the same contrast
/// in shadow and light, so its variance grows with the square of the brightness, faster than any noise:
/// `variance = sigma_read^2 + shot (mean + texture mean^2)`.
pub fn fit_beside_texture(points: &[Point], tolerance: Tolerance) -> NoiseModel {
    let points = coordinates(points);
    let texture = |step: usize| TEXTURES.0 * (TEXTURES.1 / TEXTURES.0).powf(step as f64 / (TRIED_TEXTURES - 1) as f64);
    let textures = std::iter::once(0.0).chain((0..TRIED_TEXTURES).map(texture));
    let fits = textures.map(|texture| fit_beside(texture, &points, tolerance));
    fits.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(NoiseModel::NONE, |(line, _)| line)
}

/// The line that fits best beside this much texture, and what it costs.
fn fit_beside(texture: f64, points: &[(f64, f64)], tolerance: Tolerance) -> (NoiseModel, f64) {
    if points.is_empty() {
        return (NoiseModel::NONE, 0.0);
    }
    let scale = |line: &dyn Fn(f64) -> f64| {
        let all = |mean: f64| line(mean) + texture * mean * mean;
        let (factor, cost) = scale(points, all, tolerance);
        // Points scatter by chance, and those of few brightnesses cannot tell texture from noise. So texture costs its
        // squared contrast, of which flat patches have little, and the share that it takes of the points.
        let shares = points.iter().map(|(mean, _)| (all(*mean) / line(*mean)).ln());
        (factor, cost + texture * factor + COST_OF_SHARE * shares.sum::<f64>() / points.len() as f64)
    };
    let turn = |place: f64| TURNS.0 * (TURNS.1 / TURNS.0).powf(place / (TRIED - 1) as f64);
    let at_turn = |place: &f64| scale(&|mean| mean + turn(*place));
    let best = |places: &mut dyn Iterator<Item = f64>| places.min_by(|a, b| at_turn(a).1.total_cmp(&at_turn(b).1));
    let mut place = best(&mut (0..TRIED).map(|i| i as f64)).unwrap_or_default();
    for step in [0.5, 0.25, 0.12, 0.06, 0.03, 0.015] {
        place = best(&mut [place, place - step, place + step].into_iter()).unwrap_or(place);
    }
    let (read_alone, cost_of_read) = scale(&|_| 1.0);
    let (shot_alone, cost_of_shot) = scale(&|mean| mean.max(TURNS.0));
    let (shot, cost) = at_turn(&place);
    // The simpler model, if it fits as well.
    let (read_squared, shot, cost) = if cost_of_read <= cost {
        (read_alone, 0.0, cost_of_read)
    } else if cost_of_shot <= cost {
        (0.0, shot_alone, cost_of_shot)
    } else {
        (shot * turn(place), shot, cost)
    };
    (NoiseModel { sigma_read: read_squared.sqrt().min(MOST) as f32, shot: shot.min(MOST) as f32 }, cost)
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

/// (brightness, variance) of the points with noise. The model treats everything below black as black.
fn coordinates(points: &[Point]) -> Vec<(f64, f64)> {
    let of = |point: &Point| (f64::from(point.mean.max(0.0)), f64::from(point.std).powi(2));
    points.iter().map(of).filter(|(_, variance)| *variance > LEAST).collect()
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
    fn texture_everywhere_is_no_noise() {
        for noise in [NoiseModel::at_gain(1.0), NoiseModel { sigma_read: 6e-4, shot: 2e-4 }] {
            for contrast in [0.0f32, 0.02, 0.05] {
                let points = points(|x| noise.variance(x) + (contrast * x).powi(2));
                let fitted = fit_beside_texture(&points, Tolerance::OF_MOSAIC);
                for x in [0.02, 0.2, 0.7] {
                    let ratio = (fitted.variance(x) / noise.variance(x)).sqrt();
                    assert!((ratio - 1.0).abs() < 0.1, "{noise:?}, {contrast} at {x}: {ratio}");
                }
            }
        }
    }

    #[test]
    fn noise_of_few_brightnesses_is_no_texture() {
        let noise = NoiseModel { sigma_read: 6e-4, shot: 2e-4 };
        // Points that rise by chance as texture does.
        let off = [-0.03, 0.0, -0.02, 0.03, -0.01, 0.01, 0.02, -0.01, 0.03];
        let point = |(i, off): (usize, &f32)| {
            let mean = 0.25 + 0.02 * i as f32;
            Point { mean, std: noise.variance(mean).sqrt() * (1.0 + off) }
        };
        let points: Vec<Point> = off.iter().enumerate().map(point).collect();
        let ratio = (fit_beside_texture(&points, Tolerance::OF_MOSAIC).variance(0.33) / noise.variance(0.33)).sqrt();
        assert!((ratio - 1.0).abs() < 0.05, "{ratio}");
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

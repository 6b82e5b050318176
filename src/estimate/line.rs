//! The noise model through measured points: a robust line.

use crate::estimate::Point;
use crate::method::noise::NoiseModel;

/// How far a point's variance may be from the line, relatively to it, until the point weighs half.
#[derive(Debug, Clone, Copy)]
pub struct Tolerance {
    above: f64,
    below: f64,
}

impl Tolerance {
    /// For points that texture can only raise.
    pub const OF_WHITE: Self = Self { above: 0.1, below: 0.4 };
    /// For points that scatter to both sides.
    pub const OF_GRAIN: Self = Self { above: 1.0, below: 1.0 };
}

/// Rounds of fitting and weighting.
const ROUNDS: usize = 30;
/// The largest numbers that make sense: the range of [`NoiseModel::new`].
const MOST: f64 = 2.0;

/// The line `variance = sigma_read^2 + shot mean` through the points, neither number negative.
///
/// The error of a point's variance is in proportion to it, so the squares are weighted by the fitted variance; points
/// that lie far from the line lose their weight.
pub fn fit(points: &[Point], tolerance: Tolerance) -> NoiseModel {
    // Keeps the weights finite where there is no noise at all.
    let smallest = 1e-12;
    let mut weights = vec![1.0; points.len()];
    let mut line = (0.0, 0.0);
    for _ in 0..ROUNDS {
        line = least_squares(points, &weights);
        for (weight, point) in weights.iter_mut().zip(points) {
            let (mean, variance) = coordinates(point);
            let fitted = (line.0 + line.1 * mean).max(smallest);
            let off = variance / fitted - 1.0;
            let half = if off > 0.0 { tolerance.above } else { tolerance.below };
            *weight = 1.0 / (fitted * fitted * (1.0 + (off / half).powi(2)));
        }
    }
    NoiseModel { sigma_read: line.0.sqrt().min(MOST) as f32, shot: line.1.min(MOST) as f32 }
}

/// (brightness, variance); the model counts what is below black as black.
fn coordinates(point: &Point) -> (f64, f64) {
    (f64::from(point.mean.max(0.0)), f64::from(point.std).powi(2))
}

/// Weighted least squares for (intercept, slope), both kept from going below 0.
fn least_squares(points: &[Point], weights: &[f64]) -> (f64, f64) {
    let [mut n, mut x, mut xx, mut y, mut xy] = [0.0; 5];
    for (point, w) in points.iter().zip(weights) {
        let (mean, variance) = coordinates(point);
        n += w;
        x += w * mean;
        xx += w * mean * mean;
        y += w * variance;
        xy += w * mean * variance;
    }
    if n == 0.0 {
        return (0.0, 0.0);
    }
    let constant = (y / n, 0.0);
    let determinant = n * xx - x * x;
    // All points at one brightness, which do not tell a slope.
    if determinant <= 1e-9 * n * xx {
        return constant;
    }
    let (intercept, slope) = ((y * xx - x * xy) / determinant, (n * xy - x * y) / determinant);
    match (intercept >= 0.0, slope >= 0.0) {
        (true, true) => (intercept, slope),
        (false, _) => (0.0, xy / xx),
        (true, false) => constant,
    }
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
            assert!((fitted.sigma_read / noise.sigma_read - 1.0).abs() < 1e-3, "{fitted:?}");
            assert!((fitted.shot / noise.shot - 1.0).abs() < 1e-3, "{fitted:?}");
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
    fn neither_number_is_negative() {
        let falling = fit(&points(|x| 0.02 - 0.01 * x));
        assert!(falling.shot == 0.0 && falling.sigma_read > 0.09, "{falling:?}");
        let from_below = fit(&points(|x| (0.02 * x - 0.002).max(0.0)));
        assert!(from_below.sigma_read == 0.0 && from_below.shot > 0.0, "{from_below:?}");
    }

    #[test]
    fn no_points_and_one_point_are_enough() {
        assert_eq!(fit(&[]), NoiseModel::NONE);
        let one = fit(&[Point { mean: 0.3, std: 0.1 }]);
        assert!((one.sigma_read - 0.1).abs() < 1e-6 && one.shot == 0.0, "{one:?}");
        assert_eq!(fit(&[Point { mean: 0.3, std: 0.0 }]), NoiseModel::NONE);
    }
}

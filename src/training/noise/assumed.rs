//! The noise that the time map assumes: what an estimator finds in a photo, with its errors.

use rand::Rng;

use crate::color::{linear_to_srgb, srgb_to_linear};
use crate::image::{CHANNELS, LinearImage};
use crate::method::noise::Noise;
use crate::method::noise_curve::{NoiseCurve, Point};
use crate::training::camera::noise_of;
use crate::training::config::Config;
use crate::training::draw::{log_normal, normal};

/// Number of groups of equal size into which a channel's brightness is split.
const GROUPS: usize = 8;
/// Share of curves that are straight lines: an estimator falls back to one.
const SHARE_LINES: f64 = 0.2;
/// Share of curves that are the same for all channels.
const SHARE_POOLED: f64 = 0.4;

/// Std of the noise against brightness, in linear light, per channel and by increasing brightness.
type Curves = [Vec<Point>; CHANNELS];

/// The std of the difference between a photo and its clean version at [`GROUPS`] brightnesses.
fn measured(noisy: &LinearImage, clean: &LinearImage) -> Curves {
    let squares = |c: usize| clean.plane(c).iter().zip(noisy.plane(c)).map(|(x, y)| (*x, (y - x).powi(2)));
    std::array::from_fn(|c| points(squares(c).collect()))
}

/// The same for all channels together.
fn pooled(noisy: &LinearImage, clean: &LinearImage) -> Curves {
    let squares = clean.values().iter().zip(noisy.values()).map(|(x, y)| (*x, (y - x).powi(2)));
    let points = points(squares.collect());
    std::array::from_fn(|_| points.clone())
}

/// The points of a curve from (brightness, squared error) of every value.
fn points(mut values: Vec<(f32, f32)>) -> Vec<Point> {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mean = |group: &[(f32, f32)], of: fn(&(f32, f32)) -> f32| {
        (group.iter().map(|v| f64::from(of(v))).sum::<f64>() / group.len() as f64) as f32
    };
    let size = values.len().div_ceil(GROUPS);
    let mut points: Vec<Point> = Vec::new();
    let mut start = 0;
    for end in (1..=GROUPS).map(|i| (i * size).min(values.len())) {
        let group = &values[start..end];
        if group.is_empty() {
            continue;
        }
        let brightness = mean(group, |v| v.0);
        // Groups from flat areas have the same brightness and are merged: a curve's points have to differ.
        if values.get(end).is_some_and(|next| next.0 - brightness < 1e-4) {
            continue;
        }
        points.push(Point { mean: brightness, std: mean(group, |v| v.1).sqrt().max(rounding(brightness)) });
        start = end;
    }
    points
}

/// Std of the rounding to 8 bits in linear light: an estimator finds no less.
fn rounding(brightness: f32) -> f32 {
    let code = (255.0 * linear_to_srgb(brightness.clamp(0.0, 1.0))).clamp(0.5, 254.5);
    (srgb_to_linear((code + 0.5) / 255.0) - srgb_to_linear((code - 0.5) / 255.0)) / 12f32.sqrt()
}

/// What an estimator finds of a photo's noise. Its curves are too high or too low, tilted and bent; some are lines.
pub fn estimated(noisy: &LinearImage, clean: &LinearImage, config: &Config, rng: &mut impl Rng) -> Noise {
    if rng.random_bool(SHARE_LINES)
        && let Some(line) = noise_of(noisy, clean)
    {
        return line.scaled(log_normal(config.curve_error, rng)).into();
    }
    let mut curves = if rng.random_bool(SHARE_POOLED) { pooled(noisy, clean) } else { measured(noisy, clean) };
    let scale = log_normal(config.curve_error, rng);
    let tilt = config.curve_error * normal(rng);
    // The channels' points err alike where they are the same.
    let bends: [f32; GROUPS] = std::array::from_fn(|_| log_normal(config.curve_error, rng));
    for curve in &mut curves {
        for (point, bend) in curve.iter_mut().zip(bends) {
            // From one decade below middle grey to one above, as far as the std of the scale in either direction.
            point.std *= scale * bend * 10f32.powf(tilt * (point.mean.max(0.001) / 0.2).log10());
        }
    }
    curve(curves).into()
}

/// The curve through every channel's points.
fn curve(points: Curves) -> NoiseCurve {
    const MOST_STD: f32 = 2.0;
    let held = points.map(|points| points.into_iter().map(|p| Point { std: p.std.min(MOST_STD), ..p }).collect());
    NoiseCurve::of_channels(held).expect("points by increasing brightness with a std in its range")
}

/// The noise curve of the difference between a photo and its clean version, without an estimator's errors.
pub fn exact(noisy: &LinearImage, clean: &LinearImage) -> NoiseCurve {
    curve(measured(noisy, clean))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::noise::NoiseModel;
    use crate::training::noise::field::Field;
    use crate::training::noise::grain::Grain;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Brightness rises from left to right, by a third as fast in blue.
    fn ramp() -> LinearImage {
        LinearImage::from_fn(128, 96, |c, _, x| 0.02 + 0.9 * x as f32 / 128.0 / (1.0 + c as f32)).unwrap()
    }

    #[test]
    fn the_curve_of_a_sensors_noise_is_its_model() {
        let noise = NoiseModel { sigma_read: 0.02, shot: 0.004 };
        for curve in measured(&noise.add_to(&ramp(), 1), &ramp()) {
            assert_eq!(curve.len(), GROUPS);
            for point in curve {
                // Four standard errors of a std from 1536 values.
                let ratio = point.std / noise.variance(point.mean).sqrt();
                assert!((ratio - 1.0).abs() < 4.0 / (2.0 * 1536f32).sqrt(), "{point:?} {ratio}");
            }
        }
    }

    #[test]
    fn a_curve_that_rises_and_falls_is_found() {
        let grain = Grain { std: 0.06, peak: 0.5, falloff: 2.0, field: Field::WHITE };
        let noisy = grain.add_to(&ramp(), 1);
        let curve = exact(&noisy, &ramp());
        for x in [0.15f32, 0.35, 0.6, 0.8] {
            let seen = linear_to_srgb(x);
            let slope = (srgb_to_linear(seen + 1e-3) - srgb_to_linear(seen - 1e-3)) / 2e-3;
            let ratio = curve.std(0, x) / (grain.std_at(seen) * slope);
            assert!((ratio - 1.0).abs() < 0.15, "{x}: {ratio}");
        }
    }

    #[test]
    fn a_flat_image_has_a_single_point() {
        let clean = LinearImage::from_fn(30, 30, |_, _, _| 0.3).unwrap();
        let noisy = NoiseModel { sigma_read: 0.05, shot: 0.0 }.add_to(&clean, 2);
        for curve in measured(&noisy, &clean) {
            assert_eq!(curve.len(), 1);
            assert!((curve[0].std / 0.05 - 1.0).abs() < 0.15, "{curve:?}");
        }
    }

    #[test]
    fn no_noise_is_the_rounding_of_eight_bits() {
        let curves = measured(&ramp(), &ramp());
        // The slope of the curve between codes 127 and 128, over the root of 12.
        let step = (srgb_to_linear(128.0 / 255.0) - srgb_to_linear(127.0 / 255.0)) / 12f32.sqrt();
        assert!((rounding(srgb_to_linear(0.5)) / step - 1.0).abs() < 0.01);
        assert!(curves[0].iter().all(|p| p.std == rounding(p.mean) && p.std > 0.0));
        assert!(rounding(-1.0) > 0.0 && rounding(3.0) < 0.003);
    }

    #[test]
    fn estimates_err_as_much_as_they_should() {
        let noise = NoiseModel { sigma_read: 0.05, shot: 0.0 };
        let noisy = noise.add_to(&ramp(), 4);
        let config = Config { curve_error: 0.1, ..Config::default() };
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut errors = Vec::new();
        for _ in 0..200 {
            let std = estimated(&noisy, &ramp(), &config, &mut rng).std(0, 0, 1, 0.44);
            errors.push((std / 0.05).log10());
        }
        let mean = errors.iter().sum::<f32>() / 200.0;
        let std = (errors.iter().map(|e| (e - mean).powi(2)).sum::<f32>() / 200.0).sqrt();
        // Scale and bend together, and a little tilt.
        assert!(mean.abs() < 0.04 && (0.09..0.18).contains(&std), "{mean} {std}");
        let exact = Config { curve_error: 0.0, ..config };
        for _ in 0..9 {
            let noise = estimated(&noisy, &ramp(), &exact, &mut rng);
            for x in [0.1, 0.4, 0.7] {
                assert!((noise.std(0, 0, 1, x) / 0.05 - 1.0).abs() < 0.1, "{noise:?}");
            }
        }
    }
}

//! Noisy patches of every kind that no simulated camera writes: a sensor's noise or film grain, in colour or grey, as
//! it is or after an editor.
//!
//! The bridge between photo and clean image holds for any noise `y - x0`, so none of these needs to be white or
//! Gaussian.
//!
//! | file | what |
//! |---|---|
//! | [`field`] | noise whose channels and neighbours are correlated |
//! | [`grain`] | film grain |
//! | [`edit`] | tone curve, scaling, blur or sharpening, 8 bits |
//! | [`tone`] | tone curves |
//! | [`assumed`] | what an estimator finds of the noise, for the time map |

pub mod assumed;
pub mod edit;
pub mod field;
pub mod grain;
pub mod tone;

use rand::Rng;

use crate::image::LinearImage;
use crate::method::noise::NoiseModel;
use crate::training::config::Config;
use crate::training::draw::{log_between, log_normal, log_uniform};
use crate::training::noise::edit::Edit;
use crate::training::noise::field::Field;
use crate::training::noise::grain::Grain;
use crate::training::noise::tone::ToneCurve;

/// Gains of photos that an editor has developed, log-uniform: noise that is stronger than that is not kept.
const EDITED_GAINS: (f32, f32) = (0.25, 10.0);

/// Where noise comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Source {
    /// A sensor's noise in linear light, whose channels may be correlated.
    Sensor(NoiseModel, Field),
    /// Grain on the sRGB curve.
    Film(Grain),
}

/// How a noisy patch is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Simulation {
    /// Whether the scene is grey.
    pub grey: bool,
    /// Where the noise comes from.
    pub source: Source,
    /// What an editor does after that.
    pub edit: Option<Edit>,
}

impl Simulation {
    /// A random simulation, of every kind as often as the settings say. Kinds are combined by chance.
    pub fn random(config: &Config, rng: &mut impl Rng) -> Self {
        let grey = rng.random_bool(config.share_grey);
        let shared = shared(grey, rng.random_bool(config.share_correlated), rng);
        let film = rng.random_bool(config.share_grain);
        let resampled = rng.random_bool(config.share_resampled);
        let toned = rng.random_bool(config.share_toned);
        let edit = resampled.then(|| Edit::random_resampling(rng));
        let edit = if toned {
            let curve = ToneCurve::random(grey, rng);
            Some(Edit { curve, ..edit.unwrap_or(Edit::EIGHT_BITS) })
        } else {
            // Scans are files like others.
            edit.or_else(|| (film && rng.random_bool(0.7)).then_some(Edit::EIGHT_BITS))
        };
        let source = if film {
            Source::Film(Grain::random(shared, rng))
        } else {
            let gain = if edit.is_some() { log_uniform(EDITED_GAINS, rng) } else { random_gain(config, rng) };
            Source::Sensor(jittered(NoiseModel::at_gain(gain), (0.1, 0.15), rng), Field { shared, spread: 0.0 })
        };
        Self { grey, source, edit }
    }

    /// Side of the square scene from which a patch of `side` pixels is made.
    pub fn source_side(&self, side: usize) -> usize {
        self.edit.map_or(side, |edit| edit.source_side(side))
    }

    /// The same simulation with a scale at which a scene of `limit` pixels is enough for a patch of `side` pixels.
    #[must_use]
    pub fn within(self, side: usize, limit: usize) -> Self {
        Self { edit: self.edit.map(|edit| edit.within(side, limit)), ..self }
    }

    /// Noisy and clean patch of `side` pixels from a scene of [`Simulation::source_side`]; `seed` determines the noise.
    pub fn apply(&self, scene: LinearImage, side: usize, seed: u64) -> [LinearImage; 2] {
        let clean = if self.grey { edit::grey(&scene) } else { scene };
        let noisy = match &self.source {
            Source::Sensor(noise, field) => with_sensor_noise(&clean, noise, field, seed),
            Source::Film(grain) => grain.add_to(&clean, seed),
        };
        match &self.edit {
            Some(edit) => edit.apply(&noisy, &clean, side),
            None => [noisy, clean],
        }
    }
}

/// Correlation of the channels: that of grey images is nearly always 1, as they hold one channel three times.
fn shared(grey: bool, correlated: bool, rng: &mut impl Rng) -> f32 {
    match (grey && rng.random_bool(0.8), correlated) {
        (true, _) => 1.0,
        (false, true) if rng.random_bool(0.5) => 1.0,
        (false, true) => rng.random_range(0.15..0.95),
        (false, false) => 0.0,
    }
}

/// A gain from the range in the settings.
pub fn random_gain(config: &Config, rng: &mut impl Rng) -> f32 {
    log_between(config.gains, rng.random::<f32>().powf(config.gain_power))
}

/// Noise whose read and shot parts are multiplied by numbers that are log-normal with these stds in log10: cameras
/// differ, and estimates err.
pub fn jittered(noise: NoiseModel, (read, shot): (f32, f32), rng: &mut impl Rng) -> NoiseModel {
    NoiseModel { sigma_read: noise.sigma_read * log_normal(read, rng), shot: noise.shot * log_normal(shot, rng) }
}

/// A clean image with a sensor's noise, unclipped.
fn with_sensor_noise(clean: &LinearImage, noise: &NoiseModel, field: &Field, seed: u64) -> LinearImage {
    let mut noisy = clean.clone();
    let planes = field.planes(clean.width(), clean.height(), seed);
    for (v, z) in noisy.values_mut().iter_mut().zip(planes) {
        *v += noise.variance(*v).sqrt() * z;
    }
    noisy
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn flat(side: usize) -> LinearImage {
        LinearImage::from_fn(side, side, |c, _, _| 0.2 + 0.1 * c as f32).unwrap()
    }

    #[test]
    fn white_noise_is_the_models() {
        let noise = NoiseModel::at_gain(3.0);
        let plain = Simulation { grey: false, source: Source::Sensor(noise, Field::WHITE), edit: None };
        let [noisy, clean] = plain.apply(flat(20), 20, 5);
        assert_eq!(noisy, noise.add_to(&flat(20), 5));
        assert_eq!(clean, flat(20));
    }

    #[test]
    fn channels_are_correlated_as_the_field_says() {
        let noise = NoiseModel { sigma_read: 0.1, shot: 0.0 };
        for shared in [0.0, 0.5, 1.0] {
            let source = Source::Sensor(noise, Field { shared, spread: 0.0 });
            let [noisy, clean] = Simulation { grey: false, source, edit: None }.apply(flat(150), 150, 2);
            let error = |c: usize| noisy.plane(c).iter().zip(clean.plane(c)).map(|(y, x)| y - x);
            let product = error(0).zip(error(2)).map(|(a, b)| a * b).sum::<f32>() / 22_500.0;
            // Four standard errors.
            assert!((product / 0.01 - shared).abs() < 4.0 * ((1.0 + shared * shared) / 22_500.0).sqrt(), "{product}");
        }
    }

    #[test]
    fn kinds_are_drawn_as_often_as_the_settings_say() {
        let config = Config {
            share_grey: 0.1,
            share_correlated: 0.2,
            share_resampled: 0.3,
            share_grain: 0.4,
            share_toned: 0.5,
            ..Config::default()
        };
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let drawn: Vec<Simulation> = (0..4000).map(|_| Simulation::random(&config, &mut rng)).collect();
        let share = |of: fn(&Simulation) -> bool| drawn.iter().filter(|s| of(s)).count() as f64 / 4000.0;
        let field = |s: &Simulation| match s.source {
            Source::Sensor(_, field) => field,
            Source::Film(grain) => grain.field,
        };
        // Grey patches are correlated in four of five cases, correlated or not.
        let correlated = drawn.iter().filter(|s| !s.grey && field(s).shared > 0.0).count() as f64 / 4000.0 / 0.9;
        let resampled: fn(&Simulation) -> bool = |s| s.edit.is_some_and(|e| e.scale.0 != 1.0 || e.focus.is_some());
        for (what, found, expected) in [
            ("grey", share(|s| s.grey), 0.1),
            ("correlated", correlated, 0.2),
            ("resampled", share(resampled), 0.3),
            ("grain", share(|s| matches!(s.source, Source::Film(_))), 0.4),
            ("toned", share(|s| s.edit.is_some_and(|e| e.curve != ToneCurve::NONE)), 0.5),
        ] {
            assert!((found - expected).abs() < 0.035, "{what}: {found}");
        }
        let none = Config {
            share_grey: 0.0,
            share_correlated: 0.0,
            share_resampled: 0.0,
            share_grain: 0.0,
            share_toned: 0.0,
            ..config
        };
        for _ in 0..100 {
            let plain = Simulation::random(&none, &mut rng);
            assert!(
                !plain.grey
                    && plain.edit.is_none()
                    && matches!(plain.source, Source::Sensor(_, field) if field == Field::WHITE)
            );
        }
    }

    #[test]
    fn the_power_moves_the_middle_gain() {
        for (power, middle) in [(1.0, 0.5f32), (0.6, 0.66), (2.0, 0.25)] {
            let config = Config { gain_power: power, ..Config::default() };
            let (low, high) = config.gains;
            let mut rng = ChaCha8Rng::seed_from_u64(5);
            let mut drawn: Vec<f32> = (0..2001).map(|_| random_gain(&config, &mut rng)).collect();
            drawn.sort_by(f32::total_cmp);
            assert!(drawn[0] >= low && drawn[2000] <= high * 1.0001);
            let place = (drawn[1000] / low).ln() / (high / low).ln();
            assert!((place - middle).abs() < 0.04, "{power}: the middle gain is at {place} of the range");
        }
    }
}

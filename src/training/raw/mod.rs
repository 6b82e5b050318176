//! Mosaics as sensors record them, with their clean versions: what a network for RAW photos learns from.
//!
//! | stage | where |
//! |---|---|
//! | sharpness of the lens, exposure | here |
//! | colours of the sensor, white balance, saturation | [`colors`] |
//! | photons, read noise, rows, columns, black level, rounding | [`sensor`] |
//! | hot and dead pixels | [`defects`] |

pub mod colors;
pub mod defects;
pub mod sensor;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::image::{CHANNELS, LinearImage};
use crate::method::noise::{Noise, NoiseModel};
use crate::raw::mosaic::{Mosaic, PLANES, Phase};
use crate::training::camera::blurred;
use crate::training::config::Config;
use crate::training::crop::{any_scene, clean_patch};
use crate::training::draw::log_uniform;
use crate::training::noise::jittered;
use crate::training::raw::colors::Colors;
use crate::training::raw::sensor::Sensor;
use crate::training::scenes::Scenes;

/// Share of mosaics through a lens that is less sharp than a scaled-down image.
const SHARE_BLURRED: f64 = 0.3;
/// Share of mosaics with more light than the sensor can hold.
const SHARE_OVEREXPOSED: f64 = 0.15;
/// Share of mosaics with hot or dead pixels.
const SHARE_DEFECTIVE: f64 = 0.25;
/// Share of mosaics whose noise was estimated with little to go by.
const SHARE_MISJUDGED: f64 = 0.3;
/// How much larger the error of such an estimate is.
const MISJUDGED: f32 = 3.0;
/// Share of mosaics whose noise is known plane by plane, with an error for each.
const SHARE_BY_PLANE: f64 = 0.15;

/// A mosaic and its clean version as four planes (see [`Mosaic::planes`]), and the noise that is assumed in it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawPatch {
    /// The planes of the scene's light, from 0 to 1.
    pub clean: LinearImage,
    /// The same planes as the sensor records them.
    pub noisy: LinearImage,
    /// What a noise profile or an estimator says, with its error.
    pub noise: Noise,
    /// What grey has in the sensor's red, green and blue, relative to green: the inverse of the white balance.
    pub neutral: [f32; CHANNELS],
}

/// A random place of a random scene, `side` pixels of the planes wide and high, as a random sensor records it: a
/// function of `rng`. Scenes need twice that side in pixels.
pub fn patch(scenes: &Scenes, config: &Config, side: usize, rng: &mut ChaCha8Rng) -> RawPatch {
    let (scene, generated) = any_scene(scenes, config, rng);
    RawPatch::random(&clean_patch(scene, generated, config, 2 * side, rng), config.parameter_error, rng)
}

impl RawPatch {
    /// Photographs an RGB scene in linear sRGB, from 0 to 1, by a random sensor. `parameter_error` is the usual error
    /// of the noise parameters: its std in log10. Every 2 x 2 pixels of the scene become a pixel of the planes.
    pub fn random(scene: &LinearImage, parameter_error: f32, rng: &mut ChaCha8Rng) -> Self {
        let colors = Colors::random(rng);
        let exposure =
            if rng.random_bool(SHARE_OVEREXPOSED) { rng.random_range(1.0..3.0) } else { log_uniform((0.4, 1.0), rng) };
        let scene =
            if rng.random_bool(SHARE_BLURRED) { softened(scene, rng.random_range(0.3..0.9)) } else { scene.clone() };
        let sensor = Sensor::random(rng);
        let light = Mosaic::sampled(&colors.seen(&scene, exposure), Phase::RGGB).expect("scenes are RGB");
        let recorded = sensor.record(&light, rng);
        let (clean, mut noisy) = (sensor.shifted(light).planes(), recorded.planes());
        let noise = sensor.noise();
        if rng.random_bool(SHARE_DEFECTIVE) {
            defects::add(&mut noisy, &clean, &noise, rng);
        }
        Self { clean, noisy, noise: assumed(noise, parameter_error, rng), neutral: colors.neutral() }
    }
}

/// What is known of the noise: a profile or estimate, usually good.
fn assumed(noise: NoiseModel, error: f32, rng: &mut ChaCha8Rng) -> Noise {
    let error = if rng.random_bool(SHARE_MISJUDGED) { MISJUDGED * error } else { error };
    if rng.random_bool(SHARE_BY_PLANE) {
        let lines: [NoiseModel; PLANES] = std::array::from_fn(|_| jittered(noise, (error, error), rng));
        return lines.into();
    }
    jittered(noise, (error, error), rng).into()
}

/// A scene through a lens whose blur has this std, in pixels.
fn softened(scene: &LinearImage, std: f32) -> LinearImage {
    let planes = (0..CHANNELS).flat_map(|c| blurred(scene.plane(c).to_vec(), scene.width(), std)).collect();
    LinearImage::new(scene.width(), scene.height(), planes).expect("a blur keeps the size")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::scenes::{Generated, Scene};
    use rand::SeedableRng;

    /// Patches of many brightnesses and colours.
    fn scene() -> LinearImage {
        let value = |c: usize, row: usize, column: usize| {
            let patch = row / 16 * 6 + column / 16;
            (0.02 + 0.11 * ((patch * (3 + 2 * c)) % 9) as f32).min(1.0)
        };
        LinearImage::from_fn(96, 64, value).unwrap()
    }

    fn patch_of(seed: u64) -> RawPatch {
        RawPatch::random(&scene(), 0.03, &mut ChaCha8Rng::seed_from_u64(seed))
    }

    #[test]
    fn a_patch_is_a_function_of_the_generator() {
        assert_eq!(patch_of(5), patch_of(5));
        assert_ne!(patch_of(5).noisy, patch_of(6).noisy);
    }

    #[test]
    fn patches_are_planes_of_half_the_size_within_the_sensors_range() {
        for seed in 0..60 {
            let patch = patch_of(seed);
            for image in [&patch.clean, &patch.noisy] {
                assert_eq!((image.channels(), image.width(), image.height()), (4, 48, 32));
                assert!(image.values().iter().all(|v| (-0.2..=1.01).contains(v)));
            }
            // The black level is hardly off.
            assert!(patch.clean.values().iter().all(|v| *v > -0.01), "{seed}");
            assert!(patch.clean.values().iter().any(|v| *v > 0.05), "{seed}: not all is dark");
            patch.noise.check(patch.noisy.channels(), patch.noisy.pixels()).unwrap();
        }
    }

    #[test]
    fn the_assumed_noise_is_that_of_the_mosaic() {
        let mut ratios: Vec<f32> = (0..200)
            .map(|seed| {
                let RawPatch { clean, noisy, noise, .. } = patch_of(seed);
                let pixels = clean.pixels();
                let squares =
                    (0..clean.values().len()).filter(|i| (0.01..0.8).contains(&clean.values()[*i])).map(|i| {
                        let x = clean.values()[i];
                        ((noisy.values()[i] - x) / noise.std(i / pixels, i % pixels, pixels, x)).powi(2)
                    });
                let (sum, count) = squares.fold((0.0, 0), |(sum, count), v| (sum + v, count + 1));
                sum / count as f32
            })
            .filter(|v| v.is_finite())
            .collect();
        ratios.sort_by(f32::total_cmp);
        assert!(ratios.len() > 190);
        // A tenth of the estimates err by more than 3 * 0.03 in log10, which is 1.5 in variance.
        assert!((0.9..1.1).contains(&ratios[ratios.len() / 2]), "{ratios:?}");
        assert!(ratios[10] > 0.5 && ratios[ratios.len() - 10] < 2.0, "{ratios:?}");
    }

    #[test]
    fn patches_of_scenes_have_the_side_that_is_asked_for() {
        let scene = |width: usize, height: usize| Scene {
            width,
            height,
            bytes: (0..width * height * 3).map(|i| (i * 7 % 251) as u8).collect(),
        };
        let scenes = Scenes {
            from_folders: vec![scene(100, 90), scene(700, 500)],
            generated: Generated::new(2, 1),
            ..Scenes::default()
        };
        for seed in 0..10 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let patch = patch(&scenes, &Config::default(), 40, &mut rng);
            assert_eq!((patch.noisy.channels(), patch.noisy.width(), patch.clean.height()), (4, 40, 40));
            assert!(patch.neutral[1] == 1.0 && patch.neutral.iter().all(|v| (0.05..20.0).contains(v)));
        }
    }

    #[test]
    fn noise_covers_the_range_of_real_sensors() {
        let mut by_plane = 0;
        let mut shots: Vec<f32> = (0..300)
            .map(|seed| match patch_of(seed).noise {
                Noise::Model(model) => model.shot,
                Noise::Planes(lines) => {
                    by_plane += 1;
                    assert!(lines[0] != lines[1] && (lines[0].shot / lines[3].shot).log10().abs() < 0.7);
                    lines[0].shot
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert!((25..70).contains(&by_plane), "{by_plane} of 300");
        shots.sort_by(f32::total_cmp);
        assert!(shots[0] < 3e-5 && shots[299] > 3e-2, "{shots:?}");
        // The middle of a log-uniform range is its geometric mean.
        assert!((shots[150] / 9e-4).log10().abs() < 0.4, "{}", shots[150]);
    }
}

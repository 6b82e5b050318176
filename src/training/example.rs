//! One training example: a pure function of (seed, step, index), so that a run can stop anywhere and resume exactly.

use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::image::{LinearImage, MOST_CHANNELS};
use crate::method::formulation::{Condition, Correlation, Formulation, Start, Time};
use crate::method::forward::unit_noise;
use crate::method::random::{Normals, Stream};
use crate::method::schedule::Schedule;
use crate::method::time_map::{TimeMap, time_after};
use crate::training::config::Config;
use crate::training::painted::Kept;
use crate::training::patch::Patch;
use crate::training::scenes::Scenes;

/// The planes of one patch, in [`LinearImage`]'s order.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Channels of the patch.
    pub channels: usize,
    /// What white balance multiplies each channel by: 1 in an RGB patch.
    pub balance: [f32; MOST_CHANNELS],
    /// The clean patch.
    pub x0: Vec<f32>,
    /// The noisy patch as the network sees it; `x_t` again, if it sees that alone.
    pub y: Vec<f32>,
    /// The state at which the network is trained: a point of the bridge between the two, or of a chain of its own.
    pub x_t: Vec<f32>,
    /// Std of the noise in `x_t`.
    pub sigma_t: Vec<f32>,
    /// Std of the noise in `y` according to the time map; `sigma_t` again, if the network sees `x_t` alone.
    pub sigma_star: Vec<f32>,
    /// The network's target.
    pub eps: Vec<f32>,
}

impl Example {
    /// Example number `index` of a step.
    pub fn new(scenes: &Scenes, config: &Config, schedule: &Schedule, step: usize, index: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(config.seed);
        rng.set_stream(((step as u64) << 16) | index as u64);
        let side = config.stage(step).patch;
        let seed = rng.random();
        let Patch { mut x0, y, noise, balance } = Patch::random(scenes, config, side, seed, &mut rng);
        let formulation = config.formulation;
        let is_painted = formulation.time == Time::Map && rng.random_bool(config.share_painted);
        let kept = is_painted.then(|| Kept::random(side, &mut rng));
        if let Some(kept) = kept {
            kept.keep(&mut x0, &y);
        }
        let strength = |row, column| kept.map_or(1.0, |kept| kept.strength(row, column));
        let time_map = formulation.time_map(&y, &noise, schedule, strength);
        let latest = formulation.first_time(time_map.latest(), schedule);
        let tau = match formulation.start {
            Start::Photo if rng.random_bool(config.share_at_photo) => 0.0,
            Start::Photo => rng.random::<f32>() * latest,
            // As dense as the steps; see `Steps::plan`.
            Start::Noise => latest * (1.0 - rng.random::<f32>().powi(2)),
        };
        Self { balance, ..Self::at(&x0, &y, &time_map, tau, (schedule, formulation), seed) }
    }

    /// The example for a clean and a noisy patch at `tau`, the time since the process started.
    pub fn at(
        x0: &LinearImage,
        y: &LinearImage,
        time_map: &TimeMap,
        tau: f32,
        (schedule, formulation): (&Schedule, Formulation),
        seed: u64,
    ) -> Self {
        let sigma_star: Vec<f32> = time_map.times().iter().map(|&t| schedule.sigma(t)).collect();
        let (sigma_t, x_t) = if tau == 0.0 && formulation.correlation == Correlation::Shared {
            // Every pixel is still the photo's.
            (sigma_star.clone(), y.values().to_vec())
        } else {
            let sigma = |&t: &f32| schedule.sigma(time_after(formulation.first_time(t, schedule), tau));
            let sigma_t: Vec<f32> = time_map.times().iter().map(sigma).collect();
            let x_t = drawn(x0, y, &sigma_t, &sigma_star, formulation, seed);
            (sigma_t, x_t)
        };
        let eps = (0..x_t.len()).map(|i| unit_noise(x_t[i], x0.values()[i], sigma_t[i])).collect();
        let (y, sigma_star) = match formulation.condition {
            Condition::Photo => (y.values().to_vec(), sigma_star),
            Condition::None => (x_t.clone(), sigma_t.clone()),
        };
        Self {
            channels: x0.channels(),
            balance: [1.0; MOST_CHANNELS],
            x0: x0.values().to_vec(),
            y,
            x_t,
            sigma_t,
            sigma_star,
            eps,
        }
    }
}

/// The state between clean and noisy patch at which the noise has these stds.
fn drawn(
    x0: &LinearImage,
    y: &LinearImage,
    sigma_t: &[f32],
    sigma_star: &[f32],
    formulation: Formulation,
    seed: u64,
) -> Vec<f32> {
    let normals = Normals::new(seed, Stream::Forward);
    let (width, pixels) = (x0.width(), x0.pixels());
    let mut x_t = vec![0.0; x0.values().len()];
    for p in 0..pixels {
        for (channel, z) in (0..x0.channels()).zip(normals.at(0, p / width, p % width)) {
            let i = channel * pixels + p;
            x_t[i] = formulation.x_t(x0.values()[i], y.values()[i], sigma_t[i].powi(2), sigma_star[i].powi(2), z);
        }
    }
    x_t
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::CHANNELS;
    use crate::training::scenes::{Generated, Pair, Scene};

    fn scenes() -> Scenes {
        let scene = |w: usize, h: usize| Scene {
            width: w,
            height: h,
            bytes: (0..w * h * 3).map(|i| (i * 7 % 251) as u8).collect(),
        };
        Scenes {
            from_folders: vec![scene(100, 90), scene(700, 500)],
            generated: Generated::new(2, 1),
            ..Scenes::default()
        }
    }

    /// Settings with a sensor's noise alone, in photos or not.
    fn plain() -> Config {
        Config {
            share_grey: 0.0,
            share_correlated: 0.0,
            share_resampled: 0.0,
            share_grain: 0.0,
            share_toned: 0.0,
            ..Config::default()
        }
    }

    #[test]
    fn an_example_depends_on_seed_step_and_index_alone() {
        let (scenes, config, schedule) = (scenes(), Config::default(), Schedule::default());
        let at = |step, index| Example::new(&scenes, &config, &schedule, step, index);
        assert_eq!(at(3, 5), at(3, 5));
        assert_ne!(at(3, 5).x0, at(3, 6).x0);
        assert_ne!(at(3, 5).y, at(4, 5).y);
    }

    #[test]
    fn an_example_is_consistent() {
        let (scenes, schedule) = (scenes(), Schedule::default());
        // Noise that stays goes beyond black and white.
        let config = Config { share_painted: 0.0, ..Config::default() };
        for index in 0..24 {
            let s = Example::new(&scenes, &config, &schedule, 0, index);
            assert_eq!(s.x0.len(), 3 * 48 * 48);
            for i in 0..s.x0.len() {
                assert!((0.0..=1.0).contains(&s.x0[i]));
                assert!(s.sigma_t[i] <= s.sigma_star[i] && s.sigma_t[i] >= 0.0);
                let x0_hat = s.x_t[i] - s.sigma_t[i] * s.eps[i];
                if s.sigma_t[i] > 0.0 {
                    assert!((x0_hat - s.x0[i]).abs() < 1e-5, "the target leads back to the clean image");
                }
                if s.sigma_t[i] == s.sigma_star[i] {
                    assert_eq!(s.x_t[i], s.y[i], "at T*, x_t is the photo");
                }
            }
        }
    }

    #[test]
    fn a_part_that_is_painted_out_is_the_photos() {
        let (scenes, schedule) = (scenes(), Schedule::default());
        let at = |share_painted| {
            let config = Config { share_painted, share_at_photo: 1.0, ..plain() };
            (0..12).map(move |index| (index, config.clone()))
        };
        let mut kept = 0;
        for ((index, painted), (_, whole)) in at(1.0).zip(at(0.0)) {
            let [painted, whole] = [painted, whole].map(|config| Example::new(&scenes, &config, &schedule, 0, index));
            assert_eq!(painted.y, whole.y);
            for i in 0..painted.y.len() {
                if painted.sigma_star[i] == 0.0 {
                    assert_eq!((painted.x0[i], painted.eps[i]), (painted.y[i], 0.0));
                    kept += 1;
                } else if painted.sigma_star[i] == whole.sigma_star[i] {
                    assert!((painted.x0[i] - whole.x0[i]).abs() < 1e-6);
                } else {
                    let share = painted.sigma_star[i] / whole.sigma_star[i];
                    let expected = whole.y[i] + share * (whole.x0[i] - whole.y[i]);
                    assert!((painted.x0[i] - expected).abs() < 1e-3, "{share}: {}, not {expected}", painted.x0[i]);
                }
            }
        }
        assert!((9_000..70_000).contains(&kept), "{kept} of 82,944 values");
    }

    #[test]
    fn every_variant_of_the_method_has_examples_of_its_own() {
        let (scenes, schedule) = (scenes(), Schedule::default());
        for formulation in Formulation::all() {
            let config = Config { formulation, share_at_photo: 0.5, ..plain() };
            let (mut at_photo, mut with_less_noise) = (0, 0);
            for index in 0..12 {
                let e = Example::new(&scenes, &config, &schedule, 0, index);
                let values = 0..e.x0.len();
                for i in values.clone().filter(|&i| e.sigma_t[i] > 0.0) {
                    let back = e.x_t[i] - e.sigma_t[i] * e.eps[i];
                    assert!((back - e.x0[i]).abs() < 1e-5, "{formulation:?}: {back}, not {}", e.x0[i]);
                }
                let one_for_all = |stds: &[f32]| stds.iter().all(|&std| std == stds[0]);
                let starts_now = values.clone().all(|i| e.sigma_t[i] == e.sigma_star[i]);
                if formulation.condition == Condition::None {
                    assert_eq!((&e.y, &e.sigma_star), (&e.x_t, &e.sigma_t));
                } else if formulation.correlation == Correlation::Shared {
                    assert_eq!(starts_now, e.x_t == e.y, "{formulation:?}");
                } else {
                    assert_ne!(e.x_t, e.y, "{formulation:?}");
                }
                assert_eq!(one_for_all(&e.sigma_star), formulation.time != Time::Map, "{formulation:?}");
                if formulation.start == Start::Noise {
                    assert!(one_for_all(&e.sigma_t));
                    with_less_noise += usize::from(e.sigma_t[0] < 1.0);
                } else {
                    at_photo += usize::from(starts_now);
                }
            }
            if formulation.start == Start::Noise {
                assert!((1..9).contains(&with_less_noise), "times are spread: {with_less_noise}");
            } else if formulation.condition == Condition::Photo {
                assert!((2..11).contains(&at_photo), "{formulation:?}: {at_photo}");
            }
        }
    }

    #[test]
    fn photographed_examples_lead_back_to_their_clean_images_too() {
        let side = 240;
        let scene = Scene { width: side, height: side, bytes: (0..side * side * 3).map(|i| (i / 90) as u8).collect() };
        let scenes = Scenes { from_folders: vec![scene], generated: Generated::new(2, 1), ..Scenes::default() };
        let config = Config { share_photos: 1.0, share_at_photo: 0.5, ..Config::default() };
        let mut squares = Vec::new();
        for index in 0..30 {
            let s = Example::new(&scenes, &config, &Schedule::default(), 0, index);
            assert_eq!(s.y.len(), 3 * 48 * 48);
            assert_ne!(s.y, s.x0);
            let back = |i: usize| (s.x_t[i] - s.sigma_t[i] * s.eps[i] - s.x0[i]).abs();
            assert!((0..s.y.len()).all(|i| s.sigma_t[i] == 0.0 || back(i) < 1e-5));
            squares.push(s.eps.iter().map(|v| v * v).sum::<f32>() / s.eps.len() as f32);
        }
        squares.sort_by(f32::total_cmp);
        assert!((0.3..3.0).contains(&squares[15]), "the map is roughly right: {squares:?}");
    }

    #[test]
    fn examples_from_pairs_show_the_same_place_in_both() {
        // In the photo every other pixel is six codes brighter, and then all are by a tenth.
        let scene = |noisy: bool| Scene {
            width: 90,
            height: 70,
            bytes: (0..90 * 70 * 3)
                .map(|i| (i * 7 % 211, i / 3 % 2))
                .map(|(v, odd)| if noisy { (v + 6 * odd) * 11 / 10 } else { v } as u8)
                .collect(),
        };
        let scenes = Scenes { pairs: vec![Pair { noisy: scene(true), clean: scene(false) }], ..scenes() };
        let config = Config { share_pairs: 1.0, share_darkened: 0.0, ..Config::default() };
        let mut stds = Vec::new();
        for index in 0..20 {
            let s = Example::new(&scenes, &config, &Schedule::default(), 0, index);
            assert!(s.x0.iter().any(|v| *v < 0.2) && s.x0.iter().any(|v| *v > 0.4), "the scene has large steps");
            let apart: Vec<f32> = s.x0.iter().zip(&s.y).map(|(x0, y)| y - x0).collect();
            assert!(apart.iter().all(|d| d.abs() < 0.08), "{apart:?}");
            for channel in apart.chunks_exact(apart.len() / CHANNELS) {
                let mean = channel.iter().sum::<f32>() / channel.len() as f32;
                assert!(mean.abs() < 1e-4, "both have the same mean: {mean}");
            }
            stds.push((apart.iter().map(|d| d * d).sum::<f32>() / apart.len() as f32).sqrt());
        }
        stds.sort_by(f32::total_cmp);
        assert!(stds[19] > 1.5 * stds[0], "the noise is scaled: {stds:?}");
    }

    #[test]
    fn the_target_has_unit_variance() {
        let (scenes, schedule) = (scenes(), Schedule::default());
        let config = Config { parameter_error: 0.0, share_photos: 0.0, ..plain() };
        let all: Vec<f32> = (0..60).flat_map(|i| Example::new(&scenes, &config, &schedule, 0, i).eps).collect();
        let variance = all.iter().map(|v| v * v).sum::<f32>() / all.iter().filter(|&&v| v != 0.0).count() as f32;
        // The map is made from a smoothed noisy photo, so the variance is close to 1 but not equal.
        assert!((0.85..1.25).contains(&variance), "{variance}");
    }

    /// The settings that have every simulated patch of one kind.
    fn kinds() -> [(&'static str, Config); 5] {
        let plain = Config { share_photos: 0.0, ..plain() };
        [
            ("grey", Config { share_grey: 1.0, ..plain.clone() }),
            ("correlated", Config { share_correlated: 1.0, ..plain.clone() }),
            ("resampled", Config { share_resampled: 1.0, ..plain.clone() }),
            ("grain", Config { share_grain: 1.0, ..plain.clone() }),
            ("toned", Config { share_toned: 1.0, ..plain }),
        ]
    }

    #[test]
    fn every_kind_of_noise_depends_on_seed_step_and_index_alone_and_leads_back() {
        let (scenes, schedule) = (scenes(), Schedule::default());
        for (kind, config) in kinds() {
            let config = Config { share_at_photo: 0.5, ..config };
            for index in 0..12 {
                let e = Example::new(&scenes, &config, &schedule, 7, index);
                assert_eq!(e, Example::new(&scenes, &config, &schedule, 7, index), "{kind}");
                assert_eq!(e.y.len(), 3 * 48 * 48);
                assert_ne!(e.y, e.x0, "{kind}");
                let back = |i: usize| (e.x_t[i] - e.sigma_t[i] * e.eps[i] - e.x0[i]).abs();
                assert!((0..e.y.len()).all(|i| e.sigma_t[i] == 0.0 || back(i) < 1e-5), "{kind}");
            }
        }
    }

    #[test]
    fn the_map_of_every_kind_of_noise_is_roughly_right() {
        let (scenes, schedule) = (scenes(), Schedule::default());
        for (kind, config) in kinds() {
            let config = Config { share_at_photo: 1.0, ..config };
            let mut squares: Vec<f32> = (0..40)
                .map(|index| Example::new(&scenes, &config, &schedule, 0, index).eps)
                .map(|eps| eps.iter().map(|v| v * v).sum::<f32>() / eps.len() as f32)
                .collect();
            squares.sort_by(f32::total_cmp);
            assert!((0.7..1.4).contains(&squares[20]), "{kind}: {squares:?}");
            assert!(squares[36] < 6.0, "{kind}: {squares:?}");
        }
    }

    #[test]
    fn grey_examples_are_the_same_in_all_channels() {
        let scenes = scenes();
        let config = Config { share_grey: 1.0, share_toned: 0.5, share_photos: 0.5, ..plain() };
        let is_grey = |planes: &[f32]| planes[..48 * 48] == planes[48 * 48..2 * 48 * 48];
        let mut same_noise = 0;
        for index in 0..40 {
            let e = Example::new(&scenes, &config, &Schedule::default(), 0, index);
            assert!(is_grey(&e.x0), "{index}");
            same_noise += usize::from(is_grey(&e.y));
        }
        // All photos and four fifths of the others.
        assert!((29..40).contains(&same_noise), "{same_noise}");
    }
}

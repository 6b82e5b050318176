//! One training example: a pure function of (seed, step, index), so that a run can stop anywhere and resume exactly.

use image::imageops::FilterType;
use image::{ImageBuffer, Rgb};
use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::color::srgb8_table;
use crate::estimate::drawn_to_typical;
use crate::image::{CHANNELS, LinearImage, MOST_CHANNELS};
use crate::method::formulation::{Condition, Correlation, Formulation, Start, Time};
use crate::method::forward::unit_noise;
use crate::method::noise::{Noise, NoiseModel};
use crate::method::random::{Normals, Stream};
use crate::method::schedule::Schedule;
use crate::method::time_map::{TimeMap, time_after};
use crate::network::ImageKind;
use crate::training::camera::{Camera, noise_of};
use crate::training::config::Config;
use crate::training::draw::{log_normal, log_uniform};
use crate::training::noise::edit::grey;
use crate::training::noise::tone::ToneCurve;
use crate::training::noise::{Simulation, Source, assumed, jittered};
use crate::training::painted::Kept;
use crate::training::raw::{self, RawPatch};
use crate::training::scenes::{Scene, Scenes};

/// Scenes with at least this many pixels are always scaled down, which removes traces of their compression.
const LARGE: usize = 300_000;
/// Signal at which noise is compared, in linear light.
const MID_GREY: f32 = 0.2;

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

/// A clean patch, its noisy version, and the noise that the time map assumes.
struct Patch {
    x0: LinearImage,
    y: LinearImage,
    noise: Noise,
    balance: [f32; MOST_CHANNELS],
}

impl Patch {
    /// A patch whose white is balanced.
    fn balanced(x0: LinearImage, y: LinearImage, noise: Noise) -> Self {
        Self { x0, y, noise, balance: [1.0; MOST_CHANNELS] }
    }
}

impl Example {
    /// Example number `index` of a step.
    pub fn new(scenes: &Scenes, config: &Config, schedule: &Schedule, step: usize, index: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(config.seed);
        rng.set_stream(((step as u64) << 16) | index as u64);
        let side = config.stage(step).patch;
        let seed = rng.random();
        let patch = if config.network.image == ImageKind::Mosaic {
            Some(of_mosaic(scenes, config, side, &mut rng))
        } else if !scenes.pairs.is_empty() && rng.random_bool(config.share_pairs) {
            from_pair(scenes, config, side, &mut rng)
        } else if rng.random_bool(config.share_photos) {
            photographed(scenes, config, side, seed, &mut rng)
        } else {
            None
        };
        let patch = patch.unwrap_or_else(|| simulated(scenes, config, side, seed, &mut rng));
        let Patch { mut x0, y, noise, balance } = patch;
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

/// A patch with simulated noise.
fn simulated(scenes: &Scenes, config: &Config, side: usize, seed: u64, rng: &mut ChaCha8Rng) -> Patch {
    let (scene, generated) = any_scene(scenes, config, rng);
    let simulation = Simulation::random(config, rng).within(side, scene.width.min(scene.height));
    let clean = clean_patch(scene, generated, config, simulation.source_side(side), rng);
    let [y, x0] = simulation.apply(clean, side, seed);
    let noise = match simulation {
        Simulation { source: Source::Sensor(noise, _), edit: None, .. } => {
            jittered(noise, (config.parameter_error, config.parameter_error), rng).into()
        }
        _ => assumed::estimated(&y, &x0, config, rng),
    };
    Patch::balanced(x0, y, noise)
}

/// A patch of a mosaic.
fn of_mosaic(scenes: &Scenes, config: &Config, side: usize, rng: &mut ChaCha8Rng) -> Patch {
    let RawPatch { clean, noisy, noise, neutral } = raw::patch(scenes, config, side, rng);
    let [red, green, blue] = neutral.map(|v| 1.0 / v);
    Patch { x0: clean, y: noisy, noise, balance: [red, green, green, blue] }
}

/// A patch of a photo from a camera that writes JPEGs. `None` if no noise is left in it.
fn photographed(scenes: &Scenes, config: &Config, side: usize, seed: u64, rng: &mut ChaCha8Rng) -> Option<Patch> {
    let (scene, generated) = any_scene(scenes, config, rng);
    let clean = clean_patch(scene, generated, config, side + 2 * Camera::MARGIN, rng);
    let black_and_white = rng.random_bool(config.share_grey);
    let mut camera = Camera::random(rng);
    if rng.random_bool(config.share_toned) {
        camera = camera.with_tone(ToneCurve::random(black_and_white, rng));
    }
    let capture = camera.photo(&clean, seed);
    let [x0, y] = [capture.clean, capture.noisy].map(|image| if black_and_white { grey(&image) } else { image });
    let noise = in_photo(&x0, &y, config, rng)?.into();
    Some(Patch::balanced(x0, y, noise))
}

/// A patch of a pair. `None` if it has no noise.
///
/// Pairs are few and come from few cameras. To keep the network from memorising them, half of the patches are scaled
/// down, which shortens the noise's correlation, some are darkened, and the noise is scaled in all.
fn from_pair(scenes: &Scenes, config: &Config, side: usize, rng: &mut ChaCha8Rng) -> Option<Patch> {
    let pair = &scenes.pairs[rng.random_range(0..scenes.pairs.len())];
    let fits = side as f64 / pair.clean.width.min(pair.clean.height) as f64;
    let scale = if rng.random_bool(0.5) { 1.0 } else { rng.random_range(0.6f64..1.0).max(fits) };
    // Both crops are from the same place.
    let clean = crop(&pair.clean, side, scale, &mut rng.clone());
    let mut noisy = crop(&pair.noisy, side, scale, rng);
    relight(&mut noisy, &clean);
    let more = log_uniform((0.6, 1.6), rng);
    noisy.iter_mut().zip(&clean).for_each(|(y, x0)| *y = x0 + more * (*y - x0));
    let (white, orientation) = (white_level(config, rng), rng.random_range(0..8));
    let [x0, y] = [clean, noisy].map(|patch| oriented(&patch, side, orientation, white));
    let noise = in_photo(&x0, &y, config, rng)?.into();
    Some(Patch::balanced(x0, y, noise))
}

/// Scales a patch of interleaved linear RGB to the mean colour of its clean version. The light differs slightly between
/// photos of a scene; a network can only undo that by memorising the scene.
fn relight(noisy: &mut [f32], clean: &[f32]) {
    for channel in 0..CHANNELS {
        let sum = |patch: &[f32]| patch.iter().skip(channel).step_by(CHANNELS).sum::<f32>();
        let light = sum(noisy);
        if light > 0.0 {
            let factor = sum(clean) / light;
            noisy.iter_mut().skip(channel).step_by(CHANNELS).for_each(|v| *v *= factor);
        }
    }
}

/// The noise that an estimator would find in a photo.
fn in_photo(x0: &LinearImage, y: &LinearImage, config: &Config, rng: &mut ChaCha8Rng) -> Option<NoiseModel> {
    let found = noise_of(y, x0)?.scaled(log_normal(config.photo_error, rng));
    let found = if rng.random_bool(config.share_mistaken) { found.plus(mistaken(rng)) } else { found };
    Some(drawn_to_typical(found.variance(MID_GREY) / MID_GREY))
}

/// Texture that an estimator mistakes for noise. The network has to tell the two apart by itself.
fn mistaken(rng: &mut ChaCha8Rng) -> NoiseModel {
    NoiseModel::at_gain(log_uniform((0.05, 1.5), rng))
}

/// A scene, and whether it was generated.
pub(super) fn any_scene<'a>(scenes: &'a Scenes, config: &Config, rng: &mut ChaCha8Rng) -> (&'a Scene, bool) {
    let generated = scenes.from_folders.is_empty() || rng.random_bool(config.generated);
    let scene = if generated {
        scenes.generated.get(rng.random_range(0..scenes.generated.len()))
    } else {
        &scenes.from_folders[rng.random_range(0..scenes.from_folders.len())]
    };
    (scene, generated)
}

/// A random patch of a scene: scale, place, orientation, white level.
pub(super) fn clean_patch(
    scene: &Scene,
    generated: bool,
    config: &Config,
    side: usize,
    rng: &mut ChaCha8Rng,
) -> LinearImage {
    let scale = scale_for(scene, generated, side, rng);
    let patch = crop(scene, side, scale, rng);
    let white = white_level(config, rng);
    let orientation = rng.random_range(0..8u8);
    oriented(&patch, side, orientation, white)
}

fn white_level(config: &Config, rng: &mut ChaCha8Rng) -> f32 {
    if rng.random_bool(config.share_darkened) { 0.1f32.powf(rng.random()) } else { 1.0 }
}

/// A square patch of interleaved linear RGB as an image, rotated or mirrored in one of eight ways and multiplied by
/// `white`.
fn oriented(patch: &[f32], side: usize, orientation: u8, white: f32) -> LinearImage {
    LinearImage::from_fn(side, side, |channel, row, column| {
        let (mut r, mut c) = (row, column);
        if orientation & 1 != 0 {
            r = side - 1 - r;
        }
        if orientation & 2 != 0 {
            c = side - 1 - c;
        }
        if orientation & 4 != 0 {
            (r, c) = (c, r);
        }
        white * patch[(r * side + c) * CHANNELS + channel]
    })
    .expect("8-bit scenes have finite values")
}

/// The factor by which a scene is scaled, at most 1.
fn scale_for(scene: &Scene, generated: bool, side: usize, rng: &mut ChaCha8Rng) -> f64 {
    let (low, high) = if generated {
        (1.0, 1.0)
    } else if scene.width * scene.height >= LARGE {
        (0.4, 0.9)
    } else if rng.random_bool(0.5) {
        (1.0, 1.0)
    } else {
        (0.7, 1.0)
    };
    let fits = side as f64 / scene.width.min(scene.height) as f64;
    (low + (high - low) * rng.random::<f64>()).max(fits)
}

/// A square of `side` pixels from the scene scaled by `scale`, as interleaved linear RGB.
fn crop(scene: &Scene, side: usize, scale: f64, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let source = ((side as f64 / scale).round() as usize).clamp(side, scene.width.min(scene.height));
    let left = rng.random_range(0..=scene.width - source);
    let top = rng.random_range(0..=scene.height - source);
    let linear = cut(scene, left, top, source);
    if source == side {
        return linear;
    }
    // In linear light, as a sensor with fewer pixels would have recorded it.
    let buffer: ImageBuffer<Rgb<f32>, _> =
        ImageBuffer::from_raw(source as u32, source as u32, linear).expect("the buffer has the crop's size");
    let mut scaled = image::imageops::resize(&buffer, side as u32, side as u32, FilterType::CatmullRom).into_raw();
    scaled.iter_mut().for_each(|v| *v = v.clamp(0.0, 1.0));
    scaled
}

/// A square of a scene, as interleaved linear RGB.
fn cut(scene: &Scene, left: usize, top: usize, side: usize) -> Vec<f32> {
    let table = srgb8_table();
    let rows = (top..top + side).map(|row| (row * scene.width + left) * CHANNELS);
    rows.flat_map(|at| &scene.bytes[at..at + side * CHANNELS]).map(|&b| table[b as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::scenes::{Generated, Pair};

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

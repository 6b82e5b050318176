//! A clean patch and its noisy version, of one of several kinds.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::estimate::drawn_to_typical;
use crate::image::{CHANNELS, LinearImage, MOST_CHANNELS};
use crate::method::noise::{Noise, NoiseModel};
use crate::network::ImageKind;
use crate::training::camera::{Camera, noise_of};
use crate::training::config::Config;
use crate::training::crop::{any_scene, clean_patch, crop, oriented, white_level};
use crate::training::draw::{log_normal, log_uniform};
use crate::training::noise::edit::grey;
use crate::training::noise::tone::ToneCurve;
use crate::training::noise::{Simulation, Source, assumed, jittered};
use crate::training::raw::{self, RawPatch};
use crate::training::scenes::Scenes;

/// Signal at which noise is compared, in linear light.
const MID_GREY: f32 = 0.2;

/// A clean patch, its noisy version, and the noise that the time map assumes.
pub struct Patch {
    /// The clean patch.
    pub x0: LinearImage,
    /// The noisy one.
    pub y: LinearImage,
    /// What an estimate or a file says of its noise.
    pub noise: Noise,
    /// See [`Example::balance`](crate::training::example::Example::balance).
    pub balance: [f32; MOST_CHANNELS],
}

impl Patch {
    /// A patch of `side` pixels, of a kind that the settings give a share to.
    pub fn random(scenes: &Scenes, config: &Config, side: usize, seed: u64, rng: &mut ChaCha8Rng) -> Self {
        let patch = if config.network.image == ImageKind::Mosaic {
            Some(of_mosaic(scenes, config, side, rng))
        } else if !scenes.pairs.is_empty() && rng.random_bool(config.share_pairs) {
            from_pair(scenes, config, side, rng)
        } else if rng.random_bool(config.share_photos) {
            photographed(scenes, config, side, seed, rng)
        } else {
            None
        };
        patch.unwrap_or_else(|| simulated(scenes, config, side, seed, rng))
    }

    /// A patch whose white is balanced.
    fn balanced(x0: LinearImage, y: LinearImage, noise: Noise) -> Self {
        Self { x0, y, noise, balance: [1.0; MOST_CHANNELS] }
    }
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

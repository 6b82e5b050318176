//! How good the network is on scenes that it was not trained on, for every kind of noise.

use std::path::Path;

use burn::tensor::Device;
use image::imageops::FilterType;

use crate::denoiser::{Denoiser, Options};
use crate::image::{CHANNELS, LinearImage};
use crate::method::formulation::Start;
use crate::method::noise::{Noise, NoiseModel};
use crate::method::reverse::Steps;
use crate::metrics::psnr;
use crate::network::Unet;
use crate::network::weights::Description;
use crate::training::noise::edit::Edit;
use crate::training::noise::field::Field;
use crate::training::noise::grain::Grain;
use crate::training::noise::tone::ToneCurve;
use crate::training::noise::{Simulation, Source, assumed};
use crate::training::scenes::{Scene, Scenes};

/// Gains of a sensor's noise.
pub const GAINS: [f32; 5] = [1.0, 4.0, 8.0, 16.0, 20.0];
/// The other kinds of noise.
pub const KINDS: [&str; 4] = ["grey", "grain", "toned", "scaled"];
/// Number of scores: one per gain, then one per kind.
pub const TRIALS: usize = GAINS.len() + KINDS.len();
/// The largest side of the square from the middle of each held-out scene.
const SIDE: usize = 160;

/// Clean crops of held-out scenes.
#[derive(Debug)]
pub struct Validation {
    crops: Vec<LinearImage>,
}

/// Mean PSNR in dB on the sRGB curve.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Score {
    /// Of the noisy images.
    pub noisy: f64,
    /// Of the results.
    pub denoised: f64,
}

/// The result of a validation: one step, or ten from noise, with the true noise parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// A score per gain of [`GAINS`], then one per kind of [`KINDS`].
    pub trials: [Score; TRIALS],
}

impl Scores {
    /// Mean PSNR of the results over the gains.
    pub fn mean(&self) -> f64 {
        self.trials[..GAINS.len()].iter().map(|score| score.denoised).sum::<f64>() / GAINS.len() as f64
    }

    /// Every score with its name: `gain 1`, ..., `grey`, ...
    pub fn named(&self) -> impl Iterator<Item = (String, Score)> {
        names().zip(self.trials)
    }
}

/// The names of the scores, in order.
pub fn names() -> impl Iterator<Item = String> {
    GAINS.into_iter().map(|gain| format!("gain {gain}")).chain(KINDS.into_iter().map(String::from))
}

/// A noisy image, its clean version, and its noise.
struct Case {
    noisy: LinearImage,
    clean: LinearImage,
    noise: Noise,
}

impl Validation {
    /// Takes the middle of every held-out scene.
    pub fn new(scenes: &Scenes) -> Self {
        Self { crops: scenes.held_out.iter().map(middle).collect() }
    }

    /// PSNR per gain and kind. The noise is a function of crop and trial, so that the scores of different steps are
    /// comparable.
    ///
    /// # Errors
    /// When the device fails.
    pub fn scores(&self, network: &Unet, description: &Description, device: &Device) -> Result<Scores, String> {
        let denoiser = Denoiser::new(network.clone(), description.clone(), device);
        let mut trials = [Score::default(); TRIALS];
        for (trial, score) in trials.iter_mut().enumerate() {
            for crop in 0..self.crops.len() {
                let case = self.case(crop, trial);
                let denoised = denoise(&denoiser, &case)?;
                score.noisy += psnr(&case.clean, &case.noisy) / self.crops.len() as f64;
                score.denoised += psnr(&case.clean, &denoised) / self.crops.len() as f64;
            }
        }
        Ok(Scores { trials })
    }

    /// Writes an image with a row per crop: noisy, denoised and clean. The rows take gains and kinds in turn.
    ///
    /// # Errors
    /// If the device fails or the file cannot be written.
    pub fn contact_sheet(
        &self,
        network: &Unet,
        description: &Description,
        device: &Device,
        file: &Path,
    ) -> Result<(), String> {
        let denoiser = Denoiser::new(network.clone(), description.clone(), device);
        let side = self.crops.iter().map(LinearImage::width).max().unwrap_or(1);
        let mut sheet = image::RgbImage::new((3 * side) as u32, (side * self.crops.len()) as u32);
        for row in 0..self.crops.len() {
            let case = self.case(row, row % TRIALS);
            let denoised = denoise(&denoiser, &case)?;
            for (column, image) in [&case.noisy, &denoised, &case.clean].into_iter().enumerate() {
                let tile = image::RgbImage::from_raw(image.width() as u32, image.height() as u32, image.to_srgb8())
                    .expect("the bytes have the image's size");
                image::imageops::replace(&mut sheet, &tile, (column * side) as i64, (row * side) as i64);
            }
        }
        sheet.save(file).map_err(|e| format!("{} could not be written: {e}", file.display()))
    }

    /// A crop with the noise of a trial.
    fn case(&self, crop: usize, trial: usize) -> Case {
        let crop_side = self.crops[crop].width();
        let simulation = simulation(trial).within(crop_side, crop_side);
        let source = middle_of(&self.crops[crop], simulation.source_side(crop_side));
        let [noisy, clean] = simulation.apply(source, crop_side, (trial * 1000 + crop) as u64);
        let noise = match simulation.source {
            Source::Sensor(noise, _) if simulation.edit.is_none() => noise.into(),
            _ => assumed::exact(&noisy, &clean).into(),
        };
        Case { noisy, clean, noise }
    }
}

/// The noise of a trial: a gain's, or one strength of a kind.
fn simulation(trial: usize) -> Simulation {
    let sensor = |gain, shared| Simulation {
        grey: false,
        source: Source::Sensor(NoiseModel::at_gain(gain), Field { shared, spread: 0.0 }),
        edit: None,
    };
    let grain = Grain { std: 20.0 / 255.0, peak: 0.5, falloff: 1.0, field: Field { shared: 1.0, spread: 0.8 } };
    let strong_contrast = ToneCurve { contrast: 8.0, ..ToneCurve::NONE };
    match trial.checked_sub(GAINS.len()).map(|kind| KINDS[kind]) {
        None => sensor(GAINS[trial], 0.0),
        Some("grey") => Simulation { grey: true, ..sensor(8.0, 1.0) },
        Some("grain") => Simulation { grey: false, source: Source::Film(grain), edit: Some(Edit::EIGHT_BITS) },
        Some("toned") => {
            Simulation { edit: Some(Edit { curve: strong_contrast, ..Edit::EIGHT_BITS }), ..sensor(4.0, 0.0) }
        }
        Some(_) => Simulation {
            edit: Some(Edit { scale: (1.5, FilterType::CatmullRom), ..Edit::EIGHT_BITS }),
            ..sensor(8.0, 0.0)
        },
    }
}

fn denoise(denoiser: &Denoiser, case: &Case) -> Result<LinearImage, String> {
    // In one step from pure noise, whatever the network gets wrong counts several times: the noise's std.
    let count = if denoiser.formulation().start == Start::Photo { 1 } else { 10 };
    let options = Options { steps: Steps::Count(count), ..Options::default() };
    pollster::block_on(denoiser.denoise(&case.noisy, case.noise.clone(), &options)).map_err(|e| e.to_string())
}

/// The middle of a scene, a square in linear light.
fn middle(scene: &Scene) -> LinearImage {
    let side = scene.width.min(scene.height).min(SIDE);
    let (left, top) = ((scene.width - side) / 2, (scene.height - side) / 2);
    let table = crate::color::srgb8_table();
    LinearImage::from_fn(side, side, |channel, row, column| {
        table[scene.bytes[((top + row) * scene.width + left + column) * CHANNELS + channel] as usize]
    })
    .expect("a scene has pixels")
}

/// The middle of a square image.
fn middle_of(image: &LinearImage, side: usize) -> LinearImage {
    let start = (image.width() - side) / 2;
    let value = |c: usize, row: usize, column: usize| image.plane(c)[(start + row) * image.width() + start + column];
    LinearImage::from_fn(side, side, value).expect("the values are finite")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::dead_leaves::dead_leaves;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn validation() -> Validation {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let scene = |side: usize, bytes| Scene { width: side, height: side, bytes };
        let held_out = vec![scene(64, dead_leaves(64, &mut rng)), scene(9, vec![100; 3 * 81])];
        Validation::new(&Scenes { held_out, ..Scenes::default() })
    }

    #[test]
    fn every_trial_has_a_case_of_the_crops_side() {
        let validation = validation();
        assert_eq!(names().count(), TRIALS);
        for trial in 0..TRIALS {
            for (crop, side) in [(0, 64), (1, 9)] {
                let case = validation.case(crop, trial);
                assert_eq!((case.noisy.width(), case.clean.width()), (side, side));
                assert_ne!(case.noisy, case.clean, "{trial}");
                case.noise.check(side * side).unwrap();
            }
        }
    }

    #[test]
    fn each_kind_is_what_its_name_says() {
        let validation = validation();
        let case = |name: &str| validation.case(0, names().position(|n| n == name).unwrap());
        let grey = case("grey");
        for image in [&grey.noisy, &grey.clean] {
            assert_eq!(image.plane(0), image.plane(1));
            assert_eq!(image.plane(0), image.plane(2));
        }
        let values = |image: &LinearImage| image.plane(1).to_vec();
        let grain = case("grain");
        assert!(values(&grain.noisy).iter().all(|v| (0.0..=1.0).contains(v)));
        assert_ne!(grain.noisy.plane(0), grain.noisy.plane(1), "a colour scene keeps its colours");
        // An S curve darkens the shadows and brightens the lights.
        let (toned, plain) = (case("toned").clean, case("gain 4").clean);
        let differ =
            values(&toned).into_iter().zip(values(&plain)).filter(|(t, p)| (*t > *p) != (*p > 0.214) && t != p);
        assert!(differ.count() < 64, "all but where the curve crosses");
    }

    #[test]
    fn a_gains_case_is_the_models_noise() {
        let validation = validation();
        let case = validation.case(0, 1);
        assert_eq!(case.noisy, NoiseModel::at_gain(4.0).add_to(&validation.crops[0], 1000));
    }

    #[test]
    fn the_mean_is_over_the_gains() {
        let trials =
            std::array::from_fn(|i| Score { noisy: 10.0, denoised: if i < 5 { 20.0 + i as f64 } else { 90.0 } });
        let scores = Scores { trials };
        assert_eq!(scores.mean(), 22.0);
        let named: Vec<_> = scores.named().collect();
        assert_eq!((named[0].0.as_str(), named[5].0.as_str()), ("gain 1", "grey"));
    }
}

//! How good the network is on scenes that it was not trained on, for every kind of noise.

use std::borrow::Cow;
use std::path::Path;

use burn::tensor::Device;
use image::imageops::FilterType;

use crate::denoiser::{Denoiser, Options};
use crate::image::{CHANNELS, LinearImage};
use crate::method::formulation::Start;
use crate::method::noise::{Noise, NoiseModel};
use crate::method::reverse::Steps;
use crate::metrics::psnr;
use crate::network::weights::Description;
use crate::network::{ImageKind, Unet};
use crate::training::noise::edit::Edit;
use crate::training::noise::field::Field;
use crate::training::noise::grain::Grain;
use crate::training::noise::tone::ToneCurve;
use crate::training::noise::{Simulation, Source, assumed};
use crate::training::raw_levels::{developed, levels, raw_psnr, recorded};
use crate::training::scenes::{Scene, Scenes};

/// Gains of a sensor's noise.
pub const GAINS: [f32; LEVELS] = [1.0, 4.0, 8.0, 16.0, 20.0];
/// The other kinds of noise of photos.
pub const KINDS: [&str; 4] = ["grey", "grain", "toned", "scaled"];
/// Levels of a sensor's noise: gains of photos, or those of [`raw_levels`](crate::training::raw_levels).
const LEVELS: usize = 5;
/// The largest side of the square from the middle of each held-out scene.
const SIDE: usize = 160;

/// Clean crops of held-out scenes, as images of the kind that the network denoises.
#[derive(Debug)]
pub struct Validation {
    image: ImageKind,
    crops: Vec<LinearImage>,
}

/// Mean PSNR in dB: on the sRGB curve, of mosaics also of their planes.
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
    /// The scores under their [names], the levels of noise first.
    pub trials: Vec<(String, Score)>,
}

impl Scores {
    /// Mean PSNR of the results over the levels of noise, on the sRGB curve.
    pub fn mean(&self) -> f64 {
        self.trials[..LEVELS].iter().map(|(_, score)| score.denoised).sum::<f64>() / LEVELS as f64
    }
}

/// The names of the scores, in order: `gain 1`, ..., `grey`, ... of photos; of mosaics `iso800`, ..., developed
/// plainly, then `iso800 raw`, ..., of the planes.
pub fn names(image: ImageKind) -> Vec<String> {
    match image {
        ImageKind::Rgb => {
            GAINS.into_iter().map(|gain| format!("gain {gain}")).chain(KINDS.into_iter().map(String::from)).collect()
        }
        ImageKind::Mosaic => {
            let names = || levels().map(|level| level.name);
            names().map(String::from).chain(names().map(|name| format!("{name} raw"))).collect()
        }
    }
}

/// A noisy image, its clean version, and its noise.
struct Case {
    noisy: LinearImage,
    clean: LinearImage,
    noise: Noise,
}

impl Validation {
    /// Takes the middle of every held-out scene.
    pub fn new(scenes: &Scenes, image: ImageKind) -> Self {
        let middle = |scene: &Scene| match image {
            ImageKind::Rgb => middle(scene),
            ImageKind::Mosaic => recorded(&middle(scene)),
        };
        Self { image, crops: scenes.held_out.iter().map(middle).collect() }
    }

    /// PSNR per level and kind of noise. The noise is a function of crop and trial, so that the scores of different
    /// steps are comparable.
    ///
    /// # Errors
    /// When the device fails.
    pub fn scores(&self, network: &Unet, description: &Description, device: &Device) -> Result<Scores, String> {
        let denoiser = Denoiser::new(network.clone(), description.clone(), device);
        let mut trials: Vec<_> = names(self.image).into_iter().map(|name| (name, Score::default())).collect();
        for case in 0..self.cases() {
            for crop in 0..self.crops.len() {
                let Case { noisy, clean, noise } = &self.case(crop, case);
                let denoised = denoise(&denoiser, noisy, noise)?;
                let mut add = |trial: usize, psnr: fn(&LinearImage, &LinearImage) -> f64| {
                    let score = &mut trials[trial].1;
                    score.noisy += psnr(noisy, clean) / self.crops.len() as f64;
                    score.denoised += psnr(&denoised, clean) / self.crops.len() as f64;
                };
                match self.image {
                    ImageKind::Rgb => add(case, psnr),
                    ImageKind::Mosaic => {
                        add(case, |a, b| psnr(&developed(a), &developed(b)));
                        add(LEVELS + case, raw_psnr);
                    }
                }
            }
        }
        Ok(Scores { trials })
    }

    /// How many cases a crop has.
    fn cases(&self) -> usize {
        match self.image {
            ImageKind::Rgb => GAINS.len() + KINDS.len(),
            ImageKind::Mosaic => LEVELS,
        }
    }

    /// An image as a screen shows it.
    fn shown<'a>(&self, image: &'a LinearImage) -> Cow<'a, LinearImage> {
        match self.image {
            ImageKind::Rgb => Cow::Borrowed(image),
            ImageKind::Mosaic => Cow::Owned(developed(image)),
        }
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
        let side = self.crops.iter().map(|crop| self.shown(crop).width()).max().unwrap_or(1);
        let mut sheet = image::RgbImage::new((3 * side) as u32, (side * self.crops.len()) as u32);
        for row in 0..self.crops.len() {
            let Case { noisy, clean, noise } = &self.case(row, row % self.cases());
            let denoised = denoise(&denoiser, noisy, noise)?;
            for (column, image) in [noisy, &denoised, clean].into_iter().enumerate() {
                let image = self.shown(image);
                let tile = image::RgbImage::from_raw(image.width() as u32, image.height() as u32, image.to_srgb8())
                    .expect("the bytes have the image's size");
                image::imageops::replace(&mut sheet, &tile, (column * side) as i64, (row * side) as i64);
            }
        }
        sheet.save(file).map_err(|e| format!("{} could not be written: {e}", file.display()))
    }

    /// A crop with the noise of a trial.
    fn case(&self, crop: usize, trial: usize) -> Case {
        let seed = (trial * 1000 + crop) as u64;
        match self.image {
            ImageKind::Rgb => self.photo(crop, trial, seed),
            ImageKind::Mosaic => {
                let (clean, level) = (&self.crops[crop], levels().nth(trial).expect("a trial is a level"));
                Case { noisy: level.photographed(clean, seed), clean: clean.clone(), noise: level.noise.into() }
            }
        }
    }

    fn photo(&self, crop: usize, trial: usize, seed: u64) -> Case {
        let crop_side = self.crops[crop].width();
        let simulation = simulation(trial).within(crop_side, crop_side);
        let source = middle_of(&self.crops[crop], simulation.source_side(crop_side));
        let [noisy, clean] = simulation.apply(source, crop_side, seed);
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

fn denoise(denoiser: &Denoiser, noisy: &LinearImage, noise: &Noise) -> Result<LinearImage, String> {
    // In one step from pure noise, whatever the network gets wrong counts several times: the noise's std.
    let count = if denoiser.formulation().start == Start::Photo { 1 } else { 10 };
    let options = Options { steps: Steps::Count(count), ..Options::default() };
    pollster::block_on(denoiser.denoise(noisy, noise.clone(), &options)).map_err(|e| e.to_string())
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
    use crate::network::UnetConfig;
    use crate::training::dead_leaves::dead_leaves;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn validation(image: ImageKind) -> Validation {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let scene = |side: usize, bytes| Scene { width: side, height: side, bytes };
        let held_out = vec![scene(64, dead_leaves(64, &mut rng)), scene(9, vec![100; 3 * 81])];
        Validation::new(&Scenes { held_out, ..Scenes::default() }, image)
    }

    #[test]
    fn every_trial_has_a_case_of_the_crops_side() {
        let validation = validation(ImageKind::Rgb);
        assert_eq!(names(ImageKind::Rgb).len(), validation.cases());
        for trial in 0..validation.cases() {
            for (crop, side) in [(0, 64), (1, 9)] {
                let case = validation.case(crop, trial);
                assert_eq!((case.noisy.width(), case.clean.width()), (side, side));
                assert_ne!(case.noisy, case.clean, "{trial}");
                case.noise.check(CHANNELS, side * side).unwrap();
            }
        }
    }

    #[test]
    fn each_kind_is_what_its_name_says() {
        let validation = validation(ImageKind::Rgb);
        let case = |name: &str| validation.case(0, names(ImageKind::Rgb).iter().position(|n| n == name).unwrap());
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
        let validation = validation(ImageKind::Rgb);
        let case = validation.case(0, 1);
        assert_eq!(case.noisy, NoiseModel::at_gain(4.0).add_to(&validation.crops[0], 1000));
    }

    #[test]
    fn the_mean_is_over_the_levels_of_noise() {
        for image in [ImageKind::Rgb, ImageKind::Mosaic] {
            let score = |i| Score { noisy: 10.0, denoised: if i < 5 { 20.0 + i as f64 } else { 90.0 } };
            let trials = names(image).into_iter().enumerate().map(|(i, name)| (name, score(i))).collect();
            assert_eq!(Scores { trials }.mean(), 22.0);
        }
        assert_eq!(names(ImageKind::Mosaic)[4..6], ["iso204800", "iso800 raw"]);
    }

    #[test]
    fn a_mosaics_scores_are_those_of_what_the_network_returns() {
        let device = Device::flex();
        let shape = UnetConfig { image: ImageKind::Mosaic, widths: vec![4], blocks: vec![0], embedding: 1 };
        // A fresh network predicts no noise, so the result is the noisy mosaic.
        let network = Unet::new(&shape, &device).unwrap();
        let description = shape.into();
        // Without detail of a single site, which could be taken for a hot one.
        let bytes = (0..64 * 48 * 3).map(|i| 40 + 2 * (i / 3 % 64) as u8).collect();
        let scenes = Scenes { held_out: vec![Scene { width: 64, height: 48, bytes }], ..Scenes::default() };
        let validation = Validation::new(&scenes, ImageKind::Mosaic);
        let scores = validation.scores(&network, &description, &device).unwrap();
        assert_eq!(scores.trials.len(), 10);
        for (name, score) in &scores.trials {
            // The strongest noise clips at black, and its level is set right.
            let most = if name.starts_with("iso204800") { 0.05 } else { 1e-3 };
            assert!((score.denoised - score.noisy).abs() < most, "{name} {score:?}");
        }
        let raw: Vec<f64> = scores.trials[5..].iter().map(|(_, score)| score.noisy).collect();
        assert!(raw.is_sorted_by(|a, b| a > b) && raw[0] > 40.0, "{raw:?}");
    }
}

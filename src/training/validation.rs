//! How good the network is on scenes that it was not trained on.

use std::path::Path;

use burn::tensor::Device;

use crate::denoiser::{Denoiser, Options};
use crate::image::{CHANNELS, LinearImage};
use crate::method::noise::NoiseModel;
use crate::metrics::psnr;
use crate::network::{Unet, UnetConfig};
use crate::training::scenes::{Scene, Scenes};

/// Gains of the validation's noise.
pub const GAINS: [f32; 5] = [1.0, 4.0, 8.0, 16.0, 20.0];
/// Side of the crop from the middle of each held-out scene.
const SIDE: usize = 160;

/// Clean crops of held-out scenes.
#[derive(Debug)]
pub struct Validation {
    crops: Vec<LinearImage>,
}

/// The result of a validation.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Mean PSNR in dB (sRGB) per gain of [`GAINS`], one step, true noise parameters.
    pub psnr: [f64; GAINS.len()],
}

impl Scores {
    /// Mean over the gains.
    pub fn mean(&self) -> f64 {
        self.psnr.iter().sum::<f64>() / GAINS.len() as f64
    }
}

impl Validation {
    /// Takes the middle of every held-out scene.
    pub fn new(scenes: &Scenes) -> Self {
        Self { crops: scenes.held_out.iter().map(middle).collect() }
    }

    /// PSNR per gain. The noise is a function of crop and gain, so that the scores of different steps are comparable.
    ///
    /// # Errors
    /// When the device fails.
    pub fn scores(&self, network: &Unet, config: &UnetConfig, device: &Device) -> Result<Scores, String> {
        let denoiser = Denoiser::new(network.clone(), config.clone(), device);
        let mut psnr_of_gain = [0.0; GAINS.len()];
        for (g, sum) in psnr_of_gain.iter_mut().enumerate() {
            for i in 0..self.crops.len() {
                let (_, denoised) = self.denoise(&denoiser, i, g)?;
                *sum += psnr(&self.crops[i], &denoised) / self.crops.len() as f64;
            }
        }
        Ok(Scores { psnr: psnr_of_gain })
    }

    /// Writes an image with a row per crop: noisy, denoised and clean. The rows take the gains in turn.
    ///
    /// # Errors
    /// If the device fails or the file cannot be written.
    pub fn contact_sheet(
        &self,
        network: &Unet,
        config: &UnetConfig,
        device: &Device,
        file: &Path,
    ) -> Result<(), String> {
        let denoiser = Denoiser::new(network.clone(), config.clone(), device);
        let (width, rows) = (self.crops.iter().map(LinearImage::width).max().unwrap_or(1), &self.crops);
        let height = rows.iter().map(LinearImage::height).max().unwrap_or(1);
        let mut sheet = image::RgbImage::new((3 * width) as u32, (height * rows.len()) as u32);
        for (i, clean) in rows.iter().enumerate() {
            let (noisy, denoised) = self.denoise(&denoiser, i, i % GAINS.len())?;
            for (column, image) in [&noisy, &denoised, clean].into_iter().enumerate() {
                let tile = image::RgbImage::from_raw(image.width() as u32, image.height() as u32, image.to_srgb8())
                    .expect("the bytes have the image's size");
                image::imageops::replace(&mut sheet, &tile, (column * width) as i64, (i * height) as i64);
            }
        }
        sheet.save(file).map_err(|e| format!("{} could not be written: {e}", file.display()))
    }

    /// A crop with noise, and its result.
    fn denoise(&self, denoiser: &Denoiser, crop: usize, gain: usize) -> Result<(LinearImage, LinearImage), String> {
        let noise = NoiseModel::at_gain(GAINS[gain]);
        let noisy = noise.add_to(&self.crops[crop], (gain * 1000 + crop) as u64);
        let denoised =
            pollster::block_on(denoiser.denoise(&noisy, noise, &Options::default())).map_err(|e| e.to_string())?;
        Ok((noisy, denoised))
    }
}

fn middle(scene: &Scene) -> LinearImage {
    let (width, height) = (scene.width.min(SIDE), scene.height.min(SIDE));
    let (left, top) = ((scene.width - width) / 2, (scene.height - height) / 2);
    let table = crate::color::srgb8_table();
    LinearImage::from_fn(width, height, |channel, row, column| {
        table[scene.bytes[((top + row) * scene.width + left + column) * CHANNELS + channel] as usize]
    })
    .expect("a scene has pixels")
}

//! How good is the network on pictures that it was not trained on?

use std::path::Path;

use burn::tensor::Device;

use crate::denoiser::{Denoiser, Options};
use crate::image::{CHANNELS, LinearImage};
use crate::method::noise::NoiseModel;
use crate::metrics::psnr;
use crate::network::{Unet, UnetConfig};
use crate::training::pictures::{Picture, Pictures};

/// Gains at which the network is tried.
pub const GAINS: [f32; 5] = [1.0, 4.0, 8.0, 16.0, 20.0];
/// Side of the crop that is taken from the middle of each held-out picture.
const SIDE: usize = 160;

/// Held-out crops, clean.
#[derive(Debug)]
pub struct Validation {
    crops: Vec<LinearImage>,
}

/// What came out.
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
    /// The middle of every held-out picture.
    pub fn new(pictures: &Pictures) -> Self {
        Self { crops: pictures.held_out.iter().map(middle).collect() }
    }

    /// PSNR per gain. Noise is a function of crop and gain, so that scores of different steps can be compared.
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

    /// Writes a picture of noisy, denoised and clean crops side by side, a row per crop, at gains in turn.
    ///
    /// # Errors
    /// When the device fails or the file cannot be written.
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
            for (column, picture) in [&noisy, &denoised, clean].into_iter().enumerate() {
                let tile =
                    image::RgbImage::from_raw(picture.width() as u32, picture.height() as u32, picture.to_srgb8())
                        .expect("the bytes have the picture's size");
                image::imageops::replace(&mut sheet, &tile, (column * width) as i64, (i * height) as i64);
            }
        }
        sheet.save(file).map_err(|e| format!("{} could not be written: {e}", file.display()))
    }

    /// (noisy, denoised) of a crop at a gain.
    fn denoise(&self, denoiser: &Denoiser, crop: usize, gain: usize) -> Result<(LinearImage, LinearImage), String> {
        let noise = NoiseModel::at_gain(GAINS[gain]);
        let noisy = noise.add_to(&self.crops[crop], (gain * 1000 + crop) as u64);
        let denoised =
            pollster::block_on(denoiser.denoise(&noisy, noise, &Options::default())).map_err(|e| e.to_string())?;
        Ok((noisy, denoised))
    }
}

fn middle(picture: &Picture) -> LinearImage {
    let (width, height) = (picture.width.min(SIDE), picture.height.min(SIDE));
    let (left, top) = ((picture.width - width) / 2, (picture.height - height) / 2);
    let table = crate::color::srgb8_table();
    LinearImage::from_fn(width, height, |channel, row, column| {
        table[picture.bytes[((top + row) * picture.width + left + column) * CHANNELS + channel] as usize]
    })
    .expect("a picture has pixels")
}

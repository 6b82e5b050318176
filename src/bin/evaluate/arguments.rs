//! What `evaluate` is asked for.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Parser;
use clap::builder::ArgPredicate;
use svnr::denoiser::Samples;
use svnr::device::DeviceChoice;
use svnr::files;
use svnr::gpu::Precision;
use svnr::method::reverse::Steps;
use svnr::{LinearImage, Options};

use crate::cases::{self, Source};
use crate::toned::Tone;

/// Measure the denoiser on a folder of clean images, or on pairs of noisy and clean ones.
///
/// Noise is added with the image's place in the order of names (plus --seed) as its seed. Every image is denoised with
/// the true noise, where it is known, and with the noise as it is estimated. The figures are means over images, "+-"
/// their standard errors: PSNR and SSIM in sRGB clipped to [0, 1]; "spec." is how far the result's fine detail is from
/// the clean image's, as the mean |ln| of the ratio of their power spectra above a quarter of a cycle per pixel. "least
/// gain" is what the image got that gained least, in dB; "NFE" counts evaluations of the network at each pixel; "s/Mpx"
/// is seconds per megapixel, on one core: each core has an image of its own.
#[derive(Parser)]
#[command(version)]
pub struct Arguments {
    /// Folder of clean images
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Gains of the simulated camera, whose noise is added in linear light, unclipped
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "1,4,8,16,20",
        default_value_if("toned", ArgPredicate::IsPresent, "0.5,1,2,4"),
        value_parser = positive
    )]
    pub gains: Vec<f32>,
    /// White noise instead: its std on the sRGB values from 0 to 255, unclipped, for example 15,25,50
    #[arg(long, value_delimiter = ',', value_parser = positive, conflicts_with_all = ["gains", "estimates"])]
    pub sigmas: Vec<f32>,
    /// The folder holds pairs: noisy photos NAME_real.EXT with clean versions NAME_mean.EXT
    #[arg(long, conflicts_with_all = ["gains", "sigmas", "true_only"])]
    pub pairs: bool,
    /// Photos of simulated cameras that process them and write JPEGs, another camera for each image
    #[arg(long, conflicts_with_all = ["gains", "sigmas", "pairs"])]
    pub camera: bool,
    /// Noisy images as files of 8 bits hold them: what is below black or above white is cut off
    #[arg(long, conflicts_with_all = ["sigmas", "pairs", "camera", "grey", "toned", "raw"])]
    pub clipped: bool,
    /// Grey versions of the images, with the same camera noise in all channels
    #[arg(long, conflicts_with_all = ["sigmas", "pairs", "camera"])]
    pub grey: bool,
    /// Film grain, the same in all channels, in files of 8 bits: its std at middle brightness, from 0 to 255
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "CODES",
        value_parser = positive,
        conflicts_with_all = ["gains", "sigmas", "pairs", "camera", "clipped", "grey", "toned", "raw", "demosaic"]
    )]
    pub grain: Vec<f32>,
    /// Developed images, 8 bits after a tone curve: estimated noise against the best of 5 x 5 pairs of read and shot
    #[arg(long, conflicts_with_all = ["sigmas", "pairs", "camera", "grey", "estimates", "true_only", "csv"])]
    pub toned: bool,
    /// Also tell the denoiser a wrong noise: the true one with its std times these factors, for example 0.5,2
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "FACTORS",
        value_parser = positive,
        conflicts_with_all = ["pairs", "camera", "toned", "estimates", "sheet"]
    )]
    pub wrong: Vec<f32>,
    /// Mosaics of a camera at five sensitivities: PSNR in dB of the planes in linear light ("raw"), and of their plain
    /// bilinear development in sRGB ("dev")
    #[arg(long, conflicts_with_all = ["gains", "sigmas", "pairs", "camera", "grey", "toned", "estimates", "csv"])]
    pub raw: bool,
    /// Only the middle of each image, N pixels wide and high
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(32..), conflicts_with = "pairs")]
    pub middle: Option<u32>,
    /// Measure only the noise estimate, on clean images too; nothing is denoised
    #[arg(long)]
    pub estimates: bool,
    /// Measure only demosaicing: clean images through a camera's Bayer and X-Trans mosaics without noise, plainly and
    /// as svnr does it
    #[arg(
        long,
        conflicts_with_all = [
            "gains", "sigmas", "pairs", "camera", "clipped", "grey", "toned", "estimates", "raw", "sheet", "csv", "true_only"
        ]
    )]
    pub demosaic: bool,
    /// Steps of the reverse process: numbers of them, or "unit" for the paper's
    #[arg(long, value_delimiter = ',', default_value = "1,4,25")]
    pub steps: Vec<Steps>,
    /// Draw N samples and measure their mean
    #[arg(long, default_value = "1", value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub average: u64,
    /// Only the first N images
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Skip the runs with estimated noise, which take half of the time
    #[arg(long)]
    pub true_only: bool,
    /// Multiplies the std of the noise to be removed
    #[arg(long, default_value_t = 1.0)]
    pub strength: f32,
    /// How much of the noise that remains after a step is drawn afresh: 0 none, 1 as much as in the paper [default:
    /// 0.4, or 0.8 with --average]
    #[arg(long)]
    pub eta: Option<f32>,
    /// Added to the seed of every image
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// cpu, libtorch, libtorch:N, vulkan or vulkan:N
    #[arg(long, default_value = "cpu")]
    pub device: DeviceChoice,
    /// Numbers that a GPU multiplies: f32 or f16 [default: f16 if the GPU has them and they are good enough]
    #[arg(long, value_name = "F")]
    pub precision: Option<Precision>,
    /// Other weights (.safetensors) [default: the built-in ones]
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Also denoise with these weights (.safetensors) and print how much better the first ones are, image by image
    #[arg(long, value_name = "FILE", conflicts_with_all = ["toned", "estimates", "sheet"])]
    pub against: Option<PathBuf>,
    /// Do not measure; write an image of the middles with a row for each image, at the kinds of noise in turn: noisy,
    /// with the fewest and with the most steps, the spread over --average samples (8 times as bright), clean. The noise
    /// is estimated; with --true-only, told. With --raw: developed, then denoised as a photo; denoised, then developed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["csv", "json", "estimates"])]
    pub sheet: Option<PathBuf>,
    /// Also write the images that are compared, 8 bits, as FOLDER/NOISE/WHAT/NAME.png, where WHAT is clean, noisy, and
    /// K=N for the results
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["toned", "estimates", "sheet", "raw", "demosaic"])]
    pub save: Option<PathBuf>,
    /// Also write the table as CSV
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Also write the table as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

impl Arguments {
    pub fn options(&self, steps: Steps, seed: u64) -> Options {
        let strength = self.strength.into();
        Options { steps, eta: self.eta, seed, strength, ..Options::default() }
    }

    /// As many samples as asked for, each by a run that is given its options.
    pub fn samples<E>(
        &self,
        steps: Steps,
        seed: u64,
        run: impl FnMut(&Options) -> Result<LinearImage, E>,
    ) -> Result<Samples, E> {
        Samples::draw(&self.options(steps, seed), self.average, run)
    }

    /// A file's image, or the middle of it.
    pub fn read(&self, file: &Path) -> Result<LinearImage> {
        let image = files::read(file)?.image;
        self.middle.map_or_else(|| Ok(image.clone()), |side| cases::middle(&image, side as usize))
    }

    pub fn sources(&self) -> Vec<Source> {
        if self.pairs {
            vec![Source::Photo]
        } else if self.camera {
            vec![Source::Camera]
        } else if self.grey {
            self.gains.iter().copied().map(Source::Grey).collect()
        } else if self.toned {
            let at_gains = |tone| self.gains.iter().map(move |&gain| Source::Toned(tone, gain));
            Tone::ALL.into_iter().flat_map(at_gains).collect()
        } else if !self.grain.is_empty() {
            self.grain.iter().copied().map(Source::Grain).collect()
        } else if self.clipped {
            self.gains.iter().copied().map(Source::Clipped).collect()
        } else if self.sigmas.is_empty() {
            self.gains.iter().copied().map(Source::Gain).collect()
        } else {
            self.sigmas.iter().copied().map(Source::Sigma).collect()
        }
    }
}

fn positive(text: &str) -> Result<f32, String> {
    let number = text.parse().ok().filter(|v: &f32| *v > 0.0 && v.is_finite());
    number.ok_or_else(|| format!("{text} must be a number above 0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_checked() {
        assert_eq!(positive("1.5"), Ok(1.5));
        for wrong in ["0", "-1", "inf", "x"] {
            assert!(positive(wrong).is_err());
        }
    }

    #[test]
    fn one_kind_of_noise_at_a_time() {
        let parse = |more: &str| Arguments::try_parse_from(format!("evaluate --data x {more}").split_whitespace());
        assert_eq!(parse("").unwrap().sources().len(), 5);
        assert_eq!(parse("--sigmas 15,25").unwrap().sources(), [Source::Sigma(15.0), Source::Sigma(25.0)]);
        assert_eq!(parse("--pairs").unwrap().sources(), [Source::Photo]);
        assert_eq!(parse("--grey --gains 2").unwrap().sources(), [Source::Grey(2.0)]);
        let toned = parse("--toned --gains 2 --sheet x.png").unwrap().sources();
        assert_eq!(toned.len(), 4);
        assert_eq!(toned[3], Source::Toned(Tone::LiftedBlacks, 2.0));
        assert_eq!(parse("--clipped --gains 2").unwrap().sources(), [Source::Clipped(2.0)]);
        assert_eq!(parse("--toned").unwrap().gains, [0.5, 1.0, 2.0, 4.0]);
        assert_eq!(parse("--steps 1,unit --eta 1").unwrap().steps, [Steps::Count(1), Steps::Unit]);
        assert!(parse("--steps 0").is_err() && parse("--steps x").is_err());
        assert_eq!(parse("--gains 28").unwrap().sources(), [Source::Gain(28.0)]);
        assert!(parse("--pairs --wrong 2").is_err() && parse("--wrong 0").is_err());
        assert!(parse("--pairs --sigmas 15").is_err() && parse("--gains 1 --sigmas 15").is_err());
    }
}

//! The command line's arguments.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Parser;
use svnr::denoiser::Parts;
use svnr::device::DeviceChoice;
use svnr::estimate::noise_from_json;
use svnr::gpu::Precision;
use svnr::method::noise::Noise;
use svnr::method::reverse::Steps;
use svnr::network::ImageKind;
use svnr::{NoiseModel, Options};

/// Remove the noise from photos.
///
/// PNG, JPEG, WebP, TIFF and OpenEXR are read and written. Colours are those of the file's profile; without one,
/// integers are sRGB and floats linear RGB, which is not clipped. The noise is estimated from each photo unless
/// --noise, or --read and --shot, give it.
///
/// RAW files of cameras are denoised as mosaics, and written as DNG unless OUT is the name of another format: then they
/// are developed.
///
/// A photo that fails does not stop the others. The exit status is 0 if all photos are done, 1 if any failed, 2 if the
/// command line is wrong, and 130 after an interruption.
#[derive(Parser)]
#[command(version)]
pub struct Arguments {
    /// Noisy photos, or folders of them
    #[arg(required = true, value_name = "IN")]
    pub inputs: Vec<PathBuf>,
    /// The denoised photo; for several photos, for a folder, or if it ends in a slash, the folder for the results,
    /// which is created if needed
    #[arg(short, long, value_name = "OUT", required_unless_present = "estimate")]
    output: Option<PathBuf>,
    /// Read folders within folders too; results go into folders of the same names
    #[arg(short, long)]
    pub recursive: bool,
    /// Skip photos whose result exists already, to continue an interrupted run
    #[arg(long, conflicts_with = "force")]
    pub skip_existing: bool,
    /// Overwrite existing results
    #[arg(long)]
    pub force: bool,
    /// Do not denoise: print the noise of each photo as a line of JSON, which --noise accepts
    #[arg(long, conflicts_with_all = ["output", "noise", "read", "shot", "force", "skip_existing"])]
    pub estimate: bool,
    /// JSON with the noise: a curve, or "read" and "shot", as --estimate prints it [default: estimated]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["read", "shot"])]
    noise: Option<PathBuf>,
    /// Std of the noise at black, in linear light with white at 1; goes with --shot [default: estimated]
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    read: Option<f32>,
    /// Variance of the noise per unit of signal, in linear light; goes with --read [default: estimated]
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    shot: Option<f32>,
    /// Steps of the reverse process, 1 to 1000: 1 is closest to the truth on average, more draw texture; "unit" takes
    /// the paper's steps
    #[arg(long, default_value = "1", value_name = "K", value_parser = steps)]
    steps: Steps,
    /// Seed of the texture that more than one step draws
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// Number of samples whose mean is written: cleaner than a single one, and N times as slow. With one step, each
    /// sample sees the photo in another of 8 orientations
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub samples: u64,
    /// How much of the noise to remove: 0 none, 1 all, up to 4 for more than was found
    #[arg(long, default_value_t = 1.0, value_name = "A", allow_negative_numbers = true)]
    strength: f32,
    /// How much of the noise in the luminance to remove, 0 to 1: 0 keeps all of the grain
    #[arg(long, default_value_t = 1.0, value_name = "A", allow_negative_numbers = true)]
    luminance: f32,
    /// How much of the noise in the colour to remove, 0 to 1
    #[arg(long, default_value_t = 1.0, value_name = "A", allow_negative_numbers = true)]
    chrominance: f32,
    /// How much of the noise that remains after a step is drawn afresh: 0 none, 1 as much as in the paper [default:
    /// 0.4, or 0.8 with --samples]
    #[arg(long, value_name = "A", allow_negative_numbers = true)]
    eta: Option<f32>,
    /// cpu, libtorch, libtorch:N, vulkan or vulkan:N
    #[arg(long, default_value = "cpu")]
    pub device: DeviceChoice,
    /// Numbers that a GPU multiplies: f32 or f16 [default: f16 if the GPU has them and they are good enough]
    #[arg(long, value_name = "F")]
    pub precision: Option<Precision>,
    /// Other weights (.safetensors), for photos or for RAW files, as the file says [default: the built-in ones]
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Longest side of the tiles in pixels; smaller ones take less memory and more time [default: the device decides]
    #[arg(long, value_name = "N")]
    tile: Option<usize>,
}

fn steps(text: &str) -> Result<Steps, String> {
    if text == "unit" {
        return Ok(Steps::Unit);
    }
    let count = text.parse().map_err(|_| format!("{text} is neither a whole number nor \"unit\""))?;
    Steps::count(count).map_err(|e| e.to_string())
}

impl Arguments {
    /// The options of each run.
    ///
    /// # Errors
    /// If an option is out of range.
    pub fn options(&self) -> Result<Options> {
        let options = Options {
            steps: self.steps,
            eta: self.eta,
            seed: self.seed,
            strength: self.strength.into(),
            parts: Parts { luminance: self.luminance, chrominance: self.chrominance },
            tile: self.tile,
            ..Options::default()
        };
        options.check()?;
        options.check_samples(ImageKind::Rgb, self.samples)?;
        Ok(options)
    }

    /// Where the results go; empty if there are none.
    pub fn output(&self) -> &Path {
        self.output.as_deref().unwrap_or(Path::new(""))
    }

    /// The noise from the command line, if given.
    ///
    /// # Errors
    /// If only one of its numbers is given, one is out of range, or its file cannot be read.
    pub fn noise(&self) -> Result<Option<Noise>> {
        if let Some(file) = &self.noise {
            let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
            return Ok(Some(noise_from_json(&text).with_context(|| file.display().to_string())?));
        }
        match (self.read, self.shot) {
            (Some(read), Some(shot)) => Ok(Some(NoiseModel::new(read, shot)?.into())),
            (None, None) => Ok(None),
            (Some(_), None) => {
                bail!(
                    "--read needs --shot, too (0 if there is no shot noise); leave both out to have the noise estimated"
                )
            }
            (None, Some(_)) => {
                bail!(
                    "--shot needs --read, too (0 if there is no read noise); leave both out to have the noise estimated"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parsed(extra: &[&str]) -> Arguments {
        Arguments::try_parse_from([&["denoise", "a.png", "-o", "b.png"], extra].concat()).unwrap()
    }

    #[test]
    fn read_and_shot_go_together() {
        let noise = |extra: &[&str]| parsed(extra).noise();
        assert_eq!(noise(&[]).unwrap(), None);
        let given = noise(&["--read", "0.1", "--shot", "0"]).unwrap();
        assert_eq!(given, Some(NoiseModel { sigma_read: 0.1, shot: 0.0 }.into()));
        assert!(noise(&["--read", "0.1"]).unwrap_err().to_string().contains("--shot"));
        assert!(noise(&["--shot", "0.1"]).unwrap_err().to_string().contains("--read"));
        assert!(noise(&["--read", "-1", "--shot", "0.1"]).is_err());
    }

    #[test]
    fn steps_are_a_number_or_the_papers() {
        assert_eq!(steps("4"), Ok(Steps::Count(4)));
        assert_eq!(steps("unit"), Ok(Steps::Unit));
        for wrong in ["0", "1001", "-1", "many", ""] {
            assert!(steps(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_papers_steps_go_with_every_other_option() {
        for extra in [&["--samples", "12"][..], &["--eta", "1"], &["--eta", "0", "--samples", "8", "--seed", "3"]] {
            assert!(parsed(&[&["--steps", "unit"], extra].concat()).options().is_ok(), "{extra:?}");
        }
    }

    #[test]
    fn every_option_that_takes_a_value_shows_its_default() {
        let mut command = Arguments::command();
        command.build();
        for option in command.get_opts().filter(|option| option.get_id() != "output") {
            if option.get_action().takes_values() {
                let help = option.get_help().map(ToString::to_string).unwrap_or_default();
                let shows = help.contains("[default: ") || !option.get_default_values().is_empty();
                assert!(shows, "{option}: {help}");
            }
        }
    }
}

//! Denoises image files: `denoise IN... -o OUT`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use svnr::denoiser::{Parts, Samples};
use svnr::device::DeviceChoice;
use svnr::estimate::estimate_noise;
use svnr::files::{self, Photo};
use svnr::method::noise::Noise;
use svnr::method::reverse::Steps;
use svnr::{Denoiser, LinearImage, NoiseModel, Options, weight_file};

/// Remove the noise from photos.
///
/// PNG, JPEG, WebP and TIFF of 8 or 16 bits are read as sRGB; 32-bit float TIFF and OpenEXR as linear RGB, and are not
/// clipped. The noise is estimated from each image unless --read and --shot say it.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The noisy images
    #[arg(required = true, value_name = "IN")]
    inputs: Vec<PathBuf>,
    /// The denoised image; for several inputs, or ending in a slash, the folder for them
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// Std of the noise at black, in linear light with white at 1; goes with --shot
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    read: Option<f32>,
    /// Variance of the noise per unit of signal, in linear light; goes with --read
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    shot: Option<f32>,
    /// Steps of the reverse process, 1 to 1000: 1 is the closest to the truth on average, more give more texture;
    /// "unit" takes the paper's
    #[arg(long, default_value = "1", value_name = "K", value_parser = steps)]
    steps: Steps,
    /// Seed of the texture that more than one step draws
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Pictures to draw, whose mean is written: it is cleaner than one, and takes as many times as long. With one step the
    /// network sees the photo mirrored and turned, in up to 8 ways
    #[arg(long, default_value_t = 1, value_name = "N")]
    samples: u64,
    /// How much of the noise is taken: 0 none, 1 all; up to 4 for more than what was found
    #[arg(long, default_value_t = 1.0, value_name = "A", allow_negative_numbers = true)]
    strength: f32,
    /// How much is taken of what is found in the light: 0 keeps all of the grain
    #[arg(long, default_value_t = 1.0, value_name = "A", allow_negative_numbers = true)]
    luminance: f32,
    /// The same in the colour
    #[arg(long, default_value_t = 1.0, value_name = "A", allow_negative_numbers = true)]
    chrominance: f32,
    /// How much of the noise that a step leaves is drawn afresh: 0 none, 1 as much as in the paper [default: 0.4, or
    /// 0.8 with --samples]
    #[arg(long)]
    eta: Option<f32>,
    /// cpu, libtorch, libtorch:N, vulkan or vulkan:N
    #[arg(long, default_value = "cpu")]
    device: DeviceChoice,
    /// Other weights than the built-in ones (.safetensors)
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Side of the tiles in pixels; smaller ones take less memory and more time
    #[arg(long, default_value_t = Options::default().tile, value_name = "N")]
    tile: usize,
    /// Overwrite files that are there
    #[arg(long)]
    force: bool,
}

fn steps(text: &str) -> Result<Steps, String> {
    if text == "unit" {
        return Ok(Steps::Unit);
    }
    let count = text.parse().map_err(|_| format!("{text} is neither a whole number nor \"unit\""))?;
    Steps::count(count).map_err(|e| e.to_string())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failed) => {
            if arguments.inputs.len() > 1 {
                eprintln!("{failed} of {} images could not be denoised", arguments.inputs.len());
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Denoises all images; one that fails does not stop the others. Returns how many failed.
fn run(arguments: &Arguments) -> Result<usize> {
    let noise = given_noise(arguments.read, arguments.shot)?;
    let outputs = outputs(arguments)?;
    let options = Options {
        steps: arguments.steps,
        eta: arguments.eta,
        seed: arguments.seed,
        strength: arguments.strength.into(),
        parts: Parts { luminance: arguments.luminance, chrominance: arguments.chrominance },
        tile: arguments.tile,
        ..Options::default()
    };
    options.check()?;
    options.check_samples(arguments.samples)?;
    let device = arguments.device.open().map_err(|e| anyhow!(e))?;
    let denoiser = Denoiser::from_weights(&weight_file::read(arguments.weights.as_deref())?, &device)?;
    let mut failed = 0;
    for (input, output) in arguments.inputs.iter().zip(&outputs) {
        if let Err(error) = denoise_file(&denoiser, input, output, noise, &options, arguments) {
            eprintln!("error: {error:#}");
            failed += 1;
        }
    }
    Ok(failed)
}

/// The noise that the command line says, if it does.
fn given_noise(read: Option<f32>, shot: Option<f32>) -> Result<Option<NoiseModel>> {
    match (read, shot) {
        (Some(read), Some(shot)) => Ok(Some(NoiseModel::new(read, shot)?)),
        (None, None) => Ok(None),
        (Some(_), None) => {
            bail!("--read needs --shot, too (0 if there is no shot noise); leave both out to have the noise estimated")
        }
        (None, Some(_)) => {
            bail!("--shot needs --read, too (0 if there is no read noise); leave both out to have the noise estimated")
        }
    }
}

/// Where each input's result goes.
fn outputs(arguments: &Arguments) -> Result<Vec<PathBuf>> {
    let out = &arguments.output;
    let is_folder = out.is_dir() || out.as_os_str().to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR]);
    let outputs = if arguments.inputs.len() == 1 && !is_folder {
        vec![out.clone()]
    } else {
        if out.is_file() {
            bail!("{} is a file; several images need a folder for the results", out.display());
        }
        std::fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
        let name = |input: &PathBuf| {
            input
                .file_name()
                .map(|name| out.join(name))
                .ok_or_else(|| anyhow!("{} is not a file's name", input.display()))
        };
        arguments.inputs.iter().map(name).collect::<Result<_>>()?
    };
    let mut seen = HashSet::new();
    if let Some(twice) = outputs.iter().find(|o| !seen.insert(*o)) {
        bail!("two inputs would both be written to {}; denoise them into different folders", twice.display());
    }
    Ok(outputs)
}

fn denoise_file(
    denoiser: &Denoiser,
    input: &Path,
    output: &Path,
    noise: Option<NoiseModel>,
    options: &Options,
    &Arguments { force, samples, .. }: &Arguments,
) -> Result<()> {
    files::check_output(output)?;
    if !force && output.exists() {
        bail!("{} is there already; choose another name, or give --force to overwrite it", output.display());
    }
    let begin = Instant::now();
    let photo = files::read(input)?;
    let (noise, line, origin) = match noise {
        Some(noise) => (noise.into(), noise, "given".into()),
        None => {
            let found = estimate_noise(&photo.image);
            let origin = format!("estimated; {}", found.remark());
            (found.noise, found.line, origin)
        }
    };
    println!("{}: read {:.4}, shot {:.5} ({origin})", input.display(), line.sigma_read, line.shot);
    let image = denoise(denoiser, photo.image, noise, options, samples).with_context(|| input.display().to_string())?;
    files::write(output, &Photo { image, ..photo })?;
    println!("{}: denoised in {:.1} s", output.display(), begin.elapsed().as_secs_f32());
    Ok(())
}

/// The mean of `samples` whole runs, with a progress bar.
fn denoise(
    denoiser: &Denoiser,
    image: LinearImage,
    noise: Noise,
    options: &Options,
    samples: u64,
) -> Result<LinearImage> {
    let image = Arc::new(image);
    let style = ProgressStyle::with_template("{bar:30} {percent}% step {msg}, {eta} left").expect("well-formed");
    let bar = ProgressBar::no_length().with_style(style);
    let run = |options: &Options| -> Result<LinearImage> {
        let mut run = denoiser.start(Arc::clone(&image), noise.clone(), options)?;
        bar.set_length(samples * (run.steps() * run.tiles()) as u64);
        bar.set_message(format!("1 of {}", run.steps()));
        // Shown before the first tile is done, which may take a while.
        bar.tick();
        while let Some(progress) = pollster::block_on(run.advance())? {
            bar.set_message(format!("{} of {}", progress.step, progress.steps));
            bar.inc(1);
        }
        Ok(run.into_image())
    };
    let mean = Samples::draw(options, samples, run)?.into_mean();
    bar.finish_and_clear();
    Ok(mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_and_shot_go_together() {
        assert_eq!(given_noise(None, None).unwrap(), None);
        assert_eq!(given_noise(Some(0.1), Some(0.0)).unwrap(), Some(NoiseModel { sigma_read: 0.1, shot: 0.0 }));
        assert!(given_noise(Some(0.1), None).unwrap_err().to_string().contains("--shot"));
        assert!(given_noise(None, Some(0.1)).unwrap_err().to_string().contains("--read"));
        assert!(given_noise(Some(-1.0), Some(0.1)).is_err());
    }

    #[test]
    fn steps_are_a_number_or_the_papers() {
        assert_eq!(steps("4"), Ok(Steps::Count(4)));
        assert_eq!(steps("unit"), Ok(Steps::Unit));
        for wrong in ["0", "1001", "-1", "many", ""] {
            assert!(steps(wrong).is_err(), "{wrong}");
        }
    }
}

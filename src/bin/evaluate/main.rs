//! Measures the denoiser: `evaluate --data DIR`.
//!
//! Each clean image gets shot and read noise in linear light, unclipped, is denoised, and is compared in sRGB.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use svnr::device::DeviceChoice;
use svnr::estimate::estimate_noise;
use svnr::files;
use svnr::method::reverse::Steps;
use svnr::metrics::{psnr, ssim};
use svnr::{Denoiser, LinearImage, NoiseModel, Options};

/// The weights that come with the program.
static WEIGHTS: &[u8] = include_bytes!("../../weights/svnr.safetensors");

/// Measure PSNR and SSIM of the denoiser on a folder of clean images.
///
/// Noise of each gain is added in linear light, unclipped, with the image's place in the order of names (plus --seed) as
/// its seed. Every image is denoised with the true parameters of the noise and with estimated ones. The figures are means
/// over images, in sRGB clipped to [0, 1].
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Folder of clean images
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Gains of the simulated camera
    #[arg(long, value_delimiter = ',', default_value = "1,4,8,16,20", value_parser = gain)]
    gains: Vec<f32>,
    /// Numbers of steps of the reverse process
    #[arg(long, value_delimiter = ',', default_value = "1,4,25", value_parser = steps)]
    steps: Vec<usize>,
    /// Only the first N images
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Leave out the runs with estimated noise, which are half of the time
    #[arg(long)]
    true_only: bool,
    /// Draw no noise in the steps
    #[arg(long)]
    deterministic: bool,
    /// Added to the seed of every image
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// cpu, vulkan or vulkan:N
    #[arg(long, default_value = "cpu")]
    device: DeviceChoice,
    /// Other weights than the built-in ones (.safetensors)
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Write the table as CSV, too
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write the table as JSON, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn gain(text: &str) -> Result<f32, String> {
    let gain = text.parse().ok().filter(|g: &f32| *g > 0.0 && g.is_finite());
    gain.ok_or_else(|| format!("{text} is no gain; it must be a number above 0"))
}

fn steps(text: &str) -> Result<usize, String> {
    let count = text.parse().map_err(|_| format!("{text} is not a whole number"))?;
    Steps::count(count).map(|_| count).map_err(|e| e.to_string())
}

/// Means over images.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
struct Score {
    psnr: f64,
    ssim: f64,
}

impl Score {
    fn of(image: &LinearImage, clean: &LinearImage) -> Self {
        Self { psnr: psnr(image, clean), ssim: ssim(image, clean) }
    }

    /// Takes the `n`-th value into the mean.
    fn add(&mut self, other: Self, n: usize) {
        self.psnr += (other.psnr - self.psnr) / n as f64;
        self.ssim += (other.ssim - self.ssim) / n as f64;
    }
}

/// A line of the table.
#[derive(Debug, Clone, serde::Serialize)]
struct Row {
    gain: f32,
    steps: usize,
    images: usize,
    noisy: Score,
    true_noise: Score,
    estimated_noise: Option<Score>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let mut files = image_files(&arguments.data)?;
    files.truncate(arguments.limit.unwrap_or(usize::MAX));
    if files.is_empty() {
        bail!("{} holds no image that could be measured", arguments.data.display());
    }
    let device = arguments.device.open().map_err(|e| anyhow!(e))?;
    let denoiser = Denoiser::from_weights(&weights(arguments.weights.as_deref())?, &device)?;

    let mut rows: Vec<Row> = arguments
        .gains
        .iter()
        .flat_map(|&gain| arguments.steps.iter().map(move |&steps| (gain, steps)))
        .map(|(gain, steps)| Row {
            gain,
            steps,
            images: 0,
            noisy: Score::default(),
            true_noise: Score::default(),
            estimated_noise: (!arguments.true_only).then(Score::default),
        })
        .collect();
    // Steps are what takes the time.
    let runs = if arguments.true_only { 1 } else { 2 };
    let work = files.len() * arguments.gains.len() * arguments.steps.iter().sum::<usize>() * runs;
    let style = ProgressStyle::with_template("{bar:30} {msg}, {elapsed} gone, {eta} left").expect("well-formed");
    let bar = ProgressBar::new(work as u64).with_style(style);
    for (index, file) in files.iter().enumerate() {
        bar.set_message(format!("image {} of {}", index + 1, files.len()));
        bar.tick();
        let clean = files::read(file)?.image;
        let seed = arguments.seed + index as u64;
        for &gain in &arguments.gains {
            let noise = NoiseModel::at_gain(gain);
            let noisy = noise.add_to(&clean, seed);
            let noisy_score = Score::of(&noisy, &clean);
            let estimated = (!arguments.true_only).then(|| estimate_noise(&noisy).noise);
            for row in rows.iter_mut().filter(|row| row.gain == gain) {
                let options = Options {
                    steps: Steps::Count(row.steps),
                    stochastic: !arguments.deterministic,
                    seed,
                    ..Options::default()
                };
                let score = |noise: &NoiseModel| -> Result<Score> {
                    let denoised = pollster::block_on(denoiser.denoise(&noisy, noise, &options))
                        .with_context(|| file.display().to_string())?;
                    bar.inc(row.steps as u64);
                    Ok(Score::of(&denoised, &clean))
                };
                let with_true = score(&noise)?;
                let with_estimated = estimated.as_ref().map(score).transpose()?;
                row.images += 1;
                row.noisy.add(noisy_score, row.images);
                row.true_noise.add(with_true, row.images);
                if let (Some(mean), Some(score)) = (&mut row.estimated_noise, with_estimated) {
                    mean.add(score, row.images);
                }
            }
        }
    }
    bar.finish_and_clear();
    print!("{}", table(&rows));
    if let Some(file) = &arguments.csv {
        std::fs::write(file, csv(&rows)).with_context(|| format!("cannot write {}", file.display()))?;
    }
    if let Some(file) = &arguments.json {
        let json = serde_json::to_string_pretty(&rows)?;
        std::fs::write(file, json + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

fn weights(file: Option<&Path>) -> Result<Cow<'static, [u8]>> {
    match file {
        None => Ok(WEIGHTS.into()),
        Some(file) => {
            Ok(std::fs::read(file).with_context(|| format!("cannot read the weights {}", file.display()))?.into())
        }
    }
}

/// The images in a folder, by name.
fn image_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let cannot = || format!("cannot list {}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        // What can be written can be read.
        if path.is_file() && files::check_output(&path).is_ok() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Columns for people.
fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "             noisy input      true noise       estimated noise\n\
         gain     K   PSNR    SSIM     PSNR    SSIM     PSNR    SSIM\n",
    );
    for row in rows {
        let pair = |score: Score| format!("{:6.2}  {:.4}", score.psnr, score.ssim);
        let estimated = row.estimated_noise.map_or("     -       -".into(), pair);
        let (noisy, known) = (pair(row.noisy), pair(row.true_noise));
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:>4}  {:>4}  {noisy}   {known}   {estimated}", row.gain, row.steps);
    }
    if let Some(row) = rows.first() {
        let noun = if row.images == 1 { "image" } else { "images" };
        let _ = writeln!(text, "means over {} {noun}; PSNR in dB and SSIM in sRGB", row.images);
    }
    text
}

fn csv(rows: &[Row]) -> String {
    let header = "gain,steps,images,noisy_psnr,noisy_ssim,true_psnr,true_ssim,estimated_psnr,estimated_ssim\n";
    rows.iter().fold(String::from(header), |mut text, row| {
        let pair = |score: Score| format!("{:.4},{:.5}", score.psnr, score.ssim);
        let estimated = row.estimated_noise.map_or(",".into(), pair);
        let (noisy, known) = (pair(row.noisy), pair(row.true_noise));
        let _ = writeln!(text, "{},{},{},{noisy},{known},{estimated}", row.gain, row.steps, row.images);
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(estimated: bool) -> Row {
        let score = |psnr| Score { psnr, ssim: 0.5 };
        let estimated_noise = estimated.then(|| score(29.0));
        Row { gain: 4.0, steps: 25, images: 2, noisy: score(20.0), true_noise: score(30.0), estimated_noise }
    }

    #[test]
    fn a_score_is_the_mean() {
        let mut score = Score::default();
        for (i, psnr) in [10.0, 20.0, 60.0].into_iter().enumerate() {
            score.add(Score { psnr, ssim: psnr / 100.0 }, i + 1);
        }
        assert!((score.psnr - 30.0).abs() < 1e-9 && (score.ssim - 0.3).abs() < 1e-9);
    }

    #[test]
    fn every_line_of_the_csv_has_all_columns() {
        let text = csv(&[row(true), row(false)]);
        assert!(text.lines().all(|line| line.split(',').count() == 9), "{text}");
        assert!(text.contains("4,25,2,20.0000,0.50000,30.0000,0.50000,29.0000,0.50000\n"), "{text}");
    }

    #[test]
    fn the_table_stands_in_columns() {
        let text = table(&[row(true), row(false)]);
        let lines: Vec<&str> = text.lines().skip(1).take(3).collect();
        assert_eq!(lines[1].find(". "), lines[2].find(". "));
        assert_eq!(lines[1].len(), lines[2].len());
        assert!(lines[1].len() <= 80);
    }

    #[test]
    fn gains_and_steps_are_checked() {
        assert_eq!(gain("1.5"), Ok(1.5));
        for wrong in ["0", "-1", "inf", "x"] {
            assert!(gain(wrong).is_err());
        }
        assert_eq!(steps("25"), Ok(25));
        assert!(steps("0").is_err() && steps("x").is_err());
    }
}

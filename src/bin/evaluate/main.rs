//! Measures the denoiser: `evaluate --data DIR`.

mod cases;
mod estimates;
mod sheet;
mod table;
mod toned;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use clap::builder::ArgPredicate;
use indicatif::{ProgressBar, ProgressStyle};
use svnr::denoiser::Samples;
use svnr::device::DeviceChoice;
use svnr::estimate::estimate_noise;
use svnr::files;
use svnr::method::noise::Noise;
use svnr::method::reverse::Steps;
use svnr::metrics::spectrum::Spectrum;
use svnr::{Denoiser, LinearImage, Options, weight_file};

use cases::{Case, Source};
use estimates::Estimates;
use table::{Row, Score};

/// Measure the denoiser on a folder of clean images, or on pairs of noisy and clean ones.
///
/// Noise is added with the image's place in the order of names (plus --seed) as its seed. Every image is denoised with
/// the true noise, where it is known, and with the noise as it is estimated. The figures are means over images: PSNR
/// and SSIM in sRGB clipped to [0, 1]; "spec." is how far the result's fine detail is from the clean image's, as the
/// mean |ln| of the ratio of their power spectra above a quarter of a cycle per pixel. "least gain" is what the image
/// got that gained least, in dB.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Folder of clean images
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Gains of the simulated camera, whose noise is added in linear light, unclipped
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "1,4,8,16,20",
        default_value_if("toned", ArgPredicate::IsPresent, "0.5,1,2,4"),
        value_parser = positive
    )]
    gains: Vec<f32>,
    /// White noise instead: its std on the sRGB values from 0 to 255, unclipped, for example 15,25,50
    #[arg(long, value_delimiter = ',', value_parser = positive, conflicts_with_all = ["gains", "estimates"])]
    sigmas: Vec<f32>,
    /// The folder holds pairs: noisy photos NAME_real.EXT with clean versions NAME_mean.EXT
    #[arg(long, conflicts_with_all = ["gains", "sigmas", "true_only"])]
    pairs: bool,
    /// Photos of simulated cameras that process them and write JPEGs, another camera for each image
    #[arg(long, conflicts_with_all = ["gains", "sigmas", "pairs"])]
    camera: bool,
    /// Grey versions of the images, with the same camera noise in all channels
    #[arg(long, conflicts_with_all = ["sigmas", "pairs", "camera"])]
    grey: bool,
    /// Developed images, 8 bits after a tone curve: estimated noise against the best of 5 x 5 pairs of read and shot
    #[arg(long, conflicts_with_all = ["sigmas", "pairs", "camera", "grey", "estimates", "true_only", "sheet", "csv"])]
    toned: bool,
    /// Only the middle of each image, N pixels wide and high
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(32..), conflicts_with = "pairs")]
    middle: Option<u32>,
    /// Measure only the noise estimate, on clean images too; nothing is denoised
    #[arg(long)]
    estimates: bool,
    /// Steps of the reverse process: numbers of them, or "unit" for the paper's
    #[arg(long, value_delimiter = ',', default_value = "1,4,25")]
    steps: Vec<Steps>,
    /// Draw N samples and measure their mean
    #[arg(long, default_value = "1", value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1000))]
    average: u64,
    /// Only the first N images
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Skip the runs with estimated noise, which take half of the time
    #[arg(long)]
    true_only: bool,
    /// Multiplies the std of the noise to be removed
    #[arg(long, default_value_t = 1.0)]
    strength: f32,
    /// How much of the noise that remains after a step is drawn afresh: 0 none, 1 as much as in the paper [default:
    /// 0.4, or 0.8 with --average]
    #[arg(long)]
    eta: Option<f32>,
    /// Added to the seed of every image
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// cpu, libtorch, libtorch:N, vulkan or vulkan:N
    #[arg(long, default_value = "cpu")]
    device: DeviceChoice,
    /// Other weights (.safetensors) [default: the built-in ones]
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Do not measure; write an image of crops with a row for each image: noisy, with the fewest and with the most
    /// steps, the spread over --average samples (8 times as bright), clean
    #[arg(long, value_name = "FILE", conflicts_with_all = ["pairs", "csv", "json", "estimates"])]
    sheet: Option<PathBuf>,
    /// Also write the table as CSV
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Also write the table as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn positive(text: &str) -> Result<f32, String> {
    let number = text.parse().ok().filter(|v: &f32| *v > 0.0 && v.is_finite());
    number.ok_or_else(|| format!("{text} must be a number above 0"))
}

/// About how many steps a run has, for the progress bar. Of the paper's, a photo with noise of std 0.25 needs 25.
fn about(steps: Steps) -> usize {
    match steps {
        Steps::Count(count) => count,
        Steps::Unit => 25,
    }
}

impl Arguments {
    fn options(&self, steps: Steps, seed: u64) -> Options {
        let strength = self.strength.into();
        Options { steps, eta: self.eta, seed, strength, ..Options::default() }
    }

    /// As many samples as asked for, each by a run that is given its options.
    fn samples<E>(
        &self,
        steps: Steps,
        seed: u64,
        run: impl FnMut(&Options) -> Result<LinearImage, E>,
    ) -> Result<Samples, E> {
        Samples::draw(&self.options(steps, seed), self.average, run)
    }

    /// A file's image, or the middle of it.
    fn read(&self, file: &Path) -> Result<LinearImage> {
        let image = files::read(file)?.image;
        self.middle.map_or_else(|| Ok(image.clone()), |side| cases::middle(&image, side as usize))
    }

    fn sources(&self) -> Vec<Source> {
        if self.pairs {
            vec![Source::Photo]
        } else if self.camera {
            vec![Source::Camera]
        } else if self.grey {
            self.gains.iter().copied().map(Source::Grey).collect()
        } else if self.sigmas.is_empty() {
            self.gains.iter().copied().map(Source::Gain).collect()
        } else {
            self.sigmas.iter().copied().map(Source::Sigma).collect()
        }
    }
}

fn main() -> ExitCode {
    svnr::allocator::keep_freed_memory();
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let mut files = cases::clean_files(&arguments.data, arguments.pairs)?;
    files.truncate(arguments.limit.unwrap_or(usize::MAX));
    if files.is_empty() {
        bail!("{} holds no image that could be measured", arguments.data.display());
    }
    if arguments.estimates {
        return measure_estimates(arguments, &files);
    }
    let device = arguments.device.open().map_err(|e| anyhow!(e))?;
    let denoiser = Denoiser::from_weights(&weight_file::read(arguments.weights.as_deref())?, &device)?;

    if let Some(sheet) = &arguments.sheet {
        return sheet::write(arguments, &denoiser, &files, sheet);
    }
    if arguments.toned {
        return measure_toned(arguments, &denoiser, &files);
    }
    let sources = arguments.sources();
    let mut rows: Vec<Row> =
        sources.iter().flat_map(|&source| arguments.steps.iter().map(move |&steps| Row::new(source, steps))).collect();
    // The steps take the time.
    let runs = if arguments.true_only || arguments.pairs { 1 } else { 2 } * arguments.average as usize;
    let work = files.len() * sources.len() * arguments.steps.iter().map(|&steps| about(steps)).sum::<usize>() * runs;
    let style = ProgressStyle::with_template("{bar:30} {msg}, {elapsed} gone, {eta} left").expect("well-formed");
    let bar = ProgressBar::new(work as u64).with_style(style);
    for (index, file) in files.iter().enumerate() {
        bar.set_message(format!("image {} of {}", index + 1, files.len()));
        bar.tick();
        let clean_file = arguments.read(file)?;
        let spectrum_of_file = Spectrum::of(&clean_file);
        let seed = arguments.seed + index as u64;
        for &source in &sources {
            let case = source.case(file, &clean_file, seed)?;
            let Case { noisy, noise, .. } = &case;
            let spectrum_of_case = case.clean.as_ref().map(Spectrum::of);
            let (clean, spectrum) =
                (case.clean.as_ref().unwrap_or(&clean_file), spectrum_of_case.as_ref().unwrap_or(&spectrum_of_file));
            if (noisy.width(), noisy.height()) != (clean.width(), clean.height()) {
                bail!("{} and its noisy photo differ in size", file.display());
            }
            let estimated = (!arguments.true_only).then(|| estimate_noise(noisy).noise);
            let noisy_score = Score::of(&case.linear(noisy), clean, spectrum);
            for row in rows.iter_mut().filter(|row| row.noise == source) {
                let score = |noise: &Option<Noise>| -> Result<Option<Score>> {
                    let Some(noise) = noise else { return Ok(None) };
                    let denoised = denoise(&denoiser, noisy, noise, row.steps, seed, arguments, &bar);
                    let denoised = denoised.with_context(|| file.display().to_string())?;
                    Ok(Some(Score::of(&case.linear(&denoised), clean, spectrum)))
                };
                let (with_true, with_estimated) = (score(noise)?, score(&estimated)?);
                row.add(noisy_score, with_true, with_estimated);
            }
        }
    }
    bar.finish_and_clear();
    print!("{}", table::table(&rows));
    if let Some(file) = &arguments.csv {
        std::fs::write(file, table::csv(&rows)).with_context(|| format!("cannot write {}", file.display()))?;
    }
    if let Some(file) = &arguments.json {
        write_json(file, &rows)?;
    }
    Ok(())
}

fn measure_toned(arguments: &Arguments, denoiser: &Denoiser, files: &[PathBuf]) -> Result<()> {
    let work = files.len() * arguments.gains.len() * toned::Tone::ALL.len() * toned::RUNS;
    let style = ProgressStyle::with_template("{bar:30} {elapsed} gone, {eta} left").expect("well-formed");
    let bar = ProgressBar::new(work as u64).with_style(style);
    let images = files.iter().enumerate().map(|(i, file)| Ok((arguments.read(file)?, arguments.seed + i as u64)));
    let rows = toned::measure(images, &arguments.gains, &bar, |noisy, noise| {
        Ok(pollster::block_on(denoiser.denoise(noisy, noise, &arguments.options(Steps::Count(1), arguments.seed)))?)
    })?;
    bar.finish_and_clear();
    print!("{}", toned::table(&rows));
    arguments.json.as_deref().map_or(Ok(()), |file| write_json(file, &rows))
}

fn measure_estimates(arguments: &Arguments, files: &[PathBuf]) -> Result<()> {
    let mut sources = arguments.sources();
    if !arguments.pairs {
        sources.insert(0, Source::Nowhere);
    }
    let mut rows: Vec<Estimates> = sources.into_iter().map(Estimates::new).collect();
    for (index, file) in files.iter().enumerate() {
        let image = arguments.read(file)?;
        for row in &mut rows {
            let case = row.noise.case(file, &image, arguments.seed + index as u64)?;
            row.add(&case.noisy, case.clean.as_ref().unwrap_or(&image));
        }
    }
    print!("{}", estimates::table(&rows));
    if let Some(file) = &arguments.json {
        write_json(file, &rows)?;
    }
    Ok(())
}

fn write_json(file: &Path, rows: &impl serde::Serialize) -> Result<()> {
    let json = serde_json::to_string_pretty(rows)?;
    std::fs::write(file, json + "\n").with_context(|| format!("cannot write {}", file.display()))
}

/// The mean of as many samples as asked for.
fn denoise(
    denoiser: &Denoiser,
    noisy: &LinearImage,
    noise: &Noise,
    steps: Steps,
    seed: u64,
    arguments: &Arguments,
    bar: &ProgressBar,
) -> Result<LinearImage> {
    let samples = arguments.samples(steps, seed.wrapping_mul(arguments.average), |options| {
        let denoised = pollster::block_on(denoiser.denoise(noisy, noise.clone(), options));
        bar.inc(about(steps) as u64);
        denoised
    })?;
    Ok(samples.into_mean())
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
        assert_eq!(parse("--toned").unwrap().gains, [0.5, 1.0, 2.0, 4.0]);
        assert_eq!(parse("--steps 1,unit --eta 1").unwrap().steps, [Steps::Count(1), Steps::Unit]);
        assert!(parse("--steps 0").is_err() && parse("--steps x").is_err());
        assert!(parse("--pairs --sigmas 15").is_err() && parse("--gains 1 --sigmas 15").is_err());
    }
}

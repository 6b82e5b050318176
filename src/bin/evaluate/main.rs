//! Measures the denoiser: `evaluate --data DIR`.

mod cases;
mod demosaic;
mod estimates;
mod raw;
mod sheet;
mod statistics;
mod table;
mod toned;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use clap::builder::ArgPredicate;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use svnr::denoiser::Samples;
use svnr::device::{self, DeviceChoice};
use svnr::estimate::estimate_noise;
use svnr::files;
use svnr::gpu::Precision;
use svnr::method::formulation::Start;
use svnr::method::noise::Noise;
use svnr::method::reverse::Steps;
use svnr::metrics::spectrum::Spectrum;
use svnr::network::ImageKind;
use svnr::training::raw_levels::levels;
use svnr::{Denoiser, LinearImage, Options, weight_file};

use cases::Source;
use estimates::Estimates;
use table::{Measured, Results, Row, Score, Setting};
use toned::Tone;

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
    /// Noisy images as files of 8 bits hold them: what is below black or above white is cut off
    #[arg(long, conflicts_with_all = ["sigmas", "pairs", "camera", "grey", "toned", "raw"])]
    clipped: bool,
    /// Grey versions of the images, with the same camera noise in all channels
    #[arg(long, conflicts_with_all = ["sigmas", "pairs", "camera"])]
    grey: bool,
    /// Film grain, the same in all channels, in files of 8 bits: its std at middle brightness, from 0 to 255
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "CODES",
        value_parser = positive,
        conflicts_with_all = ["gains", "sigmas", "pairs", "camera", "clipped", "grey", "toned", "raw", "demosaic"]
    )]
    grain: Vec<f32>,
    /// Developed images, 8 bits after a tone curve: estimated noise against the best of 5 x 5 pairs of read and shot
    #[arg(long, conflicts_with_all = ["sigmas", "pairs", "camera", "grey", "estimates", "true_only", "csv"])]
    toned: bool,
    /// Also tell the denoiser a wrong noise: the true one with its std times these factors, for example 0.5,2
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "FACTORS",
        value_parser = positive,
        conflicts_with_all = ["pairs", "camera", "toned", "estimates", "sheet"]
    )]
    wrong: Vec<f32>,
    /// Mosaics of a camera at five sensitivities: PSNR in dB of the planes in linear light ("raw"), and of their plain
    /// bilinear development in sRGB ("dev")
    #[arg(long, conflicts_with_all = ["gains", "sigmas", "pairs", "camera", "grey", "toned", "estimates", "csv"])]
    raw: bool,
    /// Only the middle of each image, N pixels wide and high
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(32..), conflicts_with = "pairs")]
    middle: Option<u32>,
    /// Measure only the noise estimate, on clean images too; nothing is denoised
    #[arg(long)]
    estimates: bool,
    /// Measure only demosaicing: clean images through a camera's Bayer and X-Trans mosaics without noise, plainly and
    /// as svnr does it
    #[arg(
        long,
        conflicts_with_all = [
            "gains", "sigmas", "pairs", "camera", "clipped", "grey", "toned", "estimates", "raw", "sheet", "csv", "true_only"
        ]
    )]
    demosaic: bool,
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
    /// Numbers that a GPU multiplies: f32 or f16 [default: f16 if the GPU has them and they are good enough]
    #[arg(long, value_name = "F")]
    precision: Option<Precision>,
    /// Other weights (.safetensors) [default: the built-in ones]
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Also denoise with these weights (.safetensors) and print how much better the first ones are, image by image
    #[arg(long, value_name = "FILE", conflicts_with_all = ["toned", "estimates", "sheet"])]
    against: Option<PathBuf>,
    /// Do not measure; write an image of the middles with a row for each image, at the kinds of noise in turn: noisy,
    /// with the fewest and with the most steps, the spread over --average samples (8 times as bright), clean. The noise
    /// is estimated; with --true-only, told. With --raw: developed, then denoised as a photo; denoised, then developed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["csv", "json", "estimates"])]
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
fn about(steps: Steps, denoiser: &Denoiser) -> usize {
    match (steps, denoiser.formulation().start) {
        (Steps::Count(count), _) => count,
        (Steps::Unit, Start::Photo) => 25,
        (Steps::Unit, Start::Noise) => denoiser.schedule().end() as usize,
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

fn main() -> ExitCode {
    svnr::allocator::keep_freed_memory();
    let arguments = Arguments::parse();
    match at_once(arguments.device).and_then(|pool| pool.install(|| run(&arguments))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Where pictures are denoised, as many at once as there are cores: most are too small to share one among the cores.
/// Any other device than the processor gets one after the other.
fn at_once(device: DeviceChoice) -> Result<rayon::ThreadPool> {
    let threads = if device == DeviceChoice::Cpu { 0 } else { 1 };
    Ok(rayon::ThreadPoolBuilder::new().num_threads(threads).build()?)
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
    if arguments.demosaic {
        let scores = demosaic::measure(files.iter().map(|file| arguments.read(file)))?;
        print!("{}", demosaic::table(&scores));
        return arguments.json.as_deref().map_or(Ok(()), |file| write_json(file, &scores));
    }
    let device = arguments.device.open().map_err(|e| anyhow!(e))?;
    let kind = if arguments.raw { ImageKind::Mosaic } else { ImageKind::Rgb };
    let read = |file: Option<&Path>| -> Result<Denoiser> {
        device::denoiser(&weight_file::read(file, kind)?, &device, arguments.precision)
            .map(|denoiser| denoiser.with_threads(1))
            .with_context(|| file.map_or("the built-in weights".into(), |file| file.display().to_string()))
    };
    let denoiser = read(arguments.weights.as_deref())?;
    let against = arguments.against.as_deref().map(|file| read(Some(file))).transpose()?;

    if let Some(sheet) = &arguments.sheet {
        let write = if arguments.raw { sheet::write_raw } else { sheet::write };
        return write(arguments, &denoiser, &files, sheet);
    }
    if arguments.toned {
        return measure_toned(arguments, &denoiser, &files);
    }
    if arguments.raw {
        return measure_raw(arguments, &denoiser, &files);
    }
    let sources = arguments.sources();
    let mut rows = rows(arguments, &sources);
    // The steps take the time.
    let work = rows.iter().map(|Row { setting, .. }| {
        let runs = if arguments.true_only || arguments.pairs || setting.wrong != 1.0 { 1 } else { 2 };
        let others = against.as_ref().map_or(0, |other| about(setting.steps, other));
        runs * about(setting.steps, &denoiser) + others
    });
    let work = work.sum::<usize>() * files.len() * arguments.average as usize;
    let style = ProgressStyle::with_template("{bar:30} {elapsed} gone, {eta} left").expect("well-formed");
    let bar = ProgressBar::new(work as u64).with_style(style);
    let settings: Vec<Setting> = rows.iter().map(|row| row.setting).collect();
    let of_file = |(index, file): (usize, &PathBuf)| -> Result<Vec<Results>> {
        bar.tick();
        let clean_file = arguments.read(file)?;
        let spectrum_of_file = Spectrum::of(&clean_file);
        let seed = arguments.seed + index as u64;
        let of_source = |&source: &Source| -> Result<Vec<Results>> {
            let case = source.case(file, &clean_file, seed)?;
            let noisy = &case.noisy;
            let spectrum_of_case = case.clean.as_ref().map(Spectrum::of);
            let (clean, spectrum) =
                (case.clean.as_ref().unwrap_or(&clean_file), spectrum_of_case.as_ref().unwrap_or(&spectrum_of_file));
            if (noisy.width(), noisy.height()) != (clean.width(), clean.height()) {
                bail!("{} and its noisy photo differ in size", file.display());
            }
            let estimated = (!arguments.true_only).then(|| estimate_noise(noisy).noise);
            let noisy_score = Score::of(&case.linear(noisy), clean, spectrum);
            let of_setting = |&Setting { wrong, steps, .. }: &Setting| -> Result<Results> {
                let measure = |denoiser: &Denoiser, noise: &Noise| -> Result<Measured> {
                    let (image, evaluations, seconds) = denoise(denoiser, noisy, noise, steps, seed, arguments, &bar)
                        .with_context(|| file.display().to_string())?;
                    let score = Score::of(&case.linear(&image), clean, spectrum);
                    Ok(Measured { score, evaluations, seconds: seconds / noisy.pixels() as f64 * 1e6 })
                };
                let told = case.noise.as_ref().map(|noise| scaled(noise, wrong));
                let estimated = estimated.as_ref().filter(|_| wrong == 1.0);
                Ok(Results {
                    noisy: noisy_score,
                    true_noise: told.as_ref().map(|noise| measure(&denoiser, noise)).transpose()?,
                    estimated_noise: estimated.map(|noise| measure(&denoiser, noise)).transpose()?,
                    against: match (&against, told.as_ref().or(estimated)) {
                        (Some(other), Some(noise)) => Some(measure(other, noise)?),
                        _ => None,
                    },
                })
            };
            settings.par_iter().filter(|setting| setting.noise == source).map(of_setting).collect()
        };
        Ok(sources.par_iter().map(of_source).collect::<Result<Vec<_>>>()?.concat())
    };
    // Rows are sorted by source.
    for results in files.par_iter().enumerate().map(of_file).collect::<Result<Vec<_>>>()? {
        rows.iter_mut().zip(results).for_each(|(row, results)| row.add(results));
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

/// An empty row for every kind of noise, factor by which it is told wrong, and number of steps.
fn rows(arguments: &Arguments, sources: &[Source]) -> Vec<Row> {
    let wrong = || std::iter::once(1.0).chain(arguments.wrong.iter().copied());
    let mut rows = Vec::new();
    for &noise in sources {
        for wrong in wrong() {
            rows.extend(arguments.steps.iter().map(|&steps| Row::new(Setting { noise, wrong, steps })));
        }
    }
    rows
}

/// The noise with its std times `factor`. Only a camera's noise is told wrong; any other stays as it is.
fn scaled(noise: &Noise, factor: f32) -> Noise {
    match noise {
        Noise::Model(model) => model.scaled(factor).into(),
        other => other.clone(),
    }
}

fn measure_toned(arguments: &Arguments, denoiser: &Denoiser, files: &[PathBuf]) -> Result<()> {
    let work = files.len() * arguments.gains.len() * Tone::ALL.len() * toned::RUNS;
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

fn measure_raw(arguments: &Arguments, denoiser: &Denoiser, files: &[PathBuf]) -> Result<()> {
    let each: usize = arguments.steps.iter().map(|&steps| about(steps, denoiser)).sum();
    let runs = if arguments.true_only { 1 } else { 2 } * arguments.average as usize;
    let style = ProgressStyle::with_template("{bar:30} {elapsed} gone, {eta} left").expect("well-formed");
    let bar = ProgressBar::new((files.len() * levels().count() * each * runs) as u64).with_style(style);
    let images = files.iter().enumerate().map(|(i, file)| Ok((arguments.read(file)?, arguments.seed + i as u64)));
    let rows = raw::measure(images, &arguments.steps, !arguments.true_only, |noisy, noise, steps, seed| {
        Ok(denoise(denoiser, noisy, noise, steps, seed, arguments, &bar)?.0)
    })?;
    bar.finish_and_clear();
    print!("{}", raw::table(&rows));
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

/// The mean of as many samples as asked for, how often the network was evaluated at each pixel, and the seconds.
fn denoise(
    denoiser: &Denoiser,
    noisy: &LinearImage,
    noise: &Noise,
    steps: Steps,
    seed: u64,
    arguments: &Arguments,
    bar: &ProgressBar,
) -> Result<(LinearImage, usize, f64)> {
    let (begun, mut evaluations) = (Instant::now(), 0);
    let samples = arguments.samples(steps, seed.wrapping_mul(arguments.average), |options| -> Result<LinearImage> {
        let mut run = denoiser.start(noisy.clone(), noise.clone(), options)?;
        while pollster::block_on(run.advance())?.is_some() {}
        evaluations += run.steps();
        bar.inc(about(steps, denoiser) as u64);
        Ok(run.into_image())
    })?;
    Ok((samples.into_mean(), evaluations, begun.elapsed().as_secs_f64()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use svnr::NoiseModel;

    #[test]
    fn numbers_are_checked() {
        assert_eq!(positive("1.5"), Ok(1.5));
        for wrong in ["0", "-1", "inf", "x"] {
            assert!(positive(wrong).is_err());
        }
    }

    #[test]
    fn every_wrong_noise_has_a_row_of_its_own() {
        let line = "evaluate --data x --gains 1,8 --steps 1,unit --wrong 0.5,2";
        let arguments = Arguments::try_parse_from(line.split_whitespace()).unwrap();
        let settings: Vec<_> = rows(&arguments, &arguments.sources()).iter().map(|row| row.setting).collect();
        let of_gain = settings.iter().filter(|setting| setting.noise == Source::Gain(8.0));
        assert_eq!(of_gain.map(|setting| setting.wrong).collect::<Vec<_>>(), [1.0, 1.0, 0.5, 0.5, 2.0, 2.0]);
        let noise = NoiseModel { sigma_read: 0.1, shot: 0.02 };
        let Noise::Model(told) = scaled(&noise.into(), 0.5) else { panic!("it is still a model") };
        for x in [0.0, 0.4] {
            assert!((told.variance(x) / noise.variance(x) - 0.25).abs() < 1e-5);
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

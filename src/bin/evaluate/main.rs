//! Measures the denoiser: `evaluate --data DIR`.

mod arguments;
mod cases;
mod demosaic;
mod estimates;
mod raw;
mod saved;
mod sheet;
mod statistics;
mod table;
mod toned;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use svnr::device::{self, DeviceChoice};
use svnr::estimate::estimate_noise;
use svnr::method::formulation::Start;
use svnr::method::noise::Noise;
use svnr::method::reverse::Steps;
use svnr::metrics::spectrum::Spectrum;
use svnr::network::ImageKind;
use svnr::training::raw_levels::levels;
use svnr::{Denoiser, LinearImage, weight_file};

use arguments::Arguments;
use cases::Source;
use estimates::Estimates;
use table::{Measured, Results, Row, Score, Setting};
use toned::Tone;

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
            let save = |what: &str, image: &LinearImage| match &arguments.save {
                Some(folder) => saved::write(folder, source, what, file, image),
                None => Ok(()),
            };
            save("clean", clean)?;
            let shown = case.linear(noisy);
            save("noisy", &shown)?;
            let noisy_score = Score::of(&shown, clean, spectrum);
            let of_setting = |setting: &Setting| -> Result<Results> {
                let &Setting { wrong, steps, .. } = setting;
                let measure = |denoiser: &Denoiser, noise: &Noise, name: Option<String>| -> Result<Measured> {
                    let (image, evaluations, seconds) = denoise(denoiser, noisy, noise, steps, seed, arguments, &bar)
                        .with_context(|| file.display().to_string())?;
                    let image = case.linear(&image);
                    name.map_or(Ok(()), |name| save(&name, &image))?;
                    let score = Score::of(&image, clean, spectrum);
                    Ok(Measured { score, evaluations, seconds: seconds / noisy.pixels() as f64 * 1e6 })
                };
                let first =
                    |noise: &Noise, is_estimated| measure(&denoiser, noise, Some(saved::name(*setting, is_estimated)));
                let told = case.noise.as_ref().map(|noise| scaled(noise, wrong));
                let estimated = estimated.as_ref().filter(|_| wrong == 1.0);
                Ok(Results {
                    noisy: noisy_score,
                    true_noise: told.as_ref().map(|noise| first(noise, false)).transpose()?,
                    estimated_noise: estimated.map(|noise| first(noise, true)).transpose()?,
                    against: match (&against, told.as_ref().or(estimated)) {
                        (Some(other), Some(noise)) => Some(measure(other, noise, None)?),
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

/// About how many steps a run has, for the progress bar. Of the paper's, a photo with noise of std 0.25 needs 25.
fn about(steps: Steps, denoiser: &Denoiser) -> usize {
    match (steps, denoiser.formulation().start) {
        (Steps::Count(count), _) => count,
        (Steps::Unit, Start::Photo) => 25,
        (Steps::Unit, Start::Noise) => denoiser.schedule().end() as usize,
    }
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
}

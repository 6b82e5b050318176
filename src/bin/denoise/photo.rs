//! Reads, denoises and writes a photo.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use svnr::denoiser::Samples;
use svnr::estimate::estimate_visible_noise;
use svnr::files::{self, FileError, Photo};
use svnr::method::noise::Noise;
use svnr::{Denoiser, LinearImage, NoiseModel, Options};

use crate::console::Console;
use crate::plan::{self, Job};
use crate::stamp::Stamp;

/// The settings for all photos.
pub struct Settings<'a> {
    /// The noise, unless it is to be estimated.
    pub noise: Option<Noise>,
    /// The options of a run.
    pub options: Options,
    /// Samples whose mean is written.
    pub samples: u64,
    /// Whether existing files may be overwritten.
    pub force: bool,
    /// Where messages go.
    pub console: &'a Console,
    /// Set when the work should stop.
    pub stop: &'a AtomicBool,
}

/// A photo that was read.
pub struct Ready {
    photo: Photo,
    noise: Noise,
    /// The noise, in words.
    remark: String,
    /// The file as it was when it was read.
    stamp: Stamp,
    notes: Vec<String>,
}

/// A photo that was denoised.
pub struct Done {
    photo: Photo,
    stamp: Stamp,
    seconds: f32,
}

/// Reads a photo, and estimates its noise unless it is given.
pub fn read(settings: &Settings, job: &Job) -> Result<Ready> {
    let input = &job.input;
    let stamp = match Stamp::of(input) {
        Ok(stamp) => stamp,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!("{} was there at the start, and is gone or has another name now", input.display())
        }
        Err(error) => return Err(FileError::Io { path: input.into(), error }.into()),
    };
    let photo = files::read(input);
    if !stamp.is_of(input) {
        bail!("{} was changed while it was read; denoise it again when it is complete", input.display());
    }
    let photo = photo?;
    files::check_fits(&job.output, &photo).map_err(|error| plan::of(input, error))?;
    let mut notes: Vec<String> = photo.notes.iter().map(ToString::to_string).collect();
    if stamp != job.stamp {
        notes.push("it was changed after the start, and is denoised as it is now".into());
    }
    let (noise, remark) = match &settings.noise {
        Some(noise) => (noise.clone(), said(noise, "given")),
        None => {
            let found = estimate_visible_noise(&photo.image, photo.alpha.as_deref());
            let remark = said(&found.line.into(), &format!("estimated; {}", found.remark()));
            (found.noise, remark)
        }
    };
    Ok(Ready { photo, noise, remark, stamp, notes })
}

/// Noise in words, with its origin.
fn said(noise: &Noise, origin: &str) -> String {
    match noise {
        Noise::Model(NoiseModel { sigma_read, shot }) => format!("read {sigma_read:.4}, shot {shot:.5} ({origin})"),
        _ => format!("noise by a curve ({origin})"),
    }
}

/// Denoises a photo: the mean of as many whole runs as there are samples.
pub fn denoise(settings: &Settings, denoiser: &Denoiser, job: &Job, ready: Ready) -> Result<Done> {
    let Ready { photo, noise, remark, stamp, notes } = ready;
    let input = job.input.display();
    settings.console.say(format!("{input}: {remark}"));
    for note in notes {
        settings.console.say(format!("{input}: {note}"));
    }
    let begin = Instant::now();
    let image = mean_of_samples(settings, denoiser, job, photo.image, noise).with_context(|| input.to_string())?;
    let seconds = begin.elapsed().as_secs_f32();
    Ok(Done { photo: Photo { image, ..photo }, stamp, seconds })
}

fn mean_of_samples(
    settings: &Settings,
    denoiser: &Denoiser,
    job: &Job,
    image: LinearImage,
    noise: Noise,
) -> Result<LinearImage> {
    let image = Arc::new(image);
    let progress = settings.console.begin(&name(&job.input), job.pixels, settings.samples);
    let mut sample = 0;
    let run = |options: &Options| -> Result<LinearImage> {
        let mut run = denoiser.start(Arc::clone(&image), noise.clone(), options)?;
        progress.begin_sample(sample, run.steps());
        while let Some(done) = pollster::block_on(run.advance())? {
            progress.advance(sample, done);
            if settings.stop.load(Ordering::Relaxed) && !run.is_done() {
                bail!("stopped");
            }
        }
        sample += 1;
        Ok(run.into_image())
    };
    let mean = Samples::draw(&settings.options, settings.samples, run)?.into_mean();
    progress.end();
    Ok(mean)
}

/// Writes a photo.
pub fn write(settings: &Settings, job: &Job, done: Done) -> Result<()> {
    let Done { photo, stamp, seconds } = done;
    let Job { input, output, .. } = job;
    let is_there = output.symlink_metadata().is_ok();
    if is_there && !settings.force {
        bail!("{} came to be there after the start; it is not overwritten without --force", output.display());
    }
    // Writing in place would lose changes that someone made to the photo in the meantime.
    if is_same(input, output, is_there) && !stamp.is_of(input) {
        bail!("{} was changed while it was denoised, and is not overwritten; denoise it again", input.display());
    }
    if let Some(folder) = output.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let notes = files::write(output, &photo)?;
    for note in notes {
        settings.console.say(format!("{}: {note}", input.display()));
    }
    let count = settings.console.count();
    settings.console.say(format!("{}: denoised in {seconds:.1} s{count}", output.display()));
    Ok(())
}

/// Whether input and output are one file, or were until it was removed.
fn is_same(input: &Path, output: &Path, is_there: bool) -> bool {
    if !is_there {
        return input == output;
    }
    input.canonicalize().is_ok_and(|input| output.canonicalize().is_ok_and(|output| input == output))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

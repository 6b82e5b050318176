//! Reads, denoises and writes a photo.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use svnr::denoiser::Samples;
use svnr::device;
use svnr::estimate::estimate_visible_noise;
use svnr::files::{self, FileError, Photo};
use svnr::gpu::Precision;
use svnr::method::noise::Noise;
use svnr::network::ImageKind;
use svnr::network::weights::released;
use svnr::{Denoiser, Device, LinearImage, NoiseModel, Options, weight_file};

use crate::console::Console;
use crate::plan::{self, Job};
use crate::raw::{self, Written};
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

/// What denoises: a network for developed photos, and one for mosaics.
pub struct Denoisers {
    given: Denoiser,
    /// The numbers that a GPU multiplies.
    precision: Option<Precision>,
    /// The one for the other kind of image, once there was such an image.
    other: OnceLock<Denoiser>,
}

/// A photo that was read.
pub struct Ready {
    content: Content,
    /// The noise, in words.
    remark: String,
    /// The file as it was when it was read.
    stamp: Stamp,
    notes: Vec<String>,
}

/// What a file holds.
enum Content {
    /// A developed photo, and its noise.
    Photo(Box<Photo>, Noise),
    /// A RAW file.
    Raw(Box<raw::Ready>),
}

/// A photo that was denoised.
pub struct Done {
    result: Finished,
    stamp: Stamp,
    seconds: f32,
}

/// A result.
enum Finished {
    Photo(Box<Photo>),
    Raw(Box<raw::Done>),
}

impl Denoisers {
    /// With the weights that are built in; those of a file, if there is one, take the place of the ones for the same
    /// kind of image.
    ///
    /// # Errors
    /// If the weights cannot be read, or the device does not compute what it should.
    pub fn new(weights: Option<&Path>, device: &Device, precision: Option<Precision>) -> Result<Self> {
        let given = device::denoiser(&weight_file::read(weights, ImageKind::Rgb)?, device, precision)?;
        Ok(Self { given, precision, other: OnceLock::new() })
    }

    /// The one for images of this kind.
    fn of(&self, kind: ImageKind) -> Result<&Denoiser> {
        if self.given.config().image == kind {
            return Ok(&self.given);
        }
        if let Some(other) = self.other.get() {
            return Ok(other);
        }
        let other = device::denoiser(released(kind), self.given.device(), self.precision)?;
        Ok(self.other.get_or_init(|| other))
    }
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
    let content = read_content(settings, job);
    if !stamp.is_of(input) {
        bail!("{} was changed while it was read; denoise it again when it is complete", input.display());
    }
    let (content, remark, mut notes) = content?;
    if stamp != job.stamp {
        notes.push("it was changed after the start, and is denoised as it is now".into());
    }
    Ok(Ready { content, remark, stamp, notes })
}

/// What a file holds, its noise in words, and what the user should know.
fn read_content(settings: &Settings, job: &Job) -> Result<(Content, String, Vec<String>)> {
    let input = &job.input;
    if job.is_raw() {
        let file = std::fs::read(input).map_err(|error| FileError::Io { path: input.into(), error })?;
        let (ready, remark, notes) = raw::read(input, file, settings.noise.as_ref())?;
        return Ok((Content::Raw(Box::new(ready)), remark, notes));
    }
    let photo = files::read(input)?;
    files::check_fits(&job.output, &photo).map_err(|error| plan::of(input, error))?;
    let notes = photo.notes.iter().map(ToString::to_string).collect();
    let (noise, remark) = match &settings.noise {
        Some(noise) => (noise.clone(), said(noise, "given")),
        None => {
            let found = estimate_visible_noise(&photo.image, photo.alpha.as_deref());
            let remark = said(&found.line.into(), &format!("estimated; {}", found.remark()));
            (found.noise, remark)
        }
    };
    Ok((Content::Photo(Box::new(photo), noise), remark, notes))
}

/// Noise in words, with its origin.
fn said(noise: &Noise, origin: &str) -> String {
    match noise {
        Noise::Model(NoiseModel { sigma_read, shot }) => format!("read {sigma_read:.4}, shot {shot:.5} ({origin})"),
        _ => format!("noise by a curve ({origin})"),
    }
}

/// Denoises a photo: the mean of as many whole runs as there are samples.
pub fn denoise(settings: &Settings, denoisers: &Denoisers, job: &Job, ready: Ready) -> Result<Done> {
    let Ready { content, remark, stamp, notes } = ready;
    let input = job.input.display();
    settings.console.say(format!("{input}: {remark}"));
    for note in notes {
        settings.console.say(format!("{input}: {note}"));
    }
    let begin = Instant::now();
    let run = |denoiser, image, noise| mean_of_samples(settings, denoiser, job, image, noise);
    let result = match content {
        Content::Photo(photo, noise) => {
            let Photo { image, .. } = *photo;
            let image = run(denoisers.of(ImageKind::Rgb)?, image, noise).with_context(|| input.to_string())?;
            Finished::Photo(Box::new(Photo { image, ..*photo }))
        }
        Content::Raw(ready) => {
            let denoiser = denoisers.of(ready.kind())?;
            let done = ready.denoised(|planes, noise| run(denoiser, planes, noise));
            Finished::Raw(Box::new(done.with_context(|| input.to_string())?))
        }
    };
    let seconds = begin.elapsed().as_secs_f32();
    Ok(Done { result, stamp, seconds })
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
    let mut place = settings.options.place;
    let run = |options: &Options| -> Result<LinearImage> {
        let options = Options { place, ..options.clone() };
        let mut run = denoiser.start(Arc::clone(&image), noise.clone(), &options)?;
        // What the first sample finds out of the photo, the others need not.
        place.overview = Some(run.overview());
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
    let Done { result, stamp, seconds } = done;
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
    let notes = match result {
        Finished::Photo(photo) => files::write(output, &photo)?,
        Finished::Raw(done) => match done.written(output).with_context(|| input.display().to_string())? {
            Written::Dng(bytes) => files::write_bytes(output, &bytes).map(|()| Vec::new())?,
            Written::Developed(photo) => files::write(output, &photo)?,
        },
    };
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

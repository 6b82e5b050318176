//! What will be done, settled and checked before the first photo is denoised: hours later is too late.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use image::{ImageDecoder, ImageFormat, ImageReader};
use svnr::files::{self, FileError};
use svnr::image::MAX_PIXELS;

use crate::arguments::Arguments;
use crate::guard::guard;
use crate::inputs::{Input, Inputs};
use crate::stamp::Stamp;

/// A photo to denoise.
#[derive(Debug)]
pub struct Job {
    /// The noisy photo.
    pub input: PathBuf,
    /// Where its result goes.
    pub output: PathBuf,
    /// The input as it was when this was planned.
    pub stamp: Stamp,
    /// Its pixels, by which the time left is guessed; 1 where they are not known yet.
    pub pixels: u64,
}

/// All that is to be done.
#[derive(Debug, Default)]
pub struct Plan {
    /// The photos to denoise.
    pub jobs: Vec<Job>,
    /// How many photos are named or lie in folders that are.
    pub photos: usize,
    /// Why some of them cannot be denoised.
    pub failures: Vec<anyhow::Error>,
    /// Why folders could not be read.
    pub unread: Vec<anyhow::Error>,
    /// How many are left out, since their results are there.
    pub skipped: usize,
    /// Results that are there and were neither to be overwritten nor to be left out.
    pub in_the_way: Vec<PathBuf>,
    /// What else there is to say.
    pub notes: Vec<String>,
}

impl Plan {
    /// What the command line asks for.
    ///
    /// # Errors
    /// When nothing can be done at all: the results have no place, or would overwrite each other or another input.
    pub fn new(arguments: &Arguments) -> Result<Self> {
        let out = arguments.output();
        let into_folder = out.is_dir() || out.as_os_str().to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR]);
        if !into_folder && (arguments.inputs.len() > 1 || arguments.inputs[0].is_dir()) {
            check_folder_name(out)?;
        }
        let into_folder = into_folder || arguments.inputs.len() > 1 || arguments.inputs[0].is_dir();
        let Inputs { photos, failures: unread, notes } = Inputs::find(&arguments.inputs, arguments.recursive, out);
        let output = |input: &Input| if into_folder { out.join(&input.name) } else { out.into() };
        let pairs = photos.into_iter().map(|input| (output(&input), input.path)).collect();
        let pairs = without_collisions(pairs)?;
        let mut plan = Self { photos: pairs.len(), unread, notes, ..Self::default() };
        for (output, input) in pairs {
            match guard(|| plan.check(&input, &output, arguments)) {
                Ok(Some(job)) => plan.jobs.push(job),
                Ok(None) => {}
                Err(error) => plan.failures.push(error),
            }
        }
        if !plan.jobs.is_empty() {
            let folder = if into_folder { out } else { folder_of(out) };
            if into_folder {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("cannot make the folder {}", folder.display()))?;
            }
            check_writable(folder)?;
        }
        Ok(plan)
    }

    /// Whether this photo can be read and its result be written, as far as that can be told by now.
    fn check(&mut self, input: &Path, output: &Path, arguments: &Arguments) -> Result<Option<Job>> {
        files::check_output(output)?;
        if output.is_dir() {
            bail!("{} is a folder, where the result of {} should go", output.display(), input.display());
        }
        // A link that leads nowhere is there, too.
        if !arguments.force && output.symlink_metadata().is_ok() {
            if arguments.skip_existing {
                self.skipped += 1;
            } else {
                self.in_the_way.push(output.into());
            }
            return Ok(None);
        }
        let stamp = Stamp::of(input).map_err(|error| FileError::Io { path: input.into(), error })?;
        let mut pixels = 1;
        // Where that panics, so will the reader, whose panics are looked after.
        if let Ok(Some(header)) = guard(|| Ok(header(input))) {
            let Header { width, height, .. } = header;
            pixels = u64::from(width) * u64::from(height);
            if pixels > MAX_PIXELS as u64 {
                return Err(FileError::TooLarge { path: input.into(), width, height, limit: MAX_PIXELS }.into());
            }
            files::check_size(output, width as usize, height as usize).map_err(|error| of(input, error))?;
            // Few files are transparent, so few are read twice.
            if header.has_alpha && ImageFormat::from_path(output).is_ok_and(|format| format == ImageFormat::Jpeg) {
                files::check_fits(output, &files::read(input)?).map_err(|error| of(input, error))?;
            }
        }
        Ok(Some(Job { input: input.into(), output: output.into(), stamp, pixels }))
    }
}

/// An error that concerns the output, with the input that it comes from.
pub fn of(input: &Path, error: FileError) -> anyhow::Error {
    anyhow!("{}: {error}", input.display())
}

/// Whether this can be the name of a folder for results.
fn check_folder_name(out: &Path) -> Result<()> {
    if out.exists() {
        bail!("{} is a file; several photos need a folder for the results", out.display());
    }
    if files::check_output(out).is_ok() {
        bail!(
            "{} is the name of an image, but several photos need a folder for the results; end it in a slash if the \
             folder is to be called so",
            out.display()
        );
    }
    Ok(())
}

/// Each result's path with its input, when no result would overwrite another or another's input. A photo that is named
/// twice is denoised once.
fn without_collisions(pairs: Vec<(PathBuf, PathBuf)>) -> Result<Vec<(PathBuf, PathBuf)>> {
    let inputs: HashMap<PathBuf, PathBuf> =
        pairs.iter().filter_map(|(_, input)| Some((input.canonicalize().ok()?, input.clone()))).collect();
    let mut from = HashMap::new();
    let mut done = HashSet::new();
    let mut kept = Vec::new();
    for (output, input) in pairs {
        let (to, source) = (real(&output), real(&input));
        if !done.insert((to.clone(), source.clone())) {
            continue;
        }
        if let Some(other) = inputs.get(&to).filter(|_| to != source) {
            bail!(
                "the result of {} would overwrite {}, which is to be denoised, too; choose another folder for the results",
                input.display(),
                other.display()
            );
        }
        if from.insert(to, source).is_some() {
            bail!("two inputs would both be written to {}; denoise them into different folders", output.display());
        }
        kept.push((output, input));
    }
    Ok(kept)
}

/// The one path of a file, whatever links lead there, as far as the path exists.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(_), Some(name)) => real(folder_of(path)).join(name),
        _ => path.into(),
    }
}

/// The folder in which a file lies.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether files can be made in a folder. Only trying tells.
fn check_writable(folder: &Path) -> Result<()> {
    if !folder.is_dir() {
        bail!("there is no folder {}; make it first, or choose another place for the result", folder.display());
    }
    let probe = folder.join(format!(".svnr-{}.part", std::process::id()));
    File::create(&probe).with_context(|| format!("nothing can be written into the folder {}", folder.display()))?;
    // A file that can be made can be removed; if not, it is empty and hidden.
    let _ = std::fs::remove_file(probe);
    Ok(())
}

/// What a file says of its picture before the pixels.
struct Header {
    width: u32,
    height: u32,
    has_alpha: bool,
}

/// The header of a file. None of what is no file, like a pipe, which can be read only once, nor where something is wrong
/// with it or unusual: the reader says what.
fn header(path: &Path) -> Option<Header> {
    if !path.is_file() {
        return None;
    }
    let reader = ImageReader::new(BufReader::new(File::open(path).ok()?)).with_guessed_format().ok()?;
    let decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    Some(Header { width, height, has_alpha: decoder.color_type().has_alpha() })
}

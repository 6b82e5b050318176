//! Plans the work and checks it before the first photo is denoised, because hours later is too late.

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
use crate::raw;
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
    /// Its pixels, to estimate the remaining time; 1 if not known yet.
    pub pixels: u64,
}

/// The whole plan.
#[derive(Debug, Default)]
pub struct Plan {
    /// The photos to denoise.
    pub jobs: Vec<Job>,
    /// How many photos were named or found in named folders.
    pub photos: usize,
    /// Why some of them cannot be denoised.
    pub failures: Vec<anyhow::Error>,
    /// Why folders could not be read.
    pub unread: Vec<anyhow::Error>,
    /// How many are skipped because their results exist.
    pub skipped: usize,
    /// Existing results that may neither be overwritten nor skipped.
    pub in_the_way: Vec<PathBuf>,
    /// Other remarks.
    pub notes: Vec<String>,
}

impl Plan {
    /// What the command line asks for.
    ///
    /// # Errors
    /// If nothing can be done at all: there is no place for the results, or they would overwrite each other or another
    /// input.
    pub fn new(arguments: &Arguments) -> Result<Self> {
        let out = arguments.output();
        let into_folder = out.is_dir() || out.as_os_str().to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR]);
        if !into_folder && (arguments.inputs.len() > 1 || arguments.inputs[0].is_dir()) {
            check_folder_name(out)?;
        }
        let into_folder = into_folder || arguments.inputs.len() > 1 || arguments.inputs[0].is_dir();
        let Inputs { photos, failures: unread, notes } = Inputs::find(&arguments.inputs, arguments.recursive, out);
        let name = |input: &Input| {
            if files::has_raw_name(&input.path) { raw::result_name(&input.name) } else { input.name.clone() }
        };
        let output = |input: &Input| if into_folder { out.join(name(input)) } else { out.into() };
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

    /// Checks that this photo can be read and its result written, as far as can be told in advance.
    fn check(&mut self, input: &Path, output: &Path, arguments: &Arguments) -> Result<Option<Job>> {
        check_output(input, output)?;
        if output.is_dir() {
            bail!("{} is a folder, where the result of {} should go", output.display(), input.display());
        }
        // A dangling link exists too.
        if !arguments.force && output.symlink_metadata().is_ok() {
            if arguments.skip_existing {
                self.skipped += 1;
            } else {
                self.in_the_way.push(output.into());
            }
            return Ok(None);
        }
        let stamp = Stamp::of(input).map_err(|error| FileError::Io { path: input.into(), error })?;
        // A photosite of a RAW file takes about a byte.
        let mut pixels = stamp.len().filter(|_| files::has_raw_name(input)).unwrap_or(1);
        // If this panics, so will the reader, whose panics are caught.
        if !files::has_raw_name(input)
            && let Ok(Some(header)) = guard(|| Ok(header(input)))
        {
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

impl Job {
    /// Whether the input is a RAW file, whose mosaic is denoised.
    pub fn is_raw(&self) -> bool {
        files::has_raw_name(&self.input)
    }
}

/// Checks that an output's name says a format that can be written, which for RAW files is DNG, too.
fn check_output(input: &Path, output: &Path) -> Result<()> {
    if !raw::is_dng(output) {
        return Ok(files::check_output(output)?);
    }
    if !files::has_raw_name(input) {
        bail!(
            "{}: a DNG holds a sensor's mosaic, which {} does not have; end the name in .png, .jpg, .webp, .tif or .exr",
            output.display(),
            input.display()
        );
    }
    Ok(())
}

/// An error about an output, with its input.
pub fn of(input: &Path, error: FileError) -> anyhow::Error {
    anyhow!("{}: {error}", input.display())
}

/// Checks that this can be a folder for results.
fn check_folder_name(out: &Path) -> Result<()> {
    if out.exists() {
        bail!("{} is a file; several photos need a folder for the results", out.display());
    }
    if files::check_output(out).is_ok() || raw::is_dng(out) {
        bail!(
            "{} is the name of an image, but several photos need a folder for the results; end it in a slash if the \
             folder is to be called so",
            out.display()
        );
    }
    Ok(())
}

/// The path of each result with its input, provided that no result overwrites another or another's input. A photo that
/// is named twice is denoised once.
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

/// The canonical path of a file, as far as the path exists.
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

/// Checks that files can be created in a folder, by trying.
fn check_writable(folder: &Path) -> Result<()> {
    if !folder.is_dir() {
        bail!("there is no folder {}; make it first, or choose another place for the result", folder.display());
    }
    let probe = folder.join(format!(".svnr-{}.part", std::process::id()));
    File::create(&probe).with_context(|| format!("nothing can be written into the folder {}", folder.display()))?;
    // A file that can be created can be removed; if not, it is empty and hidden.
    let _ = std::fs::remove_file(probe);
    Ok(())
}

/// What a file's header says about its image.
struct Header {
    width: u32,
    height: u32,
    has_alpha: bool,
}

/// The header of a file. `None` for pipes and the like, which can be read only once, and for unusual or damaged files,
/// about which the reader reports.
fn header(path: &Path) -> Option<Header> {
    if !path.is_file() {
        return None;
    }
    let reader = ImageReader::new(BufReader::new(File::open(path).ok()?)).with_guessed_format().ok()?;
    let decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    Some(Header { width, height, has_alpha: decoder.color_type().has_alpha() })
}

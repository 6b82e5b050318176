//! Finds the photos that the command line names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use svnr::files;
use walkdir::WalkDir;

/// A photo that was named, or found in a named folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The file.
    pub path: PathBuf,
    /// The path of its result within the folder for results: the file's name and, for a named folder, the folders in
    /// between.
    pub name: PathBuf,
}

/// The photos that were found.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The photos, those of a folder by their names.
    pub photos: Vec<Input>,
    /// Folders that could not be read.
    pub failures: Vec<anyhow::Error>,
    /// What was skipped, and why.
    pub notes: Vec<String>,
}

impl Inputs {
    /// All photos that are named, and those in folders that are named, with `recursive` also those in the folders in
    /// them. What lies in the folder `results` is no input, unless that is the folder that is named.
    pub fn find(named: &[PathBuf], recursive: bool, results: &Path) -> Self {
        let mut inputs = Self::default();
        for path in named {
            if path.is_dir() {
                inputs.add_folder(path, recursive, results);
            } else {
                match path.file_name() {
                    Some(name) => inputs.photos.push(Input { path: path.clone(), name: name.into() }),
                    None => inputs.failures.push(anyhow!("{} is not a file's name", path.display())),
                }
            }
        }
        inputs
    }

    fn add_folder(&mut self, folder: &Path, recursive: bool, results: &Path) {
        let results = results.canonicalize().ok();
        let is_results = |path: &Path| results.is_some() && path.canonicalize().ok() == results;
        let is_hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
        let depth = if recursive { usize::MAX } else { 1 };
        let walk = WalkDir::new(folder).follow_links(true).min_depth(1).max_depth(depth).sort_by_file_name();
        let entries = walk.into_iter().filter_entry(|entry| {
            let is_left_out = is_hidden(entry.file_name()) || entry.file_type().is_dir() && is_results(entry.path());
            entry.depth() == 0 || !is_left_out
        });
        let (before, mut folders, mut others) = (self.photos.len(), 0, BTreeMap::<String, usize>::new());
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => folders += 1,
                Ok(entry) if entry.file_type().is_file() && is_photo(entry.path()) => {
                    let name = entry.path().strip_prefix(folder).unwrap_or(entry.path()).into();
                    self.photos.push(Input { path: entry.into_path(), name });
                }
                Ok(entry) => *others.entry(kind(entry.path())).or_default() += 1,
                // A link to one of its own parent folders: everything there is found without it.
                Err(error) if error.loop_ancestor().is_some() => {}
                Err(error) => self.failures.push(in_words(error, folder)),
            }
        }
        if !others.is_empty() {
            let kinds: Vec<String> = others.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
            self.notes.push(format!("{}: left out what is no photo ({})", folder.display(), kinds.join(", ")));
        }
        if self.photos.len() == before {
            let deeper = if folders > 0 && !recursive { "; --recursive reads the folders in it" } else { "" };
            self.failures.push(anyhow!("the folder {} holds no photos{deeper}", folder.display()));
        }
    }
}

/// Whether a file's name says that it is a photo.
fn is_photo(path: &Path) -> bool {
    files::check_output(path).is_ok() || files::has_raw_name(path)
}

/// A file's extension, as a list of what was left out says it.
fn kind(path: &Path) -> String {
    match path.extension() {
        Some(extension) => format!(".{}", extension.to_string_lossy().to_lowercase()),
        None => "without extension".into(),
    }
}

fn in_words(error: walkdir::Error, folder: &Path) -> anyhow::Error {
    let path = error.path().unwrap_or(folder).display().to_string();
    match error.into_io_error() {
        Some(error) => anyhow!("{path}: {error}"),
        None => anyhow!("{path} cannot be read"),
    }
}

//! Whether a file is still the one that it was.

use std::io;
use std::path::Path;
use std::time::SystemTime;

/// What tells that a file was written to: its length and when that was. None for what is no file, like a pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(Option<(u64, Option<SystemTime>)>);

impl Stamp {
    /// That of a file as it is now.
    ///
    /// # Errors
    /// When it is not there.
    pub fn of(path: &Path) -> io::Result<Self> {
        let found = std::fs::metadata(path)?;
        Ok(Self(found.is_file().then(|| (found.len(), found.modified().ok()))))
    }

    /// Whether a file is still as it was.
    pub fn is_of(self, path: &Path) -> bool {
        Self::of(path).is_ok_and(|now| now == self)
    }
}

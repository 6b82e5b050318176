//! Detects whether a file has changed.

use std::io;
use std::path::Path;
use std::time::SystemTime;

/// A file's length and modification time. None for pipes and the like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(Option<(u64, Option<SystemTime>)>);

impl Stamp {
    /// The stamp of a file as it is now.
    ///
    /// # Errors
    /// If it does not exist.
    pub fn of(path: &Path) -> io::Result<Self> {
        let found = std::fs::metadata(path)?;
        Ok(Self(found.is_file().then(|| (found.len(), found.modified().ok()))))
    }

    /// Its length in bytes.
    pub fn len(self) -> Option<u64> {
        self.0.map(|(len, _)| len)
    }

    /// Whether a file is unchanged.
    pub fn is_of(self, path: &Path) -> bool {
        Self::of(path).is_ok_and(|now| now == self)
    }
}

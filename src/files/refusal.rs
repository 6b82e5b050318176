//! Why the bytes of a file give no image, before anybody knows the file's name.

use std::path::Path;

use crate::error::Error;
use crate::files::FileError;

/// Why the bytes of a file give no image.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// A kind that is not read; what it is, in words.
    Unsupported(String),
    /// A camera's RAW file.
    Raw,
    /// Begins like an image and goes wrong; how.
    Damaged(String),
    /// More pixels than are allowed.
    TooLarge {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Pixels allowed.
        limit: usize,
    },
    /// A header that claims more than memory can hold.
    TooMuchMemory,
    /// A float that is no light: a mark for pixels without data.
    NoData {
        /// The mark.
        value: f32,
        /// Row of the first such pixel.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// Values that are no image.
    Content(Error),
}

impl Refusal {
    /// [`Refusal::Damaged`].
    pub fn damaged(why: &str) -> Self {
        Self::Damaged(why.into())
    }

    /// [`Refusal::Damaged`] for what a decoder says in words for programmers: the first of `meanings` whose first part
    /// is in them tells what to say.
    pub fn of_decoder(said: &str, meanings: &[(&str, &str)]) -> Self {
        let meaning = meanings.iter().find(|(part, _)| said.contains(part));
        Self::damaged(meaning.map_or("its data are wrong", |(_, meaning)| meaning))
    }

    /// Refuses sizes that cannot be taken: none, or more pixels than `limit`.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`], [`Refusal::Content`].
    pub fn check_size((width, height): (u32, u32), limit: usize) -> Result<(), Self> {
        if u64::from(width) * u64::from(height) > limit as u64 {
            return Err(Self::TooLarge { width, height, limit });
        }
        if width == 0 || height == 0 {
            return Err(Self::Content(Error::EmptyImage { width: width as usize, height: height as usize }));
        }
        Ok(())
    }

    /// The error for the file of this name.
    pub fn of_file(self, path: &Path) -> FileError {
        let path = path.into();
        match self {
            Self::Unsupported(what) => FileError::Unsupported { path, what },
            Self::Raw => FileError::Raw { path },
            Self::Damaged(why) => FileError::Damaged { path, why },
            Self::TooLarge { width, height, limit } => FileError::TooLarge { path, width, height, limit },
            Self::TooMuchMemory => FileError::TooMuchMemory { path },
            Self::NoData { value, row, column } => FileError::NoData { path, value, row, column },
            Self::Content(error) => FileError::Content { path, error },
        }
    }
}

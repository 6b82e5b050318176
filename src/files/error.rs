//! Why files could not be read or written, in words.

use std::path::{Path, PathBuf};

use crate::error::Error;

/// The formats that can be read and written, for messages. OpenEXR's decoder is too large for the browser.
const FORMATS: &str =
    if cfg!(feature = "exr") { "PNG, JPEG, WebP, TIFF or OpenEXR" } else { "PNG, JPEG, WebP or TIFF" };

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refused.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A folder in place of a file.
    #[error("{} is a folder; name the image files in it", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// No bytes at all.
    #[error("{} is empty (0 bytes); was it copied completely?", path.display())]
    NoBytes {
        /// The file.
        path: PathBuf,
    },
    /// Something else, whatever its name.
    #[error("{} is not an image that can be read; it must be {FORMATS}", path.display())]
    NotAnImage {
        /// The file.
        path: PathBuf,
    },
    /// An image, but of another format, or of a rare variety.
    #[error("{} cannot be read ({what}); convert it to {FORMATS}", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: String,
    },
    /// A camera's RAW file, which `raw::decode` reads.
    #[error(
        "{} cannot be read (it is a camera's RAW file, which has to be developed first); convert it to {FORMATS}",
        path.display()
    )]
    Raw {
        /// The file.
        path: PathBuf,
    },
    /// Begins like an image and goes wrong.
    #[error("{} is damaged or incomplete ({why}); get it from its source again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the decoder says.
        why: String,
    },
    /// More pixels than can be denoised.
    #[error(
        "{} has {width} x {height} pixels; at most {} megapixels can be denoised at once, so make it smaller or cut it",
        path.display(), limit / 1_000_000
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Pixels allowed.
        limit: usize,
    },
    /// A size that no memory can hold, or a header that claims one.
    #[error("{} claims more pixels than memory can hold; make it smaller, or cut it", path.display())]
    TooMuchMemory {
        /// The file.
        path: PathBuf,
    },
    /// A decoder that failed in a way that it should not.
    #[error("{} makes the decoder fail; please report it, and convert the file to {FORMATS}", path.display())]
    Decoder {
        /// The file.
        path: PathBuf,
    },
    /// Floats that mark pixels without data.
    #[error(
        "{} has pixels without data ({value} in row {row}, column {column}); fill them or cut them off first",
        path.display()
    )]
    NoData {
        /// The file.
        path: PathBuf,
        /// The mark.
        value: f32,
        /// Row of the first such pixel.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// Samples that are no image, not-a-number for example.
    #[error("{}: {error}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: Error,
    },
    /// An output name that does not say which format.
    #[error("{}: the name must end in .png, .jpg, .jpeg, .webp, .tif, .tiff or .exr", path.display())]
    UnknownExtension {
        /// The file.
        path: PathBuf,
    },
    /// More pixels across or down than the output's format can say.
    #[error(
        "{}: {format} holds at most {limit} pixels across and down, and the photo has {width} x {height}; write a .png or \
         .tiff",
        path.display()
    )]
    SideTooLong {
        /// The file.
        path: PathBuf,
        /// The format.
        format: &'static str,
        /// Pixels allowed in a side.
        limit: usize,
        /// Pixels across.
        width: usize,
        /// Pixels down.
        height: usize,
    },
    /// Transparency into a format without.
    #[error("{}: JPEG cannot hold transparent pixels; write a .png, .webp, .tiff or .exr", path.display())]
    NoTransparency {
        /// The file.
        path: PathBuf,
    },
    /// The encoder refused.
    #[error("{} could not be written ({why})", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// What the encoder says.
        why: String,
    },
}

impl FileError {
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Io { path, error }
    }
}

//! Which weights the command-line programs use.

use std::borrow::Cow;
use std::path::Path;

use crate::files::FileError;
use crate::network::config::ImageKind;
use crate::network::weights::released;

/// The bytes of the weight file at `path`, or if there is none of the released weights for images of this kind.
///
/// # Errors
/// [`FileError::Io`] when the file cannot be read.
pub fn read(path: Option<&Path>, kind: ImageKind) -> Result<Cow<'static, [u8]>, FileError> {
    match path {
        None => Ok(released(kind).into()),
        Some(path) => std::fs::read(path).map(Cow::from).map_err(|error| FileError::Io { path: path.into(), error }),
    }
}

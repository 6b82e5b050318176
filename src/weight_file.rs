//! Which weights the command-line programs use.

use std::borrow::Cow;
use std::path::Path;

use crate::files::FileError;
use crate::network::weights::RELEASED;

/// The bytes of the weight file at `path`, or of the released weights if there is none.
///
/// # Errors
/// [`FileError::Io`] when the file cannot be read.
pub fn read(path: Option<&Path>) -> Result<Cow<'static, [u8]>, FileError> {
    match path {
        None => Ok(RELEASED.into()),
        Some(path) => std::fs::read(path).map(Cow::from).map_err(|error| FileError::Io { path: path.into(), error }),
    }
}

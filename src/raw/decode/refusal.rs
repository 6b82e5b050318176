//! Why the decoder refuses a file, in our words.

use flashraw::Error;

use crate::raw::dng;
use crate::raw::error::RawError;

/// What is wrong with a file.
pub fn refusal(error: Error, file: &[u8]) -> RawError {
    if dng::is_without_mosaic(file) {
        // Whatever is in a DNG was made of a RAW file.
        return if dng::is_dng(file) { RawError::NotBayer("finished pictures") } else { RawError::NoMosaic };
    }
    match error {
        // A TIFF that was cut begins as one.
        Error::UnsupportedFormat(_) => dng::damage(file).unwrap_or(RawError::NotRaw),
        Error::UnsupportedCompression { format, compression } => RawError::Packing(format!("{format}, {compression}")),
        Error::CameraUnsupported { make, model, reason } => {
            let camera = format!("{make} {model}");
            let parts = [camera.trim(), reason.trim()];
            RawError::Camera(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "))
        }
        error if error.truncation().is_some() => RawError::damaged("it ends too early"),
        // What the decoders of compressed data say is for programmers.
        Error::CorruptFile { what, .. } if ["deflate: ", "JPEG: "].iter().any(|begin| what.starts_with(begin)) => {
            RawError::damaged("its compressed data are wrong")
        }
        Error::CorruptFile { what, .. } => RawError::Damaged(what),
        Error::InvalidMetadata(what) => RawError::Damaged(what),
        Error::LimitExceeded(what) | Error::OutOfMemory(what) => RawError::TooMuchMemory(what),
        other => RawError::Damaged(other.to_string()),
    }
}

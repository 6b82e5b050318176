//! WebP files: their pixels, and what their chunks say.

use std::io::Cursor;

use image::codecs::webp::WebPDecoder;
use image::error::ImageError;
use image::{DynamicImage, ImageDecoder};

use crate::files::color::profile::Channels;
use crate::files::decoded::Decoded;
use crate::files::metadata::{Metadata, exif};
use crate::files::notes::Note;
use crate::files::refusal::Refusal;

/// Reads a file; see [`decode`](crate::files::decode).
pub fn decode(bytes: &[u8], limit: usize) -> Result<Decoded, Refusal> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes))?;
    Refusal::check_size(decoder.dimensions(), limit)?;
    // What cannot be read beside the picture is no reason to refuse it.
    let exif = decoder.exif_metadata().ok().flatten().map(exif::without_prefix);
    let xmp = decoder.xmp_metadata().ok().flatten();
    let profile = decoder.icc_profile().ok().flatten();
    let is_animation = decoder.has_animation();
    let pixels = DynamicImage::from_decoder(decoder)?;
    let mut decoded = Decoded::new(pixels, Metadata { exif, xmp, ..Metadata::default() });
    if is_animation {
        decoded.notes.push(Note::FirstFrame);
    }
    match profile {
        Some(profile) => decoded.with_profile(profile, Channels::Rgb),
        None => Ok(decoded),
    }
}

impl From<ImageError> for Refusal {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Unsupported(e) => Self::Unsupported(e.to_string()),
            // The decoder reports the end of the file as an error of the system.
            ImageError::IoError(_) => Self::damaged("it ends too early"),
            ImageError::Limits(_) => Self::TooMuchMemory,
            ImageError::Decoding(e) => {
                Self::Damaged(std::error::Error::source(&e).map_or_else(|| e.to_string(), ToString::to_string))
            }
            other => Self::Damaged(other.to_string()),
        }
    }
}

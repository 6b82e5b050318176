//! WebP files: their pixels, and what their chunks say.

use std::borrow::Cow;
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
    read(bytes, limit).map_err(|refusal| match refusal {
        Refusal::Damaged(_) if is_cut(bytes) => Refusal::damaged("it ends too early"),
        other => other,
    })
}

/// Whether a file is shorter than it says.
fn is_cut(file: &[u8]) -> bool {
    let length = file.get(4..).and_then(|rest| rest.first_chunk()).map(|length| u32::from_le_bytes(*length));
    length.is_none_or(|length| u64::from(length) + 8 > file.len() as u64)
}

fn read(bytes: &[u8], limit: usize) -> Result<Decoded, Refusal> {
    let bytes = without_false_claims(bytes);
    let mut decoder = WebPDecoder::new(Cursor::new(&*bytes))?;
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

/// The file without the flags that claim opacity, EXIF or XMP which it does not have: programs leave them behind that
/// take these out, and the decoder refuses them.
fn without_false_claims(file: &[u8]) -> Cow<'_, [u8]> {
    const FLAGS: usize = 20;
    const CLAIMS: [(u8, &[&[u8]]); 3] = [(0x10, &[b"ALPH", b"VP8L", b"ANMF"]), (0x08, &[b"EXIF"]), (0x04, &[b"XMP "])];
    if file.get(12..16) != Some(b"VP8X") || file.len() <= FLAGS {
        return file.into();
    }
    let names: Vec<&[u8]> = chunks(file).collect();
    let is_false = |(_, any): &&(u8, &[&[u8]])| !names.iter().any(|name| any.contains(name));
    let wrong = CLAIMS.iter().filter(is_false).fold(0, |all, (flag, _)| all | flag);
    if file[FLAGS] & wrong == 0 {
        return file.into();
    }
    let mut mended = file.to_vec();
    mended[FLAGS] &= !wrong;
    mended.into()
}

/// The names of a file's chunks.
fn chunks(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = file.get(12..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (head, behind) = rest.split_first_chunk::<8>()?;
        let name = &rest[..4];
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        rest = behind.get(length.checked_next_multiple_of(2)?..).unwrap_or_default();
        Some(name)
    })
}

/// What the decoder says, in words for programmers, and what that means. Of what is not here, the data are wrong.
const MEANINGS: [(&str, &str); 10] = [
    ("missing", "a part of it is missing"),
    ("chunk size", "a part of it has a wrong length"),
    ("Chunk header", "a part of it is none of a WebP"),
    ("Alpha chunk size mismatch", "its opacity has another size than its picture"),
    ("Inconsistent image sizes", "its sizes contradict each other"),
    ("outside image", "its sizes contradict each other"),
    ("signature", "its header is wrong"),
    ("version", "its header is wrong"),
    ("magic", "its header is wrong"),
    ("Not enough VP8 init data", "some of its compressed data are missing or wrong"),
];

impl From<ImageError> for Refusal {
    fn from(error: ImageError) -> Self {
        match error {
            // The decoder reports the end of the file as an error of the system.
            ImageError::IoError(_) => Self::damaged("it ends too early"),
            ImageError::Limits(_) => Self::TooMuchMemory,
            other => match other.to_string() {
                said if said.contains("Unsupported feature") => Self::Unsupported("it is a rare kind of WebP".into()),
                said if said.contains("too large") || said.contains("Memory limit") => Self::TooMuchMemory,
                said => Self::of_decoder(&said, &MEANINGS),
            },
        }
    }
}

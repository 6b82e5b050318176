//! TIFF files, by the `tiff` crate as far as it goes: it unpacks the samples; what they mean is decided here.

pub mod described;
mod layout;
mod meaning;
mod read;
mod write;

use std::io::{Cursor, Read, Seek};

use tiff::decoder::Decoder;
use tiff::tags::Tag;

pub use read::decode;
pub use write::encode;

const XMP: Tag = Tag::Unknown(700);
const IPTC: Tag = Tag::Unknown(33_723);
const PHOTOSHOP: Tag = Tag::Unknown(34_377);
const DNG_VERSION: Tag = Tag::Unknown(50_706);

/// The bits of NewSubfileType for what belongs to another picture: a smaller version of it, or its mask.
const SMALLER: u32 = 0b1;
const MASK: u32 = 0b100;

/// Whether a file begins as TIFF does, or BigTIFF.
pub fn is_tiff(bytes: &[u8]) -> bool {
    matches!(bytes.first_chunk(), Some(b"II*\0" | b"MM\0*" | b"II+\0" | b"MM\0+"))
}

/// Whether a file's first picture is but a preview of what follows: so are RAW files of cameras, DNG above all.
pub fn is_raw(file: &[u8]) -> bool {
    Decoder::new(Cursor::new(file))
        .is_ok_and(|mut file| kind(&mut file) & SMALLER != 0 || file.image_ifd().find_entry(DNG_VERSION).is_some())
}

/// Whether a file holds pages after its first picture. Thumbnails and masks do not count.
fn has_pages(file: &[u8]) -> bool {
    let Ok(mut file) = Decoder::new(Cursor::new(file)) else { return false };
    while file.more_images() && file.next_image().is_ok() {
        if kind(&mut file) & (SMALLER | MASK) == 0 {
            return true;
        }
    }
    false
}

/// NewSubfileType of the picture that a decoder stands at.
fn kind<R: Read + Seek>(file: &mut Decoder<R>) -> u32 {
    file.find_tag_unsigned(Tag::NewSubfileType).ok().flatten().unwrap_or(0)
}

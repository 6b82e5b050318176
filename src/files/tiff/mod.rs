//! TIFF files, by the `tiff` crate as far as it goes: it unpacks the samples; what they mean is decided here.

pub mod described;
mod layout;
mod meaning;
mod read;
mod refusal;
mod undefined;
mod write;

use std::io::{Cursor, Read, Seek};

use tiff::decoder::Decoder;
use tiff::tags::Tag;

use crate::files::metadata::exif::Order;
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

/// Whether a file's first picture is but a preview of what follows, or the file says that it is a DNG: so are RAW files
/// of cameras.
pub fn is_raw(file: &[u8]) -> bool {
    has_dng_version(file).unwrap_or(false)
        || Decoder::new(Cursor::new(file))
            .is_ok_and(|mut file| kind(&mut file) & SMALLER != 0 || file.image_ifd().find_entry(DNG_VERSION).is_some())
}

/// The same of a DNG whose first directory has no picture, without which there is no decoder.
fn has_dng_version(file: &[u8]) -> Option<bool> {
    let order = Order::of(file)?;
    Some(order.entries(file, order.long(file, 4)?)?.any(|(tag, _)| tag == DNG_VERSION.to_u16()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::metadata::Metadata;
    use crate::files::{ColorEncoding, Depth};
    use image::DynamicImage;
    use tiff::encoder::TiffEncoder;
    use tiff::encoder::colortype::RGB8;
    use tiff::tags::Type;

    #[test]
    fn a_dng_without_a_first_picture_is_a_raw_file() {
        // A directory of one entry: DNG's version, 1.4.
        let little = b"II*\0\x08\0\0\0\x01\0\x12\xC6\x01\0\x04\0\0\0\x01\x04\0\0\0\0\0\0";
        let big = b"MM\0*\0\0\0\x08\0\x01\xC6\x12\0\x01\0\0\0\x04\x01\x04\0\0\0\0\0\0";
        assert!(is_raw(little) && is_raw(big));
        let other = little.map(|byte| if byte == 0xC6 { 0x01 } else { byte });
        assert!(!is_raw(&other) && !is_raw(&little[..20]) && !is_raw(b"II*\0"));
    }

    #[test]
    fn the_fourth_sample_is_called_opacity() {
        for (pixels, expected) in [(DynamicImage::new_rgba16(3, 2), Some(2u16)), (DynamicImage::new_rgb16(3, 2), None)]
        {
            let file = encode(&pixels, false, &ColorEncoding::untagged(Depth::Eight), &Metadata::default()).unwrap();
            let mut file = Decoder::new(Cursor::new(file.as_slice())).unwrap();
            assert_eq!(file.find_tag_unsigned(Tag::ExtraSamples).unwrap(), expected);
        }
    }

    #[test]
    fn profile_and_iptc_have_the_type_that_they_should() {
        let metadata = Metadata { iptc: Some(b"a caption".to_vec()), ..Metadata::default() };
        let file = encode(&DynamicImage::new_rgb8(3, 2), false, &ColorEncoding::display_p3(), &metadata).unwrap();
        let mut file = Decoder::new(Cursor::new(file.as_slice())).unwrap();
        for tag in [Tag::IccProfile, IPTC] {
            assert_eq!(file.image_ifd().find_entry(tag).unwrap().field_type(), Type::UNDEFINED);
        }
    }

    #[test]
    fn a_raw_file_is_known_by_its_preview() {
        let of = |tag: Tag, value: u32| {
            let mut file = Cursor::new(Vec::new());
            let mut encoder = TiffEncoder::new(&mut file).unwrap();
            let mut image = encoder.new_image::<RGB8>(1, 1).unwrap();
            image.encoder().write_tag(tag, value).unwrap();
            image.write_data(&[1, 2, 3]).unwrap();
            is_raw(&file.into_inner())
        };
        assert!(of(Tag::NewSubfileType, 1));
        assert!(of(DNG_VERSION, 0x0104_0000));
        assert!(!of(Tag::NewSubfileType, 0));
        assert!(!of(Tag::NewSubfileType, 2), "a page");
        assert!(!is_raw(b"no TIFF"));
    }

    #[test]
    fn pages_count_and_thumbnails_do_not() {
        let several = |kinds: &[u32]| {
            let mut file = Cursor::new(Vec::new());
            let mut encoder = TiffEncoder::new(&mut file).unwrap();
            for kind in kinds {
                let mut image = encoder.new_image::<RGB8>(1, 1).unwrap();
                image.encoder().write_tag(Tag::NewSubfileType, *kind).unwrap();
                image.write_data(&[1, 2, 3]).unwrap();
            }
            has_pages(&file.into_inner())
        };
        assert!(!several(&[0]));
        assert!(several(&[0, 0]));
        assert!(several(&[2, 2, 2]));
        assert!(!several(&[0, 1, 4, 5]));
        assert!(several(&[0, 1, 0]));
    }
}

//! Whether a file holds more pictures than the first, which alone is read.

use std::io::Cursor;

use image::ImageFormat;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use img_parts::Bytes;
use img_parts::png::Png;
use tiff::decoder::Decoder;
use tiff::tags::Tag;

use crate::files::tiff::SMALLER;

/// The bits of TIFF's NewSubfileType for what belongs to another picture: a smaller version of it, or its mask.
const SMALLER_OR_MASK: u32 = SMALLER | 0b100;

/// Whether the file holds several pictures: an animation, or pages. Thumbnails and masks do not count. A file that cannot
/// be read holds none.
pub(super) fn has_several(bytes: &[u8], format: ImageFormat) -> bool {
    let file = Cursor::new(bytes);
    match format {
        ImageFormat::Png => {
            PngDecoder::new(file).is_ok_and(|decoder| decoder.is_apng().unwrap_or(false)) && frames(bytes) > 1
        }
        ImageFormat::WebP => WebPDecoder::new(file).is_ok_and(|decoder| decoder.has_animation()),
        ImageFormat::Tiff => Decoder::new(file).is_ok_and(has_pages),
        _ => false,
    }
}

/// How many frames an animated PNG says that it has.
fn frames(png: &[u8]) -> u32 {
    let png = Png::from_bytes(Bytes::copy_from_slice(png)).ok();
    let control = png.as_ref().and_then(|png| png.chunk_by_type(*b"acTL"));
    control.and_then(|chunk| chunk.contents().first_chunk()).map_or(1, |count| u32::from_be_bytes(*count))
}

fn has_pages(mut file: Decoder<Cursor<&[u8]>>) -> bool {
    while file.more_images() && file.next_image().is_ok() {
        let kind: u32 = file.find_tag_unsigned(Tag::NewSubfileType).ok().flatten().unwrap_or(0);
        if kind & SMALLER_OR_MASK == 0 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};
    use tiff::encoder::{TiffEncoder, colortype};

    fn encoded(format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        RgbImage::from_pixel(8, 4, Rgb([90, 120, 60])).write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    /// A TIFF file with a picture for each of these values of NewSubfileType.
    fn tiff(kinds: &[u32]) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let mut encoder = TiffEncoder::new(&mut file).unwrap();
        for kind in kinds {
            let mut image = encoder.new_image::<colortype::Gray8>(4, 2).unwrap();
            image.encoder().write_tag(Tag::NewSubfileType, *kind).unwrap();
            image.write_data(&[7; 8]).unwrap();
        }
        file.into_inner()
    }

    /// A chunk of PNG.
    fn png_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let named = [kind.as_slice(), data].concat();
        let checksum = crc32fast::hash(&named);
        [(data.len() as u32).to_be_bytes().as_slice(), &named, &checksum.to_be_bytes()].concat()
    }

    /// A chunk of WebP.
    fn webp_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [kind.as_slice(), &(data.len() as u32).to_le_bytes(), data, &[0][..data.len() % 2]].concat()
    }

    #[test]
    fn a_single_picture_is_one() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Tiff] {
            assert!(!has_several(&encoded(format), format), "{format:?}");
            assert!(!has_several(b"no picture", format), "{format:?}");
        }
    }

    #[test]
    fn pages_count_and_thumbnails_do_not() {
        let several = |kinds: &[u32]| has_several(&tiff(kinds), ImageFormat::Tiff);
        assert!(!several(&[0]));
        assert!(several(&[0, 0]));
        assert!(several(&[2, 2, 2]));
        assert!(!several(&[0, 1, 4, 5]));
        assert!(several(&[0, 1, 0]));
    }

    #[test]
    fn animations_are_several() {
        let png = encoded(ImageFormat::Png);
        // Behind the signature and the header.
        let (header, rest) = png.split_at(33);
        for (frames, expected) in [(1, false), (2, true)] {
            let animation = png_chunk(b"acTL", &[0, 0, 0, frames, 0, 0, 0, 0]);
            assert_eq!(has_several(&[header, &animation, rest].concat(), ImageFormat::Png), expected, "{frames}");
        }

        // The frame of a simple file comes behind 12 bytes of header, as a chunk.
        let frame = encoded(ImageFormat::WebP)[12..].to_vec();
        let size = [7, 0, 0, 3, 0, 0];
        let header = webp_chunk(b"VP8X", &[&[0b10, 0, 0, 0], size.as_slice()].concat());
        let animation = webp_chunk(b"ANIM", &[0; 6]);
        let frame = webp_chunk(b"ANMF", &[&[0; 6], size.as_slice(), &[100, 0, 0, 0], &frame].concat());
        let chunks = [b"WEBP".to_vec(), header, animation, frame.clone(), frame].concat();
        assert!(has_several(&webp_chunk(b"RIFF", &chunks), ImageFormat::WebP));
    }
}

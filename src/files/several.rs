//! Whether a file holds more pictures than the first, which alone is read.

use std::io::Cursor;

use image::ImageFormat;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use img_parts::Bytes;
use img_parts::png::Png;

use crate::files::tiff::has_pages;

/// Whether the file holds several pictures: an animation, or pages. Thumbnails and masks do not count. A file that cannot
/// be read holds none.
pub(super) fn has_several(bytes: &[u8], format: ImageFormat) -> bool {
    let file = Cursor::new(bytes);
    match format {
        ImageFormat::Png => {
            PngDecoder::new(file).is_ok_and(|decoder| decoder.is_apng().unwrap_or(false)) && frames(bytes) > 1
        }
        ImageFormat::WebP => WebPDecoder::new(file).is_ok_and(|decoder| decoder.has_animation()),
        ImageFormat::Tiff => has_pages(bytes),
        _ => false,
    }
}

/// How many frames an animated PNG says that it has.
fn frames(png: &[u8]) -> u32 {
    let png = Png::from_bytes(Bytes::copy_from_slice(png)).ok();
    let control = png.as_ref().and_then(|png| png.chunk_by_type(*b"acTL"));
    control.and_then(|chunk| chunk.contents().first_chunk()).map_or(1, |count| u32::from_be_bytes(*count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    fn encoded(format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        RgbImage::from_pixel(8, 4, Rgb([90, 120, 60])).write_to(&mut file, format).unwrap();
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

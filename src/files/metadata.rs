//! What a file says beside the picture: colour profile, EXIF, XMP.

use image::metadata::Orientation;
use image::{ImageDecoder, ImageFormat};
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::{Png, PngChunk};
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::{CHUNK_VP8X, CHUNK_XMP, WebP};
use img_parts::{Bytes, ImageEXIF, ImageICC};

/// What JPEG puts before XMP, and how much follows at most.
const JPEG_XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const JPEG_XMP_MOST: usize = 65_500;
/// What PNG puts before it: the keyword, not compressed, no language, no translated keyword.
const PNG_XMP: &[u8] = b"XML:com.adobe.xmp\0\0\0\0\0";
/// The flag in WebP's header that says that there is XMP.
const WEBP_HAS_XMP: u8 = 0x04;

/// What a file says beside the picture, unread but for the orientation, which is applied and reset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The ICC profile, of RGB.
    pub profile: Option<Vec<u8>>,
    /// The EXIF block.
    pub exif: Option<Vec<u8>>,
    /// The XMP packet.
    pub xmp: Option<Vec<u8>>,
}

impl Metadata {
    /// What a decoder has. What cannot be read is no reason to refuse the picture.
    pub(super) fn of(decoder: &mut impl ImageDecoder) -> Self {
        // A grey picture becomes RGB, which its profile is not for.
        let profile = decoder.icc_profile().ok().flatten().filter(|profile| profile.get(16..20) == Some(b"RGB "));
        let exif = decoder.exif_metadata().ok().flatten();
        let xmp = decoder.xmp_metadata().ok().flatten();
        Self { profile, exif, xmp }
    }

    /// The same for a picture whose orientation has been applied.
    pub(super) fn upright(mut self) -> Self {
        if let Some(exif) = &mut self.exif {
            let _ = Orientation::remove_from_exif_chunk(exif);
        }
        if let Some(xmp) = &mut self.xmp {
            reset_orientation(xmp);
        }
        self
    }

    /// A finished file with the metadata in it, as far as its format takes them; unchanged when it cannot be taken apart.
    pub fn put_into(&self, file: Vec<u8>, format: ImageFormat) -> Vec<u8> {
        if *self == Self::default() {
            return file;
        }
        let put = match format {
            ImageFormat::Jpeg => self.put_into_jpeg(&file),
            ImageFormat::Png => self.put_into_png(&file),
            ImageFormat::WebP => self.put_into_webp(&file),
            _ => None,
        };
        put.unwrap_or(file)
    }

    fn put_into_jpeg(&self, file: &[u8]) -> Option<Vec<u8>> {
        let mut jpeg = Jpeg::from_bytes(Bytes::copy_from_slice(file)).ok()?;
        if let Some(xmp) = self.xmp.as_ref().filter(|xmp| xmp.len() <= JPEG_XMP_MOST) {
            let contents = Bytes::from([JPEG_XMP, xmp].concat());
            let after_jfif = jpeg.segments().iter().take_while(|s| s.marker() == markers::APP0).count();
            jpeg.segments_mut().insert(after_jfif, JpegSegment::new_with_contents(markers::APP1, contents));
        }
        self.put_profile_and_exif(&mut jpeg);
        Some(jpeg.encoder().bytes().to_vec())
    }

    fn put_into_png(&self, file: &[u8]) -> Option<Vec<u8>> {
        let mut png = Png::from_bytes(Bytes::copy_from_slice(file)).ok()?;
        if let Some(xmp) = &self.xmp {
            let chunk = PngChunk::new(*b"iTXt", Bytes::from([PNG_XMP, xmp].concat()));
            let after_header = png.chunks().len().min(1);
            png.chunks_mut().insert(after_header, chunk);
        }
        self.put_profile_and_exif(&mut png);
        Some(png.encoder().bytes().to_vec())
    }

    fn put_into_webp(&self, file: &[u8]) -> Option<Vec<u8>> {
        let mut webp = WebP::from_bytes(Bytes::copy_from_slice(file)).ok()?;
        if let Some(xmp) = &self.xmp {
            webp.chunks_mut().push(RiffChunk::new(CHUNK_XMP, RiffContent::Data(Bytes::copy_from_slice(xmp))));
        }
        // This makes the header that says what there is; one that is there already does not hear of XMP.
        self.put_profile_and_exif(&mut webp);
        let header = webp.chunks_mut().iter_mut().find(|chunk| chunk.id() == CHUNK_VP8X);
        if let (Some(_), Some(RiffContent::Data(data))) = (&self.xmp, header.map(RiffChunk::content_mut)) {
            let mut flags = data.to_vec();
            *flags.first_mut()? |= WEBP_HAS_XMP;
            *data = flags.into();
        }
        Some(webp.encoder().bytes().to_vec())
    }

    fn put_profile_and_exif(&self, file: &mut (impl ImageICC + ImageEXIF)) {
        file.set_icc_profile(self.profile.clone().map(Bytes::from));
        file.set_exif(self.exif.clone().map(Bytes::from));
    }
}

/// Sets `tiff:Orientation`, as an attribute or an element, to 1.
fn reset_orientation(xmp: &mut [u8]) {
    const NAME: &[u8] = b"tiff:Orientation";
    let mut from = 0;
    while let Some(at) = xmp[from..].windows(NAME.len()).position(|window| window == NAME) {
        from += at + NAME.len();
        let value = xmp[from..].iter().position(|c| !matches!(c, b'=' | b'"' | b'\'' | b'>' | b' '));
        if let Some(digit @ b'1'..=b'8') = value.and_then(|value| xmp.get_mut(from + value)) {
            *digit = b'1';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_orientation_in_xmp_is_reset() {
        for (before, after) in [
            (r#"<a tiff:Orientation="6" b="6"/>"#, r#"<a tiff:Orientation="1" b="6"/>"#),
            ("<tiff:Orientation>8</tiff:Orientation>", "<tiff:Orientation>1</tiff:Orientation>"),
            ("nothing of 6 it", "nothing of 6 it"),
            ("tiff:Orientation", "tiff:Orientation"),
        ] {
            let mut xmp = before.as_bytes().to_vec();
            reset_orientation(&mut xmp);
            assert_eq!(String::from_utf8(xmp).unwrap(), after);
        }
    }

    #[test]
    fn what_is_no_such_file_stays_as_it_is() {
        let metadata = Metadata { xmp: Some(b"x".to_vec()), ..Metadata::default() };
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff] {
            assert_eq!(metadata.put_into(b"none".to_vec(), format), b"none");
        }
    }
}

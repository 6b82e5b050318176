//! What a file says beside the picture and its colours: EXIF, XMP, IPTC, density.

pub mod exif;
pub mod xmp;

use image::ImageFormat;
use image::metadata::Orientation;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::{Png, PngChunk};
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::{CHUNK_VP8X, CHUNK_XMP, WebP};
use img_parts::{Bytes, ImageEXIF, ImageICC};

use crate::files::color::ColorEncoding;
use crate::files::notes::Note;
use crate::files::{jpeg, png, tiff};

/// What PNG puts before XMP: the keyword, not compressed, no language, no translated keyword.
const PNG_XMP: &[u8] = b"XML:com.adobe.xmp\0\0\0\0\0";
/// The flag in WebP's header that says that there is XMP.
const WEBP_HAS_XMP: u8 = 0x04;

/// How many pixels of a picture make an inch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Density {
    x: f64,
    y: f64,
}

impl Density {
    /// Across and down; `None` for what is no density.
    pub fn new(x: f64, y: f64) -> Option<Self> {
        let is_usual = |v: f64| (0.01..1e6).contains(&v);
        (is_usual(x) && is_usual(y)).then_some(Self { x, y })
    }

    /// Pixels per inch across.
    pub fn x(self) -> f64 {
        self.x
    }

    /// Pixels per inch down.
    pub fn y(self) -> f64 {
        self.y
    }
}

/// What a file says beside the picture. What is about its pixels (orientation, size, thumbnail) follows them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// The EXIF block, from its byte order on.
    pub exif: Option<Vec<u8>>,
    /// The XMP packet.
    pub xmp: Option<Vec<u8>>,
    /// IPTC's data sets, the captions of the press.
    pub iptc: Option<Vec<u8>>,
    /// Pixels per inch.
    pub density: Option<Density>,
}

impl Metadata {
    /// How the picture is to be turned: what EXIF says, else XMP.
    pub(super) fn orientation(&self) -> Orientation {
        let exif = self.exif.as_deref().and_then(exif::orientation);
        let found = exif.or_else(|| self.xmp.as_deref().and_then(xmp::orientation));
        found.unwrap_or(Orientation::NoTransforms)
    }

    /// The same for a picture that has been turned to be upright and has this size now.
    pub(super) fn turn(&mut self, orientation: Orientation, size: (u32, u32)) {
        let is_turned = orientation != Orientation::NoTransforms;
        if let Some(block) = &mut self.exif {
            exif::set_upright(block, size);
            if is_turned {
                exif::remove_thumbnail(block);
            }
        }
        if let Some(packet) = &mut self.xmp
            && let Some(edited) = xmp::upright(packet, is_turned, size)
        {
            *packet = edited;
        }
        use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
        if let (Some(density), Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH) = (&mut self.density, orientation)
        {
            (density.x, density.y) = (density.y, density.x);
        }
    }

    /// The same as far as a format takes it, and what it does not take.
    pub(crate) fn fitting(mut self, format: ImageFormat) -> (Self, Vec<Note>) {
        let mut notes = Vec::new();
        match format {
            ImageFormat::Jpeg => {
                if let Some(block) = self.exif.take() {
                    self.exif = fitting_exif(block, jpeg::metadata::EXIF_MOST, &mut notes);
                }
                if self.xmp.as_ref().is_some_and(|xmp| xmp.len() > jpeg::metadata::XMP_MOST) {
                    self.xmp = None;
                    notes.push(Note::XmpTooLarge);
                }
                if self.iptc.as_ref().is_some_and(|iptc| iptc.len() > jpeg::metadata::IPTC_MOST) {
                    self.iptc = None;
                    notes.push(Note::IptcLeftOut);
                }
            }
            ImageFormat::Tiff => {
                let photo = self.exif.as_deref().and_then(|exif| tiff::described::Described::in_block(exif).ok());
                if photo.is_some_and(|mut photo| photo.has_maker_note()) {
                    notes.push(Note::MakerNoteLeftOut);
                }
            }
            ImageFormat::OpenExr => {
                for (left, note) in [
                    (self.exif.take(), Note::ExifLeftOut),
                    (self.xmp.take(), Note::XmpLeftOut),
                    (self.iptc.take(), Note::IptcLeftOut),
                ] {
                    notes.extend(left.map(|_| note));
                }
            }
            _ => notes.extend(self.iptc.take().map(|_| Note::IptcLeftOut)),
        }
        (self, notes)
    }

    /// A finished file with the metadata and the colours in it, as far as its format takes them; unchanged when it cannot
    /// be taken apart.
    pub(super) fn put_into(&self, file: Vec<u8>, format: ImageFormat, encoding: &ColorEncoding) -> Vec<u8> {
        let profile = match format {
            // There it has chunks of its own where it is no profile.
            ImageFormat::Png => encoding.own_profile(),
            _ => encoding.profile(),
        };
        let put = match format {
            ImageFormat::Jpeg => self.put_into_jpeg(&file, profile),
            ImageFormat::Png => self.put_into_png(&file, profile, encoding),
            ImageFormat::WebP => self.put_into_webp(&file, profile),
            _ => None,
        };
        put.unwrap_or(file)
    }

    fn put_into_jpeg(&self, file: &[u8], profile: Option<Vec<u8>>) -> Option<Vec<u8>> {
        let mut jpeg = Jpeg::from_bytes(Bytes::copy_from_slice(file)).ok()?;
        let after_jfif = jpeg.segments().iter().take_while(|s| s.marker() == markers::APP0).count();
        let segments = jpeg::metadata::segments(self);
        let segments = segments
            .into_iter()
            .map(|(marker, contents)| JpegSegment::new_with_contents(marker, Bytes::from(contents)));
        jpeg.segments_mut().splice(after_jfif..after_jfif, segments);
        self.put_profile_and_exif(&mut jpeg, profile);
        let mut bytes = jpeg.encoder().bytes().to_vec();
        if let Some(density) = self.density {
            jpeg::metadata::set_density(&mut bytes, density);
        }
        Some(bytes)
    }

    fn put_into_png(&self, file: &[u8], profile: Option<Vec<u8>>, encoding: &ColorEncoding) -> Option<Vec<u8>> {
        let mut png = Png::from_bytes(Bytes::copy_from_slice(file)).ok()?;
        let mut chunks = png::chunks(encoding, self.density);
        if let Some(xmp) = &self.xmp {
            chunks.push(PngChunk::new(*b"iTXt", Bytes::from([PNG_XMP, xmp].concat())));
        }
        let after_header = png.chunks().len().min(1);
        png.chunks_mut().splice(after_header..after_header, chunks);
        self.put_profile_and_exif(&mut png, profile);
        Some(png.encoder().bytes().to_vec())
    }

    fn put_into_webp(&self, file: &[u8], profile: Option<Vec<u8>>) -> Option<Vec<u8>> {
        let mut webp = WebP::from_bytes(Bytes::copy_from_slice(file)).ok()?;
        if let Some(xmp) = &self.xmp {
            webp.chunks_mut().push(RiffChunk::new(CHUNK_XMP, RiffContent::Data(Bytes::copy_from_slice(xmp))));
        }
        // This makes the header that says what there is; one that is there already does not hear of XMP.
        self.put_profile_and_exif(&mut webp, profile);
        let header = webp.chunks_mut().iter_mut().find(|chunk| chunk.id() == CHUNK_VP8X);
        if let (Some(_), Some(RiffContent::Data(data))) = (&self.xmp, header.map(RiffChunk::content_mut)) {
            let mut flags = data.to_vec();
            *flags.first_mut()? |= WEBP_HAS_XMP;
            *data = flags.into();
        }
        Some(webp.encoder().bytes().to_vec())
    }

    fn put_profile_and_exif(&self, file: &mut (impl ImageICC + ImageEXIF), profile: Option<Vec<u8>>) {
        file.set_icc_profile(profile.map(Bytes::from));
        file.set_exif(self.exif.clone().map(Bytes::from));
    }
}

/// A block of at most so many bytes, without its thumbnail first, then without its largest entries; `None` when nobody can
/// read it.
fn fitting_exif(mut block: Vec<u8>, most: usize, notes: &mut Vec<Note>) -> Option<Vec<u8>> {
    if block.len() <= most {
        return Some(block);
    }
    let mut without = Vec::new();
    if exif::remove_thumbnail(&mut block) {
        without.push("the thumbnail".to_owned());
    }
    let fitting = if block.len() <= most { Some(block) } else { tiff::described::within(&block, most, &mut without) };
    notes.push(match &fitting {
        Some(_) => Note::ExifTooLarge { without: without.join(", ") },
        None => Note::ExifLeftOut,
    });
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Depth;

    #[test]
    fn what_is_no_such_file_stays_as_it_is() {
        let metadata = Metadata { xmp: Some(b"x".to_vec()), ..Metadata::default() };
        let encoding = ColorEncoding::untagged(Depth::Eight);
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff] {
            assert_eq!(metadata.put_into(b"none".to_vec(), format, &encoding), b"none");
        }
    }
}

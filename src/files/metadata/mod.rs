//! What a file says beside the picture and its colours: EXIF, XMP, IPTC, texts, density.

pub mod exif;
pub mod extended_xmp;
pub mod text;
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
pub use text::Text;

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
    /// Texts: PNG's text chunks, JPEG's comments.
    pub texts: Vec<Text>,
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
                let has_room =
                    |text: &Text| text.keyword == text::COMMENT && text.text.len() <= jpeg::metadata::COMMENT_MOST;
                let (comments, others) = std::mem::take(&mut self.texts).into_iter().partition(has_room);
                self.texts = others;
                self.move_texts_into_exif(&mut notes);
                self.texts = comments;
                if let Some(block) = self.exif.take() {
                    self.exif = fitting_exif(block, jpeg::metadata::EXIF_MOST, &mut notes);
                }
                self.wrap_xmp();
                if self.xmp.as_ref().is_some_and(|xmp| jpeg::metadata::xmp_segments(xmp).is_none()) {
                    self.xmp = None;
                    notes.push(Note::XmpTooLarge);
                }
                if self.iptc.as_ref().is_some_and(|iptc| iptc.len() > jpeg::metadata::IPTC_MOST) {
                    self.iptc = None;
                    notes.push(Note::IptcLeftOut);
                }
            }
            ImageFormat::Tiff => {
                self.move_texts_into_exif(&mut notes);
                self.wrap_xmp();
                let photo = self.exif.as_deref().and_then(|exif| tiff::described::Described::in_block(exif).ok());
                if photo.is_some_and(|mut photo| photo.has_maker_note()) {
                    notes.push(Note::MakerNoteLeftOut);
                }
            }
            ImageFormat::OpenExr => {
                let kept = |text: &Text| text.keyword == text::COMMENT;
                let (comments, others): (Vec<_>, Vec<_>) = self.texts.into_iter().partition(kept);
                self.texts = comments;
                notes.extend(Note::of_texts(&others));
                for (left, note) in [
                    (self.exif.take(), Note::ExifLeftOut),
                    (self.xmp.take(), Note::XmpLeftOut),
                    (self.iptc.take(), Note::IptcLeftOut),
                ] {
                    notes.extend(left.map(|_| note));
                }
            }
            ImageFormat::WebP => {
                self.move_texts_into_exif(&mut notes);
                notes.extend(self.iptc.take().map(|_| Note::IptcLeftOut));
            }
            _ => notes.extend(self.iptc.take().map(|_| Note::IptcLeftOut)),
        }
        (self, notes)
    }

    /// Moves the texts into EXIF, for formats and callers that have no place for them; those that have none there,
    /// either, are noted and go.
    pub(crate) fn move_texts_into_exif(&mut self, notes: &mut Vec<Note>) {
        let texts = std::mem::take(&mut self.texts);
        if texts.is_empty() {
            return;
        }
        let mut block = self.exif.take().unwrap_or_default();
        let is_new = block.is_empty();
        let mut left = Vec::new();
        for text in texts {
            let is_added = text.entry().is_some_and(|entry| exif::add(&mut block, &[entry]) == [true]);
            if !is_added {
                left.push(text);
            }
        }
        // A new one to which nothing came has no directory.
        let has_entries = !is_new || block.len() > exif::EMPTY.len();
        self.exif = Some(block).filter(|_| has_entries);
        notes.extend(Note::of_texts(&left));
    }

    /// Puts what surrounds XMP in files around the packet, where it is missing (XMP, part 1, 7.3).
    fn wrap_xmp(&mut self) {
        if let Some(wrapped) = self.xmp.as_deref().and_then(xmp::wrapped) {
            self.xmp = Some(wrapped);
        }
    }

    /// The same for a JPEG of this size, with what EXIF requires of JPEGs alone.
    pub(super) fn completed_for_jpeg(mut self, size: (u32, u32), is_grey: bool) -> Self {
        if let Some(block) = &self.exif {
            let mut completed = block.clone();
            exif::complete_for_jpeg(&mut completed, size, self.density, is_grey);
            if completed.len() <= jpeg::metadata::EXIF_MOST {
                self.exif = Some(completed);
            }
        }
        self
    }

    /// A finished file with the metadata and the colours in it, as far as its format takes them; unchanged when it
    /// cannot be taken apart.
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
        chunks.extend(self.texts.iter().filter_map(png::text));
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

/// A block of at most so many bytes, without its thumbnail first, then without its largest entries; `None` when nobody
/// can read it.
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

    fn texts(all: &[(&str, &str)]) -> Vec<Text> {
        all.iter().map(|(keyword, text)| Text::new(keyword, text)).collect()
    }

    #[test]
    fn texts_that_have_no_place_are_named() {
        let all = texts(&[("Title", "a title"), ("Comment", "a comment"), ("Author", "me"), ("Source", "a camera")]);
        let metadata = Metadata { texts: all.clone(), ..Metadata::default() };
        let left = |names: &str| vec![Note::TextsLeftOut { names: names.into() }];
        for (format, kept, notes) in [
            (ImageFormat::Png, all.clone(), vec![]),
            (ImageFormat::Jpeg, texts(&[("Comment", "a comment")]), left("Source")),
            (ImageFormat::WebP, vec![], left("Source")),
            (ImageFormat::Tiff, vec![], left("Source")),
            (ImageFormat::OpenExr, texts(&[("Comment", "a comment")]), left("Title, Author, Source")),
        ] {
            let (fitting, found) = metadata.clone().fitting(format);
            assert_eq!((fitting.texts, found), (kept, notes), "{format:?}");
            let has_exif = matches!(format, ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Tiff);
            assert_eq!(fitting.exif.is_some(), has_exif, "{format:?}");
        }
        // EXIF that has another author keeps it; the same author is no loss.
        let mut exif = Vec::new();
        exif::add(&mut exif, &[(0x13B, exif::Value::Text("me"))]);
        for (author, notes) in [("me", vec![]), ("you", left("Author"))] {
            let metadata =
                Metadata { exif: Some(exif.clone()), texts: texts(&[("Author", author)]), ..Metadata::default() };
            let (fitting, found) = metadata.fitting(ImageFormat::WebP);
            assert_eq!((fitting.exif.as_ref(), found), (Some(&exif), notes));
        }
    }

    #[test]
    fn what_is_no_such_file_stays_as_it_is() {
        let metadata = Metadata { xmp: Some(b"x".to_vec()), ..Metadata::default() };
        let encoding = ColorEncoding::untagged(Depth::Eight);
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff] {
            assert_eq!(metadata.put_into(b"none".to_vec(), format, &encoding), b"none");
        }
    }
}

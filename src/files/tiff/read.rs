//! From a TIFF file to pixels.

use image::DynamicImage;
use image::metadata::Orientation;
use tiff::decoder::{Decoder, Limits};
use tiff::tags::{CompressionMethod, Tag};

use crate::files::color::ColorEncoding;
use crate::files::color::profile::{self, Channels, Profile};
use crate::files::decoded::Decoded;
use crate::files::jpeg;
use crate::files::metadata::{Density, Metadata};
use crate::files::notes::Note;
use crate::files::refusal::Refusal;
use crate::files::tiff::layout::{self, Layout, Source};
use crate::files::tiff::meaning::{Image, Meaning};
use crate::files::tiff::{IPTC, PHOTOSHOP, XMP, described, has_pages};

const COLOR_MAP: Tag = Tag::Unknown(320);
const INK_SET: Tag = Tag::Unknown(332);
const NO_DATA: Tag = Tag::Unknown(42_113);
/// ResolutionUnit.
const CENTIMETRE: u16 = 3;
const NO_UNIT: u16 = 1;
const CM_PER_INCH: f64 = 2.54;

/// Reads a file, and how it is to be turned; see [`decode`](crate::files::decode).
pub fn decode(file: &[u8], limit: usize) -> Result<(Decoded, Orientation), Refusal> {
    let (mut decoder, photometric) = layout::open(file)?;
    let mut layout = Layout::of(&mut decoder, photometric)?;
    Refusal::check_size((layout.width, layout.height), limit)?;
    // A header may claim any number of channels.
    if layout.count > 64 {
        return Err(Refusal::Unsupported(format!("it has {} channels", layout.count)));
    }
    let meaning = meaning(&mut decoder, &layout)?;
    meaning.check()?;
    let profile = bytes(&mut decoder, Tag::IccProfile);
    let inks = (photometric == 5).then(|| tables_for_inks(profile.as_deref())).transpose()?;
    let mut of_values = Limits::unlimited();
    of_values.decoding_buffer_size = limit.saturating_mul(layout.count * size_of::<f64>());
    decoder = decoder.with_limits(of_values);
    let samples = layout.read(&mut decoder, file)?;
    decoder = decoder.with_limits(layout::limits_of_entries(file));
    let mut notes = Vec::new();
    if has_pages(file) {
        notes.push(Note::FirstPage);
    }
    if layout.has_integers_of_many_bits {
        notes.push(Note::SixteenBits);
    }
    let image = meaning.image(samples, (layout.width, layout.height), &mut notes)?;
    let metadata = metadata(&mut decoder, file, &mut notes);
    let mut decoded = match (image, inks) {
        (Image::Inks(values), Some(tables)) => {
            let colors = tables.to_display_p3(&values).ok_or_else(no_inks)?;
            let pixels = image::ImageBuffer::from_raw(layout.width, layout.height, colors);
            let pixels = pixels.map(DynamicImage::ImageRgb16).ok_or_else(no_inks)?;
            let mut decoded = Decoded::new(pixels, metadata).noted(Note::ConvertedToP3);
            decoded.encoding = ColorEncoding::display_p3();
            decoded.depth = if layout.bits > 8 { crate::files::Depth::Sixteen } else { crate::files::Depth::Eight };
            decoded
        }
        (Image::Light(pixels), _) => {
            let mut decoded = Decoded::new(pixels, metadata);
            decoded.is_grey = meaning.is_grey();
            let channels = if decoded.is_grey { Channels::Grey } else { Channels::Rgb };
            match profile {
                Some(profile) => decoded.with_profile(profile, channels)?,
                None => decoded,
            }
        }
        (Image::Inks(_), None) => return Err(no_inks()),
    };
    decoded.notes.splice(0..0, notes);
    check_no_data(&mut decoder, &decoded)?;
    let orientation = decoder.find_tag_unsigned::<u8>(Tag::Orientation).ok().flatten();
    let orientation = orientation.and_then(Orientation::from_exif).unwrap_or_else(|| decoded.metadata.orientation());
    Ok((decoded, orientation))
}

fn meaning(decoder: &mut Decoder<Source<'_>>, layout: &Layout) -> Result<Meaning, Refusal> {
    let compression: Option<u16> = decoder.find_tag_unsigned(Tag::Compression)?;
    let ink_set: Option<u16> = decoder.find_tag_unsigned(INK_SET)?;
    Ok(Meaning {
        photometric: layout.photometric,
        count: layout.count,
        bits: layout.bits,
        extra: decoder.find_tag_unsigned_vec(Tag::ExtraSamples)?.unwrap_or_default(),
        palette: decoder.find_tag_unsigned_vec(COLOR_MAP)?.unwrap_or_default(),
        is_jpeg: compression == Some(CompressionMethod::ModernJPEG.to_u16()),
        has_other_inks: ink_set.is_some_and(|set| set != 1),
    })
}

fn no_inks() -> Refusal {
    Refusal::Unsupported("its colours are inks, CMYK, without a profile that says how they look".into())
}

fn tables_for_inks(profile: Option<&[u8]>) -> Result<Box<profile::Tables>, Refusal> {
    match profile.map(|profile| profile::read(profile, Channels::Cmyk)) {
        Some(Profile::Tables(tables)) => Ok(tables),
        _ => Err(no_inks()),
    }
}

fn metadata(decoder: &mut Decoder<Source<'_>>, file: &[u8], notes: &mut Vec<Note>) -> Metadata {
    let mut photo = described::Described::in_file(file).ok();
    if photo.as_mut().is_some_and(|photo| photo.has_maker_note()) {
        notes.push(Note::MakerNoteLeftOut);
    }
    let iptc = bytes(decoder, IPTC).or_else(|| bytes(decoder, PHOTOSHOP).and_then(|all| jpeg::metadata::iptc(&all)));
    let exif = described::exif(file);
    Metadata { exif, xmp: bytes(decoder, XMP), iptc, density: density(decoder), texts: Vec::new() }
}

fn density(decoder: &mut Decoder<Source<'_>>) -> Option<Density> {
    let unit = decoder.find_tag_unsigned::<u16>(Tag::ResolutionUnit).ok()?;
    let scale = match unit {
        Some(NO_UNIT) => return None,
        Some(CENTIMETRE) => CM_PER_INCH,
        _ => 1.0,
    };
    let mut ratio = |tag| match decoder.find_tag(tag).ok().flatten()? {
        tiff::decoder::ifd::Value::Rational(above, below) if below != 0 => Some(f64::from(above) / f64::from(below)),
        _ => None,
    };
    Density::new(ratio(Tag::XResolution)? * scale, ratio(Tag::YResolution)? * scale)
}

/// The bytes of an entry, whatever the type of its numbers.
fn bytes(decoder: &mut Decoder<Source<'_>>, tag: Tag) -> Option<Vec<u8>> {
    let mut value = tiff::tags::ValueBuffer::empty(tiff::tags::Type::BYTE);
    decoder.image_ifd().find_tag_buf(tag, &mut value).ok().flatten()?;
    Some(value.as_bytes().to_vec())
}

/// Refuses an image that has pixels with the mark for no data, which the file names.
fn check_no_data(decoder: &mut Decoder<Source<'_>>, decoded: &Decoded) -> Result<(), Refusal> {
    let Ok(Some(mark)) = decoder.find_tag(NO_DATA) else { return Ok(()) };
    let mark = mark.into_string().ok().and_then(|mark| mark.trim_matches([' ', '\0']).parse::<f32>().ok());
    let (Some(mark), DynamicImage::ImageRgb32F(pixels)) = (mark, &decoded.pixels) else { return Ok(()) };
    let found = pixels.enumerate_pixels().find(|(_, _, pixel)| pixel.0.contains(&mark));
    // Black is a colour, too.
    match found.filter(|_| mark != 0.0) {
        Some((x, y, _)) => Err(Refusal::NoData { value: mark, row: y as usize, column: x as usize }),
        None => Ok(()),
    }
}

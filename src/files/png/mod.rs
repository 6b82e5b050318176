//! PNG files: their pixels, and all that their chunks say, wherever they lie.

#[cfg(test)]
mod made;
mod order;
mod refusal;

use std::io::Cursor;

use image::{DynamicImage, ImageBuffer};
use img_parts::Bytes;
use img_parts::png::PngChunk;
use png::{BitDepth, ColorType, Decoder, Info, Transformations, Unit};

use crate::files::color::profile::Channels;
use crate::files::color::{ColorEncoding, ColorTag};
use crate::files::decoded::Decoded;
use crate::files::metadata::{Density, Metadata, Text};
use crate::files::notes::Note;
use crate::files::refusal::Refusal;
use order::Ordered;
use refusal::refusal;

const METRES_PER_INCH: f64 = 0.0254;

/// The keyword of XMP's text.
const XMP: &str = "XML:com.adobe.xmp";
/// The keywords of what ImageMagick writes as text, in hexadecimal digits.
const RAW_EXIF: [&str; 2] = ["Raw profile type exif", "Raw profile type APP1"];
const RAW_XMP: &str = "Raw profile type xmp";

/// Reads a file; see [`decode`](crate::files::decode). A picture that is all there is read, whatever is wrong behind
/// it.
pub fn decode(bytes: &[u8], limit: usize) -> Result<Decoded, Refusal> {
    if bytes.get(12..16) == Some(b"CgBI") {
        return Err(Refusal::Unsupported("it is a PNG packed for iPhone apps".into()));
    }
    let Ordered { bytes, is_cut } = Ordered::of(bytes);
    let mut decoder = Decoder::new_with_limits(Cursor::new(&*bytes), png::Limits { bytes: limit.saturating_mul(16) });
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(|error| refusal(error, is_cut))?;
    Refusal::check_size(reader.info().size(), limit)?;
    let mut values = vec![0; reader.output_buffer_size().ok_or(Refusal::TooMuchMemory)?];
    let frame = reader.next_frame(&mut values).map_err(|error| refusal(error, is_cut))?;
    values.truncate(frame.buffer_size());
    // What is said behind the picture; up to where it goes wrong.
    let _ = reader.finish();
    let info = reader.info();
    let pixels = pixels(&frame, values).ok_or_else(|| Refusal::damaged("its size is wrong"))?;
    let metadata = Metadata {
        exif: exif(info),
        xmp: xmp(info),
        texts: texts(info),
        density: density(info),
        ..Metadata::default()
    };
    let mut decoded = Decoded::new(pixels, metadata);
    if info.animation_control.is_some_and(|animation| animation.num_frames > 1) {
        decoded.notes.push(Note::FirstFrame);
    }
    tag(info, decoded)
}

fn pixels(frame: &png::OutputInfo, values: Vec<u8>) -> Option<DynamicImage> {
    fn buffer<P: image::Pixel>(
        frame: &png::OutputInfo,
        values: Vec<P::Subpixel>,
    ) -> Option<ImageBuffer<P, Vec<P::Subpixel>>> {
        ImageBuffer::from_raw(frame.width, frame.height, values)
    }
    let deep = |values: Vec<u8>| values.as_chunks().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
    let is_deep = frame.bit_depth == BitDepth::Sixteen;
    Some(match (frame.color_type, is_deep) {
        (ColorType::Grayscale, false) => DynamicImage::ImageLuma8(buffer(frame, values)?),
        (ColorType::Grayscale, true) => DynamicImage::ImageLuma16(buffer(frame, deep(values))?),
        (ColorType::GrayscaleAlpha, false) => DynamicImage::ImageLumaA8(buffer(frame, values)?),
        (ColorType::GrayscaleAlpha, true) => DynamicImage::ImageLumaA16(buffer(frame, deep(values))?),
        (ColorType::Rgba, false) => DynamicImage::ImageRgba8(buffer(frame, values)?),
        (ColorType::Rgba, true) => DynamicImage::ImageRgba16(buffer(frame, deep(values))?),
        (_, false) => DynamicImage::ImageRgb8(buffer(frame, values)?),
        (_, true) => DynamicImage::ImageRgb16(buffer(frame, deep(values))?),
    })
}

/// The colours, by the first of what may say them (PNG, 4.3).
fn tag(info: &Info, decoded: Decoded) -> Result<Decoded, Refusal> {
    let cicp = info.coding_independent_code_points.map(|c| {
        let full = u8::from(c.is_video_full_range_image);
        [c.color_primaries, c.transfer_function, c.matrix_coefficients, full]
    });
    if let Some(encoding) = cicp.and_then(ColorEncoding::of_cicp) {
        return Ok(Decoded { encoding, ..decoded });
    }
    if let Some(profile) = &info.icc_profile {
        let channels = if decoded.is_grey { Channels::Grey } else { Channels::Rgb };
        return decoded.with_profile(profile.to_vec(), channels);
    }
    let gamma = info.gama_chunk.map(|gamma| gamma.into_scaled());
    let chromaticities = info.chrm_chunk.map(|c| {
        let [white, red, green, blue] = [c.white, c.red, c.green, c.blue];
        let all = [white.0, white.1, red.0, red.1, green.0, green.1, blue.0, blue.1];
        all.map(|v| v.into_scaled())
    });
    if info.srgb.is_some() || (gamma.is_none() && chromaticities.is_none()) {
        return Ok(decoded);
    }
    match ColorEncoding::of_png(gamma, chromaticities) {
        Some(encoding) => Ok(Decoded { encoding, ..decoded }),
        None => Ok(decoded.noted(Note::ColorsUnread)),
    }
}

fn exif(info: &Info) -> Option<Vec<u8>> {
    let chunk = info.exif_metadata.as_ref().map(|exif| exif.to_vec());
    chunk.or_else(|| raw_profile(info, &RAW_EXIF).filter(|raw| !raw.starts_with(b"http")))
}

fn xmp(info: &Info) -> Option<Vec<u8>> {
    let text = info.utf8_text.iter().find(|text| text.keyword == XMP).and_then(|text| text.get_text().ok());
    text.map(String::into_bytes).or_else(|| raw_profile(info, &[RAW_XMP]))
}

/// The texts that describe the picture; what cannot be unpacked is none.
fn texts(info: &Info) -> Vec<Text> {
    let plain = info.uncompressed_latin1_text.iter().map(|text| Text::new(&text.keyword, &text.text));
    let packed = info.compressed_latin1_text.iter();
    let packed = packed.filter_map(|text| Some(Text::new(&text.keyword, &text.get_text().ok()?)));
    let unicode = info.utf8_text.iter().filter_map(|text| {
        let (language, translated_keyword) = (text.language_tag.clone(), text.translated_keyword.clone());
        Some(Text { language, translated_keyword, ..Text::new(&text.keyword, &text.get_text().ok()?) })
    });
    plain.chain(packed).chain(unicode).filter(Text::is_about_picture).collect()
}

/// The chunk of a text, Latin-1 where that can hold it; `None` for a keyword that PNG does not have.
pub fn text(text: &Text) -> Option<PngChunk> {
    let latin_1 =
        |text: &str| text.chars().map(|c| u8::try_from(c).ok().filter(|byte| *byte != 0)).collect::<Option<Vec<u8>>>();
    let keyword = latin_1(&text.keyword).filter(|keyword| (1..80).contains(&keyword.len()))?;
    let chunk = |kind: &[u8; 4], contents: Vec<u8>| Some(PngChunk::new(*kind, Bytes::from(contents)));
    match latin_1(&text.text) {
        Some(contents) if text.language.is_empty() && text.translated_keyword.is_empty() => {
            chunk(b"tEXt", [keyword.as_slice(), &[0], &contents].concat())
        }
        _ => {
            let (language, translated) = (text.language.as_bytes(), text.translated_keyword.as_bytes());
            // Not packed.
            let parts = [keyword.as_slice(), &[0, 0, 0], language, &[0], translated, &[0], text.text.as_bytes()];
            chunk(b"iTXt", parts.concat())
        }
    }
}

/// What lies in a text as hexadecimal digits, after its kind and its length.
fn raw_profile(info: &Info, keywords: &[&str]) -> Option<Vec<u8>> {
    let compressed = info.compressed_latin1_text.iter().find(|text| keywords.contains(&text.keyword.as_str()));
    let plain = info.uncompressed_latin1_text.iter().find(|text| keywords.contains(&text.keyword.as_str()));
    let text = compressed.and_then(|text| text.get_text().ok()).or_else(|| plain.map(|text| text.text.clone()))?;
    let mut words = text.split_ascii_whitespace();
    let (_kind, length) = (words.next()?, words.next()?.parse::<usize>().ok()?);
    let digits: Vec<u8> = words.flat_map(str::bytes).collect();
    let digit = |c: u8| (c as char).to_digit(16).map(|d| d as u8);
    let bytes: Option<Vec<u8>> = digits.as_chunks().0.iter().map(|[a, b]| Some(digit(*a)? << 4 | digit(*b)?)).collect();
    bytes.filter(|bytes| bytes.len() == length)
}

fn density(info: &Info) -> Option<Density> {
    let dimensions = info.pixel_dims.filter(|dimensions| dimensions.unit == Unit::Meter)?;
    let per_inch = |per_metre: u32| f64::from(per_metre) * METRES_PER_INCH;
    Density::new(per_inch(dimensions.xppu), per_inch(dimensions.yppu))
}

/// The chunks that say the colours and the density, to be put behind the header; a profile is none of them.
pub fn chunks(encoding: &ColorEncoding, density: Option<Density>) -> Vec<PngChunk> {
    let chunk = |kind: &[u8; 4], contents: Vec<u8>| PngChunk::new(*kind, Bytes::from(contents));
    let mut chunks = Vec::new();
    match encoding.tag() {
        ColorTag::Png { gamma, chromaticities } => {
            chunks.extend(chromaticities.map(|all| chunk(b"cHRM", all.iter().flat_map(|v| v.to_be_bytes()).collect())));
            chunks.extend(gamma.map(|gamma| chunk(b"gAMA", gamma.to_be_bytes().to_vec())));
        }
        ColorTag::Cicp(code) => chunks.push(chunk(b"cICP", code.to_vec())),
        _ => {}
    }
    if let Some(density) = density {
        let per_metre = |per_inch: f64| ((per_inch / METRES_PER_INCH).round() as u32).to_be_bytes();
        let contents = [per_metre(density.x()).as_slice(), &per_metre(density.y()), &[1]].concat();
        chunks.push(chunk(b"pHYs", contents));
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::ImageFormat;
    use img_parts::png::Png;

    #[test]
    fn texts_that_describe_the_picture_are_kept_whatever_chunk_they_are_in() {
        let of = |kind: &[u8; 4], contents: &[u8]| PngChunk::new(*kind, Bytes::copy_from_slice(contents));
        // Stored, not compressed.
        let packed = b"\x78\x01\x01\x07\0\xF8\xFFpacked!\x0B\x10\x02\x8A";
        let chunks = [
            of(b"tEXt", b"Author\0Andr\xE9"),
            of(b"zTXt", &[b"Description\0\0".as_slice(), packed].concat()),
            of(b"iTXt", "Title\0\0\0ja\0題名\0富士山".as_bytes()),
            of(b"tEXt", b"tiff:Orientation\x006"),
            of(b"tEXt", b"date:create\x002020-01-01"),
            of(b"tEXt", b"Comment\0"),
        ];
        let pixels = DynamicImage::new_rgb8(2, 3);
        let mut file = Vec::new();
        pixels.write_to(&mut Cursor::new(&mut file), ImageFormat::Png).unwrap();
        let mut png = Png::from_bytes(Bytes::from(file.clone())).unwrap();
        png.chunks_mut().splice(1..1, chunks);
        let read = decode(&png.encoder().bytes(), 100).unwrap();
        let title =
            Text { language: "ja".into(), translated_keyword: "題名".into(), ..Text::new("Title", "富士山") };
        let expected = [Text::new("Author", "André"), Text::new("Description", "packed!"), title];
        assert_eq!(read.metadata.texts, expected);
        let again =
            read.metadata.put_into(file, ImageFormat::Png, &ColorEncoding::untagged(crate::files::Depth::Eight));
        assert_eq!(decode(&again, 100).unwrap().metadata.texts, expected);
    }
}

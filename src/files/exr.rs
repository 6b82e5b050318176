//! OpenEXR files: colours, or luminance alone, of flat images.

use std::io::Cursor;

use exr::error::Error;
use exr::image::read::specific_channels::ReadSpecificChannel;
use exr::math::Vec2;
use exr::meta::MetaData;
use exr::meta::attribute::{Chromaticities, IntegerBounds};
use exr::meta::header::Header;
use exr::prelude::{
    AnyChannel, AnyChannels, Compression, Encoding, FlatSamples, Image, Layer, LayerAttributes, ReadChannels,
    ReadLayers, WritableImage, read,
};
use image::{DynamicImage, ImageBuffer};

use crate::files::color::{ColorEncoding, ColorTag};
use crate::files::decoded::Decoded;
use crate::files::metadata::text::{COMMENT, decoded as decoded_text};
use crate::files::metadata::{Metadata, Text};
use crate::files::notes::Note;
use crate::files::refusal::Refusal;
use crate::image::CHANNELS;

const COLORS: [&str; 3] = ["R", "G", "B"];
const LUMINANCE: &str = "Y";
const CHROMA: [&str; 2] = ["RY", "BY"];
const OPACITY: &str = "A";

/// Reads a file; see [`decode`](crate::files::decode).
pub fn decode(bytes: &[u8], limit: usize) -> Result<Decoded, Refusal> {
    let file = MetaData::read_from_buffered(Cursor::new(bytes), false)?;
    let has = |header: &Header, names: &[&str]| {
        names.iter().all(|name| header.channels.list.iter().any(|channel| channel.name.eq(name)))
    };
    let flat = || file.headers.iter().filter(|header| !header.deep);
    let colors = flat().find(|header| has(header, &COLORS));
    let Some(header) = colors.or_else(|| flat().find(|header| has(header, &[LUMINANCE]))) else {
        return Err(unsupported(match flat().next() {
            None => "it holds several samples at each pixel, deep data",
            Some(_) => "it has no channels of red, green and blue, or of luminance",
        }));
    };
    if colors.is_none() && CHROMA.iter().any(|chroma| has(header, &[*chroma])) {
        return Err(unsupported("its colours are luminance and chroma"));
    }
    if header.channels.list.iter().any(|channel| channel.sampling != Vec2(1, 1)) {
        return Err(unsupported("some of its channels have fewer pixels than others"));
    }
    if matches!(header.compression, Compression::DWAA(_) | Compression::DWAB(_)) {
        return Err(unsupported("it is compressed by DWA"));
    }
    let window = Window::of(header);
    Refusal::check_size(window.size(), limit)?;
    // What is decoded may be more than what is seen.
    Refusal::check_size(size(header.layer_size), limit)?;
    let has_alpha = has(header, &[OPACITY]);
    let is_grey = colors.is_none();
    let values = if is_grey { luminance(bytes, &window)? } else { rgba(bytes, &window)? };
    let pixels = window.image(values, has_alpha).ok_or(Refusal::TooMuchMemory)?;
    let comments =
        header.own_attributes.comments.as_ref().map(|text| Text::new(COMMENT, &decoded_text(text.as_slice())));
    let texts = comments.into_iter().filter(Text::is_about_picture).collect();
    let mut decoded = Decoded { is_grey, ..Decoded::new(pixels, Metadata { texts, ..Metadata::default() }) };
    if flat().count() > 1 {
        decoded.notes.push(Note::FirstLayer);
    }
    let Some(Chromaticities { red, green, blue, white }) = header.shared_attributes.chromaticities else {
        return Ok(decoded);
    };
    let all = [red.0, red.1, green.0, green.1, blue.0, blue.1, white.0, white.1];
    match ColorEncoding::of_chromaticities(all) {
        Some(encoding) => Ok(Decoded { encoding, ..decoded }),
        None => Ok(decoded.noted(Note::ColorsUnread)),
    }
}

/// The part of the plane that is seen, and where the pixels begin in it.
#[derive(Clone, Copy)]
struct Window {
    seen: IntegerBounds,
    offset: Vec2<i32>,
}

impl Window {
    fn of(header: &Header) -> Self {
        let seen = header.shared_attributes.display_window;
        Self { seen, offset: header.own_attributes.layer_position - seen.position }
    }

    fn size(&self) -> (u32, u32) {
        size(self.seen.size)
    }

    fn empty(&self) -> Vec<[f32; 4]> {
        vec![[0.0; 4]; self.seen.size.area()]
    }

    /// Where a pixel lies; `None` when it is not seen.
    fn index(&self, at: Vec2<usize>) -> Option<usize> {
        let at = at.to_i32() + self.offset;
        let (width, height) = (self.seen.size.0 as i32, self.seen.size.1 as i32);
        let is_seen = (0..width).contains(&at.0) && (0..height).contains(&at.1);
        is_seen.then(|| at.1 as usize * self.seen.size.0 + at.0 as usize)
    }

    fn put(&self, values: &mut [[f32; 4]], at: Vec2<usize>, value: [f32; 4]) {
        if let Some(index) = self.index(at) {
            values[index] = value;
        }
    }

    fn image(&self, values: Vec<[f32; 4]>, has_alpha: bool) -> Option<DynamicImage> {
        let (width, height) = self.size();
        if has_alpha {
            return ImageBuffer::from_raw(width, height, values.into_flattened()).map(DynamicImage::ImageRgba32F);
        }
        let colors = values.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
        ImageBuffer::from_raw(width, height, colors).map(DynamicImage::ImageRgb32F)
    }
}

fn size(Vec2(width, height): Vec2<usize>) -> (u32, u32) {
    let side = |v: usize| u32::try_from(v).unwrap_or(u32::MAX);
    (side(width), side(height))
}

fn rgba(bytes: &[u8], window: &Window) -> Result<Vec<[f32; 4]>, Error> {
    let window = *window;
    let image = read()
        .no_deep_data()
        .largest_resolution_level()
        .rgba_channels(
            move |_, _| window.empty(),
            move |values, at, (r, g, b, a): (f32, f32, f32, f32)| window.put(values, at, [r, g, b, a]),
        )
        .first_valid_layer()
        .all_attributes()
        .from_buffered(Cursor::new(bytes))?;
    Ok(image.layer_data.channel_data.pixels)
}

fn luminance(bytes: &[u8], window: &Window) -> Result<Vec<[f32; 4]>, Error> {
    let window = *window;
    let image = read()
        .no_deep_data()
        .largest_resolution_level()
        .specific_channels()
        .required(LUMINANCE)
        .optional(OPACITY, 1.0)
        .collect_pixels(
            move |_, _| window.empty(),
            move |values, at, (y, a): (f32, f32)| window.put(values, at, [y, y, y, a]),
        )
        .first_valid_layer()
        .all_attributes()
        .from_buffered(Cursor::new(bytes))?;
    Ok(image.layer_data.channel_data.pixels)
}

/// The bytes of a file with these pixels, floats, the colours and the comments; it has no place for other metadata.
pub fn encode(
    pixels: &DynamicImage,
    is_grey: bool,
    encoding: &ColorEncoding,
    metadata: &Metadata,
) -> Result<Vec<u8>, Error> {
    let size = (pixels.width() as usize, pixels.height() as usize);
    let channel = |name: &str, at: usize, values: &[f32], stride: usize| {
        let plane = values.iter().skip(at).step_by(stride).copied().collect();
        AnyChannel::new(name, FlatSamples::F32(plane))
    };
    let names = if is_grey { &[LUMINANCE] } else { COLORS.as_slice() };
    let all = |values: &[f32], stride: usize| {
        let mut channels: Vec<_> = names.iter().zip(0..).map(|(name, at)| channel(name, at, values, stride)).collect();
        channels.extend((stride > CHANNELS).then(|| channel(OPACITY, CHANNELS, values, stride)));
        AnyChannels::sort(channels.into())
    };
    let channels = match pixels {
        DynamicImage::ImageRgba32F(p) => all(p, 4),
        other => all(&other.to_rgb32f(), 3),
    };
    let compression = Encoding { compression: Compression::ZIP16, ..Encoding::FAST_LOSSLESS };
    let comments: Vec<&str> = metadata.texts.iter().map(|text| text.text.as_str()).collect();
    let comments = comments.join("\n");
    let attributes = LayerAttributes {
        comments: (!comments.is_empty()).then(|| exr::prelude::Text::from_slice_unchecked(comments.as_bytes())),
        ..LayerAttributes::default()
    };
    let mut image = Image::from_layer(Layer::new(size, attributes, compression, channels));
    image.attributes.chromaticities = match encoding.tag() {
        ColorTag::Chromaticities([rx, ry, gx, gy, bx, by, wx, wy]) => Some(Chromaticities {
            red: Vec2(*rx, *ry),
            green: Vec2(*gx, *gy),
            blue: Vec2(*bx, *by),
            white: Vec2(*wx, *wy),
        }),
        _ => None,
    };
    let mut bytes = Cursor::new(Vec::new());
    image.write().to_buffered(&mut bytes)?;
    Ok(bytes.into_inner())
}

fn unsupported(what: &str) -> Refusal {
    Refusal::Unsupported(what.into())
}

/// What the decoder says, in words for programmers, and what that means. Of what is not here, the data are wrong.
const MEANINGS: [(&str, &str); 9] = [
    ("missing bytes", "it ends too early"),
    ("compress", "its compressed data are wrong"),
    ("DWA", "its compressed data are wrong"),
    ("window", "its size is wrong"),
    ("channel", "its channels are wrong"),
    ("attribute", "its header is wrong"),
    ("header", "its header is wrong"),
    ("feature flags", "its header is wrong"),
    ("file identifier", "its header is wrong"),
];

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::NotSupported(what) if what.contains("compression") => {
                unsupported("it is compressed in a way that is not read")
            }
            Error::NotSupported(_) => unsupported("it is a rare kind of OpenEXR"),
            Error::Io(_) => Self::damaged("it ends too early"),
            Error::Invalid(why) if why.contains("larger than specified maximum") => Self::TooMuchMemory,
            Error::Invalid(why) => Self::of_decoder(&why, &MEANINGS),
            Error::Aborted => Self::damaged("it could not be read"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Depth;

    #[test]
    fn comments_are_kept_in_any_script() {
        let pixels = DynamicImage::ImageRgb32F(ImageBuffer::from_pixel(3, 2, image::Rgb([0.5; 3])));
        let texts = vec![Text::new(COMMENT, "André, 富士山")];
        let metadata = Metadata { texts, ..Metadata::default() };
        let file = encode(&pixels, false, &ColorEncoding::untagged(Depth::Float), &metadata).unwrap();
        assert_eq!(decode(&file, 100).unwrap().metadata, metadata);
    }

    #[test]
    fn a_window_of_data_that_is_far_larger_than_the_picture_is_refused() {
        let pixels = DynamicImage::ImageRgb32F(ImageBuffer::from_pixel(3, 2, image::Rgb([0.5; 3])));
        let encoding = ColorEncoding::untagged(Depth::Float);
        let file = encode(&pixels, false, &encoding, &Metadata::default()).unwrap();
        let name = b"dataWindow\0box2i\0";
        let at = file.windows(name.len()).position(|window| window == name).unwrap() + name.len() + 4;
        // The corners are 32-bit numbers: left, top, right, bottom. The decoder takes a negative right one for large.
        assert_eq!(file[at + 8..at + 16], [2, 0, 0, 0, 1, 0, 0, 0]);
        for corner in [60_000_000_i32, -134_217_710] {
            let mut wide = file.clone();
            wide[at + 8..at + 12].copy_from_slice(&corner.to_le_bytes());
            let refused = decode(&wide, 100_000_000);
            assert!(matches!(refused, Err(Refusal::TooLarge { height: 2, .. })), "{refused:?}");
        }
    }
}

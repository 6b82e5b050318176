//! JPEG pictures to values. The decoder is the `jpeg-decoder` crate, which agrees with libjpeg on every sampling, scan
//! and restart; what surrounds the compressed data is put in order for it first, as all viewers are lenient there.

mod frame;
pub mod metadata;
mod segments;

use std::io::Cursor;

use jpeg_decoder::{ColorTransform, Decoder, PixelFormat, UnsupportedFeature};

use crate::files::refusal::Refusal;
use frame::Frame;
use segments::{APP0, APP14, DAC, DHT, DNL, DQT, DRI, EOI, Piece, SOI, SOS, Segments, pieces};

/// What the values of a picture are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Grey, 8 bits.
    Grey8,
    /// Grey, 16 bits in the machine's byte order.
    Grey16,
    /// Red, green, blue, 8 bits.
    Rgb8,
    /// Cyan, magenta, yellow, black, 8 bits, 255 full ink.
    Cmyk8,
}

/// How three components stand for colours, where the file around the stream says it (as TIFF does).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Components {
    /// Luma and two differences.
    YCbCr,
    /// As they are.
    AsTheyAre,
}

/// A picture that is ready to be decoded.
pub struct Stream {
    frame: Frame,
    /// The stream in order, with a filling that tells a cut one from a whole one.
    filled: Vec<u8>,
    /// The same without filling before restart markers; nothing where there are none.
    unfilled: Option<Vec<u8>>,
    transform: ColorTransform,
    is_inverted: bool,
}

/// Fills up the decoder's buffer of 64 bits before a marker. No Huffman code consists of ones alone (T.81, C.2), so
/// that the decoder stops with an error where codes are missing; by itself it would go on with zeros.
const FILLING: [u8; 12] = [0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0];

/// In an APP0 segment, tells the decoder to use the codes of T.81, annex K, where there are none: single pictures out
/// of films are left without theirs.
const USUAL_CODES: &[u8] = b"AVI1\0";

impl Stream {
    /// Puts a file in order.
    ///
    /// # Errors
    /// [`Refusal`]: not all there, or of a kind that is not read.
    pub fn of(bytes: &[u8]) -> Result<Self, Refusal> {
        Self::with_tables(None, bytes, None)
    }

    /// The same for a stream whose tables are elsewhere.
    ///
    /// # Errors
    /// As [`Stream::of`].
    pub fn with_tables(tables: Option<&[u8]>, bytes: &[u8], components: Option<Components>) -> Result<Self, Refusal> {
        let mut order = Order::default();
        for segment in tables.into_iter().flat_map(Segments::of) {
            order.add(&segment)?;
        }
        for segment in Segments::of(bytes) {
            order.add(&segment)?;
        }
        order.finish(components)
    }

    /// Pixels across and down.
    pub fn size(&self) -> (u32, u32) {
        (self.frame.width.into(), self.frame.height.into())
    }

    /// Whether the values are inks.
    pub fn has_inks(&self) -> bool {
        self.frame.components.len() == 4
    }

    /// The values, pixel by pixel.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn decode(&self) -> Result<(Values, Vec<u8>), Refusal> {
        let decoded = match (self.decode_stream(&self.filled), &self.unfilled) {
            // There may be more before a restart marker than is needed, which does no harm.
            (Err(jpeg_decoder::Error::Format(why)), Some(unfilled)) if why.starts_with("no marker found") => {
                self.decode_stream(unfilled)
            }
            (decoded, _) => decoded,
        };
        let (values, mut pixels) = decoded?;
        if values == Values::Cmyk8 {
            pixels.chunks_exact_mut(4).for_each(|pixel| self.to_inks(pixel));
        }
        Ok((values, pixels))
    }

    fn decode_stream(&self, stream: &[u8]) -> Result<(Values, Vec<u8>), jpeg_decoder::Error> {
        let mut decoder = Decoder::new(Cursor::new(stream));
        // Inks are converted here, since their order and sense depend on who wrote them. The decoder's `None` would
        // leave them in four rows, one after the other; `CMYK` gives 255 minus what is stored.
        let transform = if self.frame.components.len() == 4 { ColorTransform::CMYK } else { self.transform };
        decoder.set_color_transform(transform);
        let pixels = decoder.decode()?;
        let values = match decoder.info().map(|info| info.pixel_format) {
            Some(PixelFormat::L8) => Values::Grey8,
            Some(PixelFormat::L16) => Values::Grey16,
            Some(PixelFormat::CMYK32) => Values::Cmyk8,
            _ => Values::Rgb8,
        };
        Ok((values, pixels))
    }

    /// A pixel of four components as inks, from 255 minus what is stored.
    fn to_inks(&self, pixel: &mut [u8]) {
        pixel.iter_mut().for_each(|value| *value = 255 - *value);
        if self.transform == ColorTransform::YCCK {
            let [y, cb, cr] = [f32::from(pixel[0]), f32::from(pixel[1]) - 128.0, f32::from(pixel[2]) - 128.0];
            // JFIF's conversion to red, green, blue, which are 255 minus cyan, magenta, yellow.
            let rgb = [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb];
            for (ink, light) in pixel.iter_mut().zip(rgb) {
                *ink = 255 - (light + 0.5).clamp(0.0, 255.0) as u8;
            }
        }
        if self.is_inverted {
            pixel.iter_mut().for_each(|ink| *ink = 255 - *ink);
        }
    }
}

/// A stream as it is put in order.
#[derive(Default)]
struct Order {
    filled: Vec<u8>,
    unfilled: Vec<u8>,
    frame: Option<Frame>,
    /// Where the frame's height is in the streams.
    height_at: usize,
    scans: usize,
    has_codes: bool,
    has_scan_apart: bool,
    has_restarts: bool,
    is_jfif: bool,
    adobe: Option<u8>,
    is_over: bool,
}

impl Order {
    fn add(&mut self, segment: &segments::Segment) -> Result<(), Refusal> {
        match segment.marker {
            _ if segment.is_frame() => {
                if self.frame.is_some() {
                    return Err(Refusal::damaged("it has two headers"));
                }
                self.frame = Some(Frame::of(segment)?);
                // Behind the start of image, which is yet to come, marker, length and precision.
                self.height_at = self.filled.len() + 2 + 5;
                self.put(segment.marker, segment.contents);
            }
            SOS => {
                let Some(frame) = &self.frame else { return Err(Refusal::damaged("its header is missing")) };
                self.has_scan_apart |= segment.contents.first() == Some(&1) && frame.components.len() > 1;
                self.scans += 1;
                let mut header = segment.contents.to_vec();
                if frame.is_sequential {
                    // What only progressive scans need is left at zero by some encoders; it is 0, 63, 0.
                    if let Some(parameters @ [0, 0, 0]) = header.last_chunk_mut() {
                        parameters[1] = 63;
                    }
                    if !self.has_codes {
                        self.put(APP0, USUAL_CODES);
                    }
                }
                self.put(SOS, &header);
                self.put_data(segment.data);
            }
            DHT | DQT | DRI | DAC => {
                self.has_codes |= segment.marker == DHT;
                self.put(segment.marker, segment.contents);
            }
            DNL if self.scans == 1 => {
                let height = segment.contents.first_chunk().map_or(0, |height| u16::from_be_bytes(*height));
                if let Some(frame) = self.frame.as_mut().filter(|frame| frame.height == 0) {
                    frame.height = height;
                }
            }
            APP0 => self.is_jfif |= segment.contents.starts_with(b"JFIF\0"),
            APP14 if segment.contents.starts_with(b"Adobe") => self.adobe = segment.contents.get(11).copied(),
            EOI => self.is_over = true,
            _ => {}
        }
        Ok(())
    }

    fn put(&mut self, marker: u8, contents: &[u8]) {
        let length = (contents.len() + 2) as u16;
        for stream in [&mut self.filled, &mut self.unfilled] {
            stream.extend([0xFF, marker]);
            stream.extend(length.to_be_bytes());
            stream.extend(contents);
        }
    }

    fn put_data(&mut self, data: &[u8]) {
        for piece in pieces(data) {
            match piece {
                Piece::Codes(codes) => {
                    self.filled.extend(codes);
                    self.unfilled.extend(codes);
                }
                Piece::Restart(marker) => {
                    self.has_restarts = true;
                    self.filled.extend(FILLING);
                    self.filled.extend([0xFF, marker]);
                    self.unfilled.extend([0xFF, marker]);
                }
            }
        }
        self.filled.extend(FILLING);
        self.unfilled.extend(FILLING);
    }

    fn finish(self, components: Option<Components>) -> Result<Stream, Refusal> {
        let Some(frame) = self.frame else { return Err(Refusal::damaged("it ends too early")) };
        if self.scans == 0 {
            return Err(Refusal::damaged("it ends too early"));
        }
        if self.has_scan_apart && !frame.can_lie_apart() {
            return Err(Refusal::Unsupported("its colours lie apart in a rare sampling".into()));
        }
        let identifiers: Vec<u8> = frame.components.iter().map(|c| c.0).collect();
        let transform = match (identifiers.as_slice(), components, self.adobe) {
            ([_], ..) => ColorTransform::Grayscale,
            ([_, _, _, _], _, Some(2)) => ColorTransform::YCCK,
            ([_, _, _, _], ..) => ColorTransform::CMYK,
            (_, Some(Components::AsTheyAre), _) => ColorTransform::RGB,
            (_, Some(Components::YCbCr), _) => ColorTransform::YCbCr,
            // As libjpeg decides.
            _ if self.is_jfif => ColorTransform::YCbCr,
            (_, _, Some(adobe)) => [ColorTransform::RGB, ColorTransform::YCbCr][usize::from(adobe != 0)],
            (b"RGB", ..) => ColorTransform::RGB,
            _ => ColorTransform::YCbCr,
        };
        let whole = |stream: Vec<u8>| {
            let mut whole = [&[0xFF, SOI], stream.as_slice(), &[0xFF, EOI]].concat();
            whole[self.height_at..self.height_at + 2].copy_from_slice(&frame.height.to_be_bytes());
            whole
        };
        let unfilled = self.has_restarts.then(|| whole(self.unfilled));
        let filled = whole(self.filled);
        Ok(Stream { frame, filled, unfilled, transform, is_inverted: self.adobe.is_some() })
    }
}

/// What the decoder says, in words for programmers, and what that means. Of what is not here, the data are wrong.
const MEANINGS: [(&str, &str); 13] = [
    // A code that does not exist: the filling.
    ("huffman code", "some of its compressed data are missing or wrong"),
    ("overflow", "some of its compressed data are missing or wrong"),
    ("marker", "some of its compressed data are missing or wrong"),
    ("not all components", "some of its colours are missing"),
    ("table", "its tables are missing or wrong"),
    ("DHT", "its tables are missing or wrong"),
    ("DQT", "its tables are missing or wrong"),
    ("SO", "a header is wrong"),
    ("header", "a header is wrong"),
    ("frame", "a header is wrong"),
    ("scan", "a header is wrong"),
    ("sampling", "a header is wrong"),
    ("invalid length", "a part of it has a wrong length"),
];

impl From<jpeg_decoder::Error> for Refusal {
    fn from(error: jpeg_decoder::Error) -> Self {
        use jpeg_decoder::Error;
        match error {
            Error::Unsupported(what) => Self::Unsupported(format!("it is a JPEG {}", rarity(&what))),
            Error::Format(why) if why.contains("exceeds maximum") => Self::TooMuchMemory,
            Error::Format(why) => Self::of_decoder(&why, &MEANINGS),
            Error::Io(_) => Self::damaged("it ends too early"),
            Error::Internal(_) => Self::damaged("it could not be read"),
        }
    }
}

/// What is rare about a file that the decoder does not know.
fn rarity(what: &UnsupportedFeature) -> String {
    match what {
        UnsupportedFeature::SamplePrecision(bits) => format!("of {bits} bits"),
        UnsupportedFeature::ComponentCount(count) => format!("of {count} channels"),
        UnsupportedFeature::Hierarchical => "in several resolutions, hierarchical".into(),
        UnsupportedFeature::ArithmeticEntropyCoding => "with arithmetic coding".into(),
        UnsupportedFeature::DNL => "that says its height at its end".into(),
        UnsupportedFeature::SubsamplingRatio | UnsupportedFeature::NonIntegerSubsamplingRatio => {
            "whose colours have a rare sampling".into()
        }
        UnsupportedFeature::ColorTransform(_) => "whose colours are stored in a rare way".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jpeg_encoder::{ColorType, Encoder};

    #[test]
    fn inks_come_in_the_order_and_sense_of_cmyk() {
        // Each ink has its own pattern, smooth enough to survive compression.
        let (width, height) = (24, 16);
        let inks: Vec<u8> = (0..height)
            .flat_map(|row| (0..width).flat_map(move |column| [9 * column, 12 * row, 200 - 8 * column, 60 + 3 * row]))
            .map(|ink| ink as u8)
            .collect();
        for kind in [ColorType::Cmyk, ColorType::CmykAsYcck] {
            let mut file = Vec::new();
            Encoder::new(&mut file, 100).encode(&inks, width as u16, height as u16, kind).unwrap();
            let (values, pixels) = Stream::of(&file).unwrap().decode().unwrap();
            assert_eq!(values, Values::Cmyk8);
            let most = inks.iter().zip(&pixels).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(most <= Some(6), "{kind:?}: {most:?} codes off");
        }
    }
}

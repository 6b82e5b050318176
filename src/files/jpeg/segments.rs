//! The segments of a JPEG file (ITU T.81, annex B), read as leniently as every viewer reads them.

/// Start of image.
pub const SOI: u8 = 0xD8;
/// End of image.
pub const EOI: u8 = 0xD9;
/// Start of scan: compressed data follow.
pub const SOS: u8 = 0xDA;
/// Define number of lines: the height, where the frame does not say it.
pub const DNL: u8 = 0xDC;
/// Huffman tables, quantisation tables, restart interval.
pub const DHT: u8 = 0xC4;
pub const DQT: u8 = 0xDB;
pub const DRI: u8 = 0xDD;
/// Arithmetic coding's tables.
pub const DAC: u8 = 0xCC;
/// The first and the last application segment.
pub const APP0: u8 = 0xE0;
pub const APP1: u8 = 0xE1;
pub const APP2: u8 = 0xE2;
pub const APP14: u8 = 0xEE;
/// A comment.
pub const COM: u8 = 0xFE;

const RESTARTS: std::ops::RangeInclusive<u8> = 0xD0..=0xD7;

/// A marker and what belongs to it.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    /// The marker's second byte.
    pub marker: u8,
    /// What follows the length.
    pub contents: &'a [u8],
    /// After a start of scan: the compressed data, restart markers among them.
    pub data: &'a [u8],
}

impl Segment<'_> {
    /// Whether it starts a frame, of whatever coding.
    pub fn is_frame(&self) -> bool {
        (0xC0..=0xCF).contains(&self.marker) && ![DHT, 0xC8, DAC].contains(&self.marker)
    }
}

/// The segments from after the start of the image to its end, which is the last one where the file has it. Fill bytes
/// and stray bytes between segments are skipped.
pub struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
    is_over: bool,
}

impl<'a> Segments<'a> {
    /// Of a file, which begins with a start of image.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 2, is_over: false }
    }

    /// Where the next segment is looked for; after the end of the image, what follows it.
    pub fn position(&self) -> usize {
        self.at.min(self.bytes.len())
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        if self.is_over {
            return None;
        }
        let marker = loop {
            let byte = *self.bytes.get(self.at)?;
            let next = *self.bytes.get(self.at + 1)?;
            let is_marker = byte == 0xFF && ![0x00, 0x01, 0xFF, SOI].contains(&next) && !RESTARTS.contains(&next);
            self.at += if is_marker { 2 } else { 1 };
            if is_marker {
                break next;
            }
        };
        if marker == EOI {
            self.is_over = true;
            return Some(Segment { marker, contents: &[], data: &[] });
        }
        let length = self.bytes.get(self.at..self.at + 2)?;
        let end = self.at + usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
        let contents = self.bytes.get(self.at + 2..end)?;
        self.at = if marker == SOS { end_of_data(self.bytes, end) } else { end };
        let data = if marker == SOS { &self.bytes[end..self.at] } else { &[] };
        Some(Segment { marker, contents, data })
    }
}

/// Where the compressed data that begin at `from` end: at the first marker that is no restart.
fn end_of_data(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        if byte != 0xFF {
            at += 1;
            continue;
        }
        let fill = bytes[at..].iter().take_while(|byte| **byte == 0xFF).count();
        match bytes.get(at + fill) {
            Some(0) => at += fill + 1,
            Some(next) if RESTARTS.contains(next) => at += fill + 1,
            _ => return at,
        }
    }
    at
}

/// What the compressed data hold, piece by piece.
pub enum Piece<'a> {
    /// Bytes as they are, each 0xFF among them followed by 0.
    Codes(&'a [u8]),
    /// A restart marker's second byte.
    Restart(u8),
}

/// The pieces of compressed data; fill bytes are left out.
pub fn pieces(data: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = data;
    std::iter::from_fn(move || {
        let first = *rest.first()?;
        if first != 0xFF {
            let (codes, after) = rest.split_at(rest.iter().position(|byte| *byte == 0xFF).unwrap_or(rest.len()));
            rest = after;
            return Some(Piece::Codes(codes));
        }
        let fill = rest.iter().take_while(|byte| **byte == 0xFF).count();
        let next = *rest.get(fill)?;
        rest = &rest[fill + 1..];
        Some(if next == 0 { Piece::Codes(&[0xFF, 0]) } else { Piece::Restart(next) })
    })
}

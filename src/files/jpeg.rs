//! What the decoder does not tell of a JPEG file: whether it is all there (what is missing is filled with grey, and nothing
//! said), and whether its colours are inks.

/// Whether the end-of-image marker comes where the compressed data ends.
pub fn is_complete(bytes: &[u8]) -> bool {
    segments(bytes).any(|(marker, _)| marker == END)
}

/// Whether its pixels have four channels: cyan, magenta, yellow, black.
pub fn is_cmyk(bytes: &[u8]) -> bool {
    let frame = segments(bytes).find(|(marker, _)| FRAMES.contains(marker) && !NO_FRAMES.contains(marker));
    // Precision, height and width come before the number of channels.
    frame.is_some_and(|(_, contents)| contents.get(5) == Some(&4))
}

/// The markers of a file with what belongs to each. A marker within a segment, of a preview in the metadata for example,
/// is none.
fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut at = 2;
    std::iter::from_fn(move || {
        // A marker may be filled up with any number of 0xFF.
        while bytes.get(at) == Some(&0xFF) && bytes.get(at + 1) == Some(&0xFF) {
            at += 1;
        }
        let (Some(0xFF), Some(&marker)) = (bytes.get(at), bytes.get(at + 1)) else { return None };
        at += 2;
        if marker == END || STANDALONE.contains(&marker) || marker == 0x01 {
            return Some((marker, &[][..]));
        }
        let (Some(&high), Some(&low)) = (bytes.get(at), bytes.get(at + 1)) else { return None };
        let end = at + (usize::from(high) << 8 | usize::from(low));
        let contents = bytes.get(at + 2..end).unwrap_or_default();
        at = if marker == SCAN { end_of_scan(bytes, end) } else { end };
        Some((marker, contents))
    })
}

/// Markers without a length: restarts, start of image.
const STANDALONE: std::ops::RangeInclusive<u8> = 0xD0..=0xD8;
/// Starts of frames, and what lies between them.
const FRAMES: std::ops::RangeInclusive<u8> = 0xC0..=0xCF;
const NO_FRAMES: [u8; 3] = [0xC4, 0xC8, 0xCC];
/// End of image.
const END: u8 = 0xD9;
/// Start of scan: compressed data follow.
const SCAN: u8 = 0xDA;

/// Where the first marker after the compressed data is; in them, 0xFF is followed by 0, or is a restart marker.
fn end_of_scan(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let (Some(&byte), Some(&next)) = (bytes.get(at), bytes.get(at + 1)) {
        if byte == 0xFF && next != 0 && !(0xD0..=0xD7).contains(&next) {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg() -> Vec<u8> {
        let mut bytes = Vec::new();
        let pixels =
            image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([(x * 91) as u8, (y * 57) as u8, (x * y) as u8]));
        pixels.write_with_encoder(image::codecs::jpeg::JpegEncoder::new(&mut bytes)).unwrap();
        bytes
    }

    #[test]
    fn a_cut_at_any_place_is_noticed() {
        let whole = jpeg();
        assert!(is_complete(&whole));
        for len in 0..whole.len() {
            assert!(!is_complete(&whole[..len]), "{len} of {}", whole.len());
        }
    }

    #[test]
    fn inks_are_told_from_light() {
        assert!(!is_cmyk(&jpeg()));
        let mut bytes = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
        encoder.encode(&[100; 16 * 16 * 4], 16, 16, jpeg_encoder::ColorType::Cmyk).unwrap();
        assert!(is_cmyk(&bytes) && is_complete(&bytes));
    }

    #[test]
    fn what_follows_the_end_does_not_matter_and_a_preview_does_not_count() {
        let whole = jpeg();
        assert!(is_complete(&[&whole[..], b"more"].concat()));
        // An APP1 segment that holds a whole JPEG.
        let length = (whole.len() + 2) as u16;
        let with_preview = [&whole[..2], &[0xFF, 0xE1], &length.to_be_bytes(), &whole, &whole[2..]].concat();
        assert!(is_complete(&with_preview));
        assert!(!is_complete(&with_preview[..with_preview.len() - 20]));
    }
}

//! Is a JPEG file all there? The decoder fills what is missing with grey and says nothing.

/// Whether the end-of-image marker comes where the compressed data ends. Walks the segments, so that the marker of a
/// preview within the metadata does not count.
pub fn is_complete(bytes: &[u8]) -> bool {
    let mut at = 2;
    loop {
        // A marker may be filled up with any number of 0xFF.
        while bytes.get(at) == Some(&0xFF) && bytes.get(at + 1) == Some(&0xFF) {
            at += 1;
        }
        let (Some(0xFF), Some(&marker)) = (bytes.get(at), bytes.get(at + 1)) else { return false };
        at += 2;
        match marker {
            END => return true,
            // Markers without a length.
            0x01 | 0xD0..=0xD8 => {}
            _ => {
                let (Some(&high), Some(&low)) = (bytes.get(at), bytes.get(at + 1)) else { return false };
                at += usize::from(high) << 8 | usize::from(low);
                if marker == SCAN {
                    at = end_of_scan(bytes, at);
                }
            }
        }
    }
}

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

//! Why the decoder refuses a file, in our words.

use png::DecodingError;

use crate::files::refusal::Refusal;

const INCOMPLETE: &str = "a part of its picture is missing";

/// The decoder does not tell its errors apart but by what it says, and that is meant for programmers.
const MEANINGS: [(&str, &str); 16] = [
    ("CRC error", "a checksum is wrong"),
    ("InsufficientInput", INCOMPLETE),
    ("does not have enough data", INCOMPLETE),
    ("IDAT or fdAT chunk is missing", INCOMPLETE),
    ("before IHDR", "its header is missing"),
    ("Corrupt deflate stream", "its compressed data are wrong"),
    ("Unknown filter method", "its compressed data are wrong"),
    ("Unknown compression method", "its header is wrong"),
    ("Unknown interlace method", "its header is wrong"),
    ("Invalid image dimensions", "its header is wrong"),
    ("Invalid bit depth", "its header is wrong"),
    ("Invalid color", "its header is wrong"),
    ("at most once", "it has two headers or two palettes"),
    ("Missing palette", "its palette is missing"),
    ("Chunk length wrong", "its header or its palette has a wrong length"),
    ("Unrecognized critical chunk", "it has a part that is none of a PNG"),
];

/// What is wrong with a file; `is_cut` when it has no end.
pub fn refusal(error: DecodingError, is_cut: bool) -> Refusal {
    let refusal = match error {
        DecodingError::LimitsExceeded => Refusal::TooMuchMemory,
        other => Refusal::of_decoder(&other.to_string(), &MEANINGS),
    };
    match refusal {
        Refusal::Damaged(why) if is_cut && [INCOMPLETE, "its header is missing"].contains(&why.as_str()) => {
            Refusal::damaged("it ends too early: a part of its picture is missing")
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::png::decode;
    use crate::files::png::made::{INDEXED, RGB, chunk, file, stored, with_wrong_checksum};

    /// A file with another byte in its header.
    fn with_header(at: usize, value: u8) -> Vec<u8> {
        let mut header = RGB.header();
        header[at] = value;
        file(&[chunk(b"IHDR", &header), picture(), end()])
    }

    fn picture() -> Vec<u8> {
        chunk(b"IDAT", &stored(&RGB.rows()))
    }

    fn header() -> Vec<u8> {
        chunk(b"IHDR", &RGB.header())
    }

    fn end() -> Vec<u8> {
        chunk(b"IEND", b"")
    }

    fn of_picture(contents: &[u8]) -> Vec<u8> {
        file(&[header(), chunk(b"IDAT", contents), end()])
    }

    #[test]
    fn each_kind_of_damage_has_words_of_its_own() {
        let rows = RGB.rows();
        let filtered = [&[9], &rows[1..]].concat();
        let palette = INDEXED.start()[1].clone();
        for (name, bytes, words) in [
            ("a picture's checksum", file(&[header(), with_wrong_checksum(picture()), end()]), "a checksum is wrong"),
            ("a header's checksum", file(&[with_wrong_checksum(header()), picture(), end()]), "a checksum is wrong"),
            ("no picture", file(&[header(), end()]), INCOMPLETE),
            ("an empty picture", of_picture(b""), INCOMPLETE),
            ("half of the rows", of_picture(&stored(&rows[..rows.len() / 2])), INCOMPLETE),
            ("half of the data", of_picture(&stored(&rows)[..rows.len() / 2]), INCOMPLETE),
            (
                "two pictures",
                file(&[header(), chunk(b"IDAT", b"x"), chunk(b"tIME", b""), picture(), end()]),
                INCOMPLETE,
            ),
            ("data that are none", of_picture(b"just a text"), "its compressed data are wrong"),
            ("a filter that is none", of_picture(&stored(&filtered)), "its compressed data are wrong"),
            ("no pixels", with_header(3, 0), "its header is wrong"),
            ("3 bits", with_header(8, 3), "its header is wrong"),
            ("4 bits of three colours", with_header(8, 4), "its header is wrong"),
            ("another kind of colour", with_header(9, 5), "its header is wrong"),
            ("another compression", with_header(10, 1), "its header is wrong"),
            ("other passes", with_header(12, 2), "its header is wrong"),
            (
                "a short header",
                file(&[chunk(b"IHDR", b"short"), picture(), end()]),
                "its header or its palette has a wrong length",
            ),
            ("no header", file(&[picture(), end()]), "its header is missing"),
            ("two headers", file(&[header(), header(), picture(), end()]), "it has two headers or two palettes"),
            (
                "two palettes",
                file(&[header(), palette.clone(), palette, picture(), end()]),
                "it has two headers or two palettes",
            ),
            ("no palette", file(&[chunk(b"IHDR", &INDEXED.header()), picture(), end()]), "its palette is missing"),
            (
                "a chunk that nobody knows",
                file(&[header(), chunk(b"SVNR", b""), picture(), end()]),
                "it has a part that is none of a PNG",
            ),
        ] {
            assert_eq!(decode(&bytes, 1000).err(), Some(Refusal::damaged(words)), "{name}");
        }
    }

    #[test]
    fn a_png_of_an_iphone_app_is_no_damage() {
        let file = file(&[chunk(b"CgBI", &[0x50, 0, 0x20, 2]), header(), picture(), end()]);
        assert!(matches!(decode(&file, 1000), Err(Refusal::Unsupported(what)) if what.contains("iPhone")));
    }
}

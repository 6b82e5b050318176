//! A file's chunks, put in order for the decoder, as all viewers are lenient there.

use std::borrow::Cow;

use img_parts::png::PngChunk;

/// How every file begins; what recognises it has seen that.
const SIGNATURE: usize = 8;
/// Length and name before a chunk's contents.
const HEAD: usize = 8;
/// Behind them.
const CHECKSUM: usize = 4;

/// A file as the decoder takes it: with an end, even if it is cut, and of an animation without frames. The first
/// picture needs none of them, and one that is wrong is no reason to refuse it.
pub struct Ordered<'a> {
    /// The file; its own bytes where there was nothing to do.
    pub bytes: Cow<'a, [u8]>,
    /// Whether the file ends within a chunk, or without the last one.
    pub is_cut: bool,
}

impl<'a> Ordered<'a> {
    /// Puts a file in order.
    pub fn of(file: &'a [u8]) -> Self {
        let (signature, mut rest) = file.split_at(SIGNATURE.min(file.len()));
        let mut parts = vec![Cow::Borrowed(signature)];
        let (mut is_cut, mut has_frames) = (true, false);
        while let Some((name, length)) = head(rest) {
            let Some((chunk, behind)) = length.checked_add(HEAD + CHECKSUM).and_then(|end| rest.split_at_checked(end))
            else {
                if name == b"IDAT" {
                    let contents = &rest[HEAD..rest.len().min(length.saturating_add(HEAD))];
                    parts.push(chunk_of(*name, contents.to_vec()).into());
                }
                // A length that makes no sense is followed by no name.
                is_cut = name.iter().all(u8::is_ascii_alphabetic);
                break;
            };
            if matches!(name, b"fcTL" | b"fdAT") {
                has_frames = true;
            } else {
                parts.push(chunk.into());
            }
            rest = behind;
            if name == b"IEND" {
                is_cut = false;
                break;
            }
        }
        let is_whole = parts.last().is_some_and(|last| last.get(4..8) == Some(b"IEND"));
        if is_whole && !has_frames {
            return Self { bytes: file.into(), is_cut };
        }
        if !is_whole {
            parts.push(chunk_of(*b"IEND", Vec::new()).into());
        }
        Self { bytes: parts.concat().into(), is_cut }
    }
}

/// Name and length of a file's next chunk.
fn head(rest: &[u8]) -> Option<(&[u8; 4], usize)> {
    let (length, rest) = rest.split_first_chunk()?;
    Some((rest.first_chunk()?, usize::try_from(u32::from_be_bytes(*length)).ok()?))
}

fn chunk_of(name: [u8; 4], contents: Vec<u8>) -> Vec<u8> {
    PngChunk::new(name, contents.into()).encoder().bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::decoded::Decoded;
    use crate::files::metadata::Text;
    use crate::files::notes::Note;
    use crate::files::png::decode;
    use crate::files::png::made::{self, Kind, RGB, STORED, chunk, file, kinds, stored, with_wrong_checksum};
    use crate::files::refusal::Refusal;
    use image::{DynamicImage, ImageFormat};
    use std::io::Cursor;

    const BEFORE: &[u8] = b"Author\0somebody";
    const BEHIND: &[u8] = b"Title\0something";

    /// The chunks up to the picture, a text, and the picture in two chunks.
    fn begun(kind: Kind) -> Vec<Vec<u8>> {
        let picture = stored(&kind.rows());
        let (first, second) = picture.split_at(picture.len() / 2);
        let rest = [chunk(b"tEXt", BEFORE), chunk(b"IDAT", first), chunk(b"IDAT", second)];
        kind.start().into_iter().chain(rest).collect()
    }

    fn read(file: &[u8]) -> Result<Decoded, Refusal> {
        decode(file, 1000)
    }

    fn ends_too_early() -> Refusal {
        Refusal::damaged("it ends too early: a part of its picture is missing")
    }

    #[test]
    fn a_cut_file_is_read_when_its_picture_is_all_there() {
        for kind in kinds() {
            let begun = begun(kind);
            let picture_end = file(&begun).len() - STORED.1 - CHECKSUM;
            let whole = file(&[begun.concat(), chunk(b"tEXt", BEHIND), chunk(b"IEND", b"")]);
            for end in SIGNATURE..=whole.len() {
                let read = read(&whole[..end]);
                if end < picture_end {
                    assert_eq!(read.err(), Some(ends_too_early()), "{kind:?}, {end} bytes");
                    continue;
                }
                let read = read.unwrap_or_else(|error| panic!("{kind:?}, {end} of {picture_end}: {error:?}"));
                assert!(kind.is_in(&read.pixels), "{kind:?}, {end} bytes");
                let mut texts = vec![Text::new("Author", "somebody")];
                // The last chunk has but its head and its checksum.
                if end >= whole.len() - HEAD - CHECKSUM {
                    texts.push(Text::new("Title", "something"));
                }
                assert_eq!(read.metadata.texts, texts, "{kind:?}, {end} bytes");
                assert_eq!(read.notes, [], "{kind:?}, {end} bytes");
            }
        }
    }

    #[test]
    fn the_last_codes_of_a_cut_file_are_unpacked() {
        // So even that the last bytes stand for thousands of pixels.
        let mut whole = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(500, 400).write_to(&mut whole, ImageFormat::Png).unwrap();
        let whole = whole.into_inner();
        let picture_end = whole.len() - HEAD - CHECKSUM - CHECKSUM - STORED.1;
        for end in picture_end..whole.len() {
            let read = decode(&whole[..end], 200_000).unwrap_or_else(|error| panic!("{end}: {error:?}"));
            assert_eq!(read.pixels, DynamicImage::new_rgb8(500, 400), "{end} bytes");
        }
        assert_eq!(decode(&whole[..picture_end - 20], 200_000).err(), Some(ends_too_early()));
    }

    #[test]
    fn what_is_wrong_behind_the_picture_does_no_harm() {
        let end = || chunk(b"IEND", b"");
        let endless = [&0xFFFF_FFFFu32.to_be_bytes()[..], b"tEXt", BEHIND].concat();
        let behind = [
            ("nothing", vec![]),
            ("an end with a wrong checksum", vec![with_wrong_checksum(end())]),
            ("an end with contents", vec![chunk(b"IEND", b"contents")]),
            ("a text with a wrong checksum", vec![with_wrong_checksum(chunk(b"tEXt", BEHIND)), end()]),
            ("a text with too large a length", vec![endless, end()]),
            ("a text with too small a length", vec![chunk(b"tEXt", BEHIND).split_off(5), end()]),
            ("a critical chunk that nobody knows", vec![chunk(b"SVNR", b"contents"), end()]),
            ("a palette", vec![chunk(b"PLTE", b"contents"), end()]),
            ("more of a picture", vec![chunk(b"tIME", b"contents"), chunk(b"IDAT", b"contents"), end()]),
            ("zeros", vec![vec![0; 100]]),
            ("anything", vec![(0..=255).collect()]),
        ];
        for kind in kinds() {
            for (name, behind) in &behind {
                let file = file(&[begun(kind).concat(), behind.concat()]);
                let read = read(&file).unwrap_or_else(|error| panic!("{kind:?}, {name}: {error:?}"));
                assert!(kind.is_in(&read.pixels), "{kind:?}, {name}");
                assert_eq!(read.metadata.texts[0], Text::new("Author", "somebody"), "{kind:?}, {name}");
            }
        }
    }

    #[test]
    fn a_text_before_the_picture_may_be_wrong() {
        let text = with_wrong_checksum(chunk(b"tEXt", BEFORE));
        let [header, picture] = [chunk(b"IHDR", &RGB.header()), chunk(b"IDAT", &stored(&RGB.rows()))];
        let read = read(&file(&[header, text, picture, chunk(b"IEND", b"")])).unwrap();
        assert!(RGB.is_in(&read.pixels) && read.metadata.texts.is_empty());
    }

    #[test]
    fn of_an_animation_the_first_picture_alone_counts() {
        let control = |number: u32, (width, height): (usize, usize)| {
            let numbers = [number, width as u32, height as u32, 0, 0];
            chunk(b"fcTL", &[numbers.map(u32::to_be_bytes).as_flattened(), &[0, 1, 0, 10, 0, 0]].concat())
        };
        let picture = stored(&RGB.rows());
        let frame = |number: u32| chunk(b"fdAT", &[&number.to_be_bytes()[..], &picture].concat());
        let animation = chunk(b"acTL", &[2u32, 0].map(u32::to_be_bytes).concat());
        let header = chunk(b"IHDR", &RGB.header());
        for (name, first) in [
            ("right", control(0, made::SIZE)),
            ("a number that is wrong", control(5, made::SIZE)),
            ("a frame beyond the picture", control(0, (50, 50))),
            ("no frame", Vec::new()),
        ] {
            let begun = [header.clone(), animation.clone(), first, chunk(b"IDAT", &picture)];
            let begun = file(&begun);
            let whole = [begun.as_slice(), &control(1, made::SIZE), &frame(2), &chunk(b"IEND", b"")].concat();
            for end in begun.len()..=whole.len() {
                let read = read(&whole[..end]).unwrap_or_else(|error| panic!("{name}, {end} bytes: {error:?}"));
                assert!(RGB.is_in(&read.pixels), "{name}, {end} bytes");
                assert_eq!(read.notes, [Note::FirstFrame], "{name}, {end} bytes");
            }
            assert_eq!(read(&whole[..begun.len() - 20]).err(), Some(ends_too_early()), "{name}");
        }
    }

    #[test]
    fn a_file_that_is_in_order_is_not_copied() {
        let whole = file(&[begun(RGB).concat(), chunk(b"IEND", b""), b"more behind the end".to_vec()]);
        let ordered = Ordered::of(&whole);
        assert!(matches!(ordered.bytes, Cow::Borrowed(bytes) if bytes == whole) && !ordered.is_cut);
    }
}

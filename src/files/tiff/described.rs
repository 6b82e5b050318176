//! What describes a photo in the directories of a TIFF file or of an EXIF block, which is one.

use std::io::{Cursor, Read, Seek, Write};

use tiff::decoder::Decoder;
use tiff::encoder::{DirectoryEncoder, TiffEncoder, TiffKindStandard};
use tiff::tags::{ByteOrder, IfdPointer, Tag, Type, ValueBuffer};
use tiff::{Directory, TiffResult};

use crate::files::tiff::undefined;

/// The tags of a picture's directory that describe the photo, not how its pixels are stored: caption, maker, model,
/// resolution, software, date, artist, computer, rating, copyright, and Windows' own.
const DESCRIPTIONS: [u16; 18] =
    [270, 271, 272, 282, 283, 296, 305, 306, 315, 316, 18_246, 18_249, 33_432, 40_091, 40_092, 40_093, 40_094, 40_095];

/// The directories that a picture's directory points to.
const BRANCHES: [Tag; 2] = [Tag::ExifDirectory, Tag::GpsDirectory];

/// What points to places in the file that it comes from: the maker's note, and the directory of interoperability.
const MAKER_NOTE: u16 = 37_500;
const POINTING: [u16; 2] = [MAKER_NOTE, 40_965];

/// What is about compressed pixels, and not allowed in TIFF (EXIF 3.0, 4.6.8): components, bits of a pixel, size.
const COMPRESSED: [u16; 4] = [37_121, 37_122, 40_962, 40_963];

/// What the entries are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A TIFF file.
    Tiff,
    /// An EXIF block, for whatever file.
    Block,
}

/// The names of entries that may be large.
const LARGE: [(u16, &str); 6] = [
    (270, "the description"),
    (305, "the software's name"),
    (33_432, "the copyright"),
    (37_510, "the comment"),
    (40_092, "the comment"),
    (40_094, "the keywords"),
];

/// The EXIF block of a file, as other formats hold it; the maker's note stays behind.
pub fn exif(file: &[u8]) -> Option<Vec<u8>> {
    Described::in_file(file).ok()?.as_block(usize::MAX)
}

/// An EXIF block without its largest entries, so that it has at most so many bytes; the names of what went are added.
pub fn within(block: &[u8], most: usize, without: &mut Vec<String>) -> Option<Vec<u8>> {
    let mut photo = Described::in_block(block).ok()?;
    if photo.has_maker_note() {
        without.push("the maker's note".into());
    }
    // Each entry that goes halves what one may have.
    let mut largest = most;
    loop {
        let fitting = photo.as_block(largest)?;
        if fitting.len() <= most {
            without.extend(photo.larger_than(largest));
            return Some(fitting);
        }
        largest /= 2;
    }
}

/// A directory that describes a photo, and those that it points to.
pub struct Described<R: Read + Seek> {
    source: Decoder<R>,
    directory: Directory,
}

impl<'a> Described<Cursor<&'a [u8]>> {
    /// The first of a file.
    pub fn in_file(file: &'a [u8]) -> TiffResult<Self> {
        let mut source = Decoder::new(Cursor::new(file))?;
        let first = source.ifd_pointer().unwrap_or(IfdPointer(0));
        let directory = source.read_directory(first)?;
        Ok(Self { source, directory })
    }
}

impl Described<Cursor<Vec<u8>>> {
    /// An EXIF block is a TIFF file without a picture, which the decoder does not take: so it gets one of a pixel.
    pub fn in_block(exif: &[u8]) -> TiffResult<Self> {
        const ENTRIES: [(Tag, u16); 5] = [
            (Tag::ImageWidth, 1),
            (Tag::ImageLength, 1),
            (Tag::PhotometricInterpretation, 1),
            (Tag::StripOffsets, 0),
            (Tag::StripByteCounts, 1),
        ];
        let is_big = exif.starts_with(b"MM");
        let short = |v: u16| if is_big { v.to_be_bytes() } else { v.to_le_bytes() };
        let long = |v: u32| if is_big { v.to_be_bytes() } else { v.to_le_bytes() };
        let mut block = exif.to_vec();
        block.resize(block.len().next_multiple_of(2), 0);
        let at = block.len() as u32;
        block.extend(short(ENTRIES.len() as u16));
        for (tag, value) in ENTRIES {
            block.extend([short(tag.to_u16()), short(Type::SHORT.to_u16())].concat());
            block.extend([long(1).as_slice(), &short(value), &[0, 0]].concat());
        }
        block.extend(long(0));
        let mut first = [0; 4];
        if let Some(pointer) = block.get_mut(4..8) {
            first.copy_from_slice(pointer);
            pointer.copy_from_slice(&long(at));
        }
        let first = if is_big { u32::from_be_bytes(first) } else { u32::from_le_bytes(first) };
        let mut source = Decoder::new(Cursor::new(block))?;
        let directory = source.read_directory(IfdPointer(first.into()))?;
        Ok(Self { source, directory })
    }
}

/// The entries of a directory that is written.
pub type Entries<'a, W> = DirectoryEncoder<'a, W, TiffKindStandard>;

impl<R: Read + Seek> Described<R> {
    /// The directories that this one points to.
    fn branches(&mut self) -> Vec<(Tag, Directory)> {
        let mut branches = Vec::new();
        for tag in BRANCHES {
            let pointer = self.source.read_directory_tags(&self.directory).find_tag(tag).ok().flatten();
            let pointer = pointer.and_then(|pointer| pointer.into_ifd_pointer().ok());
            // One that cannot be read is no reason to lose the others.
            branches.extend(pointer.and_then(|at| self.source.read_directory(at).ok()).map(|branch| (tag, branch)));
        }
        branches
    }

    /// Writes the directories that this one points to; their tags, and where they are.
    pub fn copy_branches<W: Write + Seek>(
        &mut self,
        out: &mut TiffEncoder<W>,
        target: Target,
        largest: usize,
    ) -> TiffResult<Vec<(Tag, u32)>> {
        let mut written = Vec::new();
        for (tag, branch) in self.branches() {
            let mut directory = out.extra_directory()?;
            let is_wanted = |tag| !POINTING.contains(&tag) && (target == Target::Block || !COMPRESSED.contains(&tag));
            copy(&mut self.source, &branch, &mut directory, largest, is_wanted)?;
            // One without entries is not written.
            written.extend(directory.finish_with_offsets().ok().map(|at| (tag, at.offset)));
        }
        Ok(written)
    }

    /// Writes what describes the photo, and where its branches are.
    pub fn copy_into<W: Write + Seek>(
        &mut self,
        out: &mut Entries<W>,
        branches: &[(Tag, u32)],
        largest: usize,
    ) -> TiffResult<()> {
        copy(&mut self.source, &self.directory, out, largest, |tag| DESCRIPTIONS.contains(&tag))?;
        branches.iter().try_for_each(|(tag, at)| out.write_tag(*tag, *at))
    }

    /// All of it as an EXIF block, but for entries of more than so many bytes.
    fn as_block(&mut self, largest: usize) -> Option<Vec<u8>> {
        let mut block = Cursor::new(Vec::new());
        let mut encoder = TiffEncoder::new(&mut block).ok()?;
        let branches = self.copy_branches(&mut encoder, Target::Block, largest).ok()?;
        let mut directory = encoder.image_directory().ok()?;
        // Without an entry there is no directory.
        self.copy_into(&mut directory, &branches, largest).and_then(|()| directory.finish()).ok()?;
        Some(block.into_inner())
    }

    /// The names of the entries of more than so many bytes.
    fn larger_than(&mut self, largest: usize) -> Vec<String> {
        let branches = self.branches();
        let mut names: Vec<String> = Vec::new();
        for directory in branches.iter().map(|(_, branch)| branch).chain([&self.directory]) {
            for tag in directory.iter().map(|(tag, _)| tag.to_u16()) {
                if POINTING.contains(&tag)
                    || value(&mut self.source, directory, tag).is_none_or(|v| v.as_bytes().len() <= largest)
                {
                    continue;
                }
                let known = LARGE.iter().find(|(known, _)| *known == tag);
                names.push(known.map_or_else(|| format!("entry {tag}"), |(_, name)| (*name).into()));
            }
        }
        names.dedup();
        names
    }

    /// Whether there is a maker's note.
    pub fn has_maker_note(&mut self) -> bool {
        let maker_note = Tag::from_u16_exhaustive(MAKER_NOTE);
        self.branches().iter().any(|(_, branch)| branch.contains(maker_note))
    }
}

/// An entry's value, in the machine's byte order.
fn value<R: Read + Seek>(source: &mut Decoder<R>, directory: &Directory, tag: u16) -> Option<ValueBuffer> {
    let mut value = ValueBuffer::empty(Type::BYTE);
    let tag = Tag::from_u16_exhaustive(tag);
    source.read_directory_tags(directory).find_tag_buf(tag, &mut value).ok()??;
    let from = value.byte_order();
    if from != ByteOrder::native() {
        value.set_byte_order(ByteOrder::native());
        if value.data_type() == Type::UNDEFINED {
            undefined::turn(tag.to_u16(), value.as_bytes_mut(), from);
        }
    }
    Some(value)
}

/// Copies the entries of a directory that are wanted, can be read, and have at most so many bytes.
fn copy<R: Read + Seek, W: Write + Seek>(
    source: &mut Decoder<R>,
    directory: &Directory,
    out: &mut Entries<W>,
    largest: usize,
    is_wanted: impl Fn(u16) -> bool,
) -> TiffResult<()> {
    for tag in directory.iter().map(|(tag, _)| tag.to_u16()).filter(|tag| is_wanted(*tag)) {
        let Some(value) = value(source, directory, tag).filter(|value| value.as_bytes().len() <= largest) else {
            continue;
        };
        out.write_tag_buf(Tag::from_u16_exhaustive(tag), &value)?;
        align(out, value.as_bytes().len())?;
    }
    Ok(())
}

/// After a value of so many bytes: the next one begins at an even place, as TIFF 6.0 wants it.
pub fn align<W: Write + Seek>(out: &mut Entries<W>, len: usize) -> TiffResult<()> {
    if len > size_of::<u32>() && len % 2 == 1 {
        out.write_data([0u8].as_slice())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::metadata::{Metadata, exif};
    use crate::files::tiff::{decode, encode};
    use crate::files::{ColorEncoding, Depth};
    use image::{DynamicImage, Rgba, RgbaImage};

    #[test]
    fn values_begin_at_even_places() {
        // Of 6 and of 7 bytes.
        let mut block = block(false);
        let texts = [
            (270, exif::Value::Text("a film")),
            (305, exif::Value::Text("svnr 1")),
            (315, exif::Value::Text("someone")),
        ];
        assert_eq!(exif::add(&mut block, &texts), [true; 3]);
        let metadata = Metadata { exif: Some(block), ..Metadata::default() };
        // Of 27 bytes.
        let pixels = DynamicImage::new_rgb8(3, 3);
        let file = encode(&pixels, false, &ColorEncoding::untagged(Depth::Eight), &metadata).unwrap();
        // Little-endian or not, the file is as the machine.
        let short = |at: usize| u16::from_ne_bytes(file[at..at + 2].try_into().unwrap());
        let long = |at: usize| u32::from_ne_bytes(file[at..at + 4].try_into().unwrap());
        let first = long(4) as usize;
        let mut texts = 0;
        for entry in (0..usize::from(short(first))).map(|index| first + 2 + 12 * index) {
            let (tag, is_text, count, place) = (short(entry), short(entry + 2) == 2, long(entry + 4), long(entry + 8));
            texts += u32::from(is_text);
            // Of numbers, only ratios and three shorts do not fit into the entry.
            let is_elsewhere = (is_text && count > 4) || [258, 282, 283, 339].contains(&tag);
            assert!(!is_elsewhere || place % 2 == 0, "{tag} at {place}");
        }
        assert_eq!(texts, 4);
    }

    /// A block in either byte order: a maker, an orientation; below, an exposure time, a maker's note and the filter's
    /// pattern; a latitude.
    fn block(is_big: bool) -> Vec<u8> {
        let short = |v: u16| if is_big { v.to_be_bytes() } else { v.to_le_bytes() };
        let long = |v: u32| if is_big { v.to_be_bytes() } else { v.to_le_bytes() };
        let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
            [short(tag).as_slice(), &short(kind), &long(count), &value].concat()
        };
        let directory =
            |entries: &[Vec<u8>]| [short(entries.len() as u16).as_slice(), &entries.concat(), &long(0)].concat();
        let first = |data: &[u8]| [data, &[0; 4]].concat()[..4].try_into().unwrap();
        // Of four entries 54 bytes, of three 42, of one 18; after them, the data.
        let (root, exif, gps) = (8, 8 + 54, 8 + 54 + 42);
        let data = gps + 18;
        [
            if is_big { b"MM" } else { b"II" }.as_slice(),
            &short(42),
            &long(root),
            &directory(&[
                entry(271, 2, 6, long(data)),
                entry(274, 3, 1, first(&short(6))),
                entry(0x8769, 4, 1, long(exif)),
                entry(0x8825, 4, 1, long(gps)),
            ]),
            &directory(&[
                entry(33_434, 5, 1, long(data + 6)),
                entry(37_500, 7, 4, *b"note"),
                entry(41_730, 7, 8, long(data + 14)),
            ]),
            &directory(&[entry(1, 2, 2, *b"N\0\0\0")]),
            b"Maker\0",
            &long(1),
            &long(250),
            &short(2),
            &short(2),
            &[0, 1, 1, 2],
        ]
        .concat()
    }

    fn text(source: &mut Decoder<impl Read + Seek>, directory: &Directory, tag: Tag) -> String {
        source.read_directory_tags(directory).get_tag_ascii_string(tag).unwrap()
    }

    #[test]
    fn exif_goes_into_a_file_and_comes_out() {
        let pixels = RgbaImage::from_fn(5, 4, |x, y| Rgba([x as u8, y as u8, 9, 100])).into();
        for is_big in [false, true] {
            let metadata = Metadata { exif: Some(block(is_big)), ..Metadata::default() };
            let file = encode(&pixels, false, &ColorEncoding::untagged(Depth::Eight), &metadata).unwrap();
            assert_eq!(decode(&file, 100).unwrap().0.pixels, pixels);
            let found = exif(&file).unwrap();
            let Described { mut source, directory } = Described::in_block(&found).unwrap();
            assert_eq!(text(&mut source, &directory, Tag::Make), "Maker");
            assert!(directory.get(Tag::Orientation).is_none(), "the picture is upright");
            let mut branch = |tag| {
                let pointer = source.read_directory_tags(&directory).get_tag(tag).unwrap().into_ifd_pointer().unwrap();
                source.read_directory(pointer).unwrap()
            };
            let (shot, place) = (branch(Tag::ExifDirectory), branch(Tag::GpsDirectory));
            assert_eq!(
                shot.iter().map(|(tag, _)| tag.to_u16()).collect::<Vec<_>>(),
                [33_434, 41_730],
                "no maker's note"
            );
            let exposure = value(&mut source, &shot, 33_434).unwrap();
            assert_eq!(exposure.as_bytes(), [1u32.to_ne_bytes(), 250u32.to_ne_bytes()].concat());
            let pattern = value(&mut source, &shot, 41_730).unwrap();
            assert_eq!(
                pattern.as_bytes(),
                [2u16.to_ne_bytes().as_slice(), &2u16.to_ne_bytes(), &[0, 1, 1, 2]].concat()
            );
            assert_eq!(text(&mut source, &place, Tag::Unknown(1)), "N");
        }
    }

    #[test]
    fn a_block_that_nobody_can_read_does_not_cost_the_picture() {
        let pixels = DynamicImage::new_rgb16(3, 2);
        let whole = block(false);
        for broken in [b"".as_slice(), b"no EXIF", &whole[..20], &whole[..70], b"II*\0\xff\xff\xff\x7f"] {
            let metadata = Metadata { exif: Some(broken.into()), ..Metadata::default() };
            let file = encode(&pixels, false, &ColorEncoding::untagged(Depth::Eight), &metadata).unwrap();
            assert_eq!(decode(&file, 100).unwrap().0.pixels, pixels);
        }
    }
}

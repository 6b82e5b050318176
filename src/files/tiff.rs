//! What the image crate leaves out of TIFF files: EXIF, XMP, pages, and that a fourth sample is the opacity.

use std::io::{Cursor, Read, Seek, Write};

use image::DynamicImage;
use tiff::decoder::Decoder;
use tiff::encoder::colortype::{ColorType, RGB8, RGB16, RGB32Float};
use tiff::encoder::{DirectoryEncoder, TiffEncoder, TiffKindStandard, TiffValue};
use tiff::tags::{ByteOrder, ExtraSamples, IfdPointer, Tag, Type, ValueBuffer};
use tiff::{Directory, TiffResult};

use crate::files::Metadata;

const XMP: Tag = Tag::Unknown(700);
const DNG_VERSION: Tag = Tag::Unknown(50_706);

/// The bits of NewSubfileType for what belongs to another picture: a smaller version of it, or its mask.
const SMALLER: u32 = 0b1;
const MASK: u32 = 0b100;

/// The tags of a picture's directory that describe the photo, not how its pixels are stored: caption, maker, model,
/// resolution, software, date, artist, computer, rating, copyright, and Windows' own.
const DESCRIPTIONS: [u16; 18] =
    [270, 271, 272, 282, 283, 296, 305, 306, 315, 316, 18_246, 18_249, 33_432, 40_091, 40_092, 40_093, 40_094, 40_095];

/// The directories that a picture's directory points to.
const BRANCHES: [Tag; 2] = [Tag::ExifDirectory, Tag::GpsDirectory];

/// What points to places in the file that it comes from: the maker's note, and the directory of interoperability.
const POINTING: [u16; 2] = [37_500, 40_965];

/// The bytes of a file with these pixels, as deep as they are, and the metadata.
pub(super) fn encode(pixels: &DynamicImage, metadata: &Metadata) -> TiffResult<Vec<u8>> {
    const OPACITY: &[ExtraSamples] = &[ExtraSamples::UnassociatedAlpha];
    match pixels {
        DynamicImage::ImageRgb8(p) => write::<RGB8>(p.dimensions(), p, &[], metadata),
        DynamicImage::ImageRgba8(p) => write::<RGB8>(p.dimensions(), p, OPACITY, metadata),
        DynamicImage::ImageRgb16(p) => write::<RGB16>(p.dimensions(), p, &[], metadata),
        DynamicImage::ImageRgba16(p) => write::<RGB16>(p.dimensions(), p, OPACITY, metadata),
        DynamicImage::ImageRgb32F(p) => write::<RGB32Float>(p.dimensions(), p, &[], metadata),
        DynamicImage::ImageRgba32F(p) => write::<RGB32Float>(p.dimensions(), p, OPACITY, metadata),
        grey => encode(&grey.to_rgba16().into(), metadata),
    }
}

/// The EXIF block of a file, as other formats hold it; the maker's note stays behind.
pub(super) fn exif(file: &[u8]) -> Option<Vec<u8>> {
    let mut photo = Described::in_file(file).ok()?;
    let mut block = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut block).ok()?;
    let branches = photo.copy_branches(&mut encoder).ok()?;
    let mut directory = encoder.image_directory().ok()?;
    // Without an entry there is no directory.
    photo.copy_into(&mut directory, &branches).and_then(|()| directory.finish()).ok()?;
    Some(block.into_inner())
}

/// Whether a file's first picture is but a preview of what follows: so are RAW files of cameras, DNG above all.
pub(super) fn is_raw(file: &[u8]) -> bool {
    Decoder::new(Cursor::new(file))
        .is_ok_and(|mut file| kind(&mut file) & SMALLER != 0 || file.image_ifd().find_entry(DNG_VERSION).is_some())
}

/// Whether a file holds pages after its first picture. Thumbnails and masks do not count.
pub(super) fn has_pages(file: &[u8]) -> bool {
    let Ok(mut file) = Decoder::new(Cursor::new(file)) else { return false };
    while file.more_images() && file.next_image().is_ok() {
        if kind(&mut file) & (SMALLER | MASK) == 0 {
            return true;
        }
    }
    false
}

/// NewSubfileType of the picture that a decoder stands at.
fn kind<R: Read + Seek>(file: &mut Decoder<R>) -> u32 {
    file.find_tag_unsigned(Tag::NewSubfileType).ok().flatten().unwrap_or(0)
}

fn write<C: ColorType>(
    (width, height): (u32, u32),
    samples: &[C::Inner],
    extra: &[ExtraSamples],
    metadata: &Metadata,
) -> TiffResult<Vec<u8>>
where
    [C::Inner]: TiffValue,
{
    let mut file = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file)?;
    // A block that nobody can read is no reason to lose the picture.
    let mut exif = metadata.exif.as_deref().and_then(|exif| Described::in_block(exif).ok());
    let branches = exif.as_mut().and_then(|exif| exif.copy_branches(&mut encoder).ok()).unwrap_or_default();
    let mut image = encoder.new_image::<C>(width, height)?;
    if !extra.is_empty() {
        image.extra_samples(extra)?;
    }
    let directory = image.encoder();
    if let Some(exif) = &mut exif {
        let _ = exif.copy_into(directory, &branches);
    }
    for (tag, bytes) in [(Tag::IccProfile, &metadata.profile), (XMP, &metadata.xmp)] {
        if let Some(bytes) = bytes {
            directory.write_tag(tag, bytes.as_slice())?;
        }
    }
    image.write_data(samples)?;
    Ok(file.into_inner())
}

/// A directory that describes a photo, and those that it points to.
struct Described<R: Read + Seek> {
    source: Decoder<R>,
    directory: Directory,
}

impl<'a> Described<Cursor<&'a [u8]>> {
    fn in_file(file: &'a [u8]) -> TiffResult<Self> {
        let mut source = Decoder::new(Cursor::new(file))?;
        let first = source.ifd_pointer().unwrap_or(IfdPointer(0));
        let directory = source.read_directory(first)?;
        Ok(Self { source, directory })
    }
}

impl Described<Cursor<Vec<u8>>> {
    /// An EXIF block is a TIFF file without a picture, which the decoder does not take: so it gets one of a pixel.
    fn in_block(exif: &[u8]) -> TiffResult<Self> {
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

type Entries<'a, W> = DirectoryEncoder<'a, W, TiffKindStandard>;

impl<R: Read + Seek> Described<R> {
    /// Writes the directories that this one points to; their tags, and where they are.
    fn copy_branches<W: Write + Seek>(&mut self, out: &mut TiffEncoder<W>) -> TiffResult<Vec<(Tag, u32)>> {
        let mut branches = Vec::new();
        for tag in BRANCHES {
            let Some(pointer) = self.source.read_directory_tags(&self.directory).find_tag(tag)? else { continue };
            let branch = self.source.read_directory(pointer.into_ifd_pointer()?)?;
            let mut directory = out.extra_directory()?;
            copy(&mut self.source, &branch, &mut directory, |tag| !POINTING.contains(&tag))?;
            // One without entries is not written.
            branches.extend(directory.finish_with_offsets().ok().map(|written| (tag, written.offset)));
        }
        Ok(branches)
    }

    /// Writes what describes the photo, and where its branches are.
    fn copy_into<W: Write + Seek>(&mut self, out: &mut Entries<W>, branches: &[(Tag, u32)]) -> TiffResult<()> {
        copy(&mut self.source, &self.directory, out, |tag| DESCRIPTIONS.contains(&tag))?;
        branches.iter().try_for_each(|(tag, at)| out.write_tag(*tag, *at))
    }
}

/// Copies the entries of a directory that are wanted.
fn copy<R: Read + Seek, W: Write + Seek>(
    source: &mut Decoder<R>,
    directory: &Directory,
    out: &mut Entries<W>,
    is_wanted: impl Fn(u16) -> bool,
) -> TiffResult<()> {
    for (tag, _) in directory.iter().filter(|(tag, _)| is_wanted(tag.to_u16())) {
        let mut value = ValueBuffer::empty(Type::BYTE);
        source.read_directory_tags(directory).find_tag_buf(tag, &mut value)?;
        value.set_byte_order(ByteOrder::native());
        out.write_tag_buf(tag, &value)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Rgba, RgbaImage};

    /// A block in either byte order: a maker, an orientation; below, an exposure time and a maker's note; a latitude.
    fn block(is_big: bool) -> Vec<u8> {
        let short = |v: u16| if is_big { v.to_be_bytes() } else { v.to_le_bytes() };
        let long = |v: u32| if is_big { v.to_be_bytes() } else { v.to_le_bytes() };
        let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
            [short(tag).as_slice(), &short(kind), &long(count), &value].concat()
        };
        let directory =
            |entries: &[Vec<u8>]| [short(entries.len() as u16).as_slice(), &entries.concat(), &long(0)].concat();
        let first = |data: &[u8]| [data, &[0; 4]].concat()[..4].try_into().unwrap();
        // Of four entries 54 bytes, of two 30, of one 18; after them, the data.
        let (root, exif, gps) = (8, 8 + 54, 8 + 54 + 30);
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
            &directory(&[entry(33_434, 5, 1, long(data + 6)), entry(37_500, 7, 4, *b"note")]),
            &directory(&[entry(1, 2, 2, *b"N\0\0\0")]),
            b"Maker\0",
            &long(1),
            &long(250),
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
            let file = encode(&pixels, &metadata).unwrap();
            assert_eq!(image::load_from_memory_with_format(&file, ImageFormat::Tiff).unwrap(), pixels);
            let found = exif(&file).unwrap();
            let Described { mut source, directory } = Described::in_block(&found).unwrap();
            assert_eq!(text(&mut source, &directory, Tag::Make), "Maker");
            assert!(directory.get(Tag::Orientation).is_none(), "the picture is upright");
            let mut branch = |tag| {
                let pointer = source.read_directory_tags(&directory).get_tag(tag).unwrap().into_ifd_pointer().unwrap();
                source.read_directory(pointer).unwrap()
            };
            let (shot, place) = (branch(Tag::ExifDirectory), branch(Tag::GpsDirectory));
            assert_eq!(shot.iter().map(|(tag, _)| tag.to_u16()).collect::<Vec<_>>(), [33_434], "no maker's note");
            let mut exposure = ValueBuffer::empty(Type::BYTE);
            source.read_directory_tags(&shot).find_tag_buf(Tag::Unknown(33_434), &mut exposure).unwrap();
            assert_eq!(exposure.as_bytes(), [1u32.to_ne_bytes(), 250u32.to_ne_bytes()].concat());
            assert_eq!(text(&mut source, &place, Tag::Unknown(1)), "N");
        }
    }

    #[test]
    fn a_block_that_nobody_can_read_does_not_cost_the_picture() {
        let pixels = DynamicImage::new_rgb16(3, 2);
        let whole = block(false);
        for broken in [b"".as_slice(), b"no EXIF", &whole[..20], &whole[..70], b"II*\0\xff\xff\xff\x7f"] {
            let metadata = Metadata { exif: Some(broken.into()), ..Metadata::default() };
            let file = encode(&pixels, &metadata).unwrap();
            assert_eq!(image::load_from_memory_with_format(&file, ImageFormat::Tiff).unwrap(), pixels);
        }
    }

    #[test]
    fn the_fourth_sample_is_called_opacity() {
        for (pixels, expected) in [(DynamicImage::new_rgba16(3, 2), Some(2u16)), (DynamicImage::new_rgb16(3, 2), None)]
        {
            let file = encode(&pixels, &Metadata::default()).unwrap();
            let mut file = Decoder::new(Cursor::new(file.as_slice())).unwrap();
            assert_eq!(file.find_tag_unsigned(Tag::ExtraSamples).unwrap(), expected);
        }
    }

    #[test]
    fn a_raw_file_is_known_by_its_preview() {
        let of = |tag: Tag, value: u32| {
            let mut file = Cursor::new(Vec::new());
            let mut encoder = TiffEncoder::new(&mut file).unwrap();
            let mut image = encoder.new_image::<RGB8>(1, 1).unwrap();
            image.encoder().write_tag(tag, value).unwrap();
            image.write_data(&[1, 2, 3]).unwrap();
            is_raw(&file.into_inner())
        };
        assert!(of(Tag::NewSubfileType, 1));
        assert!(of(DNG_VERSION, 0x0104_0000));
        assert!(!of(Tag::NewSubfileType, 0));
        assert!(!of(Tag::NewSubfileType, 2), "a page");
        assert!(!is_raw(b"no TIFF"));
    }

    #[test]
    fn pages_count_and_thumbnails_do_not() {
        let several = |kinds: &[u32]| {
            let mut file = Cursor::new(Vec::new());
            let mut encoder = TiffEncoder::new(&mut file).unwrap();
            for kind in kinds {
                let mut image = encoder.new_image::<RGB8>(1, 1).unwrap();
                image.encoder().write_tag(Tag::NewSubfileType, *kind).unwrap();
                image.write_data(&[1, 2, 3]).unwrap();
            }
            has_pages(&file.into_inner())
        };
        assert!(!several(&[0]));
        assert!(several(&[0, 0]));
        assert!(several(&[2, 2, 2]));
        assert!(!several(&[0, 1, 4, 5]));
        assert!(several(&[0, 1, 0]));
    }
}

//! The samples of a TIFF file: out of strips and tiles, interleaved or plane by plane, into one array.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use tiff::decoder::{ChunkType, Decoder, DecodingResult, Limits};
use tiff::tags::{CompressionMethod, Tag};

use crate::files::jpeg::{Components, Stream, Values};
use crate::files::refusal::Refusal;

const PHOTOMETRIC: u16 = 262;
/// Grey, which the crate takes any number of samples for.
const BLACK_IS_ZERO: u16 = 1;
const YCBCR: u16 = 6;
const JPEG_TABLES: Tag = Tag::Unknown(347);
const PLANAR: u16 = 2;

/// Samples pixel by pixel.
pub enum Samples {
    /// Of up to 8 bits, one a byte, not scaled.
    U8(Vec<u8>),
    /// Of up to 16 bits, not scaled.
    U16(Vec<u16>),
    /// Floats.
    F32(Vec<f32>),
}

/// How the samples of a file lie.
pub struct Layout {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Samples of a pixel.
    pub count: usize,
    /// Bits of a sample.
    pub bits: u16,
    /// PhotometricInterpretation.
    pub photometric: u16,
    /// Of integers.
    pub has_integers_of_many_bits: bool,
    is_planar: bool,
    compression: u16,
}

/// A file for the crate's decoder, which refuses meanings that it does not know: so it is told that all is grey.
pub struct Source<'a> {
    file: Cursor<&'a [u8]>,
    /// Where PhotometricInterpretation's value is, and what is read there.
    patch: Option<(u64, [u8; 4])>,
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let from = self.file.position();
        let read = self.file.read(buffer)?;
        if let Some((at, value)) = self.patch {
            for (i, byte) in (at..).zip(value) {
                let inside = i.checked_sub(from).map(|i| i as usize).filter(|i| *i < read);
                if let Some(i) = inside {
                    buffer[i] = byte;
                }
            }
        }
        Ok(read)
    }
}

impl Seek for Source<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// The decoder of a file, and what its first picture says it is: PhotometricInterpretation.
pub fn open(file: &[u8]) -> Result<(Decoder<Source<'_>>, u16), Refusal> {
    let found = photometric(file);
    let patch = found.map(|(at, _, patch)| (at as u64, patch));
    let source = Source { file: Cursor::new(file), patch };
    let decoder = Decoder::new(source)?.with_limits(limits_of_entries(file));
    let photometric = found.map(|(_, value, _)| value);
    photometric
        .map(|photometric| (decoder, photometric))
        .ok_or_else(|| unsupported("it does not say what its values are"))
}

/// Limits for reading the entries of a directory. An entry may claim more values than the file can hold, and the
/// decoder makes room for them first, 32 bytes for each.
pub fn limits_of_entries(file: &[u8]) -> Limits {
    let mut limits = Limits::unlimited();
    limits.decoding_buffer_size = file.len().saturating_mul(32);
    // A description of more than this is none.
    limits.ifd_value_size = 64 << 20;
    limits
}

/// Where PhotometricInterpretation's value is in the first directory, the value, and what says grey there.
fn photometric(file: &[u8]) -> Option<(usize, u16, [u8; 4])> {
    let is_big_endian = file.starts_with(b"MM");
    let number = |at: usize, len: usize| -> Option<u64> {
        let bytes = file.get(at..at.checked_add(len)?)?.iter();
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if is_big_endian { bytes.fold(0, add) } else { bytes.rev().fold(0, add) })
    };
    let is_big = number(2, 2)? == 43;
    // BigTIFF's numbers have 8 bytes where those of TIFF have 4, or 2.
    let (offset_at, offset, count, entry, value) = if is_big { (8, 8, 8, 20, 12) } else { (4, 4, 2, 12, 8) };
    let directory = usize::try_from(number(offset_at, offset)?).ok()?;
    let entries = number(directory, count)?.min(4096) as usize;
    for i in 0..entries {
        let at = directory.checked_add(count + i * entry)?;
        if number(at, 2)? == u64::from(PHOTOMETRIC) {
            // A short or a long number.
            let len = if number(at + 2, 2)? == 4 { 4 } else { 2 };
            let found = number(at + value, len)?;
            let mut patch: [u8; 4] = *file.get(at + value..)?.first_chunk()?;
            let grey = BLACK_IS_ZERO.to_le_bytes();
            for (i, byte) in patch.iter_mut().enumerate().take(len) {
                let from_low = if is_big_endian { len - 1 - i } else { i };
                *byte = grey.get(from_low).copied().unwrap_or(0);
            }
            return Some((at + value, found.try_into().ok()?, patch));
        }
    }
    None
}

impl Layout {
    /// Of the picture that a decoder stands at.
    pub fn of(decoder: &mut Decoder<Source<'_>>, photometric: u16) -> Result<Self, Refusal> {
        let (width, height) = decoder.dimensions()?;
        let number = |decoder: &mut Decoder<Source<'_>>, tag, default: u16| -> Result<u16, Refusal> {
            Ok(decoder.find_tag_unsigned(tag)?.unwrap_or(default))
        };
        let count = usize::from(number(decoder, Tag::SamplesPerPixel, 1)?);
        let bits = decoder.find_tag_unsigned_vec::<u16>(Tag::BitsPerSample)?;
        let bits = bits.and_then(|bits| bits.first().copied()).unwrap_or(1);
        let compression = number(decoder, Tag::Compression, 1)?;
        let is_planar = number(decoder, Tag::PlanarConfiguration, 1)? == PLANAR && count > 1;
        Ok(Self { width, height, count, bits, photometric, has_integers_of_many_bits: false, is_planar, compression })
    }

    /// The samples.
    pub fn read(&mut self, decoder: &mut Decoder<Source<'_>>, file: &[u8]) -> Result<Samples, Refusal> {
        let is_tiled = decoder.get_chunk_type() == ChunkType::Tile;
        let (chunk_width, chunk_height) = decoder.chunk_dimensions();
        let across = if is_tiled { self.width.div_ceil(chunk_width) } else { 1 };
        let down = self.height.div_ceil(chunk_height.min(self.height));
        let per_plane = across * down;
        let planes = if self.is_planar { self.count } else { 1 };
        let mut image = None;
        for plane in 0..planes {
            for index in 0..per_plane {
                let chunk = index + plane as u32 * per_plane;
                let (column, row) = (index % across * chunk_width, index / across * chunk_height);
                let (samples, width) = if self.compression == CompressionMethod::ModernJPEG.to_u16() {
                    self.jpeg(decoder, file, chunk, is_tiled)?
                } else {
                    // Of the last rows of all planes but the first, the crate gives the padding, too.
                    (self.unpacked(decoder, chunk)?, decoder.chunk_data_dimensions(chunk).0)
                };
                let place = Place { column, row, plane, chunk_width: width };
                match image.get_or_insert_with(|| self.empty(&samples)) {
                    Samples::U8(image) => self.put(image, &samples.into_u8(self.bits), &place)?,
                    Samples::U16(image) => self.put(image, &samples.into_u16()?, &place)?,
                    Samples::F32(image) => self.put(image, &samples.into_f32(), &place)?,
                }
            }
        }
        image.ok_or_else(|| Refusal::damaged("it has no pixels"))
    }

    /// An image as deep as the samples.
    fn empty(&self, samples: &Chunk) -> Samples {
        let len = self.width as usize * self.height as usize * self.count;
        match samples {
            Chunk::Packed(..) | Chunk::Whole(DecodingResult::U8(_)) => Samples::U8(vec![0; len]),
            Chunk::Whole(DecodingResult::U16(_) | DecodingResult::U32(_) | DecodingResult::U64(_)) => {
                Samples::U16(vec![0; len])
            }
            Chunk::Whole(_) => Samples::F32(vec![0.0; len]),
        }
    }

    /// Puts a chunk's samples where they belong; those beyond the image are padding.
    fn put<T: Copy>(&self, image: &mut [T], chunk: &[T], place: &Place) -> Result<(), Refusal> {
        let stride = if self.is_planar { 1 } else { self.count };
        let columns = (self.width - place.column).min(place.chunk_width) as usize;
        let row_len = place.chunk_width as usize * stride;
        let rows = ((self.height - place.row) as usize).min(chunk.len() / row_len.max(1));
        if rows == 0 {
            return Err(Refusal::damaged("a strip or a tile is empty"));
        }
        for (from, row) in chunk.chunks_exact(row_len).take(rows).zip(place.row as usize..) {
            let at = (row * self.width as usize + place.column as usize) * self.count;
            if self.is_planar {
                let to = image[at + place.plane..].iter_mut().step_by(self.count);
                to.zip(&from[..columns]).for_each(|(to, v)| *to = *v);
            } else {
                let len = columns * stride;
                image[at..at + len].copy_from_slice(&from[..len]);
            }
        }
        Ok(())
    }

    fn unpacked(&mut self, decoder: &mut Decoder<Source<'_>>, chunk: u32) -> Result<Chunk, Refusal> {
        let samples = decoder.read_chunk(chunk)?;
        match &samples {
            DecodingResult::I8(_) | DecodingResult::I16(_) | DecodingResult::I32(_) | DecodingResult::I64(_) => {
                return Err(unsupported("its values are integers with a sign"));
            }
            DecodingResult::U32(_) | DecodingResult::U64(_) => self.has_integers_of_many_bits = true,
            _ => {}
        }
        Ok(match samples {
            DecodingResult::U8(packed) if self.bits < 8 => {
                let stride = if self.is_planar { 1 } else { self.count };
                Chunk::Packed(packed, decoder.chunk_data_dimensions(chunk).0 as usize * stride)
            }
            DecodingResult::U8(_) if self.bits > 8 => {
                return Err(Refusal::Unsupported(format!("its values have {} bits", self.bits)));
            }
            whole => Chunk::Whole(whole),
        })
    }

    /// A chunk that is a JPEG stream; its samples, and its width.
    fn jpeg(
        &self,
        decoder: &mut Decoder<Source<'_>>,
        file: &[u8],
        chunk: u32,
        is_tiled: bool,
    ) -> Result<(Chunk, u32), Refusal> {
        let (offsets, lengths) =
            if is_tiled { (Tag::TileOffsets, Tag::TileByteCounts) } else { (Tag::StripOffsets, Tag::StripByteCounts) };
        let entry = |decoder: &mut Decoder<Source<'_>>, tag| -> Result<usize, Refusal> {
            let all = decoder.get_tag_u64_vec(tag)?;
            let value = all.get(chunk as usize).ok_or_else(|| Refusal::damaged("a strip or a tile is missing"))?;
            usize::try_from(*value).map_err(|_| Refusal::TooMuchMemory)
        };
        let (offset, length) = (entry(decoder, offsets)?, entry(decoder, lengths)?);
        let end = offset.checked_add(length);
        let bytes = end.and_then(|end| file.get(offset..end)).ok_or_else(|| Refusal::damaged("it ends too early"))?;
        let tables = match decoder.find_tag(JPEG_TABLES)? {
            Some(tables) => Some(tables.into_u8_vec()?),
            None => None,
        };
        let components = if self.photometric == YCBCR { Components::YCbCr } else { Components::AsTheyAre };
        let stream = Stream::with_tables(tables.as_deref(), bytes, Some(components))?;
        let (values, samples) = stream.decode()?;
        let count = match values {
            Values::Grey8 => 1,
            Values::Rgb8 => 3,
            Values::Cmyk8 => 4,
            Values::Grey16 => return Err(unsupported("it is a lossless JPEG of 16 bits in a TIFF")),
        };
        if count != if self.is_planar { 1 } else { self.count } {
            return Err(Refusal::damaged("a strip or a tile has another number of channels"));
        }
        Ok((Chunk::Whole(DecodingResult::U8(samples)), stream.size().0))
    }
}

/// Where a chunk belongs, and how wide it is with its padding.
struct Place {
    column: u32,
    row: u32,
    plane: usize,
    chunk_width: u32,
}

/// The samples of a strip or a tile.
enum Chunk {
    /// Of fewer than 8 bits, rows of so many samples, each beginning with a byte.
    Packed(Vec<u8>, usize),
    Whole(DecodingResult),
}

impl Chunk {
    fn into_u8(self, bits: u16) -> Vec<u8> {
        match self {
            Self::Whole(DecodingResult::U8(samples)) => samples,
            Self::Packed(packed, row) => {
                let row_bytes = (row * usize::from(bits)).div_ceil(8).max(1);
                let sample = |bytes: &[u8], i: usize| {
                    let from = i * usize::from(bits);
                    let pair = u16::from(bytes[from / 8]) << 8 | u16::from(*bytes.get(from / 8 + 1).unwrap_or(&0));
                    (pair << (from % 8) >> (16 - bits)) as u8
                };
                packed.chunks_exact(row_bytes).flat_map(|bytes| (0..row).map(move |i| sample(bytes, i))).collect()
            }
            Self::Whole(_) => Vec::new(),
        }
    }

    fn into_u16(self) -> Result<Vec<u16>, Refusal> {
        match self {
            Self::Whole(DecodingResult::U16(samples)) => Ok(samples),
            Self::Whole(DecodingResult::U32(samples)) => Ok(samples.iter().map(|v| (v >> 16) as u16).collect()),
            Self::Whole(DecodingResult::U64(samples)) => Ok(samples.iter().map(|v| (v >> 48) as u16).collect()),
            _ => Err(Refusal::damaged("its strips differ in kind")),
        }
    }

    fn into_f32(self) -> Vec<f32> {
        match self {
            Self::Whole(DecodingResult::F16(samples)) => samples.iter().map(|v| v.to_f32()).collect(),
            Self::Whole(DecodingResult::F32(samples)) => samples,
            Self::Whole(DecodingResult::F64(samples)) => samples.iter().map(|v| *v as f32).collect(),
            _ => Vec::new(),
        }
    }
}

fn unsupported(what: &str) -> Refusal {
    Refusal::Unsupported(what.into())
}

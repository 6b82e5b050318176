//! Why the decoder refuses a file, in our words.

use std::io::ErrorKind;

use tiff::tags::CompressionMethod;
use tiff::{TiffError, TiffFormatError, TiffUnsupportedError};

use crate::files::refusal::Refusal;

impl From<TiffError> for Refusal {
    fn from(error: TiffError) -> Self {
        match error {
            TiffError::UnsupportedError(what) => Self::Unsupported(rarity(&what)),
            TiffError::LimitsExceeded | TiffError::IntSizeError => Self::TooMuchMemory,
            // The end of the file comes as an error of the system, and so do compressed data that are wrong.
            TiffError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => Self::damaged("it ends too early"),
            TiffError::IoError(_) => Self::damaged("its compressed data are wrong"),
            TiffError::FormatError(what) => Self::Damaged(damage(&what)),
            // What is asked for follows from the file.
            TiffError::UsageError(_) => Self::damaged("its header contradicts itself"),
        }
    }
}

fn damage(what: &TiffFormatError) -> String {
    use TiffFormatError::{
        CompressedDataCorrupt, CycleInOffsets, ImageFileDirectoryNotFound, InconsistentSizesEncountered,
        InvalidCountForTag, InvalidDimensions, InvalidTagValueType, RequiredTagNotFound, SamplesPerPixelIsZero,
        StripTileTagConflict, TiffSignatureInvalid, TiffSignatureNotFound,
    };
    match what {
        TiffSignatureNotFound | TiffSignatureInvalid => "the beginning of the file is wrong".into(),
        ImageFileDirectoryNotFound => "it has no picture".into(),
        InvalidDimensions(width, height) => format!("its size cannot be {width} x {height}"),
        InconsistentSizesEncountered => "its sizes contradict each other".into(),
        RequiredTagNotFound(tag) => format!("its header lacks entry {}", tag.to_u16()),
        InvalidTagValueType(tag) | InvalidCountForTag(tag, _) => {
            format!("entry {} of its header is wrong", tag.to_u16())
        }
        StripTileTagConflict => "its header does not say where its strips or tiles are".into(),
        CycleInOffsets => "its pages have no end".into(),
        SamplesPerPixelIsZero => "its pixels have no values".into(),
        CompressedDataCorrupt(_) => "its compressed data are wrong".into(),
        _ => "its header is wrong".into(),
    }
}

/// What is rare about a file that the decoder does not know.
fn rarity(what: &TiffUnsupportedError) -> String {
    use TiffUnsupportedError::{
        ChromaSubsampling, FloatingPointPredictor, HorizontalPredictor, InconsistentBitsPerSample,
        InterpretationWithBits, MisalignedTileBoundaries, UnknownCompressionMethod, UnsupportedBitsPerChannel,
        UnsupportedColorType, UnsupportedCompressionMethod, UnsupportedDataType, UnsupportedSampleDepth,
        UnsupportedSampleFormat,
    };
    match what {
        UnsupportedCompressionMethod(method) => compression(*method),
        UnknownCompressionMethod => "it is compressed in a way that is not read".into(),
        FloatingPointPredictor(_) | HorizontalPredictor(_) => "its values are differences that are not read".into(),
        InconsistentBitsPerSample(_) => "its channels differ in their number of bits".into(),
        UnsupportedBitsPerChannel(bits) => format!("its values have {bits} bits"),
        UnsupportedSampleDepth(count) => format!("it has {count} channels"),
        InterpretationWithBits(..) | UnsupportedSampleFormat(_) | UnsupportedColorType(_) | UnsupportedDataType => {
            "its values are of a kind that is not read".into()
        }
        ChromaSubsampling => "its colours have fewer pixels than its brightness".into(),
        MisalignedTileBoundaries => "its tiles begin within a byte".into(),
        _ => "it is a rare kind of TIFF".into(),
    }
}

fn compression(method: CompressionMethod) -> String {
    let name = match method.to_u16() {
        2 | 3 => "fax (Huffman or group 3)",
        6 => "JPEG in the old way",
        34_712 => "JPEG 2000",
        34_887 => "LERC",
        34_925 => "LZMA",
        50_000 => "Zstandard",
        50_001 => "WebP",
        50_002 | 52_546 => "JPEG XL",
        number => return format!("it is compressed in a way that is not read, number {number}"),
    };
    format!("it is compressed by {name}")
}

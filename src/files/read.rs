//! From a file to linear light.

use std::error::Error as _;
use std::io::Cursor;
use std::path::Path;

use image::codecs::tiff::TiffDecoder;
use image::error::{DecodingError, ImageError};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::color::srgb_to_linear;
use crate::error::Error;
use crate::files::several::has_several;
use crate::files::{Depth, FileError, Metadata, Photo, jpeg, tiff};
use crate::image::{CHANNELS, LinearImage, MAX_PIXELS};

/// Reads an image file. The format is told from the content; the name does not matter. A file with more pixels than
/// [`MAX_PIXELS`] is refused before memory is taken for them.
///
/// # Errors
/// Any of [`FileError`] that concerns reading.
pub fn read(path: &Path) -> Result<Photo, FileError> {
    let information = std::fs::metadata(path).map_err(FileError::io(path))?;
    if information.is_dir() {
        return Err(FileError::Folder { path: path.into() });
    }
    let bytes = std::fs::read(path).map_err(FileError::io(path))?;
    let Decoded { pixels, metadata, .. } = decode(path, &bytes, MAX_PIXELS)?;
    photo(pixels, metadata).map_err(|error| FileError::Content { path: path.into(), error })
}

/// A file's pixels as it holds them, upright.
#[derive(Debug)]
pub struct Decoded {
    /// The pixels.
    pub pixels: DynamicImage,
    /// What belongs to them.
    pub metadata: Metadata,
    /// Whether the file holds more pictures, an animation (PNG, WebP) or pages (TIFF): these are of the first.
    pub is_first_of_several: bool,
}

/// Decodes the bytes of a file; `path` is its name in errors. With more than `limit` pixels it is refused before memory is
/// taken for them.
///
/// # Errors
/// Any of [`FileError`] that concerns reading, but for those of the system.
pub fn decode(path: &Path, bytes: &[u8], limit: usize) -> Result<Decoded, FileError> {
    let format = format(path, bytes)?;
    let damaged = |why: &str| FileError::Damaged { path: path.into(), why: why.into() };
    if format == ImageFormat::Jpeg {
        if !jpeg::is_complete(bytes) {
            return Err(damaged("it ends too early"));
        }
        if jpeg::is_cmyk(bytes) {
            let what = "its colours are inks, CMYK, in place of RGB".into();
            return Err(FileError::Unsupported { path: path.into(), what });
        }
    }
    let refused = |error: ImageError| refusal(path, error);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    // Twice the largest image as RGBA floats, so that a wrong header cannot ask for any amount.
    limits.max_alloc = Some(limit as u64 * 4 * 4 * 2);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limit as u64 {
        return Err(FileError::TooLarge { path: path.into(), width, height, limit });
    }
    if width == 0 || height == 0 {
        let error = Error::EmptyImage { width: width as usize, height: height as usize };
        return Err(FileError::Content { path: path.into(), error });
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let metadata = match format {
        // Once it has limits, this decoder knows of no profile any more; of EXIF it never does.
        ImageFormat::Tiff => Metadata {
            exif: tiff::exif(bytes),
            ..Metadata::of(&mut TiffDecoder::new(Cursor::new(bytes)).map_err(refused)?)
        },
        _ => Metadata::of(&mut decoder),
    };
    let mut pixels = DynamicImage::from_decoder(decoder).map_err(refused)?;
    pixels.apply_orientation(orientation);
    Ok(Decoded { pixels, metadata: metadata.upright(), is_first_of_several: has_several(bytes, format) })
}

/// The format by the first bytes.
fn format(path: &Path, bytes: &[u8]) -> Result<ImageFormat, FileError> {
    if bytes.is_empty() {
        return Err(FileError::NoBytes { path: path.into() });
    }
    let unsupported = |what: String| FileError::Unsupported { path: path.into(), what };
    if is_raw(path) || tiff::is_raw(bytes) {
        return Err(unsupported("it is a camera's RAW file, which has to be developed first".into()));
    }
    let Ok(format) = image::guess_format(bytes) else {
        return Err(if is_heic(bytes) {
            unsupported("it is a HEIC photo".into())
        } else {
            FileError::NotAnImage { path: path.into() }
        });
    };
    match format {
        ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Tiff | ImageFormat::OpenExr => {
            Ok(format)
        }
        other => {
            let name = other.extensions_str().first().unwrap_or(&"another format").to_uppercase();
            Err(unsupported(format!("it is {name}")))
        }
    }
}

/// Told by its name: not every kind is a TIFF file with a preview.
fn is_raw(path: &Path) -> bool {
    const EXTENSIONS: [&str; 10] = ["dng", "cr2", "cr3", "nef", "arw", "raf", "orf", "rw2", "pef", "srw"];
    path.extension().is_some_and(|e| EXTENSIONS.iter().any(|raw| e.eq_ignore_ascii_case(raw)))
}

fn is_heic(bytes: &[u8]) -> bool {
    const BRANDS: [&[u8]; 5] = [b"heic", b"heix", b"hevc", b"mif1", b"msf1"];
    bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12).is_some_and(|brand| BRANDS.contains(&brand))
}

/// The decoder's error in our words.
fn refusal(path: &Path, error: ImageError) -> FileError {
    let path = path.into();
    match error {
        ImageError::Unsupported(e) => FileError::Unsupported { path, what: e.to_string() },
        // The decoders report the end of the file as an error of the system.
        ImageError::IoError(_) => FileError::Damaged { path, why: "it ends too early".into() },
        ImageError::Limits(_) => FileError::TooMuchMemory { path },
        ImageError::Decoding(e) => FileError::Damaged { path, why: reason(&e) },
        other => FileError::Damaged { path, why: other.to_string() },
    }
}

/// What is wrong, without the decoder's own names for it.
fn reason(error: &DecodingError) -> String {
    let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    if why.starts_with("CRC error") { "a checksum is wrong".into() } else { why }
}

fn photo(pixels: DynamicImage, metadata: Metadata) -> Result<Photo, Error> {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let has_alpha = pixels.color().has_alpha();
    let per_channel = pixels.color().bytes_per_pixel() / pixels.color().channel_count();
    let stride = if has_alpha { 4 } else { 3 };
    let (depth, (image, alpha)) = match (per_channel, has_alpha) {
        (1, false) => (Depth::Eight, planes(width, height, stride, pixels.into_rgb8().as_raw(), from_8)?),
        (1, true) => (Depth::Eight, planes(width, height, stride, pixels.into_rgba8().as_raw(), from_8)?),
        (2, false) => (Depth::Sixteen, planes(width, height, stride, pixels.into_rgb16().as_raw(), from_16)?),
        (2, true) => (Depth::Sixteen, planes(width, height, stride, pixels.into_rgba16().as_raw(), from_16)?),
        (_, false) => (Depth::Float, planes(width, height, stride, pixels.into_rgb32f().as_raw(), |v| (v, v))?),
        (_, true) => (Depth::Float, planes(width, height, stride, pixels.into_rgba32f().as_raw(), |v| (v, v))?),
    };
    Ok(Photo { image, alpha, depth, metadata })
}

/// (linear light, share of the largest value) of an 8-bit sample.
fn from_8(v: u8) -> (f32, f32) {
    let share = f32::from(v) / 255.0;
    (srgb_to_linear(share), share)
}

/// (linear light, share of the largest value) of a 16-bit sample.
fn from_16(v: u16) -> (f32, f32) {
    let share = f32::from(v) / 65535.0;
    (srgb_to_linear(share), share)
}

/// Colours and alpha from interleaved samples; `convert` gives a sample's value as a colour and as an alpha.
fn planes<T: Copy>(
    width: usize,
    height: usize,
    stride: usize,
    samples: &[T],
    convert: impl Fn(T) -> (f32, f32),
) -> Result<(LinearImage, Option<Vec<f32>>), Error> {
    let image = LinearImage::from_fn(width, height, |c, r, x| convert(samples[(r * width + x) * stride + c]).0)?;
    let alpha = (stride > CHANNELS).then(|| {
        // Alpha that is not finite, which only float files can hold, counts as opaque.
        let alpha = samples.iter().skip(CHANNELS).step_by(stride).map(|v| convert(*v).1);
        alpha.map(|v| if v.is_finite() { v } else { 1.0 }).collect()
    });
    Ok((image, alpha))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::png::PngEncoder;
    use image::{ExtendedColorType, GrayImage, ImageEncoder, Rgb, Rgb32FImage, RgbImage};
    use std::path::PathBuf;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    fn file(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn picture() -> RgbImage {
        RgbImage::from_fn(60, 40, |x, y| Rgb([(x * 37) as u8, (y * 59) as u8, (x * y * 3) as u8]))
    }

    #[test]
    fn what_is_no_image_is_named() {
        let dir = folder();
        assert!(matches!(read(&dir.path().join("none.png")), Err(FileError::Io { .. })));
        assert!(matches!(read(dir.path()), Err(FileError::Folder { .. })));
        assert!(matches!(read(&file(&dir, "empty.png", b"")), Err(FileError::NoBytes { .. })));
        assert!(matches!(read(&file(&dir, "text.png", b"just a text, renamed")), Err(FileError::NotAnImage { .. })));
        let gif = read(&file(&dir, "a.png", b"GIF89a\x01\0\x01\0\0\0\0;")).unwrap_err().to_string();
        assert!(gif.contains("GIF") && gif.contains("convert"), "{gif}");
    }

    #[test]
    fn a_cut_file_is_damaged_in_every_format() {
        let dir = folder();
        let float = Rgb32FImage::from_fn(60, 40, |x, y| Rgb([x as f32 * 0.1, y as f32, (x * y) as f32]));
        for name in ["a.png", "a.jpg", "a.webp", "a.tiff", "a.exr"] {
            let path = dir.path().join(name);
            if name == "a.exr" {
                float.save(&path).unwrap()
            } else {
                picture().save(&path).unwrap()
            }
            assert!(read(&path).is_ok(), "{name}");
            let whole = std::fs::read(&path).unwrap();
            for share in [0.2, 0.5, 0.9] {
                std::fs::write(&path, &whole[..(whole.len() as f64 * share) as usize]).unwrap();
                let result = read(&path);
                assert!(matches!(result, Err(FileError::Damaged { .. })), "{share} of {name}: {result:?}");
            }
        }
    }

    #[test]
    fn a_huge_image_is_refused_before_it_is_decoded() {
        // The header alone claims 60000 x 60000 pixels; the checksum of the chunk is right.
        let mut bytes = Vec::new();
        PngEncoder::new(&mut bytes).write_image(&[0; 3], 1, 1, ExtendedColorType::Rgb8).unwrap();
        bytes[16..20].copy_from_slice(&60_000u32.to_be_bytes());
        bytes[20..24].copy_from_slice(&60_000u32.to_be_bytes());
        let checksum = crc32(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
        let dir = folder();
        let error = read(&file(&dir, "huge.png", &bytes)).unwrap_err();
        assert!(matches!(error, FileError::TooLarge { width: 60_000, height: 60_000, .. }), "{error:?}");
        assert!(error.to_string().contains("100 megapixels"), "{error}");
        // Nor does a size of zero pass.
        bytes[16..20].copy_from_slice(&0u32.to_be_bytes());
        let checksum = crc32(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
        let error = read(&file(&dir, "zero.png", &bytes)).unwrap_err();
        assert!(matches!(error, FileError::Content { .. } | FileError::Damaged { .. }), "{error:?}");
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 })
        })
    }

    #[test]
    fn nan_is_refused_with_its_place() {
        let dir = folder();
        for name in ["a.exr", "a.tiff"] {
            let path = dir.path().join(name);
            Rgb32FImage::from_fn(3, 2, |x, y| Rgb([0.5, if (x, y) == (2, 1) { f32::NAN } else { 0.5 }, 0.5]))
                .save(&path)
                .unwrap();
            let error = read(&path).unwrap_err();
            let FileError::Content { error: found, .. } = &error else { panic!("{error:?}") };
            assert_eq!(*found, Error::NotFinite { channel: 1, row: 1, column: 2 });
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn grey_becomes_rgb() {
        let dir = folder();
        let path = dir.path().join("grey.png");
        GrayImage::from_fn(4, 3, |x, y| image::Luma([(x * 60 + y) as u8])).save(&path).unwrap();
        let photo = read(&path).unwrap();
        assert_eq!((photo.image.width(), photo.image.height(), photo.depth), (4, 3, Depth::Eight));
        assert_eq!(photo.image.plane(0), photo.image.plane(2));
    }

    #[test]
    fn what_cameras_and_phones_write_is_named() {
        let mut tiff = Cursor::new(Vec::new());
        picture().write_to(&mut tiff, ImageFormat::Tiff).unwrap();
        let raw = decode(Path::new("photo.NEF"), tiff.get_ref(), MAX_PIXELS).unwrap_err().to_string();
        assert!(raw.contains("RAW"), "{raw}");
        assert!(decode(Path::new("photo.tif"), tiff.get_ref(), MAX_PIXELS).is_ok());
        let heic = decode(Path::new("photo.jpg"), b"\0\0\0\x18ftypheic\0\0\0\0", MAX_PIXELS).unwrap_err();
        assert!(heic.to_string().contains("HEIC"), "{heic}");
    }

    #[test]
    fn inks_are_refused_by_name() {
        let mut bytes = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
        encoder.encode(&[100; 16 * 16 * 4], 16, 16, jpeg_encoder::ColorType::Cmyk).unwrap();
        let error = decode(Path::new("print.jpg"), &bytes, MAX_PIXELS).unwrap_err().to_string();
        assert!(error.contains("print.jpg") && error.contains("CMYK"), "{error}");
    }

    #[test]
    fn the_orientation_is_applied_once() {
        // EXIF with orientation 6: the picture was taken with the camera turned; it is to be turned clockwise.
        let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        let dir = folder();
        let path = dir.path().join("turned.png");
        let mut bytes = Vec::new();
        let mut encoder = PngEncoder::new(&mut bytes);
        encoder.set_exif_metadata(exif).unwrap();
        picture().write_with_encoder(encoder).unwrap();
        std::fs::write(&path, bytes).unwrap();
        let photo = read(&path).unwrap();
        assert_eq!((photo.image.width(), photo.image.height()), (40, 60));
        // The lower left corner comes to the upper left.
        let corner = picture().get_pixel(0, 39).0;
        assert_eq!(photo.image.to_srgb8()[..3], corner);
        let again = dir.path().join("again.png");
        crate::files::write(&again, &photo).unwrap();
        assert_eq!(read(&again).unwrap().image, photo.image);
    }
}

//! From a file to linear light.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::{DynamicImage, ImageBuffer, ImageFormat};

use crate::files::color::ColorEncoding;
use crate::files::color::profile::{Channels, Profile, read as read_profile};
use crate::files::decoded::Decoded;
use crate::files::jpeg::{self, Values};
use crate::files::notes::Note;
use crate::files::refusal::Refusal;
use crate::files::{Depth, FileError, Photo, kind, png, tiff, webp};
use crate::image::MAX_PIXELS;

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
    let decoded = decode(path, &bytes, MAX_PIXELS)?;
    decoded.into_photo().map_err(|error| FileError::Content { path: path.into(), error })
}

/// Decodes the bytes of a file; `path` is its name in errors. With more than `limit` pixels it is refused before memory
/// is taken for them.
///
/// # Errors
/// Any of [`FileError`] that concerns reading, but for those of the system. A decoder that panics is one of them,
/// [`FileError::Decoder`], where panics unwind, which they do not in wasm.
pub fn decode(path: &Path, bytes: &[u8], limit: usize) -> Result<Decoded, FileError> {
    if bytes.is_empty() {
        return Err(FileError::NoBytes { path: path.into() });
    }
    let decoded = catch_unwind(AssertUnwindSafe(|| decode_bytes(path, bytes, limit)));
    match decoded {
        Ok(Ok(Some(decoded))) => Ok(decoded),
        Ok(Ok(None)) => Err(FileError::NotAnImage { path: path.into() }),
        Ok(Err(refusal)) => Err(refusal.of_file(path)),
        Err(_) => Err(FileError::Decoder { path: path.into() }),
    }
}

fn decode_bytes(path: &Path, bytes: &[u8], limit: usize) -> Result<Option<Decoded>, Refusal> {
    let Some(format) = kind::format(path, bytes)? else { return Ok(None) };
    let mut orientation = None;
    let decoded = match format {
        ImageFormat::Png => png::decode(bytes, limit)?,
        ImageFormat::Jpeg => decode_jpeg(bytes, limit)?,
        ImageFormat::WebP => webp::decode(bytes, limit)?,
        ImageFormat::Tiff => {
            let (decoded, found) = tiff::decode(bytes, limit)?;
            orientation = Some(found);
            decoded
        }
        #[cfg(feature = "exr")]
        ImageFormat::OpenExr => crate::files::exr::decode(bytes, limit)?,
        _ => return Err(Refusal::Unsupported("it is OpenEXR".into())),
    };
    decoded.check_values()?;
    let orientation = orientation.unwrap_or_else(|| decoded.metadata.orientation());
    Ok(Some(decoded.upright(orientation)))
}

fn decode_jpeg(bytes: &[u8], limit: usize) -> Result<Decoded, Refusal> {
    let stream = jpeg::Stream::of(bytes)?;
    let (width, height) = stream.size();
    Refusal::check_size((width, height), limit)?;
    let (metadata, profile, notes) = jpeg::metadata::read(bytes);
    let no_inks =
        || Refusal::Unsupported("its colours are inks, CMYK, without a profile that says how they look".into());
    let inks = match (stream.has_inks(), &profile) {
        (false, _) => None,
        (true, Some(profile)) => match read_profile(profile, Channels::Cmyk) {
            Profile::Tables(tables) => Some(tables),
            _ => return Err(no_inks()),
        },
        (true, None) => return Err(no_inks()),
    };
    let (values, samples) = stream.decode()?;
    let too_few = || Refusal::damaged("it has too few pixels");
    let pixels = match values {
        Values::Grey8 => ImageBuffer::from_raw(width, height, samples).map(DynamicImage::ImageLuma8),
        Values::Grey16 => {
            let samples = samples.as_chunks().0.iter().map(|pair| u16::from_ne_bytes(*pair)).collect();
            ImageBuffer::from_raw(width, height, samples).map(DynamicImage::ImageLuma16)
        }
        Values::Rgb8 => ImageBuffer::from_raw(width, height, samples).map(DynamicImage::ImageRgb8),
        Values::Cmyk8 => {
            let inks = inks.ok_or_else(no_inks)?;
            let samples: Vec<u16> = samples.iter().map(|v| u16::from(*v) * 257).collect();
            let colors = inks.to_display_p3(&samples).ok_or_else(no_inks)?;
            let pixels = ImageBuffer::from_raw(width, height, colors).map(DynamicImage::ImageRgb16);
            let mut decoded = Decoded::new(pixels.ok_or_else(too_few)?, metadata);
            decoded.encoding = ColorEncoding::display_p3();
            decoded.depth = Depth::Eight;
            decoded.notes = notes;
            return Ok(decoded.noted(Note::ConvertedToP3));
        }
    };
    let mut decoded = Decoded::new(pixels.ok_or_else(too_few)?, metadata);
    decoded.notes = notes;
    let channels = if decoded.is_grey { Channels::Grey } else { Channels::Rgb };
    match profile {
        Some(profile) => decoded.with_profile(profile, channels),
        None => Ok(decoded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use image::codecs::png::PngEncoder;
    use image::{ExtendedColorType, GrayImage, ImageEncoder, Rgb, Rgb32FImage, RgbImage};
    use std::io::Cursor;
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
        let value = |c: usize, r: usize, x: usize| ((r * 31 + x * 7 + c * 13) % 60) as f32 / 59.0;
        let image = crate::image::LinearImage::from_fn(60, 40, value).unwrap();
        for name in ["a.png", "a.jpg", "a.webp", "a.tiff", "a.exr"] {
            let path = dir.path().join(name);
            crate::files::write(&path, &Photo::new(image.clone(), Depth::Eight)).unwrap();
            assert!(read(&path).is_ok(), "{name}");
            let whole = std::fs::read(&path).unwrap();
            for share in [0.2, 0.5, 0.9] {
                std::fs::write(&path, &whole[..(whole.len() as f64 * share) as usize]).unwrap();
                let result = read(&path);
                let Err(FileError::Damaged { why, .. }) = result else { panic!("{share} of {name}: {result:?}") };
                assert!(why.contains("too early") || why.contains("missing"), "{share} of {name}: {why}");
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
    fn values_that_are_no_light_are_refused_with_their_place() {
        let dir = folder();
        for (name, value) in [("a.exr", f32::NAN), ("a.exr", f32::INFINITY), ("a.tiff", f32::NAN), ("a.tiff", -3.4e38)]
        {
            let pixel = |x, y| Rgb([0.5, if (x, y) == (2, 1) { value } else { 0.5 }, 0.5]);
            let pixels = DynamicImage::ImageRgb32F(Rgb32FImage::from_fn(3, 2, pixel));
            let encoding = ColorEncoding::untagged(Depth::Float);
            let bytes = if name == "a.exr" {
                crate::files::exr::encode(&pixels, false, &encoding, &Default::default()).unwrap()
            } else {
                tiff::encode(&pixels, false, &encoding, &Default::default()).unwrap()
            };
            let error = read(&file(&dir, name, &bytes)).unwrap_err();
            match &error {
                FileError::Content { error: found, .. } => {
                    assert_eq!(*found, Error::NotFinite { channel: 1, row: 1, column: 2 })
                }
                FileError::NoData { row: 1, column: 2, .. } => assert!(value.is_finite(), "{name}"),
                other => panic!("{name} {value}: {other}"),
            }
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

//! From linear light to a file.

use std::io::Cursor;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageBuffer, ImageFormat};

use crate::color::linear_to_srgb;
use crate::files::replace::replace;
use crate::files::{Depth, FileError, Metadata, Photo, tiff};
use crate::image::CHANNELS;

/// Quality of written JPEGs, of 100.
pub const JPEG_QUALITY: u8 = 95;

/// Whether the name says a format that can be written; to be asked before the work.
///
/// # Errors
/// [`FileError::UnknownExtension`].
pub fn check_output(path: &Path) -> Result<(), FileError> {
    format(path).map(|_| ())
}

/// Whether a photo fits into the format that the name says; to be asked before the work. What is opaque everywhere needs no
/// transparency.
///
/// # Errors
/// [`FileError::UnknownExtension`], [`FileError::SideTooLong`] or [`FileError::NoTransparency`].
pub fn check_fits(path: &Path, photo: &Photo) -> Result<(), FileError> {
    check_size(path, photo.image.width(), photo.image.height())?;
    let is_transparent = photo.alpha.iter().flatten().any(|v| *v != 1.0);
    if is_transparent && format(path)? == ImageFormat::Jpeg {
        return Err(FileError::NoTransparency { path: path.into() });
    }
    Ok(())
}

/// The same of its size alone, in pixels.
///
/// # Errors
/// [`FileError::UnknownExtension`] or [`FileError::SideTooLong`].
pub fn check_size(path: &Path, width: usize, height: usize) -> Result<(), FileError> {
    let (format, limit) = match format(path)? {
        ImageFormat::WebP => ("WebP", 16_383),
        ImageFormat::Jpeg => ("JPEG", 65_535),
        _ => return Ok(()),
    };
    if width.max(height) > limit {
        return Err(FileError::SideTooLong { path: path.into(), format, limit, width, height });
    }
    Ok(())
}

/// Writes a photo in the format that the name says, as deep as the photo was and the format can: JPEG and WebP take 8
/// bits, PNG 8 or 16, TIFF all, OpenEXR floats. Only floats hold values below 0 and above 1; the rest is clipped.
///
/// The file appears complete or not at all. One that is there already is replaced and keeps its permissions; a symbolic
/// link stays one.
///
/// # Errors
/// Any of [`FileError`] that concerns writing.
pub fn write(path: &Path, photo: &Photo) -> Result<(), FileError> {
    let format = format(path)?;
    check_fits(path, photo)?;
    let alpha = photo.alpha.as_deref().filter(|_| format != ImageFormat::Jpeg);
    let depth = match format {
        ImageFormat::Jpeg | ImageFormat::WebP => Depth::Eight,
        ImageFormat::Png => photo.depth.min(Depth::Sixteen),
        ImageFormat::OpenExr => Depth::Float,
        _ => photo.depth,
    };
    let pixels = interleaved(photo, alpha, depth).ok_or_else(|| FileError::Encoding {
        path: path.into(),
        why: "the image is too large for the format".into(),
    })?;

    let bytes = encode(path, format, &pixels, &photo.metadata, JPEG_QUALITY)?;

    replace(path, &bytes).map_err(FileError::io(path))
}

fn format(path: &Path) -> Result<ImageFormat, FileError> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "png" => Ok(ImageFormat::Png),
        "jpg" | "jpeg" => Ok(ImageFormat::Jpeg),
        "webp" => Ok(ImageFormat::WebP),
        "tif" | "tiff" => Ok(ImageFormat::Tiff),
        "exr" => Ok(ImageFormat::OpenExr),
        _ => Err(FileError::UnknownExtension { path: path.into() }),
    }
}

/// The bytes of a file with these pixels, as deep as they are, and with the metadata that the format takes; `path` is its
/// name in errors. `quality`, up to 100, matters to JPEG alone; other formats are lossless.
///
/// # Errors
/// [`FileError::Encoding`], when the format has no place for such pixels.
pub fn encode(
    path: &Path,
    format: ImageFormat,
    pixels: &DynamicImage,
    metadata: &Metadata,
    quality: u8,
) -> Result<Vec<u8>, FileError> {
    let refused = |why: String| FileError::Encoding { path: path.into(), why };
    if format == ImageFormat::Tiff {
        return tiff::encode(pixels, metadata).map_err(|error| refused(error.to_string()));
    }
    let mut bytes = Vec::new();
    let out = Cursor::new(&mut bytes);
    let encoded = match format {
        ImageFormat::Png => pixels.write_with_encoder(PngEncoder::new(out)),
        ImageFormat::Jpeg => pixels.write_with_encoder(JpegEncoder::new_with_quality(out, quality)),
        ImageFormat::WebP => pixels.write_with_encoder(WebPEncoder::new_lossless(out)),
        other => pixels.write_to(out, other),
    };
    encoded.map_err(|error| refused(error.to_string()))?;
    Ok(metadata.put_into(bytes, format))
}

/// The photo as the encoders take it; `None` when a side does not fit into 32 bits.
fn interleaved(photo: &Photo, alpha: Option<&[f32]>, depth: Depth) -> Option<DynamicImage> {
    let (width, height) = (u32::try_from(photo.image.width()).ok()?, u32::try_from(photo.image.height()).ok()?);
    let pixels = photo.image.pixels();
    let samples = photo.image.values();
    /// Samples pixel by pixel, colours and alpha each by its own conversion.
    fn gather<T>(
        pixels: usize,
        samples: &[f32],
        alpha: Option<&[f32]>,
        color: impl Fn(f32) -> T,
        opacity: impl Fn(f32) -> T,
    ) -> Vec<T> {
        let mut out = Vec::with_capacity(pixels * (CHANNELS + usize::from(alpha.is_some())));
        for p in 0..pixels {
            out.extend((0..CHANNELS).map(|c| color(samples[c * pixels + p])));
            out.extend(alpha.map(|alpha| opacity(alpha[p])));
        }
        out
    }
    // Clips, scales and rounds.
    let code = |v: f32, most: f32| v.clamp(0.0, 1.0) * most + 0.5;
    let shown = |v: f32| linear_to_srgb(v.clamp(0.0, 1.0));
    let image = match depth {
        Depth::Eight => {
            let out = gather(pixels, samples, alpha, |v| code(shown(v), 255.0) as u8, |v| code(v, 255.0) as u8);
            if alpha.is_some() {
                DynamicImage::ImageRgba8(ImageBuffer::from_raw(width, height, out)?)
            } else {
                DynamicImage::ImageRgb8(ImageBuffer::from_raw(width, height, out)?)
            }
        }
        Depth::Sixteen => {
            let out = gather(pixels, samples, alpha, |v| code(shown(v), 65535.0) as u16, |v| code(v, 65535.0) as u16);
            if alpha.is_some() {
                DynamicImage::ImageRgba16(ImageBuffer::from_raw(width, height, out)?)
            } else {
                DynamicImage::ImageRgb16(ImageBuffer::from_raw(width, height, out)?)
            }
        }
        Depth::Float => {
            let out = gather(pixels, samples, alpha, |v| v, |v| v);
            if alpha.is_some() {
                DynamicImage::ImageRgba32F(ImageBuffer::from_raw(width, height, out)?)
            } else {
                DynamicImage::ImageRgb32F(ImageBuffer::from_raw(width, height, out)?)
            }
        }
    };
    Some(image)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_a_format_are_refused() {
        for wrong in ["a", "a.gif", "a.png.txt", ".png"] {
            let error = check_output(Path::new(wrong)).unwrap_err();
            assert!(matches!(error, FileError::UnknownExtension { .. }), "{wrong}");
            assert!(error.to_string().contains(".png, .jpg"), "{error}");
        }
        for right in ["a.png", "x/b.JPEG", "c.tif", "d.Exr", "e.webp"] {
            assert!(check_output(Path::new(right)).is_ok(), "{right}");
        }
    }
}

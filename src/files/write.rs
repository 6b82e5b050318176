//! From linear light to a file.

use std::path::Path;

use image::{DynamicImage, ImageBuffer, ImageFormat};

use crate::files::color::{ColorEncoding, can_be_grey};
use crate::files::notes::Note;
use crate::files::replace::replace;
use crate::files::{Depth, FileError, Photo, encode};
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

/// Whether a photo fits into the format that the name says; to be asked before the work. What is opaque everywhere
/// needs no transparency.
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
/// bits, PNG 8 or 16, TIFF all, OpenEXR floats. Only floats hold values below 0 and above 1; the rest is clipped. What
/// the user should know of the result, beside the photo's own notes, comes back.
///
/// The file appears complete or not at all. One that is there already is replaced and keeps its permissions; a symbolic
/// link stays one.
///
/// # Errors
/// Any of [`FileError`] that concerns writing.
pub fn write(path: &Path, photo: &Photo) -> Result<Vec<Note>, FileError> {
    let format = format(path)?;
    check_fits(path, photo)?;
    let alpha = photo.alpha.as_deref().filter(|_| format != ImageFormat::Jpeg);
    let depth = deepest(format, photo.depth);
    let is_grey = photo.is_grey && (can_be_grey(format) || format == ImageFormat::OpenExr);
    let encoding = photo.encoding.written(format, photo.depth, depth, is_grey);
    let pixels = interleaved(photo, alpha, depth, is_grey, &encoding).ok_or_else(|| FileError::Encoding {
        path: path.into(),
        why: "the image is too large for the format".into(),
    })?;
    let (metadata, notes) = photo.metadata.clone().fitting(format);
    let bytes = encode::bytes(path, format, &pixels, is_grey, &encoding, &metadata, JPEG_QUALITY)?;

    write_bytes(path, &bytes)?;
    Ok(notes)
}

/// Writes bytes as [`write()`] does: complete or not at all.
///
/// # Errors
/// [`FileError::Io`].
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    replace(path, bytes).map_err(FileError::io(path))
}

/// A depth as far as a format takes it.
pub fn deepest(format: ImageFormat, depth: Depth) -> Depth {
    match format {
        ImageFormat::Jpeg | ImageFormat::WebP => Depth::Eight,
        ImageFormat::Png => depth.min(Depth::Sixteen),
        ImageFormat::OpenExr => Depth::Float,
        _ => depth,
    }
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

/// The photo as the encoders take it; `None` when a side does not fit into 32 bits.
fn interleaved(
    photo: &Photo,
    alpha: Option<&[f32]>,
    depth: Depth,
    is_grey: bool,
    encoding: &ColorEncoding,
) -> Option<DynamicImage> {
    let size = (u32::try_from(photo.image.width()).ok()?, u32::try_from(photo.image.height()).ok()?);
    let pixels = photo.image.pixels();
    let samples = photo.image.values();
    let matrix = photo.encoding.matrix_to(encoding);
    // The light of a pixel in the file's primaries.
    let light = |p: usize| -> [f32; CHANNELS] {
        let own: [f32; CHANNELS] = std::array::from_fn(|c| samples[c * pixels + p]);
        match (&matrix, is_grey) {
            // The three are the same but for what denoising made of them.
            (_, true) => [(own[0] + own[1] + own[2]) / 3.0; CHANNELS],
            (Some(matrix), false) => matrix.map(|row| row[0] * own[0] + row[1] * own[1] + row[2] * own[2]),
            (None, false) => own,
        }
    };
    let code = |c: usize, v: f32| encoding.curve(c).to_code(v);
    let gather = Gather { pixels, channels: if is_grey && depth != Depth::Float { 1 } else { CHANNELS }, alpha };
    // Clips, scales and rounds.
    let whole = |v: f32, most: f32| v.clamp(0.0, 1.0) * most + 0.5;
    match depth {
        Depth::Eight => image8(
            size,
            gather.channels,
            alpha.is_some(),
            gather.collect(light, |c, v| whole(code(c, v), 255.0) as u8, |v| whole(v, 255.0) as u8),
        ),
        Depth::Sixteen => image16(
            size,
            gather.channels,
            alpha.is_some(),
            gather.collect(light, |c, v| whole(code(c, v), 65535.0) as u16, |v| whole(v, 65535.0) as u16),
        ),
        Depth::Float => {
            let values = gather.collect(light, code, |v| v);
            Some(if alpha.is_some() {
                DynamicImage::ImageRgba32F(ImageBuffer::from_raw(size.0, size.1, values)?)
            } else {
                DynamicImage::ImageRgb32F(ImageBuffer::from_raw(size.0, size.1, values)?)
            })
        }
    }
}

/// How values are put together pixel by pixel.
struct Gather<'a> {
    pixels: usize,
    channels: usize,
    alpha: Option<&'a [f32]>,
}

impl Gather<'_> {
    fn collect<T>(
        &self,
        light: impl Fn(usize) -> [f32; CHANNELS],
        color: impl Fn(usize, f32) -> T,
        opacity: impl Fn(f32) -> T,
    ) -> Vec<T> {
        let mut out = Vec::with_capacity(self.pixels * (self.channels + usize::from(self.alpha.is_some())));
        for p in 0..self.pixels {
            let light = light(p);
            out.extend((0..self.channels).map(|c| color(c, light[c])));
            out.extend(self.alpha.map(|alpha| opacity(alpha[p])));
        }
        out
    }
}

fn image8((width, height): (u32, u32), channels: usize, has_alpha: bool, values: Vec<u8>) -> Option<DynamicImage> {
    Some(match (channels, has_alpha) {
        (1, false) => DynamicImage::ImageLuma8(ImageBuffer::from_raw(width, height, values)?),
        (1, true) => DynamicImage::ImageLumaA8(ImageBuffer::from_raw(width, height, values)?),
        (_, false) => DynamicImage::ImageRgb8(ImageBuffer::from_raw(width, height, values)?),
        (_, true) => DynamicImage::ImageRgba8(ImageBuffer::from_raw(width, height, values)?),
    })
}

fn image16((width, height): (u32, u32), channels: usize, has_alpha: bool, values: Vec<u16>) -> Option<DynamicImage> {
    Some(match (channels, has_alpha) {
        (1, false) => DynamicImage::ImageLuma16(ImageBuffer::from_raw(width, height, values)?),
        (1, true) => DynamicImage::ImageLumaA16(ImageBuffer::from_raw(width, height, values)?),
        (_, false) => DynamicImage::ImageRgb16(ImageBuffer::from_raw(width, height, values)?),
        (_, true) => DynamicImage::ImageRgba16(ImageBuffer::from_raw(width, height, values)?),
    })
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

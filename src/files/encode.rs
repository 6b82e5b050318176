//! From pixels to the bytes of a file.

use std::io::Cursor;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageFormat};

use crate::files::color::ColorEncoding;
use crate::files::{FileError, Metadata, tiff};

/// The bytes of a file with these pixels, as deep as they are, in these colours, and with the metadata, which must fit
/// the format; `path` is its name in errors. `quality`, up to 100, matters to JPEG alone; other formats are lossless.
///
/// # Errors
/// [`FileError::Encoding`], when the format has no place for such pixels.
pub fn bytes(
    path: &Path,
    format: ImageFormat,
    pixels: &DynamicImage,
    is_grey: bool,
    encoding: &ColorEncoding,
    metadata: &Metadata,
    quality: u8,
) -> Result<Vec<u8>, FileError> {
    let refused = |why: String| FileError::Encoding { path: path.into(), why };
    if format == ImageFormat::Tiff {
        return tiff::encode(pixels, is_grey, encoding, metadata).map_err(|error| refused(error.to_string()));
    }
    #[cfg(feature = "exr")]
    if format == ImageFormat::OpenExr {
        return crate::files::exr::encode(pixels, is_grey, encoding, metadata)
            .map_err(|error| refused(error.to_string()));
    }
    let mut bytes = Vec::new();
    let out = Cursor::new(&mut bytes);
    let encoded = match format {
        ImageFormat::Png => pixels.write_with_encoder(PngEncoder::new(out)),
        ImageFormat::Jpeg => pixels.write_with_encoder(JpegEncoder::new_with_quality(out, quality)),
        ImageFormat::WebP => pixels.write_with_encoder(WebPEncoder::new_lossless(out)),
        other => return Err(refused(format!("{other:?} is not written"))),
    };
    encoded.map_err(|error| refused(error.to_string()))?;
    if format == ImageFormat::Jpeg {
        let metadata = metadata.clone().completed_for_jpeg((pixels.width(), pixels.height()), is_grey);
        return Ok(with_metadata(bytes, format, encoding, &metadata));
    }
    Ok(with_metadata(bytes, format, encoding, metadata))
}

/// A finished file with its colours' profile and the metadata in it.
pub fn with_metadata(file: Vec<u8>, format: ImageFormat, encoding: &ColorEncoding, metadata: &Metadata) -> Vec<u8> {
    metadata.put_into(file, format, encoding)
}

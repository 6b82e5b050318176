//! Image files for JavaScript, which holds their pixels as RGBA: 8- or 16-bit codes, or floats in linear light.

use std::path::Path;

use image::{DynamicImage, ImageBuffer, ImageFormat, Pixel, Rgba};
use wasm_bindgen::Clamped;
use wasm_bindgen::prelude::*;

use crate::color::linear_to_srgb;
use crate::error::Error;
use crate::files::{self, FileError, Metadata};
use crate::web::failure::failure;

impl From<FileError> for JsValue {
    fn from(error: FileError) -> Self {
        let code = match error {
            FileError::NotAnImage { .. } | FileError::Unsupported { .. } => "unsupported-format",
            FileError::TooLarge { .. } | FileError::TooMuchMemory { .. } => "too-large",
            _ => "unsupported-image",
        };
        failure(code, &error.to_string())
    }
}

/// [`Metadata`] for JavaScript.
#[wasm_bindgen]
pub struct FileMetadata(Metadata);

#[wasm_bindgen]
impl FileMetadata {
    /// The bytes of an ICC profile, an EXIF block and an XMP packet; any may be missing.
    #[wasm_bindgen(constructor)]
    pub fn new(profile: Option<Vec<u8>>, exif: Option<Vec<u8>>, xmp: Option<Vec<u8>>) -> Self {
        Self(Metadata { profile, exif, xmp })
    }

    /// Puts the metadata into a file that the browser has encoded. `format` is the second half of its MIME type.
    ///
    /// # Errors
    /// `bad-option` if `format` is unknown.
    #[wasm_bindgen(js_name = putInto)]
    pub fn put_into(&self, file: Vec<u8>, format: &str) -> Result<Vec<u8>, JsValue> {
        Ok(self.0.put_into(file, format_of(format)?))
    }
}

/// A file's pixels and metadata.
#[wasm_bindgen]
pub struct DecodedFile {
    pixels: DynamicImage,
    metadata: Metadata,
    is_first_of_several: bool,
}

/// Decodes a file of at most `limit` pixels. `name` is its name in errors.
///
/// # Errors
/// `unsupported-format`, `unsupported-image`, `too-large`.
#[wasm_bindgen(js_name = decodeFile)]
pub fn decode(bytes: &[u8], name: &str, limit: usize) -> Result<DecodedFile, JsValue> {
    let files::Decoded { pixels, metadata, is_first_of_several } = files::decode(Path::new(name), bytes, limit)?;
    Ok(DecodedFile { pixels, metadata, is_first_of_several })
}

#[wasm_bindgen]
impl DecodedFile {
    /// Pixels across.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.pixels.width()
    }

    /// Pixels down.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.pixels.height()
    }

    /// Bits of a value: 8 or 16, or 32 for floats.
    #[wasm_bindgen(getter)]
    pub fn depth(&self) -> u8 {
        8 * (self.pixels.color().bytes_per_pixel() / self.pixels.color().channel_count())
    }

    /// Whether the file holds more images than this one.
    #[wasm_bindgen(getter, js_name = isFirstOfSeveral)]
    pub fn is_first_of_several(&self) -> bool {
        self.is_first_of_several
    }

    /// The ICC profile.
    pub fn profile(&self) -> Option<Vec<u8>> {
        self.metadata.profile.clone()
    }

    /// The EXIF block.
    pub fn exif(&self) -> Option<Vec<u8>> {
        self.metadata.exif.clone()
    }

    /// The XMP packet.
    pub fn xmp(&self) -> Option<Vec<u8>> {
        self.metadata.xmp.clone()
    }

    /// The pixels as 8-bit RGBA.
    #[wasm_bindgen(js_name = intoU8)]
    pub fn into_u8(self) -> Clamped<Vec<u8>> {
        Clamped(self.pixels.into_rgba8().into_raw())
    }

    /// The pixels as 16-bit RGBA.
    #[wasm_bindgen(js_name = intoU16)]
    pub fn into_u16(self) -> Vec<u16> {
        self.pixels.into_rgba16().into_raw()
    }

    /// The pixels as RGBA floats.
    #[wasm_bindgen(js_name = intoF32)]
    pub fn into_f32(self) -> Vec<f32> {
        self.pixels.into_rgba32f().into_raw()
    }
}

/// RGBA pixels to be written to a file.
#[wasm_bindgen]
pub struct FilePixels(DynamicImage);

#[wasm_bindgen]
impl FilePixels {
    /// From 8-bit sRGB.
    ///
    /// # Errors
    /// `unsupported-image` if `data` does not hold `4 * width * height` values.
    #[wasm_bindgen(js_name = fromU8)]
    pub fn from_u8(width: u32, height: u32, data: Vec<u8>) -> Result<FilePixels, JsValue> {
        Ok(Self(DynamicImage::ImageRgba8(buffer(width, height, data)?)))
    }

    /// From 16-bit sRGB.
    ///
    /// # Errors
    /// As [`FilePixels::from_u8`].
    #[wasm_bindgen(js_name = fromU16)]
    pub fn from_u16(width: u32, height: u32, data: Vec<u16>) -> Result<FilePixels, JsValue> {
        Ok(Self(DynamicImage::ImageRgba16(buffer(width, height, data)?)))
    }

    /// From floats in linear light.
    ///
    /// # Errors
    /// As [`FilePixels::from_u8`].
    #[wasm_bindgen(js_name = fromF32)]
    pub fn from_f32(width: u32, height: u32, data: Vec<f32>) -> Result<FilePixels, JsValue> {
        Ok(Self(DynamicImage::ImageRgba32F(buffer(width, height, data)?)))
    }

    /// The bytes of a file. `depth` is 8, 16 or 32. `quality`, from 1 to 100, is used for JPEG, which also gets a white
    /// background: it has no transparency.
    ///
    /// # Errors
    /// `bad-option` if the format is unknown.
    pub fn encode(self, format: &str, depth: u8, quality: u8, metadata: &FileMetadata) -> Result<Vec<u8>, JsValue> {
        let format = format_of(format)?;
        let has_alpha = format != ImageFormat::Jpeg && self.is_transparent();
        let mut pixels = if depth == 32 { self.0 } else { srgb_encoded(self.0) };
        if format == ImageFormat::Jpeg {
            pixels = on_white(pixels);
        }
        let pixels = match (depth, has_alpha) {
            (8, false) => DynamicImage::ImageRgb8(pixels.into_rgb8()),
            (8, true) => DynamicImage::ImageRgba8(pixels.into_rgba8()),
            (16, false) => DynamicImage::ImageRgb16(pixels.into_rgb16()),
            (16, true) => DynamicImage::ImageRgba16(pixels.into_rgba16()),
            (_, false) => DynamicImage::ImageRgb32F(pixels.into_rgb32f()),
            (_, true) => DynamicImage::ImageRgba32F(pixels.into_rgba32f()),
        };
        Ok(files::encode(Path::new("the image"), format, &pixels, &metadata.0, quality)?)
    }
}

impl FilePixels {
    fn is_transparent(&self) -> bool {
        match &self.0 {
            DynamicImage::ImageRgba8(p) => p.pixels().any(|p| p.0[3] != u8::MAX),
            DynamicImage::ImageRgba16(p) => p.pixels().any(|p| p.0[3] != u16::MAX),
            DynamicImage::ImageRgba32F(p) => p.pixels().any(|p| p.0[3] != 1.0),
            _ => false,
        }
    }
}

/// Floats encoded as sRGB, as integers are, and clipped to black and white.
fn srgb_encoded(mut pixels: DynamicImage) -> DynamicImage {
    if let DynamicImage::ImageRgba32F(floats) = &mut pixels {
        floats.pixels_mut().for_each(|p| p.apply_without_alpha(|v| linear_to_srgb(v.clamp(0.0, 1.0))));
    }
    pixels
}

fn on_white(pixels: DynamicImage) -> DynamicImage {
    let mut pixels = pixels.into_rgba8();
    for pixel in pixels.pixels_mut() {
        let opacity = u32::from(pixel.0[3]);
        pixel.apply_without_alpha(|v| ((u32::from(v) * opacity + 255 * (255 - opacity) + 127) / 255) as u8);
    }
    DynamicImage::ImageRgba8(pixels)
}

fn buffer<T>(width: u32, height: u32, data: Vec<T>) -> Result<ImageBuffer<Rgba<T>, Vec<T>>, Error>
where
    Rgba<T>: Pixel<Subpixel = T>,
{
    let (found, size) = (data.len(), (width as usize, height as usize));
    let wrong = Error::WrongLength { width: size.0, height: size.1, expected: 4 * size.0 * size.1, found };
    ImageBuffer::from_raw(width, height, data).ok_or(wrong)
}

/// The format with this second half of a MIME type.
fn format_of(name: &str) -> Result<ImageFormat, Error> {
    match name {
        "png" => Ok(ImageFormat::Png),
        "jpeg" => Ok(ImageFormat::Jpeg),
        "webp" => Ok(ImageFormat::WebP),
        "tiff" => Ok(ImageFormat::Tiff),
        _ => Err(Error::BadOption { name: "format", value: name.into(), range: "png, jpeg, webp or tiff" }),
    }
}

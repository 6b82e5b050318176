//! Image files for JavaScript, which holds their pixels as RGBA: 8- and 16-bit codes, or floats in linear light.

use std::path::Path;

use image::{DynamicImage, ImageBuffer, ImageFormat, Pixel, Rgba};
use wasm_bindgen::Clamped;
use wasm_bindgen::prelude::*;

use crate::color::{Srgb8, linear_to_srgb, srgb_to_linear, srgb8_table};
use crate::error::Error;
use crate::files::color::{Curve, can_be_grey};
use crate::files::{self, ColorEncoding, Density, Depth, FileError, Metadata, encode, recode};
use crate::image::CHANNELS;
use crate::web::failure::failure;

impl From<FileError> for JsValue {
    fn from(error: FileError) -> Self {
        let code = match error {
            FileError::NotAnImage { .. } | FileError::Unsupported { .. } => "unsupported-format",
            FileError::Raw { .. } => "raw-file",
            FileError::TooLarge { .. } | FileError::TooMuchMemory { .. } => "too-large",
            _ => "unsupported-image",
        };
        failure(code, &error.to_string())
    }
}

/// [`Metadata`] and a profile in JavaScript's words.
#[wasm_bindgen]
pub struct FileMetadata {
    metadata: Metadata,
    profile: Option<Vec<u8>>,
}

#[wasm_bindgen]
impl FileMetadata {
    /// Any of them may be missing; `density` is pixels per inch across and down.
    #[wasm_bindgen(constructor)]
    pub fn new(
        profile: Option<Vec<u8>>,
        exif: Option<Vec<u8>>,
        xmp: Option<Vec<u8>>,
        iptc: Option<Vec<u8>>,
        density: Option<Vec<f64>>,
    ) -> Self {
        let density = density.as_deref().and_then(|density| match density {
            [x, y] => Density::new(*x, *y),
            _ => None,
        });
        Self { metadata: Metadata { exif, xmp, iptc, density, texts: Vec::new() }, profile }
    }

    /// Turns RGBA of 8 bits on sRGB's curve into the codes that the profile gives them, for the browser to encode.
    ///
    /// # Errors
    /// As [`FileMetadata::put_into`].
    #[wasm_bindgen(js_name = toCodes)]
    pub fn to_codes(&self, data: &mut [u8], format: &str) -> Result<(), JsValue> {
        let encoding = self.encoding(format_of(format)?);
        if encoding.has_curve(&Curve::Srgb) {
            return Ok(());
        }
        let code = |c: usize, v: usize| 255.0 * encoding.curve(c).to_code(srgb8_table()[v]).clamp(0.0, 1.0) + 0.5;
        let codes: [[u8; 256]; CHANNELS] = std::array::from_fn(|c| std::array::from_fn(|v| code(c, v) as u8));
        for pixel in data.as_chunks_mut::<4>().0 {
            (0..CHANNELS).for_each(|c| pixel[c] = codes[c][usize::from(pixel[c])]);
        }
        Ok(())
    }

    /// Puts the metadata into a file that the browser has encoded, from [`FileMetadata::to_codes`]. `format` is the
    /// second half of its MIME type.
    ///
    /// # Errors
    /// `bad-option` if `format` is unknown.
    #[wasm_bindgen(js_name = putInto)]
    pub fn put_into(&self, file: Vec<u8>, format: &str) -> Result<Vec<u8>, JsValue> {
        let format = format_of(format)?;
        Ok(encode::with_metadata(file, format, &self.encoding(format), &self.metadata))
    }

    /// The encoding of 8 bits, of a photo that may have had more, in a file of a browser.
    fn encoding(&self, format: ImageFormat) -> ColorEncoding {
        let encoding = ColorEncoding::for_srgb_codes(self.profile.as_deref());
        encoding.written(format, Depth::Sixteen, Depth::Eight, false)
    }
}

/// A file's pixels and what belongs to them.
#[wasm_bindgen]
pub struct DecodedFile {
    pixels: DynamicImage,
    depth: Depth,
    profile: Option<Vec<u8>>,
    metadata: Metadata,
    is_first_of_several: bool,
    notes: Vec<String>,
}

/// Decodes a file; `name` is for errors. The pixels are on sRGB's curve whatever the profile's is; floats, and HDR, are
/// in linear light.
///
/// # Errors
/// `unsupported-format`, `raw-file`, `unsupported-image`, `too-large`.
#[wasm_bindgen(js_name = decodeFile)]
pub fn decode(bytes: &[u8], name: &str, limit: usize) -> Result<DecodedFile, JsValue> {
    let decoded = files::decode(Path::new(name), bytes, limit)?;
    let is_first_of_several = decoded.is_first_of_several();
    let files::Decoded { pixels, depth, encoding, mut metadata, mut notes, .. } = decoded;
    // JavaScript has no place for them.
    metadata.move_texts_into_exif(&mut notes);
    let pixels = recode::to_srgb_curve(pixels, &encoding);
    let notes = notes.iter().map(ToString::to_string).collect();
    Ok(DecodedFile { pixels, depth, profile: encoding.profile(), metadata, is_first_of_several, notes })
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

    /// Bits of a value in the file: 8, 16 or 32, which are floats.
    #[wasm_bindgen(getter)]
    pub fn depth(&self) -> u8 {
        bits(self.depth)
    }

    /// Bits of a value of the pixels here, which may have more: those of a file whose curve is not sRGB's have.
    #[wasm_bindgen(getter)]
    pub fn bits(&self) -> u8 {
        8 * (self.pixels.color().bytes_per_pixel() / self.pixels.color().channel_count())
    }

    /// Whether the file holds more pictures than this.
    #[wasm_bindgen(getter, js_name = isFirstOfSeveral)]
    pub fn is_first_of_several(&self) -> bool {
        self.is_first_of_several
    }

    /// What the user should know about the file, in words.
    pub fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// The ICC profile.
    pub fn profile(&self) -> Option<Vec<u8>> {
        self.profile.clone()
    }

    /// The EXIF block.
    pub fn exif(&self) -> Option<Vec<u8>> {
        self.metadata.exif.clone()
    }

    /// The XMP packet.
    pub fn xmp(&self) -> Option<Vec<u8>> {
        self.metadata.xmp.clone()
    }

    /// IPTC's data sets.
    pub fn iptc(&self) -> Option<Vec<u8>> {
        self.metadata.iptc.clone()
    }

    /// Pixels per inch across and down.
    pub fn density(&self) -> Option<Vec<f64>> {
        self.metadata.density.map(|density| vec![density.x(), density.y()])
    }

    /// The pixels of 8 bits.
    #[wasm_bindgen(js_name = intoU8)]
    pub fn into_u8(self) -> Clamped<Vec<u8>> {
        Clamped(self.pixels.into_rgba8().into_raw())
    }

    /// The pixels of 16 bits.
    #[wasm_bindgen(js_name = intoU16)]
    pub fn into_u16(self) -> Vec<u16> {
        self.pixels.into_rgba16().into_raw()
    }

    /// The pixels as floats.
    #[wasm_bindgen(js_name = intoF32)]
    pub fn into_f32(self) -> Vec<f32> {
        self.pixels.into_rgba32f().into_raw()
    }
}

/// Pixels on their way into a file.
#[wasm_bindgen]
pub struct FilePixels(DynamicImage);

#[wasm_bindgen]
impl FilePixels {
    /// Of 8-bit sRGB.
    ///
    /// # Errors
    /// `unsupported-image`, here and below: a length that is not that of RGBA.
    #[wasm_bindgen(js_name = fromU8)]
    pub fn from_u8(width: u32, height: u32, data: Vec<u8>) -> Result<FilePixels, JsValue> {
        Ok(Self(DynamicImage::ImageRgba8(buffer(width, height, data)?)))
    }

    /// Of 16-bit sRGB.
    ///
    /// # Errors
    /// As [`FilePixels::from_u8`].
    #[wasm_bindgen(js_name = fromU16)]
    pub fn from_u16(width: u32, height: u32, data: Vec<u16>) -> Result<FilePixels, JsValue> {
        Ok(Self(DynamicImage::ImageRgba16(buffer(width, height, data)?)))
    }

    /// Of linear light.
    ///
    /// # Errors
    /// As [`FilePixels::from_u8`].
    #[wasm_bindgen(js_name = fromF32)]
    pub fn from_f32(width: u32, height: u32, data: Vec<f32>) -> Result<FilePixels, JsValue> {
        Ok(Self(DynamicImage::ImageRgba32F(buffer(width, height, data)?)))
    }

    /// The bytes of a file. `depth` is 8, 16 or 32; `quality`, from 1 to 100, matters to JPEG alone, which has no
    /// transparency either: it gets white there. A profile of grey makes the file grey.
    ///
    /// # Errors
    /// `bad-option`: a format that is not known.
    pub fn encode(self, format: &str, depth: u8, quality: u8, metadata: &FileMetadata) -> Result<Vec<u8>, JsValue> {
        let format = format_of(format)?;
        let (from, to) = (self.depth(), depth_of(depth));
        let encoding = ColorEncoding::for_srgb_codes(metadata.profile.as_deref());
        let is_grey = encoding.is_grey() && can_be_grey(format);
        let encoding = encoding.written(format, from, to, is_grey);
        let mut pixels = self.0;
        if format == ImageFormat::Jpeg || !is_transparent(&pixels) {
            let white = format == ImageFormat::Jpeg && is_transparent(&pixels);
            pixels = if white { on_white(pixels) } else { without_alpha(pixels) };
        }
        let pixels = recode::from_srgb_curve(pixels, &encoding, to);
        let pixels = if is_grey { recode::grey(pixels) } else { pixels };
        let (metadata, _) = metadata.metadata.clone().fitting(format);
        Ok(encode::bytes(Path::new("the picture"), format, &pixels, is_grey, &encoding, &metadata, quality)?)
    }
}

/// Converts RGBA of 8 bits, on sRGB's curve in the primaries of a profile, to sRGB in place, for canvases. A profile
/// that is no more than a curve, or that cannot be read, changes nothing.
#[wasm_bindgen(js_name = toSrgb)]
pub fn to_srgb(data: &mut [u8], profile: &[u8]) {
    let srgb = ColorEncoding::untagged(Depth::Eight);
    let Some(matrix) = ColorEncoding::for_srgb_codes(Some(profile)).matrix_to(&srgb) else { return };
    let (table, codes) = (srgb8_table(), Srgb8::get());
    for [r, g, b, _] in data.as_chunks_mut().0 {
        let light = [*r, *g, *b].map(|code| table[usize::from(code)]);
        let [red, green, blue] =
            matrix.map(|row| codes.code(row[0] * light[0] + row[1] * light[1] + row[2] * light[2]));
        (*r, *g, *b) = (red, green, blue);
    }
}

/// The profile of Display P3, for canvases and cameras that have its colours without a file.
#[wasm_bindgen(js_name = displayP3Profile)]
pub fn display_p3_profile() -> Vec<u8> {
    ColorEncoding::display_p3().profile().unwrap_or_default()
}

/// What encoding into a format leaves out of the metadata, in words.
///
/// # Errors
/// `bad-option`: a format that is not known.
#[wasm_bindgen(js_name = leftOut)]
pub fn left_out(format: &str, metadata: &FileMetadata) -> Result<Vec<String>, JsValue> {
    let (_, notes) = metadata.metadata.clone().fitting(format_of(format)?);
    Ok(notes.iter().map(ToString::to_string).collect())
}

impl FilePixels {
    fn depth(&self) -> Depth {
        depth_of(8 * (self.0.color().bytes_per_pixel() / self.0.color().channel_count()))
    }
}

fn is_transparent(pixels: &DynamicImage) -> bool {
    match pixels {
        DynamicImage::ImageRgba8(p) => p.pixels().any(|p| p.0[3] != u8::MAX),
        DynamicImage::ImageRgba16(p) => p.pixels().any(|p| p.0[3] != u16::MAX),
        DynamicImage::ImageRgba32F(p) => p.pixels().any(|p| p.0[3] != 1.0),
        _ => false,
    }
}

fn without_alpha(pixels: DynamicImage) -> DynamicImage {
    match pixels {
        DynamicImage::ImageRgba8(_) => DynamicImage::ImageRgb8(pixels.into_rgb8()),
        DynamicImage::ImageRgba16(_) => DynamicImage::ImageRgb16(pixels.into_rgb16()),
        _ => DynamicImage::ImageRgb32F(pixels.into_rgb32f()),
    }
}

/// As a browser lays a picture on white: on the curve, not in linear light.
fn on_white(pixels: DynamicImage) -> DynamicImage {
    let is_linear = matches!(pixels, DynamicImage::ImageRgba32F(_));
    let mut pixels = pixels.into_rgba32f();
    for pixel in pixels.pixels_mut() {
        let opacity = pixel.0[3].clamp(0.0, 1.0);
        pixel.apply_without_alpha(|v| {
            let code = if is_linear { linear_to_srgb(v.clamp(0.0, 1.0)) } else { v };
            let laid = code * opacity + 1.0 - opacity;
            if is_linear { srgb_to_linear(laid) } else { laid }
        });
    }
    let pixels = DynamicImage::ImageRgba32F(pixels);
    // What a depth was is known by the type.
    if is_linear {
        DynamicImage::ImageRgb32F(pixels.into_rgb32f())
    } else {
        DynamicImage::ImageRgb16(pixels.into_rgb16())
    }
}

fn depth_of(bits: u8) -> Depth {
    match bits {
        8 => Depth::Eight,
        16 => Depth::Sixteen,
        _ => Depth::Float,
    }
}

fn bits(depth: Depth) -> u8 {
    match depth {
        Depth::Eight => 8,
        Depth::Sixteen => 16,
        Depth::Float => 32,
    }
}

fn buffer<T>(width: u32, height: u32, data: Vec<T>) -> Result<ImageBuffer<Rgba<T>, Vec<T>>, Error>
where
    Rgba<T>: Pixel<Subpixel = T>,
{
    let (found, size) = (data.len(), (width as usize, height as usize));
    let wrong = Error::WrongLength { width: size.0, height: size.1, expected: 4 * size.0 * size.1, found };
    ImageBuffer::from_raw(width, height, data).ok_or(wrong)
}

/// The format by the second half of its MIME type.
fn format_of(name: &str) -> Result<ImageFormat, Error> {
    match name {
        "png" => Ok(ImageFormat::Png),
        "jpeg" => Ok(ImageFormat::Jpeg),
        "webp" => Ok(ImageFormat::WebP),
        "tiff" => Ok(ImageFormat::Tiff),
        _ => Err(Error::BadOption { name: "format", value: name.into(), range: "png, jpeg, webp or tiff" }),
    }
}

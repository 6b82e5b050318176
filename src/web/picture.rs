//! Images between JavaScript's arrays and linear light.

use wasm_bindgen::prelude::*;

use crate::color::{linear_to_srgb, srgb_to_linear, srgb8_table};
use crate::image::{CHANNELS, LinearImage};

/// An image on the wasm side.
///
/// JavaScript's side is interleaved with 3 or 4 samples a pixel, which follows from the array's length; what is beyond
/// the third, alpha, is neither read nor written. 8 and 16 bits are sRGB codes, floats sRGB-encoded or linear.
#[wasm_bindgen]
pub struct Picture(LinearImage);

impl From<LinearImage> for Picture {
    fn from(image: LinearImage) -> Self {
        Self(image)
    }
}

impl Picture {
    /// The image.
    pub fn linear(&self) -> &LinearImage {
        &self.0
    }

    /// The image alone.
    pub fn into_linear(self) -> LinearImage {
        self.0
    }

    fn read<T: Copy>(width: usize, height: usize, data: &[T], decode: impl Fn(T) -> f32) -> Result<Self, JsValue> {
        let stride = data.len() / (width * height).max(1);
        let image = LinearImage::from_fn(width, height, |channel, row, column| {
            decode(data[(row * width + column) * stride + channel])
        });
        Ok(Self(image?))
    }

    fn write<T>(&self, data: &mut [T], encode: impl Fn(f32) -> T) {
        let stride = data.len() / self.0.pixels();
        for channel in 0..CHANNELS {
            for (pixel, &v) in data.chunks_exact_mut(stride).zip(self.0.plane(channel)) {
                pixel[channel] = encode(v);
            }
        }
    }
}

#[wasm_bindgen]
impl Picture {
    /// From 8-bit sRGB.
    ///
    /// # Errors
    /// `unsupported-image`, here and below.
    #[wasm_bindgen(js_name = fromU8)]
    pub fn from_u8(width: usize, height: usize, data: &[u8]) -> Result<Picture, JsValue> {
        let table = srgb8_table();
        Self::read(width, height, data, |code| table[code as usize])
    }

    /// From 16-bit sRGB.
    ///
    /// # Errors
    /// As [`Picture::from_u8`].
    #[wasm_bindgen(js_name = fromU16)]
    pub fn from_u16(width: usize, height: usize, data: &[u16]) -> Result<Picture, JsValue> {
        Self::read(width, height, data, |code| srgb_to_linear(f32::from(code) / 65535.0))
    }

    /// From floats, not clipped: linear light, or sRGB-encoded.
    ///
    /// # Errors
    /// As [`Picture::from_u8`].
    #[wasm_bindgen(js_name = fromF32)]
    pub fn from_f32(width: usize, height: usize, data: &[f32], linear: bool) -> Result<Picture, JsValue> {
        Self::read(width, height, data, |v| if linear { v } else { srgb_to_linear(v) })
    }

    /// Writes 8-bit sRGB over the colours in `data`.
    #[wasm_bindgen(js_name = writeU8)]
    pub fn write_u8(&self, data: &mut [u8]) {
        let encode = Srgb8::new();
        self.write(data, |v| encode.code(v));
    }

    /// Writes 16-bit sRGB over the colours in `data`.
    #[wasm_bindgen(js_name = writeU16)]
    pub fn write_u16(&self, data: &mut [u16]) {
        self.write(data, |v| (linear_to_srgb(v.clamp(0.0, 1.0)) * 65535.0 + 0.5) as u16);
    }

    /// Writes floats over the colours in `data`, not clipped: linear light, or sRGB-encoded.
    #[wasm_bindgen(js_name = writeF32)]
    pub fn write_f32(&self, data: &mut [f32], linear: bool) {
        self.write(data, |v| if linear { v } else { linear_to_srgb(v) });
    }
}

/// Linear light to 8-bit sRGB codes by a search: a power for each of a photo's samples would take seconds.
pub struct Srgb8([f32; 255]);

impl Srgb8 {
    /// Where each code but the first begins.
    pub fn new() -> Self {
        Self(std::array::from_fn(|code| srgb_to_linear((code as f32 + 0.5) / 255.0)))
    }

    /// The nearest code.
    pub fn code(&self, v: f32) -> u8 {
        self.0.partition_point(|&begin| v >= begin) as u8
    }
}

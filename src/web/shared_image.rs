//! Images between JavaScript's arrays and linear light.
//!
//! JavaScript's side is interleaved with 3 or 4 values a pixel. Those beyond the third, alpha, are neither read nor
//! written. 8 and 16 bits hold sRGB codes; floats are sRGB-encoded or linear. An image comes and goes in pieces: a
//! whole copy would take up to 16 bytes a pixel of wasm's memory beside the image.

use std::sync::Arc;

use js_sys::Float32Array;
use wasm_bindgen::prelude::*;

use crate::color::{Srgb8, linear_to_srgb, srgb_to_linear, srgb8_table};
use crate::image::{CHANNELS, LinearImage};
use crate::raw::mosaic::PLANES;

/// An image in wasm's memory, which runs share.
#[wasm_bindgen]
pub struct SharedImage(Arc<LinearImage>);

impl From<LinearImage> for SharedImage {
    fn from(image: LinearImage) -> Self {
        Self(Arc::new(image))
    }
}

impl SharedImage {
    /// The image.
    pub fn linear(&self) -> &Arc<LinearImage> {
        &self.0
    }

    /// The image itself, copied if a run still shares it.
    pub fn into_linear(self) -> LinearImage {
        Arc::unwrap_or_clone(self.0)
    }

    fn write<T>(&self, first: usize, data: &mut [T], stride: usize, encode: impl Fn(f32) -> T) {
        for channel in 0..CHANNELS {
            for (pixel, &v) in data.chunks_exact_mut(stride).zip(&self.0.plane(channel)[first..]) {
                pixel[channel] = encode(v);
            }
        }
    }
}

#[wasm_bindgen]
impl SharedImage {
    /// Pixels across.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> usize {
        self.0.width()
    }

    /// Pixels down.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> usize {
        self.0.height()
    }

    /// A plane: red, green or blue, or one of a mosaic's four. It is copied out of wasm's memory.
    pub fn plane(&self, channel: usize) -> Float32Array {
        self.0.plane(channel).into()
    }

    /// Writes 8-bit sRGB over the colours in `data`, which holds `stride` values for each pixel, beginning with pixel
    /// `first` of the image.
    #[wasm_bindgen(js_name = writeU8)]
    pub fn write_u8(&self, first: usize, data: &mut [u8], stride: usize) {
        let encode = Srgb8::get();
        self.write(first, data, stride, |v| encode.code(v));
    }

    /// Writes 16-bit sRGB, as [`SharedImage::write_u8`] does.
    #[wasm_bindgen(js_name = writeU16)]
    pub fn write_u16(&self, first: usize, data: &mut [u16], stride: usize) {
        self.write(first, data, stride, |v| (linear_to_srgb(v.clamp(0.0, 1.0)) * 65535.0 + 0.5) as u16);
    }

    /// Writes floats, as [`SharedImage::write_u8`] does, unclipped: linear light or sRGB-encoded.
    #[wasm_bindgen(js_name = writeF32)]
    pub fn write_f32(&self, first: usize, data: &mut [f32], stride: usize, linear: bool) {
        self.write(first, data, stride, |v| if linear { v } else { linear_to_srgb(v) });
    }
}

/// Reads a [`SharedImage`] piece by piece; black where nothing has been read yet.
#[wasm_bindgen]
pub struct ImageReader {
    width: usize,
    height: usize,
    channels: usize,
    /// Planes as in [`LinearImage`].
    values: Vec<f32>,
}

impl ImageReader {
    fn of(channels: usize, width: usize, height: usize) -> Self {
        Self { width, height, channels, values: vec![0.0; channels * width * height] }
    }

    fn read<T: Copy>(&mut self, first: usize, data: &[T], stride: usize, decode: impl Fn(T) -> f32) {
        for (channel, plane) in self.values.chunks_exact_mut(self.width * self.height).enumerate() {
            for (v, pixel) in plane[first..].iter_mut().zip(data.chunks_exact(stride)) {
                *v = decode(pixel[channel]);
            }
        }
    }
}

#[wasm_bindgen]
impl ImageReader {
    /// For an image of this size in pixels.
    #[wasm_bindgen(constructor)]
    pub fn new(width: usize, height: usize) -> Self {
        Self::of(CHANNELS, width, height)
    }

    /// For the planes of a mosaic, of this size in pixels.
    #[wasm_bindgen(js_name = ofMosaic)]
    pub fn of_mosaic(width: usize, height: usize) -> Self {
        Self::of(PLANES, width, height)
    }

    /// Reads values of a plane, in linear light, beginning with pixel `first`. Those beyond its end are not read.
    #[wasm_bindgen(js_name = readPlane)]
    pub fn read_plane(&mut self, channel: usize, first: usize, values: &[f32]) {
        let pixels = self.width * self.height;
        if let Some(plane) = self.values.chunks_exact_mut(pixels.max(1)).nth(channel) {
            plane.iter_mut().skip(first).zip(values).for_each(|(v, value)| *v = *value);
        }
    }

    /// Reads 8-bit sRGB from `data`, which holds `stride` values for each pixel, beginning with pixel `first` of the
    /// image.
    #[wasm_bindgen(js_name = readU8)]
    pub fn read_u8(&mut self, first: usize, data: &[u8], stride: usize) {
        let table = srgb8_table();
        self.read(first, data, stride, |code| table[code as usize]);
    }

    /// Reads 16-bit sRGB, as [`ImageReader::read_u8`] does.
    #[wasm_bindgen(js_name = readU16)]
    pub fn read_u16(&mut self, first: usize, data: &[u16], stride: usize) {
        self.read(first, data, stride, |code| srgb_to_linear(f32::from(code) / 65535.0));
    }

    /// Reads floats, as [`ImageReader::read_u8`] does, unclipped: linear light or sRGB-encoded.
    #[wasm_bindgen(js_name = readF32)]
    pub fn read_f32(&mut self, first: usize, data: &[f32], stride: usize, linear: bool) {
        self.read(first, data, stride, |v| if linear { v } else { srgb_to_linear(v) });
    }

    /// The image.
    ///
    /// # Errors
    /// `unsupported-image` if it has no pixels, or a value that is not finite.
    pub fn finish(self) -> Result<SharedImage, JsValue> {
        Ok(LinearImage::of_planes(self.channels, self.width, self.height, self.values)?.into())
    }
}

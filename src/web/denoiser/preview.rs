//! What a run has come to, in the size of a screen.

use wasm_bindgen::Clamped;
use wasm_bindgen::prelude::*;

use crate::color::Srgb8;
use crate::denoiser::Run;
use crate::image::{CHANNELS, MOST_CHANNELS};

/// A small image to display.
#[wasm_bindgen(getter_with_clone)]
pub struct Preview {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// RGBA, opaque.
    pub data: Clamped<Vec<u8>>,
}

impl Preview {
    pub(super) fn of(run: &Run, most: usize) -> Self {
        let encode = Srgb8::get();
        let mut data = Vec::new();
        let [width, height] = thinned(run, most, |pixel| {
            data.extend(pixel[..CHANNELS].iter().map(|v| encode.code(*v)));
            data.push(u8::MAX);
        });
        Self { width, height, data: Clamped(data) }
    }
}

/// A small image of a RAW photo's planes.
#[wasm_bindgen(getter_with_clone)]
pub struct LightPreview {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Red, green and blue, pixel by pixel.
    pub data: Vec<f32>,
}

impl LightPreview {
    pub(super) fn of(run: &Run, most: usize) -> Self {
        let mut data = Vec::new();
        let is_mosaic = run.channels() == MOST_CHANNELS;
        let [width, height] = thinned(run, most, |[red, green, other, blue]| {
            data.extend(if is_mosaic { [red, 0.5 * (green + other), blue] } else { [red, green, other] });
        });
        Self { width, height, data }
    }
}

/// Every n-th pixel of every n-th row of a run's image, about `most` in all; how many across and down.
fn thinned(run: &Run, most: usize, mut take: impl FnMut([f32; MOST_CHANNELS])) -> [usize; 2] {
    let (width, height) = run.size();
    let every = ((width * height) as f64 / most.max(1) as f64).sqrt().ceil().max(1.0) as usize;
    for row in (0..height).step_by(every) {
        (0..width).step_by(every).for_each(|column| take(run.pixel(row, column)));
    }
    [width.div_ceil(every), height.div_ceil(every)]
}

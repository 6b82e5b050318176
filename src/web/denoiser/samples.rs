//! Several samples of one photo.

use wasm_bindgen::prelude::*;

use crate::denoiser;
use crate::web::shared_image::SharedImage;

/// Several samples of one photo; see [`denoiser::Samples`].
#[wasm_bindgen]
pub struct Samples(denoiser::Samples);

#[wasm_bindgen]
impl Samples {
    /// The first one.
    #[wasm_bindgen(constructor)]
    pub fn new(first: SharedImage) -> Self {
        Self(denoiser::Samples::new(first.into_linear()))
    }

    /// One more, of the same size.
    pub fn add(&mut self, next: &SharedImage) {
        self.0.add(next.linear());
    }

    /// How far they differ at every pixel; see [`denoiser::Samples::uncertainty`].
    pub fn uncertainty(&self) -> Vec<f32> {
        self.0.uncertainty()
    }

    /// Their mean.
    #[wasm_bindgen(js_name = intoMean)]
    pub fn into_mean(self) -> SharedImage {
        SharedImage::from(self.0.into_mean())
    }
}

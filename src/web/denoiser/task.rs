//! A run.

use wasm_bindgen::prelude::*;

use crate::denoiser::{self, Run};
use crate::web::denoiser::Engine;
use crate::web::denoiser::preview::{LightPreview, Preview};
use crate::web::denoiser::tile::Tile;
use crate::web::shared_image::SharedImage;

/// A run in progress.
#[wasm_bindgen]
pub struct Task(pub(super) Run);

#[wasm_bindgen]
impl Task {
    /// Steps in all.
    #[wasm_bindgen(getter)]
    pub fn steps(&self) -> usize {
        self.0.steps()
    }

    /// Tiles in a step.
    #[wasm_bindgen(getter)]
    pub fn tiles(&self) -> usize {
        self.0.tiles()
    }

    /// Denoises the next tile; `undefined` once the run is done.
    ///
    /// # Errors
    /// `device-lost` if the device fails, `device-wrong` if it computes what is not finite; the run can then continue
    /// with another engine.
    pub async fn advance(&mut self) -> Result<Option<Progress>, JsValue> {
        let progress = self.0.advance().await?;
        Ok(progress.map(Progress::from))
    }

    /// What is known of the image, for further runs on it; see [`Engine::overview`].
    pub fn overview(&self) -> String {
        self.0.overview().to_json()
    }

    /// Whether all steps are done.
    #[wasm_bindgen(getter, js_name = isDone)]
    pub fn is_done(&self) -> bool {
        self.0.is_done()
    }

    /// The share of the work that is done.
    #[wasm_bindgen(getter)]
    pub fn fraction(&self) -> f32 {
        self.0.fraction()
    }

    /// Hands out the next tile; see [`Run::take_tile`].
    #[wasm_bindgen(js_name = takeTile)]
    pub fn take_tile(&mut self) -> Option<Tile> {
        self.0.take_tile().map(Tile)
    }

    /// Finishes a tile that was handed out; see [`Run::finish_tile`].
    ///
    /// # Errors
    /// `bad-option`, or `device-wrong` if a predicted value is not finite.
    #[wasm_bindgen(js_name = finishTile)]
    pub fn finish_tile(&mut self, index: usize, eps: Vec<f32>) -> Result<Progress, JsValue> {
        Ok(self.0.finish_tile(index, eps)?.into())
    }

    /// Takes back a tile that was handed out; see [`Run::return_tile`].
    ///
    /// # Errors
    /// `bad-option` for a tile that is not handed out.
    #[wasm_bindgen(js_name = returnTile)]
    pub fn return_tile(&mut self, index: usize) -> Result<(), JsValue> {
        Ok(self.0.return_tile(index)?)
    }

    /// Continues with another engine, for example when this one's device is lost; see [`Run::continue_on`].
    ///
    /// # Errors
    /// `bad-weights` if the engine has a network of another shape.
    #[wasm_bindgen(js_name = continueOn)]
    pub fn continue_on(&mut self, engine: &Engine) -> Result<(), JsValue> {
        Ok(self.0.continue_on(engine.0.clone())?)
    }

    /// The image so far, reduced to about `most` pixels by taking every n-th pixel of every n-th row.
    pub fn preview(&self, most: usize) -> Preview {
        Preview::of(&self.0, most)
    }

    /// The same of a RAW photo's planes, as light: three values a pixel; a mosaic's green is the mean of both greens.
    #[wasm_bindgen(js_name = previewLight)]
    pub fn preview_light(&self, most: usize) -> LightPreview {
        LightPreview::of(&self.0, most)
    }

    /// The result, once the run is done.
    pub fn finish(self) -> SharedImage {
        SharedImage::from(self.0.into_image())
    }
}

/// Where a run is; see [`crate::denoiser::Progress`].
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub struct Progress {
    /// The current step, from 1.
    pub step: usize,
    /// How many tiles of it are finished.
    pub tile: usize,
    /// The share of the work that is done.
    pub fraction: f32,
}

impl From<denoiser::Progress> for Progress {
    fn from(denoiser::Progress { step, tile, fraction, .. }: denoiser::Progress) -> Self {
        Self { step, tile, fraction }
    }
}

//! A run's settings.

use wasm_bindgen::prelude::*;

use crate::denoiser::{Options, Overview, Parts, Place, Strength};
use crate::image::CHANNELS;
use crate::method::reverse::Steps;
#[cfg(doc)]
use crate::web::denoiser::Engine;

/// [`Options`] for JavaScript; starts with the defaults.
#[wasm_bindgen]
pub struct Settings {
    /// Steps of the reverse process; nothing for [`Steps::Unit`].
    pub steps: Option<usize>,
    /// See [`Options::eta`].
    pub eta: Option<f32>,
    /// A whole number, as a JavaScript number.
    pub seed: f64,
    /// See [`Options::sample`].
    pub sample: Option<u32>,
    strength: Strength,
    /// See [`Parts::luminance`].
    pub luminance: f32,
    /// See [`Parts::chrominance`].
    pub chrominance: f32,
    /// See [`Options::tile`].
    pub tile: Option<usize>,
    place: Place,
    neutral: [f32; CHANNELS],
}

#[wasm_bindgen]
impl Settings {
    /// The defaults.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        let Options { strength, parts: Parts { luminance, chrominance }, tile, place, neutral, .. } =
            Options::default();
        let steps = Some(1);
        Self { steps, eta: None, seed: 0.0, sample: None, strength, luminance, chrominance, tile, place, neutral }
    }

    /// Multiplies the noise's std by one factor for all pixels.
    #[wasm_bindgen(js_name = setStrength)]
    pub fn set_strength(&mut self, factor: f32) {
        self.strength = Strength::Everywhere(factor);
    }

    /// Multiplies the noise's std by a factor for each pixel, row after row.
    #[wasm_bindgen(js_name = setStrengthMap)]
    pub fn set_strength_map(&mut self, factors: Vec<f32>) {
        self.strength = Strength::Map(factors);
    }

    /// The image was cut out of a larger one, from this pixel on.
    #[wasm_bindgen(js_name = setPlace)]
    pub fn set_place(&mut self, row: usize, column: usize) {
        self.place = Place { row, column, ..self.place };
    }

    /// What [`Engine::overview`] gives of that larger image.
    ///
    /// # Errors
    /// `bad-option` for anything else.
    #[wasm_bindgen(js_name = setOverview)]
    pub fn set_overview(&mut self, overview: &str) -> Result<(), JsValue> {
        self.place.overview = Some(Overview::from_json(overview)?);
        Ok(())
    }

    /// What a neutral colour has in red, green and blue; see [`Options::neutral`].
    #[wasm_bindgen(js_name = setNeutral)]
    pub fn set_neutral(&mut self, red: f32, green: f32, blue: f32) {
        self.neutral = [red, green, blue];
    }

    pub(super) fn options(&self) -> Result<Options, JsValue> {
        Ok(Options {
            steps: self.steps.map_or(Ok(Steps::Unit), Steps::count)?,
            eta: self.eta,
            seed: self.seed as u64,
            sample: self.sample.map(u64::from),
            strength: self.strength.clone(),
            parts: Parts { luminance: self.luminance, chrominance: self.chrominance },
            tile: self.tile,
            place: self.place,
            neutral: self.neutral,
        })
    }
}

//! Noise for JavaScript: given, estimated, or a camera's.

use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::estimate::{estimate_noise, noise_from_json};
use crate::method::noise::{self, NoiseModel};
use crate::web::shared_image::SharedImage;

/// [`noise::Noise`] for JavaScript. It is checked when a run starts.
#[wasm_bindgen]
pub struct Noise(noise::Noise);

impl Noise {
    /// The noise as the rest of the crate takes it.
    pub fn get(&self) -> &noise::Noise {
        &self.0
    }
}

#[wasm_bindgen]
impl Noise {
    /// From the std at black and the variance per unit of signal, in linear light.
    pub fn model(read: f32, shot: f32) -> Self {
        Self(NoiseModel { sigma_read: read, shot }.into())
    }

    /// From JSON; see [`noise_from_json`].
    ///
    /// # Errors
    /// `bad-option`.
    #[wasm_bindgen(js_name = fromJson)]
    pub fn from_json(text: &str) -> Result<Noise, JsValue> {
        Ok(Self(noise_from_json(text)?))
    }

    /// For the planes of a mosaic: of a curve for each colour, both greens get green's.
    #[wasm_bindgen(js_name = forMosaic)]
    pub fn for_mosaic(self) -> Self {
        match self.0 {
            noise::Noise::Curve(curve) => Self(curve.for_planes().into()),
            other => Self(other),
        }
    }

    /// From the std of every pixel in linear light, row after row.
    pub fn map(std: Vec<f32>) -> Self {
        Self(noise::Noise::Std(std))
    }
}

/// The noise in an image: `{ read, shot, curve, points: [{ mean, std }], doubt }`, without a curve if the line fits,
/// and without a doubt if there is none.
///
/// # Errors
/// Only if JavaScript is out of memory.
#[wasm_bindgen(js_name = estimateNoise)]
pub fn estimate(image: &SharedImage) -> Result<JsValue, JsValue> {
    let found = serde_json::to_string(&estimate_noise(image.linear())).expect("numbers and texts are JSON");
    JSON::parse(&found)
}

/// The noise of a camera at a gain above 0: `{ read, shot }`; see [`NoiseModel::at_gain`].
///
/// # Errors
/// As [`estimate`].
#[wasm_bindgen(js_name = noiseAtGain)]
pub fn at_gain(gain: f32) -> Result<JsValue, JsValue> {
    let NoiseModel { sigma_read, shot } = NoiseModel::at_gain(gain);
    object(&[("read", sigma_read.into()), ("shot", shot.into())])
}

fn object(entries: &[(&str, JsValue)]) -> Result<JsValue, JsValue> {
    let object = Object::new();
    for (name, value) in entries {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object.into())
}

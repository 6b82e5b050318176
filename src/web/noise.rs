//! Noise for JavaScript: given, measured, and that of a camera.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::estimate::estimate_noise;
use crate::method::noise::{self, NoiseModel};
use crate::web::picture::Picture;

/// [`noise::Noise`] in JavaScript's words, checked when a run starts.
#[wasm_bindgen]
pub struct Noise(noise::Noise);

impl Noise {
    /// What it stands for.
    pub fn get(&self) -> &noise::Noise {
        &self.0
    }
}

#[wasm_bindgen]
impl Noise {
    /// From the std at black and the variance per unit of signal.
    pub fn model(read: f32, shot: f32) -> Self {
        Self(NoiseModel { sigma_read: read, shot }.into())
    }

    /// From the std of every pixel, row after row.
    pub fn map(std: Vec<f32>) -> Self {
        Self(noise::Noise::Std(std))
    }
}

/// The noise in a picture: `{ read, shot, points: [{ mean, std }] }`.
///
/// # Errors
/// None of ours; JavaScript may run out of memory.
#[wasm_bindgen(js_name = estimateNoise)]
pub fn estimate(picture: &Picture) -> Result<JsValue, JsValue> {
    let found = estimate_noise(picture.linear());
    let points = Array::new();
    for point in &found.points {
        points.push(&object(&[("mean", point.mean.into()), ("std", point.std.into())])?);
    }
    let NoiseModel { sigma_read, shot } = found.noise;
    object(&[("read", sigma_read.into()), ("shot", shot.into()), ("points", points.into())])
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

//! What the npm package's JavaScript (`pkg`) stands on: the denoiser as wasm-bindgen classes.
//!
//! JavaScript pulls a run tile by tile, so cancelling is to stop pulling, and pausing is to wait. Options are checked
//! there first, for messages in the caller's terms; what gets here unchecked fails with the crate's own errors.

mod failure;
mod file;
mod noise;
mod picture;

use std::cell::RefCell;
use std::sync::Arc;

use burn::tensor::Device;
use wasm_bindgen::Clamped;
use wasm_bindgen::prelude::*;

use crate::denoiser::{self, Denoiser, Options, Parts, Run, Strength};
use crate::image::LinearImage;
use crate::method::noise::NoiseModel;
use crate::method::reverse::Steps;
use failure::failure;
use noise::Noise;
use picture::Picture;

thread_local! {
    /// The GPU, once opened: burn refuses to open it a second time.
    static GPU: RefCell<Option<Device>> = const { RefCell::new(None) };
}

/// Opens the GPU for all engines to come. Does nothing when it is open; must not be called again before it has settled.
///
/// # Errors
/// `no-webgpu`.
#[wasm_bindgen(js_name = openGpu)]
pub async fn open_gpu() -> Result<(), JsValue> {
    if GPU.with_borrow(Option::is_some) {
        return Ok(());
    }
    let opened = Device::wgpu_options().init_async().await;
    let device = opened.map_err(|e| failure("no-webgpu", &format!("the GPU could not be opened: {e}")))?;
    GPU.set(Some(device));
    Ok(())
}

/// A network on a device.
#[wasm_bindgen]
pub struct Engine(Denoiser);

#[wasm_bindgen]
impl Engine {
    /// The network of a weight file on the CPU.
    ///
    /// # Errors
    /// `bad-weights`.
    #[wasm_bindgen(js_name = onCpu)]
    pub fn on_cpu(weights: &[u8]) -> Result<Engine, JsValue> {
        Ok(Self(Denoiser::from_weights(weights, &Device::flex())?))
    }

    /// The network of a weight file on the GPU that [`open_gpu`] opened.
    ///
    /// # Errors
    /// `bad-weights`, or `no-webgpu` when none is open.
    #[wasm_bindgen(js_name = onGpu)]
    pub fn on_gpu(weights: &[u8]) -> Result<Engine, JsValue> {
        let device = GPU.with_borrow(Clone::clone).ok_or_else(|| failure("no-webgpu", "the GPU is not open"))?;
        Ok(Self(Denoiser::from_weights(weights, &device)?))
    }

    /// Denoises a few pixels, so that the shaders are compiled before a photo waits for them, and a GPU that computes
    /// nonsense is found out.
    ///
    /// # Errors
    /// `device-lost`.
    #[wasm_bindgen(js_name = warmUp)]
    pub async fn warm_up(&self) -> Result<(), JsValue> {
        let noise = NoiseModel::at_gain(8.0);
        let grey = LinearImage::from_fn(32, 32, |_, _, _| 0.2)?;
        self.0.denoise(&noise.add_to(&grey, 0), noise, &Options::default()).await?;
        Ok(())
    }

    /// Gives back its memory, the GPU's too, of which burn would else keep some for what may come.
    pub fn dispose(self) {
        let device = self.0.device().clone();
        drop(self);
        device.memory_cleanup();
    }

    /// Begins a run.
    ///
    /// # Errors
    /// `bad-option` or `too-large`.
    pub fn start(&self, picture: &Picture, noise: &Noise, settings: &Settings) -> Result<Task, JsValue> {
        Ok(Task(self.0.start(Arc::clone(picture.linear()), noise.get().clone(), &settings.options()?)?))
    }

    /// What a run would take away.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub fn maps(&self, picture: &Picture, noise: &Noise, settings: &Settings) -> Result<Maps, JsValue> {
        let map = self.0.time_map(picture.linear(), noise.get().clone(), &settings.options()?)?;
        let std = map.times().iter().map(|&t| self.0.schedule().sigma(t)).collect();
        let time = map.times().iter().map(|t| t / self.0.schedule().end()).collect();
        Ok(Maps { std, time })
    }
}

/// What a run would take away, pixel by pixel, row after row, a plane for each colour.
#[wasm_bindgen(getter_with_clone)]
pub struct Maps {
    /// Std of the noise in linear light.
    pub std: Vec<f32>,
    /// The time where the pixel starts, from 0, noiseless, to 1.
    pub time: Vec<f32>,
}

/// [`Options`] in JavaScript's words; starts with the defaults.
#[wasm_bindgen]
pub struct Settings {
    /// Steps of the reverse process.
    pub steps: usize,
    /// Whether the steps draw noise.
    pub stochastic: bool,
    /// A whole number, as JavaScript has it.
    pub seed: f64,
    /// Which of several samples this is, from 0; none if it is the only one.
    pub sample: Option<u32>,
    strength: Strength,
    /// How much is taken of the noise in the light.
    pub luminance: f32,
    /// How much is taken of the noise in the colour.
    pub chrominance: f32,
    /// Side of a tile in pixels.
    pub tile: usize,
}

#[wasm_bindgen]
impl Settings {
    /// The defaults.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        let Options { strength, parts: Parts { luminance, chrominance }, tile, .. } = Options::default();
        Self { steps: 1, stochastic: true, seed: 0.0, sample: None, strength, luminance, chrominance, tile }
    }

    /// Multiplies the noise's std everywhere by one factor.
    #[wasm_bindgen(js_name = setStrength)]
    pub fn set_strength(&mut self, factor: f32) {
        self.strength = Strength::Everywhere(factor);
    }

    /// Multiplies it by a factor for each pixel, row after row.
    #[wasm_bindgen(js_name = setStrengthMap)]
    pub fn set_strength_map(&mut self, factors: Vec<f32>) {
        self.strength = Strength::Map(factors);
    }

    fn options(&self) -> Result<Options, JsValue> {
        let defaults = Options::default();
        let options = Options {
            steps: Steps::count(self.steps)?,
            eta: if self.stochastic { defaults.eta } else { 0.0 },
            seed: self.seed as u64,
            strength: self.strength.clone(),
            parts: Parts { luminance: self.luminance, chrominance: self.chrominance },
            tile: self.tile,
            ..defaults
        };
        Ok(match self.sample {
            Some(index) => options.of_sample(index.into()),
            None => options,
        })
    }
}

/// A run under way.
#[wasm_bindgen]
pub struct Task(Run);

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

    /// Denoises the next tile; `undefined` once there is none.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn advance(&mut self) -> Result<Option<Progress>, JsValue> {
        let progress = self.0.advance().await?;
        Ok(progress.map(|p| Progress { step: p.step, tile: p.tile, fraction: p.fraction() }))
    }

    /// Goes on with another engine, when this one's device is lost; see [`Run::continue_on`].
    ///
    /// # Errors
    /// `bad-weights`: those of another network.
    #[wasm_bindgen(js_name = continueOn)]
    pub fn continue_on(&mut self, engine: &Engine) -> Result<(), JsValue> {
        Ok(self.0.continue_on(engine.0.clone())?)
    }

    /// The picture so far as RGBA, every n-th pixel of every n-th row so that there are at most about `most`.
    pub fn preview(&self, most: usize) -> Preview {
        Preview::of(&self.0, most)
    }

    /// The denoised picture, at the end.
    pub fn finish(self) -> Picture {
        Picture::from(self.0.into_image())
    }
}

/// Pictures of one photo with different seeds; see [`denoiser::Samples`].
#[wasm_bindgen]
pub struct Samples(denoiser::Samples);

#[wasm_bindgen]
impl Samples {
    /// The first one.
    #[wasm_bindgen(constructor)]
    pub fn new(first: Picture) -> Self {
        Self(denoiser::Samples::new(first.into_linear()))
    }

    /// One more, of the same size.
    pub fn add(&mut self, next: &Picture) {
        self.0.add(next.linear());
    }

    /// How far they differ at every pixel, row after row.
    pub fn uncertainty(&self) -> Vec<f32> {
        self.0.uncertainty()
    }

    /// Their mean.
    #[wasm_bindgen(js_name = intoMean)]
    pub fn into_mean(self) -> Picture {
        Picture::from(self.0.into_mean())
    }
}

/// Where a run is; see [`crate::denoiser::Progress`].
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub struct Progress {
    /// The step just worked on, from 1.
    pub step: usize,
    /// The tile just finished, from 1.
    pub tile: usize,
    /// The share of the work that is done.
    pub fraction: f32,
}

/// A small picture to show.
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
    fn of(run: &Run, most: usize) -> Self {
        let (width, height) = run.size();
        let every = ((width * height) as f64 / most.max(1) as f64).sqrt().ceil().max(1.0) as usize;
        let encode = picture::Srgb8::new();
        let mut data = Vec::new();
        for row in (0..height).step_by(every) {
            for column in (0..width).step_by(every) {
                data.extend(run.pixel(row, column).map(|v| encode.code(v)));
                data.push(u8::MAX);
            }
        }
        Self { width: width.div_ceil(every), height: height.div_ceil(every), data: Clamped(data) }
    }
}

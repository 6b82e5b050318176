//! The denoiser.
//!
//! JavaScript advances a run tile by tile: to cancel it, it stops; to pause it, it waits. JavaScript checks options
//! first, so that messages use the caller's terms; the crate's own errors catch the rest.

mod preview;
mod samples;
mod settings;
mod task;
mod tile;

use std::cell::RefCell;
use std::sync::Arc;

use burn::tensor::Device;
use wasm_bindgen::prelude::*;

use crate::denoiser::place::cut_around;
use crate::denoiser::{Denoiser, Options, TileInput};
use crate::gpu::Precision;
use crate::image::LinearImage;
use crate::method::noise::NoiseModel;
use crate::network::Window;
use crate::web::denoiser::settings::Settings;
use crate::web::denoiser::task::Task;
use crate::web::failure::failure;
use crate::web::noise::Noise;
use crate::web::shared_image::SharedImage;

#[cfg(doc)]
use crate::denoiser::Overview;
#[cfg(doc)]
use crate::web::denoiser::tile::Tile;

thread_local! {
    /// The GPU, once opened: burn refuses to open it a second time.
    static GPU: RefCell<Option<Device>> = const { RefCell::new(None) };
}

/// Opens the GPU for all later engines; does nothing if it is open. Must not be called again while a call is pending.
///
/// # Errors
/// `no-webgpu` if there is none.
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

    /// Denoises a few pixels, which compiles the shaders before a photo waits for them and finds a GPU that computes
    /// nonsense.
    ///
    /// # Errors
    /// `device-lost` if the device fails, `device-wrong` if it computes something else than the processor.
    #[wasm_bindgen(js_name = warmUp)]
    pub async fn warm_up(&self) -> Result<(), JsValue> {
        if self.0.check_device(&Precision::ALL).await? {
            return Ok(());
        }
        let noise = NoiseModel::at_gain(8.0);
        let channels = self.0.config().image.channels();
        let grey = LinearImage::of_planes(channels, 32, 32, vec![0.2; channels * 32 * 32])?;
        self.0.denoise(&noise.add_to(&grey, 0), noise, &Options::default()).await?;
        Ok(())
    }

    /// Frees the engine's memory, including what burn keeps on the GPU for later use.
    pub fn dispose(self) {
        let device = self.0.device().clone();
        drop(self);
        device.memory_cleanup();
    }

    /// The network's prediction for a tile that a run has handed out, perhaps in another instance of this module; the
    /// arguments are the fields of its [`Tile`]. Give it to [`Task::finish_tile`].
    ///
    /// # Errors
    /// `bad-option` or `device-lost`.
    pub async fn predict(
        &self,
        size: Vec<usize>,
        window: Vec<usize>,
        x: Vec<f32>,
        sigma_t: Vec<f32>,
        y: Option<Vec<f32>>,
        sigma_star: Option<Vec<f32>>,
    ) -> Result<Vec<f32>, JsValue> {
        let (&[rows, columns], &[row, column, inner_rows, inner_columns]) = (&size[..], &window[..]) else {
            return Err(failure("bad-option", "a tile has a size of two numbers and a window of four"));
        };
        let window = Window { row, column, rows: inner_rows, columns: inner_columns };
        let photo = y.zip(sigma_star).map(|(y, sigma_star)| [y, sigma_star]);
        // The run that handed it out knows its number.
        Ok(self.0.predict(TileInput { index: 0, size: [rows, columns], window, x, sigma_t, photo }).await?)
    }

    /// Starts a run.
    ///
    /// # Errors
    /// `bad-option` or `too-large`.
    pub fn start(&self, image: &SharedImage, noise: &Noise, settings: &Settings) -> Result<Task, JsValue> {
        Ok(Task(self.0.start(Arc::clone(image.linear()), noise.get().clone(), &settings.options()?)?))
    }

    /// The noise that a run would remove, and where each pixel would start.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub fn maps(&self, image: &SharedImage, noise: &Noise, settings: &Settings) -> Result<Maps, JsValue> {
        let map = self.0.time_map(image.linear(), noise.get().clone(), &settings.options()?)?;
        let std = map.times().iter().map(|&t| self.0.schedule().sigma(t)).collect();
        let time = map.times().iter().map(|t| t / self.0.schedule().end()).collect();
        Ok(Maps { std, time })
    }

    /// What a run on a part of this image has to know of the whole, as JSON; see [`Overview::to_json`].
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub fn overview(&self, image: &SharedImage, noise: &Noise, settings: &Settings) -> Result<String, JsValue> {
        let options = settings.options()?;
        Ok(self.0.overview(Arc::clone(image.linear()), noise.get().clone(), &options)?.to_json())
    }

    /// Where what has to be cut out for the pixels from `start` to before `end` of `size` begins and ends, of a photo
    /// with or without film grain; see [`cut_around`].
    #[wasm_bindgen(js_name = cutAround)]
    pub fn cut_around(&self, has_grain: bool, start: usize, end: usize, size: usize) -> Vec<usize> {
        let cut = cut_around(self.0.config(), has_grain, start..end, size);
        vec![cut.start, cut.end]
    }
}

/// The noise that a run would remove and where each pixel would start: a plane for each channel, row after row.
#[wasm_bindgen(getter_with_clone)]
pub struct Maps {
    /// Std of the noise in linear light.
    pub std: Vec<f32>,
    /// The time at which the pixel starts, from 0, without noise, to 1.
    pub time: Vec<f32>,
}

//! Mathematics and network together: a noisy photo in, a denoised image out, tile by tile and step by step.

mod clipped;
mod coarse;
mod common_noise;
mod device_check;
mod draw;
mod engine;
pub mod frame;
pub(crate) mod hot_pixels;
mod level;
pub mod options;
pub mod parts;
pub mod place;
mod prediction;
mod resident;
pub mod run;
pub mod samples;
mod start;
mod step;
mod tiles;
mod view;

use std::borrow::Cow;

use burn::tensor::Device;

use crate::error::Error;
use crate::image::LinearImage;
use crate::method::formulation::Formulation;
use crate::method::noise::Noise;
use crate::method::schedule::Schedule;
use crate::method::time_map::TimeMap;
use crate::network::weights::{self, Description};
use crate::network::{Unet, UnetConfig};
pub use clipped::Ends;
pub use coarse::{Level, Levels};
use engine::Engine;
pub use options::{Options, Strength};
pub use parts::Parts;
pub use place::{Overview, Place};
use prediction::Prediction;
pub use run::{Progress, Run};
pub use samples::Samples;
pub use step::TileInput;

/// The most threads by default: each has a tile in memory.
const MOST_THREADS: usize = 16;
/// A trained network on a device, ready to denoise.
#[derive(Debug, Clone)]
pub struct Denoiser {
    engine: Engine,
    config: UnetConfig,
    schedule: Schedule,
    formulation: Formulation,
    device: Device,
    threads: usize,
}

impl Denoiser {
    /// A denoiser from the bytes of a weight file (see [`weights`]). On a GPU the network is computed by [kernels made
    /// for it](crate::network::kernels) if they fit its shape.
    ///
    /// # Errors
    /// [`Error::BadWeights`] if the file is damaged or not a weight file.
    pub fn from_weights(bytes: &[u8], device: &Device) -> Result<Self, Error> {
        let (network, description) = weights::from_bytes(bytes, &Device::flex())?;
        let engine = Engine::on(network, &description.network, device);
        Ok(Self::of(engine, description, device))
    }

    /// A denoiser from a network that is on `device`.
    pub fn new(network: Unet, description: Description, device: &Device) -> Self {
        let engine = Engine::new(network, &description.network, device);
        Self::of(engine, description, device)
    }

    fn of(engine: Engine, description: Description, device: &Device) -> Self {
        let Description { network: config, schedule, formulation } = description;
        let schedule = Schedule::new(&schedule);
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        Self { engine, config, schedule, formulation, device: device.clone(), threads }
    }

    /// The same denoiser with this many threads on a processor, at least one. Each works on a tile of its own, which
    /// takes memory; the default is one for each core, up to 16. The result is the same to the bit.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// The device that it computes on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The network's shape.
    pub fn config(&self) -> &UnetConfig {
        &self.config
    }

    /// The variant of the method that the network was trained for.
    pub fn formulation(&self) -> Formulation {
        self.formulation
    }

    /// `T*`, the time of every pixel at which a run on this photo would start.
    ///
    /// # Errors
    /// See [`Denoiser::start`].
    pub fn time_map(&self, photo: &LinearImage, noise: impl Into<Noise>, options: &Options) -> Result<TimeMap, Error> {
        let noise = noise.into();
        self.check(photo, &noise, options)?;
        let white = photo.white();
        let photo: Cow<LinearImage> =
            if white == 1.0 { Cow::Borrowed(photo) } else { Cow::Owned(photo.clone().scaled(1.0 / white)) };
        let factor = |row, column| options.strength.at(row * photo.width() + column);
        Ok(self.formulation.time_map(&photo, &noise, &self.schedule, factor))
    }

    /// The schedule: how much noise a time stands for.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// The network's prediction for a tile that a run of this network has handed out, on whatever device: the noise in
    /// units of its std, as planes of the input's [window](TileInput::window). See [`Run::take_tile`].
    ///
    /// # Errors
    /// [`Error::BadOption`] if the input's planes are not of its size; [`Error::Device`] if the device fails.
    pub async fn predict(&self, input: TileInput) -> Result<Vec<f32>, Error> {
        input.check(&self.config)?;
        self.engine.clone().predict(input).await
    }

    /// Gives the device a tile.
    fn begin(&self, input: TileInput) -> Prediction {
        Prediction::begun(input.index, self.engine.clone().predict(input))
    }

    /// Runs to the end, on a copy of the photo.
    ///
    /// # Errors
    /// See [`Denoiser::start`] and [`Run::advance`].
    pub async fn denoise(
        &self,
        photo: &LinearImage,
        noise: impl Into<Noise>,
        options: &Options,
    ) -> Result<LinearImage, Error> {
        let mut run = self.start(photo.clone(), noise, options)?;
        while run.advance().await?.is_some() {}
        Ok(run.into_image())
    }
}

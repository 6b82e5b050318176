//! Mathematics and network together: a noisy photo in, a denoised image out, tile by tile and step by step.

mod clipped;
mod coarse;
mod common_noise;
mod device_check;
mod draw;
pub mod frame;
pub(crate) mod hot_pixels;
mod level;
pub mod options;
pub mod parts;
pub mod place;
mod prediction;
pub mod run;
pub mod samples;
mod start;
mod step;
mod tiles;
mod view;

use std::borrow::Cow;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;

use crate::error::Error;
use crate::image::LinearImage;
use crate::method::formulation::Formulation;
use crate::method::noise::Noise;
use crate::method::schedule::Schedule;
use crate::method::time_map::TimeMap;
use crate::network::kernels::Kernels;
use crate::network::weights::{self, Description};
use crate::network::{Unet, UnetConfig};
pub use clipped::Ends;
pub use coarse::{Level, Levels};
pub use options::{Options, Strength};
pub use parts::Parts;
pub use place::{Overview, Place};
use prediction::Prediction;
pub use run::{Progress, Run};
pub use samples::Samples;
pub use step::TileInput;

/// The most threads by default: each has a tile in memory.
const MOST_THREADS: usize = 8;
/// The longest side of a tile on a processor, where each of its threads has one in memory.
const TILE_ON_PROCESSOR: usize = 512;
/// The longest side of a tile on a GPU.
const TILE_ON_GPU: usize = 1024;
/// Tiles that a GPU is given at once: it works on one while the host finishes the last and makes the next. The second
/// takes what goes to the device and comes back, at most 80 bytes a pixel; all else lies where the first has it.
const TILES_ON_GPU: usize = 2;

/// A trained network on a device, ready to denoise.
#[derive(Debug, Clone)]
pub struct Denoiser {
    /// On the device, or, where kernels compute it, on the processor.
    network: Unet,
    kernels: Option<Arc<Kernels>>,
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
        let here = Device::flex();
        let (network, description) = weights::from_bytes(bytes, &here)?;
        if *device == here {
            return Ok(Self::new(network, description, device));
        }
        let Some(kernels) = Kernels::new(&network, &description.network, device) else {
            return Ok(Self::new(network.to_device(device), description, device));
        };
        Ok(Self { kernels: Some(Arc::new(kernels)), ..Self::new(network, description, device) })
    }

    /// A denoiser from a network that is on `device`, where it is computed on tensors.
    pub fn new(network: Unet, description: Description, device: &Device) -> Self {
        let Description { network: config, schedule, formulation } = description;
        let schedule = Schedule::new(&schedule);
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        Self { network, kernels: None, config, schedule, formulation, device: device.clone(), threads }
    }

    /// The same denoiser with this many threads on a processor, at least one. Each works on a tile of its own, which
    /// takes memory; the default is one for each core, up to 8. The result is the same to the bit.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// The longest side of a tile where the caller leaves it to the device: as large as its memory allows, since a halo
    /// costs the less the larger the tile is.
    fn tile_side(&self) -> usize {
        if self.device == Device::flex() { TILE_ON_PROCESSOR } else { TILE_ON_GPU }
    }

    /// How many threads work on tiles, each on its own. Other devices than a processor use all of their cores on one
    /// tile.
    fn threads(&self) -> usize {
        if self.device == Device::flex() { self.threads } else { 1 }
    }

    /// How many tiles the device is given at once.
    fn tiles_at_once(&self) -> usize {
        if self.kernels.is_some() { TILES_ON_GPU } else { 1 }
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
        match &self.kernels {
            Some(kernels) => input.predicted_by(kernels).await,
            None => input.predicted(&self.network, &self.device).await,
        }
    }

    /// Gives the device a tile.
    fn begin(&self, input: TileInput) -> Prediction {
        let index = input.index;
        if let Some(kernels) = self.kernels.clone() {
            return Prediction::begun(index, async move { input.predicted_by(&kernels).await });
        }
        let (network, device) = (self.network.clone(), self.device.clone());
        Prediction::begun(index, async move { input.predicted(&network, &device).await })
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

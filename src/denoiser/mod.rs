//! Mathematics and network together: a noisy image in, a clean one out, tile by tile and step by step.

pub mod options;
pub mod parts;
pub mod run;
pub mod samples;
pub mod tiles;
pub mod view;

use std::sync::Arc;

use burn::tensor::Device;

use crate::error::Error;
use crate::image::LinearImage;
use crate::method::noise::Noise;
use crate::method::schedule::Schedule;
use crate::method::time_map::TimeMap;
use crate::network::{Unet, UnetConfig, weights};
pub use options::{Options, Strength};
pub use parts::Parts;
pub use run::{Progress, Run};
pub use samples::Samples;
pub use view::View;

/// The most pixels that a run takes: 100 megapixels need about 5 GB.
pub const MAX_PIXELS: usize = 100_000_000;

/// A trained network on a device, ready to denoise.
#[derive(Debug, Clone)]
pub struct Denoiser {
    network: Unet,
    config: UnetConfig,
    schedule: Schedule,
    device: Device,
}

impl Denoiser {
    /// A denoiser from the bytes of a weight file (see [`weights`]).
    ///
    /// # Errors
    /// [`Error::BadWeights`].
    pub fn from_weights(bytes: &[u8], device: &Device) -> Result<Self, Error> {
        let (network, config) = weights::from_bytes(bytes, device)?;
        Ok(Self::new(network, config, device))
    }

    /// A denoiser from a network that is already there, on the device where that network is.
    pub fn new(network: Unet, config: UnetConfig, device: &Device) -> Self {
        Self { network, config, schedule: Schedule::default(), device: device.clone() }
    }

    /// Where it computes.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The network's shape.
    pub fn config(&self) -> &UnetConfig {
        &self.config
    }

    /// Begins a run, which the caller advances tile by tile; dropping it is how to cancel. The run holds the image;
    /// a caller who needs it, too, shares it as an `Arc`.
    ///
    /// # Errors
    /// [`Error::BadOption`] or [`Error::TooLarge`].
    pub fn start(
        &self,
        image: impl Into<Arc<LinearImage>>,
        noise: impl Into<Noise>,
        options: &Options,
    ) -> Result<Run, Error> {
        let image = image.into();
        let time_map = self.time_map(&image, noise, options)?;
        Ok(Run::new(self.clone(), image, time_map, options))
    }

    /// The time of every pixel, `T*`: where a run on this image would start.
    ///
    /// # Errors
    /// As [`Denoiser::start`].
    pub fn time_map(&self, image: &LinearImage, noise: impl Into<Noise>, options: &Options) -> Result<TimeMap, Error> {
        if image.pixels() > MAX_PIXELS {
            return Err(Error::TooLarge { pixels: image.pixels(), limit: MAX_PIXELS });
        }
        options.check()?;
        options.strength.check_size(image.pixels())?;
        let noise = noise.into();
        noise.check(image.pixels())?;
        let factor = |row, column| options.strength.at(row * image.width() + column);
        Ok(TimeMap::of_photo(image, &noise, &self.schedule, factor))
    }

    /// What a pixel's time is worth.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// A whole run at once, on a copy of the image.
    ///
    /// # Errors
    /// As [`Denoiser::start`] and [`Run::advance`].
    pub async fn denoise(
        &self,
        image: &LinearImage,
        noise: impl Into<Noise>,
        options: &Options,
    ) -> Result<LinearImage, Error> {
        let mut run = self.start(image.clone(), noise, options)?;
        while run.advance().await?.is_some() {}
        Ok(run.into_image())
    }
}

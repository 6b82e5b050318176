//! Mathematics and network together: a noisy image in, a clean one out, tile by tile and step by step.

pub mod run;
pub mod tiles;

use burn::tensor::Device;

use crate::error::Error;
use crate::image::LinearImage;
use crate::method::noise::Noise;
use crate::method::reverse::Steps;
use crate::method::schedule::Schedule;
use crate::network::{Unet, UnetConfig, weights};
pub use run::{Progress, Run};

/// The most pixels that a run takes: 100 megapixels need about 5 GB.
pub const MAX_PIXELS: usize = 100_000_000;

/// How a run goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Steps of the reverse process.
    pub steps: Steps,
    /// How much of the noise that a step leaves is drawn afresh: from 0, none of it, to 1, as much as in the paper (see
    /// [`step_back`](crate::method::reverse::step_back)). Nothing of it matters with one step.
    pub eta: f32,
    /// Seed of that noise.
    pub seed: u64,
    /// Multiplies the std of the noise to be removed: 0 leaves the photo alone, 1 takes all of it; at most 4.
    pub strength: f32,
    /// Side of a tile without its halo, in pixels; at least 8.
    pub tile: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { steps: Steps::Count(1), eta: 0.4, seed: 0, strength: 1.0, tile: 512 }
    }
}

impl Options {
    /// Whether a run can go so.
    ///
    /// # Errors
    /// [`Error::BadOption`] naming the option and its range.
    pub fn check(&self) -> Result<(), Error> {
        if let Steps::Count(count) = self.steps {
            Steps::count(count)?;
        }
        if !(0.0..=1.0).contains(&self.eta) {
            return Err(Error::BadOption { name: "eta", value: self.eta.to_string(), range: "from 0 to 1" });
        }
        if !(0.0..=4.0).contains(&self.strength) {
            return Err(Error::BadOption { name: "strength", value: self.strength.to_string(), range: "from 0 to 4" });
        }
        if !(8..=8192).contains(&self.tile) {
            return Err(Error::BadOption {
                name: "tile",
                value: self.tile.to_string(),
                range: "from 8 to 8192 pixels",
            });
        }
        Ok(())
    }
}

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

    /// The network's shape.
    pub fn config(&self) -> &UnetConfig {
        &self.config
    }

    /// Begins a run, which the caller advances tile by tile; dropping it is how to cancel.
    ///
    /// # Errors
    /// [`Error::BadOption`] or [`Error::TooLarge`].
    pub fn start(&self, image: &LinearImage, noise: impl Into<Noise>, options: &Options) -> Result<Run, Error> {
        options.check()?;
        if image.pixels() > MAX_PIXELS {
            return Err(Error::TooLarge { pixels: image.pixels(), limit: MAX_PIXELS });
        }
        let noise = noise.into();
        noise.check(image.pixels())?;
        Ok(Run::new(self.clone(), image, &noise, options))
    }

    /// A whole run at once.
    ///
    /// # Errors
    /// As [`Denoiser::start`] and [`Run::advance`].
    pub async fn denoise(
        &self,
        image: &LinearImage,
        noise: impl Into<Noise>,
        options: &Options,
    ) -> Result<LinearImage, Error> {
        let mut run = self.start(image, noise, options)?;
        while run.advance().await?.is_some() {}
        Ok(run.into_image())
    }
}

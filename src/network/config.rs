//! The shape of the network.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::network::unet::Unet;

/// Widths and depths of a [`Unet`]. The first scale works at half the image's resolution (space-to-depth), every further
/// one at half of that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnetConfig {
    /// Channels at each scale, finest first.
    pub widths: Vec<usize>,
    /// Residual blocks at each scale: on the way down and again on the way up, once at the coarsest.
    pub blocks: Vec<usize>,
    /// Channels of every pixel's time embedding.
    pub embedding: usize,
}

impl Default for UnetConfig {
    fn default() -> Self {
        Self { widths: vec![96, 160, 256], blocks: vec![1, 1, 4], embedding: 16 }
    }
}

impl UnetConfig {
    /// The network with fresh weights on a device.
    ///
    /// # Errors
    /// [`Error::BadOption`] when the shape is none (see [`UnetConfig::check`]).
    pub fn init(&self, device: &Device) -> Result<Unet, Error> {
        self.check()?;
        Ok(Unet::new(self, device))
    }

    /// Whether a network can have this shape: one to six scales, as many depths as widths, nothing of width 0.
    ///
    /// # Errors
    /// [`Error::BadOption`] naming what is wrong.
    pub fn check(&self) -> Result<(), Error> {
        let bad = |name, value: &dyn std::fmt::Debug, range| {
            Err(Error::BadOption { name, value: format!("{value:?}"), range })
        };
        if !(1..=6).contains(&self.widths.len()) || self.widths.iter().any(|w| !(1..=1024).contains(w)) {
            return bad("widths", &self.widths, "one to six channel counts from 1 to 1024");
        }
        if self.blocks.len() != self.widths.len() || self.blocks.iter().any(|&b| b > 64) {
            return bad("blocks", &self.blocks, "as many depths as there are widths, each at most 64");
        }
        if !(1..=1024).contains(&self.embedding) {
            return bad("embedding", &self.embedding, "from 1 to 1024 channels");
        }
        Ok(())
    }

    /// Image sides must be multiples of this: one pixel at the coarsest scale.
    pub fn alignment(&self) -> usize {
        2 << (self.widths.len() - 1)
    }

    /// Image pixels per pixel of a scale: 2 at the finest.
    pub(crate) fn pixel_size(&self, scale: usize) -> usize {
        2 << scale
    }
}

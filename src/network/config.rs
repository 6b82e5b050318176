//! The shape of the network.

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Widths and depths of a [`Unet`](crate::network::Unet). The first scale works at half the image's resolution
/// (space-to-depth), each further one at half the resolution of the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnetConfig {
    /// Channels at each scale, finest first.
    pub widths: Vec<usize>,
    /// Residual blocks at each scale: as many on the way down as on the way up, and once at the coarsest scale.
    pub blocks: Vec<usize>,
    /// Channels of the embedding of every pixel's times.
    pub embedding: usize,
}

impl Default for UnetConfig {
    fn default() -> Self {
        Self { widths: vec![96, 160, 256], blocks: vec![1, 1, 4], embedding: 16 }
    }
}

impl UnetConfig {
    /// Whether a network can have this shape: one to six scales, as many block counts as widths, no width of 0.
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
            return bad("blocks", &self.blocks, "as many numbers as there are widths, each at most 64");
        }
        if !(1..=1024).contains(&self.embedding) {
            return bad("embedding", &self.embedding, "from 1 to 1024 channels");
        }
        Ok(())
    }

    /// The sides of the network's input must be multiples of this: the size of a pixel at the coarsest scale.
    pub fn alignment(&self) -> usize {
        2 << (self.widths.len() - 1)
    }

    /// Side of a pixel of a scale in image pixels: 2 at the finest scale.
    pub(crate) fn pixel_size(&self, scale: usize) -> usize {
        2 << scale
    }
}

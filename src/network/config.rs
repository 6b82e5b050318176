//! The shape of the network.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::image::{CHANNELS, MOST_CHANNELS};

/// The kind of image that a network denoises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageKind {
    /// Red, green and blue at every pixel.
    #[default]
    Rgb,
    /// The four planes of a Bayer mosaic: red, green in red's rows, green in blue's rows, blue. At a pixel of the
    /// planes lie the sites of a 2 x 2 square that begins with a red one.
    Mosaic,
}

impl ImageKind {
    /// Channels of such an image.
    pub fn channels(self) -> usize {
        match self {
            Self::Rgb => CHANNELS,
            Self::Mosaic => MOST_CHANNELS,
        }
    }

    /// The kind in words, for a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Rgb => "RGB images",
            Self::Mosaic => "the mosaics of RAW files",
        }
    }

    /// Whether it is the usual kind, which a weight file does not mention.
    fn is_rgb(&self) -> bool {
        *self == Self::Rgb
    }

    /// Side of a pixel of the finest scale in pixels of the image: space-to-depth makes a pixel of 2 x 2; the planes of
    /// a mosaic are as coarse as that already.
    pub(crate) fn finest_side(self) -> usize {
        match self {
            Self::Rgb => 2,
            Self::Mosaic => 1,
        }
    }
}

/// Widths and depths of a [`Unet`](crate::network::Unet), and what it denoises. The first scale works on squares of 2 x
/// 2 pixels or photosites, each further one at half the resolution of the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnetConfig {
    /// The kind of image; a weight file that names none is for RGB.
    #[serde(default, skip_serializing_if = "ImageKind::is_rgb")]
    pub image: ImageKind,
    /// Channels at each scale, finest first.
    pub widths: Vec<usize>,
    /// Residual blocks at each scale: as many on the way down as on the way up, and once at the coarsest scale.
    pub blocks: Vec<usize>,
    /// Channels of the embedding of every pixel's times.
    pub embedding: usize,
}

impl Default for UnetConfig {
    fn default() -> Self {
        Self { image: ImageKind::Rgb, widths: vec![96, 160, 256], blocks: vec![1, 1, 4], embedding: 16 }
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
        self.pixel_size(self.widths.len() - 1)
    }

    /// Side of a pixel of a scale in pixels of the image: at the finest scale 2, or 1 for a mosaic.
    pub(crate) fn pixel_size(&self, scale: usize) -> usize {
        self.image.finest_side() << scale
    }
}

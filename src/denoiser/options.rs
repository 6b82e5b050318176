//! How a run goes.

use crate::denoiser::{Parts, View};
use crate::error::Error;
use crate::method::reverse::Steps;

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
    /// Whether that noise has its sign turned: another picture, as likely as the seed's own.
    pub negated: bool,
    /// How the network sees the photo.
    pub view: View,
    /// Multiplies the std of the noise to be removed.
    pub strength: Strength,
    /// How much is taken of what is found in the light and in the colour.
    pub parts: Parts,
    /// Side of a tile without its halo, in pixels; at least 8.
    pub tile: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            steps: Steps::Count(1),
            eta: 0.4,
            seed: 0,
            negated: false,
            view: View::default(),
            strength: Strength::Everywhere(1.0),
            parts: Parts::ALL,
            tile: 512,
        }
    }
}

impl Options {
    /// Whether a run can go so, on an image that a map of strengths fits.
    ///
    /// # Errors
    /// [`Error::BadOption`] naming the option and its range.
    pub fn check(&self) -> Result<(), Error> {
        if let Steps::Count(count) = self.steps {
            Steps::count(count)?;
        }
        let Parts { luminance, chrominance } = self.parts;
        for (name, value) in [("eta", self.eta), ("luminance", luminance), ("chrominance", chrominance)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::BadOption { name, value: value.to_string(), range: "from 0 to 1" });
            }
        }
        if !(8..=8192).contains(&self.tile) {
            return Err(Error::BadOption {
                name: "tile",
                value: self.tile.to_string(),
                range: "from 8 to 8192 pixels",
            });
        }
        self.strength.check()
    }
}

/// By what the std of the noise to be removed is multiplied: 0 leaves the photo alone, 1 takes all of the noise, and up to
/// 4 takes more than was found. It moves every pixel's time.
#[derive(Debug, Clone, PartialEq)]
pub enum Strength {
    /// The same factor for all pixels.
    Everywhere(f32),
    /// A factor for each pixel, row after row.
    Map(Vec<f32>),
}

impl From<f32> for Strength {
    fn from(factor: f32) -> Self {
        Self::Everywhere(factor)
    }
}

impl Strength {
    /// The factor of a pixel.
    pub fn at(&self, pixel: usize) -> f32 {
        match self {
            Self::Everywhere(factor) => *factor,
            Self::Map(factors) => factors[pixel],
        }
    }

    /// Whether it is for images of so many pixels.
    pub(super) fn check_size(&self, pixels: usize) -> Result<(), Error> {
        match self {
            Self::Map(factors) if factors.len() != pixels => {
                let value = format!("a map of {} values", factors.len());
                Err(Error::BadOption { name: "strength", value, range: "one value a pixel" })
            }
            _ => Ok(()),
        }
    }

    fn check(&self) -> Result<(), Error> {
        let factors = match self {
            Self::Everywhere(factor) => std::slice::from_ref(factor),
            Self::Map(factors) => factors,
        };
        match factors.iter().find(|factor| !(0.0..=4.0).contains(*factor)) {
            Some(factor) => Err(Error::BadOption { name: "strength", value: factor.to_string(), range: "from 0 to 4" }),
            None => Ok(()),
        }
    }
}

//! What a caller can choose about a run.

use crate::denoiser::view::View;
use crate::denoiser::{Parts, Place};
use crate::error::Error;
use crate::image::CHANNELS;
use crate::method::reverse::Steps;
use crate::network::ImageKind;

/// What a caller can choose about a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Steps of the reverse process.
    pub steps: Steps,
    /// How much of the noise that a step leaves is drawn afresh: from 0, none of it, to 1, as much as in the paper (see
    /// [`step_back`](crate::method::reverse::step_back)). `None` takes 0.4 for a single result and 0.8 for one of
    /// several [samples](Options::sample). A run of one step draws no noise.
    pub eta: Option<f32>,
    /// Seed of the noise that is drawn.
    pub seed: u64,
    /// Which of several samples the run draws, from 0, if its result goes into the mean of several
    /// ([`Samples`](crate::denoiser::Samples)); `None` if the result stands alone.
    ///
    /// Every second sample draws the negated noise of the one before it (antithetic variates), so that most of it
    /// cancels in their mean. The network sees the photo mirrored and turned in eight ways, one per sample, so that its
    /// errors differ. Where no noise is drawn (one step, or `eta` = 0), the samples differ in that alone.
    pub sample: Option<u64>,
    /// Multiplies the std of the noise to be removed.
    pub strength: Strength,
    /// How much of what is found is removed, in light and in colour.
    pub parts: Parts,
    /// The longest side of a tile without its halo, in pixels, from 8 to 8192: smaller tiles take less memory and more
    /// time. `None` lets the device decide. The result does not depend on it.
    pub tile: Option<usize>,
    /// Where the image lies, if it was cut out of a larger one.
    pub place: Place,
    /// What a neutral colour has in red, green and blue, relative to green: what white balance divides by. `parts` are
    /// those of balanced light. A mosaic has not been balanced; in an RGB image grey is `[1, 1, 1]`.
    pub neutral: [f32; CHANNELS],
}

impl Default for Options {
    fn default() -> Self {
        Self {
            steps: Steps::Count(1),
            eta: None,
            seed: 0,
            sample: None,
            strength: Strength::Everywhere(1.0),
            parts: Parts::ALL,
            tile: None,
            place: Place::default(),
            neutral: [1.0; CHANNELS],
        }
    }
}

impl Options {
    /// Whether a run can have these options; a map of strengths still has to fit the image.
    ///
    /// # Errors
    /// [`Error::BadOption`] naming the option and its range.
    pub fn check(&self) -> Result<(), Error> {
        if let Steps::Count(count) = self.steps {
            Steps::count(count)?;
        }
        let Parts { luminance, chrominance } = self.parts;
        let eta = self.eta.unwrap_or_default();
        for (name, value) in [("eta", eta), ("luminance", luminance), ("chrominance", chrominance)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::BadOption { name, value: value.to_string(), range: "from 0 to 1" });
            }
        }
        if let Some(tile) = self.tile.filter(|tile| !(8..=8192).contains(tile)) {
            return Err(Error::BadOption { name: "tile", value: tile.to_string(), range: "from 8 to 8192 pixels" });
        }
        if !self.neutral.iter().all(|v| (0.01..=100.0).contains(v)) {
            let value = format!("{:?}", self.neutral);
            return Err(Error::BadOption { name: "neutral", value, range: "three numbers from 0.01 to 100" });
        }
        self.place.check()?;
        self.strength.check()
    }

    /// Whether runs with these options on an image of this kind can give this many different samples.
    ///
    /// # Errors
    /// [`Error::BadOption`] for 0, and for more than 8 (2 of a mosaic) where no noise is drawn.
    pub fn check_samples(&self, image: ImageKind, count: u64) -> Result<(), Error> {
        let views = View::of(image).len() as u64;
        let draws_noise = self.steps != Steps::Count(1) && self.eta != Some(0.0);
        if count > 0 && (draws_noise || count <= views) {
            return Ok(());
        }
        let range = match (count, image) {
            (0, _) => "a whole number from 1",
            (_, ImageKind::Rgb) => "a whole number from 1 to 8 where nothing is drawn at random (one step, or eta = 0)",
            (_, ImageKind::Mosaic) => "1 or 2 for a RAW file where nothing is drawn at random (one step, or eta = 0)",
        };
        Err(Error::BadOption { name: "samples", value: count.to_string(), range })
    }
}

/// Multiplies the std of the noise to be removed, from 0 to 4: 0 leaves the photo alone, 1 removes the noise, more
/// removes more than was found. It moves every pixel's time.
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
    /// The factor at a pixel, counted row after row.
    pub fn at(&self, pixel: usize) -> f32 {
        match self {
            Self::Everywhere(factor) => *factor,
            Self::Map(factors) => factors[pixel],
        }
    }

    /// Whether it is 0 everywhere, so that there is nothing to be done.
    pub(super) fn is_zero(&self) -> bool {
        match self {
            Self::Everywhere(factor) => *factor == 0.0,
            Self::Map(factors) => factors.iter().all(|factor| *factor == 0.0),
        }
    }

    /// Whether it fits an image of this many pixels.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_as_many_samples_as_can_differ_are_allowed() {
        let default = Options::default();
        let drawing = Options { steps: Steps::Count(2), ..Options::default() };
        let deterministic = Options { eta: Some(0.0), ..drawing.clone() };
        for options in [&default, &drawing, &deterministic] {
            for (image, most) in [(ImageKind::Rgb, 8), (ImageKind::Mosaic, 2)] {
                let is_ok = |count| options.check_samples(image, count).is_ok();
                assert!(!is_ok(0) && is_ok(most));
                assert_eq!(is_ok(most + 1), options == &drawing);
            }
        }
    }
}

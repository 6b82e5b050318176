//! Does a device compute what the processor does?

use std::sync::Arc;

use crate::denoiser::engine::Engine;
use crate::denoiser::{Denoiser, Options};
use crate::error::Error;
use crate::gpu::Precision;
use crate::image::LinearImage;
use crate::method::formulation::Start;
use crate::method::noise::NoiseModel;
use crate::method::reverse::Steps;

/// How far apart two results may be, as a share of the noise's std. Rounding makes a ten-thousandth of it.
const TOLERANCE: f32 = 1e-2;
/// The same where numbers have 16 bits, of their root mean square.
const TOLERANCE_OF_HALF: f32 = 1e-2;
/// The noise of the picture that is denoised: alike everywhere.
const NOISE: NoiseModel = NoiseModel { sigma_read: 0.1, shot: 0.0 };

impl Denoiser {
    /// Denoises a small picture on the device, in two steps and two tiles, and compares the result with the
    /// processor's. This also compiles the device's kernels. Says whether there was something to check: a device
    /// without kernels of its own, or any of these precisions, is not.
    ///
    /// The precisions that the device has are tried in this order. It uses the first one whose result is good enough
    /// from then on; see [`Precision::ALL`].
    ///
    /// # Errors
    /// [`Error::WrongResult`] if they differ by more than rounding; [`Error::Device`] if the device fails.
    pub async fn check_device(&self, precisions: &[Precision]) -> Result<bool, Error> {
        let Engine::Kernels { kernels, reference } = &self.engine else { return Ok(false) };
        let precisions = || precisions.iter().copied().filter(|precision| kernels.has(*precision));
        if precisions().next().is_none() {
            return Ok(false);
        }
        let here = Self { engine: Engine::Processor(Arc::clone(reference)), threads: 1, ..self.clone() };
        let (picture, options) = self.picture_to_check()?;
        let expected = here.denoise(&picture, NOISE, &options).await?;
        // From pure noise, rounding is that of its std.
        let scale = match self.formulation.start {
            Start::Photo => NOISE.sigma_read,
            Start::Noise => self.schedule.sigma(self.schedule.end()),
        };
        for precision in precisions() {
            kernels.choose(precision);
            let found = match self.denoise(&picture, NOISE, &options).await {
                Err(Error::WrongResult) => continue,
                found => found?,
            };
            let differences = || found.values().iter().zip(expected.values()).map(|(a, b)| (a - b).abs() / scale);
            let is_right = match precision {
                Precision::Single => differences().all(|difference| difference <= TOLERANCE),
                Precision::Half => {
                    let squares: f32 = differences().map(|difference| difference.powi(2)).sum();
                    (squares / expected.values().len() as f32).sqrt() <= TOLERANCE_OF_HALF
                }
            };
            if is_right {
                return Ok(true);
            }
        }
        Err(Error::WrongResult)
    }

    /// A picture with borders and every kind of neighbour at the coarsest scale, and how it is denoised: the second
    /// tile is the smaller one, each has all of the picture as its halo.
    fn picture_to_check(&self) -> Result<(LinearImage, Options), Error> {
        let (channels, side) = (self.config.image.channels(), self.config.alignment());
        let [rows, columns] = [3 * side, 5 * side];
        let wave =
            |at: usize| 0.3 + 0.2 * ((at % columns) as f32 / 9.0).sin() + 0.1 * ((at / columns) as f32 / 7.0).cos();
        let clean =
            LinearImage::of_planes(channels, columns, rows, (0..channels * rows * columns).map(wave).collect())?;
        let options = Options { steps: Steps::Count(2), tile: Some((3 * side).max(8)), ..Options::default() };
        Ok((NOISE.add_to(&clean, 1), options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    use crate::network::weights::{RELEASED, RELEASED_MOSAIC};

    #[test]
    fn the_picture_changes_by_far_more_than_what_is_tolerated() {
        for weights in [RELEASED, RELEASED_MOSAIC] {
            let denoiser = Denoiser::from_weights(weights, &Device::flex()).unwrap();
            let (picture, options) = denoiser.picture_to_check().unwrap();
            assert_eq!(denoiser.start(picture.clone(), NOISE, &options).unwrap().tiles(), 2);
            let result = pollster::block_on(denoiser.denoise(&picture, NOISE, &options)).unwrap();
            let changed = result.values().iter().zip(picture.values()).filter(|(a, b)| (*a - *b).abs() > 0.05).count();
            assert!(changed > picture.values().len() / 4, "{changed} of {}", picture.values().len());
        }
    }
}

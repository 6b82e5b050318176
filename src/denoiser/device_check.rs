//! Does a device compute what the processor does?

use crate::denoiser::engine::Engine;
use crate::denoiser::{Denoiser, TileInput};
use crate::error::Error;
use crate::image::LinearImage;
use crate::method::noise::NoiseModel;
use crate::network::Window;

/// How far apart two predictions may be, in units of the noise's std. Rounding makes a ten-thousandth of it.
const TOLERANCE: f32 = 1e-2;

impl Denoiser {
    /// Predicts the noise of a small tile on the device, as in a run's first step and as in a later one, and compares
    /// it with what the processor predicts. This also compiles the device's kernels. Says whether there was something
    /// to check: a device without kernels of its own is not checked.
    ///
    /// # Errors
    /// [`Error::WrongResult`] if they differ by more than rounding; [`Error::Device`] if the device fails.
    pub async fn check_device(&self) -> Result<bool, Error> {
        let Engine::Kernels { kernels, reference } = &self.engine else { return Ok(false) };
        let later = self.tile_to_check()?;
        let first = TileInput { window: Window::whole(later.size), photo: None, ..later.clone() };
        for input in [first, later] {
            let expected = input.predicted_here(reference);
            let found = input.predicted_by(kernels).await?;
            let are_alike = found.len() == expected.len()
                && found.iter().zip(&expected).all(|(found, expected)| (found - expected).abs() <= TOLERANCE);
            if !are_alike {
                return Err(Error::WrongResult);
            }
        }
        Ok(true)
    }

    /// A tile with borders and every kind of neighbour at the coarsest scale.
    fn tile_to_check(&self) -> Result<TileInput, Error> {
        let (channels, side) = (self.config.image.channels(), self.config.alignment());
        let size @ [rows, columns] = [3 * side, 9 * side];
        let wave =
            |at: usize| 0.3 + 0.2 * ((at % columns) as f32 / 9.0).sin() + 0.1 * ((at / columns) as f32 / 7.0).cos();
        let clean =
            LinearImage::of_planes(channels, columns, rows, (0..channels * rows * columns).map(wave).collect())?;
        let noise = NoiseModel::at_gain(4.0);
        let y = noise.add_to(&clean, 1);
        let sigma_star = clean.values().iter().map(|signal| noise.variance(*signal).sqrt()).collect();
        let sigma_t = clean.values().iter().map(|signal| 0.5 * noise.variance(*signal).sqrt()).collect();
        let x = clean.values().iter().zip(y.values()).map(|(clean, y)| 0.5 * (clean + y)).collect();
        // The halo tells whether the window is the right one.
        let window = Window { row: side, column: 2 * side, rows: side, columns: 5 * side };
        Ok(TileInput { index: 0, size, window, x, sigma_t, photo: Some([y.values().to_vec(), sigma_star]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    use crate::network::weights::{RELEASED, RELEASED_MOSAIC};

    #[test]
    fn the_tile_is_one_that_the_network_takes() {
        for weights in [RELEASED, RELEASED_MOSAIC] {
            let denoiser = Denoiser::from_weights(weights, &Device::flex()).unwrap();
            let input = denoiser.tile_to_check().unwrap();
            assert_eq!(input.check(denoiser.config()), Ok(()));
            let eps = pollster::block_on(denoiser.predict(input)).unwrap();
            assert!(eps.iter().any(|v| v.abs() > 100.0 * TOLERANCE), "nothing to compare");
        }
    }
}

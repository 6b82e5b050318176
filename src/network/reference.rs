//! The network on tensors, which says what is right, for tests of all that computes it otherwise.

use burn::tensor::{Device, Distribution, Tensor};

use crate::network::weights::randomised;
use crate::network::{Unet, UnetConfig, Window};

/// A network whose every path acts, and what it sees.
pub struct Reference {
    pub network: Unet,
    pub config: UnetConfig,
    /// `x_t`, `sigma_t`, `y` and `sigma_star`.
    inputs: [Tensor<4>; 4],
}

impl Reference {
    pub fn new(config: UnetConfig, size: [usize; 2]) -> Self {
        let here = Device::flex();
        let network = randomised(Unet::new(&config, &here).unwrap(), &here);
        let shape = [1, config.image.channels(), size[0], size[1]];
        let random = |from, to| Tensor::<4>::random(shape, Distribution::Uniform(from, to), &here);
        // Light beyond both ends, and stds below what counts as noise.
        let inputs = [random(-0.3, 1.2), random(-0.01, 0.3), random(-0.3, 1.2), random(0.0, 0.3)];
        Self { network, config, inputs }
    }

    /// `x_t`, `sigma_t`, `y` and `sigma_star` as planes.
    pub fn planes(&self) -> [Vec<f32>; 4] {
        self.inputs.clone().map(|planes| planes.into_data().iter().collect())
    }

    /// Checks that this is the prediction for a window, up to so much of the largest value. Without the photo, the
    /// state is all that is seen.
    pub fn check(&self, window: Window, sees_photo: bool, found: &[f32], tolerance: f32) {
        let [x_t, sigma_t, y, sigma_star] = self.inputs.clone();
        let [y, sigma_star] = if sees_photo { [y, sigma_star] } else { [x_t.clone(), sigma_t.clone()] };
        let eps = window.of(self.network.forward(x_t, y, sigma_t, sigma_star)).into_data();
        let expected: Vec<f32> = eps.iter().collect();
        assert_eq!(found.len(), expected.len());
        let largest = expected.iter().copied().map(f32::abs).fold(0.0, f32::max);
        let differ = expected.iter().zip(found).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(differ < tolerance * largest.max(1.0), "{:?}, {window:?}: {differ} of {largest}", self.config);
    }
}

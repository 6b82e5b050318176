//! The loss that training minimises.

use std::ops::{Add, Mul};

use burn::tensor::Tensor;

use crate::network::Unet;
use crate::training::batch::Batch;
use crate::training::config::Config;

/// Added to a patch's squared error before the logarithm: errors below -60 dB are invisible.
const DISPLAY_FLOOR: f32 = 1e-6;

/// The loss of a batch and its parts.
#[derive(Debug, Clone)]
pub struct Loss {
    /// The weighted sum, which is minimised.
    pub total: Tensor<1>,
    /// Mean squared error of `eps~` where t > 0 (paper, Section 3.4); 1 for a network that predicts 0.
    pub eps: Tensor<1>,
    /// Mean over patches of the log of the mean squared error of `x0_hat` on the sRGB curve, after white balance.
    pub display: Tensor<1>,
}

impl Mul<f32> for Loss {
    type Output = Self;

    fn mul(self, weight: f32) -> Self {
        Self { total: self.total * weight, eps: self.eps * weight, display: self.display * weight }
    }
}

impl Add for Loss {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { total: self.total + other.total, eps: self.eps + other.eps, display: self.display + other.display }
    }
}

/// The network's loss on a batch: the paper's squared error of `eps~`, plus the error that is visible on a screen.
///
/// The first term weighs all noise levels equally, but in linear light, where the shadows are crowded. The second
/// measures `x0_hat` on the sRGB curve; its logarithm gives every patch the same influence, however noisy.
pub fn loss(network: &Unet, batch: &Batch, config: &Config) -> Loss {
    let eps_theta =
        network.forward(batch.x_t.clone(), batch.y.clone(), batch.sigma_t.clone(), batch.sigma_star.clone());
    // At t = 0 there is no noise to predict.
    let live = batch.sigma_t.clone().greater_scalar(0.0).float();
    let error = (batch.eps.clone() - eps_theta.clone()).square() * live.clone();
    let eps = error.sum() / live.sum().clamp_min(1.0);

    let x0_hat = batch.x_t.clone() - batch.sigma_t.clone() * eps_theta;
    let [patches, ..] = x0_hat.dims();
    // A mosaic's planes are seen after white balance.
    let shown = |x: Tensor<4>| srgb_curve(x * batch.balance.clone());
    let seen = (shown(x0_hat) - shown(batch.x0.clone())).square().reshape([patches as i32, -1]);
    let display = (seen.mean_dim(1) + DISPLAY_FLOOR).log().mean();

    let total = eps.clone() * config.eps_weight + display.clone() * config.display_weight;
    Loss { total, eps, display }
}

/// The sRGB curve on tensors, extended below 0 and above 1 as [`crate::color::linear_to_srgb`] is.
fn srgb_curve(linear: Tensor<4>) -> Tensor<4> {
    const FOOT: f32 = 0.003_130_8;
    let power = linear.clone().clamp_min(FOOT).powf_scalar(1.0 / 2.4) * 1.055 - 0.055;
    let straight = linear.clone() * 12.92;
    power.mask_where(linear.lower_scalar(FOOT), straight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::linear_to_srgb;
    use burn::tensor::Device;

    #[test]
    fn the_tensor_curve_is_the_srgb_curve() {
        let values = [-0.2f32, 0.0, 0.002, 0.003_2, 0.2, 0.9, 1.3, 0.003_130_8];
        let curve: Vec<f32> = srgb_curve(Tensor::<1>::from_floats(values, &Device::flex()).reshape([1, 1, 2, 4]))
            .into_data()
            .iter()
            .collect();
        for (v, c) in values.iter().zip(curve) {
            assert!((linear_to_srgb(*v) - c).abs() < 1e-5, "{v}: {c}");
        }
    }
}

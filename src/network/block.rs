//! The two parts of the U-Net: a scale's time embedding, and a residual block that it steers.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Initializer, PaddingConfig2d};
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, FloatDType, Tensor, activation::relu};

/// Added to a pixel's mean square before the root is taken, so that the division stays finite.
pub(super) const NORM_FLOOR: f32 = 1e-5;

/// A convolution that keeps the size (zeros beyond the border).
pub(crate) fn conv(channels_in: usize, channels_out: usize, kernel: usize, device: &Device) -> Conv2d {
    conv_config(channels_in, channels_out, kernel).init(device)
}

/// The same with all weights at zero: a branch that adds nothing until it is trained.
pub(crate) fn silent_conv(channels_in: usize, channels_out: usize, kernel: usize, device: &Device) -> Conv2d {
    conv_config(channels_in, channels_out, kernel).with_initializer(Initializer::Zeros).init(device)
}

fn conv_config(channels_in: usize, channels_out: usize, kernel: usize) -> Conv2dConfig {
    let pad = kernel / 2;
    Conv2dConfig::new([channels_in, channels_out], [kernel, kernel])
        .with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad))
        .with_initializer(Initializer::KaimingNormal { gain: std::f64::consts::SQRT_2, fan_out_only: false })
}

/// One 3 x 3 kernel per channel.
fn depthwise_conv(channels: usize, device: &Device) -> Conv2d {
    conv_config(channels, channels, 3).with_groups(channels).init(device)
}

/// `layer` applied to `x` in the number format of `x`. Weights are stored as f32 and cast if `x` is bfloat16.
pub(crate) fn convolved(layer: &Conv2d, x: Tensor<4>) -> Tensor<4> {
    let numbers = FloatDType::from(x.dtype());
    let padding = [0, 1].map(|axis| (layer.kernel_size[axis] - layer.stride[axis]) / 2);
    let options = ConvOptions::new(layer.stride, padding, layer.dilation, layer.groups);
    conv2d(x, layer.weight.val().cast(numbers), layer.bias.as_ref().map(|bias| bias.val().cast(numbers)), options)
}

/// Turns every pixel's noise levels into the features that steer a scale's blocks.
#[derive(Module, Debug)]
pub struct Embedding {
    pub(crate) first: Conv2d,
    pub(super) second: Conv2d,
}

impl Embedding {
    /// From `levels` channels to `channels` features.
    pub fn new(levels: usize, channels: usize, device: &Device) -> Self {
        Self { first: conv(levels, channels, 1, device), second: conv(channels, channels, 1, device) }
    }

    /// `[b, levels, h, w]` to `[b, channels, h, w]`.
    pub fn forward(&self, levels: Tensor<4>) -> Tensor<4> {
        relu(self.second.forward(relu(self.first.forward(levels))))
    }
}

/// Two residual branches, each on normalised features and with a gate, the product of the two halves of its channels,
/// as its only nonlinearity. The first looks at neighbouring pixels, with one 3 x 3 kernel per channel, and is steered
/// by the embedding, which scales and shifts every pixel's features. The second mixes channels only.
///
/// This is NAFNet's block (Chen et al., *Simple baselines for image restoration*, 2022) without its attention, which is
/// global over the image. Nearly all of its arithmetic is in 1 x 1 convolutions, a third of what two 3 x 3 convolutions
/// of that width would take.
#[derive(Module, Debug)]
pub struct Block {
    pub(super) steer: Conv2d,
    pub(super) widen: Conv2d,
    pub(super) depthwise: Conv2d,
    pub(super) narrow: Conv2d,
    pub(super) mix_widen: Conv2d,
    pub(super) mix_narrow: Conv2d,
}

impl Block {
    /// A block of `width` channels, the identity until it is trained.
    pub fn new(width: usize, embedding: usize, device: &Device) -> Self {
        Self {
            steer: silent_conv(embedding, 2 * width, 1, device),
            widen: conv(width, 2 * width, 1, device),
            depthwise: depthwise_conv(2 * width, device),
            narrow: silent_conv(width, width, 1, device),
            mix_widen: conv(width, 2 * width, 1, device),
            mix_narrow: silent_conv(width, width, 1, device),
        }
    }

    /// `x` is `[b, width, h, w]`, `embedding` `[b, embedding, h, w]`. The branches are computed in the number format of
    /// `embedding`.
    pub fn forward(&self, x: Tensor<4>, embedding: Tensor<4>) -> Tensor<4> {
        let (outside, inside) = (FloatDType::from(x.dtype()), FloatDType::from(embedding.dtype()));
        let [scale, shift] = halves(convolved(&self.steer, embedding));
        let h = normalised(x.clone().cast(inside)) * (scale + 1.0) + shift;
        let h = gated(convolved(&self.depthwise, convolved(&self.widen, h)));
        let x = x + convolved(&self.narrow, h).cast(outside);

        let h = gated(convolved(&self.mix_widen, normalised(x.clone().cast(inside))));
        x + convolved(&self.mix_narrow, h).cast(outside)
    }
}

/// Every pixel's features divided by the root of their mean square, from that pixel alone.
fn normalised(x: Tensor<4>) -> Tensor<4> {
    let square = x.clone().square().mean_dim(1) + NORM_FLOOR;
    x * square.sqrt().recip()
}

/// The product of the first and the second half of the channels.
fn gated(x: Tensor<4>) -> Tensor<4> {
    let [a, b] = halves(x);
    a * b
}

/// The first and the second half of the channels.
fn halves(x: Tensor<4>) -> [Tensor<4>; 2] {
    let width = x.dims()[1] / 2;
    [x.clone().narrow(1, 0, width), x.narrow(1, width, width)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;

    fn values(x: Tensor<4>) -> Vec<f32> {
        x.into_data().iter().collect()
    }

    #[test]
    fn every_pixel_is_normalised_on_its_own() {
        // Three pixels of two channels: (3, 4), (0.6, -0.8) and (0, 0).
        let x = TensorData::new(vec![3.0, 0.6, 0.0, 4.0, -0.8, 0.0], [1, 2, 1, 3]);
        let n = values(normalised(Tensor::from_data(x, &Device::flex())));
        let expected = [0.6, 0.6, 0.0, 0.8, -0.8, 0.0].map(|v: f32| v * 2f32.sqrt());
        assert!(n.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-4), "{n:?}");
    }

    #[test]
    fn the_gate_multiplies_the_halves() {
        let x = TensorData::new(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], [1, 4, 1, 2]);
        assert_eq!(values(gated(Tensor::from_data(x, &Device::flex()))), [5.0, 12.0, 21.0, 32.0]);
    }

    #[test]
    fn a_fresh_block_changes_nothing() {
        let device = Device::flex();
        let x = Tensor::<4>::random([1, 6, 4, 4], burn::tensor::Distribution::Normal(0.0, 1.0), &device);
        let embedding = Tensor::ones([1, 3, 4, 4], &device);
        assert_eq!(values(Block::new(6, 3, &device).forward(x.clone(), embedding)), values(x));
    }
}

//! The two parts the U-Net is made of: a scale's time embedding, and a residual block that it steers.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Initializer, PaddingConfig2d};
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, FloatDType, Tensor, activation::relu};

/// Added to a pixel's mean square before its root is divided by.
const NORM_FLOOR: f32 = 1e-5;

/// A convolution that keeps the size (zeros beyond the border).
pub(crate) fn conv(channels_in: usize, channels_out: usize, kernel: usize, device: &Device) -> Conv2d {
    conv_config(channels_in, channels_out, kernel).init(device)
}

/// The same with all weights at zero: a branch that starts out silent.
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

/// `layer` on `x`, in the numbers of `x`: its weights are kept in f32, also where it computes in bfloat16.
pub(crate) fn convolved(layer: &Conv2d, x: Tensor<4>) -> Tensor<4> {
    let numbers = FloatDType::from(x.dtype());
    let padding = [0, 1].map(|axis| (layer.kernel_size[axis] - layer.stride[axis]) / 2);
    let options = ConvOptions::new(layer.stride, padding, layer.dilation, layer.groups);
    conv2d(x, layer.weight.val().cast(numbers), layer.bias.as_ref().map(|bias| bias.val().cast(numbers)), options)
}

/// Every pixel's noise levels, as the features that steer a scale's blocks.
#[derive(Module, Debug)]
pub struct Embedding {
    first: Conv2d,
    second: Conv2d,
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

/// Two residual halves, each on normalised features and ended by a product of two halves of the channels (the gate, which is all the
/// nonlinearity there is). The first looks around, with one small kernel per channel, and is steered by the embedding,
/// which scales and shifts every pixel's features; the second mixes channels alone. (NAFNet's block, Chen et al. 2022,
/// less what it takes from the picture as a whole.) Its arithmetic is nearly all in 1 x 1 convolutions: it is a third of what two
/// 3 x 3 ones of that width take.
#[derive(Module, Debug)]
pub struct Block {
    steer: Conv2d,
    widen: Conv2d,
    depthwise: Conv2d,
    narrow: Conv2d,
    mix_widen: Conv2d,
    mix_narrow: Conv2d,
}

impl Block {
    /// A block of `width` channels, the identity until it has learned something.
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

    /// `x` is `[b, width, h, w]`, `embedding` `[b, embedding, h, w]`. What is added to `x` is computed in the numbers of
    /// the embedding.
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

/// Every pixel's features, divided by the root of their mean square. No other pixel matters.
fn normalised(x: Tensor<4>) -> Tensor<4> {
    let square = x.clone().square().mean_dim(1) + NORM_FLOOR;
    x * square.sqrt().recip()
}

/// The products of the first half of the channels and the second.
fn gated(x: Tensor<4>) -> Tensor<4> {
    let [a, b] = halves(x);
    a * b
}

/// The first half of the channels and the second.
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
    fn every_pixel_is_normalised_by_itself() {
        // Two channels of two pixels, (3, 4) and (0.6, -0.8), and one that has nothing.
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

//! The two parts the U-Net is made of: a scale's time embedding, and a residual block that it steers.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Initializer, PaddingConfig2d};
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, FloatDType, Tensor, activation::relu};

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

/// `layer` on `x`, in the numbers of `x`: its weights are kept in f32, also where it computes in bfloat16.
fn convolved(layer: &Conv2d, x: Tensor<4>) -> Tensor<4> {
    let numbers = FloatDType::from(x.dtype());
    let options = ConvOptions::new([1, 1], layer.kernel_size.map(|side| side / 2), [1, 1], 1);
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

/// `x + conv(relu(steer(conv(relu(x)))))`, where the embedding scales and shifts every pixel's features.
#[derive(Module, Debug)]
pub struct Block {
    first: Conv2d,
    steer: Conv2d,
    second: Conv2d,
}

impl Block {
    /// A block of `width` channels, the identity until it has learned something.
    pub fn new(width: usize, embedding: usize, device: &Device) -> Self {
        Self {
            first: conv(width, width, 3, device),
            steer: silent_conv(embedding, 2 * width, 1, device),
            second: silent_conv(width, width, 3, device),
        }
    }

    /// `x` is `[b, width, h, w]`, `embedding` `[b, embedding, h, w]`. What is added to `x` is computed in the numbers of
    /// the embedding.
    pub fn forward(&self, x: Tensor<4>, embedding: Tensor<4>) -> Tensor<4> {
        let (outside, inside) = (FloatDType::from(x.dtype()), FloatDType::from(embedding.dtype()));
        let h = convolved(&self.first, relu(x.clone().cast(inside)));
        let width = h.dims()[1];
        let steer = convolved(&self.steer, embedding);
        let scale = steer.clone().narrow(1, 0, width) + 1.0;
        let shift = steer.narrow(1, width, width);
        x + convolved(&self.second, relu(h * scale + shift)).cast(outside)
    }
}

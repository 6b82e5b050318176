//! Weights as kernels and processors read them: for every value that goes in, the weights of all that come out, side by
//! side.

use burn::nn::conv::Conv2d;

/// A convolution's weights, `[out, in, rows, columns]` in row-major order, and its bias.
struct Layer {
    values: Vec<f32>,
    shape: [usize; 4],
    bias: Vec<f32>,
}

impl Layer {
    fn of(conv: &Conv2d) -> Self {
        let weight = conv.weight.val();
        let shape = weight.dims();
        let bias =
            conv.bias.as_ref().map_or_else(|| vec![0.0; shape[0]], |bias| bias.val().into_data().iter().collect());
        Self { values: weight.into_data().iter().collect(), shape, bias }
    }
}

/// A layer's weights as they are read.
#[derive(Debug)]
pub struct Laid {
    /// `[row, column, in, out]`.
    pub weights: Vec<f32>,
    /// Of every output.
    pub bias: Vec<f32>,
}

/// Output `n` is `order(n)` of the convolution.
pub fn conv(layer: &Conv2d, order: impl Fn(usize) -> usize) -> Laid {
    let Layer { values, shape: [channels_out, channels_in, rows, columns], bias } = Layer::of(layer);
    let mut weights = Vec::with_capacity(values.len());
    for tap in 0..rows * columns {
        for c in 0..channels_in {
            weights.extend((0..channels_out).map(|n| values[(order(n) * channels_in + c) * rows * columns + tap]));
        }
    }
    Laid { weights, bias: (0..channels_out).map(|n| bias[order(n)]).collect() }
}

/// The same in the convolution's own order. One kernel per channel is `[row, column, channel]`.
pub fn plain(layer: &Conv2d) -> Laid {
    conv(layer, |n| n)
}

/// [`plain`] of a block's steering. Its first half scales features, and 1 is added to the scales: here the bias has it.
pub fn steering(layer: &Conv2d) -> Laid {
    let mut laid = plain(layer);
    let scales = laid.bias.len() / 2;
    laid.bias[..scales].iter_mut().for_each(|bias| *bias += 1.0);
    laid
}

/// The order of channels that become 2 x 2 pixels: [`depth_to_space`](crate::network::shuffle::depth_to_space) has a
/// channel's four pixels side by side, the kernel a pixel's channels.
pub fn by_pixel(channels: usize) -> impl Fn(usize) -> usize {
    let quarter = channels / 4;
    move |n| (n % quarter) * 4 + n / quarter
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::module::Param;
    use burn::nn::conv::Conv2dConfig;
    use burn::tensor::{Device, Tensor};

    fn numbered(config: Conv2dConfig, shape: [usize; 4]) -> Conv2d {
        let device = Device::flex();
        let count = shape.iter().product::<usize>() as i64;
        let mut conv = config.init(&device);
        let weight = Tensor::<1, burn::tensor::Int>::arange(0..count, &device).float().reshape(shape);
        conv.weight = Param::from_tensor(weight);
        let bias = Tensor::<1, burn::tensor::Int>::arange(100..100 + shape[0] as i64, &device).float();
        conv.bias = Some(Param::from_tensor(bias));
        conv
    }

    #[test]
    fn weights_of_one_input_lie_side_by_side() {
        let conv = numbered(Conv2dConfig::new([2, 3], [1, 1]), [3, 2, 1, 1]);
        let Laid { weights, bias } = plain(&conv);
        assert_eq!(weights, [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]);
        assert_eq!(bias, [100.0, 101.0, 102.0]);
    }

    #[test]
    fn taps_come_first() {
        let conv = numbered(Conv2dConfig::new([2, 2], [3, 3]).with_groups(2), [2, 1, 3, 3]);
        assert_eq!(plain(&conv).weights[..4], [0.0, 9.0, 1.0, 10.0]);
    }

    #[test]
    fn a_pixels_channels_lie_side_by_side() {
        let order: Vec<usize> = (0..8).map(by_pixel(8)).collect();
        assert_eq!(order, [0, 4, 1, 5, 2, 6, 3, 7]);
    }
}

//! Space to channels and back: 2 x 2 pixels become four channels.

use burn::tensor::Tensor;

/// `[b, c, 2h, 2w]` to `[b, 4c, h, w]`: the four pixels of a square become adjacent channels.
pub fn space_to_depth(x: Tensor<4>) -> Tensor<4> {
    let [b, c, h, w] = x.dims();
    x.reshape([b, c, h / 2, 2, w / 2, 2]).permute([0, 1, 3, 5, 2, 4]).reshape([b, 4 * c, h / 2, w / 2])
}

/// `[b, 4c, h, w]` to `[b, c, 2h, 2w]`; the inverse of [`space_to_depth`].
pub fn depth_to_space(x: Tensor<4>) -> Tensor<4> {
    let [b, c, h, w] = x.dims();
    x.reshape([b, c / 4, 2, 2, h, w]).permute([0, 1, 4, 2, 5, 3]).reshape([b, c / 4, 2 * h, 2 * w])
}

/// `[b, c, h, w]` to `[b, 4c, h, w]`: every channel four times, in the order of [`space_to_depth`].
pub fn repeat_for_depth(x: Tensor<4>) -> Tensor<4> {
    let [b, c, h, w] = x.dims();
    x.reshape([b, c, 1, h, w]).repeat_dim(2, 4).reshape([b, 4 * c, h, w])
}

/// `[b, 4c, h, w]` to `[b, c, h, w]`: the mean of every square of pixels.
pub fn mean_of_depth(x: Tensor<4>) -> Tensor<4> {
    let [b, c, h, w] = x.dims();
    x.reshape([b, c / 4, 4, h, w]).mean_dim(2).reshape([b, c / 4, h, w])
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn numbered(shape: [usize; 4]) -> Tensor<4> {
        let count = shape.iter().product::<usize>() as i64;
        Tensor::<1, burn::tensor::Int>::arange(0..count, &Device::flex()).float().reshape(shape)
    }

    #[test]
    fn a_square_becomes_four_neighbouring_channels() {
        let depth: Vec<f32> = space_to_depth(numbered([1, 2, 2, 2])).into_data().iter().collect();
        assert_eq!(depth, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        let depth: Vec<f32> = space_to_depth(numbered([1, 1, 2, 4])).into_data().iter().collect();
        assert_eq!(depth, [0.0, 2.0, 1.0, 3.0, 4.0, 6.0, 5.0, 7.0]);
    }

    #[test]
    fn there_and_back_is_the_same() {
        let x = numbered([2, 3, 4, 6]);
        assert_eq!(depth_to_space(space_to_depth(x.clone())).into_data(), x.into_data());
    }

    #[test]
    fn the_mean_of_repeats_is_the_value() {
        let x = numbered([2, 3, 2, 2]);
        assert_eq!(mean_of_depth(repeat_for_depth(x.clone())).into_data(), x.into_data());
    }
}

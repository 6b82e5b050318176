//! The U-Net.

use burn::module::Module;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;
use burn::tensor::{Device, FloatDType, Tensor};

use crate::error::Error;
use crate::network::block::{Block, Embedding, conv, convolved, silent_conv};
use crate::network::config::UnetConfig;
use crate::network::shuffle::{depth_to_space, mean_of_depth, repeat_for_depth, space_to_depth};

/// Channels of the finest scale's input: `x_t` and `y` in units of their noise (12 each), the local mean twice (3
/// each).
pub(crate) const FEATURES: usize = 30;
/// Channels of the noise levels: log std of `x_t` and of `y`, per colour.
pub(crate) const LEVELS: usize = 6;
/// Channels of the prediction before depth-to-space.
pub(crate) const PREDICTION: usize = 12;

/// Noise below this std (a quarter of an 8-bit step in linear light) counts as this much.
const SIGMA_FLOOR: f32 = 1e-3;

/// Predicts the unit noise `eps~` in `x_t` from `x_t`, the photo `y` and every pixel's two times.
///
/// The times enter as the std of the noise at them, `sqrt(gamma(t))` and `sqrt(gamma(T*))`. Both images enter relative
/// to the local mean, in units of that std: denoising then looks alike at every noise level, so one small network
/// learns all of them quickly.
#[derive(Module, Debug)]
pub struct Unet {
    input: Conv2d,
    embeddings: Vec<Embedding>,
    down_blocks: Vec<Vec<Block>>,
    downs: Vec<Conv2d>,
    middle: Vec<Block>,
    ups: Vec<Conv2d>,
    up_blocks: Vec<Vec<Block>>,
    output: Conv2d,
    #[module(skip)]
    inside: FloatDType,
}

impl Unet {
    /// A network with fresh weights on a device.
    ///
    /// # Errors
    /// [`Error::BadOption`] when no network can have this shape (see [`UnetConfig::check`]).
    pub fn new(config: &UnetConfig, device: &Device) -> Result<Self, Error> {
        config.check()?;
        let (widths, embedding) = (&config.widths, config.embedding);
        let coarsest = widths.len() - 1;
        let blocks =
            |scale: usize| (0..config.blocks[scale]).map(|_| Block::new(widths[scale], embedding, device)).collect();
        let down = |scale: usize| {
            Conv2dConfig::new([widths[scale], widths[scale + 1]], [2, 2])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Valid)
                .init(device)
        };
        let up = |scale: usize| conv(widths[scale + 1], 4 * widths[scale], 1, device);
        Ok(Self {
            input: conv(FEATURES + LEVELS, widths[0], 3, device),
            embeddings: widths.iter().map(|_| Embedding::new(LEVELS, embedding, device)).collect(),
            down_blocks: (0..coarsest).map(blocks).collect(),
            downs: (0..coarsest).map(down).collect(),
            middle: blocks(coarsest),
            ups: (0..coarsest).map(up).collect(),
            up_blocks: (0..coarsest).map(blocks).collect(),
            output: silent_conv(widths[0], PREDICTION, 3, device),
            inside: FloatDType::F32,
        })
    }

    /// The same network with its blocks and convolutions computed in another number format: bfloat16 halves the time
    /// where the hardware supports it. The features, the embeddings, the residual sums and all weights stay f32.
    #[must_use]
    pub fn computing_in(mut self, numbers: FloatDType) -> Self {
        self.inside = numbers;
        self
    }

    /// The number of every scale with the blocks that it has: on the way down, at the coarsest scale, on the way up.
    #[cfg(feature = "tools")]
    pub(crate) fn blocks_mut(&mut self) -> impl Iterator<Item = (usize, &mut Vec<Block>)> {
        let down = self.down_blocks.iter_mut().chain([&mut self.middle]).enumerate();
        down.chain(self.up_blocks.iter_mut().enumerate())
    }

    /// `eps~` in `x_t`, `[b, 3, h, w]`, from tensors of that shape with `h` and `w` multiples of
    /// [`UnetConfig::alignment`]: `x_t` and `y` in linear light, `sigma_t` and `sigma_star` the std of their noise.
    pub fn forward(&self, x_t: Tensor<4>, y: Tensor<4>, sigma_t: Tensor<4>, sigma_star: Tensor<4>) -> Tensor<4> {
        let sigma_t = space_to_depth(sigma_t.clamp_min(SIGMA_FLOOR));
        let sigma_star = space_to_depth(sigma_star.clamp_min(SIGMA_FLOOR));
        let (x_t, y) = (space_to_depth(x_t), space_to_depth(y));

        let mean = local_mean(y.clone());
        let mean_all = repeat_for_depth(mean.clone());
        let mean_in_noise = compressed(mean.clone() / mean_of_depth(sigma_star.clone()));
        let levels = Tensor::cat(
            vec![log_level(mean_of_depth(sigma_t.clone())), log_level(mean_of_depth(sigma_star.clone()))],
            1,
        );
        let features = vec![
            compressed((x_t - mean_all.clone()) / sigma_t),
            compressed((y - mean_all) / sigma_star),
            // The square root spreads the shadows, where linear light is crowded. It loses what is below 0, where noise
            // moves half of all dark pixels.
            mean.clamp_min(0.0).sqrt(),
            levels.clone(),
            mean_in_noise,
        ];

        let coarsest = self.downs.len();
        let mut embeddings = Vec::with_capacity(coarsest + 1);
        let mut scale_levels = levels;
        for (scale, embedding) in self.embeddings.iter().enumerate() {
            if scale > 0 {
                scale_levels = avg_pool2d(scale_levels, AvgPoolOptions::new([2, 2]));
            }
            embeddings.push(embedding.forward(scale_levels.clone()).cast(self.inside));
        }

        let mut h = self.between_blocks(&self.input, Tensor::cat(features, 1));
        let mut skips = Vec::with_capacity(coarsest);
        for ((blocks, down), embedding) in self.down_blocks.iter().zip(&self.downs).zip(&embeddings) {
            h = run(blocks, h, embedding);
            skips.push(h.clone());
            h = self.between_blocks(down, h);
        }
        h = run(&self.middle, h, &embeddings[coarsest]);
        for (scale, skip) in skips.into_iter().enumerate().rev() {
            // The sum takes the memory layout of its first term. On a GPU the skip's is channels-last, the other is
            // not.
            h = skip + depth_to_space(self.between_blocks(&self.ups[scale], h));
            h = run(&self.up_blocks[scale], h, &embeddings[scale]);
        }
        depth_to_space(self.between_blocks(&self.output, h))
    }

    /// `layer` applied to `x` in the network's number format.
    fn between_blocks(&self, layer: &Conv2d, x: Tensor<4>) -> Tensor<4> {
        convolved(layer, x.cast(self.inside)).cast(FloatDType::F32)
    }
}

fn run(blocks: &[Block], x: Tensor<4>, embedding: &Tensor<4>) -> Tensor<4> {
    blocks.iter().fold(x, |x, block| block.forward(x, embedding.clone()))
}

/// Mean over 6 x 6 pixels (3 x 3 squares; fewer at the border), `[b, 4c, h, w]` to `[b, c, h, w]`.
fn local_mean(depth: Tensor<4>) -> Tensor<4> {
    let options = AvgPoolOptions::new([3, 3]).with_stride([1, 1]).with_padding([1, 1]).with_count_include_pad(false);
    avg_pool2d(mean_of_depth(depth), options)
}

/// Linear up to a few units and logarithmic beyond, so that strong edges do not drown the noise.
fn compressed(d: Tensor<4>) -> Tensor<4> {
    const KNEE: f32 = 4.0;
    // asinh, of |d| so that negative values keep their digits.
    let a = d.clone().abs() / KNEE;
    d.sign() * (a.clone() + (a.square() + 1.0).sqrt()).log() * KNEE
}

/// The logarithm of a noise std, scaled to about [-2, 2] over the range of photographs (0.001 to 0.5).
fn log_level(sigma: Tensor<4>) -> Tensor<4> {
    (sigma.log() + 3.5) / 1.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Distribution;

    #[test]
    fn any_aligned_size_gives_a_prediction_of_that_size() {
        let device = Device::flex();
        for config in [
            UnetConfig::default(),
            UnetConfig { widths: vec![8], blocks: vec![2], embedding: 4 },
            UnetConfig { widths: vec![8, 8, 8, 8], blocks: vec![1, 0, 1, 1], embedding: 4 },
        ] {
            let network = Unet::new(&config, &device).unwrap();
            let side = config.alignment();
            let shape = [2, 3, side, 2 * side];
            let image = || Tensor::<4>::random(shape, Distribution::Uniform(0.0, 1.0), &device);
            let sigma = Tensor::<4>::full(shape, 0.1, &device);
            let eps = network.forward(image(), image(), sigma.clone(), sigma);
            assert_eq!(eps.dims(), shape);
            assert!(eps.into_data().iter::<f32>().all(f32::is_finite));
        }
    }

    #[test]
    fn extreme_inputs_stay_finite() {
        let device = Device::flex();
        let config = UnetConfig::default();
        let network = Unet::new(&config, &device).unwrap();
        let shape = [1, 3, 8, 8];
        for (value, sigma) in [(0.0, 0.0), (1e4, 0.0), (-1e4, 1e-3), (1e4, 4.0)] {
            let x = Tensor::<4>::full(shape, value, &device);
            let s = Tensor::<4>::full(shape, sigma, &device);
            let eps = network.forward(x.clone(), -x, s.clone(), s);
            assert!(eps.into_data().iter::<f32>().all(f32::is_finite), "{value} {sigma}");
        }
    }

    #[test]
    fn compression_is_odd_monotone_and_linear_near_zero() {
        let d = Tensor::<1>::from_floats([-100.0, -1.0, -0.01, 0.0, 0.01, 1.0, 100.0], &Device::flex());
        let c: Vec<f32> = compressed(d.reshape([1, 1, 1, 7])).into_data().iter().collect();
        assert!(c.windows(2).all(|w| w[0] < w[1]));
        assert!((c[4] - 0.01).abs() < 1e-6 && c[3] == 0.0);
        assert!((c[0] + c[6]).abs() < 1e-5 && c[6] < 20.0);
    }
}

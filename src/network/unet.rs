//! The U-Net.

use burn::module::Module;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;
use burn::tensor::{Device, FloatDType, Tensor};

use crate::error::Error;
use crate::network::block::{Block, Embedding, conv, convolved, silent_conv};
use crate::network::config::{ImageKind, UnetConfig};
use crate::network::shuffle::{depth_to_space, mean_of_depth, repeat_for_depth, space_to_depth};

/// Values of a square of 2 x 2 pixels or photosites: what the network predicts there.
pub(crate) fn prediction(image: ImageKind) -> usize {
    image.channels() * image.finest_side().pow(2)
}

/// Channels of the noise levels: log std of `x_t` and of `y`, per channel of the image.
pub(crate) fn levels(image: ImageKind) -> usize {
    2 * image.channels()
}

/// Channels of the finest scale's input: `x_t` and `y` in units of their noise, the root of the local mean, the noise
/// levels, the local mean in units of the noise; in this order.
pub(crate) fn features(image: ImageKind) -> usize {
    2 * prediction(image) + levels(image) + 2 * image.channels()
}

/// Up to about so many units [`compressed`] is linear.
pub(crate) const KNEE: f32 = 4.0;

/// What stds a network takes for noise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoiseRange {
    /// Noise below this std counts as this much.
    pub floor: f32,
    /// The middle of the range's natural logarithms, and a quarter of its width: log stds are scaled to about [-2, 2].
    pub log_middle: f32,
    pub log_quarter: f32,
}

impl NoiseRange {
    pub(crate) fn of(image: ImageKind) -> Self {
        match image {
            // A quarter of an 8-bit step in linear light, to 0.6.
            ImageKind::Rgb => Self { floor: 1e-3, log_middle: -3.5, log_quarter: 1.5 },
            // The rounding error of 14 bits, to 0.5.
            ImageKind::Mosaic => Self { floor: 2e-5, log_middle: -5.75, log_quarter: 2.5 },
        }
    }

    /// The scaled logarithm of a std at or above the floor.
    fn level(self, sigma: Tensor<4>) -> Tensor<4> {
        (sigma.log() - self.log_middle) / self.log_quarter
    }
}

/// Predicts the unit noise `eps~` in `x_t` from `x_t`, the photo `y` and every pixel's two times.
///
/// The times enter as the std of the noise at them, `sqrt(gamma(t))` and `sqrt(gamma(T*))`. Both images enter relative
/// to the local mean, in units of that std: denoising then looks alike at every noise level, so one small network
/// learns all of them quickly.
#[derive(Module, Debug)]
pub struct Unet {
    pub(crate) input: Conv2d,
    pub(crate) embeddings: Vec<Embedding>,
    pub(super) down_blocks: Vec<Vec<Block>>,
    pub(super) downs: Vec<Conv2d>,
    pub(super) middle: Vec<Block>,
    pub(super) ups: Vec<Conv2d>,
    pub(super) up_blocks: Vec<Vec<Block>>,
    pub(crate) output: Conv2d,
    #[module(skip)]
    pub(crate) image: ImageKind,
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
        let (image, widths, embedding) = (config.image, &config.widths, config.embedding);
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
            input: conv(features(image), widths[0], 3, device),
            embeddings: widths.iter().map(|_| Embedding::new(levels(image), embedding, device)).collect(),
            down_blocks: (0..coarsest).map(blocks).collect(),
            downs: (0..coarsest).map(down).collect(),
            middle: blocks(coarsest),
            ups: (0..coarsest).map(up).collect(),
            up_blocks: (0..coarsest).map(blocks).collect(),
            output: silent_conv(widths[0], prediction(image), 3, device),
            image,
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

    /// `eps~` in `x_t`, `[b, c, h, w]` with the `c` channels of the network's [`ImageKind`], from tensors of that shape
    /// with `h` and `w` multiples of [`UnetConfig::alignment`]: `x_t` and `y` in linear light, `sigma_t` and
    /// `sigma_star` the std of their noise.
    pub fn forward(&self, x_t: Tensor<4>, y: Tensor<4>, sigma_t: Tensor<4>, sigma_star: Tensor<4>) -> Tensor<4> {
        let noise = NoiseRange::of(self.image);
        let squares = |x| self.squares(x);
        let (sigma_t, sigma_star) =
            (squares(sigma_t.clamp_min(noise.floor)), squares(sigma_star.clamp_min(noise.floor)));
        let (x_t, y) = (squares(x_t), squares(y));

        let mean = local_mean(self.means(y.clone()));
        let mean_all = self.repeated(mean.clone());
        let mean_in_noise = compressed(mean.clone() / self.means(sigma_star.clone()));
        let level = |sigma: &Tensor<4>| noise.level(self.means(sigma.clone()));
        let levels = Tensor::cat(vec![level(&sigma_t), level(&sigma_star)], 1);
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
        let eps = self.between_blocks(&self.output, h);
        match self.image {
            ImageKind::Rgb => depth_to_space(eps),
            ImageKind::Mosaic => eps,
        }
    }

    /// An image, `[b, c, h, w]`, as the finest scale sees it: each 2 x 2 pixels as channels of one, or the planes of a
    /// mosaic as they are.
    fn squares(&self, image: Tensor<4>) -> Tensor<4> {
        match self.image {
            ImageKind::Rgb => space_to_depth(image),
            ImageKind::Mosaic => image,
        }
    }

    /// The mean of every square's values, channel by channel.
    fn means(&self, squares: Tensor<4>) -> Tensor<4> {
        match self.image {
            ImageKind::Rgb => mean_of_depth(squares),
            ImageKind::Mosaic => squares,
        }
    }

    /// A value a channel for all of a square's values.
    fn repeated(&self, means: Tensor<4>) -> Tensor<4> {
        match self.image {
            ImageKind::Rgb => repeat_for_depth(means),
            ImageKind::Mosaic => means,
        }
    }

    /// `layer` applied to `x` in the network's number format.
    fn between_blocks(&self, layer: &Conv2d, x: Tensor<4>) -> Tensor<4> {
        convolved(layer, x.cast(self.inside)).cast(FloatDType::F32)
    }
}

fn run(blocks: &[Block], x: Tensor<4>, embedding: &Tensor<4>) -> Tensor<4> {
    blocks.iter().fold(x, |x, block| block.forward(x, embedding.clone()))
}

/// Mean over 3 x 3 squares, fewer at the border.
fn local_mean(means: Tensor<4>) -> Tensor<4> {
    let options = AvgPoolOptions::new([3, 3]).with_stride([1, 1]).with_padding([1, 1]).with_count_include_pad(false);
    avg_pool2d(means, options)
}

/// Linear up to a few units and logarithmic beyond, so that strong edges do not drown the noise.
fn compressed(d: Tensor<4>) -> Tensor<4> {
    // asinh, of |d| so that negative values keep their digits.
    let a = d.clone().abs() / KNEE;
    d.sign() * (a.clone() + (a.square() + 1.0).sqrt()).log() * KNEE
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
            UnetConfig { widths: vec![8], blocks: vec![2], embedding: 4, ..UnetConfig::default() },
            UnetConfig { image: ImageKind::Mosaic, widths: vec![8, 8], blocks: vec![1, 2], embedding: 4 },
            UnetConfig { image: ImageKind::Rgb, widths: vec![8, 8, 8, 8], blocks: vec![1, 0, 1, 1], embedding: 4 },
        ] {
            let network = Unet::new(&config, &device).unwrap();
            let side = config.alignment();
            let shape = [2, config.image.channels(), side, 2 * side];
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
        for image in [ImageKind::Rgb, ImageKind::Mosaic] {
            let network = Unet::new(&UnetConfig { image, ..UnetConfig::default() }, &device).unwrap();
            let shape = [1, image.channels(), 8, 8];
            for (value, sigma) in [(0.0, 0.0), (1e4, 0.0), (-1e4, 1e-3), (1e4, 4.0)] {
                let x = Tensor::<4>::full(shape, value, &device);
                let s = Tensor::<4>::full(shape, sigma, &device);
                let eps = network.forward(x.clone(), -x, s.clone(), s);
                assert!(eps.into_data().iter::<f32>().all(f32::is_finite), "{image:?} {value} {sigma}");
            }
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

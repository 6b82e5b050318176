//! The network on a processor, by vector instructions.
//!
//! A pixel's channels lie side by side in memory. A block works row by row: what it makes of a row stays in the
//! processor's caches. Only what the wanted window depends on is computed. The network on tensors
//! ([`Unet::forward`]) says what is right; training uses it.

mod block;
mod conv;
mod pixels;
mod product;
mod regions;
mod sight;
mod vectors;

use pulp::{Arch, Simd, WithSimd};

use crate::network::block::Block as Layers;
use crate::network::config::UnetConfig;
use crate::network::layout::{by_pixel, conv as laid};
use crate::network::processor::block::{Block, Scratch};
use crate::network::processor::conv::{Conv, Embedding};
use crate::network::processor::pixels::Pixels;
use crate::network::processor::product::{Product, padded};
use crate::network::processor::regions::Regions;
use crate::network::processor::sight::Sight;
use crate::network::unet::{Unet, features};
use crate::network::window::Window;

/// What a network sees of an image: `[x_t, sigma_t, y, sigma_star]`, each as planes; see [`Unet::forward`].
pub type Seen<'a> = [&'a [f32]; 4];

/// A network ready for this processor.
#[derive(Debug)]
pub struct Processor {
    config: UnetConfig,
    arch: Arch,
    input: Conv,
    embeddings: Vec<Embedding>,
    /// Of every scale, finest first.
    down_blocks: Vec<Vec<Block>>,
    downs: Vec<Conv>,
    ups: Vec<Product>,
    /// Of every scale but the coarsest.
    up_blocks: Vec<Vec<Block>>,
    output: Conv,
}

impl Processor {
    /// The network for this processor; it has to be on one.
    pub fn new(network: &Unet, config: &UnetConfig) -> Self {
        let arch = Arch::new();
        let lanes = arch.dispatch(Lanes);
        let widths = &config.widths;
        let blocks = |layers: &[Layers], scale: usize| -> Vec<Block> {
            layers.iter().map(|layers| Block::new(layers, widths[scale], lanes)).collect()
        };
        let up = |(scale, layer)| Product::new(&laid(layer, by_pixel(4 * widths[scale])), 4, lanes);
        let down = |(scale, layer)| Conv::new(layer, padded(widths[scale]), lanes);
        let ways_down = network.down_blocks.iter().chain([&network.middle]);
        Self {
            arch,
            input: Conv::new(&network.input, features(config.image), lanes),
            embeddings: network.embeddings.iter().map(|layers| Embedding::new(layers, lanes)).collect(),
            down_blocks: ways_down.enumerate().map(|(scale, layers)| blocks(layers, scale)).collect(),
            downs: network.downs.iter().enumerate().map(down).collect(),
            ups: network.ups.iter().enumerate().map(up).collect(),
            up_blocks: network.up_blocks.iter().enumerate().map(|(scale, layers)| blocks(layers, scale)).collect(),
            output: Conv::new(&network.output, padded(widths[0]), lanes),
            config: config.clone(),
        }
    }

    /// The prediction for a window of an image of this size, as planes. Rows and columns are multiples of the network's
    /// alignment.
    pub fn predict(&self, size: [usize; 2], window: Window, seen: Seen<'_>) -> Vec<f32> {
        self.arch.dispatch(Forward { network: self, size, window, seen })
    }

    fn forward<S: Simd>(&self, simd: S, size: [usize; 2], window: Window, seen: Seen<'_>) -> Vec<f32> {
        let regions = Regions::new(&self.config, size, window);
        let Sight { features, mut levels } = Sight::of(self.config.image, seen, regions.sizes[0], regions.features());
        let Regions { sizes, output, down, up } = regions;
        let pixels = |scale: usize| Pixels::new(sizes[scale], padded(self.config.widths[scale]));
        let rows = &mut Scratch::default();

        let mut x = pixels(0);
        self.input.apply(simd, &features, &mut x, down[0].begin);
        drop(features);
        let mut finer = Vec::with_capacity(up.len());
        let mut embeddings = Vec::with_capacity(sizes.len());
        for (scale, blocks) in self.down_blocks.iter().enumerate() {
            let (size, path) = (sizes[scale], down[scale]);
            if scale > 0 {
                levels = sight::coarser(&levels, size, path.begin);
                let mut coarser = pixels(scale);
                self.downs[scale - 1].apply(simd, &x, &mut coarser, path.begin);
                finer.push(std::mem::replace(&mut x, coarser));
            }
            embeddings.push(self.embeddings[scale].apply(simd, &levels, size, path.begin));
            block::run(simd, blocks, &mut x, &embeddings[scale], size, path.end, rows);
        }
        for (scale, skipped) in finer.into_iter().enumerate().rev() {
            let coarser = std::mem::replace(&mut x, skipped);
            let (size, path) = (sizes[scale], up[scale]);
            conv::up(simd, &self.ups[scale], &coarser, &mut x, regions::halved(path.begin));
            block::run(simd, &self.up_blocks[scale], &mut x, &embeddings[scale], size, path.end, rows);
        }
        self.planes(simd, &x, output)
    }

    /// The prediction for a window of the finest scale, given its features.
    fn planes<S: Simd>(&self, simd: S, x: &Pixels, Window { row, column, rows, columns }: Window) -> Vec<f32> {
        let (channels, side) = (self.config.image.channels(), self.config.image.finest_side());
        let width = side * columns;
        let mut planes = vec![0.0; channels * side * rows * width];
        let mut eps = vec![0.0; columns * self.output.outputs()];
        for r in 0..rows {
            self.output.row(simd, x, row + r, column, &mut eps);
            for (c, eps) in eps.chunks_exact(self.output.outputs()).enumerate() {
                for (n, eps) in eps.iter().take(channels * side * side).enumerate() {
                    let (channel, i) = (n / (side * side), n % (side * side));
                    planes[(channel * side * rows + side * r + i / side) * width + side * c + i % side] = *eps;
                }
            }
        }
        planes
    }
}

struct Forward<'a> {
    network: &'a Processor,
    size: [usize; 2],
    window: Window,
    seen: Seen<'a>,
}

impl WithSimd for Forward<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f32> {
        self.network.forward(simd, self.size, self.window, self.seen)
    }
}

/// Numbers in a vector.
struct Lanes;

impl WithSimd for Lanes {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        S::F32_LANES
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::ImageKind;
    use crate::network::reference::Reference;
    use crate::network::weights::randomised;
    use burn::tensor::Device;

    #[test]
    fn it_computes_what_tensors_do() {
        let mosaic = UnetConfig { image: ImageKind::Mosaic, ..UnetConfig::default() };
        for (config, size) in [
            (UnetConfig::default(), [48, 80]),
            (mosaic.clone(), [24, 44]),
            (UnetConfig { widths: vec![5], blocks: vec![2], embedding: 3, ..UnetConfig::default() }, [2, 2]),
            (UnetConfig { widths: vec![8, 21], blocks: vec![0, 1], embedding: 17, ..mosaic }, [26, 42]),
            (
                UnetConfig { widths: vec![12, 8, 40], blocks: vec![1, 2, 1], embedding: 32, ..UnetConfig::default() },
                [64, 104],
            ),
        ] {
            let reference = Reference::new(config, size);
            let processor = Processor::new(&reference.network, &reference.config);
            let planes = reference.planes();
            let side = reference.config.alignment();
            let [below, right] = size.map(|length| length / side / 2 * side);
            for window in [
                Window::whole(size),
                Window { row: below, column: right, rows: size[0] - below, columns: size[1] - right },
                Window { row: 0, column: right, rows: side, columns: side },
            ] {
                let found = processor.predict(size, window, planes.each_ref().map(Vec::as_slice));
                reference.check(window, true, &found, 1e-5);
            }
        }
    }

    #[test]
    fn a_window_is_part_of_the_whole_to_the_bit() {
        let here = Device::flex();
        let config = UnetConfig { widths: vec![12, 20], blocks: vec![1, 2], embedding: 4, ..UnetConfig::default() };
        let processor = Processor::new(&randomised(Unet::new(&config, &here).unwrap(), &here), &config);
        let size @ [rows, columns] = [60, 68];
        let plane = |k: usize| -> Vec<f32> {
            (0..3 * rows * columns).map(|i| 0.01 + ((i * (31 + k)) % 97) as f32 / 100.0).collect()
        };
        let planes = [0, 1, 2, 3].map(plane);
        let seen = planes.each_ref().map(Vec::as_slice);
        let whole = processor.predict(size, Window::whole(size), seen);
        let window = Window { row: 20, column: 36, rows: 12, columns: 16 };
        let part = processor.predict(size, window, seen);
        for (i, v) in part.iter().enumerate() {
            let (channel, r, c) = (i / 192, i % 192 / 16, i % 16);
            assert_eq!(*v, whole[(channel * rows + window.row + r) * columns + window.column + c]);
        }
    }
}

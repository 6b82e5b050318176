//! What a network costs: arithmetic per pixel, parameters and field of view.

use crate::network::config::UnetConfig;
use crate::network::unet::{FEATURES, LEVELS, PREDICTION};

/// The most arithmetic per pixel that a released network may take: it may run tens of times per photo, in a browser.
pub const MAX_FLOPS_PER_PIXEL: f64 = 200_000.0;
/// The most parameters a released network may have.
pub const MAX_PARAMETERS: usize = 3_000_000;

/// One convolution of the network.
struct Layer {
    channels_in: usize,
    channels_out: usize,
    kernel: usize,
    /// Each output channel reads `channels_in / groups` channels.
    groups: usize,
    /// Side of an output pixel in image pixels.
    pixel_size: usize,
}

impl UnetConfig {
    /// Every convolution, in the order of the forward pass.
    fn layers(&self) -> Vec<Layer> {
        let (widths, embedding) = (&self.widths, self.embedding);
        let coarsest = widths.len() - 1;
        let layer = |channels_in, channels_out, kernel, scale| Layer {
            channels_in,
            channels_out,
            kernel,
            groups: 1,
            pixel_size: self.pixel_size(scale),
        };
        let blocks = |scale: usize| {
            let width = widths[scale];
            (0..self.blocks[scale]).flat_map(move |_| {
                [
                    layer(embedding, 2 * width, 1, scale),
                    layer(width, 2 * width, 1, scale),
                    Layer { groups: 2 * width, ..layer(2 * width, 2 * width, 3, scale) },
                    layer(width, width, 1, scale),
                    layer(width, 2 * width, 1, scale),
                    layer(width, width, 1, scale),
                ]
            })
        };
        let mut layers = vec![layer(FEATURES + LEVELS, widths[0], 3, 0)];
        for scale in 0..=coarsest {
            layers.extend([layer(LEVELS, embedding, 1, scale), layer(embedding, embedding, 1, scale)]);
        }
        for scale in 0..coarsest {
            layers.extend(blocks(scale));
            layers.push(layer(widths[scale], widths[scale + 1], 2, scale + 1));
        }
        layers.extend(blocks(coarsest));
        for scale in (0..coarsest).rev() {
            layers.push(layer(widths[scale + 1], 4 * widths[scale], 1, scale + 1));
            layers.extend(blocks(scale));
        }
        layers.push(layer(widths[0], PREDICTION, 3, 0));
        layers
    }

    /// Floating-point operations of the convolutions per image pixel and evaluation; a multiply-add counts as two.
    pub fn flops_per_pixel(&self) -> f64 {
        let flops = |l: &Layer| {
            (2 * l.kernel.pow(2) * l.channels_in / l.groups * l.channels_out) as f64 / l.pixel_size.pow(2) as f64
        };
        self.layers().iter().map(flops).sum()
    }

    /// Number of trained parameters.
    pub fn parameters(&self) -> usize {
        self.layers().iter().map(|l| (l.kernel.pow(2) * l.channels_in / l.groups + 1) * l.channels_out).sum()
    }

    /// How far away, in pixels and rounded up to [`UnetConfig::alignment`], a pixel can matter to another: the halo
    /// that a tile needs.
    pub fn halo(&self) -> usize {
        // The local mean reaches one square further, a 3 x 3 convolution one pixel of its scale. Going to coarser
        // scales rounds outwards to their pixels, by less than one pixel of the coarsest in all.
        let convolutions: usize = self.layers().iter().filter(|l| l.kernel == 3).map(|l| l.pixel_size).sum();
        (self.pixel_size(0) + convolutions + self.alignment()).next_multiple_of(self.alignment())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Unet, weights};
    use burn::module::Module;
    use burn::tensor::{Device, Distribution, Tensor};

    #[test]
    fn the_default_network_keeps_to_the_budget() {
        let config = UnetConfig::default();
        assert!(config.flops_per_pixel() <= MAX_FLOPS_PER_PIXEL, "{}", config.flops_per_pixel());
        assert!(config.parameters() <= MAX_PARAMETERS, "{}", config.parameters());
    }

    #[test]
    fn the_list_of_layers_is_the_networks() {
        for config in [
            UnetConfig::default(),
            UnetConfig { widths: vec![8, 16], blocks: vec![2, 1], embedding: 5 },
            UnetConfig { widths: vec![8], blocks: vec![3], embedding: 5 },
        ] {
            assert_eq!(config.parameters(), Unet::new(&config, &Device::flex()).unwrap().num_params());
        }
    }

    #[test]
    fn a_layer_costs_what_counting_says() {
        // 36 -> 8 and 8 -> 12 at half resolution, 3 x 3; embeddings 6 -> 5 -> 5; in the block 5 -> 16, 8 -> 16, one 3 x
        // 3 kernel for each of 16 channels, 8 -> 8, 8 -> 16 and 8 -> 8.
        let config = UnetConfig { widths: vec![8], blocks: vec![1], embedding: 5 };
        let block = 5 * 16 + 8 * 16 + 9 * 16 + 8 * 8 + 8 * 16 + 8 * 8;
        let by_hand = 2 * (9 * 36 * 8 + (6 * 5 + 5 * 5) + block + 9 * 8 * 12);
        assert_eq!(config.flops_per_pixel(), f64::from(by_hand) / 4.0);
    }

    #[test]
    fn nothing_beyond_the_halo_matters() {
        let device = Device::flex();
        let released = weights::from_bytes(weights::RELEASED, &device).unwrap().1;
        for config in [UnetConfig { widths: vec![6, 8], blocks: vec![1, 1], embedding: 4 }, released] {
            let network = Unet::new(&config, &device).unwrap();
            // Blocks start out silent: give every weight a value.
            let network = weights::randomised(network, &device);
            let (halo, last) = (config.halo(), config.alignment());
            let side = halo + 2 * last;
            let y = Tensor::<4>::random([1, 3, side, side], Distribution::Uniform(0.0, 1.0), &device);
            let sigma = Tensor::<4>::full([1, 3, side, side], 0.1, &device);
            let eps = |y: Tensor<4>| -> Vec<f32> {
                network.forward(y.clone(), y, sigma.clone(), sigma.clone()).into_data().iter().collect()
            };
            let before = eps(y.clone());
            let edge = side - last..side;
            for (axis, part) in
                [[0..1, 0..3, edge.clone(), 0..side], [0..1, 0..3, 0..side, edge]].into_iter().enumerate()
            {
                let ones = Tensor::ones(part.clone().map(|range| range.len()), &device);
                let after = eps(y.clone().slice_assign(part, ones));
                // The nearest to the change that still differs, by rows or columns.
                let farthest = (0..3 * side * side)
                    .filter(|at| before[*at] != after[*at])
                    .map(|at| [at / side % side, at % side][axis])
                    .min()
                    .expect("the change did not even reach itself");
                let reached = side - last - farthest;
                assert!(reached <= halo, "{config:?}: {reached} pixels, the halo is {halo}");
                assert!(2 * reached > halo, "{config:?}: {reached} pixels, so a halo of {halo} is too much");
            }
        }
    }
}

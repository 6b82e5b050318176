//! What a network costs: arithmetic per pixel, parameters and field of view.

use crate::network::config::UnetConfig;
use crate::network::unet::{features, levels, prediction};

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
    /// Side of an output pixel in pixels of a photo or photosites of a mosaic.
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
            pixel_size: 2usize << scale,
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
        let (features, levels, prediction) = (features(self.image), levels(self.image), prediction(self.image));
        let mut layers = vec![layer(features, widths[0], 3, 0)];
        for scale in 0..=coarsest {
            layers.extend([layer(levels, embedding, 1, scale), layer(embedding, embedding, 1, scale)]);
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
        layers.push(layer(widths[0], prediction, 3, 0));
        layers
    }

    /// Floating-point operations of the convolutions per pixel of a photo, or photosite of a mosaic, and evaluation; a
    /// multiply-add counts as two.
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

    /// How far beyond the edge of an aligned block of pixels the convolutions read for the pixels within: the halo of a
    /// tile, in pixels, rounded up to [`UnetConfig::alignment`].
    ///
    /// The local mean reads one square further ([`UnetConfig::field`]). At the edge of what a tile reads it averages
    /// fewer squares, which reaches the tile only through the corner tap of every convolution on the way.
    pub fn halo(&self) -> usize {
        self.convolved().next_multiple_of(self.alignment())
    }

    /// How far beyond the edge of an aligned block of pixels anything matters to the pixels within.
    pub fn field(&self) -> usize {
        self.convolved() + self.pixel_size(0)
    }

    /// The reach of the convolutions, followed from the output back to the input.
    fn convolved(&self) -> usize {
        let coarsest = self.widths.len() - 1;
        let of_blocks = |scale: usize| self.blocks[scale] * self.pixel_size(scale);
        let output = self.pixel_size(0);
        let up = (0..coarsest).fold(output, |reach, scale| {
            // Whole pixels of the next scale.
            (reach + of_blocks(scale)).next_multiple_of(self.pixel_size(scale + 1))
        });
        let input = self.pixel_size(0);
        up + of_blocks(coarsest) + (0..coarsest).map(of_blocks).sum::<usize>() + input
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{ImageKind, Unet};
    use burn::module::Module;
    use burn::tensor::{Device, Tensor};

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
            UnetConfig { widths: vec![8, 16], blocks: vec![2, 1], embedding: 5, ..UnetConfig::default() },
            UnetConfig { image: ImageKind::Mosaic, widths: vec![8], blocks: vec![3], embedding: 5 },
        ] {
            assert_eq!(config.parameters(), Unet::new(&config, &Device::flex()).unwrap().num_params());
        }
    }

    #[test]
    fn a_layer_costs_what_counting_says() {
        // 36 -> 8 and 8 -> 12 at half resolution, 3 x 3; embeddings 6 -> 5 -> 5; in the block 5 -> 16, 8 -> 16, one 3 x
        // 3 kernel for each of 16 channels, 8 -> 8, 8 -> 16 and 8 -> 8.
        let config = UnetConfig { image: ImageKind::Rgb, widths: vec![8], blocks: vec![1], embedding: 5 };
        let block = 5 * 16 + 8 * 16 + 9 * 16 + 8 * 8 + 8 * 16 + 8 * 8;
        let by_hand = 2 * (9 * 36 * 8 + (6 * 5 + 5 * 5) + block + 9 * 8 * 12);
        assert_eq!(config.flops_per_pixel(), f64::from(by_hand) / 4.0);
        // 24 -> 8 and 8 -> 4, embeddings 8 -> 5 -> 5.
        let by_hand = 2 * (9 * 24 * 8 + (8 * 5 + 5 * 5) + block + 9 * 8 * 4);
        let mosaic = UnetConfig { image: ImageKind::Mosaic, ..config };
        assert_eq!(mosaic.flops_per_pixel(), f64::from(by_hand) / 4.0);
    }

    #[test]
    fn a_photosite_costs_no_more_than_a_pixel() {
        let photo = UnetConfig::default();
        let mosaic = UnetConfig { image: ImageKind::Mosaic, ..photo.clone() };
        assert!(mosaic.flops_per_pixel() < photo.flops_per_pixel());
    }

    /// Which aligned blocks along an axis the prediction depends on a block at its beginning or end in: a value that is
    /// no number reaches all of them, and no others.
    fn blocks_reached(config: &UnetConfig, network: &Unet, axis: usize, at_end: bool) -> Vec<bool> {
        let (device, block) = (Device::flex(), config.alignment());
        let count = config.field() / block + 3;
        let mut shape = [1, config.image.channels(), block, block];
        shape[axis] = count * block;
        let mut ranges = shape.map(|side| 0..side);
        ranges[axis] = if at_end { (count - 1) * block..count * block } else { 0..block };
        let no_number = Tensor::<4>::full(ranges.clone().map(|range| range.len()), f32::NAN, &device);
        let y = Tensor::<4>::full(shape, 0.5, &device).slice_assign(ranges, no_number);
        let sigma = Tensor::<4>::full(shape, 0.1, &device);
        let eps = network.forward(y.clone(), y, sigma.clone(), sigma);
        let is_reached = |i| {
            let values = eps.clone().narrow(axis, i * block, block).into_data();
            values.iter::<f32>().any(f32::is_nan)
        };
        let reached: Vec<bool> = (0..count).map(is_reached).collect();
        if at_end { reached.into_iter().rev().collect() } else { reached }
    }

    #[test]
    fn the_field_is_exact_in_every_direction() {
        let released = UnetConfig::default();
        assert_eq!((released.field(), released.halo()), (50, 48));
        let device = Device::flex();
        for config in [
            released,
            UnetConfig { image: ImageKind::Rgb, widths: vec![6, 8], blocks: vec![1, 1], embedding: 4 },
            UnetConfig { image: ImageKind::Rgb, widths: vec![6, 8, 8], blocks: vec![0, 2, 1], embedding: 4 },
            UnetConfig { image: ImageKind::Rgb, widths: vec![6], blocks: vec![2], embedding: 4 },
            UnetConfig { image: ImageKind::Mosaic, widths: vec![6, 8], blocks: vec![1, 1], embedding: 4 },
            UnetConfig { image: ImageKind::Mosaic, widths: vec![6, 8, 8], blocks: vec![0, 2, 1], embedding: 4 },
        ] {
            // Blocks start out as the identity: give every weight a value.
            let network = crate::network::weights::randomised(Unet::new(&config, &device).unwrap(), &device);
            let last = config.field().div_ceil(config.alignment());
            for axis in [2, 3] {
                for at_end in [false, true] {
                    let reached = blocks_reached(&config, &network, axis, at_end);
                    let expected: Vec<bool> = (0..reached.len()).map(|i| i <= last).collect();
                    assert_eq!(reached, expected, "{config:?}, axis {axis}, at the end {at_end}");
                }
            }
        }
    }
}

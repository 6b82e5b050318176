//! What the tests of a run share.

mod begun;
mod grain;
mod handed_out;
mod mosaics;
mod on_gpu;
mod options;
mod photos;
mod tiles;
mod variants;

use crate::denoiser::{Denoiser, Options};
use crate::image::LinearImage;
use crate::method::formulation::Formulation;
use crate::method::noise::NoiseModel;
use crate::network::weights::{Description, randomised};
use crate::network::{Unet, UnetConfig};
use burn::tensor::Device;

fn denoiser() -> Denoiser {
    let (network, description) = network();
    Denoiser::new(network, description, &Device::flex()).with_threads(1)
}

/// That denoiser's network.
fn network() -> (Unet, Description) {
    let device = Device::flex();
    let config = UnetConfig { widths: vec![6, 8], blocks: vec![1, 1], embedding: 4, ..UnetConfig::default() };
    (randomised(Unet::new(&config, &device).unwrap(), &device), config.into())
}

/// A network whose halo is its whole field. Where it leaves out the outermost square of the local mean, the
/// difference that this makes is bounded for the released weights, in `tests/golden.rs`.
fn exact_in_tiles(formulation: Formulation) -> Denoiser {
    let device = Device::flex();
    let config = UnetConfig { widths: vec![6, 8], blocks: vec![2, 1], embedding: 4, ..UnetConfig::default() };
    assert_eq!(config.halo(), config.field());
    let network = randomised(Unet::new(&config, &device).unwrap(), &device);
    Denoiser::new(network, Description { formulation, ..config.into() }, &device)
}

/// The same network as one of another variant.
fn as_variant(denoiser: &Denoiser, formulation: Formulation) -> Denoiser {
    Denoiser { formulation, ..denoiser.clone() }
}

fn photo(width: usize, height: usize) -> LinearImage {
    let clean = LinearImage::from_fn(width, height, |c, r, x| 0.2 + 0.1 * c as f32 + 0.005 * ((r + x) % 40) as f32);
    NoiseModel::at_gain(8.0).add_to(&clean.unwrap(), 4)
}

fn denoise(denoiser: &Denoiser, image: &LinearImage, options: Options) -> LinearImage {
    pollster::block_on(denoiser.denoise(image, NoiseModel::at_gain(8.0), &options)).unwrap()
}

fn largest_difference(a: &LinearImage, b: &LinearImage) -> f32 {
    a.values().iter().zip(b.values()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

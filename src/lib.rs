//! svnr removes the noise from photos by SVNR, spatially-variant noise removal with denoising diffusion
//! (Pearl et al., [arXiv 2306.16052](https://arxiv.org/abs/2306.16052)).
//!
//! A noisy photo is treated as a state of a diffusion process in which every pixel has its own time: the noisier a
//! pixel, the later its time. The reverse process starts at the photo and ends at a clean image.
//!
//! - [`method`]: the mathematics of the paper's Section 3, on plain numbers and slices.
//! - [`network`]: the U-Net that predicts the noise, on tensors.
//! - [`denoiser`]: both together, tile by tile.
//! - [`estimate`]: how noisy a photo is.
//! - [`files`]: image files, with their depth and metadata.
//! - [`image`] and [`color`]: linear RGB images.
//! - [`raw`]: what a sensor records, one colour per photosite.
//! - [`metrics`]: how close one image is to another.
//! - `training` and `device`, with the feature `tools`: what the command-line programs are made of.
//!
//! # As a dependency
//!
//! The default feature `tools` brings training and the command-line programs, with clap, plotters and other crates. A
//! program that denoises needs none of them:
//!
//! ```toml
//! [dependencies]
//! svnr = { version = "0.1", default-features = false, features = ["network"] }
//! ```
//!
//! | feature | what |
//! |---|---|
//! | `tools` (default) | training, the programs `denoise`, `train` and `evaluate`, OpenEXR and RAW files |
//! | `exr` | OpenEXR files |
//! | `network` | the network and [`Denoiser`] |
//! | `webgpu` | the network in a browser |
//! | `raw` | RAW files of cameras |
//! | `vulkan` | GPUs, through Vulkan |
//! | `libtorch` | PyTorch's kernels, for training on the processor |
//!
//! # Denoising a photo
//!
//! ```
//! use svnr::estimate::estimate_noise;
//! use svnr::network::weights::RELEASED;
//! use svnr::{Denoiser, Device, LinearImage, NoiseModel, Options};
//!
//! # fn main() -> Result<(), svnr::Error> {
//! # let clean = LinearImage::from_fn(64, 48, |channel, row, _| 0.2 + 0.1 * channel as f32 + 0.004 * row as f32)?;
//! # let photo: LinearImage = NoiseModel::at_gain(4.0).add_to(&clean, 1);
//! let denoiser = Denoiser::from_weights(RELEASED, &Device::flex())?;
//! let noise = estimate_noise(&photo).noise;
//! let result = pollster::block_on(denoiser.denoise(&photo, noise, &Options::default()))?;
//! # let distance = |a: &LinearImage| a.values().iter().zip(clean.values()).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
//! # assert!(distance(&result) < 0.1 * distance(&photo));
//! # Ok(())
//! # }
//! ```

pub mod color;
#[cfg(feature = "network")]
pub mod denoiser;
pub mod error;
pub mod estimate;
pub mod files;
#[cfg(feature = "network")]
pub mod gpu;
pub mod image;
pub mod method;
pub mod metrics;
#[cfg(feature = "network")]
pub mod network;
pub mod raw;

#[cfg(feature = "tools")]
pub mod allocator;
#[cfg(feature = "tools")]
pub mod device;
#[cfg(feature = "tools")]
pub mod training;
#[cfg(feature = "tools")]
pub mod weight_file;

#[cfg(target_family = "wasm")]
mod web;

#[cfg(feature = "network")]
pub use burn::tensor::Device;
#[cfg(feature = "network")]
pub use denoiser::{Denoiser, Options};
pub use error::Error;
pub use image::LinearImage;
pub use method::noise::NoiseModel;

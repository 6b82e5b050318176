//! SVNR: spatially-variant noise removal with denoising diffusion
//! (Pearl et al., [arXiv 2306.16052](https://arxiv.org/abs/2306.16052)).
//!
//! A noisy photo is treated as a state of a diffusion process in which every pixel has its own time: the noisier a
//! pixel, the later its time. The reverse process starts at the photo and ends at a clean image.
//!
//! - [`method`]: the mathematics of the paper's Section 3, on plain numbers and slices.
//! - [`network`]: the U-Net that predicts the noise, on tensors.
//! - [`denoiser`]: both together, for any caller, in tiles.
//! - [`estimate`]: how noisy is this image?
//! - [`image`] and [`color`]: linear RGB images.

pub mod color;
pub mod denoiser;
pub mod error;
pub mod estimate;
pub mod image;
pub mod method;
pub mod metrics;
pub mod network;

#[cfg(feature = "tools")]
pub mod device;
#[cfg(feature = "tools")]
pub mod files;
#[cfg(feature = "tools")]
pub mod training;

#[cfg(target_family = "wasm")]
mod web;

pub use denoiser::{Denoiser, Options};
pub use error::Error;
pub use image::LinearImage;
pub use method::noise::NoiseModel;

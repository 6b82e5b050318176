//! The network that predicts the noise in `x_t`: a U-Net on tensors, without any operation that is global over the image,
//! so that tiles with a halo give the same picture as one pass.

pub mod block;
pub mod budget;
pub mod config;
pub mod shuffle;
pub mod unet;
pub mod weights;

pub use config::UnetConfig;
pub use unet::Unet;

//! The network that predicts the noise in `x_t`: a U-Net on tensors. No operation in it is global over the image, so
//! tiles with a halo give the same result as one pass.

pub mod block;
pub mod budget;
pub mod config;
pub mod kernels;
mod layout;
pub(crate) mod processor;
#[cfg(test)]
mod reference;
pub mod shuffle;
pub mod unet;
pub mod weights;
pub mod window;

pub use config::{ImageKind, UnetConfig};
pub use unet::Unet;
pub use window::Window;

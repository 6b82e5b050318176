//! The network by kernels made for it, in WGSL, for GPUs. A block is two of them: all that lies between what its
//! neighbouring pixels need of each other happens in the fast memory of one group of threads.
//!
//! Values lie pixel by pixel in memory, a pixel's channels side by side, four in a vector. The network on tensors
//! ([`Unet::forward`]) says what is right; training uses it, and so do networks that [`Recipe::new`] refuses.

mod launch;
mod recipe;

pub use crate::gpu::Limits;
pub use launch::Kernels;
pub use recipe::{Dispatch, Recipe};

#[cfg(doc)]
use crate::network::Unet;

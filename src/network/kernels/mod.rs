//! The network by kernels made for it, in WGSL, for GPUs. A block is two of them: all that lies between what its
//! neighbouring pixels need of each other happens in the fast memory of one group of threads.
//!
//! Values lie pixel by pixel in memory, a pixel's channels side by side, four in a vector. The network on tensors
//! ([`Unet::forward`]) says what is right; training uses it, and so do networks that [`Recipe::new`] refuses.

mod program;
mod recipe;

// Where burn was built with a GPU. The only place that asks.
#[cfg(any(feature = "vulkan", feature = "webgpu"))]
mod launch;
#[cfg(not(any(feature = "vulkan", feature = "webgpu")))]
mod launch {
    //! There is no GPU in this build.

    use burn::tensor::Device;

    use crate::network::{Unet, UnetConfig, Window};

    /// A network that cannot be had in this build.
    #[derive(Debug)]
    pub enum Kernels {}

    impl Kernels {
        /// There are none.
        pub fn new(_: &Unet, _: &UnetConfig, _: &Device) -> Option<Self> {
            None
        }

        /// Is never called.
        pub async fn predict(
            &self,
            _: [usize; 2],
            _: Window,
            _: [Vec<f32>; 2],
            _: Option<[Vec<f32>; 2]>,
        ) -> Result<Vec<f32>, String> {
            match *self {}
        }
    }
}

pub use launch::Kernels;
pub use recipe::{Dispatch, Limits, Recipe};

#[cfg(doc)]
use crate::network::Unet;

//! What computes the network.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;

use crate::denoiser::step::TileInput;
use crate::error::Error;
use crate::network::kernels::Kernels;
use crate::network::processor::Processor;
use crate::network::{Unet, UnetConfig};

/// The longest side of a tile on a processor, where each of its threads has one in memory.
const TILE_ON_PROCESSOR: usize = 512;
/// The longest side of a tile on a GPU.
const TILE_ON_GPU: usize = 1024;
/// Tiles that a GPU is given at once: it works on one while the host finishes the last and makes the next. The second
/// takes what goes to the device and comes back, at most 80 bytes a pixel; all else lies where the first has it.
pub const TILES_ON_GPU: usize = 2;

/// A network where it is computed.
#[derive(Debug, Clone)]
pub enum Engine {
    /// This processor's vector instructions.
    Processor(Arc<Processor>),
    /// A GPU, by kernels made for the network. The processor checks what it computes.
    Kernels { kernels: Arc<Kernels>, reference: Arc<Processor> },
    /// Any other device, by burn's tensors.
    Tensors { network: Arc<Unet>, device: Device },
}

impl Engine {
    /// Of a network that is on this device: the processor, or tensors.
    pub fn new(network: Unet, config: &UnetConfig, device: &Device) -> Self {
        if *device == Device::flex() {
            Self::Processor(Arc::new(Processor::new(&network, config)))
        } else {
            Self::Tensors { network: Arc::new(network), device: device.clone() }
        }
    }

    /// Of a network that is on the processor, the best there is on this device.
    pub fn on(network: Unet, config: &UnetConfig, device: &Device) -> Self {
        match Kernels::new(&network, config, device) {
            Some(kernels) => {
                let reference = Arc::new(Processor::new(&network, config));
                Self::Kernels { kernels: Arc::new(kernels), reference }
            }
            None => Self::new(network.to_device(device), config, device),
        }
    }

    /// The longest side of a tile where the caller leaves it to the device: as large as its memory allows, since a halo
    /// costs the less the larger the tile is.
    pub fn tile_side(&self) -> usize {
        if matches!(self, Self::Processor(_)) { TILE_ON_PROCESSOR } else { TILE_ON_GPU }
    }

    /// The network's prediction for a tile.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub async fn predict(self, input: TileInput) -> Result<Vec<f32>, Error> {
        match self {
            Self::Processor(processor) => Ok(input.predicted_here(&processor)),
            Self::Kernels { kernels, .. } => input.predicted_by(&kernels).await,
            Self::Tensors { network, device } => input.predicted(&network, &device).await,
        }
    }
}

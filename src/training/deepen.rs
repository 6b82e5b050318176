//! A trained network with more blocks, to be trained further.

use burn::tensor::Device;

use crate::error::Error;
use crate::network::block::Block;
use crate::network::{Unet, UnetConfig};

/// `network` with the blocks of its scales raised to `blocks`, and its new shape. An added block is the identity until
/// it is trained, so the prediction stays the same.
///
/// # Errors
/// [`Error::BadOption`] when a scale would lose blocks, or no network can have the new shape.
pub fn deepened(
    mut network: Unet,
    shape: &UnetConfig,
    blocks: &[usize],
    device: &Device,
) -> Result<(Unet, UnetConfig), Error> {
    let deeper = UnetConfig { blocks: blocks.to_vec(), ..shape.clone() };
    deeper.check()?;
    if blocks.iter().zip(&shape.blocks).any(|(new, old)| new < old) {
        let range = "at least the number of blocks that each scale has";
        return Err(Error::BadOption { name: "blocks", value: format!("{blocks:?}"), range });
    }
    for (scale, list) in network.blocks_mut() {
        list.resize_with(blocks[scale], || Block::new(shape.widths[scale], shape.embedding, device));
    }
    Ok((network, deeper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::weights::randomised;
    use burn::module::Module;
    use burn::tensor::{Distribution, Tensor};

    #[test]
    fn a_deeper_network_predicts_the_same() {
        let device = Device::flex();
        let shape = UnetConfig { widths: vec![8, 6, 4], blocks: vec![1, 0, 1], embedding: 4, ..UnetConfig::default() };
        let network = randomised(Unet::new(&shape, &device).unwrap(), &device);
        let (deeper, config) = deepened(network.clone(), &shape, &[2, 1, 3], &device).unwrap();
        assert_eq!(config.blocks, [2, 1, 3]);
        assert_eq!(deeper.num_params(), config.parameters());
        let image = || Tensor::<4>::random([1, 3, 16, 24], Distribution::Uniform(0.0, 1.0), &device);
        let (x, y, sigma) = (image(), image(), Tensor::<4>::full([1, 3, 16, 24], 0.1, &device));
        let eps = |n: &Unet| n.forward(x.clone(), y.clone(), sigma.clone(), sigma.clone()).into_data();
        assert_eq!(eps(&network), eps(&deeper));
        assert!(deepened(network.clone(), &shape, &[0, 0, 1], &device).is_err());
        assert!(deepened(network, &shape, &[1, 0], &device).is_err());
    }
}

//! The kernels on a GPU.

use std::sync::Arc;

use burn::backend::DispatchDevice;
use burn::backend::wgpu::{KernelSource, SourceKernel, SourceTemplate};
use burn::cubecl::client::Client;
use burn::cubecl::prelude::{CubeCount, CubeDim, KernelId};
use burn::cubecl::server::{Handle, KernelArguments, MetadataBindingInfo};
use burn::tensor::{Bytes, Device};

use crate::network::kernels::program::Program;
use crate::network::kernels::recipe::{Buffer, Call, Limits, Recipe};
use crate::network::{Unet, UnetConfig};

/// A network's kernels and weights on a GPU.
pub struct Kernels {
    client: Client,
    recipe: Recipe,
    weights: Vec<Handle>,
    /// The call after which values are not needed any more.
    last_uses: Vec<usize>,
}

impl Kernels {
    /// The kernels of a network that is on a processor, for this device; `None` if it takes no WGSL, or the network's
    /// shape does not fit ([`Recipe::new`]).
    pub fn new(network: &Unet, config: &UnetConfig, device: &Device) -> Option<Self> {
        let DispatchDevice::Cube(device) = device.as_dispatch() else { return None };
        let client = device.client();
        if !client.name().contains("wgsl") {
            return None;
        }
        let limits = Limits {
            shared_bytes: client.properties().hardware.max_shared_memory_size,
            // Natively, burn cuts its buffers out of large ones.
            are_buffers_apart: cfg!(target_family = "wasm"),
        };
        let mut recipe = Recipe::new(network, config, limits)?;
        let upload = |values| client.create(Bytes::from_elems(values));
        let weights = std::mem::take(&mut recipe.weights).into_iter().map(upload).collect();
        let uses = |number: &usize| {
            let is_used = |call: &Call| call.buffers.contains(&Buffer::Values(*number));
            recipe.calls.iter().rposition(is_used).unwrap_or_default()
        };
        let last_uses = (0..recipe.values.len()).map(|number| uses(&number)).collect();
        Some(Self { client, recipe, weights, last_uses })
    }

    /// The prediction for `[x_t, y, sigma_t, sigma_star]`, planes of this size, as planes; see
    /// [`Unet::forward`](crate::network::Unet::forward).
    ///
    /// # Errors
    /// The device's report when it fails.
    pub async fn predict(&self, size: [usize; 2], inputs: [Vec<f32>; 4]) -> Result<Vec<f32>, String> {
        let inputs = self.uploaded(inputs);
        let mut values: Vec<Option<Handle>> = vec![None; self.recipe.values.len()];
        for (number, call) in self.recipe.calls.iter().enumerate() {
            let mut handle = |buffer: &Buffer| match *buffer {
                Buffer::Input(input) => inputs[input].clone(),
                Buffer::Weights(weights) => self.weights[weights].clone(),
                Buffer::Values(at) => {
                    let empty = || self.client.empty(self.recipe.bytes(at, size));
                    values[at].get_or_insert_with(empty).clone()
                }
            };
            let handles: Vec<Handle> = call.buffers.iter().map(&mut handle).collect();
            self.launch(call, self.recipe.size_at(call.scale, size), handles);
            for (at, last) in self.last_uses.iter().enumerate() {
                if *last == number && at != self.recipe.output {
                    values[at] = None;
                }
            }
        }
        let eps = values.swap_remove(self.recipe.output).ok_or("no kernel computes the prediction")?;
        let read = self.client.read_async(vec![eps]).await.map_err(|e| e.to_string())?;
        let bytes = read.first().ok_or("the device returned nothing")?;
        Ok(bytes.as_chunks().0.iter().map(|value| f32::from_le_bytes(*value)).collect())
    }

    /// The inputs on the device. A run begins at the photo: in its first step, which is often the only one, `x_t` is
    /// `y` and `sigma_t` is `sigma_star`, and half of the values suffice.
    fn uploaded(&self, [x_t, y, sigma_t, sigma_star]: [Vec<f32>; 4]) -> [Handle; 4] {
        let pair = |first: Vec<f32>, second: Vec<f32>| {
            // A buffer that may be written cannot be bound twice.
            let is_same = self.recipe.limits().are_buffers_apart && first == second;
            let upload = |planes| self.client.create(Bytes::from_elems(planes));
            let first = upload(first);
            let second = if is_same { first.clone() } else { upload(second) };
            (first, second)
        };
        let ((x_t, y), (sigma_t, sigma_star)) = (pair(x_t, y), pair(sigma_t, sigma_star));
        [x_t, y, sigma_t, sigma_star]
    }

    fn launch(&self, call: &Call, [rows, columns]: [usize; 2], handles: Vec<Handle>) {
        let [x, y, z] = call.groups([rows, columns]).map(|groups| groups as u32);
        let mut arguments = KernelArguments::new();
        for handle in handles {
            arguments = arguments.with_buffer(handle.binding());
        }
        // A vector of four: rows, columns, and nothing.
        arguments.info = MetadataBindingInfo::custom(vec![rows as u64 | (columns as u64) << 32, 0]);
        let kernel = SourceKernel::new(Text(call.program.clone()), CubeDim::new_1d(call.program.threads as u32));
        self.client.launch(Box::new(kernel), CubeCount::Static(x, y, z), arguments);
    }
}

impl std::fmt::Debug for Kernels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kernels").field("dispatches", &self.recipe.dispatches()).finish_non_exhaustive()
    }
}

/// A program as burn takes it.
struct Text(Program);

impl KernelSource for Text {
    fn source(&self) -> SourceTemplate {
        SourceTemplate::new(&*self.0.text)
    }

    fn id(&self) -> KernelId {
        let threads = CubeDim::new_1d(self.0.threads as u32);
        // Compiled programs are kept by this: it has to tell any two texts apart.
        KernelId::new::<Self>().cube_dim(threads.0).info(Arc::clone(&self.0.text))
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::network::ImageKind;
    use crate::network::weights::randomised;
    use burn::tensor::{Distribution, Tensor, TensorData};

    /// The GPU; `None`, and why, where there is none. A software GPU will do.
    fn gpu() -> Option<Device> {
        Device::wgpu_options().init().inspect_err(|e| eprintln!("not tested, for want of a GPU: {e}")).ok()
    }

    #[test]
    fn kernels_compute_what_tensors_do() {
        let Some(gpu) = gpu() else { return };
        let here = Device::flex();
        let mosaic = UnetConfig { image: ImageKind::Mosaic, ..UnetConfig::default() };
        for (config, size) in [
            (UnetConfig::default(), [24, 40]),
            (mosaic.clone(), [12, 44]),
            (UnetConfig { widths: vec![4], blocks: vec![2], embedding: 4, ..UnetConfig::default() }, [2, 2]),
            (UnetConfig { widths: vec![8, 20], blocks: vec![0, 1], embedding: 8, ..mosaic }, [6, 22]),
            (
                UnetConfig { widths: vec![12, 8, 400], blocks: vec![1, 2, 1], embedding: 32, ..UnetConfig::default() },
                [24, 40],
            ),
        ] {
            let network = randomised(Unet::new(&config, &here).unwrap(), &here);
            let shape = [1, config.image.channels(), size[0], size[1]];
            let random = |from, to| Tensor::<4>::random(shape, Distribution::Uniform(from, to), &here);
            // Light beyond both ends, and stds below what counts as noise.
            let inputs = [random(-0.3, 1.2), random(-0.3, 1.2), random(-0.01, 0.3), random(0.0, 0.3)];
            let [x_t, y, sigma_t, sigma_star] = inputs.clone();
            let expected: TensorData = network.forward(x_t, y, sigma_t, sigma_star).into_data();
            let planes = inputs.map(|planes| planes.into_data().iter().collect());
            let kernels = Kernels::new(&network, &config, &gpu).expect("the shape fits");
            let found = pollster::block_on(kernels.predict(size, planes)).unwrap();
            let largest = expected.iter::<f32>().map(f32::abs).fold(0.0, f32::max);
            let differ = expected.iter::<f32>().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert_eq!(found.len(), shape.iter().product::<usize>());
            assert!(differ < 1e-5 * largest.max(1.0), "{config:?}: {differ} of {largest}");
        }
    }
}

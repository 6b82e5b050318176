//! The kernels on a GPU.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use burn::backend::DispatchDevice;
use burn::backend::wgpu::{KernelSource, SourceKernel, SourceTemplate};
use burn::cubecl::client::Client;
use burn::cubecl::future::spawn_detached;
use burn::cubecl::prelude::{CubeCount, CubeDim, KernelId};
use burn::cubecl::server::{Handle, KernelArguments, MetadataBindingInfo, ServerError};
use burn::tensor::{Bytes, Device};

use crate::network::kernels::program::Program;
use crate::network::kernels::recipe::{Buffer, Call, Limits, Recipe};
use crate::network::{Unet, UnetConfig, Window};

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

    /// The prediction for a window of an image of this size: of `[x_t, sigma_t]`, and of the photo, `[y, sigma_star]`,
    /// where it is not the same. All are planes; see [`Unet::forward`](crate::network::Unet::forward).
    ///
    /// When the future was polled once, the device has all that it needs, and works on one image after the other in the
    /// order in which it got them. To drop a future that is under way is safe.
    ///
    /// # Errors
    /// The device's report when it fails.
    pub async fn predict(
        &self,
        size: [usize; 2],
        window: Window,
        state: [Vec<f32>; 2],
        photo: Option<[Vec<f32>; 2]>,
    ) -> Result<Vec<f32>, String> {
        let eps = self.enqueue(size, window, state, photo).ok_or("no kernel computes the prediction")?;
        let read = Read::of(self.client.clone(), eps).await.map_err(|e| e.to_string())?;
        let bytes = read.first().ok_or("the device returned nothing")?;
        Ok(bytes.as_chunks().0.iter().map(|value| f32::from_le_bytes(*value)).collect())
    }

    /// Uploads the inputs and launches all kernels. When it returns, nothing but the prediction is held: the next
    /// image's values may lie where this one's are, because the device gets there later.
    fn enqueue(
        &self,
        size: [usize; 2],
        window: Window,
        state: [Vec<f32>; 2],
        photo: Option<[Vec<f32>; 2]>,
    ) -> Option<Handle> {
        let first = self.recipe.first(photo.is_none());
        let upload = |planes| self.client.create(Bytes::from_elems(planes));
        let inputs: Vec<Handle> = state.into_iter().chain(photo.into_iter().flatten()).map(upload).collect();
        let mut values: Vec<Option<Handle>> = vec![None; self.recipe.values.len()];
        for (number, call) in [first].into_iter().chain(&self.recipe.calls[1..]).enumerate() {
            let (whole, part) = self.recipe.part(call, size, window);
            let mut handle = |buffer: &Buffer| match *buffer {
                Buffer::Input(input) => inputs[input].clone(),
                Buffer::Weights(weights) => self.weights[weights].clone(),
                Buffer::Values(at) => {
                    let size = if at == self.recipe.output { window.size() } else { size };
                    let empty = || self.client.empty(self.recipe.bytes(at, size));
                    values[at].get_or_insert_with(empty).clone()
                }
            };
            let handles: Vec<Handle> = call.buffers.iter().map(&mut handle).collect();
            self.launch(call, whole, part, handles);
            for (at, last) in self.last_uses.iter().enumerate() {
                if *last == number && at != self.recipe.output {
                    values[at] = None;
                }
            }
        }
        values.swap_remove(self.recipe.output)
    }

    fn launch(&self, call: &Call, [rows, columns]: [usize; 2], window: Window, handles: Vec<Handle>) {
        let [x, y, z] = call.groups(window.size()).map(|groups| groups as u32);
        let mut arguments = KernelArguments::new();
        for handle in handles {
            arguments = arguments.with_buffer(handle.binding());
        }
        // Two vectors of four: rows, columns, and nothing; the window.
        let pair = |first: usize, second: usize| first as u64 | (second as u64) << 32;
        let Window { row, column, rows: inner_rows, columns: inner_columns } = window;
        let shape = vec![pair(rows, columns), 0, pair(row, column), pair(inner_rows, inner_columns)];
        arguments.info = MetadataBindingInfo::custom(shape);
        let kernel = SourceKernel::new(Text(call.program.clone()), CubeDim::new_1d(call.program.threads as u32));
        self.client.launch(Box::new(kernel), CubeCount::Static(x, y, z), arguments);
    }
}

impl std::fmt::Debug for Kernels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kernels").field("dispatches", &self.recipe.dispatches()).finish_non_exhaustive()
    }
}

type Answer = Result<Vec<Bytes>, ServerError>;

/// What is read from the device. Dropped before it is there, it is awaited all the same: burn would use the buffer into
/// which it is copied again while that is still mapped, and the device would refuse all that comes with it.
struct Read(Option<Pin<Box<dyn Future<Output = Answer> + Send>>>);

impl Read {
    fn of(client: Client, values: Handle) -> Self {
        Self(Some(Box::pin(async move { client.read_async(vec![values]).await })))
    }
}

impl Future for Read {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let read = self.0.as_mut().expect("a future is not polled again when it is done");
        let answer = std::task::ready!(read.as_mut().poll(context));
        self.0 = None;
        Poll::Ready(answer)
    }
}

impl Drop for Read {
    fn drop(&mut self) {
        if let Some(read) = self.0.take() {
            spawn_detached(async move { drop(read.await) });
        }
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
            let inputs = [random(-0.3, 1.2), random(-0.01, 0.3), random(-0.3, 1.2), random(0.0, 0.3)];
            let [x_t, sigma_t, y, sigma_star] = inputs.clone();
            let [x, sigma_x, y_planes, sigma_y] = inputs.map(|planes| planes.into_data().iter().collect::<Vec<f32>>());
            let kernels = Kernels::new(&network, &config, &gpu).expect("the shape fits");
            let [above, left] = size.map(|side| side / config.alignment() / 2 * config.alignment());
            let part = Window { row: above, column: left, rows: size[0] - above, columns: size[1] - left };
            for (window, photo) in [
                (Window::whole(size), Some([y_planes.clone(), sigma_y.clone()])),
                (part, Some([y_planes, sigma_y])),
                (part, None),
            ] {
                let [y, sigma_star] = photo.as_ref().map_or([&x_t, &sigma_t], |_| [&y, &sigma_star]).map(Tensor::clone);
                let eps = window.of(network.forward(x_t.clone(), y, sigma_t.clone(), sigma_star));
                let expected: TensorData = eps.into_data();
                let found =
                    pollster::block_on(kernels.predict(size, window, [x.clone(), sigma_x.clone()], photo)).unwrap();
                let largest = expected.iter::<f32>().map(f32::abs).fold(0.0, f32::max);
                let differ = expected.iter::<f32>().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert_eq!(found.len(), expected.num_elements());
                assert!(differ < 1e-5 * largest.max(1.0), "{config:?}, {window:?}: {differ} of {largest}");
            }
        }
    }
}

//! The kernels on a GPU.

use std::sync::atomic::{AtomicBool, Ordering};

use burn::tensor::Device;

use crate::gpu::{Buffer, Gpu, Precision};
use crate::network::kernels::recipe::{self, Call, Recipe, Weights};
use crate::network::{Unet, UnetConfig, Window};

/// A network's kernels and weights on a GPU.
#[derive(Debug)]
pub struct Kernels {
    gpu: Gpu,
    /// With numbers of 32 bits, and of 16 where the GPU has them.
    single: Set,
    half: Option<Set>,
    uses_half: AtomicBool,
}

/// The same in one precision.
#[derive(Debug)]
struct Set {
    recipe: Recipe,
    weights: Vec<Buffer>,
    /// The call after which values are not needed any more.
    last_uses: Vec<usize>,
}

impl Set {
    fn new(network: &Unet, config: &UnetConfig, gpu: &Gpu, precision: Precision) -> Option<Self> {
        let mut recipe = Recipe::new(network, config, gpu.limits(), precision)?;
        let upload = |Weights { values, precision }| match precision {
            Precision::Single => gpu.upload(values),
            Precision::Half => gpu.upload_half(&values),
        };
        let weights = std::mem::take(&mut recipe.weights).into_iter().map(upload).collect();
        let uses = |number: &usize| {
            let is_used = |call: &Call| call.buffers.contains(&recipe::Buffer::Values(*number));
            recipe.calls.iter().rposition(is_used).unwrap_or_default()
        };
        let last_uses = (0..recipe.values.len()).map(|number| uses(&number)).collect();
        Some(Self { recipe, weights, last_uses })
    }
}

impl Kernels {
    /// The kernels of a network that is on a processor, for this device; `None` if it takes no WGSL, or the network's
    /// shape does not fit ([`Recipe::new`]).
    pub fn new(network: &Unet, config: &UnetConfig, device: &Device) -> Option<Self> {
        let gpu = Gpu::of(device)?;
        let single = Set::new(network, config, &gpu, Precision::Single)?;
        let half = gpu.limits().has_half.then(|| Set::new(network, config, &gpu, Precision::Half)).flatten();
        Some(Self { gpu, single, half, uses_half: AtomicBool::new(false) })
    }

    /// Whether they can compute with numbers of this precision. They compute with 32 bits until told otherwise.
    pub fn has(&self, precision: Precision) -> bool {
        precision == Precision::Single || self.half.is_some()
    }

    /// Computes with numbers of this precision from now on, if there is a choice.
    pub fn choose(&self, precision: Precision) {
        self.uses_half.store(precision == Precision::Half, Ordering::Relaxed);
    }

    fn set(&self) -> &Set {
        self.half.as_ref().filter(|_| self.uses_half.load(Ordering::Relaxed)).unwrap_or(&self.single)
    }

    /// Where they are.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
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
        let upload = |planes: [Vec<f32>; 2]| planes.map(|planes| self.gpu.upload(planes));
        let eps = self.enqueue(size, window, upload(state), photo.map(upload));
        let [eps] = self.gpu.read([eps]).await?;
        Ok(eps)
    }

    /// Launches all kernels for inputs that are on the device; what it gives is there, too. When it returns, nothing
    /// but the prediction is held: the next image's values may lie where this one's are, because the device gets there
    /// later.
    pub fn enqueue(&self, size: [usize; 2], window: Window, state: [Buffer; 2], photo: Option<[Buffer; 2]>) -> Buffer {
        let Set { recipe, weights, last_uses } = self.set();
        let first = recipe.first(photo.is_none());
        let inputs: Vec<Buffer> = state.into_iter().chain(photo.into_iter().flatten()).collect();
        let output = recipe.output;
        let eps = self.gpu.empty(recipe.bytes(output, window.size()));
        let mut values: Vec<Option<Buffer>> = vec![None; recipe.values.len()];
        values[output] = Some(eps.clone());
        for (number, call) in [first].into_iter().chain(&recipe.calls[1..]).enumerate() {
            let (whole, part) = recipe.part(call, size, window);
            let mut buffer = |buffer: &recipe::Buffer| match *buffer {
                recipe::Buffer::Input(input) => inputs[input].clone(),
                recipe::Buffer::Weights(at) => weights[at].clone(),
                recipe::Buffer::Values(at) => {
                    values[at].get_or_insert_with(|| self.gpu.empty(recipe.bytes(at, size))).clone()
                }
            };
            let buffers: Vec<Buffer> = call.buffers.iter().map(&mut buffer).collect();
            self.launch(call, whole, part, buffers);
            for (at, last) in last_uses.iter().enumerate() {
                if *last == number {
                    values[at] = None;
                }
            }
        }
        eps
    }

    fn launch(&self, call: &Call, [rows, columns]: [usize; 2], window: Window, buffers: Vec<Buffer>) {
        let Window { row, column, rows: inner_rows, columns: inner_columns } = window;
        let numbers = [rows, columns, 0, 0, row, column, inner_rows, inner_columns].map(|number| number as u32);
        self.gpu.launch(&call.program, call.groups(window.size()), buffers, &numbers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu;
    use crate::network::ImageKind;
    use crate::network::reference::Reference;

    #[test]
    fn kernels_compute_what_tensors_do() {
        let Some(gpu) = gpu::for_tests() else { return };
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
            let reference = Reference::new(config, size);
            let kernels = Kernels::new(&reference.network, &reference.config, &gpu).expect("the shape fits");
            let side = reference.config.alignment();
            let [above, left] = size.map(|length| length / side / 2 * side);
            let part = Window { row: above, column: left, rows: size[0] - above, columns: size[1] - left };
            for precision in
                [Precision::Single, Precision::Half].into_iter().filter(|precision| kernels.has(*precision))
            {
                kernels.choose(precision);
                for (window, sees_photo) in [(Window::whole(size), true), (part, true), (part, false)] {
                    let [x_t, sigma_t, y, sigma_star] = reference.planes();
                    let photo = sees_photo.then_some([y, sigma_star]);
                    let found = pollster::block_on(kernels.predict(size, window, [x_t, sigma_t], photo)).unwrap();
                    let tolerance = if precision == Precision::Single { 1e-5 } else { 2e-2 };
                    reference.check(window, sees_photo, &found, tolerance);
                }
            }
        }
    }
}

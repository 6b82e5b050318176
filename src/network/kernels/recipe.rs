//! Which kernels compute the network, in which order, on which buffers.

mod listed;

use crate::gpu::{Limits, Precision, Program, SEGMENT, groups};
use crate::network::config::UnetConfig;
use crate::network::window::Window;

/// What a kernel is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Buffer {
    /// `x_t`, `sigma_t`, `y` or `sigma_star`, as planes.
    Input(usize),
    /// The weights of this number.
    Weights(usize),
    /// Values that a kernel computes.
    Values(usize),
}

/// How a kernel's threads share the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// A pixel for every thread.
    Pixels,
    /// This many segments of rows for every group, `times` over.
    Segments { in_group: usize, times: usize },
}

/// One dispatch.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub program: Program,
    /// In the order of the bindings.
    pub buffers: Vec<Buffer>,
    /// The scale whose pixels the threads work on.
    pub scale: usize,
    pub work: Work,
}

impl Call {
    /// Groups along the three axes, for so many rows and columns of the call's scale.
    pub fn groups(&self, [rows, columns]: [usize; 2]) -> [usize; 3] {
        let (count, times) = match self.work {
            Work::Pixels => ((rows * columns).div_ceil(self.program.threads), 1),
            Work::Segments { in_group, times } => ((rows * columns.div_ceil(SEGMENT)).div_ceil(in_group), times),
        };
        let [across, down] = groups(count);
        [across, down, times]
    }
}

/// Values between kernels: so many numbers for every pixel of a scale.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values {
    channels: usize,
    scale: usize,
    precision: Precision,
}

/// Weights of a kernel.
#[derive(Debug)]
pub(super) struct Weights {
    pub values: Vec<f32>,
    pub precision: Precision,
}

/// What a dispatch takes of a GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dispatch {
    /// The kernel's name.
    pub kernel: &'static str,
    /// Threads in a group.
    pub threads: usize,
    /// Groups along the three axes.
    pub groups: [usize; 3],
    /// Its share of the [traffic](Recipe::traffic).
    pub bytes: usize,
}

/// The network as a list of kernels, for images of any size.
#[derive(Debug)]
pub struct Recipe {
    pub(super) calls: Vec<Call>,
    /// The first call where the state is all there is to see.
    of_state_alone: Call,
    pub(super) weights: Vec<Weights>,
    pub(super) values: Vec<Values>,
    /// Which of the values is the prediction, as planes.
    pub(super) output: usize,
    config: UnetConfig,
    limits: Limits,
    precision: Precision,
}

impl Recipe {
    /// Number of dispatches.
    pub fn dispatches(&self) -> usize {
        self.calls.len()
    }

    /// Bytes of all buffers that the kernels are bound to, each counted once for every kernel, for an image or tile of
    /// so many rows and columns: what has to be moved if caches keep nothing from one kernel to the next.
    pub fn traffic(&self, size: [usize; 2]) -> usize {
        self.by_dispatch(size).map(|dispatch| dispatch.bytes).sum()
    }

    /// Every dispatch, in their order.
    pub fn by_dispatch(&self, size: [usize; 2]) -> impl Iterator<Item = Dispatch> {
        let bytes = move |buffer: &Buffer| match *buffer {
            Buffer::Input(_) => self.bytes(self.output, size),
            Buffer::Weights(number) => self.weights[number].values.len() * self.weights[number].precision.bytes(),
            Buffer::Values(number) => self.bytes(number, size),
        };
        self.calls.iter().map(move |call| Dispatch {
            kernel: call.program.name,
            threads: call.program.threads,
            groups: call.groups(self.part(call, size, Window::whole(size)).1.size()),
            bytes: call.buffers.iter().map(bytes).sum(),
        })
    }

    /// Bytes that go to the device and come back for an image or a tile of so many rows and columns, of which a window
    /// is wanted. In the first step of a run that starts at the photo, the state is the photo: half of the input
    /// suffices.
    pub fn crossing(&self, [rows, columns]: [usize; 2], window: Window, is_first_step: bool) -> [usize; 2] {
        let bytes = self.config.image.channels() * size_of::<f32>();
        let inputs =
            self.first(is_first_step).buffers.iter().filter(|buffer| matches!(buffer, Buffer::Input(_))).count();
        [inputs * bytes * rows * columns, bytes * window.rows * window.columns]
    }

    /// The first call. In a run's first step the state may be all there is to see.
    pub(super) fn first(&self, is_of_state_alone: bool) -> &Call {
        if is_of_state_alone { &self.of_state_alone } else { &self.calls[0] }
    }

    /// Rows and columns of a call's scale, and the window of it that the call computes.
    pub(super) fn part(&self, call: &Call, size: [usize; 2], window: Window) -> ([usize; 2], Window) {
        let size = self.size_at(call.scale, size);
        let is_last = call.buffers.contains(&Buffer::Values(self.output));
        (size, if is_last { window.over(self.config.pixel_size(call.scale)) } else { Window::whole(size) })
    }

    /// Rows and columns of a scale.
    pub(super) fn size_at(&self, scale: usize, size: [usize; 2]) -> [usize; 2] {
        size.map(|side| side / self.config.pixel_size(scale))
    }

    /// Bytes of values.
    pub(super) fn bytes(&self, number: usize, size: [usize; 2]) -> usize {
        let Values { channels, scale, precision } = self.values[number];
        channels * self.size_at(scale, size).iter().product::<usize>() * precision.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    use super::listed::MOST_THREADS;
    use crate::gpu::MOST_GROUPS;
    use crate::network::config::ImageKind;
    use crate::network::unet::Unet;

    fn recipe(config: &UnetConfig, limits: Limits) -> Option<Recipe> {
        recipe_of(config, limits, Precision::Single)
    }

    fn recipe_of(config: &UnetConfig, limits: Limits, precision: Precision) -> Option<Recipe> {
        Recipe::new(&Unet::new(config, &Device::flex()).unwrap(), config, limits, precision)
    }

    fn shapes() -> [UnetConfig; 5] {
        let mosaic = UnetConfig { image: ImageKind::Mosaic, ..UnetConfig::default() };
        [
            UnetConfig::default(),
            mosaic.clone(),
            UnetConfig { widths: vec![4], blocks: vec![2], embedding: 4, ..UnetConfig::default() },
            UnetConfig { widths: vec![8, 20], blocks: vec![0, 1], embedding: 8, ..mosaic },
            UnetConfig { widths: vec![12, 8, 400], blocks: vec![1, 2, 1], embedding: 32, ..UnetConfig::default() },
        ]
    }

    #[test]
    fn a_block_is_two_dispatches() {
        let released = recipe(&UnetConfig::default(), Limits::LEAST).unwrap();
        // Features, three embeddings, input, two downs, two ups, output; eight blocks.
        assert_eq!(released.dispatches(), 10 + 2 * 8);
    }

    #[test]
    fn the_networks_move_a_few_kilobytes_a_pixel() {
        for (image, channels) in [(ImageKind::Rgb, 1), (ImageKind::Mosaic, 4)] {
            let recipe = recipe(&UnetConfig { image, ..UnetConfig::default() }, Limits::LEAST).unwrap();
            let [rows, columns] = [512, 512];
            // A pixel of a mosaic's planes is four photosites.
            let per_pixel = recipe.traffic([rows, columns]) / (rows * columns * channels);
            assert!(per_pixel < 3500, "{image:?}: {per_pixel}");
            let half = recipe_of(&recipe.config, Limits::LEAST, Precision::Half).unwrap();
            let per_pixel = half.traffic([rows, columns]) / (rows * columns * channels);
            assert!(per_pixel < 1900, "{image:?}: {per_pixel} in 16 bits");
        }
    }

    #[test]
    fn traffic_is_what_counting_says() {
        let config = UnetConfig { widths: vec![4], blocks: vec![1], embedding: 4, ..UnetConfig::default() };
        let recipe = recipe(&config, Limits::LEAST).unwrap();
        // Per pixel of the finest scale: the features read 4 x 12 and write 36 and 6; the embedding reads 6 and writes
        // 4; the input reads 36 and writes 4; the block 4 + 4 and 8, 8 + 4 and 4; the output 4 and 12.
        let values = 48 + 36 + 6 + 6 + 4 + 36 + 4 + 16 + 16 + 16;
        let parameters: usize = config.parameters();
        assert_eq!(recipe.traffic([4, 6]), 4 * (values * 6 + parameters));
    }

    #[test]
    fn only_what_differs_goes_to_the_device_and_only_what_is_wanted_comes_back() {
        let recipe = recipe(&UnetConfig::default(), Limits::LEAST).unwrap();
        let window = Window { row: 8, column: 0, rows: 16, columns: 24 };
        let three_channels = 3 * size_of::<f32>();
        let inside = three_channels * 16 * 24;
        assert_eq!(recipe.crossing([32, 40], window, true), [2 * three_channels * 32 * 40, inside]);
        assert_eq!(recipe.crossing([32, 40], window, false), [4 * three_channels * 32 * 40, inside]);
        // The last call, and no other, computes the window alone.
        let parts: Vec<_> = recipe.calls.iter().map(|call| recipe.part(call, [32, 40], window)).collect();
        let (last, others) = parts.split_last().unwrap();
        assert_eq!(*last, ([16, 20], Window { row: 4, column: 0, rows: 8, columns: 12 }));
        assert!(others.iter().all(|(size, window)| *window == Window::whole(*size)));
        assert_eq!(recipe.bytes(recipe.output, window.size()), inside);
    }

    #[test]
    fn networks_that_do_not_fit_are_refused() {
        let released = UnetConfig::default();
        for config in [
            UnetConfig { widths: vec![96, 162, 256], ..released.clone() },
            UnetConfig { embedding: 6, ..released.clone() },
            UnetConfig { widths: vec![1024], blocks: vec![1], ..released },
        ] {
            assert!(recipe(&config, Limits::LEAST).is_none(), "{config:?}");
        }
    }

    #[test]
    fn every_kernel_is_valid_and_within_what_webgpu_promises() {
        let more = Limits { shared_bytes: 48 << 10, are_buffers_apart: false, ..Limits::LEAST };
        let cases = [(Limits::LEAST, Precision::Single), (more, Precision::Single), (Limits::LEAST, Precision::Half)];
        for (config, (limits, precision)) in shapes().iter().flat_map(|config| cases.map(|case| (config, case))) {
            let recipe = recipe_of(config, limits, precision).unwrap();
            for Call { program, buffers, .. } in recipe.calls.into_iter().chain([recipe.of_state_alone]) {
                assert!(program.threads <= MOST_THREADS && buffers.len() < 8, "{}", program.name);
                let module = naga::front::wgsl::parse_str(&program.text)
                    .unwrap_or_else(|e| panic!("{}: {}", program.name, e.emit_to_string(&program.text)));
                let all = naga::valid::ValidationFlags::all();
                let capabilities = match precision {
                    Precision::Single => naga::valid::Capabilities::empty(),
                    Precision::Half => naga::valid::Capabilities::SHADER_FLOAT16,
                };
                let info = naga::valid::Validator::new(all, capabilities).validate(&module);
                info.unwrap_or_else(|e| panic!("{}: {}", program.name, e.emit_to_string(&program.text)));
                let shared = module.global_variables.iter().filter(|(_, v)| v.space == naga::AddressSpace::WorkGroup);
                let mut layouter = naga::proc::Layouter::default();
                layouter.update(module.to_ctx()).unwrap();
                let bytes: u32 = shared.map(|(_, v)| layouter[v.ty].size).sum();
                assert!(bytes as usize <= limits.shared_bytes, "{} shares {bytes} bytes", program.name);
                // Its buffers, and the size.
                let bound = module.global_variables.iter().filter(|(_, v)| v.binding.is_some()).count();
                assert_eq!(bound, buffers.len() + 1, "{}", program.name);
            }
        }
    }

    #[test]
    fn groups_cover_every_segment() {
        let recipe = recipe(&UnetConfig::default(), Limits::LEAST).unwrap();
        for call in &recipe.calls {
            for size in [[1, 1], [3, 9], [4096, 4096]] {
                let [x, y, z] = call.groups(size);
                assert!(x.max(y) <= MOST_GROUPS && z <= 4, "{}", call.program.name);
                let covered = match call.work {
                    Work::Pixels => x * y * call.program.threads >= size[0] * size[1],
                    Work::Segments { in_group, .. } => x * y * in_group >= size[0] * size[1].div_ceil(SEGMENT),
                };
                assert!(covered, "{}", call.program.name);
            }
        }
    }
}

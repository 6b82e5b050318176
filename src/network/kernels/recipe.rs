//! Which kernels compute the network, in which order, on which buffers.

use burn::nn::conv::Conv2d;

use crate::gpu::{Dialect, Limits, Precision, Program, SEGMENT, groups};
use crate::network::block::{Block, Embedding};
use crate::network::config::{ImageKind, UnetConfig};
use crate::network::layout::{Laid, by_pixel, conv, plain, steering};
use crate::network::unet::{NoiseRange, Unet, features, levels, prediction};
use crate::network::window::Window;

const SEGMENTS_WGSL: &str = include_str!("wgsl/segment.wgsl");
const MATRIX_WGSL: &str = include_str!("wgsl/matrix.wgsl");
const NORM_WGSL: &str = include_str!("wgsl/norm.wgsl");
const SEE_BOTH_WGSL: &str = include_str!("wgsl/see_both.wgsl");
const SEE_STATE_WGSL: &str = include_str!("wgsl/see_state.wgsl");
const FEATURES_WGSL: &str = include_str!("wgsl/features.wgsl");
const EMBED_WGSL: &str = include_str!("wgsl/embed.wgsl");
const WIDEN_WGSL: &str = include_str!("wgsl/widen.wgsl");
const MIX_WGSL: &str = include_str!("wgsl/mix.wgsl");
const CONV_WGSL: &str = include_str!("wgsl/conv.wgsl");
const STORE_PIXELS_WGSL: &str = include_str!("wgsl/store_pixels.wgsl");
const STORE_FINER_WGSL: &str = include_str!("wgsl/store_finer.wgsl");
const STORE_RGB_WGSL: &str = include_str!("wgsl/store_rgb.wgsl");
const STORE_MOSAIC_WGSL: &str = include_str!("wgsl/store_mosaic.wgsl");

/// Channels in a vector.
const VECTOR: usize = 4;
/// About as many threads as a group has whose threads work alone: enough to fill a GPU's lanes.
const THREADS: usize = 128;
/// The most threads of a group that WebGPU promises. Groups that share memory have as many as they can: all of a
/// group's pixels use a weight that was read once.
const MOST_THREADS: usize = 256;
/// Vectors of a pixel whose squares one thread adds up.
const VECTORS_IN_PART: usize = 8;

/// The values that the first call computes: the input of the finest scale, and the noise levels alone.
const FEATURES: usize = 0;
const LEVELS: usize = 1;

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
    /// The recipe for a network, which has to be on a processor; `None` if the kernels do not fit its shape: all
    /// channel counts must be multiples of 4, and a few pixels' features must fit into a group's memory. The precision
    /// is that of the blocks and of what lies between them; what the network sees and predicts has 32 bits.
    pub fn new(network: &Unet, config: &UnetConfig, limits: Limits, precision: Precision) -> Option<Self> {
        let is_whole = |channels: &usize| channels.is_multiple_of(VECTOR);
        let fits = |width: &usize| shared_bytes(*width, 1, precision) <= limits.shared_bytes;
        if !is_whole(&config.embedding) || !config.widths.iter().all(|width| is_whole(width) && fits(width)) {
            return None;
        }
        let values = [features(config.image), levels(config.image)].map(|channels| Values {
            channels,
            scale: 0,
            precision: Precision::Single,
        });
        let mut recipe = Self {
            calls: vec![sight(config, limits, SEE_BOTH_WGSL, 4)],
            of_state_alone: sight(config, limits, SEE_STATE_WGSL, 2),
            weights: Vec::new(),
            values: values.to_vec(),
            output: 0,
            config: config.clone(),
            limits,
            precision,
        };
        recipe.output = recipe.network(network);
        Some(recipe)
    }

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

    /// Lists the whole network, and says which values are the prediction.
    fn network(&mut self, network: &Unet) -> usize {
        let config = self.config.clone();
        let (image, widths) = (config.image, &config.widths);
        let coarsest = widths.len() - 1;
        let embeddings: Vec<usize> = network
            .embeddings
            .iter()
            .enumerate()
            .map(|(scale, layers)| self.embedding(layers, scale, LEVELS))
            .collect();

        let mut x = self.conv("input", &network.input, FEATURES, 0, widths[0]);
        let mut skips = Vec::with_capacity(coarsest);
        for (scale, &embedding) in embeddings.iter().enumerate().take(coarsest) {
            x = self.blocks(&network.down_blocks[scale], x, embedding, scale);
            skips.push(x);
            x = self.conv("down", &network.downs[scale], x, scale + 1, widths[scale + 1]);
        }
        x = self.blocks(&network.middle, x, embeddings[coarsest], coarsest);
        for scale in (0..coarsest).rev() {
            x = self.up(&network.ups[scale], x, skips[scale], scale);
            x = self.blocks(&network.up_blocks[scale], x, embeddings[scale], scale);
        }

        let store = match image {
            ImageKind::Rgb => STORE_RGB_WGSL,
            ImageKind::Mosaic => STORE_MOSAIC_WGSL,
        };
        let eps = self.values(prediction(image), 0, Precision::Single);
        let weights = self.weights(&[plain(&network.output)], self.values[x].precision);
        let buffers = vec![Buffer::Weights(weights), Buffer::Values(eps)];
        self.convolve("output", &network.output, store, 1, (x, buffers), 0);
        eps
    }

    fn values(&mut self, channels: usize, scale: usize, precision: Precision) -> usize {
        self.values.push(Values { channels, scale, precision });
        self.values.len() - 1
    }

    /// Of layers one after the other, each with its bias behind it.
    fn weights(&mut self, layers: &[Laid], precision: Precision) -> usize {
        let values = layers.iter().flat_map(|Laid { weights, bias }| weights.iter().chain(bias)).copied().collect();
        self.weights.push(Weights { values, precision });
        self.weights.len() - 1
    }

    /// Of a kernel that multiplies these values: they and the weights have one precision.
    fn dialect(&self, values: usize) -> Dialect {
        Dialect { access: self.limits.access(), factors: self.values[values].precision, results: self.precision }
    }

    fn embedding(&mut self, layers: &Embedding, scale: usize, seen: usize) -> usize {
        let channels = self.config.embedding;
        let constants = [("LEVELS", levels(self.config.image)), ("E4", channels / VECTOR), ("SIDE", 1 << scale)];
        let parts = [MATRIX_WGSL, EMBED_WGSL];
        let program = Program::new("embed", &parts, &constants, "", THREADS, self.dialect(seen));
        let layers = [plain(&layers.first), plain(&layers.second)];
        let weights = self.weights(&layers, self.values[seen].precision);
        let embedding = self.values(channels, scale, self.precision);
        let buffers = vec![Buffer::Values(seen), Buffer::Weights(weights), Buffer::Values(embedding)];
        self.calls.push(Call { program, buffers, scale, work: Work::Pixels });
        embedding
    }

    fn blocks(&mut self, blocks: &[Block], x: usize, embedding: usize, scale: usize) -> usize {
        blocks.iter().fold(x, |x, block| self.block(block, x, embedding, scale))
    }

    fn block(&mut self, block: &Block, x: usize, embedding: usize, scale: usize) -> usize {
        let width = self.config.widths[scale];
        let precision = self.precision;
        let segments = segments(width, self.limits, precision);
        let threads = width / VECTOR * segments;
        let constants = [
            ("C4", width / VECTOR),
            ("E4", self.config.embedding / VECTOR),
            ("SEGMENTS", segments),
            ("PIXELS", segments * SEGMENT),
            ("PARTS", parts(width)),
        ];
        let norm = format!("const NORM_FLOOR: f32 = {:?}f;\n", crate::network::block::NORM_FLOOR);
        let dialect = self.dialect(x);
        let program = |name, text| {
            let parts = [SEGMENTS_WGSL, MATRIX_WGSL, NORM_WGSL, text];
            Program::new(name, &parts, &constants, &norm, threads, dialect)
        };
        let work = Work::Segments { in_group: segments, times: 1 };

        let weights = self.weights(&[steering(&block.steer), plain(&block.widen)], precision);
        let wide = self.values(2 * width, scale, precision);
        let buffers =
            vec![Buffer::Values(x), Buffer::Values(embedding), Buffer::Weights(weights), Buffer::Values(wide)];
        self.calls.push(Call { program: program("widen", WIDEN_WGSL), buffers, scale, work });

        let layers = [&block.depthwise, &block.narrow, &block.mix_widen, &block.mix_narrow];
        let weights = self.weights(&layers.map(plain), precision);
        let mixed = self.values(width, scale, precision);
        let buffers = vec![Buffer::Values(wide), Buffer::Values(x), Buffer::Weights(weights), Buffer::Values(mixed)];
        self.calls.push(Call { program: program("mix", MIX_WGSL), buffers, scale, work });
        mixed
    }

    /// To `channels` at `scale`.
    fn conv(&mut self, name: &'static str, layer: &Conv2d, x: usize, scale: usize, channels: usize) -> usize {
        let weights = self.weights(&[plain(layer)], self.values[x].precision);
        let result = self.values(channels, scale, self.precision);
        let buffers = vec![Buffer::Weights(weights), Buffer::Values(result)];
        self.convolve(name, layer, STORE_PIXELS_WGSL, 1, (x, buffers), scale);
        result
    }

    /// To `scale` from the next coarser one.
    fn up(&mut self, layer: &Conv2d, x: usize, skip: usize, scale: usize) -> usize {
        let width = self.config.widths[scale];
        let weights = self.weights(&[conv(layer, by_pixel(4 * width))], self.values[x].precision);
        let result = self.values(width, scale, self.precision);
        let buffers = vec![Buffer::Weights(weights), Buffer::Values(skip), Buffer::Values(result)];
        self.convolve("up", layer, STORE_FINER_WGSL, 4, (x, buffers), scale + 1);
        result
    }

    /// Of values `x`, with more buffers. The outputs are computed in `times` parts.
    fn convolve(
        &mut self,
        name: &'static str,
        layer: &Conv2d,
        store: &str,
        times: usize,
        (x, more): (usize, Vec<Buffer>),
        scale: usize,
    ) {
        let [channels_out, channels_in, kernel, _] = layer.weight.dims();
        let vectors = channels_out / VECTOR / times;
        let in_group = (THREADS / vectors).max(1);
        let stride = layer.stride[0];
        let constants = [
            ("K4", channels_in / VECTOR),
            ("N4", channels_out / VECTOR),
            ("THREADS_N", vectors),
            ("SEGMENTS", in_group),
            ("KERNEL", kernel),
            ("STRIDE", stride),
        ];
        let padding = format!("const PADDING: i32 = {};\n", (kernel - stride) / 2);
        let parts = [SEGMENTS_WGSL, MATRIX_WGSL, store, CONV_WGSL];
        let program = Program::new(name, &parts, &constants, &padding, vectors * in_group, self.dialect(x));
        let buffers = [Buffer::Values(x)].into_iter().chain(more).collect();
        self.calls.push(Call { program, buffers, scale, work: Work::Segments { in_group, times } });
    }
}

/// The input of the finest scale, and the noise levels alone, of so many inputs.
fn sight(config: &UnetConfig, limits: Limits, see: &str, inputs: usize) -> Call {
    let image = config.image;
    let NoiseRange { floor, log_middle, log_quarter } = NoiseRange::of(image);
    let more: String = [("FLOOR", floor), ("LOG_MIDDLE", log_middle), ("LOG_QUARTER", log_quarter)]
        .map(|(name, value)| format!("const {name}: f32 = {value:?}f;\n"))
        .concat();
    let constants = [("CHANNELS", image.channels()), ("SIDE", image.finest_side())];
    let program = Program::new("features", &[see, FEATURES_WGSL], &constants, &more, THREADS, Dialect::single(limits));
    let mut buffers: Vec<Buffer> = (0..inputs).map(Buffer::Input).collect();
    buffers.extend([Buffer::Values(FEATURES), Buffer::Values(LEVELS)]);
    Call { program, buffers, scale: 0, work: Work::Pixels }
}

/// Threads that add up the squares of one pixel's features.
fn parts(width: usize) -> usize {
    (width / VECTOR / VECTORS_IN_PART).max(1)
}

/// Bytes of a group's shared memory with so many segments; see `wgsl/norm.wgsl`.
fn shared_bytes(width: usize, segments: usize, precision: Precision) -> usize {
    segments * SEGMENT * (width * precision.bytes() + (parts(width) + 1) * size_of::<f32>())
}

/// How many segments of rows a group works on in a block of this width.
fn segments(width: usize, limits: Limits, precision: Precision) -> usize {
    let fits = |segments: &usize| shared_bytes(width, *segments, precision) <= limits.shared_bytes;
    (1..=MOST_THREADS / (width / VECTOR)).rev().find(fits).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    use crate::gpu::MOST_GROUPS;

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

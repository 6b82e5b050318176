//! The kernels of a network, in the order in which they run.

use burn::nn::conv::Conv2d;

use super::{Buffer, Call, Recipe, Values, Weights, Work};
use crate::gpu::{Dialect, Limits, Precision, Program, SEGMENT};
use crate::network::block::{Block, Embedding};
use crate::network::config::{ImageKind, UnetConfig};
use crate::network::layout::{Laid, by_pixel, conv, plain, steering};
use crate::network::unet::{NoiseRange, Unet, features, levels, prediction};

const SEGMENTS_WGSL: &str = include_str!("../wgsl/segment.wgsl");
const MATRIX_WGSL: &str = include_str!("../wgsl/matrix.wgsl");
const NORM_WGSL: &str = include_str!("../wgsl/norm.wgsl");
const SEE_BOTH_WGSL: &str = include_str!("../wgsl/see_both.wgsl");
const SEE_STATE_WGSL: &str = include_str!("../wgsl/see_state.wgsl");
const FEATURES_WGSL: &str = include_str!("../wgsl/features.wgsl");
const EMBED_WGSL: &str = include_str!("../wgsl/embed.wgsl");
const WIDEN_WGSL: &str = include_str!("../wgsl/widen.wgsl");
const MIX_WGSL: &str = include_str!("../wgsl/mix.wgsl");
const CONV_WGSL: &str = include_str!("../wgsl/conv.wgsl");
const STORE_PIXELS_WGSL: &str = include_str!("../wgsl/store_pixels.wgsl");
const STORE_FINER_WGSL: &str = include_str!("../wgsl/store_finer.wgsl");
const STORE_RGB_WGSL: &str = include_str!("../wgsl/store_rgb.wgsl");
const STORE_MOSAIC_WGSL: &str = include_str!("../wgsl/store_mosaic.wgsl");

/// Channels in a vector.
const VECTOR: usize = 4;
/// About as many threads as a group has whose threads work alone: enough to fill a GPU's lanes.
const THREADS: usize = 128;
/// The most threads of a group that WebGPU promises. Groups that share memory have as many as they can: all of a
/// group's pixels use a weight that was read once.
pub(super) const MOST_THREADS: usize = 256;
/// Vectors of a pixel whose squares one thread adds up.
const VECTORS_IN_PART: usize = 8;

/// The values that the first call computes: the input of the finest scale, and the noise levels alone.
const FEATURES: usize = 0;
const LEVELS: usize = 1;

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

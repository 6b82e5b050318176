//! A residual block.

use pulp::Simd;

use crate::network::block::Block as Layers;
use crate::network::layout::{Laid, plain, steering};
use crate::network::processor::pixels::Pixels;
use crate::network::processor::product::{Begin, Product, padded, spread};
use crate::network::processor::regions::{REACH, grown};
use crate::network::processor::vectors::{Gate, GatedDepthwise, Normalise, apart};
use crate::network::window::Window;

/// Rows of widened features that the kernel of 3 x 3 sees at once.
const ROWS: usize = 3;

/// A block's weights.
#[derive(Debug)]
pub struct Block {
    /// Channels, without the padding.
    width: usize,
    steer: Product,
    widen: Product,
    /// Of the kernel of 3 x 3, and its bias.
    depthwise: [Vec<f32>; 2],
    narrow: Product,
    mix_widen: Product,
    mix_narrow: Product,
}

/// Memory for some rows, which all blocks of a run share.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Widened features, with a pixel more on both sides; row `r` of the image is the `r % 3`rd.
    wide: [Vec<f32>; ROWS],
    /// Twice a block's channels.
    twice: Vec<f32>,
    once: Vec<f32>,
}

impl Block {
    /// The block of a network on a processor, for vectors of so many lanes.
    pub fn new(layers: &Layers, width: usize, lanes: usize) -> Self {
        let product = |laid: Laid| Product::new(&laid, laid.bias.len() / width, lanes);
        let Laid { weights: taps, bias } = plain(&layers.depthwise);
        Self {
            width,
            steer: product(steering(&layers.steer)),
            widen: product(plain(&layers.widen)),
            depthwise: [spread(&taps, width), spread(&bias, width)],
            narrow: product(plain(&layers.narrow)),
            mix_widen: product(plain(&layers.mix_widen)),
            mix_narrow: product(plain(&layers.mix_narrow)),
        }
    }

    /// Computes this region of `x` in place, row by row: a row is overwritten when the one below it is widened.
    fn apply<S: Simd>(&self, simd: S, x: &mut Pixels, embedding: &Pixels, of: Part, rows: &mut Scratch) {
        let (from, to) = (grown(of.to, REACH, of.size), of.to);
        rows.clear(padded(self.width), to.columns + 2 * REACH);
        let end = to.row + to.rows;
        for row in from.row..from.row + from.rows {
            self.widen(simd, x, embedding, row, of, rows);
            if row > to.row {
                self.mix(simd, x, row - 1, of, rows);
            }
        }
        // Nothing lies below the image's last row.
        if from.row + from.rows == end {
            self.mix(simd, x, end - 1, of, rows);
        }
    }

    /// A row of features normalised, steered by the embedding, and widened.
    fn widen<S: Simd>(
        &self,
        simd: S,
        x: &Pixels,
        embedding: &Pixels,
        row: usize,
        Part { size, to }: Part,
        rows: &mut Scratch,
    ) {
        let channels = padded(self.width);
        let Window { column, columns, .. } = grown(to, REACH, size);
        let (first_row, first_column) = (row as isize, column as isize);
        let seen = embedding.run(first_row, first_column, columns);
        let x = x.run(first_row, first_column, columns);
        let (steer, h) = (&mut rows.twice[..2 * columns * channels], &mut rows.once[..columns * channels]);
        self.steer.apply(simd, seen, embedding.channels(), steer, Begin::Bias);
        apart(simd, Normalise { x, steer: Some(steer), to: h, channels, real: self.width });
        // Beside the image's first and last column it stays 0.
        let first = 2 * channels * (column + REACH - to.column);
        let wide = &mut rows.wide[row % ROWS][first..][..2 * columns * channels];
        self.widen.apply(simd, h, channels, wide, Begin::Bias);
    }

    /// All that follows for a row, whose neighbours are widened.
    fn mix<S: Simd>(&self, simd: S, x: &mut Pixels, row: usize, Part { size, to }: Part, rows: &mut Scratch) {
        let channels = padded(self.width);
        let Scratch { wide, twice, once } = rows;
        let (twice, once) = (&mut twice[..2 * to.columns * channels], &mut once[..to.columns * channels]);
        let x = x.run_mut(row, to.column, to.columns);
        let wide = |row: usize| wide[row % ROWS].as_slice();
        let near = [row.checked_sub(1), Some(row), Some(row + 1).filter(|below| *below < size[0])];
        let [weights, bias] = &self.depthwise;
        apart(simd, GatedDepthwise { rows: near.map(|row| row.map(wide)), weights, bias, to: once, channels });
        self.narrow.apply(simd, once, channels, x, Begin::Sum);
        apart(simd, Normalise { x, steer: None, to: once, channels, real: self.width });
        self.mix_widen.apply(simd, once, channels, twice, Begin::Bias);
        apart(simd, Gate { x: twice, to: once, channels });
        self.mix_narrow.apply(simd, once, channels, x, Begin::Sum);
    }
}

/// A scale's blocks one after the other, each on as much as the next one sees.
pub fn run<S: Simd>(
    simd: S,
    blocks: &[Block],
    x: &mut Pixels,
    embedding: &Pixels,
    size: [usize; 2],
    to: Window,
    rows: &mut Scratch,
) {
    for (number, block) in blocks.iter().enumerate() {
        let to = grown(to, REACH * (blocks.len() - 1 - number), size);
        block.apply(simd, x, embedding, Part { size, to }, rows);
    }
}

/// What a block computes of an image of this size.
#[derive(Debug, Clone, Copy)]
struct Part {
    size: [usize; 2],
    to: Window,
}

impl Scratch {
    fn clear(&mut self, channels: usize, columns: usize) {
        let clear = |values: &mut Vec<f32>, channels: usize| {
            values.clear();
            values.resize(columns * channels, 0.0);
        };
        self.wide.iter_mut().for_each(|row| clear(row, 2 * channels));
        clear(&mut self.twice, 2 * channels);
        clear(&mut self.once, channels);
    }
}

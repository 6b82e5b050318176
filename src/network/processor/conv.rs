//! The convolutions between the blocks.

use burn::nn::conv::Conv2d;
use pulp::Simd;

use crate::network::block::Embedding as Layers;
use crate::network::layout::{Laid, plain};
use crate::network::processor::pixels::Pixels;
use crate::network::processor::product::{Begin, Product};
use crate::network::window::Window;

/// A convolution: a product for every row of its kernel, whose inputs are the row's pixels, side by side.
#[derive(Debug)]
pub struct Conv {
    rows: Vec<Product>,
    /// Columns of the kernel.
    columns: usize,
    stride: usize,
    /// How far the kernel begins above the pixel and left of it.
    before: usize,
}

impl Conv {
    /// Of a layer on a processor; its input has so many channels in memory. For vectors of so many lanes.
    pub fn new(layer: &Conv2d, channels: usize, lanes: usize) -> Self {
        let [outputs, inputs, kernel, _] = layer.weight.dims();
        let Laid { weights, bias } = plain(layer);
        let filled_up = |tap: &[f32]| [tap, &vec![0.0; (channels - inputs) * outputs]].concat();
        let taps: Vec<Vec<f32>> = weights.chunks_exact(inputs * outputs).map(filled_up).collect();
        let zeros = vec![0.0; outputs];
        let row = |(dy, taps): (usize, &[Vec<f32>])| {
            let bias = if dy == 0 { bias.clone() } else { zeros.clone() };
            Product::new(&Laid { weights: taps.concat(), bias }, 1, lanes)
        };
        let stride = layer.stride[0];
        Self {
            rows: taps.chunks_exact(kernel).enumerate().map(row).collect(),
            columns: kernel,
            stride,
            before: (kernel - stride) / 2,
        }
    }

    /// Values of a pixel that come out, padded.
    pub fn outputs(&self) -> usize {
        self.rows[0].outputs()
    }

    /// Computes a region of `to`.
    pub fn apply<S: Simd>(&self, simd: S, x: &Pixels, to: &mut Pixels, region: Window) {
        let Window { row, column, rows, columns } = region;
        (row..row + rows).for_each(|row| self.row(simd, x, row, column, to.run_mut(row, column, columns)));
    }

    /// Computes as many pixels as there is room for, from this row and column on.
    pub fn row<S: Simd>(&self, simd: S, x: &Pixels, row: usize, column: usize, to: &mut [f32]) {
        let count = (to.len() / self.outputs() - 1) * self.stride + self.columns;
        let first = |at: usize| (at * self.stride) as isize - self.before as isize;
        for (dy, product) in self.rows.iter().enumerate() {
            let from = x.run(first(row) + dy as isize, first(column), count);
            let begin = if dy == 0 { Begin::Bias } else { Begin::Sum };
            product.apply(simd, from, self.stride * x.channels(), to, begin);
        }
    }
}

/// Adds to `finer` what the pixels of a region of `coarser` become: squares of 2 x 2 pixels.
pub fn up<S: Simd>(simd: S, product: &Product, coarser: &Pixels, finer: &mut Pixels, region: Window) {
    let Window { row, column, rows, columns } = region;
    let channels = finer.channels();
    let mut squares = vec![0.0; columns * product.outputs()];
    for row in row..row + rows {
        let from = coarser.run(row as isize, column as isize, columns);
        product.apply(simd, from, coarser.channels(), &mut squares, Begin::Bias);
        for dy in 0..2 {
            let line = finer.run_mut(2 * row + dy, 2 * column, 2 * columns);
            let pairs = squares.chunks_exact(4 * channels).map(|square| &square[2 * dy * channels..][..2 * channels]);
            for (to, pair) in line.chunks_exact_mut(2 * channels).zip(pairs) {
                to.iter_mut().zip(pair).for_each(|(to, v)| *to += v);
            }
        }
    }
}

/// A scale's embedding of the noise levels.
#[derive(Debug)]
pub struct Embedding {
    first: Product,
    second: Product,
}

impl Embedding {
    /// Of layers on a processor, for vectors of so many lanes.
    pub fn new(layers: &Layers, lanes: usize) -> Self {
        let product = |layer: &Conv2d| Product::new(&plain(layer), 1, lanes);
        Self { first: product(&layers.first), second: product(&layers.second) }
    }

    /// The embedding of a region of the levels.
    pub fn apply<S: Simd>(&self, simd: S, levels: &Pixels, size: [usize; 2], region: Window) -> Pixels {
        let Window { row, column, rows, columns } = region;
        let mut embedding = Pixels::new(size, self.second.outputs());
        let mut hidden = vec![0.0; columns * self.first.outputs()];
        for row in row..row + rows {
            let (seen, to) =
                (levels.run(row as isize, column as isize, columns), embedding.run_mut(row, column, columns));
            self.first.apply(simd, seen, levels.channels(), &mut hidden, Begin::Bias);
            rectify(&mut hidden);
            self.second.apply(simd, &hidden, self.first.outputs(), to, Begin::Bias);
            rectify(to);
        }
        embedding
    }
}

fn rectify(values: &mut [f32]) {
    values.iter_mut().for_each(|v| *v = v.max(0.0));
}

//! The product of pixels with a matrix of weights: nearly all of the network's arithmetic.

use pulp::{Simd, WithSimd};

use crate::network::layout::Laid;

/// Channels between layers are filled up with zeros to a multiple of this: a whole number of vectors, whatever the
/// processor's are.
const WHOLE: usize = 16;
/// Vectors of outputs that are computed at once. Each weight that is loaded serves all pixels of a group, each pixel's
/// value that is loaded all outputs of a panel.
const VECTORS: usize = 2;

/// Channels as they lie in memory.
pub fn padded(channels: usize) -> usize {
    channels.next_multiple_of(WHOLE)
}

/// Values of so many channels each, as they lie in memory.
pub fn spread(values: &[f32], channels: usize) -> Vec<f32> {
    let with_zeros = |values: &[f32]| [values, &vec![0.0; padded(channels) - channels]].concat();
    values.chunks_exact(channels).flat_map(with_zeros).collect()
}

/// A matrix of weights from a pixel's inputs to its outputs, and a bias.
#[derive(Debug)]
pub struct Product {
    inputs: usize,
    outputs: usize,
    /// Panels of some outputs each: for every input their weights, side by side.
    panels: Vec<f32>,
    bias: Vec<f32>,
}

/// What outputs begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// The bias.
    Bias,
    /// The bias, and what is there already.
    Sum,
}

impl Product {
    /// Of a layer without rows and columns, whose weights are `[inputs, outputs]`, for vectors of so many lanes. The
    /// outputs are `parts` of the same size, each of which gets [`padded`].
    pub fn new(Laid { weights, bias }: &Laid, parts: usize, lanes: usize) -> Self {
        let part = bias.len() / parts;
        let outputs = parts * padded(part);
        let by_input: Vec<Vec<f32>> = weights.chunks_exact(bias.len()).map(|weights| spread(weights, part)).collect();
        let mut panels = Vec::with_capacity(by_input.len() * outputs);
        for first in (0..outputs).step_by(VECTORS * lanes) {
            let end = (first + VECTORS * lanes).min(outputs);
            by_input.iter().for_each(|weights| panels.extend_from_slice(&weights[first..end]));
        }
        Self { inputs: by_input.len(), outputs, panels, bias: spread(bias, part) }
    }

    /// Values of a pixel that come out, padded.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Computes as many pixels as `to` has room for. A pixel's inputs begin `stride` values behind those of the one
    /// before.
    #[inline(never)]
    pub fn apply<S: Simd>(&self, simd: S, from: &[f32], stride: usize, to: &mut [f32], begin: Begin) {
        simd.vectorize(Apply { product: self, from, stride, to, begin });
    }
}

struct Apply<'a> {
    product: &'a Product,
    from: &'a [f32],
    stride: usize,
    to: &'a mut [f32],
    begin: Begin,
}

impl WithSimd for Apply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { product: Product { inputs, outputs, panels, bias }, from, stride, to, begin } = self;
        let (inputs, outputs, width) = (*inputs, *outputs, VECTORS * S::F32_LANES);
        for first in (0..outputs).step_by(width) {
            let end = (first + width).min(outputs);
            let weights = &panels[first * inputs..end * inputs];
            let panel = Panel { weights, bias: &bias[first..end], from, stride, first, outputs, begin };
            // Registers hold the sums of a group of pixels, and weights beside them. AVX-512 and NEON have 32, AVX2 16,
            // and browsers keep no more than 8 sums of WebAssembly in them.
            match S::F32_LANES {
                16 if end - first < width => panel.apply::<S, 1, 8, 7>(simd, to),
                16 => panel.apply::<S, VECTORS, 8, 7>(simd, to),
                8 => panel.apply::<S, VECTORS, 6, 5>(simd, to),
                _ if cfg!(target_arch = "aarch64") => panel.apply::<S, VECTORS, 8, 7>(simd, to),
                _ => panel.apply::<S, VECTORS, 4, 3>(simd, to),
            }
        }
    }
}

/// Some outputs of all pixels.
struct Panel<'a> {
    weights: &'a [f32],
    bias: &'a [f32],
    from: &'a [f32],
    stride: usize,
    first: usize,
    outputs: usize,
    begin: Begin,
}

impl Panel<'_> {
    /// In groups of `GROUP` pixels, some of them of one less, so that none is left over where there are many.
    #[inline(always)]
    fn apply<S: Simd, const V: usize, const GROUP: usize, const LESS: usize>(&self, simd: S, to: &mut [f32]) {
        let pixels = to.len() / self.outputs;
        let groups = pixels.div_ceil(GROUP);
        let less = groups * GROUP - pixels;
        if less > groups {
            (0..pixels).for_each(|pixel| self.group::<S, V, 1>(simd, pixel, to));
            return;
        }
        let whole = (groups - less) * GROUP;
        (0..whole).step_by(GROUP).for_each(|pixel| self.group::<S, V, GROUP>(simd, pixel, to));
        (whole..pixels).step_by(LESS).for_each(|pixel| self.group::<S, V, LESS>(simd, pixel, to));
    }

    /// `V` vectors of `PIXELS` pixels.
    #[inline(always)]
    fn group<S: Simd, const V: usize, const PIXELS: usize>(&self, simd: S, pixel: usize, to: &mut [f32]) {
        let (weights, _) = S::as_simd_f32s(self.weights).0.as_chunks::<V>();
        let values: [&[f32]; PIXELS] =
            std::array::from_fn(|i| &self.from[(pixel + i) * self.stride..][..weights.len()]);
        let vectors = |values: &[f32]| -> [S::f32s; V] { std::array::from_fn(|v| S::as_simd_f32s(values).0[v]) };
        let bias = vectors(self.bias);
        let at = |i: usize| (pixel + i) * self.outputs + self.first;
        let mut sums = [bias; PIXELS];
        if self.begin == Begin::Sum {
            for (i, sums) in sums.iter_mut().enumerate() {
                let there = vectors(&to[at(i)..][..V * S::F32_LANES]);
                for v in 0..V {
                    sums[v] = simd.add_f32s(there[v], sums[v]);
                }
            }
        }
        for (k, weights) in weights.iter().enumerate() {
            for i in 0..PIXELS {
                let value = simd.splat_f32s(values[i][k]);
                for v in 0..V {
                    sums[i][v] = simd.mul_add_e_f32s(value, weights[v], sums[i][v]);
                }
            }
        }
        for (i, sums) in sums.iter().enumerate() {
            S::as_mut_simd_f32s(&mut to[at(i)..][..V * S::F32_LANES]).0.copy_from_slice(sums);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::processor::Lanes;
    use pulp::Arch;

    struct Job<'a>(&'a Product, &'a [f32], usize, &'a mut [f32], Begin);

    impl WithSimd for Job<'_> {
        type Output = ();

        fn with_simd<S: Simd>(self, simd: S) {
            self.0.apply(simd, self.1, self.2, self.3, self.4);
        }
    }

    /// Whole numbers, so that every order of the sums gives the same.
    fn numbers(count: usize, modulus: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 37 + 11) % modulus) as f32 - 4.0).collect()
    }

    #[test]
    fn products_are_those_of_the_definition() {
        for arch in [Arch::new(), Arch::Scalar] {
            let lanes = arch.dispatch(Lanes);
            // One part and more, whole vectors and not, few pixels and many.
            for (inputs, outputs, parts, pixels) in [(5, 12, 1, 1), (7, 24, 2, 29), (3, 96, 2, 3), (33, 80, 1, 13)] {
                let laid = Laid { weights: numbers(inputs * outputs, 9), bias: numbers(outputs, 5) };
                let product = Product::new(&laid, parts, lanes);
                let stride = inputs + 2;
                let from = numbers(pixels * stride, 7);
                let mut to = vec![1.0; pixels * product.outputs()];
                for (begin, there) in [(Begin::Bias, 0.0), (Begin::Sum, 1.0)] {
                    to.fill(1.0);
                    arch.dispatch(Job(&product, &from, stride, &mut to, begin));
                    let (part, whole) = (outputs / parts, product.outputs() / parts);
                    for (at, found) in to.iter().enumerate() {
                        let (pixel, channel) = (at / product.outputs(), at % product.outputs());
                        let n = channel / whole * part + channel % whole;
                        let sum = |k: usize| from[pixel * stride + k] * laid.weights[k * outputs + n];
                        let is_padding = channel % whole >= part;
                        let expected = if is_padding { 0.0 } else { laid.bias[n] + (0..inputs).map(sum).sum::<f32>() };
                        assert_eq!(*found, expected + there, "{inputs} {outputs} {pixels} {begin:?}");
                    }
                }
            }
        }
    }
}

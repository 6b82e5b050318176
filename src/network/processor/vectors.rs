//! What happens to pixels between products.

use pulp::{Simd, WithSimd};

use crate::network::block::NORM_FLOOR;

/// Does a job in a function of its own, which keeps its registers to itself.
#[inline(never)]
pub fn apart<S: Simd>(simd: S, job: impl WithSimd<Output = ()>) {
    simd.vectorize(job);
}

/// `n = x / sqrt(mean(x²) + floor)` for every pixel by itself, and, given a scale and a shift for every channel, `n *
/// scale + shift`.
pub struct Normalise<'a> {
    pub x: &'a [f32],
    /// Scales, then shifts, of each pixel.
    pub steer: Option<&'a [f32]>,
    pub to: &'a mut [f32],
    /// Channels of a pixel, as they lie in memory and without the padding.
    pub channels: usize,
    pub real: usize,
}

impl WithSimd for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { x, steer, to, channels, real } = self;
        for (pixel, (x, to)) in x.chunks_exact(channels).zip(to.chunks_exact_mut(channels)).enumerate() {
            let (x, to) = (S::as_simd_f32s(x).0, S::as_mut_simd_f32s(to).0);
            let sum = x.iter().fold(simd.splat_f32s(0.0), |sum, x| simd.mul_add_e_f32s(*x, *x, sum));
            let scale = simd.splat_f32s((simd.reduce_sum_f32s(sum) / real as f32 + NORM_FLOOR).sqrt().recip());
            match steer {
                None => to.iter_mut().zip(x).for_each(|(to, x)| *to = simd.mul_f32s(*x, scale)),
                Some(steer) => {
                    let steer = S::as_simd_f32s(&steer[2 * pixel * channels..][..2 * channels]).0;
                    let (scales, shifts) = steer.split_at(steer.len() / 2);
                    for (((to, x), by), shift) in to.iter_mut().zip(x).zip(scales).zip(shifts) {
                        *to = simd.mul_add_e_f32s(simd.mul_f32s(*x, scale), *by, *shift);
                    }
                }
            }
        }
    }
}

/// The product of a pixel's two halves.
pub struct Gate<'a> {
    pub x: &'a [f32],
    pub to: &'a mut [f32],
    /// Channels of a half.
    pub channels: usize,
}

impl WithSimd for Gate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (x, to) in self.x.chunks_exact(2 * self.channels).zip(self.to.chunks_exact_mut(self.channels)) {
            let (a, b) = x.split_at(self.channels);
            let (a, b, to) = (S::as_simd_f32s(a).0, S::as_simd_f32s(b).0, S::as_mut_simd_f32s(to).0);
            to.iter_mut().zip(a).zip(b).for_each(|((to, a), b)| *to = simd.mul_f32s(*a, *b));
        }
    }
}

/// A kernel of 3 x 3 for every channel, and the product of the two halves of what it gives.
pub struct GatedDepthwise<'a> {
    /// The rows above, of the pixels and below, with a pixel more on both sides; `None` beyond the image.
    pub rows: [Option<&'a [f32]>; 3],
    /// For each tap the weights of all channels, side by side.
    pub weights: &'a [f32],
    pub bias: &'a [f32],
    pub to: &'a mut [f32],
    /// Channels of a half.
    pub channels: usize,
}

/// Neighbouring pixels that are computed at once: most of what they see is the same.
const AT_ONCE: usize = 4;

impl WithSimd for GatedDepthwise<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let pixels = self.to.len() / self.channels;
        let whole = pixels / AT_ONCE * AT_ONCE;
        let Self { rows, weights, bias, to, channels } = self;
        let kernel = Kernel::<S> {
            rows: rows.map(|row| row.map(|row| S::as_simd_f32s(row).0)),
            weights: S::as_simd_f32s(weights).0,
            bias: S::as_simd_f32s(bias).0,
            half: channels / S::F32_LANES,
        };
        let to = S::as_mut_simd_f32s(to).0;
        (0..whole).step_by(AT_ONCE).for_each(|pixel| kernel.apply::<AT_ONCE>(simd, pixel, to));
        (whole..pixels).for_each(|pixel| kernel.apply::<1>(simd, pixel, to));
    }
}

/// [`GatedDepthwise`] in vectors, of which a half has `half`.
struct Kernel<'a, S: Simd> {
    rows: [Option<&'a [S::f32s]>; 3],
    weights: &'a [S::f32s],
    bias: &'a [S::f32s],
    half: usize,
}

impl<S: Simd> Kernel<'_, S> {
    #[inline(always)]
    fn apply<const PIXELS: usize>(&self, simd: S, pixel: usize, to: &mut [S::f32s]) {
        let to = &mut to[pixel * self.half..][..PIXELS * self.half];
        for c in 0..self.half {
            let a = self.channel::<PIXELS>(simd, pixel, c);
            let b = self.channel::<PIXELS>(simd, pixel, self.half + c);
            for i in 0..PIXELS {
                to[i * self.half + c] = simd.mul_f32s(a[i], b[i]);
            }
        }
    }

    /// A vector of channels of some pixels.
    #[inline(always)]
    fn channel<const PIXELS: usize>(&self, simd: S, pixel: usize, c: usize) -> [S::f32s; PIXELS] {
        let wide = 2 * self.half;
        let mut sums = [self.bias[c]; PIXELS];
        for (dy, row) in self.rows.iter().enumerate() {
            let Some(row) = row else { continue };
            let near = &row[pixel * wide..][..(PIXELS + 2) * wide];
            for dx in 0..3 {
                let weight = self.weights[(3 * dy + dx) * wide + c];
                for (i, sum) in sums.iter_mut().enumerate() {
                    *sum = simd.mul_add_e_f32s(weight, near[(i + dx) * wide + c], *sum);
                }
            }
        }
        sums
    }
}

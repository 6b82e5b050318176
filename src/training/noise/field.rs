//! Standard normal fields whose values are correlated between neighbours, between channels, or both.

use crate::image::CHANNELS;
use crate::method::random::{Normals, Stream};

/// How the values of a noise field are correlated. Each has mean 0 and variance 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// Correlation of two channels at a pixel, from 0 (independent) to 1 (the same noise in all channels).
    pub shared: f32,
    /// Std of the Gaussian that white noise is blurred with, in pixels; 0 for white noise. From about 0.5 on, two
    /// pixels at distance d have the correlation `exp(-d^2 / (4 spread^2))`.
    pub spread: f32,
}

impl Field {
    /// Independent values, as a sensor's noise.
    pub const WHITE: Self = Self { shared: 0.0, spread: 0.0 };

    /// A field of this size as planes, `3 * width * height` values: a function of the seed.
    pub fn planes(&self, width: usize, height: usize, seed: u64) -> Vec<f32> {
        let kernel = self.kernel();
        // White noise that is larger by the kernel's reach, so that the blur has neighbours at the border, too.
        let reach = kernel.len() / 2;
        let (wide, high) = (width + 2 * reach, height + 2 * reach);
        let white = self.white(wide, high, seed);
        if reach == 0 {
            return white;
        }
        white.chunks_exact(wide * high).flat_map(|plane| convolved(plane, wide, &kernel)).collect()
    }

    /// The field before the blur.
    fn white(&self, width: usize, height: usize, seed: u64) -> Vec<f32> {
        let normals = Normals::new(seed, Stream::Noise);
        let (own, common) = ((1.0 - self.shared).sqrt(), self.shared.sqrt());
        let pixels = width * height;
        let mut planes = vec![0.0; CHANNELS * pixels];
        for p in 0..pixels {
            let (row, column) = (p / width, p % width);
            let alike = if self.shared > 0.0 { common * normals.at(1, row, column)[0] } else { 0.0 };
            for (channel, z) in (0..CHANNELS).zip(normals.at(0, row, column)) {
                planes[channel * pixels + p] = own * z + alike;
            }
        }
        planes
    }

    /// The Gaussian, scaled so that its squares sum to 1 and the blur keeps the variance.
    fn kernel(&self) -> Vec<f32> {
        if self.spread == 0.0 {
            return vec![1.0];
        }
        let reach = (3.5 * self.spread).ceil() as i32;
        let weights: Vec<f32> = (-reach..=reach).map(|d| (-0.5 * (d as f32 / self.spread).powi(2)).exp()).collect();
        let norm = weights.iter().map(|w| w * w).sum::<f32>().sqrt();
        weights.into_iter().map(|w| w / norm).collect()
    }
}

/// The inner part of a plane, convolved with a kernel in both directions.
fn convolved(plane: &[f32], width: usize, kernel: &[f32]) -> Vec<f32> {
    let narrow = width + 1 - kernel.len();
    let across: Vec<f32> = plane
        .chunks_exact(width)
        .flat_map(|row| row.windows(kernel.len()).map(|w| w.iter().zip(kernel).map(|(v, k)| v * k).sum::<f32>()))
        .collect();
    let rows = across.len() / narrow + 1 - kernel.len();
    (0..rows * narrow).map(|i| kernel.iter().enumerate().map(|(d, k)| k * across[i + d * narrow]).sum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 160;

    /// Mean of the products of two values: `channels` apart in the list of planes, `shift` columns and rows apart.
    fn correlation(planes: &[f32], [a, b]: [usize; 2], [down, right]: [usize; 2]) -> f32 {
        let n = SIDE * SIDE;
        let at = |c: usize, row: usize, column: usize| planes[c * n + row * SIDE + column];
        let (rows, columns) = (SIDE - down, SIDE - right);
        let places = (0..rows * columns).map(|i| (i / columns, i % columns));
        places.map(|(r, c)| at(a, r, c) * at(b, r + down, c + right)).sum::<f32>() / (rows * columns) as f32
    }

    #[test]
    fn fields_have_their_moments_and_correlations() {
        for shared in [0.0, 0.4, 1.0] {
            for spread in [0.0, 0.7, 1.0, 1.3] {
                let planes = Field { shared, spread }.planes(SIDE, SIDE, 7);
                assert_eq!(planes.len(), 3 * SIDE * SIDE);
                let at_distance = |d: f32| if spread == 0.0 { 0.0 } else { (-d * d / (4.0 * spread * spread)).exp() };
                // Neighbours are correlated, so there are fewer independent values: 4 pi spread^2 pixels count as one.
                let independent = (SIDE * SIDE) as f32 / (4.0 * std::f32::consts::PI * spread * spread).max(1.0);
                let tolerance = 4.5 * (2.0 / independent).sqrt();
                for (channels, across) in [([0, 0], 1.0), ([2, 2], 1.0), ([0, 1], shared), ([1, 2], shared)] {
                    for (shift, along) in [([0, 0], 1.0), ([0, 1], at_distance(1.0)), ([2, 0], at_distance(2.0))] {
                        let found = correlation(&planes, channels, shift);
                        let expected = across * along;
                        // The discrete kernel is not quite the formula's where it is narrow.
                        let tolerance = tolerance + if spread == 0.7 { 0.025 } else { 0.0 };
                        assert!(
                            (found - expected).abs() < tolerance,
                            "{shared} {spread} {channels:?} {shift:?}: {found}"
                        );
                    }
                }
                let mean = planes.iter().sum::<f32>() / planes.len() as f32;
                assert!(mean.abs() < 4.0 / independent.sqrt(), "{mean}");
            }
        }
    }

    #[test]
    fn noise_that_is_shared_wholly_is_the_same_in_all_channels() {
        let planes = Field { shared: 1.0, spread: 0.8 }.planes(9, 5, 1);
        assert_eq!(planes[..45], planes[45..90]);
        assert_eq!(planes[..45], planes[90..]);
    }

    #[test]
    fn a_field_is_a_function_of_its_seed() {
        let field = Field { shared: 0.3, spread: 0.7 };
        assert_eq!(field.planes(8, 6, 1), field.planes(8, 6, 1));
        assert_ne!(field.planes(8, 6, 1), field.planes(8, 6, 2));
    }
}

//! A Bayer mosaic, which keeps one colour per pixel, and demosaicing.

use rand::Rng;

use crate::image::reflect;
use crate::training::camera::{Pixel, Pixels};

/// Weights of 5 x 5 values, in sixteenths.
type Kernel = [[f32; 5]; 5];

/// Kernels that interpolate a missing colour: green at red or blue; red or blue between two of the same row; red at
/// blue or blue at red, from the diagonals.
#[derive(Debug, Clone, Copy)]
struct Kernels {
    green: Kernel,
    beside: Kernel,
    diagonal: Kernel,
}

/// Bilinear interpolation.
const BILINEAR: Kernels = Kernels {
    green: [[0.; 5], [0., 0., 4., 0., 0.], [0., 4., 0., 4., 0.], [0., 0., 4., 0., 0.], [0.; 5]],
    beside: [[0.; 5], [0.; 5], [0., 8., 0., 8., 0.], [0.; 5], [0.; 5]],
    diagonal: [[0.; 5], [0., 4., 0., 4., 0.], [0.; 5], [0., 4., 0., 4., 0.], [0.; 5]],
};

/// Corrected by the gradient of the measured colour: Malvar, He, Cutler, *High-quality linear interpolation for
/// demosaicing of Bayer-patterned color images* (2004), Fig. 2.
const LED: Kernels = Kernels {
    green: [
        [0., 0., -2., 0., 0.],
        [0., 0., 4., 0., 0.],
        [-2., 4., 8., 4., -2.],
        [0., 0., 4., 0., 0.],
        [0., 0., -2., 0., 0.],
    ],
    beside: [
        [0., 0., 1., 0., 0.],
        [0., -2., 0., -2., 0.],
        [-2., 8., 10., 8., -2.],
        [0., -2., 0., -2., 0.],
        [0., 0., 1., 0., 0.],
    ],
    diagonal: [
        [0., 0., -3., 0., 0.],
        [0., 4., 0., 4., 0.],
        [-3., 0., 12., 0., -3.],
        [0., 4., 0., 4., 0.],
        [0., 0., -3., 0., 0.],
    ],
};

impl Kernels {
    /// From bilinear at 0 to gradient-corrected at 1.
    fn between(led: f32) -> Self {
        let mix = |a: Kernel, b: Kernel| {
            std::array::from_fn(|r| std::array::from_fn(|c| (a[r][c] + led * (b[r][c] - a[r][c])) / 16.0))
        };
        Self {
            green: mix(BILINEAR.green, LED.green),
            beside: mix(BILINEAR.beside, LED.beside),
            diagonal: mix(BILINEAR.diagonal, LED.diagonal),
        }
    }
}

/// A Bayer pattern and its demosaicing.
#[derive(Debug, Clone, Copy)]
pub struct Mosaic {
    /// Row and column, 0 or 1, of the pattern's red pixels.
    red: [usize; 2],
    kernels: Kernels,
    /// The kernel for red or blue between two of the same column.
    above: Kernel,
}

impl Mosaic {
    /// One of the four patterns with some demosaicing.
    pub fn random(rng: &mut impl Rng) -> Self {
        Self::new([rng.random_range(0..2), rng.random_range(0..2)], Kernels::between(rng.random()))
    }

    fn new(red: [usize; 2], kernels: Kernels) -> Self {
        let above = std::array::from_fn(|r| std::array::from_fn(|c| kernels.beside[c][r]));
        Self { red, kernels, above }
    }

    /// Light after mosaic and demosaicing.
    pub fn through(&self, light: &Pixels) -> Pixels {
        let (width, height) = (light.width, light.height());
        let colour_at = |row: usize, column: usize| match (row % 2 == self.red[0], column % 2 == self.red[1]) {
            (true, true) => 0,
            (false, false) => 2,
            _ => 1,
        };
        let raw: Vec<f32> = light.values.iter().enumerate().map(|(i, p)| p[colour_at(i / width, i % width)]).collect();
        let values =
            (0..raw.len()).map(|i| self.filled(&raw, (i / width, i % width), (width, height), colour_at)).collect();
        Pixels { width, values }
    }

    fn filled(
        &self,
        raw: &[f32],
        (row, column): (usize, usize),
        (width, height): (usize, usize),
        colour_at: impl Fn(usize, usize) -> usize,
    ) -> Pixel {
        // Reflection about a pixel keeps the pattern.
        let columns: [usize; 5] = std::array::from_fn(|c| reflect(column as isize + c as isize - 2, width));
        let window: [[f32; 5]; 5] = std::array::from_fn(|r| {
            let start = reflect(row as isize + r as isize - 2, height) * width;
            columns.map(|column| raw[start + column])
        });
        // One sum per column, which vectorises.
        let guess = |kernel: &Kernel| -> f32 {
            let mut sums = [0.0; 5];
            for (weights, row) in kernel.iter().zip(&window) {
                (0..5).for_each(|c| sums[c] += weights[c] * row[c]);
            }
            sums.iter().sum()
        };
        let own = window[2][2];
        match colour_at(row, column) {
            1 => {
                // In a row with reds, red is to the left and right, and blue above and below.
                let red_beside = row % 2 == self.red[0];
                let (along, across) = (guess(&self.kernels.beside), guess(&self.above));
                if red_beside { [along, own, across] } else { [across, own, along] }
            }
            colour => {
                let green = guess(&self.kernels.green);
                let other = guess(&self.kernels.diagonal);
                if colour == 0 { [own, green, other] } else { [other, green, own] }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Mosaic> {
        (0..8).map(|i| Mosaic::new([i & 1, i >> 1 & 1], Kernels::between((i >> 2) as f32)))
    }

    #[test]
    fn flat_colours_and_grey_slopes_are_kept() {
        for mosaic in all() {
            let flat = Pixels { width: 9, values: vec![[0.2, 0.5, 0.8]; 63] };
            let out = mosaic.through(&flat);
            for (a, b) in flat.values.iter().zip(&out.values) {
                assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6), "{mosaic:?} {b:?}");
            }
            let slope = Pixels { width: 9, values: (0..63).map(|i| [(i % 9 + i / 9) as f32; 3]).collect() };
            let out = mosaic.through(&slope);
            for (row, column) in [(3, 3), (3, 4), (4, 3), (4, 4)] {
                let (a, b) = (slope.values[row * 9 + column], out.values[row * 9 + column]);
                assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5), "{mosaic:?} {b:?}");
            }
        }
    }

    #[test]
    fn what_was_measured_is_kept() {
        let light =
            Pixels { width: 8, values: (0..64).map(|i| [i as f32, 100.0 + i as f32, 200.0 + i as f32]).collect() };
        let mosaic = Mosaic::new([1, 0], Kernels::between(1.0));
        let out = mosaic.through(&light);
        assert_eq!(out.values[8][0], 8.0);
        assert_eq!(out.values[1][2], 201.0);
        assert_eq!((out.values[0][1], out.values[9][1]), (100.0, 109.0));
    }
}

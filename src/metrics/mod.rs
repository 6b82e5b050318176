//! How close one image is to another. Both measures compare sRGB values clipped to [0, 1], as they would be displayed,
//! but not rounded to 8 bits.

#[cfg(feature = "tools")]
pub mod spectrum;

use crate::color::linear_to_srgb;
use crate::image::{CHANNELS, LinearImage, reflect};

/// Half the side of SSIM's window of 11 pixels.
const RADIUS: usize = 5;
/// Std of SSIM's Gaussian window in pixels.
const SIGMA: f32 = 1.5;
/// `(K1 L)^2` and `(K2 L)^2` for the range L = 1.
const STABILIZERS: [f32; 2] = [0.01 * 0.01, 0.03 * 0.03];

/// A linear sample as it is displayed: sRGB in [0, 1].
fn displayed(v: f32) -> f32 {
    linear_to_srgb(v.clamp(0.0, 1.0))
}

/// Peak signal-to-noise ratio in dB over all samples, with the peak at 1; infinite when the images look the same.
///
/// # Panics
/// If the sizes differ.
pub fn psnr(a: &LinearImage, b: &LinearImage) -> f64 {
    assert_same_size(a, b);
    let squares = a.values().iter().zip(b.values()).map(|(a, b)| f64::from(displayed(*a) - displayed(*b)).powi(2));
    -10.0 * (squares.sum::<f64>() / a.values().len() as f64).log10()
}

/// Structural similarity, from -1 to 1, and 1 for the same image: the mean over pixels and channels (Wang et al.,
/// *Image quality assessment: from error visibility to structural similarity*, 2004).
///
/// The window is theirs, a Gaussian of std 1.5 over 11 x 11 pixels; the mean is over the windows that lie wholly within
/// the image, or, along a side of less than 11 pixels, over all, with the image continued by reflection.
///
/// # Panics
/// If the sizes differ.
pub fn ssim(a: &LinearImage, b: &LinearImage) -> f64 {
    assert_same_size(a, b);
    let mean = (0..CHANNELS).map(|c| ssim_of_planes(a.plane(c), b.plane(c), a.width(), a.height())).sum::<f64>();
    mean / CHANNELS as f64
}

fn assert_same_size(a: &LinearImage, b: &LinearImage) {
    assert_eq!((a.width(), a.height()), (b.width(), b.height()), "images of different sizes cannot be compared");
}

fn ssim_of_planes(a: &[f32], b: &[f32], width: usize, height: usize) -> f64 {
    let a: Vec<f32> = a.iter().map(|v| displayed(*v)).collect();
    let b: Vec<f32> = b.iter().map(|v| displayed(*v)).collect();
    let windowed = |f: fn(f32, f32) -> f32| {
        let plane: Vec<f32> = a.iter().zip(&b).map(|(a, b)| f(*a, *b)).collect();
        gaussian_mean(&plane, width, height)
    };
    let (mean_a, mean_b) = (windowed(|a, _| a), windowed(|_, b| b));
    let (square_a, square_b, product) = (windowed(|a, _| a * a), windowed(|_, b| b * b), windowed(|a, b| a * b));
    let [c1, c2] = STABILIZERS;
    let within = |len: usize| if len > 2 * RADIUS { RADIUS..len - RADIUS } else { 0..len };
    let mut sum = 0.0;
    for row in within(height) {
        for column in within(width) {
            let i = row * width + column;
            let (ma, mb) = (mean_a[i], mean_b[i]);
            let (va, vb, cov) = (square_a[i] - ma * ma, square_b[i] - mb * mb, product[i] - ma * mb);
            let similarity = (2.0 * ma * mb + c1) * (2.0 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
            sum += f64::from(similarity);
        }
    }
    sum / (within(height).len() * within(width).len()) as f64
}

/// The Gaussian mean about every pixel.
fn gaussian_mean(plane: &[f32], width: usize, height: usize) -> Vec<f32> {
    let mut weights: [f32; 2 * RADIUS + 1] =
        std::array::from_fn(|i| (-0.5 * ((i as f32 - RADIUS as f32) / SIGMA).powi(2)).exp());
    let sum: f32 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= sum);
    let mut across = vec![0.0; plane.len()];
    for (line, out) in plane.chunks_exact(width).zip(across.chunks_exact_mut(width)) {
        for (column, out) in out.iter_mut().enumerate() {
            let tap = |i: usize| line[reflect((column + i) as isize - RADIUS as isize, width)];
            *out = weights.iter().enumerate().map(|(i, w)| w * tap(i)).sum();
        }
    }
    let mut mean = vec![0.0; plane.len()];
    for (row, out) in mean.chunks_exact_mut(width).enumerate() {
        for (i, w) in weights.iter().enumerate() {
            let line = reflect((row + i) as isize - RADIUS as isize, height) * width;
            out.iter_mut().zip(&across[line..line + width]).for_each(|(out, v)| *out += w * v);
        }
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::srgb_to_linear;
    use crate::method::noise::NoiseModel;

    /// An image of these sRGB values.
    fn srgb(width: usize, height: usize, f: impl Fn(usize, usize, usize) -> f32) -> LinearImage {
        LinearImage::from_fn(width, height, |c, r, x| srgb_to_linear(f(c, r, x))).unwrap()
    }

    #[test]
    fn psnr_of_a_constant_difference_is_the_closed_form() {
        let a = srgb(7, 5, |_, _, _| 0.5);
        let b = srgb(7, 5, |_, _, _| 0.6);
        assert!((psnr(&a, &b) - 20.0).abs() < 1e-3);
        // The same in one channel only is a third of the error.
        let c = srgb(7, 5, |c, _, _| if c == 1 { 0.6 } else { 0.5 });
        assert!((psnr(&a, &c) - 20.0 - 10.0 * 3f64.log10()).abs() < 1e-3);
        assert_eq!(psnr(&a, &a), f64::INFINITY);
    }

    #[test]
    fn what_is_beyond_black_and_white_does_not_count() {
        let a = LinearImage::from_fn(4, 4, |_, _, x| if x < 2 { -0.5 } else { 3.0 }).unwrap();
        let b = LinearImage::from_fn(4, 4, |_, _, x| if x < 2 { 0.0 } else { 1.0 }).unwrap();
        assert_eq!(psnr(&a, &b), f64::INFINITY);
        assert!((ssim(&a, &b) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn ssim_of_flat_images_is_the_closed_form() {
        // No variance: only the luminance term (2 ab + c1) / (a^2 + b^2 + c1) is left.
        for (width, height) in [(30, 20), (11, 11), (4, 3), (1, 1)] {
            let (a, b) = (0.3f64, 0.8f64);
            let expected = (2.0 * a * b + 1e-4) / (a * a + b * b + 1e-4);
            let found = ssim(&srgb(width, height, |_, _, _| a as f32), &srgb(width, height, |_, _, _| b as f32));
            assert!((found - expected).abs() < 1e-4, "{found} against {expected}");
        }
    }

    #[test]
    fn ssim_of_one_window_is_the_definition() {
        // An 11 x 11 image has one window: the sums can be written out.
        let value = |k: usize, r: usize, x: usize| 0.2 + 0.6 * ((r * 31 + x * 17 + k * 7) % 13) as f32 / 13.0;
        let (a, b) = (srgb(11, 11, |_, r, x| value(0, r, x)), srgb(11, 11, |_, r, x| value(1, r * 2, x)));
        let mut sums = [0.0f64; 6];
        for i in 0..121 {
            let (r, x) = (i / 11, i % 11);
            let square = (r as f64 - 5.0).powi(2) + (x as f64 - 5.0).powi(2);
            let w = (-square / 4.5).exp();
            let (a, b) = (f64::from(value(0, r, x)), f64::from(value(1, r * 2, x)));
            for (sum, v) in sums.iter_mut().zip([1.0, a, b, a * a, b * b, a * b]) {
                *sum += w * v;
            }
        }
        let [n, a1, b1, a2, b2, ab] = sums;
        let (ma, mb) = (a1 / n, b1 / n);
        let (va, vb, cov) = (a2 / n - ma * ma, b2 / n - mb * mb, ab / n - ma * mb);
        let expected = (2.0 * ma * mb + 1e-4) * (2.0 * cov + 9e-4) / ((ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4));
        assert!((ssim(&a, &b) - expected).abs() < 1e-4, "{} against {expected}", ssim(&a, &b));
    }

    #[test]
    fn more_noise_is_further_away() {
        let clean = srgb(40, 40, |c, r, x| 0.4 + 0.1 * c as f32 + 0.2 * ((r / 5 + x / 5) % 2) as f32);
        let noisy = [1.0, 4.0, 16.0].map(|gain| NoiseModel::at_gain(gain).add_to(&clean, 1));
        for pair in noisy.windows(2) {
            assert!(psnr(&clean, &pair[0]) > psnr(&clean, &pair[1]) + 3.0);
            assert!(ssim(&clean, &pair[0]) > ssim(&clean, &pair[1]));
        }
        assert!((ssim(&clean, &clean) - 1.0).abs() < 1e-5);
    }
}

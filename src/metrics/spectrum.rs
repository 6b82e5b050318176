//! Which detail has an image? Its power over spatial frequency tells drawn texture from smoothness, which PSNR does
//! not.

use rustfft::{FftPlanner, num_complex::Complex};

use super::displayed;
use crate::image::LinearImage;

/// Rings from frequency 0 to half a cycle per pixel.
const RINGS: usize = 32;
/// A hundredth of an 8-bit step. Power below it counts as none, so that flat images compare as equal.
const FLOOR: f64 = 1.5e-9;

/// The power of an image's luminance (sRGB, clipped), averaged over rings of like spatial frequency.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// Mean power per pixel in each ring; `None` where a small image has no frequency in it.
    rings: [Option<f64>; RINGS],
}

impl Spectrum {
    /// The spectrum of an image under a Hann window, which keeps its borders from counting as edges.
    pub fn of(image: &LinearImage) -> Self {
        let (width, height) = (image.width(), image.height());
        let window = |at: usize, len: usize| {
            let phase = std::f64::consts::TAU * (at as f64 + 0.5) / len as f64;
            (0.5 - 0.5 * phase.cos()) / (3f64 / 8.0).sqrt()
        };
        // Rec. 709 weights on displayed values.
        let luma: Vec<f64> = (0..image.pixels())
            .map(|p| [0.2126, 0.7152, 0.0722].iter().enumerate().map(|(c, w)| w * seen(image.plane(c)[p])).sum())
            .collect();
        let mean = luma.iter().sum::<f64>() / luma.len() as f64;
        let mut plane: Vec<Complex<f64>> = (0..luma.len())
            .map(|p| Complex::from((luma[p] - mean) * window(p / width, height) * window(p % width, width)))
            .collect();
        transform(&mut plane, width, height);

        let mut sums = [(0.0, 0usize); RINGS];
        for (p, value) in plane.iter().enumerate() {
            let frequency = cycles(p / width, height).hypot(cycles(p % width, width));
            // The corners lie beyond half a cycle per pixel.
            if let Some((sum, count)) = sums.get_mut((frequency * 2.0 * RINGS as f64) as usize) {
                *sum += value.norm_sqr() / luma.len() as f64;
                *count += 1;
            }
        }
        Self { rings: sums.map(|(sum, count)| (count > 0).then(|| sum / count as f64)) }
    }

    /// How far this spectrum is from another in its upper half, from a quarter to half a cycle per pixel: the mean over
    /// the rings of `|ln(power / other power)|`. 0 for the same texture; 0.7 when it is twice or half as strong.
    pub fn distance(&self, other: &Self) -> f64 {
        let ratios = self.rings.iter().zip(&other.rings).skip(RINGS / 2).filter_map(|(a, b)| {
            let (a, b) = ((*a)?, (*b)?);
            Some((a.max(FLOOR) / b.max(FLOOR)).ln().abs())
        });
        let (sum, count) = ratios.fold((0.0, 0), |(sum, count), ratio| (sum + ratio, count + 1));
        sum / f64::from(count.max(1))
    }
}

fn seen(v: f32) -> f64 {
    f64::from(displayed(v))
}

/// The frequency of a coefficient in cycles per pixel, from 0 to a half.
fn cycles(at: usize, len: usize) -> f64 {
    at.min(len - at) as f64 / len as f64
}

/// The two-dimensional Fourier transform in place.
fn transform(plane: &mut [Complex<f64>], width: usize, height: usize) {
    let mut planner = FftPlanner::new();
    planner.plan_fft_forward(width).process(plane);
    let columns = planner.plan_fft_forward(height);
    let mut column = vec![Complex::default(); height];
    for x in 0..width {
        column.iter_mut().enumerate().for_each(|(row, v)| *v = plane[row * width + x]);
        columns.process(&mut column);
        column.iter().enumerate().for_each(|(row, v)| plane[row * width + x] = *v);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::srgb_to_linear;
    use crate::method::random::{Normals, Stream};

    fn grey(width: usize, height: usize, f: impl Fn(usize, usize) -> f32) -> LinearImage {
        LinearImage::from_fn(width, height, |_, row, column| srgb_to_linear(f(row, column))).unwrap()
    }

    fn noise(std: f32, seed: u64) -> LinearImage {
        let normals = Normals::new(seed, Stream::Noise);
        grey(160, 120, |row, column| 0.5 + std * normals.at(0, row, column)[0])
    }

    #[test]
    fn white_noise_has_its_variance_at_every_frequency() {
        let spectrum = Spectrum::of(&noise(0.05, 1));
        // The lowest rings hold few coefficients.
        for power in spectrum.rings[12..].iter().flatten() {
            assert!((power / 0.0025 - 1.0).abs() < 0.3, "{power}");
        }
    }

    #[test]
    fn a_wave_has_its_power_in_its_ring() {
        // The middle of ring 12; the window spreads it a little.
        let frequency = 12.5 / (2 * RINGS) as f32;
        let wave = grey(128, 96, |_, x| 0.5 + 0.2 * (std::f32::consts::TAU * frequency * x as f32).sin());
        let rings = Spectrum::of(&wave).rings.map(Option::unwrap_or_default);
        let (total, near): (f64, f64) = (rings.iter().sum(), rings[11..=13].iter().sum());
        assert!(near / total > 0.99 && rings[12] / total > 0.6, "{rings:?}");
    }

    #[test]
    fn the_distance_is_the_logarithm_of_the_ratio() {
        let (one, two) = (Spectrum::of(&noise(0.03, 2)), Spectrum::of(&noise(0.06, 2)));
        assert!((two.distance(&one) - 4f64.ln()).abs() < 0.01);
        assert_eq!(two.distance(&one), one.distance(&two));
        assert_eq!(one.distance(&one), 0.0);
    }

    #[test]
    fn any_image_has_a_spectrum() {
        for (width, height) in [(1, 1), (1, 40), (3, 2), (17, 1)] {
            let flat = Spectrum::of(&grey(width, height, |_, _| 0.3));
            let checked = Spectrum::of(&grey(width, height, |r, x| ((r + x) % 2) as f32));
            assert_eq!(flat.distance(&flat), 0.0);
            assert!(flat.distance(&checked).is_finite());
        }
    }
}

//! JPEG compression, once per time that a photo was saved.

use image::ImageFormat;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use rand::Rng;

use crate::training::camera::Pixels;

/// Side of the largest block that is compressed together, in pixels.
const BLOCK: usize = 16;

/// Saving a photo once.
#[derive(Debug, Clone, Copy)]
pub struct Compression {
    /// From 1 to 100.
    quality: u8,
    sampling: SamplingFactor,
    /// Row and column of the first block's corner: photos are cropped between two times of saving.
    corner: [usize; 2],
}

impl Compression {
    /// Settings as cameras and editors use them.
    pub fn random(rng: &mut impl Rng) -> Self {
        let sampling = match rng.random_range(0..10) {
            0..6 => SamplingFactor::R_4_2_0,
            6..9 => SamplingFactor::R_4_2_2,
            _ => SamplingFactor::R_4_4_4,
        };
        Self {
            quality: rng.random_range(70..99),
            sampling,
            corner: [rng.random_range(0..BLOCK), rng.random_range(0..BLOCK)],
        }
    }

    /// Pixels on the sRGB curve after saving and opening. Those before the first corner are unchanged.
    pub fn through(&self, pixels: &Pixels) -> Pixels {
        let [top, left] = self.corner;
        let (width, height) = (pixels.width - left, pixels.height() - top);
        let at = |row: usize, column: usize| (row + top) * pixels.width + column + left;
        let bytes: Vec<u8> = (0..width * height)
            .flat_map(|i| pixels.values[at(i / width, i % width)].map(|v| (v * 255.0 + 0.5) as u8))
            .collect();
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, self.quality);
        encoder.set_sampling_factor(self.sampling);
        encoder
            .encode(&bytes, width as u16, height as u16, ColorType::Rgb)
            .expect("a patch is small enough for a JPEG, and writing to memory does not fail");
        let decoded = image::load_from_memory_with_format(&file, ImageFormat::Jpeg)
            .expect("the encoder writes valid files")
            .into_rgb8();
        let mut values = pixels.values.clone();
        for (i, p) in decoded.pixels().enumerate() {
            values[at(i / width, i % width)] = p.0.map(|v| f32::from(v) / 255.0);
        }
        Pixels { width: pixels.width, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels() -> Pixels {
        let values =
            (0..48 * 40).map(|i| [(i % 48) as f32 / 60.0, ((i * 7919) % 97) as f32 / 300.0 + 0.3, 0.5]).collect();
        Pixels { width: 48, values }
    }

    fn error(quality: u8, sampling: SamplingFactor) -> f32 {
        let out = Compression { quality, sampling, corner: [3, 5] }.through(&pixels());
        let differences = pixels().values.into_iter().zip(out.values).flat_map(|(a, b)| [0, 1, 2].map(|c| a[c] - b[c]));
        (differences.map(|d| d * d).sum::<f32>() / (3 * 48 * 40) as f32).sqrt()
    }

    #[test]
    fn the_better_the_quality_the_smaller_the_error() {
        let errors = [50, 75, 90, 100].map(|quality| error(quality, SamplingFactor::R_4_4_4));
        assert!(errors.is_sorted_by(|a, b| a > b), "{errors:?}");
        assert!(error(100, SamplingFactor::R_4_4_4) < 1.5 / 255.0);
        assert!(error(100, SamplingFactor::R_4_4_4) < error(100, SamplingFactor::R_4_2_0));
    }

    #[test]
    fn pixels_before_the_corner_stay() {
        let out = Compression { quality: 50, sampling: SamplingFactor::R_4_4_4, corner: [3, 5] }.through(&pixels());
        assert_eq!(out.values[..3 * 48], pixels().values[..3 * 48]);
        assert_eq!(out.values[10 * 48..10 * 48 + 5], pixels().values[10 * 48..10 * 48 + 5]);
        assert_ne!(out.values, pixels().values);
    }
}

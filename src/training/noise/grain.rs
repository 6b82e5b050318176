//! Film grain: correlated over neighbouring pixels, strongest at middle brightness.

use rand::Rng;

use crate::color::{linear_to_srgb, srgb_to_linear};
use crate::image::LinearImage;
use crate::training::draw::log_uniform;
use crate::training::noise::field::Field;

/// The grain of a scanned film, or of an editor's effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grain {
    /// Std at the brightness where the grain is strongest, on the sRGB curve with white at 1.
    pub std: f32,
    /// The value on the sRGB curve where it is strongest.
    pub peak: f32,
    /// How fast it weakens away from the peak: 0 for the same everywhere.
    pub falloff: f32,
    /// Correlations of channels and neighbours.
    pub field: Field,
}

impl Grain {
    /// Random grain of 2 to 30 codes of 255 over 1 to 3 pixels (full width at half maximum).
    pub fn random(shared: f32, rng: &mut impl Rng) -> Self {
        Self {
            std: log_uniform((2.0 / 255.0, 30.0 / 255.0), rng),
            peak: rng.random_range(0.3..0.7),
            falloff: rng.random_range(0.2..2.0),
            field: Field { shared, spread: rng.random_range(0.43..1.28) },
        }
    }

    /// Std of the grain at a value on the sRGB curve: a bump `v^a (1 - v)^b` that is 0 at black and white.
    pub fn std_at(&self, value: f32) -> f32 {
        let bump = |v: f32| v.powf(self.falloff * self.peak) * (1.0 - v).powf(self.falloff * (1.0 - self.peak));
        self.std * bump(value.clamp(0.0, 1.0)) / bump(self.peak)
    }

    /// An image in linear light with grain, unclipped: a function of the seed.
    pub fn add_to(&self, clean: &LinearImage, seed: u64) -> LinearImage {
        let field = self.field.planes(clean.width(), clean.height(), seed);
        let mut grainy = clean.clone();
        for (v, z) in grainy.values_mut().iter_mut().zip(field) {
            let seen = linear_to_srgb(*v);
            *v = srgb_to_linear(seen + self.std_at(seen) * z);
        }
        grainy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAIN: Grain = Grain { std: 0.06, peak: 0.4, falloff: 1.2, field: Field { shared: 0.5, spread: 0.9 } };

    #[test]
    fn grain_is_strongest_at_its_peak_and_nothing_at_black_and_white() {
        assert!((GRAIN.std_at(0.4) - 0.06).abs() < 1e-6);
        assert_eq!((GRAIN.std_at(0.0), GRAIN.std_at(1.0), GRAIN.std_at(-0.3)), (0.0, 0.0, 0.0));
        let values: Vec<f32> = (0..=100).map(|v| GRAIN.std_at(v as f32 / 100.0)).collect();
        assert!(values[..=40].is_sorted() && values[40..].is_sorted_by(|a, b| a >= b));
        assert!((Grain { falloff: 0.0, ..GRAIN }).std_at(0.01) == 0.06);
    }

    #[test]
    fn grain_has_its_std_on_the_srgb_curve_and_its_correlations() {
        const SIDE: usize = 200;
        for level in [0.1f32, 0.4, 0.8] {
            let clean = LinearImage::from_fn(SIDE, SIDE, |_, _, _| srgb_to_linear(level)).unwrap();
            let grainy = GRAIN.add_to(&clean, 5);
            let error: Vec<f32> = grainy.values().iter().map(|v| linear_to_srgb(*v) - level).collect();
            let n = SIDE * SIDE;
            let product = |a: usize, b: usize, right: usize| {
                let (a, b) = (&error[a * n..(a + 1) * n], &error[b * n..(b + 1) * n]);
                a.iter().zip(&b[right..]).map(|(x, y)| x * y).sum::<f32>() / (n - right) as f32
            };
            let variance = GRAIN.std_at(level).powi(2);
            // Four standard errors, with 4 pi spread^2 = 10 pixels for an independent one.
            let tolerance = 4.0 * (2.0 * 10.2 / n as f32).sqrt();
            assert!((product(0, 0, 0) / variance - 1.0).abs() < tolerance, "{level}");
            assert!((product(0, 2, 0) / variance - 0.5).abs() < tolerance, "{level}");
            // exp(-1 / (4 * 0.81)) = 0.734.
            assert!((product(1, 1, 1) / variance - 0.734).abs() < tolerance, "{level}");
        }
    }
}

//! Noise reduction of luma as in cameras at high ISO: it smooths flat areas and preserves edges.

use rand::Rng;

use crate::training::camera::blurred;

/// A self-guided filter (He et al., 2010) with Gaussian windows. The remaining noise is neither white nor uniform:
/// smooth grain in flat areas, full noise along edges.
#[derive(Debug, Clone, Copy)]
pub struct Reduction {
    /// Std of the windows, in pixels.
    pub reach: f32,
    /// Structure below this many times the noise's std is smoothed away.
    pub strength: f32,
    /// Share of the original that is mixed back in to keep texture.
    pub kept: f32,
}

impl Reduction {
    /// Random settings.
    pub fn random(rng: &mut impl Rng) -> Self {
        Self {
            reach: rng.random_range(0.8..2.0),
            strength: rng.random_range(1.5..5.0),
            kept: rng.random_range(0.0..0.3),
        }
    }

    /// Smooths luma (from 0 to 1) whose noise has this std.
    pub fn smooth(&self, luma: Vec<f32>, width: usize, noise: f32) -> Vec<f32> {
        let window = |plane: Vec<f32>| blurred(plane, width, self.reach);
        let mean = window(luma.clone());
        let square = window(luma.iter().map(|v| v * v).collect());
        let threshold = (self.strength * noise).powi(2);
        // In each window the result is `a luma + b`: a = 1 and b = 0 at edges, a = 0 and b = mean in flat areas.
        let a: Vec<f32> = mean
            .iter()
            .zip(&square)
            .map(|(mean, square)| {
                let variance = (square - mean * mean).max(0.0);
                variance / (variance + threshold).max(f32::MIN_POSITIVE)
            })
            .collect();
        let b = window(a.iter().zip(&mean).map(|(a, mean)| (1.0 - a) * mean).collect());
        let a = window(a);
        (0..luma.len()).map(|i| self.kept * luma[i] + (1.0 - self.kept) * (a[i] * luma[i] + b[i])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::random::{Normals, Stream};

    #[test]
    fn noise_goes_and_edges_stay() {
        const SIDE: usize = 64;
        let noise = 0.03;
        let normals = Normals::new(3, Stream::Forward);
        let clean = |column: usize| if column < SIDE / 2 { 0.3 } else { 0.7 };
        let noisy: Vec<f32> =
            (0..SIDE * SIDE).map(|i| clean(i % SIDE) + noise * normals.at(0, i / SIDE, i % SIDE)[0]).collect();
        let reduction = Reduction { reach: 1.5, strength: 2.0, kept: 0.0 };
        let smooth = reduction.smooth(noisy.clone(), SIDE, noise);
        let std = |plane: &[f32], columns: std::ops::Range<usize>| {
            let errors = (0..plane.len())
                .filter(|i| columns.contains(&(i % SIDE)))
                .map(|i| (plane[i] - clean(i % SIDE)).powi(2));
            (errors.sum::<f32>() / (SIDE * columns.len()) as f32).sqrt()
        };
        assert!(std(&smooth, 4..24) < 0.5 * noise);
        assert!(std(&smooth, 31..33) < 1.5 * noise, "the edge keeps its noise and its height");
        let half = Reduction { kept: 0.5, ..reduction }.smooth(noisy.clone(), SIDE, noise);
        assert!(std(&half, 4..24) > std(&smooth, 4..24) && std(&half, 4..24) < noise);
        assert_eq!(Reduction { kept: 1.0, ..reduction }.smooth(noisy.clone(), SIDE, noise), noisy);
    }
}

//! Tone curves of phones, scanners and editors, on values on the sRGB curve from 0 to 1.

use rand::Rng;

use crate::image::CHANNELS;

/// A rising curve per channel: levels of the source, a power, an S curve, levels of the result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ToneCurve {
    /// The value that becomes black. What lies below it is clipped.
    pub source_black: f32,
    /// The exponent of each channel: above 1 it darkens, below 1 it brightens.
    pub gamma: [f32; CHANNELS],
    /// Steepness of a logistic curve from (0, 0) to (1, 1): 0 for none, 4 for mild and 8 for strong contrast.
    pub contrast: f32,
    /// The value at which the S curve is steepest.
    pub pivot: f32,
    /// Where black and white come to lie: lifted blacks, faded whites.
    pub range: (f32, f32),
}

impl ToneCurve {
    /// The curve that changes nothing.
    pub const NONE: Self =
        Self { source_black: 0.0, gamma: [1.0; CHANNELS], contrast: 0.0, pivot: 0.5, range: (0.0, 1.0) };

    /// A random curve, the same for all channels if `alike`; else scanners' and filters' slightly different ones.
    pub fn random(alike: bool, rng: &mut impl Rng) -> Self {
        let gamma = if rng.random_bool(0.5) { 1.5f32.powf(rng.random_range(-1.0..1.0)) } else { 1.0 };
        let apart = if !alike && rng.random_bool(0.3) { 0.1 } else { 0.0 };
        let contrast = if rng.random_bool(0.65) { rng.random_range(1.0..10.0) } else { 0.0 };
        Self {
            source_black: if rng.random_bool(0.2) { rng.random_range(0.0..0.08) } else { 0.0 },
            gamma: std::array::from_fn(|_| gamma * (1.0 + apart * rng.random_range(-1.0f32..1.0))),
            contrast,
            pivot: rng.random_range(0.35..0.65),
            range: if rng.random_bool(0.3) {
                (rng.random_range(0.0..0.15), rng.random_range(0.85..1.0))
            } else {
                (0.0, 1.0)
            },
        }
    }

    /// The curve of a channel at a value, which is clipped to [0, 1].
    pub fn at(&self, channel: usize, value: f32) -> f32 {
        let v = ((value - self.source_black) / (1.0 - self.source_black)).clamp(0.0, 1.0);
        let v = if self.gamma[channel] == 1.0 { v } else { v.powf(self.gamma[channel]) };
        let v = if self.contrast == 0.0 {
            v
        } else {
            let logistic = |v: f32| 1.0 / (1.0 + (-self.contrast * (v - self.pivot)).exp());
            (logistic(v) - logistic(0.0)) / (logistic(1.0) - logistic(0.0))
        };
        self.range.0 + v * (self.range.1 - self.range.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn curves_rise_within_their_range() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        for i in 0..300 {
            let curve = ToneCurve::random(i % 2 == 0, &mut rng);
            for channel in 0..CHANNELS {
                let values: Vec<f32> = (-20..=120).map(|v| curve.at(channel, v as f32 / 100.0)).collect();
                assert!(values.is_sorted(), "{curve:?}");
                assert!((values[0] - curve.range.0).abs() < 1e-6 && (values[140] - curve.range.1).abs() < 1e-5);
            }
            assert!(i % 2 == 1 || curve.gamma[0] == curve.gamma[2], "{curve:?}");
        }
    }

    #[test]
    fn no_curve_keeps_every_value() {
        for v in [0.0, 0.013, 0.5, 1.0] {
            assert_eq!(ToneCurve::NONE.at(1, v), v);
        }
    }

    #[test]
    fn contrast_is_the_slope_at_the_pivot() {
        let slope = |contrast: f32| {
            let curve = ToneCurve { contrast, ..ToneCurve::NONE };
            (curve.at(0, 0.51) - curve.at(0, 0.49)) / 0.02
        };
        // The derivative of the normalised logistic curve: k / 4 over the range that it spans.
        for k in [2.0f32, 4.0, 8.0] {
            let spanned = (k / 4.0).tanh();
            assert!((slope(k) - k / 4.0 / spanned).abs() < 0.01 * slope(k), "{k}");
        }
        assert!((ToneCurve { contrast: 6.0, pivot: 0.4, ..ToneCurve::NONE }).at(0, 0.4) > 0.4);
    }
}

//! The two parts of the noise, luminance and chrominance, of which a caller can keep some: coloured noise disturbs more
//! than grain, which some photographers like.

use crate::image::CHANNELS;

/// The share of red, green and blue in the luminance of linear light (ITU-R BT.709).
const LUMINANCE: [f32; CHANNELS] = [0.2126, 0.7152, 0.0722];

/// How much of each part of the difference between photo and result is removed, from 0, nothing, to 1, all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parts {
    /// Share of the luminance.
    pub luminance: f32,
    /// Share of the chrominance.
    pub chrominance: f32,
}

impl Parts {
    /// Everything.
    pub const ALL: Self = Self { luminance: 1.0, chrominance: 1.0 };

    /// The pixel between the photo's, `y`, and the denoised one, `x`, both in linear light.
    pub fn between(&self, y: [f32; CHANNELS], x: [f32; CHANNELS]) -> [f32; CHANNELS] {
        if *self == Self::ALL {
            return x;
        }
        let difference: [f32; CHANNELS] = std::array::from_fn(|c| x[c] - y[c]);
        let light: f32 = difference.iter().zip(LUMINANCE).map(|(d, share)| d * share).sum();
        std::array::from_fn(|c| y[c] + self.luminance * light + self.chrominance * (difference[c] - light))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const Y: [f32; 3] = [0.4, 0.3, 0.9];
    const X: [f32; 3] = [0.2, 0.35, 0.5];

    fn light(v: [f32; 3]) -> f32 {
        v.iter().zip(LUMINANCE).map(|(v, share)| v * share).sum()
    }

    #[test]
    fn all_is_the_denoised_pixel_and_nothing_the_photo() {
        assert_eq!(Parts::ALL.between(Y, X), X);
        assert_eq!(Parts { luminance: 0.0, chrominance: 0.0 }.between(Y, X), Y);
    }

    #[test]
    fn each_part_leaves_the_other_alone() {
        let colour = Parts { luminance: 0.0, chrominance: 1.0 }.between(Y, X);
        assert!((light(colour) - light(Y)).abs() < 1e-6, "the grain stays");
        let lit = Parts { luminance: 1.0, chrominance: 0.0 }.between(Y, X);
        assert!((light(lit) - light(X)).abs() < 1e-6);
        assert!(((lit[0] - lit[1]) - (Y[0] - Y[1])).abs() < 1e-6, "the colour stays");
    }
}

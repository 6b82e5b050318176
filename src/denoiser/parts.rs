//! The two parts of the noise, luminance and chrominance, of which a caller can keep some: coloured noise disturbs more
//! than grain, which some photographers like.

use crate::image::{CHANNELS, MOST_CHANNELS};

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

    /// The pixel between the photo's, `y`, and the denoised one, `x`, both in linear light; a mosaic's has four values,
    /// two of them green. `neutral` is what grey has in red, green and blue.
    pub fn between<const N: usize>(&self, y: [f32; N], x: [f32; N], neutral: [f32; CHANNELS]) -> [f32; N] {
        if *self == Self::ALL {
            return x;
        }
        let is_mosaic = N == MOST_CHANNELS;
        let colour = |c: usize| if is_mosaic { c.div_ceil(2) } else { c };
        let share = |c: usize| if is_mosaic && colour(c) == 1 { 0.5 * LUMINANCE[1] } else { LUMINANCE[colour(c)] };
        let difference: [f32; N] = std::array::from_fn(|c| (x[c] - y[c]) / neutral[colour(c)]);
        let light: f32 = (0..N).map(|c| difference[c] * share(c)).sum();
        std::array::from_fn(|c| {
            y[c] + neutral[colour(c)] * (self.luminance * light + self.chrominance * (difference[c] - light))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const Y: [f32; 3] = [0.4, 0.3, 0.9];
    const X: [f32; 3] = [0.2, 0.35, 0.5];

    const GREY: [f32; 3] = [1.0; 3];

    fn light(v: [f32; 3]) -> f32 {
        v.iter().zip(LUMINANCE).map(|(v, share)| v * share).sum()
    }

    #[test]
    fn all_is_the_denoised_pixel_and_nothing_the_photo() {
        assert_eq!(Parts::ALL.between(Y, X, GREY), X);
        assert_eq!(Parts { luminance: 0.0, chrominance: 0.0 }.between(Y, X, GREY), Y);
    }

    #[test]
    fn each_part_leaves_the_other_alone() {
        let colour = Parts { luminance: 0.0, chrominance: 1.0 }.between(Y, X, GREY);
        assert!((light(colour) - light(Y)).abs() < 1e-6, "the grain stays");
        let lit = Parts { luminance: 1.0, chrominance: 0.0 }.between(Y, X, GREY);
        assert!((light(lit) - light(X)).abs() < 1e-6);
        assert!(((lit[0] - lit[1]) - (Y[0] - Y[1])).abs() < 1e-6, "the colour stays");
    }

    #[test]
    fn a_mosaics_parts_are_those_of_balanced_light() {
        let neutral = [0.5, 1.0, 0.4];
        // Noise that is the same in all colours once they are balanced, and has no colour.
        let (x, grain) = ([0.1, 0.3, 0.3, 0.2], 0.05);
        let y = [x[0] + 0.5 * grain, x[1] + grain, x[2] + grain, x[3] + 0.4 * grain];
        let close = |a: [f32; 4], b: [f32; 4]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(close(Parts { luminance: 1.0, chrominance: 0.0 }.between(y, x, neutral), x));
        assert!(close(Parts { luminance: 0.0, chrominance: 1.0 }.between(y, x, neutral), y));
    }
}

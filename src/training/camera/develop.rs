//! A camera's processing of linear colours: tone curve, noise reduction, chroma smoothing, sharpening.

use std::sync::LazyLock;

use rand::Rng;

use crate::color::{linear_to_srgb, srgb_to_linear};
use crate::training::camera::reduce::Reduction;
use crate::training::camera::{Pixel, Pixels, blurred};

/// Weights of luma (BT.601, as JPEG has them).
const LUMA: Pixel = [0.299, 0.587, 0.114];

/// A camera's style. Lengths are in pixels.
#[derive(Debug, Clone, Copy)]
pub struct Development {
    /// From 0, none, to 1, the S-curve `3 v^2 - 2 v^3`.
    contrast: f32,
    /// Noise reduction of luma.
    reduction: Option<Reduction>,
    /// Std of the blur of both chroma planes; 0 for none.
    chroma_blur: f32,
    /// Std of the blur of luma.
    luma_blur: f32,
    /// Share of blurred luma in the result; below 0 it sharpens.
    luma_blend: f32,
}

impl Development {
    /// A random style, with or without noise reduction.
    pub fn random(reduction: bool, rng: &mut impl Rng) -> Self {
        Self {
            contrast: if rng.random_bool(0.7) { rng.random() } else { 0.0 },
            reduction: reduction.then(|| Reduction::random(rng)),
            chroma_blur: match reduction {
                true => rng.random_range(1.0..4.0),
                false if rng.random_bool(0.6) => rng.random_range(0.5..3.0),
                false => 0.0,
            },
            luma_blur: rng.random_range(0.5..1.2),
            luma_blend: match rng.random_range(0..3) {
                0 => 0.0,
                1 => rng.random_range(0.0..0.9),
                _ => rng.random_range(-0.6..0.0),
            },
        }
    }

    /// From linear light to values on the sRGB curve, from 0 to 1, with the style's contrast.
    pub fn tone(&self, linear: Pixels) -> Pixels {
        linear.map(|p| {
            p.map(|v| {
                let v = TO_SRGB.at(v.clamp(0.0, 1.0));
                v + self.contrast * (v * v * (3.0 - 2.0 * v) - v)
            })
        })
    }

    /// The other stages, on toned pixels. `noise` is the std of the noise in the noisy version's luma.
    pub fn finish(&self, toned: Pixels, noise: f32) -> Pixels {
        if self.chroma_blur == 0.0 && self.luma_blend == 0.0 && self.reduction.is_none() {
            return toned;
        }
        let width = toned.width;
        let luma = luma(&toned);
        // Centred at one half: the library's blur clamps to [0, 1]. Red's and blue's differences determine green's.
        let chroma = [0, 2].map(|c| {
            let plane = toned.values.iter().zip(&luma).map(|(p, y)| 0.5 + 0.5 * (p[c] - y)).collect();
            blurred(plane, width, self.chroma_blur)
        });
        let luma = match &self.reduction {
            Some(reduction) => reduction.smooth(luma, width, noise),
            None => luma,
        };
        let smooth = blurred(luma.clone(), width, if self.luma_blend == 0.0 { 0.0 } else { self.luma_blur });
        let values = (0..luma.len())
            .map(|i| {
                let y = luma[i] + self.luma_blend * (smooth[i] - luma[i]);
                let [r, b] = chroma.each_ref().map(|plane| y + 2.0 * plane[i] - 1.0);
                [r, (y - LUMA[0] * r - LUMA[2] * b) / LUMA[1], b].map(|v| v.clamp(0.0, 1.0))
            })
            .collect();
        Pixels { width, values }
    }
}

/// Luma of every pixel.
pub fn luma(pixels: &Pixels) -> Vec<f32> {
    pixels.values.iter().map(|p| (0..3).map(|c| LUMA[c] * p[c]).sum()).collect()
}

/// From the sRGB curve back to linear light.
pub fn to_linear(pixels: Pixels) -> Pixels {
    pixels.map(|p| p.map(|v| TO_LINEAR.at(v)))
}

static TO_SRGB: LazyLock<Curve> = LazyLock::new(|| Curve::of(linear_to_srgb));
static TO_LINEAR: LazyLock<Curve> = LazyLock::new(|| Curve::of(srgb_to_linear));

/// A curve on [0, 1] as a table: a power per value would cost more than all other processing.
struct Curve(Vec<f32>);

impl Curve {
    const STEPS: usize = 4096;

    fn of(curve: fn(f32) -> f32) -> Self {
        Self((0..=Self::STEPS).map(|i| curve(i as f32 / Self::STEPS as f32)).collect())
    }

    /// The curve at `v`, which is in [0, 1].
    fn at(&self, v: f32) -> f32 {
        let place = v * Self::STEPS as f32;
        let i = (place as usize).min(Self::STEPS - 1);
        self.0[i] + (place - i as f32) * (self.0[i + 1] - self.0[i])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Development =
        Development { contrast: 0.0, reduction: None, chroma_blur: 0.0, luma_blur: 1.0, luma_blend: 0.0 };

    fn develop(style: &Development, linear: Pixels) -> Pixels {
        style.finish(style.tone(linear), 0.0)
    }

    fn edge() -> Pixels {
        let values = (0..24 * 24).map(|i| if i % 24 < 12 { [0.1, 0.2, 0.3] } else { [0.5, 0.3, 0.2] }).collect();
        Pixels { width: 24, values }
    }

    fn luma(p: Pixel) -> f32 {
        (0..3).map(|c| LUMA[c] * p[c]).sum()
    }

    #[test]
    fn the_plain_style_is_the_srgb_curve() {
        let out = to_linear(develop(&PLAIN, edge()));
        for (a, b) in edge().values.iter().zip(out.values) {
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5));
        }
    }

    #[test]
    fn tables_are_as_good_as_their_curves() {
        for i in 0..=100_000 {
            let v = i as f32 / 100_000.0;
            assert!((TO_SRGB.at(v) - linear_to_srgb(v)).abs() < 3e-5, "{v}");
            assert!((TO_LINEAR.at(v) - srgb_to_linear(v)).abs() < 1e-6, "{v}");
        }
    }

    #[test]
    fn chroma_is_smoothed_and_luma_is_not() {
        let (sharp, smooth) = (develop(&PLAIN, edge()), develop(&Development { chroma_blur: 2.0, ..PLAIN }, edge()));
        let at = 12 * 24 + 12;
        assert!((luma(sharp.values[at]) - luma(smooth.values[at])).abs() < 1e-3);
        let red = |p: &Pixels| p.values[at][0] - luma(p.values[at]);
        assert!(red(&smooth) < 0.8 * red(&sharp), "{} {}", red(&smooth), red(&sharp));
    }

    #[test]
    fn luma_is_smoothed_or_sharpened() {
        let step = |blend: f32| {
            let out = develop(&Development { luma_blend: blend, ..PLAIN }, edge());
            luma(out.values[12 * 24 + 12]) - luma(out.values[12 * 24 + 11])
        };
        assert!(step(0.8) < 0.9 * step(0.0) && step(-0.5) > 1.1 * step(0.0));
    }

    #[test]
    fn the_tone_curve_keeps_its_ends() {
        let grey = |v: f32| Pixels { width: 1, values: vec![[v; 3]] };
        let s = Development { contrast: 1.0, ..PLAIN };
        for (linear, expected) in [(0.0, 0.0), (1.0, 1.0), (0.214_041_14, 0.5)] {
            assert!((develop(&s, grey(linear)).values[0][0] - expected).abs() < 1e-4);
        }
        assert!(develop(&s, grey(0.05)).values[0][0] < develop(&PLAIN, grey(0.05)).values[0][0]);
    }
}

//! What a camera makes of linear colours before it writes them: tone curve, smoother chroma, sharper edges.

use image::{ImageBuffer, Luma, imageops};
use rand::Rng;

use crate::color::{linear_to_srgb, srgb_to_linear};
use crate::training::camera::{Pixel, Pixels};

/// Weights of luma (BT.601, as JPEG has them).
const LUMA: Pixel = [0.299, 0.587, 0.114];

/// A camera's picture style. Lengths are in pixels.
#[derive(Debug, Clone, Copy)]
pub struct Development {
    /// From 0, none, to 1, the S-curve `3 v^2 - 2 v^3`.
    contrast: f32,
    /// Std of the blur of both chroma planes; 0 for none.
    chroma_blur: f32,
    /// Std of luma's blur.
    luma_blur: f32,
    /// How much of the blurred luma is taken; below 0 it sharpens.
    luma_blend: f32,
}

impl Development {
    /// Some style.
    pub fn random(rng: &mut impl Rng) -> Self {
        Self {
            contrast: if rng.random_bool(0.7) { rng.random() } else { 0.0 },
            chroma_blur: if rng.random_bool(0.7) { rng.random_range(0.5..4.0) } else { 0.0 },
            luma_blur: rng.random_range(0.5..1.2),
            luma_blend: match rng.random_range(0..3) {
                0 => 0.0,
                1 => rng.random_range(0.0..0.9),
                _ => rng.random_range(-0.6..0.0),
            },
        }
    }

    /// From linear light to values on the sRGB curve, from 0 to 1.
    pub fn develop(&self, linear: Pixels) -> Pixels {
        let toned = linear.map(|p| {
            p.map(|v| {
                let v = linear_to_srgb(v.clamp(0.0, 1.0));
                v + self.contrast * (v * v * (3.0 - 2.0 * v) - v)
            })
        });
        if self.chroma_blur == 0.0 && self.luma_blend == 0.0 {
            return toned;
        }
        let luma: Vec<f32> = toned.values.iter().map(|p| (0..3).map(|c| LUMA[c] * p[c]).sum()).collect();
        // Around one half: the library's blur keeps to [0, 1]. Red's and blue's differences hold green's.
        let chroma = [0, 2].map(|c| {
            let plane = toned.values.iter().zip(&luma).map(|(p, y)| 0.5 + 0.5 * (p[c] - y)).collect();
            blurred(plane, toned.width, self.chroma_blur)
        });
        let smooth = blurred(luma.clone(), toned.width, if self.luma_blend == 0.0 { 0.0 } else { self.luma_blur });
        let values = (0..luma.len())
            .map(|i| {
                let y = luma[i] + self.luma_blend * (smooth[i] - luma[i]);
                let [r, b] = chroma.each_ref().map(|plane| y + 2.0 * plane[i] - 1.0);
                [r, (y - LUMA[0] * r - LUMA[2] * b) / LUMA[1], b].map(|v| v.clamp(0.0, 1.0))
            })
            .collect();
        Pixels { width: toned.width, values }
    }
}

fn blurred(plane: Vec<f32>, width: usize, std: f32) -> Vec<f32> {
    if std == 0.0 {
        return plane;
    }
    let height = plane.len() / width;
    let buffer: ImageBuffer<Luma<f32>, _> =
        ImageBuffer::from_raw(width as u32, height as u32, plane).expect("the plane has the picture's size");
    imageops::blur(&buffer, std).into_raw()
}

/// From the sRGB curve back to linear light.
pub fn to_linear(picture: Pixels) -> Pixels {
    picture.map(|p| p.map(srgb_to_linear))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Development = Development { contrast: 0.0, chroma_blur: 0.0, luma_blur: 1.0, luma_blend: 0.0 };

    fn edge() -> Pixels {
        let values = (0..24 * 24).map(|i| if i % 24 < 12 { [0.1, 0.2, 0.3] } else { [0.5, 0.3, 0.2] }).collect();
        Pixels { width: 24, values }
    }

    fn luma(p: Pixel) -> f32 {
        (0..3).map(|c| LUMA[c] * p[c]).sum()
    }

    #[test]
    fn the_plain_style_is_the_srgb_curve() {
        let out = to_linear(PLAIN.develop(edge()));
        for (a, b) in edge().values.iter().zip(out.values) {
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5));
        }
    }

    #[test]
    fn chroma_is_smoothed_and_luma_is_not() {
        let (sharp, smooth) = (PLAIN.develop(edge()), Development { chroma_blur: 2.0, ..PLAIN }.develop(edge()));
        let at = 12 * 24 + 12;
        assert!((luma(sharp.values[at]) - luma(smooth.values[at])).abs() < 1e-3);
        let red = |p: &Pixels| p.values[at][0] - luma(p.values[at]);
        assert!(red(&smooth) < 0.8 * red(&sharp), "{} {}", red(&smooth), red(&sharp));
    }

    #[test]
    fn luma_is_smoothed_or_sharpened() {
        let step = |blend: f32| {
            let out = Development { luma_blend: blend, ..PLAIN }.develop(edge());
            luma(out.values[12 * 24 + 12]) - luma(out.values[12 * 24 + 11])
        };
        assert!(step(0.8) < 0.9 * step(0.0) && step(-0.5) > 1.1 * step(0.0));
    }

    #[test]
    fn the_tone_curve_keeps_its_ends() {
        let grey = |v: f32| Pixels { width: 1, values: vec![[v; 3]] };
        let s = Development { contrast: 1.0, ..PLAIN };
        for (linear, expected) in [(0.0, 0.0), (1.0, 1.0), (0.214_041_14, 0.5)] {
            assert!((s.develop(grey(linear)).values[0][0] - expected).abs() < 1e-4);
        }
        assert!(s.develop(grey(0.05)).values[0][0] < PLAIN.develop(grey(0.05)).values[0][0]);
    }
}

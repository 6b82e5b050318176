//! Pixels for callers who know sRGB's curve and linear light alone, and back.

use image::{DynamicImage, ImageBuffer, Pixel};

use crate::files::Depth;
use crate::files::color::{ColorEncoding, Curve};
use crate::files::decoded::depth_of;
use crate::image::CHANNELS;

/// Pixels of an encoding as RGB or RGBA on sRGB's curve, in the encoding's primaries; floats, and what has no largest
/// value, as linear light. They get 16 bits where the curve is another one.
pub fn to_srgb_curve(pixels: DynamicImage, encoding: &ColorEncoding) -> DynamicImage {
    let has_alpha = pixels.color().has_alpha();
    let is_hdr = (0..CHANNELS).any(|c| encoding.curve(c).is_hdr());
    match depth_of(&pixels) {
        Depth::Float if encoding.has_curve(&Curve::Linear) => pixels,
        Depth::Eight | Depth::Sixteen if encoding.has_curve(&Curve::Srgb) => pixels,
        depth @ (Depth::Eight | Depth::Sixteen) if !is_hdr => {
            let to = |c: usize, v: u16| {
                let light = encoding.curve(c).to_linear(f32::from(v) / 65535.0);
                (Curve::Srgb.to_code(light).clamp(0.0, 1.0) * 65535.0 + 0.5) as u16
            };
            // Of 8 bits, only every 257th value of 16 occurs.
            let step = if depth == Depth::Eight { 257 } else { 1 };
            let mut tables: [Vec<u16>; CHANNELS] = std::array::from_fn(|_| vec![0; 65536]);
            for (c, table) in tables.iter_mut().enumerate() {
                (0..=65535).step_by(step).for_each(|v| table[usize::from(v)] = to(c, v));
            }
            if has_alpha {
                let mut pixels = pixels.into_rgba16();
                change(&mut pixels, |c, v| tables[c][usize::from(v)]);
                DynamicImage::ImageRgba16(pixels)
            } else {
                let mut pixels = pixels.into_rgb16();
                change(&mut pixels, |c, v| tables[c][usize::from(v)]);
                DynamicImage::ImageRgb16(pixels)
            }
        }
        _ if has_alpha => {
            let mut pixels = pixels.into_rgba32f();
            change(&mut pixels, |c, v| encoding.curve(c).to_linear(v));
            DynamicImage::ImageRgba32F(pixels)
        }
        _ => {
            let mut pixels = pixels.into_rgb32f();
            change(&mut pixels, |c, v| encoding.curve(c).to_linear(v));
            DynamicImage::ImageRgb32F(pixels)
        }
    }
}

/// Pixels on sRGB's curve, or floats in linear light, as an encoding has them, of a depth; with their opacity where
/// they have any.
pub fn from_srgb_curve(pixels: DynamicImage, encoding: &ColorEncoding, depth: Depth) -> DynamicImage {
    let from = depth_of(&pixels);
    let has_alpha = pixels.color().has_alpha();
    let light = |v: f32| if from == Depth::Float { v } else { Curve::Srgb.to_linear(v) };
    let is_same = match (from, depth) {
        (Depth::Float, Depth::Float) => encoding.has_curve(&Curve::Linear),
        (Depth::Float, _) | (_, Depth::Float) => false,
        _ => encoding.has_curve(&Curve::Srgb),
    };
    // Floats in between, but for integers that stay what they are: of 8 and 16 bits the image crate knows how.
    let pixels =
        if is_same { pixels } else { in_floats(pixels, has_alpha, |c, v| encoding.curve(c).to_code(light(v))) };
    match (depth, has_alpha) {
        (Depth::Eight, false) => DynamicImage::ImageRgb8(pixels.into_rgb8()),
        (Depth::Eight, true) => DynamicImage::ImageRgba8(pixels.into_rgba8()),
        (Depth::Sixteen, false) => DynamicImage::ImageRgb16(pixels.into_rgb16()),
        (Depth::Sixteen, true) => DynamicImage::ImageRgba16(pixels.into_rgba16()),
        (Depth::Float, false) => DynamicImage::ImageRgb32F(pixels.into_rgb32f()),
        (Depth::Float, true) => DynamicImage::ImageRgba32F(pixels.into_rgba32f()),
    }
}

fn in_floats(pixels: DynamicImage, has_alpha: bool, f: impl Fn(usize, f32) -> f32) -> DynamicImage {
    if has_alpha {
        let mut pixels = pixels.into_rgba32f();
        change(&mut pixels, f);
        DynamicImage::ImageRgba32F(pixels)
    } else {
        let mut pixels = pixels.into_rgb32f();
        change(&mut pixels, f);
        DynamicImage::ImageRgb32F(pixels)
    }
}

/// Changes the colours in place.
fn change<P: Pixel>(pixels: &mut ImageBuffer<P, Vec<P::Subpixel>>, f: impl Fn(usize, P::Subpixel) -> P::Subpixel) {
    for pixel in pixels.pixels_mut() {
        for (c, v) in pixel.channels_mut().iter_mut().take(CHANNELS).enumerate() {
            *v = f(c, *v);
        }
    }
}

/// Pixels with one channel of colour, the mean of three, as far as integers go; floats keep three.
pub fn grey(pixels: DynamicImage) -> DynamicImage {
    fn mean<T: Copy + Into<u32> + TryFrom<u32>>(values: &[T], stride: usize) -> Vec<T> {
        let grey = |pixel: &[T]| {
            let sum: u32 = pixel[..CHANNELS].iter().map(|v| (*v).into()).sum();
            T::try_from((sum + 1) / 3).unwrap_or(pixel[0])
        };
        values
            .chunks_exact(stride)
            .flat_map(|pixel| [Some(grey(pixel)), pixel.get(CHANNELS).copied()].into_iter().flatten())
            .collect()
    }
    let (width, height) = (pixels.width(), pixels.height());
    let made = match &pixels {
        DynamicImage::ImageRgb8(p) => ImageBuffer::from_raw(width, height, mean(p, 3)).map(DynamicImage::ImageLuma8),
        DynamicImage::ImageRgba8(p) => ImageBuffer::from_raw(width, height, mean(p, 4)).map(DynamicImage::ImageLumaA8),
        DynamicImage::ImageRgb16(p) => ImageBuffer::from_raw(width, height, mean(p, 3)).map(DynamicImage::ImageLuma16),
        DynamicImage::ImageRgba16(p) => {
            ImageBuffer::from_raw(width, height, mean(p, 4)).map(DynamicImage::ImageLumaA16)
        }
        _ => None,
    };
    made.unwrap_or(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    /// Grey of this 8-bit code.
    fn code(v: u8) -> DynamicImage {
        DynamicImage::ImageRgb8(RgbImage::from_pixel(1, 1, Rgb([v; 3])))
    }

    #[test]
    fn codes_become_the_light_that_they_are() {
        // sRGB's 128 is 0.2159 in linear light, 188 would be 0.5.
        for (depth, expected) in [(Depth::Float, 0.215_861), (Depth::Sixteen, 128.0 / 255.0)] {
            let found = from_srgb_curve(code(128), &ColorEncoding::untagged(depth), depth).into_rgb32f();
            assert!((found.as_raw()[0] - expected).abs() < 1e-5, "{depth:?}: {:?}", found.as_raw());
        }
        let light = DynamicImage::ImageRgb32F(image::Rgb32FImage::from_pixel(1, 1, Rgb([0.215_861; 3])));
        let found = from_srgb_curve(light, &ColorEncoding::untagged(Depth::Eight), Depth::Eight);
        assert_eq!(found, code(128));
    }

    #[test]
    fn every_code_of_another_curve_survives_the_round_trip() {
        for gamma in [100_000, 55_556, 45_455] {
            let encoding = ColorEncoding::of_png(Some(gamma), None).unwrap();
            for v in 0..=255 {
                let shown = to_srgb_curve(code(v), &encoding);
                assert_eq!(from_srgb_curve(shown, &encoding, Depth::Eight), code(v), "{gamma} {v}");
            }
        }
    }

    #[test]
    fn mid_grey_of_a_linear_file_is_brighter_on_srgbs_curve() {
        let linear = ColorEncoding::of_png(Some(100_000), None).unwrap();
        let shown = to_srgb_curve(code(55), &linear).into_rgb8();
        assert_eq!(shown.as_raw()[0], 128);
    }

    #[test]
    fn hdr_becomes_linear_light_with_its_reference_white_at_1() {
        // BT.2100 with PQ, 16 bits: the code of 203 nits.
        let pq = ColorEncoding::of_cicp([9, 16, 0, 1]).unwrap();
        let white = DynamicImage::ImageRgb16(ImageBuffer::from_pixel(1, 1, Rgb([38_056u16; 3])));
        let shown = to_srgb_curve(white.clone(), &pq);
        assert!((shown.to_rgb32f().as_raw()[0] - 1.0).abs() < 1e-3);
        assert_eq!(from_srgb_curve(shown, &pq, Depth::Sixteen), white);
    }

    #[test]
    fn grey_is_the_mean() {
        let pixels = DynamicImage::ImageRgb8(RgbImage::from_pixel(1, 1, Rgb([9, 10, 12])));
        assert_eq!(grey(pixels).as_bytes(), [10]);
    }
}

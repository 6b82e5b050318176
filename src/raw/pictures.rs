//! Pictures by which demosaicing is tested.

use crate::color::linear_to_srgb;
use crate::image::{CHANNELS, LinearImage};

/// A zone plate, in which all directions and frequencies up to 0.3 periods a pixel occur, under a soft light whose
/// colour changes from place to place.
pub fn zone_plate(width: usize, height: usize) -> LinearImage {
    LinearImage::from_fn(width, height, |channel, row, column| {
        let (y, x) = (row as f32 - 0.5 * height as f32, column as f32 - 0.5 * width as f32);
        let corner = 0.5 * (width as f32).hypot(height as f32);
        let wave = 0.5 + 0.45 * (0.3 * std::f32::consts::PI * (x * x + y * y) / corner).cos();
        let light = 0.9 + 0.1 * (0.02 * (x + y) + 2.0 * channel as f32).sin();
        (0.9 * wave * light).powf(2.2)
    })
    .unwrap()
}

/// Soft steps from dark to bright grey, 60 x 60, across rows, columns and two slopes; each with its direction.
pub fn grey_edges() -> impl Iterator<Item = ([f32; 2], LinearImage)> {
    [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [0.9, -0.3]].into_iter().map(|edge| {
        let grey = LinearImage::from_fn(60, 60, |_, row, column| {
            let distance = edge[0] * (row as f32 - 29.7) + edge[1] * (column as f32 - 29.7);
            0.05 + 0.8 * (0.5 + distance).clamp(0.0, 1.0)
        });
        (edge, grey.unwrap())
    })
}

/// How far apart the channels of each pixel look.
pub fn colorfulness(image: &LinearImage) -> impl Iterator<Item = f32> {
    let seen = seen(image);
    let pixels = seen.len() / CHANNELS;
    (0..pixels).map(move |p| {
        let color: [f32; CHANNELS] = std::array::from_fn(|c| seen[c * pixels + p]);
        color.into_iter().fold(0.0, f32::max) - color.into_iter().fold(1.0, f32::min)
    })
}

/// All values of an image as they are seen, clipped and on the sRGB curve.
fn seen(image: &LinearImage) -> Vec<f32> {
    image.values().iter().map(|v| linear_to_srgb(v.clamp(0.0, 1.0))).collect()
}

/// How alike two images look, in dB.
pub fn psnr(a: &LinearImage, b: &LinearImage) -> f32 {
    let square = seen(a).into_iter().zip(seen(b)).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
    -10.0 * (square / a.values().len() as f32).log10()
}

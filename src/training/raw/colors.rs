//! The colours that a sensor sees: real cameras' matrices, in the light of any time of day.

use std::sync::LazyLock;

use rand::Rng;

use crate::image::{CHANNELS, LinearImage};
use crate::raw::matrix::{Matrix, SRGB_TO_XYZ, Vector, diagonal, inverse, product, times};
use crate::training::draw::log_uniform;

/// Neutrals of cameras that record ordinary light; others of the database are infrared conversions or mistakes.
const NEUTRALS: std::ops::RangeInclusive<f32> = 0.25..=1.4;
/// The largest entry of a matrix back to sRGB: beyond it the colours of a sensor hardly differ.
const MOST_BACK: f32 = 3.0;
/// Weights of luminance (Rec. 709).
const LUMINANCE: Vector = [0.2126, 0.7152, 0.0722];

/// From linear sRGB to the colours of cameras whose makers or DNG converters publish a matrix; green of white is 1.
static CAMERAS: LazyLock<Vec<Matrix>> = LazyLock::new(|| {
    let mut published: Vec<&[i32]> = flashraw_camera_db::all().iter().map(|camera| camera.color_matrix).collect();
    published.sort_unstable();
    published.dedup();
    published.into_iter().filter_map(of_camera).collect()
});

/// From linear sRGB to the colours of a camera, by its matrix from XYZ in ten-thousandths (three colours, row after
/// row). `None` if that is no matrix of an ordinary camera.
fn of_camera(published: &[i32]) -> Option<Matrix> {
    let entries: [i32; 9] = published.try_into().ok()?;
    let from_xyz: Matrix = std::array::from_fn(|r| std::array::from_fn(|c| entries[3 * r + c] as f32 / 10_000.0));
    let seen = product(&from_xyz, &SRGB_TO_XYZ);
    let neutral = times(&seen, [1.0; 3]);
    let matrix = product(&diagonal([1.0 / neutral[1]; 3]), &seen);
    let back = inverse(&product(&diagonal(neutral.map(|v| neutral[1] / v)), &matrix))?;
    let is_ordinary = neutral[1] > 0.0
        && neutral.iter().all(|v| NEUTRALS.contains(&(v / neutral[1])))
        && back.iter().flatten().all(|v| v.abs() <= MOST_BACK);
    is_ordinary.then_some(matrix)
}

/// How a sensor sees the colours of a scene.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colors {
    /// From linear sRGB to the sensor's values; the brightest channel of white is 1.
    matrix: Matrix,
    /// Above 1 the scene's colours are stronger than they are, below 1 weaker.
    saturation: f32,
}

impl Colors {
    /// A random camera in a random light. Half of all lights are daylight to lamps; the others are of any colour, so
    /// that strong colours in one channel alone are not rare.
    pub fn random(rng: &mut impl Rng) -> Self {
        let camera = &CAMERAS[rng.random_range(0..CAMERAS.len())];
        let light = if rng.random_bool(0.5) {
            // A lamp has more red and less blue than daylight.
            let warm = log_uniform((0.8, 2.0), rng);
            [warm, 1.0, log_uniform((0.85, 1.2), rng) / warm]
        } else {
            std::array::from_fn(|_| log_uniform((0.5, 2.0), rng))
        };
        let saturation = if rng.random_bool(0.4) { log_uniform((0.6, 1.8), rng) } else { 1.0 };
        Self { matrix: exposed_for_white(&product(&diagonal(light), camera)), saturation }
    }

    /// What grey has in the sensor's channels, relative to green.
    pub fn neutral(&self) -> Vector {
        let white = times(&self.matrix, [1.0; 3]);
        white.map(|v| v / white[1])
    }

    /// What the sensor sees of a scene in linear sRGB, from 0 to 1: colours that it cannot see are 0, light that it
    /// cannot hold is 1.
    pub fn seen(&self, scene: &LinearImage, exposure: f32) -> LinearImage {
        let pixels = scene.pixels();
        let mut seen = scene.clone();
        let values = seen.values_mut();
        for p in 0..pixels {
            let color: Vector = std::array::from_fn(|c| values[c * pixels + p]);
            let luminance: f32 = (0..CHANNELS).map(|c| LUMINANCE[c] * color[c]).sum();
            let color = color.map(|v| (luminance + self.saturation * (v - luminance)).max(0.0));
            for (c, v) in times(&self.matrix, color).into_iter().enumerate() {
                values[c * pixels + p] = (exposure * v).clamp(0.0, 1.0);
            }
        }
        seen
    }
}

/// The matrix scaled so that the brightest channel of white is 1.
fn exposed_for_white(matrix: &Matrix) -> Matrix {
    let brightest = times(matrix, [1.0; 3]).into_iter().fold(0.0, f32::max);
    product(&diagonal([1.0 / brightest; 3]), matrix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn hundreds_of_cameras_are_known() {
        assert!(CAMERAS.len() > 300, "{}", CAMERAS.len());
        for matrix in CAMERAS.iter() {
            assert!((times(matrix, [1.0; 3])[1] - 1.0).abs() < 1e-5);
        }
        // Canon's EOS 550D: the neutral of D65 that its matrix gives.
        let canon = of_camera(&[6941, -1164, -857, -3825, 11597, 2534, -416, 1540, 6039]).unwrap();
        let [r, _, b] = times(&canon, [1.0; 3]);
        assert!((r - 0.4198).abs() < 0.001 && (b - 0.7201).abs() < 0.001, "{r} {b}");
    }

    #[test]
    fn odd_matrices_are_left_out() {
        assert_eq!(of_camera(&[]), None);
        assert_eq!(of_camera(&[1; 12]), None);
        assert_eq!(of_camera(&[0; 9]), None);
        assert_eq!(of_camera(&[10_000, 0, 0, 10_001, 0, 0, 0, 0, 10_000]), None, "two equal channels");
    }

    #[test]
    fn white_fills_the_brightest_channel_and_black_is_black() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let scene = LinearImage::from_fn(2, 1, |_, _, column| column as f32).unwrap();
        for _ in 0..100 {
            let seen = Colors::random(&mut rng).seen(&scene, 1.0);
            let white: Vec<f32> = (0..3).map(|c| seen.plane(c)[1]).collect();
            assert!((white.iter().fold(0.0f32, |a, b| a.max(*b)) - 1.0).abs() < 1e-5, "{white:?}");
            assert!(white.iter().all(|v| *v > 0.05), "{white:?}");
            assert!((0..3).all(|c| seen.plane(c)[0] == 0.0));
        }
    }

    #[test]
    fn colours_of_one_channel_occur() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let red = LinearImage::from_fn(1, 1, |c, _, _| if c == 0 { 0.8 } else { 0.05 }).unwrap();
        let ratios = (0..200).map(|_| {
            let seen = Colors::random(&mut rng).seen(&red, 1.0);
            seen.plane(0)[0] / seen.plane(1)[0].max(1e-6)
        });
        let strong = ratios.filter(|ratio| *ratio > 3.0).count();
        assert!((10..190).contains(&strong), "{strong}");
    }
}

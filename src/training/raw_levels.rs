//! How mosaics are scored: a camera that clean pictures are brought to, five levels of noise, and a plain development.
//!
//! The camera has the colours of a Canon EOS 550D (its ColorMatrix for daylight in Adobe's DNG converter), a black
//! level of 512 and 14 bits. The development is the simplest one, bilinear and without any judgement of its own, so
//! that the scores tell the denoiser's work alone.

use crate::image::{CHANNELS, LinearImage, MOST_CHANNELS, reflect};
use crate::method::noise::NoiseModel;
use crate::method::random::{Normals, Stream};
use crate::raw::colors::Colors;
use crate::raw::matrix::{Matrix, diagonal, inverse, product, times};
use crate::raw::mosaic::{Mosaic, Phase};

/// Names of the levels, with the variance of their noise at black and per unit of light.
const LEVELS: [(&str, f32, f32); 5] = [
    ("iso800", 3.6e-7, 2e-4),
    ("iso3200", 2.25e-6, 8e-4),
    ("iso12800", 1.6e-5, 3.2e-3),
    ("iso51200", 1.44e-4, 1.3e-2),
    ("iso204800", 9e-4, 5e-2),
];
/// From linear sRGB to the camera's colours: white has a green of 1.
const TO_CAMERA: Matrix = [
    [0.242_407_32, 0.144_335_06, 0.033_020_17],
    [0.087_468_84, 0.674_212_14, 0.238_319_02],
    [0.025_436_37, 0.155_997_91, 0.538_682_7],
];
/// White of a clean picture in the camera's green: a little below where the sensor clips.
const EXPOSURE: f32 = 0.95;
const BLACK: f32 = 512.0;
const WHITE: f32 = 16_383.0;

/// A level of noise: its name, and the noise in values with black at 0 and white at 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// By the sensitivity at which a camera has about this noise.
    pub name: &'static str,
    /// The noise.
    pub noise: NoiseModel,
    /// Its place in the list, which the seed of its noise depends on.
    index: usize,
}

/// All five, from the least noise to the most.
pub fn levels() -> impl Iterator<Item = Level> {
    let level = |(index, (name, read_squared, shot)): (usize, (_, f32, _))| Level {
        name,
        noise: NoiseModel { sigma_read: read_squared.sqrt(), shot },
        index,
    };
    LEVELS.into_iter().enumerate().map(level)
}

/// The four planes that the camera records of a clean picture in linear sRGB, without noise. A last row or column that
/// is half of a square is left out.
///
/// # Panics
/// If the picture is not RGB, or smaller than 2 x 2 pixels.
pub fn recorded(clean: &LinearImage) -> LinearImage {
    assert_eq!(clean.channels(), CHANNELS, "a clean picture is RGB");
    let width = clean.width();
    LinearImage::planes_from_fn(MOST_CHANNELS, width / 2, clean.height() / 2, |plane, row, column| {
        let at = (2 * row + plane / 2) * width + 2 * column + plane % 2;
        let rgb = std::array::from_fn(|c| clean.plane(c)[at] * EXPOSURE);
        times(&TO_CAMERA, rgb)[plane.div_ceil(2)].clamp(0.0, 1.0)
    })
    .expect("a picture of at least 2 x 2 finite pixels")
}

/// What the camera would record of a clean picture in linear sRGB if each photosite had all three colours.
///
/// # Panics
/// If the picture is not RGB.
pub fn seen(clean: &LinearImage) -> LinearImage {
    assert_eq!(clean.channels(), CHANNELS, "a clean picture is RGB");
    let (width, height) = (clean.width(), clean.height());
    LinearImage::from_fn(width, height, |channel, row, column| {
        let rgb = std::array::from_fn(|c| clean.plane(c)[row * width + column] * EXPOSURE);
        times(&TO_CAMERA, rgb)[channel].clamp(0.0, 1.0)
    })
    .expect("a picture of finite pixels")
}

impl Level {
    /// Recorded planes with this level's noise, as they come out of a file: rounded to codes and clipped there.
    pub fn photographed(&self, recorded: &LinearImage, seed: u64) -> LinearImage {
        let (width, pixels) = (recorded.width(), recorded.pixels());
        let normals = Normals::new((seed << 3) | self.index as u64, Stream::Noise);
        let mut noisy = recorded.clone();
        let values = noisy.values_mut();
        for p in 0..pixels {
            for (plane, z) in normals.at(0, p / width, p % width).into_iter().enumerate() {
                let x = &mut values[plane * pixels + p];
                let code = BLACK + (*x + self.noise.variance(*x).sqrt() * z) * (WHITE - BLACK);
                *x = (code.round().clamp(0.0, WHITE) - BLACK) / (WHITE - BLACK);
            }
        }
        noisy
    }
}

/// The planes as a mosaic, red first.
///
/// # Panics
/// If there are not four planes.
pub fn mosaic(planes: &LinearImage) -> Mosaic {
    let (width, height) = (2 * planes.width(), 2 * planes.height());
    let empty = Mosaic::new(width, height, Phase::RGGB, vec![0.0; width * height]);
    empty.and_then(|empty| empty.with_planes(planes)).expect("four planes of whole squares")
}

/// The camera's colours, and the exposure that brings its clean pictures back.
pub fn colors() -> Colors {
    let neutral = times(&TO_CAMERA, [1.0; 3]).map(|v| v / times(&TO_CAMERA, [1.0; 3])[1]);
    let from_camera = inverse(&TO_CAMERA).expect("the camera sees all colours");
    Colors {
        white_balance: neutral.map(f32::recip),
        to_srgb: product(&from_camera, &diagonal(neutral)),
        baseline_exposure: -EXPOSURE.log2(),
    }
}

/// Planes developed plainly, to linear sRGB: bilinear demosaicing, white balance and the colour matrix.
pub fn developed(planes: &LinearImage) -> LinearImage {
    let (width, height) = (2 * planes.width(), 2 * planes.height());
    let site =
        |row: usize, column: usize| planes.plane(row % 2 * 2 + column % 2)[row / 2 * planes.width() + column / 2];
    let from_camera = inverse(&TO_CAMERA).expect("the camera sees all colours");
    let pixels: Vec<[f32; CHANNELS]> = (0..width * height)
        .map(|at| {
            let (row, column) = (at / width, at % width);
            // Reflection about a site keeps the pattern.
            let rows = [-1, 0, 1].map(|by| reflect(row as isize + by, height));
            let columns = [-1, 0, 1].map(|by| reflect(column as isize + by, width));
            let mut sums = [(0.0, 0.0); CHANNELS];
            for (down, &r) in rows.iter().enumerate() {
                for (across, &c) in columns.iter().enumerate() {
                    let weight = [0.5f32, 1.0, 0.5][down] * [0.5, 1.0, 0.5][across];
                    let colour = (r % 2 * 2 + c % 2).div_ceil(2);
                    sums[colour].0 += weight * site(r, c);
                    sums[colour].1 += weight;
                }
            }
            let mut camera = sums.map(|(sum, weights)| sum / weights);
            // A green site's diagonal neighbours are green as well, but it needs none.
            if (row + column) % 2 == 1 {
                camera[1] = site(row, column);
            }
            times(&from_camera, camera).map(|v| v / EXPOSURE)
        })
        .collect();
    LinearImage::from_fn(width, height, |c, row, column| pixels[row * width + column][c])
        .expect("the values are finite")
}

/// PSNR in dB of planes against those without noise, in linear light with white at 1.
///
/// # Panics
/// If the sizes differ.
pub fn raw_psnr(planes: &LinearImage, clean: &LinearImage) -> f64 {
    assert_eq!(planes.values().len(), clean.values().len(), "planes of different sizes cannot be compared");
    let squares = planes.values().iter().zip(clean.values()).map(|(a, b)| f64::from(a - b).powi(2));
    -10.0 * (squares.sum::<f64>() / clean.values().len() as f64).log10()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::psnr;

    fn picture() -> LinearImage {
        LinearImage::from_fn(25, 16, |c, r, x| 0.1 + 0.02 * c as f32 + 0.5 * (r as f32 / 16.0) + 0.01 * x as f32)
            .unwrap()
    }

    #[test]
    fn a_smooth_picture_comes_back() {
        let planes = recorded(&picture());
        assert_eq!((planes.channels(), planes.width(), planes.height()), (4, 12, 8));
        let back = developed(&planes);
        assert_eq!((back.width(), back.height()), (24, 16));
        // Bilinear interpolation is exact on a slope, except where it is mirrored.
        for c in 0..3 {
            for row in 1..15 {
                for column in 1..23 {
                    let (a, b) = (back.plane(c)[row * 24 + column], picture().plane(c)[row * 25 + column]);
                    assert!((a - b).abs() < 1e-4, "{c} {row} {column}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn the_mosaic_has_the_cameras_colours() {
        let planes = recorded(&picture());
        assert_eq!(mosaic(&planes).planes(), planes);
        let all = seen(&picture());
        assert_eq!([all.plane(1)[1], all.plane(2)[26]], [planes.plane(1)[0], planes.plane(3)[0]]);
        let colors = colors();
        assert!(colors.to_srgb.iter().all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-4), "{colors:?}");
        let balanced: [f32; 3] =
            std::array::from_fn(|c| times(&TO_CAMERA, [0.1, 0.5, 0.3])[c] * colors.white_balance[c]);
        let back = times(&colors.to_srgb, balanced);
        assert!(back.iter().zip([0.1, 0.5, 0.3]).all(|(a, b)| (a - b).abs() < 1e-4), "{back:?}");
    }

    #[test]
    fn the_noise_is_the_levels() {
        let flat = LinearImage::planes_from_fn(4, 100, 80, |_, _, _| 0.3).unwrap();
        for level in levels() {
            let noisy = level.photographed(&flat, 5);
            let expected = -10.0 * f64::from(level.noise.variance(0.3)).log10();
            assert!((raw_psnr(&noisy, &flat) - expected).abs() < 0.1, "{level:?}: {}", raw_psnr(&noisy, &flat));
        }
    }

    #[test]
    fn more_noise_is_further_away() {
        let planes = recorded(&picture());
        let scores: Vec<f64> =
            levels().map(|l| psnr(&developed(&l.photographed(&planes, 1)), &developed(&planes))).collect();
        assert!(scores.is_sorted_by(|a, b| a > b), "{scores:?}");
    }
}

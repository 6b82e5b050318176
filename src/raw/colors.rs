//! From a camera's colours to linear sRGB, as the DNG specification has it (1.7, chapter 6, *Mapping Camera Color Space
//! to CIE XYZ Space*).

use crate::error::Error;
use crate::raw::matrix::{IDENTITY, Matrix, SRGB_TO_XYZ, Vector, diagonal, inverse, product, times};

/// From CIE XYZ to the responses of the eye's cones, in which Bradford's adaptation to another light is a factor each.
const BRADFORD: Matrix = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];
/// Where the search for the light begins: D50, in CIE x and y.
const D50: [f32; 2] = [0.3457, 0.3585];
/// White balance factors that a photo may have.
const FACTORS: std::ops::RangeInclusive<f32> = 1e-2..=1e2;

/// A matrix from CIE XYZ to a camera's red, green and blue, measured in one light: a DNG's ColorMatrix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColorMatrix {
    /// The light, as EXIF's LightSource numbers it: 17 is a lamp (A), 21 daylight (D65).
    pub light: u16,
    /// The matrix, row after row.
    pub from_xyz: Matrix,
}

/// How the colours of a mosaic become those of a screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colors {
    /// What red, green and blue are multiplied by so that grey gets grey; green's is 1.
    pub white_balance: Vector,
    /// From balanced colours to linear sRGB. Every row has the sum 1, so that grey stays grey.
    pub to_srgb: Matrix,
    /// How much brighter the developed photo is to be, in EV: a DNG's BaselineExposure.
    pub baseline_exposure: f32,
}

impl Default for Colors {
    /// A sensor that sees sRGB in a light in which white is white.
    fn default() -> Self {
        Self { white_balance: [1.0; 3], to_srgb: IDENTITY, baseline_exposure: 0.0 }
    }
}

impl Colors {
    /// The colours of a camera with these matrices, in the light that its white balance tells. Between two lights, the
    /// matrix is interpolated by the inverse of their temperature. Without a white balance the light is daylight; a
    /// camera without a matrix that makes sense is taken for one that sees sRGB.
    pub fn of_camera(matrices: &[ColorMatrix], white_balance: Option<Vector>, baseline_exposure: f32) -> Self {
        let mut matrices: Vec<(f32, Matrix)> = matrices
            .iter()
            .filter(|matrix| inverse(&matrix.from_xyz).is_some())
            .map(|matrix| (temperature_of_light(matrix.light), matrix.from_xyz))
            .collect();
        matrices.sort_by(|a, b| a.0.total_cmp(&b.0));
        let told = white_balance.and_then(of_green).map(|factors| factors.map(f32::recip));
        let neutral = told.or_else(|| {
            let daylight = times(&matrix_at(&matrices, 6500.0)?, times(&SRGB_TO_XYZ, [1.0; 3]));
            of_green(daylight)
        });
        let Some(neutral) = neutral else { return Self { baseline_exposure, ..Self::default() } };
        let to_srgb = in_light(&matrices, neutral).unwrap_or(IDENTITY);
        // The inverse of an inverse can be a little beyond.
        let white_balance = neutral.map(|v| v.recip().clamp(*FACTORS.start(), *FACTORS.end()));
        Self { white_balance, to_srgb, baseline_exposure }
    }
}

/// Three factors relative to green's. `None` if they cannot be a white balance.
fn of_green(factors: Vector) -> Option<Vector> {
    let relative = factors.map(|v| v / factors[1]);
    relative.iter().all(|v| FACTORS.contains(v)).then_some(relative)
}

/// Whether these factors can be a white balance.
///
/// # Errors
/// [`Error::BadOption`].
pub(super) fn check_balance(balance: Vector) -> Result<(), Error> {
    let Some(bad) = balance.into_iter().find(|v| !(*v > 0.0 && v <= FACTORS.end())) else { return Ok(()) };
    let range = "above 0 and up to 100 for red, green and blue";
    Err(Error::BadOption { name: "white_balance", value: bad.to_string(), range })
}

/// From balanced colours to linear sRGB, in the light that makes grey `neutral`.
fn in_light(matrices: &[(f32, Matrix)], neutral: Vector) -> Option<Matrix> {
    let white = white_of(matrices, neutral)?;
    let to_xyz = inverse(&matrix_at(matrices, temperature(white))?)?;
    let adapted = product(&adaptation(xyz_of(white), times(&SRGB_TO_XYZ, [1.0; 3]))?, &to_xyz);
    let matrix = product(&product(&inverse(&SRGB_TO_XYZ)?, &adapted), &diagonal(neutral));
    let sums = matrix.map(|row| row.iter().sum::<f32>());
    // A light beyond what the camera's matrix was made for.
    if !sums.iter().all(|sum| *sum > 1e-6) {
        return None;
    }
    let scaled: Matrix = std::array::from_fn(|r| matrix[r].map(|v| v / sums[r]));
    scaled.iter().flatten().all(|v| v.is_finite()).then_some(scaled)
}

/// CIE x and y of the light that makes grey `neutral`. The matrix depends on the light and the light on the matrix, so
/// both are found in turn.
fn white_of(matrices: &[(f32, Matrix)], neutral: Vector) -> Option<[f32; 2]> {
    let mut white = D50;
    for _ in 0..30 {
        let [x, y, z] = times(&inverse(&matrix_at(matrices, temperature(white))?)?, neutral);
        let sum = x + y + z;
        let found = [x / sum, y / sum];
        if !(sum > 0.0 && found.iter().all(|v| (0.05..0.9).contains(v))) {
            return None;
        }
        let moved = (found[0] - white[0]).abs() + (found[1] - white[1]).abs();
        white = found;
        if moved < 1e-6 {
            break;
        }
    }
    Some(white)
}

/// The matrix for a light of this temperature, in kelvin, from those of others by rising temperature.
fn matrix_at(matrices: &[(f32, Matrix)], kelvin: f32) -> Option<Matrix> {
    let (low, high) = (matrices.first()?, matrices.last()?);
    let above = matrices.iter().find(|(at, _)| *at >= kelvin).unwrap_or(high);
    let below = matrices.iter().rev().find(|(at, _)| *at <= kelvin).unwrap_or(low);
    if below.0 >= above.0 {
        return Some(above.1);
    }
    let share = (1.0 / kelvin - 1.0 / above.0) / (1.0 / below.0 - 1.0 / above.0);
    Some(std::array::from_fn(|r| std::array::from_fn(|c| above.1[r][c] + share * (below.1[r][c] - above.1[r][c]))))
}

/// The correlated colour temperature of a light with these CIE x and y, in kelvin (McCamy, *Correlated color
/// temperature as an explicit function of chromaticity coordinates*, 1992).
fn temperature([x, y]: [f32; 2]) -> f32 {
    let n = (x - 0.3320) / (0.1858 - y);
    let kelvin = ((449.0 * n + 3525.0) * n + 6823.3) * n + 5520.33;
    if kelvin.is_finite() { kelvin.clamp(1500.0, 50_000.0) } else { 5000.0 }
}

/// The temperature of one of EXIF's light sources, in kelvin; of unknown ones daylight's.
fn temperature_of_light(light: u16) -> f32 {
    match light {
        // A and tungsten; studio tungsten.
        3 | 17 => 2850.0,
        24 => 3200.0,
        // Fluorescent lamps: the middle of their ranges.
        12 => 6400.0,
        13 => 5050.0,
        2 | 14 => 4150.0,
        15 => 3525.0,
        16 => 2925.0,
        23 => 5000.0,
        // Daylight, flash, fine weather, B, D55.
        1 | 4 | 9 | 18 | 20 => 5500.0,
        // Shade and D75.
        11 | 22 => 7500.0,
        // Clouds, C, D65, and what has no number.
        _ => 6500.0,
    }
}

/// XYZ of a light with these CIE x and y and the luminance 1.
fn xyz_of([x, y]: [f32; 2]) -> Vector {
    [x / y, 1.0, (1.0 - x - y) / y]
}

/// The matrix that makes colours in one light look as they do in another, both given as XYZ of white.
fn adaptation(from: Vector, to: Vector) -> Option<Matrix> {
    let (from, to) = (times(&BRADFORD, from), times(&BRADFORD, to));
    let factors = diagonal(std::array::from_fn(|c| to[c] / from[c]));
    Some(product(&inverse(&BRADFORD)?, &product(&factors, &BRADFORD)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::srgb_to_linear;

    /// Canon's EOS 550D in daylight, and one in the light of a lamp.
    const DAYLIGHT: ColorMatrix = ColorMatrix {
        light: 21,
        from_xyz: [[0.6941, -0.1164, -0.0857], [-0.3825, 1.1597, 0.2534], [-0.0416, 0.1540, 0.6039]],
    };
    const LAMP: ColorMatrix = ColorMatrix {
        light: 17,
        from_xyz: [[0.7755, -0.2449, -0.0349], [-0.3106, 1.0222, 0.3362], [-0.0156, 0.0986, 0.6409]],
    };
    /// XYZ of the light A.
    const LIGHT_A: Vector = [1.0985, 1.0, 0.3558];

    fn white_balance(neutral: Vector) -> Option<Vector> {
        Some(neutral.map(|v| neutral[1] / v))
    }

    #[test]
    fn a_colour_chart_in_daylight_comes_back() {
        let d65 = times(&SRGB_TO_XYZ, [1.0; 3]);
        let neutral = times(&DAYLIGHT.from_xyz, d65);
        let colors = Colors::of_camera(&[DAYLIGHT], white_balance(neutral), 0.5);
        assert_eq!((colors.white_balance[1], colors.baseline_exposure), (1.0, 0.5));
        // Of a ColorChecker: dark skin, foliage, orange, blue, red, yellow, neutral 5.
        for srgb in
            [[115, 82, 68], [87, 108, 67], [214, 126, 44], [56, 61, 150], [175, 54, 60], [231, 199, 31], [122; 3]]
        {
            let light = srgb.map(|v| srgb_to_linear(v as f32 / 255.0));
            let seen = times(&DAYLIGHT.from_xyz, times(&SRGB_TO_XYZ, light));
            let balanced = std::array::from_fn(|c| colors.white_balance[c] * seen[c] / neutral[1]);
            let back = times(&colors.to_srgb, balanced);
            assert!(back.iter().zip(light).all(|(a, b)| (a - b).abs() < 2e-4), "{srgb:?}: {back:?} {light:?}");
        }
        // A camera whose file has no white balance is taken to see daylight.
        let guessed = Colors::of_camera(&[DAYLIGHT], None, 0.5);
        let apart = |a: Vector, b: Vector| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart(guessed.white_balance, colors.white_balance) < 1e-4);
    }

    #[test]
    fn grey_stays_grey_in_every_light() {
        for neutral in [[0.42, 1.0, 0.72], [0.75, 1.0, 0.4], [0.6, 1.0, 0.55], [0.35, 1.0, 0.8], [0.9, 1.0, 0.2]] {
            for matrices in [&[DAYLIGHT][..], &[LAMP, DAYLIGHT], &[DAYLIGHT, LAMP]] {
                let colors = Colors::of_camera(matrices, white_balance(neutral), 0.0);
                for row in colors.to_srgb {
                    assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{colors:?}");
                }
                assert!((0..3).all(|c| colors.to_srgb[c][c] > 0.9), "{colors:?}");
            }
        }
    }

    #[test]
    fn each_light_takes_its_own_matrix() {
        let same = |a: Colors, b: Colors, within: f32| {
            a.to_srgb.iter().flatten().zip(b.to_srgb.iter().flatten()).all(|(a, b)| (a - b).abs() < within)
        };
        let (by_lamp, by_day) =
            (times(&LAMP.from_xyz, LIGHT_A), times(&DAYLIGHT.from_xyz, times(&SRGB_TO_XYZ, [1.0; 3])));
        for (neutral, own, other) in [(by_lamp, LAMP, DAYLIGHT), (by_day, DAYLIGHT, LAMP)] {
            let both = Colors::of_camera(&[LAMP, DAYLIGHT], white_balance(neutral), 0.0);
            assert!(same(both, Colors::of_camera(&[own], white_balance(neutral), 0.0), 0.01), "{both:?}");
            assert!(!same(both, Colors::of_camera(&[other], white_balance(neutral), 0.0), 0.03), "{both:?}");
        }
    }

    #[test]
    fn matrices_are_interpolated_by_the_inverse_temperature() {
        let matrices = [(2850.0, [[0.0; 3]; 3]), (6500.0, [[1.0; 3]; 3])];
        let at = |kelvin| matrix_at(&matrices, kelvin).unwrap()[1][2];
        // (1 / 4000 - 1 / 2850) / (1 / 6500 - 1 / 2850).
        assert!((at(4000.0) - 0.5120).abs() < 1e-3, "{}", at(4000.0));
        assert_eq!([2000.0, 2850.0, 6500.0, 9000.0].map(at), [0.0, 0.0, 1.0, 1.0]);
        assert_eq!(matrix_at(&[], 5000.0), None);
    }

    #[test]
    fn lights_have_their_temperatures() {
        // CIE's lights A, D50, D65.
        for ([x, y], kelvin) in [([0.4476, 0.4074], 2856.0), ([0.3457, 0.3585], 5003.0), ([0.3127, 0.3290], 6504.0)] {
            assert!((temperature([x, y]) - kelvin).abs() < 15.0, "{kelvin}: {}", temperature([x, y]));
        }
        assert_eq!([17, 21, 23, 0, 255].map(temperature_of_light), [2850.0, 6500.0, 5000.0, 6500.0, 6500.0]);
    }

    #[test]
    fn colours_that_make_no_sense_are_taken_for_srgb() {
        let nothing = ColorMatrix { light: 21, from_xyz: [[0.0; 3]; 3] };
        let negative = ColorMatrix { light: 21, from_xyz: DAYLIGHT.from_xyz.map(|row| row.map(|v| -v)) };
        for matrices in [&[][..], &[nothing], &[negative]] {
            assert_eq!(Colors::of_camera(matrices, None, 0.0).to_srgb, IDENTITY);
            for balance in [[2.0, 1.0, 1.5], [0.0; 3], [f32::NAN; 3], [-1.0, 1.0, 1.0], [1e9, 1.0, 1.0]] {
                let colors = Colors::of_camera(matrices, Some(balance), 0.0);
                assert!(colors.white_balance.iter().all(|v| v.is_finite() && *v > 0.0), "{colors:?}");
                assert_eq!(colors.to_srgb, IDENTITY);
            }
        }
    }
}

//! From the light of a RAW photo to a picture: demosaicing, white balance, highlights, colours, exposure, tone.

use std::sync::LazyLock;

use crate::color::{linear_to_srgb, srgb_to_linear};
use crate::error::Error;
use crate::image::{CHANNELS, LinearImage};
use crate::raw::demosaic::demosaic;
use crate::raw::matrix::{Vector, diagonal, product, times};
use crate::raw::mosaic::Mosaic;

pub use crate::raw::colors::{ColorMatrix, Colors};

/// The share of white above which a value counts as clipped: denoising leaves clipped values just below it.
const CLIPPED: f32 = 0.98;
/// The exponent of the shoulder of the tone curve: how much brighter shadows get, as a factor.
const SHOULDER: f32 = 1.6;
/// The share of the S-curve `3 v^2 - 2 v^3` in the tone curve, on the sRGB curve.
const CONTRAST: f32 = 0.25;

/// Changes to a development. The default changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Development {
    /// Brighter by this, in EV, from -5 to 5.
    pub exposure: f32,
    /// Warmer by this: the EV by which red gains on blue, from -3 to 3.
    pub warmth: f32,
    /// More magenta by this: the EV by which red and blue gain on green, from -3 to 3.
    pub tint: f32,
}

impl Development {
    /// Checks that all changes are in their ranges.
    ///
    /// # Errors
    /// [`Error::BadOption`].
    pub fn check(&self) -> Result<(), Error> {
        for (name, value, most, range) in [
            ("exposure", self.exposure, 5.0, "from -5 to 5 EV"),
            ("warmth", self.warmth, 3.0, "from -3 to 3 EV"),
            ("tint", self.tint, 3.0, "from -3 to 3 EV"),
        ] {
            if !(-most..=most).contains(&value) {
                return Err(Error::BadOption { name, value: value.to_string(), range });
            }
        }
        Ok(())
    }

    /// The factors of red, green and blue after these changes. The smallest is 1, so that white in the mosaic is at
    /// least white in the picture.
    fn balance(&self, white_balance: Vector) -> Vector {
        let changes = [0.5 * self.warmth + 0.5 * self.tint, -0.5 * self.tint, -0.5 * self.warmth + 0.5 * self.tint];
        let balance: Vector = std::array::from_fn(|c| white_balance[c] * changes[c].exp2());
        let least = balance.into_iter().fold(f32::INFINITY, f32::min);
        balance.map(|v| v / least)
    }
}

/// Develops a mosaic: an RGB image of its size in linear sRGB, unclipped. Apply [`tone`] to show it.
///
/// # Errors
/// [`Error::BadOption`] for changes or a white balance outside their ranges, [`Error::NotFinite`] for values beyond
/// floating point.
pub fn develop(mosaic: &Mosaic, colors: &Colors, development: &Development) -> Result<LinearImage, Error> {
    development.check()?;
    finished(demosaic(mosaic, development.balance(colors.white_balance))?, colors, development)
}

/// Develops an image that has all three colours of the camera: the same without demosaicing.
///
/// # Errors
/// As [`develop`].
pub fn develop_linear(image: LinearImage, colors: &Colors, development: &Development) -> Result<LinearImage, Error> {
    development.check()?;
    finished(image.balanced(development.balance(colors.white_balance)), colors, development)
}

/// Balanced colours in linear sRGB.
fn finished(mut image: LinearImage, colors: &Colors, development: &Development) -> Result<LinearImage, Error> {
    let gain = (colors.baseline_exposure + development.exposure).exp2();
    let matrix = product(&diagonal([gain; 3]), &colors.to_srgb);
    let pixels = image.pixels();
    let (red, rest) = image.values_mut().split_at_mut(pixels);
    let (green, blue) = rest.split_at_mut(pixels);
    for ((r, g), b) in red.iter_mut().zip(green).zip(blue) {
        [*r, *g, *b] = times(&matrix, without_cast([*r, *g, *b]));
    }
    let (width, height) = (image.width(), image.height());
    LinearImage::new(width, height, image.into_values())
}

/// How a colour of the sensor is shown: from its light to linear sRGB on the tone curve. The development has been
/// checked.
pub fn shown(colors: &Colors, development: &Development) -> impl Fn(Vector) -> Vector + use<> {
    let balance = development.balance(colors.white_balance);
    let gain = (colors.baseline_exposure + development.exposure).exp2();
    let matrix = product(&diagonal([gain; 3]), &colors.to_srgb);
    move |light| times(&matrix, without_cast(std::array::from_fn(|c| light[c] * balance[c]))).map(tone)
}

/// A balanced pixel, with white at 1, whose clipped channels give it no colour of their own: it keeps the mean of its
/// channels, but has only as much colour as is left when all channels are clipped where the first one is.
fn without_cast(pixel: Vector) -> Vector {
    if pixel.iter().all(|v| *v <= CLIPPED) {
        return pixel;
    }
    let mean = |v: Vector| v.iter().sum::<f32>() / CHANNELS as f32;
    let apart = |v: Vector, mean: f32| v.iter().map(|v| (v - mean).powi(2)).sum::<f32>().sqrt();
    let clipped = pixel.map(|v| v.min(CLIPPED));
    let (grey, all) = (mean(pixel), apart(pixel, mean(pixel)));
    let kept = if all > 0.0 { (apart(clipped, mean(clipped)) / all).min(1.0) } else { 1.0 };
    pixel.map(|v| grey + kept * (v - grey))
}

/// The tone curve of a developed photo, on linear light: brighter in the shadows, softer towards white, with a little
/// contrast. 0 stays 0 and 1 stays 1; what lies beyond is clipped.
pub fn tone(v: f32) -> f32 {
    // The curve is steep at black, so the table goes by the square root.
    let at = v.clamp(0.0, 1.0).sqrt() * STEPS as f32;
    let i = (at as usize).min(STEPS - 1);
    TONE[i] + (at - i as f32) * (TONE[i + 1] - TONE[i])
}

/// The image with [`tone`] applied to every value.
#[must_use]
pub fn toned(mut image: LinearImage) -> LinearImage {
    image.values_mut().iter_mut().for_each(|v| *v = tone(*v));
    image
}

const STEPS: usize = 2048;
static TONE: LazyLock<Vec<f32>> =
    LazyLock::new(|| (0..=STEPS).map(|i| tone_exactly((i as f32 / STEPS as f32).powi(2))).collect());

fn tone_exactly(v: f32) -> f32 {
    let shown = linear_to_srgb(1.0 - (1.0 - v).powf(SHOULDER));
    srgb_to_linear(shown + CONTRAST * (shown * shown * (3.0 - 2.0 * shown) - shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::matrix::SRGB_TO_XYZ;
    use crate::raw::mosaic::Phase;

    const CANON: ColorMatrix = ColorMatrix {
        light: 21,
        from_xyz: [[0.6941, -0.1164, -0.0857], [-0.3825, 1.1597, 0.2534], [-0.0416, 0.1540, 0.6039]],
    };

    /// A flat mosaic of a sensor's colour.
    fn flat(color: Vector) -> Mosaic {
        let image = LinearImage::from_fn(8, 6, |c, _, _| color[c]).unwrap();
        Mosaic::sampled(&image, Phase::GRBG).unwrap()
    }

    fn developed(color: Vector, colors: &Colors, development: Development) -> Vector {
        let image = develop(&flat(color), colors, &development).unwrap();
        for plane in (0..3).map(|c| image.plane(c)) {
            assert!(plane.iter().all(|v| (v - plane[0]).abs() < 1e-5), "flat stays flat");
        }
        std::array::from_fn(|c| image.plane(c)[0])
    }

    fn is_near(a: Vector, b: Vector, within: f32) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < within)
    }

    #[test]
    fn colours_come_out_as_they_are() {
        let colors = Colors::of_camera(&[CANON], None, 0.0);
        let seen = |light: Vector| times(&CANON.from_xyz, times(&SRGB_TO_XYZ, light));
        let white = seen([1.0; 3])[1];
        for light in [[0.2, 0.2, 0.2], [0.5, 0.1, 0.05], [0.1, 0.3, 0.7], [0.8, 0.8, 0.8]] {
            let out = developed(seen(light).map(|v| v / white), &colors, Development::default());
            assert!(is_near(out, light, 1e-3), "{light:?}: {out:?}");
        }
    }

    #[test]
    fn what_has_all_colours_is_developed_as_a_mosaic_is() {
        let colors = Colors { white_balance: [2.0, 1.0, 1.5], ..Colors::of_camera(&[CANON], None, 0.3) };
        let development = Development { exposure: 0.2, warmth: 0.3, tint: -0.1 };
        for color in [[0.1, 0.2, 0.15], [0.3, 0.1, 0.05], [0.6, 1.0, 0.8]] {
            let image = LinearImage::from_fn(3, 2, |c, _, _| color[c]).unwrap();
            let image = develop_linear(image, &colors, &development).unwrap();
            let expected = developed(color, &colors, development);
            let found = std::array::from_fn(|c| image.plane(c)[5]);
            assert!(is_near(found, expected, 1e-4), "{color:?}: {found:?}, not {expected:?}");
        }
        let image = LinearImage::from_fn(3, 2, |_, _, _| 0.1).unwrap();
        let beyond = Development { exposure: 6.0, ..Development::default() };
        assert!(matches!(develop_linear(image, &colors, &beyond), Err(Error::BadOption { .. })));
    }

    #[test]
    fn exposure_is_in_stops() {
        let colors = Colors { baseline_exposure: 0.5, ..Colors::default() };
        let brighter = Development { exposure: 0.5, ..Development::default() };
        assert!(is_near(developed([0.1, 0.2, 0.3], &colors, brighter), [0.2, 0.4, 0.6], 1e-5));
    }

    #[test]
    fn white_balance_changes_are_between_channels() {
        let change = |warmth, tint| {
            let development = Development { warmth, tint, exposure: 0.0 };
            developed([0.1; 3], &Colors::default(), development)
        };
        let ratio = |[r, g, b]: Vector| [(r / b).log2(), (r * b / (g * g)).log2() / 2.0];
        for (warmth, tint) in [(0.0, 0.0), (1.0, 0.0), (-0.7, 0.0), (0.0, 0.6), (0.4, -0.5)] {
            let [warm, magenta] = ratio(change(warmth, tint));
            assert!((warm - warmth).abs() < 1e-4 && (magenta - tint).abs() < 1e-4, "{warmth} {tint}: {warm} {magenta}");
        }
    }

    #[test]
    fn clipped_highlights_are_white_and_the_rest_keeps_its_colour() {
        let colors = Colors { white_balance: [2.0, 1.0, 1.5], ..Colors::default() };
        let develop = |color| developed(color, &colors, Development::default());
        let spread = |[r, g, b]: Vector| r.max(g).max(b) - r.min(g).min(b);
        // All clipped, and grey light of which green alone is.
        for clipped in [[1.0; 3], [0.99, 0.99, 0.99], [0.6, 1.0, 0.8], [0.75, 1.0, 1.0]] {
            let out = develop(clipped);
            assert!(spread(out) < 0.03 && out.iter().all(|v| *v > 0.95), "{clipped:?}: {out:?}");
        }
        assert!(is_near(develop([0.3, 0.2, 0.1]), [0.6, 0.2, 0.15], 1e-5), "far from white");
        let red = develop([0.7, 0.3, 0.2]);
        assert!(red[0] > 2.0 * red[1], "a bright red lamp stays red: {red:?}");
        // Brightness rises steadily as grey passes white.
        let means: Vec<f32> = (50..150)
            .map(|i| i as f32 / 100.0)
            .map(|light| develop([light / 2.0, light, light / 1.5].map(|v: f32| v.min(1.0))).iter().sum())
            .collect();
        assert!(means.is_sorted(), "{means:?}");
    }

    #[test]
    fn the_tone_curve_rises_from_black_to_white() {
        assert_eq!((tone(-0.5), tone(0.0), tone(3.0)), (0.0, 0.0, 1.0));
        assert!((tone(1.0) - 1.0).abs() < 1e-6);
        let values: Vec<f32> = (0..=1000).map(|i| tone(i as f32 / 1000.0)).collect();
        assert!(values.is_sorted_by(|a, b| a < b));
        for v in [0.0003f32, 0.002, 0.018, 0.18, 0.5, 0.93] {
            assert!((tone(v) / tone_exactly(v) - 1.0).abs() < 2e-3, "{v}");
        }
        // Middle grey gets half a stop brighter or so.
        assert!((0.24..0.32).contains(&tone(0.18)), "{}", tone(0.18));
        let image = LinearImage::from_fn(2, 2, |c, _, _| 0.3 * c as f32).unwrap();
        assert_eq!(toned(image).plane(2), [tone(0.6); 4]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for development in [
            Development { exposure: 6.0, ..Development::default() },
            Development { warmth: f32::NAN, ..Development::default() },
            Development { tint: -4.0, ..Development::default() },
        ] {
            let error = develop(&flat([0.1; 3]), &Colors::default(), &development);
            assert!(matches!(error, Err(Error::BadOption { .. })), "{development:?}");
        }
        let colors = Colors { white_balance: [0.0, 1.0, 1.0], ..Colors::default() };
        assert!(develop(&flat([0.1; 3]), &colors, &Development::default()).is_err());
        let endless = Colors { baseline_exposure: f32::INFINITY, ..Colors::default() };
        assert!(matches!(develop(&flat([0.1; 3]), &endless, &Development::default()), Err(Error::NotFinite { .. })));
    }
}

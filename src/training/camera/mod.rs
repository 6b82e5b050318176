//! A simulated camera: what a sensor's noise becomes in a JPEG.
//!
//! The bridge between photo and clean image does not need white noise (`x_t = x0 + (gamma_t / gamma_T*) e + ...` holds
//! for any `e`), so the network can learn from photos as cameras write them. A scene is converted to what a sensor
//! records, gets noise there, and is developed (as Brooks et al., *Unprocessing images for learned raw denoising*,
//! 2019):
//!
//! | stage | where |
//! |---|---|
//! | sharpness of the lens | here |
//! | colours of the sensor and back, white balance | `sensor` |
//! | Bayer mosaic, demosaicing | `mosaic` |
//! | tone curve, chroma smoothing, sharpening | `develop`, [`tone`](crate::training::noise::tone) |
//! | noise reduction | `reduce` |
//! | one or two JPEGs | `compress` |
//!
//! The clean image is the same scene, developed with the same settings but without noise and compression. It also goes
//! through noise reduction, which removes weak texture: it is what the mean of many photos would show.

mod compress;
mod develop;
mod mosaic;
mod reduce;
mod sensor;

use image::{ImageBuffer, Luma, Rgb};
use rand::Rng;

use crate::estimate::{Point, Tolerance, fit};
use crate::image::{CHANNELS, LinearImage};
use crate::method::noise::NoiseModel;
use crate::training::camera::compress::Compression;
use crate::training::camera::develop::Development;
use crate::training::camera::mosaic::Mosaic;
use crate::training::camera::sensor::Sensor;
use crate::training::draw::log_uniform;
use crate::training::noise::tone::ToneCurve;

/// Gains of the sensor, log-uniform.
const GAINS: (f32, f32) = (0.05, 4.0);
/// Gains with noise reduction. It leaves little noise in luma, but blotches of colour that are too large for it: in the
/// photos that PolyU's set has of a Canon 5D2, both have stds of 2 to 3 codes.
const GAINS_REDUCED: (f32, f32) = (0.3, 10.0);
/// Share of photos with noise reduction.
const SHARE_REDUCED: f64 = 0.6;
/// Number of groups of equal size into which [`noise_of`] splits the brightness.
const GROUPS: usize = 8;

/// A pixel's three channels.
type Pixel = [f32; CHANNELS];

/// Pixels row after row.
#[derive(Debug, Clone, PartialEq)]
struct Pixels {
    width: usize,
    values: Vec<Pixel>,
}

impl Pixels {
    fn height(&self) -> usize {
        self.values.len() / self.width
    }

    fn of(image: &LinearImage) -> Self {
        let n = image.pixels();
        let values = (0..n).map(|p| std::array::from_fn(|c| image.values()[c * n + p])).collect();
        Self { width: image.width(), values }
    }

    fn into_image(self) -> LinearImage {
        LinearImage::from_fn(self.width, self.height(), |c, row, column| self.values[row * self.width + column][c])
            .expect("a camera makes finite pixels")
    }

    fn blurred(self, std: f32) -> Self {
        let values = self.values.into_flattened();
        let buffer: ImageBuffer<Rgb<f32>, _> =
            ImageBuffer::from_raw(self.width as u32, (values.len() / CHANNELS / self.width) as u32, values)
                .expect("there are three values per pixel");
        let values = image::imageops::blur(&buffer, std).into_raw().as_chunks().0.to_vec();
        Self { width: self.width, values }
    }

    /// The pixels without a margin at each border.
    fn inner(&self, margin: usize) -> Self {
        let rows = self.values.chunks_exact(self.width).skip(margin).take(self.height() - 2 * margin);
        let values = rows.flat_map(|row| &row[margin..self.width - margin]).copied().collect();
        Self { width: self.width - 2 * margin, values }
    }

    fn map(mut self, f: impl Fn(Pixel) -> Pixel) -> Self {
        self.values.iter_mut().for_each(|v| *v = f(*v));
        self
    }
}

/// A camera with its settings.
#[derive(Debug, Clone)]
pub struct Camera {
    /// Std of the lens's blur, in pixels: no lens is as sharp as an image that was scaled down.
    lens: f32,
    sensor: Sensor,
    mosaic: Mosaic,
    noise: NoiseModel,
    development: Development,
    /// A curve on top of the camera's own, of a phone or an editor.
    tone: ToneCurve,
    compressions: Vec<Compression>,
}

/// A photo and its clean version.
#[derive(Debug, Clone)]
pub struct Capture {
    /// The photo, as the camera writes it.
    pub noisy: LinearImage,
    /// Without noise and compression.
    pub clean: LinearImage,
}

impl Camera {
    /// Pixels at each border of a scene that are cut off because their surroundings are missing.
    pub const MARGIN: usize = 16;

    /// A random camera.
    pub fn random(rng: &mut impl Rng) -> Self {
        let reduced = rng.random_bool(SHARE_REDUCED);
        let gain = log_uniform(if reduced { GAINS_REDUCED } else { GAINS }, rng);
        let again = rng.random_bool(0.5);
        Self {
            lens: rng.random_range(0.4..1.0),
            sensor: Sensor::random(rng),
            mosaic: Mosaic::random(rng),
            noise: NoiseModel::at_gain(gain),
            development: Development::random(reduced, rng),
            tone: ToneCurve::NONE,
            compressions: (0..1 + usize::from(again)).map(|_| Compression::random(rng)).collect(),
        }
    }

    /// The same camera with a tone curve on top of its own.
    #[must_use]
    pub fn with_tone(self, tone: ToneCurve) -> Self {
        Self { tone, ..self }
    }

    /// Takes a photo of a scene in linear light. It is smaller than the scene by [`Camera::MARGIN`] at each border;
    /// `seed` determines the noise.
    ///
    /// # Panics
    /// If the scene is too small for the margins.
    pub fn photo(&self, scene: &LinearImage, seed: u64) -> Capture {
        let focused = Pixels::of(scene).blurred(self.lens);
        let sensor = focused.map(|p| self.sensor.to_sensor(p)).into_image();
        let exposed = self.noise.add_to(&sensor, seed);
        let [clean, noisy] = [&sensor, &exposed].map(|light| {
            let colours = self.mosaic.through(&Pixels::of(light)).map(|p| self.sensor.to_screen(p));
            let toned = self.development.tone(colours);
            toned.map(|p| std::array::from_fn(|c| self.tone.at(c, p[c])))
        });
        let noise = distance(&develop::luma(&clean), &develop::luma(&noisy));
        let [clean, noisy] = [clean, noisy].map(|toned| self.development.finish(toned, noise));
        let noisy = self.compressions.iter().fold(noisy, |pixels, c| c.through(&pixels));
        let [noisy, clean] = [noisy, clean].map(|whole| develop::to_linear(whole.inner(Self::MARGIN)).into_image());
        Capture { noisy, clean }
    }
}

/// Root mean square of the differences.
fn distance(a: &[f32], b: &[f32]) -> f32 {
    (a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>() / a.len() as f32).sqrt()
}

/// Blurs a plane of values from 0 to 1 by a Gaussian.
pub(super) fn blurred(plane: Vec<f32>, width: usize, std: f32) -> Vec<f32> {
    if std == 0.0 {
        return plane;
    }
    let height = plane.len() / width;
    let buffer: ImageBuffer<Luma<f32>, _> =
        ImageBuffer::from_raw(width as u32, height as u32, plane).expect("the plane has this size");
    image::imageops::blur(&buffer, std).into_raw()
}

/// The noise model that best fits the difference between a photo and its clean version and has the same total variance.
/// `None` if there is no difference.
pub fn noise_of(noisy: &LinearImage, clean: &LinearImage) -> Option<NoiseModel> {
    let mut squares: Vec<(f32, f32)> =
        clean.values().iter().zip(noisy.values()).map(|(x, y)| (*x, (y - x).powi(2))).collect();
    squares.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mean = |group: &[(f32, f32)], f: fn(&(f32, f32)) -> f32| group.iter().map(f).sum::<f32>() / group.len() as f32;
    let points: Vec<Point> = squares
        .chunks(squares.len().div_ceil(GROUPS))
        .map(|group| Point { mean: mean(group, |s| s.0), std: mean(group, |s| s.1).sqrt() })
        .collect();
    let model = fit(&points, Tolerance::OF_GRAIN);
    let fitted = squares.iter().map(|s| model.variance(s.0)).sum::<f32>() / squares.len() as f32;
    let measured = mean(&squares, |s| s.1);
    (fitted > 0.0 && measured > 0.0).then(|| model.scaled((measured / fitted).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::srgb_to_linear;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn scene() -> LinearImage {
        LinearImage::from_fn(96, 64, |c, row, column| {
            0.05 + 0.6 * (column / 12) as f32 / 8.0 + 0.02 * c as f32 + 0.05 * f32::from(u8::from(row > 40))
        })
        .unwrap()
    }

    #[test]
    fn photos_are_noisy_and_the_right_way_up() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for seed in 0..40 {
            let photo = Camera::random(&mut rng).photo(&scene(), seed);
            for image in [&photo.noisy, &photo.clean] {
                assert_eq!((image.width(), image.height()), (96 - 2 * Camera::MARGIN, 64 - 2 * Camera::MARGIN));
                assert!(image.values().iter().all(|v| (0.0..=1.001).contains(v)));
            }
            let noise = noise_of(&photo.noisy, &photo.clean).unwrap();
            let std = noise.variance(0.2).sqrt();
            assert!((0.0005..0.3).contains(&std), "{std}");
            // Brighter to the right, in all channels.
            let at = |c: usize, column: usize| photo.clean.plane(c)[10 * 64 + column];
            assert!((0..3).all(|c| at(c, 60) > at(c, 4)), "{photo:?}");
        }
    }

    #[test]
    fn without_noise_and_compression_a_photo_is_clean() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let camera = Camera { noise: NoiseModel::NONE, compressions: Vec::new(), ..Camera::random(&mut rng) };
        let photo = camera.photo(&scene(), 1);
        assert_eq!(photo.noisy, photo.clean);
        assert_eq!(noise_of(&photo.noisy, &photo.clean), None);
    }

    #[test]
    fn a_tone_curve_is_applied_to_photo_and_clean_image() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let camera = Camera { noise: NoiseModel::NONE, compressions: Vec::new(), ..Camera::random(&mut rng) };
        let lifted = ToneCurve { range: (0.3, 0.6), ..ToneCurve::NONE };
        let photo = camera.clone().with_tone(lifted).photo(&scene(), 1);
        assert_eq!(photo.noisy, photo.clean);
        assert_ne!(photo.clean, camera.photo(&scene(), 1).clean);
        let (low, high) = (srgb_to_linear(0.28), srgb_to_linear(0.62));
        let values = photo.clean.plane(1);
        assert!(values.iter().all(|v| (low..high).contains(v)), "between lifted blacks and faded whites");
    }

    #[test]
    fn the_noise_of_white_noise_is_its_model() {
        let noise = NoiseModel::at_gain(2.0);
        let found = noise_of(&noise.add_to(&scene(), 3), &scene()).unwrap();
        for x in [0.1, 0.5] {
            let ratio = (found.variance(x) / noise.variance(x)).sqrt();
            assert!((ratio - 1.0).abs() < 0.1, "{x}: {ratio}");
        }
    }
}

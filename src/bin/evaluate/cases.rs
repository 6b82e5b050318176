//! The test cases: noisy images whose clean versions are known.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use svnr::color::{linear_to_srgb, srgb_to_linear};
use svnr::files;
use svnr::image::CHANNELS;
use svnr::method::noise::Noise;
use svnr::training::camera::{Camera, noise_of};
use svnr::training::noise::field::Field;
use svnr::training::noise::grain::Grain;
use svnr::training::scenes::noisy_partner;
use svnr::{LinearImage, NoiseModel};

use crate::toned::Tone;

/// Where the noise comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Source {
    /// Camera noise at this gain, in linear light, unclipped.
    Gain(f32),
    /// The same in a file of 8 bits, which cuts it off at black and white.
    Clipped(f32),
    /// White noise of this std on the sRGB values (0 to 255), unclipped: what most of the literature measures.
    Sigma(f32),
    /// Camera noise as in [`Source::Gain`], on grey images: the same in all channels.
    Grey(f32),
    /// Film grain of this std on the sRGB values (0 to 255) at middle brightness, the same in all channels, in a file
    /// of 8 bits.
    Grain(f32),
    /// Camera noise at this gain, before a tone curve and 8 bits.
    Toned(Tone, f32),
    /// A simulated camera that processes its photos and writes JPEGs: another one for every image.
    Camera,
    /// Real noise, in a photo that is paired with a clean one.
    Photo,
    /// No noise.
    Nowhere,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Gain(gain) => write!(f, "gain {gain}"),
            Self::Clipped(gain) => write!(f, "clipped {gain}"),
            Self::Grey(gain) => write!(f, "grey {gain}"),
            Self::Grain(codes) => write!(f, "grain {codes}"),
            Self::Toned(tone, gain) => write!(f, "{}, gain {gain}", tone.name()),
            Self::Sigma(sigma) => write!(f, "sigma {sigma}"),
            Self::Camera => write!(f, "camera"),
            Self::Photo => write!(f, "photo"),
            Self::Nowhere => write!(f, "none"),
        }
    }
}

/// A noisy image.
pub struct Case {
    /// The image to denoise.
    pub noisy: LinearImage,
    /// The clean image, if that is not the file's.
    pub clean: Option<LinearImage>,
    /// Its noise, if known.
    pub noise: Option<Noise>,
    /// Whether `noisy` holds values on the sRGB curve instead of linear light. So will the result.
    pub on_srgb_curve: bool,
}

impl Case {
    /// The noisy image or a result in linear light, to be measured.
    pub fn linear<'a>(&self, image: &'a LinearImage) -> Cow<'a, LinearImage> {
        if self.on_srgb_curve { Cow::Owned(mapped(image, srgb_to_linear)) } else { Cow::Borrowed(image) }
    }
}

impl Source {
    /// The clean image of a file with this noise.
    pub fn case(self, file: &Path, clean: &LinearImage, seed: u64) -> Result<Case> {
        let of_file = |noisy, noise| Case { noisy, clean: None, noise, on_srgb_curve: false };
        Ok(match self {
            Self::Gain(gain) => {
                let noise = NoiseModel::at_gain(gain);
                of_file(noise.add_to(clean, seed), Some(noise.into()))
            }
            Self::Clipped(gain) => {
                let noise = NoiseModel::at_gain(gain);
                of_file(in_8_bits(&noise.add_to(clean, seed))?, Some(noise.into()))
            }
            Self::Grey(gain) => {
                let noise = NoiseModel::at_gain(gain);
                let clean = grey(clean, |p| p.iter().zip(LUMINANCE).map(|(v, share)| v * share).sum())?;
                let noisy = grey(&noise.add_to(&clean, seed), |p| p[0])?;
                Case { clean: Some(clean), ..of_file(noisy, Some(noise.into())) }
            }
            Self::Grain(codes) => {
                let grain = Grain { std: codes / 255.0, ..FILM };
                let noisy = in_8_bits(&grain.add_to(clean, seed))?;
                let noise = noise_of(&noisy, clean).map(Noise::from);
                of_file(noisy, noise)
            }
            Self::Toned(tone, gain) => {
                let (noisy, clean) = tone.pair(clean, gain, seed);
                Case { clean: Some(clean), ..of_file(noisy, None) }
            }
            Self::Sigma(sigma) => {
                // In linear light this noise is neither symmetric nor the same everywhere, and its mean is not 0. The
                // network works in units of the noise, so it takes these values as they are.
                let noise = NoiseModel { sigma_read: sigma / 255.0, shot: 0.0 };
                let noisy = noise.add_to(&mapped(clean, linear_to_srgb), seed);
                Case { on_srgb_curve: true, ..of_file(noisy, Some(noise.into())) }
            }
            Self::Camera => {
                let (side, least) = (clean.width().min(clean.height()), 2 * Camera::MARGIN + 1);
                ensure!(
                    side >= least,
                    "{} is too small for a camera, which takes at least {least} pixels",
                    file.display()
                );
                let photo = Camera::random(&mut ChaCha8Rng::seed_from_u64(seed)).photo(clean, seed);
                let noise = noise_of(&photo.noisy, &photo.clean).map(Noise::from);
                Case { clean: Some(photo.clean), ..of_file(photo.noisy, noise) }
            }
            Self::Photo => of_file(files::read(&noisy_partner(file))?.image, None),
            Self::Nowhere => of_file(clean.clone(), Some(NoiseModel::NONE.into())),
        })
    }
}

/// The images in a folder, by name; for pairs, the clean ones.
pub fn clean_files(folder: &Path, pairs: bool) -> Result<Vec<PathBuf>> {
    let cannot = || format!("cannot list {}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        // What can be written can be read.
        let is_image = path.is_file() && files::check_output(&path).is_ok();
        if is_image && (!pairs || (path != noisy_partner(&path) && noisy_partner(&path).is_file())) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The image as a file of 8 bits holds it.
fn in_8_bits(image: &LinearImage) -> Result<LinearImage> {
    Ok(LinearImage::from_srgb8(image.width(), image.height(), CHANNELS, &image.to_srgb8())?)
}

/// Grain over about two pixels, weaker in shadows and highlights.
const FILM: Grain = Grain { std: 0.0, peak: 0.5, falloff: 0.5, field: Field { shared: 1.0, spread: 0.85 } };

/// Luminance's share of red, green and blue in linear light (ITU-R BT.709).
const LUMINANCE: [f32; CHANNELS] = [0.2126, 0.7152, 0.0722];

/// The image with one value for all channels.
fn grey(image: &LinearImage, value: impl Fn([f32; CHANNELS]) -> f32) -> Result<LinearImage> {
    let width = image.width();
    let pixel = |p: usize| value(std::array::from_fn(|c| image.plane(c)[p]));
    Ok(LinearImage::from_fn(width, image.height(), |_, row, column| pixel(row * width + column))?)
}

/// The middle of an image, at most this many pixels wide and high.
pub fn middle(image: &LinearImage, side: usize) -> Result<LinearImage> {
    let (width, height) = (image.width().min(side), image.height().min(side));
    let (left, top) = ((image.width() - width) / 2, (image.height() - height) / 2);
    let at = |c: usize, row: usize, column: usize| image.plane(c)[(row + top) * image.width() + column + left];
    Ok(LinearImage::from_fn(width, height, at)?)
}

fn mapped(image: &LinearImage, curve: fn(f32) -> f32) -> LinearImage {
    let mut image = image.clone();
    image.values_mut().iter_mut().for_each(|v| *v = curve(*v));
    image
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_noise_has_its_std_on_the_srgb_curve() {
        let clean = LinearImage::from_fn(120, 100, |_, _, _| 0.3).unwrap();
        let case = Source::Sigma(25.0).case(Path::new("x.png"), &clean, 3).unwrap();
        let noisy = case.linear(&case.noisy);
        let squares = noisy.values().iter().map(|v| (linear_to_srgb(*v) - linear_to_srgb(0.3)).powi(2));
        let std = (squares.sum::<f32>() / noisy.values().len() as f32).sqrt();
        assert!((255.0 * std - 25.0).abs() < 0.3, "{std}");
        assert_eq!(case.noise, Some(NoiseModel { sigma_read: 25.0 / 255.0, shot: 0.0 }.into()));
        let camera = Source::Camera.case(Path::new("x.png"), &clean, 3).unwrap();
        assert_eq!(camera.linear(&camera.noisy).values(), camera.noisy.values());
        let small = LinearImage::from_fn(32, 100, |_, _, _| 0.3).unwrap();
        assert!(Source::Camera.case(Path::new("x.png"), &small, 3).is_err_and(|e| e.to_string().contains("x.png")));
    }

    #[test]
    fn clipped_noise_brightens_the_shadows() {
        let clean = LinearImage::from_fn(120, 100, |_, _, _| 0.01).unwrap();
        let noisy = |source: Source| source.case(Path::new("x.png"), &clean, 3).unwrap().noisy;
        let mean = |image: &LinearImage| image.values().iter().sum::<f32>() / image.values().len() as f32;
        assert!((mean(&noisy(Source::Gain(8.0))) - 0.01).abs() < 0.002);
        assert!(mean(&noisy(Source::Clipped(8.0))) > 0.03);
    }

    #[test]
    fn film_grain_has_its_std_and_is_the_same_in_all_channels() {
        let clean = LinearImage::from_fn(120, 100, |_, _, _| srgb_to_linear(0.5)).unwrap();
        let case = Source::Grain(10.0).case(Path::new("x.png"), &clean, 3).unwrap();
        assert_eq!(case.noisy.plane(0), case.noisy.plane(2));
        let squares = case.noisy.plane(1).iter().map(|v| (255.0 * linear_to_srgb(*v) - 127.5).powi(2));
        let std = (squares.sum::<f32>() / 12_000.0).sqrt();
        assert!((std - 10.0).abs() < 0.7, "{std}");
        assert!(case.noise.is_some());
    }

    #[test]
    fn grey_is_the_same_in_all_channels() {
        let clean = LinearImage::from_fn(30, 20, |c, _, _| 0.1 + 0.3 * c as f32).unwrap();
        let case = Source::Grey(4.0).case(Path::new("x.png"), &clean, 3).unwrap();
        for image in [&case.noisy, case.clean.as_ref().unwrap()] {
            assert!(image.plane(0) == image.plane(1) && image.plane(0) == image.plane(2));
        }
        let light = 0.1 + 0.3 * (0.7152 + 2.0 * 0.0722);
        assert!((case.clean.unwrap().values()[0] - light).abs() < 1e-5);
        let middle = middle(&case.noisy, 10).unwrap();
        assert_eq!((middle.width(), middle.height(), middle.values()[0]), (10, 10, case.noisy.values()[5 * 30 + 10]));
    }

    #[test]
    fn pairs_are_found_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a_mean.png", "a_real.png", "b_mean.png", "c.png", "d_mean.txt", "d_real.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let names = |pairs| -> Vec<String> {
            let files = clean_files(folder.path(), pairs).unwrap();
            files.iter().map(|f| f.file_name().unwrap().to_string_lossy().into_owned()).collect()
        };
        assert_eq!(names(true), ["a_mean.png"]);
        assert_eq!(names(false), ["a_mean.png", "a_real.png", "b_mean.png", "c.png"]);
    }
}

//! Film grain: noise that all channels share, correlated over a few pixels.
//!
//! Several things together give it away in the flattest patches:
//! - The channels share it at full, half and a quarter of the size. A sensor's noise is each channel's own, even where
//!   a JPEG has taken its finest colours, of which a quarter of the size shows nothing.
//! - All patches have nearly as much of it, of one brightness and of any. Texture comes in all strengths.
//! - It is the same across and down. Most texture has a direction.
//! - It gets weaker with the size as grain of one to three pixels does.
//!
//! All are asked for, since to take texture for grain would ruin a photo, and to miss grain leaves it as it is.

use crate::color::linear_to_srgb;
use crate::estimate::patches::{by_brightness, grid, quantile, without_slope};
use crate::estimate::{Point, clipping};
use crate::image::{CHANNELS, LinearImage, halved};

/// Coarse levels that grain is measured at: half and a quarter of the size.
pub const LEVELS: usize = 2;
/// Side of a patch in pixels.
const SIDE: usize = 16;
/// The most patches to look at, times the channels.
const MOST_PATCHES: usize = 24_000;
/// How many patches make a group of one brightness.
const PATCHES_PER_GROUP: usize = 60;
/// The most groups.
const MOST_GROUPS: usize = 16;
/// The quantile of the patches of one brightness up to which they count as flat.
const FLAT: f32 = 0.08;
/// A lower quantile. The ratio of the two stds is near 1 if the patches are alike.
const FLATTEST: f32 = 0.02;
/// That ratio in the middle of the groups and in the sixth least even one, both of them. With grain it is about 0.9 in
/// all that are not full of texture, and texture has up to 0.87 in the middle.
const EVENNESS: [f32; 2] = [0.86, 0.8];
/// The ratio in the middle that is enough, however uneven the sixth is.
const EVEN_ENOUGH: f32 = 0.88;
/// The quantile of the sixth.
const LOW: f32 = 0.15;
/// The channels' correlation in three of four flat patches, at each size.
const COMMON: [f32; LEVELS + 1] = [0.9, 0.9, 0.88];
/// The difference of the neighbours' correlation across and down. Grain has 0.05, texture 0.1 to 0.3.
const MOST_DIRECTED: f32 = 0.1;
/// Std on the sRGB curve: less is no trouble, more is texture.
const STD_ON_CURVE: [f32; 2] = [3.0 / 255.0, 20.0 / 255.0];
/// The ratio of the stds of a noisy and of a quiet group on the sRGB curve.
const MOST_SPREAD: f32 = 2.5;
/// Std at a quarter of the size, relative to full size. White noise has 0.25, and grain of more than three pixels, like
/// most texture, more than the second number.
const STD_OF_QUARTER: [f32; 2] = [0.38, 0.76];
/// The grain's std over that of flat patches, which are the quietest and show nothing of what is wider than they are.
const STD_TO_MEASURED: f32 = 1.3;
/// Patches of which more is clipped are ignored.
const MOST_CLIPPED: f32 = 0.2;

/// The film grain of an image.
#[derive(Debug, Clone)]
pub struct Film {
    /// Std against brightness, by increasing brightness.
    pub points: Vec<Point>,
    /// Std at each level, relative to the level before, which is twice the size.
    pub levels: [f32; LEVELS],
}

/// A patch, all channels together.
#[derive(Debug, Clone, Copy)]
struct Patch {
    /// Row and column of its corner.
    corner: (usize, usize),
    means: [f32; CHANNELS],
    full: Variances,
}

/// What is measured of flat patches alone.
#[derive(Debug, Clone, Copy)]
struct Flat {
    /// The difference of the neighbours' correlation across and down, in green.
    directed: f32,
    /// At full size and at each level.
    sizes: [Variances; LEVELS + 1],
}

/// Variances apart from the slope, at one size.
#[derive(Debug, Clone, Copy, Default)]
struct Variances {
    own: [f32; CHANNELS],
    /// How much of it the channels share, from -1/2 to 1.
    correlation: f32,
}

/// The film grain of an image whose white is 1; `None` if it has none that disturbs, or is a mosaic.
pub fn film(image: &LinearImage) -> Option<Film> {
    if image.channels() != CHANNELS {
        return None;
    }
    let mut patches: Vec<Patch> = grid(image, SIDE, MOST_PATCHES).filter_map(|at| measured(image, at)).collect();
    let brightness = |patch: &Patch| patch.means.iter().sum::<f32>() / CHANNELS as f32;
    let total = |patch: &Patch| patch.full.own.iter().sum::<f32>();
    let (mut flat, mut evenness, mut on_curve, mut points) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for group in by_brightness(&mut patches, brightness, PATCHES_PER_GROUP, MOST_GROUPS, f32::INFINITY) {
        if group.len() < PATCHES_PER_GROUP {
            continue;
        }
        group.sort_by(|a, b| total(a).total_cmp(&total(b)));
        let at = |quantile: f32| (group.len() as f32 * quantile) as usize;
        evenness.push((total(&group[at(FLATTEST)]) / total(&group[at(FLAT)])).sqrt());
        let flattest = &group[..=at(FLAT)];
        flat.extend_from_slice(flattest);
        on_curve.push(flattest.iter().map(Patch::on_curve).sum::<f32>() / flattest.len() as f32);
        points.extend((0..CHANNELS).map(|c| {
            let mean = |of: &dyn Fn(&Patch) -> f32| flattest.iter().map(of).sum::<f32>() / flattest.len() as f32;
            Point { mean: mean(&|p| p.means[c]), std: STD_TO_MEASURED * mean(&|p| p.full.own[c]).sqrt() }
        }));
    }
    // Most photos get no further.
    if !is_common(flat.iter().map(|p| p.full), 0) {
        return None;
    }
    let flat: Vec<Flat> = flat.iter().map(|patch| Flat::of(image, patch)).collect();
    let std = |size: usize| Some(quantile(flat.iter().map(|p| p.sizes[size].own[1]), 0.5)?.sqrt());
    let [full, half, quarter] = [std(0)?, std(1)?, std(2)?];
    let lies_in = |value: f32, [least, most]: [f32; 2]| (least..=most).contains(&value);
    let of_groups = |values: &[f32], at: f32| quantile(values.iter().copied(), at);
    let [middle, low] = [of_groups(&evenness, 0.5)?, of_groups(&evenness, LOW)?];
    let is_film = (middle > EVEN_ENOUGH || (middle > EVENNESS[0] && low > EVENNESS[1]))
        && lies_in(of_groups(&on_curve, 0.5)?, STD_ON_CURVE)
        && of_groups(&on_curve, 1.0 - LOW)? < MOST_SPREAD * of_groups(&on_curve, LOW)?
        && quantile(flat.iter().map(|p| p.directed), 0.5)? < MOST_DIRECTED
        && lies_in(quarter / full, STD_OF_QUARTER)
        && (1..=LEVELS).all(|size| is_common(flat.iter().map(|p| p.sizes[size]), size));
    points.sort_by(|a, b| a.mean.total_cmp(&b.mean));
    is_film.then_some(Film { points, levels: [half / full, quarter / half] })
}

impl Patch {
    /// Std on the sRGB curve, as a mean over the channels.
    fn on_curve(&self) -> f32 {
        let of = |(mean, variance): (&f32, f32)| linear_to_srgb(mean + variance.sqrt()) - linear_to_srgb(*mean);
        self.means.iter().zip(self.full.own).map(of).sum::<f32>() / CHANNELS as f32
    }
}

/// Whether the channels share the noise of flat patches at this size.
fn is_common(flat: impl Iterator<Item = Variances>, size: usize) -> bool {
    quantile(flat.map(|variances| variances.correlation), 0.25) > Some(COMMON[size])
}

/// The values of a patch with this corner, channel by channel.
fn squares(image: &LinearImage, (row, column): (usize, usize)) -> [Vec<f32>; CHANNELS] {
    let width = image.width();
    std::array::from_fn(|channel| {
        let lines = image.plane(channel)[row * width + column..].chunks(width).take(SIDE);
        let mut values = Vec::with_capacity(SIDE * SIDE);
        lines.for_each(|line| values.extend_from_slice(&line[..SIDE]));
        values
    })
}

/// The patch with this corner. `None` where a channel is clipped or has one value alone.
fn measured(image: &LinearImage, corner: (usize, usize)) -> Option<Patch> {
    let mut channels = squares(image, corner);
    let is_of_no_use = |values: &Vec<f32>| {
        let at = |end: f32| values.iter().filter(|v| clipping::is_at(**v, end)).count() as f32 / values.len() as f32;
        at(0.0).max(at(1.0)) > MOST_CLIPPED || values.iter().all(|v| *v == values[0])
    };
    if channels.iter().any(is_of_no_use) {
        return None;
    }
    let means = std::array::from_fn(|c| without_slope(SIDE, &mut channels[c]));
    Some(Patch { corner, means, full: Variances::of(&channels) })
}

impl Flat {
    fn of(image: &LinearImage, patch: &Patch) -> Self {
        let mut channels = squares(image, patch.corner);
        let (mut side, mut directed) = (SIDE, 0.0);
        let sizes = std::array::from_fn(|size| {
            if size > 0 {
                channels = std::array::from_fn(|c| halved(&channels[c], [side; 2]));
                side /= 2;
            }
            let mut flattened = channels.clone();
            for channel in &mut flattened {
                without_slope(side, channel);
            }
            if size == 0 {
                directed = direction(&flattened[1]);
            }
            Variances::of(&flattened)
        });
        Self { directed, sizes }
    }
}

/// The difference of the neighbours' correlation across and down, in a square at full size without mean and slope.
fn direction(square: &[f32]) -> f32 {
    let products = |apart: usize, is_in: &dyn Fn(usize) -> bool| -> f32 {
        (0..square.len() - apart).filter(|i| is_in(*i)).map(|i| square[i] * square[i + apart]).sum()
    };
    let (across, down) = (products(1, &|i| i % SIDE != SIDE - 1), products(SIDE, &|_| true));
    let power: f32 = square.iter().map(|v| v * v).sum();
    (across - down).abs() / power.max(f32::MIN_POSITIVE)
}

impl Variances {
    fn of(channels: &[Vec<f32>; CHANNELS]) -> Self {
        let product = |a: usize, b: usize| channels[a].iter().zip(&channels[b]).map(|(a, b)| a * b).sum::<f32>();
        let squares: [f32; CHANNELS] = std::array::from_fn(|c| product(c, c));
        let [red, green, blue] = squares.map(f32::sqrt);
        let shared = product(0, 1) + product(1, 2) + product(2, 0);
        // Three values say mean and slope.
        let free = (channels[0].len() - 3) as f32;
        let most = (red * green + green * blue + blue * red).max(f32::MIN_POSITIVE);
        Self { own: squares.map(|sum| sum / free), correlation: shared / most }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::srgb_to_linear;
    use crate::estimate::estimate_noise;
    use crate::image::smoothed;
    use crate::method::noise::NoiseModel;

    const WIDTH: usize = 400;
    const HEIGHT: usize = 300;

    /// Coloured areas with gradients, on the sRGB curve.
    fn scene(c: usize, r: usize, x: usize) -> f32 {
        let area = (r / 60 * 7 + x / 50 * 3 + c * 2) % 8;
        0.25 + 0.06 * area as f32 + 0.1 * (r % 60) as f32 / 60.0
    }

    /// Noise of std 1, a plane for each channel: smooth over about three pixels, or white; common, or of each channel.
    fn noise(is_smooth: bool, is_common: bool) -> Vec<Vec<f32>> {
        let black = LinearImage::from_fn(WIDTH, HEIGHT, |_, _, _| 0.0).unwrap();
        let white = NoiseModel { sigma_read: 1.0, shot: 0.0 }.add_to(&black, 3);
        let of_channel = |c: usize| {
            let plane = white.plane(if is_common { 0 } else { c });
            // The squares of the binomial's weights add up to 70 / 256 along each axis.
            let smooth = || smoothed(plane, WIDTH, HEIGHT).into_iter().map(|v| v * 256.0 / 70.0).collect();
            if is_smooth { smooth() } else { plane.to_vec() }
        };
        (0..CHANNELS).map(of_channel).collect()
    }

    fn photo(codes: f32, noise: &[Vec<f32>]) -> LinearImage {
        let value = |c: usize, r: usize, x: usize| scene(c, r, x) + codes / 255.0 * noise[c][r * WIDTH + x];
        let in_8_bits = |v: f32| srgb_to_linear((v * 255.0).round().clamp(0.0, 255.0) / 255.0);
        LinearImage::from_fn(WIDTH, HEIGHT, |c, r, x| in_8_bits(value(c, r, x))).unwrap()
    }

    #[test]
    fn grain_is_found_and_measured() {
        for codes in [6.0, 10.0, 16.0] {
            let grainy = photo(codes, &noise(true, true));
            let levels = film(&grainy).expect("there is grain").levels;
            let estimate = estimate_noise(&grainy);
            assert!(estimate.film && estimate.remark() == "it is film grain" && estimate.doubt.is_none());
            for value in [0.3, 0.5, 0.7] {
                let step = srgb_to_linear(value + 0.005) - srgb_to_linear(value - 0.005);
                let ratio = estimate.noise.std(1, 0, 1, srgb_to_linear(value)) / (step * 100.0 * codes / 255.0);
                assert!((0.8..1.25).contains(&ratio), "{codes} codes at {value}: {ratio}");
            }
            // Of 2 x 2 and 4 x 4 means of the binomial.
            assert!((levels[0] - 0.87).abs() < 0.05 && (levels[1] - 0.67).abs() < 0.08, "{codes}: {levels:?}");
        }
    }

    #[test]
    fn texture_of_some_brightnesses_does_not_hide_it() {
        let mut grain = noise(true, true);
        let area = |p: usize| scene(0, p / WIDTH, p % WIDTH);
        // Bright places have a texture of their own, nearly everywhere.
        let texture = |p: usize| if area(p) > 0.45 && p % WIDTH > WIDTH / 16 { 2.5 } else { 0.0 };
        let coarse = grain[0].clone();
        for plane in &mut grain {
            plane.iter_mut().enumerate().for_each(|(p, v)| *v += texture(p) * coarse[(p * 7 + 31) % coarse.len()]);
        }
        assert!(film(&photo(8.0, &grain)).is_some());
    }

    #[test]
    fn other_noise_is_no_grain() {
        for (is_smooth, is_common) in [(true, false), (false, true), (false, false)] {
            assert!(film(&photo(10.0, &noise(is_smooth, is_common))).is_none(), "{is_smooth} {is_common}");
        }
        assert!(film(&photo(1.0, &noise(true, true))).is_none(), "it does not disturb");
        let mosaic = LinearImage::planes_from_fn(4, 64, 64, |_, r, x| 0.01 * ((r * x) % 7) as f32).unwrap();
        assert!(film(&mosaic).is_none() && film(&photo(10.0, &noise(true, true)).scaled(0.0)).is_none());
    }

    #[test]
    fn texture_is_no_grain() {
        // Smooth noise again, but drawn out along the rows, or in one half alone.
        let grain = noise(true, true);
        let along = |p: usize| (0..4).map(|i| grain[0][(p + i).min(WIDTH * HEIGHT - 1)]).sum::<f32>() / 3.0;
        let grass = vec![(0..WIDTH * HEIGHT).map(along).collect::<Vec<f32>>(); CHANNELS];
        assert!(film(&photo(10.0, &grass)).is_none());
        let here_alone = |p: usize| if p % WIDTH < WIDTH / 2 { grain[0][p] } else { 0.1 * grain[0][p] };
        let wall = vec![(0..WIDTH * HEIGHT).map(here_alone).collect::<Vec<f32>>(); CHANNELS];
        assert!(film(&photo(10.0, &wall)).is_none());
    }
}

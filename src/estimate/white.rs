//! White noise: the same at every frequency, as a sensor makes it.
//!
//! Three things keep the image's texture out of the variance:
//! - it is measured where natural images have the least power, by second differences in both directions (Immerkaer,
//!   *Fast noise variance estimation*, 1996), which see no gradient and no horizontal or vertical edge;
//! - only the flattest patches of each brightness count, and flatness is judged by *coarser* structure, which for white
//!   noise is nearly independent of those differences, so that the choice favours no level of noise;
//! - a low quantile of those patches' variances is taken, which the remaining texture hardly affects, and scaled by
//!   what that quantile is for pure noise.
//!
//! [`clipping`] corrects for noise that was cut off at black or white.

use crate::estimate::mosaic::GREENS;
use crate::estimate::patches::{by_brightness, grid};
use crate::estimate::{Point, clipping, is_drawn, second_differences};
use crate::image::{CHANNELS, LinearImage};
use crate::method::clipping::{from_end, share};
use crate::method::noise::NoiseModel;

/// Side of a patch in pixels.
const SIDE: usize = 8;
/// The most patches to look at, over all channels; more would add little.
const MOST_PATCHES: usize = 60_000;
/// How many patches make a point of the curve.
const PATCHES_PER_POINT: usize = 300;
/// The same for a channel alone.
const PATCHES_PER_CHANNELS_POINT: usize = 400;
/// The most points, unless they would be further apart than [`WIDEST`].
const MOST_POINTS: usize = 24;
/// The most brightness that a point stands for where there are patches enough, on the sRGB curve.
const WIDEST: f32 = 0.05;
/// Share of a point's patches that count as flat.
const FLATTEST: f32 = 0.1;
/// The quantile of the flat patches' variances to take.
const QUANTILE: f32 = 0.3;
/// That quantile for pure noise of variance 1, by simulation.
const QUANTILE_OF_NOISE: f32 = 0.73;
/// Above this what the flattest patches have is texture; see [`White::structure`]. Photos with noise have 0.7 to 3,
/// clean ones 20 and more.
pub const MOST_STRUCTURE: f32 = 8.0;
/// Above this a point may be raised by texture too far for a curve to follow it. Points without texture have 0.4 to
/// 1.6.
const MOST_STRUCTURE_OF_CURVE: f32 = 1.8;
/// The share of drawn patches from which on they tell of a drawing.
const MOST_DRAWN: f32 = 0.1;
/// Patches of which more is clipped are ignored.
const MOST_CLIPPED: f32 = 0.9;

/// The share of the values that noise lets expect at an end that are there if it was cut off.
const LEAST_CUT_OFF: f32 = 0.5;
/// The share of all patches that are the quietest.
const QUIETEST: f32 = 0.005;
/// The variance of the noisiest of them for pure noise of variance 1, by simulation.
const QUIETEST_OF_NOISE: f32 = 0.29;

/// What was measured: points by increasing brightness, of all channels together and of each alone. They are as they
/// would be had nothing been cut off at black and white; those of which too much was are missing.
#[derive(Debug, Clone, Default)]
pub struct White {
    /// Of all.
    pub points: Vec<Point>,
    /// The same, told apart by their texture.
    pub told_apart: Points,
    /// Of each.
    pub of_channels: Vec<Points>,
    /// Patches that were looked at, that are drawn, and that are usable.
    pub counts: Counts,
    /// How much structure the flattest patches have, in units of what noise alone would give: about 1 where there are
    /// flat areas, many where there is nothing but texture.
    pub structure: f32,
}

/// Points by how much texture there is in them.
#[derive(Debug, Clone, Default)]
pub struct Points {
    /// Hardly any.
    pub flat: Vec<Point>,
    /// So much that it may have raised them.
    pub textured: Vec<Point>,
}

impl Points {
    fn of(measured: &[Measured]) -> Self {
        let (flat, textured): (Vec<&Measured>, _) =
            measured.iter().partition(|m| m.structure <= MOST_STRUCTURE_OF_CURVE);
        let points = |of: Vec<&Measured>| of.into_iter().map(|measured| measured.point).collect();
        Self { flat: points(flat), textured: points(textured) }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Point> {
        self.flat.iter().chain(&self.textured)
    }

    /// Those that a curve is to follow: texture only raises points, so those below the line are right all the same.
    pub fn to_follow(&self, line: &NoiseModel) -> Vec<Point> {
        let is_below = |point: &&Point| point.std.powi(2) <= line.variance(point.mean);
        self.flat.iter().chain(self.textured.iter().filter(is_below)).copied().collect()
    }
}

impl White {
    /// Whether the patches that were left out say more than those that are left, which have but texture: so it is in
    /// drawings, and in clean photos with a plain sky.
    pub fn is_drawing(&self) -> bool {
        self.structure > MOST_STRUCTURE && MOST_DRAWN * self.counts.all as f32 <= self.counts.drawn as f32
    }
}

/// Numbers of patches of all channels.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// That were looked at.
    pub all: usize,
    /// With so few values that they say nothing.
    pub drawn: usize,
    /// That say something.
    pub usable: usize,
}

/// Measures an image. Of the patches of all channels, `common` makes those that their common points are made of.
pub fn measure(image: &LinearImage, common: impl FnOnce(&[Patch]) -> Vec<Patch>) -> White {
    let (patches, counts) = patches(image);
    let channels = image.channels();
    let of_channel = |channel| {
        let mut own: Vec<Patch> = patches.iter().filter(|p| p.channel == channel).copied().collect();
        let measured = measured_points(&mut own, PATCHES_PER_CHANNELS_POINT, channels);
        Points::of(&measured)
    };
    let of_channels = (0..channels).map(of_channel).collect();
    let mut common = common(&patches);
    // A line takes two points.
    let least = PATCHES_PER_POINT.min(common.len() / 2).max(1);
    let measured = measured_points(&mut common, least, channels);
    let mut structure: Vec<f32> = measured.iter().map(|measured| measured.structure).collect();
    structure.sort_by(f32::total_cmp);
    White {
        points: measured.iter().map(|measured| measured.point).collect(),
        told_apart: Points::of(&measured),
        of_channels,
        counts,
        structure: structure.get(structure.len() / 2).copied().unwrap_or_default(),
    }
}

/// How much more variance the quietest patches have than noise of `variance(channel, brightness)` would give them: 1 if
/// that is the noise. Texture can hardly raise it. Infinite if no patch says anything.
pub fn least_excess(image: &LinearImage, variance: impl Fn(usize, f32) -> f32) -> f32 {
    let (patches, _) = patches(image);
    let mut excess: Vec<f32> = patches.iter().map(|patch| patch.fine / variance(patch.channel, patch.mean)).collect();
    excess.sort_by(f32::total_cmp);
    let quietest = excess.get((QUIETEST * excess.len() as f32) as usize);
    quietest.map_or(f32::INFINITY, |quietest| quietest / QUIETEST_OF_NOISE)
}

/// Where each channel's noise was cut off, at the dark and at the bright end: where values pile up, and as many of them
/// as the noise, of this `std(channel, pixel, brightness)`, lets expect. Else what looks like an end is the darkest
/// thing in a photo of little noise.
pub fn ends(image: &LinearImage, std: impl Fn(usize, usize, f32) -> f32) -> [[Option<f32>; 2]; CHANNELS] {
    let (patches, _) = patches(image);
    let of = |channel: usize, at: usize| {
        let own = || patches.iter().filter(|patch| patch.channel == channel);
        let end = own().find(|patch| patch.reach[at].1 > 0.0)?.reach[at].0;
        let expected = |patch: &Patch| {
            let middle = patch.corner.map(|from| from + patch.side / 2);
            let middle = middle[0] * image.width() + middle[1];
            let std = |distance: f32| std(channel, middle, if at == 0 { end + distance } else { end - distance });
            let distance = from_end((patch.mean - end).abs(), std);
            share(distance / std(distance).max(f32::MIN_POSITIVE))
        };
        let found: f32 = own().map(|patch| patch.reach[at].1).sum();
        (found >= LEAST_CUT_OFF * own().map(expected).sum::<f32>()).then_some(end)
    };
    std::array::from_fn(|channel| [0, 1].map(|at| of(channel, at)))
}

/// What patches of like brightness say.
struct Measured {
    point: Point,
    structure: f32,
}

fn measured_points(patches: &mut [Patch], least: usize, channels: usize) -> Vec<Measured> {
    let groups = by_brightness(patches, |p| p.mean, least, MOST_POINTS, WIDEST);
    let mut measured: Vec<Measured> = groups.filter_map(|group| point(group, channels)).collect();
    // The flattest patches of a group are not its middle ones.
    measured.sort_by(|a, b| a.point.mean.total_cmp(&b.point.mean));
    measured
}

/// Measurements on a patch of one channel.
#[derive(Debug, Clone, Copy)]
pub struct Patch {
    pub channel: usize,
    /// Row and column of its first pixel.
    pub corner: [usize; 2],
    /// Pixels across and down.
    pub side: usize,
    pub mean: f32,
    /// Structure at the scale of two pixels and more, over all channels.
    coarse: f32,
    /// Variance by second differences.
    fine: f32,
    /// Whether it has so few different values that they say nothing of noise.
    is_drawn: bool,
    /// The lowest and the highest value; of those where the channel is cut off, the share of pixels that have it.
    reach: [clipping::Reach; 2],
}

impl Patch {
    /// The patch with another measure of its variance.
    pub fn with_variance(self, fine: f32) -> Self {
        Self { fine, ..self }
    }
}

/// Patches on a regular grid over the image, except those that are clipped nearly everywhere.
fn patches(image: &LinearImage) -> (Vec<Patch>, Counts) {
    let (width, height, channels) = (image.width(), image.height(), image.channels());
    // Even, because coarse structure is measured on 2 x 2 blocks.
    let side = SIDE.min(width).min(height) / 2 * 2;
    if side < 4 {
        return (Vec::new(), Counts::default());
    }
    let mut patches = Vec::new();
    let mut counts = Counts::default();
    for (row, column) in grid(image, side, MOST_PATCHES) {
        let measured: Vec<Patch> =
            (0..channels).map(|c| measured(image.plane(c), width, (row, column), side, c)).collect();
        let coarse = coarse(image, &measured);
        counts.all += channels;
        counts.drawn += measured.iter().filter(|patch| patch.is_drawn).count();
        patches.extend(measured.into_iter().filter(|patch| !patch.is_drawn).map(|patch| Patch { coarse, ..patch }));
    }
    for channel in 0..channels {
        let own = || patches.iter().filter(|p| p.channel == channel);
        let ends = [
            clipping::end(own().map(|p| p.reach[0])),
            clipping::end(own().map(|p| (-p.reach[1].0, p.reach[1].1))).map(|end| -end),
        ];
        for patch in patches.iter_mut().filter(|p| p.channel == channel) {
            for (reach, end) in patch.reach.iter_mut().zip(ends) {
                if !end.is_some_and(|end| clipping::is_at(reach.0, end)) {
                    reach.1 = 0.0;
                }
            }
        }
    }
    patches.retain(|patch| patch.reach.iter().all(|(_, share)| *share < MOST_CLIPPED));
    counts.usable = patches.len();
    (patches, counts)
}

/// Structure over all channels, given the patches of each. A mosaic's greens are looked at together: what tells them
/// apart is what their noise is measured by.
fn coarse(image: &LinearImage, patches: &[Patch]) -> f32 {
    let greens = if image.channels() == CHANNELS { &[][..] } else { &GREENS };
    let of_channels: f32 = patches.iter().filter(|p| !greens.contains(&p.channel)).map(|p| p.coarse).sum();
    let (Some(first), false) = (patches.first(), greens.is_empty()) else { return of_channels };
    let at = |r: usize, c: usize| (first.corner[0] + r) * image.width() + first.corner[1] + c;
    let sum = |r: usize, c: usize| greens.iter().map(|&green| image.plane(green)[at(r, c)]).sum();
    of_channels + mean_and_coarse(first.side, sum).1
}

/// The mean of a square of samples, and the variance of the means of its blocks of 2 x 2.
fn mean_and_coarse(side: usize, at: impl Fn(usize, usize) -> f32) -> (f32, f32) {
    let (mut sum, mut squares) = (0.0, 0.0);
    for r in (0..side).step_by(2) {
        for c in (0..side).step_by(2) {
            let four = [at(r, c), at(r, c + 1), at(r + 1, c), at(r + 1, c + 1)];
            let block = four.iter().sum::<f32>() / 4.0;
            sum += block;
            squares += block * block;
        }
    }
    let blocks = (side * side / 4) as f32;
    let mean = sum / blocks;
    (mean, squares / blocks - mean * mean)
}

/// Measures the patch of a plane with this corner.
fn measured(plane: &[f32], width: usize, (row, column): (usize, usize), side: usize, channel: usize) -> Patch {
    let samples = &plane[row * width + column..];
    let at = |r: usize, c: usize| samples[r * width + c];
    let (mean, coarse) = mean_and_coarse(side, at);
    let values = (0..side).flat_map(|r| samples[r * width..r * width + side].iter().copied());
    let reach = |value: f32| {
        (value, values.clone().filter(|v| clipping::is_at(*v, value)).count() as f32 / (side * side) as f32)
    };
    Patch {
        channel,
        corner: [row, column],
        side,
        mean,
        is_drawn: is_drawn(values.clone()),
        coarse,
        fine: second_differences(side, at),
        reach: [
            reach(values.clone().fold(f32::INFINITY, f32::min)),
            reach(values.clone().fold(f32::NEG_INFINITY, f32::max)),
        ],
    }
}

fn point(patches: &mut [Patch], channels: usize) -> Option<Measured> {
    let keep = ((patches.len() as f32 * FLATTEST) as usize).max(1);
    patches.sort_by(|a, b| a.coarse.total_cmp(&b.coarse));
    let flat = &mut patches[..keep];
    let average = |f: &dyn Fn(&Patch) -> f32| flat.iter().map(f).sum::<f32>() / keep as f32;
    let (mean, coarse) = (average(&|p| p.mean), average(&|p| p.coarse));
    // A group's patches can be of three channels, which are cut off in the same place or nearly.
    let ends: [clipping::Reach; 2] = std::array::from_fn(|end| {
        let cut = flat.iter().find(|p| p.reach[end].1 > 0.0).map_or(0.0, |p| p.reach[end].0);
        (cut, average(&|p| p.reach[end].1))
    });
    flat.sort_by(|a, b| a.fine.total_cmp(&b.fine));
    let variance = flat[(keep as f32 * QUANTILE) as usize].fine / QUANTILE_OF_NOISE;
    // The mean of four pixels has a quarter of their variance.
    let structure = coarse / (channels as f32 * variance / 4.0);
    let (mean, variance) = clipping::undone(mean, variance, ends)?;
    Some(Measured { point: Point { mean, std: variance.sqrt() }, structure })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOISE: NoiseModel = NoiseModel { sigma_read: 0.03, shot: 0.004 };

    /// From a shadow to a light, with noise.
    fn noisy(darkest: f32, lightest: f32) -> LinearImage {
        let to = |x: usize| darkest + (lightest - darkest) * (x / 20) as f32 / 11.0;
        NOISE.add_to(&LinearImage::from_fn(240, 160, |_, _, x| to(x)).unwrap(), 5)
    }

    fn found(image: &LinearImage, noise: NoiseModel) -> [[Option<f32>; 2]; CHANNELS] {
        ends(image, |_, _, brightness| noise.variance(brightness).sqrt())
    }

    #[test]
    fn noise_ends_where_it_was_cut_off() {
        let mut image = noisy(0.0, 1.0);
        assert_eq!(found(&image, NOISE), [[None; 2]; CHANNELS]);
        // Lifted blacks, and whites that stay.
        image.values_mut().iter_mut().for_each(|v| *v = v.clamp(0.05, 1.0));
        let expected = [[Some(0.05), Some(1.0)]; CHANNELS];
        assert_eq!(found(&image, NOISE), expected);
        // In codes of 8 bits, too.
        let codes = noisy(0.0, 0.7).to_srgb8();
        let file = LinearImage::from_srgb8(240, 160, 3, &codes).unwrap();
        assert_eq!(found(&file, NOISE), [[Some(0.0), None]; CHANNELS]);
    }

    #[test]
    fn where_noise_would_be_cut_off_more_often_there_is_no_end() {
        // Less noise than is said, and a darkest code that many pixels have.
        let quiet = NoiseModel { sigma_read: 0.002, shot: 0.0 };
        let clean = LinearImage::from_fn(240, 160, |_, r, x| 0.03 + 0.004 * ((r / 20 + x / 20) % 9) as f32).unwrap();
        let file = LinearImage::from_srgb8(240, 160, 3, &quiet.add_to(&clean, 5).to_srgb8()).unwrap();
        assert_eq!(found(&file, NOISE), [[None; 2]; CHANNELS]);
        assert_eq!(found(&noisy(0.2, 0.7), NOISE), [[None; 2]; CHANNELS]);
    }
}

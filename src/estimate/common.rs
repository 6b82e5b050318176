//! Noise that all channels share: in a grey photo, or in black-and-white film that was coloured.
//!
//! A sensor's noise is independent and averages out over the channels; shared noise does not.

use crate::estimate::patches::grid;
use crate::estimate::{grain, is_drawn};
use crate::image::{CHANNELS, LinearImage};

/// Side of a patch in pixels.
const SIDE: usize = 8;
/// The most patches to look at, times the channels.
const MOST_PATCHES: usize = 24_000;
/// Fewer flat patches than this prove nothing.
const FEWEST: usize = 20;
/// The share of patches that count as flat. The others have texture, which channels do share.
const FLATTEST: usize = 10;
/// Noise counts as shared if the finest detail of the channels correlates by at least this in most flat patches, at
/// full and at half size.
/// Independent noise has 0.
const COMMON: f32 = 0.9;

/// If the channels share their noise, the share of it that is white; otherwise, and for a mosaic, `None`. The rest is
/// smooth, as in processed photos, whose channels are never quite independent. So smooth noise counts as shared only if
/// the photo is exactly grey.
pub fn common_noise(image: &LinearImage) -> Option<f32> {
    if image.channels() != CHANNELS {
        return None;
    }
    let is_grey = image.plane(0) == image.plane(1) && image.plane(0) == image.plane(2);
    // What a camera has interpolated is alike only where it is finest.
    if !is_grey && (correlation(image)? < COMMON || correlation(&image.halved())? < COMMON) {
        return None;
    }
    let smooth = grain::measure(image).map_or(0.0, |grain| grain.share);
    (is_grey || smooth == 0.0).then_some(1.0 - smooth)
}

/// How much of the finest detail of flat patches the channels share, from -1/2 to 1.
fn correlation(image: &LinearImage) -> Option<f32> {
    let mut patches: Vec<(f32, f32)> = grid(image, SIDE, MOST_PATCHES).filter_map(|at| measured(image, at)).collect();
    patches.sort_by(|a, b| a.0.total_cmp(&b.0));
    patches.truncate(patches.len() / FLATTEST);
    if patches.len() < FEWEST {
        return None;
    }
    let mut correlations: Vec<f32> = patches.into_iter().map(|patch| patch.1).collect();
    correlations.sort_by(f32::total_cmp);
    Some(correlations[correlations.len() / 4])
}

/// (structure relative to the finest detail, correlation) of the patch with this corner. `None` for a drawn one.
fn measured(image: &LinearImage, (row, column): (usize, usize)) -> Option<(f32, f32)> {
    let width = image.width();
    let at = |channel: usize, r: usize, c: usize| image.plane(channel)[(row + r) * width + column + c];
    let (mut own, mut common) = ([0.0f32; CHANNELS], 0.0f32);
    for r in 1..SIDE - 1 {
        for c in 1..SIDE - 1 {
            let second = |channel, r| at(channel, r, c - 1) - 2.0 * at(channel, r, c) + at(channel, r, c + 1);
            let fine: [f32; CHANNELS] =
                std::array::from_fn(|k| second(k, r - 1) - 2.0 * second(k, r) + second(k, r + 1));
            (0..CHANNELS).for_each(|k| own[k] += fine[k] * fine[k]);
            common += fine[0] * fine[1] + fine[1] * fine[2] + fine[2] * fine[0];
        }
    }
    let is_drawn = |k: usize| is_drawn((0..SIDE * SIDE).map(|i| at(k, i / SIDE, i % SIDE)));
    if own.contains(&0.0) || (0..CHANNELS).any(is_drawn) {
        return None;
    }
    let pairs = (own[0] * own[1]).sqrt() + (own[1] * own[2]).sqrt() + (own[2] * own[0]).sqrt();
    // Of the green channel, by blocks.
    let block = |r, c| (at(1, r, c) + at(1, r, c + 1) + at(1, r + 1, c) + at(1, r + 1, c + 1)) / 4.0;
    let blocks: Vec<f32> = (0..SIDE)
        .step_by(2)
        .flat_map(|r| (0..SIDE).step_by(2).map(move |c| (r, c)))
        .map(|(r, c)| block(r, c))
        .collect();
    let mean = blocks.iter().sum::<f32>() / blocks.len() as f32;
    let coarse = blocks.iter().map(|b| (b - mean).powi(2)).sum::<f32>();
    Some((coarse / own[1], common / pairs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::noise::NoiseModel;

    /// Colours with some texture, and noise of which this share of the variance is common.
    fn photo(common: f32) -> LinearImage {
        let texture =
            |r: usize, x: usize| if (r / 40 + x / 40).is_multiple_of(2) { 0.05 * ((r * x) % 7) as f32 } else { 0.0 };
        let clean = LinearImage::from_fn(240, 160, |c, r, x| 0.2 + 0.1 * c as f32 + texture(r, x)).unwrap();
        let noise = NoiseModel { sigma_read: 0.05, shot: 0.0 };
        let flat = LinearImage::from_fn(240, 160, |_, _, _| 0.0).unwrap();
        let [own, all] = [1, 2].map(|seed| noise.add_to(&flat, seed));
        LinearImage::from_fn(240, 160, |c, r, x| {
            let p = r * 240 + x;
            clean.plane(c)[p] + (1.0 - common).sqrt() * own.plane(c)[p] + common.sqrt() * all.plane(0)[p]
        })
        .unwrap()
    }

    #[test]
    fn common_noise_is_told_from_independent_noise() {
        for (common, expected) in [(0.0, None), (0.5, None), (1.0, Some(1.0))] {
            let found = common_noise(&photo(common));
            assert_eq!(found, expected, "{common}: {:?}", correlation(&photo(common)));
        }
    }

    #[test]
    fn grey_photos_have_nothing_else() {
        let colour = photo(0.0);
        let grey = LinearImage::from_fn(240, 160, |_, r, x| colour.plane(1)[r * 240 + x]).unwrap();
        assert_eq!(common_noise(&grey), Some(1.0));
        let plain = LinearImage::from_fn(40, 30, |c, _, _| 0.2 + 0.1 * c as f32).unwrap();
        assert_eq!(common_noise(&plain), None, "nothing to measure");
    }
}

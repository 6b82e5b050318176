//! Hot and dead pixels: single values much further from their neighbours than noise could be.
//!
//! A denoiser takes them for detail, so they are mended before it sees them.

use crate::color::linear_to_srgb;
use crate::image::{CHANNELS, LinearImage, reflect};

/// How far a value must be beyond its neighbours, in stds of the noise.
const STDS: f32 = 6.0;
/// How far it must be beyond them, in units of their own range.
const RANGES: f32 = 1.5;
/// How far the neighbours may be from their own surroundings, as a share of how far the value is beyond them.
const GLOW: f32 = 0.1;
/// If the noise's std is less than this on the sRGB curve, single dots are detail, mostly in drawings.
const LEAST_NOISE: f32 = 0.7 / 255.0;
/// If there are more of them than this share, they belong to the image: stars, dither, halftone.
const MOST: f32 = 0.02;

/// The values to mend: the index of each, and the median of its neighbours. `std(channel, pixel, brightness)` is the
/// std of the noise in linear light.
pub fn find(image: &LinearImage, std: impl Fn(usize, usize, f32) -> f32) -> Vec<(usize, f32)> {
    let (width, height, pixels) = (image.width(), image.height(), image.pixels());
    let mut found = Vec::new();
    if width < 3 || height < 3 {
        return found;
    }
    for channel in 0..CHANNELS {
        let plane = image.plane(channel);
        for row in 0..height {
            let [above, below] = [-1, 1].map(|by| reflect(row as isize + by, height) * width);
            let here = row * width;
            for column in 0..width {
                let [left, right] = [-1, 1].map(|by| reflect(column as isize + by, width));
                let value = plane[here + column];
                let cross = [plane[above + column], plane[below + column], plane[here + left], plane[here + right]];
                // Hardly any pixel gets past this.
                let (low, high) = range(cross);
                let beyond = (value - high).max(low - value);
                if beyond <= 0.0 || beyond <= high - low {
                    continue;
                }
                let corners = [plane[above + left], plane[above + right], plane[below + left], plane[below + right]];
                let mut around =
                    [cross[0], cross[1], cross[2], cross[3], corners[0], corners[1], corners[2], corners[3]];
                around.sort_unstable_by(f32::total_cmp);
                // One of the neighbours may be hot itself.
                let (low, high) = (around[1], around[6]);
                let beyond = (value - high).max(low - value);
                let median = 0.5 * (around[3] + around[4]);
                let noise = std(channel, here + column, median);
                let is_noisy = linear_to_srgb(median + noise) - linear_to_srgb(median) > LEAST_NOISE;
                let stands_alone = is_noisy && beyond > (STDS * noise).max(RANGES * (high - low));
                // A star or a lamp shines into its neighbours.
                let surroundings = ring_median(plane, (width, height), (row, column));
                if stands_alone && (median - surroundings).abs() < GLOW * beyond + 2.0 * noise {
                    found.push((channel * pixels + here + column, median));
                }
            }
        }
    }
    if found.len() as f32 > MOST * (CHANNELS * pixels) as f32 {
        found.clear();
    }
    found
}

/// The median of the 16 values two pixels away.
fn ring_median(plane: &[f32], (width, height): (usize, usize), (row, column): (usize, usize)) -> f32 {
    let at = |down: isize, across: isize| {
        plane[reflect(row as isize + down, height) * width + reflect(column as isize + across, width)]
    };
    let mut ring = [0.0; 16];
    for (i, along) in (-2..2).enumerate() {
        // Each side of the square from one corner to before the next.
        ring[4 * i..4 * i + 4].copy_from_slice(&[at(-2, along), at(along, 2), at(2, -along), at(-along, -2)]);
    }
    ring.sort_unstable_by(f32::total_cmp);
    0.5 * (ring[7] + ring[8])
}

fn range(values: [f32; 4]) -> (f32, f32) {
    values.into_iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::noise::NoiseModel;

    const NOISE: NoiseModel = NoiseModel { sigma_read: 0.01, shot: 0.001 };

    fn found(image: &LinearImage) -> Vec<usize> {
        find(image, |_, _, brightness| NOISE.variance(brightness).sqrt()).into_iter().map(|(at, _)| at).collect()
    }

    fn noisy(f: impl FnMut(usize, usize, usize) -> f32) -> LinearImage {
        NOISE.add_to(&LinearImage::from_fn(60, 40, f).unwrap(), 1)
    }

    #[test]
    fn single_hot_and_dead_values_are_found_and_nothing_else() {
        let clean = noisy(|_, r, _| 0.2 + 0.004 * r as f32);
        assert!(found(&clean).is_empty());
        let mut image = clean.clone();
        // In the middle, dead, in a corner, and two side by side.
        let (hot, dead, corner, pair) = (2400 + 10 * 60 + 30, 20 * 60 + 7, 0, [4800 + 300, 4800 + 301]);
        for at in [hot, corner, pair[0], pair[1]] {
            image.values_mut()[at] = 1.0;
        }
        image.values_mut()[dead] = 0.0;
        let mended = find(&image, |_, _, brightness| NOISE.variance(brightness).sqrt());
        assert_eq!(mended.iter().map(|m| m.0).collect::<Vec<_>>(), [corner, dead, hot]);
        assert!(mended.iter().all(|(at, value)| (value - clean.values()[*at]).abs() < 0.08));
    }

    #[test]
    fn lines_edges_stars_and_drawings_stay() {
        assert!(found(&noisy(|_, r, _| if r == 12 { 0.9 } else { 0.1 })).is_empty(), "a line");
        assert!(found(&noisy(|_, r, x| if r > x { 0.9 } else { 0.1 })).is_empty(), "an edge");
        let star = |r: usize, x: usize| (-((r as f32 - 20.0).powi(2) + (x as f32 - 20.0).powi(2)) / 1.4).exp();
        assert!(found(&noisy(|_, r, x| 0.05 + 0.9 * star(r, x))).is_empty(), "a star");
        let dot = |_, r, x| if (r, x) == (20, 20) { 1.0 } else { 0.2 };
        let drawing = LinearImage::from_fn(60, 40, dot).unwrap();
        assert!(find(&drawing, |_, _, _| 0.0001).is_empty(), "a dot in a drawing");
        let stars = noisy(|_, r, x| if r % 4 == 0 && x % 4 == 0 { 1.0 } else { 0.1 });
        assert!(found(&stars).is_empty(), "a pattern");
        assert!(found(&LinearImage::from_fn(2, 9, |_, _, _| 0.5).unwrap()).is_empty());
    }
}

//! The colour of a place of an X-Trans mosaic, for pictures that are smaller: quickly, without interpolation.

use std::ops::Range;

use crate::image::CHANNELS;
use crate::raw::x_trans::interpolate::Sites;
use crate::raw::x_trans::pattern::SIDE;

/// Red, green and blue of a place, without white balance like the mosaic. They are the means of the colours there and
/// of as many sites around as a pattern has, and by how much the place is brighter than those in the light of
/// `balance`: a small place has not enough sites of each colour.
///
/// # Panics
/// If the place has no sites or does not lie in the mosaic.
pub fn color_of(sites: &Sites, balance: [f32; CHANNELS], rows: Range<usize>, columns: Range<usize>) -> [f32; CHANNELS] {
    let around = [wide(&rows, sites.height), wide(&columns, sites.width)];
    let (mut sums, mut counts) = ([0.0; CHANNELS], [0u32; CHANNELS]);
    each(sites, &around[0], &around[1], |channel, light| {
        sums[channel] += light;
        counts[channel] += 1;
    });
    // A mosaic that is too small has no site of a colour.
    let all = sums.iter().sum::<f32>() / counts.iter().sum::<u32>() as f32;
    let means: [f32; CHANNELS] = std::array::from_fn(|c| if counts[c] > 0 { sums[c] / counts[c] as f32 } else { all });
    if around == [rows.clone(), columns.clone()] {
        return means;
    }
    let mut brighter = 0.0;
    each(sites, &rows, &columns, |channel, light| brighter += balance[channel] * (light - means[channel]));
    brighter /= (rows.len() * columns.len()) as f32;
    std::array::from_fn(|c| means[c] + brighter / balance[c])
}

/// Does something with the channel and the light of each site of a place.
fn each(sites: &Sites, rows: &Range<usize>, columns: &Range<usize>, mut with: impl FnMut(usize, f32)) {
    for row in rows.clone() {
        for column in columns.clone() {
            with(sites.pattern.channel_at(row, column), (sites.light)(row, column));
        }
    }
}

/// A range with as many sites around it as make a pattern, as far as there are so many.
fn wide(range: &Range<usize>, all: usize) -> Range<usize> {
    let missing = SIDE.saturating_sub(range.len());
    let start = range.start.saturating_sub(missing / 2).min(all.saturating_sub(SIDE)).min(range.start);
    start..(start + range.len() + missing).min(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::x_trans::XTrans;

    #[test]
    fn flat_places_have_their_colour_in_every_size() {
        let color = [0.2, 0.4, 0.1];
        for origin in 0..36 {
            let pattern = XTrans::USUAL.at(origin / 6, origin % 6);
            let light = |row, column| color[pattern.channel_at(row, column)];
            let sites = Sites { width: 25, height: 19, pattern, light: &light };
            for (rows, columns) in [(0..1, 0..1), (18..19, 24..25), (7..9, 3..6), (0..19, 0..25), (4..10, 9..15)] {
                let found = color_of(&sites, [2.0, 1.0, 4.0], rows, columns);
                assert!(found.iter().zip(color).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?}");
            }
        }
    }

    #[test]
    fn a_small_place_has_its_own_brightness_and_the_colour_around() {
        // Grey, of which red is half as bright, and a bright line of it.
        let balance = [2.0, 1.0, 1.5];
        let pattern = XTrans::USUAL;
        let light = |row, column| {
            let brightness = if row == 10 || row == 11 { 0.8 } else { 0.2 };
            brightness / balance[pattern.channel_at(row, column)]
        };
        let sites = Sites { width: 40, height: 30, pattern, light: &light };
        for columns in (0..20).map(|i| 2 * i..2 * i + 2) {
            let found = color_of(&sites, balance, 10..12, columns.clone());
            for (v, factor) in found.into_iter().zip(balance) {
                assert!((v * factor - 0.8).abs() < 0.06, "{columns:?}: {found:?}");
            }
        }
    }
}

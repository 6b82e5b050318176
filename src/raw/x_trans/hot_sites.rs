//! Hot and dead sites, which would spread to their neighbours when colours are interpolated.
//!
//! The noise is not known yet, so a site is measured by how much the sites of its colour around it differ, and by the
//! sites beside it: light falls on several of them, a defect is of one.

use crate::raw::x_trans::pattern::{SIDE, XTrans};

/// Sites around one that decide about it: those of its colour up to two away, for it and for those beside it.
pub const REACH: usize = 3;
/// How far a site must be beyond those of its colour, in units of their range.
const RANGES: f32 = 4.0;
/// The least of that, on the curve: about half a hundredth of white next to black.
const LEAST: f32 = 0.03;
/// How far the sites beside it may be from those of their own colours, as a share of how far the site is.
const OTHERS: f32 = 0.3;
/// A colour has at least so many other sites up to two away.
const FEWEST: usize = 4;

/// The sites of a buffer that are no light: the index of each, and the median of those of its colour around it. Values
/// are on the curve; the buffer begins with the pattern's first site. Nothing is found within [`REACH`] of its border.
pub fn find(sites: &[f32], width: usize, pattern: XTrans) -> Vec<(usize, f32)> {
    let like: Vec<Vec<isize>> = (0..SIDE * SIDE).map(|at| same_colour(pattern, at / SIDE, at % SIDE, width)).collect();
    let like_of = |at: usize| like[at / width % SIDE * SIDE + at % width % SIDE].as_slice();
    let height = sites.len() / width;
    let mut found = Vec::new();
    for row in REACH..height.saturating_sub(REACH) {
        let of_row = &like[row % SIDE * SIDE..][..SIDE];
        for column in REACH..width.saturating_sub(REACH) {
            let (at, like) = (row * width + column, &of_row[column % SIDE]);
            let value = sites[at];
            let around = || like.iter().map(|by| sites[at.wrapping_add_signed(*by)]);
            // Nearly every site has one like it.
            if around().any(|other| (value - other).abs() <= LEAST) {
                continue;
            }
            let (low, high) = around().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
            let beyond = (value - high).max(low - value);
            if beyond <= LEAST.max(RANGES * (high - low)) || like.len() < FEWEST {
                continue;
            }
            let is_still = |other: usize| {
                let around = like_of(other).iter().map(|by| other.wrapping_add_signed(*by)).filter(|site| *site != at);
                (sites[other] - median(around.map(|site| sites[site]))).abs() < OTHERS * beyond
            };
            let beside = [width + 1, width, width - 1, 1];
            if beside.into_iter().all(|by| is_still(at - by) && is_still(at + by)) {
                found.push((at, median(around())));
            }
        }
    }
    found
}

/// The distances, in a buffer of this width, from a site to those of its colour up to two away.
fn same_colour(pattern: XTrans, row: usize, column: usize, width: usize) -> Vec<isize> {
    let own = pattern.channel_at(row, column);
    let around = (-2..=2isize).flat_map(|down| (-2..=2isize).map(move |across| (down, across)));
    around
        .filter(|by| *by != (0, 0))
        .filter(|(down, across)| {
            let at = |from: usize, by: isize| (from + SIDE).wrapping_add_signed(by);
            pattern.channel_at(at(row, *down), at(column, *across)) == own
        })
        .map(|(down, across)| down * width as isize + across)
        .collect()
}

fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut sorted: Vec<f32> = values.collect();
    sorted.sort_unstable_by(f32::total_cmp);
    match sorted.len() {
        0 => 0.0,
        len => 0.5 * (sorted[(len - 1) / 2] + sorted[len / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::random::{Normals, Stream};

    const SIZE: (usize, usize) = (60, 48);

    /// Noise of a std on fields of a value.
    fn noisy(std: f32, value: impl Fn(usize, usize) -> f32) -> Vec<f32> {
        let normals = Normals::new(3, Stream::Noise);
        let site = |at: usize| (at / SIZE.0, at % SIZE.0);
        (0..SIZE.0 * SIZE.1)
            .map(|at| value(site(at).0, site(at).1) + std * normals.at(0, site(at).0, site(at).1)[0])
            .collect()
    }

    #[test]
    fn hot_and_dead_sites_are_found_and_nothing_else() {
        for origin in 0..36 {
            let pattern = XTrans::USUAL.at(origin / 6, origin % 6);
            let mut sites = noisy(0.005, |_, column| 0.3 + 0.002 * column as f32);
            assert!(find(&sites, SIZE.0, pattern).is_empty());
            let (hot, dead) = (20 * SIZE.0 + 31 + origin % 6, 33 * SIZE.0 + 9);
            let expected = [sites[hot], sites[dead]];
            (sites[hot], sites[dead]) = (0.9, 0.05);
            let found = find(&sites, SIZE.0, pattern);
            assert_eq!(found.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [hot, dead]);
            assert!(found.iter().zip(expected).all(|((_, v), expected)| (v - expected).abs() < 0.03), "{found:?}");
        }
    }

    /// A value at a row and a column.
    type Light<'a> = &'a dyn Fn(usize, usize) -> f32;

    #[test]
    fn lines_edges_stars_and_noise_stay() {
        let star = |r: usize, c: usize| (-((r as f32 - 20.3).powi(2) + (c as f32 - 30.6).powi(2)) / 1.4).exp();
        let kinds: [(&str, Light); 4] = [
            ("a line", &|r, _| if r == 21 { 0.9 } else { 0.2 }),
            ("an edge", &|r, c| if r > c { 0.9 } else { 0.2 }),
            ("a star", &|r, c| 0.2 + 0.7 * star(r, c)),
            ("nothing", &|_, _| 0.4),
        ];
        for (name, value) in kinds {
            for std in [0.0, 0.002, 0.05] {
                assert_eq!(find(&noisy(std, value), SIZE.0, XTrans::USUAL), [], "{name}, {std}");
            }
        }
        assert!(find(&[0.5; 12], 4, XTrans::USUAL).is_empty(), "too small");
    }
}

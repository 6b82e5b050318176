//! All three colours at every site of an X-Trans mosaic.
//!
//! Any 6 x 6 sites hold as many of each colour, spread so evenly that a colour's mean around a place hardly depends on
//! where its sites are. So the differences of the means of red, green and blue tell the colour of a place, and a site's
//! own value, with that difference taken from it, tells its brightness: luminance and colour are told apart as in
//! Alleysson, Süsstrunk and Hérault, *Linear demosaicing inspired by the human visual system* (2005).
//!
//! The brightness then tells more about the colours. What the sites beside a site lead one to expect of it, along the
//! line on which they vary least, is taken from it: the rest is its colour, without the detail. And colours change
//! where the brightness does: the second means are of the rests of sites that are as bright as the place, each weighted
//! by its distance and the difference (Tomasi and Manduchi's bilateral filter, 1998, as a normalised convolution). No
//! site's noise is amplified: it stays at its site as brightness, and colours are means of many.
//!
//! All this on a `curve` like the square root, of balanced colours. Blocks with a margin are computed one by one, so
//! that memory is bounded and the result does not depend on threads.

use crate::error::Error;
use crate::image::{CHANNELS, LinearImage};
use crate::raw::colors::check_balance;
use crate::raw::curve::{curve, linear};
use crate::raw::mosaic::Area;
use crate::raw::strips::{self, filter};
use crate::raw::x_trans::hot_sites;
use crate::raw::x_trans::near::{NEAR_REACH, Near, Rests};
use crate::raw::x_trans::pattern::{COUNTS, SIDE, XTrans};

/// The weights of the first means along a line: two boxes of a pattern's length, one after the other.
const WIDE: [f32; 11] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0];
/// How far they reach.
const WIDE_REACH: usize = WIDE.len() / 2;
/// The weight of a site beside another where brightness is smoothed before it is compared.
const BESIDE: f32 = 0.135;
/// Added to the variation along a line, so that flat places have a finite weight.
const FLAT: f32 = 1e-4;
/// Sites around a block that its colours depend on, and a few more: whole patterns.
const MARGIN: usize = 3 * SIDE;
/// Rows and columns of a block: whole patterns as well. The buffers of one take 1.4 MB.
const ROWS: usize = 16 * SIDE;
const COLUMNS: usize = 42 * SIDE;
/// How far beyond the border the nearest site of a colour is looked for.
const SEARCH: isize = 5;
/// Sites around an area whose light is asked for.
pub const AROUND: usize = MARGIN + SEARCH as usize;

const _: () = assert!(NEAR_REACH as usize + 2 + WIDE_REACH + hot_sites::REACH <= MARGIN);

/// An X-Trans mosaic.
#[derive(Clone, Copy)]
pub struct Sites<'a> {
    /// Sites across.
    pub width: usize,
    /// Sites down.
    pub height: usize,
    /// The colours from the first site on.
    pub pattern: XTrans,
    /// The linear light of the site in a row and a column: black at 0, white at 1, without white balance.
    pub light: &'a (dyn Fn(usize, usize) -> f32 + Sync),
}

impl Sites<'_> {
    /// All of it.
    pub fn area(&self) -> Area {
        Area { row: 0, column: 0, width: self.width, height: self.height }
    }
}

/// An RGB image of an area of a mosaic, without white balance like the mosaic. Colours are interpolated in the light of
/// `balance`, what red, green and blue are multiplied by so that grey gets grey. Measured values stay as they are, but
/// for hot and dead sites, which are mended. A part is the same as in the whole, to the bit; for it, light is asked for
/// in the area and up to [`AROUND`] sites around it.
///
/// # Errors
/// [`Error::EmptyImage`] without sites, [`Error::BadOption`] for factors that are not above 0 and up to 100 or an area
/// that does not lie in the mosaic, and [`Error::NotFinite`] for values whose squares are beyond floating point.
pub fn image(sites: &Sites, balance: [f32; CHANNELS], area: Area) -> Result<LinearImage, Error> {
    by_strips(sites, balance, area, ROWS, strips::threads())
}

/// The same in strips of so many rows, a multiple of the pattern's, on this many threads.
fn by_strips(
    sites: &Sites,
    balance: [f32; CHANNELS],
    area: Area,
    rows: usize,
    threads: usize,
) -> Result<LinearImage, Error> {
    check_balance(balance)?;
    if !area.is_in(&sites.area()) {
        return Err(Error::BadOption { name: "area", value: format!("{area:?}"), range: "within the mosaic" });
    }
    let Area { width, height, .. } = area;
    let mut values = vec![0.0; CHANNELS * width * height];
    if !values.is_empty() {
        let columns = COLUMNS.min(width.next_multiple_of(SIDE));
        let block =
            || Block::new(columns, rows.min(height.next_multiple_of(SIDE)), sites.pattern.at(area.row, area.column));
        strips::fill(strips::of_image(&mut values, width, rows), threads, block, |block, number, planes| {
            for column in (0..width).step_by(columns) {
                let first = (area.row + number * rows, area.column + column);
                block.read(sites, balance, area.with_margin(MARGIN, &sites.area()), first);
                block.mend();
                block.find_brightness();
                block.find_rests();
                let part = Part { column, columns: columns.min(width - column), width };
                block.write(sites, balance, first, part, planes);
            }
        });
    }
    LinearImage::new(width, height, values)
}

/// Columns of a strip.
#[derive(Clone, Copy)]
struct Part {
    column: usize,
    columns: usize,
    /// The strip's.
    width: usize,
}

/// What is computed for a block and its margin. All buffers have the same size, row after row.
struct Block {
    width: usize,
    pattern: XTrans,
    /// Balanced values on the curve.
    sites: Vec<f32>,
    /// The sites that were mended.
    mended: Vec<usize>,
    /// Red minus green, and blue minus green: the means.
    differences: [Vec<f32>; 2],
    /// The sites' brightness.
    brightness: Vec<f32>,
    /// The steps of the brightness along a line, squared, and their sum around a site.
    steps: Vec<f32>,
    variation: Vec<f32>,
    scratch: Vec<f32>,
    /// The brightness smoothed, and what is left of each site without the brightness that the sites beside it have.
    rests: Rests,
    near: Near,
}

impl Block {
    /// For blocks of up to so many columns and rows.
    fn new(columns: usize, rows: usize, pattern: XTrans) -> Self {
        let (width, height) = (columns + 2 * MARGIN, rows + 2 * MARGIN);
        let buffer = || vec![0.0; width * height];
        Self {
            width,
            pattern,
            sites: buffer(),
            mended: Vec::new(),
            differences: [buffer(), buffer()],
            brightness: buffer(),
            steps: buffer(),
            variation: buffer(),
            scratch: buffer(),
            rests: Rests::new(width, height),
            near: Near::new(pattern, columns),
        }
    }

    /// Reads the block that begins in this row and column of the mosaic, with its margin, from sites of an area.
    fn read(&mut self, sites: &Sites, balance: [f32; CHANNELS], area: Area, (first_row, first_column): (usize, usize)) {
        // Within the mosaic, what lies beyond the area is not needed.
        let place = |first: usize, by: usize, end: usize, all: usize| {
            let at = (first + by) as isize - MARGIN as isize;
            if end < all { at.min(end as isize - 1) } else { at }
        };
        let value = |row: usize, column: usize| {
            curve(balance[sites.pattern.channel_at(row, column)] * (sites.light)(row, column))
        };
        for (r, line) in self.sites.chunks_exact_mut(self.width).enumerate() {
            let row = place(first_row, r, area.row + area.height, sites.height);
            for (c, site) in line.iter_mut().enumerate() {
                let column = place(first_column, c, area.column + area.width, sites.width);
                let (row, column) = nearest(sites, row, column);
                *site = value(row, column);
            }
        }
    }

    /// Takes the neighbours' values for hot and dead sites.
    fn mend(&mut self) {
        self.mended.clear();
        for (at, value) in hot_sites::find(&self.sites, self.width, self.pattern) {
            self.sites[at] = value;
            self.mended.push(at);
        }
    }

    /// What is left of each site without the difference of its colour and green.
    fn find_brightness(&mut self) {
        let row = self.width as isize;
        let mean = |v: [f32; WIDE.len()]| v.iter().zip(WIDE).map(|(v, w)| v * w).sum();
        let along: [isize; WIDE.len()] = std::array::from_fn(|i| i as isize - WIDE_REACH as isize);
        for (difference, shares) in self.differences.iter_mut().zip(shares()) {
            // The means of two colours in one go.
            for (r, line) in self.scratch.chunks_exact_mut(self.width).enumerate() {
                for (c, (value, site)) in line.iter_mut().zip(&self.sites[r * self.width..]).enumerate() {
                    *value = site * shares[self.pattern.channel_at(r, c)];
                }
            }
            filter(&self.scratch, &mut self.brightness, along, mean);
            filter(&self.brightness, difference, along.map(|by| by * row), mean);
        }
        let [red, blue] = &self.differences;
        for (at, (brightness, site)) in self.brightness.iter_mut().zip(&self.sites).enumerate() {
            let (r, c) = (at / self.width, at % self.width);
            *brightness = site - [red[at], 0.0, blue[at]][self.pattern.channel_at(r, c)];
        }
    }

    /// What the second means are of: brightnesses that are compared, and what is left of the sites.
    fn find_rests(&mut self) {
        let row = self.width as isize;
        let around: [isize; 9] = std::array::from_fn(|i| (i as isize / 3 - 1) * row + i as isize % 3 - 1);
        let weights: [f32; 9] = std::array::from_fn(|i| [BESIDE, 1.0, BESIDE][i / 3] * [BESIDE, 1.0, BESIDE][i % 3]);
        let sum: f32 = weights.iter().sum();
        filter(&self.brightness, &mut self.scratch, around, |v| {
            v.iter().zip(weights).map(|(v, w)| v * w).sum::<f32>() / sum
        });
        self.rests.set_brightness(&self.scratch);

        // The weighted sum of what the lines say, and their weights.
        let [sum, weights] = &mut self.differences;
        sum.fill(0.0);
        weights.fill(0.0);
        // Steps along diagonals are longer.
        for (along, length) in [(1, 1.0), (row, 1.0), (row + 1, 2.0), (row - 1, 2.0)] {
            filter(&self.brightness, &mut self.steps, [0, along], |[a, b]| (a - b).powi(2));
            let around = [0, 1, -1, row, -row].map(|by| [by, by - along]);
            let around: [isize; 10] = std::array::from_fn(|i| around[i / 2][i % 2]);
            filter(&self.steps, &mut self.variation, around, |v| v.iter().sum::<f32>() / length);
            filter(&self.brightness, &mut self.scratch, [-along, along], |[a, b]| 0.5 * (a + b));
            let lines = self.variation.iter().zip(&self.scratch);
            for ((sum, weights), (variation, mean)) in sum.iter_mut().zip(weights.iter_mut()).zip(lines) {
                let weight = (variation + FLAT).powi(2).recip();
                *sum += weight * mean;
                *weights += weight;
            }
        }
        for ((rest, site), (sum, weights)) in
            self.scratch.iter_mut().zip(&self.sites).zip(sum.iter().zip(weights.iter()))
        {
            *rest = site - sum / weights;
        }
        self.rests.set_rests(&self.scratch);
    }

    /// Writes the colours of the block that begins in this row and column of the mosaic into its strip.
    fn write(
        &mut self,
        sites: &Sites,
        balance: [f32; CHANNELS],
        (first_row, first_column): (usize, usize),
        part: Part,
        planes: &mut [&mut [f32]; CHANNELS],
    ) {
        let rows = planes[0].len() / part.width;
        for r in 0..rows {
            let start = (r + MARGIN) * self.width + MARGIN;
            let means = self.near.means(&self.rests, r + MARGIN, MARGIN);
            for c in 0..part.columns {
                let (row, column, at) = (first_row + r, first_column + c, start + c);
                let own = self.pattern.channel_at(r, c);
                let (site, mean) = (self.sites[at], means.at(c));
                for channel in 0..CHANNELS {
                    let is_measured = channel == own && self.mended.binary_search(&at).is_err();
                    planes[channel][r * part.width + part.column + c] = if is_measured {
                        (sites.light)(row, column)
                    } else {
                        linear(site + mean[channel] - mean[own]) / balance[channel]
                    };
                }
            }
        }
    }
}

/// What red, green and blue sites are multiplied by so that the sum by the weights of the first means is the difference
/// of the means of red and green, and of blue and green.
fn shares() -> [[f32; CHANNELS]; 2] {
    // The weights of a box that are of a colour, times those of the other box.
    let [red, green, blue] = COUNTS.map(|count| ((count * SIDE * SIDE) as f32).recip());
    [[red, -green, 0.0], [0.0, -green, blue]]
}

/// The row and column of a site, or, beyond the border, of the nearest site of its colour. A mosaic that is too small
/// to have one gives another colour.
fn nearest(sites: &Sites, row: isize, column: isize) -> (usize, usize) {
    let (width, height) = (sites.width as isize, sites.height as isize);
    if (0..height).contains(&row) && (0..width).contains(&column) {
        return (row as usize, column as usize);
    }
    let side = SIDE as isize;
    let wanted = sites.pattern.channel_at(row.rem_euclid(side) as usize, column.rem_euclid(side) as usize);
    let (inner_row, inner_column) = (row.clamp(0, height - 1), column.clamp(0, width - 1));
    let rows = (inner_row - SEARCH).max(0)..=(inner_row + SEARCH).min(height - 1);
    let columns = (inner_column - SEARCH).max(0)..=(inner_column + SEARCH).min(width - 1);
    let all = rows.flat_map(|r| columns.clone().map(move |c| (r, c)));
    let of_colour = all.filter(|(r, c)| sites.pattern.channel_at(*r as usize, *c as usize) == wanted);
    let (r, c) =
        of_colour.min_by_key(|(r, c)| (r - row).pow(2) + (c - column).pow(2)).unwrap_or((inner_row, inner_column));
    (r as usize, c as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::random::{Normals, Stream};
    use crate::raw::pictures::{colorfulness, grey_edges, psnr, zone_plate};

    const EVEN: [f32; 3] = [1.0; 3];

    /// All 36 places in which a mosaic can begin, and the pattern turned.
    fn patterns() -> impl Iterator<Item = XTrans> {
        (0..SIDE * SIDE).map(|at| XTrans::USUAL.at(at / SIDE, at % SIDE))
    }

    /// All of a mosaic.
    fn whole(sites: &Sites, balance: [f32; 3]) -> Result<LinearImage, Error> {
        image(sites, balance, sites.area())
    }

    /// What `f` gets of an image's mosaic.
    fn with_sites<T>(image: &LinearImage, pattern: XTrans, f: impl FnOnce(&Sites) -> T) -> T {
        let (width, height) = (image.width(), image.height());
        let light = |row: usize, column: usize| image.plane(pattern.channel_at(row, column))[row * width + column];
        f(&Sites { width, height, pattern, light: &light })
    }

    fn through(picture: &LinearImage, pattern: XTrans) -> LinearImage {
        with_sites(picture, pattern, |sites| whole(sites, EVEN).unwrap())
    }

    #[test]
    fn fine_detail_comes_back_from_every_origin() {
        let picture = zone_plate(120, 96);
        for pattern in patterns() {
            let found = psnr(&through(&picture, pattern), &picture);
            assert!(found > 31.0, "{pattern:?}: {found} dB");
        }
    }

    #[test]
    fn measured_values_and_flat_colours_are_kept() {
        let picture = zone_plate(37, 30);
        let flat = LinearImage::from_fn(21, 18, |c, _, _| [0.2, 0.5, 0.03][c]).unwrap();
        for pattern in patterns() {
            let out = through(&picture, pattern);
            for (row, column) in (0..30 * 37).map(|i| (i / 37, i % 37)) {
                let channel = pattern.channel_at(row, column);
                assert_eq!(out.plane(channel)[row * 37 + column], picture.plane(channel)[row * 37 + column]);
            }
            let out = through(&flat, pattern);
            for (channel, expected) in [0.2, 0.5, 0.03].into_iter().enumerate() {
                assert!(out.plane(channel).iter().all(|v| (v - expected).abs() < 1e-5), "{pattern:?}");
            }
        }
    }

    #[test]
    fn grey_stays_grey_in_every_size() {
        for pattern in patterns().step_by(5) {
            for (width, height) in (1..8).flat_map(|w| (1..8).map(move |h| (w, h))).chain([(1, 300), (300, 1)]) {
                let light = |_, _| 0.3;
                let out = whole(&Sites { width, height, pattern, light: &light }, EVEN).unwrap();
                assert_eq!((out.width(), out.height()), (width, height));
                let all = (0..3).flat_map(|c| out.plane(c));
                assert!(all.copied().all(|v| (v - 0.3).abs() < 1e-5), "{pattern:?} {width} x {height}");
            }
        }
    }

    #[test]
    fn edges_of_grey_have_hardly_any_colour() {
        for (edge, grey) in grey_edges() {
            // Single pixels of a hard edge take some; on the whole there is little.
            let mean = colorfulness(&through(&grey, XTrans::USUAL.at(1, 2))).sum::<f32>() / 3600.0;
            assert!(mean < 0.006, "{edge:?}: {mean}");
        }
    }

    #[test]
    fn every_origin_is_the_same_pattern_moved() {
        let picture = zone_plate(90, 84);
        let whole = through(&picture, XTrans::USUAL);
        for (down, right) in [(0, 1), (1, 0), (2, 5), (4, 3)] {
            let (width, height) = (84, 78);
            let part =
                LinearImage::from_fn(width, height, |c, r, x| picture.plane(c)[(r + down) * 90 + x + right]).unwrap();
            let out = through(&part, XTrans::USUAL.at(down, right));
            for (c, row, column) in
                (0..3 * width * height).map(|i| (i / (width * height), i / width % height, i % width))
            {
                let is_inner = (MARGIN..height - MARGIN).contains(&row) && (MARGIN..width - MARGIN).contains(&column);
                let (a, b) = (out.plane(c)[row * width + column], whole.plane(c)[(row + down) * 90 + column + right]);
                assert!(!is_inner || (a - b).abs() < 1e-5, "{down} {right}: {a} {b}");
            }
        }
    }

    #[test]
    fn strips_and_threads_change_nothing() {
        // Wider and higher than a block.
        let picture = zone_plate(COLUMNS + 47, ROWS + 25);
        with_sites(&picture, XTrans::USUAL.at(3, 1), |sites| {
            let by = |rows, threads| by_strips(sites, [1.9, 1.0, 1.4], sites.area(), rows, threads).unwrap();
            let whole = by(20 * SIDE, 1);
            for (rows, threads) in [(SIDE, 1), (3 * SIDE, 3), (ROWS, 8), (ROWS, 1)] {
                assert!(by(rows, threads) == whole, "{rows} {threads}");
            }
        });
    }

    #[test]
    fn parts_are_those_of_the_whole_to_the_bit() {
        // Wider and higher than a block, with a hot site.
        let picture = zone_plate(COLUMNS + 83, 2 * ROWS + 25);
        with_sites(&picture, XTrans::USUAL.at(2, 5), |sites| {
            let light = |row, column| if (row, column) == (50, 60) { 3.0 } else { (sites.light)(row, column) };
            let sites = Sites { light: &light, ..*sites };
            let balance = [1.9, 1.0, 1.4];
            let all = whole(&sites, balance).unwrap();
            let last = Area { row: sites.height - 7, column: sites.width - 4, width: 4, height: 7 };
            for area in [
                Area { row: 0, column: 0, width: 1, height: 1 },
                Area { row: 47, column: 55, width: 20, height: 9 },
                Area { row: 3, column: 5, width: COLUMNS + 50, height: ROWS + 31 },
                last,
            ] {
                // Light beyond the margin is not asked for.
                let around = area.with_margin(AROUND, &sites.area());
                let light = |row, column| {
                    assert!(Area { row, column, width: 1, height: 1 }.is_in(&around), "{area:?}: {row}, {column}");
                    (sites.light)(row, column)
                };
                let part = image(&Sites { light: &light, ..sites }, balance, area).unwrap();
                for channel in 0..3 {
                    for (r, line) in part.plane(channel).chunks_exact(area.width).enumerate() {
                        let expected = &all.plane(channel)[(area.row + r) * sites.width + area.column..];
                        assert_eq!(line, &expected[..area.width], "{area:?}");
                    }
                }
            }
            let outside = Area { row: 1, ..last };
            assert!(image(&sites, balance, Area { width: sites.width, ..outside }).is_err());
        });
    }

    #[test]
    fn noise_is_not_amplified_and_leaves_no_lattice() {
        // Grey that is half as bright in red and two thirds in blue.
        let (balance, std) = ([2.0, 1.0, 1.5], 0.01);
        let normals = Normals::new(7, Stream::Noise);
        let (width, height, pattern) = (300, 240, XTrans::USUAL);
        let light = |row: usize, column: usize| {
            0.3 / balance[pattern.channel_at(row, column)] + std * normals.at(0, row, column)[0]
        };
        let out = whole(&Sites { width, height, pattern, light: &light }, balance).unwrap().balanced(balance);
        for channel in 0..3 {
            let plane = out.plane(channel);
            let mean = plane.iter().sum::<f32>() / plane.len() as f32;
            assert!((mean - 0.3).abs() < 3e-3, "{channel}: {mean}");
            let variance = plane.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / plane.len() as f32;
            // Of the sites, in balanced light: 20 of green, 8 of the others.
            let of_sites = std * std * (20.0 + 8.0 * 4.0 + 8.0 * 2.25) / 36.0;
            assert!(variance < 1.15 * of_sites, "{channel}: {} of {}", variance.sqrt(), of_sites.sqrt());
            for place in 0..SIDE * SIDE {
                let of_place = (0..width * height)
                    .filter(|at| at / width % SIDE * SIDE + at % width % SIDE == place)
                    .map(|at| f64::from(plane[at]));
                let of_place = of_place.sum::<f64>() / (width * height / (SIDE * SIDE)) as f64;
                // Three stds of the mean of 2000 sites.
                assert!(
                    (of_place as f32 - mean).abs() < 3.5 * 2.0 * std / 2000f32.sqrt(),
                    "{channel}, {place}: {of_place}"
                );
            }
        }
        let dark = |row: usize, column: usize| 0.02 * normals.at(1, row, column)[0];
        let out = whole(&Sites { width, height, pattern, light: &dark }, EVEN).unwrap();
        for channel in 0..3 {
            let mean = out.plane(channel).iter().sum::<f32>() / out.plane(channel).len() as f32;
            assert!(mean.abs() < 0.002, "black has no cast: {mean}");
        }
    }

    #[test]
    fn a_hot_site_does_not_spread() {
        let flat = LinearImage::from_fn(40, 40, |_, _, _| 0.1).unwrap();
        with_sites(&flat, XTrans::USUAL, |sites| {
            let light = |row, column| if (row, column) == (20, 20) { 0.9 } else { 0.1 };
            let out = whole(&Sites { light: &light, ..*sites }, EVEN).unwrap();
            assert!((0..3).flat_map(|c| out.plane(c)).all(|v| (v - 0.1).abs() < 1e-5));
        });
    }

    #[test]
    fn the_balance_tells_what_grey_is_and_must_be_one() {
        let balance = [2.0, 1.0, 1.5];
        let light = |row, column| 0.4 / balance[XTrans::USUAL.channel_at(row, column)];
        let sites = Sites { width: 20, height: 14, pattern: XTrans::USUAL, light: &light };
        let out = whole(&sites, balance).unwrap();
        for (c, factor) in balance.into_iter().enumerate() {
            assert!(out.plane(c).iter().all(|v| (v - 0.4 / factor).abs() < 1e-5));
        }
        for bad in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert!(matches!(whole(&sites, [1.0, bad, 1.0]), Err(Error::BadOption { .. })));
        }
        let huge = |row, column| if (row + column) % 2 == 0 { 3e38 } else { -3e38 };
        assert!(matches!(whole(&Sites { light: &huge, ..sites }, [2.0, 1.0, 1.5]), Err(Error::NotFinite { .. })));
        assert!(matches!(whole(&Sites { width: 0, ..sites }, EVEN), Err(Error::EmptyImage { .. })));
    }
}

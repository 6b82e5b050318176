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
use crate::raw::curve::{curve, linear};
use crate::raw::demosaic::{check_balance, filter};
use crate::raw::strips;
use crate::raw::x_trans::hot_sites;
use crate::raw::x_trans::pattern::{COUNTS, SIDE, XTrans};

/// The weights of the first means along a line: two boxes of a pattern's length, one after the other.
const WIDE: [f32; 11] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0];
/// How far they reach.
const WIDE_REACH: usize = WIDE.len() / 2;
/// The weight of a site beside another where brightness is smoothed before it is compared.
const BESIDE: f32 = 0.135;
/// The std of the second means' weights, in sites, and how far they reach.
const NEAR: f32 = 3.0;
const NEAR_REACH: isize = 6;
/// The difference in brightness, on the curve, at which a site counts half.
const ALIKE: f32 = 0.07;
/// Added to the variation along a line, so that flat places have a finite weight.
const FLAT: f32 = 1e-4;
/// Sites around a block that its colours depend on, and a few more: whole patterns.
const MARGIN: usize = 3 * SIDE;
/// Rows and columns of a block: whole patterns as well. The buffers of one take 1.1 MB.
const ROWS: usize = 10 * SIDE;
const COLUMNS: usize = 42 * SIDE;
/// How far beyond the border the nearest site of a colour is looked for.
const SEARCH: isize = 5;

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

/// An RGB image of a mosaic: red, green and blue of the sensor times their factors in `balance`, the white balance.
/// Measured values stay as they are, but for hot and dead sites, which are mended.
///
/// # Errors
/// [`Error::EmptyImage`] without sites, [`Error::BadOption`] for factors that are not above 0 and up to 100, and
/// [`Error::NotFinite`] for values whose squares are beyond floating point.
pub fn image(sites: &Sites, balance: [f32; CHANNELS]) -> Result<LinearImage, Error> {
    let colors = interpolate(sites, balance, |color| color)?;
    LinearImage::from_fn(sites.width, sites.height, |channel, row, column| {
        colors[CHANNELS * (row * sites.width + column) + channel]
    })
}

/// The balanced red, green and blue of each site as `finish` writes them, site after site, row after row.
///
/// # Errors
/// [`Error::BadOption`], as [`image()`].
pub fn interpolate<T: Copy + Default + Send>(
    sites: &Sites,
    balance: [f32; CHANNELS],
    finish: impl Fn([f32; CHANNELS]) -> [T; CHANNELS] + Sync,
) -> Result<Vec<T>, Error> {
    by_strips(sites, balance, finish, ROWS, strips::threads())
}

/// The same in strips of so many rows, a multiple of the pattern's, on this many threads.
fn by_strips<T: Copy + Default + Send>(
    sites: &Sites,
    balance: [f32; CHANNELS],
    finish: impl Fn([f32; CHANNELS]) -> [T; CHANNELS] + Sync,
    rows: usize,
    threads: usize,
) -> Result<Vec<T>, Error> {
    check_balance(balance)?;
    let mut colors = vec![T::default(); CHANNELS * sites.width * sites.height];
    if colors.is_empty() {
        return Ok(colors);
    }
    let columns = COLUMNS.min(sites.width.next_multiple_of(SIDE));
    strips::fill(
        colors.chunks_mut(rows * CHANNELS * sites.width),
        threads,
        || Block::new(columns, rows.min(sites.height.next_multiple_of(SIDE)), sites.pattern),
        |block, number, strip| {
            for column in (0..sites.width).step_by(columns) {
                block.read(sites, balance, (number * rows, column));
                block.mend();
                block.find_brightness();
                block.find_rests();
                block.write(sites, balance, (number * rows, column), strip, &finish);
            }
        },
    );
    Ok(colors)
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
    /// The same smoothed, and what is left of each site without the brightness that the sites beside it have.
    pairs: Vec<[f32; 2]>,
    /// The steps of the brightness along a line, squared, and their sum around a site.
    steps: Vec<f32>,
    variation: Vec<f32>,
    scratch: Vec<f32>,
    /// For each site of the pattern, the sites of the second means of each colour.
    near: Vec<[Vec<Near>; CHANNELS]>,
}

/// A site that counts in a mean: where it is, from the place of the mean, and its weight.
struct Near {
    by: isize,
    weight: f32,
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
            pairs: vec![[0.0; 2]; width * height],
            steps: buffer(),
            variation: buffer(),
            scratch: buffer(),
            near: (0..SIDE * SIDE).map(|at| near(pattern, (at / SIDE, at % SIDE), width)).collect(),
        }
    }

    /// Reads the block that begins in this row and column, with its margin.
    fn read(&mut self, sites: &Sites, balance: [f32; CHANNELS], (first_row, first_column): (usize, usize)) {
        let from = |first: usize, by: usize| (first + by) as isize - MARGIN as isize;
        let value = |row: usize, column: usize| {
            curve(balance[sites.pattern.channel_at(row, column)] * (sites.light)(row, column))
        };
        for (r, line) in self.sites.chunks_exact_mut(self.width).enumerate() {
            for (c, site) in line.iter_mut().enumerate() {
                let (row, column) = nearest(sites, from(first_row, r), from(first_column, c));
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
        self.pairs.iter_mut().zip(&self.scratch).for_each(|(pair, smooth)| pair[0] = *smooth);

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
        let expected = sum.iter().zip(weights.iter()).map(|(sum, weights)| sum / weights);
        for ((pair, site), expected) in self.pairs.iter_mut().zip(&self.sites).zip(expected) {
            pair[1] = site - expected;
        }
    }

    /// Writes the colours of the block that begins in this row and column into its strip.
    fn write<T: Copy>(
        &mut self,
        sites: &Sites,
        balance: [f32; CHANNELS],
        (first_row, first_column): (usize, usize),
        strip: &mut [T],
        finish: impl Fn([f32; CHANNELS]) -> [T; CHANNELS],
    ) {
        let columns = (self.width - 2 * MARGIN).min(sites.width - first_column);
        for (r, line) in strip.chunks_exact_mut(CHANNELS * sites.width).enumerate() {
            let first = (r + MARGIN) * self.width + MARGIN;
            let out = line.as_chunks_mut::<CHANNELS>().0[first_column..].iter_mut().take(columns);
            for (c, out) in out.enumerate() {
                let (row, column, at) = (first_row + r, first_column + c, first + c);
                let means = self.means(at, r % SIDE * SIDE + c % SIDE);
                let own = sites.pattern.channel_at(row, column);
                let site = self.sites[at];
                let mut color = means.map(|mean| linear(site + mean - means[own]));
                color[own] = match self.mended.binary_search(&at) {
                    Ok(_) => linear(site),
                    Err(_) => balance[own] * (sites.light)(row, column),
                };
                *out = finish(color);
            }
        }
    }

    /// The second means at a place, which is one of the pattern's.
    fn means(&self, at: usize, of_pattern: usize) -> [f32; CHANNELS] {
        let [here, _] = self.pairs[at];
        self.near[of_pattern].each_ref().map(|near| {
            let (mut sum, mut weights) = (0.0, 0.0);
            for Near { by, weight } in near {
                let [there, rest] = self.pairs[at.wrapping_add_signed(*by)];
                let apart = (there - here) * (1.0 / ALIKE);
                let weight = weight / (1.0 + apart * apart);
                sum += weight * rest;
                weights += weight;
            }
            sum / weights
        })
    }
}

/// What red, green and blue sites are multiplied by so that the sum by the weights of the first means is the difference
/// of the means of red and green, and of blue and green.
fn shares() -> [[f32; CHANNELS]; 2] {
    // The weights of a box that are of a colour, times those of the other box.
    let [red, green, blue] = COUNTS.map(|count| ((count * SIDE * SIDE) as f32).recip());
    [[red, -green, 0.0], [0.0, -green, blue]]
}

/// The sites of each colour that the second means take, within a circle around a place of the pattern, in a buffer of
/// this width.
fn near(pattern: XTrans, (row, column): (usize, usize), width: usize) -> [Vec<Near>; CHANNELS] {
    let mut near = [(); CHANNELS].map(|()| Vec::new());
    let along = -NEAR_REACH..=NEAR_REACH;
    for (down, across) in along.clone().flat_map(|down| along.clone().map(move |across| (down, across))) {
        let square = down * down + across * across;
        if square <= NEAR_REACH * NEAR_REACH {
            // Whole patterns keep rows and columns above 0.
            let at = |from: usize, by: isize| (from + 2 * SIDE).wrapping_add_signed(by);
            let channel = pattern.channel_at(at(row, down), at(column, across));
            let weight = (-0.5 * square as f32 / (NEAR * NEAR)).exp();
            near[channel].push(Near { by: down * width as isize + across, weight });
        }
    }
    near
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
    use crate::color::linear_to_srgb;
    use crate::error::Error;
    use crate::method::random::{Normals, Stream};

    const EVEN: [f32; 3] = [1.0; 3];

    /// All 36 places in which a mosaic can begin, and the pattern turned.
    fn patterns() -> impl Iterator<Item = XTrans> {
        (0..SIDE * SIDE).map(|at| XTrans::USUAL.at(at / SIDE, at % SIDE))
    }

    /// A zone plate, in which all directions and frequencies up to 0.3 periods a pixel occur, under a soft light whose
    /// colour changes from place to place.
    fn zone_plate(width: usize, height: usize) -> LinearImage {
        LinearImage::from_fn(width, height, |channel, row, column| {
            let (y, x) = (row as f32 - 0.5 * height as f32, column as f32 - 0.5 * width as f32);
            let corner = 0.5 * (width as f32).hypot(height as f32);
            let wave = 0.5 + 0.45 * (0.3 * std::f32::consts::PI * (x * x + y * y) / corner).cos();
            let light = 0.9 + 0.1 * (0.02 * (x + y) + 2.0 * channel as f32).sin();
            (0.9 * wave * light).powf(2.2)
        })
        .unwrap()
    }

    /// What `f` gets of an image's mosaic.
    fn with_sites<T>(image: &LinearImage, pattern: XTrans, f: impl FnOnce(&Sites) -> T) -> T {
        let (width, height) = (image.width(), image.height());
        let light = |row: usize, column: usize| image.plane(pattern.channel_at(row, column))[row * width + column];
        f(&Sites { width, height, pattern, light: &light })
    }

    fn through(picture: &LinearImage, pattern: XTrans) -> LinearImage {
        with_sites(picture, pattern, |sites| image(sites, EVEN).unwrap())
    }

    fn seen(image: &LinearImage) -> Vec<f32> {
        (0..3).flat_map(|c| image.plane(c)).map(|v| linear_to_srgb(v.clamp(0.0, 1.0))).collect()
    }

    fn psnr(a: &LinearImage, b: &LinearImage) -> f32 {
        let (a, b) = (seen(a), seen(b));
        let square = a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
        -10.0 * (square / a.len() as f32).log10()
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
                let out = image(&Sites { width, height, pattern, light: &light }, EVEN).unwrap();
                assert_eq!((out.width(), out.height()), (width, height));
                let all = (0..3).flat_map(|c| out.plane(c));
                assert!(all.copied().all(|v| (v - 0.3).abs() < 1e-5), "{pattern:?} {width} x {height}");
            }
        }
    }

    #[test]
    fn edges_of_grey_have_hardly_any_colour() {
        for edge in [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [0.9, -0.3f32]] {
            let grey = LinearImage::from_fn(60, 60, |_, row, column| {
                let distance = edge[0] * (row as f32 - 29.7) + edge[1] * (column as f32 - 29.7);
                0.05 + 0.8 * (0.5 + distance).clamp(0.0, 1.0)
            })
            .unwrap();
            let out = seen(&through(&grey, XTrans::USUAL.at(1, 2)));
            let apart = (0..3600).map(|p| {
                let color: [f32; 3] = std::array::from_fn(|c| out[c * 3600 + p]);
                color.into_iter().fold(0.0, f32::max) - color.into_iter().fold(1.0, f32::min)
            });
            // Single pixels of a hard edge take some; on the whole there is little.
            let mean = apart.sum::<f32>() / 3600.0;
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
            let by = |rows, threads| by_strips(sites, [1.9, 1.0, 1.4], |color| color, rows, threads).unwrap();
            let whole = by(20 * SIDE, 1);
            for (rows, threads) in [(SIDE, 1), (3 * SIDE, 3), (ROWS, 8), (ROWS, 1)] {
                assert!(by(rows, threads) == whole, "{rows} {threads}");
            }
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
        let out = image(&Sites { width, height, pattern, light: &light }, balance).unwrap();
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
        let out = image(&Sites { width, height, pattern, light: &dark }, EVEN).unwrap();
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
            let out = image(&Sites { light: &light, ..*sites }, EVEN).unwrap();
            assert!((0..3).flat_map(|c| out.plane(c)).all(|v| (v - 0.1).abs() < 1e-5));
        });
    }

    #[test]
    fn the_balance_multiplies_and_must_be_one() {
        let light = |_, _| 0.2;
        let sites = Sites { width: 20, height: 14, pattern: XTrans::USUAL, light: &light };
        let out = image(&sites, [2.0, 1.0, 1.5]).unwrap();
        for (c, expected) in [0.4, 0.2, 0.3].into_iter().enumerate() {
            assert!(out.plane(c).iter().all(|v| (v - expected).abs() < 1e-5));
        }
        for bad in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert!(matches!(image(&sites, [1.0, bad, 1.0]), Err(Error::BadOption { .. })));
        }
        let huge = |row, column| if (row + column) % 2 == 0 { 3e38 } else { -3e38 };
        assert!(matches!(image(&Sites { light: &huge, ..sites }, [2.0, 1.0, 1.5]), Err(Error::NotFinite { .. })));
        assert!(matches!(image(&Sites { width: 0, ..sites }, EVEN), Err(Error::EmptyImage { .. })));
    }
}

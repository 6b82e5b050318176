//! All three colours at every photosite.
//!
//! Colours change together: where green has an edge, red and blue have one, too, so the difference of two colours is
//! smoother than either. The differences green - red and green - blue are estimated along rows and along columns, and
//! averaged over the four directions, each the less the more the difference varies there (Pekkucuksen and Altunbasak,
//! *Gradient based threshold free color filter array interpolation*, 2010). Differences are those of balanced colours
//! on a `curve` like the square root.

use crate::error::Error;
use crate::image::{CHANNELS, LinearImage, reflect};
use crate::raw::colors::check_balance;
use crate::raw::curve::{curve, linear};
use crate::raw::mosaic::{Mosaic, Phase, SiteColor};
use crate::raw::strips::{self, filter};

/// Sites around a strip that its values depend on. Even, so that the pattern is the same at both of its corners.
pub(super) const MARGIN: usize = 12;
/// Rows of a strip, even as well. The buffers of a strip that is 6000 sites wide take 21 MB.
const STRIP: usize = 64;
/// Sites in a row over which differences are averaged in each direction, from the site itself on.
const REACH: usize = 5;
/// Added to the square of the variation, so that flat areas have a finite weight.
const FLAT: f32 = 1e-10;

/// An RGB image from a mosaic, of its size: red, green and blue of the sensor times their factors in `balance`, the
/// white balance. Measured values stay as they are. A mosaic of a single row or column lacks a colour and comes out
/// grey.
///
/// # Errors
/// [`Error::BadOption`] for factors that are not above 0 and up to 100, and [`Error::NotFinite`] for values whose
/// squares are beyond floating point.
pub fn demosaic(mosaic: &Mosaic, balance: [f32; CHANNELS]) -> Result<LinearImage, Error> {
    by_strips(mosaic, balance, STRIP, strips::threads())
}

/// The same in strips of an even number of rows, on this many threads.
fn by_strips(mosaic: &Mosaic, balance: [f32; CHANNELS], strip: usize, threads: usize) -> Result<LinearImage, Error> {
    check_balance(balance)?;
    let (width, height) = (mosaic.width(), mosaic.height());
    let mut values = vec![0.0; CHANNELS * width * height];
    strips::fill(
        strips::of_image(&mut values, width, strip),
        threads,
        || Buffers::new(width + 2 * MARGIN, strip.min(height) + 2 * MARGIN, mosaic.phase()),
        |buffers, number, planes| {
            buffers.read(mosaic, balance, number * strip);
            buffers.find_differences();
            buffers.write(mosaic, balance, number * strip, planes);
        },
    );
    LinearImage::new(width, height, values)
}

/// What is computed for a strip and its margin. All buffers have the same size, row after row.
struct Buffers {
    width: usize,
    phase: Phase,
    /// 1 at red and blue sites, -1 at green ones.
    signs: Vec<f32>,
    /// Balanced values on the curve.
    sites: Vec<f32>,
    /// Green minus the other colour of the row or column, with that estimated along the row (0) or column (1).
    along: [Vec<f32>; 2],
    /// The sum of these from a site on, to the right or down.
    sums: [Vec<f32>; 2],
    /// How much they vary around these sites.
    variations: [Vec<f32>; 2],
    /// Green minus a site's own colour, at red and blue sites.
    own: Vec<f32>,
    /// Green minus the other of red and blue, at these.
    other: Vec<f32>,
    scratch: Vec<f32>,
}

impl Buffers {
    fn new(width: usize, height: usize, phase: Phase) -> Self {
        let buffer = || vec![0.0; width * height];
        let is_green = |at: usize| phase.color_at(at / width, at % width).channel() == 1;
        Self {
            width,
            phase,
            signs: (0..width * height).map(|at| if is_green(at) { -1.0 } else { 1.0 }).collect(),
            sites: buffer(),
            along: [buffer(), buffer()],
            sums: [buffer(), buffer()],
            variations: [buffer(), buffer()],
            own: buffer(),
            other: buffer(),
            scratch: buffer(),
        }
    }

    /// Reads the strip that begins at this row, with its margin. Reflection about a site keeps the pattern.
    fn read(&mut self, mosaic: &Mosaic, balance: [f32; CHANNELS], first: usize) {
        let columns: Vec<usize> =
            (0..self.width).map(|column| reflect(column as isize - MARGIN as isize, mosaic.width())).collect();
        for (row, sites) in self.sites.chunks_exact_mut(self.width).enumerate() {
            let at = reflect((first + row) as isize - MARGIN as isize, mosaic.height()) * mosaic.width();
            let line = &mosaic.values()[at..at + mosaic.width()];
            let factors = [0, 1].map(|column| balance[self.phase.color_at(row, column).channel()]);
            for (column, (site, &from)) in sites.iter_mut().zip(&columns).enumerate() {
                *site = curve(factors[column % 2] * line[from]);
            }
        }
    }

    /// The differences of green and the other colours at red and blue sites.
    fn find_differences(&mut self) {
        let row = self.width as isize;
        // Along a row, then along a column: a step to the next site of that line, and one to the next line.
        for (direction, [along, across]) in [[1, row], [row, 1]].into_iter().enumerate() {
            let difference = &mut self.along[direction];
            // Hamilton and Adams, *Adaptive color plane interpolation in single sensor color electronic camera* (1997):
            // the mean of the neighbours, corrected by the curvature of the site's own colour, minus the site itself.
            filter(&self.sites, difference, [-2, -1, 0, 1, 2].map(|d| d * along), |[a, b, own, c, d]| {
                0.5 * (b + c) - 0.25 * (a + d) - 0.5 * own
            });
            difference.iter_mut().zip(&self.signs).for_each(|(v, sign)| *v *= sign);
            let five = [0, 1, 2, 3, 4];
            filter(difference, &mut self.sums[direction], five.map(|d| d * along), |v| v.into_iter().sum());
            let [variation, scratch] = [&mut self.variations[direction], &mut self.scratch];
            filter(difference, variation, [-along, along], |[a, b]| (a - b).abs());
            filter(variation, scratch, five.map(|d| (d - 2) * across), |v| v.into_iter().sum());
            filter(scratch, variation, five.map(|d| d * along), |v| v.into_iter().sum());
        }
        self.weigh_directions();
        // Blue's difference at red and red's at blue, from the diagonals, with a little of what lies beyond them.
        let diagonal = |down: isize, right: isize| [row * down + right, row * down - right];
        let near = [diagonal(1, 1), diagonal(-1, 1)].concat();
        let far = [diagonal(1, 3), diagonal(-1, 3), diagonal(3, 1), diagonal(-3, 1)].concat();
        let shifts: [isize; 12] = std::array::from_fn(|k| if k < 4 { near[k] } else { far[k - 4] });
        filter(&self.own, &mut self.other, shifts, |v| {
            let (near, far): (f32, f32) = (v[..4].iter().sum(), v[4..].iter().sum());
            (10.0 * near - far) / 32.0
        });
    }

    /// The mean of the differences in the four directions.
    fn weigh_directions(&mut self) {
        let back = REACH - 1;
        let (len, up) = (self.own.len(), back * self.width);
        let inner = len - 2 * up;
        let [left_sums, right_sums] = [up - back, up].map(|start| &self.sums[0][start..start + inner]);
        let [above_sums, below_sums] = [0, up].map(|start| &self.sums[1][start..start + inner]);
        let [left, right] = [up - back, up].map(|start| &self.variations[0][start..start + inner]);
        let [above, below] = [0, up].map(|start| &self.variations[1][start..start + inner]);
        let own = &mut self.own[up..up + inner];
        for (i, own) in own.iter_mut().enumerate() {
            let weight = |variation: f32| 1.0 / (variation * variation + FLAT);
            let weights = [left[i], right[i], above[i], below[i]].map(weight);
            let sums = [left_sums[i], right_sums[i], above_sums[i], below_sums[i]];
            let weighted: f32 = weights.iter().zip(sums).map(|(w, s)| w * s).sum();
            *own = weighted / (REACH as f32 * weights.iter().sum::<f32>());
        }
    }

    /// Writes the colours of the strip that begins at this row.
    fn write(&self, mosaic: &Mosaic, balance: [f32; CHANNELS], first: usize, planes: &mut [&mut [f32]; CHANNELS]) {
        let width = mosaic.width();
        for at in 0..planes[0].len() {
            let (row, column) = (at / width, at % width);
            let i = (row + MARGIN) * self.width + column + MARGIN;
            let color = self.phase.color_at(row, column);
            let measured = balance[color.channel()] * mosaic.value(first + row, column);
            let site = self.sites[i];
            let [own, other] = [&self.own, &self.other].map(|differences| {
                let beside = 0.5 * (differences[i - 1] + differences[i + 1]);
                let above = 0.5 * (differences[i - self.width] + differences[i + self.width]);
                [beside, above]
            });
            let [red, green, blue] = match color {
                SiteColor::Red => {
                    let green = site + self.own[i];
                    [measured, linear(green), linear(green - self.other[i])]
                }
                SiteColor::Blue => {
                    let green = site + self.own[i];
                    [linear(green - self.other[i]), linear(green), measured]
                }
                // Beside it lie sites of its row's colour, above and below those of the other.
                SiteColor::GreenRed | SiteColor::GreenBlue => {
                    let row_color = linear(site - 0.5 * (own[0] + other[1]));
                    let column_color = linear(site - 0.5 * (own[1] + other[0]));
                    if color == SiteColor::GreenRed {
                        [row_color, measured, column_color]
                    } else {
                        [column_color, measured, row_color]
                    }
                }
            };
            planes[0][at] = red;
            planes[1][at] = green;
            planes[2][at] = blue;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::pictures::{colorfulness, grey_edges, psnr, zone_plate};

    const EVEN: [f32; 3] = [1.0; 3];

    /// Mosaic and demosaicing of an image.
    fn through(image: &LinearImage, phase: Phase) -> LinearImage {
        demosaic(&Mosaic::sampled(image, phase).unwrap(), EVEN).unwrap()
    }

    /// Every missing colour is the mean of the nearest sites that have it.
    fn bilinear(image: &LinearImage, phase: Phase) -> LinearImage {
        let (width, height) = (image.width(), image.height());
        LinearImage::from_fn(width, height, |channel, row, column| {
            let mut sums = [[0.0; 2]; 3];
            for (down, right) in (0..9).map(|i| (i / 3 - 1, i % 3 - 1)) {
                let (r, c) = (reflect(row as isize + down, height), reflect(column as isize + right, width));
                if phase.color_at(r, c).channel() == channel {
                    let distance = down.unsigned_abs() + right.unsigned_abs();
                    sums[distance][0] += image.plane(channel)[r * width + c];
                    sums[distance][1] += 1.0;
                }
            }
            sums.into_iter().find(|s| s[1] > 0.0).map_or(0.0, |[sum, count]| sum / count)
        })
        .unwrap()
    }

    #[test]
    fn fine_detail_is_much_closer_than_bilinear() {
        let image = zone_plate(240, 160);
        for phase in Phase::ALL {
            let (ours, bilinear) = (psnr(&through(&image, phase), &image), psnr(&bilinear(&image, phase), &image));
            assert!(ours > bilinear + 8.0 && ours > 32.0, "{phase:?}: {ours} dB, bilinear {bilinear} dB");
        }
    }

    #[test]
    fn measured_values_and_flat_colours_are_kept() {
        let image = zone_plate(37, 30);
        let flat = LinearImage::from_fn(21, 18, |c, _, _| [0.2, 0.5, 0.03][c]).unwrap();
        for phase in Phase::ALL {
            let out = through(&image, phase);
            for (row, column) in (0..30 * 37).map(|i| (i / 37, i % 37)) {
                let channel = phase.color_at(row, column).channel();
                assert_eq!(out.plane(channel)[row * 37 + column], image.plane(channel)[row * 37 + column]);
            }
            let out = through(&flat, phase);
            assert!(out.values().iter().zip(flat.values()).all(|(a, b)| (a - b).abs() < 1e-5), "{phase:?}");
        }
    }

    #[test]
    fn edges_of_grey_have_no_false_colours() {
        for (edge, grey) in grey_edges() {
            let most = colorfulness(&through(&grey, Phase::GRBG)).fold(0.0, f32::max);
            assert!(most < 0.12, "{edge:?}: {most}");
        }
    }

    #[test]
    fn every_phase_is_the_same_pattern_moved() {
        let image = zone_plate(61, 58);
        let whole = through(&image, Phase::RGGB);
        for (down, right) in [(0, 1), (1, 0), (1, 1)] {
            let part =
                LinearImage::from_fn(60, 56, |c, row, column| image.plane(c)[(row + down) * 61 + column + right]);
            let out = through(&part.unwrap(), Phase { red_row: down, red_column: right });
            for (c, row, column) in (0..3 * 56 * 60).map(|i| (i / 3360, i / 60 % 56, i % 60)) {
                let is_inner = (MARGIN..56 - MARGIN).contains(&row) && (MARGIN..60 - MARGIN).contains(&column);
                let (a, b) = (out.plane(c)[row * 60 + column], whole.plane(c)[(row + down) * 61 + column + right]);
                assert!(!is_inner || (a - b).abs() < 1e-6, "{down} {right}: {a} {b}");
            }
        }
    }

    #[test]
    fn strips_and_threads_change_nothing() {
        let mosaic = Mosaic::sampled(&zone_plate(50, 77), Phase::GBRG).unwrap();
        let whole = by_strips(&mosaic, [1.9, 1.0, 1.4], 128, 1).unwrap();
        for (strip, threads) in [(2, 1), (16, 3), (40, 8), (76, 2)] {
            assert_eq!(by_strips(&mosaic, [1.9, 1.0, 1.4], strip, threads).unwrap(), whole, "{strip} {threads}");
        }
    }

    #[test]
    fn every_size_comes_out_whole_and_grey_stays_grey() {
        for phase in Phase::ALL {
            for (width, height) in (1..6).flat_map(|w| (1..6).map(move |h| (w, h))).chain([(1, 300), (300, 1)]) {
                let mosaic = Mosaic::new(width, height, phase, vec![0.3; width * height]).unwrap();
                let out = demosaic(&mosaic, EVEN).unwrap();
                assert_eq!((out.width(), out.height()), (width, height));
                assert!(out.values().iter().all(|v| (v - 0.3).abs() < 1e-6), "{phase:?} {width} x {height}");
            }
        }
    }

    #[test]
    fn noise_below_black_and_above_white_stays() {
        let values = (0..40 * 40).map(|i| if i * 7919 % 13 < 6 { -0.02 } else { 0.02 }).collect();
        let dark = demosaic(&Mosaic::new(40, 40, Phase::RGGB, values).unwrap(), EVEN).unwrap();
        for c in 0..3 {
            let mean = dark.plane(c).iter().sum::<f32>() / 1600.0;
            assert!(mean.abs() < 0.004, "black has no cast: {mean}");
        }
        let bright = demosaic(&Mosaic::new(8, 8, Phase::RGGB, vec![1.5; 64]).unwrap(), EVEN).unwrap();
        assert!(bright.values().iter().all(|v| (v - 1.5).abs() < 1e-5));
    }

    #[test]
    fn the_balance_multiplies_and_must_be_one() {
        let mosaic = Mosaic::new(6, 6, Phase::RGGB, vec![0.2; 36]).unwrap();
        let out = demosaic(&mosaic, [2.0, 1.0, 1.5]).unwrap();
        for (c, expected) in [0.4, 0.2, 0.3].into_iter().enumerate() {
            assert!(out.plane(c).iter().all(|v| (v - expected).abs() < 1e-6));
        }
        for bad in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert!(matches!(demosaic(&mosaic, [1.0, bad, 1.0]), Err(Error::BadOption { .. })));
        }
        let huge = Mosaic::new(6, 6, Phase::RGGB, (0..36).map(|i| if i % 2 == 0 { 3e38 } else { -3e38 }).collect());
        assert!(matches!(demosaic(&huge.unwrap(), [2.0, 1.0, 1.5]), Err(Error::NotFinite { .. })));
    }
}

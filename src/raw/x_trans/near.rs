//! The second means: of what is left of the sites around a place, by colour, as far as they are as bright as the place.
//!
//! Which of the sites around are of a colour depends on the place in the pattern. So values lie by their column's place
//! in the pattern, and a row's places of the same kind, which all look at the same sites around, are computed in one
//! go.

use crate::image::CHANNELS;
use crate::raw::x_trans::pattern::{SIDE, XTrans};

/// The std of the means' weights, in sites, and how far they reach.
const NEAR: f32 = 3.0;
pub const NEAR_REACH: isize = 6;
/// The difference in brightness, on the curve, at which a site counts half.
const ALIKE: f32 = 0.07;

/// What the means are of. In a row lie the values of columns 0, 6, 12, ..., then those of 1, 7, 13, ...
pub struct Rests {
    width: usize,
    /// By what sites are compared.
    brightness: Vec<f32>,
    /// What is averaged.
    rests: Vec<f32>,
}

impl Rests {
    /// For so many columns, whole patterns, and rows.
    pub fn new(width: usize, height: usize) -> Self {
        let buffer = || vec![0.0; width * height];
        Self { width, brightness: buffer(), rests: buffer() }
    }

    /// Takes the brightness of each site, row after row.
    pub fn set_brightness(&mut self, brightness: &[f32]) {
        sort(brightness, self.width, &mut self.brightness);
    }

    /// Takes what is averaged of each site, row after row.
    pub fn set_rests(&mut self, rests: &[f32]) {
        sort(rests, self.width, &mut self.rests);
    }

    /// Brightnesses and rests of so many places from a row and a column on, of every sixth column.
    fn run(&self, row: usize, column: usize, places: usize) -> (&[f32], &[f32]) {
        let start = row * self.width + column % SIDE * (self.width / SIDE) + column / SIDE;
        (&self.brightness[start..start + places], &self.rests[start..start + places])
    }
}

/// Sorts the columns of rows by their place in the pattern.
fn sort(values: &[f32], width: usize, out: &mut [f32]) {
    for (line, out) in values.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        for (kind, run) in out.chunks_exact_mut(width / SIDE).enumerate() {
            run.iter_mut().zip(line[kind..].iter().step_by(SIDE)).for_each(|(out, value)| *out = *value);
        }
    }
}

/// A site that counts in a mean: where it is, from the place of the mean, and its weight.
struct Site {
    down: isize,
    across: isize,
    weight: f32,
}

/// The means of a row.
pub struct Near {
    /// For each site of the pattern, the sites around it of each colour.
    sites: Vec<[Vec<Site>; CHANNELS]>,
    means: Means,
    /// The sum of the weights of places of one kind.
    weights: Vec<f32>,
}

/// The means of each colour, sorted by columns as [`Rests`].
pub struct Means {
    places: usize,
    of_channels: [Vec<f32>; CHANNELS],
}

impl Means {
    /// Those of a column, counted from the first.
    pub fn at(&self, column: usize) -> [f32; CHANNELS] {
        let at = column % SIDE * self.places + column / SIDE;
        [0, 1, 2].map(|channel| self.of_channels[channel][at])
    }
}

impl Near {
    /// For rows of so many columns, whole patterns.
    pub fn new(pattern: XTrans, columns: usize) -> Self {
        let places = columns / SIDE;
        Self {
            sites: (0..SIDE * SIDE).map(|at| around(pattern, (at / SIDE, at % SIDE))).collect(),
            means: Means { places, of_channels: std::array::from_fn(|_| vec![0.0; columns]) },
            weights: vec![0.0; places],
        }
    }

    /// The means of a row, from a column on with which the pattern begins. There must be sites enough around.
    pub fn means(&mut self, rests: &Rests, row: usize, first: usize) -> &Means {
        let Self { sites, means, weights } = self;
        let places = means.places;
        for (kind, channel) in (0..SIDE).flat_map(|kind| (0..CHANNELS).map(move |channel| (kind, channel))) {
            let sum = &mut means.of_channels[channel][kind * places..][..places];
            sum.fill(0.0);
            weights.fill(0.0);
            let (here, _) = rests.run(row, first + kind, places);
            for Site { down, across, weight } in &sites[row % SIDE * SIDE + kind][channel] {
                let (row, column) = (row.wrapping_add_signed(*down), (first + kind).wrapping_add_signed(*across));
                let (there, rest) = rests.run(row, column, places);
                let values = here.iter().zip(there).zip(rest);
                for (((here, there), rest), (sum, weights)) in values.zip(sum.iter_mut().zip(weights.iter_mut())) {
                    let apart = (there - here) * (1.0 / ALIKE);
                    let weight = weight / (1.0 + apart * apart);
                    *sum += weight * rest;
                    *weights += weight;
                }
            }
            sum.iter_mut().zip(weights.iter()).for_each(|(sum, weights)| *sum /= weights);
        }
        means
    }
}

/// The sites of each colour within a circle around a place of the pattern.
fn around(pattern: XTrans, (row, column): (usize, usize)) -> [Vec<Site>; CHANNELS] {
    let mut found = [(); CHANNELS].map(|()| Vec::new());
    let along = -NEAR_REACH..=NEAR_REACH;
    for (down, across) in along.clone().flat_map(|down| along.clone().map(move |across| (down, across))) {
        let square = down * down + across * across;
        if square <= NEAR_REACH * NEAR_REACH {
            // Whole patterns keep rows and columns above 0.
            let at = |from: usize, by: isize| (from + 2 * SIDE).wrapping_add_signed(by);
            let channel = pattern.channel_at(at(row, down), at(column, across));
            let weight = (-0.5 * square as f32 / (NEAR * NEAR)).exp();
            found[channel].push(Site { down, across, weight });
        }
    }
    found
}

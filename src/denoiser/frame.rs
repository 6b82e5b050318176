//! Frames: borders in plain colors around a photo, without noise, such as letterboxes and mats.
//!
//! The network has learned that noise changes smoothly over a photo, and is wrong where a frame begins. So it sees the
//! photo mirrored into the frame, as it does at the ends of a photo, and the result gets the frame back as it was.

use serde::{Deserialize, Serialize};

use crate::denoiser::Place;
use crate::image::{CHANNELS, LinearImage, reflect};

/// What a frame leaves of a photo is at least this high and wide.
const LEAST: usize = 8;

/// The part of a photo within its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inner {
    /// First row.
    #[serde(rename = "y")]
    pub row: usize,
    /// First column.
    #[serde(rename = "x")]
    pub column: usize,
    /// Pixels down.
    pub height: usize,
    /// Pixels across.
    pub width: usize,
}

impl Inner {
    /// What is left of a photo without the rows, then the columns at its ends that have a single color each. `None` if
    /// there are no such lines, or hardly anything else.
    pub fn of(photo: &LinearImage) -> Option<Self> {
        let (width, height) = (photo.width(), photo.height());
        let is_plain = |first: usize, step: usize, pixels: usize| {
            let mut planes = (0..photo.channels()).map(|channel| photo.plane(channel));
            planes.all(|plane| (1..pixels).all(|i| plane[first + i * step] == plane[first]))
        };
        let is_plain_row = |row: &usize| is_plain(row * width, 1, width);
        let row = (0..height).take_while(is_plain_row).count();
        let rows = height - row - (row..height).rev().take_while(is_plain_row).count();
        let is_plain_column = |column: &usize| is_plain(row * width + column, width, rows);
        let column = (0..width).take_while(is_plain_column).count();
        let columns = width - column - (column..width).rev().take_while(is_plain_column).count();
        let inner = Self { row, column, height: rows, width: columns };
        let is_framed = (rows, columns) != (height, width) && rows.min(columns) >= LEAST;
        is_framed.then_some(inner)
    }

    /// The same in a cut of the photo. `None` if the cut has nothing of the frame, or nothing else.
    pub fn in_cut(self, place: Place, width: usize, height: usize) -> Option<Self> {
        let along = |start: usize, length: usize, cut: usize, size: usize| {
            let (first, end) = (start.max(cut), start.saturating_add(length).min(cut + size));
            (first < end).then(|| (first - cut, end - first))
        };
        let (row, rows) = along(self.row, self.height, place.row, height)?;
        let (column, columns) = along(self.column, self.width, place.column, width)?;
        ((rows, columns) != (height, width)).then_some(Self { row, column, height: rows, width: columns })
    }
}

/// A frame that was taken off.
#[derive(Debug, Clone)]
pub struct Frame {
    inner: Inner,
    /// The color of each row, where it belongs to the frame.
    rows: Vec<[f32; CHANNELS]>,
    /// The color of each column between those rows, where it belongs to the frame.
    columns: Vec<[f32; CHANNELS]>,
}

impl Frame {
    /// Takes the frame off an RGB image: what is within it is mirrored over it.
    pub fn take_off(image: &mut LinearImage, inner: Inner) -> Self {
        let (width, height, pixels) = (image.width(), image.height(), image.pixels());
        let color = |row: usize, column: usize| std::array::from_fn(|c| image.plane(c)[row * width + column]);
        let rows = (0..height).map(|row| color(row, 0)).collect();
        let columns = (0..width).map(|column| color(inner.row, column)).collect();
        let frame = Self { inner, rows, columns };
        let mirrored = |at: usize, first: usize, length: usize| first + reflect(at as isize - first as isize, length);
        for row in 0..height {
            let from = mirrored(row, inner.row, inner.height) * width;
            for column in (0..width).filter(|&column| frame.covers(row, column)) {
                let from = from + mirrored(column, inner.column, inner.width);
                let to = row * width + column;
                (0..CHANNELS).for_each(|c| image.values_mut()[c * pixels + to] = image.plane(c)[from]);
            }
        }
        frame
    }

    /// What it surrounds.
    pub fn inner(&self) -> Inner {
        self.inner
    }

    /// The frame's color at a pixel, if it covers it.
    pub fn color(&self, row: usize, column: usize) -> Option<[f32; CHANNELS]> {
        let is_in_rows = (self.inner.row..self.inner.row + self.inner.height).contains(&row);
        self.covers(row, column).then(|| if is_in_rows { self.columns[column] } else { self.rows[row] })
    }

    /// Puts it back around an image of the photo's size.
    pub fn put_back(&self, image: &mut LinearImage) {
        let (width, pixels) = (image.width(), image.pixels());
        for at in 0..pixels {
            if let Some(color) = self.color(at / width, at % width) {
                (0..CHANNELS).for_each(|c| image.values_mut()[c * pixels + at] = color[c]);
            }
        }
    }

    fn covers(&self, row: usize, column: usize) -> bool {
        let Inner { row: top, column: left, height, width } = self.inner;
        !(top..top + height).contains(&row) || !(left..left + width).contains(&column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns, rows, the part within the frame, and a value that is nowhere else.
    fn framed(width: usize, height: usize, inner: Inner) -> LinearImage {
        let is_in = |at: usize, first: usize, length: usize| (first..first + length).contains(&at);
        let image = LinearImage::from_fn(width, height, |c, r, x| {
            match is_in(r, inner.row, inner.height) && is_in(x, inner.column, inner.width) {
                true => (c * 10_000 + r * 100 + x) as f32,
                false => -1.0 - c as f32,
            }
        });
        image.unwrap()
    }

    const INNER: Inner = Inner { row: 5, column: 3, height: 20, width: 30 };

    #[test]
    fn frames_are_found() {
        assert_eq!(Inner::of(&framed(40, 30, INNER)), Some(INNER));
        let letterbox = Inner { row: 4, column: 0, height: 20, width: 40 };
        assert_eq!(Inner::of(&framed(40, 30, letterbox)), Some(letterbox));
        for none in [
            framed(40, 30, Inner { row: 0, column: 0, height: 30, width: 40 }),
            framed(40, 30, Inner { row: 4, column: 5, height: 7, width: 30 }),
            LinearImage::from_fn(40, 30, |_, _, _| 0.3).unwrap(),
            LinearImage::from_fn(40, 30, |_, row, _| row as f32).unwrap(),
            LinearImage::from_fn(1, 30, |_, row, _| row as f32).unwrap(),
        ] {
            assert_eq!(Inner::of(&none), None);
        }
    }

    #[test]
    fn what_is_within_is_mirrored_over_the_frame_which_comes_back() {
        let before = framed(40, 30, INNER);
        let mut image = before.clone();
        let frame = Frame::take_off(&mut image, INNER);
        let value = |row: usize, column: usize| image.plane(1)[row * 40 + column];
        for (row, column, from) in
            [(4, 10, (6, 10)), (0, 10, (10, 10)), (25, 10, (23, 10)), (7, 2, (7, 4)), (4, 33, (6, 31))]
        {
            assert_eq!(value(row, column), (10_000 + from.0 * 100 + from.1) as f32, "{row} {column}");
        }
        assert_eq!(frame.color(2, 7), Some([-1.0, -2.0, -3.0]));
        assert_eq!(frame.color(7, 7), None);
        frame.put_back(&mut image);
        assert_eq!(image, before);
    }

    #[test]
    fn cuts_have_their_part_of_a_frame() {
        let cut = |row, column, width, height| INNER.in_cut(Place { row, column, overview: None }, width, height);
        assert_eq!(cut(0, 0, 40, 30), Some(INNER));
        assert_eq!(cut(4, 4, 16, 8), Some(Inner { row: 1, column: 0, height: 7, width: 16 }));
        assert_eq!(cut(8, 8, 16, 8), None);
        assert_eq!(cut(0, 0, 40, 5), None);
    }
}

//! Cuts an image into tiles with a halo.

use std::ops::Range;

use crate::image::reflect;
use crate::method::time_map::{TimeMap, latest_of};
use crate::network::Window;

/// A rectangle of an image that is denoised at once, with a halo that is read but not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// First row and column that the tile covers.
    pub row: usize,
    pub column: usize,
    /// Size that the tile covers, within the image.
    pub rows: usize,
    pub columns: usize,
    /// Rows of halo above and columns of halo to the left.
    above: usize,
    left: usize,
    /// Size that is read, halo included: a multiple of the network's alignment.
    pub read_rows: usize,
    pub read_columns: usize,
    /// Size that the tile covers of the padded image: a multiple of the network's alignment, too.
    padded_rows: usize,
    padded_columns: usize,
}

/// What a tile covers and reads along one axis.
struct Span {
    start: usize,
    len: usize,
    before: usize,
    read: usize,
    padded: usize,
}

/// How an image is cut.
#[derive(Debug, Clone, Copy)]
pub struct Grid {
    width: usize,
    height: usize,
    /// Rows of a tile, but for the last ones.
    rows: usize,
    /// Columns of a tile, but for the last ones.
    columns: usize,
    halo: usize,
    alignment: usize,
}

impl Grid {
    /// A grid of tiles of nearly the same size, at most `side` pixels (rounded up to `alignment`) across and down, each
    /// read with `halo` pixels around it (a multiple of `alignment`).
    ///
    /// The image is padded at the right and at the bottom to a multiple of `alignment`, by reflection. A tile's halo
    /// ends where the padded image ends: there the network pads as it does in one pass over the whole.
    pub fn new(width: usize, height: usize, side: usize, halo: usize, alignment: usize) -> Self {
        debug_assert_eq!(halo % alignment, 0);
        let side = side.next_multiple_of(alignment);
        let even = |len: usize| len.div_ceil(len.div_ceil(side)).next_multiple_of(alignment);
        Self { width, height, rows: even(height), columns: even(width), halo, alignment }
    }

    /// Number of tiles.
    pub fn len(&self) -> usize {
        self.across() * self.height.div_ceil(self.rows)
    }

    /// The index of the tile that covers a pixel.
    pub fn index_of(&self, row: usize, column: usize) -> usize {
        row / self.rows * self.across() + column / self.columns
    }

    fn across(&self) -> usize {
        self.width.div_ceil(self.columns)
    }

    /// The tile of an index, in reading order.
    pub fn tile(&self, index: usize) -> Tile {
        let down = self.span(index / self.across(), self.rows, self.height);
        let across = self.span(index % self.across(), self.columns, self.width);
        Tile {
            row: down.start,
            column: across.start,
            rows: down.len,
            columns: across.len,
            above: down.before,
            left: across.before,
            read_rows: down.read,
            read_columns: across.read,
            padded_rows: down.padded,
            padded_columns: across.padded,
        }
    }

    /// The latest time of any pixel that each tile covers.
    pub fn latest(&self, time_map: &TimeMap) -> Vec<f32> {
        let latest = |tile: Tile| {
            let lines = tile.lines(time_map.times().len(), self.width, self.height);
            lines.map(|line| latest_of(&time_map.times()[line])).fold(0.0, f32::max)
        };
        (0..self.len()).map(|index| latest(self.tile(index))).collect()
    }

    /// Along one axis, of the tile of an index.
    fn span(&self, index: usize, side: usize, len: usize) -> Span {
        let padded = len.next_multiple_of(self.alignment);
        let start = index * side;
        let end = (start + side).min(padded);
        let read_start = start.saturating_sub(self.halo);
        let read_end = (end + self.halo).min(padded);
        Span {
            start,
            len: end.min(len) - start,
            before: start - read_start,
            read: read_end - read_start,
            padded: end - start,
        }
    }
}

impl Tile {
    /// The first row and column that it reads.
    pub fn first_read(&self) -> [usize; 2] {
        [self.row - self.above, self.column - self.left]
    }

    /// What the tile reads from the planes of a `width` x `height` image, as planes.
    pub fn read(&self, planes: &[f32], width: usize, height: usize) -> Vec<f32> {
        let first = self.column - self.left;
        let inside = self.read_columns.min(width - first);
        let beyond: Vec<usize> = (inside..self.read_columns).map(|c| reflect((first + c) as isize, width)).collect();
        let channels = planes.len() / (width * height);
        let mut out = Vec::with_capacity(channels * self.read_rows * self.read_columns);
        for plane in planes.chunks_exact(width * height) {
            for r in 0..self.read_rows {
                let row = reflect((self.row - self.above + r) as isize, height);
                let line = &plane[row * width..(row + 1) * width];
                out.extend_from_slice(&line[first..first + inside]);
                out.extend(beyond.iter().map(|&c| line[c]));
            }
        }
        out
    }

    /// Writes planes of the size that the tile covers into those of a `width` x `height` image.
    pub fn write(&self, planes: &[f32], image: &mut [f32], width: usize, height: usize) {
        let lines = self.lines(image.len(), width, height);
        planes.chunks_exact(self.columns).zip(lines).for_each(|(from, to)| image[to].copy_from_slice(from));
    }

    /// Copies what the tile covers from one `width` x `height` image to another.
    pub fn copy(&self, from: &[f32], to: &mut [f32], width: usize, height: usize) {
        self.lines(from.len(), width, height).for_each(|line| to[line.clone()].copy_from_slice(&from[line]));
    }

    /// Where the lines that the tile covers are in the planes, `values` in all, of a `width` x `height` image.
    fn lines(&self, values: usize, width: usize, height: usize) -> impl Iterator<Item = Range<usize>> {
        let Self { row, column, rows, columns, .. } = *self;
        (0..values / (width * height)).flat_map(move |channel| {
            (row..row + rows).map(move |row| {
                let start = (channel * height + row) * width + column;
                start..start + columns
            })
        })
    }

    /// What the tile covers, padding included, of what it reads.
    pub fn window(&self) -> Window {
        Window { row: self.above, column: self.left, rows: self.padded_rows, columns: self.padded_columns }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::CHANNELS;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn tiles_cover_every_value_once_and_read_what_is_there(
            width in 1usize..70, height in 1usize..70, side in 1usize..40, halo in 0usize..4
        ) {
            let alignment = 8;
            let grid = Grid::new(width, height, side, halo * alignment, alignment);
            let values: Vec<f32> = (0..3 * width * height).map(|i| i as f32).collect();
            let mut seen = vec![0; values.len()];
            for i in 0..grid.len() {
                let tile = grid.tile(i);
                prop_assert_eq!(tile.read_rows % alignment, 0);
                prop_assert_eq!(tile.read_columns % alignment, 0);
                let read = tile.read(&values, width, height);
                prop_assert_eq!(read.len(), 3 * tile.read_rows * tile.read_columns);
                let window = tile.window();
                prop_assert!(window.fits([tile.read_rows, tile.read_columns], alignment));
                for (r, c) in (0..tile.rows).flat_map(|r| (0..tile.columns).map(move |c| (r, c))) {
                    let (row, column) = (tile.row + r, tile.column + c);
                    let from = (window.row + r) * tile.read_columns + window.column + c;
                    prop_assert_eq!(grid.index_of(row, column), i);
                    for channel in 0..CHANNELS {
                        let to = (channel * height + row) * width + column;
                        seen[to] += 1;
                        prop_assert_eq!(read[channel * tile.read_rows * tile.read_columns + from], values[to]);
                    }
                }
            }
            prop_assert!(seen.iter().all(|&n| n == 1));
        }

        #[test]
        fn a_tile_reads_its_halo_or_to_the_end(width in 1usize..200, side in 8usize..64) {
            let (halo, alignment) = (24, 8);
            let grid = Grid::new(width, 8, side, halo, alignment);
            let padded = width.next_multiple_of(alignment);
            for i in 0..grid.len() {
                let tile = grid.tile(i);
                let start = tile.column - tile.left;
                let end = start + tile.read_columns;
                prop_assert!(tile.left == halo || start == 0);
                prop_assert!(end >= tile.column + tile.columns + halo || end == padded);
            }
        }
    }

    #[test]
    fn tiles_are_of_nearly_the_same_size_and_no_longer_than_allowed() {
        let sizes = |len, side| -> Vec<usize> {
            let grid = Grid::new(len, 8, side, 0, 8);
            (0..grid.len()).map(|i| grid.tile(i).columns).collect()
        };
        assert_eq!(sizes(512, 512), [512]);
        assert_eq!(sizes(520, 512), [264, 256]);
        assert_eq!(sizes(1100, 512), [368, 368, 364]);
        assert_eq!(sizes(5, 512), [5]);
    }

    #[test]
    fn padding_reflects() {
        let tile = Grid::new(3, 1, 8, 0, 8).tile(0);
        let read = tile.read(&[1.0, 2.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], 3, 1);
        assert_eq!(&read[..8], [1.0, 2.0, 3.0, 2.0, 1.0, 2.0, 3.0, 2.0]);
        assert_eq!(&read[56..64], &read[..8]);
    }
}

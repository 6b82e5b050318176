//! The part of an image that a prediction is wanted of.

use burn::tensor::{Tensor, s};

/// A rectangle of an image. The network sees all of the image, but what it predicts beyond the window, in a tile's
/// halo, nobody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First row.
    pub row: usize,
    /// First column.
    pub column: usize,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
}

impl Window {
    /// All of an image of so many rows and columns.
    pub const fn whole([rows, columns]: [usize; 2]) -> Self {
        Self { row: 0, column: 0, rows, columns }
    }

    /// Rows and columns.
    pub const fn size(self) -> [usize; 2] {
        [self.rows, self.columns]
    }

    /// Whether an image of this size has it, in squares of this side.
    pub(crate) fn fits(self, [rows, columns]: [usize; 2], side: usize) -> bool {
        let is_within = |start: usize, len: usize, all: usize| len > 0 && start < all && len <= all - start;
        let is_whole = [self.row, self.column, self.rows, self.columns].iter().all(|v| v.is_multiple_of(side));
        is_whole && is_within(self.row, self.rows, rows) && is_within(self.column, self.columns, columns)
    }

    /// The same window of an image in which a pixel is a square of this side.
    pub(crate) fn over(self, side: usize) -> Self {
        let Self { row, column, rows, columns } = self;
        Self { row: row / side, column: column / side, rows: rows / side, columns: columns / side }
    }

    /// What the window shows of images.
    pub(crate) fn of(self, images: Tensor<4>) -> Tensor<4> {
        let Self { row, column, rows, columns } = self;
        images.slice(s![.., .., row..row + rows, column..column + columns])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_of_whole_squares_within_the_image() {
        let window = Window { row: 2, column: 4, rows: 4, columns: 2 };
        assert!(window.fits([6, 6], 2) && Window::whole([6, 6]).fits([6, 6], 2));
        assert_eq!(window.over(2), Window { row: 1, column: 2, rows: 2, columns: 1 });
        for damaged in [
            Window { rows: 0, ..window },
            Window { rows: 6, ..window },
            Window { row: 1, ..window },
            Window { columns: 1, ..window },
            Window { column: usize::MAX - 1, ..window },
            Window { columns: usize::MAX - 1, ..window },
        ] {
            assert!(!damaged.fits([6, 6], 2), "{damaged:?}");
        }
    }
}

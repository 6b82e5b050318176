//! A sensor's codes as light, and back.
//!
//! Rows and columns are those of the codes as they are stored. Where each photosite has three of them, they are columns
//! of their own: red, green, blue, red, ...

use crate::raw::error::RawError;

/// What codes stand for black and white, anchored at the first code that the file stores.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    /// Rows of the pattern of black levels.
    rows: usize,
    /// Its columns.
    columns: usize,
    /// The pattern, row after row.
    black: Vec<f32>,
    /// What comes on top in each row of the sensor; empty for nothing.
    row_deltas: Vec<f32>,
    /// What comes on top in each column; empty for nothing.
    column_deltas: Vec<f32>,
    /// One for all columns, or one each for those that repeat.
    white: Vec<f32>,
}

impl Levels {
    /// Levels of a pattern of `rows` times `columns` black levels, and of white levels that repeat from column to
    /// column; in codes.
    ///
    /// # Errors
    /// [`RawError::Levels`] if white is not above black everywhere, [`RawError::Damaged`] for a pattern of another
    /// length, or no white level.
    pub fn new(
        (rows, columns): (usize, usize),
        black: Vec<f32>,
        row_deltas: Vec<f32>,
        column_deltas: Vec<f32>,
        white: Vec<f32>,
    ) -> Result<Self, RawError> {
        if rows == 0 || columns == 0 || black.len() != rows * columns || white.is_empty() {
            return Err(RawError::damaged("its black levels do not fit their pattern"));
        }
        let most = |values: &[f32]| values.iter().copied().fold(0.0, f32::max);
        let highest = black.iter().copied().fold(f32::MIN, f32::max) + most(&row_deltas) + most(&column_deltas);
        let lowest = white.iter().copied().fold(f32::MAX, f32::min);
        let are_finite = [&black, &row_deltas, &column_deltas, &white].into_iter().flatten().all(|v| v.is_finite());
        // Less than a code between them holds no picture.
        if !are_finite || lowest - highest < 1.0 {
            return Err(RawError::Levels { black: highest, white: lowest });
        }
        Ok(Self { rows, columns, black, row_deltas, column_deltas, white })
    }

    /// The same black everywhere.
    ///
    /// # Errors
    /// [`RawError::Levels`].
    pub fn uniform(black: f32, white: f32) -> Result<Self, RawError> {
        Self::new((1, 1), vec![black], Vec::new(), Vec::new(), vec![white])
    }

    /// The black level of a site, in codes.
    pub fn black(&self, row: usize, column: usize) -> f32 {
        let pattern = self.black[row % self.rows * self.columns + column % self.columns];
        let delta = |deltas: &[f32], at: usize| deltas.get(at).copied().unwrap_or(0.0);
        pattern + delta(&self.row_deltas, row) + delta(&self.column_deltas, column)
    }

    /// The white level of a column, in codes.
    pub fn white(&self, column: usize) -> f32 {
        self.white[column % self.white.len()]
    }

    /// The white levels: one for all columns, or one each for those that repeat.
    pub fn whites(&self) -> &[f32] {
        &self.white
    }

    /// Rows and columns of the pattern of black levels.
    pub fn pattern_size(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// What comes on top of the pattern in each row and each column; empty for nothing.
    pub fn deltas(&self) -> (&[f32], &[f32]) {
        (&self.row_deltas, &self.column_deltas)
    }

    /// The light that a code stands for: 0 at black, 1 at white.
    pub fn light(&self, row: usize, column: usize, code: u16) -> f32 {
        let black = self.black(row, column);
        (f32::from(code) - black) / (self.white(column) - black)
    }

    /// The light that the codes of a row stand for, from a column on.
    pub fn row_light<'a>(&'a self, row: usize, first: usize, codes: &'a [u16]) -> impl Iterator<Item = f32> + 'a {
        let from = row % self.rows * self.columns;
        let black = self.black[from..from + self.columns].iter().cycle().skip(first % self.columns);
        let white = self.white.iter().cycle().skip(first % self.white.len());
        let row_delta = self.row_deltas.get(row).copied().unwrap_or(0.0);
        codes.iter().zip(black.zip(white)).enumerate().map(move |(i, (code, (black, white)))| {
            let black = black + row_delta + self.column_deltas.get(first + i).copied().unwrap_or(0.0);
            (f32::from(*code) - black) / (white - black)
        })
    }

    /// The code for an amount of light, not rounded: the inverse of [`Levels::light`].
    pub fn code(&self, row: usize, column: usize, light: f32) -> f32 {
        let black = self.black(row, column);
        light * (self.white(column) - black) + black
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_comes_back() {
        let levels = Levels::new((2, 1), vec![2047.5, 2050.25], vec![0.0, 3.0], vec![], vec![15_000.0]).unwrap();
        for code in 0..=u16::MAX {
            for row in [0, 1] {
                let back = levels.code(row, 5, levels.light(row, 5, code));
                assert_eq!(back.round(), f32::from(code), "{row}");
            }
        }
        assert_eq!(levels.black(1, 0), 2053.25);
        assert_eq!(levels.black(3, 0), 2050.25, "no row beyond the last delta");
        assert_eq!(levels.light(0, 0, 15_000), 1.0);
    }

    #[test]
    fn rows_are_as_their_codes_one_by_one() {
        let black = vec![500.0, 501.5, 490.0, 510.0, 505.0, 500.5];
        let levels =
            Levels::new((2, 3), black, vec![0.0, 2.0, 1.0], vec![0.0, 0.5, 3.0, 1.0], vec![9000.0, 9500.0]).unwrap();
        let codes: Vec<u16> = (0..20).map(|i| 400 + 431 * i).collect();
        for (row, first) in (0..5).flat_map(|row| (0..8).map(move |first| (row, first))) {
            let expected: Vec<f32> = (0..20).map(|i| levels.light(row, first + i, codes[i])).collect();
            assert_eq!(levels.row_light(row, first, &codes).collect::<Vec<_>>(), expected, "{row}, {first}");
        }
    }

    #[test]
    fn samples_of_a_photosite_have_levels_of_their_own() {
        let levels =
            Levels::new((1, 3), vec![0.0, 100.0, 200.0], vec![], vec![], vec![1000.0, 1100.0, 2200.0]).unwrap();
        let half = [500, 600, 1200];
        assert!((0..9).all(|column| levels.light(4, column, half[column % 3]) == 0.5));
        assert_eq!((levels.code(0, 5, 1.0), levels.whites().len()), (2200.0, 3));
        let below = Levels::new((1, 3), vec![0.0, 100.0, 200.0], vec![], vec![], vec![1000.0, 1000.0, 150.0]);
        assert_eq!(below, Err(RawError::Levels { black: 200.0, white: 150.0 }));
    }

    #[test]
    fn levels_without_light_between_them_are_refused() {
        for (black, white) in [(512.0, 512.0), (512.0, 100.0), (f32::NAN, 100.0), (0.0, f32::INFINITY), (0.0, 0.5)] {
            assert!(matches!(Levels::uniform(black, white), Err(RawError::Levels { .. })), "{black} {white}");
        }
        let by_deltas = Levels::new((1, 1), vec![500.0], vec![0.0, 600.0], vec![], vec![1000.0]);
        assert_eq!(by_deltas, Err(RawError::Levels { black: 1100.0, white: 1000.0 }));
        assert!(matches!(Levels::new((2, 2), vec![1.0], vec![], vec![], vec![9.0]), Err(RawError::Damaged(_))));
    }
}

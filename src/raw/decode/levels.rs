//! What a file's codes stand for.

use flashraw::BlackLevel;

use crate::raw::error::RawError;
use crate::raw::levels::Levels;

/// The levels of codes of which each photosite has `samples`. The decoder has columns of photosites, with the black
/// levels of their samples one after the other.
pub fn levels(black: &BlackLevel, white: &[u32], samples: usize) -> Result<Levels, RawError> {
    let (rows, columns): (usize, usize) = (black.rows.max(1).into(), black.cols.max(1).into());
    let of_pattern = |i: usize| {
        let (row, column) = (i / (samples * columns), i % (samples * columns));
        let each = usize::from(black.samples.max(1));
        let at = (row * columns + column / samples) * each + column % samples % each;
        if black.values.is_empty() { Some(0.0) } else { black.values.get(at).copied() }
    };
    let column_deltas = black.col_deltas.iter().flat_map(|delta| std::iter::repeat_n(*delta, samples)).collect();
    let known: Vec<f32> = white.iter().filter(|v| **v > 0).map(|v| *v as f32).collect();
    let white = match known.len() {
        0 => vec![0.0],
        // Each colour has its own.
        len if len == samples => known,
        _ => vec![known.iter().copied().fold(f32::MAX, f32::min)],
    };
    let pattern: Option<Vec<f32>> = (0..rows * columns * samples).map(of_pattern).collect();
    let pattern = pattern.ok_or_else(|| RawError::damaged("its black levels do not fit their pattern"))?;
    Levels::new((rows, columns * samples), pattern, black.row_deltas.clone(), column_deltas, white)
}

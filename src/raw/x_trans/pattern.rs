//! The pattern of an X-Trans sensor's filters.

use crate::image::CHANNELS;

/// Sites after which the pattern repeats, across and down.
pub const SIDE: usize = 6;
/// Sites of red, green and blue in a pattern.
pub const COUNTS: [usize; CHANNELS] = [8, 20, 8];

/// The colours of an X-Trans sensor's sites, from a first one on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct XTrans {
    channels: [[u8; SIDE]; SIDE],
}

impl XTrans {
    /// The pattern as Fujifilm draws it; other cameras and cuts begin elsewhere in it, or turn it.
    pub const USUAL: Self = Self {
        channels: [
            [1, 1, 0, 1, 1, 2],
            [1, 1, 2, 1, 1, 0],
            [2, 0, 1, 0, 2, 1],
            [1, 1, 2, 1, 1, 0],
            [1, 1, 0, 1, 1, 2],
            [0, 2, 1, 2, 0, 1],
        ],
    };

    /// A pattern whose sites have the channels 0 red, 1 green and 2 blue. `None` if it is not X-Trans: it has 20 green
    /// sites, 8 red and 8 blue, and each colour lies at or beside every site.
    pub fn new(channels: [[u8; SIDE]; SIDE]) -> Option<Self> {
        let pattern = Self { channels };
        let counts = [0, 1, 2].map(|channel| channels.iter().flatten().filter(|v| **v == channel).count());
        let is_beside = |channel: usize, at: usize| {
            let (row, column) = (at / SIDE, at % SIDE);
            (0..9).any(|i| pattern.channel_at(row + i / 3, column + i % 3) == channel)
        };
        let are_everywhere = |channel| (0..SIDE * SIDE).all(|at| is_beside(channel, at));
        (counts == COUNTS && (0..CHANNELS).all(are_everywhere)).then_some(pattern)
    }

    /// The pattern of what begins in this row and column.
    #[must_use]
    pub fn at(self, row: usize, column: usize) -> Self {
        let channel = |r, c| self.channel_at(row % SIDE + r, column % SIDE + c) as u8;
        Self { channels: std::array::from_fn(|r| std::array::from_fn(|c| channel(r, c))) }
    }

    /// The channel of an RGB image that holds the colour of the site in this row and column.
    pub fn channel_at(self, row: usize, column: usize) -> usize {
        usize::from(self.channels[row % SIDE][column % SIDE])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_origin_and_turn_of_the_pattern_is_one() {
        for (row, column) in (0..36).map(|at| (at / 6, at % 6)) {
            let moved = XTrans::USUAL.at(row, column);
            assert_eq!(XTrans::new(moved.channels), Some(moved));
            assert_eq!(moved.channel_at(7, 3), XTrans::USUAL.channel_at(row + 7, column + 3));
            let turned = std::array::from_fn(|r| std::array::from_fn(|c| moved.channels[5 - c][r]));
            assert!(XTrans::new(turned).is_some(), "turned from {row}, {column}");
        }
    }

    #[test]
    fn other_patterns_are_none() {
        // Bayer's has too little green; blocks of a colour leave places without it.
        let bayer = std::array::from_fn(|r| std::array::from_fn(|c| [[0, 1], [1, 2]][r % 2][c % 2]));
        let blocks = std::array::from_fn(|r| {
            std::array::from_fn(|c| [0, 1, 2][usize::from(6 * r + c >= 8) + usize::from(6 * r + c >= 28)])
        });
        let mut swapped = XTrans::USUAL.channels;
        swapped[0][2] = 2;
        for channels in [bayer, blocks, swapped, [[1; 6]; 6], [[7; 6]; 6]] {
            assert_eq!(XTrans::new(channels), None, "{channels:?}");
        }
    }
}

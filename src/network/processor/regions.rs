//! Which part of every layer's values the wanted window depends on.

use crate::network::config::UnetConfig;
use crate::network::window::Window;

/// How far a block, or a convolution of 3 x 3, sees beyond its own pixel.
pub const REACH: usize = 1;

/// A scale's blocks: what they need, and what is needed of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    pub begin: Window,
    pub end: Window,
}

/// Rows and columns of every scale, and the parts of them that are computed.
#[derive(Debug, PartialEq, Eq)]
pub struct Regions {
    pub sizes: Vec<[usize; 2]>,
    /// What the output convolution computes.
    pub output: Window,
    /// Of every scale, finest first.
    pub down: Vec<Path>,
    /// Of every scale but the coarsest.
    pub up: Vec<Path>,
}

impl Regions {
    /// For a window of an image of this size.
    pub fn new(config: &UnetConfig, size: [usize; 2], window: Window) -> Self {
        let coarsest = config.widths.len() - 1;
        let sizes: Vec<[usize; 2]> =
            (0..=coarsest).map(|scale| size.map(|side| side / config.pixel_size(scale))).collect();
        let output = window.over(config.pixel_size(0));
        let path = |scale: usize, end: Window| Path { begin: grown(end, config.blocks[scale], sizes[scale]), end };
        let mut needed = grown(output, REACH, sizes[0]);
        let mut up = Vec::with_capacity(coarsest);
        for scale in 0..coarsest {
            up.push(path(scale, needed));
            needed = halved(up[scale].begin);
        }
        let mut down = vec![path(coarsest, needed)];
        for scale in (0..coarsest).rev() {
            // It covers what skips the coarser scales.
            let finer = down.last().map_or(needed, |coarser| doubled(coarser.begin));
            down.push(path(scale, finer));
        }
        down.reverse();
        Self { sizes, output, down, up }
    }

    /// What the network has to see, in pixels of the finest scale.
    pub fn features(&self) -> Window {
        grown(self.down[0].begin, REACH, self.sizes[0])
    }
}

/// A window with so many more pixels on every side, as far as the image goes.
pub fn grown(Window { row, column, rows, columns }: Window, by: usize, size: [usize; 2]) -> Window {
    let [first_row, first_column] = [row, column].map(|start| start.saturating_sub(by));
    let [rows, columns] = [(row + rows, size[0]), (column + columns, size[1])].map(|(end, side)| (end + by).min(side));
    Window { row: first_row, column: first_column, rows: rows - first_row, columns: columns - first_column }
}

/// The pixels of the next coarser scale that a window touches.
pub fn halved(Window { row, column, rows, columns }: Window) -> Window {
    let [end_row, end_column] = [row + rows, column + columns].map(|end| end.div_ceil(2));
    Window { row: row / 2, column: column / 2, rows: end_row - row / 2, columns: end_column - column / 2 }
}

/// The pixels of the next finer scale in a window.
fn doubled(Window { row, column, rows, columns }: Window) -> Window {
    Window { row: 2 * row, column: 2 * column, rows: 2 * rows, columns: 2 * columns }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_need_what_the_next_ones_reach() {
        let config = UnetConfig { widths: vec![4, 4], blocks: vec![1, 2], ..UnetConfig::default() };
        // Pixels of 2 x 2 and of 4 x 4. The window touches the top, and is far from all other borders.
        let regions = Regions::new(&config, [64, 64], Window { row: 0, column: 24, rows: 8, columns: 8 });
        let window = |row, column, rows, columns| Window { row, column, rows, columns };
        assert_eq!(regions.sizes, [[32, 32], [16, 16]]);
        assert_eq!(regions.output, window(0, 12, 4, 4));
        assert_eq!(regions.up, [Path { begin: window(0, 10, 6, 8), end: window(0, 11, 5, 6) }]);
        assert_eq!(regions.down[1], Path { begin: window(0, 3, 5, 8), end: window(0, 5, 3, 4) });
        assert_eq!(regions.down[0], Path { begin: window(0, 5, 11, 18), end: window(0, 6, 10, 16) });
        assert_eq!(regions.features(), window(0, 4, 12, 20));
    }

    #[test]
    fn a_whole_image_is_computed_whole() {
        let regions = Regions::new(&UnetConfig::default(), [24, 40], Window::whole([24, 40]));
        for (path, size) in regions.down.iter().zip(&regions.sizes).chain(regions.up.iter().zip(&regions.sizes)) {
            assert_eq!([path.begin, path.end], [Window::whole(*size); 2]);
        }
    }
}

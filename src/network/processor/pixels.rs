//! Values of an image's pixels, a pixel's channels side by side.

/// `channels` values for each of `rows` x `columns` pixels, within a border of one pixel of zeros.
#[derive(Debug)]
pub struct Pixels {
    columns: usize,
    channels: usize,
    values: Vec<f32>,
}

impl Pixels {
    /// Zeros.
    pub fn new([rows, columns]: [usize; 2], channels: usize) -> Self {
        Self { columns, channels, values: vec![0.0; (rows + 2) * (columns + 2) * channels] }
    }

    /// Values of a pixel.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// So many pixels from this row and column on. Both count from -1, which is the border.
    pub fn run(&self, row: isize, column: isize, count: usize) -> &[f32] {
        &self.values[self.start(row, column)..][..count * self.channels]
    }

    /// The same, to be written.
    pub fn run_mut(&mut self, row: usize, column: usize, count: usize) -> &mut [f32] {
        let start = self.start(row as isize, column as isize);
        &mut self.values[start..][..count * self.channels]
    }

    fn start(&self, row: isize, column: isize) -> usize {
        ((row + 1) as usize * (self.columns + 2) + (column + 1) as usize) * self.channels
    }
}

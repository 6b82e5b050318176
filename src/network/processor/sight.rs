//! What the network sees of every pixel of the finest scale.

use crate::network::config::ImageKind;
use crate::network::processor::Seen;
use crate::network::processor::pixels::Pixels;
use crate::network::unet::{KNEE, NoiseRange, features, levels, prediction};
use crate::network::window::Window;

/// The input of the finest scale, and the noise levels once more, for the embeddings.
pub struct Sight {
    pub features: Pixels,
    pub levels: Pixels,
}

impl Sight {
    /// Of an image whose finest scale has this size, in a region of it; see `Unet::forward`.
    pub fn of(image: ImageKind, [x_t, sigma_t, y, sigma_star]: Seen<'_>, size: [usize; 2], region: Window) -> Self {
        let NoiseRange { floor, log_middle, log_quarter } = NoiseRange::of(image);
        let (channels, side) = (image.channels(), image.finest_side());
        let [rows, columns] = size;
        let (width, plane) = (side * columns, side * side * rows * columns);
        let in_square = |channel: usize, row: usize, column: usize| {
            let corner = channel * plane + side * (row * width + column);
            (0..side * side).map(move |i| corner + i / side * width + i % side)
        };
        let values = (side * side) as f32;
        let means: Vec<Vec<f32>> = (0..channels)
            .map(|channel| {
                let mean = |pixel: usize| {
                    in_square(channel, pixel / columns, pixel % columns).map(|at| y[at]).sum::<f32>() / values
                };
                (0..rows * columns).map(mean).collect()
            })
            .collect();
        let level = |std: f32| (std.ln() - log_middle) / log_quarter;

        let mut sight = Self { features: Pixels::new(size, features(image)), levels: Pixels::new(size, levels(image)) };
        let squares = prediction(image);
        for row in region.row..region.row + region.rows {
            for column in region.column..region.column + region.columns {
                let (features, levels) = (sight.features.run_mut(row, column, 1), sight.levels.run_mut(row, column, 1));
                let (near, behind) = features.split_at_mut(2 * squares);
                let (near_x, near_y) = near.split_at_mut(squares);
                for channel in 0..channels {
                    let (mut sum, mut count) = (0.0, 0.0);
                    for r in row.saturating_sub(1)..(row + 2).min(rows) {
                        for c in column.saturating_sub(1)..(column + 2).min(columns) {
                            sum += means[channel][r * columns + c];
                            count += 1.0;
                        }
                    }
                    let mean = sum / count;
                    let (mut sum_t, mut sum_star) = (0.0, 0.0);
                    for (i, at) in in_square(channel, row, column).enumerate() {
                        let (std_t, std_star) = (sigma_t[at].max(floor), sigma_star[at].max(floor));
                        near_x[channel * side * side + i] = compressed((x_t[at] - mean) / std_t);
                        near_y[channel * side * side + i] = compressed((y[at] - mean) / std_star);
                        sum_t += std_t;
                        sum_star += std_star;
                    }
                    let (level_t, level_star) = (level(sum_t / values), level(sum_star / values));
                    behind[channel] = mean.max(0.0).sqrt();
                    behind[channels + channel] = level_t;
                    behind[2 * channels + channel] = level_star;
                    behind[3 * channels + channel] = compressed(mean / (sum_star / values));
                    levels[channel] = level_t;
                    levels[channels + channel] = level_star;
                }
            }
        }
        sight
    }
}

/// The levels of the next coarser scale in a region of it: means of 2 x 2.
pub fn coarser(finer: &Pixels, size: [usize; 2], region: Window) -> Pixels {
    let mut levels = Pixels::new(size, finer.channels());
    for row in region.row..region.row + region.rows {
        for column in region.column..region.column + region.columns {
            let pair = |dy: usize| finer.run((2 * row + dy) as isize, 2 * column as isize, 2);
            let (above, below) = (pair(0), pair(1));
            for (c, level) in levels.run_mut(row, column, 1).iter_mut().enumerate() {
                let right = finer.channels() + c;
                *level = (above[c] + above[right] + below[c] + below[right]) / 4.0;
            }
        }
    }
    levels
}

/// Linear up to a few units and logarithmic beyond: asinh, of |d| so that negative values keep their digits.
fn compressed(d: f32) -> f32 {
    let a = d.abs() / KNEE;
    d.signum() * (a + (a * a + 1.0).sqrt()).ln() * KNEE
}

//! Film grain, removed from coarse to fine.
//!
//! The network has learned noise without correlations. Grain extends over a few pixels, so at full size most of it
//! passes for detail; at half and at a quarter of the size it is noise like any other. A photo with grain is therefore
//! first denoised at half its size, where the same holds again, and what is removed there is taken off the photo
//! (Lebrun, Colom, Morel, *Multiscale image blind denoising*, 2015). What is left of the grain is fine, and the run on
//! the photo itself removes it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::denoiser::run::Photo;
use crate::denoiser::{Denoiser, Ends, Options, Overview, Parts, Place, Run, Strength};
use crate::estimate::LEVELS;
use crate::image::{LinearImage, halved};
use crate::method::noise::Noise;

/// How a run on a photo with film grain goes about its coarse levels, at half and at a quarter of the size.
pub type Levels = [Level; LEVELS];

/// A coarse level of a photo with film grain.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// Std of the grain, relative to that of the level before, which is twice the size.
    pub std: f32,
    /// The latest time of any pixel.
    pub latest: f32,
}

/// The share of the grain that counts as white at full size and at each level: the smaller, the whiter.
pub const WHITE: [f32; LEVELS + 1] = [0.0, 0.5, 1.0];
/// How much of the work is done once the coarse levels are.
pub const SHARE_OF_WORK: f32 = 0.25;

impl Denoiser {
    /// The run on a photo with grain at half its size; `None` if there is no further level.
    pub(super) fn coarse_run(
        &self,
        photo: &LinearImage,
        noise: &Noise,
        levels: &[Level],
        options: &Options,
    ) -> Option<Box<Run>> {
        let (level, further) = levels.split_first()?;
        let white = WHITE[LEVELS - further.len()];
        let size = [photo.width(), photo.height()];
        let half = Arc::new(photo.halved());
        let noise = halved_noise(noise, size, level.std);
        // Hot pixels are mended, and what was cut off is restored, at full size.
        let mut overview = Overview {
            white: 1.0,
            common: Some(white),
            grain: None,
            ends: Ends::default(),
            dots_are_hot: false,
            inner: None,
            latest: level.latest,
        };
        let options = Options {
            strength: halved_strength(&options.strength, size),
            place: Place {
                row: options.place.row / 2,
                column: options.place.column / 2,
                overview: options.place.overview.map(|_| overview),
            },
            parts: Parts::ALL,
            ..options.clone()
        };
        let coarse = self.coarse_run(&half, &noise, further, &options);
        let (time_map, common) = self.time_map_of(&half, &noise, Some(white), &options);
        overview.latest = time_map.latest();
        let photo = Photo { y: half, frame: None, common, clipped: None, coarse, overview };
        Some(Box::new(Run::new(self.clone(), photo, time_map, &options)))
    }
}

/// The noise of an image at half its size, with its std multiplied by this factor.
fn halved_noise(noise: &Noise, size: [usize; 2], factor: f32) -> Noise {
    match noise {
        Noise::Model(model) => model.scaled(factor).into(),
        Noise::Planes(models) => models.map(|model| model.scaled(factor)).into(),
        Noise::Curve(curve) => curve.scaled(factor).into(),
        Noise::Std(std) => {
            let planes = std.chunks_exact(size[0] * size[1]);
            Noise::Std(planes.flat_map(|plane| halved(plane, size)).map(|std| std * factor).collect())
        }
    }
}

fn halved_strength(strength: &Strength, size: [usize; 2]) -> Strength {
    match strength {
        Strength::Everywhere(factor) => Strength::Everywhere(*factor),
        Strength::Map(factors) => Strength::Map(halved(factors, size)),
    }
}

/// The photo less what was removed at half its size, enlarged by straight lines between the middles of its pixels.
pub fn less_coarse(photo: &LinearImage, removed: &LinearImage) -> LinearImage {
    let mut fine = photo.clone();
    let (width, pixels) = (photo.width(), photo.pixels());
    let [across, down] = [removed.width(), removed.height()];
    // The nearer of the two neighbours, which counts for three quarters, and the other.
    let neighbours = |at: usize, length: usize| {
        let near = at / 2;
        let far = if at.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(length - 1) };
        [near, far]
    };
    for channel in 0..photo.channels() {
        let coarse = removed.plane(channel);
        for (at, v) in fine.values_mut()[channel * pixels..(channel + 1) * pixels].iter_mut().enumerate() {
            let [row, other_row] = neighbours(at / width, down).map(|row| row * across);
            let [column, other_column] = neighbours(at % width, across);
            let between = |row: usize| 0.75 * coarse[row + column] + 0.25 * coarse[row + other_column];
            *v -= 0.75 * between(row) + 0.25 * between(other_row);
        }
    }
    fine
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::noise::NoiseModel;

    #[test]
    fn a_painted_strength_is_halved() {
        let strength = Strength::Map(vec![0.0, 0.0, 1.0, 1.0]);
        assert_eq!(halved_strength(&strength, [2, 2]), Strength::Map(vec![0.5]));
    }

    #[test]
    fn noise_gets_the_levels_std() {
        let noise = Noise::from(NoiseModel { sigma_read: 0.1, shot: 0.02 });
        let half = halved_noise(&noise, [4, 4], 0.5);
        assert!((half.std(0, 0, 4, 0.3) / noise.std(0, 0, 16, 0.3) - 0.5).abs() < 1e-6);
        let map = Noise::Std(vec![0.2; 3 * 15]);
        let half = halved_noise(&map, [5, 3], 0.5);
        assert_eq!(half, Noise::Std(vec![0.1; 3 * 6]));
    }

    #[test]
    fn what_is_coarse_is_taken_off_whole() {
        // A ramp is its own half but for its ends.
        let photo = LinearImage::from_fn(9, 7, |c, r, x| 0.1 + 0.01 * (c + r + 2 * x) as f32).unwrap();
        let left = less_coarse(&photo, &photo.halved());
        for (row, column) in (1..5).flat_map(|row| (1..7).map(move |column| (row, column))) {
            assert!(left.plane(1)[row * 9 + column].abs() < 1e-6, "{row} {column}");
        }
        let nothing = LinearImage::from_fn(5, 4, |_, _, _| 0.0).unwrap();
        assert_eq!(less_coarse(&photo, &nothing), photo);
    }
}

//! Photos whose channels have their noise in common: grey ones, and black-and-white film under colours.
//!
//! The network takes what all three channels show for detail, since it has learned that their noise is independent. So
//! the run is given a photo for which that is true: with more noise, drawn so that it changes the colour of a pixel and
//! not the mean of its channels. That mean then has as much noise as independent channels of 3^(1/2) times the std
//! would give it. What the run takes from the mean is taken from all channels of the photo alike, so that a grey photo
//! stays grey.

use crate::denoiser::Place;
use crate::image::{CHANNELS, LinearImage};
use crate::method::random::{Normals, Stream};
use crate::method::schedule::Schedule;
use crate::method::time_map::TimeMap;

/// The photo with noise in its colours as strong as the time map says, by this factor.
pub fn with_colour_noise(
    photo: &LinearImage,
    time_map: &TimeMap,
    schedule: &Schedule,
    factor: f32,
    seed: u64,
    place: Place,
) -> LinearImage {
    let (width, pixels) = (photo.width(), photo.pixels());
    let normals = Normals::new(seed, Stream::Colour);
    let mut noisy = photo.clone();
    let values = noisy.values_mut();
    for p in 0..pixels {
        let z = normals.at(0, place.row + p / width, place.column + p % width);
        let mean = z[..CHANNELS].iter().sum::<f32>() / CHANNELS as f32;
        for (channel, z) in (0..CHANNELS).zip(z) {
            let at = channel * pixels + p;
            values[at] += factor * schedule.sigma(time_map.times()[at]) * (z - mean);
        }
    }
    noisy
}

/// A pixel of the photo less what the run took from the mean of the channels, `before` and after (`x`) being those of
/// the photo that it was given.
pub fn taken_alike<const N: usize>(photo: [f32; N], before: [f32; N], x: [f32; N]) -> [f32; N] {
    let taken = before.iter().zip(x).map(|(before, x)| before - x).sum::<f32>() / N as f32;
    photo.map(|v| v - taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::noise::NoiseModel;

    #[test]
    fn the_noise_of_grey_becomes_that_of_independent_channels() {
        let schedule = Schedule::default();
        let flat = LinearImage::from_fn(300, 300, |_, _, _| 0.3).unwrap();
        let noise = NoiseModel { sigma_read: 0.1, shot: 0.0 };
        let noisy = noise.add_to(&flat, 1);
        let grey = LinearImage::from_fn(300, 300, |_, r, x| noisy.plane(0)[r * 300 + x]).unwrap();
        let map = TimeMap::of_photo(&grey, &noise.into(), &schedule, |_, _| 3f32.sqrt());
        let given = with_colour_noise(&grey, &map, &schedule, 1.0, 7, Place::default());
        let off = |c: usize, p: usize| given.plane(c)[p] - 0.3;
        let moment = |a: usize, b: usize| (0..90_000).map(|p| off(a, p) * off(b, p)).sum::<f32>() / 90_000.0;
        for (a, b, expected) in [(0, 0, 0.03), (1, 1, 0.03), (2, 2, 0.03), (0, 1, 0.0), (1, 2, 0.0), (0, 2, 0.0)] {
            assert!((moment(a, b) - expected).abs() < 0.0006, "{a} {b}: {}", moment(a, b));
        }
    }

    #[test]
    fn all_channels_lose_the_same() {
        let kept = taken_alike([0.5, 0.5, 0.5], [0.6, 0.3, 0.6], [0.4, 0.4, 0.4]);
        assert!(kept[0] == kept[1] && kept[1] == kept[2] && (kept[0] - 0.4).abs() < 1e-6);
    }
}

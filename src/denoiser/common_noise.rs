//! Photos whose channels have their noise in common: grey ones, film grain, and black-and-white film under colours.
//!
//! The network takes what all three channels show for detail, since it has learned that their noise is independent. So
//! the run is given a grey photo for which that is true: the mean of the channels, in units of their noise, with more
//! noise that changes the colour of a pixel and not that mean. The mean then has as much noise as independent channels
//! of 3^(1/2) times the std would give it. What the run takes from it is taken from all channels of the photo, in
//! proportion to their noise, so that colours do not run into each other and a grey photo stays grey.

use crate::denoiser::Place;
use crate::image::{CHANNELS, LinearImage};
use crate::method::random::{Normals, Stream};
use crate::method::schedule::Schedule;
use crate::method::time_map::TimeMap;

/// The noise that a photo's channels have in common.
#[derive(Debug)]
pub struct CommonNoise {
    /// The share of it that is white: how much of the network's mistake is to be expected.
    white: f32,
    /// The time of every value; `None` where it is the same in all channels.
    times: Option<TimeMap>,
}

impl CommonNoise {
    /// For a photo that would start at these times if its channels were independent; and the times at which the grey
    /// photo starts.
    pub fn new(white: f32, times: TimeMap, schedule: &Schedule) -> (Self, TimeMap) {
        let (pixels, more) = (times.width() * times.height(), more(white));
        let planes: Vec<&[f32]> = times.times().chunks_exact(pixels).collect();
        let is_same = planes.iter().all(|plane| *plane == planes[0]);
        let sigma = |p: usize| mean(std::array::from_fn(|c| schedule.sigma(planes[c][p])));
        let of_grey: Vec<f32> = (0..pixels).map(|p| schedule.time_of_sigma(more * sigma(p))).collect();
        let of_grey = TimeMap::from_times(times.width(), times.height(), of_grey.repeat(CHANNELS));
        (Self { white, times: (!is_same).then_some(times) }, of_grey)
    }

    /// The grey photo, with noise in its colours, for a run that starts at the times `of_grey`.
    pub fn disguise(
        &self,
        photo: &LinearImage,
        of_grey: &TimeMap,
        schedule: &Schedule,
        seed: u64,
        place: Place,
    ) -> LinearImage {
        let (width, pixels) = (photo.width(), photo.pixels());
        let normals = Normals::new(seed, Stream::Colour);
        let mut grey = photo.clone();
        for p in 0..pixels {
            let shares = self.shares(p, schedule);
            // A channel without noise has no such units.
            let units = if shares.contains(&0.0) { [1.0; CHANNELS] } else { shares };
            let light = mean(std::array::from_fn(|c| photo.plane(c)[p] / units[c]));
            let z = normals.at(0, place.row + p / width, place.column + p % width);
            let mean_z = mean([z[0], z[1], z[2]]);
            let sigma = self.white * schedule.sigma(of_grey.times()[p]);
            for (channel, z) in (0..CHANNELS).zip(z) {
                grey.values_mut()[channel * pixels + p] = light + sigma * (z - mean_z);
            }
        }
        grey
    }

    /// A pixel of the photo less what the run took from the grey one, `before` and after (`x`).
    pub fn taken_off(&self, photo: Pixel, pixel: usize, schedule: &Schedule, before: Pixel, x: Pixel) -> Pixel {
        let shares = self.shares(pixel, schedule);
        let taken = mean(std::array::from_fn(|c| before[c] - x[c]));
        std::array::from_fn(|c| photo[c] - shares[c] * taken)
    }

    /// The std of each channel's noise at a pixel, relative to their mean.
    fn shares(&self, pixel: usize, schedule: &Schedule) -> [f32; CHANNELS] {
        let Some(times) = &self.times else { return [1.0; CHANNELS] };
        let pixels = times.width() * times.height();
        let sigma: [f32; CHANNELS] = std::array::from_fn(|c| schedule.sigma(times.times()[c * pixels + pixel]));
        match mean(sigma) {
            0.0 => [1.0; CHANNELS],
            mean => sigma.map(|sigma| sigma / mean),
        }
    }
}

type Pixel = [f32; CHANNELS];

/// How much more noise, as a ratio of stds, the mean of independent channels would have to have in each of them.
fn more(white: f32) -> f32 {
    (CHANNELS as f32).sqrt().powf(white)
}

/// The mean, exactly the values' own where they are the same.
fn mean([red, green, blue]: Pixel) -> f32 {
    if red == green && red == blue { red } else { (red + green + blue) / CHANNELS as f32 }
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
        let map = TimeMap::of_photo(&grey, &noise.into(), &schedule, |_, _| 1.0);
        let (common, of_grey) = CommonNoise::new(1.0, map, &schedule);
        assert!((schedule.sigma(of_grey.times()[7]) - 3f32.sqrt() * 0.1).abs() < 1e-4);
        let given = common.disguise(&grey, &of_grey, &schedule, 7, Place::default());
        let off = |c: usize, p: usize| given.plane(c)[p] - 0.3;
        let moment = |a: usize, b: usize| (0..90_000).map(|p| off(a, p) * off(b, p)).sum::<f32>() / 90_000.0;
        for (a, b, expected) in [(0, 0, 0.03), (1, 1, 0.03), (2, 2, 0.03), (0, 1, 0.0), (1, 2, 0.0), (0, 2, 0.0)] {
            assert!((moment(a, b) - expected).abs() < 0.0006, "{a} {b}: {}", moment(a, b));
        }
    }

    #[test]
    fn channels_lose_in_proportion_to_their_noise() {
        let schedule = Schedule::default();
        let common = |stds: [f32; 3]| {
            let times = stds.map(|std| schedule.time_of_sigma(std)).to_vec();
            CommonNoise::new(1.0, TimeMap::from_times(1, 1, times), &schedule).0
        };
        let taken = |stds| common(stds).taken_off([0.5; 3], 0, &schedule, [0.6, 0.3, 0.6], [0.4; 3]);
        let alike = taken([0.1; 3]);
        assert!(alike[0] == alike[1] && alike[1] == alike[2] && (alike[0] - 0.4).abs() < 1e-6);
        let kept = taken([0.1, 0.2, 0.0]);
        assert!(kept.iter().zip([0.4, 0.3, 0.5]).all(|(kept, expected)| (kept - expected).abs() < 1e-3), "{kept:?}");
    }

    #[test]
    fn common_noise_of_a_colour_is_that_of_its_grey() {
        let schedule = Schedule::default();
        let z = NoiseModel { sigma_read: 1.0, shot: 0.0 }
            .add_to(&LinearImage::from_fn(200, 200, |_, _, _| 0.0).unwrap(), 3);
        let (colour, std) = ([0.6, 0.3, 0.1], [0.04, 0.02, 0.06]);
        let photo = LinearImage::from_fn(200, 200, |c, r, x| colour[c] + std[c] * z.plane(0)[r * 200 + x]).unwrap();
        let times = std.iter().flat_map(|std| vec![schedule.time_of_sigma(*std); 40_000]).collect();
        let (common, of_grey) = CommonNoise::new(0.0, TimeMap::from_times(200, 200, times), &schedule);
        let grey = common.disguise(&photo, &of_grey, &schedule, 7, Place::default());
        assert_eq!(grey.plane(0), grey.plane(2));
        let mean = grey.plane(0).iter().sum::<f32>() / 40_000.0;
        let variance = grey.plane(0).iter().map(|v| (v - mean).powi(2)).sum::<f32>() / 40_000.0;
        assert!((variance.sqrt() / 0.04 - 1.0).abs() < 0.02, "{variance}");
    }
}

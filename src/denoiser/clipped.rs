//! Photos whose noise was cut off at black or white, as every file of whole numbers cuts it off.
//!
//! What the network gives back for a place is the mean of what is there. Where noise was cut off, that is not the clean
//! value: shadows come out too bright, highlights too dark. How much so follows from the mean and the noise
//! ([`clipping`]), and is taken back from the result.

use crate::denoiser::Strength;
use crate::image::CHANNELS;
use crate::method::clipping;
use crate::method::noise::Noise;

/// Where each channel's values end: the dark and the bright end, in units of the photo's white. `None` where nothing
/// was cut off.
pub type Ends = [[Option<f32>; 2]; CHANNELS];

/// Values, from black to white, at which it is tried how far the noise reaches.
const TRIED: usize = 256;

/// What it takes to put back what was cut off.
#[derive(Debug)]
pub struct Clipped {
    ends: Ends,
    /// How far from each end something may have been cut off.
    reach: [[f32; 2]; CHANNELS],
    noise: Noise,
    strength: Strength,
    pixels: usize,
}

impl Clipped {
    /// For an image of this many pixels; `None` if nothing was cut off.
    pub fn new(ends: Ends, noise: Noise, strength: &Strength, pixels: usize) -> Option<Self> {
        if ends.as_flattened().iter().all(Option::is_none) {
            return None;
        }
        let reach = std::array::from_fn(|channel| {
            [(0, 1.0), (1, -1.0)]
                .map(|(at, inwards)| ends[channel][at].map_or(0.0, |end| reach(&noise, channel, end, inwards)))
        });
        Some(Self { ends, reach, noise, strength: strength.clone(), pixels })
    }

    /// The clean value, given the mean of the cut off values of a pixel.
    pub fn restored(&self, channel: usize, pixel: usize, mean: f32) -> f32 {
        let [dark, bright] = self.ends[channel];
        let [near_dark, near_bright] = self.reach[channel];
        // More strength than 1 removes more than the noise, but no more of it was cut off.
        let strength = self.strength.at(pixel).min(1.0);
        let std = |value: f32| strength * self.noise.std(channel, pixel, self.pixels, value);
        let mut value = mean;
        if let Some(end) = dark.filter(|end| value - end < near_dark) {
            value = end + clipping::from_end(value - end, |distance| std(end + distance));
        }
        if let Some(end) = bright.filter(|end| end - value < near_bright) {
            value = end - clipping::from_end(end - value, |distance| std(end - distance));
        }
        value
    }
}

/// How far from an end something may have been cut off, given the direction away from it.
fn reach(noise: &Noise, channel: usize, end: f32, inwards: f32) -> f32 {
    if let Noise::Std(std) = noise {
        return clipping::REACH * std.iter().copied().fold(0.0, f32::max);
    }
    let std = |distance: f32| noise.std(channel, 0, 1, end + inwards * distance);
    let distances = (0..=TRIED).map(|step| step as f32 / TRIED as f32);
    distances.filter(|distance| *distance < clipping::REACH * std(*distance)).fold(0.0, f32::max) + 1.0 / TRIED as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::noise::NoiseModel;

    const NOISE: NoiseModel = NoiseModel { sigma_read: 0.04, shot: 0.01 };

    fn clipped(strength: f32) -> Clipped {
        let ends = [[Some(0.0), Some(1.0)], [Some(0.1), None], [None, None]];
        Clipped::new(ends, NOISE.into(), &strength.into(), 1).unwrap()
    }

    /// The mean of the noisy values of `clean` that are cut off at an end below.
    fn mean(clean: f32, end: f32, strength: f32) -> f32 {
        let std = strength * NOISE.variance(clean).sqrt();
        end + std * clipping::mean((clean - end) / std)
    }

    #[test]
    fn the_clean_value_comes_back_from_the_mean() {
        for strength in [0.3, 1.0] {
            let clipped = clipped(strength);
            for step in 0..=50 {
                let clean = 0.1 + 0.01 * step as f32;
                let found = clipped.restored(1, 0, mean(clean, 0.1, strength));
                assert!((found - clean).abs() < 2e-3, "{strength} {clean}: {found}");
                let from_black = clipped.restored(0, 0, mean(clean, 0.0, strength));
                assert!((from_black - clean).abs() < 2e-3, "{strength} {clean}: {from_black}");
                assert_eq!(clipped.restored(2, 0, clean), clean, "nothing was cut off");
            }
        }
    }

    #[test]
    fn what_is_far_from_an_end_costs_nothing() {
        let clipped = clipped(1.0);
        let reach = clipped.reach[0][0];
        assert!((0.25..0.27).contains(&reach), "{reach}");
        let of_map = Clipped::new(clipped.ends, Noise::Std(vec![0.1, 0.02]), &1.0.into(), 2).unwrap();
        assert_eq!(of_map.reach[0], [0.4, 0.4]);
        assert!(Clipped::new(Ends::default(), NOISE.into(), &1.0.into(), 1).is_none());
    }

    #[test]
    fn more_strength_than_1_puts_back_no_more() {
        assert_eq!(clipped(3.0).restored(0, 0, 0.05), clipped(1.0).restored(0, 0, 0.05));
    }

    #[test]
    fn white_is_the_mirror_image_of_black() {
        let std = NOISE.variance(0.99).sqrt();
        let found = clipped(1.0).restored(0, 0, 1.0 - std * clipping::mean(0.01 / std));
        assert!((found - 0.99).abs() < 2e-3, "{found}");
    }

    #[test]
    fn ends_stay_and_strength_0_changes_nothing() {
        assert_eq!(clipped(1.0).restored(0, 0, 0.0), 0.0);
        assert_eq!(clipped(1.0).restored(0, 0, 1.0), 1.0);
        for value in [0.0, 0.01, 0.5, 0.99, 1.0] {
            assert_eq!(clipped(0.0).restored(0, 0, value), value);
        }
    }
}

//! The noise that a DNG says it has.

use crate::estimate::least_excess;
use crate::image::{CHANNELS, LinearImage};
use crate::method::noise::NoiseModel;
use crate::raw::layout::Layout;
use crate::raw::mosaic::PLANES;

/// How far the stds of two profiles may be apart, as a factor, so that they still tell of the same noise.
const NEAR: f32 = 1.5;
/// The brightnesses at which they are compared: a shadow and a middle tone.
const COMPARED: [f32; 2] = [0.02, 0.2];

/// More than this is no noise of a photograph: with `S` of 1, white has a std of 1.
const MOST: f64 = 1.0;

/// The noise of each of a camera's colours, with black at 0 and white at 1: a DNG's NoiseProfile, whose variance is
/// `S x + O` (DNG specification 1.7, tag 51041).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoiseProfile {
    /// In the order of a mosaic's planes: red, green in red's rows, green in blue's rows, blue. Both greens of a linear
    /// DNG are the same.
    pub planes: [NoiseModel; PLANES],
}

/// Why a NoiseProfile is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoiseProfileError {
    /// Neither one pair for all colours, nor three, nor four.
    #[error("its NoiseProfile has {0} numbers, which do not fit its colours")]
    Count(usize),
    /// A number that is negative, too large or none.
    #[error("its NoiseProfile holds numbers that are no noise")]
    NoNoise,
    /// Nothing but zeros.
    #[error("its NoiseProfile says that it has no noise at all")]
    Zero,
}

impl NoiseProfile {
    /// The same noise in all colours.
    pub fn uniform(noise: NoiseModel) -> Self {
        Self { planes: [noise; PLANES] }
    }

    /// The noise of red, green and blue.
    pub fn of_channels([red, green, blue]: [NoiseModel; CHANNELS]) -> Self {
        Self { planes: [red, green, green, blue] }
    }

    /// The noise of red, green and blue; green's is that in red's rows.
    pub fn channels(&self) -> [NoiseModel; CHANNELS] {
        let [red, green, _, blue] = self.planes;
        [red, green, blue]
    }

    /// What the tag's numbers say, pairs of `S` and `O`: one for all colours, three for red, green and blue, or four
    /// for the sites of a mosaic's pattern, row after row.
    ///
    /// # Errors
    /// [`NoiseProfileError`], if they cannot be the noise of a photograph.
    pub fn read(numbers: &[f64], layout: Layout) -> Result<Self, NoiseProfileError> {
        let pairs = numbers.len() / 2;
        let fits = match layout {
            Layout::Bayer(_) => [1, 3, 4].contains(&pairs),
            Layout::XTrans(_) | Layout::Linear => [1, 3].contains(&pairs),
        };
        if !numbers.len().is_multiple_of(2) || !fits {
            return Err(NoiseProfileError::Count(numbers.len()));
        }
        if numbers.iter().any(|v| !(0.0..=MOST).contains(v)) {
            return Err(NoiseProfileError::NoNoise);
        }
        let model = |pair: usize| {
            let (shot, offset) = (numbers[2 * pair], numbers[2 * pair + 1]);
            NoiseModel { sigma_read: offset.sqrt() as f32, shot: shot as f32 }
        };
        let profile = match (pairs, layout) {
            (4, Layout::Bayer(phase)) => {
                let mut planes = [model(0); PLANES];
                for (pair, (row, column)) in [(0, 0), (0, 1), (1, 0), (1, 1)].into_iter().enumerate() {
                    planes[phase.color_at(row, column) as usize] = model(pair);
                }
                Self { planes }
            }
            (3, _) => Self::of_channels([0, 1, 2].map(model)),
            _ => Self::uniform(model(0)),
        };
        // One colour without noise is as wrong as all of them.
        if profile.planes.iter().any(|noise| noise.shot == 0.0 && noise.sigma_read == 0.0) {
            return Err(NoiseProfileError::Zero);
        }
        Ok(profile)
    }

    /// With at least this std at black in every plane.
    #[must_use]
    pub fn at_least(mut self, sigma_read: f32) -> Self {
        self.planes.iter_mut().for_each(|noise| noise.sigma_read = noise.sigma_read.max(sigma_read));
        self
    }

    /// Std of the noise of a plane at a brightness.
    pub fn std(&self, plane: usize, brightness: f32) -> f32 {
        self.planes[plane].variance(brightness).sqrt()
    }

    /// How much of this noise is gone if another remains: 0 none, 1 all.
    pub fn reduction_to(&self, other: &Self) -> f32 {
        let sum = |profile: &Self| (0..PLANES).flat_map(|p| COMPARED.map(|at| profile.std(p, at))).sum::<f32>();
        let (before, after) = (sum(self), sum(other));
        if before > 0.0 { (1.0 - after / before).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The tag's numbers: `S` and `O` of red, green and blue; green's are the mean of both greens.
    pub fn numbers(&self) -> [f64; 6] {
        let pair = |noise: NoiseModel| [f64::from(noise.shot), f64::from(noise.sigma_read).powi(2)];
        let [red, green, other, blue] = self.planes.map(pair);
        let [shot, offset] = [0, 1].map(|i| (green[i] + other[i]) / 2.0);
        [red[0], red[1], shot, offset, blue[0], blue[1]]
    }
}

/// Whether an image can have the noise of these lines, one for each of its channels, although the std that was found in
/// a channel at a brightness is another. Profiles of some cameras are off by a factor of 4. But texture can only raise
/// an estimate: one that is lower by more than half in some channel rules the lines out, one that is higher does so
/// only if the quietest places have more noise than the lines tell of.
pub fn fits(image: &LinearImage, told: &[NoiseModel], found: impl Fn(usize, f32) -> f32) -> bool {
    let all = |is_near: fn(f32, f32) -> bool| {
        let at = |channel: usize, brightness: f32| {
            is_near(told[channel].variance(brightness).sqrt(), found(channel, brightness))
        };
        (0..told.len()).all(|channel| COMPARED.into_iter().all(|brightness| at(channel, brightness)))
    };
    // Whether even the quietest places have more.
    let is_exceeded = || least_excess(image, |channel, x| told[channel].variance(x)) > NEAR * NEAR;
    all(|told, found| told <= NEAR * found) && (all(|told, found| found <= NEAR * told) || !is_exceeded())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::mosaic::Phase;

    fn shots(profile: NoiseProfile) -> [f32; 4] {
        profile.planes.map(|noise| noise.shot)
    }

    #[test]
    fn one_three_and_four_pairs_are_read() {
        let read = |numbers: &[f64], phase| NoiseProfile::read(numbers, Layout::Bayer(phase));
        let one = read(&[0.5, 0.04], Phase::GRBG).unwrap();
        assert_eq!(one, NoiseProfile::uniform(NoiseModel { sigma_read: 0.2, shot: 0.5 }));
        let three = [0.1, 1e-4, 0.2, 1e-4, 0.3, 1e-4];
        assert_eq!(shots(read(&three, Phase::BGGR).unwrap()), [0.1, 0.2, 0.2, 0.3]);
        // Of sites: in GBRG the first is a green in blue's rows, the second blue, the third red.
        let four = [0.1, 0.0, 0.2, 0.0, 0.3, 0.0, 0.4, 0.0];
        assert_eq!(shots(read(&four, Phase::GBRG).unwrap()), [0.3, 0.4, 0.1, 0.2]);
        let back = read(&three, Phase::RGGB).unwrap().numbers();
        assert!(back.iter().zip(three).all(|(a, b)| (a - b).abs() < 1e-7), "{back:?}");
        let linear = |numbers: &[f64]| NoiseProfile::read(numbers, Layout::Linear);
        assert_eq!(linear(&three).map(shots), Ok([0.1, 0.2, 0.2, 0.3]));
        assert_eq!(linear(&[0.5, 0.04]), Ok(one));
        assert_eq!(linear(&four), Err(NoiseProfileError::Count(8)), "it has no sites");
    }

    #[test]
    fn profiles_fit_as_their_stds_do_but_texture_does_not_count() {
        let of =
            |scale: f32| NoiseProfile::uniform(NoiseModel { sigma_read: 0.01 * scale, shot: 1e-3 * scale * scale });
        // Coarse texture but for a corner; every photosite has noise.
        let texture =
            |row: usize, column: usize| if row < 40 && column < 120 { 0.2 } else { [0.1, 0.5][(row + column) / 2 % 2] };
        let clean = LinearImage::planes_from_fn(PLANES, 160, 160, |_, row, column| texture(row, column)).unwrap();
        let planes = of(1.0).planes[0].add_to(&clean, 5);
        let fits = |told: NoiseProfile, found: NoiseProfile| {
            fits(&planes, &told.planes, |plane, brightness| found.std(plane, brightness))
        };
        assert!(fits(of(1.0), of(1.4)) && fits(of(1.0), of(0.7)));
        assert!(fits(of(1.0), of(4.0)), "the estimate is of the texture");
        assert!(!fits(of(0.25), of(1.0)) && !fits(of(0.6), of(1.0)), "too little");
        assert!(!fits(of(2.0), of(1.0)), "too much");
        let mut one_plane = of(1.0);
        one_plane.planes[3] = of(2.0).planes[3];
        assert!(!fits(one_plane, of(1.0)), "blue alone differs");
        assert!((of(1.0).reduction_to(&of(0.25)) - 0.75).abs() < 1e-6);
        assert_eq!(of(1.0).reduction_to(&of(3.0)), 0.0);
    }

    #[test]
    fn nonsense_is_named() {
        for (numbers, expected) in [
            (vec![], NoiseProfileError::Count(0)),
            (vec![0.1; 3], NoiseProfileError::Count(3)),
            (vec![0.1; 4], NoiseProfileError::Count(4)),
            (vec![0.1; 10], NoiseProfileError::Count(10)),
            (vec![0.0; 6], NoiseProfileError::Zero),
            (vec![0.1, 0.1, 0.0, 0.0, 0.1, 0.1], NoiseProfileError::Zero),
            (vec![-0.1, 0.1], NoiseProfileError::NoNoise),
            (vec![f64::NAN, 0.1], NoiseProfileError::NoNoise),
            (vec![0.1, f64::INFINITY], NoiseProfileError::NoNoise),
            (vec![5.0, 0.1], NoiseProfileError::NoNoise),
        ] {
            let layout = Layout::Bayer(Phase::RGGB);
            assert_eq!(NoiseProfile::read(&numbers, layout), Err(expected), "{numbers:?}");
        }
    }
}

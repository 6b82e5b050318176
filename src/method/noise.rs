//! A camera's noise in linear light (paper, Section 3.2).

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::image::{LinearImage, MOST_CHANNELS};
use crate::method::noise_curve::NoiseCurve;
use crate::method::random::{Normals, Stream};

/// Signal-dependent noise: `y = x0 + e`, `e ~ N(0, sigma_read^2 + shot * x0)`, per pixel and channel, in linear light
/// with white at 1 (Mildenhall et al., *Burst denoising with kernel prediction networks*, 2018).
///
/// As JSON it is `{"read": 0.01, "shot": 0.003}`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NoiseModel {
    /// Std of the noise at black.
    #[serde(rename = "read")]
    pub sigma_read: f32,
    /// Variance added per unit of signal.
    pub shot: f32,
}

/// How much noise a photo has, pixel by pixel.
#[derive(Debug, Clone, PartialEq)]
pub enum Noise {
    /// A sensor's noise: its variance is a line over the brightness.
    Model(NoiseModel),
    /// A sensor's noise with a line for each plane of a mosaic: red, green in red's rows, green in blue's rows, blue.
    Planes([NoiseModel; MOST_CHANNELS]),
    /// A developed photo's noise: its std is a curve over the brightness.
    Curve(NoiseCurve),
    /// Independent of the brightness: the std of every pixel in linear light, from 0 to 2; one plane for all channels,
    /// or as many planes as the [`LinearImage`] has.
    Std(Vec<f32>),
}

impl From<NoiseModel> for Noise {
    fn from(model: NoiseModel) -> Self {
        Self::Model(model)
    }
}

impl From<[NoiseModel; MOST_CHANNELS]> for Noise {
    fn from(models: [NoiseModel; MOST_CHANNELS]) -> Self {
        Self::Planes(models)
    }
}

impl From<NoiseCurve> for Noise {
    fn from(curve: NoiseCurve) -> Self {
        Self::Curve(curve)
    }
}

impl Noise {
    /// Std of the noise at a pixel of this brightness, in linear light; `pixel` counts row after row.
    ///
    /// # Panics
    /// If [`Noise::check`] would refuse the noise's map.
    pub fn std(&self, channel: usize, pixel: usize, pixels: usize, brightness: f32) -> f32 {
        match self {
            Self::Model(model) => model.variance(brightness).sqrt(),
            Self::Planes(models) => models[channel].variance(brightness).sqrt(),
            Self::Curve(curve) => curve.std(channel, brightness),
            Self::Std(std) => std[(channel * pixels + pixel) % std.len()],
        }
    }

    /// Checks that this can be the noise of an image with that many channels and pixels.
    ///
    /// # Errors
    /// [`Error::BadOption`].
    pub fn check(&self, channels: usize, pixels: usize) -> Result<(), Error> {
        match self {
            Self::Model(NoiseModel { sigma_read, shot }) => NoiseModel::new(*sigma_read, *shot).map(|_| ()),
            Self::Planes(models) => {
                if channels != models.len() {
                    let value = "a line for each of four planes".into();
                    return Err(Error::BadOption { name: "noise", value, range: "the noise of an RGB image" });
                }
                models.iter().try_for_each(|model| NoiseModel::new(model.sigma_read, model.shot).map(|_| ()))
            }
            // Its points were checked when it was made.
            Self::Curve(curve) => curve.check_channels(channels),
            Self::Std(std) => {
                let bad = |value, range| Err(Error::BadOption { name: "noise.std", value, range });
                if std.len() != pixels && std.len() != channels * pixels {
                    let range = "one value a pixel, or a plane of them for each channel";
                    return bad(format!("a map of {} values", std.len()), range);
                }
                match std.iter().find(|v| !(0.0..=MOST_STD).contains(*v)) {
                    Some(v) => bad(v.to_string(), "from 0 to 2 everywhere, in linear light"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// No photograph has more noise than this, in linear light.
pub(super) const MOST_STD: f32 = 2.0;

/// (gain, log10 `sigma_read`, log10 `shot`). Up to gain 8 from Mildenhall et al.; 16 and 20 extend them as SVNR does.
const GAINS: [(f32, f32, f32); 6] = [
    (1.0, -2.1, -2.6),
    (2.0, -1.8, -2.3),
    (4.0, -1.4, -1.9),
    (8.0, -1.1, -1.5),
    (16.0, -0.8, -1.2),
    (20.0, -0.7, -1.1),
];

impl NoiseModel {
    /// No noise at all.
    pub const NONE: Self = Self { sigma_read: 0.0, shot: 0.0 };

    /// A model from its two numbers, each from 0 to 2.
    ///
    /// # Errors
    /// [`Error::BadOption`] for anything else.
    pub fn new(sigma_read: f32, shot: f32) -> Result<Self, Error> {
        for (name, value) in [("sigma_read", sigma_read), ("shot", shot)] {
            if !(0.0..=MOST_STD).contains(&value) {
                return Err(Error::BadOption { name, value: value.to_string(), range: "from 0 to 2, in linear light" });
            }
        }
        Ok(Self { sigma_read, shot })
    }

    /// A camera's noise at an analog gain above 0. Between the tabulated gains (1 to 20) and beyond, straight lines in
    /// log-log.
    pub fn at_gain(gain: f32) -> Self {
        let upper = GAINS.iter().skip(1).position(|g| gain <= g.0).unwrap_or(GAINS.len() - 2) + 1;
        let (a, b) = (GAINS[upper - 1], GAINS[upper]);
        let f = (gain / a.0).log10() / (b.0 / a.0).log10();
        let lerp = |from: f32, to: f32| 10f32.powf(from + f * (to - from));
        Self { sigma_read: lerp(a.1, b.1), shot: lerp(a.2, b.2) }
    }

    /// Variance of the noise at signal `x`. Negative values, which only noise produces, count as black.
    pub fn variance(&self, x: f32) -> f32 {
        self.sigma_read * self.sigma_read + self.shot * if x > 0.0 { x } else { 0.0 }
    }

    /// The sum of two independent noises: their variances add up.
    pub fn plus(&self, other: Self) -> Self {
        Self { sigma_read: self.sigma_read.hypot(other.sigma_read), shot: self.shot + other.shot }
    }

    /// The same noise with its std multiplied by `factor`.
    pub fn scaled(&self, factor: f32) -> Self {
        Self { sigma_read: self.sigma_read * factor, shot: self.shot * factor * factor }
    }

    /// `clean` with this noise added, unclipped. The same seed adds the same noise.
    pub fn add_to(&self, clean: &LinearImage, seed: u64) -> LinearImage {
        let (width, pixels) = (clean.width(), clean.pixels());
        let normals = Normals::new(seed, Stream::Noise);
        let mut noisy = clean.clone();
        let samples = noisy.values_mut();
        for p in 0..pixels {
            for (channel, z) in (0..clean.channels()).zip(normals.at(0, p / width, p % width)) {
                let x = &mut samples[channel * pixels + p];
                *x += self.variance(*x).sqrt() * z;
            }
        }
        noisy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variances_add_up() {
        let (a, b) = (NoiseModel::at_gain(2.0), NoiseModel::at_gain(8.0));
        for x in [0.0, 0.3, 1.0] {
            assert!((a.plus(b).variance(x) / (a.variance(x) + b.variance(x)) - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn tabulated_gains_come_out_exactly() {
        for (gain, read, shot) in GAINS {
            let noise = NoiseModel::at_gain(gain);
            assert!((noise.sigma_read.log10() - read).abs() < 1e-4, "gain {gain}: {noise:?}");
            assert!((noise.shot.log10() - shot).abs() < 1e-4, "gain {gain}: {noise:?}");
        }
    }

    #[test]
    fn noise_grows_with_gain_everywhere() {
        let gains: Vec<f32> = (-10..15).map(|i| 2f32.powf(i as f32 * 0.4)).collect();
        for pair in gains.windows(2) {
            let (a, b) = (NoiseModel::at_gain(pair[0]), NoiseModel::at_gain(pair[1]));
            assert!(a.sigma_read < b.sigma_read && a.shot < b.shot, "{pair:?}");
        }
    }

    #[test]
    fn added_noise_has_the_models_moments() {
        let noise = NoiseModel::at_gain(8.0);
        for level in [0.0, 0.2, 0.9] {
            let clean = LinearImage::from_fn(200, 200, |_, _, _| level).unwrap();
            let noisy = noise.add_to(&clean, 3);
            let n = noisy.values().len() as f32;
            let mean = noisy.values().iter().sum::<f32>() / n;
            let variance = noisy.values().iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n;
            // Three and a half standard errors of each moment.
            let expected = noise.variance(level);
            assert!((mean - level).abs() < 3.5 * (expected / n).sqrt(), "mean {mean} at {level}");
            assert!((variance / expected - 1.0).abs() < 3.5 * (2.0 / n).sqrt(), "variance {variance} at {level}");
        }
    }

    #[test]
    fn numbers_that_are_no_noise_are_refused() {
        for (read, shot) in [(-0.1, 0.0), (f32::NAN, 0.0), (0.0, 3.0), (0.1, f32::INFINITY)] {
            assert!(matches!(NoiseModel::new(read, shot), Err(Error::BadOption { .. })));
        }
        assert!(NoiseModel::new(0.0, 0.0).is_ok());
    }
}

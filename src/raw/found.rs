//! The noise of a RAW photo: what its file says, or what its light shows.

use std::borrow::Cow;
use std::fmt;

use crate::estimate::{Doubt, Estimate, estimate_noise};
use crate::image::{CHANNELS, LinearImage};
use crate::method::noise::{Noise, NoiseModel};
use crate::method::noise_curve::{NoiseCurve, Point};
use crate::raw::layout::Layout;
use crate::raw::light::Light;
use crate::raw::noise_profile::{NoiseProfile, fits};
use crate::raw::photo::RawPhoto;

/// Points of the curve of a sensor's line.
const POINTS: usize = 48;
/// The brightness of the last of them: clipped colours become so much brighter than white.
const BRIGHTEST: f32 = 4.0;
/// The most that a run takes; see [`NoiseModel::new`].
const MOST: f32 = 2.0;

/// Where the noise that is removed is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The file's NoiseProfile.
    Profile,
    /// The photo's light: there is no NoiseProfile.
    Light,
    /// The photo's light, which shows that the file's NoiseProfile is wrong.
    NotProfile,
}

/// The noise of a RAW photo, and where it is known from. Its [`fmt::Display`] says both in words.
#[derive(Debug, Clone)]
pub struct FoundNoise {
    /// The noise that is to be removed, of [`RawPhoto::planes`].
    pub noise: Noise,
    /// Its line in green.
    pub line: NoiseModel,
    /// The same noise as a file says it.
    pub profile: NoiseProfile,
    /// Where it is known from.
    pub source: Source,
    /// What the NoiseProfile that is wrong says of green in the planes.
    pub told: Option<NoiseModel>,
    /// What the light shows, as a file says it.
    pub estimated: NoiseProfile,
    /// The same with all that was measured in the planes: points, and doubts.
    pub estimate: Estimate,
}

impl FoundNoise {
    /// What the file says, unless the light shows that it is wrong; else what the light shows. `planes` are
    /// [`RawPhoto::planes`] of all of [`RawPhoto::light`].
    pub fn of(photo: &RawPhoto, planes: &LinearImage) -> Self {
        let estimate = estimate_noise(planes);
        let units = Units::of(photo, planes.white());
        let estimated = units.profile(&estimate);
        let scaled = match planes.white() {
            1.0 => Cow::Borrowed(planes),
            white => Cow::Owned(planes.clone().scaled(1.0 / white)),
        };
        let is_right = |told: &NoiseProfile| match units {
            Units::OfSensor => fits(&scaled, &told.planes, |plane, x| estimated.std(plane, x)),
            // The estimate does not always tell the colours apart.
            Units::OfPlanes(_) => {
                let std = |x: f32| mean([0, 1, 2].map(|channel| estimate.noise.std(channel, 0, 1, x).powi(2))).sqrt();
                fits(&scaled, &[mean_line(units.lines(told)); CHANNELS], |_, x| std(x))
            }
        };
        let told = photo.noise_profile;
        if let Some(told) = told.filter(|told| estimate.doubt.is_some() || is_right(told)) {
            let (noise, line) = (units.noise(&told), units.lines(&told)[1]);
            return Self { noise, line, profile: told, source: Source::Profile, told: None, estimated, estimate };
        }
        let (noise, line) = match units {
            Units::OfSensor => (Noise::Planes(estimated.planes), estimated.planes[1]),
            Units::OfPlanes(_) => (estimate.noise.clone(), estimate.line),
        };
        let source = if told.is_some() { Source::NotProfile } else { Source::Light };
        let told = told.map(|told| units.lines(&told)[1]);
        Self { noise, line, profile: estimated, source, told, estimated, estimate }
    }

    /// Why the noise is only a guess, if it is one.
    pub fn doubt(&self) -> Option<Doubt> {
        self.estimate.doubt.filter(|_| self.source == Source::Light)
    }
}

/// The noise of light of a photo, as a file says it.
pub fn profile_of(photo: &RawPhoto, light: Light) -> NoiseProfile {
    let planes = photo.planes(light);
    Units::of(photo, planes.white()).profile(&estimate_noise(&planes))
}

/// Noise in the planes of a photo, whose white is 1, as a file says it.
pub fn as_profile(photo: &RawPhoto, lines: NoiseProfile) -> NoiseProfile {
    Units::of(photo, 1.0).of_sensor(lines)
}

/// What unit the noise of planes has.
#[derive(Clone, Copy)]
enum Units {
    /// A file's.
    OfSensor,
    /// That of the planes, which are so many times as bright as the sensor's light.
    OfPlanes([f32; CHANNELS]),
}

impl Units {
    /// Those of the planes of a photo with this white.
    fn of(photo: &RawPhoto, white: f32) -> Self {
        match photo.layout {
            Layout::Bayer(_) => Self::OfSensor,
            Layout::Linear => Self::OfPlanes(photo.factors().map(|factor| factor / white)),
        }
    }

    /// The lines of red, green and blue in the planes.
    fn lines(self, told: &NoiseProfile) -> [NoiseModel; CHANNELS] {
        let lines = told.channels();
        match self {
            Self::OfSensor => lines,
            // Values times a factor have its square times the variance, of which one stays with the brightness.
            Self::OfPlanes(factors) => std::array::from_fn(|c| brighter(lines[c], factors[c])),
        }
    }

    /// What a file says, as the noise of the planes.
    fn noise(self, told: &NoiseProfile) -> Noise {
        let lines = self.lines(told);
        match self {
            Self::OfSensor => Noise::Planes(told.planes),
            Self::OfPlanes(_) if lines.iter().all(|line| *line == lines[0]) => Noise::Model(lines[0]),
            Self::OfPlanes(_) => {
                let curve = NoiseCurve::of_channels(lines.map(points));
                curve.map_or(Noise::Model(lines[1]), Noise::Curve)
            }
        }
    }

    /// Noise of the planes, as a file says it.
    fn of_sensor(self, lines: NoiseProfile) -> NoiseProfile {
        match self {
            Self::OfSensor => lines,
            Self::OfPlanes(factors) => {
                let lines = lines.channels();
                NoiseProfile::of_channels(std::array::from_fn(|c| brighter(lines[c], factors[c].recip())))
            }
        }
    }

    /// What was measured in the planes, as a file says it.
    fn profile(self, estimate: &Estimate) -> NoiseProfile {
        match estimate.noise {
            Noise::Planes(planes) => NoiseProfile { planes },
            _ => self.of_sensor(NoiseProfile::uniform(estimate.line)),
        }
    }
}

/// The noise of values that are so many times as bright.
fn brighter(NoiseModel { sigma_read, shot }: NoiseModel, factor: f32) -> NoiseModel {
    NoiseModel { sigma_read: (sigma_read * factor).min(MOST), shot: (shot * factor).min(MOST) }
}

/// The line of the mean variance.
fn mean_line(lines: [NoiseModel; CHANNELS]) -> NoiseModel {
    let sigma_read = mean(lines.map(|line| line.sigma_read.powi(2))).sqrt();
    NoiseModel { sigma_read, shot: mean(lines.map(|line| line.shot)) }
}

fn mean(values: [f32; CHANNELS]) -> f32 {
    values.iter().sum::<f32>() / CHANNELS as f32
}

/// A line as the points of a curve, denser towards black, where its std rises fastest.
fn points(line: NoiseModel) -> Vec<Point> {
    let mean = |i: usize| BRIGHTEST * (i as f32 / (POINTS - 1) as f32).powi(3);
    (0..POINTS).map(mean).map(|mean| Point { mean, std: line.variance(mean).sqrt().min(MOST) }).collect()
}

impl fmt::Display for FoundNoise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noise = said(self.line);
        match (self.source, self.doubt()) {
            (Source::Profile, _) => write!(f, "{noise} (from its NoiseProfile)"),
            (Source::NotProfile, _) => {
                let told = self.told.map(said).unwrap_or_default();
                write!(f, "{noise} (estimated; its NoiseProfile says {told}, which is not its noise)")
            }
            (Source::Light, Some(doubt)) => write!(f, "{noise} (estimated; {doubt})"),
            (Source::Light, None) => write!(f, "{noise} (estimated)"),
        }
    }
}

/// Noise in words. A mosaic's is smaller than a developed photo's: it takes more digits.
pub fn said(NoiseModel { sigma_read, shot }: NoiseModel) -> String {
    format!("read {sigma_read:.5}, shot {shot:.6}")
}

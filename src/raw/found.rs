//! The noise of a RAW photo: what its file says, or what its light shows.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::estimate::{Doubt, Estimate, estimate_noise};
use crate::image::{CHANNELS, LinearImage};
use crate::method::noise::{Noise, NoiseModel};
use crate::method::noise_curve::{NoiseCurve, Point};
use crate::raw::layout::Layout;
use crate::raw::light::Light;
use crate::raw::noise_profile::{NoiseProfile, fits};
use crate::raw::photo::{Area, RawPhoto};

/// Points of the curve of a sensor's line.
const POINTS: usize = 48;
/// The brightness of the last of them: clipped colours become so much brighter than white.
const BRIGHTEST: f32 = 4.0;
/// The most that a run takes; see [`NoiseModel::new`].
const MOST: f32 = 2.0;

/// About how many pixels are looked at where more take much time or memory: patches of so many tell as much.
const LOOKED_AT: usize = 6_000_000;
/// Rows of the bands in which they lie: whole patches.
const BAND: usize = 96;

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
    /// What the file says, unless the light shows that it is wrong; else what the light shows.
    pub fn of(photo: &RawPhoto) -> Self {
        let bands = bands_of(photo, LOOKED_AT);
        if bands.is_empty() {
            return Self::in_planes(photo, &photo.planes(photo.light()));
        }
        Self::in_planes(photo, &in_bands(photo, &bands))
    }

    /// The same where `planes` are at hand: [`RawPhoto::planes`] of all of [`RawPhoto::light`].
    pub fn of_planes(photo: &RawPhoto, planes: &LinearImage) -> Self {
        let bands = bands_of(photo, LOOKED_AT);
        if bands.is_empty() {
            return Self::in_planes(photo, planes);
        }
        Self::in_planes(photo, &cut(planes, &bands))
    }

    fn in_planes(photo: &RawPhoto, planes: &LinearImage) -> Self {
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

/// The rows of a photo's planes in which its noise is measured, if they are not all of them: those of an X-Trans
/// mosaic, which takes longer to interpolate than to measure.
fn bands_of(photo: &RawPhoto, pixels: usize) -> Vec<Range<usize>> {
    if matches!(photo.layout, Layout::XTrans(_)) { bands(photo.plane_size(), pixels) } else { Vec::new() }
}

/// Bands of rows that hold about so many pixels of an image; none if it has no more.
fn bands((width, height): (usize, usize), pixels: usize) -> Vec<Range<usize>> {
    let every = (width * height).div_ceil(pixels);
    if every == 1 {
        return Vec::new();
    }
    (0..height / BAND).step_by(every).map(|band| band * BAND..(band + 1) * BAND).collect()
}

/// The planes of these rows, one after the other.
fn in_bands(photo: &RawPhoto, bands: &[Range<usize>]) -> LinearImage {
    let (width, _) = photo.plane_size();
    let area = |rows: &Range<usize>| Area { row: rows.start, column: 0, width, height: rows.len() };
    let parts: Vec<LinearImage> = bands.iter().map(|rows| photo.planes(photo.light_of(area(rows)))).collect();
    let plane = |channel| parts.iter().flat_map(move |part| part.plane(channel)).copied();
    let rows = bands.iter().map(Range::len).sum();
    LinearImage::new(width, rows, (0..CHANNELS).flat_map(plane).collect()).expect("light is finite")
}

/// These rows of planes, one after the other.
fn cut(planes: &LinearImage, bands: &[Range<usize>]) -> LinearImage {
    let width = planes.width();
    let of_plane = |plane| {
        let rows = |rows: &Range<usize>| rows.start * width..rows.end * width;
        bands.iter().flat_map(move |band| &planes.plane(plane)[rows(band)]).copied()
    };
    let values = (0..planes.channels()).flat_map(of_plane).collect();
    let rows = bands.iter().map(Range::len).sum();
    LinearImage::of_planes(planes.channels(), width, rows, values).expect("they are finite")
}

/// The noise of light of a photo, as a file says it.
pub fn profile_of(photo: &RawPhoto, light: &Light) -> NoiseProfile {
    let bands = bands((light.width(), light.height()), LOOKED_AT);
    let planes = match light {
        Light::Linear(image) if !bands.is_empty() => photo.planes(Light::Linear(cut(image, &bands))),
        _ => photo.planes(light.clone()),
    };
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
            Layout::XTrans(_) | Layout::Linear => Self::OfPlanes(photo.factors().map(|factor| factor / white)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::MAX_PIXELS;
    use crate::raw::decode;
    use crate::raw::dng::made::{Made, of_scene};
    use crate::raw::x_trans::XTrans;

    #[test]
    fn bands_of_planes_are_those_of_the_light_and_have_its_noise() {
        let (width, height) = (300, 800);
        let made = Made { active: [2, 1, height, width], ..Made::x_trans(width, height, XTrans::USUAL) };
        let clean = |row: usize, column: usize| 0.05 + 0.3 * ((row / 40 + column / 50) % 5) as f32 / 5.0;
        let scene = LinearImage::from_fn(width, height, |_, row, column| clean(row, column)).unwrap();
        let noisy = NoiseModel { sigma_read: 0.01, shot: 1e-3 }.add_to(&scene, 1);
        let photo = of_scene(decode(&made.bytes(), MAX_PIXELS).unwrap(), |channel, row, column| {
            noisy.plane(channel)[row * width + column] * [0.5, 1.0, 2.0 / 3.0][channel]
        });
        let planes = photo.planes(photo.light());
        let all = FoundNoise::in_planes(&photo, &planes);
        for pixels in [70_000, 120_000] {
            let bands = bands_of(&photo, pixels);
            assert_eq!(bands[1], BAND * 240_000usize.div_ceil(pixels)..BAND * (1 + 240_000usize.div_ceil(pixels)));
            assert!(in_bands(&photo, &bands) == cut(&planes, &bands));
            let found = FoundNoise::in_planes(&photo, &in_bands(&photo, &bands));
            for x in [0.05, 0.3] {
                let ratio = found.profile.std(1, x) / all.profile.std(1, x);
                assert!((0.8..1.25).contains(&ratio), "{pixels}, {x}: {ratio}");
            }
        }
        assert_eq!(FoundNoise::of(&photo).profile, all.profile, "it is small");
        let bayer = decode(&Made::new(64, 48, crate::raw::mosaic::Phase::RGGB).bytes(), MAX_PIXELS).unwrap();
        assert!(bands_of(&bayer, 100).is_empty());
    }
}

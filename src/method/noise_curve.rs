//! Noise as a function of brightness, whatever its shape.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::image::CHANNELS;
use crate::method::noise::MOST_STD;

/// A point of a noise curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Brightness in linear light.
    pub mean: f32,
    /// Std of the noise at that brightness, in linear light.
    pub std: f32,
}

/// Std of the noise against brightness, in linear light, by points: one curve for all channels or one for each.
///
/// A tone curve, a black level or noise reduction bends the line that a sensor's noise follows, so a developed photo
/// needs more than a [`NoiseModel`](crate::method::noise::NoiseModel) (Liu et al., *Noise estimation from a single
/// image*, 2006, call this the noise level function). Between its points a curve is a cubic that keeps their shape
/// (Fritsch and Butland, *A method for constructing local monotone piecewise cubic interpolants*, 1984): it never
/// rises or falls further than they do. Beyond the first and the last point it is flat.
///
/// As JSON it is a list of points, `[{"mean": 0.1, "std": 0.02}, ...]`, or a list of three such lists, for red, green
/// and blue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Listed", into = "Listed")]
pub struct NoiseCurve {
    /// One, three, or four for the planes of a mosaic.
    channels: Vec<Pieces>,
}

/// The most points that a channel's curve may have.
const MOST_POINTS: usize = 256;

impl NoiseCurve {
    /// The same curve for all channels, through 1 to 256 points by strictly increasing brightness.
    ///
    /// # Errors
    /// [`Error::BadOption`]: no points or too many, a brightness that is not finite or not above the one before, or a
    /// std outside 0 to 2.
    pub fn new(points: Vec<Point>) -> Result<Self, Error> {
        Ok(Self { channels: vec![Pieces::new(points)?] })
    }

    /// A curve for each channel: red, green, blue.
    ///
    /// # Errors
    /// As [`NoiseCurve::new`].
    pub fn of_channels(channels: [Vec<Point>; CHANNELS]) -> Result<Self, Error> {
        Ok(Self { channels: channels.into_iter().map(Pieces::new).collect::<Result<_, _>>()? })
    }

    /// For the planes of a mosaic: of curves for red, green and blue, both greens get green's.
    #[must_use]
    pub fn for_planes(mut self) -> Self {
        if let [_, green, _] = &self.channels[..] {
            self.channels.insert(1, green.clone());
        }
        self
    }

    /// The points of a channel's curve, by increasing brightness.
    pub fn points(&self, channel: usize) -> &[Point] {
        &self.of(channel).points
    }

    /// Checks that every channel of an image with that many has a curve.
    ///
    /// # Errors
    /// [`Error::BadOption`].
    pub(super) fn check_channels(&self, channels: usize) -> Result<(), Error> {
        if self.is_shared() || self.channels.len() == channels {
            return Ok(());
        }
        let value = format!("{} curves", self.channels.len());
        let range = "one curve for all channels, or one for each: red, green and blue";
        Err(Error::BadOption { name: "noise.curve", value, range })
    }

    /// Whether all channels have the same curve.
    pub fn is_shared(&self) -> bool {
        self.channels.len() == 1
    }

    /// Std of the noise in a channel at this brightness.
    pub fn std(&self, channel: usize, brightness: f32) -> f32 {
        self.of(channel).at(brightness)
    }

    /// The same curve with its std multiplied by `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f32) -> Self {
        let scaled = |pieces: &Pieces| Pieces {
            points: pieces.points.iter().map(|p| Point { std: p.std * factor, ..*p }).collect(),
            slopes: pieces.slopes.iter().map(|slope| slope * factor).collect(),
        };
        Self { channels: self.channels.iter().map(scaled).collect() }
    }

    fn of(&self, channel: usize) -> &Pieces {
        &self.channels[channel % self.channels.len()]
    }
}

/// A channel's curve.
#[derive(Debug, Clone, PartialEq)]
struct Pieces {
    points: Vec<Point>,
    /// The curve's slope at every point.
    slopes: Vec<f32>,
}

impl Pieces {
    fn new(points: Vec<Point>) -> Result<Self, Error> {
        let bad = |value: String, range| Err(Error::BadOption { name: "noise.curve", value, range });
        if points.is_empty() || points.len() > MOST_POINTS {
            return bad(format!("a list of {} points", points.len()), "1 to 256 points");
        }
        if let Some(p) = points.iter().find(|p| !p.mean.is_finite() || !(0.0..=MOST_STD).contains(&p.std)) {
            let range = "points of a finite mean and a std from 0 to 2, in linear light";
            return bad(format!("a list with the point (mean {}, std {})", p.mean, p.std), range);
        }
        if let Some(pair) = points.windows(2).find(|pair| pair[0].mean >= pair[1].mean) {
            let value = format!("a list where mean {} comes before mean {}", pair[0].mean, pair[1].mean);
            return bad(value, "points by increasing mean");
        }
        Ok(Self { slopes: slopes(&points), points })
    }

    fn at(&self, brightness: f32) -> f32 {
        let (points, slopes) = (&self.points, &self.slopes);
        let next = points.partition_point(|p| p.mean <= brightness);
        // Beyond the ends.
        let (Some(i), Some(b)) = (next.checked_sub(1), points.get(next)) else {
            return points[next.saturating_sub(1)].std;
        };
        let a = &points[i];
        let width = b.mean - a.mean;
        let t = (brightness - a.mean) / width;
        // Hermite's cubic, by its value at `a` and what is added to it.
        let rise = b.std - a.std;
        let (first, last) = (slopes[i] * width, slopes[next] * width);
        let square = 3.0 * rise - 2.0 * first - last;
        let cube = first + last - 2.0 * rise;
        (a.std + t * (first + t * (square + t * cube))).max(0.0)
    }
}

/// The slopes that keep every piece between its two points.
fn slopes(points: &[Point]) -> Vec<f32> {
    let last = points.len() - 1;
    if last == 0 {
        return vec![0.0];
    }
    let width = |i: usize| points[i + 1].mean - points[i].mean;
    let secant = |i: usize| (points[i + 1].std - points[i].std) / width(i);
    if last == 1 {
        return vec![secant(0); 2];
    }
    let inner = |i: usize| {
        let (before, after) = (secant(i - 1), secant(i));
        if before * after <= 0.0 {
            return 0.0;
        }
        let (weight_before, weight_after) = (width(i - 1) + 2.0 * width(i), 2.0 * width(i - 1) + width(i));
        (weight_before + weight_after) / (weight_before / before + weight_after / after)
    };
    // A parabola through three points, kept from overshooting.
    let end = |near: usize, far: usize| {
        let (h, g) = (width(near), width(far));
        let slope = ((2.0 * h + g) * secant(near) - h * secant(far)) / (h + g);
        if slope * secant(near) <= 0.0 {
            0.0
        } else if secant(near) * secant(far) < 0.0 && slope.abs() > 3.0 * secant(near).abs() {
            3.0 * secant(near)
        } else {
            slope
        }
    };
    (0..=last)
        .map(|i| match i {
            0 => end(0, 1),
            _ if i == last => end(last - 1, last - 2),
            _ => inner(i),
        })
        .collect()
}

/// How a curve is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Listed {
    Shared(Vec<Point>),
    Each([Vec<Point>; CHANNELS]),
}

impl TryFrom<Listed> for NoiseCurve {
    type Error = Error;

    fn try_from(listed: Listed) -> Result<Self, Error> {
        match listed {
            Listed::Shared(points) => Self::new(points),
            Listed::Each(channels) => Self::of_channels(channels),
        }
    }
}

impl From<NoiseCurve> for Listed {
    fn from(curve: NoiseCurve) -> Self {
        let mut points: Vec<Vec<Point>> = curve.channels.into_iter().map(|pieces| pieces.points).collect();
        match points.len() {
            1 => Self::Shared(points.remove(0)),
            _ => Self::Each(std::array::from_fn(|c| std::mem::take(&mut points[c]))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(list: &[(f32, f32)]) -> Vec<Point> {
        list.iter().map(|&(mean, std)| Point { mean, std }).collect()
    }

    fn curve(list: &[(f32, f32)]) -> NoiseCurve {
        NoiseCurve::new(points(list)).unwrap()
    }

    #[test]
    fn both_greens_of_a_mosaic_have_greens_curve() {
        let of = |std| vec![Point { mean: 0.5, std }];
        let curve = NoiseCurve::of_channels([of(0.1), of(0.2), of(0.3)]).unwrap();
        assert!(curve.check_channels(4).is_err());
        let planes = curve.for_planes();
        planes.check_channels(4).unwrap();
        assert_eq!([0, 1, 2, 3].map(|plane| planes.std(plane, 0.4)), [0.1, 0.2, 0.2, 0.3]);
        let shared = NoiseCurve::new(of(0.1)).unwrap();
        assert_eq!(shared.clone().for_planes(), shared);
    }

    #[test]
    fn a_curve_goes_through_its_points_and_stays_between_them() {
        let list = [(0.0, 0.02), (0.05, 0.06), (0.1, 0.061), (0.4, 0.03), (0.5, 0.03), (1.0, 0.01)];
        let curve = curve(&list);
        for (mean, std) in list {
            assert!((curve.std(1, mean) - std).abs() < 1e-7);
        }
        for pair in list.windows(2) {
            let stds: Vec<f32> =
                (0..=100).map(|i| curve.std(0, pair[0].0 + (pair[1].0 - pair[0].0) * i as f32 / 100.0)).collect();
            let rises = pair[1].1 >= pair[0].1;
            assert!(stds.windows(2).all(|s| if rises { s[1] >= s[0] - 1e-7 } else { s[1] <= s[0] + 1e-7 }), "{pair:?}");
        }
    }

    #[test]
    fn the_values_are_those_of_the_published_method() {
        // By SciPy's PchipInterpolator.
        let curve = curve(&[(0.0, 0.1), (0.2, 0.3), (0.5, 0.35), (1.0, 0.2)]);
        for (x, expected) in [(0.1, 0.225_833_33), (0.3, 0.326_296_3), (0.7, 0.325_6), (0.9, 0.253_466_67)] {
            assert!((curve.std(0, x) - expected).abs() < 1e-5, "{x}: {}", curve.std(0, x));
        }
    }

    #[test]
    fn beyond_its_ends_a_curve_is_flat() {
        let curve = curve(&[(0.1, 0.02), (0.9, 0.06)]);
        assert_eq!([curve.std(0, -1.0), curve.std(0, 0.1), curve.std(0, 7.0)], [0.02, 0.02, 0.06]);
        assert!((curve.std(0, 0.5) - 0.04).abs() < 1e-7, "two points are a line");
        assert_eq!(NoiseCurve::new(points(&[(0.3, 0.1)])).unwrap().std(2, 0.8), 0.1);
    }

    #[test]
    fn channels_have_their_own() {
        let each = NoiseCurve::of_channels([0.1, 0.2, 0.3].map(|std| points(&[(0.0, std)]))).unwrap();
        assert_eq!([0, 1, 2].map(|c| each.std(c, 0.5)), [0.1, 0.2, 0.3]);
        assert_eq!(each.scaled(2.0).std(1, 0.5), 0.4);
        assert!(!each.is_shared());
        assert_eq!((each.check_channels(3), curve(&[(0.0, 0.1)]).check_channels(4)), (Ok(()), Ok(())));
        assert!(matches!(each.check_channels(4), Err(Error::BadOption { name: "noise.curve", .. })));
    }

    #[test]
    fn what_is_no_curve_is_refused() {
        for list in [&[][..], &[(0.1, -0.1)], &[(0.1, 3.0)], &[(f32::NAN, 0.1)], &[(0.2, 0.1), (0.2, 0.1)]] {
            let refused = NoiseCurve::new(points(list));
            assert!(matches!(refused, Err(Error::BadOption { name: "noise.curve", .. })), "{list:?}");
        }
        assert!(NoiseCurve::new(vec![Point { mean: 0.0, std: 0.1 }; 257]).is_err());
    }

    #[test]
    fn json_comes_back_as_it_went() {
        let shared = curve(&[(0.0, 0.25), (1.0, 0.5)]);
        let each = NoiseCurve::of_channels([0.1, 0.2, 0.3].map(|std| points(&[(0.0, std)]))).unwrap();
        for curve in [&shared, &each] {
            let json = serde_json::to_string(curve).unwrap();
            assert_eq!(serde_json::from_str::<NoiseCurve>(&json).unwrap(), *curve);
        }
        assert_eq!(serde_json::to_string(&shared).unwrap(), r#"[{"mean":0.0,"std":0.25},{"mean":1.0,"std":0.5}]"#);
        let falling = r#"[{"mean":1.0,"std":0.25},{"mean":0.0,"std":0.5}]"#;
        let refusal = serde_json::from_str::<NoiseCurve>(falling).unwrap_err().to_string();
        assert!(refusal.contains("increasing mean"), "{refusal}");
    }
}

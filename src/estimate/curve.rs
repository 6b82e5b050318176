//! Fits a noise curve to measured points: as smooth as they allow, and a line if that fits.

use crate::color::{linear_to_srgb, srgb_to_linear};
use crate::estimate::white::White;
use crate::estimate::{Point, Tolerance, fit};
use crate::method::noise::{Noise, NoiseModel};
use crate::method::noise_curve::NoiseCurve;

/// The cost of bends relative to that of a point's distance: the square of the change of slope (of the log of the std
/// over brightness on the sRGB curve) within a step of the points' average distance.
const STIFFNESS: f64 = 0.1;
/// The same for how a channel's curve differs from the common one.
const CHANNEL_STIFFNESS: f64 = 60.0;
/// How far the curve is from the line in the middle of its points, as a ratio of stds minus one. Below the first number
/// the line is as good, above the second only the curve counts.
const BENT: (f64, f64) = (0.06, 0.12);
/// A channel whose curve is closer than this to the common one uses that.
const CHANNEL_APART: f64 = 0.1;
/// Of fewer of the points than this share, a curve would be a guess in between.
const LEAST_FOLLOWED: f32 = 0.4;
/// Rounds of fitting and weighting.
const ROUNDS: usize = 25;
/// A curve needs at least this many points.
const FEWEST: usize = 4;

/// The noise that fits the points.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The line, or the curve if no line fits.
    pub noise: Noise,
    /// The closest line.
    pub line: NoiseModel,
}

/// The noise of points of all channels together, and of each channel alone.
pub fn through(white: &White) -> Fitted {
    let line = fit(&white.points, Tolerance::OF_WHITE);
    let followed = white.told_apart.to_follow(&line);
    let shared = (LEAST_FOLLOWED * white.points.len() as f32 <= followed.len() as f32)
        .then(|| Smooth::through(&followed, STIFFNESS, |_| 0.0))
        .flatten();
    let Some(shared) = shared else { return Fitted { noise: line.into(), line } };
    let log_line = |place: f64| 0.5 * f64::from(line.variance(brightness(place))).max(1e-14).ln();
    let off: Vec<f64> = shared.places.iter().zip(&shared.values).map(|(p, v)| (v - log_line(*p)).abs()).collect();
    let bent = ramp(middle(off).exp_m1(), BENT);
    let mixed = |place: f64| log_line(place) + bent * (shared.at(place) - log_line(place));
    let apart: Vec<Option<Smooth>> = white
        .of_channels
        .iter()
        .map(|points| {
            let apart = Smooth::through(&points.to_follow(&line), CHANNEL_STIFFNESS, mixed)?;
            (middle(apart.values.iter().map(|v| v.abs()).collect()) > CHANNEL_APART).then_some(apart)
        })
        .collect();
    let knots = |apart: Option<&Smooth>| -> Vec<Point> {
        let std = |place: f64| (mixed(place) + apart.map_or(0.0, |apart| apart.at(place))).exp().min(2.0) as f32;
        places(&shared, bent < 1.0).into_iter().map(|p| Point { mean: brightness(p), std: std(p) }).collect()
    };
    let curve = if apart.iter().any(Option::is_some) {
        NoiseCurve::of_channels(std::array::from_fn(|c| knots(apart[c].as_ref())))
    } else if bent > 0.0 {
        NoiseCurve::new(knots(None))
    } else {
        return Fitted { noise: line.into(), line };
    };
    Fitted { noise: curve.map_or(Noise::from(line), Noise::from), line }
}

/// The noise that lies as these points say, without any line in mind.
pub fn over(points: &[Point]) -> Fitted {
    let line = fit(points, Tolerance::OF_WHITE);
    let curve = Smooth::through(points, STIFFNESS, |_| 0.0).and_then(|smooth| {
        let std = |place: f64| smooth.at(place).exp().min(2.0) as f32;
        let knots = places(&smooth, false).into_iter().map(|p| Point { mean: brightness(p), std: std(p) }).collect();
        NoiseCurve::new(knots).ok()
    });
    Fitted { noise: curve.map_or(Noise::from(line), Noise::from), line }
}

/// Where a curve gets its points: at the measured ones and, if the line takes part, also beyond them, up to black and
/// white.
fn places(smooth: &Smooth, goes_on: bool) -> Vec<f64> {
    let (first, last) = (smooth.places[0], smooth.places[smooth.places.len() - 1]);
    let beyond = [first / 3.0, first / 1.5, last + (1.0 - last) / 2.0, 1.0];
    let mut places: Vec<f64> = smooth.places.clone();
    if goes_on {
        places.extend(beyond.into_iter().filter(|p| *p < first || *p > last));
    }
    places.sort_by(f64::total_cmp);
    places.dedup_by(|a, b| *a - *b < 2e-3);
    places
}

/// A brightness as a place on the axis: on the sRGB curve, as tone curves are drawn and eyes judge.
fn place(mean: f32) -> f64 {
    f64::from(linear_to_srgb(mean.max(0.0)))
}

fn brightness(place: f64) -> f32 {
    srgb_to_linear(place as f32)
}

fn ramp(value: f64, (from, to): (f64, f64)) -> f64 {
    ((value - from) / (to - from)).clamp(0.0, 1.0)
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A smooth curve of the log of the std.
#[derive(Debug, Clone)]
struct Smooth {
    places: Vec<f64>,
    values: Vec<f64>,
}

impl Smooth {
    /// Fits the points minus `base` by penalised least squares (Whittaker 1923; Eilers 2003), with the weights of
    /// [`Tolerance`], because texture only raises points. `None` if there are too few.
    fn through(points: &[Point], stiffness: f64, base: impl Fn(f64) -> f64) -> Option<Self> {
        let mut data: Vec<(f64, f64)> = points
            .iter()
            .filter(|p| p.std > 0.0)
            .map(|p| (place(p.mean), f64::from(p.std).ln() - base(place(p.mean))))
            .collect();
        data.sort_by(|a, b| a.0.total_cmp(&b.0));
        data.dedup_by(|a, b| a.0 - b.0 < 1e-4);
        let n = data.len();
        if n < FEWEST {
            return None;
        }
        // Quantisation can put points so close together that their slope means nothing.
        let step = (data[n - 1].0 - data[0].0) / (n - 1) as f64;
        let widths: Vec<f64> = data.windows(2).map(|w| ((w[1].0 - w[0].0) / step).max(0.2)).collect();
        let mut weights = vec![1.0; n];
        let mut values: Vec<f64> = Vec::new();
        for _ in 0..ROUNDS {
            values = smoothed(&data, &weights, &widths, stiffness);
            for (weight, (value, (_, y))) in weights.iter_mut().zip(values.iter().zip(&data)) {
                *weight = Tolerance::OF_CURVE.weight_and_cost(2.0 * (y - value)).0;
            }
        }
        Some(Self { places: data.iter().map(|d| d.0).collect(), values })
    }

    /// Straight between the points and flat beyond them.
    fn at(&self, place: f64) -> f64 {
        let next = self.places.partition_point(|p| *p <= place);
        match (next.checked_sub(1), self.places.get(next)) {
            (Some(i), Some(to)) => {
                let share = (place - self.places[i]) / (to - self.places[i]);
                self.values[i] + share * (self.values[next] - self.values[i])
            }
            _ => self.values[next.saturating_sub(1)],
        }
    }
}

/// Minimises the weighted squares of the distances to `data` plus the stiffness times those of the bends.
fn smoothed(data: &[(f64, f64)], weights: &[f64], widths: &[f64], stiffness: f64) -> Vec<f64> {
    let n = data.len();
    let mut matrix = vec![vec![0.0; n]; n];
    let mut right: Vec<f64> = data.iter().zip(weights).map(|((_, y), w)| w * y).collect();
    for (i, w) in weights.iter().enumerate() {
        matrix[i][i] = *w;
    }
    for i in 1..n - 1 {
        let (before, after) = (1.0 / widths[i - 1], 1.0 / widths[i]);
        let bend = [before, -before - after, after];
        for (a, x) in bend.iter().enumerate() {
            for (b, y) in bend.iter().enumerate() {
                matrix[i - 1 + a][i - 1 + b] += stiffness * x * y;
            }
        }
    }
    // Symmetric, positive definite and of band width 2: elimination needs no pivots.
    for i in 0..n {
        let (done, below) = matrix.split_at_mut(i + 1);
        let pivot = &done[i];
        let end = (i + 3).min(n);
        for (j, row) in (i + 1..end).zip(below) {
            let factor = row[i] / pivot[i];
            for (value, over) in row[i..end].iter_mut().zip(&pivot[i..end]) {
                *value -= factor * over;
            }
            right[j] -= factor * right[i];
        }
    }
    for i in (0..n).rev() {
        for k in i + 1..(i + 3).min(n) {
            right[i] -= matrix[i][k] * right[k];
        }
        right[i] /= matrix[i][i];
    }
    right
}

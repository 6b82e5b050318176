//! What is known about a RAW file's noise, for JavaScript.

use serde::Serialize;

use crate::estimate::{Estimate, Point};
use crate::method::noise::{Noise, NoiseModel};
use crate::method::noise_curve::NoiseCurve;
use crate::raw::found::{FoundNoise, Source};
use crate::raw::mosaic::PLANES;

/// A line of the noise.
#[derive(Serialize)]
struct Line {
    read: f32,
    shot: f32,
}

impl From<NoiseModel> for Line {
    fn from(NoiseModel { sigma_read, shot }: NoiseModel) -> Self {
        Self { read: sigma_read, shot }
    }
}

/// What is known about the noise.
#[derive(Serialize)]
struct Report<'a> {
    /// Green's line.
    #[serde(flatten)]
    line: Line,
    #[serde(skip_serializing_if = "Option::is_none")]
    planes: Option<[Line; PLANES]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    curve: Option<&'a NoiseCurve>,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<String>,
    points: &'a [Point],
}

/// As JSON; see [`Raw::noise`](super::Raw::noise).
pub fn as_json(found: &FoundNoise) -> String {
    let source = match found.source {
        Source::Profile => "profile",
        Source::Light => "measured",
        Source::NotProfile => "not-profile",
    };
    let (planes, curve) = match &found.noise {
        Noise::Planes(planes) => (Some(planes.map(Line::from)), None),
        Noise::Curve(curve) => (None, Some(curve)),
        _ => (None, None),
    };
    let Estimate { points, .. } = &found.estimate;
    let doubt = found.doubt().map(|doubt| doubt.to_string());
    let told = found.told.map(Line::from);
    let report = Report { line: found.line.into(), planes, curve, source, told, doubt, points };
    serde_json::to_string(&report).expect("numbers and texts are JSON")
}

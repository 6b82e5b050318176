//! What is known about a RAW file's noise, for JavaScript.

use serde::Serialize;

use crate::estimate::{Estimate, Point};
use crate::method::noise::{Noise, NoiseModel};
use crate::method::noise_curve::NoiseCurve;
use crate::raw::found::{FoundNoise, Source};
use crate::raw::mosaic::PLANES;

/// What is known about the noise.
#[derive(Serialize)]
struct Report<'a> {
    /// Green's line.
    #[serde(flatten)]
    line: NoiseModel,
    #[serde(skip_serializing_if = "Option::is_none")]
    planes: Option<&'a [NoiseModel; PLANES]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    curve: Option<&'a NoiseCurve>,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<NoiseModel>,
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
        Noise::Planes(planes) => (Some(planes), None),
        Noise::Curve(curve) => (None, Some(curve)),
        _ => (None, None),
    };
    let Estimate { points, .. } = &found.estimate;
    let doubt = found.doubt().map(|doubt| doubt.to_string());
    let report = Report { line: found.line, planes, curve, source, told: found.told, doubt, points };
    serde_json::to_string(&report).expect("numbers and texts are JSON")
}

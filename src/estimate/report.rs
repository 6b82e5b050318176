//! Writes an estimate as JSON, and reads noise from such JSON.

use serde::{Deserialize, Serialize, Serializer};

use crate::error::Error;
use crate::estimate::{Estimate, Point};
use crate::image::MOST_CHANNELS;
use crate::method::noise::{Noise, NoiseModel};
use crate::method::noise_curve::NoiseCurve;

#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    line: NoiseModel,
    #[serde(skip_serializing_if = "Option::is_none")]
    curve: Option<&'a NoiseCurve>,
    #[serde(skip_serializing_if = "Option::is_none")]
    planes: Option<&'a [NoiseModel; MOST_CHANNELS]>,
    points: &'a [Point],
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<String>,
}

/// `{"read": ..., "shot": ..., "curve": ..., "planes": [...], "points": [...], "doubt": "..."}`: the closest line, the
/// curve if no line fits, the planes' own lines (`{"read": ..., "shot": ...}`) if those of a mosaic differ, what was
/// measured, and why this is only a guess, if it is one.
impl Serialize for Estimate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (curve, planes) = match &self.noise {
            Noise::Curve(curve) => (Some(curve), None),
            Noise::Planes(models) => (None, Some(models)),
            Noise::Model(_) | Noise::Std(_) => (None, None),
        };
        let doubt = self.doubt.map(|doubt| doubt.to_string());
        Report { line: self.line, curve, planes, points: &self.points, doubt }.serialize(serializer)
    }
}

#[derive(Deserialize)]
struct Given {
    read: Option<f32>,
    shot: Option<f32>,
    curve: Option<NoiseCurve>,
    planes: Option<[NoiseModel; MOST_CHANNELS]>,
}

/// Reads noise from JSON: `{"curve": [...]}`, `{"planes": [...]}`, `{"read": ..., "shot": ...}`, or a whole
/// [`Estimate`] as it is written, whose curve or planes take precedence.
///
/// # Errors
/// [`Error::BadOption`], saying what is wrong.
pub fn noise_from_json(text: &str) -> Result<Noise, Error> {
    let bad = |value: String| Error::BadOption {
        name: "noise",
        value,
        range: "JSON with \"curve\", a list of points {\"mean\": ..., \"std\": ...} or one list each for red, green and \
                blue, or with \"read\" and \"shot\"",
    };
    let given: Given = serde_json::from_str(text).map_err(|e| bad(format!("something else ({e})")))?;
    match given {
        Given { curve: Some(curve), .. } => Ok(curve.into()),
        Given { planes: Some(planes), .. } => {
            let noise = Noise::from(planes);
            noise.check(planes.len(), 1)?;
            Ok(noise)
        }
        Given { read: Some(read), shot: Some(shot), .. } => Ok(NoiseModel::new(read, shot)?.into()),
        _ => Err(bad("JSON without a curve, and without read and shot together".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::Doubt;

    #[test]
    fn what_is_written_can_be_read() {
        let line = NoiseModel { sigma_read: 0.5, shot: 0.25 };
        let points = vec![Point { mean: 0.5, std: 0.75 }];
        let estimate = Estimate { noise: line.into(), line, points, grain: 0.0, film: false, doubt: None };
        let json = serde_json::to_string(&estimate).unwrap();
        assert_eq!(json, r#"{"read":0.5,"shot":0.25,"points":[{"mean":0.5,"std":0.75}]}"#);
        assert_eq!(noise_from_json(&json), Ok(estimate.noise.clone()));
        let curve = NoiseCurve::new(vec![Point { mean: 0.0, std: 0.125 }, Point { mean: 1.0, std: 0.5 }]).unwrap();
        let curved = Estimate { noise: curve.clone().into(), doubt: Some(Doubt::Textured), ..estimate };
        let json = serde_json::to_string(&curved).unwrap();
        assert!(json.contains("\"curve\":[{") && json.contains("no flat area"), "{json}");
        assert_eq!(noise_from_json(&json), Ok(curve.into()));
        let planes = [0.5, 0.25, 0.25, 1.0].map(|shot| NoiseModel { sigma_read: 0.125, shot });
        let of_mosaic = Estimate { noise: planes.into(), ..curved };
        assert_eq!(noise_from_json(&serde_json::to_string(&of_mosaic).unwrap()), Ok(planes.into()));
    }

    #[test]
    fn other_json_is_refused_in_words() {
        for text in ["", "[]", "{}", r#"{"read": 0.1}"#, r#"{"curve": []}"#, r#"{"read": -1, "shot": 0}"#] {
            assert!(matches!(noise_from_json(text), Err(Error::BadOption { .. })), "{text}");
        }
    }
}

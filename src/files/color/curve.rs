//! Transfer curves: what the numbers in a file are in linear light.

use moxcms::{ParametricCurve, ToneReprCurve, TransferCharacteristics};

use crate::color::{linear_to_srgb, srgb_to_linear};

/// The curve of one channel, from the numbers in a file, 0 to 1, to linear light with white at 1, and back. Beyond 0
/// and 1 it goes on, so that floats survive both ways.
#[derive(Debug, Clone, PartialEq)]
pub enum Curve {
    /// The numbers are linear light.
    Linear,
    /// IEC 61966-2-1.
    Srgb,
    /// A power, and a straight foot: `(a v + b)^g + e` from `d` on, `c v + f` below.
    Parametric(Parametric),
    /// Values at equal distances, not falling.
    Table(Vec<f32>),
    /// SMPTE ST 2084 (BT.2100), with the 203 nits of its reference white (BT.2408) at 1.
    Pq,
    /// BT.2100's hybrid log-gamma: light of the scene, with its reference white, the code 0.75, at 1.
    Hlg,
}

/// ICC.1:2022, table 68, function type 4.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub struct Parametric {
    pub g: f32,
    pub a: f32,
    pub b: f32,
    pub c: f32,
    pub d: f32,
    pub e: f32,
    pub f: f32,
}

/// How far curves may differ to count as the same: an eighth of an 8-bit code at mid-grey.
const SAME: f32 = 5e-4;

/// ST 2084's constants.
const PQ: [f64; 5] = [2610.0 / 16384.0, 2523.0 / 32.0, 3424.0 / 4096.0, 2413.0 / 128.0, 2392.0 / 128.0];
/// PQ's 1 in units of the reference white.
const PQ_PEAK: f64 = 10_000.0 / 203.0;
/// BT.2100's constants of HLG.
const HLG: [f64; 3] = [0.178_832_77, 0.284_668_92, 0.559_910_73];
/// HLG's reference white in its scene light.
const HLG_WHITE: f64 = 0.264_962_56;

impl Curve {
    /// A power: `v^gamma`.
    pub fn power(gamma: f32) -> Self {
        Self::Parametric(Parametric { g: gamma, a: 1.0, b: 0.0, c: 0.0, d: 0.0, e: 0.0, f: 0.0 }).simplest()
    }

    /// An ICC profile's curve; `None` when it has no inverse.
    pub fn of_profile(curve: &ToneReprCurve) -> Option<Self> {
        let curve = match curve {
            ToneReprCurve::Lut(values) => match values.as_slice() {
                [] => Self::Linear,
                [gamma] => Self::power(f32::from(*gamma) / 256.0),
                values => {
                    let is_rising = values.is_sorted() && values.first() != values.last();
                    is_rising.then(|| Self::Table(values.iter().map(|v| f32::from(*v) / 65535.0).collect()))?
                }
            },
            ToneReprCurve::Parametric(parameters) => {
                if parameters.is_empty() || parameters.iter().any(|p| !p.is_finite()) {
                    return None;
                }
                let ParametricCurve { g, a, b, c, d, e, f } = ParametricCurve::new(parameters)?;
                Self::Parametric(Parametric { g, a, b, c, d, e, f })
            }
        };
        if let Self::Parametric(p) = &curve
            && !(p.g > 0.0 && p.a > 0.0 && p.c >= 0.0)
        {
            return None;
        }
        Some(curve.simplest())
    }

    /// A transfer function of H.273 (CICP); `None` for one that has no curve.
    pub fn of_transfer(transfer: TransferCharacteristics) -> Option<Self> {
        match transfer {
            TransferCharacteristics::Srgb | TransferCharacteristics::Iec61966 => Some(Self::Srgb),
            TransferCharacteristics::Linear => Some(Self::Linear),
            TransferCharacteristics::Smpte2084 => Some(Self::Pq),
            TransferCharacteristics::Hlg => Some(Self::Hlg),
            other => ToneReprCurve::try_from(other).ok().and_then(|curve| Self::of_profile(&curve)),
        }
    }

    /// The simplest curve that is the same.
    fn simplest(self) -> Self {
        let is_like = |other: &Self| {
            (0..=255u8).all(|code| {
                let v = f32::from(code) / 255.0;
                (self.to_linear(v) - other.to_linear(v)).abs() < SAME
            })
        };
        [Self::Srgb, Self::Linear].into_iter().find(is_like).unwrap_or(self)
    }

    /// A number of a file in linear light.
    pub fn to_linear(&self, v: f32) -> f32 {
        match self {
            Self::Linear => v,
            Self::Srgb => srgb_to_linear(v),
            Self::Parametric(p) => p.to_linear(v),
            Self::Table(values) => table_at(values, v),
            Self::Pq => v.signum() * pq_to_linear(v.abs()),
            Self::Hlg => v.signum() * hlg_to_linear(v.abs()),
        }
    }

    /// The inverse of [`Curve::to_linear`].
    pub fn to_code(&self, v: f32) -> f32 {
        match self {
            Self::Linear => v,
            Self::Srgb => linear_to_srgb(v),
            Self::Parametric(p) => p.to_code(v),
            Self::Table(values) => place_in(values, v),
            Self::Pq => v.signum() * pq_to_code(v.abs()),
            Self::Hlg => v.signum() * hlg_to_code(v.abs()),
        }
    }

    /// The curve as an ICC profile has it.
    pub fn to_profile(&self) -> ToneReprCurve {
        let sampled = |steps: usize, scale: f64| {
            let scale = scale as f32;
            let value = |i| (self.to_linear(i as f32 / (steps - 1) as f32) / scale).clamp(0.0, 1.0);
            ToneReprCurve::Lut((0..steps).map(|i| (value(i) * 65535.0 + 0.5) as u16).collect())
        };
        match self {
            Self::Linear => ToneReprCurve::Lut(vec![]),
            Self::Srgb => ToneReprCurve::Parametric(vec![2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.040_45]),
            Self::Parametric(p) if p.is_power() && p.a == 1.0 => ToneReprCurve::Parametric(vec![p.g]),
            Self::Parametric(p) => ToneReprCurve::Parametric(vec![p.g, p.a, p.b, p.c, p.d, p.e, p.f]),
            Self::Table(_) => sampled(4096, 1.0),
            Self::Pq => sampled(4096, PQ_PEAK),
            Self::Hlg => sampled(4096, 1.0 / HLG_WHITE),
        }
    }

    /// Whether white is not its largest number.
    pub fn is_hdr(&self) -> bool {
        matches!(self, Self::Pq | Self::Hlg)
    }
}

impl Parametric {
    fn is_power(&self) -> bool {
        self.b == 0.0 && self.d == 0.0 && self.e == 0.0
    }

    fn to_linear(self, v: f32) -> f32 {
        if self.is_power() {
            v.signum() * libm::powf(self.a * v.abs(), self.g)
        } else if v < self.d {
            self.c * v + self.f
        } else {
            libm::powf((self.a * v + self.b).max(0.0), self.g) + self.e
        }
    }

    fn to_code(self, v: f32) -> f32 {
        let code = |v: f32| (libm::powf((v - self.e).max(0.0), 1.0 / self.g) - self.b) / self.a;
        if self.is_power() {
            v.signum() * code(v.abs())
        } else if self.c > 0.0 && v < self.c * self.d + self.f {
            (v - self.f) / self.c
        } else {
            code(v).max(self.d)
        }
    }
}

// In 64 bits: near black, the difference of PQ's powers has none of 32 left.

fn pq_to_linear(v: f32) -> f32 {
    let [m1, m2, c1, c2, c3] = PQ;
    let power = libm::pow(f64::from(v), 1.0 / m2);
    (PQ_PEAK * libm::pow((power - c1).max(0.0) / (c2 - c3 * power), 1.0 / m1)) as f32
}

fn pq_to_code(v: f32) -> f32 {
    let [m1, m2, c1, c2, c3] = PQ;
    let power = libm::pow(f64::from(v) / PQ_PEAK, m1);
    libm::pow((c1 + c2 * power) / (1.0 + c3 * power), m2) as f32
}

fn hlg_to_linear(v: f32) -> f32 {
    let [a, b, c] = HLG;
    let v = f64::from(v);
    let light = if v <= 0.5 { v * v / 3.0 } else { (libm::exp((v - c) / a) + b) / 12.0 };
    (light / HLG_WHITE) as f32
}

fn hlg_to_code(v: f32) -> f32 {
    let [a, b, c] = HLG;
    let light = f64::from(v) * HLG_WHITE;
    (if light <= 1.0 / 12.0 { libm::sqrt(3.0 * light) } else { a * libm::log(12.0 * light - b) + c }) as f32
}

/// A table's value at `v`, 0 its beginning and 1 its end; beyond, the line goes on.
fn table_at(values: &[f32], v: f32) -> f32 {
    let at = v * (values.len() - 1) as f32;
    let below = (at.max(0.0) as usize).min(values.len() - 2);
    let (low, high) = (values[below], values[below + 1]);
    low + (high - low) * (at - below as f32)
}

/// Where a table has a value; the inverse of [`table_at`].
fn place_in(values: &[f32], v: f32) -> f32 {
    let above = values.partition_point(|value| *value < v).clamp(1, values.len() - 1);
    let (low, high) = (values[above - 1], values[above]);
    let share = if high > low { (v - low) / (high - low) } else { 0.0 };
    ((above - 1) as f32 + share) / (values.len() - 1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curves() -> Vec<(&'static str, Curve)> {
        let gamma = (0..1024).map(|i| ((i as f32 / 1023.0).powf(1.8) * 65535.0) as u16).collect();
        let prophoto = ToneReprCurve::Parametric(vec![1.8, 1.0, 0.0, 1.0 / 16.0, 1.0 / 32.0]);
        vec![
            ("linear", Curve::Linear),
            ("sRGB", Curve::Srgb),
            ("2.2", Curve::power(2.2)),
            ("ProPhoto", Curve::of_profile(&prophoto).unwrap()),
            ("table", Curve::of_profile(&ToneReprCurve::Lut(gamma)).unwrap()),
            ("BT.709", Curve::of_transfer(TransferCharacteristics::Bt709).unwrap()),
            ("PQ", Curve::Pq),
            ("HLG", Curve::Hlg),
        ]
    }

    #[test]
    fn every_16_bit_code_survives_the_round_trip() {
        for (name, curve) in curves() {
            for code in (0..=65535u16).step_by(13) {
                let v = f32::from(code) / 65535.0;
                let back = curve.to_code(curve.to_linear(v));
                // A table that is flat at its foot has no inverse there.
                let allowed: f32 = if name == "table" { 2e-3 } else { 0.4 / 65535.0 };
                assert!((back - v).abs() < allowed.max(v * 4e-6), "{name}: {v} {back}");
            }
        }
    }

    #[test]
    fn floats_survive_beyond_black_and_white() {
        for (name, curve) in curves() {
            for v in [-0.2f32, 1.4] {
                let back = curve.to_code(curve.to_linear(v));
                // BT.2100 has no light beyond its peak, and a table that is flat at its foot none below.
                let has_none = (name == "PQ" && v > 1.0) || (name == "table" && v < 0.0);
                assert!(has_none || (back - v).abs() < 1e-4, "{name}: {v} {back}");
            }
        }
    }

    #[test]
    fn the_values_are_the_standards() {
        for (curve, code, light) in [
            (Curve::power(2.2), 0.5, 0.217_638),
            // BT.2408: the reference white is 58 % of PQ and 75 % of HLG.
            (Curve::Pq, 0.580_689, 1.0),
            (Curve::Pq, 1.0, 49.2611),
            (Curve::Hlg, 0.75, 1.0),
            (Curve::Hlg, 0.5, 0.083_333_3 / 0.264_962_6),
            (Curve::of_transfer(TransferCharacteristics::Bt709).unwrap(), 0.5, 0.259_7),
        ] {
            let found = curve.to_linear(code);
            assert!((found - light).abs() < 2e-4 * light.max(1.0), "{curve:?}: {found}, not {light}");
        }
    }

    #[test]
    fn the_simplest_name_is_found() {
        let srgb = (0..1024).map(|i| (srgb_to_linear(i as f32 / 1023.0) * 65535.0 + 0.5) as u16).collect();
        assert_eq!(Curve::of_profile(&ToneReprCurve::Lut(srgb)), Some(Curve::Srgb));
        assert_eq!(Curve::of_profile(&Curve::Srgb.to_profile()), Some(Curve::Srgb));
        assert_eq!(Curve::of_profile(&ToneReprCurve::Lut(vec![256])), Some(Curve::Linear));
        assert_eq!(Curve::of_profile(&ToneReprCurve::Lut(vec![0, 65535])), Some(Curve::Linear));
        assert!(matches!(Curve::power(1.8), Curve::Parametric(_)));
        for wrong in [
            ToneReprCurve::Lut(vec![9, 3, 0]),
            ToneReprCurve::Lut(vec![7, 7]),
            ToneReprCurve::Parametric(vec![0.0]),
            ToneReprCurve::Parametric(vec![f32::NAN]),
            ToneReprCurve::Parametric(vec![]),
        ] {
            assert_eq!(Curve::of_profile(&wrong), None, "{wrong:?}");
        }
    }
}

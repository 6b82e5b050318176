//! Developed pictures: a camera's noise, then a tone curve, then 8 bits.
//!
//! What is left has no true read and shot noise, so the automatic estimate is compared with the best pair that somebody
//! could have found by hand.

use std::fmt::Write;

use anyhow::Result;
use indicatif::ProgressBar;
use rayon::prelude::*;
use svnr::color::{linear_to_srgb, srgb_to_linear};
use svnr::estimate::estimate_noise;
use svnr::method::noise::Noise;
use svnr::metrics::psnr;
use svnr::{LinearImage, NoiseModel};

/// What an editor or a phone does to the values on the sRGB curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tone {
    /// Brighter mid-tones: `v^(1/1.3)`.
    Gamma,
    /// Half of the S curve `3 v^2 - 2 v^3`.
    MildS,
    /// That curve and, by seven tenths, the same again.
    StrongS,
    /// Black at 8 %.
    LiftedBlacks,
}

impl Tone {
    pub const ALL: [Self; 4] = [Self::Gamma, Self::MildS, Self::StrongS, Self::LiftedBlacks];

    pub fn name(self) -> &'static str {
        match self {
            Self::Gamma => "gamma 1.3",
            Self::MildS => "mild S",
            Self::StrongS => "strong S",
            Self::LiftedBlacks => "lifted blacks",
        }
    }

    fn at(self, v: f32) -> f32 {
        let s = |v: f32| v * v * (3.0 - 2.0 * v);
        match self {
            Self::Gamma => v.powf(1.0 / 1.3),
            Self::MildS => v + 0.5 * (s(v) - v),
            Self::StrongS => s(v) + 0.7 * (s(s(v)) - s(v)),
            Self::LiftedBlacks => 0.08 + 0.92 * v,
        }
    }

    /// A noisy picture as an 8-bit file has it, and the clean one.
    pub fn pair(self, light: &LinearImage, gain: f32, seed: u64) -> (LinearImage, LinearImage) {
        (self.developed(&NoiseModel::at_gain(gain).add_to(light, seed)), self.developed(light))
    }

    fn developed(self, linear: &LinearImage) -> LinearImage {
        let mut image = linear.clone();
        for v in image.values_mut() {
            let toned = self.at(linear_to_srgb(v.clamp(0.0, 1.0)).clamp(0.0, 1.0));
            *v = srgb_to_linear((toned * 255.0).round() / 255.0);
        }
        image
    }
}

/// Factors of the gain in the grid of manual numbers, for read and for shot noise.
const GRID: [f32; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];
/// Pictures that are denoised for one row's figure of one image.
pub const RUNS: usize = 1 + GRID.len() * GRID.len();

/// A line of the table: one curve and one gain, over the images.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Row {
    tone: &'static str,
    gain: f32,
    noisy: Vec<f64>,
    automatic: Vec<f64>,
    best_manual: Vec<f64>,
}

/// Measures the clean images, which come with their seeds.
pub fn measure(
    images: impl Iterator<Item = Result<(LinearImage, u64)>>,
    gains: &[f32],
    bar: &ProgressBar,
    denoise: impl Fn(&LinearImage, Noise) -> Result<LinearImage> + Sync,
) -> Result<Vec<Row>> {
    let empty = |tone: Tone, gain| Row {
        tone: tone.name(),
        gain,
        noisy: Vec::new(),
        automatic: Vec::new(),
        best_manual: Vec::new(),
    };
    let cases: Vec<(Tone, f32)> =
        Tone::ALL.into_iter().flat_map(|tone| gains.iter().map(move |gain| (tone, *gain))).collect();
    let mut rows: Vec<Row> = cases.iter().map(|&(tone, gain)| empty(tone, gain)).collect();
    for image in images {
        let (light, seed) = image?;
        rows.par_iter_mut().zip(&cases).try_for_each(|(row, &(tone, gain))| -> Result<()> {
            let (noisy, clean) = tone.pair(&light, gain, seed);
            let score = |noise: Noise| -> Result<f64> {
                let result = psnr(&denoise(&noisy, noise)?, &clean);
                bar.inc(1);
                Ok(result)
            };
            row.noisy.push(psnr(&noisy, &clean));
            row.automatic.push(score(estimate_noise(&noisy).noise)?);
            let mut best = f64::NEG_INFINITY;
            for read in GRID {
                for shot in GRID {
                    let (read, shot) = (NoiseModel::at_gain(gain * read), NoiseModel::at_gain(gain * shot));
                    best = best.max(score(NoiseModel { sigma_read: read.sigma_read, shot: shot.shot }.into())?);
                }
            }
            row.best_manual.push(best);
            Ok(())
        })?;
    }
    Ok(rows)
}

/// Columns for people.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "                                 best     automatic - manual\n\
         curve          gain   noisy   manual   automatic   mean   worst\n",
    );
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let mut all = Vec::new();
    for row in rows {
        let ahead: Vec<f64> = row.automatic.iter().zip(&row.best_manual).map(|(a, b)| a - b).collect();
        let worst = ahead.iter().copied().fold(f64::INFINITY, f64::min);
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{:<14} {:4}   {:5.2}   {:6.2}   {:9.2}   {:+5.2}   {:+5.2}",
            row.tone,
            row.gain,
            mean(&row.noisy),
            mean(&row.best_manual),
            mean(&row.automatic),
            mean(&ahead),
            worst,
        );
        all.extend(ahead);
    }
    if !all.is_empty() {
        let worst = all.iter().copied().fold(f64::INFINITY, f64::min);
        let _ = writeln!(text, "all: automatic - manual {:+.2} dB, worst {worst:+.2} dB; PSNR in sRGB", mean(&all));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_rise_from_black_to_white() {
        for tone in Tone::ALL {
            let values: Vec<f32> = (0..=100).map(|i| tone.at(i as f32 / 100.0)).collect();
            assert!(values.is_sorted() && (values[100] - 1.0).abs() < 1e-6, "{tone:?}");
            assert_eq!(values[0], if tone == Tone::LiftedBlacks { 0.08 } else { 0.0 });
        }
    }

    #[test]
    fn the_best_pair_is_what_automatic_is_compared_with() {
        let light = LinearImage::from_fn(48, 48, |_, r, _| 0.1 + 0.015 * r as f32).unwrap();
        // A denoiser that likes one pair best, and takes nothing else to be better than the photo.
        let liked = NoiseModel { sigma_read: NoiseModel::at_gain(2.0).sigma_read, shot: NoiseModel::at_gain(0.5).shot };
        let developed: Vec<LinearImage> = Tone::ALL.iter().map(|tone| tone.developed(&light)).collect();
        let denoise = |noisy: &LinearImage, noise: Noise| {
            let nearest = developed.iter().max_by(|a, b| psnr(noisy, a).total_cmp(&psnr(noisy, b))).unwrap();
            Ok(if noise == liked.into() { nearest.clone() } else { noisy.clone() })
        };
        let rows = measure([Ok((light.clone(), 1))].into_iter(), &[1.0], &ProgressBar::hidden(), denoise).unwrap();
        assert_eq!(rows.len(), 4);
        assert!(rows.iter().all(|row| row.best_manual[0] > row.noisy[0] + 20.0 && row.automatic == row.noisy));
        let text = table(&rows);
        assert!(text.contains("strong S") && text.contains("all: automatic - manual -"), "{text}");
    }
}

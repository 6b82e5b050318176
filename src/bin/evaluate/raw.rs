//! Scores on mosaics, at five levels of a sensor's noise.

use std::fmt::Write;

use anyhow::Result;
use rayon::prelude::*;
use svnr::LinearImage;
use svnr::estimate::estimate_noise;
use svnr::method::noise::Noise;
use svnr::method::reverse::Steps;
use svnr::metrics::psnr;
use svnr::training::raw_levels::{Level, developed, levels, raw_psnr, recorded};

/// Mean PSNR in dB: of the planes in linear light, and of their plain development.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
pub struct Score {
    pub raw: f64,
    pub developed: f64,
}

/// A line of the table: means over images.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Row {
    pub level: &'static str,
    #[serde(serialize_with = "crate::table::steps_of")]
    pub steps: Steps,
    pub images: usize,
    pub noisy: Score,
    /// With the level's noise, as a file's noise profile tells it.
    pub told: Score,
    /// With the noise as it is estimated.
    pub estimated: Option<Score>,
    /// Estimated over true std at the image's mean brightness: the geometric mean.
    pub ratio: f64,
}

/// A clean picture on its way through the camera.
struct Case<'a> {
    clean: &'a LinearImage,
    shown: &'a LinearImage,
}

impl Case<'_> {
    fn score(&self, planes: &LinearImage) -> Score {
        Score { raw: raw_psnr(planes, self.clean), developed: psnr(&developed(planes), self.shown) }
    }
}

/// The scores of `denoise` on clean pictures, each with the seed of its noise.
pub fn measure(
    pictures: impl Iterator<Item = Result<(LinearImage, u64)>>,
    steps: &[Steps],
    estimates: bool,
    denoise: impl Fn(&LinearImage, &Noise, Steps, u64) -> Result<LinearImage> + Sync,
) -> Result<Vec<Row>> {
    let row = |(level, steps): (Level, Steps)| Row {
        level: level.name,
        steps,
        images: 0,
        noisy: Score::default(),
        told: Score::default(),
        estimated: estimates.then(Score::default),
        ratio: 1.0,
    };
    let all: Vec<(Level, Steps)> = levels().flat_map(|level| steps.iter().map(move |&steps| (level, steps))).collect();
    let mut rows: Vec<Row> = all.iter().copied().map(row).collect();
    for picture in pictures {
        let (picture, seed) = picture?;
        let clean = recorded(&picture);
        let shown = developed(&clean);
        let case = Case { clean: &clean, shown: &shown };
        let brightness = clean.values().iter().sum::<f32>() / clean.values().len() as f32;
        rows.par_iter_mut().zip(&all).try_for_each(|(row, &(level, steps))| -> Result<()> {
            let noisy = level.photographed(&clean, seed);
            row.images += 1;
            let n = row.images as f64;
            let add = |mean: &mut Score, score: Score| {
                mean.raw += (score.raw - mean.raw) / n;
                mean.developed += (score.developed - mean.developed) / n;
            };
            add(&mut row.noisy, case.score(&noisy));
            add(&mut row.told, case.score(&denoise(&noisy, &level.noise.into(), steps, seed)?));
            if let Some(mean) = &mut row.estimated {
                let found = estimate_noise(&noisy);
                add(mean, case.score(&denoise(&noisy, &found.noise, steps, seed)?));
                let ratio = (found.line.variance(brightness) / level.noise.variance(brightness)).sqrt();
                row.ratio = (row.ratio.ln() + (f64::from(ratio.max(1e-6)).ln() - row.ratio.ln()) / n).exp();
            }
            Ok(())
        })?;
    }
    Ok(rows)
}

/// Columns for people.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "                        noisy          told by profile      estimated\n\
         noise       steps    raw     dev       raw     dev       raw     dev    std ratio\n",
    );
    for row in rows {
        let pair = |score: Score| format!("{:6.2}  {:6.2}", score.raw, score.developed);
        let estimated = row.estimated.map_or("     -       -".into(), pair);
        let ratio = row.estimated.map_or("    -".into(), |_| format!("{:5.2}", row.ratio));
        let (noisy, told) = (pair(row.noisy), pair(row.told));
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{:<11} {:>5} {noisy}    {told}    {estimated}    {ratio}",
            row.level,
            row.steps.to_string()
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denoiser_that_does_nothing_scores_as_the_noisy_mosaic() {
        let picture =
            LinearImage::from_fn(96, 64, |c, r, x| 0.1 + 0.1 * c as f32 + 0.2 * ((r / 16 + x / 16) % 3) as f32);
        let pictures = [Ok((picture.unwrap(), 4))].into_iter();
        let same = |noisy: &LinearImage, _: &Noise, _, _| Ok(noisy.clone());
        let rows = measure(pictures, &[Steps::Count(1)], true, same).unwrap();
        assert_eq!(rows.len(), 5);
        for row in &rows {
            assert_eq!(row.noisy.raw.to_bits(), row.told.raw.to_bits());
            assert_eq!(row.noisy.developed.to_bits(), row.estimated.unwrap().developed.to_bits());
        }
        assert!(rows.is_sorted_by(|a, b| a.noisy.developed > b.noisy.developed));
        let text = table(&rows);
        assert!(text.contains("iso51200") && text.lines().all(|line| line.len() <= 100), "{text}");
    }
}

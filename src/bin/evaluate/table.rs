//! The table of results.

use std::fmt::Write;

use svnr::LinearImage;
use svnr::method::reverse::Steps;
use svnr::metrics::spectrum::Spectrum;
use svnr::metrics::{psnr, ssim};

use crate::cases::Source;

/// Means over images.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
pub struct Score {
    pub psnr: f64,
    pub ssim: f64,
    /// See [`Spectrum::distance`].
    pub spectrum: f64,
}

impl Score {
    /// `spectrum` is the clean image's.
    pub fn of(image: &LinearImage, clean: &LinearImage, spectrum: &Spectrum) -> Self {
        let spectrum = Spectrum::of(image).distance(spectrum);
        Self { psnr: psnr(image, clean), ssim: ssim(image, clean), spectrum }
    }

    /// Adds the `n`-th value to the mean.
    fn add(&mut self, other: Self, n: usize) {
        let mean = |mean: &mut f64, value: f64| *mean += (value - *mean) / n as f64;
        mean(&mut self.psnr, other.psnr);
        mean(&mut self.ssim, other.ssim);
        mean(&mut self.spectrum, other.spectrum);
    }
}

/// A line of the table.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Row {
    #[serde(serialize_with = "name_of")]
    pub noise: Source,
    #[serde(serialize_with = "steps_of")]
    pub steps: Steps,
    pub images: usize,
    pub noisy: Score,
    /// With the true noise, if known.
    pub true_noise: Option<Score>,
    /// With the estimated noise.
    pub estimated_noise: Option<Score>,
    /// By how many dB the image got better that gained least: below 0 it got worse.
    pub least_gain: Option<f64>,
}

/// The noise as the table names it.
pub fn name_of<S: serde::Serializer>(noise: &Source, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(noise)
}

/// A number of steps as a number, and the paper's by their name.
fn steps_of<S: serde::Serializer>(steps: &Steps, serializer: S) -> Result<S::Ok, S::Error> {
    match steps {
        Steps::Count(count) => serializer.serialize_u64(*count as u64),
        Steps::Unit => serializer.collect_str(steps),
    }
}

impl Row {
    pub fn new(noise: Source, steps: Steps) -> Self {
        Self {
            noise,
            steps,
            images: 0,
            noisy: Score::default(),
            true_noise: None,
            estimated_noise: None,
            least_gain: None,
        }
    }

    /// Takes an image's scores into the means.
    pub fn add(&mut self, noisy: Score, true_noise: Option<Score>, estimated_noise: Option<Score>) {
        self.images += 1;
        self.noisy.add(noisy, self.images);
        for (mean, score) in [(&mut self.true_noise, true_noise), (&mut self.estimated_noise, estimated_noise)] {
            if let Some(score) = score {
                mean.get_or_insert_default().add(score, self.images);
                let gain = score.psnr - noisy.psnr;
                self.least_gain = Some(self.least_gain.map_or(gain, |least| least.min(gain)));
            }
        }
    }
}

/// Columns for people.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "                   noisy          true noise             estimated noise       least\n\
         noise          K   PSNR    SSIM   PSNR    SSIM   spec.   PSNR    SSIM   spec.  gain\n",
    );
    for row in rows {
        let columns = |score: Option<Score>| {
            score.map_or("    -       -      - ".into(), |s| {
                format!("{:6.2}  {:.4}  {:5.2}", s.psnr, s.ssim, s.spectrum)
            })
        };
        let least = row.least_gain.map_or("-".into(), |gain| format!("{gain:.2}"));
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{:<10}  {:>4}  {:5.2}  {:.4} {}  {}  {least:>5}",
            row.noise.to_string(),
            row.steps.to_string(),
            row.noisy.psnr,
            row.noisy.ssim,
            columns(row.true_noise),
            columns(row.estimated_noise),
        );
    }
    if let Some(row) = rows.first() {
        let noun = if row.images == 1 { "image" } else { "images" };
        let _ = writeln!(text, "means over {} {noun}; PSNR in dB and SSIM in sRGB", row.images);
    }
    text
}

/// Columns for programs.
pub fn csv(rows: &[Row]) -> String {
    let mut text = String::from("noise,steps,images");
    for name in ["noisy", "true", "estimated"] {
        let _ = write!(text, ",{name}_psnr,{name}_ssim,{name}_spectrum");
    }
    text.push_str(",least_gain\n");
    for row in rows {
        let _ = write!(text, "{},{},{}", row.noise, row.steps, row.images);
        for score in [Some(row.noisy), row.true_noise, row.estimated_noise] {
            let columns = |s: Score| format!(",{:.4},{:.5},{:.4}", s.psnr, s.ssim, s.spectrum);
            text.push_str(&score.map_or(",,,".into(), columns));
        }
        let _ = writeln!(text, ",{}", row.least_gain.map_or(String::new(), |gain| format!("{gain:.4}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> [Row; 3] {
        let score = |psnr| Score { psnr, ssim: 0.5, spectrum: 0.25 };
        let mut rows = [
            Row::new(Source::Gain(4.0), Steps::Count(25)),
            Row::new(Source::Sigma(15.0), Steps::Unit),
            Row::new(Source::Photo, Steps::Count(4)),
        ];
        rows[0].add(score(20.0), Some(score(30.0)), Some(score(29.0)));
        rows[0].add(score(22.0), Some(score(32.0)), Some(score(33.0)));
        rows[1].add(score(20.0), Some(score(30.0)), None);
        rows[2].add(score(20.0), None, Some(score(19.5)));
        rows
    }

    #[test]
    fn a_row_is_the_mean_and_the_least_gain() {
        let [row, _, worse] = rows();
        assert_eq!(row.images, 2);
        assert!((row.noisy.psnr - 21.0).abs() < 1e-9);
        assert!((row.true_noise.unwrap().psnr - 31.0).abs() < 1e-9);
        assert!((row.estimated_noise.unwrap().psnr - 31.0).abs() < 1e-9);
        assert!((row.least_gain.unwrap() - 9.0).abs() < 1e-9);
        assert!((worse.least_gain.unwrap() + 0.5).abs() < 1e-9);
    }

    #[test]
    fn every_line_of_the_csv_has_all_columns() {
        let text = csv(&rows());
        assert!(text.lines().all(|line| line.split(',').count() == 13), "{text}");
        assert!(text.contains("sigma 15,unit,1,"), "{text}");
        assert!(text.contains("gain 4,25,2,21.0000,0.50000,0.2500,31.0000,"), "{text}");
    }

    #[test]
    fn the_table_stands_in_columns() {
        let text = table(&rows());
        let lines: Vec<&str> = text.lines().take(5).collect();
        assert!(lines.iter().all(|line| line.len() <= 86), "{text}");
        for line in &lines[1..] {
            assert_eq!(line.len(), lines[1].len(), "{text}");
        }
    }
}

//! The table of results.

use std::fmt::Write;

use svnr::LinearImage;
use svnr::method::reverse::Steps;
use svnr::metrics::spectrum::Spectrum;
use svnr::metrics::{psnr, ssim};

use crate::cases::Source;
use crate::statistics::Mean;

/// How good an image is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// In dB, in sRGB.
    pub psnr: f64,
    /// In sRGB.
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

    /// By how much it is more than another.
    fn minus(self, other: Self) -> Self {
        Self { psnr: self.psnr - other.psnr, ssim: self.ssim - other.ssim, spectrum: self.spectrum - other.spectrum }
    }
}

/// Means of scores over images.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
pub struct Scores {
    pub psnr: Mean,
    pub ssim: Mean,
    pub spectrum: Mean,
}

impl Scores {
    fn add(&mut self, score: Score) {
        self.psnr.add(score.psnr);
        self.ssim.add(score.ssim);
        self.spectrum.add(score.spectrum);
    }
}

/// A result, how good it is, and what it took.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    pub score: Score,
    /// Evaluations of the network at each pixel, over all samples.
    pub evaluations: usize,
    /// Seconds per megapixel.
    pub seconds: f64,
}

/// What an image gave.
#[derive(Debug, Clone, Copy)]
pub struct Results {
    pub noisy: Score,
    /// With the true noise, if known.
    pub true_noise: Option<Measured>,
    /// With the estimated noise.
    pub estimated_noise: Option<Measured>,
    /// With the weights of `--against`, and the noise of the first of these.
    pub against: Option<Measured>,
}

/// What a line of the table is of.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Setting {
    #[serde(serialize_with = "name_of")]
    pub noise: Source,
    /// The std that the denoiser is told, as a multiple of the true one.
    pub wrong: f32,
    #[serde(serialize_with = "steps_of")]
    pub steps: Steps,
}

/// A line of the table: means over images.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Row {
    #[serde(flatten)]
    pub setting: Setting,
    pub images: usize,
    pub noisy: Scores,
    /// With the true noise, if known.
    pub true_noise: Option<Scores>,
    /// With the estimated noise.
    pub estimated_noise: Option<Scores>,
    /// By how many dB the image got better that gained least: below 0 it got worse.
    pub least_gain: Option<f64>,
    /// By how much the first of these is more than with the weights of `--against`, image by image.
    pub difference: Option<Scores>,
    /// Evaluations of the network at each pixel, over all samples.
    pub evaluations: Mean,
    /// Seconds per megapixel.
    pub seconds: Mean,
}

/// The noise as the table names it.
pub fn name_of<S: serde::Serializer>(noise: &Source, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(noise)
}

/// A number of steps as a number, and the paper's by their name.
pub fn steps_of<S: serde::Serializer>(steps: &Steps, serializer: S) -> Result<S::Ok, S::Error> {
    match steps {
        Steps::Count(count) => serializer.serialize_u64(*count as u64),
        Steps::Unit => serializer.collect_str(steps),
    }
}

impl Row {
    pub fn new(setting: Setting) -> Self {
        Self {
            setting,
            images: 0,
            noisy: Scores::default(),
            true_noise: None,
            estimated_noise: None,
            least_gain: None,
            difference: None,
            evaluations: Mean::default(),
            seconds: Mean::default(),
        }
    }

    /// Takes an image's results into the means.
    pub fn add(&mut self, results: Results) {
        let Results { noisy, true_noise, estimated_noise, against } = results;
        self.images += 1;
        self.noisy.add(noisy);
        for (mean, measured) in [(&mut self.true_noise, true_noise), (&mut self.estimated_noise, estimated_noise)] {
            if let Some(Measured { score, .. }) = measured {
                mean.get_or_insert_default().add(score);
                let gain = score.psnr - noisy.psnr;
                self.least_gain = Some(self.least_gain.map_or(gain, |least| least.min(gain)));
            }
        }
        let Some(first) = true_noise.or(estimated_noise) else { return };
        self.evaluations.add(first.evaluations as f64);
        self.seconds.add(first.seconds);
        if let Some(other) = against {
            self.difference.get_or_insert_default().add(first.score.minus(other.score));
        }
    }
}

/// A standard error, or nothing where a single image tells none.
fn error(mean: &Mean, digits: usize) -> String {
    mean.error().map_or("-".into(), |error| format!("{error:.digits$}"))
}

/// Columns for people.
pub fn table(rows: &[Row]) -> String {
    let columns = |names: [&str; 4]| format!("{:>5} {:>5}  {:>6}  {:>5}", names[0], names[1], names[2], names[3]);
    let scored = columns(["PSNR", "+-", "SSIM", "spec."]);
    let [first, second] = match rows.iter().any(|row| row.difference.is_some()) {
        true => ["  difference", "    PSNR     +-"],
        false => ["", ""],
    };
    let mut text = format!(
        "{:<27}{:<16}{:<29}{:<28}{:>6}{:14}{first}\n\
         {:<16}  {:>4}   {:>5}  {:>6}   {scored}   {scored}  {:>6}  {:>5}  {:>5}{second}\n",
        "", "noisy", "true noise", "estimated noise", "least", "", "noise", "K", "PSNR", "SSIM", "gain", "NFE", "s/Mpx",
    );
    for row in rows {
        let scored = |scores: Option<Scores>| {
            scores.map_or_else(
                || columns(["-"; 4]),
                |Scores { psnr, ssim, spectrum }| {
                    let (psnr, error, ssim) = (psnr.value(), error(&psnr, 2), ssim.value());
                    format!("{psnr:5.2} {error:>5}  {ssim:.4}  {:5.2}", spectrum.value())
                },
            )
        };
        let Setting { noise, wrong, steps } = row.setting;
        let noise = if wrong == 1.0 { noise.to_string() } else { format!("{noise} x {wrong}") };
        let least = row.least_gain.map_or("-".into(), |gain| format!("{gain:.2}"));
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "{noise:<16}  {:>4}   {:5.2}  {:.4}   {}   {}  {least:>6}  {:>5.0}  {:>5.1}",
            steps.to_string(),
            row.noisy.psnr.value(),
            row.noisy.ssim.value(),
            scored(row.true_noise),
            scored(row.estimated_noise),
            row.evaluations.value(),
            row.seconds.value(),
        );
        if let Some(Scores { psnr, .. }) = &row.difference {
            let _ = write!(text, "  {:+6.3} {:>6}", psnr.value(), error(psnr, 3));
        }
        text.push('\n');
    }
    if let Some(row) = rows.first() {
        let noun = if row.images == 1 { "image" } else { "images" };
        let _ = writeln!(
            text,
            "means over {} {noun} and their standard errors (+-); PSNR in dB and SSIM in sRGB",
            row.images
        );
    }
    text
}

/// Columns for programs.
pub fn csv(rows: &[Row]) -> String {
    let mut text = String::from("noise,wrong,steps,images");
    for name in ["noisy", "true", "estimated", "difference"] {
        for score in ["psnr", "ssim", "spectrum"] {
            let _ = write!(text, ",{name}_{score},{name}_{score}_error");
        }
    }
    text.push_str(",least_gain,evaluations,seconds_per_megapixel\n");
    let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.5}"));
    for row in rows {
        let Setting { noise, wrong, steps } = row.setting;
        let _ = write!(text, "{noise},{wrong},{steps},{}", row.images);
        for scores in [Some(row.noisy), row.true_noise, row.estimated_noise, row.difference] {
            for of in [|s: Scores| s.psnr, |s: Scores| s.ssim, |s: Scores| s.spectrum] {
                let mean = scores.map(of);
                let error = mean.and_then(|mean| mean.error());
                let _ = write!(text, ",{},{}", number(mean.map(|mean| mean.value())), number(error));
            }
        }
        let (evaluations, seconds) = (row.evaluations.value(), row.seconds.value());
        let _ = writeln!(text, ",{},{evaluations:.1},{seconds:.3}", number(row.least_gain));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> [Row; 3] {
        let score = |psnr| Score { psnr, ssim: 0.5, spectrum: 0.25 };
        let measured = |psnr| Some(Measured { score: score(psnr), evaluations: 25, seconds: 8.0 });
        let row = |noise, wrong, steps| Row::new(Setting { noise, wrong, steps });
        let mut rows = [
            row(Source::Gain(4.0), 1.0, Steps::Count(25)),
            row(Source::Sigma(15.0), 0.5, Steps::Unit),
            row(Source::Photo, 1.0, Steps::Count(4)),
        ];
        let results = |noisy, true_noise, estimated_noise, against| Results {
            noisy: score(noisy),
            true_noise,
            estimated_noise,
            against,
        };
        rows[0].add(results(20.0, measured(30.0), measured(29.0), measured(29.5)));
        rows[0].add(results(22.0, measured(32.0), measured(33.0), measured(31.7)));
        rows[1].add(results(20.0, measured(30.0), None, None));
        rows[2].add(results(20.0, None, measured(19.5), measured(19.0)));
        rows
    }

    #[test]
    fn a_row_is_the_mean_and_the_least_gain() {
        let [row, _, worse] = rows();
        assert_eq!(row.images, 2);
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
        near(row.noisy.psnr.value(), 21.0);
        near(row.true_noise.unwrap().psnr.value(), 31.0);
        near(row.true_noise.unwrap().psnr.error().unwrap(), 1.0);
        near(row.estimated_noise.unwrap().psnr.value(), 31.0);
        near(row.least_gain.unwrap(), 9.0);
        near(worse.least_gain.unwrap(), -0.5);
        near(row.evaluations.value(), 25.0);
        near(row.seconds.value(), 8.0);
    }

    #[test]
    fn differences_are_taken_image_by_image() {
        let [row, none, estimated] = rows();
        // 0.5 and 0.3: each is sure to a tenth, though PSNR differs by 2 dB between the images.
        let difference = row.difference.unwrap().psnr;
        assert!((difference.value() - 0.4).abs() < 1e-9);
        assert!((difference.error().unwrap() - 0.1).abs() < 1e-9);
        assert!(none.difference.is_none());
        assert!((estimated.difference.unwrap().psnr.value() - 0.5).abs() < 1e-9);
    }

    #[test]
    fn every_line_of_the_csv_has_all_columns() {
        let text = csv(&rows());
        assert!(text.lines().all(|line| line.split(',').count() == 31), "{text}");
        assert!(text.contains("sigma 15,0.5,unit,1,"), "{text}");
        assert!(text.contains("gain 4,1,25,2,21.00000,1.00000,0.50000,0.00000,0.25000,0.00000,31.00000,"), "{text}");
    }

    #[test]
    fn the_table_stands_in_columns() {
        let text = table(&rows());
        let lines: Vec<&str> = text.lines().take(5).collect();
        assert!(lines.iter().all(|line| line.len() <= 140), "{text}");
        assert!(lines[3].starts_with("sigma 15 x 0.5    unit"), "{text}");
        // Where the numbers of seconds end, and those of the differences.
        let seconds = lines[1].find("s/Mpx").unwrap() + 5;
        for line in &lines[2..] {
            assert_eq!(&line[seconds - 3..seconds], "8.0", "{text}");
        }
        let undone = table(&rows()[1..2]);
        assert!(undone.lines().skip(1).take(2).all(|line| line.len() == seconds), "{undone}");
    }
}

//! Measures how well noise is estimated.

use std::fmt::Write;
use std::time::Instant;

use svnr::LinearImage;
use svnr::color::{linear_to_srgb, srgb_to_linear};
use svnr::estimate::estimate_noise;
use svnr::image::CHANNELS;
use svnr::method::noise::Noise;
use svnr::training::camera::noise_of;

use crate::cases::Source;

/// The estimates for one kind of noise.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Estimates {
    #[serde(serialize_with = "crate::table::name_of")]
    pub noise: Source,
    /// Estimated over true std of the noise, each the root of its mean variance over the image; none without noise.
    pub ratios: Vec<f64>,
    /// Estimated std at mid-grey, in codes of 8-bit sRGB.
    pub codes: Vec<f64>,
    /// From 0, white noise, to 1, the smooth noise of processed photos.
    pub grain: Vec<f64>,
    /// Seconds per megapixel.
    pub seconds: Vec<f64>,
}

impl Estimates {
    pub fn new(noise: Source) -> Self {
        Self { noise, ratios: Vec::new(), codes: Vec::new(), grain: Vec::new(), seconds: Vec::new() }
    }

    pub fn add(&mut self, noisy: &LinearImage, clean: &LinearImage) {
        let begun = Instant::now();
        let found = estimate_noise(noisy);
        self.seconds.push(begun.elapsed().as_secs_f64() / noisy.pixels() as f64 * 1e6);
        self.grain.push(f64::from(found.grain));
        let grey = srgb_to_linear(0.5);
        self.codes.push(f64::from(255.0 * (linear_to_srgb(grey + found.noise.std(1, 0, 1, grey)) - 0.5)));
        if let Some(truth) = noise_of(noisy, clean) {
            let all = |noise: Noise| -> f64 {
                let variance = |c, x: &f32| f64::from(noise.std(c, 0, 1, *x)).powi(2);
                (0..CHANNELS).map(|c| clean.plane(c).iter().map(|x| variance(c, x)).sum::<f64>()).sum()
            };
            self.ratios.push((all(found.noise) / all(truth.into())).sqrt());
        }
    }
}

/// Columns for people.
pub fn table(all: &[Estimates]) -> String {
    let mut text = String::from(
        "            estimated / true std    codes at mid-grey           seconds\n\
         noise       10 %  median   90 %    10 %  median   90 %  grain  per Mpx\n",
    );
    for row in all {
        let columns = |values: &[f64]| {
            if values.is_empty() {
                return "   -       -      -".into();
            }
            let [low, middle, high] = [0.1, 0.5, 0.9].map(|q| quantile(values, q));
            format!("{low:5.2}  {middle:6.2}  {high:5.2}")
        };
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{:<10} {}   {}   {:4.2}   {:6.3}",
            row.noise.to_string(),
            columns(&row.ratios),
            columns(&row.codes),
            quantile(&row.grain, 0.5),
            quantile(&row.seconds, 0.5),
        );
    }
    text
}

fn quantile(values: &[f64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(((sorted.len() as f64 - 1.0).max(0.0) * q).round() as usize).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use svnr::NoiseModel;

    #[test]
    fn estimates_are_compared_with_the_truth() {
        let clean = LinearImage::from_fn(160, 120, |_, r, _| 0.1 + 0.6 * (r / 15) as f32 / 8.0).unwrap();
        let mut row = Estimates::new(Source::Gain(4.0));
        row.add(&NoiseModel::at_gain(4.0).add_to(&clean, 1), &clean);
        assert!((row.ratios[0] - 1.0).abs() < 0.1 && row.grain == [0.0], "{row:?}");
        let mut none = Estimates::new(Source::Nowhere);
        none.add(&clean, &clean);
        assert!(none.ratios.is_empty() && none.codes[0] < 0.5, "{none:?}");
        let text = table(&[row, none]);
        assert!(text.contains("gain 4") && text.contains("none"), "{text}");
    }

    #[test]
    fn quantiles_are_of_the_values() {
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.5), 2.0);
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.9), 3.0);
        assert!(quantile(&[], 0.5).is_nan());
    }
}

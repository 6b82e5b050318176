//! Several samples of one photo: their mean, and where they differ.

use crate::color::SrgbTable;
use crate::denoiser::Options;
use crate::image::LinearImage;

/// Several samples of one photo, added one after another.
///
/// Their mean is closer to the truth than any of them; where they differ, the detail is invented.
#[derive(Debug, Clone)]
pub struct Samples {
    mean: LinearImage,
    /// Sums of squared differences from the mean, updated by Welford's method; planes as in the mean.
    squares: Vec<f32>,
    count: usize,
}

impl Samples {
    /// `count` samples, at least one; `run` makes each of them with the options that it is given. A single one is drawn
    /// with `options` as they are, several each with its [`Options::sample`].
    ///
    /// # Errors
    /// Those of `run`.
    pub fn draw<E>(
        options: &Options,
        count: u64,
        mut run: impl FnMut(&Options) -> Result<LinearImage, E>,
    ) -> Result<Self, E> {
        if count <= 1 {
            return Ok(Self::new(run(options)?));
        }
        let mut sample = |index| run(&Options { sample: Some(index), ..options.clone() });
        let mut samples = Self::new(sample(0)?);
        for index in 1..count {
            samples.add(&sample(index)?);
        }
        Ok(samples)
    }

    /// The first one.
    pub fn new(first: LinearImage) -> Self {
        Self { squares: vec![0.0; first.values().len()], mean: first, count: 1 }
    }

    /// Adds a sample of the same size.
    ///
    /// # Panics
    /// If it has another size.
    pub fn add(&mut self, next: &LinearImage) {
        assert_eq!((next.width(), next.height()), (self.mean.width(), self.mean.height()), "samples are of one photo");
        self.count += 1;
        let weight = 1.0 / self.count as f32;
        for ((mean, square), value) in self.mean.values_mut().iter_mut().zip(&mut self.squares).zip(next.values()) {
            let off = value - *mean;
            *mean += weight * off;
            *square += off * (value - *mean);
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Their mean, in linear light.
    pub fn mean(&self) -> &LinearImage {
        &self.mean
    }

    /// Their mean, without a copy.
    pub fn into_mean(self) -> LinearImage {
        self.mean
    }

    /// How far the samples differ at every pixel, row after row: their standard deviation on the sRGB curve with white
    /// at 1, as the root mean square over the channels. 0 everywhere for a single sample.
    pub fn uncertainty(&self) -> Vec<f32> {
        let (channels, pixels) = (self.mean.channels(), self.mean.pixels());
        // The mean of an antithetic pair is nearly the mean of all, so a pair has two degrees of freedom; only a sample
        // without its twin moves the mean.
        let free = self.count as f32 - (self.count % 2) as f32 / self.count as f32;
        let free = free.max(1.0);
        let table = SrgbTable::get();
        (0..pixels)
            .map(|pixel| {
                let squares = (0..channels).map(|channel| {
                    let at = channel * pixels + pixel;
                    let (mean, std) = (self.mean.values()[at], (self.squares[at] / free).sqrt());
                    (0.5 * (table.encode(mean + std) - table.encode(mean - std))).powi(2)
                });
                (squares.sum::<f32>() / channels as f32).sqrt()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::linear_to_srgb;
    use crate::denoiser::draw::Draw;
    use crate::network::ImageKind;

    fn grey(values: [f32; 4]) -> LinearImage {
        LinearImage::from_fn(2, 2, |_, row, column| values[2 * row + column]).unwrap()
    }

    #[test]
    fn mean_and_std_are_those_of_the_definition() {
        // One pair and half of another.
        let draws = [[0.2, 0.5, 0.0, 0.9], [0.3, 0.5, 0.0, 1.4], [0.25, 0.5, 0.0, 1.2]];
        let mut samples = Samples::new(grey(draws[0]));
        assert_eq!(samples.uncertainty(), [0.0; 4]);
        samples.add(&grey(draws[1]));
        samples.add(&grey(draws[2]));
        assert_eq!(samples.count(), 3);
        for pixel in 0..4 {
            let mean = draws.iter().map(|d| d[pixel]).sum::<f32>() / 3.0;
            let std = (draws.iter().map(|d| (d[pixel] - mean).powi(2)).sum::<f32>() / (8.0 / 3.0)).sqrt();
            assert!((samples.mean().plane(1)[pixel] - mean).abs() < 1e-6);
            let displayed = |v: f32| linear_to_srgb(v.clamp(0.0, 1.0));
            let expected = 0.5 * (displayed(mean + std) - displayed(mean - std));
            assert!((samples.uncertainty()[pixel] - expected).abs() < 1e-5);
        }
        // Brighter than white is displayed as white.
        assert_eq!(samples.uncertainty()[1], 0.0);
        assert_eq!(samples.into_mean().values().len(), 12);
    }

    #[test]
    fn the_spread_of_pairs_is_that_of_what_is_drawn() {
        let (std, runs) = (0.01, 4000);
        for count in [2, 3, 4, 7] {
            let mut sum = 0.0;
            for run in 0..runs {
                let options = Options { seed: 10 * run, ..Options::default() };
                let samples = Samples::draw(&options, count, |options| {
                    let normals = Draw::of(options, ImageKind::Rgb).normals.unwrap();
                    LinearImage::from_fn(1, 1, |c, _, _| 0.3 + std * normals.at(0, 0, 0)[c])
                });
                let samples = samples.unwrap();
                sum += f64::from(samples.uncertainty()[0].powi(2));
            }
            let expected = 0.5 * (linear_to_srgb(0.3 + std) - linear_to_srgb(0.3 - std));
            let ratio = (sum / runs as f64).sqrt() / f64::from(expected);
            assert!((ratio - 1.0).abs() < 0.03, "{count} samples: {ratio}");
        }
    }
}

//! Several draws of one photo: their mean, and where they differ.

use crate::color::linear_to_srgb;
use crate::denoiser::{Options, View};
use crate::error::Error;
use crate::image::{CHANNELS, LinearImage};
use crate::method::reverse::Steps;

/// How much of a step's noise is drawn afresh where several samples are drawn; see [`Options::of_sample`].
const ETA: f32 = 0.8;

impl Options {
    /// How the `index`-th of several samples of a run like this goes, whose mean and differences are wanted.
    ///
    /// More of the noise is drawn afresh than for a single picture: what is kept is the same in all samples and stays in
    /// their mean. Every second sample draws the noise of the one before with its sign turned (antithetic variates), so
    /// that what is left of it in both has nearly gone from their mean. And the network sees the photo in each of
    /// [`View::ALL`] in turn, so that what it gets wrong in one way differs. Where nothing is drawn (one step, or `eta` = 0)
    /// the views are all that differs.
    pub fn of_sample(&self, index: u64) -> Self {
        Self {
            eta: if self.eta > 0.0 { ETA } else { 0.0 },
            seed: self.seed.wrapping_add(index / 2),
            negated: index % 2 == 1,
            view: View::ALL[index as usize % View::ALL.len()],
            ..self.clone()
        }
    }

    /// Whether so many samples can be drawn of a run like this.
    ///
    /// # Errors
    /// [`Error::BadOption`] for none, and for more than there are views where nothing else differs.
    pub fn check_samples(&self, count: u64) -> Result<(), Error> {
        const VIEWS: u64 = View::ALL.len() as u64;
        let draws = self.steps != Steps::Count(1) && self.eta > 0.0;
        let range = match count {
            1..=VIEWS => return Ok(()),
            1.. if draws => return Ok(()),
            0 => "a whole number from 1",
            _ => "a whole number from 1 to 8 where nothing is drawn at random (one step, or eta = 0)",
        };
        Err(Error::BadOption { name: "samples", value: count.to_string(), range })
    }
}

/// The pictures that runs by [`Options::of_sample`] have made of one photo, one added after another.
///
/// Their mean is closer to the truth than each of them; where they differ, the detail is invented.
#[derive(Debug, Clone)]
pub struct Samples {
    mean: LinearImage,
    /// Sums of the squared differences to the mean, as Welford updates them; as the planes of the mean.
    squares: Vec<f32>,
    count: usize,
}

impl Samples {
    /// As many as asked for, at least one, each by a run that is given its options. A single one is not one of several: its
    /// run has the options as they are.
    ///
    /// # Errors
    /// Those of the runs.
    pub fn draw<E>(
        options: &Options,
        count: u64,
        mut run: impl FnMut(&Options) -> Result<LinearImage, E>,
    ) -> Result<Self, E> {
        if count <= 1 {
            return Ok(Self::new(run(options)?));
        }
        let mut samples = Self::new(run(&options.of_sample(0))?);
        for index in 1..count {
            samples.add(&run(&options.of_sample(index))?);
        }
        Ok(samples)
    }

    /// The first one.
    pub fn new(first: LinearImage) -> Self {
        Self { squares: vec![0.0; first.samples().len()], mean: first, count: 1 }
    }

    /// One more, of the same size.
    ///
    /// # Panics
    /// When it has another size.
    pub fn add(&mut self, next: &LinearImage) {
        assert_eq!((next.width(), next.height()), (self.mean.width(), self.mean.height()), "samples are of one photo");
        self.count += 1;
        let weight = 1.0 / self.count as f32;
        for ((mean, square), value) in self.mean.samples_mut().iter_mut().zip(&mut self.squares).zip(next.samples()) {
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

    /// The mean alone.
    pub fn into_mean(self) -> LinearImage {
        self.mean
    }

    /// How far they differ at every pixel, row after row: the standard deviation on the sRGB curve with white at 1, as it is
    /// seen; the root mean square over the channels. 0 everywhere for a single one.
    pub fn uncertainty(&self) -> Vec<f32> {
        let pixels = self.mean.pixels();
        // The mean of a pair is nearly that of all: only a sample without its twin moves the mean that is at hand.
        let free = self.count as f32 - (self.count % 2) as f32 / self.count as f32;
        let free = free.max(1.0);
        let seen = |v: f32| linear_to_srgb(v.clamp(0.0, 1.0));
        (0..pixels)
            .map(|pixel| {
                let squares = (0..CHANNELS).map(|channel| {
                    let at = channel * pixels + pixel;
                    let (mean, std) = (self.mean.samples()[at], (self.squares[at] / free).sqrt());
                    (0.5 * (seen(mean + std) - seen(mean - std))).powi(2)
                });
                (squares.sum::<f32>() / CHANNELS as f32).sqrt()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::denoiser::run::normals;

    fn grey(values: [f32; 4]) -> LinearImage {
        LinearImage::from_fn(2, 2, |_, row, column| values[2 * row + column]).unwrap()
    }

    #[test]
    fn mean_and_std_are_those_of_the_definition() {
        // A pair about what is not known, and half of another.
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
            let seen = |v: f32| linear_to_srgb(v.clamp(0.0, 1.0));
            let expected = 0.5 * (seen(mean + std) - seen(mean - std));
            assert!((samples.uncertainty()[pixel] - expected).abs() < 1e-5);
        }
        // What is brighter than white is white to see.
        assert_eq!(samples.uncertainty()[1], 0.0);
        assert_eq!(samples.into_mean().samples().len(), 12);
    }

    #[test]
    fn the_spread_of_pairs_is_that_of_what_is_drawn() {
        let (std, runs) = (0.01, 4000);
        for count in [2, 3, 4, 7] {
            let mut sum = 0.0;
            for run in 0..runs {
                let of_sample = |index: u64| {
                    let options = Options { seed: 10 * run, ..Options::default() }.of_sample(index);
                    let normals = normals(&options);
                    LinearImage::from_fn(1, 1, |c, _, _| 0.3 + std * normals.at(0, 0, 0)[c]).unwrap()
                };
                let mut samples = Samples::new(of_sample(0));
                (1..count).for_each(|index| samples.add(&of_sample(index)));
                sum += f64::from(samples.uncertainty()[0].powi(2));
            }
            let seen = 0.5 * (linear_to_srgb(0.3 + std) - linear_to_srgb(0.3 - std));
            let ratio = (sum / runs as f64).sqrt() / f64::from(seen);
            assert!((ratio - 1.0).abs() < 0.03, "{count} samples: {ratio}");
        }
    }

    #[test]
    fn samples_come_in_pairs() {
        let options = Options { seed: 7, ..Options::default() };
        let of = |index| (options.of_sample(index).seed, options.of_sample(index).negated);
        assert_eq!([0, 1, 2, 3, 4].map(of), [(7, false), (7, true), (8, false), (8, true), (9, false)]);
        assert_eq!(Options { eta: 0.0, ..Options::default() }.of_sample(1).eta, 0.0);
    }

    #[test]
    fn there_are_as_many_samples_as_can_differ() {
        let options = Options::default();
        let drawing = Options { steps: Steps::Count(2), ..Options::default() };
        let still = Options { eta: 0.0, ..drawing.clone() };
        for options in [&options, &drawing, &still] {
            assert!(options.check_samples(0).is_err() && options.check_samples(8).is_ok());
            assert_eq!(options.check_samples(9).is_ok(), options == &drawing);
            let views = [0, 1, 2, 3, 4, 5, 6, 7].map(|index| options.of_sample(index).view);
            assert_eq!(views, View::ALL);
            assert_eq!(options.of_sample(8).view, View::default());
        }
    }
}

//! Several draws of one photo: their mean, and where they differ.

use crate::color::linear_to_srgb;
use crate::image::{CHANNELS, LinearImage};

/// Pictures that runs with different seeds have made of the same photo, one added after another.
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
        let others = (self.count - 1).max(1) as f32;
        let seen = |v: f32| linear_to_srgb(v.clamp(0.0, 1.0));
        (0..pixels)
            .map(|pixel| {
                let squares = (0..CHANNELS).map(|channel| {
                    let at = channel * pixels + pixel;
                    let (mean, std) = (self.mean.samples()[at], (self.squares[at] / others).sqrt());
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

    fn grey(values: [f32; 4]) -> LinearImage {
        LinearImage::from_fn(2, 2, |_, row, column| values[2 * row + column]).unwrap()
    }

    #[test]
    fn mean_and_std_are_those_of_the_definition() {
        let draws = [[0.2, 0.5, 0.0, 0.9], [0.3, 0.5, 0.0, 1.4], [0.25, 0.5, 0.0, 1.2]];
        let mut samples = Samples::new(grey(draws[0]));
        assert_eq!(samples.uncertainty(), [0.0; 4]);
        samples.add(&grey(draws[1]));
        samples.add(&grey(draws[2]));
        assert_eq!(samples.count(), 3);
        for pixel in 0..4 {
            let mean = draws.iter().map(|d| d[pixel]).sum::<f32>() / 3.0;
            let std = (draws.iter().map(|d| (d[pixel] - mean).powi(2)).sum::<f32>() / 2.0).sqrt();
            assert!((samples.mean().plane(1)[pixel] - mean).abs() < 1e-6);
            let seen = |v: f32| linear_to_srgb(v.clamp(0.0, 1.0));
            let expected = 0.5 * (seen(mean + std) - seen(mean - std));
            assert!((samples.uncertainty()[pixel] - expected).abs() < 1e-5);
        }
        // What is brighter than white is white to see.
        assert_eq!(samples.uncertainty()[1], 0.0);
        assert_eq!(samples.into_mean().samples().len(), 12);
    }
}

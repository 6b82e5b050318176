//! An image in linear light: RGB, or the colour planes of a mosaic.

use crate::color;
use crate::error::Error;

/// Channels of an RGB image: red, green, blue.
pub const CHANNELS: usize = 3;
/// The most channels of an image: the four planes of a mosaic.
pub const MOST_CHANNELS: usize = 4;

/// The most pixels that a file or a run may have: denoising 100 megapixels needs about 5 GB.
pub const MAX_PIXELS: usize = 100_000_000;

/// The quantile of the values that counts as bright. Values above may be lamps, stars or hot pixels.
const WHITE_QUANTILE: f32 = 0.99;
/// About how many values to look at.
const WHITE_VALUES: usize = 300_000;
/// The range of brightness of images with white at 1, which includes night scenes and those with the sun in view.
const ORDINARY_WHITE: (f32, f32) = (1.0 / 64.0, 16.0);

/// An image in linear light, white at 1, *not* clipped: noise goes below 0 and above 1.
///
/// Values lie plane after plane, each plane row after row. Three channels are red, green and blue; four are the planes
/// of a [`Mosaic`](crate::raw::mosaic::Mosaic).
#[derive(Debug, Clone, PartialEq)]
pub struct LinearImage {
    width: usize,
    height: usize,
    channels: usize,
    values: Vec<f32>,
}

impl LinearImage {
    /// An RGB image from its planes: `3 * width * height` finite values.
    ///
    /// # Errors
    /// [`Error::EmptyImage`], [`Error::WrongLength`] or [`Error::NotFinite`].
    pub fn new(width: usize, height: usize, values: Vec<f32>) -> Result<Self, Error> {
        Self::of_planes(CHANNELS, width, height, values)
    }

    /// An image from its planes, 3 or 4 of them: `channels * width * height` finite values.
    ///
    /// # Errors
    /// [`Error::EmptyImage`], [`Error::WrongLength`], [`Error::NotFinite`], or [`Error::BadOption`] for another number
    /// of channels.
    pub fn of_planes(channels: usize, width: usize, height: usize, values: Vec<f32>) -> Result<Self, Error> {
        if width == 0 || height == 0 {
            return Err(Error::EmptyImage { width, height });
        }
        if !(CHANNELS..=MOST_CHANNELS).contains(&channels) {
            let range = "3 for red, green and blue, or 4 for the planes of a mosaic";
            return Err(Error::BadOption { name: "channels", value: channels.to_string(), range });
        }
        let expected = width * height * channels;
        if values.len() != expected {
            return Err(Error::WrongLength { width, height, expected, found: values.len() });
        }
        if let Some(at) = values.iter().position(|v| !v.is_finite()) {
            let (channel, pixel) = (at / (width * height), at % (width * height));
            return Err(Error::NotFinite { channel, row: pixel / width, column: pixel % width });
        }
        Ok(Self { width, height, channels, values })
    }

    /// An image whose value at (channel, row, column) is `f(channel, row, column)`.
    ///
    /// # Errors
    /// See [`LinearImage::new`].
    pub fn from_fn(width: usize, height: usize, f: impl FnMut(usize, usize, usize) -> f32) -> Result<Self, Error> {
        Self::planes_from_fn(CHANNELS, width, height, f)
    }

    /// The same with this many channels.
    ///
    /// # Errors
    /// See [`LinearImage::of_planes`].
    pub fn planes_from_fn(
        channels: usize,
        width: usize,
        height: usize,
        mut f: impl FnMut(usize, usize, usize) -> f32,
    ) -> Result<Self, Error> {
        let mut values = Vec::with_capacity(width * height * channels);
        for channel in 0..channels {
            for row in 0..height {
                values.extend((0..width).map(|column| f(channel, row, column)));
            }
        }
        Self::of_planes(channels, width, height, values)
    }

    /// An image from interleaved 8-bit sRGB values, `stride` of them for each pixel (3 for RGB, 4 for RGBA;
    /// those beyond the third are ignored).
    ///
    /// # Errors
    /// [`Error::EmptyImage`] or [`Error::WrongLength`].
    pub fn from_srgb8(width: usize, height: usize, stride: usize, bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() != width * height * stride {
            return Err(Error::WrongLength { width, height, expected: width * height * stride, found: bytes.len() });
        }
        let table = color::srgb8_table();
        Self::from_fn(width, height, |channel, row, column| {
            table[bytes[(row * width + column) * stride + channel] as usize]
        })
    }

    /// Interleaved 8-bit sRGB values, clipped to [0, 1].
    ///
    /// # Panics
    /// If the image is not RGB.
    pub fn to_srgb8(&self) -> Vec<u8> {
        assert_eq!(self.channels, CHANNELS, "a mosaic has to be developed before it can be shown");
        let pixels = self.pixels();
        (0..pixels)
            .flat_map(|p| {
                std::array::from_fn::<u8, CHANNELS, _>(|c| color::linear_to_srgb8(self.values[c * pixels + p]))
            })
            .collect()
    }

    /// Number of planes: 3 of an RGB image, 4 of a mosaic.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Pixels across.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels down.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Pixels in all.
    pub fn pixels(&self) -> usize {
        self.width * self.height
    }

    /// All values, plane after plane.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// All values, plane after plane, to change in place.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// The value that stands for white: 1, unless nearly all values are far below or above it. Some linear files have
    /// another unit: floats that count photons, or 12 bits in a 16-bit file. Then it is the power of 2 at or above the
    /// 99 % quantile, so that dividing by it and multiplying again gives the same bits. A mosaic's white is always 1:
    /// its file names the white level, so dark values mean that it is underexposed.
    pub fn white(&self) -> f32 {
        if self.channels != CHANNELS {
            return 1.0;
        }
        let step = self.values.len().div_ceil(WHITE_VALUES) | 1;
        let mut values: Vec<f32> = self.values.iter().step_by(step).copied().collect();
        let at = ((values.len() - 1) as f32 * WHITE_QUANTILE) as usize;
        let bright = *values.select_nth_unstable_by(at, f32::total_cmp).1;
        if bright < f32::MIN_POSITIVE || (ORDINARY_WHITE.0..=ORDINARY_WHITE.1).contains(&bright) {
            return 1.0;
        }
        bright.log2().ceil().clamp(-100.0, 100.0).exp2()
    }

    /// The image with every value multiplied by `factor`.
    #[must_use]
    pub fn scaled(mut self, factor: f32) -> Self {
        self.values.iter_mut().for_each(|v| *v *= factor);
        self
    }

    /// The image with the values of each channel multiplied by its factor.
    ///
    /// # Panics
    /// If the image is not RGB.
    #[must_use]
    pub fn balanced(mut self, factors: [f32; CHANNELS]) -> Self {
        assert_eq!(self.channels, CHANNELS, "a mosaic has planes of its own");
        let pixels = self.pixels();
        for (plane, factor) in self.values.chunks_exact_mut(pixels).zip(factors) {
            plane.iter_mut().for_each(|v| *v *= factor);
        }
        self
    }

    /// The image at half its size: means of 2 x 2 pixels, of fewer at odd ends.
    #[must_use]
    pub fn halved(&self) -> Self {
        let planes = (0..self.channels).flat_map(|channel| halved(self.plane(channel), [self.width, self.height]));
        let [width, height] = [self.width, self.height].map(|side| side.div_ceil(2));
        Self { width, height, channels: self.channels, values: planes.collect() }
    }

    /// One channel's plane.
    pub fn plane(&self, channel: usize) -> &[f32] {
        let pixels = self.pixels();
        &self.values[channel * pixels..(channel + 1) * pixels]
    }

    /// The values themselves.
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }
}

/// The index that reflection about the first and last value gives: `... 2 1 | 0 1 2 ... n-1 | n-2 n-3 ...`.
///
/// Any distance outside is folded back, so it also works for images smaller than the padding, even a single pixel.
pub fn reflect(index: isize, len: usize) -> usize {
    // The usual case, without a slow division.
    if (0..len as isize).contains(&index) {
        return index as usize;
    }
    if len == 1 {
        return 0;
    }
    let period = 2 * (len as isize - 1);
    let folded = index.rem_euclid(period);
    folded.min(period - folded) as usize
}

/// A plane smoothed by the binomial filter 1 4 6 4 1 in both directions, reflected at its borders.
pub fn smoothed(plane: &[f32], width: usize, height: usize) -> Vec<f32> {
    let binomial = |[a, b, c, d, e]: [f32; 5]| a / 16.0 + b / 4.0 + c * 0.375 + d / 4.0 + e / 16.0;
    let tap = |at: usize, k: usize, len: usize| reflect(at as isize + k as isize - 2, len);
    let mut across = vec![0.0; plane.len()];
    for (out, line) in across.chunks_exact_mut(width).zip(plane.chunks_exact(width)) {
        let reflected = |column: usize| binomial(std::array::from_fn(|k| line[tap(column, k, width)]));
        let inner = 2..width.saturating_sub(2).max(2);
        // Apart from the ends, for the compiler to work on several values at once.
        for (v, taps) in out.iter_mut().skip(2).zip(line.array_windows()) {
            *v = binomial(*taps);
        }
        for column in (0..width).filter(|column| !inner.contains(column)) {
            out[column] = reflected(column);
        }
    }
    let mut both = vec![0.0; plane.len()];
    for (row, out) in both.chunks_exact_mut(width).enumerate() {
        let rows: [&[f32]; 5] = std::array::from_fn(|k| &across[tap(row, k, height) * width..][..width]);
        for (column, v) in out.iter_mut().enumerate() {
            *v = binomial(rows.map(|row| row[column]));
        }
    }
    both
}

/// A plane at half its size: means of 2 x 2 values, of fewer at odd ends.
pub fn halved(plane: &[f32], [width, height]: [usize; 2]) -> Vec<f32> {
    let mut half = Vec::with_capacity(width.div_ceil(2) * height.div_ceil(2));
    for row in (0..height).step_by(2) {
        let [upper, lower] = [row, (row + 1).min(height - 1)].map(|row| &plane[row * width..(row + 1) * width]);
        half.extend((0..width).step_by(2).map(|left| {
            let right = (left + 1).min(width - 1);
            (upper[left] + upper[right] + lower[left] + lower[right]) / 4.0
        }));
    }
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflection_folds_back_from_any_distance() {
        let folded: Vec<usize> = (-5..8).map(|i| reflect(i, 3)).collect();
        assert_eq!(folded, [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1]);
        assert!((-9..9).all(|i| reflect(i, 1) == 0));
    }

    #[test]
    fn images_that_cannot_be_are_refused() {
        assert_eq!(LinearImage::new(0, 4, vec![]), Err(Error::EmptyImage { width: 0, height: 4 }));
        assert!(matches!(LinearImage::new(2, 2, vec![0.0; 11]), Err(Error::WrongLength { .. })));
        assert!(matches!(LinearImage::of_planes(4, 2, 2, vec![0.0; 12]), Err(Error::WrongLength { .. })));
        assert!(matches!(LinearImage::of_planes(2, 2, 2, vec![0.0; 8]), Err(Error::BadOption { .. })));
        let mut values = vec![0.0; 12];
        values[4 + 3] = f32::NAN;
        assert_eq!(LinearImage::new(2, 2, values), Err(Error::NotFinite { channel: 1, row: 1, column: 1 }));
    }

    #[test]
    fn srgb_bytes_survive_the_round_trip() {
        let bytes: Vec<u8> = (0..2 * 3 * 3).map(|i| (i * 13) as u8).collect();
        let image = LinearImage::from_srgb8(2, 3, 3, &bytes).unwrap();
        assert_eq!(image.to_srgb8(), bytes);
        assert_eq!(image.plane(1)[0], color::srgb8_table()[13]);
    }

    #[test]
    fn white_is_1_unless_the_values_are_far_from_it() {
        let ramp = |scale: f32| LinearImage::from_fn(100, 40, |_, r, x| scale * (r * 100 + x) as f32 / 4000.0).unwrap();
        // The quantile of the ramp is 0.99.
        for (scale, white) in
            [(1.0, 1.0), (0.02, 1.0), (10.0, 1.0), (0.001, 1.0 / 512.0), (100.0, 128.0), (1e30, 1.0 * 2f32.powi(100))]
        {
            assert_eq!(ramp(scale).white(), white, "{scale}");
        }
        assert_eq!([0.0, -5.0].map(|v| LinearImage::from_fn(4, 4, |_, _, _| v).unwrap().white()), [1.0, 1.0]);
        let mut lamp = ramp(0.5);
        lamp.values_mut()[7] = 1e6;
        assert_eq!(lamp.white(), 1.0, "a few bright values are no white");
        let night = LinearImage::planes_from_fn(MOST_CHANNELS, 4, 4, |_, _, _| 0.001).unwrap();
        assert_eq!(night.white(), 1.0, "a mosaic's white is known");
    }

    #[test]
    fn halves_are_means_also_at_odd_ends() {
        assert_eq!(halved(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], [3, 3]), [3.0, 4.5, 7.5, 9.0]);
        assert_eq!(halved(&[0.25], [1, 1]), [0.25]);
    }

    #[test]
    fn smoothing_keeps_constants_and_the_mean_of_an_impulse() {
        assert!(smoothed(&[0.7; 3], 1, 3).iter().all(|v| (v - 0.7).abs() < 1e-6));
        let mut plane = vec![0.0; 81];
        plane[40] = 1.0;
        let smooth = smoothed(&plane, 9, 9);
        assert!((smooth.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((smooth[40] - 36.0 / 256.0).abs() < 1e-7);
    }
}

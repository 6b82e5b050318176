//! What an editor does to a noisy photo before it is denoised: tone curve, scaling, blur or sharpening, 8 bits.

use image::imageops::FilterType;
use image::{ImageBuffer, Rgb};
use rand::Rng;

use crate::color::{linear_to_srgb, srgb_to_linear};
use crate::image::{CHANNELS, LinearImage};
use crate::training::draw::log_uniform;
use crate::training::noise::tone::ToneCurve;

/// Interleaved values on the sRGB curve.
type Values = ImageBuffer<Rgb<f32>, Vec<f32>>;

/// Steps that follow each other as listed, on the sRGB curve. The clean image takes the same steps as the photo, except
/// for the rounding to 8 bits: noise is what is left of it, and clipping, scaling and curves cannot be undone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edit {
    /// The tone curve.
    pub curve: ToneCurve,
    /// The factor by which the image is scaled, and the filter; 1 for none.
    pub scale: (f32, FilterType),
    /// Blur or sharpening.
    pub focus: Option<Focus>,
}

/// An unsharp mask, or a blur.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Focus {
    /// Std of the Gaussian in pixels.
    pub std: f32,
    /// Share of the blurred image in the result, up to 1; below 0 it sharpens.
    pub blend: f32,
}

impl Edit {
    /// Range of [`Edit::scale`].
    pub const SCALES: (f32, f32) = (0.5, 2.0);
    /// Pixels at each border that scaling, blur and sharpening need beside the result.
    pub const MARGIN: usize = 4;
    /// Nothing but clipping to [0, 1] and rounding to 8 bits.
    pub const EIGHT_BITS: Self = Self { curve: ToneCurve::NONE, scale: (1.0, FilterType::Triangle), focus: None };

    /// Scaling by up to 2 in either direction, or a blur, or a sharpening.
    pub fn random_resampling(rng: &mut impl Rng) -> Self {
        const FILTERS: [FilterType; 3] = [FilterType::Triangle, FilterType::CatmullRom, FilterType::Lanczos3];
        let filter = FILTERS[rng.random_range(0..FILTERS.len())];
        match rng.random_range(0..4) {
            0 | 1 => Self { scale: (log_uniform(Self::SCALES, rng), filter), ..Self::EIGHT_BITS },
            2 => Self { focus: Some(Focus { std: rng.random_range(0.3..0.9), blend: 1.0 }), ..Self::EIGHT_BITS },
            _ => {
                let focus = Focus { std: rng.random_range(0.5..1.2), blend: -rng.random_range(0.2f32..1.0) };
                Self { focus: Some(focus), ..Self::EIGHT_BITS }
            }
        }
    }

    /// Side of the square that is needed for a result of `side` pixels.
    pub fn source_side(&self, side: usize) -> usize {
        // Without what rounding adds to a whole number.
        ((side + 2 * self.margin()) as f32 / self.scale.0 - 1e-3).ceil() as usize
    }

    /// The same edit with a scale at which a source of `limit` pixels is enough for a result of `side` pixels.
    #[must_use]
    pub fn within(mut self, side: usize, limit: usize) -> Self {
        if self.source_side(side) > limit {
            self.scale.0 = (side + 2 * Self::MARGIN) as f32 / limit as f32;
        }
        self
    }

    fn margin(&self) -> usize {
        if self.scale.0 == 1.0 && self.focus.is_none() { 0 } else { Self::MARGIN }
    }

    /// Photo and clean image, squares in linear light, after the edit: squares of `side` pixels.
    ///
    /// # Panics
    /// If they are smaller than the margins.
    pub fn apply(&self, photo: &LinearImage, clean: &LinearImage, side: usize) -> [LinearImage; 2] {
        let [photo, clean] = [(photo, true), (clean, false)].map(|(image, rounded)| {
            let margin = self.margin();
            let edited = self.focused(self.scaled(self.toned(image), side + 2 * margin));
            let value = |channel: usize, row: usize, column: usize| {
                let v = edited[((column + margin) as u32, (row + margin) as u32)][channel].clamp(0.0, 1.0);
                srgb_to_linear(if rounded { (v * 255.0).round() / 255.0 } else { v })
            };
            LinearImage::from_fn(side, side, value).expect("edited values are finite")
        });
        [photo, clean]
    }

    fn toned(&self, image: &LinearImage) -> Values {
        ImageBuffer::from_fn(image.width() as u32, image.height() as u32, |column, row| {
            let at = row as usize * image.width() + column as usize;
            Rgb(std::array::from_fn(|c| self.curve.at(c, linear_to_srgb(image.values()[c * image.pixels() + at]))))
        })
    }

    fn scaled(&self, values: Values, side: usize) -> Values {
        if self.scale.0 == 1.0 {
            return values;
        }
        image::imageops::resize(&values, side as u32, side as u32, self.scale.1)
    }

    fn focused(&self, mut values: Values) -> Values {
        let Some(Focus { std, blend }) = self.focus else { return values };
        let smooth = image::imageops::blur(&values, std);
        for (v, smooth) in values.iter_mut().zip(smooth.iter()) {
            *v += blend * (smooth - *v);
        }
        values
    }
}

/// An image in which every channel is the luminance (Rec. 709).
pub fn grey(image: &LinearImage) -> LinearImage {
    const LUMINANCE: [f32; CHANNELS] = [0.2126, 0.7152, 0.0722];
    let (width, pixels) = (image.width(), image.pixels());
    LinearImage::from_fn(width, image.height(), |_, row, column| {
        (0..CHANNELS).map(|c| LUMINANCE[c] * image.values()[c * pixels + row * width + column]).sum()
    })
    .expect("a sum of finite values is finite")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::noise::NoiseModel;
    use crate::training::noise::field::Field;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Flat grey and the same with noise of this std on the sRGB curve.
    fn flat(side: usize, std: f32) -> [LinearImage; 2] {
        let field = Field::WHITE.planes(side, side, 3);
        let noisy = field.into_iter().map(|z| srgb_to_linear(0.5 + std * z)).collect();
        let clean = vec![srgb_to_linear(0.5); 3 * side * side];
        [LinearImage::new(side, side, noisy).unwrap(), LinearImage::new(side, side, clean).unwrap()]
    }

    /// Variance of the noise on the sRGB curve in units of `std^2`, and the correlation of neighbours in a row.
    fn noise_after(edit: &Edit, std: f32) -> (f32, f32) {
        const SIDE: usize = 200;
        let [photo, clean] = flat(edit.source_side(SIDE), std);
        let [photo, clean] = edit.apply(&photo, &clean, SIDE);
        assert_eq!((photo.width(), clean.height()), (SIDE, SIDE));
        let error: Vec<f32> =
            photo.values().iter().zip(clean.values()).map(|(y, x)| linear_to_srgb(*y) - linear_to_srgb(*x)).collect();
        let variance = error.iter().map(|e| e * e).sum::<f32>() / error.len() as f32;
        let rows = error.chunks_exact(SIDE).flat_map(|row| row.windows(2));
        let product = rows.map(|w| w[0] * w[1]).sum::<f32>() / (error.len() - error.len() / SIDE) as f32;
        (variance / (std * std), product / variance)
    }

    #[test]
    fn eight_bits_change_a_photo_by_half_a_code_at_most() {
        let [photo, clean] = flat(30, 0.1);
        assert_eq!(Edit::EIGHT_BITS.source_side(30), 30);
        let [edited, same] = Edit::EIGHT_BITS.apply(&photo, &clean, 30);
        for (a, b) in edited.values().iter().zip(photo.values()) {
            let (a, b) = (linear_to_srgb(*a), linear_to_srgb(*b));
            assert!((a - b).abs() < 0.5001 / 255.0 && ((a * 255.0).round() - a * 255.0).abs() < 1e-3);
        }
        assert!(same.values().iter().all(|v| (v - clean.values()[0]).abs() < 1e-6));
    }

    #[test]
    fn noise_is_correlated_by_scaling_and_blur_and_the_reverse_by_sharpening() {
        let std = 0.08;
        let (variance, neighbours) = noise_after(&Edit::EIGHT_BITS, std);
        assert!((variance - 1.0).abs() < 0.02 && neighbours.abs() < 0.01, "{variance} {neighbours}");
        // Twice as large, by linear interpolation: the weights at the new pixels are 3/4 and 1/4 in each direction, so
        // the variance is (10/16)^2, and neighbours have 9/16 or 6/16 in common,
        // three quarters of it on average.
        let larger = Edit { scale: (2.0, FilterType::Triangle), ..Edit::EIGHT_BITS };
        let (variance, neighbours) = noise_after(&larger, std);
        assert!((variance - 0.39).abs() < 0.02 && (neighbours - 0.75).abs() < 0.02, "{variance} {neighbours}");
        // Half as large: 1/8 3/8 3/8 1/8, 20/64 of the variance in each direction; neighbours share (1/8)(3/8) twice.
        let smaller = Edit { scale: (0.5, FilterType::Triangle), ..Edit::EIGHT_BITS };
        let (variance, neighbours) = noise_after(&smaller, std);
        assert!((variance - 0.098).abs() < 0.01 && (neighbours - 0.3).abs() < 0.03, "{variance} {neighbours}");
        // exp(-1 / (4 * 0.64)) = 0.68.
        let blur = Edit { focus: Some(Focus { std: 0.8, blend: 1.0 }), ..Edit::EIGHT_BITS };
        let (variance, neighbours) = noise_after(&blur, std);
        assert!((0.08..0.16).contains(&variance) && (neighbours - 0.68).abs() < 0.04, "{variance} {neighbours}");
        let sharp = Edit { focus: Some(Focus { std: 0.8, blend: -0.8 }), ..Edit::EIGHT_BITS };
        let (variance, neighbours) = noise_after(&sharp, std);
        assert!(variance > 1.8 && neighbours < -0.05, "{variance} {neighbours}");
    }

    #[test]
    fn a_tone_curve_multiplies_the_noise_by_its_slope() {
        let curve = ToneCurve { contrast: 6.0, ..ToneCurve::NONE };
        let slope = (curve.at(0, 0.505) - curve.at(0, 0.495)) / 0.01;
        let (variance, neighbours) = noise_after(&Edit { curve, ..Edit::EIGHT_BITS }, 0.02);
        assert!((variance.sqrt() / slope - 1.0).abs() < 0.03 && neighbours.abs() < 0.02, "{variance} {slope}");
    }

    #[test]
    fn every_random_edit_gives_the_side_that_is_asked_for() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..40 {
            let edit = Edit { curve: ToneCurve::random(false, &mut rng), ..Edit::random_resampling(&mut rng) };
            let small = edit.within(24, 28);
            assert!(small.source_side(24) <= 28, "{small:?}");
            let edit = if edit.source_side(24).is_multiple_of(2) { small } else { edit };
            let [photo, clean] = flat(edit.source_side(24), 0.05);
            let [photo, clean] = edit.apply(&photo, &clean, 24);
            assert_eq!((photo.width(), clean.width()), (24, 24));
            assert_ne!(photo, clean);
            for plane in (0..CHANNELS).map(|c| clean.plane(c)) {
                assert!(plane.iter().all(|v| (v - plane[0]).abs() < 1e-3), "flat stays flat: {edit:?}");
            }
        }
    }

    #[test]
    fn grey_keeps_grey_and_is_the_same_in_all_channels() {
        let image = LinearImage::from_fn(4, 3, |c, row, column| 0.1 * (c + row) as f32 + 0.02 * column as f32).unwrap();
        let once = grey(&image);
        assert_eq!(once.plane(0), once.plane(2));
        assert!(grey(&once).values().iter().zip(once.values()).all(|(a, b)| (a - b).abs() < 1e-6));
        assert!((once.plane(1)[0] - (0.7152 * 0.1 + 0.0722 * 0.2)).abs() < 1e-6);
        let noise = NoiseModel { sigma_read: 0.1, shot: 0.0 }.add_to(&image, 1);
        assert_eq!(grey(&noise).plane(0), grey(&noise).plane(1));
    }
}

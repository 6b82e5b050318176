//! Photos that need something of their own.

use crate::denoiser::run::tests::{denoise, denoiser, largest_difference, photo};
use crate::denoiser::{Denoiser, Options, Strength};
use crate::image::LinearImage;
use crate::method::noise::NoiseModel;
use crate::method::reverse::Steps;
use crate::network::weights::RELEASED;
use burn::tensor::Device;

#[test]
fn a_grey_photo_stays_grey_and_gets_clean() {
    let denoiser = Denoiser::from_weights(RELEASED, &Device::flex()).unwrap();
    let clean = LinearImage::from_fn(48, 40, |_, r, x| 0.1 + 0.2 * f32::from(u8::from(r + x > 40))).unwrap();
    let noisy = NoiseModel::at_gain(8.0).add_to(&clean, 4);
    let grey = LinearImage::from_fn(48, 40, |_, r, x| noisy.plane(1)[r * 48 + x]).unwrap();
    for steps in [1, 3] {
        let options = Options { steps: Steps::Count(steps), tile: Some(32), ..Options::default() };
        let result = denoise(&denoiser, &grey, options);
        assert!(result.plane(0) == result.plane(1) && result.plane(1) == result.plane(2));
        let error = |image: &LinearImage| -> f32 {
            image.values().iter().zip(clean.values()).map(|(a, b)| (a - b).powi(2)).sum::<f32>()
        };
        assert!(error(&result) < 0.12 * error(&grey), "{steps} steps: {}", error(&result) / error(&grey));
    }
}

#[test]
fn hot_pixels_are_mended_where_anything_is_to_be_done() {
    let denoiser = Denoiser::from_weights(RELEASED, &Device::flex()).unwrap();
    let clean = LinearImage::from_fn(48, 32, |_, _, _| 0.1).unwrap();
    let mut photo = NoiseModel::at_gain(2.0).add_to(&clean, 4);
    let (left, right) = (10 * 48 + 12, 10 * 48 + 36);
    [left, right].iter().for_each(|at| photo.values_mut()[*at] = 1.0);
    let strength = Strength::Map((0..48 * 32).map(|p| if p % 48 < 24 { 0.0 } else { 1.0 }).collect());
    let options = Options { strength, ..Options::default() };
    let result = pollster::block_on(denoiser.denoise(&photo, NoiseModel::at_gain(2.0), &options)).unwrap();
    assert_eq!(result.values()[left], 1.0);
    assert!((result.values()[right] - 0.1).abs() < 0.03, "{}", result.values()[right]);
}

#[test]
fn a_photo_of_another_scale_gives_the_same_in_its_own() {
    let (denoiser, image) = (denoiser(), photo(32, 24));
    let plain = denoise(&denoiser, &image, Options::default());
    // Powers of 2, which change no digits: white is where it was, since half of the values are above 0.25.
    for scale in [2f32.powi(-10), 2f32.powi(7)] {
        let scaled = image.clone().scaled(scale);
        let white = scaled.white();
        assert!(white == scale || white == scale / 2.0, "{white}");
        let noise = NoiseModel::at_gain(8.0);
        let in_unit = NoiseModel { sigma_read: noise.sigma_read * scale / white, shot: noise.shot * scale / white };
        let result = pollster::block_on(denoiser.denoise(&scaled, in_unit, &Options::default())).unwrap();
        let back = result.scaled(1.0 / scale);
        assert!(largest_difference(&back, &plain) < 0.02, "{scale}: {}", largest_difference(&back, &plain));
        let untouched = Options { strength: 0.0.into(), ..Options::default() };
        assert_eq!(pollster::block_on(denoiser.denoise(&scaled, in_unit, &untouched)).unwrap(), scaled);
    }
}

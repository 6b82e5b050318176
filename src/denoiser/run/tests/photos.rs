//! Photos that need something of their own.

use crate::denoiser::run::tests::{denoise, denoiser, largest_difference, photo};
use crate::denoiser::{Denoiser, Ends, Options, Overview, Place, Run, Strength};
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

/// Dark and bright halves with noise, cut off at black and white.
fn cut_off(width: usize, height: usize) -> (LinearImage, LinearImage) {
    let side = |x: usize| if x < width / 2 { 0.01 } else { 0.98 };
    let clean = LinearImage::from_fn(width, height, |_, _, x| side(x)).unwrap();
    let mut noisy = NoiseModel::at_gain(4.0).add_to(&clean, 4);
    noisy.values_mut().iter_mut().for_each(|v| *v = v.clamp(0.0, 1.0));
    (clean, noisy)
}

#[test]
fn cut_off_noise_neither_brightens_shadows_nor_darkens_highlights() {
    let denoiser = Denoiser::from_weights(RELEASED, &Device::flex()).unwrap();
    let (clean, photo) = cut_off(96, 64);
    let mean = |image: &LinearImage, columns: std::ops::Range<usize>| {
        let values = (0..64).flat_map(|row| image.plane(1)[row * 96..][columns.clone()].to_vec());
        values.sum::<f32>() / (64 * columns.len()) as f32
    };
    let noise = NoiseModel::at_gain(4.0);
    assert!(mean(&photo, 8..40) > 0.02 && mean(&photo, 56..88) < 0.96);
    for steps in [1, 3] {
        let options = Options { steps: Steps::Count(steps), ..Options::default() };
        let result = pollster::block_on(denoiser.denoise(&photo, noise, &options)).unwrap();
        for columns in [8..40, 56..88] {
            let (found, expected) = (mean(&result, columns.clone()), mean(&clean, columns));
            assert!((found - expected).abs() < 0.005, "{steps} steps: {found}, not {expected}");
        }
    }
}

#[test]
fn what_was_cut_off_is_put_back_in_the_result_alone() {
    let (denoiser, noise) = (denoiser(), NoiseModel::at_gain(4.0));
    let (_, photo) = cut_off(96, 64);
    let options = Options { steps: Steps::Count(2), eta: Some(0.0), ..Options::default() };
    let overview = denoiser.overview(photo.clone(), noise, &options).unwrap();
    assert!(overview.ends.iter().all(|ends| *ends == [Some(0.0), Some(1.0)]));
    let at = |overview| {
        let options = Options { place: Place { overview: Some(overview), ..Place::default() }, ..options.clone() };
        denoiser.start(photo.clone(), noise, &options).unwrap()
    };
    let mut run = at(overview);
    let pixel = |run: &Run| run.pixel(20, 20);
    assert_eq!(pixel(&run)[0], photo.plane(0)[20 * 96 + 20]);
    pollster::block_on(run.advance()).unwrap();
    let mut plain = at(Overview { ends: Ends::default(), ..overview });
    pollster::block_on(plain.advance()).unwrap();
    assert_eq!(pixel(&run), pixel(&plain), "there is noise left after the first of two steps");
    for run in [&mut run, &mut plain] {
        while pollster::block_on(run.advance()).unwrap().is_some() {}
    }
    assert_ne!(pixel(&run), pixel(&plain));
    let (last, result) = (pixel(&run), run.into_image());
    assert_eq!(last[0], result.plane(0)[20 * 96 + 20]);
}

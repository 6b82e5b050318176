//! The released weights: they fit the budget, and a later change cannot silently make the pictures worse.
#![cfg(feature = "tools")]

use burn::tensor::Device;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use svnr::color::linear_to_srgb;
use svnr::denoiser::Place;
use svnr::denoiser::place::cut_around;
use svnr::estimate::estimate_noise;
use svnr::method::reverse::Steps;
use svnr::metrics::psnr;
use svnr::network::budget::{MAX_FLOPS_PER_PIXEL, MAX_PARAMETERS};
use svnr::network::weights::RELEASED;
use svnr::training::camera::Camera;
use svnr::training::dead_leaves::dead_leaves;
use svnr::{Denoiser, Error, LinearImage, NoiseModel, Options};

/// A generated picture; training never drew from this seed.
fn picture(number: u64) -> LinearImage {
    picture_of(96, number)
}

fn picture_of(side: usize, number: u64) -> LinearImage {
    let mut rng = ChaCha8Rng::seed_from_u64(0x5eed_0000 + number);
    LinearImage::from_srgb8(side, side, 3, &dead_leaves(side, &mut rng)).unwrap()
}

fn denoised(clean: &LinearImage, gain: f32, options: &Options) -> (f64, f64) {
    let denoiser = Denoiser::from_weights(RELEASED, &Device::flex()).unwrap();
    let noise = NoiseModel::at_gain(gain);
    let noisy = noise.add_to(clean, 1);
    let result = pollster::block_on(denoiser.denoise(&noisy, noise, options)).unwrap();
    (psnr(clean, &noisy), psnr(clean, &result))
}

#[test]
fn the_released_weights_keep_to_the_budget() {
    let denoiser = Denoiser::from_weights(RELEASED, &Device::flex()).unwrap();
    let config = denoiser.config();
    assert!(config.flops_per_pixel() <= MAX_FLOPS_PER_PIXEL);
    assert!(config.parameters() <= MAX_PARAMETERS);
    assert!(RELEASED.len() <= 6_000_000);
}

#[test]
fn damage_to_the_released_weights_is_found_out() {
    let mut damaged = RELEASED.to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    assert!(matches!(Denoiser::from_weights(&damaged, &Device::flex()), Err(Error::BadWeights(_))));
}

#[test]
fn the_released_weights_denoise_as_they_did() {
    // (picture, gain, PSNR in dB with one step). Better is welcome: raise the number with the new weights.
    for (number, gain, expected) in [(0, 1.0, 32.61), (0, 8.0, 23.71), (1, 4.0, 27.70), (1, 20.0, 21.23)] {
        let (noisy, result) = denoised(&picture(number), gain, &Options::default());
        eprintln!("picture {number}, gain {gain}: {noisy:.2} -> {result:.2} dB");
        assert!(result > expected - 0.05, "picture {number}, gain {gain}: {result:.2} dB, it was {expected:.2}");
    }
}

#[test]
fn photos_of_cameras_get_better_with_their_noise_estimated() {
    // (picture and camera, gain in PSNR in dB). The last picture is nothing but texture, which is easily taken for
    // noise.
    let device = Device::flex();
    let denoiser = Denoiser::from_weights(RELEASED, &device).unwrap();
    for (number, expected) in [(2, 2.26), (3, 5.51), (4, 1.79), (7, 0.90)] {
        let camera = Camera::random(&mut ChaCha8Rng::seed_from_u64(number));
        let photo = camera.photo(&picture_of(256, number), number);
        let noise = estimate_noise(&photo.noisy).noise;
        let result = pollster::block_on(denoiser.denoise(&photo.noisy, noise, &Options::default())).unwrap();
        let (before, after) = (psnr(&photo.noisy, &photo.clean), psnr(&result, &photo.clean));
        eprintln!("photo {number}: {before:.2} -> {after:.2} dB");
        assert!(after - before > expected - 0.05, "photo {number}: {before:.2} -> {after:.2} dB, gained {expected:.2}");
    }
}

#[test]
fn more_steps_stay_close_to_the_estimate() {
    // Drawn texture costs PSNR, but at most 3 dB here.
    let clean = picture(0);
    let (_, one) = denoised(&clean, 8.0, &Options::default());
    let (_, four) = denoised(&clean, 8.0, &Options { steps: Steps::Count(4), ..Options::default() });
    assert!(four > one - 3.0, "four steps: {four:.2} dB, one: {one:.2}");
}

#[test]
fn a_part_gives_the_values_of_the_whole() {
    let (side, inner) = (320, 152..200);
    let denoiser = Denoiser::from_weights(RELEASED, &Device::flex()).unwrap();
    let noise = NoiseModel::at_gain(8.0);
    let photo = noise.add_to(&picture_of(side, 5), 1);
    let cut = cut_around(denoiser.config(), inner.clone(), side);
    assert!(cut.len() < side);
    let part = LinearImage::from_fn(cut.len(), cut.len(), |channel, row, column| {
        photo.plane(channel)[(cut.start + row) * side + cut.start + column]
    });
    // (steps, largest difference in codes of 8 bits)
    for (steps, most) in [(1, 0.05), (4, 1.0)] {
        let options = Options { steps: Steps::Count(steps), ..Options::default() };
        let overview = denoiser.overview(photo.clone(), noise, &options).unwrap();
        let place = Place { row: cut.start, column: cut.start, overview: Some(overview) };
        let of_part = Options { place, ..options.clone() };
        let whole = pollster::block_on(denoiser.denoise(&photo, noise, &options)).unwrap();
        let part = pollster::block_on(denoiser.denoise(part.as_ref().unwrap(), noise, &of_part)).unwrap();
        let code = |image: &LinearImage, channel: usize, at: usize| 255.0 * linear_to_srgb(image.plane(channel)[at]);
        let mut largest = 0.0f32;
        for (channel, row, column) in (0..3)
            .flat_map(|channel| inner.clone().flat_map(move |row| (152..200).map(move |column| (channel, row, column))))
        {
            let in_part = (row - cut.start) * cut.len() + column - cut.start;
            let difference = code(&whole, channel, row * side + column) - code(&part, channel, in_part);
            largest = largest.max(difference.abs());
        }
        eprintln!("{steps} steps: {largest:.4} codes");
        assert!(largest < most, "{steps} steps: {largest} codes");
    }
}

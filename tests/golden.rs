//! The released weights: they fit the budget, and a later change cannot silently alter what they give.
#![cfg(feature = "tools")]

use burn::tensor::Device;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use svnr::color::{linear_to_srgb, srgb_to_linear};
use svnr::denoiser::place::cut_around;
use svnr::denoiser::{Place, Samples};
use svnr::estimate::estimate_noise;
use svnr::image::smoothed;
use svnr::method::reverse::Steps;
use svnr::metrics::psnr;
use svnr::metrics::spectrum::Spectrum;
use svnr::network::budget::{MAX_FLOPS_PER_PIXEL, MAX_PARAMETERS};
use svnr::network::weights::{RELEASED, RELEASED_MOSAIC};
use svnr::training::camera::Camera;
use svnr::training::dead_leaves::dead_leaves;
use svnr::training::raw_levels::{levels, raw_psnr, recorded};
use svnr::{Denoiser, Error, LinearImage, NoiseModel, Options};

/// How far a PSNR in dB may be from the pinned one. New weights change it by more: then pin the new figures.
const TOLERANCE: f64 = 0.02;

/// A generated scene; training never drew from this seed.
fn scene(side: usize, number: u64) -> LinearImage {
    let mut rng = ChaCha8Rng::seed_from_u64(0x5eed_0000 + number);
    LinearImage::from_srgb8(side, side, 3, &dead_leaves(side, &mut rng)).unwrap()
}

fn released() -> Denoiser {
    Denoiser::from_weights(RELEASED, &Device::flex()).unwrap()
}

/// `clean` with a camera's noise at this gain, denoised.
fn denoised(clean: &LinearImage, gain: f32, options: &Options) -> LinearImage {
    let noise = NoiseModel::at_gain(gain);
    pollster::block_on(released().denoise(&noise.add_to(clean, 1), noise, options)).unwrap()
}

#[test]
fn the_released_weights_keep_to_the_budget() {
    for weights in [RELEASED, RELEASED_MOSAIC] {
        let denoiser = Denoiser::from_weights(weights, &Device::flex()).unwrap();
        let config = denoiser.config();
        assert!(config.flops_per_pixel() <= MAX_FLOPS_PER_PIXEL);
        assert!(config.parameters() <= MAX_PARAMETERS);
        assert!(weights.len() <= 6_000_000);
    }
}

#[test]
fn damage_to_the_released_weights_is_found_out() {
    let mut damaged = RELEASED.to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    assert!(matches!(Denoiser::from_weights(&damaged, &Device::flex()), Err(Error::BadWeights(_))));
}

#[test]
fn one_step_gives_the_pinned_psnr() {
    // (scene, gain, PSNR in dB)
    for (number, gain, expected) in [(0, 1.0, 32.61), (0, 8.0, 23.71), (1, 4.0, 27.70), (1, 20.0, 21.23)] {
        let clean = scene(96, number);
        let found = psnr(&clean, &denoised(&clean, gain, &Options::default()));
        eprintln!("scene {number}, gain {gain}: {found:.3} dB");
        assert!((found - expected).abs() < TOLERANCE, "scene {number}, gain {gain}: {found:.3} dB, not {expected:.2}");
    }
}

#[test]
fn a_file_that_cuts_noise_off_gives_the_pinned_psnr() {
    // (scene, gain, PSNR in dB of an 8-bit photo whose noise is estimated)
    for (number, gain, expected) in [(0, 1.0, 32.18), (0, 8.0, 23.39), (1, 20.0, 20.54)] {
        let clean = scene(96, number);
        let codes = NoiseModel::at_gain(gain).add_to(&clean, 1).to_srgb8();
        let photo = LinearImage::from_srgb8(96, 96, 3, &codes).unwrap();
        let noise = estimate_noise(&photo).noise;
        let result = pollster::block_on(released().denoise(&photo, noise, &Options::default())).unwrap();
        let found = psnr(&clean, &result);
        eprintln!("scene {number}, gain {gain}: {found:.3} dB");
        assert!((found - expected).abs() < TOLERANCE, "scene {number}, gain {gain}: {found:.3} dB, not {expected:.2}");
    }
}

/// `clean` with film grain of 12 codes over about two pixels, as an 8-bit file.
fn grainy(clean: &LinearImage) -> LinearImage {
    let (width, height) = (clean.width(), clean.height());
    let noise = NoiseModel { sigma_read: 1.0, shot: 0.0 }.add_to(&clean.clone().scaled(0.0), 3);
    let noise = smoothed(noise.plane(0), width, height);
    let grain = |at: usize| 12.0 / 255.0 * 256.0 / 70.0 * noise[at];
    let value = |c: usize, r: usize, x: usize| {
        let at = r * width + x;
        srgb_to_linear((linear_to_srgb(clean.plane(c)[at]) + grain(at)).max(0.0))
    };
    let codes = LinearImage::from_fn(width, height, value).unwrap().to_srgb8();
    LinearImage::from_srgb8(width, height, 3, &codes).unwrap()
}

#[test]
fn film_grain_goes_and_parts_get_the_values_of_the_whole() {
    let side = 320;
    // Coloured areas with gradients.
    let value = |c: usize, r: usize, x: usize| {
        let area = (r / 60 * 7 + x / 50 * 3 + c * 2) % 8;
        srgb_to_linear(0.25 + 0.06 * area as f32 + 0.1 * (r % 60) as f32 / 60.0)
    };
    let clean = LinearImage::from_fn(side, side, value).unwrap();
    let photo = grainy(&clean);
    let estimate = estimate_noise(&photo);
    assert!(estimate.film, "{estimate:?}");
    let denoiser = released();
    let options = Options::default();
    let run = |image: &LinearImage, options: &Options| {
        pollster::block_on(denoiser.denoise(image, estimate.noise.clone(), options)).unwrap()
    };
    let whole = run(&photo, &options);
    let (before, after) = (psnr(&clean, &photo), psnr(&clean, &whole));
    eprintln!("grain: {before:.3} and {after:.3} dB");
    assert!((after - 36.82).abs() < TOLERANCE, "{after:.3} dB, not 36.82");
    let inner = 0..48;
    let cut = cut_around(denoiser.config(), true, inner.clone(), side);
    assert!(cut.len() < side, "{cut:?}");
    let part = LinearImage::from_fn(cut.len(), cut.len(), |channel, row, column| {
        photo.plane(channel)[(cut.start + row) * side + cut.start + column]
    });
    let overview = denoiser.overview(photo.clone(), estimate.noise.clone(), &options).unwrap();
    let place = Place { row: cut.start, column: cut.start, overview: Some(overview) };
    let part = run(&part.unwrap(), &Options { place, ..options });
    let code = |image: &LinearImage, channel: usize, at: usize| 255.0 * linear_to_srgb(image.plane(channel)[at]);
    let places = (0..3).flat_map(|c| inner.clone().flat_map(move |r| (0..48).map(move |x| (c, r, x))));
    let largest = places
        .map(|(c, r, x)| {
            let in_part = (r - cut.start) * cut.len() + x - cut.start;
            (code(&whole, c, r * side + x) - code(&part, c, in_part)).abs()
        })
        .fold(0.0, f32::max);
    eprintln!("part: {largest:.4} codes");
    assert!(largest < 0.05, "{largest} codes");
}

#[test]
fn mosaics_give_the_pinned_psnr() {
    let denoiser = Denoiser::from_weights(RELEASED_MOSAIC, &Device::flex()).unwrap();
    let clean = recorded(&scene(128, 0));
    for (level, expected) in levels().zip([45.42, 40.28, 35.48, 30.86, 26.77]) {
        let noisy = level.photographed(&clean, 1);
        let result = pollster::block_on(denoiser.denoise(&noisy, level.noise, &Options::default())).unwrap();
        let found = raw_psnr(&result, &clean);
        eprintln!("{}: {found:.3} dB, noisy {:.3}", level.name, raw_psnr(&noisy, &clean));
        let is_close = (found - expected).abs() < TOLERANCE;
        assert!(is_close, "{}: {found:.3} dB, not {expected:.2}", level.name);
    }
}

#[test]
fn several_steps_give_the_pinned_psnr_and_spectrum() {
    // (steps, eta, PSNR in dB, distance of the spectrum): drawn texture costs PSNR and makes up the fine detail.
    let clean = scene(96, 0);
    for (steps, eta, expected, texture) in [
        (Steps::Count(4), None, 26.21, 0.157),
        (Steps::Count(25), None, 25.56, 0.140),
        (Steps::Count(25), Some(1.0), 23.84, 0.136),
        (Steps::Unit, None, 25.81, 0.156),
        (Steps::Unit, Some(1.0), 24.43, 0.169),
    ] {
        let result = denoised(&clean, 4.0, &Options { steps, eta, seed: 3, ..Options::default() });
        let (found, distance) = (psnr(&clean, &result), Spectrum::of(&result).distance(&Spectrum::of(&clean)));
        eprintln!("{steps:?}, eta {eta:?}: {found:.3} dB, spectrum {distance:.4}");
        assert!((found - expected).abs() < TOLERANCE, "{steps:?}, eta {eta:?}: {found:.3} dB, not {expected:.2}");
        assert!((distance - texture).abs() < 0.01, "{steps:?}, eta {eta:?}: {distance:.4}, not {texture:.3}");
    }
}

#[test]
fn the_mean_of_samples_gives_the_pinned_psnr() {
    let clean = scene(96, 1);
    let noise = NoiseModel::at_gain(8.0);
    let (denoiser, photo) = (released(), noise.add_to(&clean, 1));
    for (steps, expected) in [(Steps::Count(1), 25.07), (Steps::Count(4), 25.07)] {
        let options = Options { steps, ..Options::default() };
        let run = |options: &Options| pollster::block_on(denoiser.denoise(&photo, noise, options));
        let samples = Samples::draw(&options, 4, run).unwrap();
        let found = psnr(&clean, samples.mean());
        eprintln!("{steps:?}: {found:.3} dB");
        assert!((found - expected).abs() < TOLERANCE, "{steps:?}: {found:.3} dB, not {expected:.2}");
    }
}

#[test]
fn tiles_give_the_result_of_one_pass() {
    // Two tiles across and two down, each of which reads more than it covers and less than the whole.
    let clean = scene(168, 5);
    for steps in [Steps::Count(1), Steps::Count(3)] {
        let of_tile = |tile| denoised(&clean, 8.0, &Options { steps, tile: Some(tile), seed: 9, ..Options::default() });
        let (whole, tiled) = (of_tile(168), of_tile(88));
        let largest = whole.values().iter().zip(tiled.values()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        eprintln!("{steps:?}: {largest:e}");
        assert!(largest < 1e-6, "{steps:?}: {largest}");
    }
}

#[test]
fn photos_of_cameras_get_better_with_their_noise_estimated() {
    // (scene and camera, gain in PSNR in dB). The last scene is nothing but texture, which is easily taken for
    // noise.
    let denoiser = released();
    for (number, expected) in [(2, 2.26), (3, 5.51), (4, 1.79), (7, 0.90)] {
        let camera = Camera::random(&mut ChaCha8Rng::seed_from_u64(number));
        let photo = camera.photo(&scene(256, number), number);
        let noise = estimate_noise(&photo.noisy).noise;
        let result = pollster::block_on(denoiser.denoise(&photo.noisy, noise, &Options::default())).unwrap();
        let (before, after) = (psnr(&photo.noisy, &photo.clean), psnr(&result, &photo.clean));
        eprintln!("photo {number}: {before:.2} -> {after:.2} dB");
        assert!(after - before > expected - 0.05, "photo {number}: {before:.2} -> {after:.2} dB, gained {expected:.2}");
    }
}

#[test]
fn a_framed_photo_gets_as_clean_as_without_its_frame() {
    let denoiser = released();
    let (noise, clean) = (NoiseModel::at_gain(4.0), scene(128, 5));
    let noisy = noise.add_to(&clean, 1);
    let (frame, side) = (20, 128 + 2 * 20);
    let inside = |at: usize| (frame..frame + 128).contains(&at);
    let framed = LinearImage::from_fn(side, side, |channel, row, column| {
        if inside(row) && inside(column) { noisy.plane(channel)[(row - frame) * 128 + column - frame] } else { 0.9 }
    });
    let of = |photo: &LinearImage| pollster::block_on(denoiser.denoise(photo, noise, &Options::default())).unwrap();
    let (plain, framed) = (of(&noisy), of(&framed.unwrap()));
    let within = LinearImage::from_fn(128, 128, |channel, row, column| {
        framed.plane(channel)[(row + frame) * side + column + frame]
    });
    let (plain, within) = (psnr(&plain, &clean), psnr(&within.unwrap(), &clean));
    eprintln!("{plain:.2} dB, in a frame {within:.2} dB");
    assert!(within > plain - 0.1, "{plain:.2} dB, in a frame {within:.2} dB");
}

#[test]
fn a_part_gives_the_values_of_the_whole() {
    let (side, inner) = (320, 152..200);
    let denoiser = released();
    let noise = NoiseModel::at_gain(8.0);
    let photo = noise.add_to(&scene(side, 5), 1);
    let cut = cut_around(denoiser.config(), false, inner.clone(), side);
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

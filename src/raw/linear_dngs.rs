//! Linear DNGs, and X-Trans mosaics, which become such, from file to denoised file.

use burn::tensor::Device;

use crate::denoiser::{Denoiser, Options};
use crate::image::{LinearImage, MAX_PIXELS};
use crate::method::noise::{Noise, NoiseModel};
use crate::network::ImageKind;
use crate::network::weights::released;
use crate::raw::decode;
use crate::raw::decode::x_trans::assert_light_is_kept;
use crate::raw::demosaic::demosaic;
use crate::raw::dng::made::{Made, Packing};
use crate::raw::dng::tree::Entry;
use crate::raw::dng::{tags, write_result};
use crate::raw::found::{FoundNoise, Source};
use crate::raw::layout::Layout;
use crate::raw::light::Light;
use crate::raw::mosaic::{Area, Mosaic, Phase};
use crate::raw::photo::RawPhoto;
use crate::raw::x_trans::XTrans;

const SIZE: (usize, usize) = (240, 176);
/// What made DNGs say of grey: half as much red as green, and two thirds as much blue.
const BALANCE: [f32; 3] = [2.0, 1.0, 1.5];
/// How much brighter they are to be, in EV.
const EXPOSURE: f32 = 1.0;

/// The camera's light of a scene of fields with hard edges, each a little brighter to one side.
fn scene() -> LinearImage {
    LinearImage::from_fn(SIZE.0, SIZE.1, |channel, row, column| {
        let field = (row / 44 * 5 + column / 48) * 7 % 13;
        let light = 0.02 + 0.025 * field as f32 * (1.0 + 0.2 * column as f32 / SIZE.0 as f32);
        let tint = [1.0, 0.8, 1.0][(channel + field) % 3];
        light * tint / BALANCE[channel]
    })
    .unwrap()
}

/// What a camera makes of it that interpolates the colours itself.
fn demosaiced(noise: NoiseModel) -> LinearImage {
    let mosaic = Mosaic::sampled(&noise.add_to(&scene(), 3), Phase::GRBG).unwrap();
    demosaic(&mosaic, BALANCE).unwrap().balanced(BALANCE.map(f32::recip))
}

/// A DNG of it with these numbers of NoiseProfile.
fn dng(image: &LinearImage, noise_profile: Option<&[f64]>) -> Vec<u8> {
    let mut made = Made { packing: Packing::Lossless(64, 64), ..Made::of(SIZE.0, SIZE.1, Layout::Linear, 16) };
    let (black, range) = (f32::from(made.black), f32::from(made.white - made.black));
    let code = |v: f32| (v * range + black).round() as u16;
    let pixels = image.pixels();
    made.codes = (0..3 * pixels).map(|i| code(image.values()[i % 3 * pixels + i / 3])).collect();
    made.changed(|first, picture, order| {
        first.set(Entry::ten_thousandths(tags::BASELINE_EXPOSURE, order, &[f64::from(EXPOSURE)]));
        if let Some(numbers) = noise_profile {
            picture.set(Entry::doubles(tags::NOISE_PROFILE, order, numbers));
        }
    })
}

fn found(photo: &RawPhoto) -> FoundNoise {
    FoundNoise::of(photo)
}

/// The light of a photo, balanced.
fn balanced(photo: &RawPhoto) -> LinearImage {
    let Light::Linear(image) = photo.light() else { panic!("{:?}", photo.layout) };
    image.balanced(BALANCE)
}

/// What a run makes of a photo's file, read again; and the noise before it.
fn denoised(file: &[u8], photo: &RawPhoto, options: &Options) -> (RawPhoto, FoundNoise) {
    let planes = photo.planes(photo.light());
    let found = FoundNoise::of_planes(photo, &planes);
    let denoiser = Denoiser::from_weights(released(ImageKind::Rgb), &Device::flex()).unwrap();
    let planes = pollster::block_on(denoiser.denoise(&planes, found.noise.clone(), options)).unwrap();
    let light = photo.light_of_planes(Area { row: 0, column: 0, ..photo.active }, planes).unwrap();
    (decode(&write_result(file, photo, &light, &found.profile).unwrap(), MAX_PIXELS).unwrap(), found)
}

/// A run on a photo removes its noise, whose light without it, balanced, is `clean`, and keeps its colours.
fn assert_noise_goes_and_colours_stay(file: &[u8], clean: &LinearImage) {
    let photo = decode(file, MAX_PIXELS).unwrap();
    let (result, FoundNoise { profile, source, told, .. }) = denoised(file, &photo, &Options::default());
    assert_eq!((source, told), (Source::Light, None));
    let [before, after] = [&photo, &result].map(balanced);
    let error = |image: &LinearImage| {
        let pairs = image.values().iter().zip(clean.values());
        pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>()
    };
    let gain = 10.0 * (error(&before) / error(&after)).log10();
    println!("{gain:.2} dB less noise");
    assert!(gain > 5.9, "{gain} dB");
    for channel in 0..3 {
        let mean = |image: &LinearImage| image.plane(channel).iter().map(|v| f64::from(*v)).sum::<f64>();
        let ratio = mean(&after) / mean(&before);
        assert!((ratio - 1.0).abs() < 0.005, "{channel}: {ratio}");
    }
    // What is left is written, and there is less of it than there was.
    let left = result.noise_profile.unwrap();
    assert!((0..4).all(|plane| left.std(plane, 0.1) < 0.52 * profile.std(plane, 0.1)), "{left:?}, of {profile:?}");
}

#[test]
fn a_linear_dng_loses_its_noise_and_keeps_its_colours() {
    let file = dng(&demosaiced(NoiseModel { sigma_read: 4e-3, shot: 4e-3 }), None);
    assert_noise_goes_and_colours_stay(&file, &demosaiced(NoiseModel::NONE).balanced(BALANCE));
}

/// An X-Trans DNG of a scene with noise, and its NoiseProfile.
fn x_trans_dng(noise: NoiseModel, seed: u64) -> Vec<u8> {
    let pattern = XTrans::USUAL.at(4, 1);
    let mut made = Made::x_trans(SIZE.0, SIZE.1, pattern);
    let (black, range) = (f32::from(made.black), f32::from(made.white - made.black));
    let noisy = noise.add_to(&scene(), seed);
    let light = |at: usize| noisy.plane(pattern.channel_at(at / SIZE.0, at % SIZE.0))[at];
    made.codes = (0..noisy.pixels()).map(|at| (light(at) * range + black).round() as u16).collect();
    made.changed(|first, picture, order| {
        first.set(Entry::ten_thousandths(tags::BASELINE_EXPOSURE, order, &[f64::from(EXPOSURE)]));
        let pair = [f64::from(noise.shot), f64::from(noise.sigma_read).powi(2)];
        picture.set(Entry::doubles(tags::NOISE_PROFILE, order, &pair));
    })
}

#[test]
fn an_x_trans_mosaic_loses_its_noise_and_keeps_its_colours() {
    // What the file says of its noise is of the mosaic's sites.
    let [clean, file] =
        [NoiseModel::NONE, NoiseModel { sigma_read: 4e-3, shot: 4e-3 }].map(|noise| x_trans_dng(noise, 3));
    assert_noise_goes_and_colours_stay(&file, &balanced(&decode(&clean, MAX_PIXELS).unwrap()));
}

#[test]
fn a_noise_profile_is_believed_if_the_picture_can_have_it() {
    // White noise, which a NoiseProfile describes exactly.
    let noise = NoiseModel { sigma_read: 4e-3, shot: 2e-3 };
    let noisy = noise.add_to(&scene(), 7);
    let numbers =
        |factor: f64| [f64::from(noise.shot) * factor, f64::from(noise.sigma_read).powi(2) * factor].repeat(3);
    let photo = |profile: Option<&[f64]>| decode(&dng(&noisy, profile), MAX_PIXELS).unwrap();
    let told = photo(Some(&numbers(1.0)));
    let believed = found(&told);
    assert_eq!((believed.source, believed.profile), (Source::Profile, told.noise_profile.unwrap()));
    // In the planes, light is balanced and twice as bright.
    let Noise::Curve(curve) = &believed.noise else { panic!("{:?}", believed.noise) };
    for (channel, factor) in BALANCE.into_iter().enumerate() {
        for x in [0.0, 0.05, 0.3, 1.0] {
            let expected = 2.0 * factor * noise.variance(x).sqrt();
            let std = curve.std(channel, 2.0 * factor * x);
            assert!((std / expected - 1.0).abs() < 0.01, "{channel} at {x}: {std}, not {expected}");
        }
    }
    let measured = found(&photo(None));
    assert_eq!(measured.source, Source::Light);
    for x in [0.05, 0.3] {
        let ratio = measured.profile.std(1, x) / noise.variance(x).sqrt();
        assert!((0.7..1.4).contains(&ratio), "{x}: {ratio} in {measured:?}");
    }
    for factor in [1.0 / 16.0, 16.0] {
        let wrong = found(&photo(Some(&numbers(factor))));
        assert_eq!((wrong.source, &wrong.noise), (Source::NotProfile, &measured.noise), "{factor}");
        let told = wrong.told.unwrap();
        assert!((f64::from(told.shot) / (2.0 * f64::from(noise.shot) * factor) - 1.0).abs() < 1e-3, "{told:?}");
    }
}

/// A run that removes nothing.
fn nothing() -> Options {
    Options { strength: 0.0.into(), ..Options::default() }
}

#[test]
fn strength_0_gives_every_code_back() {
    let file = dng(&demosaiced(NoiseModel { sigma_read: 4e-3, shot: 4e-3 }), None);
    let photo = decode(&file, MAX_PIXELS).unwrap();
    let (result, _) = denoised(&file, &photo, &nothing());
    assert_eq!((result.codes == photo.codes, result.levels), (true, photo.levels));
}

#[test]
fn strength_0_gives_the_interpolated_light_of_an_x_trans_mosaic() {
    let file = x_trans_dng(NoiseModel { sigma_read: 4e-3, shot: 4e-3 }, 5);
    let photo = decode(&file, MAX_PIXELS).unwrap();
    let (result, _) = denoised(&file, &photo, &nothing());
    assert_light_is_kept(&photo, &result);
}

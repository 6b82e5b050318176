//! Runs whose state is on a GPU. A software GPU will do; where there is none, there is nothing to test.

use std::time::Duration;

use burn::tensor::Device;

use crate::denoiser::engine::Engine;
use crate::denoiser::run::tests::{denoise, largest_difference, photo};
use crate::denoiser::{Denoiser, Options, Run, Strength};
use crate::gpu::{self, Precision};
use crate::image::{LinearImage, MOST_CHANNELS};
use crate::method::formulation::{Condition, Correlation, Formulation, Start, Time};
use crate::method::noise::NoiseModel;
use crate::method::reverse::Steps;
use crate::network::weights::{Description, randomised};
use crate::network::{ImageKind, Unet, UnetConfig};

/// The same denoiser on the processor and on the GPU.
fn denoisers(image: ImageKind, formulation: Formulation) -> Option<[Denoiser; 2]> {
    let (here, gpu) = (Device::flex(), gpu::for_tests()?);
    let config = UnetConfig { image, widths: vec![4, 8], blocks: vec![1, 1], embedding: 4 };
    let network = randomised(Unet::new(&config, &here).unwrap(), &here);
    let on = |device: &Device| {
        let engine = Engine::on(network.clone(), &config, device);
        Denoiser::of(engine, Description { formulation, ..config.clone().into() }, device).with_threads(1)
    };
    Some([on(&here), on(&gpu)])
}

fn image(kind: ImageKind, width: usize, height: usize) -> LinearImage {
    let value = |c: usize, r: usize, x: usize| 0.2 + 0.1 * (c % 3) as f32 + 0.005 * ((r + x) % 40) as f32;
    let clean = LinearImage::planes_from_fn(kind.channels(), width, height, value).unwrap();
    NoiseModel::at_gain(8.0).add_to(&clean, 4)
}

fn advance(run: &mut Run) {
    pollster::block_on(run.advance()).unwrap().unwrap();
}

#[test]
fn a_run_on_a_gpu_is_that_on_the_processor() {
    let several =
        |steps, sample| Options { steps: Steps::Count(steps), seed: 9 << 32 | 5, sample, ..Options::default() };
    let svnr = Formulation::default();
    let from_noise = Formulation { start: Start::Noise, correlation: Correlation::Independent, ..svnr };
    let variants = [
        Formulation { condition: Condition::None, ..svnr },
        Formulation { time: Time::Scalar, ..svnr },
        from_noise,
        Formulation { time: Time::Scalar, ..from_noise },
    ];
    let photos = ImageKind::Rgb;
    let mut cases = vec![(photos, svnr, several(1, None)), (photos, svnr, several(3, None))];
    cases.extend((0..8).map(|sample| (photos, svnr, several(2, Some(sample)))));
    cases.extend([None, Some(1)].map(|sample| (ImageKind::Mosaic, svnr, several(3, sample))));
    cases.extend(variants.map(|variant| (photos, variant, several(3, None))));
    cases.push((photos, svnr, Options { steps: Steps::Unit, eta: Some(1.0), ..several(1, None) }));
    for (kind, formulation, options) in cases {
        let Some([here, there]) = denoisers(kind, formulation) else { return };
        // The last tiles have a row and columns beyond the image.
        let image = image(kind, 61, 39);
        let scale = if formulation.start == Start::Noise { here.schedule.sigma(1000.0) } else { 1.0 };
        for tile in [16, 512] {
            let options = Options { tile: Some(tile), ..options.clone() };
            let [expected, found] = [&here, &there].map(|denoiser| denoise(denoiser, &image, options.clone()));
            assert!(largest_difference(&expected, &image) > 0.01, "it changes something");
            let difference = largest_difference(&found, &expected);
            assert!(difference < 2e-5 * scale, "{kind:?} {formulation:?} {options:?}: {difference}");
        }
    }
}

#[test]
fn tiles_that_move_no_more_stay_as_they_are() {
    let Some([here, there]) = denoisers(ImageKind::Rgb, Formulation::default()) else { return };
    let image = photo(48, 32);
    // From left to right: never, hardly, and longer.
    let factors = (0..48 * 32).map(|at| [0.0, 0.2, 1.0][at % 48 / 16]).collect();
    let options =
        Options { steps: Steps::Count(5), tile: Some(16), strength: Strength::Map(factors), ..Options::default() };
    let [expected, found] = [&here, &there].map(|denoiser| denoise(denoiser, &image, options.clone()));
    assert!(largest_difference(&found, &expected) < 2e-5);
    for row in 0..32 {
        assert!((0..3).all(|c| found.plane(c)[row * 48..][..16] == image.plane(c)[row * 48..][..16]));
    }
}

#[test]
fn what_is_seen_on_the_way_is_the_state_on_the_gpu() {
    let Some([here, there]) = denoisers(ImageKind::Rgb, Formulation::default()) else { return };
    let image = photo(48, 32);
    let options = Options { steps: Steps::Count(3), tile: Some(16), ..Options::default() };
    let mut runs =
        [&here, &there].map(|denoiser| denoiser.start(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap());
    while !runs[0].is_done() {
        let [expected, found] = runs.each_mut().map(|run| {
            advance(run);
            (0..32 * 48).map(|at| run.pixel(at / 48, at % 48)).collect::<Vec<[f32; MOST_CHANNELS]>>()
        });
        let mut values = expected.as_flattened().iter().zip(found.as_flattened());
        assert!(values.all(|(a, b)| (a - b).abs() < 2e-5));
    }
    assert!(runs[1].is_done());
}

#[test]
fn a_run_leaves_the_gpu_and_ends_the_same() {
    let Some([here, there]) = denoisers(ImageKind::Rgb, Formulation::default()) else { return };
    let image = photo(48, 32);
    for (steps, left_after) in [(1, 0), (1, 2), (3, 2), (3, 7), (3, 13)] {
        let options = Options { steps: Steps::Count(steps), tile: Some(16), ..Options::default() };
        let start = || there.start(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
        let expected = denoise(&here, &image, options.clone());
        // To a processor.
        let mut run = start();
        (0..left_after).for_each(|_| advance(&mut run));
        run.continue_on(here.clone()).unwrap();
        // The only step keeps its finished tiles; others begin anew.
        assert_eq!(run.tile, if steps == 1 { left_after } else { 0 });
        assert_eq!(run.fraction(), run.tile as f32 / 6.0);
        while pollster::block_on(run.advance()).unwrap().is_some() {}
        assert!(largest_difference(&run.into_image(), &expected) < 2e-5, "{steps} steps, after {left_after} tiles");
        // To whoever takes its tiles.
        let mut run = start();
        (0..left_after).for_each(|_| advance(&mut run));
        while let Some(tile) = run.take_tile() {
            let index = tile.index;
            let eps = pollster::block_on(here.predict(tile)).unwrap();
            let fraction = run.finish_tile(index, eps).unwrap().fraction;
            assert!(fraction <= 1.0);
        }
        assert!(largest_difference(&run.into_image(), &expected) < 2e-5, "{steps} steps, after {left_after} tiles");
    }
}

#[test]
fn a_state_that_was_saved_is_where_the_run_goes_on() {
    let Some([here, there]) = denoisers(ImageKind::Rgb, Formulation::default()) else { return };
    let image = photo(48, 32);
    let options = Options { steps: Steps::Count(5), tile: Some(16), ..Options::default() };
    let mut run = there.start(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
    (0..13).for_each(|_| advance(&mut run));
    // Two steps of six tiles, and one of the third.
    assert_eq!((run.step, run.tile), (2, 1));
    (0..5).for_each(|_| advance(&mut run));
    pollster::block_on(run.save_after(Duration::ZERO)).unwrap();
    advance(&mut run);
    run.continue_on(here.clone()).unwrap();
    assert_eq!((run.step, run.tile), (3, 0));
    while pollster::block_on(run.advance()).unwrap().is_some() {}
    assert!(largest_difference(&run.into_image(), &denoise(&here, &image, options)) < 2e-5);
}

#[test]
fn the_check_finds_a_gpu_in_order() {
    let Some([_, there]) = denoisers(ImageKind::Rgb, Formulation::default()) else { return };
    assert_eq!(pollster::block_on(there.check_device(&Precision::ALL)), Ok(true));
    assert_eq!(pollster::block_on(there.check_device(&[Precision::Single])), Ok(true));
    assert_eq!(pollster::block_on(there.check_device(&[])), Ok(false));
}

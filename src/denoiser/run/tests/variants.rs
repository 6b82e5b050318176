//! Every variant of the method.

use crate::denoiser::place::cut_around;
use crate::denoiser::run::tests::{as_variant, denoise, denoiser, exact_in_tiles, largest_difference, photo};
use crate::denoiser::{Options, Place, Strength};
use crate::error::Error;
use crate::image::{CHANNELS, LinearImage};
use crate::method::formulation::{Condition, Correlation, Formulation, Start, Time};
use crate::method::noise::NoiseModel;
use crate::method::reverse::Steps;

#[test]
fn every_variant_denoises_whatever_the_tiles() {
    let image = photo(61, 45);
    for formulation in Formulation::all() {
        let denoiser = exact_in_tiles(formulation);
        // From pure noise, values are as large as its std.
        let scale = if formulation.start == Start::Noise { denoiser.schedule.sigma(1000.0) } else { 1.0 };
        for steps in [1, 3] {
            let of_tile = |tile| {
                let options = Options { steps: Steps::Count(steps), seed: 5, tile: Some(tile), ..Options::default() };
                denoise(&denoiser, &image, options)
            };
            let (whole, tiled) = (of_tile(512), of_tile(24));
            assert!(whole.values().iter().all(|v| v.is_finite()));
            assert!(largest_difference(&whole, &image) > 0.01, "{formulation:?} does nothing");
            let difference = largest_difference(&tiled, &whole);
            assert!(difference < scale / 1024.0, "{formulation:?}, {steps} steps: {difference}");
        }
    }
}

#[test]
fn from_noise_a_run_takes_all_times_and_still_depends_on_the_photo() {
    let baseline = Formulation { start: Start::Noise, correlation: Correlation::Independent, ..Formulation::default() };
    let (denoiser, image) = (as_variant(&denoiser(), baseline), photo(16, 8));
    let noise = NoiseModel::at_gain(8.0);
    let unit = Options { steps: Steps::Unit, ..Options::default() };
    let run = denoiser.start(image.clone(), noise, &unit).unwrap();
    assert_eq!((run.steps(), run.tiles()), (1000, 1));
    // Its beginning is noise with mean 0 and the std of the schedule's end.
    let first = denoiser.start(photo(80, 60), noise, &unit).unwrap().x.unwrap();
    let mean = |f: fn(f32) -> f32| first.values().iter().map(|&v| f(v)).sum::<f32>() / first.values().len() as f32;
    assert!(mean(|v| v).abs() < 0.15, "{}", mean(|v| v));
    assert!((mean(|v| v * v).sqrt() / denoiser.schedule().sigma(1000.0) - 1.0).abs() < 0.02);
    let of = |image: &LinearImage, seed| {
        let options = Options { steps: Steps::Count(2), seed, eta: Some(0.0), ..Options::default() };
        denoise(&denoiser, image, options)
    };
    assert_eq!(of(&image, 1), of(&image, 1));
    assert_ne!(of(&image, 1), of(&image, 2), "another beginning");
    assert_ne!(of(&image, 1), of(&image.clone().scaled(1.01), 1), "another photo");
}

#[test]
fn a_network_without_a_condition_sees_the_photo_only_as_the_beginning() {
    let (svnr, image) = (denoiser(), photo(24, 16));
    let blind = as_variant(&svnr, Formulation { condition: Condition::None, ..Formulation::default() });
    let of = |denoiser, steps| denoise(denoiser, &image, Options { steps: Steps::Count(steps), ..Options::default() });
    // In the first step the photo is what it sees anyway.
    assert_eq!(of(&blind, 1), of(&svnr, 1));
    assert_ne!(of(&blind, 2), of(&svnr, 2));
    // Which noise a network was trained with makes no difference to a run.
    let independent = Formulation { correlation: Correlation::Independent, ..Formulation::default() };
    assert_eq!(of(&as_variant(&svnr, independent), 2), of(&svnr, 2));
}

#[test]
fn without_a_map_all_pixels_have_one_time() {
    let image = photo(40, 24);
    let noise = NoiseModel { sigma_read: 0.02, shot: 0.1 };
    let (svnr, half) = (denoiser(), Options { strength: 0.5.into(), ..Options::default() });
    let map = svnr.time_map(&image, noise, &half).unwrap();
    for (time, expected) in [(Time::Scalar, map.latest()), (Time::ScalarMean, map.mean())] {
        let denoiser = as_variant(&svnr, Formulation { time, ..Formulation::default() });
        let found = denoiser.time_map(&image, noise, &half).unwrap();
        assert!(found.times().iter().all(|&t| t == expected), "{time}");
        let run = denoiser.start(image.clone(), noise, &half).unwrap();
        assert_eq!((&run.time_map, run.plan.last()), (&found, Some(&expected)));
    }
}

#[test]
fn parts_have_the_times_of_the_whole_in_every_variant() {
    let image = photo(117, 93);
    for formulation in Formulation::all() {
        let denoiser = exact_in_tiles(formulation);
        let [down, across] =
            [(40..52, 93), (50..61, 117)].map(|(inner, size)| cut_around(denoiser.config(), false, inner, size));
        assert!(down.len() < 93 && across.len() < 117);
        let cut = LinearImage::from_fn(across.len(), down.len(), |c, r, x| {
            image.plane(c)[(down.start + r) * 117 + across.start + x]
        });
        let noise = NoiseModel::at_gain(8.0);
        let overview = denoiser.overview(image.clone(), noise, &Options::default()).unwrap();
        let place = Place { row: down.start, column: across.start, overview: Some(overview) };
        let whole = denoise(&denoiser, &image, Options::default());
        let part = denoise(&denoiser, cut.as_ref().unwrap(), Options { place, ..Options::default() });
        for (channel, row, column) in
            (0..CHANNELS).flat_map(|c| (40..52).flat_map(move |r| (50..61).map(move |x| (c, r, x))))
        {
            let there = whole.plane(channel)[row * 117 + column];
            let here = part.plane(channel)[(row - down.start) * across.len() + column - across.start];
            assert!((there - here).abs() < 1e-3, "{formulation:?}, ({row}, {column}): {there} and {here}");
        }
    }
}

#[test]
fn options_that_a_variant_cannot_have_are_refused() {
    let (svnr, image) = (denoiser(), photo(8, 8));
    let maps = || Strength::Map(vec![1.0; 64]);
    for formulation in Formulation::all() {
        let denoiser = as_variant(&svnr, formulation);
        let refused = |strength| {
            let options = Options { strength, ..Options::default() };
            match denoiser.start(image.clone(), NoiseModel::at_gain(4.0), &options) {
                Ok(_) => false,
                Err(Error::BadOption { name: "strength", .. }) => true,
                Err(error) => panic!("{error}"),
            }
        };
        let from_noise = formulation.start == Start::Noise;
        assert!(!refused(1.0.into()));
        assert_eq!(refused(0.5.into()), from_noise, "{formulation:?}");
        assert_eq!(refused(maps()), from_noise || formulation.time != Time::Map, "{formulation:?}");
    }
}

//! What a caller chooses.

use crate::denoiser::run::tests::{denoise, denoiser, largest_difference, photo};
use crate::denoiser::view::View;
use crate::denoiser::{Ends, Options, Overview, Parts, Place, Strength};
use crate::error::Error;
use crate::image::LinearImage;
use crate::method::noise::{Noise, NoiseModel};
use crate::method::reverse::Steps;

#[test]
fn a_seed_gives_one_result() {
    let (denoiser, image) = (denoiser(), photo(33, 17));
    let of_seed = |seed| denoise(&denoiser, &image, Options { steps: Steps::Count(3), seed, ..Options::default() });
    assert_eq!(of_seed(1), of_seed(1));
    assert!(largest_difference(&of_seed(1), &of_seed(2)) > 1e-3);
    let mean = |seed| {
        let options = Options { steps: Steps::Count(3), seed, eta: Some(0.0), ..Options::default() };
        denoise(&denoiser, &image, options)
    };
    assert_eq!(mean(1), mean(2));
}

#[test]
fn a_view_comes_back_upright() {
    let denoiser = denoiser();
    let image = photo(24, 16);
    let once = |image: &LinearImage, sample| denoise(&denoiser, image, Options { sample, ..Options::default() });
    let plain = once(&image, None);
    for (index, view) in View::ALL.iter().enumerate().skip(1) {
        let [height, width] = view.size([16, 24]);
        let lying = LinearImage::new(width, height, view.shown(image.values().to_vec(), [16, 24])).unwrap();
        // The network sees a photo that is already in that view as it is.
        let back = view.upright(once(&lying, None).into_values(), [16, 24]);
        let found = once(&image, Some(index as u64));
        let largest = found.values().iter().zip(&back).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(largest < 1e-5, "{view:?}: {largest}");
        assert!(largest_difference(&found, &plain) > 1e-3, "{view:?} changes nothing");
    }
}

#[test]
fn strength_zero_returns_the_photo_bit_for_bit() {
    let (denoiser, image) = (denoiser(), photo(19, 9));
    let options = Options { strength: 0.0.into(), steps: Steps::Count(4), ..Options::default() };
    assert_eq!(denoise(&denoiser, &image, options), image);
}

#[test]
fn strength_is_each_pixels_own() {
    let (denoiser, image) = (denoiser(), photo(32, 16));
    let left = |p: usize| if p % 32 < 8 { 0.0 } else { 1.0 };
    let run = |strength| denoise(&denoiser, &image, Options { strength, ..Options::default() });
    let painted = run(Strength::Map((0..image.pixels()).map(left).collect()));
    let same = |p: usize, other: &LinearImage| painted.plane(1)[p] == other.plane(1)[p];
    assert!((0..image.pixels()).all(|p| same(p, &image) == (left(p) == 0.0)), "only the masked half stays");
    assert_eq!(run(Strength::Map(vec![1.5; image.pixels()])), run(1.5.into()));
}

#[test]
fn parts_apply_to_the_result_and_on_the_way() {
    let (denoiser, image) = (denoiser(), photo(20, 12));
    let run = |parts: Parts| {
        let options = Options { parts, tile: Some(8), ..Options::default() };
        let mut run = denoiser.start(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
        while pollster::block_on(run.advance()).unwrap().is_some() {}
        let shown = LinearImage::from_fn(20, 12, |c, row, column| run.pixel(row, column)[c]).unwrap();
        let result = run.into_image();
        assert_eq!(shown, result);
        result
    };
    assert_eq!(run(Parts { luminance: 0.0, chrominance: 0.0 }), image);
    let (all, grain) = (run(Parts::ALL), run(Parts { luminance: 0.0, chrominance: 1.0 }));
    assert!(all != grain && grain != image);
}

#[test]
fn a_map_of_the_models_std_gives_the_models_result() {
    // Read noise alone is the same everywhere.
    let (denoiser, image) = (denoiser(), photo(20, 12));
    let noise = NoiseModel { sigma_read: 0.1, shot: 0.0 };
    let run = |noise: Noise| pollster::block_on(denoiser.denoise(&image, noise, &Options::default())).unwrap();
    assert_eq!(run(noise.into()), run(Noise::Std(vec![0.1; image.pixels()])));
}

#[test]
fn options_out_of_range_are_refused() {
    let (denoiser, image) = (denoiser(), photo(8, 8));
    let place = |white, latest| {
        let overview = Some(Overview {
            white,
            common: None,
            ends: Ends::default(),
            grain: None,
            dots_are_hot: false,
            inner: None,
            latest,
        });
        Place { overview, ..Place::default() }
    };
    for options in [
        Options { steps: Steps::Count(0), ..Options::default() },
        Options { strength: Strength::from(-1.0), ..Options::default() },
        Options { strength: f32::NAN.into(), ..Options::default() },
        Options { strength: Strength::Map(vec![1.0; 63]), ..Options::default() },
        Options { strength: Strength::Map([[1.0; 63].as_slice(), &[5.0]].concat()), ..Options::default() },
        Options { tile: Some(0), ..Options::default() },
        Options { place: place(0.0, 1.0), ..Options::default() },
        Options { place: place(1.0, f32::NAN), ..Options::default() },
        Options { parts: Parts { luminance: 1.1, chrominance: 1.0 }, ..Options::default() },
        Options { parts: Parts { luminance: 1.0, chrominance: f32::NAN }, ..Options::default() },
    ] {
        let refused = denoiser.start(image.clone(), NoiseModel::at_gain(1.0), &options);
        assert!(matches!(refused, Err(Error::BadOption { .. })), "{options:?}");
    }
    for std in [vec![], vec![0.1; 63], vec![-0.1; 64], vec![f32::NAN; 192]] {
        let refused = denoiser.start(image.clone(), Noise::Std(std), &Options::default());
        assert!(matches!(refused, Err(Error::BadOption { .. })));
    }
}

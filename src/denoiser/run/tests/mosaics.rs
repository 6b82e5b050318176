//! Images of a sensor's mosaic.

use crate::denoiser::run::tests::{denoise, denoiser, largest_difference, photo};
use crate::denoiser::view::View;
use crate::denoiser::{Denoiser, Options, Parts};
use crate::error::Error;
use crate::image::LinearImage;
use crate::method::noise::{Noise, NoiseModel};
use crate::method::reverse::Steps;
use crate::network::weights::randomised;
use crate::network::{ImageKind, Unet, UnetConfig};
use burn::tensor::Device;

/// A network for mosaics whose halo is its whole field, as in [`exact_in_tiles`].
fn of_mosaics() -> Denoiser {
    let device = Device::flex();
    let config = UnetConfig { image: ImageKind::Mosaic, widths: vec![6, 8], blocks: vec![2, 1], embedding: 4 };
    assert_eq!(config.halo(), config.field());
    let network = randomised(Unet::new(&config, &device).unwrap(), &device);
    Denoiser::new(network, config.into(), &device).with_threads(1)
}

fn mosaic(width: usize, height: usize) -> LinearImage {
    let value = |c: usize, r: usize, x: usize| 0.2 + 0.1 * (c % 3) as f32 + 0.005 * ((r + x) % 40) as f32;
    NoiseModel::at_gain(8.0).add_to(&LinearImage::planes_from_fn(4, width, height, value).unwrap(), 4)
}

#[test]
fn tiles_of_a_mosaic_give_the_result_of_one_pass() {
    let (denoiser, image) = (of_mosaics(), mosaic(53, 37));
    for (steps, sample) in [(1, None), (3, None), (2, Some(1))] {
        let options = Options { steps: Steps::Count(steps), seed: 5, sample, ..Options::default() };
        let whole = denoise(&denoiser, &image, Options { tile: Some(512), ..options.clone() });
        assert_eq!((whole.channels(), whole.width(), whole.height()), (4, 53, 37));
        assert!(largest_difference(&whole, &image) > 0.01);
        for tile in [8, 22] {
            let tiled = denoise(&denoiser, &image, Options { tile: Some(tile), ..options.clone() });
            let difference = largest_difference(&tiled, &whole);
            assert!(difference < 1.0 / 1024.0, "tile {tile}: {difference}");
        }
    }
}

#[test]
fn a_mosaics_second_view_is_of_the_transposed_mosaic() {
    let (denoiser, image) = (of_mosaics(), mosaic(24, 16));
    let view = View::of(ImageKind::Mosaic)[1];
    let lying = LinearImage::of_planes(4, 16, 24, view.shown(image.values().to_vec(), [16, 24])).unwrap();
    let once = |image: &LinearImage, sample| denoise(&denoiser, image, Options { sample, ..Options::default() });
    let back = view.upright(once(&lying, None).into_values(), [16, 24]);
    let found = once(&image, Some(1));
    assert!(found.values().iter().zip(&back).all(|(a, b)| (a - b).abs() < 1e-5));
    assert!(largest_difference(&found, &once(&image, None)) > 1e-3, "it changes something");
}

#[test]
fn a_mosaics_parts_and_strength_apply() {
    let (denoiser, image) = (of_mosaics(), mosaic(20, 12));
    let neutral = [0.5, 1.0, 0.7];
    let parts = Parts { luminance: 0.0, chrominance: 0.0 };
    let close =
        largest_difference(&denoise(&denoiser, &image, Options { parts, neutral, ..Options::default() }), &image);
    assert!(close < 1e-6, "{close}");
    let grain = Parts { luminance: 0.0, chrominance: 1.0 };
    let run = |neutral| {
        let options = Options { parts: grain, neutral, tile: Some(8), ..Options::default() };
        let mut run = denoiser.start(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
        assert_eq!(run.pixel(7, 9), std::array::from_fn(|c| image.plane(c)[7 * 20 + 9]));
        while pollster::block_on(run.advance()).unwrap().is_some() {}
        run.into_image()
    };
    assert_ne!(run(neutral), run([1.0; 3]), "white balance decides what is grey");
    let untouched = Options { strength: 0.0.into(), ..Options::default() };
    assert_eq!(denoise(&denoiser, &image, untouched), image);
}

#[test]
fn a_mosaic_gets_no_lattice() {
    let noise = NoiseModel { sigma_read: 3e-4, shot: 0.0 };
    let flat = LinearImage::planes_from_fn(4, 256, 256, |c, _, _| [0.1, 0.2, 0.2, 0.15][c]).unwrap();
    let noisy = noise.add_to(&flat, 2);
    // A random network predicts something else than noise in every plane.
    let result = pollster::block_on(of_mosaics().denoise(&noisy, noise, &Options::default())).unwrap();
    assert!(largest_difference(&result, &noisy) > 1e-4);
    // Away from the border, where the network sees zeros.
    let inner: Vec<usize> =
        (0..65_536).filter(|p| [p / 256, p % 256].iter().all(|at| (64..192).contains(at))).collect();
    for c in 0..4 {
        let off = |p: &usize| f64::from(result.plane(c)[*p] - noisy.plane(c)[*p]);
        let mean = inner.iter().map(off).sum::<f64>() / inner.len() as f64;
        // A tenth of a code of 14 bits with black at 512.
        assert!(mean.abs() < 0.1 / 15_871.0, "plane {c}: {} codes", 15_871.0 * mean);
    }
}

#[test]
fn images_of_another_kind_are_refused() {
    let kinds = [(of_mosaics(), photo(8, 8)), (denoiser(), mosaic(8, 8))];
    for (denoiser, image) in kinds {
        let refused = denoiser.start(image, NoiseModel::at_gain(1.0), &Options::default()).unwrap_err();
        assert!(matches!(refused, Error::WrongKind { .. }), "{refused}");
    }
    let planes = Noise::Planes([NoiseModel::at_gain(1.0); 4]);
    assert!(of_mosaics().start(mosaic(8, 8), planes.clone(), &Options::default()).is_ok());
    let refused = denoiser().start(photo(8, 8), planes, &Options::default());
    assert!(matches!(refused, Err(Error::BadOption { name: "noise", .. })));
}

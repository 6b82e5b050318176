//! Tiles that others work on, and runs that go on elsewhere.

use crate::denoiser::run::tests::{as_variant, denoise, denoiser, network, photo};
use crate::denoiser::run::{Progress, Run};
use crate::denoiser::step::TileInput;
use crate::denoiser::{Denoiser, Options, Strength};
use crate::error::Error;
use crate::method::formulation::{Condition, Formulation};
use crate::method::noise::NoiseModel;
use crate::method::reverse::Steps;
use crate::network::weights::infinite;
use crate::network::{Unet, UnetConfig, Window, weights};
use burn::tensor::Device;

/// Takes a run to its end by tiles that are handed out, up to `at_once` of them, finished in the order that `pick`
/// gives: which of those that are out is next.
pub fn handed_out(
    run: &mut Run,
    denoiser: &Denoiser,
    at_once: usize,
    mut pick: impl FnMut(usize) -> usize,
) -> Vec<Progress> {
    let (mut out, mut seen) = (Vec::new(), Vec::new());
    loop {
        while out.len() < at_once {
            let Some(input) = run.take_tile() else { break };
            out.push(input);
        }
        if out.is_empty() {
            return seen;
        }
        let input = out.swap_remove(pick(out.len()));
        let index = input.index;
        let eps = pollster::block_on(denoiser.predict(input)).unwrap();
        seen.push(run.finish_tile(index, eps).unwrap());
    }
}

#[test]
fn tiles_that_others_work_on_in_any_order_give_the_same_bits() {
    let (denoiser, image) = (denoiser(), photo(61, 45));
    let strength = Strength::Map((0..image.pixels()).map(|p| if p % 61 < 20 { 0.0 } else { 1.0 }).collect());
    for sample in [None, Some(5)] {
        let options = Options {
            steps: Steps::Count(3),
            seed: 5,
            sample,
            strength: strength.clone(),
            tile: Some(16),
            ..Options::default()
        };
        let one = denoise(&denoiser, &image, options.clone());
        for (at_once, pick) in [(1, 0), (2, 0), (3, 1), (100, 7)] {
            let mut run = denoiser.start(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
            let seen = handed_out(&mut run, &denoiser, at_once, |len| pick % len);
            assert!(run.is_done() && run.take_tile().is_none());
            assert_eq!(seen.len(), run.moving);
            assert!(seen.windows(2).all(|w| (w[0].step, w[0].tile) < (w[1].step, w[1].tile)));
            assert_eq!(seen.last().map(|p| (p.step, p.tile, p.fraction)), Some((3, run.tiles(), 1.0)));
            assert_eq!(run.into_image(), one, "{at_once} at once, {pick}");
        }
    }
}

#[test]
fn a_tile_that_comes_back_is_handed_out_again() {
    let (denoiser, image) = (denoiser(), photo(40, 20));
    let options = Options { steps: Steps::Count(2), seed: 5, tile: Some(16), ..Options::default() };
    let one = denoise(&denoiser, &image, options.clone());
    let mut run = denoiser.start(image, NoiseModel::at_gain(8.0), &options).unwrap();
    let all: Vec<TileInput> = std::iter::from_fn(|| run.take_tile()).collect();
    assert_eq!(all.len(), run.tiles());
    assert_eq!(pollster::block_on(run.advance()).unwrap(), None, "nothing is left in this step");
    assert!(!run.is_done());
    let eps = |tile: &TileInput| pollster::block_on(denoiser.predict(tile.clone())).unwrap();
    let refused = |result: Result<(), Error>| assert!(matches!(result, Err(Error::BadOption { .. })), "{result:?}");
    // What its worker made of it is worth nothing; it stays handed out.
    refused(run.finish_tile(2, vec![0.0; 5]).map(|_| ()));
    let damaged = run.finish_tile(2, vec![f32::NAN; eps(&all[2]).len()]);
    assert!(matches!(damaged, Err(Error::WrongResult)), "{damaged:?}");
    run.return_tile(2).unwrap();
    refused(run.return_tile(2));
    refused(run.finish_tile(2, eps(&all[2])).map(|_| ()));
    assert_eq!(run.take_tile().as_ref(), Some(&all[2]));
    assert_eq!(run.take_tile(), None);
    // Whoever worked on the others has ended too: the run goes on by itself.
    run.finish_tile(1, eps(&all[1])).unwrap();
    refused(run.finish_tile(1, eps(&all[1])).map(|_| ()));
    refused(run.return_tile(run.tiles()));
    (0..run.tiles()).filter(|tile| *tile != 1).for_each(|tile| run.return_tile(tile).unwrap());
    while pollster::block_on(run.advance()).unwrap().is_some() {}
    assert_eq!(run.into_image(), one);
}

#[test]
fn an_input_that_is_not_a_tile_is_refused() {
    let denoiser = denoiser();
    let mut run = denoiser.start(photo(16, 16), NoiseModel::at_gain(8.0), &Options::default()).unwrap();
    let input = run.take_tile().unwrap();
    for damaged in [
        TileInput { size: [0, 16], ..input.clone() },
        TileInput { size: [3, 3], x: vec![0.0; 27], ..input.clone() },
        TileInput { sigma_t: Vec::new(), ..input.clone() },
        TileInput { photo: Some([input.x.clone(), vec![0.1; 767]]), ..input.clone() },
        TileInput { window: Window { row: 8, ..input.window }, ..input.clone() },
        TileInput { window: Window { rows: 0, ..input.window }, ..input },
    ] {
        assert!(matches!(pollster::block_on(denoiser.predict(damaged)), Err(Error::BadOption { .. })));
    }
}

#[test]
fn a_run_goes_on_with_another_denoiser_as_with_its_own() {
    let (network, description) = network();
    let weights = weights::to_bytes(&network, &description).unwrap();
    let image = photo(40, 20);
    let [denoiser, other] =
        [(); 2].map(|()| Denoiser::from_weights(&weights, &Device::flex()).unwrap().with_threads(1));
    let options = Options { steps: Steps::Count(3), seed: 5, tile: Some(16), ..Options::default() };
    let whole = denoise(&denoiser, &image, options.clone());
    let mut run = denoiser.start(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
    // In the middle of the second step's tiles.
    for _ in 0..run.tiles() + 2 {
        pollster::block_on(run.advance()).unwrap();
    }
    run.continue_on(other).unwrap();
    let next = pollster::block_on(run.advance()).unwrap().unwrap();
    assert_eq!((next.step, next.tile), (2, 3));
    while pollster::block_on(run.advance()).unwrap().is_some() {}
    assert_eq!(run.into_image(), whole);
}

#[test]
fn what_is_computed_wrong_is_refused_and_the_run_goes_on_elsewhere() {
    let (network, description) = network();
    let of = |network| Denoiser::new(network, description.clone(), &Device::flex()).with_threads(1);
    let (right, wrong, image) = (of(network.clone()), of(infinite(network)), photo(40, 20));
    let options = Options { steps: Steps::Count(2), seed: 5, tile: Some(16), ..Options::default() };
    let whole = denoise(&right, &image, options.clone());
    let mut run = right.start(image, NoiseModel::at_gain(8.0), &options).unwrap();
    for _ in 0..run.tiles() + 1 {
        pollster::block_on(run.advance()).unwrap();
    }
    run.continue_on(wrong).unwrap();
    for _ in 0..2 {
        assert_eq!(pollster::block_on(run.advance()), Err(Error::WrongResult));
    }
    run.continue_on(right).unwrap();
    while pollster::block_on(run.advance()).unwrap().is_some() {}
    assert_eq!(run.into_image(), whole);
}

#[test]
fn a_run_goes_on_only_with_a_network_of_its_shape() {
    let (denoiser, image) = (denoiser(), photo(16, 16));
    let device = Device::flex();
    let config = UnetConfig { widths: vec![6, 8, 8], blocks: vec![1, 1, 1], embedding: 4, ..UnetConfig::default() };
    let other = Denoiser::new(Unet::new(&config, &device).unwrap(), config.into(), &device);
    let mut run = denoiser.start(image, NoiseModel::at_gain(8.0), &Options::default()).unwrap();
    assert!(matches!(run.continue_on(other), Err(Error::BadWeights(_))));
    let blind = Formulation { condition: Condition::None, ..Formulation::default() };
    assert!(matches!(run.continue_on(as_variant(&denoiser, blind)), Err(Error::BadWeights(_))));
    assert!(pollster::block_on(run.advance()).unwrap().is_some(), "it goes on with its own");
}

//! Tiles that a device works on, by a device that needs no GPU.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use crate::denoiser::prediction::Prediction;
use crate::denoiser::run::tests::{denoise, denoiser, photo};
use crate::denoiser::run::{Progress, Run};
use crate::denoiser::step::TileInput;
use crate::denoiser::{Denoiser, Options};
use crate::error::Error;
use crate::image::LinearImage;
use crate::method::noise::NoiseModel;
use crate::method::reverse::Steps;

/// A device that has a prediction ready only once it has got enough tiles.
#[derive(Default)]
struct Device {
    /// Tiles that it has got, and those whose predictions were not awaited or dropped.
    got: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
}

/// Counts while it lives.
struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Device {
    /// Begins a tile; its prediction is there when the device has got `until` tiles.
    fn begin(&self, denoiser: &Denoiser, input: TileInput, until: usize, fails: bool) -> Prediction {
        let (index, got) = (input.index, Arc::clone(&self.got));
        self.open.fetch_add(1, Ordering::Relaxed);
        let open = Open(Arc::clone(&self.open));
        let eps = pollster::block_on(denoiser.predict(input));
        let mut eps = Some(if fails { Err(Error::Device("it is lost".into())) } else { eps });
        Prediction::begun(index, async move {
            let _open = open;
            got.fetch_add(1, Ordering::Relaxed);
            std::future::poll_fn(|_| {
                if got.load(Ordering::Relaxed) < until {
                    return Poll::Pending;
                }
                Poll::Ready(eps.take().expect("it is awaited once"))
            })
            .await
        })
    }
}

/// What a future gives without waiting.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

fn options(steps: usize) -> Options {
    Options { steps: Steps::Count(steps), seed: 5, tile: Some(16), ..Options::default() }
}

fn run(denoiser: &Denoiser, image: &LinearImage, steps: usize) -> Run {
    denoiser.start(image.clone(), NoiseModel::at_gain(8.0), &options(steps)).unwrap()
}

#[test]
fn the_device_has_the_next_tile_before_the_last_is_awaited() {
    let (denoiser, image) = (denoiser(), photo(40, 20));
    let one = denoise(&denoiser, &image, options(2));
    for tiles in [1, 2, 3] {
        let (device, mut run) = (Device::default(), run(&denoiser, &image, 2));
        let in_step = run.tiles();
        let mut seen: Vec<Progress> = Vec::new();
        while !run.is_done() {
            run.begin(tiles, |denoiser, input| {
                // Where it must wait for the step's end, it is not given more.
                let number = device.got.load(Ordering::Relaxed);
                let until = (number + tiles).min(in_step * (number / in_step + 1));
                device.begin(denoiser, input, until, false)
            });
            assert!(device.open.load(Ordering::Relaxed) <= tiles, "no more than it may have");
            seen.push(at_once(run.finish_begun()).expect("it has all that it waits for").unwrap().unwrap());
        }
        let expected: Vec<_> = [1, 2].iter().flat_map(|step| (1..=in_step).map(move |tile| (*step, tile))).collect();
        assert_eq!(seen.iter().map(|p| (p.step, p.tile)).collect::<Vec<_>>(), expected);
        assert_eq!(device.got.load(Ordering::Relaxed), 2 * in_step, "each tile once");
        assert_eq!(run.into_image(), one);
    }
}

#[test]
fn what_is_begun_stays_while_nobody_waits() {
    let (denoiser, image) = (denoiser(), photo(40, 20));
    let (device, mut run) = (Device::default(), run(&denoiser, &image, 1));
    run.begin(2, |denoiser, input| device.begin(denoiser, input, 3, false));
    for _ in 0..2 {
        assert_eq!(at_once(run.finish_begun()), None);
    }
    assert_eq!((run.tile, run.begun.len()), (0, 2));
    let refused = |result: Result<(), Error>| assert!(matches!(result, Err(Error::BadOption { .. })), "{result:?}");
    refused(run.return_tile(0));
    refused(run.finish_tile(1, Vec::new()).map(|_| ()));
    device.got.store(3, Ordering::Relaxed);
    assert_eq!(at_once(run.finish_begun()).unwrap().unwrap().map(|p| p.tile), Some(1));
    drop(run);
    assert_eq!(device.open.load(Ordering::Relaxed), 0);
}

#[test]
fn a_device_that_fails_costs_what_it_has_begun_and_no_finished_tile() {
    let (denoiser, image) = (denoiser(), photo(40, 20));
    let (device, mut run) = (Device::default(), run(&denoiser, &image, 2));
    let one = denoise(&denoiser, &image, options(2));
    // In the second step the second tile's prediction fails.
    let failing = run.tiles() + 1;
    let error = loop {
        run.begin(3, |denoiser, input| device.begin(denoiser, input, 0, device.got.load(Ordering::Relaxed) == failing));
        match at_once(run.finish_begun()).unwrap() {
            Ok(progress) => assert!(progress.is_some()),
            Err(error) => break error,
        }
    };
    assert_eq!(error, Error::Device("it is lost".into()));
    assert_eq!((run.step, run.tile, run.begun.len()), (1, 1, 0));
    assert_eq!(run.returned, [3, 2, 1], "what it had begun is next, in the same order");
    // Another one goes on from there.
    run.continue_on(denoiser.clone()).unwrap();
    let mut tiles = Vec::new();
    while let Some(progress) = pollster::block_on(run.advance()).unwrap() {
        tiles.push((progress.step, progress.tile));
    }
    assert_eq!(tiles, [(2, 2), (2, 3), (2, 4), (2, 5), (2, 6)]);
    assert_eq!(run.into_image(), one);
}

#[test]
fn what_a_device_has_begun_begins_anew_on_the_next() {
    let (denoiser, image) = (denoiser(), photo(40, 20));
    let (device, mut run) = (Device::default(), run(&denoiser, &image, 1));
    run.begin(2, |denoiser, input| device.begin(denoiser, input, usize::MAX, false));
    run.continue_on(denoiser.clone()).unwrap();
    assert_eq!(device.open.load(Ordering::Relaxed), 0, "the old device's work is of no use");
    assert_eq!(pollster::block_on(run.advance()).unwrap().map(|p| p.tile), Some(1));
}

#[test]
fn a_run_can_be_advanced_on_another_thread() {
    fn sent<T: Send>(_: T) {}
    let (denoiser, image) = (denoiser(), photo(16, 16));
    let mut run = run(&denoiser, &image, 1);
    sent(run.advance());
    sent(run);
}

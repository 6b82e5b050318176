//! Photos with film grain, whose runs begin at a quarter of the size.

use crate::denoiser::place::cut_around;
use crate::denoiser::run::tests::{denoise, denoiser, handed_out::handed_out, largest_difference};
use crate::denoiser::{Options, Place, Strength};
use crate::image::{CHANNELS, LinearImage, smoothed};
use crate::method::noise::NoiseModel;
use crate::method::reverse::Steps;

/// Areas of grey and smooth noise that the channels share.
fn grainy(width: usize, height: usize) -> LinearImage {
    let black = LinearImage::from_fn(width, height, |_, _, _| 0.0).unwrap();
    let noise = smoothed(NoiseModel { sigma_read: 1.0, shot: 0.0 }.add_to(&black, 4).plane(0), width, height);
    let light = |c: usize, r: usize, x: usize| 0.2 + 0.05 * ((r / 40 + x / 40 + c) % 4) as f32;
    LinearImage::from_fn(width, height, |c, r, x| light(c, r, x) * (1.0 + 0.4 * noise[r * width + x])).unwrap()
}

#[test]
fn a_run_begins_at_a_quarter_and_tells_how_far_it_is() {
    let (denoiser, image) = (denoiser(), grainy(161, 121));
    let strength = Strength::Map((0..image.pixels()).map(|p| if p % 161 < 40 { 0.0 } else { 1.0 }).collect());
    let options = Options { steps: Steps::Count(2), strength, tile: Some(32), ..Options::default() };
    let one = denoise(&denoiser, &image, options.clone());
    let start = || denoiser.start(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
    for at_once in [1, 3, 100] {
        let mut run = start();
        let sizes = [run.size(), run.coarse.as_ref().unwrap().size()];
        assert_eq!(sizes, [(161, 121), (81, 61)]);
        assert_eq!(run.coarse.as_ref().unwrap().coarse.as_ref().unwrap().size(), (41, 31));
        let seen = handed_out(&mut run, &denoiser, at_once, |_| 0);
        assert!(run.is_done() && seen.is_sorted_by(|a, b| a.fraction < b.fraction));
        assert_eq!(seen.last().map(|p| (p.step, p.tile, p.fraction)), Some((2, run.tiles(), 1.0)));
        assert_eq!(run.into_image(), one, "{at_once} at once");
    }
    // What is painted out keeps its grain to the bit, away from the brush's edge.
    for (channel, row) in (0..CHANNELS).flat_map(|c| (0..121).map(move |row| (c, row))) {
        let at = row * 161;
        assert_eq!(one.plane(channel)[at..at + 30], image.plane(channel)[at..at + 30], "{row}");
    }
}

#[test]
fn a_run_goes_on_elsewhere_in_the_middle_of_its_coarse_levels() {
    let (denoiser, image) = (denoiser(), grainy(161, 121));
    let options = Options { tile: Some(32), ..Options::default() };
    let one = denoise(&denoiser, &image, options.clone());
    let mut run = denoiser.start(image, NoiseModel::at_gain(8.0), &options).unwrap();
    let tile = run.take_tile().unwrap();
    pollster::block_on(run.advance()).unwrap();
    run.return_tile(tile.index).unwrap();
    run.continue_on(denoiser.clone()).unwrap();
    while pollster::block_on(run.advance()).unwrap().is_some() {}
    assert_eq!(run.into_image(), one);
}

#[test]
fn a_part_gives_about_the_pixels_of_the_whole() {
    let (denoiser, image) = (denoiser(), grainy(321, 241));
    let (width, height) = (image.width(), image.height());
    let options = Options::default();
    let overview = denoiser.overview(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
    assert!(overview.grain.is_some_and(|levels| levels.iter().all(|level| level.std > 0.5 && level.latest > 0.0)));
    let (rows, columns) = (100..130, 150..190);
    let [down, across] = [(&rows, height), (&columns, width)]
        .map(|(inner, size)| cut_around(denoiser.config(), true, inner.clone(), size));
    assert!(down.len() < height && across.len() < width);
    let cut = LinearImage::from_fn(across.len(), down.len(), |c, r, x| {
        image.plane(c)[(down.start + r) * width + across.start + x]
    });
    let whole = denoise(&denoiser, &image, options.clone());
    let place = Place { row: down.start, column: across.start, overview: Some(overview) };
    let part = denoise(&denoiser, &cut.unwrap(), Options { place, ..options });
    assert!(largest_difference(&whole, &image) > 0.05, "something happens");
    for (c, r, x) in (0..CHANNELS).flat_map(|c| rows.clone().flat_map(move |r| (150..190).map(move |x| (c, r, x)))) {
        let there = whole.plane(c)[r * width + x];
        let here = part.plane(c)[(r - down.start) * across.len() + x - across.start];
        assert!((there - here).abs() < 2e-3, "({r}, {x}): {there} and {here}");
    }
}

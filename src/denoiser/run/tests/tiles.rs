//! Tiles, threads and parts: what they leave as it is.

use crate::denoiser::place::cut_around;
use crate::denoiser::run::Run;
use crate::denoiser::run::tests::{denoise, denoiser, exact_in_tiles, largest_difference, photo};
use crate::denoiser::{Options, Place, Strength};
use crate::image::{CHANNELS, LinearImage};
use crate::method::formulation::Formulation;
use crate::method::noise::NoiseModel;
use crate::method::reverse::Steps;
use std::sync::Arc;

#[test]
fn tiles_give_the_result_of_one_pass() {
    let (denoiser, image) = (exact_in_tiles(Formulation::default()), photo(117, 61));
    for (steps, sample) in [(1, None), (3, None), (2, Some(3)), (2, Some(1)), (2, Some(6))] {
        let options = Options { steps: Steps::Count(steps), seed: 5, sample, tile: Some(512), ..Options::default() };
        let whole = denoise(&denoiser, &image, options.clone());
        assert!(
            largest_difference(&whole, &image) > 0.01,
            "the network must do something for this test to mean anything"
        );
        for tile in [8, 24, 40, 64] {
            let tiled = denoise(&denoiser, &image, Options { tile: Some(tile), ..options.clone() });
            let difference = largest_difference(&tiled, &whole);
            assert!(difference < 1.0 / 1024.0, "tile {tile}: {difference}");
        }
    }
}

#[test]
fn a_frame_stays_and_changes_nothing_within() {
    let (denoiser, image) = (denoiser(), photo(64, 48));
    let (top, left, width, height) = (8, 12, 64 + 12 + 7, 48 + 8);
    let inside = |r: usize, x: usize| r >= top && (left..left + 64).contains(&x);
    let framed = |color: f32| {
        let at = |c: usize, r: usize, x: usize| image.plane(c)[(r - top) * 64 + x - left];
        LinearImage::from_fn(width, height, |c, r, x| if inside(r, x) { at(c, r, x) } else { color }).unwrap()
    };
    for options in [Options::default(), Options { strength: Strength::Everywhere(0.0), ..Options::default() }] {
        let [light, dark] = [0.9, 0.1].map(|color| denoise(&denoiser, &framed(color), options.clone()));
        for at in 0..light.values().len() {
            let (light, dark) = (light.values()[at], dark.values()[at]);
            let pixel = at % (width * height);
            let expected = if inside(pixel / width, pixel % width) { (light, light) } else { (0.9, 0.1) };
            assert_eq!((light, dark), expected, "the frame stays, and what is within does not depend on it");
        }
    }
    let framed = framed(0.9);
    let whole = denoise(&denoiser, &framed, Options::default());
    // A part of it, cut as the page does.
    let options = Options::default();
    let overview = denoiser.overview(framed.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
    assert_eq!(overview.inner.map(|inner| (inner.row, inner.column)), Some((top, left)));
    let columns = cut_around(denoiser.config(), false, 0..20, width);
    assert!(columns.end < width);
    let cut = LinearImage::from_fn(columns.len(), height, |c, r, x| framed.plane(c)[r * width + x]).unwrap();
    let place = Place { overview: Some(overview), ..Place::default() };
    let part = denoise(&denoiser, &cut, Options { place, ..options });
    for (c, r, x) in (0..3).flat_map(|c| (0..height).flat_map(move |r| (0..20).map(move |x| (c, r, x)))) {
        let (a, b) = (part.plane(c)[r * columns.len() + x], whole.plane(c)[r * width + x]);
        assert!((a - b).abs() < 1e-4, "{c} {r} {x}: {a} for {b}");
    }
}

#[test]
fn a_part_gives_the_pixels_of_the_whole() {
    let (denoiser, image) = (denoiser(), photo(117, 93));
    let (width, height) = (image.width(), image.height());
    // In the middle, and where the image ends without filling the network's grid.
    for (rows, columns) in [(40..52, 50..61), (0..9, 0..5), (81..93, 107..117)] {
        let [down, across] = [(&rows, height), (&columns, width)]
            .map(|(inner, size)| cut_around(denoiser.config(), false, inner.clone(), size));
        assert!(down.len() < height && across.len() < width, "less than all of it is cut out");
        let cut = LinearImage::from_fn(across.len(), down.len(), |c, r, x| {
            image.plane(c)[(down.start + r) * width + across.start + x]
        });
        // Each step after the first sees beyond the cut, where a random network is as strong as anywhere.
        for (steps, most) in [(1, 1e-4), (3, 0.02)] {
            let options = Options { steps: Steps::Count(steps), seed: 5, ..Options::default() };
            let whole = denoise(&denoiser, &image, options.clone());
            let overview = denoiser.overview(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
            let place = Place { row: down.start, column: across.start, overview: Some(overview) };
            let part = denoise(&denoiser, cut.as_ref().unwrap(), Options { place, ..options });
            for (channel, row, column) in (0..CHANNELS)
                .flat_map(|c| rows.clone().flat_map(move |r| (0..width).map(move |x| (c, r, x))))
                .filter(|(_, _, column)| columns.contains(column))
            {
                let there = whole.plane(channel)[row * width + column];
                let here = part.plane(channel)[(row - down.start) * across.len() + column - across.start];
                assert!((there - here).abs() < most, "{steps} steps, ({row}, {column}): {there} and {here}");
            }
        }
    }
}

#[test]
fn threads_give_the_same_bits() {
    let (denoiser, image) = (denoiser(), photo(61, 45));
    let options = Options { steps: Steps::Count(3), seed: 5, tile: Some(16), ..Options::default() };
    let one = denoise(&denoiser, &image, options.clone());
    for threads in [2, 3, 30] {
        assert_eq!(denoise(&denoiser.clone().with_threads(threads), &image, options.clone()), one, "{threads}");
    }
}

#[test]
fn tiles_in_which_no_pixel_moves_are_no_work() {
    let (denoiser, image) = (denoiser(), photo(40, 20));
    let start = |factor: fn(usize) -> f32, steps| {
        let strength =
            Strength::Map((0..800).map(|p| if p / 40 < 12 && p % 40 < 16 { 1.0 } else { factor(p) }).collect());
        let options = Options { strength, steps: Steps::Count(steps), tile: Some(16), ..Options::default() };
        denoiser.start(image.clone(), NoiseModel { sigma_read: 0.1, shot: 0.0 }, &options).unwrap()
    };
    // The first tile alone has work; the others come along.
    let mut run = start(|_| 0.0, 2);
    let mut seen = Vec::new();
    while let Some(progress) = pollster::block_on(run.advance()).unwrap() {
        seen.push((progress.step, progress.tile, progress.fraction));
    }
    assert_eq!(seen, [(1, 6, 0.5), (2, 6, 1.0)]);
    let result = run.into_image();
    let same = |p: &usize| (0..CHANNELS).all(|c| result.plane(c)[*p] == image.plane(c)[*p]);
    assert_eq!((0..800).filter(same).count(), 800 - 12 * 16);
    // Steps begin at shares 0, 1/16, 1/4 and 9/16 of the latest time: pixels with a tenth of it move in two of
    // them.
    assert_eq!(start(|_| 0.1, 4).moving, 4 + 5 * 2);
    assert_eq!(start(|_| 0.1, 4).steps(), 4);
}

#[test]
fn the_smallest_and_the_narrowest_images_work() {
    let denoiser = denoiser();
    for (width, height) in [(1, 1), (1, 300), (300, 1), (7, 2)] {
        let clean = denoise(&denoiser, &photo(width, height), Options { tile: Some(64), ..Options::default() });
        assert_eq!((clean.width(), clean.height()), (width, height));
    }
}

#[test]
fn progress_counts_every_tile_of_every_step_and_the_result_emerges() {
    let (denoiser, image) = (denoiser(), photo(40, 20));
    let options = Options { steps: Steps::Count(2), tile: Some(16), ..Options::default() };
    let mut run = denoiser.start(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
    assert_eq!((run.steps(), run.tiles()), (2, 6));
    let so_far = |run: &Run| LinearImage::from_fn(40, 20, |c, row, column| run.pixel(row, column)[c]).unwrap();
    assert_eq!(so_far(&run), image);
    let mut seen = Vec::new();
    let mut before = image;
    while let Some(progress) = pollster::block_on(run.advance()).unwrap() {
        seen.push((progress.step, progress.tile));
        let now = so_far(&run);
        assert_ne!(now, before, "each tile must show");
        before = now;
    }
    assert_eq!(seen.len(), 12);
    assert!(seen.windows(2).all(|w| w[0] < w[1]));
    assert!(run.is_done());
    assert_eq!(before, run.into_image());
}

#[test]
fn the_photo_is_held_once_and_there_is_no_more_than_a_step_needs() {
    let (denoiser, image) = (denoiser(), Arc::new(photo(20, 12)));
    let options = Options { steps: Steps::Count(3), tile: Some(16), ..Options::default() };
    let mut run = denoiser.start(Arc::clone(&image), NoiseModel::at_gain(8.0), &options).unwrap();
    assert!(Arc::ptr_eq(&run.y, &image));
    assert!(run.x.is_none() && run.next.is_none());
    let buffers = |run: &Run| [&run.x, &run.next].map(|image| image.as_ref().map(|i| i.values().as_ptr()));
    for tile in [1, 2] {
        assert_eq!(pollster::block_on(run.advance()).unwrap().unwrap().tile, tile);
    }
    let [first, none] = buffers(&run);
    assert!(first.is_some() && none.is_none());
    while run.step < 2 {
        pollster::block_on(run.advance()).unwrap();
    }
    assert_eq!(buffers(&run)[1], first, "the buffer is used again");
}

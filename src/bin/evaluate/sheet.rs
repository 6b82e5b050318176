//! Crops side by side, for people to look at.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use image::{Rgb, RgbImage, imageops};
use svnr::denoiser::{Options, Samples};
use svnr::method::reverse::Steps;
use svnr::{Denoiser, LinearImage, files};

use crate::{Arguments, about};

/// Side of a crop in pixels.
const SIDE: usize = 160;
/// Pixels around it that are denoised too, and then cut off.
const BORDER: usize = 32;
/// How many times as bright the spread is shown.
const SPREAD: f32 = 8.0;

/// Writes a row for each image, at the gains in turn: noisy, denoised in the fewest steps, in the most steps, the
/// spread over samples in the most steps, clean.
pub fn write(arguments: &Arguments, denoiser: &Denoiser, files: &[PathBuf], sheet: &Path) -> Result<()> {
    let sources = arguments.sources();
    let steps = || arguments.steps.iter().copied();
    let length = |&steps: &Steps| about(steps, denoiser);
    let (fewest, most) = (steps().min_by_key(length), steps().max_by_key(length));
    let (fewest, most) = fewest.zip(most).context("--steps names no number")?;
    let mut rows = RgbImage::new(5 * SIDE as u32, (SIDE * files.len()) as u32);
    for (row, file) in files.iter().enumerate() {
        let seed = arguments.seed + row as u64;
        let clean = middle(&files::read(file)?.image, SIDE + 2 * BORDER)?;
        let case = sources[row % sources.len()].case(file, &clean, seed)?;
        let noise = case.noise.as_ref().context("a sheet needs noise that is known: --gains or --sigmas")?;
        let clean = case.clean.as_ref().unwrap_or(&clean);
        let run = |options: &Options| {
            pollster::block_on(denoiser.denoise(&case.noisy, noise.clone(), options))
                .with_context(|| file.display().to_string())
        };
        let samples = arguments.samples(most, seed, run)?;
        let columns = [
            colours(&case.linear(&case.noisy)),
            colours(&case.linear(&run(&arguments.options(fewest, seed))?)),
            colours(&case.linear(&run(&arguments.options(most, seed))?)),
            spread(&samples),
            colours(clean),
        ];
        for (column, shown) in columns.iter().enumerate() {
            let (left, top) = ((shown.width() - SIDE as u32) / 2, (shown.height() - SIDE as u32) / 2);
            let crop = imageops::crop_imm(shown, left, top, SIDE as u32, SIDE as u32).to_image();
            imageops::replace(&mut rows, &crop, (column * SIDE) as i64, (row * SIDE) as i64);
        }
    }
    rows.save(sheet).with_context(|| format!("cannot write {}", sheet.display()))
}

/// The middle of an image, at most `side` pixels across and down and at least a crop.
fn middle(image: &LinearImage, side: usize) -> Result<LinearImage> {
    let (width, height) = (image.width().min(side), image.height().min(side));
    anyhow::ensure!(width.min(height) >= SIDE, "a sheet needs images of {SIDE} pixels or more across and down");
    let (left, top) = ((image.width() - width) / 2, (image.height() - height) / 2);
    let at = |c: usize, row: usize, column: usize| image.plane(c)[(top + row) * image.width() + left + column];
    Ok(LinearImage::from_fn(width, height, at)?)
}

fn colours(image: &LinearImage) -> RgbImage {
    RgbImage::from_raw(image.width() as u32, image.height() as u32, image.to_srgb8()).expect("three bytes a pixel")
}

/// Where the samples differ, as grey.
fn spread(samples: &Samples) -> RgbImage {
    let (uncertainty, width) = (samples.uncertainty(), samples.mean().width());
    RgbImage::from_fn(width as u32, samples.mean().height() as u32, |x, y| {
        let spread = uncertainty[y as usize * width + x as usize];
        Rgb([(255.0 * (SPREAD * spread).min(1.0)) as u8; 3])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_in_the_middle() {
        let image = LinearImage::from_fn(301, 200, |_, r, x| (1000 * r + x) as f32).unwrap();
        let cut = middle(&image, 200).unwrap();
        assert_eq!((cut.width(), cut.height(), cut.values()[0]), (200, 200, 50.0));
        assert!(middle(&middle(&image, 170).unwrap(), 10).is_err());
    }

    #[test]
    fn seeds_that_differ_are_bright() {
        let image = |v: f32| LinearImage::from_fn(4, 3, |_, r, _| if r == 0 { v } else { 0.5 }).unwrap();
        let mut samples = Samples::new(image(0.2));
        samples.add(&image(0.3));
        let grey = spread(&samples);
        assert!(grey.get_pixel(1, 0).0[0] > 50);
        assert_eq!(grey.get_pixel(1, 2).0, [0; 3]);
    }
}

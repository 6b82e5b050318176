//! Crops side by side, for people to look at.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use image::{Rgb, RgbImage, imageops};
use svnr::denoiser::Samples;
use svnr::device;
use svnr::estimate::estimate_noise;
use svnr::method::noise::Noise;
use svnr::method::reverse::Steps;
use svnr::network::ImageKind;
use svnr::raw::develop::{Development, develop};
use svnr::training::raw_levels::{colors, levels, mosaic, recorded};
use svnr::{Denoiser, LinearImage, weight_file};

use crate::about;
use crate::arguments::Arguments;

/// Width of a sheet in pixels, which its columns share.
const WIDTH: u32 = 800;
/// How many times as bright the spread is shown.
const SPREAD: f32 = 8.0;

/// Writes a row for each image, at the kinds of noise in turn: noisy, denoised in the fewest steps, in the most steps
/// if that is another number, the spread over samples in the most steps if there are several, clean.
pub fn write(arguments: &Arguments, denoiser: &Denoiser, files: &[PathBuf], sheet: &Path) -> Result<()> {
    let sources = arguments.sources();
    let steps = fewest_and_most(arguments, denoiser)?;
    let columns = 2 + steps.len() + usize::from(arguments.average > 1);
    let rows = files.iter().enumerate().map(|(index, file)| {
        let seed = arguments.seed + index as u64;
        let clean = large_enough(file, arguments.read(file)?, columns)?;
        let case = sources[index % sources.len()].case(file, &clean, seed)?;
        let noise = told_or_estimated(arguments, &case.noisy, case.noise.as_ref())?;
        let run = |options: &_| {
            pollster::block_on(denoiser.denoise(&case.noisy, noise.clone(), options))
                .with_context(|| file.display().to_string())
        };
        let mut row = vec![colours(&case.linear(&case.noisy))];
        for &steps in &steps {
            row.push(colours(&case.linear(&run(&arguments.options(steps, seed))?)));
        }
        if arguments.average > 1 {
            let most = *steps.last().context("--steps names no number")?;
            row.push(spread(&arguments.samples(most, seed, run)?));
        }
        row.push(colours(case.clean.as_ref().unwrap_or(&clean)));
        Ok(row)
    });
    save(&rows.collect::<Result<Vec<_>>>()?, sheet)
}

/// Writes a row for each image, at the sensitivities in turn: the developed mosaic, developed and then denoised as a
/// photo, denoised and then developed, clean.
pub fn write_raw(arguments: &Arguments, denoiser: &Denoiser, files: &[PathBuf], sheet: &Path) -> Result<()> {
    let device = arguments.device.open().map_err(anyhow::Error::msg)?;
    let photos = device::denoiser(&weight_file::read(None, ImageKind::Rgb)?, &device, arguments.precision)?;
    let steps = fewest_and_most(arguments, denoiser)?[0];
    let levels: Vec<_> = levels().collect();
    let developed = |planes: &LinearImage| develop(&mosaic(planes), &colors(), &Development::default());
    let rows = files.iter().enumerate().map(|(index, file)| {
        let (seed, level) = (arguments.seed + index as u64, levels[index % levels.len()]);
        let clean = recorded(&large_enough(file, arguments.read(file)?, 4)?);
        let noisy = level.photographed(&clean, seed);
        let photo = developed(&noisy)?;
        let run = |denoiser: &Denoiser, noisy: &LinearImage, noise| {
            pollster::block_on(denoiser.denoise(noisy, noise, &arguments.options(steps, seed)))
                .with_context(|| file.display().to_string())
        };
        let afterwards = run(&photos, &photo, estimate_noise(&photo).noise)?;
        let told = level.noise.into();
        let before = run(denoiser, &noisy, told_or_estimated(arguments, &noisy, Some(&told))?)?;
        Ok([&photo, &afterwards, &developed(&before)?, &developed(&clean)?].map(colours).to_vec())
    });
    save(&rows.collect::<Result<Vec<_>>>()?, sheet)
}

/// The steps that are shown.
fn fewest_and_most(arguments: &Arguments, denoiser: &Denoiser) -> Result<Vec<Steps>> {
    let mut steps = arguments.steps.clone();
    steps.sort_by_key(|&steps| about(steps, denoiser));
    let (fewest, most) = (*steps.first().context("--steps names no number")?, steps[steps.len() - 1]);
    Ok(if about(fewest, denoiser) == about(most, denoiser) { vec![fewest] } else { vec![fewest, most] })
}

fn told_or_estimated(arguments: &Arguments, noisy: &LinearImage, told: Option<&Noise>) -> Result<Noise> {
    if !arguments.true_only {
        return Ok(estimate_noise(noisy).noise);
    }
    told.cloned().context("--true-only needs noise that is known, as --gains or --sigmas have it")
}

/// The image, if a crop fits into it.
fn large_enough(file: &Path, image: LinearImage, columns: usize) -> Result<LinearImage> {
    let side = WIDTH as usize / columns;
    ensure!(
        image.width().min(image.height()) > side,
        "{}: a sheet of {columns} columns needs images of more than {side} pixels across and down",
        file.display()
    );
    Ok(image)
}

/// The middles of the images, which are all large enough.
fn save(rows: &[Vec<RgbImage>], file: &Path) -> Result<()> {
    let columns = rows.first().map_or(1, Vec::len) as u32;
    let side = WIDTH / columns;
    let mut sheet = RgbImage::new(columns * side, rows.len() as u32 * side);
    for (row, images) in rows.iter().enumerate() {
        for (column, image) in images.iter().enumerate() {
            let (left, top) = ((image.width() - side) / 2, (image.height() - side) / 2);
            let crop = imageops::crop_imm(image, left, top, side, side).to_image();
            imageops::replace(&mut sheet, &crop, i64::from(column as u32 * side), i64::from(row as u32 * side));
        }
    }
    sheet.save(file).with_context(|| format!("cannot write {}", file.display()))
}

/// An image as it is displayed.
pub fn colours(image: &LinearImage) -> RgbImage {
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
    fn a_sheet_holds_the_middles() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sheet.png");
        let image = |r: u8| RgbImage::from_fn(501, 402, |x, y| Rgb([r, 9 * u8::from(x == 50), 9 * u8::from(y == 1)]));
        save(&[vec![image(1), image(2)], vec![image(3), image(4)]], &file).unwrap();
        let sheet = image::open(&file).unwrap().to_rgb8();
        assert_eq!(sheet.dimensions(), (800, 800));
        let pixels = [(0, 0), (400, 1), (401, 0), (799, 799)].map(|(x, y)| sheet.get_pixel(x, y).0);
        assert_eq!(pixels, [[1, 9, 9], [2, 9, 0], [2, 0, 9], [4, 0, 0]]);
        let small = LinearImage::from_fn(400, 500, |_, _, _| 0.5).unwrap();
        assert!(large_enough(Path::new("x.png"), small, 2).is_err_and(|e| e.to_string().contains("x.png")));
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

//! Noise that differs from place to place, apart from the brightness: a lens whose corners were brightened after the
//! shot, so that there is more noise there. `cargo run --release --example noise_map -- noisy.jpg clean.png 0.02 3`:
//! std of the noise in the middle, and how many times as much there is in the corners.

use std::error::Error;
use std::path::Path;

use svnr::denoiser::Strength;
use svnr::method::noise::Noise;
use svnr::network::weights::RELEASED;
use svnr::{Denoiser, Device, Options, files};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, output, middle, corners] = &arguments[..] else {
        return Err(
            "name the noisy file, the file to write, the std in the middle, and the factor in the corners".into()
        );
    };
    let (middle, corners): (f32, f32) = (middle.parse()?, corners.parse()?);

    let mut photo = files::read(Path::new(input))?;
    let (width, height) = (photo.image.width(), photo.image.height());
    // From 0 in the middle to 1 in the corners.
    let distance = |p: usize| {
        let from_middle = |at: usize, length: usize| 2.0 * (at as f32 + 0.5) / length as f32 - 1.0;
        (from_middle(p % width, width).powi(2) + from_middle(p / width, height).powi(2)) / 2.0
    };
    let std = (0..width * height).map(|p| middle * (1.0 + (corners - 1.0) * distance(p))).collect();

    // Strength may differ, too: here the left half is left as it is, to compare.
    let factors = (0..width * height).map(|p| if p % width < width / 2 { 0.0 } else { 1.0 });
    let options = Options { strength: Strength::Map(factors.collect()), ..Options::default() };

    let denoiser = Denoiser::from_weights(RELEASED, &Device::flex())?;
    photo.image = pollster::block_on(denoiser.denoise(&photo.image, Noise::Std(std), &options))?;
    files::write(Path::new(output), &photo)?;
    Ok(())
}

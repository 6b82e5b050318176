//! Denoises a file: `cargo run --release --example denoise_file -- noisy.jpg clean.png`.

use std::error::Error;
use std::path::Path;

use svnr::estimate::estimate_noise;
use svnr::files::Photo;
use svnr::network::weights::RELEASED;
use svnr::{Denoiser, Device, Options, files};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, output] = &arguments[..] else { return Err("name the noisy file and the file to write".into()) };

    let photo = files::read(Path::new(input))?;
    let denoiser = Denoiser::from_weights(RELEASED, &Device::flex())?;
    let found = estimate_noise(&photo.image);
    println!(
        "std of the noise at black {:.4}, variance per unit of light {:.5}",
        found.line.sigma_read, found.line.shot
    );

    let mut run = denoiser.start(photo.image, found.noise, &Options::default())?;
    while let Some(progress) = pollster::block_on(run.advance())? {
        println!("{:.0} %", 100.0 * progress.fraction);
    }
    files::write(Path::new(output), &Photo { image: run.into_image(), ..photo })?;
    Ok(())
}

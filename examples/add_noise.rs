//! Adds a camera's noise to a clean image: `cargo run --release --example add_noise -- clean.png noisy.png 4`, with the
//! gain at the end. The file is clipped and rounded as a camera's would be.

use std::error::Error;
use std::path::Path;

use svnr::files::Photo;
use svnr::{NoiseModel, files};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, output, gain] = &arguments[..] else {
        return Err("name the clean file, the file to write, and the gain".into());
    };

    let photo = files::read(Path::new(input))?;
    let noise = NoiseModel::at_gain(gain.parse()?);
    println!("std of the noise at black {:.4}, variance per unit of light {:.5}", noise.sigma_read, noise.shot);
    files::write(Path::new(output), &Photo { image: noise.add_to(&photo.image, 0), ..photo })?;
    Ok(())
}

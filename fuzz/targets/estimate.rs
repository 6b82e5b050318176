//! The estimator: any finite image has a noise that a run can start from.
#![no_main]

use libfuzzer_sys::fuzz_target;
use svnr::LinearImage;
use svnr::estimate::estimate_noise;

fuzz_target!(|bytes: &[u8]| {
    // A width, a kind of values, and values.
    let [width, kind, values @ ..] = bytes else { return };
    let values: Vec<f32> = match kind % 3 {
        0 => values.iter().map(|v| f32::from(*v) / 255.0).collect(),
        1 => values.chunks_exact(2).map(|v| f32::from(u16::from_le_bytes([v[0], v[1]])) / 65535.0).collect(),
        _ => values.chunks_exact(4).map(|v| f32::from_le_bytes([v[0], v[1], v[2], v[3]])).collect(),
    };
    let width = usize::from(*width).max(1);
    let height = values.len() / 3 / width;
    let Ok(image) = LinearImage::new(width, height, values[..3 * width * height].to_vec()) else { return };
    let found = estimate_noise(&image);
    found.noise.check(image.channels(), image.pixels()).expect("a run can start from it");
});

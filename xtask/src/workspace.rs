//! Where things are in the repository.

use std::path::{Path, PathBuf, absolute};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

/// The npm package as it is edited: all of it but the weights and the licences.
pub fn package() -> PathBuf {
    root().join("pkg")
}

/// The wasm modules and their glue, to serve, test and pack: `$SVNR_WASM`, or those in the package.
pub fn wasm() -> PathBuf {
    match std::env::var_os("SVNR_WASM") {
        Some(directory) => absolute(&directory).unwrap_or_else(|_| directory.into()),
        None => package().join("wasm"),
    }
}

/// The released weights, which the package holds under the same names.
pub fn weights() -> [PathBuf; 2] {
    WEIGHTS.map(|name| root().join("weights").join(name))
}

/// The names of the weight files, here and in the package: for photos, and for RAW files.
pub const WEIGHTS: [&str; 2] = ["svnr.safetensors", "svnr-mosaic.safetensors"];

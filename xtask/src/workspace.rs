//! Where things are in the repository.

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

/// The npm package to serve and to test: `$SVNR_PKG`, or the committed one.
pub fn package() -> PathBuf {
    match std::env::var_os("SVNR_PKG") {
        Some(directory) => std::path::absolute(&directory).unwrap_or_else(|_| directory.into()),
        None => root().join("pkg"),
    }
}

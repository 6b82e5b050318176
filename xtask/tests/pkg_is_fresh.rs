//! The module in the npm package is what these sources give.

use xtask::{inputs, wasm, workspace};

#[test]
fn pkg_is_fresh() {
    if let Err(error) = inputs::check() {
        panic!("{error}");
    }
}

/// Wrapped exports would run them on each call: a second for every evaluation of the network.
#[test]
fn constructors_run_once() {
    if let Err(error) = wasm::check_glue(&workspace::wasm()) {
        panic!("{error}");
    }
}

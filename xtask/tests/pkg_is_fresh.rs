//! The committed npm package is what these sources give.

#[test]
fn pkg_is_fresh() {
    if let Err(error) = xtask::inputs::check() {
        panic!("{error}");
    }
}

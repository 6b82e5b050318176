//! What an evaluation of the network by its kernels takes of a GPU, counted without one:
//! `cargo bench --bench kernels -- [side]`, for a square tile of so many pixels, 512 if none is given. What goes to the
//! device and comes back is that of a tile with a halo around so many pixels.

use std::collections::BTreeMap;

use svnr::Device;
use svnr::gpu::Precision;
use svnr::network::kernels::{Limits, Recipe};
use svnr::network::weights::{from_bytes, released};
use svnr::network::{ImageKind, UnetConfig, Window};

fn main() {
    // `cargo bench` adds an option of its own.
    let side = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(512);
    for kind in [ImageKind::Rgb, ImageKind::Mosaic] {
        let (network, description) =
            from_bytes(released(kind), &Device::flex()).expect("the released weights are whole");
        let config: UnetConfig = description.network;
        let of =
            |precision| Recipe::new(&network, &config, Limits::LEAST, precision).expect("the released networks fit");
        let (recipe, half) = (of(Precision::Single), of(Precision::Half));
        let mut kernels = BTreeMap::<_, [usize; 3]>::new();
        for (dispatch, of_half) in recipe.by_dispatch([side, side]).zip(half.by_dispatch([side, side])) {
            let counted = kernels.entry(dispatch.kernel).or_default();
            let more = [1, dispatch.bytes, of_half.bytes];
            counted.iter_mut().zip(more).for_each(|(counted, more)| *counted += more);
        }
        // Planes have a pixel for four photosites.
        let (pixels, unit) = match kind {
            ImageKind::Rgb => (side * side, "pixel"),
            ImageKind::Mosaic => (4 * side * side, "photosite"),
        };
        println!("The network for {}, {side} x {side}:\n", kind.words());
        println!("| kernel | dispatches | bytes per {unit} | in 16 bits |\n|---|--:|--:|--:|");
        for (name, [dispatches, bytes, of_half]) in &kernels {
            println!("| {name} | {dispatches} | {} | {} |", bytes / pixels, of_half / pixels);
        }
        let [all, of_half] = [&recipe, &half].map(|recipe| recipe.traffic([side, side]) / pixels);
        println!("| all | {} | {all} | {of_half} |\n", recipe.dispatches());
        println!("{:.0} kFLOP per {unit}\n", config.flops_per_pixel() / 1e3);

        let halo = config.halo();
        let window = Window { row: halo, column: halo, rows: side, columns: side };
        println!("| step | bytes to the device per {unit} | bytes back |\n|---|--:|--:|");
        for (step, is_first) in [("the first", true), ("each further one", false)] {
            let bytes = recipe.crossing([side + 2 * halo; 2], window, is_first);
            let [to, back] = bytes.map(|bytes| bytes as f64 / pixels as f64);
            println!("| {step} | {to:.1} | {back:.1} |");
        }
        println!();
    }
}

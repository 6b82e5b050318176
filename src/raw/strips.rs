//! Work on an image by strips of rows, shared by threads.

use std::panic::resume_unwind;
use std::thread;

use crate::image::CHANNELS;

/// More threads than this would need more memory than the image itself.
const MOST_THREADS: usize = 8;

/// How many threads share an image.
pub fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS)
}

/// The strips of an RGB image's values, of so many rows each: those of its three planes.
pub fn of_image(values: &mut [f32], width: usize, rows: usize) -> impl Iterator<Item = [&mut [f32]; CHANNELS]> {
    let mut planes = values.chunks_exact_mut(values.len() / CHANNELS).map(move |plane| plane.chunks_mut(rows * width));
    let [red, green, blue] = std::array::from_fn(|_| planes.next().expect("there are three planes"));
    red.zip(green).zip(blue).map(|((red, green), blue)| [red, green, blue])
}

/// Fills strips on this many threads, each with buffers of its own. `fill` gets a strip's number as well.
pub fn fill<S: Send, B>(
    strips: impl Iterator<Item = S>,
    threads: usize,
    buffers: impl Fn() -> B + Sync,
    fill: impl Fn(&mut B, usize, &mut S) + Sync,
) {
    let mut strips: Vec<(usize, S)> = strips.enumerate().collect();
    let share = strips.len().div_ceil(threads);
    let work = |strips: &mut [(usize, S)]| {
        let mut buffers = buffers();
        for (number, strip) in strips {
            fill(&mut buffers, *number, strip);
        }
    };
    if strips.len() == share {
        return work(&mut strips);
    }
    thread::scope(|scope| {
        let threads: Vec<_> = strips.chunks_mut(share).map(|strips| scope.spawn(|| work(strips))).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
    });
}

/// Sets every value to a function of the source's at these distances, as far as the source has all of them. In buffers
/// of rows, a distance of a row's length leads to the next row.
pub fn filter<const N: usize>(source: &[f32], out: &mut [f32], shifts: [isize; N], f: impl Fn([f32; N]) -> f32) {
    let before = shifts.into_iter().map(|s| (-s).max(0) as usize).max().unwrap_or(0);
    let after = shifts.into_iter().map(|s| s.max(0) as usize).max().unwrap_or(0);
    let len = source.len().saturating_sub(before + after);
    let out = &mut out[before..before + len];
    // Slices of one length, so that the loop has no checks.
    let views: [&[f32]; N] = shifts.map(|s| &source[(before as isize + s) as usize..][..len]);
    for (i, v) in out.iter_mut().enumerate() {
        *v = f(std::array::from_fn(|k| views[k][i]));
    }
}

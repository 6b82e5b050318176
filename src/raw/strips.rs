//! Work on an image by strips of rows, shared by threads.

use std::panic::resume_unwind;
use std::thread;

/// More threads than this would need more memory than the image itself.
const MOST_THREADS: usize = 8;

/// How many threads share an image.
pub fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS)
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

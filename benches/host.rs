//! What a run costs beside the network: `cargo bench --bench host -- [megapixels [turns]]`, on one thread, in
//! milliseconds per megapixel.
//!
//! On a fast GPU this decides how long a run takes. Every tile's prediction is 0 here, which costs nothing.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use svnr::denoiser::Run;
use svnr::estimate::estimate_noise;
use svnr::method::noise::Noise;
use svnr::method::reverse::Steps;
use svnr::network::weights::RELEASED;
use svnr::{Denoiser, Device, LinearImage, NoiseModel, Options};

/// Times what it is given, by name, in the order of the first turn.
struct Clock(Vec<(&'static str, Vec<f64>)>);

impl Clock {
    fn time<T>(&mut self, name: &'static str, f: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let result = black_box(f());
        let took = begun.elapsed().as_secs_f64();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, times)) => times.push(took),
            None => self.0.push((name, vec![took])),
        }
        result
    }
}

/// Takes a run through all of its tiles, without the network.
fn advance(run: &mut Run) {
    while let Some(tile) = run.take_tile() {
        let eps = vec![0.0; run.channels() * tile.window.size().iter().product::<usize>()];
        run.finish_tile(tile.index, eps).expect("the tile is handed out");
    }
}

fn main() {
    // As in the programs.
    svnr::allocator::keep_freed_memory();
    // `cargo bench` adds an option of its own.
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<f64>().ok());
    let (megapixels, turns) = (numbers.next().unwrap_or(4.0), numbers.next().unwrap_or(5.0) as usize);
    let side = (megapixels * 1e6).sqrt() as usize;
    let noise = NoiseModel::at_gain(4.0);
    let clean = LinearImage::from_fn(side, side, |c, r, x| 0.1 + 0.2 * c as f32 + 0.005 * ((r + 2 * x) % 60) as f32);
    let photo = Arc::new(noise.add_to(&clean.expect("the image has pixels"), 1));
    let grey = photo.plane(1).repeat(3);
    let grey = Arc::new(LinearImage::of_planes(3, side, side, grey).expect("the values are finite"));
    let denoiser = Denoiser::from_weights(RELEASED, &Device::flex()).expect("the released weights are whole");
    // As large as on a GPU.
    let options = |steps| Options { tile: Some(1024), steps: Steps::Count(steps), ..Options::default() };
    let mut clock = Clock(Vec::new());
    for _ in 0..turns {
        clock.time("the noise estimate", || estimate_noise(&photo));
        clock.time("the same of a grey photo", || estimate_noise(&grey));
        let known = Noise::from(noise);
        let start = |photo: &Arc<LinearImage>, steps| {
            denoiser.start(Arc::clone(photo), known.clone(), &options(steps)).expect("the options are in range")
        };
        let mut run = clock.time("the start", || start(&photo, 1));
        clock.time("the only step", || advance(&mut run));
        clock.time("the result", || run.into_image());
        let mut run = start(&photo, 4);
        clock.time("4 steps", || advance(&mut run));
        let mut run = clock.time("the start of a grey photo", || start(&grey, 1));
        clock.time("the only step of a grey photo", || advance(&mut run));
        clock.time("the result of a grey photo", || run.into_image());
    }
    println!("{side} x {side} pixels, medians of {turns} turns, milliseconds per megapixel");
    let per = (side * side) as f64 / 1e6;
    for (name, mut times) in clock.0 {
        times.sort_by(f64::total_cmp);
        println!("{name:<30} {:>7.1}", 1000.0 * times[times.len() / 2] / per);
    }
}

//! What denoising costs on the processor: `cargo bench --bench denoise -- [megapixels [turns]] [name...]`,
//! of all contenders or of those whose names contain one of these.
//!
//! The contenders take turns in one process, so that a busy machine slows all of them alike; medians are printed. On
//! Linux the processor's time counts more than the clock's: "user" is work, "system" is mostly memory that the
//! allocator gets from the system and gives back.

use std::time::Instant;

use svnr::denoiser::Strength;
use svnr::method::reverse::Steps;
use svnr::network::weights::RELEASED;
use svnr::{Denoiser, Device, LinearImage, NoiseModel, Options};

/// What a run took, in seconds and page faults.
#[derive(Clone, Copy, Default)]
struct Cost {
    wall: f64,
    user: f64,
    system: f64,
    faults: f64,
}

impl Cost {
    /// What this process has taken so far; on other systems than Linux the clock's time alone.
    fn now(since: Instant) -> Self {
        let wall = since.elapsed().as_secs_f64();
        let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return Self { wall, ..Self::default() } };
        // After the name in parentheses: state is field 3, minflt 10, utime 14, stime 15, in hundredths of a second.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3).and_then(|v| v.parse::<f64>().ok()).unwrap_or_default();
        Self { wall, user: field(14) / 100.0, system: field(15) / 100.0, faults: field(10) }
    }

    fn since(self, before: Self) -> Self {
        Self {
            wall: self.wall - before.wall,
            user: self.user - before.user,
            system: self.system - before.system,
            faults: self.faults - before.faults,
        }
    }
}

fn median(costs: &[Cost], of: impl Fn(&Cost) -> f64) -> f64 {
    let mut values: Vec<f64> = costs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    // `cargo bench` adds an option of its own.
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<f64>().ok());
    let (megapixels, turns) = (numbers.next().unwrap_or(1.0), numbers.next().unwrap_or(3.0) as usize);
    let side = (megapixels * 1e6).sqrt() as usize;
    let noise = NoiseModel::at_gain(4.0);
    let clean = LinearImage::from_fn(side, side, |c, r, x| 0.1 + 0.2 * c as f32 + 0.005 * ((r + 2 * x) % 60) as f32);
    let photo = noise.add_to(&clean.expect("the image has pixels"), 1);
    let denoiser = Denoiser::from_weights(RELEASED, &Device::flex()).expect("the released weights are whole");
    let threads = std::thread::available_parallelism().map_or(1, usize::from);

    let tile = |side| Options { tile: Some(side), ..Options::default() };
    let painted = (0..side * side).map(|p| f32::from(p / side < side / 4 && p % side < side / 4)).collect();
    let contenders: Vec<(String, usize, Options)> = vec![
        ("1 tile at a time".into(), 1, tile(512)),
        (format!("{threads} tiles at a time"), threads, tile(512)),
        ("tiles of 256".into(), threads, tile(256)),
        ("tiles of 1024".into(), threads, tile(1024)),
        ("the default tiles".into(), threads, Options::default()),
        ("4 steps".into(), threads, Options { steps: Steps::Count(4), ..Options::default() }),
        ("painted on 1/16".into(), threads, Options { strength: Strength::Map(painted), ..Options::default() }),
    ];
    let names: Vec<String> =
        std::env::args().skip(1).filter(|a| a.parse::<f64>().is_err() && !a.starts_with("--")).collect();
    let contenders: Vec<_> = contenders
        .into_iter()
        .filter(|(name, ..)| names.is_empty() || names.iter().any(|part| name.contains(part.as_str())))
        .collect();
    let mut costs = vec![Vec::new(); contenders.len()];
    for turn in 0..=turns {
        for ((_, threads, options), costs) in contenders.iter().zip(&mut costs) {
            let denoiser = denoiser.clone().with_threads(*threads);
            let begun = Instant::now();
            let before = Cost::now(begun);
            pollster::block_on(denoiser.denoise(&photo, noise, options)).expect("the options are in range");
            // The first turn warms up.
            if turn > 0 {
                costs.push(Cost::now(begun).since(before));
            }
        }
    }
    println!("{side} x {side} pixels, {threads} cores, medians of {turns} turns, seconds per megapixel");
    println!("{:<22} {:>7} {:>7} {:>7} {:>12}", "", "wall", "user", "system", "page faults");
    let per = (side * side) as f64 / 1e6;
    for ((name, ..), costs) in contenders.iter().zip(&costs) {
        let [wall, user, system, faults] =
            [|c: &Cost| c.wall, |c: &Cost| c.user, |c: &Cost| c.system, |c: &Cost| c.faults]
                .map(|of| median(costs, of) / per);
        println!("{name:<22} {wall:>7.2} {user:>7.2} {system:>7.2} {faults:>12.0}");
    }
}

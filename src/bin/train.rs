//! Trains the network: `cargo run --release --bin train -- --help`.

use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use burn::module::Module;
use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use svnr::device::DeviceChoice;
use svnr::method::formulation::{Condition, Correlation, Start, Time};
use svnr::network::ImageKind;
use svnr::training::checkpoint::Checkpoint;
use svnr::training::config::{Config, Optimizer, Precision, Stage};
use svnr::training::scenes::Scenes;
use svnr::training::trainer::{Event, Rhythm, train};

/// Train the SVNR network. Without arguments, it trains on images that it generates itself.
///
/// Ctrl-C saves and exits; --resume continues exactly there.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Folders of clean images to train on (png, jpeg, tiff, webp), searched recursively
    #[arg(long, num_args = 1.., value_name = "DIR")]
    data: Option<Vec<PathBuf>>,
    /// Folders of pairs: noisy photos NAME_real.EXT with clean versions NAME_mean.EXT
    #[arg(long, num_args = 1.., value_name = "DIR")]
    pairs: Option<Vec<PathBuf>>,
    /// Folder for checkpoint, log, plot, contact sheet and weights
    #[arg(long, default_value = "runs/svnr", value_name = "DIR")]
    out: PathBuf,
    /// Continue the run in --out with its settings and folders, except for those given here
    #[arg(long)]
    resume: bool,
    /// Start from these weights, their network and their variant of the method; --blocks can deepen the network
    #[arg(long, value_name = "FILE", conflicts_with_all = ["resume", "widths"])]
    init: Option<PathBuf>,
    /// Train for the mosaics of RAW files, by default on patches half as wide; --init may name weights for photos,
    /// whose trunk is the start
    #[arg(long, conflicts_with_all = ["resume", "pairs"])]
    mosaic: bool,
    /// Total number of steps
    #[arg(long)]
    steps: Option<usize>,
    /// Optimizer; cannot be changed on --resume
    #[arg(long, value_enum, conflicts_with = "resume")]
    optimizer: Option<Optimizer>,
    /// Peak learning rate
    #[arg(long)]
    learning_rate: Option<f64>,
    /// Steps over which the learning rate rises to its peak
    #[arg(long)]
    warm_up: Option<usize>,
    /// Share of the steps at the end in which the learning rate falls to 0
    #[arg(long, value_parser = share)]
    cool_down: Option<f64>,
    /// Stages as UNTIL:PATCH:BATCH, where UNTIL is a share of the steps
    #[arg(long, num_args = 1.., value_parser = stage)]
    stages: Option<Vec<Stage>>,
    /// Share of patches from generated images if --data is given, from 0 to 1
    #[arg(long, value_parser = share)]
    generated: Option<f64>,
    /// Share of patches that a simulated camera writes as JPEG, from 0 to 1
    #[arg(long, value_parser = share)]
    photos: Option<f64>,
    /// Share of patches from --pairs, from 0 to 1
    #[arg(long, value_parser = share)]
    share_pairs: Option<f64>,
    /// Share of the other patches and photos that are grey, from 0 to 1
    #[arg(long, value_parser = share)]
    grey: Option<f64>,
    /// Share of the other patches whose noise is correlated between channels, from 0 to 1
    #[arg(long, value_parser = share)]
    correlated: Option<f64>,
    /// Share of the other patches that are scaled, blurred or sharpened with their noise, from 0 to 1
    #[arg(long, value_parser = share)]
    resampled: Option<f64>,
    /// Share of the other patches with film grain, from 0 to 1
    #[arg(long, value_parser = share)]
    grain: Option<f64>,
    /// Share of the other patches and photos with a tone curve over their noise, from 0 to 1
    #[arg(long, value_parser = share)]
    toned: Option<f64>,
    /// Share of patches of which a part keeps its noise, as under a painted strength of 0, from 0 to 1
    #[arg(long, value_parser = share)]
    painted: Option<f64>,
    /// Share of patches at tau = 0, if denoising starts at the photo, from 0 to 1
    #[arg(long, value_parser = share)]
    share_at_photo: Option<f64>,
    /// Where denoising starts: photo, or noise
    #[arg(long, conflicts_with_all = ["resume", "init"])]
    start: Option<Start>,
    /// The times of a photo's values: map, each its own; scalar, all the largest; scalar-mean, all the mean
    #[arg(long, conflicts_with_all = ["resume", "init"])]
    time: Option<Time>,
    /// Noise in x_t and in the photo: shared, or independent
    #[arg(long, conflicts_with_all = ["resume", "init"])]
    correlation: Option<Correlation>,
    /// What the network sees beside x_t: photo, or none
    #[arg(long, conflicts_with_all = ["resume", "init"])]
    condition: Option<Condition>,
    /// Channels at each scale, finest first
    #[arg(long, value_delimiter = ',')]
    widths: Option<Vec<usize>>,
    /// Residual blocks at each scale
    #[arg(long, value_delimiter = ',')]
    blocks: Option<Vec<usize>>,
    /// Weight of the squared error of eps
    #[arg(long)]
    eps_weight: Option<f32>,
    /// Weight of the log squared error of x0_hat on the sRGB curve
    #[arg(long)]
    display_weight: Option<f32>,
    /// Exponent that shapes the distribution of gains; below 1, high gains are more frequent
    #[arg(long)]
    gain_power: Option<f32>,
    /// Threads that share a step's patches; for libtorch on a CPU, the number of cores, with OMP_NUM_THREADS=1
    #[arg(long)]
    workers: Option<usize>,
    /// Precision of the network's blocks in training
    #[arg(long, value_enum)]
    precision: Option<Precision>,
    /// Seed of all random numbers
    #[arg(long)]
    seed: Option<u64>,
    /// Steps between validations
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    validate: u64,
    /// Seconds between checkpoints; 0 for one after every step
    #[arg(long, default_value_t = 180)]
    save: u64,
    /// cpu, libtorch, libtorch:N, vulkan or vulkan:N
    #[arg(long, default_value = "cpu")]
    device: DeviceChoice,
}

fn share(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|v| (0.0..=1.0).contains(v)).ok_or_else(|| format!("{text} is not a share from 0 to 1"))
}

fn stage(text: &str) -> Result<Stage, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let parsed = match parts[..] {
        [until, patch, batch] => share(until)
            .ok()
            .zip(patch.parse().ok())
            .zip(batch.parse().ok())
            .map(|((until, patch), batch)| Stage { until, patch, batch }),
        _ => None,
    };
    parsed.ok_or_else(|| format!("{text} is not a stage; write UNTIL:PATCH:BATCH, for example 0.7:48:16"))
}

/// Couples options to settings: what the command line changes, and the defaults that its help shows.
macro_rules! settings {
    ($($option:ident => $($setting:ident).+),* $(,)?) => {
        impl Arguments {
            /// Applies the command line's settings.
            fn apply(&self, config: &mut Config) {
                $(if let Some(value) = &self.$option {
                    config.$($setting).+.clone_from(value);
                })*
            }

            /// Every option that has a default in the settings, and the default.
            fn defaults() -> Vec<(&'static str, String)> {
                let config = Config::default();
                vec![$((stringify!($option), config.$($setting).+.shown())),*]
            }
        }
    };
}

settings! {
    steps => steps,
    optimizer => optimizer,
    learning_rate => learning_rate,
    warm_up => warm_up,
    cool_down => cool_down,
    stages => stages,
    generated => generated,
    photos => share_photos,
    share_pairs => share_pairs,
    grey => share_grey,
    correlated => share_correlated,
    resampled => share_resampled,
    grain => share_grain,
    toned => share_toned,
    painted => share_painted,
    share_at_photo => share_at_photo,
    start => formulation.start,
    time => formulation.time,
    correlation => formulation.correlation,
    condition => formulation.condition,
    widths => network.widths,
    blocks => network.blocks,
    eps_weight => eps_weight,
    display_weight => display_weight,
    gain_power => gain_power,
    workers => workers,
    precision => precision,
    seed => seed,
}

/// A value as it is written on the command line.
trait Shown {
    fn shown(&self) -> String;
}

macro_rules! shown {
    ($($type:ty: $self:ident => $text:expr),* $(,)?) => {
        $(impl Shown for $type {
            fn shown(&self) -> String {
                let $self = self;
                $text
            }
        })*
    };
}

shown! {
    usize: n => n.to_string(),
    u64: n => n.to_string(),
    f32: n => n.to_string(),
    f64: n => n.to_string(),
    Vec<usize>: list => list.iter().map(usize::to_string).collect::<Vec<_>>().join(","),
    Vec<Stage>: list => list.iter().map(Stage::to_string).collect::<Vec<_>>().join(" "),
    Start: choice => choice.to_string(),
    Time: choice => choice.to_string(),
    Correlation: choice => choice.to_string(),
    Condition: choice => choice.to_string(),
    Optimizer: choice => name(*choice),
    Precision: choice => name(*choice),
}

fn name(choice: impl ValueEnum) -> String {
    choice.to_possible_value().map(|value| value.get_name().to_string()).unwrap_or_default()
}

/// The command line's arguments, whose help names the defaults.
fn arguments() -> Arguments {
    let mut command = Arguments::command();
    for (option, default) in Arguments::defaults() {
        command = command.mut_arg(option, |arg| {
            let help = arg.get_help().cloned().unwrap_or_default();
            arg.help(format!("{help} [default: {default}]"))
        });
    }
    Arguments::from_arg_matches(&command.get_matches()).unwrap_or_else(|e| e.exit())
}

fn main() -> ExitCode {
    svnr::allocator::keep_freed_memory();
    match run(&arguments()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let device = arguments.device.open()?;
    let mut run = begun(arguments, &device)?;
    // Absolute, so that the run can be resumed from anywhere.
    for (folders, given) in [(&mut run.config.data, &arguments.data), (&mut run.config.pairs, &arguments.pairs)] {
        if let Some(given) = given {
            *folders = given.iter().map(|folder| absolute(folder)).collect::<Result<_, _>>()?;
        }
    }
    let config = run.config.clone();

    let mut scenes = Scenes::load(&config.data, config.least_side(), config.seed)?;
    scenes.add_pairs(&config.pairs, config.least_side())?;
    for (file, why) in &scenes.skipped {
        eprintln!("skipped {}: {why}", file.display());
    }
    eprintln!(
        "{} images, {} pairs, {} generated images, {} held out; {} parameters, {:.0} kFLOP per pixel; steps {} to {}",
        scenes.from_folders.len(),
        scenes.pairs.len(),
        scenes.generated.len(),
        scenes.held_out.len(),
        run.network.num_params(),
        config.network.flops_per_pixel() / 1e3,
        run.step,
        config.steps,
    );
    if config.warm_up_of_run() < config.warm_up {
        eprintln!(
            "the run is too short for a warm-up of {} steps: the learning rate rises for {} of its {} steps",
            config.warm_up,
            config.warm_up_of_run(),
            config.steps
        );
    }

    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = interrupted.clone();
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
        .map_err(|e| format!("Ctrl-C cannot be handled: {e}"))?;

    let rhythm = Rhythm {
        validate: arguments.validate as usize,
        save: Duration::from_secs(arguments.save),
        ..Rhythm::default()
    };
    let mut progress = Progress::new(run.step, config.steps);
    let run = train(run, &scenes, &arguments.out, &device, rhythm, |event| {
        match event {
            Event::Step { step, loss } => progress.step(step, loss),
            Event::Scores { step, scores } => {
                let each: Vec<String> = scores
                    .trials
                    .iter()
                    .map(|(name, score)| format!("{name} {:.2} (noisy {:.2})", score.denoised, score.noisy))
                    .collect();
                let (each, mean) = (each.join(", "), scores.mean());
                let line = format!("step {step}: PSNR in dB: {each}; mean over noise levels {mean:.2}");
                progress.bar.suspend(|| println!("{line}"));
            }
        }
        if interrupted.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    progress.bar.abandon();
    if run.step < config.steps {
        eprintln!("stopped and saved at step {}; continue with --resume", run.step);
    } else {
        eprintln!("done; the weights are in {}", arguments.out.join("svnr.safetensors").display());
    }
    Ok(())
}

/// The run to train: a resumed one, or a new one.
fn begun(arguments: &Arguments, device: &svnr::Device) -> Result<Checkpoint, String> {
    if arguments.resume {
        if arguments.widths.is_some() || arguments.blocks.is_some() {
            return Err("a resumed run keeps its network; leave out --widths and --blocks".into());
        }
        let mut run = Checkpoint::load(&arguments.out, device)?;
        arguments.apply(&mut run.config);
        run.config.check()?;
        for (folders, given, option) in
            [(&run.config.data, &arguments.data, "--data"), (&run.config.pairs, &arguments.pairs, "--pairs")]
        {
            if let (None, Some(missing)) = (given, folders.iter().find(|folder| !folder.is_dir())) {
                return Err(format!(
                    "the run was trained on {}, which is not there; name its new place with {option}",
                    missing.display()
                ));
            }
        }
        return Ok(run);
    }
    if Checkpoint::folder(&arguments.out).exists() {
        let out = arguments.out.display();
        return Err(format!("{out} already holds a run; continue it with --resume, or choose another --out"));
    }
    let mut config = Config::default();
    arguments.apply(&mut config);
    if arguments.mosaic {
        config.network.image = ImageKind::Mosaic;
        if arguments.stages.is_none() {
            // A pixel of the planes is a square of four photosites.
            config.stages.iter_mut().for_each(|stage| stage.patch /= 2);
        }
    }
    match &arguments.init {
        Some(file) => Checkpoint::from_weights(config, file, arguments.blocks.as_deref(), device),
        None => Checkpoint::fresh(config, device),
    }
}

fn absolute(folder: &Path) -> Result<PathBuf, String> {
    folder.canonicalize().map_err(|e| format!("{} cannot be opened: {e}", folder.display()))
}

/// Shows how far a run is: a bar on a terminal, else a line a minute and one at the end.
struct Progress {
    bar: ProgressBar,
    begun: Instant,
    first: usize,
    steps: usize,
    last_line: Instant,
    loss: String,
}

impl Progress {
    /// Time between lines.
    const EVERY: Duration = Duration::from_secs(60);

    fn new(first: usize, steps: usize) -> Self {
        let bar = ProgressBar::new(steps as u64).with_position(first as u64);
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} steps, {per_sec}, {eta} left{msg}");
        bar.set_style(style.expect("the template is well-formed"));
        bar.reset_eta();
        let now = Instant::now();
        Self { bar, begun: now, first, steps, last_line: now, loss: String::new() }
    }

    fn step(&mut self, step: usize, loss: Option<[f64; 3]>) {
        if let Some([_, eps, display]) = loss {
            self.loss = format!("; loss on eps {eps:.4}, on the sRGB curve {display:.3}");
            self.bar.set_message(self.loss.clone());
        }
        self.bar.set_position(step as u64);
        let due = self.last_line.elapsed() >= Self::EVERY || step == self.steps;
        if due && !std::io::stderr().is_terminal() {
            let each = self.begun.elapsed() / (step - self.first) as u32;
            let left = HumanDuration(each * (self.steps - step) as u32);
            eprintln!("step {step} of {}, {:.2} s per step, {left} left{}", self.steps, each.as_secs_f64(), self.loss);
            self.last_line = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_shows_every_default() {
        let defaults: Vec<_> = Arguments::defaults().into_iter().map(|(option, _)| option).collect();
        let without = ["data", "pairs", "resume", "init", "mosaic", "help", "version"];
        for arg in Arguments::command().get_arguments() {
            let id = arg.get_id().as_str();
            let known = defaults.contains(&id) || !arg.get_default_values().is_empty() || without.contains(&id);
            assert!(known, "--{id} has no default in the help");
        }
    }

    #[test]
    fn defaults_can_be_typed() {
        for (option, default) in Arguments::defaults() {
            let mut words = vec!["train".to_string(), format!("--{}", option.replace('_', "-"))];
            words.extend(default.split(' ').map(String::from));
            let arguments = Arguments::try_parse_from(&words).unwrap_or_else(|e| panic!("{words:?}: {e}"));
            let mut config = Config::default();
            arguments.apply(&mut config);
            assert_eq!(config, Config::default(), "{option}");
        }
    }
}

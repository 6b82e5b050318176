//! Trains the network: `cargo run --release --bin train -- --help`.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use burn::module::Module;
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use svnr::device::DeviceChoice;
use svnr::training::checkpoint::Checkpoint;
use svnr::training::config::{Config, Optimizer, Precision, Stage};
use svnr::training::scenes::Scenes;
use svnr::training::trainer::{Event, Rhythm, train};
use svnr::training::validation::GAINS;

/// Train the SVNR network. Without arguments, it trains on images that it generates itself.
///
/// Ctrl-C saves and exits; the same command with --resume continues exactly there.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Folders of clean images to train on (png, jpeg, tiff, webp), searched recursively
    #[arg(long, num_args = 1.., value_name = "DIR")]
    data: Vec<PathBuf>,
    /// Folders of pairs: noisy photos NAME_real.EXT with clean versions NAME_mean.EXT
    #[arg(long, num_args = 1.., value_name = "DIR")]
    pairs: Vec<PathBuf>,
    /// Folder for checkpoint, log, plot, contact sheet and weights
    #[arg(long, default_value = "runs/svnr", value_name = "DIR")]
    out: PathBuf,
    /// Continue the run in --out with its settings, except for those given here
    #[arg(long)]
    resume: bool,
    /// Start from these weights and their network instead of random ones; --blocks can deepen the network
    #[arg(long, value_name = "FILE", conflicts_with_all = ["resume", "widths"])]
    init: Option<PathBuf>,
    /// Total number of steps
    #[arg(long)]
    steps: Option<usize>,
    /// Optimizer; cannot be changed on --resume
    #[arg(long, value_enum, conflicts_with = "resume")]
    optimizer: Option<Optimizer>,
    /// Peak learning rate
    #[arg(long)]
    learning_rate: Option<f64>,
    /// Share of the steps at the end in which the learning rate falls to 0
    #[arg(long, value_parser = share)]
    cool_down: Option<f64>,
    /// Stages as UNTIL:PATCH:BATCH, where UNTIL is a share of the steps, for example 0.7:48:16 1:96:8
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
    /// Share of patches at tau = 0, where denoising starts, from 0 to 1
    #[arg(long, value_parser = share)]
    share_at_photo: Option<f64>,
    /// Channels at each scale, finest first, for example 96,160,256
    #[arg(long, value_delimiter = ',')]
    widths: Option<Vec<usize>>,
    /// Residual blocks at each scale, for example 1,1,4
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

impl Arguments {
    /// Applies the command line's settings.
    fn apply(&self, config: &mut Config) {
        fn set<T: Clone>(to: &mut T, from: &Option<T>) {
            if let Some(value) = from {
                *to = value.clone();
            }
        }
        set(&mut config.steps, &self.steps);
        set(&mut config.optimizer, &self.optimizer);
        set(&mut config.learning_rate, &self.learning_rate);
        set(&mut config.cool_down, &self.cool_down);
        set(&mut config.stages, &self.stages);
        set(&mut config.generated, &self.generated);
        set(&mut config.share_photos, &self.photos);
        set(&mut config.share_pairs, &self.share_pairs);
        set(&mut config.share_at_photo, &self.share_at_photo);
        set(&mut config.network.widths, &self.widths);
        set(&mut config.network.blocks, &self.blocks);
        set(&mut config.eps_weight, &self.eps_weight);
        set(&mut config.display_weight, &self.display_weight);
        set(&mut config.gain_power, &self.gain_power);
        set(&mut config.workers, &self.workers);
        set(&mut config.precision, &self.precision);
        set(&mut config.seed, &self.seed);
    }
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let device = arguments.device.open()?;
    let there = Checkpoint::folder(&arguments.out).exists();
    let run = if arguments.resume {
        if arguments.widths.is_some() || arguments.blocks.is_some() {
            return Err("a resumed run keeps its network; leave out --widths and --blocks".into());
        }
        let mut run = Checkpoint::load(&arguments.out, &device)?;
        arguments.apply(&mut run.config);
        run.config.check()?;
        run
    } else if there {
        return Err(format!(
            "{} already holds a run; continue it with --resume, or choose another --out",
            arguments.out.display()
        ));
    } else {
        let mut config = Config::default();
        arguments.apply(&mut config);
        match &arguments.init {
            Some(file) => Checkpoint::from_weights(config, file, arguments.blocks.as_deref(), &device)?,
            None => Checkpoint::fresh(config, &device)?,
        }
    };
    let config = run.config.clone();

    let mut scenes = Scenes::load(&arguments.data, config.least_side(), config.seed)?;
    scenes.add_pairs(&arguments.pairs, config.least_side())?;
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

    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = interrupted.clone();
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
        .map_err(|e| format!("Ctrl-C cannot be handled: {e}"))?;

    let bar = ProgressBar::new(config.steps as u64).with_position(run.step as u64);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} steps, {per_sec}, {eta} left; {msg}");
    bar.set_style(style.expect("the template is well-formed"));
    bar.reset_eta();
    let rhythm = Rhythm {
        validate: arguments.validate as usize,
        save: Duration::from_secs(arguments.save),
        ..Rhythm::default()
    };
    let run = train(run, &scenes, &arguments.out, &device, rhythm, |event| {
        match event {
            Event::Step { step, loss } => {
                bar.set_position(step as u64);
                if let Some([_, eps, display]) = loss {
                    bar.set_message(format!("loss on eps {eps:.4}, on the sRGB curve {display:.3}"));
                }
            }
            Event::Scores { step, scores } => {
                let each: Vec<String> =
                    GAINS.iter().zip(scores.psnr).map(|(gain, psnr)| format!("{psnr:.2} (gain {gain})")).collect();
                bar.suspend(|| println!("step {step}: PSNR {}, mean {:.2} dB", each.join(", "), scores.mean()));
            }
        }
        if interrupted.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    bar.abandon();
    if run.step < config.steps {
        eprintln!("stopped and saved at step {}; continue with the same command and --resume", run.step);
    } else {
        eprintln!("done; the weights are in {}", arguments.out.join("svnr.safetensors").display());
    }
    Ok(())
}

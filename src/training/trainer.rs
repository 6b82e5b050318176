//! The training loop.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::method::schedule::Schedule;
use crate::network::weights;
use crate::training::batch::batches_ahead;
use crate::training::checkpoint::Checkpoint;
use crate::training::gradients::gradients;
use crate::training::log::Log;
use crate::training::loss::Loss;
use crate::training::optimizer::{clip, follow, learning_rate};
use crate::training::scenes::Scenes;
use crate::training::validation::{Scores, Validation, names};

/// How often a run logs, validates and saves.
#[derive(Debug, Clone, Copy)]
pub struct Rhythm {
    /// Steps between rows in the log of losses.
    pub log: usize,
    /// Steps between validations, which also write plot, contact sheet and weights.
    pub validate: usize,
    /// Time between checkpoints.
    pub save: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self { log: 50, validate: 1000, save: Duration::from_secs(180) }
    }
}

/// Progress of a run.
#[derive(Debug, Clone)]
pub enum Event {
    /// A step is complete.
    Step {
        /// Steps completed.
        step: usize,
        /// Every [`Rhythm::log`] steps: mean losses (total, eps, display) since the last time.
        loss: Option<[f64; 3]>,
    },
    /// A validation is complete.
    Scores {
        /// Steps completed.
        step: usize,
        /// Its result.
        scores: Scores,
    },
}

/// Trains until the last step or until `watch` breaks. The folder then holds a checkpoint of the last completed step,
/// the log, the plot, a contact sheet and the moving average of the weights as `svnr.safetensors`.
///
/// # Errors
/// When the folder cannot be written, the device fails, or the loss is no longer a number.
pub fn train(
    mut run: Checkpoint,
    scenes: &Scenes,
    folder: &Path,
    device: &Device,
    rhythm: Rhythm,
    mut watch: impl FnMut(Event) -> ControlFlow<()>,
) -> Result<Checkpoint, String> {
    if !device.supports_dtype(run.config.precision.dtype()) {
        return Err("this device does not compute in bfloat16; train with --precision f32".into());
    }
    let written = |e: std::io::Error| format!("{} cannot be written: {e}", folder.display());
    std::fs::create_dir_all(folder).map_err(written)?;
    let image = run.config.network.image;
    let mut log = Log::open(folder, run.step, names(image)).map_err(written)?;
    let validation = Validation::new(scenes, image);
    let schedule = Schedule::new(&run.config.schedule);
    let description = run.config.description();
    let autodiff = device.clone().autodiff();
    let config = run.config.clone();
    let (begun, before) = (Instant::now(), run.seconds);
    let mut saved = Instant::now();
    let mut sums = Sums::default();

    let run = std::thread::scope(|scope| {
        let ahead = batches_ahead(scope, scenes, &config, &schedule, &autodiff, run.step);
        while run.step < config.steps {
            let shares = ahead.recv().map_err(|_| "the thread that makes the examples has ended".to_string())?;
            let (mut grads, loss) = gradients(&run.network, &shares, &config, &autodiff);
            sums.add(&loss);
            clip(&mut grads, &run.network, config.clip);
            let rate = learning_rate(&config, run.step);
            run.network = run.optimizer.step(&config, rate, run.network, grads);
            run.average = follow(run.average, &run.network.valid(), config.ema, run.step);
            run.step += 1;
            run.seconds = before + begun.elapsed().as_secs_f64();

            let mut mean = None;
            if run.step.is_multiple_of(rhythm.log) || run.step == config.steps {
                let parts = sums.take();
                if !parts[0].is_finite() {
                    return Err(format!(
                        "the loss is no longer a number at step {}; the last checkpoint is sound, so resume with a \
                         lower --learning-rate",
                        run.step
                    ));
                }
                log.loss(run.step, run.seconds, parts, rate).map_err(written)?;
                mean = Some(parts);
            }
            let stop = watch(Event::Step { step: run.step, loss: mean }).is_break();
            if run.step.is_multiple_of(rhythm.validate) || run.step == config.steps {
                let scores = validation.scores(&run.average, &description, device)?;
                log.scores(run.step, run.seconds, &scores).map_err(written)?;
                validation.contact_sheet(&run.average, &description, device, &folder.join("contact-sheet.png"))?;
                let bytes = weights::to_bytes(&run.average, &description).map_err(|e| e.to_string())?;
                std::fs::write(folder.join("svnr.safetensors"), bytes).map_err(written)?;
                log.plot()?;
                if watch(Event::Scores { step: run.step, scores }).is_break() {
                    break;
                }
            }
            if stop {
                break;
            }
            if saved.elapsed() >= rhythm.save {
                run.save(folder)?;
                saved = Instant::now();
            }
        }
        Ok::<_, String>(run)
    })?;
    run.save(folder)?;
    Ok(run)
}

/// Sums of losses since the last row, kept on the device: reading them every step would stall a GPU.
#[derive(Default)]
struct Sums {
    parts: Option<Tensor<1>>,
    count: usize,
}

impl Sums {
    fn add(&mut self, loss: &Loss) {
        let parts = Tensor::cat(vec![loss.total.clone(), loss.eps.clone(), loss.display.clone()], 0).inner();
        self.parts = Some(self.parts.take().map_or(parts.clone(), |sum| sum + parts));
        self.count += 1;
    }

    fn take(&mut self) -> [f64; 3] {
        let count = std::mem::take(&mut self.count) as f64;
        let Some(parts) = self.parts.take() else { return [f64::NAN; 3] };
        let parts: Vec<f64> = parts.into_data().iter::<f64>().map(|v| v / count).collect();
        [parts[0], parts[1], parts[2]]
    }
}

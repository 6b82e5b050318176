//! The settings of a training run, which its checkpoints keep.

use std::fmt;
use std::path::PathBuf;

use burn::tensor::FloatDType;
use serde::{Deserialize, Serialize};

use crate::method::formulation::Formulation;
use crate::method::schedule::ScheduleConfig;
use crate::network::weights::Description;
use crate::network::{ImageKind, UnetConfig};
use crate::training::camera::Camera;
use crate::training::noise::edit::Edit;

/// A part of a run with its own patch size: small patches allow many steps, large ones train the coarse scales.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Where the stage ends, as a share of the run's steps, up to 1.
    pub until: f64,
    /// Side of a patch in pixels (of a mosaic's planes: two photosites), a multiple of the network's alignment.
    pub patch: usize,
    /// Patches per step.
    pub batch: usize,
}

/// `UNTIL:PATCH:BATCH`, as on the command line.
impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{}:{}", self.until, self.patch, self.batch)
    }
}

/// The optimizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Optimizer {
    /// Adam for all parameters, as in the paper.
    Adam,
    /// Muon for the trunk's convolutions, Adam for the rest.
    Muon,
}

/// Precision of the network's blocks in training. Everything else, including the weights, is f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// 32-bit floats.
    F32,
    /// bfloat16: faster on GPUs and on CPUs with AVX-512 BF16 or AMX.
    Bf16,
}

impl Precision {
    /// The data type.
    pub fn dtype(self) -> FloatDType {
        match self {
            Self::F32 => FloatDType::F32,
            Self::Bf16 => FloatDType::BF16,
        }
    }
}

/// Settings of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
// A checkpoint that lacks a setting resumes with its default.
#[serde(default)]
pub struct Config {
    /// Folders of clean images.
    pub data: Vec<PathBuf>,
    /// Folders of pairs.
    pub pairs: Vec<PathBuf>,
    /// The network's shape.
    pub network: UnetConfig,
    /// The schedule of the diffusion process.
    pub schedule: ScheduleConfig,
    /// The variant of the method.
    pub formulation: Formulation,
    /// Total number of steps.
    pub steps: usize,
    /// Patch sizes in the course of the run.
    pub stages: Vec<Stage>,
    /// The optimizer.
    pub optimizer: Optimizer,
    /// Peak learning rate.
    pub learning_rate: f64,
    /// Number of steps over which the learning rate rises to its peak.
    pub warm_up: usize,
    /// Share of the steps at the end in which the learning rate falls to 0 along half a cosine. Below 1, a run can be
    /// extended by resuming it with more steps before the fall begins.
    pub cool_down: f64,
    /// Limit of the joint norm of all gradients.
    pub clip: f32,
    /// Decay per step of the moving average of the weights, which is what is released.
    pub ema: f32,
    /// Weight of the squared error of `eps~` (the paper's loss).
    pub eps_weight: f32,
    /// Weight of the log of a patch's mean squared error of `x0_hat` on the sRGB curve.
    pub display_weight: f32,
    /// Share of patches at `tau` = 0, if denoising starts at the photo.
    pub share_at_photo: f64,
    /// Share of patches from generated scenes, if there are folders, too.
    pub generated: f64,
    /// Range of gains, log-uniform.
    pub gains: (f32, f32),
    /// Exponent of the uniform number that places a gain in the logarithm of the range: below 1, high gains are more
    /// frequent.
    pub gain_power: f32,
    /// Share of patches that are darkened (by a factor from 0.1 to 1, log-uniform).
    pub share_darkened: f64,
    /// Error of the time map's noise parameters: its std in log10.
    pub parameter_error: f32,
    /// Share of patches that a simulated camera writes as JPEG (see [`crate::training::camera`]).
    pub share_photos: f64,
    /// Share of simulated patches and photos that are grey.
    pub share_grey: f64,
    /// Share of simulated patches whose noise is correlated between the channels: half of them partly, half wholly.
    pub share_correlated: f64,
    /// Share of simulated patches that are scaled, blurred or sharpened after they got their noise.
    pub share_resampled: f64,
    /// Share of simulated patches with film grain instead of a sensor's noise.
    pub share_grain: f64,
    /// Share of simulated patches and photos with a tone curve over their noise.
    pub share_toned: f64,
    /// Share of patches of which a part keeps its noise, as under a painted strength of 0.
    pub share_painted: f64,
    /// Error of the noise curve that the time map assumes for these: its std in log10.
    pub curve_error: f32,
    /// Share of patches from pairs, if there are any.
    pub share_pairs: f64,
    /// Error of the noise std that the time map assumes for photos: its std in log10. Smooth noise is hard to tell from
    /// texture.
    pub photo_error: f32,
    /// Share of photos whose time map assumes too much noise, as if texture had been taken for noise.
    pub share_mistaken: f64,
    /// Threads that share a step's patches: 1 on a GPU, the number of cores on a CPU whose kernels use one thread each.
    /// It affects only the order in which gradients are added.
    pub workers: usize,
    /// Precision of the network's blocks.
    pub precision: Precision,
    /// Seed of all random numbers.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: Vec::new(),
            pairs: Vec::new(),
            network: UnetConfig::default(),
            schedule: ScheduleConfig::default(),
            formulation: Formulation::default(),
            steps: 24_000,
            stages: vec![
                Stage { until: 0.75, patch: 48, batch: 8 },
                Stage { until: 0.92, patch: 64, batch: 8 },
                Stage { until: 1.0, patch: 96, batch: 6 },
            ],
            optimizer: Optimizer::Muon,
            learning_rate: 8e-4,
            warm_up: 300,
            cool_down: 1.0,
            clip: 1.0,
            ema: 0.999,
            eps_weight: 1.0,
            display_weight: 1.0,
            share_at_photo: 0.75,
            generated: 0.05,
            gains: (0.5, 25.0),
            gain_power: 1.0,
            share_darkened: 0.25,
            parameter_error: 0.03,
            share_photos: 0.2,
            share_grey: 0.06,
            share_correlated: 0.06,
            share_resampled: 0.08,
            share_grain: 0.05,
            share_toned: 0.12,
            share_painted: 0.04,
            curve_error: 0.05,
            share_pairs: 0.05,
            photo_error: 0.15,
            share_mistaken: 0.4,
            workers: 1,
            precision: Precision::F32,
            seed: 1,
        }
    }
}

impl Config {
    /// The stage that a step belongs to.
    pub fn stage(&self, step: usize) -> Stage {
        let at = step as f64 / self.steps as f64;
        *self.stages.iter().find(|s| at < s.until).unwrap_or(&self.stages[self.stages.len() - 1])
    }

    /// The smallest side of a scene that every patch fits in.
    pub fn least_side(&self) -> usize {
        let patch = self.stages.iter().map(|s| s.patch).max().unwrap_or(0);
        if self.network.image == ImageKind::Mosaic {
            // Two photosites a pixel of the planes.
            2 * patch
        } else if self.share_photos > 0.0 {
            patch + 2 * Camera::MARGIN
        } else if self.share_resampled.max(self.share_grain).max(self.share_toned) > 0.0 {
            patch + 2 * Edit::MARGIN
        } else {
            patch
        }
    }

    /// Number of steps over which the learning rate rises: [`Config::warm_up`], but at most half of the run.
    pub fn warm_up_of_run(&self) -> usize {
        self.warm_up.min(self.steps / 2)
    }

    /// What a weight file says about a network that was trained with these settings.
    pub fn description(&self) -> Description {
        Description { network: self.network.clone(), schedule: self.schedule, formulation: self.formulation }
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// A sentence that names the setting and its range.
    pub fn check(&self) -> Result<(), String> {
        let checks = self.network.check().and_then(|()| self.schedule.check()).and_then(|()| self.formulation.check());
        checks.map_err(|e| e.to_string())?;
        if self.steps == 0 {
            return Err("steps must be at least 1".into());
        }
        if self.stages.is_empty() {
            return Err("there must be at least one stage".into());
        }
        let alignment = self.network.alignment();
        for stage in &self.stages {
            if stage.patch == 0 || !stage.patch.is_multiple_of(alignment) {
                return Err(format!(
                    "a patch of {} pixels does not fit the network; use a multiple of {alignment}",
                    stage.patch
                ));
            }
            if stage.batch == 0 {
                return Err("a batch needs at least one patch".into());
            }
        }
        if !(self.gains.0 > 0.0 && self.gains.0 < self.gains.1 && self.gains.1 <= 100.0) {
            return Err(format!("gains go from a smaller to a larger number in (0, 100], not {:?}", self.gains));
        }
        if !(self.gain_power > 0.0 && self.gain_power.is_finite()) {
            return Err(format!("the power that places the gains must be above 0, not {}", self.gain_power));
        }
        for (what, share) in [
            ("photos", self.share_photos),
            ("pairs", self.share_pairs),
            ("generated images", self.generated),
            ("patches at tau = 0", self.share_at_photo),
            ("darkened patches", self.share_darkened),
            ("photos with too much assumed noise", self.share_mistaken),
            ("grey patches", self.share_grey),
            ("patches with correlated channels", self.share_correlated),
            ("resampled patches", self.share_resampled),
            ("patches with film grain", self.share_grain),
            ("patches with a tone curve", self.share_toned),
            ("patches with a part that is kept", self.share_painted),
        ] {
            if !(0.0..=1.0).contains(&share) {
                return Err(format!("the share of {what} is from 0 to 1, not {share}"));
            }
        }
        for (what, error) in [
            ("noise parameters", self.parameter_error),
            ("noise curves", self.curve_error),
            ("the noise of photos", self.photo_error),
        ] {
            if !(0.0..=1.0).contains(&error) {
                return Err(format!("the error of {what} is from 0 to 1 (in log10), not {error}"));
            }
        }
        if self.workers == 0 {
            return Err("there must be at least one worker".into());
        }
        if !(0.0..=1.0).contains(&self.cool_down) {
            return Err(format!("the cool-down is a share from 0 to 1, not {}", self.cool_down));
        }
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            return Err(format!("the learning rate must be above 0, not {}", self.learning_rate));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::formulation::Start;

    #[test]
    fn the_defaults_can_be_trained() {
        Config::default().check().unwrap();
    }

    #[test]
    fn stages_follow_each_other() {
        let config = Config { steps: 100, ..Config::default() };
        assert_eq!(config.stage(0).patch, 48);
        assert_eq!(config.stage(74).patch, 48);
        assert_eq!(config.stage(75).patch, 64);
        assert_eq!(config.stage(99).patch, 96);
        assert_eq!(config.stage(100).patch, 96);
    }

    #[test]
    fn settings_that_cannot_work_say_so() {
        let default = Config::default;
        let stages = vec![Stage { until: 1.0, patch: 50, batch: 1 }];
        assert!(Config { stages, ..default() }.check().unwrap_err().contains("multiple of 8"));
        assert!(Config { steps: 0, ..default() }.check().is_err());
        assert!(Config { gains: (5.0, 1.0), ..default() }.check().is_err());
        assert!(Config { gain_power: 0.0, ..default() }.check().is_err());
        assert!(Config { cool_down: 1.5, ..default() }.check().is_err());
        assert!(Config { learning_rate: f64::NAN, ..default() }.check().is_err());
        assert!(Config { curve_error: -0.1, ..default() }.check().unwrap_err().contains("curves"));
        let formulation = Formulation { start: Start::Noise, ..Formulation::default() };
        assert!(Config { formulation, ..default() }.check().unwrap_err().contains("must be independent"));
    }

    #[test]
    fn every_share_is_checked() {
        // By name, so that a share that is added is checked, too.
        let settings = serde_json::to_value(Config::default()).unwrap();
        let shares: Vec<&String> =
            settings.as_object().unwrap().keys().filter(|k| k.starts_with("share_") || *k == "generated").collect();
        assert!(shares.len() >= 11, "{shares:?}");
        for share in shares {
            for bad in [-0.1, 1.1] {
                let mut changed = settings.clone();
                changed[share] = bad.into();
                let config: Config = serde_json::from_value(changed).unwrap();
                let error = config.check().unwrap_err();
                assert!(error.contains("from 0 to 1") && error.contains(&bad.to_string()), "{share}: {error}");
            }
        }
    }

    #[test]
    fn a_short_run_has_a_short_warm_up() {
        assert_eq!(Config { steps: 40, ..Config::default() }.warm_up_of_run(), 20);
        assert_eq!(Config::default().warm_up_of_run(), 300);
    }
}

//! All settings of a training run. They are kept in its checkpoints.

use burn::tensor::FloatDType;
use serde::{Deserialize, Serialize};

use crate::network::UnetConfig;
use crate::training::camera::Camera;

/// A part of the run with its own patch size: small patches give many steps, large ones teach the coarse scales.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Share of the run's steps after which the stage ends, up to 1.
    pub until: f64,
    /// Side of a patch in pixels; a multiple of the network's alignment.
    pub patch: usize,
    /// Patches per step.
    pub batch: usize,
}

/// What turns gradients into steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Optimizer {
    /// Adam on every parameter (the paper's).
    Adam,
    /// Muon on the trunk's convolutions, Adam on the rest.
    Muon,
}

/// The numbers in which the blocks of the network compute in training. All else, the weights too, is f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// 24 bits of mantissa.
    F32,
    /// bfloat16, 8 bits of mantissa: faster on processors with AVX-512 BF16 or AMX and on GPUs.
    Bf16,
}

impl Precision {
    /// The numbers themselves.
    pub fn dtype(self) -> FloatDType {
        match self {
            Self::F32 => FloatDType::F32,
            Self::Bf16 => FloatDType::BF16,
        }
    }
}

/// Settings of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
// A checkpoint from before a setting was there goes on with its default.
#[serde(default)]
pub struct Config {
    /// The network's shape.
    pub network: UnetConfig,
    /// Optimizer steps in all.
    pub steps: usize,
    /// Patch sizes over the run.
    pub stages: Vec<Stage>,
    /// What turns gradients into steps.
    pub optimizer: Optimizer,
    /// Highest learning rate.
    pub learning_rate: f64,
    /// Steps over which the learning rate rises to it.
    pub warm_up: usize,
    /// Share of the steps at the end over which half a cosine leads it to 0. With less than 1, a run whose end is not
    /// known yet can be resumed with more steps before it gets there.
    pub cool_down: f64,
    /// The norm of all gradients together is held to this.
    pub clip: f32,
    /// Decay per step of the moving average of the weights, which is what is kept and used.
    pub ema: f32,
    /// Weight of the squared error of `eps~` (the paper's loss).
    pub eps_weight: f32,
    /// Weight of the log squared error of `x0_hat` on the sRGB curve, per patch.
    pub display_weight: f32,
    /// Share of patches at `tau` = 0, where every run starts.
    pub share_at_photo: f64,
    /// Share of generated pictures among the patches, where there are folders too.
    pub generated: f64,
    /// Range of gains.
    pub gains: (f32, f32),
    /// A gain's place in the logarithm of their range is a uniform number from 0 to 1 to this power: with less than 1 the
    /// high ones are drawn more often.
    pub gain_power: f32,
    /// Share of patches whose white level is lowered (log-uniform from 0.1 to 1).
    pub share_darkened: f64,
    /// Std of the error of the noise parameters that the time map is made with, in log10.
    pub parameter_error: f32,
    /// Share of patches that a simulated camera has taken (see [`crate::training::camera`]).
    pub share_photos: f64,
    /// Share of patches from photos in pairs, where there are any.
    pub share_pairs: f64,
    /// Std of the error of a photo's noise std, in log10: smooth noise is harder to tell from texture.
    pub photo_error: f32,
    /// Share of photos whose map says more noise than there is, because texture was taken for it.
    pub share_mistaken: f64,
    /// Threads that share a step's patches: as many as cores on a processor whose kernels use one each, 1 on a GPU. It
    /// changes the order in which gradients are added, and nothing else.
    pub workers: usize,
    /// The numbers in which the blocks compute.
    pub precision: Precision,
    /// Seed of everything random.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            network: UnetConfig::default(),
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
    /// The stage in which a step is.
    pub fn stage(&self, step: usize) -> Stage {
        let at = step as f64 / self.steps as f64;
        *self.stages.iter().find(|s| at < s.until).unwrap_or(&self.stages[self.stages.len() - 1])
    }

    /// The least side of a picture from which every patch can be cut.
    pub fn least_side(&self) -> usize {
        let patch = self.stages.iter().map(|s| s.patch).max().unwrap_or(0);
        if self.share_photos > 0.0 { patch + 2 * Camera::MARGIN } else { patch }
    }

    /// Whether a run can be made of these settings; the error names the setting and what it may be.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn check(&self) -> Result<(), String> {
        self.network.check().map_err(|e| e.to_string())?;
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
        ] {
            if !(0.0..=1.0).contains(&share) {
                return Err(format!("the share of {what} is from 0 to 1, not {share}"));
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
    }
}

//! The complete state of a run, from which it resumes exactly.
//!
//! Examples are functions of (seed, step, index), so the state is the step, the weights, their moving average and the
//! optimizer's moments.

use std::fs;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::store::ModuleRecord;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::network::weights::{self, Description};
use crate::network::{ImageKind, Unet};
use crate::training::config::Config;
use crate::training::deepen::deepened;
use crate::training::optimizer::Stepper;
use crate::training::to_mosaic::to_mosaic;

/// A run after a completed step.
pub struct Checkpoint {
    /// The run's settings.
    pub config: Config,
    /// Steps completed.
    pub step: usize,
    /// Seconds spent on them, over all sessions of the run.
    pub seconds: f64,
    /// The trained weights, on an autodiff device.
    pub network: Unet,
    /// Their moving average, without autodiff.
    pub average: Unet,
    /// The optimizer with its moments.
    pub optimizer: Stepper,
}

/// What is stored beside the tensors, as JSON.
#[derive(Serialize, Deserialize)]
struct State {
    config: Config,
    step: usize,
    seconds: f64,
}

const STATE: &str = "state.json";
const NETWORK: &str = "network.bpk";
const AVERAGE: &str = "average.bpk";

impl Checkpoint {
    /// A run that has not started, with random weights.
    ///
    /// # Errors
    /// When the settings are invalid.
    pub fn fresh(config: Config, device: &Device) -> Result<Self, String> {
        config.check()?;
        device.seed(config.seed);
        let network = Unet::new(&config.network, &device.clone().autodiff()).map_err(|e| e.to_string())?;
        let average = network.valid();
        let optimizer = Stepper::new(&config, &network);
        Ok(Self { config, step: 0, seconds: 0.0, network, average, optimizer })
    }

    /// A run that starts from released weights. Their network, schedule and formulation replace those in the settings;
    /// `blocks` deepens the network, and settings for mosaics turn a network for photos into one [for
    /// mosaics](to_mosaic).
    ///
    /// # Errors
    /// When the file cannot be read or the settings are invalid.
    pub fn from_weights(
        mut config: Config,
        file: &Path,
        blocks: Option<&[usize]>,
        device: &Device,
    ) -> Result<Self, String> {
        let bytes = fs::read(file).map_err(|e| format!("{} cannot be read: {e}", file.display()))?;
        let (mut average, Description { mut network, schedule, formulation }) =
            weights::from_bytes(&bytes, device).map_err(|e| format!("{}: {e}", file.display()))?;
        if let Some(blocks) = blocks {
            device.seed(config.seed);
            (average, network) = deepened(average, &network, blocks, device).map_err(|e| e.to_string())?;
        }
        if config.network.image == ImageKind::Mosaic && network.image == ImageKind::Rgb {
            (average, network) = to_mosaic(average, &network, device).map_err(|e| e.to_string())?;
        }
        (config.network, config.schedule, config.formulation) = (network, schedule, formulation);
        let fresh = Self::fresh(config, device)?;
        let network = fresh.network.try_load_record(average.clone().into_record());
        let network = network.map_err(|e| format!("{}: {e}", file.display()))?;
        Ok(Self { average: network.valid(), network, ..fresh })
    }

    /// The checkpoint's folder inside a run's folder.
    pub fn folder(run: &Path) -> PathBuf {
        run.join("checkpoint")
    }

    /// Writes the checkpoint into the run's folder. If the process is killed, the old or the new one is intact.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn save(&self, run: &Path) -> Result<(), String> {
        let (current, fresh, old) = (Self::folder(run), run.join("checkpoint.new"), run.join("checkpoint.old"));
        let failed =
            |e: &dyn std::fmt::Display| format!("the checkpoint in {} could not be written: {e}", run.display());
        let remove = |dir: &Path| if dir.exists() { fs::remove_dir_all(dir) } else { Ok(()) };
        remove(&fresh).and_then(|()| fs::create_dir_all(&fresh)).map_err(|e| failed(&e))?;
        self.network.valid().into_record().save(fresh.join(NETWORK)).map_err(|e| failed(&e))?;
        self.average.clone().into_record().save(fresh.join(AVERAGE)).map_err(|e| failed(&e))?;
        self.optimizer.save(&fresh).map_err(|e| failed(&e))?;
        let state = State { config: self.config.clone(), step: self.step, seconds: self.seconds };
        let json = serde_json::to_vec_pretty(&state).map_err(|e| failed(&e))?;
        fs::write(fresh.join(STATE), json).map_err(|e| failed(&e))?;
        remove(&old).map_err(|e| failed(&e))?;
        if current.exists() {
            fs::rename(&current, &old).map_err(|e| failed(&e))?;
        }
        fs::rename(&fresh, &current).map_err(|e| failed(&e))?;
        remove(&old).map_err(|e| failed(&e))
    }

    /// Reads the checkpoint in a run's folder.
    ///
    /// # Errors
    /// When there is none, or when it is damaged.
    pub fn load(run: &Path, device: &Device) -> Result<Self, String> {
        // A process that was killed between the two renames in `save` leaves only the old one.
        let folder = [Self::folder(run), run.join("checkpoint.old")]
            .into_iter()
            .find(|f| f.join(STATE).exists())
            .ok_or_else(|| format!("{} holds no checkpoint to resume from", run.display()))?;
        let failed = |e: &dyn std::fmt::Display| format!("the checkpoint in {} cannot be read: {e}", folder.display());
        let json = fs::read(folder.join(STATE)).map_err(|e| failed(&e))?;
        let state: State = serde_json::from_slice(&json).map_err(|e| failed(&e))?;
        let record = |name| ModuleRecord::load(folder.join(name));
        let fresh = Self::fresh(state.config, device)?;
        let network = record(NETWORK).and_then(|r| fresh.network.try_load_record(r)).map_err(|e| failed(&e))?;
        let average = record(AVERAGE).and_then(|r| fresh.average.try_load_record(r)).map_err(|e| failed(&e))?;
        let optimizer = fresh.optimizer.load(&folder).map_err(|e| failed(&e))?;
        Ok(Self { config: fresh.config, step: state.step, seconds: state.seconds, network, average, optimizer })
    }
}

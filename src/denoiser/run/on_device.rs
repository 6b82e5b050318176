//! A run whose state is on a GPU.

use std::sync::Arc;
use std::time::Duration;

use web_time::Instant;

use crate::denoiser::prediction::Prediction;
use crate::denoiser::resident::Resident;
use crate::denoiser::run::{Progress, Run};
use crate::error::Error;
use crate::network::kernels::Kernels;

/// How much work may be lost with a device.
const SAVE_EVERY: Duration = Duration::from_secs(30);

/// The state on a GPU, and where the run goes on if that fails.
#[derive(Debug)]
pub(super) struct OnDevice {
    pub state: Resident,
    /// The step at whose beginning the state was last in main memory, tiles that were moved by then, and when that was.
    step: usize,
    moved: usize,
    at: Instant,
}

impl Run {
    /// Whether the run's state is on this GPU, to which it goes at the beginning of a step if it fits.
    pub(super) fn is_on(&mut self, kernels: &Arc<Kernels>) -> bool {
        // Tiles that are handed out need the state here.
        if self.on_device.is_none() && self.next_tile == 0 {
            let state = Resident::new(kernels, &self.current(), self.steps() - self.step);
            let (step, moved, at) = (self.step, self.moved, Instant::now());
            self.on_device = state.map(|state| OnDevice { state, step, moved, at });
        }
        self.on_device.is_some()
    }

    /// Takes the next tile through the step on the GPU that has the run's state, which works on so many at once.
    pub(super) async fn advance_there(&mut self, tiles: usize) -> Result<Option<Progress>, Error> {
        self.save_after(SAVE_EVERY).await?;
        while self.begun.len() < tiles {
            let (Some(index), Some(there)) = (self.next_moving(), &self.on_device) else { break };
            let is_final = !self.moves(self.step + 1, index);
            let stepped = there.state.begin(&self.current(), &self.grid.tile(index), is_final);
            self.begun.push_back(Prediction::begun(index, stepped));
        }
        self.finish_begun().await
    }

    /// Brings the state to main memory, between two steps, if it was not there for so long.
    pub(super) async fn save_after(&mut self, time: Duration) -> Result<(), Error> {
        let (step, moved) = (self.step, self.moved);
        let Some(there) = &mut self.on_device else { return Ok(()) };
        if self.next_tile == 0 && step > there.step && there.at.elapsed() >= time {
            self.x = Some(there.state.state().await?);
            (there.step, there.moved, there.at) = (step, moved, Instant::now());
        }
        Ok(())
    }

    /// Brings the run back to where its state was last in main memory. In the last step, finished tiles are there, too.
    pub(super) fn leave_device(&mut self) {
        let Some(there) = self.on_device.take() else { return };
        if self.step == there.step && self.step + 1 == self.steps() {
            self.return_begun();
            return;
        }
        self.begun.clear();
        self.returned.clear();
        (self.step, self.moved) = (there.step, there.moved);
        (self.tile, self.next_tile) = (0, 0);
        self.finished.fill(false);
        self.next = None;
    }
}

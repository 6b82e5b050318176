//! How each kind of engine takes tiles through a step; for a run that is on a GPU as a whole, see `on_device`.

use std::panic::resume_unwind;
use std::thread;

use crate::denoiser::Denoiser;
use crate::denoiser::prediction::Prediction;
use crate::denoiser::run::{Progress, Run};
use crate::denoiser::step::TileInput;
use crate::error::Error;
use crate::network::processor::Processor;

impl Run {
    /// Takes the next tile through the step by a device that has the network alone, and so many tiles at once.
    pub(super) async fn advance_by(&mut self, tiles: usize) -> Result<Option<Progress>, Error> {
        self.begin(tiles, Denoiser::begin);
        self.finish_begun().await
    }

    /// Gives the device tiles until it has so many; fewer at a step's end.
    pub(super) fn begin(&mut self, tiles: usize, begin: impl Fn(&Denoiser, TileInput) -> Prediction) {
        while self.begun.len() < tiles {
            let Some(input) = self.take_tile() else { break };
            self.begun.push_back(begin(&self.denoiser, input));
        }
    }

    /// Takes the tile that was begun first through the step when its prediction is there; `None` if there is none.
    pub(super) async fn finish_begun(&mut self) -> Result<Option<Progress>, Error> {
        let Some(first) = self.begun.front_mut() else { return Ok(None) };
        let index = first.index;
        let answer = first.await;
        let stepped = match self.on_device {
            Some(_) => answer,
            None => answer.and_then(|eps| self.current().finish(&self.grid.tile(index), eps)),
        };
        match stepped {
            Ok(planes) => {
                self.begun.pop_front();
                Ok(Some(self.write(index, &planes)))
            }
            Err(error) => {
                self.return_begun();
                Err(error)
            }
        }
    }

    /// Takes back what the device works on, to begin it again in the same order.
    pub(super) fn return_begun(&mut self) {
        self.returned.extend(self.begun.drain(..).rev().map(|begun| begun.index));
    }

    /// Takes as many tiles through the step as the processor has threads.
    pub(super) fn advance_on(&mut self, processor: &Processor) -> Result<Option<Progress>, Error> {
        let mut taken = Vec::new();
        while taken.len() < self.denoiser.threads {
            let Some(index) = self.next_moving() else { break };
            taken.push(index);
        }
        if taken.is_empty() {
            return Ok(None);
        }
        match self.stepped(&taken, processor) {
            Ok(stepped) => Ok(taken.into_iter().zip(stepped).map(|(index, planes)| self.write(index, &planes)).last()),
            Err(error) => {
                self.returned.extend(taken.into_iter().rev());
                Err(error)
            }
        }
    }

    /// `x_t'` over these tiles, a thread for each.
    fn stepped(&self, tiles: &[usize], processor: &Processor) -> Result<Vec<Vec<f32>>, Error> {
        let (step, grid) = (self.current(), &self.grid);
        let stepped = |index: usize| {
            let tile = grid.tile(index);
            step.finish(&tile, step.input(index, &tile).predicted_here(processor))
        };
        // A browser's worker starts no threads.
        if let [index] = *tiles {
            return Ok(vec![stepped(index)?]);
        }
        thread::scope(|scope| {
            let stepped = &stepped;
            let threads: Vec<_> = tiles.iter().map(|&index| scope.spawn(move || stepped(index))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        })
    }
}

//! Tiles whose predictions are made elsewhere.

use crate::denoiser::run::{Progress, Run};
use crate::denoiser::step::TileInput;
use crate::error::Error;

impl Run {
    /// Hands out the next tile of this step; `None` if there is none: all are handed out, and the next step begins when
    /// they are finished, or the run is done.
    ///
    /// What a GPU has done of the run is lost, but for steps that were saved; see [`Run::continue_on`].
    pub fn take_tile(&mut self) -> Option<TileInput> {
        if let Some(coarse) = &mut self.coarse {
            let tile = coarse.take_tile();
            if tile.is_some() || !coarse.is_done() {
                return tile;
            }
            self.take_off_coarse();
        }
        self.leave_device();
        let index = self.next_moving()?;
        Some(self.current().input(index, &self.grid.tile(index)))
    }

    /// Takes a tile that was handed out through its step, by the network's prediction for it.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a tile that is not handed out, or a prediction of another size; [`Error::WrongResult`]
    /// if a predicted value is not finite. The tile remains handed out.
    pub fn finish_tile(&mut self, index: usize, eps: Vec<f32>) -> Result<Progress, Error> {
        if let Some(coarse) = &mut self.coarse {
            let done = coarse.finish_tile(index, eps)?;
            if coarse.is_done() {
                self.take_off_coarse();
            }
            return Ok(self.of_whole(done));
        }
        self.check_handed_out(index)?;
        let tile = self.grid.tile(index);
        if eps.len() != self.y.channels() * tile.window().size().iter().product::<usize>() {
            let value = format!("a list of {} values", eps.len());
            return Err(Error::BadOption { name: "a tile's prediction", value, range: "as large as its window" });
        }
        let planes = self.current().finish(&tile, eps)?;
        Ok(self.write(index, &planes))
    }

    /// Takes back a tile that was handed out, to hand it out again.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a tile that is not handed out.
    pub fn return_tile(&mut self, index: usize) -> Result<(), Error> {
        if let Some(coarse) = &mut self.coarse {
            return coarse.return_tile(index);
        }
        self.check_handed_out(index)?;
        self.returned.push(index);
        Ok(())
    }

    fn check_handed_out(&self, index: usize) -> Result<(), Error> {
        let is_here = || self.returned.contains(&index) || self.begun.iter().any(|begun| begun.index == index);
        let is_out = index < self.next_tile && !self.finished[index] && !is_here();
        let refused =
            || Error::BadOption { name: "the tile", value: index.to_string(), range: "one that is handed out" };
        is_out.then_some(()).ok_or_else(refused)
    }
}

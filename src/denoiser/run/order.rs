//! Which tile comes next, and where a step ends.

use crate::denoiser::run::{Progress, Run};
use crate::image::LinearImage;

impl Run {
    /// The next tile to be worked on, from now on handed out. Before it, tiles in which no pixel moves are finished,
    /// and with them perhaps whole steps.
    pub(super) fn next_moving(&mut self) -> Option<usize> {
        while !self.is_done() {
            self.pass_still();
            if let Some(index) = self.returned.pop() {
                return Some(index);
            }
            if self.next_tile < self.tiles() {
                self.next_tile += 1;
                return Some(self.next_tile - 1);
            }
            if self.tile < self.tiles() {
                return None;
            }
            self.end_step();
        }
        None
    }

    /// Finishes the tiles in which no pixel moves, up to the next one in which one does.
    fn pass_still(&mut self) {
        while self.next_tile < self.tiles() && !self.moves(self.step, self.next_tile) {
            let tile = self.grid.tile(self.next_tile);
            if let Some(there) = &self.on_device {
                there.state.copy(&tile);
            } else {
                let (width, height) = self.size();
                let (x, next) = self.both_ends();
                tile.copy(x.values(), next.values_mut(), width, height);
            }
            self.finished[self.next_tile] = true;
            self.tile += 1;
            self.next_tile += 1;
        }
    }

    /// Writes what a tile has become, and ends the step if it was the last.
    pub(super) fn write(&mut self, index: usize, planes: &[f32]) -> Progress {
        let (width, height) = self.size();
        let (tile, is_final) = (self.grid.tile(index), !self.moves(self.step + 1, index));
        if let Some(there) = &mut self.on_device {
            there.state.see(&tile, planes, is_final);
        }
        if self.on_device.is_none() || is_final {
            tile.write(planes, self.both_ends().1.values_mut(), width, height);
        }
        self.finished[index] = true;
        self.tile += 1;
        self.moved += 1;
        self.pass_still();
        let progress = self.progress();
        if self.tile == self.tiles() {
            self.end_step();
        }
        progress
    }

    fn end_step(&mut self) {
        self.step += 1;
        self.tile = 0;
        self.next_tile = 0;
        self.finished.fill(false);
        if let Some(there) = &mut self.on_device {
            there.state.end_step();
            if !self.is_done() {
                return;
            }
            self.on_device = None;
        }
        // The next step overwrites what this one began with.
        std::mem::swap(&mut self.x, &mut self.next);
    }

    /// `x_t` at the step's beginning, and `x_t'` at its end, as far as there are tiles of it.
    fn both_ends(&mut self) -> (&LinearImage, &mut LinearImage) {
        let x = self.x.as_ref().or(self.disguised.as_ref()).unwrap_or(&self.y);
        (x, self.next.get_or_insert_with(|| LinearImage::clone(x)))
    }
}

//! One denoising run: the reverse process over a whole image, a tile at a time.

use std::collections::VecDeque;
use std::iter::successors;
use std::sync::Arc;

use crate::denoiser::clipped::Clipped;
use crate::denoiser::coarse::{SHARE_OF_WORK, less_coarse};
use crate::denoiser::common_noise::CommonNoise;
use crate::denoiser::draw::Draw;
use crate::denoiser::engine::{Engine, TILES_ON_GPU};
use crate::denoiser::frame::Frame;
use crate::denoiser::prediction::Prediction;
use crate::denoiser::step::Step;
use crate::denoiser::tiles::Grid;
use crate::denoiser::{Denoiser, Level, Levels, Options, Overview, Parts, Place};
use crate::error::Error;
use crate::image::{CHANNELS, LinearImage};
use crate::method::formulation::Start;
use crate::method::time_map::{TimeMap, time_after};
use on_device::OnDevice;

mod engines;
mod handed_out;
mod on_device;
mod order;
mod result;

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// The current step, from 1.
    pub step: usize,
    /// Number of steps.
    pub steps: usize,
    /// How many tiles of this step are finished.
    pub tile: usize,
    /// Number of tiles in a step.
    pub tiles: usize,
    /// The share of the work that is done, from 0 to 1. Tiles in which no pixel moves are no work.
    pub fraction: f32,
}

/// A photo as a run takes it.
pub(super) struct Photo {
    /// Its values, white at 1.
    pub y: Arc<LinearImage>,
    /// The frame that was taken off it.
    pub frame: Option<Frame>,
    /// The noise that its channels have in common, if they do.
    pub common: Option<CommonNoise>,
    /// Where its noise was cut off, if it was.
    pub clipped: Option<Clipped>,
    /// A run on the photo at half its size, if it has film grain.
    pub coarse: Option<Box<Run>>,
    /// What is known of it, or, of a part, of the whole photo that it was cut out of.
    pub overview: Overview,
}

/// A run under way. Each [`Run::advance`] takes a tile, or several at once, through one step. A step finishes on the
/// whole image before the next begins, so the result does not depend on the tiles.
///
/// The network's part can be done elsewhere, by several denoisers at once: [`Run::take_tile`] hands out what it sees of
/// a tile, and [`Run::finish_tile`] takes its prediction.
///
/// A run takes 36 bytes of main memory a pixel, or 48 with several steps, including the photo. A grey photo takes 12
/// more, colours that have their noise in common 24, and film grain 36.
///
/// On a GPU, its state is there from one step to the next, where it takes up to 48 bytes a pixel; if that is more than
/// 1.25 GiB, it is in main memory, and the network alone on the GPU. A GPU gets the next tile while it works on one.
/// What it has begun stays with the run between calls, also where the future of [`Run::advance`] is dropped.
#[derive(Debug)]
pub struct Run {
    denoiser: Denoiser,
    /// The photo.
    y: Arc<LinearImage>,
    /// The frame that was taken off it.
    frame: Option<Frame>,
    /// `x_t` at the beginning of the step; `None` in the first one if it begins with the photo.
    x: Option<LinearImage>,
    /// `x_t'` at the end of the step, filled tile by tile; `None` before the first tile.
    next: Option<LinearImage>,
    time_map: TimeMap,
    /// What has to be done first where the photo has film grain: the same at half its size.
    coarse: Option<Box<Run>>,
    /// The photo without its coarse grain, once that is done.
    fine: Option<LinearImage>,
    /// What the network sees in place of the photo where the channels have their noise in common.
    disguised: Option<LinearImage>,
    /// That noise.
    common: Option<CommonNoise>,
    /// Seed of the noise that makes the channels differ.
    colour_seed: u64,
    /// Where the photo's noise was cut off, if it was.
    clipped: Option<Clipped>,
    overview: Overview,
    parts: Parts,
    /// See [`Options::neutral`].
    neutral: [f32; CHANNELS],
    /// How far all pixels have gone back, before each step and after the last; see `Steps::plan`.
    plan: Vec<f32>,
    draw: Draw,
    place: Place,
    grid: Grid,
    /// The latest time of any pixel in each tile.
    latest: Vec<f32>,
    /// Tiles to be moved over all steps, and how many of them are done.
    moving: usize,
    moved: usize,
    step: usize,
    /// Which tiles are finished in this step, and how many.
    finished: Vec<bool>,
    tile: usize,
    /// The first tile that was not handed out in this step.
    next_tile: usize,
    /// Tiles that were handed out and given back.
    returned: Vec<usize>,
    /// Tiles that the device works on, in the order in which it was given them.
    begun: VecDeque<Prediction>,
    /// What is on a GPU, if the state is there. Then `x` is the last that is known of it here, and `next` has the tiles
    /// that move no more.
    on_device: Option<OnDevice>,
}

impl Run {
    pub(super) fn new(
        denoiser: Denoiser,
        Photo { y, frame, common, clipped, coarse, overview }: Photo,
        time_map: TimeMap,
        options: &Options,
    ) -> Self {
        let config = &denoiser.config;
        let draw = Draw::of(options, config.image);
        let first_time = |t_star| denoiser.formulation.first_time(t_star, &denoiser.schedule);
        let side = options.tile.unwrap_or(denoiser.engine.tile_side());
        let grid = Grid::new(y.width(), y.height(), side, config.halo(), config.alignment());
        let latest: Vec<f32> = grid.latest(&time_map).into_iter().map(first_time).collect();
        let last = first_time(options.place.latest(time_map.latest()));
        let x = match denoiser.formulation.start {
            Start::Photo => None,
            Start::Noise => Some(pure_noise(&y, denoiser.schedule.sigma(last), &draw, options.place)),
        };
        let mut run = Self {
            plan: options.steps.plan(denoiser.formulation.start, last),
            draw,
            place: options.place,
            y,
            frame,
            x,
            next: None,
            denoiser,
            time_map,
            coarse,
            fine: None,
            disguised: None,
            common,
            colour_seed: options.seed.wrapping_add(options.sample.unwrap_or(0)),
            clipped,
            overview,
            parts: options.parts,
            neutral: options.neutral,
            grid,
            latest,
            moving: 0,
            moved: 0,
            step: 0,
            finished: Vec::new(),
            tile: 0,
            next_tile: 0,
            returned: Vec::new(),
            begun: VecDeque::new(),
            on_device: None,
        };
        run.finished = vec![false; run.tiles()];
        let moving = |step| (0..run.tiles()).filter(|&tile| run.moves(step, tile)).count();
        run.moving = (0..run.steps()).map(moving).sum();
        if run.coarse.is_none() {
            run.disguise();
        }
        run
    }

    /// Makes what the network sees in place of the photo where the channels have their noise in common.
    fn disguise(&mut self) {
        let photo = self.fine.as_ref().unwrap_or(&self.y);
        let (times, schedule) = (&self.time_map, &self.denoiser.schedule);
        let disguise = |common: &CommonNoise| common.disguise(photo, times, schedule, self.colour_seed, self.place);
        self.disguised = self.common.as_ref().map(disguise);
    }

    /// Takes off the photo what was removed at half its size.
    fn take_off_coarse(&mut self) {
        let Some(coarse) = self.coarse.take() else { return };
        let before = Arc::clone(&coarse.y);
        let mut removed = coarse.into_image();
        removed.values_mut().iter_mut().zip(before.values()).for_each(|(v, before)| *v = before - *v);
        self.fine = Some(less_coarse(&self.y, &removed));
        self.disguise();
    }

    /// What runs on parts of the photo have to know, and what further runs on it need not find out again; see
    /// [`Place::overview`].
    pub fn overview(&self) -> Overview {
        self.overview
    }

    /// The coarse levels of a photo of which this is the first, given the stds of all.
    pub(super) fn levels(&self, of_all: &[Level]) -> Option<Levels> {
        let runs = successors(Some(self), |run| run.coarse.as_deref());
        let levels = of_all.iter().zip(runs).map(|(&level, run)| Level { latest: run.overview.latest, ..level });
        levels.collect::<Vec<_>>().try_into().ok()
    }

    /// Channels of the photo: 3, or 4 of a mosaic.
    pub fn channels(&self) -> usize {
        self.y.channels()
    }

    /// Pixels across and down.
    pub fn size(&self) -> (usize, usize) {
        (self.y.width(), self.y.height())
    }

    /// Number of steps.
    pub fn steps(&self) -> usize {
        self.plan.len() - 1
    }

    /// Number of tiles in a step.
    pub fn tiles(&self) -> usize {
        self.grid.len()
    }

    /// Whether all steps are done.
    pub fn is_done(&self) -> bool {
        self.step == self.steps()
    }

    /// The share of the work that is done, from 0 to 1.
    pub fn fraction(&self) -> f32 {
        self.coarse.as_ref().map_or_else(|| self.progress().fraction, |coarse| SHARE_OF_WORK * coarse.fraction())
    }

    /// Takes the next tile through the step, on a processor as many tiles as it has threads for. A GPU is also given
    /// the tile after that. Tiles in which no pixel moves come along for free. `None` once the run is done, or while
    /// all tiles that are left in the step are handed out.
    ///
    /// # Errors
    /// [`Error::Device`] if the device fails, [`Error::WrongResult`] if it computes what is not finite. The call can be
    /// repeated, or the run [continued](Run::continue_on) on another device.
    pub async fn advance(&mut self) -> Result<Option<Progress>, Error> {
        if self.is_done() {
            return Ok(None);
        }
        if let Some(coarse) = &mut self.coarse {
            let done = Box::pin(coarse.advance()).await?;
            if coarse.is_done() {
                self.take_off_coarse();
            }
            if done.is_some() || self.coarse.is_some() {
                return Ok(done.map(|done| self.of_whole(done)));
            }
        }
        let done = match self.denoiser.engine.clone() {
            Engine::Processor(processor) => self.advance_on(&processor)?,
            Engine::Kernels { kernels, .. } if self.is_on(&kernels) => self.advance_there(TILES_ON_GPU).await?,
            Engine::Kernels { .. } => self.advance_by(TILES_ON_GPU).await?,
            Engine::Tensors { .. } => self.advance_by(1).await?,
        };
        // If there was nothing to do, what was left did not move.
        Ok(done.or_else(|| self.is_done().then(|| self.progress())))
    }

    /// Continues with another denoiser of the same network shape, for example on another device when this one has
    /// failed. Finished tiles are kept, and so are those that are handed out. What the old device works on begins anew.
    ///
    /// The state of several steps on a GPU is lost with it. Every half minute it is brought to main memory, and the run
    /// goes on from there.
    ///
    /// # Errors
    /// [`Error::BadWeights`] for a network of another shape, schedule or formulation; the run is as it was before the
    /// call.
    pub fn continue_on(&mut self, denoiser: Denoiser) -> Result<(), Error> {
        // The grid fits the network's alignment and field of view.
        let of = |denoiser: &Denoiser| (denoiser.config.clone(), denoiser.schedule.clone(), denoiser.formulation);
        if of(&denoiser) != of(&self.denoiser) {
            return Err(Error::BadWeights("they belong to another network than the run's".into()));
        }
        if let Some(coarse) = &mut self.coarse {
            coarse.continue_on(denoiser.clone())?;
        }
        self.leave_device();
        self.return_begun();
        self.denoiser = denoiser;
        Ok(())
    }

    /// What the network sees: the photo, or what stands in for it.
    fn seen(&self) -> &LinearImage {
        self.disguised.as_ref().unwrap_or(&self.y)
    }

    /// How far the whole run is, given how far its coarse levels are.
    fn of_whole(&self, coarse: Progress) -> Progress {
        let fraction = SHARE_OF_WORK * coarse.fraction;
        Progress { step: 1, steps: self.steps(), tile: 0, tiles: self.tiles(), fraction }
    }

    fn progress(&self) -> Progress {
        let (step, tile) = if self.is_done() { (self.steps(), self.tiles()) } else { (self.step + 1, self.tile) };
        let mut fraction = if self.moving == 0 { 1.0 } else { self.moved as f32 / self.moving as f32 };
        if self.fine.is_some() {
            fraction = SHARE_OF_WORK + (1.0 - SHARE_OF_WORK) * fraction;
        }
        Progress { step, steps: self.steps(), tile, tiles: self.tiles(), fraction }
    }

    /// Whether any pixel of the tile moves in the step: whether one has time left at its beginning.
    fn moves(&self, step: usize, tile: usize) -> bool {
        time_after(self.latest[tile], self.plan[step]) > 0.0
    }

    /// The step that is under way.
    fn current(&self) -> Step<'_> {
        let is_last = self.step + 1 == self.steps();
        Step {
            y: self.seen(),
            x: self.x.as_ref(),
            time_map: &self.time_map,
            schedule: &self.denoiser.schedule,
            formulation: self.denoiser.formulation,
            tau: self.plan[self.step],
            tau_next: self.plan[self.step + 1],
            number: self.step,
            // The last step draws no noise: it ends at the clean image.
            draw: if is_last { self.draw.without_noise() } else { self.draw },
            origin: [self.place.row, self.place.column],
        }
    }
}

/// An image of the photo's size, of noise with this std and mean 0, where a run starts that does not start at the
/// photo.
fn pure_noise(photo: &LinearImage, sigma: f32, draw: &Draw, place: Place) -> LinearImage {
    let (channels, width, height) = (photo.channels(), photo.width(), photo.height());
    let mut noise = vec![0.0; channels * width * height];
    for pixel in 0..width * height {
        let z = draw.first.at(0, place.row + pixel / width, place.column + pixel % width);
        (0..channels).for_each(|channel| noise[channel * width * height + pixel] = sigma * z[channel]);
    }
    LinearImage::of_planes(channels, width, height, noise).expect("noise is finite")
}

#[cfg(test)]
mod tests;

//! One denoising run: the reverse process over a whole image, a tile at a time.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use crate::denoiser::common_noise;
use crate::denoiser::draw::Draw;
use crate::denoiser::level::levelled;
use crate::denoiser::step::{Step, TileInput};
use crate::denoiser::tiles::Grid;
use crate::denoiser::{Denoiser, Options, Overview, Parts, Place};
use crate::error::Error;
use crate::image::{CHANNELS, LinearImage, MOST_CHANNELS};
use crate::method::formulation::Start;
use crate::method::time_map::{TimeMap, time_after};

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
    /// What they were divided by.
    pub white: f32,
    /// What the network sees in its place where the channels have their noise in common; see [`common_noise`].
    pub disguised: Option<Arc<LinearImage>>,
    /// How strongly its channels have their noise in common, if they do.
    pub common: Option<f32>,
    /// Whether single dots in all channels were taken for hot pixels.
    pub dots_are_hot: bool,
}

/// A run under way. Each [`Run::advance`] takes a tile, or several at once, through one step. A step finishes on the
/// whole image before the next begins, so the result does not depend on the tiles.
///
/// The network's part can be done elsewhere, by several denoisers at once: [`Run::take_tile`] hands out what it sees of
/// a tile, and [`Run::finish_tile`] takes its prediction.
///
/// A run's state is in main memory, the network alone on the device. It takes 36 bytes a pixel, or 48 with several
/// steps, including the photo, and 12 more if the channels have their noise in common.
#[derive(Debug)]
pub struct Run {
    denoiser: Denoiser,
    /// The photo.
    y: Arc<LinearImage>,
    /// `x_t` at the beginning of the step; `None` in the first one if it begins with the photo.
    x: Option<LinearImage>,
    /// `x_t'` at the end of the step, filled tile by tile; `None` before the first tile.
    next: Option<LinearImage>,
    time_map: TimeMap,
    /// What the network sees in place of the photo where the channels have their noise in common.
    disguised: Option<Arc<LinearImage>>,
    /// How strongly they have.
    common: Option<f32>,
    /// See [`Overview`].
    dots_are_hot: bool,
    /// What the photo's values were divided by, so that its white is at 1.
    white: f32,
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
}

impl Run {
    pub(super) fn new(
        denoiser: Denoiser,
        Photo { y, disguised, white, common, dots_are_hot }: Photo,
        time_map: TimeMap,
        options: &Options,
    ) -> Self {
        let config = &denoiser.config;
        let draw = Draw::of(options, config.image);
        let first_time = |t_star| denoiser.formulation.first_time(t_star, &denoiser.schedule);
        let side = options.tile.unwrap_or(denoiser.tile_side());
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
            x,
            next: None,
            denoiser,
            time_map,
            disguised,
            common,
            dots_are_hot,
            white,
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
        };
        run.finished = vec![false; run.tiles()];
        let moving = |step| (0..run.tiles()).filter(|&tile| run.moves(step, tile)).count();
        run.moving = (0..run.steps()).map(moving).sum();
        run
    }

    /// What runs on parts of the photo have to know.
    pub(super) fn overview(&self) -> Overview {
        Overview {
            white: self.white,
            common: self.common,
            dots_are_hot: self.dots_are_hot,
            latest: self.time_map.latest(),
        }
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

    /// Takes the next tile through the step, on a processor as many tiles as the denoiser works on at once. Tiles in
    /// which no pixel moves come along for free. `None` once the run is done, or while all tiles that are left in the
    /// step are handed out.
    ///
    /// # Errors
    /// [`Error::Device`] if the device fails, [`Error::WrongResult`] if it computes what is not finite. The run is as
    /// it was before the call, which can be repeated, here or on another device.
    pub async fn advance(&mut self) -> Result<Option<Progress>, Error> {
        if self.is_done() {
            return Ok(None);
        }
        let mut taken = Vec::new();
        while taken.len() < self.denoiser.tiles_at_once() {
            let Some(index) = self.next_moving() else { break };
            taken.push(index);
        }
        if taken.is_empty() {
            // What was left did not move.
            return Ok(self.is_done().then(|| self.progress()));
        }
        match self.stepped(&taken).await {
            Ok(stepped) => Ok(taken.into_iter().zip(stepped).map(|(index, planes)| self.write(index, &planes)).last()),
            Err(error) => {
                self.returned.extend(taken.into_iter().rev());
                Err(error)
            }
        }
    }

    /// Hands out the next tile of this step; `None` if there is none: all are handed out, and the next step begins when
    /// they are finished, or the run is done.
    pub fn take_tile(&mut self) -> Option<TileInput> {
        let index = self.next_moving()?;
        Some(self.current().input(index, &self.grid.tile(index)))
    }

    /// Takes a tile that was handed out through its step, by the network's prediction for it.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a tile that is not handed out, or a prediction of another size; [`Error::WrongResult`]
    /// if a predicted value is not finite. The tile remains handed out.
    pub fn finish_tile(&mut self, index: usize, eps: Vec<f32>) -> Result<Progress, Error> {
        self.check_handed_out(index)?;
        let tile = self.grid.tile(index);
        let expected = self.y.channels() * tile.read_rows * tile.read_columns;
        if eps.len() != expected {
            let value = format!("a list of {} values", eps.len());
            return Err(Error::BadOption { name: "a tile's prediction", value, range: "as long as its inputs" });
        }
        let planes = self.current().finish(&tile, eps)?;
        Ok(self.write(index, &planes))
    }

    /// Takes back a tile that was handed out, to hand it out again.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a tile that is not handed out.
    pub fn return_tile(&mut self, index: usize) -> Result<(), Error> {
        self.check_handed_out(index)?;
        self.returned.push(index);
        Ok(())
    }

    /// Continues with another denoiser of the same network shape, for example on another device when this one has
    /// failed. Finished tiles are kept, and so are those that are handed out.
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
        self.denoiser = denoiser;
        Ok(())
    }

    /// A pixel of the image so far: after this step if its tile is finished, else after the step before. An RGB image's
    /// has three values and a 0.
    pub fn pixel(&self, row: usize, column: usize) -> [f32; MOST_CHANNELS] {
        let finished = self.next.as_ref().filter(|_| self.finished[self.grid.index_of(row, column)]);
        let image = finished.or(self.x.as_ref()).unwrap_or(self.seen());
        let mut pixel = [0.0; MOST_CHANNELS];
        self.kept(image, row * self.y.width() + column, &mut pixel);
        pixel.map(|v| v * self.white)
    }

    /// The image after the last finished step: the result, once the run is done. A mosaic's planes are brought back to
    /// the photo's level.
    pub fn into_image(mut self) -> LinearImage {
        let Some(mut x) = self.x.take() else { return Arc::unwrap_or_clone(self.y).scaled(self.white) };
        if x.channels() != CHANNELS {
            let (times, schedule) = (self.time_map.times(), &self.denoiser.schedule);
            x = levelled(x, &self.y, |value| schedule.sigma(times[value]));
        }
        if self.parts != Parts::ALL || self.disguised.is_some() {
            let (channels, pixels) = (x.channels(), x.pixels());
            let mut kept = [0.0; MOST_CHANNELS];
            for at in 0..pixels {
                self.kept(&x, at, &mut kept);
                (0..channels).for_each(|c| x.values_mut()[c * pixels + at] = kept[c]);
            }
        }
        if self.white == 1.0 { x } else { x.scaled(self.white) }
    }

    /// What the network sees: the photo, or what stands in for it.
    fn seen(&self) -> &LinearImage {
        self.disguised.as_ref().unwrap_or(&self.y)
    }

    /// A pixel of the result, given what the network made of what it saw.
    fn kept(&self, x: &LinearImage, pixel: usize, kept: &mut [f32; MOST_CHANNELS]) {
        if self.y.channels() == CHANNELS {
            kept[..CHANNELS].copy_from_slice(&self.kept_of::<CHANNELS>(x, pixel));
        } else {
            *kept = self.kept_of(x, pixel);
        }
    }

    fn kept_of<const N: usize>(&self, x: &LinearImage, pixel: usize) -> [f32; N] {
        let of = |image: &LinearImage| std::array::from_fn(|c| image.plane(c)[pixel]);
        let (y, x): ([f32; N], [f32; N]) = (of(&self.y), of(x));
        let stand_in = self.disguised.as_deref().map(of);
        let x = stand_in.map_or(x, |before| common_noise::taken_alike(y, before, x));
        self.parts.between(y, x, self.neutral)
    }

    /// The next tile to be worked on, from now on handed out. Before it, tiles in which no pixel moves are finished,
    /// and with them perhaps whole steps.
    fn next_moving(&mut self) -> Option<usize> {
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
            let seen = self.disguised.as_ref().unwrap_or(&self.y);
            let x = self.x.as_ref().unwrap_or(seen);
            let (width, height) = (x.width(), x.height());
            let next = self.next.get_or_insert_with(|| LinearImage::clone(x)).values_mut();
            tile.copy(x.values(), next, width, height);
            self.finished[self.next_tile] = true;
            self.tile += 1;
            self.next_tile += 1;
        }
    }

    /// Writes what a tile has become, and ends the step if it was the last.
    fn write(&mut self, index: usize, planes: &[f32]) -> Progress {
        let (width, height) = self.size();
        let seen = self.disguised.as_ref().unwrap_or(&self.y);
        let x = self.x.as_ref().unwrap_or(seen);
        let next = self.next.get_or_insert_with(|| LinearImage::clone(x)).values_mut();
        self.grid.tile(index).write(planes, next, width, height);
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
        // The next step overwrites what this one began with.
        std::mem::swap(&mut self.x, &mut self.next);
    }

    fn progress(&self) -> Progress {
        let (step, tile) = if self.is_done() { (self.steps(), self.tiles()) } else { (self.step + 1, self.tile) };
        let fraction = if self.moving == 0 { 1.0 } else { self.moved as f32 / self.moving as f32 };
        Progress { step, steps: self.steps(), tile, tiles: self.tiles(), fraction }
    }

    fn check_handed_out(&self, index: usize) -> Result<(), Error> {
        let is_out = index < self.next_tile && !self.finished[index] && !self.returned.contains(&index);
        let refused =
            || Error::BadOption { name: "the tile", value: index.to_string(), range: "one that is handed out" };
        is_out.then_some(()).ok_or_else(refused)
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
            x: self.x.as_ref().unwrap_or(self.seen()),
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

    /// `x_t'` over these tiles.
    async fn stepped(&self, tiles: &[usize]) -> Result<Vec<Vec<f32>>, Error> {
        let (step, denoiser) = (self.current(), &self.denoiser);
        if let [index] = tiles {
            let tile = self.grid.tile(*index);
            let eps = denoiser.predict(step.input(*index, &tile)).await?;
            return Ok(vec![step.finish(&tile, eps)?]);
        }
        thread::scope(|scope| {
            let step = &step;
            let threads: Vec<_> = tiles
                .iter()
                .map(|&index| {
                    let (tile, network) = (self.grid.tile(index), denoiser.network.clone());
                    scope.spawn(move || {
                        let eps = step.input(index, &tile).predict(&network, &denoiser.device).into_data();
                        step.finish(&tile, eps.iter::<f32>().collect())
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        })
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
mod tests {
    use super::*;
    use crate::denoiser::Strength;
    use crate::denoiser::place::cut_around;
    use crate::denoiser::view::View;
    use crate::method::formulation::tests::variants;
    use crate::method::formulation::{Condition, Correlation, Formulation, Time};
    use crate::method::noise::{Noise, NoiseModel};
    use crate::method::reverse::Steps;
    use crate::network::weights::{self, Description, RELEASED, infinite, randomised};
    use crate::network::{ImageKind, Unet, UnetConfig};
    use burn::tensor::Device;

    fn denoiser() -> Denoiser {
        let device = Device::flex();
        let config = UnetConfig { widths: vec![6, 8], blocks: vec![1, 1], embedding: 4, ..UnetConfig::default() };
        let network = randomised(Unet::new(&config, &device).unwrap(), &device);
        Denoiser::new(network, config.into(), &device).with_threads(1)
    }

    /// A network whose halo is its whole field. Where it leaves out the outermost square of the local mean, the
    /// difference that this makes is bounded for the released weights, in `tests/golden.rs`.
    fn exact_in_tiles(formulation: Formulation) -> Denoiser {
        let device = Device::flex();
        let config = UnetConfig { widths: vec![6, 8], blocks: vec![2, 1], embedding: 4, ..UnetConfig::default() };
        assert_eq!(config.halo(), config.field());
        let network = randomised(Unet::new(&config, &device).unwrap(), &device);
        Denoiser::new(network, Description { formulation, ..config.into() }, &device)
    }

    /// The same network as one of another variant.
    fn as_variant(denoiser: &Denoiser, formulation: Formulation) -> Denoiser {
        Denoiser { formulation, ..denoiser.clone() }
    }

    fn photo(width: usize, height: usize) -> LinearImage {
        let clean = LinearImage::from_fn(width, height, |c, r, x| 0.2 + 0.1 * c as f32 + 0.005 * ((r + x) % 40) as f32);
        NoiseModel::at_gain(8.0).add_to(&clean.unwrap(), 4)
    }

    fn denoise(denoiser: &Denoiser, image: &LinearImage, options: Options) -> LinearImage {
        pollster::block_on(denoiser.denoise(image, NoiseModel::at_gain(8.0), &options)).unwrap()
    }

    fn largest_difference(a: &LinearImage, b: &LinearImage) -> f32 {
        a.values().iter().zip(b.values()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn tiles_give_the_result_of_one_pass() {
        let (denoiser, image) = (exact_in_tiles(Formulation::default()), photo(117, 61));
        for (steps, sample) in [(1, None), (3, None), (2, Some(3)), (2, Some(1)), (2, Some(6))] {
            let options =
                Options { steps: Steps::Count(steps), seed: 5, sample, tile: Some(512), ..Options::default() };
            let whole = denoise(&denoiser, &image, options.clone());
            assert!(
                largest_difference(&whole, &image) > 0.01,
                "the network must do something for this test to mean anything"
            );
            for tile in [8, 24, 40, 64] {
                let tiled = denoise(&denoiser, &image, Options { tile: Some(tile), ..options.clone() });
                let difference = largest_difference(&tiled, &whole);
                assert!(difference < 1.0 / 1024.0, "tile {tile}: {difference}");
            }
        }
    }

    #[test]
    fn a_part_gives_the_pixels_of_the_whole() {
        let (denoiser, image) = (denoiser(), photo(117, 93));
        let (width, height) = (image.width(), image.height());
        // In the middle, and where the image ends without filling the network's grid.
        for (rows, columns) in [(40..52, 50..61), (0..9, 0..5), (81..93, 107..117)] {
            let [down, across] = [(&rows, height), (&columns, width)]
                .map(|(inner, size)| cut_around(denoiser.config(), inner.clone(), size));
            assert!(down.len() < height && across.len() < width, "less than all of it is cut out");
            let cut = LinearImage::from_fn(across.len(), down.len(), |c, r, x| {
                image.plane(c)[(down.start + r) * width + across.start + x]
            });
            // Each step after the first sees beyond the cut, where a random network is as strong as anywhere.
            for (steps, most) in [(1, 1e-4), (3, 0.02)] {
                let options = Options { steps: Steps::Count(steps), seed: 5, ..Options::default() };
                let whole = denoise(&denoiser, &image, options.clone());
                let overview = denoiser.overview(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
                let place = Place { row: down.start, column: across.start, overview: Some(overview) };
                let part = denoise(&denoiser, cut.as_ref().unwrap(), Options { place, ..options });
                for (channel, row, column) in (0..CHANNELS)
                    .flat_map(|c| rows.clone().flat_map(move |r| (0..width).map(move |x| (c, r, x))))
                    .filter(|(_, _, column)| columns.contains(column))
                {
                    let there = whole.plane(channel)[row * width + column];
                    let here = part.plane(channel)[(row - down.start) * across.len() + column - across.start];
                    assert!((there - here).abs() < most, "{steps} steps, ({row}, {column}): {there} and {here}");
                }
            }
        }
    }

    #[test]
    fn every_variant_denoises_whatever_the_tiles() {
        let image = photo(61, 45);
        for formulation in variants() {
            let denoiser = exact_in_tiles(formulation);
            // From pure noise, values are as large as its std.
            let scale = if formulation.start == Start::Noise { denoiser.schedule.sigma(1000.0) } else { 1.0 };
            for steps in [1, 3] {
                let of_tile = |tile| {
                    let options =
                        Options { steps: Steps::Count(steps), seed: 5, tile: Some(tile), ..Options::default() };
                    denoise(&denoiser, &image, options)
                };
                let (whole, tiled) = (of_tile(512), of_tile(24));
                assert!(whole.values().iter().all(|v| v.is_finite()));
                assert!(largest_difference(&whole, &image) > 0.01, "{formulation:?} does nothing");
                let difference = largest_difference(&tiled, &whole);
                assert!(difference < scale / 1024.0, "{formulation:?}, {steps} steps: {difference}");
            }
        }
    }

    #[test]
    fn from_noise_a_run_takes_all_times_and_still_depends_on_the_photo() {
        let baseline =
            Formulation { start: Start::Noise, correlation: Correlation::Independent, ..Formulation::default() };
        let (denoiser, image) = (as_variant(&denoiser(), baseline), photo(16, 8));
        let noise = NoiseModel::at_gain(8.0);
        let unit = Options { steps: Steps::Unit, ..Options::default() };
        let run = denoiser.start(image.clone(), noise, &unit).unwrap();
        assert_eq!((run.steps(), run.tiles()), (1000, 1));
        // Its beginning is noise with mean 0 and the std of the schedule's end.
        let first = denoiser.start(photo(80, 60), noise, &unit).unwrap().x.unwrap();
        let mean = |f: fn(f32) -> f32| first.values().iter().map(|&v| f(v)).sum::<f32>() / first.values().len() as f32;
        assert!(mean(|v| v).abs() < 0.15, "{}", mean(|v| v));
        assert!((mean(|v| v * v).sqrt() / denoiser.schedule().sigma(1000.0) - 1.0).abs() < 0.02);
        let of = |image: &LinearImage, seed| {
            let options = Options { steps: Steps::Count(2), seed, eta: Some(0.0), ..Options::default() };
            denoise(&denoiser, image, options)
        };
        assert_eq!(of(&image, 1), of(&image, 1));
        assert_ne!(of(&image, 1), of(&image, 2), "another beginning");
        assert_ne!(of(&image, 1), of(&image.clone().scaled(1.01), 1), "another photo");
    }

    #[test]
    fn a_network_without_a_condition_sees_the_photo_only_as_the_beginning() {
        let (svnr, image) = (denoiser(), photo(24, 16));
        let blind = as_variant(&svnr, Formulation { condition: Condition::None, ..Formulation::default() });
        let of =
            |denoiser, steps| denoise(denoiser, &image, Options { steps: Steps::Count(steps), ..Options::default() });
        // In the first step the photo is what it sees anyway.
        assert_eq!(of(&blind, 1), of(&svnr, 1));
        assert_ne!(of(&blind, 2), of(&svnr, 2));
        // Which noise a network was trained with makes no difference to a run.
        let independent = Formulation { correlation: Correlation::Independent, ..Formulation::default() };
        assert_eq!(of(&as_variant(&svnr, independent), 2), of(&svnr, 2));
    }

    #[test]
    fn without_a_map_all_pixels_have_one_time() {
        let image = photo(40, 24);
        let noise = NoiseModel { sigma_read: 0.02, shot: 0.1 };
        let (svnr, half) = (denoiser(), Options { strength: 0.5.into(), ..Options::default() });
        let map = svnr.time_map(&image, noise, &half).unwrap();
        for (time, expected) in [(Time::Scalar, map.latest()), (Time::ScalarMean, map.mean())] {
            let denoiser = as_variant(&svnr, Formulation { time, ..Formulation::default() });
            let found = denoiser.time_map(&image, noise, &half).unwrap();
            assert!(found.times().iter().all(|&t| t == expected), "{time}");
            let run = denoiser.start(image.clone(), noise, &half).unwrap();
            assert_eq!((&run.time_map, run.plan.last()), (&found, Some(&expected)));
        }
    }

    #[test]
    fn parts_have_the_times_of_the_whole_in_every_variant() {
        let image = photo(117, 93);
        for formulation in variants() {
            let denoiser = exact_in_tiles(formulation);
            let [down, across] =
                [(40..52, 93), (50..61, 117)].map(|(inner, size)| cut_around(denoiser.config(), inner, size));
            assert!(down.len() < 93 && across.len() < 117);
            let cut = LinearImage::from_fn(across.len(), down.len(), |c, r, x| {
                image.plane(c)[(down.start + r) * 117 + across.start + x]
            });
            let noise = NoiseModel::at_gain(8.0);
            let overview = denoiser.overview(image.clone(), noise, &Options::default()).unwrap();
            let place = Place { row: down.start, column: across.start, overview: Some(overview) };
            let whole = denoise(&denoiser, &image, Options::default());
            let part = denoise(&denoiser, cut.as_ref().unwrap(), Options { place, ..Options::default() });
            for (channel, row, column) in
                (0..CHANNELS).flat_map(|c| (40..52).flat_map(move |r| (50..61).map(move |x| (c, r, x))))
            {
                let there = whole.plane(channel)[row * 117 + column];
                let here = part.plane(channel)[(row - down.start) * across.len() + column - across.start];
                assert!((there - here).abs() < 1e-3, "{formulation:?}, ({row}, {column}): {there} and {here}");
            }
        }
    }

    #[test]
    fn options_that_a_variant_cannot_have_are_refused() {
        let (svnr, image) = (denoiser(), photo(8, 8));
        let maps = || Strength::Map(vec![1.0; 64]);
        for formulation in variants() {
            let denoiser = as_variant(&svnr, formulation);
            let refused = |strength| {
                let options = Options { strength, ..Options::default() };
                match denoiser.start(image.clone(), NoiseModel::at_gain(4.0), &options) {
                    Ok(_) => false,
                    Err(Error::BadOption { name: "strength", .. }) => true,
                    Err(error) => panic!("{error}"),
                }
            };
            let from_noise = formulation.start == Start::Noise;
            assert!(!refused(1.0.into()));
            assert_eq!(refused(0.5.into()), from_noise, "{formulation:?}");
            assert_eq!(refused(maps()), from_noise || formulation.time != Time::Map, "{formulation:?}");
        }
    }

    #[test]
    fn threads_give_the_same_bits() {
        let (denoiser, image) = (denoiser(), photo(61, 45));
        let options = Options { steps: Steps::Count(3), seed: 5, tile: Some(16), ..Options::default() };
        let one = denoise(&denoiser, &image, options.clone());
        for threads in [2, 3, 30] {
            assert_eq!(denoise(&denoiser.clone().with_threads(threads), &image, options.clone()), one, "{threads}");
        }
    }

    #[test]
    fn tiles_in_which_no_pixel_moves_are_no_work() {
        let (denoiser, image) = (denoiser(), photo(40, 20));
        let start = |factor: fn(usize) -> f32, steps| {
            let strength =
                Strength::Map((0..800).map(|p| if p / 40 < 12 && p % 40 < 16 { 1.0 } else { factor(p) }).collect());
            let options = Options { strength, steps: Steps::Count(steps), tile: Some(16), ..Options::default() };
            denoiser.start(image.clone(), NoiseModel { sigma_read: 0.1, shot: 0.0 }, &options).unwrap()
        };
        // The first tile alone has work; the others come along.
        let mut run = start(|_| 0.0, 2);
        let mut seen = Vec::new();
        while let Some(progress) = pollster::block_on(run.advance()).unwrap() {
            seen.push((progress.step, progress.tile, progress.fraction));
        }
        assert_eq!(seen, [(1, 6, 0.5), (2, 6, 1.0)]);
        let result = run.into_image();
        let same = |p: &usize| (0..CHANNELS).all(|c| result.plane(c)[*p] == image.plane(c)[*p]);
        assert_eq!((0..800).filter(same).count(), 800 - 12 * 16);
        // Steps begin at shares 0, 1/16, 1/4 and 9/16 of the latest time: pixels with a tenth of it move in two of
        // them.
        assert_eq!(start(|_| 0.1, 4).moving, 4 + 5 * 2);
        assert_eq!(start(|_| 0.1, 4).steps(), 4);
    }

    #[test]
    fn a_seed_gives_one_result() {
        let (denoiser, image) = (denoiser(), photo(33, 17));
        let of_seed = |seed| denoise(&denoiser, &image, Options { steps: Steps::Count(3), seed, ..Options::default() });
        assert_eq!(of_seed(1), of_seed(1));
        assert!(largest_difference(&of_seed(1), &of_seed(2)) > 1e-3);
        let mean = |seed| {
            let options = Options { steps: Steps::Count(3), seed, eta: Some(0.0), ..Options::default() };
            denoise(&denoiser, &image, options)
        };
        assert_eq!(mean(1), mean(2));
    }

    #[test]
    fn a_view_comes_back_upright() {
        let denoiser = denoiser();
        let image = photo(24, 16);
        let once = |image: &LinearImage, sample| denoise(&denoiser, image, Options { sample, ..Options::default() });
        let plain = once(&image, None);
        for (index, view) in View::ALL.iter().enumerate().skip(1) {
            let [height, width] = view.size([16, 24]);
            let lying = LinearImage::new(width, height, view.shown(image.values().to_vec(), [16, 24])).unwrap();
            // The network sees a photo that is already in that view as it is.
            let back = view.upright(once(&lying, None).into_values(), [16, 24]);
            let found = once(&image, Some(index as u64));
            let largest = found.values().iter().zip(&back).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(largest < 1e-5, "{view:?}: {largest}");
            assert!(largest_difference(&found, &plain) > 1e-3, "{view:?} changes nothing");
        }
    }

    /// A network for mosaics whose halo is its whole field, as in [`exact_in_tiles`].
    fn of_mosaics() -> Denoiser {
        let device = Device::flex();
        let config = UnetConfig { image: ImageKind::Mosaic, widths: vec![6, 8], blocks: vec![2, 1], embedding: 4 };
        assert_eq!(config.halo(), config.field());
        let network = randomised(Unet::new(&config, &device).unwrap(), &device);
        Denoiser::new(network, config.into(), &device).with_threads(1)
    }

    fn mosaic(width: usize, height: usize) -> LinearImage {
        let value = |c: usize, r: usize, x: usize| 0.2 + 0.1 * (c % 3) as f32 + 0.005 * ((r + x) % 40) as f32;
        NoiseModel::at_gain(8.0).add_to(&LinearImage::planes_from_fn(4, width, height, value).unwrap(), 4)
    }

    #[test]
    fn tiles_of_a_mosaic_give_the_result_of_one_pass() {
        let (denoiser, image) = (of_mosaics(), mosaic(53, 37));
        for (steps, sample) in [(1, None), (3, None), (2, Some(1))] {
            let options = Options { steps: Steps::Count(steps), seed: 5, sample, ..Options::default() };
            let whole = denoise(&denoiser, &image, Options { tile: Some(512), ..options.clone() });
            assert_eq!((whole.channels(), whole.width(), whole.height()), (4, 53, 37));
            assert!(largest_difference(&whole, &image) > 0.01);
            for tile in [8, 22] {
                let tiled = denoise(&denoiser, &image, Options { tile: Some(tile), ..options.clone() });
                let difference = largest_difference(&tiled, &whole);
                assert!(difference < 1.0 / 1024.0, "tile {tile}: {difference}");
            }
        }
    }

    #[test]
    fn a_mosaics_second_view_is_of_the_transposed_mosaic() {
        let (denoiser, image) = (of_mosaics(), mosaic(24, 16));
        let view = View::of(ImageKind::Mosaic)[1];
        let lying = LinearImage::of_planes(4, 16, 24, view.shown(image.values().to_vec(), [16, 24])).unwrap();
        let once = |image: &LinearImage, sample| denoise(&denoiser, image, Options { sample, ..Options::default() });
        let back = view.upright(once(&lying, None).into_values(), [16, 24]);
        let found = once(&image, Some(1));
        assert!(found.values().iter().zip(&back).all(|(a, b)| (a - b).abs() < 1e-5));
        assert!(largest_difference(&found, &once(&image, None)) > 1e-3, "it changes something");
    }

    #[test]
    fn a_mosaics_parts_and_strength_apply() {
        let (denoiser, image) = (of_mosaics(), mosaic(20, 12));
        let neutral = [0.5, 1.0, 0.7];
        let parts = Parts { luminance: 0.0, chrominance: 0.0 };
        let close =
            largest_difference(&denoise(&denoiser, &image, Options { parts, neutral, ..Options::default() }), &image);
        assert!(close < 1e-6, "{close}");
        let grain = Parts { luminance: 0.0, chrominance: 1.0 };
        let run = |neutral| {
            let options = Options { parts: grain, neutral, tile: Some(8), ..Options::default() };
            let mut run = denoiser.start(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
            assert_eq!(run.pixel(7, 9), std::array::from_fn(|c| image.plane(c)[7 * 20 + 9]));
            while pollster::block_on(run.advance()).unwrap().is_some() {}
            run.into_image()
        };
        assert_ne!(run(neutral), run([1.0; 3]), "white balance decides what is grey");
        let untouched = Options { strength: 0.0.into(), ..Options::default() };
        assert_eq!(denoise(&denoiser, &image, untouched), image);
    }

    #[test]
    fn a_mosaic_gets_no_lattice() {
        let noise = NoiseModel { sigma_read: 3e-4, shot: 0.0 };
        let flat = LinearImage::planes_from_fn(4, 256, 256, |c, _, _| [0.1, 0.2, 0.2, 0.15][c]).unwrap();
        let noisy = noise.add_to(&flat, 2);
        // A random network predicts something else than noise in every plane.
        let result = pollster::block_on(of_mosaics().denoise(&noisy, noise, &Options::default())).unwrap();
        assert!(largest_difference(&result, &noisy) > 1e-4);
        // Away from the border, where the network sees zeros.
        let inner: Vec<usize> =
            (0..65_536).filter(|p| [p / 256, p % 256].iter().all(|at| (64..192).contains(at))).collect();
        for c in 0..4 {
            let off = |p: &usize| f64::from(result.plane(c)[*p] - noisy.plane(c)[*p]);
            let mean = inner.iter().map(off).sum::<f64>() / inner.len() as f64;
            // A tenth of a code of 14 bits with black at 512.
            assert!(mean.abs() < 0.1 / 15_871.0, "plane {c}: {} codes", 15_871.0 * mean);
        }
    }

    #[test]
    fn images_of_another_kind_are_refused() {
        let kinds = [(of_mosaics(), photo(8, 8)), (denoiser(), mosaic(8, 8))];
        for (denoiser, image) in kinds {
            let refused = denoiser.start(image, NoiseModel::at_gain(1.0), &Options::default()).unwrap_err();
            assert!(matches!(refused, Error::WrongKind { .. }), "{refused}");
        }
        let planes = Noise::Planes([NoiseModel::at_gain(1.0); 4]);
        assert!(of_mosaics().start(mosaic(8, 8), planes.clone(), &Options::default()).is_ok());
        let refused = denoiser().start(photo(8, 8), planes, &Options::default());
        assert!(matches!(refused, Err(Error::BadOption { name: "noise", .. })));
    }

    #[test]
    fn a_grey_photo_stays_grey_and_gets_clean() {
        let denoiser = Denoiser::from_weights(RELEASED, &Device::flex()).unwrap();
        let clean = LinearImage::from_fn(48, 40, |_, r, x| 0.1 + 0.2 * f32::from(u8::from(r + x > 40))).unwrap();
        let noisy = NoiseModel::at_gain(8.0).add_to(&clean, 4);
        let grey = LinearImage::from_fn(48, 40, |_, r, x| noisy.plane(1)[r * 48 + x]).unwrap();
        for steps in [1, 3] {
            let options = Options { steps: Steps::Count(steps), tile: Some(32), ..Options::default() };
            let result = denoise(&denoiser, &grey, options);
            assert!(result.plane(0) == result.plane(1) && result.plane(1) == result.plane(2));
            let error = |image: &LinearImage| -> f32 {
                image.values().iter().zip(clean.values()).map(|(a, b)| (a - b).powi(2)).sum::<f32>()
            };
            assert!(error(&result) < 0.12 * error(&grey), "{steps} steps: {}", error(&result) / error(&grey));
        }
    }

    #[test]
    fn hot_pixels_are_mended_where_anything_is_to_be_done() {
        let denoiser = Denoiser::from_weights(RELEASED, &Device::flex()).unwrap();
        let clean = LinearImage::from_fn(48, 32, |_, _, _| 0.1).unwrap();
        let mut photo = NoiseModel::at_gain(2.0).add_to(&clean, 4);
        let (left, right) = (10 * 48 + 12, 10 * 48 + 36);
        [left, right].iter().for_each(|at| photo.values_mut()[*at] = 1.0);
        let strength = Strength::Map((0..48 * 32).map(|p| if p % 48 < 24 { 0.0 } else { 1.0 }).collect());
        let options = Options { strength, ..Options::default() };
        let result = pollster::block_on(denoiser.denoise(&photo, NoiseModel::at_gain(2.0), &options)).unwrap();
        assert_eq!(result.values()[left], 1.0);
        assert!((result.values()[right] - 0.1).abs() < 0.03, "{}", result.values()[right]);
    }

    #[test]
    fn a_photo_of_another_scale_gives_the_same_in_its_own() {
        let (denoiser, image) = (denoiser(), photo(32, 24));
        let plain = denoise(&denoiser, &image, Options::default());
        // Powers of 2, which change no digits: white is where it was, since half of the values are above 0.25.
        for scale in [2f32.powi(-10), 2f32.powi(7)] {
            let scaled = image.clone().scaled(scale);
            let white = scaled.white();
            assert!(white == scale || white == scale / 2.0, "{white}");
            let noise = NoiseModel::at_gain(8.0);
            let in_unit = NoiseModel { sigma_read: noise.sigma_read * scale / white, shot: noise.shot * scale / white };
            let result = pollster::block_on(denoiser.denoise(&scaled, in_unit, &Options::default())).unwrap();
            let back = result.scaled(1.0 / scale);
            assert!(largest_difference(&back, &plain) < 0.02, "{scale}: {}", largest_difference(&back, &plain));
            let untouched = Options { strength: 0.0.into(), ..Options::default() };
            assert_eq!(pollster::block_on(denoiser.denoise(&scaled, in_unit, &untouched)).unwrap(), scaled);
        }
    }

    #[test]
    fn strength_zero_returns_the_photo_bit_for_bit() {
        let (denoiser, image) = (denoiser(), photo(19, 9));
        let options = Options { strength: 0.0.into(), steps: Steps::Count(4), ..Options::default() };
        assert_eq!(denoise(&denoiser, &image, options), image);
    }

    #[test]
    fn strength_is_each_pixels_own() {
        let (denoiser, image) = (denoiser(), photo(32, 16));
        let left = |p: usize| if p % 32 < 8 { 0.0 } else { 1.0 };
        let run = |strength| denoise(&denoiser, &image, Options { strength, ..Options::default() });
        let painted = run(Strength::Map((0..image.pixels()).map(left).collect()));
        let same = |p: usize, other: &LinearImage| painted.plane(1)[p] == other.plane(1)[p];
        assert!((0..image.pixels()).all(|p| same(p, &image) == (left(p) == 0.0)), "only the masked half stays");
        assert_eq!(run(Strength::Map(vec![1.5; image.pixels()])), run(1.5.into()));
    }

    #[test]
    fn parts_apply_to_the_result_and_on_the_way() {
        let (denoiser, image) = (denoiser(), photo(20, 12));
        let run = |parts: Parts| {
            let options = Options { parts, tile: Some(8), ..Options::default() };
            let mut run = denoiser.start(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
            while pollster::block_on(run.advance()).unwrap().is_some() {}
            let shown = LinearImage::from_fn(20, 12, |c, row, column| run.pixel(row, column)[c]).unwrap();
            let result = run.into_image();
            assert_eq!(shown, result);
            result
        };
        assert_eq!(run(Parts { luminance: 0.0, chrominance: 0.0 }), image);
        let (all, grain) = (run(Parts::ALL), run(Parts { luminance: 0.0, chrominance: 1.0 }));
        assert!(all != grain && grain != image);
    }

    #[test]
    fn a_map_of_the_models_std_gives_the_models_result() {
        // Read noise alone is the same everywhere.
        let (denoiser, image) = (denoiser(), photo(20, 12));
        let noise = NoiseModel { sigma_read: 0.1, shot: 0.0 };
        let run = |noise: Noise| pollster::block_on(denoiser.denoise(&image, noise, &Options::default())).unwrap();
        assert_eq!(run(noise.into()), run(Noise::Std(vec![0.1; image.pixels()])));
    }

    #[test]
    fn the_smallest_and_the_narrowest_images_work() {
        let denoiser = denoiser();
        for (width, height) in [(1, 1), (1, 300), (300, 1), (7, 2)] {
            let clean = denoise(&denoiser, &photo(width, height), Options { tile: Some(64), ..Options::default() });
            assert_eq!((clean.width(), clean.height()), (width, height));
        }
    }

    #[test]
    fn progress_counts_every_tile_of_every_step_and_the_result_emerges() {
        let (denoiser, image) = (denoiser(), photo(40, 20));
        let options = Options { steps: Steps::Count(2), tile: Some(16), ..Options::default() };
        let mut run = denoiser.start(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
        assert_eq!((run.steps(), run.tiles()), (2, 6));
        let so_far = |run: &Run| LinearImage::from_fn(40, 20, |c, row, column| run.pixel(row, column)[c]).unwrap();
        assert_eq!(so_far(&run), image);
        let mut seen = Vec::new();
        let mut before = image;
        while let Some(progress) = pollster::block_on(run.advance()).unwrap() {
            seen.push((progress.step, progress.tile));
            let now = so_far(&run);
            assert_ne!(now, before, "each tile must show");
            before = now;
        }
        assert_eq!(seen.len(), 12);
        assert!(seen.windows(2).all(|w| w[0] < w[1]));
        assert!(run.is_done());
        assert_eq!(before, run.into_image());
    }

    #[test]
    fn the_photo_is_held_once_and_there_is_no_more_than_a_step_needs() {
        let (denoiser, image) = (denoiser(), Arc::new(photo(20, 12)));
        let options = Options { steps: Steps::Count(3), tile: Some(16), ..Options::default() };
        let mut run = denoiser.start(Arc::clone(&image), NoiseModel::at_gain(8.0), &options).unwrap();
        assert!(Arc::ptr_eq(&run.y, &image));
        assert!(run.x.is_none() && run.next.is_none());
        let buffers = |run: &Run| [&run.x, &run.next].map(|image| image.as_ref().map(|i| i.values().as_ptr()));
        for tile in [1, 2] {
            assert_eq!(pollster::block_on(run.advance()).unwrap().unwrap().tile, tile);
        }
        let [first, none] = buffers(&run);
        assert!(first.is_some() && none.is_none());
        while run.step < 2 {
            pollster::block_on(run.advance()).unwrap();
        }
        assert_eq!(buffers(&run)[1], first, "the buffer is used again");
    }

    #[test]
    fn a_run_goes_on_with_another_denoiser_as_with_its_own() {
        let (denoiser, image) = (denoiser(), photo(40, 20));
        let weights = weights::to_bytes(&denoiser.network, &denoiser.config.clone().into()).unwrap();
        let [denoiser, other] =
            [(); 2].map(|()| Denoiser::from_weights(&weights, &Device::flex()).unwrap().with_threads(1));
        let options = Options { steps: Steps::Count(3), seed: 5, tile: Some(16), ..Options::default() };
        let whole = denoise(&denoiser, &image, options.clone());
        let mut run = denoiser.start(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
        // In the middle of the second step's tiles.
        for _ in 0..run.tiles() + 2 {
            pollster::block_on(run.advance()).unwrap();
        }
        run.continue_on(other).unwrap();
        let next = pollster::block_on(run.advance()).unwrap().unwrap();
        assert_eq!((next.step, next.tile), (2, 3));
        while pollster::block_on(run.advance()).unwrap().is_some() {}
        assert_eq!(run.into_image(), whole);
    }

    /// Takes a run to its end by tiles that are handed out, up to `at_once` of them, finished in the order that `pick`
    /// gives: which of those that are out is next.
    fn handed_out(
        run: &mut Run,
        denoiser: &Denoiser,
        at_once: usize,
        mut pick: impl FnMut(usize) -> usize,
    ) -> Vec<Progress> {
        let (mut out, mut seen) = (Vec::new(), Vec::new());
        loop {
            while out.len() < at_once {
                let Some(input) = run.take_tile() else { break };
                out.push(input);
            }
            if out.is_empty() {
                return seen;
            }
            let input = out.swap_remove(pick(out.len()));
            let index = input.index;
            let eps = pollster::block_on(denoiser.predict(input)).unwrap();
            seen.push(run.finish_tile(index, eps).unwrap());
        }
    }

    #[test]
    fn tiles_that_others_work_on_in_any_order_give_the_same_bits() {
        let (denoiser, image) = (denoiser(), photo(61, 45));
        let strength = Strength::Map((0..image.pixels()).map(|p| if p % 61 < 20 { 0.0 } else { 1.0 }).collect());
        for sample in [None, Some(5)] {
            let options = Options {
                steps: Steps::Count(3),
                seed: 5,
                sample,
                strength: strength.clone(),
                tile: Some(16),
                ..Options::default()
            };
            let one = denoise(&denoiser, &image, options.clone());
            for (at_once, pick) in [(1, 0), (2, 0), (3, 1), (100, 7)] {
                let mut run = denoiser.start(image.clone(), NoiseModel::at_gain(8.0), &options).unwrap();
                let seen = handed_out(&mut run, &denoiser, at_once, |len| pick % len);
                assert!(run.is_done() && run.take_tile().is_none());
                assert_eq!(seen.len(), run.moving);
                assert!(seen.windows(2).all(|w| (w[0].step, w[0].tile) < (w[1].step, w[1].tile)));
                assert_eq!(seen.last().map(|p| (p.step, p.tile, p.fraction)), Some((3, run.tiles(), 1.0)));
                assert_eq!(run.into_image(), one, "{at_once} at once, {pick}");
            }
        }
    }

    #[test]
    fn a_tile_that_comes_back_is_handed_out_again() {
        let (denoiser, image) = (denoiser(), photo(40, 20));
        let options = Options { steps: Steps::Count(2), seed: 5, tile: Some(16), ..Options::default() };
        let one = denoise(&denoiser, &image, options.clone());
        let mut run = denoiser.start(image, NoiseModel::at_gain(8.0), &options).unwrap();
        let all: Vec<TileInput> = std::iter::from_fn(|| run.take_tile()).collect();
        assert_eq!(all.len(), run.tiles());
        assert_eq!(pollster::block_on(run.advance()).unwrap(), None, "nothing is left in this step");
        assert!(!run.is_done());
        let eps = |tile: &TileInput| pollster::block_on(denoiser.predict(tile.clone())).unwrap();
        let refused = |result: Result<(), Error>| assert!(matches!(result, Err(Error::BadOption { .. })), "{result:?}");
        // What its worker made of it is worth nothing; it stays handed out.
        refused(run.finish_tile(2, vec![0.0; 5]).map(|_| ()));
        let damaged = run.finish_tile(2, vec![f32::NAN; all[2].x.len()]);
        assert!(matches!(damaged, Err(Error::WrongResult)), "{damaged:?}");
        run.return_tile(2).unwrap();
        refused(run.return_tile(2));
        refused(run.finish_tile(2, eps(&all[2])).map(|_| ()));
        assert_eq!(run.take_tile().as_ref(), Some(&all[2]));
        assert_eq!(run.take_tile(), None);
        // Whoever worked on the others has ended too: the run goes on by itself.
        run.finish_tile(1, eps(&all[1])).unwrap();
        refused(run.finish_tile(1, eps(&all[1])).map(|_| ()));
        refused(run.return_tile(run.tiles()));
        (0..run.tiles()).filter(|tile| *tile != 1).for_each(|tile| run.return_tile(tile).unwrap());
        while pollster::block_on(run.advance()).unwrap().is_some() {}
        assert_eq!(run.into_image(), one);
    }

    #[test]
    fn an_input_that_is_not_a_tile_is_refused() {
        let denoiser = denoiser();
        let mut run = denoiser.start(photo(16, 16), NoiseModel::at_gain(8.0), &Options::default()).unwrap();
        let input = run.take_tile().unwrap();
        for damaged in [
            TileInput { size: [0, 16], ..input.clone() },
            TileInput { size: [3, 3], x: vec![0.0; 27], ..input.clone() },
            TileInput { y: Vec::new(), ..input.clone() },
            TileInput { sigma_star: vec![0.1; 767], ..input },
        ] {
            assert!(matches!(pollster::block_on(denoiser.predict(damaged)), Err(Error::BadOption { .. })));
        }
    }

    #[test]
    fn what_is_computed_wrong_is_refused_and_the_run_goes_on_elsewhere() {
        let (right, image) = (denoiser(), photo(40, 20));
        let wrong = Denoiser { network: infinite(right.network.clone()), ..right.clone() };
        let options = Options { steps: Steps::Count(2), seed: 5, tile: Some(16), ..Options::default() };
        let whole = denoise(&right, &image, options.clone());
        let mut run = right.start(image, NoiseModel::at_gain(8.0), &options).unwrap();
        for _ in 0..run.tiles() + 1 {
            pollster::block_on(run.advance()).unwrap();
        }
        run.continue_on(wrong).unwrap();
        for _ in 0..2 {
            assert_eq!(pollster::block_on(run.advance()), Err(Error::WrongResult));
        }
        run.continue_on(right).unwrap();
        while pollster::block_on(run.advance()).unwrap().is_some() {}
        assert_eq!(run.into_image(), whole);
    }

    #[test]
    fn a_run_goes_on_only_with_a_network_of_its_shape() {
        let (denoiser, image) = (denoiser(), photo(16, 16));
        let device = Device::flex();
        let config = UnetConfig { widths: vec![6, 8, 8], blocks: vec![1, 1, 1], embedding: 4, ..UnetConfig::default() };
        let other = Denoiser::new(Unet::new(&config, &device).unwrap(), config.into(), &device);
        let mut run = denoiser.start(image, NoiseModel::at_gain(8.0), &Options::default()).unwrap();
        assert!(matches!(run.continue_on(other), Err(Error::BadWeights(_))));
        let blind = Formulation { condition: Condition::None, ..Formulation::default() };
        assert!(matches!(run.continue_on(as_variant(&denoiser, blind)), Err(Error::BadWeights(_))));
        assert!(pollster::block_on(run.advance()).unwrap().is_some(), "it goes on with its own");
    }

    #[test]
    fn options_out_of_range_are_refused() {
        let (denoiser, image) = (denoiser(), photo(8, 8));
        let place = |white, latest| {
            let overview = Some(Overview { white, common: None, dots_are_hot: false, latest });
            Place { overview, ..Place::default() }
        };
        for options in [
            Options { steps: Steps::Count(0), ..Options::default() },
            Options { strength: Strength::from(-1.0), ..Options::default() },
            Options { strength: f32::NAN.into(), ..Options::default() },
            Options { strength: Strength::Map(vec![1.0; 63]), ..Options::default() },
            Options { strength: Strength::Map([[1.0; 63].as_slice(), &[5.0]].concat()), ..Options::default() },
            Options { tile: Some(0), ..Options::default() },
            Options { place: place(0.0, 1.0), ..Options::default() },
            Options { place: place(1.0, f32::NAN), ..Options::default() },
            Options { parts: Parts { luminance: 1.1, chrominance: 1.0 }, ..Options::default() },
            Options { parts: Parts { luminance: 1.0, chrominance: f32::NAN }, ..Options::default() },
        ] {
            let refused = denoiser.start(image.clone(), NoiseModel::at_gain(1.0), &options);
            assert!(matches!(refused, Err(Error::BadOption { .. })), "{options:?}");
        }
        for std in [vec![], vec![0.1; 63], vec![-0.1; 64], vec![f32::NAN; 192]] {
            let refused = denoiser.start(image.clone(), Noise::Std(std), &Options::default());
            assert!(matches!(refused, Err(Error::BadOption { .. })));
        }
    }
}

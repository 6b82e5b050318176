//! A run's state on a GPU: the photo and its time map go there once, the result comes back once, and all that lies
//! between, steps, random numbers and halos, happens there.
//!
//! What is computed is that of [`Step`], which says what is right; see `wgsl/`.

mod programs;

use std::ops::Range;
use std::sync::Arc;

use crate::denoiser::step::{Step, causes};
use crate::denoiser::tiles::Tile;
use crate::denoiser::view::View;
use crate::error::Error;
use crate::gpu::{Buffer, Gpu, Program, groups};
use crate::image::{LinearImage, MOST_CHANNELS};
use crate::method::formulation::{Condition, Start};
use crate::network::kernels::Kernels;
use programs::{ACROSS, DOWN, Programs, TURNED};

/// The most bytes that planes of a whole photo may take of the device, which does not say how many it has. Larger
/// photos have their state in main memory.
const MOST_BYTES: usize = 5 << 28;
/// With more bytes than these, what the run had on the device is given back at once, not kept for the next run.
const LARGE: usize = 64 << 20;
/// About as many pixels come back after a step, to be looked at.
const PIXELS_TO_SEE: usize = 200_000;

/// A run's state on a GPU.
#[derive(Debug)]
pub struct Resident {
    kernels: Arc<Kernels>,
    programs: Programs,
    width: usize,
    height: usize,
    /// `sqrt(gamma)` at all whole times.
    sigmas: Buffer,
    /// The photo, `y`, a buffer for each channel, as are all that follow.
    photo: Vec<Buffer>,
    /// `T*`.
    times: Vec<Buffer>,
    /// The times at which the run started: `T*`, unless it started at noise.
    first_times: Vec<Buffer>,
    /// `x_t` at the step's beginning.
    x: Vec<Buffer>,
    /// `x_t'` at its end, if another step follows.
    next: Vec<Buffer>,
    /// Whether `x` is the photo.
    is_photo: bool,
    /// Steps that are left, with the one under way.
    steps: usize,
    /// What was seen of the last steps.
    seen: Seen,
}

/// The pixels of every n-th row and column.
#[derive(Debug)]
struct Seen {
    every: usize,
    across: usize,
    planes: Vec<Vec<f32>>,
}

/// What comes back of a tile.
#[derive(Debug)]
struct Report {
    buffer: Buffer,
    /// Every n-th row and column of the image is in it.
    every: usize,
    /// Pixels in it.
    cells: usize,
}

impl Resident {
    /// The state at the beginning of a step that so many follow, itself included; `None` if the device should not take
    /// so much.
    pub fn new(kernels: &Arc<Kernels>, step: &Step, steps: usize) -> Option<Self> {
        let gpu = kernels.gpu();
        let (width, height) = (step.y.width(), step.y.height());
        let is_photo = step.x.is_none();
        // The photo and its times; another state and other times; the state at the step's end.
        let planes =
            2 + usize::from(!is_photo) + usize::from(step.formulation.start == Start::Noise) + (steps - 1).min(2);
        if 4 * width * height > gpu.limits().buffer_bytes || planes * 4 * step.y.values().len() > MOST_BYTES {
            return None;
        }
        let upload = |values: &[f32]| -> Vec<Buffer> {
            values.chunks_exact(width * height).map(|plane| gpu.upload(plane.to_vec())).collect()
        };
        let photo = upload(step.y.values());
        let times = upload(step.time_map.times());
        let first_time = |&t: &f32| step.formulation.first_time(t, step.schedule);
        let first_times = match step.formulation.start {
            Start::Photo => times.clone(),
            Start::Noise => upload(&step.time_map.times().iter().map(first_time).collect::<Vec<_>>()),
        };
        let x = step.x.map_or_else(|| photo.clone(), |x| upload(x.values()));
        let mut state = Self {
            programs: Programs::new(step.schedule, gpu.limits()),
            width,
            height,
            sigmas: gpu.upload(step.schedule.sigmas().to_vec()),
            photo,
            times,
            first_times,
            x,
            next: Vec::new(),
            is_photo,
            steps,
            seen: Seen::of(step.x.unwrap_or(step.y)),
            kernels: Arc::clone(kernels),
        };
        state.make_room();
        Some(state)
    }

    fn gpu(&self) -> &Gpu {
        self.kernels.gpu()
    }

    /// Room for the step's end, if another step follows.
    fn make_room(&mut self) {
        let room = |_| self.gpu().empty(4 * self.width * self.height);
        self.next = if self.steps > 1 { (0..self.x.len()).map(room).collect() } else { Vec::new() };
    }

    /// Begins to take a tile through the step. What comes back, as planes, is all of it if it `is_final`, and otherwise
    /// what is to be seen of it; give it to [`Resident::see`].
    pub fn begin(
        &self,
        step: &Step,
        tile: &Tile,
        is_final: bool,
    ) -> impl Future<Output = Result<Vec<f32>, Error>> + Send + 'static {
        let size = [tile.read_rows, tile.read_columns];
        let view = step.draw.view;
        let report = self.report(tile, if is_final { 1 } else { self.seen.every });
        let state = self.gathered(&self.x, &self.first_times, step.tau, tile, view, &report);
        let sees_photo = !self.is_photo && step.formulation.condition == Condition::Photo;
        let photo = sees_photo.then(|| self.gathered(&self.photo, &self.times, 0.0, tile, view, &report));
        let eps = self.kernels.enqueue(view.size(size), view.window(tile.window(), size), state, photo);
        self.step(step, tile, eps, &report);
        let gpu = self.gpu().clone();
        async move {
            let [mut report] = gpu.read([report.buffer]).await.map_err(|report| Error::Device(causes(&report)))?;
            if report.is_empty() || report.remove(0).to_bits() != 0 {
                return Err(Error::WrongResult);
            }
            Ok(report)
        }
    }

    fn report(&self, tile: &Tile, every: usize) -> Report {
        let cells = cells(tile, every).iter().map(ExactSizeIterator::len).product();
        Report { buffer: self.gpu().empty(4 * (1 + cells * self.x.len())), every, cells }
    }

    /// What the network sees of planes and the std of the noise in them.
    fn gathered(
        &self,
        planes: &[Buffer],
        times: &[Buffer],
        tau: f32,
        tile: &Tile,
        view: View,
        report: &Report,
    ) -> [Buffer; 2] {
        let (rows, columns) = (tile.read_rows, tile.read_columns);
        let bytes = 4 * planes.len() * rows * columns;
        let gathered = [self.gpu().empty(bytes), self.gpu().empty(bytes)];
        let [row, column] = tile.first_read();
        for channel in 0..planes.len() {
            let from = view.channel(channel, planes.len());
            let first = channel * rows * columns;
            let numbers = [self.height, self.width, row, column, rows, columns, bits(view), first];
            let numbers = numbers.map(|number| number as u32).into_iter().chain([tau.to_bits(), 0, 0, 0]);
            let [values, stds] = gathered.clone();
            let read = [&planes[from], &times[from], &self.sigmas].map(Buffer::clone);
            let buffers = read.into_iter().chain([values, stds, report.buffer.clone()]).collect();
            self.launch(&self.programs.gather, rows * columns, buffers, &numbers.collect::<Vec<_>>());
        }
        gathered
    }

    /// Takes a tile through the step by the prediction, and reports on it.
    fn step(&self, step: &Step, tile: &Tile, eps: Buffer, report: &Report) {
        let window = tile.window();
        let view = step.draw.view;
        let (key, stream, sign) = step.draw.normals.map_or_else(Default::default, |normals| normals.parameters());
        for channel in 0..self.x.len() {
            let area = window.rows * window.columns;
            let first_eps = view.channel(channel, self.x.len()) * area;
            let numbers = [
                [self.width, tile.row, tile.column, 0],
                [tile.rows, tile.columns, window.rows, window.columns],
                [first_eps, bits(view), report.every, channel * report.cells],
            ];
            let mut numbers = numbers.map(|four| four.map(|number| number as u32)).concat();
            numbers.extend([step.tau, step.tau_next, step.draw.eta, sign].map(f32::to_bits));
            numbers.extend([step.origin[0] as u32, step.origin[1] as u32, step.number as u32, stream]);
            numbers.extend([key[0], key[1], channel as u32, 0]);
            let planes = [&self.x[channel], &self.first_times[channel], &self.sigmas, &eps, &report.buffer];
            let mut buffers: Vec<Buffer> = planes.into_iter().cloned().collect();
            buffers.extend(self.next.get(channel).cloned());
            let program = if self.next.is_empty() { &self.programs.last_step } else { &self.programs.step };
            self.launch(program, tile.rows * tile.columns, buffers, &numbers);
        }
    }

    /// Takes a tile in which no pixel moves through the step.
    pub fn copy(&self, tile: &Tile) {
        for (x, next) in self.x.iter().zip(&self.next) {
            let numbers = [self.width, tile.row, tile.column, 0, tile.rows, tile.columns, 0, 0];
            let buffers = vec![x.clone(), next.clone()];
            self.launch(&self.programs.copy, tile.rows * tile.columns, buffers, &numbers.map(|number| number as u32));
        }
    }

    fn launch(&self, program: &Program, pixels: usize, buffers: Vec<Buffer>, numbers: &[u32]) {
        let [across, down] = groups(pixels.div_ceil(program.threads));
        self.gpu().launch(program, [across, down, 1], buffers, numbers);
    }

    /// Goes on to the next step, once all tiles are through this one.
    pub fn end_step(&mut self) {
        self.steps -= 1;
        self.x = std::mem::take(&mut self.next);
        self.is_photo = false;
        self.make_room();
    }

    /// `x_t` at the step's beginning.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub async fn state(&self) -> Result<LinearImage, Error> {
        let mut planes = Vec::with_capacity(self.x.len());
        for x in &self.x {
            let [plane] = self.gpu().read([x.clone()]).await.map_err(|report| Error::Device(causes(&report)))?;
            planes.push(plane);
        }
        LinearImage::of_planes(planes.len(), self.width, self.height, planes.concat())
    }

    /// Keeps what is to be seen of a tile.
    pub fn see(&mut self, tile: &Tile, values: &[f32], is_final: bool) {
        let Seen { every, across, planes } = &mut self.seen;
        let [rows, columns] = cells(tile, *every);
        let of_report = if is_final { [tile.rows, tile.columns] } else { [rows.len(), columns.len()] };
        for (plane, values) in planes.iter_mut().zip(values.chunks_exact((of_report[0] * of_report[1]).max(1))) {
            for (r, row) in rows.clone().enumerate() {
                for (c, column) in columns.clone().enumerate() {
                    let (r, c) =
                        if is_final { (row * *every - tile.row, column * *every - tile.column) } else { (r, c) };
                    plane[row * *across + column] = values[r * of_report[1] + c];
                }
            }
        }
    }

    /// What was last seen near a pixel. An RGB image's has three values and a 0.
    pub fn pixel(&self, row: usize, column: usize) -> [f32; MOST_CHANNELS] {
        let Seen { every, across, planes } = &self.seen;
        let at = row / every * across + column / every;
        std::array::from_fn(|channel| planes.get(channel).map_or(0.0, |plane| plane[at]))
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        if 4 * self.width * self.height * self.x.len() > LARGE {
            self.photo.clear();
            self.times.clear();
            self.first_times.clear();
            self.x.clear();
            self.next.clear();
            self.gpu().free_unused();
        }
    }
}

impl Seen {
    fn of(image: &LinearImage) -> Self {
        let (width, height) = (image.width(), image.height());
        let every = ((width * height) as f64 / PIXELS_TO_SEE as f64).sqrt().ceil().max(1.0) as usize;
        let thinned = |channel: usize| {
            let lines = image.plane(channel).chunks_exact(width).step_by(every);
            lines.flat_map(|line| line.iter().copied().step_by(every)).collect()
        };
        Self { every, across: width.div_ceil(every), planes: (0..image.channels()).map(thinned).collect() }
    }
}

/// Rows and columns of what is seen of a tile, if every n-th row and column of the image is.
fn cells(tile: &Tile, every: usize) -> [Range<usize>; 2] {
    let along = |first: usize, count: usize| first.div_ceil(every)..(first + count).div_ceil(every);
    [along(tile.row, tile.rows), along(tile.column, tile.columns)]
}

fn bits(view: View) -> usize {
    [(view.down, DOWN), (view.across, ACROSS), (view.turned, TURNED)]
        .map(|(is, bit)| if is { bit } else { 0 })
        .iter()
        .sum()
}

//! The denoiser.
//!
//! JavaScript advances a run tile by tile: to cancel it, it stops; to pause it, it waits. JavaScript checks options
//! first, so that messages use the caller's terms; the crate's own errors catch the rest.

use std::cell::RefCell;
use std::sync::Arc;

use burn::tensor::Device;
use js_sys::Float32Array;
use wasm_bindgen::Clamped;
use wasm_bindgen::prelude::*;

use crate::color::Srgb8;
use crate::denoiser::place::cut_around;
use crate::denoiser::{self, Denoiser, Options, Overview, Parts, Place, Run, Strength, TileInput};
use crate::gpu::Precision;
use crate::image::{CHANNELS, LinearImage, MOST_CHANNELS};
use crate::method::noise::NoiseModel;
use crate::method::reverse::Steps;
use crate::network::Window;
use crate::web::failure::failure;
use crate::web::noise::Noise;
use crate::web::shared_image::SharedImage;

thread_local! {
    /// The GPU, once opened: burn refuses to open it a second time.
    static GPU: RefCell<Option<Device>> = const { RefCell::new(None) };
}

/// Opens the GPU for all later engines; does nothing if it is open. Must not be called again while a call is pending.
///
/// # Errors
/// `no-webgpu` if there is none.
#[wasm_bindgen(js_name = openGpu)]
pub async fn open_gpu() -> Result<(), JsValue> {
    if GPU.with_borrow(Option::is_some) {
        return Ok(());
    }
    let opened = Device::wgpu_options().init_async().await;
    let device = opened.map_err(|e| failure("no-webgpu", &format!("the GPU could not be opened: {e}")))?;
    GPU.set(Some(device));
    Ok(())
}

/// A network on a device.
#[wasm_bindgen]
pub struct Engine(Denoiser);

#[wasm_bindgen]
impl Engine {
    /// The network of a weight file on the CPU.
    ///
    /// # Errors
    /// `bad-weights`.
    #[wasm_bindgen(js_name = onCpu)]
    pub fn on_cpu(weights: &[u8]) -> Result<Engine, JsValue> {
        Ok(Self(Denoiser::from_weights(weights, &Device::flex())?))
    }

    /// The network of a weight file on the GPU that [`open_gpu`] opened.
    ///
    /// # Errors
    /// `bad-weights`, or `no-webgpu` when none is open.
    #[wasm_bindgen(js_name = onGpu)]
    pub fn on_gpu(weights: &[u8]) -> Result<Engine, JsValue> {
        let device = GPU.with_borrow(Clone::clone).ok_or_else(|| failure("no-webgpu", "the GPU is not open"))?;
        Ok(Self(Denoiser::from_weights(weights, &device)?))
    }

    /// Denoises a few pixels, which compiles the shaders before a photo waits for them and finds a GPU that computes
    /// nonsense.
    ///
    /// # Errors
    /// `device-lost` if the device fails, `device-wrong` if it computes something else than the processor.
    #[wasm_bindgen(js_name = warmUp)]
    pub async fn warm_up(&self) -> Result<(), JsValue> {
        if self.0.check_device(&Precision::ALL).await? {
            return Ok(());
        }
        let noise = NoiseModel::at_gain(8.0);
        let channels = self.0.config().image.channels();
        let grey = LinearImage::of_planes(channels, 32, 32, vec![0.2; channels * 32 * 32])?;
        self.0.denoise(&noise.add_to(&grey, 0), noise, &Options::default()).await?;
        Ok(())
    }

    /// Frees the engine's memory, including what burn keeps on the GPU for later use.
    pub fn dispose(self) {
        let device = self.0.device().clone();
        drop(self);
        device.memory_cleanup();
    }

    /// The network's prediction for a tile that a run has handed out, perhaps in another instance of this module; the
    /// arguments are the fields of its [`Tile`]. Give it to [`Task::finish_tile`].
    ///
    /// # Errors
    /// `bad-option` or `device-lost`.
    pub async fn predict(
        &self,
        size: Vec<usize>,
        window: Vec<usize>,
        x: Vec<f32>,
        sigma_t: Vec<f32>,
        y: Option<Vec<f32>>,
        sigma_star: Option<Vec<f32>>,
    ) -> Result<Vec<f32>, JsValue> {
        let (&[rows, columns], &[row, column, inner_rows, inner_columns]) = (&size[..], &window[..]) else {
            return Err(failure("bad-option", "a tile has a size of two numbers and a window of four"));
        };
        let window = Window { row, column, rows: inner_rows, columns: inner_columns };
        let photo = y.zip(sigma_star).map(|(y, sigma_star)| [y, sigma_star]);
        // The run that handed it out knows its number.
        Ok(self.0.predict(TileInput { index: 0, size: [rows, columns], window, x, sigma_t, photo }).await?)
    }

    /// Starts a run.
    ///
    /// # Errors
    /// `bad-option` or `too-large`.
    pub fn start(&self, image: &SharedImage, noise: &Noise, settings: &Settings) -> Result<Task, JsValue> {
        Ok(Task(self.0.start(Arc::clone(image.linear()), noise.get().clone(), &settings.options()?)?))
    }

    /// The noise that a run would remove, and where each pixel would start.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub fn maps(&self, image: &SharedImage, noise: &Noise, settings: &Settings) -> Result<Maps, JsValue> {
        let map = self.0.time_map(image.linear(), noise.get().clone(), &settings.options()?)?;
        let std = map.times().iter().map(|&t| self.0.schedule().sigma(t)).collect();
        let time = map.times().iter().map(|t| t / self.0.schedule().end()).collect();
        Ok(Maps { std, time })
    }

    /// What a run on a part of this image has to know of the whole, as JSON; see [`Overview::to_json`].
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub fn overview(&self, image: &SharedImage, noise: &Noise, settings: &Settings) -> Result<String, JsValue> {
        let options = settings.options()?;
        Ok(self.0.overview(Arc::clone(image.linear()), noise.get().clone(), &options)?.to_json())
    }

    /// Where what has to be cut out for the pixels from `start` to before `end` of `size` begins and ends, of a photo
    /// with or without film grain; see [`cut_around`].
    #[wasm_bindgen(js_name = cutAround)]
    pub fn cut_around(&self, has_grain: bool, start: usize, end: usize, size: usize) -> Vec<usize> {
        let cut = cut_around(self.0.config(), has_grain, start..end, size);
        vec![cut.start, cut.end]
    }
}

/// The noise that a run would remove and where each pixel would start: a plane for each channel, row after row.
#[wasm_bindgen(getter_with_clone)]
pub struct Maps {
    /// Std of the noise in linear light.
    pub std: Vec<f32>,
    /// The time at which the pixel starts, from 0, without noise, to 1.
    pub time: Vec<f32>,
}

/// [`Options`] for JavaScript; starts with the defaults.
#[wasm_bindgen]
pub struct Settings {
    /// Steps of the reverse process; nothing for [`Steps::Unit`].
    pub steps: Option<usize>,
    /// See [`Options::eta`].
    pub eta: Option<f32>,
    /// A whole number, as a JavaScript number.
    pub seed: f64,
    /// See [`Options::sample`].
    pub sample: Option<u32>,
    strength: Strength,
    /// See [`Parts::luminance`].
    pub luminance: f32,
    /// See [`Parts::chrominance`].
    pub chrominance: f32,
    /// See [`Options::tile`].
    pub tile: Option<usize>,
    place: Place,
    neutral: [f32; CHANNELS],
}

#[wasm_bindgen]
impl Settings {
    /// The defaults.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        let Options { strength, parts: Parts { luminance, chrominance }, tile, place, neutral, .. } =
            Options::default();
        let steps = Some(1);
        Self { steps, eta: None, seed: 0.0, sample: None, strength, luminance, chrominance, tile, place, neutral }
    }

    /// Multiplies the noise's std by one factor for all pixels.
    #[wasm_bindgen(js_name = setStrength)]
    pub fn set_strength(&mut self, factor: f32) {
        self.strength = Strength::Everywhere(factor);
    }

    /// Multiplies the noise's std by a factor for each pixel, row after row.
    #[wasm_bindgen(js_name = setStrengthMap)]
    pub fn set_strength_map(&mut self, factors: Vec<f32>) {
        self.strength = Strength::Map(factors);
    }

    /// The image was cut out of a larger one, from this pixel on.
    #[wasm_bindgen(js_name = setPlace)]
    pub fn set_place(&mut self, row: usize, column: usize) {
        self.place = Place { row, column, ..self.place };
    }

    /// What [`Engine::overview`] gives of that larger image.
    ///
    /// # Errors
    /// `bad-option` for anything else.
    #[wasm_bindgen(js_name = setOverview)]
    pub fn set_overview(&mut self, overview: &str) -> Result<(), JsValue> {
        self.place.overview = Some(Overview::from_json(overview)?);
        Ok(())
    }

    /// What a neutral colour has in red, green and blue; see [`Options::neutral`].
    #[wasm_bindgen(js_name = setNeutral)]
    pub fn set_neutral(&mut self, red: f32, green: f32, blue: f32) {
        self.neutral = [red, green, blue];
    }

    fn options(&self) -> Result<Options, JsValue> {
        Ok(Options {
            steps: self.steps.map_or(Ok(Steps::Unit), Steps::count)?,
            eta: self.eta,
            seed: self.seed as u64,
            sample: self.sample.map(u64::from),
            strength: self.strength.clone(),
            parts: Parts { luminance: self.luminance, chrominance: self.chrominance },
            tile: self.tile,
            place: self.place,
            neutral: self.neutral,
        })
    }
}

/// A run in progress.
#[wasm_bindgen]
pub struct Task(Run);

#[wasm_bindgen]
impl Task {
    /// Steps in all.
    #[wasm_bindgen(getter)]
    pub fn steps(&self) -> usize {
        self.0.steps()
    }

    /// Tiles in a step.
    #[wasm_bindgen(getter)]
    pub fn tiles(&self) -> usize {
        self.0.tiles()
    }

    /// Denoises the next tile; `undefined` once the run is done.
    ///
    /// # Errors
    /// `device-lost` if the device fails, `device-wrong` if it computes what is not finite; the run can then continue
    /// with another engine.
    pub async fn advance(&mut self) -> Result<Option<Progress>, JsValue> {
        let progress = self.0.advance().await?;
        Ok(progress.map(Progress::from))
    }

    /// What is known of the image, for further runs on it; see [`Engine::overview`].
    pub fn overview(&self) -> String {
        self.0.overview().to_json()
    }

    /// Whether all steps are done.
    #[wasm_bindgen(getter, js_name = isDone)]
    pub fn is_done(&self) -> bool {
        self.0.is_done()
    }

    /// The share of the work that is done.
    #[wasm_bindgen(getter)]
    pub fn fraction(&self) -> f32 {
        self.0.fraction()
    }

    /// Hands out the next tile; see [`Run::take_tile`].
    #[wasm_bindgen(js_name = takeTile)]
    pub fn take_tile(&mut self) -> Option<Tile> {
        self.0.take_tile().map(Tile)
    }

    /// Finishes a tile that was handed out; see [`Run::finish_tile`].
    ///
    /// # Errors
    /// `bad-option`, or `device-wrong` if a predicted value is not finite.
    #[wasm_bindgen(js_name = finishTile)]
    pub fn finish_tile(&mut self, index: usize, eps: Vec<f32>) -> Result<Progress, JsValue> {
        Ok(self.0.finish_tile(index, eps)?.into())
    }

    /// Takes back a tile that was handed out; see [`Run::return_tile`].
    ///
    /// # Errors
    /// `bad-option` for a tile that is not handed out.
    #[wasm_bindgen(js_name = returnTile)]
    pub fn return_tile(&mut self, index: usize) -> Result<(), JsValue> {
        Ok(self.0.return_tile(index)?)
    }

    /// Continues with another engine, for example when this one's device is lost; see [`Run::continue_on`].
    ///
    /// # Errors
    /// `bad-weights` if the engine has a network of another shape.
    #[wasm_bindgen(js_name = continueOn)]
    pub fn continue_on(&mut self, engine: &Engine) -> Result<(), JsValue> {
        Ok(self.0.continue_on(engine.0.clone())?)
    }

    /// The image so far, reduced to about `most` pixels by taking every n-th pixel of every n-th row.
    pub fn preview(&self, most: usize) -> Preview {
        Preview::of(&self.0, most)
    }

    /// The same of a RAW photo's planes, as light: three values a pixel; a mosaic's green is the mean of both greens.
    #[wasm_bindgen(js_name = previewLight)]
    pub fn preview_light(&self, most: usize) -> LightPreview {
        LightPreview::of(&self.0, most)
    }

    /// The result, once the run is done.
    pub fn finish(self) -> SharedImage {
        SharedImage::from(self.0.into_image())
    }
}

/// What the network sees of a tile; see [`TileInput`]. Every getter of planes copies them out of wasm's memory.
#[wasm_bindgen]
pub struct Tile(TileInput);

#[wasm_bindgen]
impl Tile {
    /// The tile's number in the step.
    #[wasm_bindgen(getter)]
    pub fn index(&self) -> usize {
        self.0.index
    }

    /// Rows and columns of the planes.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> Vec<usize> {
        self.0.size.to_vec()
    }

    /// First row and column, rows and columns; see [`TileInput::window`].
    #[wasm_bindgen(getter)]
    pub fn window(&self) -> Vec<usize> {
        let Window { row, column, rows, columns } = self.0.window;
        vec![row, column, rows, columns]
    }

    /// See [`TileInput::x`].
    #[wasm_bindgen(getter)]
    pub fn x(&self) -> Float32Array {
        self.0.x.as_slice().into()
    }

    /// See [`TileInput::sigma_t`].
    #[wasm_bindgen(getter, js_name = sigmaT)]
    pub fn sigma_t(&self) -> Float32Array {
        self.0.sigma_t.as_slice().into()
    }

    /// The first of [`TileInput::photo`].
    #[wasm_bindgen(getter)]
    pub fn y(&self) -> Option<Float32Array> {
        self.0.photo.as_ref().map(|[y, _]| y.as_slice().into())
    }

    /// The second of [`TileInput::photo`].
    #[wasm_bindgen(getter, js_name = sigmaStar)]
    pub fn sigma_star(&self) -> Option<Float32Array> {
        self.0.photo.as_ref().map(|[_, sigma_star]| sigma_star.as_slice().into())
    }
}

/// Several samples of one photo; see [`denoiser::Samples`].
#[wasm_bindgen]
pub struct Samples(denoiser::Samples);

#[wasm_bindgen]
impl Samples {
    /// The first one.
    #[wasm_bindgen(constructor)]
    pub fn new(first: SharedImage) -> Self {
        Self(denoiser::Samples::new(first.into_linear()))
    }

    /// One more, of the same size.
    pub fn add(&mut self, next: &SharedImage) {
        self.0.add(next.linear());
    }

    /// How far they differ at every pixel; see [`denoiser::Samples::uncertainty`].
    pub fn uncertainty(&self) -> Vec<f32> {
        self.0.uncertainty()
    }

    /// Their mean.
    #[wasm_bindgen(js_name = intoMean)]
    pub fn into_mean(self) -> SharedImage {
        SharedImage::from(self.0.into_mean())
    }
}

/// Where a run is; see [`crate::denoiser::Progress`].
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub struct Progress {
    /// The current step, from 1.
    pub step: usize,
    /// How many tiles of it are finished.
    pub tile: usize,
    /// The share of the work that is done.
    pub fraction: f32,
}

impl From<denoiser::Progress> for Progress {
    fn from(denoiser::Progress { step, tile, fraction, .. }: denoiser::Progress) -> Self {
        Self { step, tile, fraction }
    }
}

/// A small image to display.
#[wasm_bindgen(getter_with_clone)]
pub struct Preview {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// RGBA, opaque.
    pub data: Clamped<Vec<u8>>,
}

impl Preview {
    fn of(run: &Run, most: usize) -> Self {
        let encode = Srgb8::get();
        let mut data = Vec::new();
        let [width, height] = thinned(run, most, |pixel| {
            data.extend(pixel[..CHANNELS].iter().map(|v| encode.code(*v)));
            data.push(u8::MAX);
        });
        Self { width, height, data: Clamped(data) }
    }
}

/// A small image of a RAW photo's planes.
#[wasm_bindgen(getter_with_clone)]
pub struct LightPreview {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Red, green and blue, pixel by pixel.
    pub data: Vec<f32>,
}

impl LightPreview {
    fn of(run: &Run, most: usize) -> Self {
        let mut data = Vec::new();
        let is_mosaic = run.channels() == MOST_CHANNELS;
        let [width, height] = thinned(run, most, |[red, green, other, blue]| {
            data.extend(if is_mosaic { [red, 0.5 * (green + other), blue] } else { [red, green, other] });
        });
        Self { width, height, data }
    }
}

/// Every n-th pixel of every n-th row of a run's image, about `most` in all; how many across and down.
fn thinned(run: &Run, most: usize, mut take: impl FnMut([f32; MOST_CHANNELS])) -> [usize; 2] {
    let (width, height) = run.size();
    let every = ((width * height) as f64 / most.max(1) as f64).sqrt().ceil().max(1.0) as usize;
    for row in (0..height).step_by(every) {
        (0..width).step_by(every).for_each(|column| take(run.pixel(row, column)));
    }
    [width.div_ceil(every), height.div_ceil(every)]
}

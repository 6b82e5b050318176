//! Mathematics and network together: a noisy photo in, a denoised image out, tile by tile and step by step.

mod clipped;
mod coarse;
mod common_noise;
mod device_check;
mod draw;
pub mod frame;
pub(crate) mod hot_pixels;
mod level;
pub mod options;
pub mod parts;
pub mod place;
mod prediction;
pub mod run;
pub mod samples;
mod step;
mod tiles;
mod view;

use std::borrow::Cow;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;

use crate::error::Error;
use crate::estimate::{common_noise, ends, film};
use crate::image::{CHANNELS, LinearImage, MAX_PIXELS};
use crate::method::formulation::{Formulation, Start, Time};
use crate::method::noise::Noise;
use crate::method::schedule::Schedule;
use crate::method::time_map::TimeMap;
use crate::network::kernels::Kernels;
use crate::network::weights::{self, Description};
use crate::network::{Unet, UnetConfig};
use clipped::Clipped;
pub use clipped::Ends;
pub use coarse::{Level, Levels};
use common_noise::CommonNoise;
use frame::{Frame, Inner};
use hot_pixels::Dots;
pub use options::{Options, Strength};
pub use parts::Parts;
pub use place::{Overview, Place};
use prediction::Prediction;
use run::Photo;
pub use run::{Progress, Run};
pub use samples::Samples;
pub use step::TileInput;

/// The most threads by default: each has a tile in memory.
const MOST_THREADS: usize = 8;
/// The longest side of a tile on a processor, where each of its threads has one in memory.
const TILE_ON_PROCESSOR: usize = 512;
/// The longest side of a tile on a GPU.
const TILE_ON_GPU: usize = 1024;
/// Tiles that a GPU is given at once: it works on one while the host finishes the last and makes the next. The second
/// takes what goes to the device and comes back, at most 80 bytes a pixel; all else lies where the first has it.
const TILES_ON_GPU: usize = 2;

/// A trained network on a device, ready to denoise.
#[derive(Debug, Clone)]
pub struct Denoiser {
    /// On the device, or, where kernels compute it, on the processor.
    network: Unet,
    kernels: Option<Arc<Kernels>>,
    config: UnetConfig,
    schedule: Schedule,
    formulation: Formulation,
    device: Device,
    threads: usize,
}

impl Denoiser {
    /// A denoiser from the bytes of a weight file (see [`weights`]). On a GPU the network is computed by [kernels made
    /// for it](crate::network::kernels) if they fit its shape.
    ///
    /// # Errors
    /// [`Error::BadWeights`] if the file is damaged or not a weight file.
    pub fn from_weights(bytes: &[u8], device: &Device) -> Result<Self, Error> {
        let here = Device::flex();
        let (network, description) = weights::from_bytes(bytes, &here)?;
        if *device == here {
            return Ok(Self::new(network, description, device));
        }
        let Some(kernels) = Kernels::new(&network, &description.network, device) else {
            return Ok(Self::new(network.to_device(device), description, device));
        };
        Ok(Self { kernels: Some(Arc::new(kernels)), ..Self::new(network, description, device) })
    }

    /// A denoiser from a network that is on `device`, where it is computed on tensors.
    pub fn new(network: Unet, description: Description, device: &Device) -> Self {
        let Description { network: config, schedule, formulation } = description;
        let schedule = Schedule::new(&schedule);
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        Self { network, kernels: None, config, schedule, formulation, device: device.clone(), threads }
    }

    /// The same denoiser with this many threads on a processor, at least one. Each works on a tile of its own, which
    /// takes memory; the default is one for each core, up to 8. The result is the same to the bit.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// The longest side of a tile where the caller leaves it to the device: as large as its memory allows, since a halo
    /// costs the less the larger the tile is.
    fn tile_side(&self) -> usize {
        if self.device == Device::flex() { TILE_ON_PROCESSOR } else { TILE_ON_GPU }
    }

    /// How many threads work on tiles, each on its own. Other devices than a processor use all of their cores on one
    /// tile.
    fn threads(&self) -> usize {
        if self.device == Device::flex() { self.threads } else { 1 }
    }

    /// How many tiles the device is given at once.
    fn tiles_at_once(&self) -> usize {
        if self.kernels.is_some() { TILES_ON_GPU } else { 1 }
    }

    /// The device that it computes on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The network's shape.
    pub fn config(&self) -> &UnetConfig {
        &self.config
    }

    /// The variant of the method that the network was trained for.
    pub fn formulation(&self) -> Formulation {
        self.formulation
    }

    /// Starts a run, which the caller advances tile by tile; to cancel it, drop it. The run keeps the photo: pass an
    /// `Arc` to share it.
    ///
    /// Hot and dead pixels, single values far beyond what the noise allows, are first replaced by the median of their
    /// neighbours. The noise is in units of the photo's [white](LinearImage::white). Noise that the channels share is
    /// removed from all of them alike, so that a grey photo stays grey. Film grain is removed from coarse to fine: the
    /// run begins at a quarter of the size. What files cut off of the noise at black and white does not brighten
    /// shadows or darken highlights. A [frame] around the photo stays as it is.
    ///
    /// # Errors
    /// [`Error::BadOption`], [`Error::TooLarge`], or [`Error::WrongKind`] if the weights are for another kind of image.
    pub fn start(
        &self,
        photo: impl Into<Arc<LinearImage>>,
        noise: impl Into<Noise>,
        options: &Options,
    ) -> Result<Run, Error> {
        let (mut photo, noise) = (photo.into(), noise.into());
        self.check(&photo, &noise, options)?;
        let pixels = photo.pixels();
        let of_whole = options.place.overview;
        let white = of_whole.map_or_else(|| photo.white(), |whole| whole.white);
        if white != 1.0 {
            photo = Arc::new(Arc::unwrap_or_clone(photo).scaled(1.0 / white));
        }
        let mut frame = None;
        if photo.channels() == CHANNELS {
            let (width, height) = (photo.width(), photo.height());
            let inner = of_whole.map_or_else(|| Inner::of(&photo), |whole| whole.inner);
            if let Some(inner) = inner.and_then(|inner| inner.in_cut(options.place, width, height)) {
                frame = Some(Frame::take_off(Arc::make_mut(&mut photo), inner));
            }
        }
        let dots = if options.strength.is_zero() {
            Dots::default()
        } else {
            Dots::of(&photo, |channel, pixel, signal| noise.std(channel, pixel, pixels, signal))
        };
        let are_hot = of_whole.map_or_else(|| dots.are_hot(), |whole| whole.dots_are_hot);
        let to_mend: Vec<_> = dots.to_mend(are_hot).filter(|(at, _)| options.strength.at(at % pixels) > 0.0).collect();
        if !to_mend.is_empty() {
            let values = Arc::make_mut(&mut photo).values_mut();
            to_mend.iter().for_each(|(at, value)| values[*at] = *value);
        }
        let grain = self.grain_of(&photo, of_whole);
        let common = match of_whole {
            Some(whole) => whole.common,
            // All channels share it.
            None if !grain.is_empty() => Some(coarse::WHITE[0]),
            None => common_noise(&photo),
        };
        let (time_map, common) = self.time_map_of(&photo, &noise, common, options);
        let coarse = self.coarse_run(&photo, &noise, &grain, options);
        let ends = of_whole.map_or_else(|| Self::ends(&photo, &noise), |whole| whole.ends);
        let clipped = Clipped::new(ends, noise, &options.strength, pixels);
        let photo = Photo { y: photo, frame, white, common, clipped, dots_are_hot: are_hot, relative_std: 1.0, coarse };
        Ok(Run::new(self.clone(), photo, time_map, options))
    }

    /// The coarse levels of a photo with film grain, where a run can have them: it has to start at the photo.
    fn grain_of(&self, photo: &LinearImage, of_whole: Option<Overview>) -> Vec<Level> {
        if self.formulation.start != Start::Photo {
            return Vec::new();
        }
        match of_whole {
            Some(whole) => whole.grain.into_iter().flatten().collect(),
            None => {
                film(photo).into_iter().flat_map(|film| film.levels.map(|std| Level { std, latest: 0.0 })).collect()
            }
        }
    }

    /// Where a run on the photo starts; `common` says how much of the noise is white that its channels have in common,
    /// if they have.
    fn time_map_of(
        &self,
        photo: &LinearImage,
        noise: &Noise,
        common: Option<f32>,
        options: &Options,
    ) -> (TimeMap, Option<CommonNoise>) {
        let factor = |row, column| options.strength.at(row * photo.width() + column);
        let times = self.formulation.time_map(photo, noise, &self.schedule, factor);
        let (mut times, common) = match common {
            None => (times, None),
            Some(white) => {
                let (common, of_grey) = CommonNoise::new(white, times, &self.schedule);
                (of_grey, Some(common))
            }
        };
        if let Some(whole) = options.place.overview.filter(|_| self.formulation.time != Time::Map) {
            times = TimeMap::uniform(photo.channels(), photo.width(), photo.height(), whole.latest);
        }
        (times, common)
    }

    /// Where the photo's noise was cut off.
    fn ends(photo: &LinearImage, noise: &Noise) -> Ends {
        if photo.channels() != CHANNELS {
            return Ends::default();
        }
        ends(photo, |channel, pixel, value| noise.std(channel, pixel, photo.pixels(), value))
    }

    /// What a run on a part of this photo has to know of the whole; see [`Place`].
    ///
    /// # Errors
    /// As [`Denoiser::start`].
    pub fn overview(
        &self,
        photo: impl Into<Arc<LinearImage>>,
        noise: impl Into<Noise>,
        options: &Options,
    ) -> Result<Overview, Error> {
        Ok(self.start(photo, noise, options)?.overview())
    }

    /// `T*`, the time of every pixel at which a run on this photo would start.
    ///
    /// # Errors
    /// See [`Denoiser::start`].
    pub fn time_map(&self, photo: &LinearImage, noise: impl Into<Noise>, options: &Options) -> Result<TimeMap, Error> {
        let noise = noise.into();
        self.check(photo, &noise, options)?;
        let white = photo.white();
        let photo: Cow<LinearImage> =
            if white == 1.0 { Cow::Borrowed(photo) } else { Cow::Owned(photo.clone().scaled(1.0 / white)) };
        let factor = |row, column| options.strength.at(row * photo.width() + column);
        Ok(self.formulation.time_map(&photo, &noise, &self.schedule, factor))
    }

    /// The schedule: how much noise a time stands for.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// The network's prediction for a tile that a run of this network has handed out, on whatever device: the noise in
    /// units of its std, as planes of the input's [window](TileInput::window). See [`Run::take_tile`].
    ///
    /// # Errors
    /// [`Error::BadOption`] if the input's planes are not of its size; [`Error::Device`] if the device fails.
    pub async fn predict(&self, input: TileInput) -> Result<Vec<f32>, Error> {
        input.check(&self.config)?;
        match &self.kernels {
            Some(kernels) => input.predicted_by(kernels).await,
            None => input.predicted(&self.network, &self.device).await,
        }
    }

    /// Gives the device a tile.
    fn begin(&self, input: TileInput) -> Prediction {
        let index = input.index;
        if let Some(kernels) = self.kernels.clone() {
            return Prediction::begun(index, async move { input.predicted_by(&kernels).await });
        }
        let (network, device) = (self.network.clone(), self.device.clone());
        Prediction::begun(index, async move { input.predicted(&network, &device).await })
    }

    /// Runs to the end, on a copy of the photo.
    ///
    /// # Errors
    /// See [`Denoiser::start`] and [`Run::advance`].
    pub async fn denoise(
        &self,
        photo: &LinearImage,
        noise: impl Into<Noise>,
        options: &Options,
    ) -> Result<LinearImage, Error> {
        let mut run = self.start(photo.clone(), noise, options)?;
        while run.advance().await?.is_some() {}
        Ok(run.into_image())
    }

    /// Checks the arguments of a run.
    fn check(&self, photo: &LinearImage, noise: &Noise, options: &Options) -> Result<(), Error> {
        let kind = self.config.image;
        if photo.channels() != kind.channels() {
            return Err(Error::WrongKind { expected: kind.words(), found: photo.channels() });
        }
        if photo.pixels() > MAX_PIXELS {
            return Err(Error::TooLarge { pixels: photo.pixels(), limit: MAX_PIXELS });
        }
        options.check()?;
        options.strength.check_size(photo.pixels())?;
        self.check_strength(&options.strength)?;
        noise.check(photo.channels(), photo.pixels())
    }

    /// Whether this variant of the method can have such a strength.
    fn check_strength(&self, strength: &Strength) -> Result<(), Error> {
        let Formulation { start, time, .. } = self.formulation;
        let range = match strength {
            Strength::Everywhere(factor) if start == Start::Photo || *factor == 1.0 => return Ok(()),
            Strength::Map(_) if start == Start::Photo && time == Time::Map => return Ok(()),
            Strength::Map(_) if start == Start::Photo => "one number with these weights: all pixels have one time",
            _ => "1 with these weights: they start at noise, not at the photo",
        };
        let value = match strength {
            Strength::Everywhere(factor) => factor.to_string(),
            Strength::Map(_) => "a map".into(),
        };
        Err(Error::BadOption { name: "strength", value, range })
    }
}

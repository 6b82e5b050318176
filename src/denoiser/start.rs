//! Where a run starts: what is measured of the photo and mended in it before the network sees it.

use std::sync::Arc;

use crate::denoiser::clipped::Clipped;
use crate::denoiser::common_noise::CommonNoise;
use crate::denoiser::frame::{Frame, Inner};
use crate::denoiser::hot_pixels::Dots;
use crate::denoiser::run::Photo;
use crate::denoiser::{Denoiser, Ends, Level, Options, Overview, Place, Run, Strength, coarse};
use crate::error::Error;
use crate::estimate::{common_noise, ends, film};
use crate::image::{CHANNELS, LinearImage, MAX_PIXELS};
use crate::method::formulation::{Formulation, Start, Time};
use crate::method::noise::Noise;
use crate::method::time_map::TimeMap;

impl Denoiser {
    /// Starts a run, which the caller advances tile by tile; to cancel it, drop it. The run keeps the photo: pass an
    /// `Arc` to share it.
    ///
    /// Hot and dead pixels, single values far beyond what the noise allows, are first replaced by the median of their
    /// neighbours. The noise is in units of the photo's [white](LinearImage::white). Noise that the channels share is
    /// removed from all of them alike, so that a grey photo stays grey. Film grain is removed from coarse to fine: the
    /// run begins at a quarter of the size. What files cut off of the noise at black and white does not brighten
    /// shadows or darken highlights. A [frame](crate::denoiser::frame) around the photo stays as it is.
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
        let of_whole = options.place.overview;
        let white = of_whole.map_or_else(|| photo.white(), |whole| whole.white);
        if white != 1.0 {
            photo = Arc::new(Arc::unwrap_or_clone(photo).scaled(1.0 / white));
        }
        let frame = take_off_frame(&mut photo, options.place);
        let dots_are_hot = mend_hot_pixels(&mut photo, &noise, options);
        let grain = self.grain_of(&photo, of_whole);
        let common = match of_whole {
            Some(whole) => whole.common,
            // All channels share it.
            None if !grain.is_empty() => Some(coarse::WHITE[0]),
            None => common_noise(&photo),
        };
        let (time_map, common_noise) = self.time_map_of(&photo, &noise, common, options);
        let coarse = self.coarse_run(&photo, &noise, &grain, options);
        let ends = of_whole.map_or_else(|| ends_of(&photo, &noise), |whole| whole.ends);
        let overview = Overview {
            white,
            common,
            grain: coarse.as_ref().and_then(|coarse| coarse.levels(&grain)),
            ends,
            dots_are_hot,
            inner: frame.as_ref().map(Frame::inner),
            latest: time_map.latest(),
        };
        let clipped = Clipped::new(ends, noise, &options.strength, photo.pixels());
        let photo = Photo { y: photo, frame, common: common_noise, clipped, coarse, overview };
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
    pub(super) fn time_map_of(
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

    /// Checks the arguments of a run.
    pub(super) fn check(&self, photo: &LinearImage, noise: &Noise, options: &Options) -> Result<(), Error> {
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

/// Takes the photo's frame off it, if it has one.
fn take_off_frame(photo: &mut Arc<LinearImage>, place: Place) -> Option<Frame> {
    if photo.channels() != CHANNELS {
        return None;
    }
    let (width, height) = (photo.width(), photo.height());
    let inner = place.overview.map_or_else(|| Inner::of(photo), |whole| whole.inner);
    let inner = inner?.in_cut(place, width, height)?;
    Some(Frame::take_off(Arc::make_mut(photo), inner))
}

/// Mends hot and dead pixels; whether dots that may be detail were taken for such.
fn mend_hot_pixels(photo: &mut Arc<LinearImage>, noise: &Noise, options: &Options) -> bool {
    let pixels = photo.pixels();
    let dots = if options.strength.is_zero() {
        Dots::default()
    } else {
        Dots::of(photo, |channel, pixel, signal| noise.std(channel, pixel, pixels, signal))
    };
    let are_hot = options.place.overview.map_or_else(|| dots.are_hot(), |whole| whole.dots_are_hot);
    let to_mend: Vec<_> = dots.to_mend(are_hot).filter(|(at, _)| options.strength.at(at % pixels) > 0.0).collect();
    if !to_mend.is_empty() {
        let values = Arc::make_mut(photo).values_mut();
        to_mend.iter().for_each(|(at, value)| values[*at] = *value);
    }
    are_hot
}

/// Where the photo's noise was cut off.
fn ends_of(photo: &LinearImage, noise: &Noise) -> Ends {
    if photo.channels() != CHANNELS {
        return Ends::default();
    }
    ends(photo, |channel, pixel, value| noise.std(channel, pixel, photo.pixels(), value))
}

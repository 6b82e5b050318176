//! What a RAW file holds.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::error::Error;
use crate::image::{CHANNELS, LinearImage};
use crate::raw::colors::{ColorMatrix, Colors};
use crate::raw::decode::Operations;
use crate::raw::error::RawError;
use crate::raw::layout::Layout;
use crate::raw::levels::Levels;
use crate::raw::light::Light;
use crate::raw::mosaic::Mosaic;
use crate::raw::noise_profile::{NoiseProfile, NoiseProfileError};
use crate::raw::x_trans;
use crate::raw::x_trans::codes::as_linear;

pub use crate::raw::mosaic::Area;

/// What a camera's colours are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CameraColor {
    /// What red, green and blue are multiplied by so that grey gets grey; green's is 1. `None` if the file does not
    /// say.
    pub white_balance: Option<[f32; 3]>,
    /// From CIE XYZ to the camera's red, green and blue, in one light or two.
    pub matrices: Vec<ColorMatrix>,
    /// How much brighter a developed picture is to be, in EV.
    pub baseline_exposure: f32,
}

impl CameraColor {
    /// How the camera's colours become those of a screen.
    pub fn colors(&self) -> Colors {
        Colors::of_camera(&self.matrices, self.white_balance, self.baseline_exposure)
    }
}

/// How a photo was taken, as far as the file says it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shot {
    /// The sensitivity.
    pub iso: Option<u32>,
    /// Seconds.
    pub exposure_time: Option<f64>,
    /// The aperture.
    pub f_number: Option<f64>,
    /// Millimetres.
    pub focal_length: Option<f64>,
    /// `2026:11:29 18:30:00`, the camera's time.
    pub taken: Option<String>,
    /// The lens's name.
    pub lens: Option<String>,
    /// The body's number.
    pub serial: Option<String>,
    /// The photographer.
    pub artist: Option<String>,
    /// Whose it is.
    pub copyright: Option<String>,
}

/// What the user should know about a RAW file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RawNote {
    /// Corrections that a DNG asks for after demosaicing and that move pixels.
    LensCorrections,
    /// A NoiseProfile that cannot be.
    NoiseProfile(NoiseProfileError),
    /// A camera whose colours are not known.
    NoColors,
    /// An X-Trans mosaic, whose colours are interpolated.
    XTrans,
}

impl fmt::Display for RawNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LensCorrections => f.write_str(
                "its corrections of distortion stay in the DNG, for the program that develops it; svnr's own \
                 development does without them",
            ),
            Self::NoiseProfile(error) => write!(f, "{error}; it is left out"),
            Self::NoColors => f.write_str("it does not say what its colours are; svnr's own development guesses them"),
            Self::XTrans => f.write_str(
                "its X-Trans mosaic is interpolated before denoising; the DNG has all colours at every pixel (a \
                 linear DNG) and is up to three times as large",
            ),
        }
    }
}

/// A RAW file: the codes of its photosites, and what they mean.
#[derive(Debug, Clone, PartialEq)]
pub struct RawPhoto {
    /// The kind of file: `DNG`, `CR3`, ...
    pub format: &'static str,
    /// The camera's maker, as the file has it.
    pub make: String,
    /// The camera's model, as the file has it.
    pub model: String,
    /// Both, as people say them.
    pub camera: String,
    /// Stored photosites across, with those that get no light.
    pub width: usize,
    /// Stored photosites down.
    pub height: usize,
    /// The codes of each of them, row after row.
    pub codes: Vec<u16>,
    /// What the codes mean.
    pub levels: Levels,
    /// The colours, from the first stored photosite on.
    pub layout: Layout,
    /// The photosites that get light.
    pub active: Area,
    /// What a developed picture shows of them.
    pub crop: Area,
    /// Photosites that are kept dark.
    pub masked: Vec<Area>,
    /// How a developed picture is to be turned: EXIF's Orientation, 1 to 8.
    pub orientation: u16,
    /// The width of a photosite in heights.
    pub pixel_aspect: f32,
    /// Its colours.
    pub color: CameraColor,
    /// How it was taken.
    pub shot: Shot,
    /// The noise that the file says it has.
    pub noise_profile: Option<NoiseProfile>,
    /// Where in the file its largest JPEG preview lies.
    pub preview: Option<Range<usize>>,
    /// Whether the decoder has mended the bad pixels that a DNG lists.
    pub(super) is_mended: bool,
    /// Whether a DNG has operations on its codes, which would not fit other codes.
    pub(super) has_code_operations: bool,
    /// What a DNG asks to be done to its light before it is shown.
    pub(super) operations: Operations,
    /// What the user should know.
    pub notes: Vec<RawNote>,
}

/// The codes of a result.
pub(super) struct Codes {
    /// Those of each stored photosite.
    pub values: Vec<u16>,
    /// How many of them make one of the file's: 1, or a power of two that leaves room for finer steps.
    pub scale: u32,
}

impl RawPhoto {
    /// The photosites that get light, as light.
    ///
    /// # Panics
    /// If the active area is not that of a decoded file.
    pub fn light(&self) -> Light {
        self.light_of(self.lit())
    }

    /// The photosites of an area of [`RawPhoto::light`].
    ///
    /// # Panics
    /// If the area has no photosites, or does not lie there.
    pub fn light_of(&self, area: Area) -> Light {
        let Area { width, height, .. } = area;
        let samples = self.layout.samples();
        let light = match self.layout_at(area.row, area.column) {
            Layout::Bayer(phase) => Mosaic::new(width, height, phase, self.values_of(area)).map(Light::Mosaic),
            Layout::XTrans(_) => {
                let around = area.with_margin(x_trans::AROUND, &self.lit());
                let balance = self.color.colors().white_balance;
                let light = self.with_x_trans(around, |sites| x_trans::image(sites, balance, area));
                return Light::Linear(light.expect("codes between levels are finite"));
            }
            Layout::Linear => {
                let mut values = vec![0.0; samples * width * height];
                for (r, stored) in self.rows_of(area).enumerate() {
                    let stored: Vec<f32> = stored.collect();
                    for (sample, plane) in values.chunks_exact_mut(width * height).enumerate() {
                        let line = plane[r * width..][..width].iter_mut();
                        line.zip(stored[sample..].iter().step_by(samples)).for_each(|(out, v)| *out = *v);
                    }
                }
                LinearImage::new(width, height, values).map(Light::Linear)
            }
        };
        light.expect("codes between levels are finite")
    }

    /// The light of the codes of an area of [`RawPhoto::light`], row after row as they are stored.
    fn values_of(&self, area: Area) -> Vec<f32> {
        let mut values = Vec::with_capacity(self.layout.samples() * area.width * area.height);
        self.rows_of(area).for_each(|row| values.extend(row));
        values
    }

    /// The same row by row.
    fn rows_of(&self, area: Area) -> impl Iterator<Item = impl Iterator<Item = f32>> {
        let samples = self.layout.samples();
        let (row, column) = (self.active.row + area.row, samples * (self.active.column + area.column));
        (row..row + area.height).map(move |row| {
            let codes = &self.codes[row * samples * self.width + column..][..samples * area.width];
            self.levels.row_light(row, column, codes)
        })
    }

    /// What a function makes of the X-Trans mosaic, whose light it asks for in an area alone. What the file asks for
    /// before interpolation is done.
    ///
    /// # Panics
    /// If it has none.
    pub(super) fn with_x_trans<T>(&self, area: Area, f: impl FnOnce(&x_trans::Sites) -> T) -> T {
        let Layout::XTrans(pattern) = self.active_layout() else { panic!("{:?}", self.layout) };
        let mut values = self.values_of(area);
        self.operations.on_sites(&mut values, 1, area, self.lit());
        let light = |row: usize, column: usize| values[(row - area.row) * area.width + column - area.column];
        let Area { width, height, .. } = self.active;
        f(&x_trans::Sites { width, height, pattern, light: &light })
    }

    /// All photosites of [`RawPhoto::light`].
    pub(super) fn lit(&self) -> Area {
        Area { row: 0, column: 0, ..self.active }
    }

    /// The crop within [`RawPhoto::light`].
    pub fn crop_of_light(&self) -> Area {
        Area { row: self.crop.row - self.active.row, column: self.crop.column - self.active.column, ..self.crop }
    }

    /// The layout from a photosite of [`RawPhoto::light`] on.
    pub fn layout_at(&self, row: usize, column: usize) -> Layout {
        self.active_layout().at(row, column)
    }

    /// The layout from the first photosite on that gets light.
    pub(super) fn active_layout(&self) -> Layout {
        self.layout.at(self.active.row, self.active.column)
    }

    /// What the network sees of light of this photo: the planes of a mosaic, or, as it sees developed photos, red,
    /// green and blue times [`RawPhoto::factors`].
    pub fn planes(&self, light: Light) -> LinearImage {
        match light {
            Light::Mosaic(mosaic) => mosaic.planes(),
            Light::Linear(image) => image.balanced(self.factors()),
        }
    }

    /// The light of an area of [`RawPhoto::light`] of which the network sees these planes: the inverse of
    /// [`RawPhoto::planes`].
    ///
    /// # Errors
    /// [`Error::WrongPlanes`] if they are not those of such an area.
    pub fn light_of_planes(&self, area: Area, planes: LinearImage) -> Result<Light, Error> {
        let Area { width, height, .. } = area;
        match self.layout_at(area.row, area.column) {
            Layout::Bayer(phase) => Mosaic::of_planes((width, height), phase, &planes).map(Light::Mosaic),
            Layout::XTrans(_) | Layout::Linear => {
                let (expected, found) =
                    ((CHANNELS, width, height), (planes.channels(), planes.width(), planes.height()));
                if expected != found {
                    return Err(Error::WrongPlanes { expected, found });
                }
                Ok(Light::Linear(planes.balanced(self.factors().map(f32::recip))))
            }
        }
    }

    /// What the network sees of light of 1 in red, green and blue of a linear photo: they are balanced, and as bright
    /// as in the developed picture.
    pub fn factors(&self) -> [f32; CHANNELS] {
        let Colors { white_balance, baseline_exposure, .. } = self.color.colors();
        let least = white_balance.into_iter().fold(f32::INFINITY, f32::min);
        white_balance.map(|v| v / least * baseline_exposure.exp2())
    }

    /// The photo whose codes a DNG of a result has: this one, or, of an X-Trans mosaic, one of linear light.
    pub(super) fn in_dng(&self) -> Cow<'_, Self> {
        match self.layout {
            Layout::XTrans(_) => Cow::Owned(as_linear(self)),
            Layout::Bayer(_) | Layout::Linear => Cow::Borrowed(self),
        }
    }

    /// Whether another photo, read from a DNG that was made of this one, can have the light of this one.
    pub fn is_like(&self, kept: &Self) -> bool {
        let of = |photo: &Self| (photo.active.width, photo.active.height, photo.active_layout().of_light());
        of(self) == of(kept)
    }

    /// The codes of a result; photosites without light keep theirs. They are finer than the file's if that has room for
    /// it and anything is gained: noise hides the steps between codes, and it is gone.
    pub(super) fn codes_of(&self, result: &Light) -> Result<Codes, RawError> {
        let Area { row, column, width, height } = self.active;
        let say = |width, height, layout: Layout| format!("{width} x {height} photosites, {layout:?}");
        let (expected, found) =
            ((width, height, self.active_layout()), (result.width(), result.height(), result.layout()));
        if expected != found {
            let [expected, found] = [expected, found].map(|(width, height, layout)| say(width, height, layout));
            return Err(RawError::OtherPicture { expected, found });
        }
        let white = self.levels.whites().iter().copied().fold(0.0, f32::max);
        let largest = self.codes.iter().copied().max().map_or(0.0, f32::from).max(white);
        let mut scale = 1;
        while !self.has_code_operations && 2.0 * scale as f32 * largest <= f32::from(u16::MAX) {
            scale *= 2;
        }
        let mut values: Vec<u16> = self.codes.iter().map(|code| (u32::from(*code) * scale) as u16).collect();
        let samples = self.layout.samples();
        for sample in 0..samples {
            let light = match result {
                Light::Mosaic(mosaic) => mosaic.values(),
                Light::Linear(image) => image.plane(sample),
            };
            for (r, line) in (row..).zip(light.chunks_exact(width)) {
                let out = &mut values[r * samples * self.width..][..samples * self.width];
                for (c, light) in (column..).map(|c| samples * c + sample).zip(line) {
                    // Out of range, `as` takes the nearest.
                    out[c] = (self.levels.code(r, c, *light) * scale as f32).round() as u16;
                }
            }
        }
        if scale > 1 && values.iter().all(|code| u32::from(*code).is_multiple_of(scale)) {
            values.iter_mut().for_each(|code| *code = (u32::from(*code) / scale) as u16);
            scale = 1;
        }
        Ok(Codes { values, scale })
    }

    /// The mosaic of a photo that has one.
    #[cfg(test)]
    pub(super) fn mosaic(&self) -> Mosaic {
        let Light::Mosaic(mosaic) = self.light() else { panic!("a linear photo") };
        mosaic
    }
}

//! What a RAW file holds.

use std::fmt;
use std::ops::Range;

use image::RgbImage;

use crate::error::Error;
use crate::image::{CHANNELS, LinearImage};
use crate::raw::colors::{ColorMatrix, Colors};
use crate::raw::develop::Development;
use crate::raw::error::RawError;
use crate::raw::layout::Layout;
use crate::raw::levels::Levels;
use crate::raw::light::Light;
use crate::raw::mosaic::Mosaic;
use crate::raw::noise_profile::{NoiseProfile, NoiseProfileError};
use crate::raw::quick::quick_look;

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
    /// Corrections that a DNG asks for after demosaicing.
    LensCorrections,
    /// A NoiseProfile that cannot be.
    NoiseProfile(NoiseProfileError),
    /// A camera whose colours are not known.
    NoColors,
    /// An X-Trans mosaic, whose colours were interpolated.
    XTrans,
}

impl fmt::Display for RawNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LensCorrections => f.write_str(
                "its lens corrections stay in the DNG, for the program that develops it; svnr's own development does \
                 without them",
            ),
            Self::NoiseProfile(error) => write!(f, "{error}; it is left out"),
            Self::NoColors => f.write_str("it does not say what its colours are; svnr's own development guesses them"),
            Self::XTrans => f.write_str(
                "its X-Trans mosaic was interpolated before denoising; the DNG has all colours at every pixel (a \
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
    /// Whether the colours were interpolated here, so that the file has other codes than these.
    pub(super) is_interpolated: bool,
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
        self.light_of(Area { row: 0, column: 0, ..self.active })
    }

    /// The photosites of an area of [`RawPhoto::light`].
    ///
    /// # Panics
    /// If the area has no photosites, or does not lie there.
    pub fn light_of(&self, area: Area) -> Light {
        let Area { width, height, .. } = area;
        let (row, column) = (self.active.row + area.row, self.active.column + area.column);
        let samples = self.layout.samples();
        let mut values = Vec::with_capacity(samples * width * height);
        for sample in 0..samples {
            for r in row..row + height {
                let line = &self.codes[r * samples * self.width..][..samples * self.width];
                let stored = (column..column + width).map(|c| samples * c + sample);
                values.extend(stored.map(|c| self.levels.light(r, c, line[c])));
            }
        }
        let light = match self.layout_at(area.row, area.column) {
            Layout::Bayer(phase) => Mosaic::new(width, height, phase, values).map(Light::Mosaic),
            Layout::Linear => LinearImage::new(width, height, values).map(Light::Linear),
        };
        light.expect("codes between levels are finite")
    }

    /// A quick look at light of this photo, all of it: its crop as a picture of a width and a height, in sRGB and not
    /// turned.
    pub fn quick_look(&self, light: &Light, size: (u32, u32)) -> RgbImage {
        quick_look(light, self.crop_of_light(), size, &self.color.colors(), &Development::default())
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
            Layout::Linear => {
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

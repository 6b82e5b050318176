//! Which colours a RAW file has at its photosites.

use crate::image::CHANNELS;
use crate::raw::demosaic::MARGIN;
use crate::raw::mosaic::Phase;
use crate::raw::x_trans::XTrans;

/// Which colours are recorded at each photosite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One, in a Bayer pattern of this phase.
    Bayer(Phase),
    /// One, in an X-Trans pattern. Its light is interpolated, and is linear.
    XTrans(XTrans),
    /// All three: the camera, or a program, has interpolated them, as in a linear DNG.
    Linear,
}

impl Layout {
    /// The layout of what begins in this row and column.
    #[must_use]
    pub fn at(self, row: usize, column: usize) -> Self {
        match self {
            Self::Bayer(phase) => Self::Bayer(phase.at(row, column)),
            Self::XTrans(pattern) => Self::XTrans(pattern.at(row, column)),
            Self::Linear => Self::Linear,
        }
    }

    /// The layout of the light of what has this one, and of the DNG that is made of it.
    #[must_use]
    pub fn of_light(self) -> Self {
        match self {
            Self::Bayer(_) => self,
            Self::XTrans(_) | Self::Linear => Self::Linear,
        }
    }

    /// Codes of each photosite.
    pub fn samples(self) -> usize {
        match self {
            Self::Bayer(_) | Self::XTrans(_) => 1,
            Self::Linear => CHANNELS,
        }
    }

    /// Photosites across, and down, in the place of a pixel of the planes that the network sees.
    pub fn sites_per_pixel(self) -> usize {
        match self {
            Self::Bayer(_) => 2,
            Self::XTrans(_) | Self::Linear => 1,
        }
    }

    /// How many rows and columns before the first photosite the first pixel of the planes begins.
    pub fn before(self) -> (usize, usize) {
        match self {
            Self::Bayer(Phase { red_row, red_column }) => (red_row, red_column),
            Self::XTrans(_) | Self::Linear => (0, 0),
        }
    }

    /// Width and height of the planes of so many photosites across and down.
    pub fn plane_size(self, width: usize, height: usize) -> (usize, usize) {
        match self {
            Self::Bayer(phase) => phase.plane_size(width, height),
            Self::XTrans(_) | Self::Linear => (width, height),
        }
    }

    /// Photosites of the light around a place that are needed to develop it.
    pub fn margin(self) -> usize {
        match self {
            Self::Bayer(_) => MARGIN,
            Self::XTrans(_) | Self::Linear => 0,
        }
    }
}

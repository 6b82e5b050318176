//! The light of a RAW photo, whatever its layout.

use crate::error::Error;
use crate::image::LinearImage;
use crate::raw::layout::Layout;
use crate::raw::mosaic::{Area, Mosaic};

/// The light of photosites in the camera's colours: black at 0, white at 1, without white balance.
#[derive(Debug, Clone, PartialEq)]
pub enum Light {
    /// One colour at each photosite.
    Mosaic(Mosaic),
    /// All three.
    Linear(LinearImage),
}

impl From<Mosaic> for Light {
    fn from(mosaic: Mosaic) -> Self {
        Self::Mosaic(mosaic)
    }
}

impl Light {
    /// Photosites across.
    pub fn width(&self) -> usize {
        match self {
            Self::Mosaic(mosaic) => mosaic.width(),
            Self::Linear(image) => image.width(),
        }
    }

    /// Photosites down.
    pub fn height(&self) -> usize {
        match self {
            Self::Mosaic(mosaic) => mosaic.height(),
            Self::Linear(image) => image.height(),
        }
    }

    /// Which colours it has.
    pub fn layout(&self) -> Layout {
        match self {
            Self::Mosaic(mosaic) => Layout::Bayer(mosaic.phase()),
            Self::Linear(_) => Layout::Linear,
        }
    }

    /// The photosites of an area.
    ///
    /// # Errors
    /// [`Error::EmptyImage`] for one without photosites, [`Error::BadOption`] for one that does not lie in it.
    pub fn cut(&self, area: Area) -> Result<Self, Error> {
        let image = match self {
            Self::Mosaic(mosaic) => return mosaic.cut(area).map(Self::Mosaic),
            Self::Linear(image) => image,
        };
        let all = Area { row: 0, column: 0, width: image.width(), height: image.height() };
        if !area.is_in(&all) {
            return Err(Error::BadOption { name: "area", value: format!("{area:?}"), range: "within the picture" });
        }
        let Area { row, column, width, height } = area;
        let value = |channel: usize, r: usize, c: usize| image.plane(channel)[(row + r) * all.width + column + c];
        LinearImage::from_fn(width, height, value).map(Self::Linear)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_are_parts_of_the_whole() {
        let image = LinearImage::from_fn(7, 5, |channel, r, c| (100 * channel + 10 * r + c) as f32).unwrap();
        let light = Light::Linear(image);
        let Light::Linear(cut) = light.cut(Area { row: 1, column: 2, width: 4, height: 3 }).unwrap() else { panic!() };
        assert_eq!((cut.width(), cut.height(), cut.plane(2)[4 + 1]), (4, 3, 223.0));
        for (row, width) in [(3, 4), (0, 0), (usize::MAX, 4), (0, 8)] {
            assert!(light.cut(Area { row, column: 0, width, height: 3 }).is_err(), "{row} {width}");
        }
    }
}

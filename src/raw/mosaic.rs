//! The values that a Bayer sensor records: one colour per photosite.

use crate::error::Error;
use crate::image::{CHANNELS, LinearImage};

/// Planes of a mosaic: red, green in red's rows, green in blue's rows, blue.
pub const PLANES: usize = 4;

/// A rectangle of photosites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// Its first row.
    pub row: usize,
    /// Its first column.
    pub column: usize,
    /// Photosites across.
    pub width: usize,
    /// Photosites down.
    pub height: usize,
}

impl Area {
    /// Whether it lies in another.
    pub fn is_in(&self, other: &Self) -> bool {
        let is_in = |from: usize, length: usize, other_from: usize, other_length: usize| {
            from >= other_from && from.saturating_add(length) <= other_from + other_length
        };
        is_in(self.row, self.height, other.row, other.height)
            && is_in(self.column, self.width, other.column, other.width)
    }

    /// With so many more sites on every side, as far as they lie in another area.
    #[must_use]
    pub fn with_margin(&self, margin: usize, within: &Self) -> Self {
        let wider = |from: usize, length: usize, first: usize, all: usize| {
            let start = from.saturating_sub(margin).max(first);
            (start, (from + length + margin).min(first + all) - start)
        };
        let (row, height) = wider(self.row, self.height, within.row, within.height);
        let (column, width) = wider(self.column, self.width, within.column, within.width);
        Self { row, column, width, height }
    }
}

/// Where the red site of the repeating 2 x 2 square lies, which tells the four Bayer patterns apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Phase {
    /// The red site's row in the square: 0 or 1.
    pub red_row: usize,
    /// The red site's column in the square: 0 or 1.
    pub red_column: usize,
}

/// The colour of a photosite. Its number is that of its plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SiteColor {
    /// Red.
    Red = 0,
    /// Green, in a row with red sites.
    GreenRed = 1,
    /// Green, in a row with blue sites.
    GreenBlue = 2,
    /// Blue.
    Blue = 3,
}

impl Phase {
    /// Red at the top left.
    pub const RGGB: Self = Self { red_row: 0, red_column: 0 };
    /// Red at the top right.
    pub const GRBG: Self = Self { red_row: 0, red_column: 1 };
    /// Red at the bottom left.
    pub const GBRG: Self = Self { red_row: 1, red_column: 0 };
    /// Red at the bottom right.
    pub const BGGR: Self = Self { red_row: 1, red_column: 1 };
    /// All four patterns.
    pub const ALL: [Self; 4] = [Self::RGGB, Self::GRBG, Self::GBRG, Self::BGGR];

    /// The phase of what begins in this row and column.
    #[must_use]
    pub fn at(self, row: usize, column: usize) -> Self {
        Self { red_row: (self.red_row + row) % 2, red_column: (self.red_column + column) % 2 }
    }

    /// Width and height of the planes of a mosaic of a width and a height; see [`Mosaic::plane_size`].
    pub fn plane_size(self, width: usize, height: usize) -> (usize, usize) {
        let squares = |sites: usize, red: usize| (sites + red).div_ceil(2);
        (squares(width, self.red_column), squares(height, self.red_row))
    }

    /// The colour of the site in this row and column.
    pub fn color_at(self, row: usize, column: usize) -> SiteColor {
        match ((row + self.red_row) % 2, (column + self.red_column) % 2) {
            (0, 0) => SiteColor::Red,
            (0, _) => SiteColor::GreenRed,
            (_, 0) => SiteColor::GreenBlue,
            _ => SiteColor::Blue,
        }
    }
}

impl SiteColor {
    /// The channel of an RGB image that holds this colour: 0 red, 1 green, 2 blue.
    pub fn channel(self) -> usize {
        match self {
            Self::Red => 0,
            Self::GreenRed | Self::GreenBlue => 1,
            Self::Blue => 2,
        }
    }
}

/// A Bayer mosaic in linear light: one value per photosite, row after row, with black at 0 and white at 1, *not*
/// clipped and without white balance.
#[derive(Debug, Clone, PartialEq)]
pub struct Mosaic {
    width: usize,
    height: usize,
    phase: Phase,
    values: Vec<f32>,
}

impl Mosaic {
    /// A mosaic of `width * height` finite values.
    ///
    /// # Errors
    /// [`Error::EmptyImage`], [`Error::WrongLength`], [`Error::NotFinite`] (whose channel is the site's plane), or
    /// [`Error::BadOption`] for a phase other than 0 or 1.
    pub fn new(width: usize, height: usize, phase: Phase, values: Vec<f32>) -> Result<Self, Error> {
        if phase.red_row > 1 || phase.red_column > 1 {
            let value = format!("row {}, column {}", phase.red_row, phase.red_column);
            return Err(Error::BadOption { name: "phase", value, range: "the row and column, 0 or 1, of a red site" });
        }
        if width == 0 || height == 0 {
            return Err(Error::EmptyImage { width, height });
        }
        // A product that overflows is no length of a list.
        let expected = width.saturating_mul(height);
        if values.len() != expected {
            return Err(Error::WrongLength { width, height, expected, found: values.len() });
        }
        if let Some(at) = values.iter().position(|v| !v.is_finite()) {
            let (row, column) = (at / width, at % width);
            return Err(Error::NotFinite { channel: phase.color_at(row, column) as usize, row, column });
        }
        Ok(Self { width, height, phase, values })
    }

    /// What a sensor with this pattern records of an RGB image in the sensor's colours: one channel of each pixel.
    ///
    /// # Errors
    /// [`Error::BadOption`] for an image with another number of channels or a phase other than 0 or 1.
    pub fn sampled(image: &LinearImage, phase: Phase) -> Result<Self, Error> {
        if image.channels() != CHANNELS {
            let value = image.channels().to_string();
            return Err(Error::BadOption { name: "channels", value, range: "3: red, green and blue" });
        }
        let width = image.width();
        let value = |at: usize| image.plane(phase.color_at(at / width, at % width).channel())[at];
        Self::new(width, image.height(), phase, (0..image.pixels()).map(value).collect())
    }

    /// The sites of an area.
    ///
    /// # Errors
    /// [`Error::EmptyImage`] for one without sites, [`Error::BadOption`] for one that does not lie in the mosaic.
    pub fn cut(&self, area: Area) -> Result<Self, Error> {
        if !area.is_in(&Area { row: 0, column: 0, width: self.width, height: self.height }) {
            return Err(Error::BadOption { name: "area", value: format!("{area:?}"), range: "within the mosaic" });
        }
        let rows = self.values.chunks_exact(self.width).skip(area.row).take(area.height);
        let values = rows.flat_map(|line| &line[area.column..area.column + area.width]).copied().collect();
        Self::new(area.width, area.height, self.phase.at(area.row, area.column), values)
    }

    /// Photosites across.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Photosites down.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Where the red sites lie.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// All values, row after row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The values themselves.
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }

    /// The value in this row and column.
    ///
    /// # Panics
    /// If there is no such site.
    pub fn value(&self, row: usize, column: usize) -> f32 {
        self.values[row * self.width + column]
    }

    /// The colour of the site in this row and column.
    pub fn color_at(&self, row: usize, column: usize) -> SiteColor {
        self.phase.color_at(row, column)
    }

    /// Width and height of each plane: as many whole 2 x 2 squares that begin with a red site as cover the mosaic.
    pub fn plane_size(&self) -> (usize, usize) {
        self.phase.plane_size(self.width, self.height)
    }

    /// The four colours as the channels of an image, in the order of [`SiteColor`]. Every phase gives the same
    /// arrangement: at a pixel of the planes lie the four sites of a square that begins with a red one. Sites of border
    /// squares that the mosaic lacks repeat the nearest one of the same colour (of any colour if the mosaic has a
    /// single row or column).
    pub fn planes(&self) -> LinearImage {
        let (width, height) = self.plane_size();
        let mut values = Vec::with_capacity(PLANES * width * height);
        for plane in 0..PLANES {
            let columns: Vec<usize> =
                (0..width).map(|square| nearest(2 * square + plane % 2, self.phase.red_column, self.width)).collect();
            for square in 0..height {
                let row = nearest(2 * square + plane / 2, self.phase.red_row, self.height);
                let sites = &self.values[row * self.width..(row + 1) * self.width];
                values.extend(columns.iter().map(|&column| sites[column]));
            }
        }
        LinearImage::of_planes(PLANES, width, height, values).expect("a mosaic's values are finite")
    }

    /// The mosaic of this size and phase whose sites have the values of these planes: the inverse of
    /// [`Mosaic::planes`].
    ///
    /// # Errors
    /// [`Error::WrongPlanes`] if the planes are not those of such a mosaic.
    pub fn with_planes(&self, planes: &LinearImage) -> Result<Self, Error> {
        Self::of_planes((self.width, self.height), self.phase, planes)
    }

    /// The mosaic of a width, a height and a phase whose sites have the values of these planes.
    ///
    /// # Errors
    /// [`Error::WrongPlanes`] if the planes are not those of such a mosaic.
    pub fn of_planes((width, height): (usize, usize), phase: Phase, planes: &LinearImage) -> Result<Self, Error> {
        let (columns, rows) = phase.plane_size(width, height);
        let expected = (PLANES, columns, rows);
        let found = (planes.channels(), planes.width(), planes.height());
        if found != expected {
            return Err(Error::WrongPlanes { expected, found });
        }
        let mut values = Vec::with_capacity(width * height);
        for row in (0..height).map(|row| row + phase.red_row) {
            let [even, odd] = [0, 1].map(|side| planes.plane(row % 2 * 2 + side));
            let start = row / 2 * columns;
            values.extend((0..width).map(|column| column + phase.red_column).map(|column| {
                let plane = if column.is_multiple_of(2) { even } else { odd };
                plane[start + column / 2]
            }));
        }
        Ok(Self { width, height, phase, values })
    }
}

/// The row (or column) of a mosaic at a place of its squares, or the nearest one of the same parity.
///
/// `place` counts from the first row of the first square, which lies `offset` rows before the mosaic's first.
fn nearest(place: usize, offset: usize, sites: usize) -> usize {
    if place < offset {
        // The square's second row is the mosaic's first, so the next of this parity is its second.
        return 1.min(sites - 1);
    }
    let at = place - offset;
    if at < sites {
        at
    } else {
        // The last square has at most one row beyond the mosaic.
        at.checked_sub(2).filter(|at| *at < sites).unwrap_or(sites - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mosaic whose values tell where they are.
    fn numbered(width: usize, height: usize, phase: Phase) -> Mosaic {
        let values = (0..width * height).map(|i| (100 * (i / width) + i % width) as f32).collect();
        Mosaic::new(width, height, phase, values).unwrap()
    }

    #[test]
    fn the_phase_tells_every_sites_colour() {
        use SiteColor::{Blue as B, GreenBlue as H, GreenRed as G, Red as R};
        for (phase, square) in [
            (Phase::RGGB, [[R, G], [H, B]]),
            (Phase::GRBG, [[G, R], [B, H]]),
            (Phase::GBRG, [[H, B], [R, G]]),
            (Phase::BGGR, [[B, H], [G, R]]),
        ] {
            for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1), (4, 7), (9, 2)] {
                assert_eq!(phase.color_at(row, column), square[row % 2][column % 2], "{phase:?} {row} {column}");
            }
        }
        assert_eq!([R, G, H, B].map(SiteColor::channel), [0, 1, 1, 2]);
        assert_eq!([R, G, H, B].map(|c| c as usize), [0, 1, 2, 3]);
    }

    #[test]
    fn planes_of_an_even_mosaic_are_its_sites() {
        let planes = numbered(4, 4, Phase::RGGB).planes();
        assert_eq!((planes.channels(), planes.width(), planes.height()), (4, 2, 2));
        assert_eq!(planes.plane(0), [0., 2., 200., 202.]);
        assert_eq!(planes.plane(1), [1., 3., 201., 203.]);
        assert_eq!(planes.plane(2), [100., 102., 300., 302.]);
        assert_eq!(planes.plane(3), [101., 103., 301., 303.]);
    }

    #[test]
    fn missing_sites_are_the_nearest_of_their_colour() {
        // The red site is at (1, 1): the first squares begin outside, at row and column -1.
        let planes = numbered(4, 3, Phase::BGGR).planes();
        assert_eq!((planes.width(), planes.height()), (3, 2));
        assert_eq!(planes.plane(0), [101., 101., 103., 101., 101., 103.]);
        assert_eq!(planes.plane(1), [100., 102., 102., 100., 102., 102.]);
        assert_eq!(planes.plane(2), [1., 1., 3., 201., 201., 203.]);
        assert_eq!(planes.plane(3), [0., 2., 2., 200., 202., 202.]);
    }

    #[test]
    fn planes_lead_back_at_every_phase_and_size() {
        for phase in Phase::ALL {
            for (width, height) in (1..7).flat_map(|w| (1..7).map(move |h| (w, h))) {
                let mosaic = numbered(width, height, phase);
                let planes = mosaic.planes();
                assert_eq!((planes.width(), planes.height()), mosaic.plane_size());
                assert_eq!(mosaic.with_planes(&planes).unwrap(), mosaic, "{phase:?} {width} x {height}");
                if width == 1 || height == 1 {
                    continue;
                }
                // Every value of a plane comes from a site of its colour, at most two away.
                for (plane, at) in (0..4).flat_map(|p| (0..planes.pixels()).map(move |at| (p, at))) {
                    let value = planes.plane(plane)[at] as usize;
                    let (row, column) = (value / 100, value % 100);
                    assert_eq!(mosaic.color_at(row, column) as usize, plane, "{phase:?} {width} x {height}");
                    let place = |square: usize, side: usize, red: usize| (2 * square + side) as isize - red as isize;
                    let down = place(at / planes.width(), plane / 2, phase.red_row) - row as isize;
                    let right = place(at % planes.width(), plane % 2, phase.red_column) - column as isize;
                    assert!(down.abs() <= 2 && right.abs() <= 2, "{phase:?} {width} x {height}: {down} {right}");
                }
            }
        }
    }

    #[test]
    fn planes_that_are_another_mosaics_are_refused() {
        let mosaic = numbered(5, 4, Phase::GRBG);
        let found = mosaic.with_planes(&numbered(8, 4, Phase::GRBG).planes());
        assert_eq!(found, Err(Error::WrongPlanes { expected: (4, 3, 2), found: (4, 5, 2) }));
        let rgb = LinearImage::from_fn(3, 2, |_, _, _| 0.5).unwrap();
        assert!(matches!(mosaic.with_planes(&rgb), Err(Error::WrongPlanes { found: (3, 3, 2), .. })));
    }

    #[test]
    fn an_image_is_sampled_at_every_sites_colour() {
        let image = LinearImage::from_fn(5, 3, |c, row, column| (1000 * c + 100 * row + column) as f32).unwrap();
        for phase in Phase::ALL {
            let mosaic = Mosaic::sampled(&image, phase).unwrap();
            for (row, column) in (0..15).map(|i| (i / 5, i % 5)) {
                let expected = 1000 * phase.color_at(row, column).channel() + 100 * row + column;
                assert_eq!(mosaic.value(row, column), expected as f32);
            }
        }
        let planes = Mosaic::sampled(&image, Phase::RGGB).unwrap().planes();
        assert!(matches!(Mosaic::sampled(&planes, Phase::RGGB), Err(Error::BadOption { .. })));
    }

    #[test]
    fn mosaics_that_cannot_be_are_refused() {
        let new = |w, h, values: &[f32]| Mosaic::new(w, h, Phase::RGGB, values.to_vec());
        assert_eq!(new(0, 2, &[]), Err(Error::EmptyImage { width: 0, height: 2 }));
        assert!(matches!(new(2, 2, &[0.0; 5]), Err(Error::WrongLength { expected: 4, found: 5, .. })));
        assert!(matches!(new(usize::MAX, 2, &[0.0; 5]), Err(Error::WrongLength { .. })));
        let nan = new(2, 2, &[0.0, 0.0, f32::NAN, 0.0]);
        assert_eq!(nan, Err(Error::NotFinite { channel: 2, row: 1, column: 0 }));
        let phase = Phase { red_row: 2, red_column: 0 };
        assert!(matches!(Mosaic::new(1, 1, phase, vec![0.0]), Err(Error::BadOption { .. })));
    }
}

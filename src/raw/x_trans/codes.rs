//! The codes of an X-Trans mosaic as those of linear light.

use crate::image::CHANNELS;
use crate::raw::error::RawError;
use crate::raw::levels::Levels;
use crate::raw::mosaic::Area;
use crate::raw::x_trans::interpolate::{Sites, interpolate};
use crate::raw::x_trans::pattern::XTrans;

/// The levels of the interpolated codes. There is room for noise below black and for light above white. Black is a
/// small share of white, since LibRaw and RawTherapee show a linear DNG darker or brighter by that share.
const BLACK: u16 = 2048;
const WHITE: u16 = 61_440;

/// A sensor's codes: one for each stored site, row after row.
pub struct Stored<'a> {
    /// The codes.
    pub codes: &'a [u16],
    /// Stored sites across.
    pub width: usize,
    /// What the codes mean.
    pub levels: &'a Levels,
    /// The colours from the first stored site on.
    pub pattern: XTrans,
}

/// Red, green and blue of each site of an area, as codes with levels of their own. Colours are interpolated in the
/// light of a white balance, and are without it again after that.
///
/// # Errors
/// [`RawError::Damaged`] for a white balance that is none.
pub fn interpolated(stored: &Stored, area: Area, balance: [f32; CHANNELS]) -> Result<(Vec<u16>, Levels), RawError> {
    let Stored { codes, width, levels, pattern } = *stored;
    let light = |row: usize, column: usize| {
        let (row, column) = (area.row + row, area.column + column);
        levels.light(row, column, codes[row * width + column])
    };
    let sites =
        Sites { width: area.width, height: area.height, pattern: pattern.at(area.row, area.column), light: &light };
    let range = f32::from(WHITE - BLACK);
    let factors = balance.map(|factor| range / factor);
    let code = |color: [f32; CHANNELS]| -> [u16; CHANNELS] {
        // Out of range, `as` takes the nearest.
        std::array::from_fn(|c| (color[c] * factors[c] + f32::from(BLACK)).round() as u16)
    };
    let codes = interpolate(&sites, balance, code).map_err(|error| RawError::damaged(error.to_string()))?;
    let black = vec![f32::from(BLACK); CHANNELS];
    let white = vec![f32::from(WHITE); CHANNELS];
    Ok((codes, Levels::new((1, CHANNELS), black, Vec::new(), Vec::new(), white)?))
}

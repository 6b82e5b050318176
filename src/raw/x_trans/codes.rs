//! What an X-Trans photo is in the DNG that is made of it: linear light.

use crate::image::CHANNELS;
use crate::raw::layout::Layout;
use crate::raw::levels::Levels;
use crate::raw::photo::{Area, RawPhoto};

/// The levels of the interpolated codes. There is room for light above white, but none for noise below black: darktable
/// does not take a linear DNG's black away, and LibRaw and RawTherapee show it darker or brighter by black's share.
const BLACK: u16 = 0;
const WHITE: u16 = 61_440;

/// The photo that holds the light of another one in codes of linear light, all of them black yet: the sites that get
/// light, alone.
pub fn as_linear(photo: &RawPhoto) -> RawPhoto {
    let Area { row, column, width, height } = photo.active;
    let [black, white] = [BLACK, WHITE].map(|level| vec![f32::from(level); CHANNELS]);
    RawPhoto {
        width,
        height,
        codes: vec![BLACK; CHANNELS * width * height],
        levels: Levels::new((1, CHANNELS), black, Vec::new(), Vec::new(), white).expect("white is above black"),
        layout: Layout::Linear,
        active: Area { row: 0, column: 0, width, height },
        crop: Area { row: photo.crop.row - row, column: photo.crop.column - column, ..photo.crop },
        masked: Vec::new(),
        ..photo.clone()
    }
}

//! Which colours a file has at its photosites, as far as they are read.

use flashraw::{CfaColor, CfaPattern, Compression, FrameInfo, SampleFormat, SensorLayout};

use crate::image::CHANNELS;
use crate::raw::error::RawError;
use crate::raw::layout::Layout;
use crate::raw::mosaic::Phase;
use crate::raw::x_trans::XTrans;

/// The colours at the photosites. What is interpolated already is read from DNGs alone, which say what their values
/// mean.
pub fn layout(info: &FrameInfo, is_dng: bool) -> Result<Layout, RawError> {
    const OTHER: RawError = RawError::NotBayer("a mosaic of other filters");
    match info.layout {
        SensorLayout::Bayer | SensorLayout::XTrans => {}
        SensorLayout::QuadBayer => return Err(RawError::NotBayer("a quad Bayer mosaic")),
        SensorLayout::Monochrome => return Err(RawError::NotBayer("a picture without colour filters")),
        SensorLayout::Linear if !is_dng => return Err(RawError::Small),
        SensorLayout::Linear if info.cpp != CHANNELS as u32 => return Err(RawError::Colors(info.cpp)),
        SensorLayout::Linear => {}
        SensorLayout::Foveon => return Err(RawError::NotBayer("the three layers of a Foveon sensor")),
        _ => return Err(OTHER),
    }
    if info.compression == Compression::LossyJpeg {
        return Err(RawError::Lossy);
    }
    if info.compression == Compression::JpegXl {
        return Err(RawError::Packing("JPEG XL".into()));
    }
    if info.sample_format != SampleFormat::U16 {
        return Err(RawError::Packing("its values are floats".into()));
    }
    if info.layout == SensorLayout::Linear {
        return Ok(Layout::Linear);
    }
    let pattern = info.cfa.filter(|_| info.cpp == 1).ok_or(OTHER)?;
    if info.layout == SensorLayout::XTrans {
        return x_trans(pattern).map(Layout::XTrans).ok_or(OTHER);
    }
    Some(pattern).filter(CfaPattern::is_bayer).map(|pattern| Layout::Bayer(phase(pattern))).ok_or(OTHER)
}

/// A pattern of 6 x 6 sites, if it is X-Trans.
fn x_trans(pattern: CfaPattern) -> Option<XTrans> {
    // Other colours than these have numbers of their own.
    let channel = |row, column| pattern.color_at(column, row) as u8;
    let is_of_size = (pattern.width(), pattern.height()) == (6, 6);
    let channels = std::array::from_fn(|row| std::array::from_fn(|column| channel(row, column)));
    XTrans::new(channels).filter(|_| is_of_size)
}

fn phase(pattern: CfaPattern) -> Phase {
    let is_red = |phase: &Phase| pattern.color_at(phase.red_column, phase.red_row) == CfaColor::Red;
    Phase::ALL.into_iter().find(is_red).unwrap_or(Phase::RGGB)
}

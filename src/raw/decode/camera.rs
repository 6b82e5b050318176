//! What a file says of its camera and of how it was taken.

use std::ops::Range;

use flashraw::{FrameInfo, PreviewEncoding, RawMetadata};

use crate::raw::colors::ColorMatrix;
use crate::raw::photo::{CameraColor, Shot};

/// Its colours.
pub fn color(info: &FrameInfo, metadata: &RawMetadata) -> CameraColor {
    let matrices = info.color_matrices.color.iter().filter_map(|matrix| {
        let values: [f32; 9] = matrix.values.as_slice().try_into().ok()?;
        let is_usable = values.iter().all(|v| v.is_finite()) && values.iter().any(|v| *v != 0.0);
        let rows: [[f32; 3]; 3] = std::array::from_fn(|r| std::array::from_fn(|c| values[3 * r + c]));
        is_usable.then_some(ColorMatrix { light: matrix.illuminant.0, from_xyz: rows })
    });
    let exposure = metadata.dng.as_ref().and_then(|dng| dng.baseline_exposure);
    CameraColor {
        white_balance: info.white_balance.map(|balance| std::array::from_fn(|c| balance.coeffs[c])),
        matrices: matrices.collect(),
        // More is no correction but a mistake.
        baseline_exposure: exposure.filter(|v| v.abs() <= 10.0).unwrap_or(0.0) as f32,
    }
}

/// How it was taken.
pub fn shot(metadata: &RawMetadata) -> Shot {
    let exposure = &metadata.exposure;
    let lens = [&metadata.lens.make, &metadata.lens.model].into_iter().flatten();
    let lens =
        lens.fold(String::new(), |all, part| if all.is_empty() { part.clone() } else { format!("{all} {part}") });
    // EXIF's way of writing a time.
    let taken = metadata.capture_time.as_ref().and_then(|time| time.get(..19));
    Shot {
        iso: exposure.iso,
        exposure_time: exposure.exposure_time,
        f_number: exposure.f_number.map(f64::from),
        focal_length: exposure.focal_length.map(f64::from),
        taken: taken.map(|time| time.replace('-', ":").replace('T', " ")),
        lens: Some(lens).filter(|lens| !lens.is_empty()),
        serial: metadata.serial.clone(),
        artist: metadata.artist.clone(),
        copyright: metadata.copyright.clone(),
    }
}

/// Where the largest JPEG is, and how it is to be turned.
pub fn largest_preview(file: &[u8], metadata: &RawMetadata) -> Option<(Range<usize>, u16)> {
    let jpegs = metadata.previews.iter().filter_map(|preview| {
        let start = usize::try_from(preview.offset).ok()?;
        let range = start..start.checked_add(usize::try_from(preview.length).ok()?)?;
        let is_jpeg = preview.encoding == PreviewEncoding::Jpeg && file.get(range.clone())?.starts_with(&[0xFF, 0xD8]);
        is_jpeg.then_some((range, preview))
    });
    let largest =
        jpegs.max_by_key(|(range, preview)| (u64::from(preview.width) * u64::from(preview.height), range.len()));
    largest.map(|(range, preview)| (range, preview.orientation.exif() as u16))
}

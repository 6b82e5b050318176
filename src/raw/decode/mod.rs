//! RAW files by the `flashraw` crate, of which nothing else in svnr knows.

#[cfg(test)]
mod bad_input;
mod camera;
#[cfg(test)]
mod dngs;
mod layout;
mod levels;
mod operations;
mod refusal;
#[cfg(test)]
pub(super) mod x_trans;

use std::panic::{AssertUnwindSafe, catch_unwind};

use flashraw::{CorruptionPolicy, DecodeOptions, FlashRaw, Limits, OutputFormat, RawPixelData, Rect};

use crate::raw::dng;
use crate::raw::error::RawError;
use crate::raw::layout::Layout;
use crate::raw::noise_profile::NoiseProfile;
use crate::raw::photo::{Area, RawNote, RawPhoto};
use crate::raw::upright::Turn;
use camera::{color, largest_preview, shot};
use layout::layout;
use levels::levels;
pub use operations::Operations;
use refusal::refusal;

/// Reads a RAW file. With more photosites than `limit` it is refused before memory is taken for them.
///
/// # Errors
/// [`RawError`]; a decoder that panics is one of them, where panics unwind, which they do not in wasm.
pub fn decode(file: &[u8], limit: usize) -> Result<RawPhoto, RawError> {
    catch_unwind(AssertUnwindSafe(|| read(file, limit))).unwrap_or(Err(RawError::Decoder))
}

/// Whether a file is a RAW file by its contents: one that the decoder knows, or would know if it were whole, and not a
/// TIFF of finished pictures. Whether it can be read is another question.
pub fn is_raw(file: &[u8]) -> bool {
    let is_known = || match FlashRaw::open(file) {
        Ok(_) => dng::is_dng(file) || !dng::is_without_mosaic(file),
        Err(error) => !matches!(refusal(error, file), RawError::NotRaw | RawError::NoMosaic) || dng::is_dng(file),
    };
    catch_unwind(is_known).unwrap_or(true)
}

/// Width and height of the picture that a RAW file holds, cropped and upright. The sensor's data are not touched.
pub fn picture_size(file: &[u8]) -> Option<(usize, usize)> {
    let find = || {
        let raw = FlashRaw::open(file).ok()?;
        let info = raw.frame_info();
        let crop = area(info.crop);
        let is_seen = crop.width > 0 && crop.height > 0;
        is_seen.then(|| Turn::new(info.orientation.exif() as u16, (crop.width, crop.height)).size())
    };
    catch_unwind(find).ok()?
}

/// The largest JPEG that a RAW file holds for a quick look, and how it is to be turned (EXIF's Orientation). The
/// sensor's data are not touched.
pub fn preview(file: &[u8]) -> Option<(&[u8], u16)> {
    let find = || {
        let raw = FlashRaw::open(file).ok()?;
        let (range, orientation) = largest_preview(file, raw.metadata())?;
        Some((file.get(range)?, orientation))
    };
    catch_unwind(find).ok()?
}

fn read(file: &[u8], limit: usize) -> Result<RawPhoto, RawError> {
    // The limits that follow are ours, which say what is too large.
    let open = Limits::default().with_max_samples(u64::MAX);
    let raw = FlashRaw::open_with(file, open).map_err(|error| refusal(error, file))?;
    let format = raw.format().name();
    let is_dng = raw.metadata().dng_version.is_some();
    let info = raw.frame_info();
    let layout = layout(info, is_dng)?;
    let samples = layout.samples();
    let (width, height) = (info.width as usize, info.height as usize);
    if width.saturating_mul(height) > limit {
        return Err(RawError::TooLarge { width, height, limit });
    }
    if info.active_area.width < 2 || info.active_area.height < 2 {
        let Rect { width, height, .. } = info.active_area;
        return Err(RawError::TooSmall { width: width as usize, height: height as usize });
    }
    let tags = if is_dng { Some(dng::Tags::read(file)?) } else { None };
    let lists = info.opcodes.as_ref().map(|lists| lists.lists.clone()).unwrap_or_default();
    let of_codes = dng::opcodes(&lists[0]);
    let is_mending = !of_codes.is_empty() && of_codes.iter().all(|id| dng::MENDING.contains(id));
    // What is made of an X-Trans mosaic is of codes after the operations.
    let is_mended = match layout {
        Layout::Bayer(_) => is_mending,
        Layout::XTrans(_) => !of_codes.is_empty(),
        Layout::Linear => false,
    };
    let options = DecodeOptions {
        output: OutputFormat::RawU16,
        apply_opcodes: is_mended,
        corruption_policy: CorruptionPolicy::Strict,
        limits: Limits::default().with_max_samples((samples * limit) as u64),
        ..DecodeOptions::default()
    };
    let frame = raw.decode(options).map_err(|error| refusal(error, file))?;
    let codes = match frame.data {
        RawPixelData::U16(codes) if codes.len() == samples * width * height => codes,
        _ => return Err(RawError::damaged("it has too few photosites")),
    };
    let metadata = raw.metadata();
    let color = color(info, metadata);
    let mut notes = Vec::new();
    let is_x_trans = matches!(layout, Layout::XTrans(_));
    if is_x_trans {
        notes.push(RawNote::XTrans);
    }
    if lists.iter().flat_map(|list| dng::opcodes(list)).any(|id| dng::MOVING.contains(&id)) {
        notes.push(RawNote::LensCorrections);
    }
    if color.matrices.is_empty() {
        notes.push(RawNote::NoColors);
    }
    let mut photo = RawPhoto {
        format,
        make: metadata.make.clone(),
        model: metadata.model.clone(),
        camera: metadata.camera(),
        width,
        height,
        codes,
        levels: levels(&frame.black_level, &frame.white_level.values, samples)?,
        layout,
        active: area(info.active_area),
        crop: area(info.crop),
        masked: info.masked_areas.iter().copied().map(area).collect(),
        orientation: info.orientation.exif() as u16,
        pixel_aspect: info.pixel_aspect,
        color,
        shot: shot(metadata),
        noise_profile: None,
        preview: largest_preview(file, metadata).map(|(range, _)| range),
        is_mended,
        has_code_operations: !of_codes.is_empty() && !is_mended,
        operations: Operations::read(&lists[1], &lists[2]),
        notes,
    };
    // That of an X-Trans mosaic is of its sites: interpolated light has other noise.
    if let Some(numbers) = tags.and_then(|tags| tags.noise_profile).filter(|_| !is_x_trans) {
        match NoiseProfile::read(&numbers, photo.active_layout()) {
            Ok(profile) => photo.noise_profile = Some(profile),
            Err(error) => photo.notes.push(RawNote::NoiseProfile(error)),
        }
    }
    Ok(photo)
}

fn area(rect: Rect) -> Area {
    Area { row: rect.y as usize, column: rect.x as usize, width: rect.width as usize, height: rect.height as usize }
}

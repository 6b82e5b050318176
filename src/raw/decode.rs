//! RAW files by the `flashraw` crate, of which nothing else in svnr knows.

use std::panic::{AssertUnwindSafe, catch_unwind};

use flashraw::{
    BlackLevel, CfaColor, CfaPattern, Compression, CorruptionPolicy, DecodeOptions, Error, FlashRaw, FrameInfo, Limits,
    OutputFormat, PreviewEncoding, RawMetadata, Rect, SampleFormat, SensorLayout,
};

use crate::image::CHANNELS;
use crate::raw::colors::ColorMatrix;
use crate::raw::dng;
use crate::raw::error::RawError;
use crate::raw::layout::Layout;
use crate::raw::levels::Levels;
use crate::raw::mosaic::Phase;
use crate::raw::noise_profile::NoiseProfile;
use crate::raw::photo::{Area, CameraColor, RawNote, RawPhoto, Shot};
use crate::raw::upright::Turn;
use crate::raw::x_trans::XTrans;
use crate::raw::x_trans::codes::{Stored, interpolated};

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
    let filters = filters(info, is_dng)?;
    let samples = filters.samples();
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
    // What is interpolated is of codes after the operations.
    let is_mended = match filters {
        Filters::Layout(layout) => layout != Layout::Linear && is_mending,
        Filters::XTrans(_) => !of_codes.is_empty(),
    };
    let options = DecodeOptions {
        output: OutputFormat::RawU16,
        apply_opcodes: is_mended,
        corruption_policy: CorruptionPolicy::Strict,
        limits: Limits::default().with_max_samples((samples * limit) as u64),
        ..DecodeOptions::default()
    };
    let frame = raw.decode(options).map_err(|error| refusal(error, file))?;
    let codes = frame.as_u16().filter(|codes| codes.len() == samples * width * height);
    let codes = codes.ok_or_else(|| RawError::damaged("it has too few photosites"))?;

    let levels = levels(&frame.black_level, &frame.white_level.values, samples)?;
    let metadata = raw.metadata();
    let color = color(info, metadata);
    let mut notes = Vec::new();
    let (active, crop) = (area(info.active_area), area(info.crop));
    let sites = match filters {
        Filters::Layout(layout) => Sites {
            width,
            height,
            codes: codes.to_vec(),
            levels,
            layout,
            active,
            crop,
            masked: info.masked_areas.iter().copied().map(area).collect(),
        },
        Filters::XTrans(pattern) => {
            notes.push(RawNote::XTrans);
            let stored = Stored { codes, width, levels: &levels, pattern };
            let (codes, levels) = interpolated(&stored, active, color.colors().white_balance)?;
            Sites {
                width: active.width,
                height: active.height,
                codes,
                levels,
                layout: Layout::Linear,
                active: Area { row: 0, column: 0, ..active },
                crop: Area { row: crop.row - active.row, column: crop.column - active.column, ..crop },
                masked: Vec::new(),
            }
        }
    };
    let is_interpolated = matches!(filters, Filters::XTrans(_));
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
        width: sites.width,
        height: sites.height,
        codes: sites.codes,
        levels: sites.levels,
        layout: sites.layout,
        active: sites.active,
        crop: sites.crop,
        masked: sites.masked,
        orientation: info.orientation.exif() as u16,
        pixel_aspect: info.pixel_aspect,
        color,
        shot: shot(metadata),
        noise_profile: None,
        preview: largest_preview(file, metadata).map(|(range, _)| range),
        is_mended,
        has_code_operations: !of_codes.is_empty() && !is_mended,
        is_interpolated,
        notes,
    };
    // That of a mosaic is of its sites: interpolated light has other noise.
    if let Some(numbers) = tags.and_then(|tags| tags.noise_profile).filter(|_| !is_interpolated) {
        match NoiseProfile::read(&numbers, photo.active_layout()) {
            Ok(profile) => photo.noise_profile = Some(profile),
            Err(error) => photo.notes.push(RawNote::NoiseProfile(error)),
        }
    }
    Ok(photo)
}

/// What a file has at its photosites.
#[derive(Clone, Copy)]
enum Filters {
    /// What is denoised as it is.
    Layout(Layout),
    /// An X-Trans mosaic, which is interpolated.
    XTrans(XTrans),
}

impl Filters {
    /// Codes of each photosite.
    fn samples(self) -> usize {
        match self {
            Self::Layout(layout) => layout.samples(),
            Self::XTrans(_) => 1,
        }
    }
}

/// The photosites of a photo.
struct Sites {
    width: usize,
    height: usize,
    codes: Vec<u16>,
    levels: Levels,
    layout: Layout,
    active: Area,
    crop: Area,
    masked: Vec<Area>,
}

/// The colours at the photosites. What is interpolated already is read from DNGs alone, which say what their values
/// mean.
fn filters(info: &FrameInfo, is_dng: bool) -> Result<Filters, RawError> {
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
        return Ok(Filters::Layout(Layout::Linear));
    }
    let pattern = info.cfa.filter(|_| info.cpp == 1).ok_or(OTHER)?;
    if info.layout == SensorLayout::XTrans {
        return x_trans(pattern).map(Filters::XTrans).ok_or(OTHER);
    }
    Some(pattern)
        .filter(CfaPattern::is_bayer)
        .map(|pattern| Filters::Layout(Layout::Bayer(phase(pattern))))
        .ok_or(OTHER)
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

/// The levels of codes of which each photosite has `samples`. The decoder has columns of photosites, with the black
/// levels of their samples one after the other.
fn levels(black: &BlackLevel, white: &[u32], samples: usize) -> Result<Levels, RawError> {
    let (rows, columns): (usize, usize) = (black.rows.max(1).into(), black.cols.max(1).into());
    let of_pattern = |i: usize| {
        let (row, column) = (i / (samples * columns), i % (samples * columns));
        let each = usize::from(black.samples.max(1));
        let at = (row * columns + column / samples) * each + column % samples % each;
        if black.values.is_empty() { Some(0.0) } else { black.values.get(at).copied() }
    };
    let column_deltas = black.col_deltas.iter().flat_map(|delta| std::iter::repeat_n(*delta, samples)).collect();
    let known: Vec<f32> = white.iter().filter(|v| **v > 0).map(|v| *v as f32).collect();
    let white = match known.len() {
        0 => vec![0.0],
        // Each colour has its own.
        len if len == samples => known,
        _ => vec![known.iter().copied().fold(f32::MAX, f32::min)],
    };
    let pattern: Option<Vec<f32>> = (0..rows * columns * samples).map(of_pattern).collect();
    let pattern = pattern.ok_or_else(|| RawError::damaged("its black levels do not fit their pattern"))?;
    Levels::new((rows, columns * samples), pattern, black.row_deltas.clone(), column_deltas, white)
}

fn area(rect: Rect) -> Area {
    Area { row: rect.y as usize, column: rect.x as usize, width: rect.width as usize, height: rect.height as usize }
}

fn color(info: &FrameInfo, metadata: &RawMetadata) -> CameraColor {
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

fn shot(metadata: &RawMetadata) -> Shot {
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
fn largest_preview(file: &[u8], metadata: &RawMetadata) -> Option<(std::ops::Range<usize>, u16)> {
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

fn refusal(error: Error, file: &[u8]) -> RawError {
    if dng::is_without_mosaic(file) {
        // Whatever is in a DNG was made of a RAW file.
        return if dng::is_dng(file) { RawError::NotBayer("finished pictures") } else { RawError::NoMosaic };
    }
    match error {
        // A TIFF that was cut begins as one.
        Error::UnsupportedFormat(_) => dng::damage(file).unwrap_or(RawError::NotRaw),
        Error::UnsupportedCompression { format, compression } => RawError::Packing(format!("{format}, {compression}")),
        Error::CameraUnsupported { make, model, reason } => {
            let camera = format!("{make} {model}");
            let parts = [camera.trim(), reason.trim()];
            RawError::Camera(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "))
        }
        Error::CorruptFile { what, .. } => RawError::Damaged(what),
        Error::InvalidMetadata(what) => RawError::Damaged(what),
        Error::LimitExceeded(what) | Error::OutOfMemory(what) => RawError::TooMuchMemory(what),
        other => RawError::Damaged(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Order;
    use crate::image::MAX_PIXELS;
    use crate::method::noise::NoiseModel;
    use crate::raw::dng::made::{Made, Packing};
    use crate::raw::dng::tags;
    use crate::raw::dng::tree::{BYTE, Directory, Entry, Tree, UNDEFINED};
    use crate::raw::light::Light;
    use crate::raw::noise_profile::NoiseProfileError;

    fn made() -> Made {
        Made::new(64, 48, Phase::RGGB)
    }

    #[test]
    fn every_corner_tells_the_same_pattern() {
        // Odd origins of the active area turn the pattern: each phase is seen from each corner.
        for phase in Phase::ALL {
            for [top, left] in [[0, 0], [0, 1], [1, 0], [5, 3]] {
                let made = Made { active: [top, left, 41, 58], ..Made::new(61, 43, phase) };
                let photo = decode(&made.bytes(), MAX_PIXELS).unwrap();
                assert_eq!(photo.layout, Layout::Bayer(phase));
                let mosaic = photo.mosaic();
                assert_eq!((mosaic.width(), mosaic.height()), (58 - left, 41 - top));
                assert_eq!(mosaic.color_at(0, 0), phase.color_at(top, left), "{phase:?} from {top}, {left}");
                let light = photo.levels.light(top, left, made.codes[top * 61 + left]);
                assert_eq!(mosaic.value(0, 0), light);
            }
        }
    }

    #[test]
    fn an_x_trans_mosaic_is_read_as_linear_light_from_every_origin() {
        for origin in 0..36 {
            let pattern = XTrans::USUAL.at(origin / 6, origin % 6);
            let [top, left] = [[0, 0], [1, 0], [2, 5], [7, 3]][origin % 4];
            let active = [top, left, 41, 58];
            let made = Made { active, ..Made::x_trans(61, 43, pattern) };
            let file = made.changed(|_, mosaic, order| {
                mosaic.set(Entry::longs(tags::CROP_ORIGIN, order, &[4, 2]));
                mosaic.set(Entry::longs(tags::CROP_SIZE, order, &[40, 30]));
                mosaic.set(Entry::doubles(tags::NOISE_PROFILE, order, &[1e-4, 1e-6]));
            });
            assert!(is_raw(&file));
            assert_eq!(picture_size(&file), Some((30, 40)));
            let photo = decode(&file, MAX_PIXELS).unwrap();
            let (width, height) = (58 - left, 41 - top);
            let all = Area { row: 0, column: 0, width, height };
            assert_eq!((photo.width, photo.height, photo.active), (width, height, all));
            assert_eq!(photo.crop, Area { row: 2, column: 4, width: 40, height: 30 });
            assert_eq!((photo.layout, &photo.notes), (Layout::Linear, &vec![RawNote::XTrans]));
            // It is of the mosaic's sites.
            assert_eq!(photo.noise_profile, None);
            let Light::Linear(image) = photo.light() else { panic!("{:?}", photo.layout) };
            // All sites differ in these files, none of them is hot: what was measured is there.
            let told = Levels::uniform(f32::from(made.black), f32::from(made.white)).unwrap();
            let range = 61_440.0 - 2048.0;
            let (step, most) = (0.51 / range, (65_535.0 - 2048.0) / range);
            for (row, column) in (0..width * height).map(|at| (at / width, at % width)) {
                let channel = pattern.channel_at(top + row, left + column);
                let expected = told.light(0, 0, made.codes[(top + row) * 61 + left + column]).min(most);
                let found = image.plane(channel)[row * width + column];
                assert!((found - expected).abs() < step, "{origin}, {row}, {column}: {found}, not {expected}");
            }
        }
    }

    #[test]
    fn small_x_trans_mosaics_are_read() {
        for (width, height) in (2..9).flat_map(|w| (2..9).map(move |h| (w, h))) {
            let photo = decode(&Made::x_trans(width, height, XTrans::USUAL.at(2, 1)).bytes(), MAX_PIXELS).unwrap();
            assert_eq!((photo.width, photo.height, photo.codes.len()), (width, height, 3 * width * height));
        }
    }

    #[test]
    fn colours_of_an_x_trans_mosaic_are_right_from_every_origin() {
        // Grey, of which made DNGs say that it has half as much red as green and two thirds as much blue.
        for color in [[0.2, 0.4, 0.8 / 3.0], [0.3, 0.1, 0.05]] {
            for origin in 0..36 {
                let pattern = XTrans::USUAL.at(origin / 6, origin % 6);
                let mut made = Made { active: [1, 2, 48, 60], ..Made::x_trans(60, 48, pattern) };
                let (black, range) = (f32::from(made.black), f32::from(made.white - made.black));
                let code = |at: usize| (black + range * color[pattern.channel_at(at / 60, at % 60)]).round() as u16;
                made.codes = (0..60 * 48).map(code).collect();
                let Light::Linear(image) = decode(&made.bytes(), MAX_PIXELS).unwrap().light() else { panic!() };
                for (channel, expected) in color.into_iter().enumerate() {
                    let near = |v: &f32| (v - expected).abs() < 1e-4;
                    assert!(image.plane(channel).iter().all(near), "{origin}, {channel}");
                }
            }
        }
    }

    #[test]
    fn a_raf_of_an_x_trans_camera_becomes_a_linear_dng() {
        let (width, height) = (72, 60);
        let (file, codes) = raf(width, height);
        assert!(is_raw(&file));
        let photo = decode(&file, MAX_PIXELS).unwrap();
        assert_eq!((photo.format, photo.layout, photo.notes.contains(&RawNote::XTrans)), ("RAF", Layout::Linear, true));
        let balance = photo.color.white_balance.unwrap();
        assert!((balance[0] - 500.0 / 302.0).abs() < 1e-4 && (balance[2] - 400.0 / 302.0).abs() < 1e-4);
        let preview = |width, height| image::RgbImage::new(width, height);
        let (light, noise) = (photo.light(), NoiseProfile::uniform(NoiseModel { sigma_read: 1e-3, shot: 1e-4 }));
        let outcome = dng::Outcome { light: &light, noise, reduction: 0.5, preview: &preview };
        let back = decode(&dng::write(&file, &photo, &outcome).unwrap(), MAX_PIXELS).unwrap();
        assert_eq!((back.format, back.layout, back.notes.contains(&RawNote::XTrans)), ("DNG", Layout::Linear, false));
        assert_eq!((&back.levels, back.crop), (&photo.levels, photo.crop));
        assert!(back.codes == photo.codes, "the codes differ");
        assert_eq!((back.camera, back.noise_profile), (photo.camera, Some(noise)));
        // One measured site: the pattern's first is green.
        let green = f32::from(codes[0] - 1024) / 15_359.0;
        let Light::Linear(image) = light else { panic!() };
        assert!((image.plane(1)[0] - green).abs() < 1e-5, "{}, not {green}", image.plane(1)[0]);
    }

    /// A RAF of an X-Trans camera, uncompressed, and its codes.
    fn raf(width: u16, height: u16) -> (Vec<u8>, Vec<u16>) {
        let sites = u32::from(width) * u32::from(height);
        let codes: Vec<u16> = (0..sites).map(|i| (2000 + i * 7919 % 9000) as u16).collect();
        // Records of numbers and bytes, big-endian: size, layout, white balance, and the filters from the last on.
        let shorts = |values: &[u16]| values.iter().flat_map(|v| v.to_be_bytes()).collect::<Vec<u8>>();
        let filters = (0..36).rev().map(|at| XTrans::USUAL.channel_at(at / 6, at % 6) as u8).collect();
        let records = [
            (0x100, shorts(&[height, width])),
            (0x130, vec![10, 11, 9, 8]),
            (0x131, filters),
            (0x2FF0, shorts(&[302, 500, 302, 400])),
        ];
        let mut about = (records.len() as u32).to_be_bytes().to_vec();
        for (number, values) in records {
            about.extend(shorts(&[number, values.len() as u16]));
            about.extend(values);
        }
        // A TIFF whose one directory points to the sensor's: width, height, bits, where the codes are, their bytes,
        // and black.
        const CODES: u32 = 256;
        let order = Order::of(b"II*\0").unwrap();
        let mut sensor = b"II*\0\x08\0\0\0\x01\0\0\xF0\x0D\0\x01\0\0\0\x1A\0\0\0\0\0\0\0".to_vec();
        let bytes = 2 * codes.len() as u32;
        let numbers = [u32::from(width), u32::from(height), 14, CODES, bytes, 1024];
        let tags = [0xF001, 0xF002, 0xF003, 0xF007, 0xF008, 0xF00A];
        sensor.extend(order.short_bytes(6));
        for (tag, number) in tags.into_iter().zip(numbers) {
            sensor.extend([order.short_bytes(tag), order.short_bytes(4)].concat());
            sensor.extend([1, number].map(u32::to_le_bytes).concat());
        }
        sensor.resize(CODES as usize, 0);
        sensor.extend(codes.iter().flat_map(|code| code.to_le_bytes()));

        const ABOUT: u32 = 0x94;
        let mut file = vec![0; ABOUT as usize];
        file[..16].copy_from_slice(b"FUJIFILMCCD-RAW ");
        file[0x1C..0x22].copy_from_slice(b"X-TEST");
        file[0x3C..0x40].copy_from_slice(b"0100");
        let places = [ABOUT, about.len() as u32, ABOUT + about.len() as u32, sensor.len() as u32];
        file[92..108].copy_from_slice(&places.map(u32::to_be_bytes).concat());
        (file.into_iter().chain(about).chain(sensor).collect(), codes)
    }

    #[test]
    fn what_a_dng_says_is_read() {
        let file = made().changed(|first, mosaic, order| {
            first.set(Entry::ten_thousandths(tags::BASELINE_EXPOSURE, order, &[-0.25]));
            mosaic.set(Entry::shorts(tags::BLACK_REPEAT_SIZE, order, &[2, 2]));
            mosaic.set(Entry::shorts(tags::BLACK_LEVEL, order, &[500, 501, 502, 503]));
            mosaic.set(Entry::longs(tags::CROP_ORIGIN, order, &[4, 2]));
            mosaic.set(Entry::longs(tags::CROP_SIZE, order, &[50, 40]));
            mosaic.set(Entry::doubles(tags::NOISE_PROFILE, order, &[1e-4, 1e-6, 2e-4, 1e-6, 3e-4, 1e-6]));
        });
        let photo = decode(&file, MAX_PIXELS).unwrap();
        assert_eq!((photo.format, photo.camera.as_str(), photo.orientation), ("DNG", "Canon EOS 550D", 6));
        assert_eq!([(0, 0), (0, 1), (1, 0), (1, 1)].map(|(r, c)| photo.levels.black(r, c)), [500., 501., 502., 503.]);
        assert_eq!(photo.crop, Area { row: 2, column: 4, width: 50, height: 40 });
        assert_eq!(photo.color.baseline_exposure, -0.25);
        assert_eq!(photo.color.matrices[0].light, 21);
        assert_eq!(photo.color.matrices[0].from_xyz[1], [-0.3825, 1.1597, 0.2534]);
        let shots = photo.noise_profile.unwrap().planes.map(|noise| noise.shot);
        assert_eq!(shots, [1e-4, 2e-4, 2e-4, 3e-4]);
        assert_eq!((photo.shot.exposure_time, photo.notes), (Some(1.0 / 250.0), vec![]));
        let (jpeg, orientation) = preview(&file).unwrap();
        assert_eq!((jpeg.len(), orientation), (7, 6));
    }

    /// A kind of bad input: its name, the file, and what must be said about it.
    type Bad = (&'static str, Vec<u8>, &'static str);

    fn bad_input() -> Vec<Bad> {
        let whole = Made { packing: Packing::Strips(16), ..made() }.bytes();
        let cut = |share: f64| whole[..(whole.len() as f64 * share) as usize].to_vec();
        let mosaic = |change: &dyn Fn(&mut Directory, Order)| made().changed(|_, mosaic, order| change(mosaic, order));
        let pattern = |side: u16, colors: &[u8]| {
            mosaic(&|mosaic, order| {
                mosaic.set(Entry::shorts(tags::CFA_REPEAT_SIZE, order, &[side, side]));
                mosaic.set(Entry::bytes(tags::CFA_PATTERN, BYTE, colors.into()));
            })
        };
        let number = |tag, value| mosaic(&|mosaic, order| mosaic.set(Entry::longs(tag, order, &[value])));
        vec![
            ("nothing", Vec::new(), "not a RAW file"),
            ("1 %", cut(0.01), "damaged|not a RAW file"),
            ("50 %", cut(0.5), "damaged"),
            ("99 %", cut(0.99), "damaged"),
            ("wrong magic", [b"XX*\0", &whole[4..]].concat(), "not a RAW file"),
            ("a text", b"just a text, whatever its name says about that".to_vec(), "not a RAW file"),
            ("a finished TIFF", finished(&[tags::DNG_VERSION, tags::SUBFILE_TYPE]), "TIFF without"),
            ("a DNG of a finished picture", finished(&[]), "finished pictures"),
            ("no CFA pattern", mosaic(&|mosaic, _| mosaic.remove(&[tags::CFA_PATTERN])), "damaged"),
            ("no CFA at all", number(tags::PHOTOMETRIC, 2), "finished pictures"),
            ("white below black", number(tags::WHITE_LEVEL, 400), "white must be above black"),
            ("white at black", number(tags::WHITE_LEVEL, u32::from(made().black)), "white must be above black"),
            ("one photosite", Made::new(1, 1, Phase::RGGB).bytes(), "1 x 1"),
            ("one row", Made::new(64, 1, Phase::RGGB).bytes(), "64 x 1"),
            ("6 x 6 filters that are not X-Trans", pattern(6, &[0, 1, 1, 2].repeat(9)), "other filters"),
            ("6 x 6 filters of one colour", pattern(6, &[1; 36]), "other filters"),
            ("quad Bayer", pattern(4, &[0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 2, 2, 1, 1, 2, 2]), "quad Bayer"),
            ("two colours", pattern(2, &[0, 1, 1, 0]), "other filters"),
            ("a colour that is none", pattern(2, &[0, 1, 1, 9]), "damaged"),
            ("one linear colour", number(tags::PHOTOMETRIC, tags::LINEAR), "colour filters"),
            ("two linear colours", of_colors(2), "2 values"),
            ("four linear colours", of_colors(4), "4 values"),
            (
                "white below black in linear light",
                linear(&|picture, order| {
                    picture.set(Entry::shorts(tags::WHITE_LEVEL, order, &[9000, 300, 9000]));
                }),
                "white must be above black",
            ),
            (
                "linear light as floats",
                linear(&|picture, order| {
                    picture.set(Entry::shorts(tags::SAMPLE_FORMAT, order, &[3]));
                }),
                "float",
            ),
            (
                "linear light as JPEG XL",
                linear(&|picture, order| {
                    picture.set(Entry::shorts(tags::COMPRESSION, order, &[52_546]));
                }),
                "JPEG XL",
            ),
            (
                "linear light in planes",
                linear(&|picture, order| {
                    picture.set(Entry::shorts(tags::PLANAR_CONFIGURATION, order, &[2]));
                }),
                "planar",
            ),
            (
                "half of linear light",
                {
                    let whole = linear(&|_, _| {});
                    whole[..whole.len() / 2].to_vec()
                },
                "damaged",
            ),
            ("differences of bytes", differences_of_bytes(), "differences of 8 bits"),
            ("floats", number(tags::SAMPLE_FORMAT, 3), "float"),
            ("with loss", number(tags::COMPRESSION, 34_892), "loss"),
            ("JPEG XL", number(tags::COMPRESSION, 52_546), "JPEG XL"),
            ("a compression that is none", number(tags::COMPRESSION, 12_345), "12345"),
            ("60000 x 60000", huge(), "60000 x 60000"),
            ("two pictures", two_pictures(), "2 RAW pictures"),
            ("BigTIFF", [b"II+\0\x08\0\0\0", &whole[8..]].concat(), "not a RAW file|BigTIFF|damaged"),
        ]
    }

    /// The thumbnail alone, without these tags.
    fn finished(without: &[u16]) -> Vec<u8> {
        let mut file = made().bytes();
        let mut tree = Tree::read(&file).unwrap();
        tree.chain[0].below.clear();
        tree.chain[0].remove(without);
        tree.write_at_end_of(&mut file).unwrap();
        file
    }

    /// A linear DNG with its picture's directory changed.
    fn linear(change: &dyn Fn(&mut Directory, Order)) -> Vec<u8> {
        Made::of(64, 48, Layout::Linear, 14).changed(|_, picture, order| change(picture, order))
    }

    /// One that says that each photosite has so many values.
    fn of_colors(count: u16) -> Vec<u8> {
        linear(&|picture, order| {
            picture.set(Entry::shorts(tags::SAMPLES_PER_PIXEL, order, &[count]));
            picture.set(Entry::shorts(tags::BITS_PER_SAMPLE, order, &vec![14; usize::from(count)]));
        })
    }

    fn differences_of_bytes() -> Vec<u8> {
        Made { packing: Packing::Deflated(64, 48, true), ..Made::of(64, 48, Layout::Linear, 8) }.bytes()
    }

    fn huge() -> Vec<u8> {
        made().changed(|_, mosaic, order| {
            for tag in [tags::WIDTH, tags::HEIGHT, tags::ROWS_PER_STRIP] {
                mosaic.set(Entry::longs(tag, order, &[60_000]));
            }
            mosaic.remove(&[tags::ACTIVE_AREA]);
        })
    }

    fn two_pictures() -> Vec<u8> {
        made().changed(|first, mosaic, order| {
            let mut other = mosaic.clone();
            other.set(Entry::longs(tags::WIDTH, order, &[32]));
            other.remove(&[tags::ACTIVE_AREA]);
            first.below.push(other);
        })
    }

    #[test]
    fn bad_input_is_refused_in_words_of_its_own() {
        for (name, file, words) in bad_input() {
            let error = decode(&file, MAX_PIXELS).expect_err(name).to_string();
            assert!(words.split('|').any(|word| error.contains(word)), "{name}: {error}");
            assert_ne!(error, RawError::Decoder.to_string(), "{name}");
        }
    }

    #[test]
    fn nonsense_about_the_noise_is_no_reason_to_refuse_a_photo() {
        for (numbers, why) in [
            (vec![0.0; 6], NoiseProfileError::Zero),
            (vec![-1e-4, 1e-6], NoiseProfileError::NoNoise),
            (vec![f64::NAN; 6], NoiseProfileError::NoNoise),
            (vec![1e-4; 4], NoiseProfileError::Count(4)),
        ] {
            let file =
                made().changed(|_, mosaic, order| mosaic.set(Entry::doubles(tags::NOISE_PROFILE, order, &numbers)));
            let photo = decode(&file, MAX_PIXELS).unwrap();
            assert_eq!((photo.noise_profile, photo.notes), (None, vec![RawNote::NoiseProfile(why)]), "{numbers:?}");
        }
        for count in [1, 3, 4] {
            let numbers = [1e-4, 1e-6].repeat(count);
            let file =
                made().changed(|_, mosaic, order| mosaic.set(Entry::doubles(tags::NOISE_PROFILE, order, &numbers)));
            let photo = decode(&file, MAX_PIXELS).unwrap();
            assert!(photo.noise_profile.is_some() && photo.notes.is_empty(), "{count} pairs");
        }
    }

    /// An OpcodeList of one operation.
    fn list(id: u32, parameters: &[u8]) -> Vec<u8> {
        let numbers = [1, id, 0x0103_0000, 0, parameters.len() as u32].map(u32::to_be_bytes).concat();
        [&numbers, parameters].concat()
    }

    #[test]
    fn bad_pixels_that_a_dng_lists_are_mended_before_and_not_again() {
        // A pixel is bad whose code is 1, in a pattern of the first phase.
        let parameters = [1u32, 0].map(u32::to_be_bytes).concat();
        let mut made = made();
        made.codes = vec![2000; 64 * 48];
        made.codes[20 * 64 + 30] = 1;
        let file = made.changed(|_, mosaic, _| {
            mosaic.set(Entry::bytes(tags::OPCODES_1, UNDEFINED, list(4, &parameters)));
        });
        let photo = decode(&file, MAX_PIXELS).unwrap();
        assert_eq!(photo.codes, vec![2000; 64 * 48]);
        assert!(photo.is_mended && !photo.has_code_operations);
    }

    #[test]
    fn operations_on_codes_keep_the_codes_as_they_are() {
        // A table for an area of nothing.
        let table = [0u32, 0, 0, 0, 0, 1, 1, 1, 1].map(u32::to_be_bytes).concat();
        let file = made().changed(|_, mosaic, _| {
            mosaic.set(Entry::bytes(tags::OPCODES_1, UNDEFINED, list(7, &[table.as_slice(), &[0, 0]].concat())));
        });
        let photo = decode(&file, MAX_PIXELS).unwrap();
        assert_eq!(photo.codes, made().codes);
        assert!(photo.has_code_operations && !photo.is_mended);
    }

    #[test]
    fn corrections_of_the_lens_are_told() {
        let file = made().changed(|_, mosaic, _| {
            mosaic.set(Entry::bytes(51_022, UNDEFINED, list(1, &[0; 4])));
        });
        assert_eq!(decode(&file, MAX_PIXELS).unwrap().notes, [RawNote::LensCorrections]);
    }
}

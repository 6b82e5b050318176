//! A DNG built of what is known about another RAW file, or about a DNG whose picture is another one now.

use crate::files::Order;
use crate::raw::colors::ColorMatrix;
use crate::raw::dng::picture::{Space, put_codes, put_preview};
use crate::raw::dng::replace::{set_noise, set_software, thumbnail_size, white_levels};
use crate::raw::dng::tree::{BYTE, Directory, Entry, Tree, UNDEFINED, write};
use crate::raw::dng::{Outcome, is_of_sensor, tags};
use crate::raw::error::RawError;
use crate::raw::layout::Layout;
use crate::raw::matrix::{SRGB_TO_XYZ, inverse};
use crate::raw::mosaic::Phase;
use crate::raw::photo::{Area, RawPhoto, Shot};

/// The long side of the preview, which is at most half as long as the photo's: programs take the largest picture for
/// it.
const PREVIEW: u32 = 1024;
/// The version of DNG that the file is of, and the least that a reader must know.
const VERSION: [u8; 4] = [1, 4, 0, 0];
const BACKWARD_VERSION: [u8; 4] = [1, 1, 0, 0];
/// What describes the photo in the first directory: caption, maker, model, date, artist, rating, copyright.
const DESCRIPTIONS: [u16; 8] = [270, 271, 272, 306, 315, 18_246, 18_249, 33_432];
/// What describes the camera and its colours in a DNG's first directory, and holds for another picture of the same
/// light: names and numbers of camera, lens and file, calibration, baselines, profiles. Left out are what is about a
/// mosaic (Bayer's green split, the chroma blur, the strength of an anti-alias filter, the best scale), profiles that
/// lie elsewhere, and what was made of the old picture.
const CAMERA: [u16; 47] = [
    33_723, 50_708, 50_709, 50_721, 50_722, 50_723, 50_724, 50_725, 50_726, 50_727, 50_728, 50_729, 50_730, 50_731,
    50_732, 50_734, 50_735, 50_736, 50_739, 50_740, 50_741, 50_778, 50_779, 50_827, 50_831, 50_832, 50_833, 50_834,
    50_879, 50_931, 50_932, 50_934, 50_936, 50_937, 50_938, 50_939, 50_940, 50_941, 50_942, 50_964, 50_965, 50_981,
    50_982, 51_107, 51_108, 51_109, 51_110,
];
/// What a DNG says of a picture apart from its sites: corrections of the lens, after demosaicing, and the user's crop.
const OF_PICTURE: [u16; 2] = [tags::OPCODES_3, tags::USER_CROP];
/// What points to places in the file that it comes from: the maker's note, and the directory of interoperability.
const POINTING: [u16; 2] = [tags::MAKER_NOTE, 40_965];
/// EXIF's number of daylight, D65.
const D65: u16 = 21;

/// A DNG with this result.
pub fn build(file: &[u8], photo: &RawPhoto, result: &Outcome) -> Result<Vec<u8>, RawError> {
    let codes = photo.codes_of(result.light)?;
    let described = Described::of(file, photo);
    let order = described.order;
    let mut space = Space::new(start(order), Vec::new(), &[]);

    // Before the picture, where programs that read a part of the file find them.
    let (maker_note, mut picture) = (described.maker_note.clone(), described.picture.clone());
    let mut first = described.put_into(&mut space.file)?;
    let side = photo.crop.width.max(photo.crop.height) as u32 / 2;
    let size = thumbnail_size(photo, side.clamp(1, PREVIEW));
    first.set(Entry::longs(tags::SUBFILE_TYPE, order, &[tags::SMALLER]));
    put_preview(&mut first, &mut space, order, &[], size, result.preview)?;
    set_software(&mut first);
    first.set(Entry::bytes(tags::DNG_VERSION, BYTE, VERSION.into()));
    first.set(Entry::bytes(tags::DNG_BACKWARD_VERSION, BYTE, BACKWARD_VERSION.into()));
    first.set(Entry::shorts(tags::ORIENTATION, order, &[photo.orientation]));
    if first.get(tags::UNIQUE_CAMERA_MODEL).is_none() {
        first.set(Entry::text(tags::UNIQUE_CAMERA_MODEL, &photo.camera));
    }
    if let Some(note) = maker_note.filter(|_| first.get(tags::PRIVATE_DATA).is_none()) {
        first.set(Entry::bytes(tags::PRIVATE_DATA, BYTE, note));
    }
    if first.get(tags::COLOR_MATRIX_1).is_none() {
        set_color(&mut first, order, photo);
    }

    picture.set(Entry::longs(tags::SUBFILE_TYPE, order, &[0]));
    put_codes(&mut picture, &mut space, order, (&codes.values, photo.width, photo.height), photo.layout)?;
    if let Layout::Bayer(phase) = photo.active_layout() {
        set_pattern(&mut picture, order, phase);
    }
    set_areas(&mut picture, order, photo);
    set_levels(&mut picture, order, photo, codes.scale);
    set_noise(&mut picture, order, result);
    first.below.push(picture);

    let mut file = space.file;
    Tree::new(order, vec![first]).write_at_end_of(&mut file)?;
    Ok(file)
}

/// The EXIF block of a RAW file for a picture that is upright, as other formats hold it.
pub fn exif(file: &[u8], photo: &RawPhoto) -> Option<Vec<u8>> {
    let described = Described::of(file, photo);
    let order = described.order;
    let mut block = start(order);
    let mut first = described.put_into(&mut block).ok()?;
    // They are not part of EXIF.
    first.remove(&[tags::XMP]);
    first.remove(&CAMERA);
    first.set(Entry::shorts(tags::ORIENTATION, order, &[1]));
    set_software(&mut first);
    Tree::new(order, vec![first]).write_at_end_of(&mut block).ok()?;
    Some(block)
}

/// How a TIFF file begins; where its first directory is comes later.
fn start(order: Order) -> Vec<u8> {
    if order.is_big() { b"MM\0*\0\0\0\0".to_vec() } else { b"II*\0\0\0\0\0".to_vec() }
}

fn set_color(first: &mut Directory, order: Order, photo: &RawPhoto) {
    let color = &photo.color;
    // A camera that nobody knows is taken for one that sees sRGB.
    let of_srgb = ColorMatrix { light: D65, from_xyz: inverse(&SRGB_TO_XYZ).expect("sRGB has three primaries") };
    let matrices = if color.matrices.is_empty() { &[of_srgb][..] } else { color.matrices.as_slice() };
    let places = [(tags::COLOR_MATRIX_1, tags::ILLUMINANT_1), (tags::COLOR_MATRIX_2, tags::ILLUMINANT_2)];
    for ((matrix_tag, light_tag), matrix) in places.into_iter().zip(matrices) {
        let values: Vec<f64> = matrix.from_xyz.iter().flatten().map(|v| f64::from(*v)).collect();
        first.set(Entry::ten_thousandths(matrix_tag, order, &values));
        first.set(Entry::shorts(light_tag, order, &[matrix.light]));
    }
    let neutral = color.colors().white_balance.map(f32::recip);
    let parts = neutral.map(|v| ((f64::from(v) * 1e6).round() as u32, 1_000_000));
    if parts.iter().all(|(above, _)| *above > 0) {
        first.set(Entry::rationals(tags::AS_SHOT_NEUTRAL, order, &parts));
    }
    let exposure = f64::from(color.baseline_exposure);
    first.set(Entry::ten_thousandths(tags::BASELINE_EXPOSURE, order, &[exposure]));
}

fn set_pattern(mosaic: &mut Directory, order: Order, phase: Phase) {
    let pattern = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(row, column)| phase.color_at(row, column).channel() as u8);
    mosaic.set(Entry::shorts(tags::CFA_REPEAT_SIZE, order, &[2, 2]));
    mosaic.set(Entry::bytes(tags::CFA_PATTERN, BYTE, pattern.into()));
    mosaic.set(Entry::bytes(tags::CFA_PLANE_COLOR, BYTE, vec![0, 1, 2]));
    mosaic.set(Entry::shorts(tags::CFA_LAYOUT, order, &[1]));
}

fn set_areas(picture: &mut Directory, order: Order, photo: &RawPhoto) {
    let sides = |area: &Area| [area.row, area.column, area.row + area.height, area.column + area.width];
    let longs = |tag, values: Vec<usize>| {
        let values: Vec<u32> = values.into_iter().map(|v| v as u32).collect();
        Entry::longs(tag, order, &values)
    };
    picture.set(longs(tags::ACTIVE_AREA, sides(&photo.active).into()));
    if !photo.masked.is_empty() {
        picture.set(longs(tags::MASKED_AREAS, photo.masked.iter().flat_map(sides).collect()));
    }
    let crop = photo.crop_of_light();
    picture.set(longs(tags::CROP_ORIGIN, vec![crop.column, crop.row]));
    picture.set(longs(tags::CROP_SIZE, vec![crop.width, crop.height]));
    let aspect = (f64::from(photo.pixel_aspect) * 1e4).round() as u32;
    let scale = if aspect >= 10_000 { [(aspect, 10_000), (1, 1)] } else { [(1, 1), (10_000, aspect.max(1))] };
    picture.set(Entry::rationals(tags::DEFAULT_SCALE, order, &scale));
}

/// The levels, from the active area's first photosite on.
fn set_levels(picture: &mut Directory, order: Order, photo: &RawPhoto, scale: u32) {
    let Area { row, column, width, height } = photo.active;
    // Columns of codes, of which each photosite has so many.
    let samples = photo.layout.samples();
    let (rows, columns) = photo.levels.pattern_size();
    let (row_deltas, column_deltas) = photo.levels.deltas();
    let delta = |deltas: &[f32], at: usize| deltas.get(at).copied().unwrap_or(0.0);
    let black = (0..rows * columns).map(|i| {
        let (r, c) = (row + i / columns, samples * column + i % columns);
        photo.levels.black(r, c) - delta(row_deltas, r) - delta(column_deltas, c)
    });
    let scaled = |v: f32| f64::from(v) * f64::from(scale);
    let black: Vec<(u32, u32)> = black.map(|v| ((scaled(v).max(0.0) * 1e3).round() as u32, 1000)).collect();
    let size = [rows as u16, (columns / samples) as u16];
    // RawTherapee takes a pattern of one photosite for one of red alone.
    if size != [1, 1] {
        picture.set(Entry::shorts(tags::BLACK_REPEAT_SIZE, order, &size));
    }
    picture.set(Entry::rationals(tags::BLACK_LEVEL, order, &black));
    for (tag, deltas, from, len, each) in [
        (tags::BLACK_ROW_DELTAS, row_deltas, row, height, 1),
        (tags::BLACK_COLUMN_DELTAS, column_deltas, column, width, samples),
    ] {
        if !deltas.is_empty() {
            let values: Vec<f64> = (from..from + len).map(|at| scaled(delta(deltas, each * at))).collect();
            picture.set(Entry::ten_thousandths(tag, order, &values));
        }
    }
    picture.set(white_levels(photo, order, scale));
}

/// What describes a photo.
struct Described {
    order: Order,
    first: Directory,
    exif: Directory,
    gps: Directory,
    /// What a DNG says of its picture.
    picture: Directory,
    /// The maker's note, as Adobe's programs keep it in DNGPrivateData.
    maker_note: Option<Vec<u8>>,
}

impl Described {
    /// Of a file: what its own directories say, else those of its preview, else what the decoder has found.
    fn of(file: &[u8], photo: &RawPhoto) -> Self {
        let mut found = in_tiff(file)
            .or_else(|| in_boxes(file))
            .or_else(|| in_jpeg(file.get(photo.preview.clone()?)?))
            .unwrap_or_else(|| Self::empty(Order::of(b"II*\0").expect("it begins as a TIFF does")));
        let order = found.order;
        let add = |directory: &mut Directory, entry: Option<Entry>| {
            if let Some(entry) = entry.filter(|entry| directory.get(entry.tag).is_none()) {
                directory.set(entry);
            }
        };
        let text = |tag, text: &Option<String>| text.as_ref().map(|text| Entry::text(tag, text));
        let fraction = |tag, value: Option<f64>| {
            let (above, below) = fraction(value?)?;
            Some(Entry::rationals(tag, order, &[(above, below)]))
        };
        let Shot { iso, exposure_time, f_number, focal_length, taken, lens, serial, artist, copyright } = &photo.shot;
        let first = &mut found.first;
        for (tag, said) in [(tags::MAKE, &photo.make), (tags::MODEL, &photo.model)] {
            add(first, Some(Entry::text(tag, said)).filter(|_| !said.is_empty()));
        }
        add(first, text(306, taken));
        add(first, text(315, artist));
        add(first, text(33_432, copyright));
        let exif = &mut found.exif;
        add(exif, fraction(33_434, *exposure_time));
        add(exif, fraction(33_437, *f_number));
        let sensitivity = iso.and_then(|iso| u16::try_from(iso).ok());
        add(exif, sensitivity.map(|iso| Entry::shorts(34_855, order, &[iso])));
        add(exif, text(36_867, taken));
        add(exif, fraction(37_386, *focal_length));
        add(exif, text(42_033, serial));
        add(exif, text(42_036, lens));
        if !exif.is_empty() {
            add(exif, Some(Entry::bytes(36_864, UNDEFINED, b"0231".into())));
        }
        found
    }

    /// Writes EXIF's and GPS's directories; the first, which points to them.
    fn put_into(self, file: &mut Vec<u8>) -> Result<Directory, RawError> {
        let Self { order, mut first, exif, gps, .. } = self;
        for (tag, directory) in [(tags::EXIF, exif), (tags::GPS, gps)] {
            if !directory.is_empty() {
                let at = write(&directory, 0, order, file)?;
                first.set(Entry::longs(tag, order, &[at]));
            }
        }
        Ok(first)
    }

    fn empty(order: Order) -> Self {
        let [first, exif, gps, picture] = [(); 4].map(|()| Directory::default());
        Self { order, first, exif, gps, picture, maker_note: None }
    }
}

/// A number as a fraction: a part of one where it is one, as shutters have it.
fn fraction(value: f64) -> Option<(u32, u32)> {
    if !(1e-9..1e9).contains(&value) {
        return None;
    }
    let below = (1.0 / value).round();
    if value < 1.0 && (value * below - 1.0).abs() < 1e-3 {
        return Some((1, below as u32));
    }
    let scale = if value < 1e4 { 1e4 } else { 1.0 };
    Some(((value * scale).round() as u32, scale as u32))
}

/// From the directories of a file that is a TIFF, or begins in its camera's own way and goes on as one.
fn in_tiff(file: &[u8]) -> Option<Described> {
    let order = match file.first_chunk()? {
        b"II*\0" | b"IIRO" | b"IIRS" | b"IIU\0" => Order::of(b"II*\0")?,
        b"MM\0*" | b"MMOR" => Order::of(b"MM\0*")?,
        _ => return None,
    };
    let tree = Tree::read_in(order, file).ok()?;
    let mut found = Described::empty(order);
    found.first = tree.chain[0].taken(file);
    if let Some(exif) = tree.other(file, tags::EXIF) {
        found.maker_note = exif.get(tags::MAKER_NOTE).and_then(|note| {
            let (at, note) = (note.place()?, note.values(file)?);
            Some(private_data(order, at, note))
        });
        found.exif = exif.taken(file);
    }
    found.gps = tree.other(file, tags::GPS).map(|gps| gps.taken(file)).unwrap_or_default();
    let is_dng = found.first.get(tags::DNG_VERSION).is_some();
    if is_dng {
        let picture = tree.all().into_iter().find(|directory| is_of_sensor(directory, file, order));
        found.picture = picture.map(|picture| picture.taken(file)).unwrap_or_default();
        found.picture.retain(|tag| OF_PICTURE.contains(&tag));
    }
    // Canon's and others' XMP has a place of its own in the first directory.
    found.first.retain(|tag| is_of_first(tag, is_dng));
    found.exif.retain(|tag| !POINTING.contains(&tag));
    Some(found)
}

/// Whether an entry of a file's first directory describes any photo of the same light.
// LLVM fails on both searches at once where it optimises the function above for wasm's SIMD.
#[inline(never)]
fn is_of_first(tag: u16, is_dng: bool) -> bool {
    DESCRIPTIONS.contains(&tag) || tag == tags::XMP || is_dng && CAMERA.contains(&tag)
}

/// From the boxes of a CR3: TIFF files of a directory each.
fn in_boxes(file: &[u8]) -> Option<Described> {
    const NEAR: usize = 1 << 20;
    let near = &file[..file.len().min(NEAR)];
    let block = |name: &[u8]| {
        let at = near.windows(4).position(|window| window == name)?;
        file.get(at + 4..)
    };
    if file.get(4..8) != Some(b"ftyp") {
        return None;
    }
    let directory = |name: &[u8]| {
        let block = block(name)?;
        let tree = Tree::read(block).ok()?;
        Some((tree.order, tree.chain[0].taken(block)))
    };
    let (order, mut first) = directory(b"CMT1")?;
    first.retain(|tag| DESCRIPTIONS.contains(&tag));
    let other = |name: &[u8]| directory(name).filter(|(other, _)| *other == order).map(|(_, found)| found);
    let mut exif = other(b"CMT2").unwrap_or_default();
    exif.retain(|tag| !POINTING.contains(&tag));
    let gps = other(b"CMT4").unwrap_or_default();
    Some(Described { first, exif, gps, ..Described::empty(order) })
}

/// From the EXIF block of a preview.
fn in_jpeg(preview: &[u8]) -> Option<Described> {
    const NEAR: usize = 1 << 16;
    const EXIF: &[u8] = b"Exif\0\0";
    let at = preview[..preview.len().min(NEAR)].windows(EXIF.len()).position(|window| window == EXIF)?;
    in_tiff(&preview[at + EXIF.len()..])
}

/// A maker's note as DNGPrivateData: where it was tells what its own pointers mean.
fn private_data(order: Order, at: u32, note: &[u8]) -> Vec<u8> {
    let order: &[u8] = if order.is_big() { b"MM" } else { b"II" };
    let length = (note.len() as u32 + 6).to_be_bytes();
    let mut data = [b"Adobe\0MakN".as_slice(), &length, order, &at.to_be_bytes(), note].concat();
    data.resize(data.len().next_multiple_of(2), 0);
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_fractions_as_cameras_write_them() {
        assert_eq!(fraction(1.0 / 250.0), Some((1, 250)));
        assert_eq!(fraction(0.8), Some((8000, 10_000)));
        assert_eq!(fraction(2.8), Some((28_000, 10_000)));
        assert_eq!(fraction(30.0), Some((300_000, 10_000)));
        assert_eq!([0.0, f64::NAN, -1.0, f64::INFINITY].map(fraction), [None; 4]);
    }
}

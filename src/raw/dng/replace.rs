//! A DNG with its picture replaced.

use std::ops::Range;

use crate::files::Order;
use crate::raw::dng::picture::{Space, data, is_preview, put_codes, put_preview};
use crate::raw::dng::tree::{BYTE, Directory, Entry, Tree};
use crate::raw::dng::{Outcome, is_of_sensor, tags};
use crate::raw::error::RawError;
use crate::raw::photo::RawPhoto;

/// The long side of thumbnails that do not say their size.
const THUMBNAIL: u32 = 160;
/// What the written tags ask of who reads them: NoiseProfile came with 1.3.
const LEAST_VERSION: [u8; 4] = [1, 3, 0, 0];

/// The file with this result.
pub fn replace(file: &[u8], photo: &RawPhoto, result: &Outcome) -> Result<Vec<u8>, RawError> {
    let codes = photo.codes_of(result.light)?;
    let mut tree = Tree::read(file)?;
    let order = tree.order;
    let is_redrawn = |directory: &Directory| is_preview(directory, file, order);
    let is_replaced = |directory: &Directory| is_of_sensor(directory, file, order);

    let pictures = tree.all().into_iter().filter(|directory| is_replaced(directory) || is_redrawn(directory));
    let mut free: Vec<Range<usize>> = pictures.flat_map(|directory| data(directory, file, order)).collect();
    free.extend(tree.own_places());
    let mut space = Space::new(file.to_vec(), free, &tree.kept_places());

    let mut done = Ok(());
    tree.each(&mut |directory: &mut Directory| {
        let (is_of_photo, is_preview) = (is_replaced(directory), is_redrawn(directory));
        // Of the picture that is no more.
        directory.remove(&[tags::RAW_DIGEST, tags::NEW_RAW_DIGEST, tags::RAW_DATA_ID, tags::NOISE_PROFILE]);
        if done.is_ok() && is_of_photo {
            done = put_codes(directory, &mut space, order, (&codes.values, photo.width, photo.height), photo.layout);
            set_levels(directory, file, order, codes.scale, photo);
            set_noise(directory, order, result);
            if photo.is_mended {
                directory.remove(&[tags::OPCODES_1]);
            }
        } else if done.is_ok() && is_preview {
            done = put_preview(directory, &mut space, order, file, thumbnail_size(photo, THUMBNAIL), result.preview);
            set_preview_origin(directory, order);
        }
    });
    done?;
    let first = &mut tree.chain[0];
    set_software(first);
    let version: Option<[u8; 4]> = first.get(tags::DNG_VERSION).and_then(|entry| entry.values(file)?.try_into().ok());
    if version.is_none_or(|version| version < LEAST_VERSION) {
        first.set(Entry::bytes(tags::DNG_VERSION, BYTE, LEAST_VERSION.into()));
    }
    let mut file = space.file;
    tree.write_at_end_of(&mut file)?;
    Ok(file)
}

/// A picture's size whose long side is this, as the crop is shaped.
pub fn thumbnail_size(photo: &RawPhoto, side: u32) -> (u32, u32) {
    let (width, height) = (photo.crop.width as f32 * photo.pixel_aspect, photo.crop.height as f32);
    let scale = side as f32 / width.max(height);
    let scaled = |v: f32| ((v * scale).round() as u32).max(1);
    (scaled(width), scaled(height))
}

/// The levels of codes of which `scale` make one of the file's.
fn set_levels(directory: &mut Directory, file: &[u8], order: Order, scale: u32, photo: &RawPhoto) {
    for tag in [tags::BLACK_LEVEL, tags::BLACK_ROW_DELTAS, tags::BLACK_COLUMN_DELTAS] {
        let scaled = directory.get(tag).filter(|_| scale > 1).map(|entry| entry.multiplied(file, order, scale));
        scaled.into_iter().for_each(|entry| directory.set(entry));
    }
    // The table led to the codes that are written now.
    directory.remove(&[tags::LINEARIZATION_TABLE]);
    directory.set(white_levels(photo, order, scale));
}

/// The white level of each sample of a photosite.
pub fn white_levels(photo: &RawPhoto, order: Order, scale: u32) -> Entry {
    let samples = 0..photo.layout.samples();
    let levels: Vec<u32> = samples.map(|sample| photo.levels.white(sample).round() as u32 * scale).collect();
    Entry::longs(tags::WHITE_LEVEL, order, &levels)
}

/// The noise that remains, and how much of it was removed.
pub fn set_noise(directory: &mut Directory, order: Order, result: &Outcome) {
    directory.set(Entry::doubles(tags::NOISE_PROFILE, order, &result.noise.numbers()));
    let reduction = (result.reduction.clamp(0.0, 1.0) * 100.0).round() as u32;
    directory.set(Entry::rationals(tags::NOISE_REDUCTION_APPLIED, order, &[(reduction, 100)]));
}

/// Who wrote the file.
pub fn set_software(first: &mut Directory) {
    first.set(Entry::text(tags::SOFTWARE, concat!("svnr ", env!("CARGO_PKG_VERSION"))));
}

/// Who drew the preview, where the directory says it.
fn set_preview_origin(directory: &mut Directory, order: Order) {
    const SRGB: u32 = 2;
    let says = |directory: &Directory, tag| directory.get(tag).is_some();
    if says(directory, tags::PREVIEW_APPLICATION) {
        directory.set(Entry::text(tags::PREVIEW_APPLICATION, "svnr"));
        directory.set(Entry::text(tags::PREVIEW_APPLICATION_VERSION, env!("CARGO_PKG_VERSION")));
    }
    if says(directory, tags::PREVIEW_COLOR_SPACE) {
        directory.set(Entry::longs(tags::PREVIEW_COLOR_SPACE, order, &[SRGB]));
    }
    directory.remove(&[tags::PREVIEW_SETTINGS, tags::PREVIEW_SETTINGS_DIGEST, tags::PREVIEW_DATE]);
}

//! DNG files: a RAW file with its picture replaced.
//!
//! A DNG stays the file that it is. The result takes the place of the old one, its previews are drawn anew, and the
//! tags that are about them are set; all else keeps its bytes and its place. From another RAW file, and from an X-Trans
//! mosaic, a DNG is built of what the decoder says about it, and what describes the photo in its file.

mod build;
#[cfg(test)]
mod clients;
mod lossless_jpeg;
#[cfg(test)]
pub(crate) mod made;
mod picture;
mod replace;
pub(super) mod tags;
pub(super) mod tree;

use image::RgbImage;

use crate::files::Order;
use crate::raw::error::RawError;
use crate::raw::found::profile_of;
use crate::raw::layout::Layout;
use crate::raw::light::Light;
use crate::raw::noise_profile::NoiseProfile;
use crate::raw::photo::RawPhoto;
pub use build::exif;
use tree::{Directory, Tree};

/// The operations of a DNG's OpcodeList1 that mend bad pixels: by a constant, and by a list.
pub(super) const MENDING: [u32; 2] = [4, 5];
/// Compressions by zlib's deflate.
const DEFLATE: [u32; 2] = [8, 32_946];
/// The operations that move pixels: three kinds of warps, and a trim.
pub(super) const MOVING: [u32; 4] = [1, 2, 6, 14];

/// What becomes of a RAW file.
pub struct Outcome<'a> {
    /// What takes the place of [`RawPhoto::light`].
    pub light: &'a Light,
    /// The noise that it has.
    pub noise: NoiseProfile,
    /// How much of the noise was removed, 0 to 1.
    pub reduction: f32,
    /// Draws the crop as a developed picture of a width and a height, in sRGB and not turned.
    pub preview: &'a dyn Fn(u32, u32) -> RgbImage,
}

/// The bytes of a DNG with this result. `file` are the bytes that `photo` was decoded from.
///
/// # Errors
/// [`RawError::OtherPicture`] if the result is not of this photo, [`RawError::FileTooLarge`].
pub fn write(file: &[u8], photo: &RawPhoto, result: &Outcome) -> Result<Vec<u8>, RawError> {
    // What is interpolated is another picture than the file's.
    let is_replaced = photo.format == "DNG" && !matches!(photo.layout, Layout::XTrans(_));
    if is_replaced { replace::replace(file, photo, result) } else { build::build(file, &photo.in_dng(), result) }
}

/// The std that rounding to 16 bits adds: no result has less noise.
const ROUNDING: f32 = 0.29 / 65_535.0;

/// The bytes of a DNG with what denoising made of a photo that had this noise. The noise that remains is measured, and
/// previews are drawn from the result.
///
/// # Errors
/// As [`write()`].
pub fn write_result(file: &[u8], photo: &RawPhoto, light: &Light, noise: &NoiseProfile) -> Result<Vec<u8>, RawError> {
    let remaining = profile_of(photo, light).at_least(ROUNDING);
    let preview = |width, height| photo.quick_look(light, (width, height));
    let reduction = noise.reduction_to(&remaining);
    write(file, photo, &Outcome { light, noise: remaining, reduction, preview: &preview })
}

/// What a DNG says that the decoder does not tell.
pub(super) struct Tags {
    /// The numbers of NoiseProfile.
    pub noise_profile: Option<Vec<f64>>,
}

impl Tags {
    /// Reads them.
    ///
    /// # Errors
    /// Whatever would keep the picture from being read right, or from being replaced.
    pub fn read(file: &[u8]) -> Result<Self, RawError> {
        let tree = Tree::read(file)?;
        let all = tree.all().into_iter();
        let pictures: Vec<_> = all.filter(|directory| is_of_sensor(directory, file, tree.order)).collect();
        let &[picture] = pictures.as_slice() else { return Err(RawError::SeveralPictures(pictures.len())) };
        let number = |tag| picture.number(tag, file, tree.order).unwrap_or(0);
        let is_deflated = DEFLATE.contains(&number(tags::COMPRESSION));
        // The decoder adds the differences up beyond 8 bits.
        if is_deflated && number(tags::BITS_PER_SAMPLE) <= 8 && number(tags::PREDICTOR) > 1 {
            return Err(RawError::Packing("deflate of differences of 8 bits".into()));
        }
        // Older writers put it into the first directory.
        let profile = tree.all().into_iter().find_map(|directory| directory.get(tags::NOISE_PROFILE));
        Ok(Self { noise_profile: profile.map(|entry| entry.numbers(file, tree.order)) })
    }
}

/// Whether a directory is of a picture from the sensor: the main one, or one that was made from it.
fn is_of_sensor(directory: &Directory, file: &[u8], order: Order) -> bool {
    const ENHANCED: u32 = 16;
    let number = |tag| directory.number(tag, file, order);
    matches!(number(tags::PHOTOMETRIC), Some(tags::MOSAIC | tags::LINEAR))
        && matches!(number(tags::SUBFILE_TYPE).unwrap_or(0), 0 | ENHANCED)
}

/// Whether a file says that it is a DNG.
pub(super) fn is_dng(file: &[u8]) -> bool {
    Tree::read(file).is_ok_and(|tree| tree.chain[0].get(tags::DNG_VERSION).is_some())
}

/// Whether a file is a DNG or a TIFF of finished pictures alone, whatever its name.
pub(super) fn is_without_mosaic(file: &[u8]) -> bool {
    let Ok(tree) = Tree::read(file) else { return false };
    let number = |tag| tree.chain[0].number(tag, file, tree.order);
    if tree.chain[0].get(tags::DNG_VERSION).is_some() {
        return !tree.all().into_iter().any(|directory| is_of_sensor(directory, file, tree.order));
    }
    // Grey, colours, a palette, inks, YCbCr, Lab.
    let is_finished = number(tags::PHOTOMETRIC).is_some_and(|kind| kind <= 8);
    is_finished && number(tags::SUBFILE_TYPE).unwrap_or(0) == 0 && tree.all().len() == 1
}

/// What is wrong with the directories of a file that begins as a TIFF does.
pub(super) fn damage(file: &[u8]) -> Option<RawError> {
    Tree::read(file).err().filter(|error| *error != RawError::NotRaw)
}

/// The operations of an OpcodeList; those up to where it goes wrong.
pub(super) fn opcodes(list: &[u8]) -> Vec<u32> {
    let long = |at: usize| list.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    let (mut at, mut found) = (4, Vec::new());
    for _ in 0..long(0).unwrap_or(0) {
        let (Some(id), Some(len)) = (long(at), long(at + 12)) else { break };
        found.push(id);
        let Some(next) = at.checked_add(16 + len as usize) else { break };
        at = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{LinearImage, MAX_PIXELS};
    use crate::method::noise::NoiseModel;
    use crate::raw::decode;
    use crate::raw::decode::x_trans::assert_light_is_kept;
    use crate::raw::layout::Layout;
    use crate::raw::mosaic::{Mosaic, Phase};
    use crate::raw::x_trans::XTrans;
    use made::{Made, NOTE, Packing};
    use tree::Entry;

    /// Some noise that remains.
    fn noise() -> NoiseProfile {
        NoiseProfile::uniform(NoiseModel { sigma_read: 1e-3, shot: 2e-5 })
    }

    fn written(file: &[u8], photo: &RawPhoto, light: &Light) -> Vec<u8> {
        let preview = |width, height| RgbImage::from_pixel(width, height, image::Rgb([9, 99, 199]));
        write(file, photo, &Outcome { light, noise: noise(), reduction: 0.5, preview: &preview }).unwrap()
    }

    fn entry(file: &[u8], is_wanted: impl Fn(&Directory) -> bool, tag: u16) -> Vec<f64> {
        let tree = Tree::read(file).unwrap();
        let found = tree.all().into_iter().find(|directory| is_wanted(directory)).unwrap();
        found.numbers(tag, file, tree.order)
    }

    fn is_mosaic(directory: &Directory) -> bool {
        directory.get(tags::ACTIVE_AREA).is_some()
    }

    #[test]
    fn every_code_comes_back_from_every_kind_of_file() {
        let packings = [
            Packing::Strips(29),
            Packing::Strips(8),
            Packing::Tiles(16, 16),
            Packing::Lossless(16, 32),
            Packing::Lossless(48, 32),
            Packing::Deflated(16, 32, false),
            Packing::Deflated(48, 16, true),
        ];
        let layouts = Phase::ALL.map(Layout::Bayer).into_iter().chain([Layout::Linear]);
        for (i, layout) in layouts.enumerate() {
            for (k, packing) in packings.into_iter().enumerate() {
                for bits in [8, 10, 12, 14, 16] {
                    // Bytes and pairs of bytes alone are deflated.
                    if matches!(packing, Packing::Deflated(.., differ) if bits != 16 && (differ || bits != 8)) {
                        continue;
                    }
                    let is_big = (i + k + usize::from(bits) / 2).is_multiple_of(2);
                    let made = Made { is_big, packing, ..Made::of(37, 29, layout, bits) };
                    let name = format!("{layout:?}, {packing:?}, {bits} bits, big-endian {is_big}");
                    let file = made.bytes();
                    let photo = decode(&file, MAX_PIXELS).unwrap_or_else(|error| panic!("{name}: {error}"));
                    assert_eq!((photo.codes.as_slice(), photo.layout), (made.codes.as_slice(), layout), "{name}");
                    let light = photo.light_of_planes(photo.active, photo.planes(photo.light())).unwrap();
                    let result = written(&file, &photo, &light);
                    let back = decode(&result, MAX_PIXELS).unwrap_or_else(|error| panic!("{name}: {error}"));
                    assert_eq!(back.noise_profile, Some(noise()), "{name}");
                    let preview = back.preview.clone();
                    assert_eq!(
                        RawPhoto { noise_profile: None, preview, ..photo },
                        RawPhoto { noise_profile: None, ..back }
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_not_of_the_picture_keeps_its_bytes_and_its_place() {
        let made = Made { is_big: true, ..Made::new(64, 48, Phase::GBRG) };
        let file = made.bytes();
        let photo = decode(&file, MAX_PIXELS).unwrap();
        let result = written(&file, &photo, &photo.light());
        let place = |file: &[u8]| file.windows(NOTE.len()).position(|window| window == NOTE).unwrap();
        assert_eq!(place(&result), place(&file));
        let [before, after] = [&file, &result].map(|file| Tree::read(file).unwrap());
        let of_picture = [
            tags::SOFTWARE,
            tags::STRIP_OFFSETS,
            tags::SUB_DIRECTORIES,
            tags::PREVIEW_APPLICATION,
            tags::PREVIEW_APPLICATION_VERSION,
            tags::RAW_DATA_ID,
        ];
        let order = before.order;
        for tag in (254..=53_000).filter(|tag| !of_picture.contains(tag)) {
            let numbers = |tree: &Tree, file: &[u8]| tree.chain[0].numbers(tag, file, order);
            assert_eq!(numbers(&after, &result).len(), numbers(&before, &file).len(), "{tag}");
            for (a, b) in numbers(&after, &result).iter().zip(numbers(&before, &file)) {
                assert_eq!(a.to_bits(), b.to_bits(), "{tag}");
            }
        }
        let text = |tag| after.chain[0].get(tag).and_then(|entry| entry.values(&result)).map(<[u8]>::to_vec);
        assert!(text(tags::SOFTWARE).unwrap().starts_with(b"svnr "));
        assert_eq!(text(tags::PREVIEW_APPLICATION).unwrap(), b"svnr\0");
        assert_eq!(text(tags::RAW_DATA_ID), None, "another picture has another number");
        // The thumbnail is drawn anew where it was, and the preview is a JPEG of its old size.
        let at = after.chain[0].number(tags::STRIP_OFFSETS, &result, order).unwrap() as usize;
        assert_eq!(result[at..at + 6], [9, 99, 199, 9, 99, 199]);
        let jpeg = &result[decode(&result, MAX_PIXELS).unwrap().preview.unwrap()];
        assert_eq!(image::load_from_memory(jpeg).unwrap().to_rgb8().dimensions(), (64, 48));
        assert_eq!(entry(&result, is_mosaic, tags::NOISE_REDUCTION_APPLIED), [0.5]);
    }

    #[test]
    fn a_result_gets_finer_codes_where_there_is_room() {
        for (bits, scale) in [(8, 256.0), (12, 16.0), (14, 4.0), (16, 1.0)] {
            let made = Made { active: [1, 2, 45, 63], ..Made::of_bits(64, 48, Phase::RGGB, bits) };
            let file = made.bytes();
            let photo = decode(&file, MAX_PIXELS).unwrap();
            let light = |i: usize| 0.3 + 0.000_013 * i as f32;
            let values = (0..61 * 44).map(light).collect();
            let mosaic = Mosaic::new(61, 44, photo.mosaic().phase(), values).unwrap();
            let result = written(&file, &photo, &mosaic.into());
            let back = decode(&result, MAX_PIXELS).unwrap();
            let [black, white] = [tags::BLACK_LEVEL, tags::WHITE_LEVEL].map(|tag| entry(&result, is_mosaic, tag)[0]);
            assert_eq!((black, white), (f64::from(made.black) * scale, f64::from(made.white) * scale), "{bits} bits");
            let step = 1.0 / (white - black) as f32;
            let furthest =
                back.mosaic().values().iter().enumerate().map(|(i, v)| (v - light(i)).abs()).fold(0.0, f32::max);
            assert!(furthest < 0.51 * step + 1e-6, "{bits} bits: {furthest} of {step}");
            // What gets no light is what it was.
            for (at, code) in back.codes.iter().enumerate() {
                let (row, column) = (at / 64, at % 64);
                if !(1..45).contains(&row) || !(2..63).contains(&column) {
                    assert_eq!(f64::from(*code), f64::from(made.codes[at]) * scale, "{bits} bits");
                }
            }
        }
    }

    #[test]
    fn a_linear_result_gets_finer_codes_at_levels_of_its_own() {
        let made = Made { active: [1, 2, 45, 63], ..Made::of(64, 48, Layout::Linear, 12) };
        let file = made.changed(|_, picture, order| {
            picture.set(Entry::shorts(tags::BLACK_LEVEL, order, &[100, 120, 140]));
            picture.set(Entry::shorts(tags::WHITE_LEVEL, order, &[3900, 4000, 4095]));
        });
        let photo = decode(&file, MAX_PIXELS).unwrap();
        let light = |channel: usize, row: usize, column: usize| {
            0.1 * (1 + channel) as f32 + 0.000_013 * (61 * row + column) as f32
        };
        let result = written(&file, &photo, &Light::Linear(LinearImage::from_fn(61, 44, light).unwrap()));
        let back = decode(&result, MAX_PIXELS).unwrap();
        assert_eq!(entry(&result, is_mosaic, tags::WHITE_LEVEL), [3900.0, 4000.0, 4095.0].map(|v| 16.0 * v));
        assert_eq!(entry(&result, is_mosaic, tags::BLACK_LEVEL), [100.0, 120.0, 140.0].map(|v| 16.0 * v));
        assert_eq!(entry(&result, is_mosaic, tags::SAMPLES_PER_PIXEL), [3.0]);
        let Light::Linear(image) = back.light() else { panic!("{:?}", back.layout) };
        for (i, v) in image.values().iter().enumerate() {
            let expected = light(i / (61 * 44), i / 61 % 44, i % 61);
            assert!((v - expected).abs() < 0.51 / (16.0 * 3800.0) + 1e-6, "{i}: {v}, not {expected}");
        }
        // What gets no light is what it was.
        assert_eq!(back.codes[..3 * 64], made.codes[..3 * 64].iter().map(|v| 16 * v).collect::<Vec<_>>());
    }

    #[test]
    fn a_result_of_another_photo_is_refused() {
        let file = Made::new(64, 48, Phase::RGGB).bytes();
        let photo = decode(&file, MAX_PIXELS).unwrap();
        let mut others = Vec::new();
        for (width, height, phase) in [(64, 47, Phase::RGGB), (48, 64, Phase::RGGB), (64, 48, Phase::BGGR)] {
            let mosaic = Mosaic::new(width, height, phase, vec![0.0; width * height]).unwrap();
            others.push(Light::Mosaic(mosaic));
        }
        others.push(Light::Linear(LinearImage::from_fn(64, 48, |_, _, _| 0.0).unwrap()));
        for light in others {
            let preview = |width, height| RgbImage::new(width, height);
            let outcome = Outcome { light: &light, noise: noise(), reduction: 1.0, preview: &preview };
            assert!(matches!(write(&file, &photo, &outcome), Err(RawError::OtherPicture { .. })));
        }
    }

    #[test]
    fn writing_again_and_again_does_not_let_a_file_grow() {
        let mut file = Made { packing: Packing::Lossless(64, 64), ..Made::new(600, 500, Phase::RGGB) }.bytes();
        let mut lengths = Vec::new();
        for _ in 0..4 {
            let photo = decode(&file, MAX_PIXELS).unwrap();
            file = written(&file, &photo, &photo.light());
            lengths.push(file.len());
        }
        assert!(lengths[3] < lengths[0] + 4096, "{lengths:?}");
    }

    #[test]
    fn another_raw_file_becomes_a_dng_of_its_own() {
        let made = Made { active: [3, 1, 45, 63], ..Made::new(64, 48, Phase::GRBG) };
        let file = made.bytes();
        let photo = RawPhoto { format: "CR2", ..decode(&file, MAX_PIXELS).unwrap() };
        let result = written(&file, &photo, &photo.light());
        let back = decode(&result, MAX_PIXELS).unwrap();
        assert_eq!((&back.codes, &back.levels, back.layout), (&photo.codes, &photo.levels, photo.layout));
        assert_eq!((back.active, back.crop, back.orientation), (photo.active, photo.crop, photo.orientation));
        assert_eq!((back.make.as_str(), back.model.as_str()), ("Canon", "Canon EOS 550D"));
        assert_eq!(back.color.matrices, photo.color.matrices);
        let balance = back.color.white_balance.unwrap();
        assert!(balance.iter().zip([2.0, 1.0, 1.5]).all(|(a, b)| (a - b).abs() < 1e-4), "{balance:?}");
        assert_eq!((back.format, back.noise_profile), ("DNG", Some(noise())));
        assert_eq!(back.shot.exposure_time, Some(1.0 / 250.0));
        // So does what is demosaiced.
        let linear = Made { layout: Layout::Linear, codes: Made::of(64, 48, Layout::Linear, 14).codes, ..made }.bytes();
        let photo = RawPhoto { format: "CR2", ..decode(&linear, MAX_PIXELS).unwrap() };
        let other = decode(&written(&linear, &photo, &photo.light()), MAX_PIXELS).unwrap();
        assert_eq!((&other.codes, other.active, other.layout), (&photo.codes, photo.active, Layout::Linear));
        assert_eq!(other.light(), photo.light());
        // Where a maker's note was tells what it points to.
        let at = file.windows(NOTE.len()).position(|window| window == NOTE).unwrap() as u32;
        let tree = Tree::read(&result).unwrap();
        let private = tree.chain[0].get(tags::PRIVATE_DATA).unwrap().values(&result).unwrap();
        assert_eq!(
            private[..20],
            [b"Adobe\0MakN".as_slice(), &[0, 0, 0, NOTE.len() as u8 + 6], b"II", &at.to_be_bytes()].concat()
        );
        assert_eq!(&private[20..20 + NOTE.len()], NOTE);
    }

    #[test]
    fn an_x_trans_dng_becomes_a_linear_one_that_keeps_what_describes_the_photo() {
        const PROFILE_NAME: u16 = 50_936;
        const LIST: [u8; 20] = [0, 0, 0, 1, 0, 0, 0, 99, 1, 3, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
        for is_big in [false, true] {
            let made = Made { is_big, active: [3, 1, 45, 63], ..Made::x_trans(64, 48, XTrans::USUAL) };
            let file = made.changed(|first, mosaic, order| {
                first.set(Entry::text(PROFILE_NAME, "Camera PROVIA"));
                first.set(Entry::bytes(tags::XMP, tree::BYTE, b"<x:xmpmeta/>".into()));
                first.set(Entry::text(315, "Someone"));
                mosaic.set(Entry::bytes(tags::OPCODES_3, tree::UNDEFINED, LIST.into()));
                mosaic.set(Entry::rationals(tags::USER_CROP, order, &[(0, 1), (1, 10), (1, 1), (9, 10)]));
                mosaic.set(Entry::doubles(tags::NOISE_PROFILE, order, &[1e-4, 1e-6]));
            });
            let photo = decode(&file, MAX_PIXELS).unwrap();
            let result = written(&file, &photo, &photo.light());
            let back = decode(&result, MAX_PIXELS).unwrap();
            assert!(back.layout == Layout::Linear && photo.is_like(&back));
            assert_light_is_kept(&photo, &back);
            assert_eq!((back.crop_of_light(), back.orientation), (photo.crop_of_light(), photo.orientation));
            assert_eq!((&back.color, back.noise_profile), (&photo.color, Some(noise())));
            assert_eq!((&back.shot, &back.camera), (&photo.shot, &photo.camera));
            let tree = Tree::read(&result).unwrap();
            let first = &tree.chain[0];
            let text = |tag| first.get(tag).and_then(|entry| entry.values(&result)).unwrap();
            assert_eq!((text(PROFILE_NAME), text(tags::XMP)), (&b"Camera PROVIA\0"[..], &b"<x:xmpmeta/>"[..]));
            assert_eq!(text(315), b"Someone\0");
            assert!(first.get(tags::RAW_DATA_ID).is_none() && first.get(tags::PRIVATE_DATA).is_some());
            let picture = tree.all().into_iter().find(|directory| is_mosaic(directory)).unwrap();
            assert_eq!(picture.get(tags::OPCODES_3).and_then(|entry| entry.values(&result)), Some(&LIST[..]));
            assert_eq!(picture.numbers(tags::USER_CROP, &result, tree.order), [0.0, 0.1, 1.0, 0.9]);
            for tag in [tags::CFA_PATTERN, tags::CFA_REPEAT_SIZE, tags::CFA_LAYOUT, tags::CFA_PLANE_COLOR] {
                assert!(tree.all().into_iter().all(|directory| directory.get(tag).is_none()), "{tag}");
            }
            // A developed picture's EXIF says nothing of the camera's colours.
            let block = exif(&file, &photo).unwrap();
            let first = &Tree::read(&block).unwrap().chain[0];
            assert!(first.get(tags::COLOR_MATRIX_1).is_none() && first.get(315).is_some());
        }
    }

    #[test]
    fn opcodes_are_listed_up_to_where_they_go_wrong() {
        let opcode = |id: u32, len: u32| [id, 0x0103_0000, 0, len].map(u32::to_be_bytes).concat();
        let list = [&2u32.to_be_bytes()[..], &opcode(4, 8), &[0; 8], &opcode(9, 4), &[0; 4]].concat();
        assert_eq!(opcodes(&list), [4, 9]);
        assert_eq!(opcodes(&list[..30]), [4]);
        assert!(opcodes(&[]).is_empty());
        assert_eq!(opcodes(&[0xFF; 64]), [u32::MAX]);
    }
}

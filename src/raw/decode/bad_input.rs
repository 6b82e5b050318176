//! Files that are refused, and in which words.

use crate::files::Order;
use crate::image::MAX_PIXELS;
use crate::raw::RawError;
use crate::raw::decode::decode;
use crate::raw::dng::made::{Made, Packing};
use crate::raw::dng::tags;
use crate::raw::dng::tree::{BYTE, Directory, Entry, Tree};
use crate::raw::layout::Layout;
use crate::raw::mosaic::Phase;

fn made() -> Made {
    Made::new(64, 48, Phase::RGGB)
}

fn made_linear() -> Made {
    Made::of(64, 48, Layout::Linear, 14)
}

/// A kind of bad input: its name, the file, and what must be said about it.
type Bad = (&'static str, Vec<u8>, &'static str);

fn bad_input() -> Vec<Bad> {
    let whole = Made { packing: Packing::Strips(16), ..made() }.bytes();
    let cut = |share: f64| start_of(&whole, share);
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
        ("a mosaic beyond the end", number(tags::STRIP_OFFSETS, 10_000_000), "ends too early"),
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
            linear(tags::WHITE_LEVEL, &[9000, 300, 9000]),
            "white must be above black",
        ),
        ("linear light as floats", linear(tags::SAMPLE_FORMAT, &[3]), "float"),
        ("linear light as JPEG XL", linear(tags::COMPRESSION, &[52_546]), "JPEG XL"),
        ("linear light in planes", linear(tags::PLANAR_CONFIGURATION, &[2]), "planar"),
        ("half of linear light", start_of(&made_linear().bytes(), 0.5), "damaged"),
        ("compressed data that are none", wrongly_compressed(), "compressed data are wrong"),
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

/// A share of a file, from its start.
fn start_of(file: &[u8], share: f64) -> Vec<u8> {
    file[..(file.len() as f64 * share) as usize].to_vec()
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

/// A linear DNG in whose picture's directory a tag has these values.
fn linear(tag: u16, values: &[u16]) -> Vec<u8> {
    made_linear().changed(|_, picture, order| picture.set(Entry::shorts(tag, order, values)))
}

/// One that says that each photosite has so many values.
fn of_colors(count: u16) -> Vec<u8> {
    made_linear().changed(|_, picture, order| {
        picture.set(Entry::shorts(tags::SAMPLES_PER_PIXEL, order, &[count]));
        picture.set(Entry::shorts(tags::BITS_PER_SAMPLE, order, &vec![14; usize::from(count)]));
    })
}

/// With a tile that does not begin as zlib's data do.
fn wrongly_compressed() -> Vec<u8> {
    let mut file = Made { packing: Packing::Deflated(64, 48, false), ..Made::of(64, 48, Layout::Linear, 16) }.bytes();
    let tree = Tree::read(&file).unwrap();
    let all = tree.all();
    let at = all.iter().find_map(|directory| directory.number(tags::TILE_OFFSETS, &file, tree.order)).unwrap() as usize;
    file[at..at + 2].fill(0);
    file
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

/// A file whose first directory has no picture, with or without DNG's version and the camera's name in it; below it
/// lies a mosaic, or finished pictures alone.
fn without_first_picture(is_dng: bool, is_named: bool, has_mosaic: bool) -> Vec<u8> {
    made().changed(|first, mosaic, order| {
        let names = [tags::MAKE, tags::MODEL, tags::UNIQUE_CAMERA_MODEL];
        first.retain(|tag| is_dng && tag == tags::DNG_VERSION || is_named && names.contains(&tag));
        if !has_mosaic {
            mosaic.set(Entry::shorts(tags::PHOTOMETRIC, order, &[2]));
            mosaic.remove(&[tags::CFA_PATTERN, tags::CFA_REPEAT_SIZE]);
        }
    })
}

#[test]
fn a_first_directory_without_a_picture_is_no_damage() {
    for (is_dng, is_named, has_mosaic) in (0..8).map(|i| (i & 4 > 0, i & 2 > 0, i & 1 > 0)) {
        let file = without_first_picture(is_dng, is_named, has_mosaic);
        let name = format!("DNG {is_dng}, named {is_named}, with a mosaic {has_mosaic}");
        match decode(&file, MAX_PIXELS) {
            Ok(photo) => assert!(has_mosaic && photo.codes == made().codes, "{name}"),
            Err(error) => {
                println!("{name}: {error}");
                assert!(!is_dng || !has_mosaic, "{name}: {error}");
                assert!(!matches!(error, RawError::Damaged(_)), "{name}: {error}");
            }
        }
    }
}

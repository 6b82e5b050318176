//! What is read of DNGs.

use crate::image::MAX_PIXELS;
use crate::raw::decode::{decode, preview};
use crate::raw::dng::made::{Made, opcode_list};
use crate::raw::dng::tags;
use crate::raw::dng::tree::{Entry, UNDEFINED};
use crate::raw::layout::Layout;
use crate::raw::mosaic::Phase;
use crate::raw::noise_profile::NoiseProfileError;
use crate::raw::photo::{Area, RawNote};

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

#[test]
fn nonsense_about_the_noise_is_no_reason_to_refuse_a_photo() {
    for (numbers, why) in [
        (vec![0.0; 6], NoiseProfileError::Zero),
        (vec![-1e-4, 1e-6], NoiseProfileError::NoNoise),
        (vec![f64::NAN; 6], NoiseProfileError::NoNoise),
        (vec![1e-4; 4], NoiseProfileError::Count(4)),
    ] {
        let file = made().changed(|_, mosaic, order| mosaic.set(Entry::doubles(tags::NOISE_PROFILE, order, &numbers)));
        let photo = decode(&file, MAX_PIXELS).unwrap();
        assert_eq!((photo.noise_profile, photo.notes), (None, vec![RawNote::NoiseProfile(why)]), "{numbers:?}");
    }
    for count in [1, 3, 4] {
        let numbers = [1e-4, 1e-6].repeat(count);
        let file = made().changed(|_, mosaic, order| mosaic.set(Entry::doubles(tags::NOISE_PROFILE, order, &numbers)));
        let photo = decode(&file, MAX_PIXELS).unwrap();
        assert!(photo.noise_profile.is_some() && photo.notes.is_empty(), "{count} pairs");
    }
}

#[test]
fn bad_pixels_that_a_dng_lists_are_mended_before_and_not_again() {
    // A pixel is bad whose code is 1, in a pattern of the first phase.
    let parameters = [1u32, 0].map(u32::to_be_bytes).concat();
    let mut made = made();
    made.codes = vec![2000; 64 * 48];
    made.codes[20 * 64 + 30] = 1;
    let file = made.changed(|_, mosaic, _| {
        mosaic.set(Entry::bytes(tags::OPCODES_1, UNDEFINED, opcode_list(&[(4, parameters)])));
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
        mosaic.set(Entry::bytes(tags::OPCODES_1, UNDEFINED, opcode_list(&[(7, [table.as_slice(), &[0, 0]].concat())])));
    });
    let photo = decode(&file, MAX_PIXELS).unwrap();
    assert_eq!(photo.codes, made().codes);
    assert!(photo.has_code_operations && !photo.is_mended);
}

#[test]
fn corrections_of_the_lens_are_told() {
    let file = made().changed(|_, mosaic, _| {
        mosaic.set(Entry::bytes(tags::OPCODES_3, UNDEFINED, opcode_list(&[(1, vec![0; 4])])));
    });
    assert_eq!(decode(&file, MAX_PIXELS).unwrap().notes, [RawNote::LensCorrections]);
}

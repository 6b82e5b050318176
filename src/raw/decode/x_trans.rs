//! What is read of X-Trans mosaics.

use crate::files::Order;
use crate::image::MAX_PIXELS;
use crate::method::noise::NoiseModel;
use crate::raw::RawPhoto;
use crate::raw::decode::{decode, is_raw, picture_size};
use crate::raw::dng;
use crate::raw::dng::made::Made;
use crate::raw::dng::tags;
use crate::raw::dng::tree::Entry;
use crate::raw::layout::Layout;
use crate::raw::levels::Levels;
use crate::raw::light::Light;
use crate::raw::noise_profile::NoiseProfile;
use crate::raw::photo::{Area, RawNote};
use crate::raw::x_trans::XTrans;

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
        assert_eq!(photo.active, Area { row: top, column: left, width, height });
        assert_eq!(photo.crop_of_light(), Area { row: 2, column: 4, width: 40, height: 30 });
        assert_eq!((photo.layout, &photo.notes), (Layout::XTrans(pattern), &vec![RawNote::XTrans]));
        // It is of the mosaic's sites.
        assert_eq!(photo.noise_profile, None);
        let Light::Linear(image) = photo.light() else { panic!("{:?}", photo.layout) };
        // All sites differ in these files, none of them is hot: what was measured is there.
        let told = Levels::uniform(f32::from(made.black), f32::from(made.white)).unwrap();
        for (row, column) in (0..width * height).map(|at| (at / width, at % width)) {
            let channel = pattern.channel_at(top + row, left + column);
            let expected = told.light(0, 0, made.codes[(top + row) * 61 + left + column]);
            assert_eq!(image.plane(channel)[row * width + column], expected, "{origin}, {row}, {column}");
        }
    }
}

#[test]
fn small_x_trans_mosaics_are_read() {
    for (width, height) in (2..9).flat_map(|w| (2..9).map(move |h| (w, h))) {
        let photo = decode(&Made::x_trans(width, height, XTrans::USUAL.at(2, 1)).bytes(), MAX_PIXELS).unwrap();
        let light = photo.light();
        assert_eq!((light.width(), light.height(), light.layout()), (width, height, Layout::Linear));
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
    assert_eq!((photo.format, photo.layout), ("RAF", Layout::XTrans(XTrans::USUAL)));
    assert!(photo.notes.contains(&RawNote::XTrans));
    let balance = photo.color.white_balance.unwrap();
    assert!((balance[0] - 500.0 / 302.0).abs() < 1e-4 && (balance[2] - 400.0 / 302.0).abs() < 1e-4);
    let preview = |width, height| image::RgbImage::new(width, height);
    let (light, noise) = (photo.light(), NoiseProfile::uniform(NoiseModel { sigma_read: 1e-3, shot: 1e-4 }));
    let outcome = dng::Outcome { light: &light, noise, reduction: 0.5, preview: &preview };
    let back = decode(&dng::write(&file, &photo, &outcome).unwrap(), MAX_PIXELS).unwrap();
    assert_eq!((back.format, back.layout, back.notes.contains(&RawNote::XTrans)), ("DNG", Layout::Linear, false));
    assert!(photo.is_like(&back) && back.crop_of_light() == photo.crop_of_light());
    assert_light_is_kept(&photo, &back);
    assert_eq!((back.camera, back.noise_profile), (photo.camera, Some(noise)));
    // One measured site: the pattern's first is green.
    let green = f32::from(codes[0] - 1024) / 15_359.0;
    let Light::Linear(image) = light else { panic!() };
    assert!((image.plane(1)[0] - green).abs() < 1e-5, "{}, not {green}", image.plane(1)[0]);
}

/// A photo has the light of another one, but for the steps of its codes and what lies beyond them.
pub fn assert_light_is_kept(photo: &RawPhoto, back: &RawPhoto) {
    let [light, kept] = [photo, back].map(|photo| match photo.light() {
        Light::Linear(image) => image,
        Light::Mosaic(_) => panic!("a mosaic"),
    });
    let [least, most] = [0, u16::MAX].map(|code| back.levels.light(0, 0, code));
    let step = 0.51 * (back.levels.light(0, 0, 1) - least);
    for (light, kept) in light.values().iter().zip(kept.values()) {
        assert!((light.clamp(least, most) - kept).abs() < step, "{light}, {kept}");
    }
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

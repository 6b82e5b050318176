//! What other programs make of the DNGs that are written. Each test uses a program where it is installed, and says so
//! where it is not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::RgbImage;

use crate::files;
use crate::image::{LinearImage, MAX_PIXELS};
use crate::method::noise::NoiseModel;
use crate::raw::decode;
use crate::raw::dng::made::{Made, Packing};
use crate::raw::dng::tree::Entry;
use crate::raw::dng::{Outcome, tags, write};
use crate::raw::layout::Layout;
use crate::raw::light::Light;
use crate::raw::mosaic::{Mosaic, Phase};
use crate::raw::noise_profile::NoiseProfile;
use crate::raw::photo::RawPhoto;
use crate::raw::x_trans::XTrans;

/// A width and a height that are no multiples of a tile's.
const SIZE: (usize, usize) = (600, 410);
const NOISE: NoiseModel = NoiseModel { sigma_read: 4e-3, shot: 4e-4 };

/// Colours that change slowly, far from black and white.
fn scene() -> LinearImage {
    LinearImage::from_fn(SIZE.0, SIZE.1, |channel, row, column| {
        let across = (column as f32 / 90.0 + channel as f32).sin();
        let down = (row as f32 / 70.0 - 2.0 * channel as f32).cos();
        // As Canon's sensor sees grey: little red and blue.
        [0.14, 0.3, 0.21][channel] * (1.0 + 0.3 * across * down)
    })
    .unwrap()
}

/// What is tried: a mosaic, and what is demosaiced.
const LAYOUTS: [Layout; 2] = [Layout::Bayer(Phase::GRBG), Layout::Linear];

fn light(image: &LinearImage, layout: Layout) -> Light {
    match layout {
        Layout::Bayer(phase) => Light::Mosaic(Mosaic::sampled(image, phase).unwrap()),
        Layout::XTrans(_) | Layout::Linear => Light::Linear(image.clone()),
    }
}

/// A noisy DNG, the same without noise, and one that is built as from another RAW file, in a folder.
fn files_of(folder: &Path, layout: Layout) -> [PathBuf; 3] {
    files_of_made(folder, Made { packing: Packing::Strips(64), ..Made::of(SIZE.0, SIZE.1, layout, 14) })
}

/// The same of what is made in this way.
fn files_of_made(folder: &Path, mut made: Made) -> [PathBuf; 3] {
    let layout = made.layout;
    let (black, range) = (made.black, f32::from(made.white - made.black));
    let code = |v: f32| (v * range).round() as u16 + black;
    made.codes = match light(&NOISE.add_to(&scene(), 5), layout) {
        Light::Mosaic(noisy) => noisy.values().iter().map(|v| code(*v)).collect(),
        Light::Linear(noisy) => {
            (0..3 * noisy.pixels()).map(|i| code(noisy.values()[i % 3 * noisy.pixels() + i / 3])).collect()
        }
    };
    let before = made.changed(|first, mosaic, order| {
        // Programs differ in how they turn, and a thumbnail needs data that are one.
        first.set(Entry::shorts(tags::ORIENTATION, order, &[1]));
        mosaic.set(Entry::longs(tags::CROP_ORIGIN, order, &[8, 8]));
        mosaic.set(Entry::longs(tags::CROP_SIZE, order, &[SIZE.0 as u32 - 16, SIZE.1 as u32 - 16]));
        let pairs = [f64::from(NOISE.shot), f64::from(NOISE.sigma_read).powi(2)].repeat(3);
        mosaic.set(Entry::doubles(tags::NOISE_PROFILE, order, &pairs));
    });
    let photo = decode(&before, MAX_PIXELS).unwrap();
    let clean = light(&scene(), layout);
    let remaining = NoiseModel { sigma_read: 2e-4, shot: 1e-5 };
    let preview = |width, height| photo.quick_look(&clean, (width, height));
    let outcome = Outcome { light: &clean, noise: NoiseProfile::uniform(remaining), reduction: 0.9, preview: &preview };
    let after = write(&before, &photo, &outcome).unwrap();
    let other = RawPhoto { format: "CR2", ..photo.clone() };
    let built = write(&before, &other, &outcome).unwrap();
    [("before.dng", before), ("after.dng", after), ("built.dng", built)].map(|(name, bytes)| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    })
}

/// A noisy X-Trans DNG, and what it becomes without noise: from a DNG, and as from a RAF.
fn x_trans_files(folder: &Path) -> [PathBuf; 3] {
    let mut made = Made::x_trans(SIZE.0, SIZE.1, XTrans::USUAL);
    let (black, range) = (made.black, f32::from(made.white - made.black));
    let mut file = |scene: &LinearImage| {
        let light = |at: usize| scene.plane(XTrans::USUAL.channel_at(at / SIZE.0, at % SIZE.0))[at];
        made.codes = (0..scene.pixels()).map(|at| (light(at) * range).round() as u16 + black).collect();
        made.changed(|first, mosaic, order| {
            first.set(Entry::shorts(tags::ORIENTATION, order, &[1]));
            mosaic.set(Entry::longs(tags::CROP_ORIGIN, order, &[8, 8]));
            mosaic.set(Entry::longs(tags::CROP_SIZE, order, &[SIZE.0 as u32 - 16, SIZE.1 as u32 - 16]));
        })
    };
    let [file, clean] = [NOISE.add_to(&scene(), 5), scene()].map(|scene| file(&scene));
    let photo = decode(&clean, MAX_PIXELS).unwrap();
    let (light, noise) = (photo.light(), NoiseProfile::uniform(NoiseModel { sigma_read: 2e-4, shot: 1e-5 }));
    let preview = |width, height| photo.quick_look(&light, (width, height));
    let outcome = Outcome { light: &light, noise, reduction: 0.9, preview: &preview };
    let as_raf = RawPhoto { format: "RAF", ..photo.clone() };
    let [of_dng, of_raf] = [&photo, &as_raf].map(|photo| write(&file, photo, &outcome).unwrap());
    [("mosaic.dng", file), ("x-trans.dng", of_dng), ("raf.dng", of_raf)].map(|(name, bytes)| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    })
}

/// Whether a program is installed.
fn is_there(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let is_there = std::env::split_paths(&paths).any(|folder| folder.join(program).is_file());
    if !is_there {
        eprintln!("left out: {program} is not installed");
    }
    is_there
}

fn succeeds(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The mean of each channel, and how much neighbours differ: the noise.
fn mean_and_noise(picture: &LinearImage) -> [(f64, f64); 3] {
    let (width, height) = (picture.width(), picture.height());
    std::array::from_fn(|channel| {
        let plane = picture.plane(channel);
        let (mut sum, mut differences, mut count) = (0.0, 0.0, 0.0);
        for row in height / 8..height * 7 / 8 {
            for column in width / 8..width * 7 / 8 {
                let [a, b] = [0, 1].map(|i| f64::from(plane[row * width + column + i]));
                (sum, differences, count) = (sum + a, differences + (a - b).powi(2), count + 1.0);
            }
        }
        (sum / count, (differences / count).sqrt())
    })
}

/// Develops all three by a program and compares them.
fn compare(program: &str, develop: impl Fn(&Path, &Path)) {
    if is_there(program) {
        for layout in LAYOUTS {
            let folder = tempfile::tempdir().unwrap();
            compare_files(&format!("{program}, {layout:?}"), files_of(folder.path(), layout), &develop);
        }
        let folder = tempfile::tempdir().unwrap();
        // Programs do not agree on linear DNGs with another black level than 0.
        let linear = Made { black: 0, packing: Packing::Strips(64), ..Made::of(SIZE.0, SIZE.1, Layout::Linear, 14) };
        let [before, ..] = files_of_made(folder.path(), linear);
        let [_, of_dng, of_raf] = x_trans_files(folder.path());
        compare_files(&format!("{program}, X-Trans"), [before, of_dng, of_raf], &develop);
    }
}

fn compare_files(program: &str, files: [PathBuf; 3], develop: &impl Fn(&Path, &Path)) {
    let [before, after, built] = files.map(|path| {
        let output = path.with_extension("tif");
        develop(&path, &output);
        files::read(&output).unwrap_or_else(|error| panic!("{program}: {error}")).image
    });
    for (name, result) in [("the same file", after), ("a new file", built)] {
        assert_eq!((result.width(), result.height()), (before.width(), before.height()), "{program}, {name}");
        for (channel, ((was, noise), (is, rest))) in
            mean_and_noise(&before).into_iter().zip(mean_and_noise(&result)).enumerate()
        {
            println!("{program}, {name}, channel {channel}: mean {was:.5} to {is:.5}, noise {noise:.5} to {rest:.5}");
            assert!((is / was - 1.0).abs() < 0.005, "{program}, {name}, channel {channel}: {was} to {is}");
            assert!(rest < 0.5 * noise, "{program}, {name}, channel {channel}: {noise} to {rest}");
        }
    }
}

#[test]
fn dcraw_shows_the_same_colours_without_noise() {
    compare("dcraw", |input, output| {
        let tiff = succeeds(Command::new("dcraw").args(["-T", "-4", "-w", "-c"]).arg(input));
        std::fs::write(output, tiff).unwrap();
    });
}

#[test]
fn libraw_shows_the_same_colours_without_noise() {
    compare("dcraw_emu", |input, output| {
        succeeds(Command::new("dcraw_emu").args(["-T", "-4", "-w", "-Z"]).arg(output).arg(input));
    });
}

#[test]
fn rawtherapee_shows_the_same_colours_without_noise() {
    compare("rawtherapee-cli", |input, output| {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new("rawtherapee-cli");
        command.env("HOME", home.path()).env("XDG_CONFIG_HOME", home.path()).env("XDG_CACHE_HOME", home.path());
        succeeds(command.args(["-Y", "-t", "-b16", "-o"]).arg(output).arg("-c").arg(input));
    });
}

#[test]
fn darktable_shows_the_same_colours_without_noise() {
    compare("darktable-cli", |input, output| {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new("darktable-cli");
        command.arg(input).arg(output).args(["--core", "--library", ":memory:", "--configdir"]).arg(home.path());
        command.arg("--cachedir").arg(home.path()).env("HOME", home.path());
        succeeds(command.args(["--conf", "plugins/imageio/format/tiff/bpp=16"]));
    });
}

#[test]
fn exiftool_finds_nothing_new_to_warn_of_and_the_same_metadata() {
    if !is_there("exiftool") {
        return;
    }
    for layout in LAYOUTS {
        let folder = tempfile::tempdir().unwrap();
        let files = files_of(folder.path(), layout);
        check_warnings(&files);
        let [before, after, built] = files;
        // All that is not of the picture, its packing, and what it is written by.
        let metadata = ["-a", "-s", "-G1", "-ExifIFD:all", "-Make", "-Model", "-UniqueCameraModel", "-ColorMatrix1"];
        assert_eq!(said(&after, &metadata), said(&before, &metadata));
        let picture = [&AREAS[..], &["-CFAPattern2"]].concat();
        assert_eq!(said(&after, &picture), said(&before, &picture));
        assert_eq!(said(&built, &picture), said(&before, &picture));
    }
    let folder = tempfile::tempdir().unwrap();
    let files = x_trans_files(folder.path());
    check_warnings(&files);
    let [before, of_dng, of_raf] = files;
    let about = [&AREAS[..], &["-Make", "-Model", "-UniqueCameraModel", "-ColorMatrix1", "-ExposureTime"]].concat();
    for result in [of_dng, of_raf] {
        assert_eq!(said(&result, &about), said(&before, &about));
        let kind = said(&result, &["-s3", "-SubIFD:PhotometricInterpretation"]);
        assert_eq!(kind, ["Linear Raw".to_owned()].into());
    }
}

/// What exiftool is asked for of a picture's place.
const AREAS: [&str; 5] = ["-s", "-ActiveArea", "-DefaultCropOrigin", "-DefaultCropSize", "-Orientation"];

/// The lines that exiftool says about a file.
fn said(path: &Path, arguments: &[&str]) -> BTreeSet<String> {
    let said = succeeds(Command::new("exiftool").args(arguments).arg(path));
    String::from_utf8_lossy(&said).lines().map(str::to_owned).collect()
}

/// Checks that exiftool warns of nothing in results that it does not warn of before.
fn check_warnings([before, results @ ..]: &[PathBuf; 3]) {
    let warnings = ["-validate", "-warning", "-error", "-a", "-s3", "-fast0"];
    let known = said(before, &warnings);
    for result in results {
        // The first line counts them.
        let new: Vec<_> = said(result, &warnings).difference(&known).cloned().collect();
        let new: Vec<_> = new.iter().filter(|line| !line.contains("Warning") || line.contains(": ")).collect();
        assert!(new.is_empty(), "{}: {new:?}, beside {known:?}", result.display());
    }
}

#[test]
fn a_preview_shows_the_scene() {
    LAYOUTS.into_iter().for_each(look_at_preview);
}

fn look_at_preview(layout: Layout) {
    let folder = tempfile::tempdir().unwrap();
    let [.., built] = files_of(folder.path(), layout);
    let file = std::fs::read(built).unwrap();
    let photo = decode(&file, MAX_PIXELS).unwrap();
    let preview: RgbImage = image::load_from_memory(&file[photo.preview.unwrap()]).unwrap().to_rgb8();
    assert_eq!(preview.dimensions(), (292, 197));
    let mean = |channel: usize| preview.pixels().map(|p| f32::from(p.0[channel])).sum::<f32>() / (292.0 * 197.0);
    assert!((80.0..230.0).contains(&mean(1)), "{}", mean(1));
}

//! The `denoise` program as its users meet it: files, messages, exit codes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use svnr::color::srgb_to_linear;
use svnr::files::{self, Depth, Photo};
use svnr::metrics::psnr;
use svnr::{LinearImage, NoiseModel};

fn denoise<A: AsRef<std::ffi::OsStr>>(arguments: &[A]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_denoise")).args(arguments).output().expect("the program must start")
}

fn succeeds<A: AsRef<std::ffi::OsStr>>(arguments: &[A]) -> String {
    let output = denoise(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs what must fail, with this exit code, and returns its message.
fn fails<A: AsRef<std::ffi::OsStr>>(arguments: &[A], code: i32) -> String {
    let output = denoise(arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{message}");
    assert!(!message.contains("panicked"), "{message}");
    message
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Soft stripes and a bright square.
fn scene(width: usize, height: usize) -> LinearImage {
    LinearImage::from_fn(width, height, |c, r, x| {
        let wave = (x as f32 * 0.15 + c as f32).sin() * 0.15;
        let square = if (r * 2 / height, x * 2 / width) == (0, 1) { 0.25 } else { 0.0 };
        srgb_to_linear(0.45 + wave + square)
    })
    .unwrap()
}

fn save(folder: &tempfile::TempDir, name: &str, image: LinearImage, depth: Depth) -> PathBuf {
    let path = folder.path().join(name);
    files::write(&path, &Photo::new(image, depth)).unwrap();
    path
}

#[test]
fn a_noisy_png_gets_cleaner_and_keeps_its_depth() {
    let dir = folder();
    let clean = scene(96, 64);
    let noisy = save(&dir, "noisy.png", NoiseModel::at_gain(8.0).add_to(&clean, 1), Depth::Sixteen);
    let out = dir.path().join("clean.png");
    let said = succeeds(&[text(&noisy), "-o", text(&out)]);
    assert!(said.contains("estimated"), "{said}");
    let result = files::read(&out).unwrap();
    assert_eq!(result.depth, Depth::Sixteen);
    let (before, after) = (psnr(&files::read(&noisy).unwrap().image, &clean), psnr(&result.image, &clean));
    assert!(after > before + 3.0, "{before} dB before, {after} dB after");
}

#[test]
fn a_seed_and_given_noise_repeat_the_picture() {
    let dir = folder();
    let noise = NoiseModel::at_gain(4.0);
    let noisy = save(&dir, "noisy.tiff", noise.add_to(&scene(48, 40), 2), Depth::Float);
    let (read, shot) = (noise.sigma_read.to_string(), noise.shot.to_string());
    let of_seed = |seed: &str, name: &str| {
        let out = dir.path().join(name);
        let said = succeeds(&[
            text(&noisy),
            "-o",
            text(&out),
            "--read",
            &read,
            "--shot",
            &shot,
            "--steps",
            "2",
            "--seed",
            seed,
            "--tile",
            "24",
        ]);
        assert!(said.contains("given"), "{said}");
        files::read(&out).unwrap().image
    };
    assert_eq!(of_seed("1", "a.exr"), of_seed("1", "b.tiff"));
    assert_ne!(of_seed("1", "c.exr"), of_seed("2", "d.exr"));
}

#[test]
fn the_mean_of_several_samples_is_cleaner() {
    let dir = folder();
    let clean = scene(48, 40);
    let noisy = save(&dir, "noisy.tiff", NoiseModel::at_gain(8.0).add_to(&clean, 2), Depth::Float);
    let out = dir.path().join("out.exr");
    let of_samples = |samples: &str| {
        succeeds(&[text(&noisy), "-o", text(&out), "--samples", samples, "--force"]);
        psnr(&files::read(&out).unwrap().image, &clean)
    };
    let (one, eight) = (of_samples("1"), of_samples("8"));
    assert!(eight > one, "{eight} dB with eight, {one} dB with one");
    for wrong in ["0", "9"] {
        let message = fails(&[text(&noisy), "-o", text(&out), "--samples", wrong, "--force"], 1);
        assert!(message.contains("samples") && message.contains("from 1"), "{message}");
    }
}

#[test]
fn strength_zero_keeps_what_is_beyond_black_and_white() {
    let dir = folder();
    let wild = LinearImage::from_fn(20, 12, |c, r, x| -0.5 + 0.2 * (c + r + x) as f32).unwrap();
    for name in ["wild.exr", "wild.tiff"] {
        let input = save(&dir, name, wild.clone(), Depth::Float);
        let out = dir.path().join(format!("out-{name}"));
        succeeds(&[text(&input), "-o", text(&out), "--strength", "0"]);
        assert_eq!(files::read(&out).unwrap().image, wild, "{name}");
    }
}

#[test]
fn nothing_is_overwritten_without_force() {
    let dir = folder();
    let input = save(&dir, "in.png", scene(16, 16), Depth::Eight);
    let out = dir.path().join("out.png");
    std::fs::write(&out, b"precious").unwrap();
    let message = fails(&[text(&input), "-o", text(&out)], 1);
    assert!(message.contains("--force") && message.contains("out.png"), "{message}");
    assert_eq!(std::fs::read(&out).unwrap(), b"precious");
    // Nor in place.
    assert!(fails(&[text(&input), "-o", text(&input)], 1).contains("--force"));
    succeeds(&[text(&input), "-o", text(&out), "--force"]);
    assert!(files::read(&out).is_ok());
}

#[test]
fn files_that_cannot_be_read_are_explained() {
    let dir = folder();
    let picture = save(&dir, "whole.png", scene(64, 64), Depth::Eight);
    let whole = std::fs::read(&picture).unwrap();
    let mut float = image::Rgb32FImage::new(8, 8);
    float.put_pixel(3, 2, image::Rgb([0.0, f32::NAN, 0.0]));
    float.save(dir.path().join("nan.exr")).unwrap();
    for (name, bytes) in [
        ("text.png", &b"a letter, not a picture"[..]),
        ("empty.png", &[]),
        ("cut.png", &whole[..whole.len() / 2]),
        ("film.gif", b"GIF89a\x01\0\x01\0\0\0\0;"),
    ] {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    for (name, expected) in [
        ("text.png", "not an image"),
        ("empty.png", "0 bytes"),
        ("cut.png", "damaged or incomplete"),
        ("film.gif", "convert it"),
        ("nan.exr", "not finite"),
        ("missing.png", "missing.png"),
        (".", "folder"),
    ] {
        let out = dir.path().join("out.png");
        let message = fails(&[text(&dir.path().join(name)), "-o", text(&out)], 1);
        assert!(message.contains(expected) && message.contains(name), "{name}: {message}");
        assert!(!out.exists(), "{name}");
    }
}

#[test]
fn several_images_go_into_a_folder_and_one_bad_one_stops_no_other() {
    let dir = folder();
    let first = save(&dir, "first.png", scene(24, 16), Depth::Eight);
    let last = save(&dir, "last.jpg", scene(16, 24), Depth::Eight);
    let bad = dir.path().join("bad.png");
    std::fs::write(&bad, b"bad").unwrap();
    let out = dir.path().join("new/results");
    let message = fails(&[text(&first), text(&bad), text(&last), "-o", text(&out)], 1);
    assert!(message.contains("bad.png") && message.contains("1 of 3"), "{message}");
    assert_eq!(files::read(&out.join("first.png")).unwrap().image.width(), 24);
    assert_eq!(files::read(&out.join("last.jpg")).unwrap().image.width(), 16);
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 2);

    let same = dir.path().join("other");
    std::fs::create_dir(&same).unwrap();
    std::fs::copy(&first, same.join("first.png")).unwrap();
    let message = fails(&[text(&first), text(&same.join("first.png")), "-o", text(&dir.path().join("third"))], 1);
    assert!(message.contains("different folders"), "{message}");
}

#[test]
fn wrong_options_are_explained() {
    let dir = folder();
    let input = save(&dir, "in.png", scene(16, 16), Depth::Eight);
    let with = |extra: &[&str], name: &str| {
        let out = dir.path().join(name);
        let mut arguments = vec![text(&input), "-o", text(&out)];
        arguments.extend(extra);
        let output = denoise(&arguments);
        assert!(!output.status.success() && !out.exists(), "{extra:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(with(&["--read", "0.1"], "a.png").contains("--shot"));
    assert!(with(&["--shot", "0.1"], "a.png").contains("--read"));
    assert!(with(&["--read", "-1", "--shot", "0"], "a.png").contains("sigma_read is -1"));
    assert!(with(&["--steps", "0"], "a.png").contains("from 1 to 1000"));
    for strength in ["9", "-1", "NaN"] {
        assert!(with(&["--strength", strength], "a.png").contains("from 0 to 4"), "{strength}");
    }
    assert!(with(&["--tile", "1"], "a.png").contains("from 8"));
    assert!(with(&["--device", "abacus"], "a.png").contains("cpu"));
    assert!(with(&["--weights", "nowhere.safetensors"], "a.png").contains("nowhere.safetensors"));
    assert!(with(&["--weights", text(&input)], "a.png").contains("weights"));
    assert!(with(&[], "a.bmp").contains(".png, .jpg"));
    // What is missing altogether is a wrong use, not a failure.
    fails(&[text(&input)], 2);
}

#[test]
fn transparency_is_kept() {
    let dir = folder();
    let alpha: Vec<f32> = (0..20 * 10).map(|i| (i % 20) as f32 / 19.0).collect();
    let photo = Photo { alpha: Some(alpha), ..Photo::new(scene(20, 10), Depth::Eight) };
    let input = dir.path().join("in.png");
    files::write(&input, &photo).unwrap();
    let out = dir.path().join("out.webp");
    succeeds(&[text(&input), "-o", text(&out)]);
    assert_eq!(files::read(&out).unwrap().alpha, files::read(&input).unwrap().alpha);
    assert!(fails(&[text(&input), "-o", text(&dir.path().join("out.jpg"))], 1).contains("JPEG"));
}

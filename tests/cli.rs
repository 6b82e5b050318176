//! The `denoise` program as its users meet it: files, messages, exit codes.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use svnr::color::srgb_to_linear;
use svnr::files::{self, Depth, Photo};
use svnr::metrics::psnr;
use svnr::network::{ImageKind, Unet, UnetConfig, weights};
use svnr::raw::{self, RawPhoto};
use svnr::{Device, LinearImage, NoiseModel};

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

/// What lies in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
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
    let green = |x, y| if (x, y) == (3, 2) { f32::NAN } else { 0.0 };
    exr::prelude::write_rgb_file(dir.path().join("nan.exr"), 8, 8, |x, y| (0.0f32, green(x, y), 0.0f32)).unwrap();
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
fn several_photos_go_into_a_folder_and_a_bad_one_stops_no_other() {
    let dir = folder();
    let first = save(&dir, "first.png", scene(24, 16), Depth::Eight);
    let last = save(&dir, "last.jpg", scene(16, 24), Depth::Eight);
    let bad = dir.path().join("bad.png");
    std::fs::write(&bad, b"bad").unwrap();
    let out = dir.path().join("new/results");
    let message = fails(&[text(&first), text(&bad), text(&last), "-o", text(&out)], 1);
    // It is named when it fails, and again at the end.
    let (before, summary) = message.split_once("2 of 3 photos denoised in ").expect(&message);
    assert!(before.contains("bad.png is not an image"), "{message}");
    assert!(summary.contains("1 failed:\n") && summary.contains("bad.png is not an image"), "{message}");
    assert_eq!(files::read(&out.join("first.png")).unwrap().image.width(), 24);
    assert_eq!(files::read(&out.join("last.jpg")).unwrap().image.width(), 16);
    assert_eq!(names(&out), ["first.png", "last.jpg"]);
}

#[test]
fn folders_are_read() {
    let dir = folder();
    let photos = dir.path().join("photos");
    for folder in ["empty", "deep/er", "out/deep"] {
        std::fs::create_dir_all(photos.join(folder)).unwrap();
    }
    for name in ["b.png", "a.JPG", ".hidden.png", "deep/c.png", "deep/er/a.JPG", "out/old.png", "out/deep/old.png"] {
        save(&dir, &format!("photos/{name}"), scene(16, 12), Depth::Eight);
    }
    for name in ["notes.txt", "clip.MOV", "clip2.mov"] {
        std::fs::write(photos.join(name), b"else").unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("..", photos.join("deep/round")).unwrap();

    // The photos that lie in it, and none deeper.
    let out = photos.join("out");
    let output = denoise(&[text(&photos), "-o", text(&out)]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("left out what is no photo (2 .mov, 1 .txt)"), "{said}");
    assert!(said.contains("2 of 2 photos denoised"), "{said}");
    assert_eq!(names(&out), ["a.JPG", "b.png", "deep", "old.png"]);

    // All of them, but for those that are done, and for the results.
    let made = std::fs::metadata(out.join("b.png")).unwrap().modified().unwrap();
    let output = denoise(&[text(&photos), "-o", text(&out), "--recursive", "--skip-existing"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("2 of 4 photos denoised") && said.contains("2 left out"), "{said}");
    assert_eq!(names(&out.join("deep")), ["c.png", "er", "old.png"]);
    assert_eq!(names(&out.join("deep/er")), ["a.JPG"]);
    assert_eq!(std::fs::metadata(out.join("b.png")).unwrap().modified().unwrap(), made);

    // Once more, there is nothing left to do; and without a word about those that are there it is refused.
    let twice = photos.join("b.png");
    let again = [text(&photos), text(&twice), "-o", text(&out), "-r"];
    let output = denoise(&[&again[..], &["--skip-existing"]].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("0 of 4 photos denoised, 4 left out"), "{said}");
    let message = fails(&again, 1);
    assert!(message.contains("and 1 more are there already; give --force"), "{message}");
    assert!(message.contains("0 of 4 photos denoised, 4 failed:"), "{message}");

    for (folder, expected) in [("empty", "holds no photos\n"), ("", "holds no photos; --recursive")] {
        let bare = dir.path().join("bare");
        std::fs::create_dir_all(bare.join("empty")).unwrap();
        let message = fails(&[text(&bare.join(folder)), "-o", text(&dir.path().join("none/"))], 1);
        assert!(message.contains(expected), "{message}");
    }
    assert!(!dir.path().join("none").exists());
}

#[test]
fn outputs_are_checked_before_the_first_photo() {
    let dir = folder();
    let good = save(&dir, "good.png", scene(16, 16), Depth::Eight);
    let wide = save(&dir, "wide.png", scene(16_384, 1), Depth::Eight);
    let wide_webp = dir.path().join("wide.webp");
    std::fs::rename(wide, &wide_webp).unwrap();
    let mut photo = Photo { alpha: Some(vec![0.5; 16 * 8]), ..Photo::new(scene(16, 8), Depth::Eight) };
    let as_jpeg = |photo: &Photo, name: &str| {
        let (png, jpeg) = (dir.path().join("alpha.png"), dir.path().join(name));
        files::write(&png, photo).unwrap();
        std::fs::rename(png, &jpeg).unwrap();
        jpeg
    };
    let clear = as_jpeg(&photo, "clear.jpg");
    photo.alpha = Some(vec![1.0; 16 * 8]);
    let opaque = as_jpeg(&photo, "opaque.jpg");
    let missing = dir.path().join("missing.png");
    let out = dir.path().join("out");
    std::fs::create_dir_all(out.join("taken.png")).unwrap();
    let taken = save(&dir, "taken.png", scene(16, 16), Depth::Eight);

    // Both streams into one pipe, so that their order is seen.
    let (mut both, writer) = std::io::pipe().unwrap();
    let inputs = [&good, &wide_webp, &clear, &opaque, &missing, &taken];
    let mut program = Command::new(env!("CARGO_BIN_EXE_denoise"));
    program.args(inputs).arg("-o").arg(&out).stdout(writer.try_clone().unwrap()).stderr(writer);
    let mut running = program.spawn().unwrap();
    drop(program);
    let said = std::io::read_to_string(&mut both).unwrap();
    assert_eq!(running.wait().unwrap().code(), Some(1), "{said}");
    let (checks, rest) = said.split_at(said.find("good.png: read").expect(&said));
    for (name, words) in [
        ("wide.webp", "WebP holds at most 16383 pixels"),
        ("clear.jpg", "JPEG cannot hold transparent pixels"),
        ("missing.png", "No such file"),
        ("taken.png", "is a folder"),
    ] {
        let line = checks.lines().find(|line| line.contains(name)).expect(&said);
        assert!(line.contains(words), "{line}");
    }
    assert!(rest.contains("2 of 6 photos denoised") && rest.contains("4 failed:"), "{rest}");
    assert_eq!(names(&out), ["good.png", "opaque.jpg", "taken.png"]);

    // Where nothing at all can be done, nothing is.
    let other = dir.path().join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::copy(&good, other.join("good.png")).unwrap();
    std::fs::copy(&good, other.join("clear.jpg")).unwrap();
    let at = |name: &str| dir.path().join(name);
    for (arguments, words) in [
        (vec![good.clone(), "-o".into(), at("no/such/good.png")], "there is no folder"),
        (vec![good.clone(), opaque.clone(), "-o".into(), at("all.jpg")], "is the name of an image"),
        (vec![other.clone(), "-o".into(), at("all.jpg")], "is the name of an image"),
        (vec![good.clone(), opaque, "-o".into(), clear.clone()], "is a file"),
        (vec![good.clone(), other.join("good.png"), "-o".into(), at("third")], "different folders"),
        // What would be written over one of the inputs.
        (vec![at("other/../clear.jpg"), other.clone(), "-o".into(), other, "--force".into()], "would overwrite"),
    ] {
        let message = fails(&arguments, 1);
        assert!(message.contains(words), "{arguments:?}: {message}");
    }
    assert!(!at("third").exists() && !at("all.jpg").exists());
    // A folder in which nothing can be made.
    if cfg!(target_os = "linux") {
        let message = fails(&[good, "-o".into(), "/proc/good.png".into()], 1);
        assert!(message.contains("/proc"), "{message}");
    }
}

#[test]
fn a_result_does_not_overwrite_another_input() {
    let dir = folder();
    std::fs::create_dir_all(dir.path().join("from/deep")).unwrap();
    std::fs::create_dir_all(dir.path().join("to/deep")).unwrap();
    save(&dir, "from/deep/a.png", scene(16, 16), Depth::Eight);
    let other = save(&dir, "to/deep/a.png", scene(16, 16), Depth::Eight);
    let before = std::fs::read(&other).unwrap();
    let (from, to) = (dir.path().join("from"), dir.path().join("to"));
    let message = fails(&[text(&from), text(&other), "-o", text(&to), "-r", "--force"], 1);
    assert!(message.contains("would overwrite") && message.contains("to/deep/a.png"), "{message}");
    assert_eq!(std::fs::read(&other).unwrap(), before);
}

#[test]
fn work_goes_on_when_nobody_listens() {
    let dir = folder();
    let inputs: Vec<PathBuf> = (0..3).map(|i| save(&dir, &format!("{i}.png"), scene(16, 16), Depth::Eight)).collect();
    let out = dir.path().join("out");
    let mut program = Command::new(env!("CARGO_BIN_EXE_denoise"));
    program.args(&inputs).arg("-o").arg(&out).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = program.spawn().unwrap();
    // As `| head -1` does.
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    drop(lines);
    let output = running.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && !said.contains("panicked"), "{said}");
    assert_eq!(names(&out), ["0.png", "1.png", "2.png"]);

    // And when even errors have no reader.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = Command::new(env!("CARGO_BIN_EXE_denoise"))
        .args(&inputs)
        .args([dir.path().join("missing.png"), "-o".into(), out.clone(), "--force".into()])
        .stdout(writer.try_clone().unwrap())
        .stderr(writer)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
}

#[test]
fn long_names_and_odd_ones_work() {
    let dir = folder();
    let mut expected: Vec<String> = [237, 250, 255].map(|length| format!("{}.png", "n".repeat(length - 4))).into();
    expected.extend(["-o.png", "a b\n.png", "ünïcødé 写真.png"].map(String::from));
    expected.sort();
    for name in &expected {
        save(&dir, name, scene(16, 12), Depth::Eight);
    }
    let out = folder();
    succeeds(&[text(dir.path()), "-o", text(out.path())]);
    assert_eq!(names(out.path()), expected);
}

#[test]
fn files_that_change_meanwhile_are_named() {
    let dir = folder();
    let slow = save(&dir, "slow.png", NoiseModel::at_gain(8.0).add_to(&scene(160, 120), 1), Depth::Eight);
    let next = save(&dir, "next.png", scene(16, 16), Depth::Eight);
    let gone = save(&dir, "gone.png", scene(16, 16), Depth::Eight);
    let changed = save(&dir, "changed.png", scene(16, 16), Depth::Eight);
    let appears = save(&dir, "appears.png", scene(16, 16), Depth::Eight);
    let out = dir.path().join("out");
    let mut program = Command::new(env!("CARGO_BIN_EXE_denoise"));
    program.args([&slow, &next, &gone, &changed, &appears]).arg("-o").arg(&out).args(["--steps", "4", "--tile", "64"]);
    let mut running = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(running.stdout.take().unwrap());
    let mut said = String::new();
    // The first one is at work now, only the second is read already.
    stdout.read_line(&mut said).unwrap();
    assert!(said.contains("slow.png: read"), "{said}");
    std::fs::remove_file(&gone).unwrap();
    save(&dir, "changed.png", scene(24, 10), Depth::Eight);
    std::fs::write(out.join("appears.png"), b"precious").unwrap();
    std::io::Read::read_to_string(&mut stdout, &mut said).unwrap();
    let output = running.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("gone.png was there at the start, and is gone"), "{errors}");
    assert!(errors.contains("appears.png came to be there after the start"), "{errors}");
    assert!(errors.contains("3 of 5 photos denoised"), "{errors}");
    assert!(said.contains("changed.png: it was changed after the start"), "{said}");
    assert_eq!(files::read(&out.join("changed.png")).unwrap().image.width(), 24);
    assert_eq!(std::fs::read(out.join("appears.png")).unwrap(), b"precious");

    // In place, the other program's work is not overwritten.
    let mut program = Command::new(env!("CARGO_BIN_EXE_denoise"));
    program.arg(&slow).arg("-o").arg(&slow).args(["--force", "--steps", "4", "--tile", "64"]);
    let mut running = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    BufReader::new(running.stdout.take().unwrap()).read_line(&mut said).unwrap();
    std::fs::write(&slow, b"an editor's work").unwrap();
    let output = running.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("slow.png was changed while it was denoised"), "{errors}");
    assert_eq!(std::fs::read(&slow).unwrap(), b"an editor's work");
}

#[cfg(unix)]
#[test]
fn force_keeps_links_and_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = folder();
    let input = save(&dir, "in.png", scene(16, 16), Depth::Eight);
    let old = save(&dir, "old.png", scene(8, 8), Depth::Eight);
    let link = dir.path().join("link.png");
    std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o600)).unwrap();
    symlink("old.png", &link).unwrap();
    succeeds(&[text(&input), "-o", text(&link), "--force"]);
    assert!(link.is_symlink());
    assert_eq!(std::fs::metadata(&old).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(files::read(&old).unwrap().image.width(), 16);
    assert_eq!(names(dir.path()), ["in.png", "link.png", "old.png"]);
}

#[cfg(unix)]
#[test]
fn on_a_terminal_the_progress_says_which_photo_and_which_sample() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let dir = folder();
    save(&dir, "first.png", NoiseModel::at_gain(8.0).add_to(&scene(48, 48), 1), Depth::Eight);
    save(&dir, "second.png", NoiseModel::at_gain(8.0).add_to(&scene(48, 48), 2), Depth::Eight);
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    let open = || std::fs::File::options().read(true).write(true).open(&name).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_denoise"));
    program.arg(dir.path()).arg("-o").arg(dir.path().join("out")).args(["--samples", "2", "--steps", "2"]);
    program.args(["--tile", "16", "--eta", "0.5"]).env("TERM", "xterm").env("COLUMNS", "120");
    let mut running = program.stdout(Stdio::null()).stderr(open()).spawn().unwrap();
    drop(program);
    // Reading ends with an error once nobody has the other side open.
    let (mut shown, mut terminal) = (Vec::new(), std::fs::File::from(terminal));
    let _ = std::io::Read::read_to_end(&mut terminal, &mut shown);
    assert!(running.wait().unwrap().success());
    let shown = String::from_utf8_lossy(&shown);
    for words in
        ["first.png ", "second.png ", "sample 1 of 2, step 1 of 2", "sample 2 of 2", " left", "1 of 2 photos done"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_batch_leaves_whole_files_and_goes_on_later() {
    use rustix::process::{Pid, Signal, kill_process};
    let dir = folder();
    let photos: Vec<PathBuf> = ["a.png", "b.png", "c.png"]
        .map(|name| save(&dir, name, NoiseModel::at_gain(8.0).add_to(&scene(96, 64), 1), Depth::Eight))
        .into();
    let out = dir.path().join("out");
    let arguments = [dir.path(), Path::new("-o"), &out, Path::new("--tile"), Path::new("16")];
    let mut program = Command::new(env!("CARGO_BIN_EXE_denoise"));
    let mut running =
        program.args(arguments).args(["--steps", "100"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    BufReader::new(running.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    kill_process(Pid::from_child(&running), Signal::INT).unwrap();
    let output = running.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("0 of 3 photos denoised") && said.contains("--skip-existing goes on"), "{said}");
    assert!(names(&out).is_empty() && photos.iter().all(|photo| photo.is_file()));

    std::fs::copy(&photos[0], out.join("a.png")).unwrap();
    let output = denoise(&[&arguments[..], &[Path::new("--skip-existing")]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(names(&out), ["a.png", "b.png", "c.png"]);
}

#[test]
fn estimated_noise_can_be_given_again_and_so_can_a_curve() {
    let dir = folder();
    let noisy = save(&dir, "noisy.png", NoiseModel::at_gain(4.0).add_to(&scene(96, 64), 1), Depth::Sixteen);
    let bad = dir.path().join("bad.png");
    std::fs::write(&bad, b"bad").unwrap();
    let output = denoise(&[text(&noisy), text(&bad), "--estimate"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("bad.png is not an image"));
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("\"photo\":") && said.contains("noisy.png") && said.contains("\"read\":"), "{said}");

    let of = |name: &str, noise: Option<&str>| {
        let (out, file) = (dir.path().join(name), dir.path().join("noise.json"));
        let mut arguments = vec![text(&noisy), "-o", text(&out)];
        if let Some(noise) = noise {
            std::fs::write(&file, noise).unwrap();
            arguments.extend(["--noise", text(&file)]);
        }
        succeeds(&arguments);
        files::read(&out).unwrap().image
    };
    let found = of("found.png", None);
    assert_eq!(of("given.png", Some(&said)), found);
    let curve = r#"{"curve": [{"mean": 0.0, "std": 0.001}, {"mean": 1.0, "std": 0.3}]}"#;
    assert_ne!(of("curve.png", Some(curve)), found);

    let wrong = dir.path().join("wrong.json");
    std::fs::write(&wrong, "{}").unwrap();
    let message = fails(&[text(&noisy), "-o", text(&dir.path().join("no.png")), "--noise", text(&wrong)], 1);
    assert!(message.contains("wrong.json") && message.contains("curve"), "{message}");
}

#[test]
fn what_a_result_lacks_is_said() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/read");
    let out = folder();
    let said = succeeds(&[seeds.join("pages.tif"), seeds.join("animated.png"), "-o".into(), out.path().into()]);
    for (name, words) in [("pages.tif", "only the first page"), ("animated.png", "only the first frame")] {
        assert!(said.lines().any(|line| line.contains(name) && line.contains(words)), "{name}: {said}");
    }
}

#[test]
fn the_papers_steps_and_eta_go_with_samples() {
    let dir = folder();
    let noise = NoiseModel::new(0.03, 0.0).unwrap();
    let noisy = save(&dir, "noisy.tiff", noise.add_to(&scene(24, 16), 2), Depth::Float);
    let of = |name: &str, extra: &[&str]| {
        let out = dir.path().join(name);
        let given = [text(&noisy), "-o", text(&out), "--read", "0.03", "--shot", "0", "--steps", "unit"];
        succeeds(&[&given[..], extra].concat());
        files::read(&out).unwrap().image
    };
    let paper = of("paper.exr", &["--eta", "1"]);
    assert_ne!(of("still.exr", &["--eta", "0"]), paper);
    assert_ne!(of("mean.exr", &["--eta", "1", "--samples", "2"]), paper);
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

/// A tiny RAW file.
fn raw_seed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/raw").join(name)
}

/// Weights for mosaics, as they are before training.
fn mosaic_weights(folder: &tempfile::TempDir) -> PathBuf {
    let config = UnetConfig { image: ImageKind::Mosaic, widths: vec![4, 6], blocks: vec![1, 1], embedding: 3 };
    let network = Unet::new(&config, &Device::flex()).unwrap();
    let path = folder.path().join("mosaic.safetensors");
    std::fs::write(&path, weights::to_bytes(&network, &config.into()).unwrap()).unwrap();
    path
}

fn decoded(path: &Path) -> RawPhoto {
    raw::decode(&std::fs::read(path).unwrap(), 10_000).unwrap()
}

#[test]
fn raw_files_become_dngs_beside_photos_that_stay_photos() {
    let dir = folder();
    let weights = mosaic_weights(&dir);
    let [input, output] = ["in", "out"].map(|name| dir.path().join(name));
    std::fs::create_dir_all(input.join("deeper")).unwrap();
    std::fs::copy(raw_seed("grbg.dng"), input.join("deeper/one.DNG")).unwrap();
    std::fs::copy(raw_seed("linear.dng"), input.join("linear.dng")).unwrap();
    std::fs::copy(raw_seed("quad.dng"), input.join("quad.dng")).unwrap();
    std::fs::copy(raw_seed("x-trans.dng"), input.join("x-trans.dng")).unwrap();
    save(&dir, "in/photo.png", scene(24, 16), Depth::Eight);
    let command = [text(&input), "-o", text(&output), "--recursive", "--weights", text(&weights), "--strength", "0"];
    let said = fails(&command, 1);
    assert!(said.contains("quad.dng: it holds no Bayer or X-Trans mosaic"), "{said}");
    assert!(said.contains("4 of 5 photos denoised"), "{said}");
    assert_eq!(
        (names(&output), names(&output.join("deeper"))),
        (["deeper", "linear.dng", "photo.png", "x-trans.dng"].map(str::to_owned).into(), vec!["one.dng".to_owned()])
    );
    assert!(decoded(&raw_seed("x-trans.dng")).is_like(&decoded(&output.join("x-trans.dng"))));
    for (seed, result) in [("grbg.dng", "deeper/one.dng"), ("linear.dng", "linear.dng")] {
        let (before, after) = (decoded(&raw_seed(seed)), decoded(&output.join(result)));
        assert_eq!((after.codes, after.layout), (before.codes, before.layout), "{seed}");
        for column in 0..6 {
            let levels = |photo: &raw::levels::Levels| (photo.black(3, column), photo.white(column));
            assert_eq!(levels(&after.levels), levels(&before.levels), "{seed}");
        }
    }
}

#[test]
fn it_is_said_that_an_x_trans_mosaic_was_interpolated() {
    let dir = folder();
    let said = succeeds(&[text(&raw_seed("x-trans.dng")), "-o", text(&dir.path().join("result.dng"))]);
    assert!(said.contains("X-Trans mosaic is interpolated"), "{said}");
}

#[test]
fn raw_files_are_developed_where_the_output_is_a_picture() {
    let dir = folder();
    for (name, depth) in [("a.tif", Depth::Sixteen), ("a.png", Depth::Sixteen), ("a.jpg", Depth::Eight)] {
        let output = dir.path().join(name);
        let input = raw_seed("active.dng");
        let said = succeeds(&[text(&input), "-o", text(&output)]);
        assert!(said.contains("NoiseProfile"), "{said}");
        let picture = files::read(&output).unwrap();
        // The active area, not the whole sensor.
        assert_eq!((picture.image.width(), picture.image.height(), picture.depth), (15, 11, depth), "{name}");
        assert!(picture.metadata.exif.is_some(), "{name}");
    }
}

#[test]
fn what_cannot_become_a_dng_is_explained() {
    let dir = folder();
    let photo = save(&dir, "photo.png", scene(24, 16), Depth::Eight);
    let output = dir.path().join("result.dng");
    let said = fails(&[text(&photo), "-o", text(&output)], 1);
    assert!(said.contains("a DNG holds a sensor's mosaic"), "{said}");
    let cut = dir.path().join("cut.dng");
    std::fs::write(&cut, &std::fs::read(raw_seed("rggb.dng")).unwrap()[..400]).unwrap();
    let tiff = dir.path().join("finished.dng");
    files::write(&dir.path().join("a.tif"), &Photo::new(scene(24, 16), Depth::Sixteen)).unwrap();
    std::fs::rename(dir.path().join("a.tif"), &tiff).unwrap();
    for (input, words) in [(&cut, "damaged or incomplete"), (&tiff, "TIFF without a sensor's data")] {
        let said = fails(&[text(input), "-o", text(&output)], 1);
        assert!(said.contains(words), "{said}");
    }
    assert!(!output.exists());
}

#[test]
fn the_noise_of_a_raw_file_is_told_and_taken_again() {
    let dir = folder();
    let seed = raw_seed("rggb.dng");
    let line: serde_json::Value = serde_json::from_str(&succeeds(&["--estimate", text(&seed)])).unwrap();
    assert_eq!(line["noise_profile"][3]["shot"], 1e-4f32);
    assert!(line["estimated"][0]["read"].is_number() && line["from"].is_string(), "{line}");
    let given = dir.path().join("noise.json");
    std::fs::write(&given, line.to_string()).unwrap();
    let output = dir.path().join("result.dng");
    let command = [text(&seed), "-o", text(&output), "--noise", text(&given)];
    assert!(succeeds(&command).contains("(given)"));
    assert!(decoded(&output).noise_profile.is_some(), "never zero");
}

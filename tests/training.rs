//! The trainer as its users meet it: it starts without data, a killed run goes on exactly, and mistakes are named.
#![cfg(feature = "tools")]

use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use svnr::denoiser::Options;
use svnr::method::formulation::{Condition, Correlation, Formulation, Start, Time};
use svnr::method::reverse::Steps;
use svnr::network::{ImageKind, Unet, UnetConfig, weights};
use svnr::training::checkpoint::Checkpoint;
use svnr::training::config::{Config, Stage};
use svnr::training::scenes::{Generated, Scene, Scenes};
use svnr::training::trainer::{Event, Rhythm};
use svnr::{Denoiser, LinearImage, NoiseModel};

fn train(out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_train"));
    command.args(["--steps", "12", "--stages", "0.5:16:2", "1:24:1", "--widths", "4,6", "--blocks", "1,1"]);
    command.args(["--validate", "6", "--save", "0", "--out"]).arg(out).args(more);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn resume(out: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_train"));
    command.args(["--resume", "--validate", "6", "--save", "0", "--out"]).arg(out);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The weights, their moving average, and the scores (without the column of seconds) of a finished run.
fn result(out: &Path) -> [Vec<f32>; 3] {
    let run = Checkpoint::load(out, &Device::flex()).unwrap();
    let scores = std::fs::read_to_string(out.join("scores.csv")).unwrap();
    let values = |line: &str| {
        let columns = line.split(',').enumerate().filter(|(i, _)| *i != 1).map(|(_, v)| v.parse().unwrap());
        columns.collect::<Vec<f32>>()
    };
    [parameters(&run.network), parameters(&run.average), scores.lines().skip(1).flat_map(values).collect()]
}

fn parameters(network: &Unet) -> Vec<f32> {
    struct Collector(Vec<f32>);
    impl ModuleVisitor for Collector {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(param.val().into_data().iter::<f32>());
        }
    }
    let mut all = Collector(Vec::new());
    network.visit(&mut all);
    all.0
}

#[test]
fn a_killed_run_goes_on_exactly() {
    let dir = tempfile::tempdir().unwrap();
    let (whole, killed) = (dir.path().join("whole"), dir.path().join("killed"));
    assert!(train(&whole, &[]).status().unwrap().success());

    let mut child = train(&killed, &[]).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(120);
    // Kill it as soon as there is something to go on from, wherever it is just then.
    while !killed.join("checkpoint/state.json").exists() {
        assert!(Instant::now() < deadline, "no checkpoint within two minutes");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let state = std::fs::read_to_string(killed.join("checkpoint/state.json"))
        .or_else(|_| std::fs::read_to_string(killed.join("checkpoint.old/state.json")))
        .unwrap();
    assert!(!state.contains("\"step\": 12"), "the run was over before it could be killed: {state}");
    assert!(resume(&killed).status().unwrap().success());

    // No assert_eq: it would print thousands of numbers.
    for (name, (killed, whole)) in
        ["weights", "average", "scores"].iter().zip(result(&killed).iter().zip(&result(&whole)))
    {
        assert!(killed.len() > 10, "{name} were not read");
        assert!(killed == whole, "{name} of the killed run are not those of the whole one");
    }
}

#[test]
fn a_run_leaves_everything_behind() {
    let dir = tempfile::tempdir().unwrap();
    assert!(train(dir.path(), &[]).status().unwrap().success());
    for file in ["svnr.safetensors", "contact-sheet.png", "training.svg", "losses.csv", "scores.csv"] {
        assert!(dir.path().join(file).metadata().unwrap().len() > 0, "{file}");
    }
    let scores = std::fs::read_to_string(dir.path().join("scores.csv")).unwrap();
    assert_eq!(scores.lines().count(), 3, "{scores}");
}

#[test]
fn mistakes_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let message = |mut command: Command| {
        let output = command.stderr(Stdio::piped()).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(message(resume(&dir.path().join("nowhere"))).contains("no checkpoint"));
    assert!(message(train(dir.path(), &["--data", "nowhere-at-all"])).contains("nowhere-at-all"));
    let useless = dir.path().join("useless");
    std::fs::create_dir(&useless).unwrap();
    std::fs::write(useless.join("broken.png"), b"not an image").unwrap();
    let error = message(train(dir.path(), &["--data", useless.to_str().unwrap()]));
    assert!(error.contains("none of the 1 images") && error.contains("broken.png"), "{error}");
    assert!(message(train(dir.path(), &["--grain", "1.5"])).contains("not a share"));
    assert!(message(train(dir.path(), &["--learning-rate", "0"])).contains("learning rate"));
    assert!(message(train(dir.path(), &["--device", "gpu"])).contains("vulkan"));
    std::fs::create_dir_all(dir.path().join("checkpoint")).unwrap();
    assert!(message(train(dir.path(), &[])).contains("--resume"));
}

/// A folder with five small photos.
fn photos(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    for i in 0..5u8 {
        let photo = image::RgbImage::from_fn(72, 72, |x, y| image::Rgb([40 * i, (3 * x) as u8, (3 * y) as u8]));
        photo.save(folder.join(format!("{i}.png"))).unwrap();
    }
}

/// What a successful command writes to stderr.
fn said(mut command: Command) -> String {
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn a_resumed_run_knows_its_folders() {
    let dir = tempfile::tempdir().unwrap();
    let (data, moved, out) = (dir.path().join("data"), dir.path().join("moved"), dir.path().join("run"));
    photos(&data);
    let first = said(train(&out, &["--data", data.to_str().unwrap()]));
    assert!(first.contains("4 images") && first.contains("1 held out"), "{first}");
    let mut more = resume(&out);
    more.args(["--steps", "14"]);
    let again = said(more);
    assert!(again.contains("4 images") && again.contains("steps 12 to 14"), "{again}");
    std::fs::rename(&data, &moved).unwrap();
    let refused = resume(&out).stderr(Stdio::piped()).output().unwrap();
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && error.contains("--data") && error.contains("data"), "{error}");
    let mut elsewhere = resume(&out);
    elsewhere.args(["--steps", "16", "--data"]).arg(&moved);
    assert!(said(elsewhere).contains("steps 14 to 16"));
}

#[test]
fn every_kind_of_noise_can_be_trained_and_resumed_exactly() {
    let dir = tempfile::tempdir().unwrap();
    let (whole, halved) = (dir.path().join("whole"), dir.path().join("halved"));
    let kinds = ["--grey", "0.4", "--correlated", "0.5", "--resampled", "0.4", "--grain", "0.4", "--toned", "0.5"];
    assert!(train(&whole, &kinds).status().unwrap().success());
    // Stopped after the first step and resumed: the learning rate knows the whole run's length.
    let mut child = train(&halved, &kinds).spawn().unwrap();
    while !halved.join("checkpoint/state.json").exists() {
        assert!(child.try_wait().unwrap().is_none_or(|status| status.success()), "the run failed");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(resume(&halved).status().unwrap().success());
    for (halved, whole) in result(&halved).iter().zip(&result(&whole)) {
        assert!(halved == whole, "the resumed run is another");
    }
}

/// Trains four steps at once and in two halves, in `whole` and `halved`, and returns the weights, which must be the
/// same.
fn resumed_exactly(begun: impl Fn() -> Checkpoint, scenes: &Scenes, dir: &Path) -> Vec<u8> {
    let device = Device::flex();
    let rhythm = Rhythm { log: 1, validate: 4, save: Duration::from_secs(60) };
    let run = |run: Checkpoint, folder: &Path, until: usize| {
        svnr::training::trainer::train(run, scenes, folder, &device, rhythm, |event| match event {
            Event::Step { step, .. } if step == until => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
        .unwrap()
    };
    let (whole, halved) = (dir.join("whole"), dir.join("halved"));
    run(begun(), &whole, 4);
    assert_eq!(run(begun(), &halved, 2).step, 2);
    run(Checkpoint::load(&halved, &device).unwrap(), &halved, 4);
    let [whole, halved] = [whole, halved].map(|folder| std::fs::read(folder.join("svnr.safetensors")).unwrap());
    assert!(halved == whole, "the resumed run is another");
    whole
}

#[test]
fn every_variant_of_the_method_trains_resumes_saves_loads_and_denoises() {
    let dir = tempfile::tempdir().unwrap();
    let device = Device::flex();
    let held_out = vec![Scene { width: 24, height: 24, bytes: (0..24 * 24 * 3).map(|i| (i / 9) as u8).collect() }];
    let scenes = Scenes { generated: Generated::new(2, 1), held_out, ..Scenes::default() };
    let photo = LinearImage::from_fn(20, 12, |c, r, x| 0.1 + 0.1 * c as f32 + 0.02 * (r + x) as f32).unwrap();
    let noise = NoiseModel::at_gain(8.0);
    let photo = noise.add_to(&photo, 1);
    for formulation in Formulation::all() {
        let config = Config {
            formulation,
            network: UnetConfig { widths: vec![4, 6], blocks: vec![1, 1], embedding: 4, ..UnetConfig::default() },
            steps: 4,
            stages: vec![Stage { until: 1.0, patch: 16, batch: 2 }],
            share_at_photo: 0.5,
            ..Config::default()
        };
        let fresh = || Checkpoint::fresh(config.clone(), &device).unwrap();
        let weights = resumed_exactly(fresh, &scenes, dir.path());

        let denoiser = Denoiser::from_weights(&weights, &device).unwrap();
        assert_eq!(denoiser.formulation(), formulation);
        for steps in [Steps::Count(1), Steps::Count(3)] {
            let options = Options { steps, ..Options::default() };
            let result = pollster::block_on(denoiser.denoise(&photo, noise, &options)).unwrap();
            assert!(result.values().iter().all(|v| v.is_finite()), "{formulation:?}");
            assert!(result.values() != photo.values(), "{formulation:?}: nothing was learned");
        }
    }
}

#[test]
fn a_run_for_mosaics_starts_from_a_photos_network_and_resumes_exactly() {
    let dir = tempfile::tempdir().unwrap();
    let device = Device::flex();
    let held_out = vec![Scene { width: 24, height: 24, bytes: (0..24 * 24 * 3).map(|i| (i / 9) as u8).collect() }];
    let scenes = Scenes { generated: Generated::new(2, 1), held_out, ..Scenes::default() };
    let photos = UnetConfig { widths: vec![4, 6], blocks: vec![1, 1], embedding: 4, ..UnetConfig::default() };
    let weights_file = dir.path().join("photos.safetensors");
    let network = Unet::new(&photos, &device).unwrap();
    std::fs::write(&weights_file, weights::to_bytes(&network, &photos.clone().into()).unwrap()).unwrap();
    let config = Config {
        network: UnetConfig { image: ImageKind::Mosaic, ..UnetConfig::default() },
        steps: 4,
        stages: vec![Stage { until: 1.0, patch: 12, batch: 2 }],
        share_at_photo: 0.5,
        ..Config::default()
    };
    let begun = || Checkpoint::from_weights(config.clone(), &weights_file, None, &device).unwrap();
    let shape = UnetConfig { image: ImageKind::Mosaic, ..photos };
    assert_eq!(begun().config.network, shape, "the file's network, for mosaics");
    let weights = resumed_exactly(begun, &scenes, dir.path());
    let scores = std::fs::read_to_string(dir.path().join("whole/scores.csv")).unwrap();
    assert!(scores.starts_with("step,seconds,mean,psnr_iso800,") && scores.contains(",psnr_iso800_raw,"), "{scores}");

    let denoiser = Denoiser::from_weights(&weights, &device).unwrap();
    assert_eq!(denoiser.config(), &shape);
    let planes =
        LinearImage::planes_from_fn(4, 20, 12, |c, r, x| 0.05 + 0.1 * c as f32 + 0.02 * (r + x) as f32).unwrap();
    let noise = NoiseModel { sigma_read: 0.004, shot: 0.003 };
    let noisy = noise.add_to(&planes, 1);
    let result = pollster::block_on(denoiser.denoise(&noisy, noise, &Options::default())).unwrap();
    assert!(result.values() != noisy.values() && result.values().iter().all(|v| v.is_finite()));
}

#[test]
fn a_variant_of_the_method_is_chosen_by_its_settings() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let refused = |mut command: Command| {
        let output = command.stderr(Stdio::piped()).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let error = refused(train(&out, &["--start", "noise"]));
    assert!(error.contains("correlation is shared; it must be independent where start is noise"), "{error}");
    assert!(refused(train(&out, &["--time", "all"])).contains("map, scalar or scalar-mean"));
    // From noise a validation takes ten steps: on small photos they are quick.
    let data = dir.path().join("data");
    photos(&data);
    let baseline = ["--start", "noise", "--time", "scalar", "--correlation", "independent"];
    assert!(train(&out, &baseline).arg("--data").arg(&data).status().unwrap().success());
    let weights_file = out.join("svnr.safetensors");
    let (_, description) = weights::from_bytes(&std::fs::read(&weights_file).unwrap(), &Device::flex()).unwrap();
    let (start, time, correlation) = (Start::Noise, Time::Scalar, Correlation::Independent);
    assert_eq!(description.formulation, Formulation { start, time, correlation, condition: Condition::Photo });

    let mut resumed = resume(&out);
    resumed.args(["--steps", "14", "--start", "photo"]);
    assert!(refused(resumed).contains("--start"));

    let (photo, result) = (dir.path().join("photo.png"), dir.path().join("result.png"));
    image::RgbImage::from_pixel(24, 16, image::Rgb([90, 120, 60])).save(&photo).unwrap();
    let denoise = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_denoise"));
        command.arg(&photo).arg("-o").arg(&result).arg("--weights").arg(&weights_file).args(more);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let error = refused(denoise(&["--strength", "0.5"]));
    assert!(error.contains("strength is 0.5; it must be 1 with these weights"), "{error}");
    assert!(denoise(&["--steps", "3"]).status().unwrap().success());
    assert_eq!(image::open(&result).unwrap().width(), 24);
}

#[test]
fn a_run_says_what_it_does() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = train(dir.path(), &[]);
    let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    let (scores, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    // Nobody sees a bar here: there are lines.
    assert!(said.contains("step 12 of 12") && said.contains("loss on eps"), "{said}");
    assert!(said.contains("too short for a warm-up of 300 steps") && said.contains("6 of its 12"), "{said}");
    for what in ["gain 1 ", "gain 20 ", "grey ", "grain ", "toned ", "scaled "] {
        let line = scores.lines().find(|line| line.starts_with("step 12")).unwrap();
        let score = line.split(what).nth(1).unwrap_or_else(|| panic!("{what} in {line}"));
        let numbers: Vec<f64> = score.split(&[' ', ',', '(', ')']).filter_map(|v| v.parse().ok()).take(2).collect();
        assert!(numbers.len() == 2 && numbers.iter().all(|v| (5.0..60.0).contains(v)), "{what}: {score}");
    }
}

#[test]
fn the_help_shows_the_defaults() {
    let output = Command::new(env!("CARGO_BIN_EXE_train")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for default in
        ["[default: 24000]", "[default: muon]", "[default: 0.0008]", "[default: 96,160,256]", "[default: f32]"]
    {
        assert!(help.contains(default), "{default} in {help}");
    }
}

//! The trainer as its users meet it: it starts without data, a killed run goes on exactly, and mistakes are named.
#![cfg(feature = "tools")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use svnr::network::Unet;
use svnr::training::checkpoint::Checkpoint;

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
    assert!(message(train(dir.path(), &["--learning-rate", "0"])).contains("learning rate"));
    assert!(message(train(dir.path(), &["--device", "gpu"])).contains("vulkan"));
    std::fs::create_dir_all(dir.path().join("checkpoint")).unwrap();
    assert!(message(train(dir.path(), &[])).contains("--resume"));
}

//! The program that measures, as its users meet it.
#![cfg(feature = "tools")]

use std::path::{Path, PathBuf};
use std::process::Command;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use svnr::Device;
use svnr::network::{Unet, UnetConfig, weights};
use svnr::training::dead_leaves::dead_leaves;

/// A folder of three images, and two small networks that take no time.
fn prepared(folder: &Path) -> [PathBuf; 3] {
    let images = folder.join("images");
    std::fs::create_dir(&images).unwrap();
    for i in 0..3u64 {
        let bytes = dead_leaves(48, &mut ChaCha8Rng::seed_from_u64(i));
        image::RgbImage::from_raw(48, 48, bytes).unwrap().save(images.join(format!("{i}.png"))).unwrap();
    }
    let [one, other] = [4, 6].map(|width| {
        let config = UnetConfig { widths: vec![width], blocks: vec![0], embedding: 1, ..UnetConfig::default() };
        let network = Unet::new(&config, &Device::flex()).unwrap();
        let file = folder.join(format!("{width}.safetensors"));
        std::fs::write(&file, weights::to_bytes(&network, &config.into()).unwrap()).unwrap();
        file
    });
    [images, one, other]
}

fn evaluate(images: &Path, weights: &Path, more: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evaluate"));
    command.arg("--data").arg(images).arg("--weights").arg(weights).args(more);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[test]
fn one_run_measures_every_kind_of_step_and_noise_against_other_weights() {
    let dir = tempfile::tempdir().unwrap();
    let [images, weights, other] = prepared(dir.path());
    let csv = dir.path().join("table.csv");
    let json = dir.path().join("table.json");
    let options = [
        "--gains",
        "4,28",
        "--steps",
        "2,unit",
        "--wrong",
        "0.5",
        "--eta",
        "1",
        "--true-only",
        "--middle",
        "40",
        "--average",
        "2",
        "--against",
        other.to_str().unwrap(),
        "--csv",
        csv.to_str().unwrap(),
        "--json",
        json.to_str().unwrap(),
    ];
    let table = evaluate(&images, &weights, &options).unwrap();
    // Two gains, each with the noise told right and wrong, in two plans; two headings and what the figures are.
    assert_eq!(table.lines().count(), 2 + 2 * 2 * 2 + 1, "{table}");
    assert!(table.contains("gain 28 x 0.5     unit") && table.contains("means over 3 images"), "{table}");
    let csv = std::fs::read_to_string(csv).unwrap();
    let column = |line: &str, name: &str| -> String {
        let at = csv.lines().next().unwrap().split(',').position(|title| title == name).unwrap();
        line.split(',').nth(at).unwrap().into()
    };
    let number = |line: &str, name: &str| column(line, name).parse::<f64>().unwrap();
    let line = |noise: &str, wrong: &str, steps: &str| {
        let begins = format!("{noise},{wrong},{steps},3,");
        csv.lines().find(|line| line.starts_with(&begins)).unwrap_or_else(|| panic!("{begins} in {csv}"))
    };
    let plain = line("gain 4", "1", "2");
    assert!(number(plain, "true_psnr_error") > 0.0 && number(plain, "noisy_psnr") > 10.0);
    // Two samples of two steps each. The untrained networks remove nothing, both of them.
    assert_eq!(number(plain, "evaluations"), 4.0);
    assert_eq!(number(plain, "difference_psnr"), 0.0);
    assert_eq!(column(plain, "estimated_psnr"), "");
    // The paper's plan has as many steps as the latest pixel has time, which is told to be half as much.
    let (right, wrong) = (line("gain 28", "1", "unit"), line("gain 28", "0.5", "unit"));
    let ratio = number(right, "evaluations") / number(wrong, "evaluations");
    assert!((1.8..2.2).contains(&ratio), "{ratio}");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
    assert_eq!((&json[0]["noise"], &json[0]["steps"]), (&"gain 4".into(), &2.into()));
    assert!(json[0]["true_noise"]["psnr"]["standard_error"].as_f64().unwrap() > 0.0, "{json}");

    let error = evaluate(&images, &weights, &["--against", "nowhere.safetensors"]).unwrap_err();
    assert!(error.contains("nowhere.safetensors"), "{error}");
}

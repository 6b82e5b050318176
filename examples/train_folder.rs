//! Trains a small network on a folder of clean images: `cargo run --release --example train_folder -- ~/photos
//! runs/small`. The program `train` does the same with all settings; this is how to do it from code.

use std::error::Error;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use svnr::Device;
use svnr::network::UnetConfig;
use svnr::training::checkpoint::Checkpoint;
use svnr::training::config::Config;
use svnr::training::scenes::Scenes;
use svnr::training::trainer::{Event, Rhythm, train};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, out] = &arguments[..] else {
        return Err("name the folder of images and the folder for the run".into());
    };

    let config = Config {
        network: UnetConfig { widths: vec![16, 32, 64], blocks: vec![1, 1, 1], embedding: 16, ..UnetConfig::default() },
        steps: 2000,
        ..Config::default()
    };
    let device = Device::flex();
    let scenes = Scenes::load(&[PathBuf::from(folder)], config.least_side(), config.seed)?;
    let out = Path::new(out);
    // What was begun there goes on.
    let begun = Checkpoint::folder(out).exists();
    let run = if begun { Checkpoint::load(out, &device)? } else { Checkpoint::fresh(config, &device)? };
    train(run, &scenes, out, &device, Rhythm::default(), |event| {
        match event {
            Event::Step { step, loss: Some([total, ..]) } => println!("step {step}: loss {total:.3}"),
            Event::Step { .. } => {}
            Event::Scores { step, scores } => println!("step {step}: {:.2} dB", scores.mean()),
        }
        ControlFlow::Continue(())
    })?;
    println!("the weights are {}", out.join("svnr.safetensors").display());
    Ok(())
}

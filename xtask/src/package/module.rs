//! The wasm module.

use std::{
    fs::{self, File},
    io::{BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::{command::run, node, workspace};

const NAME: &str = "svnr_wasm";

/// What the module may use. `--all-features` would write forms that browsers do not read yet.
const FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Runs cargo, and says which module it made.
pub fn compile(cargo: &mut Command) -> Result<PathBuf> {
    eprintln!("compiling for the browser; from clean, with everything optimised, this takes about ten minutes");
    let mut child = cargo
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo did not start")?;
    let messages = BufReader::new(child.stdout.take().expect("the output is piped"));
    let mut module = None;
    for message in serde_json::Deserializer::from_reader(messages).into_iter::<Value>() {
        let message = message.context("cargo's messages cannot be read")?;
        if message["reason"] == "compiler-artifact" && message["target"]["name"] == "svnr" {
            let files = message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str);
            module = files.filter(|file| file.ends_with(".wasm")).map(PathBuf::from).next().or(module);
        }
    }
    if !child.wait().context("cargo cannot be waited for")?.success() {
        bail!("the browser's library did not compile");
    }
    module.context("cargo made no wasm module: does Cargo.toml ask for a cdylib?")
}

/// Writes the module and the JavaScript that calls it.
pub fn bind(wasm: &Path, to: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.web(true).map_err(|error| anyhow!("wasm-bindgen: {error}"))?;
    bindgen.input_path(wasm).out_name(NAME).typescript(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.generate(to).map_err(|error| anyhow!("wasm-bindgen: {error:#}"))
}

/// Makes the module smaller.
pub fn optimise(package: &Path) -> Result<()> {
    let xtask = workspace::root().join("xtask");
    let node = node::node()?;
    node::install(&xtask)?;
    let module = module(package);
    let mut command = Command::new(node);
    command.arg(xtask.join("node_modules/binaryen/bin/wasm-opt")).arg("-Oz").args(FEATURES);
    run(command.arg(&module).arg("--output").arg(&module))
}

/// Prints what a visitor has to download.
pub fn report(package: &Path) -> Result<()> {
    let mut files: Vec<PathBuf> = fs::read_dir(package)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "wasm" || extension == "safetensors"))
        .collect();
    files.sort();
    for file in files {
        let raw = file.metadata()?.len();
        let mut compressed = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 11, 24);
        std::io::copy(&mut File::open(&file)?, &mut compressed)?;
        compressed.flush()?;
        let brotli = compressed.into_inner().len();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        println!("{name}: {:.2} MB, {:.2} MB by brotli", megabytes(raw), megabytes(brotli as u64));
    }
    Ok(())
}

fn module(package: &Path) -> PathBuf {
    package.join(format!("{NAME}_bg.wasm"))
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

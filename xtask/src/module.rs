//! The package's wasm modules, and the glue that calls them.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    clippy,
    command::run,
    inputs, node,
    wasm::{self, Choice, MODULES, Module, RELEASE, Toolchain},
    workspace,
};

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

/// Builds the modules into a folder, over what an earlier build left there. What is to be released is linted first, so
/// that modules whose record fits have passed the lints, too.
pub fn build(out: &Path, profile: &str, choice: Choice) -> Result<()> {
    let toolchain = Toolchain::get(choice)?;
    // Before the build: a source that changes while it runs makes the module stale.
    let hash = inputs::hash(workspace::root())?;
    if profile == RELEASE {
        clippy::browser(choice)?;
    }
    let new = workspace::root().join("target/wasm-new");
    if new.exists() {
        fs::remove_dir_all(&new).with_context(|| format!("{} cannot be removed", new.display()))?;
    }
    fs::create_dir_all(&new).with_context(|| format!("{} cannot be made", new.display()))?;
    // The smaller one first: what is wrong with both shows sooner.
    for module in MODULES.into_iter().rev() {
        run(&mut toolchain.clean(profile))?;
        let mut cargo = toolchain.cargo("rustc", profile, module)?;
        // Cargo leaves `lto` out, without a word, where a crate is to become an rlib as well.
        cargo.args(["--crate-type", "cdylib"]);
        bind(&compile(&mut cargo)?, &new, module)?;
        if profile == RELEASE {
            optimise(&new, module)?;
        }
    }
    wasm::check_glue(&new)?;

    // The record goes first and comes last: files of two builds never pass for one.
    fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
    let record = out.join(inputs::RECORD);
    if record.exists() {
        fs::remove_file(&record).with_context(|| format!("{} cannot be removed", record.display()))?;
    }
    for name in names(&new)? {
        let to = out.join(&name);
        fs::copy(new.join(&name), &to).with_context(|| format!("{} cannot be written", to.display()))?;
    }
    fs::write(&record, format!("{hash}\n")).with_context(|| format!("{} cannot be written", record.display()))?;

    println!("{}", out.display());
    report(out)
}

/// Fails unless two folders hold the same files, to the byte.
pub fn compare(built: &Path, committed: &Path) -> Result<()> {
    let all = names(built)?.into_iter().chain(names(committed)?).collect::<BTreeSet<_>>();
    let differing: Vec<_> =
        all.into_iter().filter(|name| fs::read(built.join(name)).ok() != fs::read(committed.join(name)).ok()).collect();
    if !differing.is_empty() {
        bail!(
            "{} in {} differ from what these sources and this compiler give, which is in {}",
            differing.join(", "),
            committed.display(),
            built.display()
        );
    }
    println!("{} is what these sources give, to the byte", committed.display());
    Ok(())
}

fn names(directory: &Path) -> Result<Vec<String>> {
    let listed = || format!("{} cannot be listed", directory.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).with_context(listed)? {
        names.push(entry.with_context(listed)?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

/// Runs cargo, and says which module it made.
fn compile(cargo: &mut Command) -> Result<PathBuf> {
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
fn bind(wasm: &Path, to: &Path, module: Module) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.web(true).map_err(|error| anyhow!("wasm-bindgen: {error}"))?;
    bindgen.input_path(wasm).out_name(module.glue).typescript(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.generate(to).map_err(|error| anyhow!("wasm-bindgen: {error:#}"))
}

/// Makes a module smaller.
fn optimise(to: &Path, module: Module) -> Result<()> {
    let xtask = workspace::root().join("xtask");
    let node = node::node()?;
    node::install(&xtask)?;
    let module = file(to, module);
    let mut command = Command::new(node);
    command.arg(xtask.join("node_modules/binaryen/bin/wasm-opt")).arg("-Oz").args(FEATURES);
    run(command.arg(&module).arg("--output").arg(&module))
}

/// Prints what visitors download, the second of each kind for RAW files alone.
fn report(out: &Path) -> Result<()> {
    for file in MODULES.into_iter().map(|module| file(out, module)).chain(workspace::weights()) {
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

fn file(directory: &Path, module: Module) -> PathBuf {
    directory.join(format!("{}_bg.wasm", module.glue))
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

//! The npm package: the wasm module with its glue, the hand-written JavaScript around it, and the weights.

mod manifest;
mod module;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{
    inputs,
    wasm::{Choice, RELEASE, Toolchain},
    workspace,
};

const README: &str = include_str!("package/README.md");

/// Builds the package into a directory, in place of what an earlier build left there.
pub fn build(out: &Path, profile: &str, choice: Choice) -> Result<()> {
    refuse_foreign(out)?;
    let toolchain = Toolchain::get(choice)?;
    let mut command = toolchain.cargo("build", profile)?;
    // Before the build: a source that changes while it runs makes the package stale.
    let hash = inputs::hash(workspace::root())?;
    let wasm = module::compile(&mut command)?;

    // Whole or not at all: first beside the old one, then in its place.
    let new = beside(out, "new");
    remove(&new)?;
    fs::create_dir_all(&new).with_context(|| format!("{} cannot be made", new.display()))?;
    module::bind(&wasm, &new)?;
    if profile == RELEASE {
        module::optimise(&new)?;
    }
    copy_all(&workspace::root().join("src/web/package"), &new, |_| true)?;
    copy_all(&workspace::root().join("weights"), &new, |name| name.ends_with(".safetensors"))?;
    copy_all(workspace::root(), &new, |name| name.starts_with("LICENSE-"))?;
    write(&new.join("README.md"), README)?;
    write(&new.join("package.json"), &manifest::package_json(&new)?)?;
    write(&new.join(inputs::RECORD), &format!("{hash}\n"))?;

    let old = beside(out, "old");
    remove(&old)?;
    if out.exists() {
        fs::rename(out, &old).with_context(|| format!("{} cannot be replaced", out.display()))?;
    }
    fs::rename(&new, out).with_context(|| format!("{} cannot be put in place", out.display()))?;
    remove(&old)?;

    println!("{}", out.display());
    module::report(out)
}

/// A mistyped directory must not cost anyone their files.
fn refuse_foreign(out: &Path) -> Result<()> {
    let empty = fs::read_dir(out).map_or(true, |mut entries| entries.next().is_none());
    if !empty && !out.join(inputs::RECORD).is_file() {
        bail!("{} holds something else than an svnr package: name another directory", out.display());
    }
    Ok(())
}

fn beside(out: &Path, suffix: &str) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!(".{name}-{suffix}"))
}

fn remove(directory: &Path) -> Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", directory.display()))
        }
        _ => Ok(()),
    }
}

/// Copies the files of a directory whose names are wanted: at least one.
fn copy_all(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) -> Result<()> {
    let mut count = 0;
    for entry in fs::read_dir(from).with_context(|| format!("{} cannot be listed", from.display()))? {
        let path = entry.with_context(|| format!("{} cannot be listed", from.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_file() && !name.starts_with('.') && wanted(&name) {
            fs::copy(&path, to.join(&*name)).with_context(|| format!("{} cannot be copied", path.display()))?;
            count += 1;
        }
    }
    if count == 0 {
        bail!("{} holds nothing that belongs in the package", from.display());
    }
    Ok(())
}

fn write(path: &Path, contents: &str) -> Result<()> {
    fs::write(path, contents).with_context(|| format!("{} cannot be written", path.display()))
}

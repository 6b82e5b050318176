//! The npm package as its users get it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{command::run, inputs, node, workspace};

/// Puts the whole package into `target/npm/svnr`, and says where that is: what `pkg` holds, with `$SVNR_WASM` in place
/// of its module if that is set, the weights and the licences. What lay there goes.
pub fn assemble() -> Result<PathBuf> {
    let to = workspace::root().join("target/npm/svnr");
    if to.exists() {
        fs::remove_dir_all(&to).with_context(|| format!("{} cannot be removed", to.display()))?;
    }
    copy_files(&workspace::package(), &to, |name| {
        !workspace::WEIGHTS.contains(&name) && !name.starts_with("LICENSE-")
    })?;
    copy_files(&workspace::wasm(), &to.join("wasm"), |name| name != inputs::RECORD)?;
    copy_files(workspace::root(), &to, |name| name.starts_with("LICENSE-"))?;
    for (weights, name) in workspace::weights().iter().zip(workspace::WEIGHTS) {
        fs::copy(weights, to.join(name)).with_context(|| format!("{} cannot be read", weights.display()))?;
    }
    Ok(to)
}

/// Packs the package into `target/npm/svnr-VERSION.tgz` and prints what it weighs.
pub fn pack() -> Result<()> {
    let package = assemble()?;
    let out = package.parent().expect("it lies in target/npm");
    node::node()?;
    // All of it is there already.
    run(Command::new(node::npm()?)
        .args(["pack", "--ignore-scripts", "--pack-destination"])
        .arg(out)
        .current_dir(&package))?;
    Ok(())
}

/// Copies the files of a folder, but not its folders, whose names are wanted.
fn copy_files(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("{} cannot be made", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("{} cannot be listed", from.display()))? {
        let path = entry.with_context(|| format!("{} cannot be listed", from.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_file() && !name.starts_with('.') && wanted(&name) {
            fs::copy(&path, to.join(&*name)).with_context(|| format!("{} cannot be copied", path.display()))?;
        }
    }
    Ok(())
}

//! Node.js and what npm installs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    command::{find, output, run},
    debian,
};

const OLDEST: u32 = 20;

/// Node.js, 20 or newer, installed if need be.
pub fn node() -> Result<PathBuf> {
    if find("node").is_none() || find("npm").is_none() {
        debian::install(&["nodejs", "npm"]).context("Node.js and npm are not installed (https://nodejs.org)")?;
    }
    let node = find("node").context("node is not on the PATH")?;
    let version = output(Command::new(&node).arg("--version")).context("`node --version` failed")?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST => Ok(node),
        _ => bail!("Node.js {} is too old: install {OLDEST} or newer (https://nodejs.org)", version.trim()),
    }
}

/// Node.js's package manager.
pub fn npm() -> Result<PathBuf> {
    find("npm").context("npm is not on the PATH")
}

/// Installs what the `package-lock.json` in a directory names, unless it is there already.
pub fn install(directory: &Path) -> Result<()> {
    let lock = directory.join("package-lock.json");
    let wanted = fs::read(&lock).with_context(|| format!("{} cannot be read", lock.display()))?;
    // What is installed, in our own words: npm's own record leaves out packages for other systems.
    let record = directory.join("node_modules/.installed-lock.json");
    if fs::read(&record).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    node()?;
    run(Command::new(npm()?).args(["ci", "--no-audit", "--no-fund"]).current_dir(directory))?;
    fs::write(&record, wanted).with_context(|| format!("{} cannot be written", record.display()))
}

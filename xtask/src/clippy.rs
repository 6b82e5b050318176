//! Lints for code that only the browser's build compiles.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{
    command::{output, run},
    debian,
    wasm::{Choice, MODULES, RELEASE, Toolchain},
};

/// Runs clippy for wasm32, on what each module has of the crate; a warning is an error.
pub fn browser(choice: Choice) -> Result<()> {
    let toolchain = Toolchain::get(choice)?;
    if matches!(toolchain, Toolchain::Debian(_))
        && output(Command::new("/usr/bin/cargo-clippy").arg("--version")).is_none()
    {
        debian::install(&["rust-web-clippy"]).context("there is no clippy for Debian's Rust")?;
    }
    // With the package's profile: build scripts and procedural macros are then compiled once for both.
    for module in MODULES {
        run(toolchain.cargo("clippy", RELEASE, module)?.args(["--", "--deny", "warnings"]))?;
    }
    Ok(())
}

//! Builds the package's wasm module: `cargo xtask pkg`.

use std::{path::absolute, process::ExitCode};

use anyhow::Result;
use lexopt::prelude::*;
use xtask::{
    command::exit,
    module,
    wasm::{Choice, RELEASE},
    workspace,
};

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<()> {
    let mut out = None;
    let mut check = false;
    let mut profile = RELEASE.to_owned();
    let mut toolchain = Choice::Auto;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("check") => check = true,
            Long("out") => out = Some(absolute(arguments.value()?)?),
            Long("profile") => profile = arguments.value()?.string()?,
            Long("toolchain") => toolchain = arguments.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    let committed = workspace::package().join("wasm");
    if check {
        let built = out.unwrap_or_else(|| workspace::root().join("target/wasm-check"));
        module::build(&built, &profile, toolchain)?;
        return module::compare(&built, &committed);
    }
    module::build(&out.unwrap_or(committed), &profile, toolchain)
}

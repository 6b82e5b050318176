//! Builds the npm package: `cargo xtask pkg`.

use std::{path::absolute, process::ExitCode};

use anyhow::Result;
use lexopt::prelude::*;
use xtask::{
    package,
    wasm::{Choice, RELEASE},
    workspace,
};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut out = workspace::root().join("pkg");
    let mut profile = RELEASE.to_owned();
    let mut toolchain = Choice::Auto;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("out") => out = absolute(arguments.value()?)?,
            Long("profile") => profile = arguments.value()?.string()?,
            Long("toolchain") => toolchain = arguments.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    package::build(&out, &profile, toolchain)
}

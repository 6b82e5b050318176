//! `cargo xtask`: the tasks that compile in seconds. Building the wasm module is another binary, because it needs
//! wasm-bindgen's tool; this one starts it.

use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::prelude::*;
use xtask::{
    clippy,
    command::{cargo, exit},
    inputs, pack, serve,
    test::Tests,
    wasm::Choice,
};

const HELP: &str = "\
cargo xtask serve [--port PORT]
    Serves the page on localhost and prints its address.

cargo xtask test [--fast] [--native] [--types] [--browser [NAME...]]
    Runs every test, or only those named: Rust's, the type check of the JavaScript, those in a real browser, of which
    'page' is page.test.mjs. Installs what they need where it can. Rust's and the browser's run at the same time; what
    the browser's print is shown last. --fast leaves out what takes long, for the loop while you edit.

cargo xtask pkg [--check] [--out DIR] [--profile wasm|wasm-dev] [--toolchain auto|rustup|debian]
    Lints the browser's code and builds the wasm modules and their glue into pkg/wasm; all else in pkg is edited there.
    The profile wasm-dev compiles quickly, without lints, and gives large, slow modules. --check builds into
    target/wasm-check instead and fails unless that is what pkg/wasm holds, to the byte.

cargo xtask check-pkg
    Fails when the modules in pkg/wasm were built from other sources than these.

cargo xtask pack
    Packs the npm package into target/npm.

cargo xtask clippy-wasm [--toolchain auto|rustup|debian]
    Lints the browser's code.

serve, test, check-pkg and pack take the modules from $SVNR_WASM, where that is set, in place of pkg/wasm.
";

fn main() -> ExitCode {
    exit(run())
}

fn run() -> Result<()> {
    let mut arguments = lexopt::Parser::from_env();
    let task = match arguments.next()? {
        // After any task, too.
        Some(_) if std::env::args_os().skip(1).any(|argument| argument == "-h" || argument == "--help") => {
            "help".into()
        }
        Some(Value(task)) => task.string()?,
        None => "help".into(),
        Some(other) => return Err(other.unexpected().into()),
    };
    match task.as_str() {
        "serve" => {
            let mut port = serve::DEFAULT_PORT;
            while let Some(argument) = arguments.next()? {
                match argument {
                    Short('p') | Long("port") => port = arguments.value()?.parse()?,
                    other => return Err(other.unexpected().into()),
                }
            }
            serve::serve(port)
        }
        "test" => {
            let mut tests = Tests::default();
            while let Some(argument) = arguments.next()? {
                match argument {
                    Long("fast") => tests.fast = true,
                    Long("native") => tests.native = true,
                    Long("types") => tests.types = true,
                    Long("browser") => tests.browser = true,
                    Value(name) if tests.browser => tests.names.push(name.string()?),
                    other => return Err(other.unexpected().into()),
                }
            }
            if !(tests.native || tests.types || tests.browser) {
                tests = Tests { fast: tests.fast, ..Tests::ALL };
            }
            tests.run()
        }
        "pkg" => {
            let mut cargo = cargo();
            cargo.args([
                "run",
                "--profile",
                "xtask",
                "--package",
                "xtask",
                "--features",
                "module",
                "--bin",
                "module",
                "--",
            ]);
            cargo.args(arguments.raw_args()?);
            xtask::command::run(&mut cargo)
        }
        "check-pkg" => {
            end(arguments)?;
            inputs::check()?;
            println!("the modules were built from these sources");
            Ok(())
        }
        "pack" => {
            end(arguments)?;
            pack::pack()
        }
        "clippy-wasm" => {
            let mut choice = Choice::Auto;
            while let Some(argument) = arguments.next()? {
                match argument {
                    Long("toolchain") => choice = arguments.value()?.parse()?,
                    other => return Err(other.unexpected().into()),
                }
            }
            clippy::browser(choice)
        }
        "help" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("there is no task '{other}'; `cargo xtask help` lists them"),
    }
}

fn end(mut arguments: lexopt::Parser) -> Result<()> {
    match arguments.next()? {
        Some(other) => Err(other.unexpected().into()),
        None => Ok(()),
    }
}

//! Every test: Rust's, the type check of the JavaScript, and those in a real browser.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    beside::Beside,
    command::{cargo, find, output, run},
    debian, node, pack, workspace,
};

/// Which tests to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tests {
    /// Rust's.
    pub native: bool,
    /// The type check of the JavaScript.
    pub types: bool,
    /// Those in a browser.
    pub browser: bool,
    /// The names of those in a browser, if not all of them: `page` for `page.test.mjs`.
    pub names: Vec<String>,
    /// Only what takes little time: the loop while you edit.
    pub fast: bool,
}

/// What of the browser's tests [`Tests::FAST`] runs: the package and the page each denoise once.
const FAST: [&str; 2] = ["node", "smoke"];

/// How many random cases a property is tried on when it has to be quick; proptest reads it.
const FAST_CASES: (&str, &str) = ("PROPTEST_CASES", "16");

impl Tests {
    /// Every test.
    pub const ALL: Self = Self { native: true, types: true, browser: true, names: Vec::new(), fast: false };

    /// Runs them. Those in a browser run beside Rust's: while they wait for pages the processor would be idle, and
    /// cargo takes longest to compile.
    pub fn run(self) -> Result<()> {
        let directory = workspace::root().join("tests/browser");
        // What is missing is better heard of now than after minutes of compiling.
        if self.types || self.browser {
            node::install(&directory)?;
        }
        let browser = if self.browser { Some(chromium()?) } else { None };
        // Before cargo builds it anew: then the system no longer knows where this program lies.
        let xtask = env::current_exe().context("this program does not know where it lies")?;

        if self.types {
            run(Command::new(node::npm()?).args(["run", "--silent", "types"]).current_dir(&directory))?;
        }
        let Some(browser) = browser else {
            return if self.native { self.run_native() } else { Ok(()) };
        };
        let mut command = self.browser_command(&directory)?;
        command.env("CHROMIUM", browser).env("SVNR_PACKAGE", pack::assemble()?).env("SVNR_XTASK", &xtask);
        if !self.native {
            return run(&mut command);
        }
        let beside = Beside::start(&mut command)?;
        let native = self.run_native();
        match (native, beside.show()) {
            (Err(native), Err(browser)) => bail!("{native:#}; {browser:#}"),
            (native, browser) => native.and(browser),
        }
    }

    fn browser_command(&self, directory: &Path) -> Result<Command> {
        let names = if self.fast { FAST.map(str::to_owned).into() } else { self.names.clone() };
        let mut command = Command::new(node::node()?);
        // Two files at a time: much of each is waiting for a browser to start, or work for one core.
        command.args(["--test", "--test-concurrency=2"]).args(browser_tests(directory, &names)?);
        command.current_dir(directory);
        Ok(command)
    }

    /// Rust's tests: the crate's as `cargo test` builds them, ours with the profile in which this program was just
    /// built.
    fn run_native(&self) -> Result<()> {
        if self.fast {
            let (name, cases) = FAST_CASES;
            return run(cargo().args(["test", "--package", "svnr", "--lib", "--bins"]).env(name, cases));
        }
        // It runs the tests of all binaries side by side. It knows no code in comments, which cargo runs. Examples have
        // no tests, and clippy compiles them.
        if output(cargo().args(["nextest", "--version"])).is_some() {
            run(cargo().args(["nextest", "run", "--package", "svnr", "--tests"]))?;
            run(cargo().args(["test", "--package", "svnr", "--doc"]))?;
        } else {
            run(cargo().args(["test", "--package", "svnr"]))?;
        }
        run(cargo().args(["test", "--profile", "xtask", "--package", "xtask"]))
    }
}

/// All of the directory, or those with the names. Node 20 takes a directory, Node 22 patterns: files suit both.
fn browser_tests(directory: &Path, names: &[String]) -> Result<Vec<PathBuf>> {
    if !names.is_empty() {
        let tests: Vec<_> = names.iter().map(|name| PathBuf::from(format!("{name}.test.mjs"))).collect();
        if let Some(missing) = tests.iter().find(|test| !directory.join(test).is_file()) {
            bail!("there is no {} in {}", missing.display(), directory.display());
        }
        return Ok(tests);
    }
    let listed = || format!("{} cannot be listed", directory.display());
    let mut tests = Vec::new();
    for entry in fs::read_dir(directory).with_context(listed)? {
        let name = PathBuf::from(entry.with_context(listed)?.file_name());
        if name.to_string_lossy().ends_with(".test.mjs") {
            tests.push(name);
        }
    }
    if tests.is_empty() {
        bail!("there are no tests in {}", directory.display());
    }
    tests.sort();
    Ok(tests)
}

/// A Chromium, installed if need be: without one the tests fail.
fn chromium() -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM") {
        return find(&named).with_context(|| format!("CHROMIUM names {}, which is not a program", named.display()));
    }
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    debian::install(&["chromium"])
        .context("no Chromium or Chrome was found: install one, or name it in the variable CHROMIUM")?;
    find_chromium().context("the package chromium left no browser on the PATH")
}

fn find_chromium() -> Option<PathBuf> {
    [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ]
    .iter()
    .find_map(find)
}

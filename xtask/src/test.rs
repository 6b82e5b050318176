//! Every test: Rust's, the type check of the JavaScript, and those in a real browser.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    command::{cargo, find, run},
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
}

impl Tests {
    /// Every test.
    pub const ALL: Self = Self { native: true, types: true, browser: true, names: Vec::new() };

    /// Runs them, and fails at the first that does.
    pub fn run(self) -> Result<()> {
        let directory = workspace::root().join("tests/browser");
        // What is missing is better heard of now than after minutes of compiling.
        if self.types || self.browser {
            node::install(&directory)?;
        }
        let browser = if self.browser { Some(chromium()?) } else { None };

        if self.native {
            run(cargo().args(["test", "--workspace"]))?;
        }
        if self.types {
            run(Command::new(node::npm()?).args(["run", "--silent", "types"]).current_dir(&directory))?;
        }
        if let Some(browser) = browser {
            let mut command = Command::new(node::node()?);
            // One after the other: each of them needs all the cores that there are.
            command
                .args(["--test", "--test-concurrency=1"])
                .args(browser_tests(&directory, &self.names)?)
                .current_dir(&directory);
            command.env("CHROMIUM", browser).env("SVNR_PACKAGE", pack::assemble()?);
            command.env("SVNR_XTASK", env::current_exe().context("this program does not know where it lies")?);
            run(&mut command)?;
        }
        Ok(())
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

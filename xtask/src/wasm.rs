//! Compiling for the browser.
//!
//! Most machines have rustup, and its standard library for wasm32 is all that is needed. Where rustup cannot download,
//! Debian's packages hold a newer compiler together with the source of its standard library, which cargo then compiles.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    str::FromStr,
};

use anyhow::{Context, Error, Result, anyhow, bail};

use crate::{
    command::{cargo, find, output, run},
    debian,
};

const TARGET: &str = "wasm32-unknown-unknown";

/// The profile of the package that is released.
pub const RELEASE: &str = "wasm";

/// A module of the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module {
    /// The name of its glue, and what the module's own begins with.
    pub glue: &'static str,
    /// What it has of the crate.
    pub feature: &'static str,
}

/// The package's modules: the network, and RAW files, which is loaded when there is one. Linked into one module, every
/// visitor would load both. Features of one crate, as they are, cannot be in one run of cargo.
pub const MODULES: [Module; 2] =
    [Module { glue: "svnr_wasm", feature: "webgpu" }, Module { glue: "svnr_raw", feature: "raw" }];

/// Which toolchain to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// What is there; else what can be installed.
    Auto,
    /// The one that compiles for this machine too, with the standard library that rustup adds.
    Rustup,
    /// Debian's packages.
    Debian,
}

impl FromStr for Choice {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "auto" => Ok(Self::Auto),
            "rustup" => Ok(Self::Rustup),
            "debian" => Ok(Self::Debian),
            _ => bail!("there is no toolchain '{name}': choose auto, rustup or debian"),
        }
    }
}

/// A compiler for wasm32.
pub enum Toolchain {
    /// The one that compiles for this machine too.
    Own,
    /// Debian's.
    Debian(Debian),
}

/// Debian's compiler, the source of its standard library, and its linker.
pub struct Debian {
    source: PathBuf,
    linker: PathBuf,
}

impl Toolchain {
    /// What is there; else what can be installed.
    pub fn get(choice: Choice) -> Result<Self> {
        let toolchain = match choice {
            Choice::Rustup => Self::rustup(),
            Choice::Debian => Debian::get().map(Self::Debian),
            Choice::Auto if has_target() => Ok(Self::Own),
            Choice::Auto => match Debian::find() {
                Ok(debian) => Ok(Self::Debian(debian)),
                Err(_) => Self::rustup().or_else(|rustup| {
                    let debian = Debian::get().map_err(|debian| anyhow!("{rustup:#}; {debian:#}"))?;
                    Ok(Self::Debian(debian))
                }),
            },
        };
        toolchain.with_context(|| format!("no Rust for {TARGET} here, and none could be installed"))
    }

    fn rustup() -> Result<Self> {
        if !has_target() {
            if find("rustup").is_none() {
                bail!("there is no rustup (https://rustup.rs)");
            }
            run(Command::new("rustup").args(["target", "add", TARGET]))?;
        }
        if !has_target() {
            bail!("`rustup target add {TARGET}` left no standard library for it");
        }
        Ok(Self::Own)
    }

    /// A cargo command for one of the browser's libraries.
    pub fn cargo(&self, subcommand: &str, profile: &str, module: Module) -> Result<Command> {
        // A linker that is not told otherwise has every export run all constructors, of which burn's kernels bring
        // thousands. Exported, they are run by whoever loads the module, once.
        let mut flags: Vec<OsString> =
            ["-C", "target-feature=+simd128", "-C", "link-arg=--export=__wasm_call_ctors"].map(Into::into).into();
        let mut command = match self {
            Self::Own => cargo(),
            Self::Debian(_) => Debian::cargo(),
        };
        // Messages of a panic name files. Which folder they were in here is nobody's business, and the same sources
        // should give the same bytes everywhere.
        if profile == RELEASE {
            for (from, to) in self.sources()? {
                let mut flag = OsString::from("--remap-path-prefix=");
                flag.push(from);
                flag.push(format!("={to}"));
                flags.push(flag);
            }
        }
        command.args([subcommand, "--package", "svnr", "--lib", "--no-default-features"]);
        command.args(["--features", module.feature]);
        command.args(["--target", TARGET, "--profile", profile]);
        if let Self::Debian(debian) = self {
            command.args(["-Z", "build-std=std,panic_abort"]);
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &debian.linker);
            flags.extend(["-Zunstable-options".into(), "-C".into(), "linker-flavor=wasm-ld".into()]);
        }
        // Unlike RUSTFLAGS it can hold paths with spaces.
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}".as_ref()));
        Ok(command)
    }

    /// A cargo command that removes what it has built of the crate for the browser. Both modules are built into files
    /// of the same names, and cargo would take one for the other.
    pub fn clean(&self, profile: &str) -> Command {
        let mut command = match self {
            Self::Own => cargo(),
            Self::Debian(_) => Debian::cargo(),
        };
        command.args(["clean", "--quiet", "--package", "svnr", "--target", TARGET, "--profile", profile]);
        command
    }

    /// Where the compiler finds sources that are not ours, and what to call it.
    fn sources(&self) -> Result<Vec<(PathBuf, &'static str)>> {
        let mut sources = Vec::new();
        let cargo_home = env::var_os("CARGO_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(env::home_dir()?.join(".cargo")))
            .context("neither CARGO_HOME nor a home directory is known")?;
        // They must be there before the compiler's flags can name them.
        run(cargo().args(["fetch", "--quiet"]))?;
        let registries = cargo_home.join("registry/src");
        // There is none where all sources are vendored.
        if let Ok(entries) = fs::read_dir(&registries) {
            for entry in entries {
                sources.push((
                    entry.with_context(|| format!("{} cannot be listed", registries.display()))?.path(),
                    "crates",
                ));
            }
        }
        if let Self::Debian(debian) = self {
            sources.push((debian.source.clone(), "rust"));
            sources.extend(fs::canonicalize(&debian.source).map(|source| (source, "rust")));
        }
        sources.sort();
        Ok(sources)
    }
}

/// Fails when the linker has wrapped the exports of a module: each call into it would then run all of its constructors.
pub fn check_glue(directory: &Path) -> Result<()> {
    for Module { glue, .. } in MODULES {
        let glue = directory.join(format!("{glue}.js"));
        let text = fs::read_to_string(&glue).with_context(|| format!("{} cannot be read", glue.display()))?;
        let wrapped = text.matches("command_export").count();
        if wrapped > 0 {
            let glue = glue.display();
            bail!("{glue} calls exports that run all constructors, {wrapped} times: does the linker export them?");
        }
    }
    Ok(())
}

/// Whether the compiler for this machine has a standard library for wasm32.
fn has_target() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    output(Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]))
        .and_then(|directory| fs::read_dir(directory.trim()).ok())
        .is_some_and(|entries| {
            entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
        })
}

impl Debian {
    const CARGO: &str = "/usr/bin/cargo";
    const RUSTC: &str = "/usr/bin/rustc";

    fn get() -> Result<Self> {
        if let Ok(debian) = Self::find() {
            return Ok(debian);
        }
        // What rustc links with is known once rustc is there.
        debian::install(&["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy"])?;
        if let Some(llvm) = version("LLVM version: ") {
            debian::install(&[&format!("lld-{llvm}")])?;
        }
        Self::find()
    }

    fn find() -> Result<Self> {
        let Some(release) = output(Command::new(Self::RUSTC).arg("--version")) else {
            bail!("there is no {}", Self::RUSTC);
        };
        let oldest = env!("CARGO_PKG_RUST_VERSION");
        let minor = |version: &str| version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
        if minor(release.trim_start_matches("rustc ")) < minor(oldest) {
            bail!("{} is older than Rust {oldest}: {}", Self::RUSTC, release.trim());
        }
        if !Path::new(Self::CARGO).is_file() {
            bail!("there is no {}", Self::CARGO);
        }
        let sysroot = output(Command::new(Self::RUSTC).args(["--print", "sysroot"])).context("rustc has no sysroot")?;
        let source = Path::new(sysroot.trim()).join("lib/rustlib/src/rust");
        if !source.join("library/std/Cargo.toml").is_file() {
            bail!("there is no source of the standard library in {}", source.display());
        }
        let llvm = version("LLVM version: ").context("rustc does not say which LLVM it uses")?;
        let linker = find(format!("wasm-ld-{llvm}")).with_context(|| format!("there is no wasm-ld-{llvm}"))?;
        Ok(Self { source, linker })
    }

    fn cargo() -> Command {
        let mut command = cargo_at(Self::CARGO);
        // Cargo finds its subcommands, clippy among them, on the PATH.
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(std::iter::once(PathBuf::from("/usr/bin")).chain(env::split_paths(&path)));
        if let Ok(path) = path {
            command.env("PATH", path);
        }
        // Compiling the standard library is not stable.
        command.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", Self::RUSTC).env_remove("RUSTUP_TOOLCHAIN");
        command
    }
}

fn cargo_at(path: &str) -> Command {
    let mut command = Command::new(path);
    command.current_dir(crate::workspace::root());
    command
}

/// The major version in a line of `rustc --version --verbose`.
fn version(of: &str) -> Option<u32> {
    let verbose = output(Command::new(Debian::RUSTC).args(["--version", "--verbose"]))?;
    let line = verbose.lines().find_map(|line| line.strip_prefix(of))?;
    line.split('.').next()?.parse().ok()
}

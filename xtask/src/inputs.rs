//! What the package's wasm module is made of, and whether the committed one is made of what is here now.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::workspace;

/// The file beside the module that holds the hash of its inputs.
pub const RECORD: &str = "inputs.sha256";

/// Files, and directories with all they hold.
const INPUTS: [&str; 6] =
    ["Cargo.lock", "Cargo.toml", "src", "xtask/package-lock.json", "xtask/src/module.rs", "xtask/src/wasm.rs"];

/// Parts of the above that the module leaves out.
const NOT_INPUTS: [&str; 2] = ["src/bin", "src/training"];

/// Fails when the module was built from other inputs than those that are here.
pub fn check() -> Result<()> {
    check_module(workspace::root(), &workspace::wasm())
}

fn check_module(root: &Path, built: &Path) -> Result<()> {
    let advice = "run `cargo xtask pkg` and commit pkg/wasm";
    let record = built.join(RECORD);
    let recorded = match fs::read_to_string(&record) {
        Ok(recorded) => recorded,
        Err(error) => bail!("there is no built module ({}: {error}): {advice}", record.display()),
    };
    if recorded.trim() != hash(root)? {
        bail!("the module in {} was built from other sources than these: {advice}", built.display());
    }
    Ok(())
}

/// The SHA-256 of all inputs below a root. It depends on their names and contents alone: not on where the root is, on
/// times, or on how a checkout ends its lines.
pub fn hash(root: &Path) -> Result<String> {
    let mut files = Vec::new();
    for input in INPUTS {
        collect(root, Path::new(input), &mut files)?;
    }
    let mut named: Vec<(String, PathBuf)> = files.into_iter().map(|path| (slashes(&path), root.join(path))).collect();
    named.sort();

    let mut all = Sha256::new();
    for (name, path) in named {
        let contents = fs::read(&path).with_context(|| format!("{name} cannot be read"))?;
        all.update(Sha256::digest(&name));
        all.update(Sha256::digest(if is_binary(&contents) { contents } else { unix_lines(contents) }));
    }
    Ok(all.finalize().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes what is written");
        hex
    }))
}

fn collect(root: &Path, path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let name = slashes(path);
    let full = root.join(path);
    if NOT_INPUTS.contains(&name.as_str()) {
        return Ok(());
    }
    if full.is_dir() {
        for entry in fs::read_dir(&full).with_context(|| format!("{name} cannot be listed"))? {
            let entry = entry.with_context(|| format!("{name} cannot be listed"))?.file_name();
            // What editors and file managers leave behind.
            if !entry.to_string_lossy().starts_with('.') {
                collect(root, &path.join(entry), files)?;
            }
        }
    } else {
        files.push(path.to_path_buf());
    }
    Ok(())
}

fn slashes(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// As git sees it.
fn is_binary(contents: &[u8]) -> bool {
    contents.iter().take(8000).any(|&byte| byte == 0)
}

fn unix_lines(mut contents: Vec<u8>) -> Vec<u8> {
    contents.retain(|&byte| byte != b'\r');
    contents
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for input in INPUTS {
            let path = root.path().join(input);
            if Path::new(input).extension().is_some() {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, format!("one\ntwo {input}\n")).unwrap();
            } else {
                fs::create_dir_all(path).unwrap();
            }
        }
        for (name, contents) in
            [("src/lib.rs", &b"a\nb\n"[..]), ("src/bin/train.rs", b"main\n"), ("src/table.bin", b"\0\r\n\x01")]
        {
            fs::create_dir_all(root.path().join(name).parent().unwrap()).unwrap();
            fs::write(root.path().join(name), contents).unwrap();
        }
        root
    }

    #[test]
    fn the_same_wherever_it_lies_and_however_lines_end() {
        let (here, there) = (repository(), repository());
        fs::write(there.path().join("src/lib.rs"), "a\r\nb\r\n").unwrap();
        assert_eq!(hash(here.path()).unwrap(), hash(there.path()).unwrap());
    }

    #[test]
    fn what_the_module_leaves_out_does_not_count() {
        let root = repository();
        let before = hash(root.path()).unwrap();
        fs::write(root.path().join("src/bin/train.rs"), "other\n").unwrap();
        fs::write(root.path().join("src/.lib.rs.swp"), "an editor's\n").unwrap();
        assert_eq!(hash(root.path()).unwrap(), before);
    }

    #[test]
    fn another_content_or_name_is_another_hash() {
        let root = repository();
        let before = hash(root.path()).unwrap();
        fs::rename(root.path().join("src/lib.rs"), root.path().join("src/other.rs")).unwrap();
        let renamed = hash(root.path()).unwrap();
        assert_ne!(renamed, before);
        // In a binary file every byte counts, carriage returns too.
        fs::write(root.path().join("src/table.bin"), b"\0\n\x01").unwrap();
        assert_ne!(hash(root.path()).unwrap(), renamed);
    }

    #[test]
    fn a_stale_module_is_found_out() {
        let (root, built) = (repository(), tempfile::tempdir().unwrap());
        let missing = check_module(root.path(), built.path()).unwrap_err().to_string();
        assert!(missing.contains("cargo xtask pkg"), "{missing}");

        fs::write(built.path().join(RECORD), hash(root.path()).unwrap() + "\n").unwrap();
        check_module(root.path(), built.path()).unwrap();

        fs::write(root.path().join("src/lib.rs"), "changed\n").unwrap();
        let stale = check_module(root.path(), built.path()).unwrap_err().to_string();
        assert!(stale.contains("cargo xtask pkg"), "{stale}");
    }
}

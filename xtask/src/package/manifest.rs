//! `package.json`.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::command::{cargo, output};

/// The manifest of a package whose other files are all in a directory.
pub fn package_json(directory: &Path) -> Result<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).with_context(|| format!("{} cannot be listed", directory.display()))? {
        files.push(entry?.file_name().to_string_lossy().into_owned());
    }
    files.sort();
    let own = crate_metadata()?;
    let module = |name: &str| json!({ "types": format!("./{name}.d.ts"), "default": format!("./{name}.js") });
    let mut exports = json!({ ".": module("index"), "./worker": module("worker"), "./element": module("element") });
    for file in files.iter().filter(|file| file.ends_with(".wasm") || file.ends_with(".safetensors")) {
        exports[format!("./{file}")] = json!(format!("./{file}"));
    }
    exports["./package.json"] = json!("./package.json");
    let manifest = json!({
        "name": own["name"],
        "version": own["version"],
        "description": own["description"],
        "keywords": own["keywords"],
        "license": own["license"],
        "type": "module",
        "main": "./index.js",
        "types": "./index.d.ts",
        "exports": exports,
        // They define elements, or are a worker's script.
        "sideEffects": ["./compare.js", "./element.js", "./worker-thread.js"],
        "files": files,
        "engines": { "node": ">=20" },
    });
    Ok(format!("{manifest:#}\n"))
}

fn crate_metadata() -> Result<Value> {
    let metadata =
        output(cargo().args(["metadata", "--no-deps", "--format-version", "1"])).context("cargo metadata failed")?;
    let mut metadata: Value = serde_json::from_str(&metadata).context("cargo's metadata cannot be read")?;
    let packages = metadata["packages"].as_array_mut().context("cargo's metadata lists no packages")?;
    let own = packages.iter_mut().find(|package| package["name"] == "svnr").context("there is no crate svnr")?;
    Ok(own.take())
}

//! What the npm package says about itself is what the crate says.

use std::fs;

use serde_json::Value;
use xtask::{
    command::{cargo, output},
    workspace,
};

/// `pkg/package.json`, and the crate's metadata as cargo has it.
fn manifests() -> (Value, Value) {
    let npm = fs::read(workspace::package().join("package.json")).unwrap();
    let metadata = output(cargo().args(["metadata", "--no-deps", "--format-version", "1"])).unwrap();
    let mut metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array_mut().unwrap();
    let own = packages.iter_mut().find(|package| package["name"] == "svnr").unwrap().take();
    (serde_json::from_slice(&npm).unwrap(), own)
}

#[test]
fn npm_and_crate_say_the_same() {
    let (npm, own) = manifests();
    for key in ["name", "version", "description", "license", "keywords"] {
        assert_eq!(npm[key], own[key], "{key} in pkg/package.json and Cargo.toml");
    }
}

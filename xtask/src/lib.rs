//! What to do with this repository; see `cargo xtask help`.

pub mod beside;
pub mod clippy;
pub mod command;
pub mod debian;
pub mod inputs;
pub mod node;
pub mod pack;
pub mod serve;
pub mod test;
pub mod wasm;
pub mod workspace;

#[cfg(feature = "module")]
pub mod module;

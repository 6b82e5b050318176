//! The crate as wasm-bindgen classes, on which the npm package's JavaScript (`pkg/`) is built.
//!
//! They come in two modules. One has the network and finished photos (the feature `webgpu`); the other reads, develops
//! and writes RAW files (the feature `raw`). They are apart because few visitors have RAW files, and because a module
//! that links burn keeps all of its kernels' constructors, whether anything calls them or not. JavaScript carries
//! planes from one to the other.

#[cfg(feature = "network")]
mod denoiser;
mod failure;
#[cfg(feature = "network")]
mod file;
#[cfg(feature = "network")]
mod noise;
#[cfg(feature = "raw")]
mod raw;
#[cfg(feature = "network")]
mod shared_image;

//! A GPU that takes programs in WGSL, and what is computed there: buffers, programs and their launches.

mod program;

// Where burn was built with a GPU. The only place that asks.
#[cfg(any(feature = "vulkan", feature = "webgpu"))]
mod wgsl;
#[cfg(any(feature = "vulkan", feature = "webgpu"))]
pub use wgsl::{Buffer, Gpu};

#[cfg(not(any(feature = "vulkan", feature = "webgpu")))]
mod none;
#[cfg(not(any(feature = "vulkan", feature = "webgpu")))]
pub use none::{Buffer, Gpu};

#[cfg(all(test, not(any(feature = "vulkan", feature = "webgpu"))))]
pub(crate) use none::for_tests;
#[cfg(test)]
pub(crate) use program::MOST_GROUPS;
pub use program::Precision;
pub(crate) use program::{Dialect, Program, SEGMENT, groups};
#[cfg(all(test, any(feature = "vulkan", feature = "webgpu")))]
pub(crate) use wgsl::for_tests;

/// What a GPU has, as far as programs depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory that a group of threads shares; WebGPU promises [`Limits::LEAST`].
    pub shared_bytes: usize,
    /// Whether all buffers have memory of their own, so that those that are only read may be declared so.
    pub are_buffers_apart: bool,
    /// Bytes of the largest buffer.
    pub buffer_bytes: usize,
    /// Whether programs can have numbers of 16 bits.
    pub has_half: bool,
}

impl Limits {
    /// What WebGPU promises.
    pub const LEAST: Self =
        Self { shared_bytes: 16_384, are_buffers_apart: true, buffer_bytes: 128 << 20, has_half: false };

    /// How programs declare buffers that they only read.
    pub(crate) fn access(self) -> &'static str {
        if self.are_buffers_apart { "read" } else { "read_write" }
    }
}

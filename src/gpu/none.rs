//! There is no GPU in this build.

use burn::tensor::Device;

use crate::gpu::{Limits, Program};

/// A GPU that cannot be had in this build.
#[derive(Debug, Clone)]
pub struct Gpu(());

/// Nothing, since there is no GPU.
#[derive(Debug, Clone)]
pub struct Buffer(());

impl Gpu {
    /// There is none.
    pub fn of(_: &Device) -> Option<Self> {
        None
    }

    /// What WebGPU promises.
    pub fn limits(&self) -> Limits {
        Limits::LEAST
    }

    /// Uploads nothing.
    pub fn upload(&self, _: Vec<f32>) -> Buffer {
        Buffer(())
    }

    /// Uploads nothing.
    pub fn upload_half(&self, _: &[f32]) -> Buffer {
        Buffer(())
    }

    /// Takes no memory.
    pub fn empty(&self, _: usize) -> Buffer {
        Buffer(())
    }

    /// Launches nothing.
    pub(crate) fn launch(&self, _: &Program, _: [usize; 3], _: Vec<Buffer>, _: &[u32]) {}

    /// There is nothing to read.
    ///
    /// # Errors
    /// Always.
    pub async fn read<const N: usize>(&self, _: [Buffer; N]) -> Result<[Vec<f32>; N], String> {
        Err("there is no GPU in this build".into())
    }

    /// Frees nothing.
    pub fn free_unused(&self) {}
}

/// There is none.
#[cfg(test)]
pub(crate) fn for_tests() -> Option<Device> {
    eprintln!("not tested: built without a GPU");
    None
}

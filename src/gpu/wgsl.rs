//! The GPU that burn has opened.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use burn::backend::DispatchDevice;
use burn::backend::wgpu::{KernelSource, SourceKernel, SourceTemplate};
use burn::cubecl::client::Client;
use burn::cubecl::future::spawn_detached;
use burn::cubecl::ir::{ElemType, FloatKind};
use burn::cubecl::prelude::{CubeCount, CubeDim, KernelId};
use burn::cubecl::server::{Handle, KernelArguments, MetadataBindingInfo, ServerError};
use burn::tensor::{Bytes, Device};
use half::f16;

use crate::gpu::{Limits, Program};

/// A GPU that takes WGSL. It does what it is told in the order in which it is told.
#[derive(Clone)]
pub struct Gpu {
    client: Client,
}

/// Values on a GPU. They stay until the last clone is dropped and all that was launched with them is done.
#[derive(Debug, Clone)]
pub struct Buffer(Handle);

impl Gpu {
    /// This device, if it is a GPU that takes WGSL.
    pub fn of(device: &Device) -> Option<Self> {
        let DispatchDevice::Cube(device) = device.as_dispatch() else { return None };
        let client = device.client();
        client.name().contains("wgsl").then_some(Self { client })
    }

    /// What it has.
    pub fn limits(&self) -> Limits {
        let properties = self.client.properties();
        Limits {
            shared_bytes: properties.hardware.max_shared_memory_size,
            // Natively, burn cuts its buffers out of large ones.
            are_buffers_apart: cfg!(target_family = "wasm"),
            buffer_bytes: usize::try_from(properties.memory.max_page_size).unwrap_or(usize::MAX),
            has_half: properties.supports_type(ElemType::Float(FloatKind::F16)),
        }
    }

    /// A buffer with these values.
    pub fn upload(&self, values: Vec<f32>) -> Buffer {
        Buffer(self.client.create(Bytes::from_elems(values)))
    }

    /// A buffer with these values in 16 bits each, of which there must be an even number.
    pub fn upload_half(&self, values: &[f32]) -> Buffer {
        let halves: Vec<u16> = values.iter().map(|&value| f16::from_f32(value).to_bits()).collect();
        Buffer(self.client.create(Bytes::from_elems(halves)))
    }

    /// A buffer of so many bytes, which may hold anything.
    pub fn empty(&self, bytes: usize) -> Buffer {
        Buffer(self.client.empty(bytes))
    }

    /// Launches a program with so many groups along the three axes. It is bound to the buffers, in this order, and
    /// behind them to the numbers, whose count must be a multiple of four.
    pub(crate) fn launch(&self, program: &Program, groups: [usize; 3], buffers: Vec<Buffer>, numbers: &[u32]) {
        let mut arguments = KernelArguments::new();
        for Buffer(handle) in buffers {
            arguments = arguments.with_buffer(handle.binding());
        }
        let (pairs, rest) = numbers.as_chunks();
        debug_assert!(rest.is_empty() && pairs.len().is_multiple_of(2));
        let pair = |[first, second]: &[u32; 2]| u64::from(*first) | u64::from(*second) << 32;
        arguments.info = MetadataBindingInfo::custom(pairs.iter().map(pair).collect());
        let kernel = SourceKernel::new(Text(program.clone()), CubeDim::new_1d(program.threads as u32));
        let [x, y, z] = groups.map(|groups| groups as u32);
        self.client.launch(Box::new(kernel), CubeCount::Static(x, y, z), arguments);
    }

    /// What is in the buffers when all that was launched before is done. Polled once, the device has all that it needs.
    /// To drop the future is safe.
    ///
    /// # Errors
    /// The device's report when it fails.
    pub async fn read<const N: usize>(&self, buffers: [Buffer; N]) -> Result<[Vec<f32>; N], String> {
        let read = Read::of(self.client.clone(), buffers).await.map_err(|e| e.to_string())?;
        let values = |bytes: Bytes| bytes.as_chunks().0.iter().map(|value| f32::from_le_bytes(*value)).collect();
        let read: Vec<Vec<f32>> = read.into_iter().map(values).collect();
        read.try_into().map_err(|_| "the device returned something else".into())
    }

    /// Gives back memory that is kept for later use.
    pub fn free_unused(&self) {
        // A device that is lost says so when it is used.
        self.client.memory_cleanup().ok();
    }
}

impl std::fmt::Debug for Gpu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gpu").finish_non_exhaustive()
    }
}

type Answer = Result<Vec<Bytes>, ServerError>;

/// What is read from the device. Dropped before it is there, it is awaited all the same: burn would use the buffer into
/// which it is copied again while that is still mapped, and the device would refuse all that comes with it.
struct Read(Option<Pin<Box<dyn Future<Output = Answer> + Send>>>);

impl Read {
    fn of(client: Client, buffers: impl IntoIterator<Item = Buffer>) -> Self {
        let handles = buffers.into_iter().map(|Buffer(handle)| handle).collect();
        Self(Some(Box::pin(async move { client.read_async(handles).await })))
    }
}

impl Future for Read {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let read = self.0.as_mut().expect("a future is not polled again when it is done");
        let answer = std::task::ready!(read.as_mut().poll(context));
        self.0 = None;
        Poll::Ready(answer)
    }
}

impl Drop for Read {
    fn drop(&mut self) {
        if let Some(read) = self.0.take() {
            spawn_detached(async move { drop(read.await) });
        }
    }
}

/// A program as burn takes it.
struct Text(Program);

impl KernelSource for Text {
    fn source(&self) -> SourceTemplate {
        SourceTemplate::new(&*self.0.text)
    }

    fn id(&self) -> KernelId {
        let threads = CubeDim::new_1d(self.0.threads as u32);
        // Compiled programs are kept by this: it has to tell any two texts apart.
        KernelId::new::<Self>().cube_dim(threads.0).info(Arc::clone(&self.0.text))
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}

/// The GPU, opened once; `None`, and why, where there is none. A software GPU will do.
#[cfg(all(test, not(target_family = "wasm")))]
pub(crate) fn for_tests() -> Option<Device> {
    static OPENED: std::sync::LazyLock<Option<Device>> = std::sync::LazyLock::new(|| {
        Device::wgpu_options().init().inspect_err(|e| eprintln!("not tested, for want of a GPU: {e}")).ok()
    });
    OPENED.clone()
}

//! Which device the command-line programs compute on.

use std::str::FromStr;

use burn::tensor::Device;

use crate::denoiser::Denoiser;
use crate::error::Error;
use crate::gpu::Precision;

/// A device by the name that `--device` takes: `cpu`, `libtorch`, `libtorch:N`, `vulkan` or `vulkan:N`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The CPU, with all its cores.
    Cpu,
    /// PyTorch's kernels, on the CPU or on the N-th CUDA GPU.
    Libtorch(Option<usize>),
    /// A GPU through Vulkan: the best one, or the N-th discrete one.
    Vulkan(Option<usize>),
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name.split_once(':') {
            None if name == "cpu" => Ok(Self::Cpu),
            None if name == "libtorch" => Ok(Self::Libtorch(None)),
            None if name == "vulkan" => Ok(Self::Vulkan(None)),
            Some((by @ ("libtorch" | "vulkan"), n)) => {
                let n = Some(n.parse().map_err(|_| format!("{n} is not the number of a GPU"))?);
                Ok(if by == "vulkan" { Self::Vulkan(n) } else { Self::Libtorch(n) })
            }
            _ => Err(format!("{name} is not a device; use cpu, libtorch, libtorch:N, vulkan or vulkan:N")),
        }
    }
}

impl DeviceChoice {
    /// The device itself.
    ///
    /// # Errors
    /// If this program was built without that device, or there is none. The message says what to do.
    pub fn open(self) -> Result<Device, String> {
        match self {
            Self::Cpu => Ok(Device::flex()),
            #[cfg(feature = "libtorch")]
            #[expect(deprecated, reason = "until burn has another backend that trains as fast on a processor")]
            Self::Libtorch(None) => Ok(Device::libtorch()),
            #[cfg(feature = "libtorch")]
            #[expect(deprecated, reason = "as above")]
            Self::Libtorch(Some(index)) => {
                use burn::tensor::DeviceType;
                let gpu = Device::libtorch_cuda(index);
                if !Device::enumerate(DeviceType::LibTorch).into_iter().any(|device| device == gpu) {
                    return Err(format!(
                        "PyTorch knows no CUDA GPU {index} here; use --device libtorch or --device cpu"
                    ));
                }
                Ok(gpu)
            }
            #[cfg(not(feature = "libtorch"))]
            Self::Libtorch(_) => {
                Err("this program was built without LibTorch; build it with --features libtorch, or use --device cpu"
                    .into())
            }
            #[cfg(feature = "vulkan")]
            Self::Vulkan(index) => {
                use burn::tensor::DeviceKind;
                let kind = index.map_or(DeviceKind::DefaultDevice, DeviceKind::DiscreteGpu);
                Device::wgpu_options()
                    .device_kind(kind)
                    .init()
                    .map_err(|e| format!("no GPU could be opened through Vulkan ({e}); use --device cpu"))
            }
            #[cfg(not(feature = "vulkan"))]
            Self::Vulkan(_) => {
                Err("this program was built without Vulkan; build it with --features vulkan, or use --device cpu"
                    .into())
            }
        }
    }
}

/// A denoiser with the weights of a file on a device that computes what it should: a GPU is checked, see
/// [`Denoiser::check_device`]. Without a precision, a GPU has the fastest that is good enough.
///
/// # Errors
/// [`Error::BadWeights`]; [`Error::BadOption`] if the device does not have that precision; what the check says.
pub fn denoiser(weights: &[u8], device: &Device, precision: Option<Precision>) -> Result<Denoiser, Error> {
    let denoiser = Denoiser::from_weights(weights, device)?;
    let precisions = precision.as_ref().map_or(&Precision::ALL[..], std::slice::from_ref);
    let is_checked = pollster::block_on(denoiser.check_device(precisions))?;
    if !is_checked && precision == Some(Precision::Half) {
        let range = "f32 on this device, which has no numbers of 16 bits";
        return Err(Error::BadOption { name: "precision", value: Precision::Half.to_string(), range });
    }
    Ok(denoiser)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::network::weights::RELEASED;

    #[test]
    fn a_precision_that_a_device_does_not_have_is_refused() {
        let of = |precision| denoiser(RELEASED, &Device::flex(), precision).map(|_| ());
        assert_eq!(of(None), Ok(()));
        assert_eq!(of(Some(Precision::Single)), Ok(()));
        let message = of("f16".parse().ok()).unwrap_err().to_string();
        assert!(message.contains("precision is f16; it must be f32"), "{message}");
        assert!("f64".parse::<Precision>().is_err());
    }

    #[test]
    fn names_are_devices() {
        assert_eq!("cpu".parse(), Ok(DeviceChoice::Cpu));
        assert_eq!("libtorch".parse(), Ok(DeviceChoice::Libtorch(None)));
        assert_eq!("libtorch:0".parse(), Ok(DeviceChoice::Libtorch(Some(0))));
        assert_eq!("vulkan".parse(), Ok(DeviceChoice::Vulkan(None)));
        assert_eq!("vulkan:2".parse(), Ok(DeviceChoice::Vulkan(Some(2))));
        for wrong in ["", "gpu", "vulkan:", "vulkan:x", "libtorch:-1", "cpu:1"] {
            assert!(wrong.parse::<DeviceChoice>().is_err(), "{wrong}");
        }
    }
}

//! Weights as safetensors: f16 numbers under the parameters' names; in the metadata what the network is, and a
//! checksum.
//!
//! burn's own store (`burn-store`) gives no metadata back and checks no values, so the description, the checksum and
//! the checks would stay here beside it; it would replace no more than the two visitors below.

use std::collections::{BTreeMap, HashMap};

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use half::f16;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::method::formulation::Formulation;
use crate::method::schedule::ScheduleConfig;
use crate::network::config::{ImageKind, UnetConfig};
use crate::network::unet::Unet;

/// The weight file for photos that comes with the crate. A program that does not use it does not contain it.
pub static RELEASED: &[u8] = include_bytes!("../../weights/svnr.safetensors");
/// The weight file for the mosaics of RAW files that comes with the crate, under the same terms.
pub static RELEASED_MOSAIC: &[u8] = include_bytes!("../../weights/svnr-mosaic.safetensors");

/// The weight file for images of this kind that comes with the crate.
pub fn released(kind: ImageKind) -> &'static [u8] {
    match kind {
        ImageKind::Rgb => RELEASED,
        ImageKind::Mosaic => RELEASED_MOSAIC,
    }
}

/// The metadata key of the description, which is JSON.
const DESCRIPTION: &str = "svnr";

/// What a weight file says about its network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// The network's shape.
    #[serde(flatten)]
    pub network: UnetConfig,
    /// The schedule that the network was trained for; a file without one means the default.
    #[serde(default)]
    pub schedule: ScheduleConfig,
    /// The variant of the method that the network was trained for; a file without one means SVNR.
    #[serde(default)]
    pub formulation: Formulation,
}

impl From<UnetConfig> for Description {
    /// A network of this shape, all else at its default.
    fn from(network: UnetConfig) -> Self {
        Self { network, schedule: ScheduleConfig::default(), formulation: Formulation::default() }
    }
}

/// The description with the file's checksum.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    #[serde(flatten)]
    description: Description,
    /// The checksum of all weights; files from elsewhere may lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crc32: Option<u32>,
}

/// The CRC-32 of the tensors' bytes, in the order of their names.
fn checksum<'a>(tensors: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> u32 {
    let sorted: BTreeMap<&str, &[u8]> = tensors.into_iter().collect();
    let mut hasher = crc32fast::Hasher::new();
    sorted.values().for_each(|bytes| hasher.update(bytes));
    hasher.finalize()
}

/// Writes a network as the bytes of a safetensors file, weights in f16.
///
/// # Errors
/// [`Error::BadWeights`] when the file cannot be put together.
pub fn to_bytes(network: &Unet, description: &Description) -> Result<Vec<u8>, Error> {
    let mut collected = Collector::default();
    network.visit(&mut collected);
    let views = collected
        .tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F16, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(|e| Error::BadWeights(e.to_string()))?;
    let crc32 = Some(checksum(collected.tensors.iter().map(|(name, _, bytes)| (name.as_str(), bytes.as_slice()))));
    let header = Header { description: description.clone(), crc32 };
    let header = serde_json::to_string(&header).map_err(|e| Error::BadWeights(e.to_string()))?;
    let metadata = HashMap::from([(DESCRIPTION.to_string(), header)]);
    safetensors::serialize(views, Some(metadata)).map_err(|e| Error::BadWeights(e.to_string()))
}

/// The network in a safetensors file (weights in f16 or f32), on a device, and its description.
///
/// # Errors
/// [`Error::BadWeights`] when the bytes are no such file, it holds another network's weights, or they have changed on
/// the way.
pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<(Unet, Description), Error> {
    let bad = |what: String| Error::BadWeights(what);
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| bad(format!("not a safetensors file ({e})")))?;
    let header = header
        .metadata()
        .as_ref()
        .and_then(|m| m.get(DESCRIPTION))
        .ok_or_else(|| bad("the file does not say which SVNR network it is for".into()))?;
    let Header { description, crc32 } =
        serde_json::from_str(header).map_err(|e| bad(format!("unreadable network shape ({e})")))?;
    description.schedule.check().and_then(|()| description.formulation.check()).map_err(|e| bad(e.to_string()))?;
    let network = Unet::new(&description.network, device).map_err(|e| bad(e.to_string()))?;
    let tensors = SafeTensors::deserialize(bytes).map_err(|e| bad(e.to_string()))?;
    let views = tensors.tensors();
    let found = checksum(views.iter().map(|(name, view)| (name.as_str(), view.data())));
    if crc32.is_some_and(|expected| expected != found) {
        return Err(bad("the file's checksum is not that of its contents; get it again".into()));
    }
    let mut loader = Loader { tensors: &tensors, path: Vec::new(), loaded: 0, error: None };
    let network = network.map(&mut loader);
    if let Some(error) = loader.error {
        return Err(bad(error));
    }
    if loader.loaded != tensors.len() {
        return Err(bad(format!("the file has {} tensors, the network {}", tensors.len(), loader.loaded)));
    }
    Ok((network, description))
}

/// Names, shapes and f16 bytes of all parameters.
#[derive(Default)]
struct Collector {
    path: Vec<String>,
    tensors: Vec<(String, Vec<usize>, Vec<u8>)>,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        let shape = tensor.dims().to_vec();
        let bytes = tensor.into_data().iter::<f32>().flat_map(|v| f16::from_f32(v).to_le_bytes()).collect();
        self.tensors.push((self.path.join("."), shape, bytes));
    }
}

/// Puts a file's tensors into a network of the same shape, and keeps the first mismatch as the error.
struct Loader<'a> {
    tensors: &'a SafeTensors<'a>,
    path: Vec<String>,
    loaded: usize,
    error: Option<String>,
}

impl Loader<'_> {
    fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        let view = self.tensors.tensor(name).map_err(|_| format!("{name} is missing"))?;
        if view.shape() != shape {
            return Err(format!("{name} has shape {:?}, the network needs {shape:?}", view.shape()));
        }
        let values: Vec<f32> = match view.dtype() {
            Dtype::F16 => view.data().as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
            Dtype::F32 => view.data().as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            other => return Err(format!("{name} is {other:?}; f16 and f32 can be read")),
        };
        if values.iter().all(|v| v.is_finite()) {
            Ok(values)
        } else {
            Err(format!("{name} holds values that are not finite"))
        }
    }
}

impl ModuleMapper for Loader<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.join(".");
        // Without the values that a fresh network would start with: they would be drawn in vain.
        let shape = param.lazy_shape().dims::<D>();
        match self.values(&name, &shape) {
            Ok(values) => {
                self.loaded += 1;
                let tensor = Tensor::from_data(TensorData::new(values, shape), &param.lazy_device());
                let id = param.id;
                param.transform_for_load(tensor, id)
            }
            Err(error) => {
                self.error.get_or_insert(error);
                param
            }
        }
    }
}

/// The network with all parameters random, biases and silent branches too, for tests that need every path to act. They
/// are the same ones every time.
#[cfg(test)]
pub(crate) fn randomised(network: Unet, device: &Device) -> Unet {
    struct Randomiser<'a>(&'a Device);
    impl ModuleMapper for Randomiser<'_> {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|t| {
                let fan_in: usize = t.dims().iter().skip(1).product();
                let std = (1.5 / fan_in as f64).sqrt().min(0.3);
                Tensor::random(t.dims(), burn::tensor::Distribution::Normal(0.0, std), self.0)
                    .set_require_grad(t.is_require_grad())
            })
        }
    }
    device.seed(1);
    network.map(&mut Randomiser(device))
}

/// The network on a device that computes nonsense: all of its parameters are infinite.
#[cfg(test)]
pub(crate) fn infinite(network: Unet) -> Unet {
    struct Infinite;
    impl ModuleMapper for Infinite {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|t| t.full_like(f32::INFINITY).set_require_grad(t.is_require_grad()))
        }
    }
    network.map(&mut Infinite)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::formulation::{Start, Time};

    fn small() -> UnetConfig {
        UnetConfig { widths: vec![4, 6], blocks: vec![1, 1], embedding: 3, ..UnetConfig::default() }
    }

    fn parameters(network: &Unet) -> Vec<(String, Vec<usize>, Vec<u8>)> {
        let mut collector = Collector::default();
        network.visit(&mut collector);
        collector.tensors
    }

    #[test]
    fn a_network_survives_the_round_trip() {
        let device = Device::flex();
        let network = randomised(Unet::new(&small(), &device).unwrap(), &device);
        let schedule = ScheduleConfig { lambda: 10.0, ..ScheduleConfig::default() };
        let formulation = Formulation { time: Time::Scalar, ..Formulation::default() };
        let written = Description { network: small(), schedule, formulation };
        let bytes = to_bytes(&network, &written).unwrap();
        let (again, read) = from_bytes(&bytes, &device).unwrap();
        assert_eq!(read, written);
        assert_eq!(parameters(&again), parameters(&network));
        assert_eq!(to_bytes(&again, &read).unwrap(), bytes);
    }

    #[test]
    fn two_bytes_a_parameter() {
        let network = Unet::new(&small(), &Device::flex()).unwrap();
        let bytes = to_bytes(&network, &small().into()).unwrap();
        assert!(bytes.len() >= 2 * small().parameters());
        assert!(bytes.len() < 2 * small().parameters() + 8192);
    }

    #[test]
    fn files_that_do_not_fit_say_why() {
        let device = Device::flex();
        let message = |bytes: &[u8]| from_bytes(bytes, &device).unwrap_err().to_string();
        assert!(message(b"not weights").contains("not a safetensors file"));
        let network = Unet::new(&small(), &device).unwrap();
        let bytes = to_bytes(&network, &small().into()).unwrap();
        assert!(message(&bytes[..bytes.len() - 1]).contains("cannot be used"));
        let mut changed = bytes.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(message(&changed).contains("checksum"));
        let wider = UnetConfig { widths: vec![4, 8], ..small() };
        assert!(message(&to_bytes(&network, &wider.into()).unwrap()).contains("shape"));
        let deeper = UnetConfig { blocks: vec![1, 2], ..small() };
        assert!(message(&to_bytes(&network, &deeper.into()).unwrap()).contains("missing"));
        let shallower = UnetConfig { blocks: vec![1, 0], ..small() };
        assert!(message(&to_bytes(&network, &shallower.into()).unwrap()).contains("tensors"));
        let schedule = ScheduleConfig { steps: 0, ..ScheduleConfig::default() };
        let endless = Description { schedule, ..small().into() };
        assert!(message(&to_bytes(&network, &endless).unwrap()).contains("schedule.steps"));
        let formulation = Formulation { start: Start::Noise, ..Formulation::default() };
        let meaningless = Description { formulation, ..small().into() };
        assert!(message(&to_bytes(&network, &meaningless).unwrap()).contains("correlation"));
    }

    #[test]
    fn a_file_without_schedule_and_formulation_means_the_defaults() {
        let json = r#"{"widths":[4,6],"blocks":[1,1],"embedding":3,"crc32":4000000000}"#;
        let header: Header = serde_json::from_str(json).unwrap();
        assert_eq!((header.description, header.crc32), (small().into(), Some(4_000_000_000)));
    }
}

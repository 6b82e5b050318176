//! Muon (Jordan et al., 2024): momentum whose update is made nearly orthogonal, for the weights of convolutions.
//!
//! A convolution's gradient has a few strong directions and many weak ones. Adam, which treats every weight separately,
//! follows the strong ones; an orthogonal update moves along all of them equally.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::thread;

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::optim::GradientsParams;
use burn::store::{ModuleRecord, RecordError};
use burn::tensor::{FloatDType, Tensor};

use crate::network::Unet;
use crate::training::config::Config;

/// Decay of the momentum per step.
const MOMENTUM: f32 = 0.95;

/// Muon for the convolutions of the trunk, which hold nearly all of the network's weights. Each is treated as a matrix
/// of output channels by inputs. Biases, the first and last layers, steering and depthwise kernels are left to Adam.
pub struct Muon {
    /// The exponentially decayed sum of gradients, in place of every weight.
    momenta: Unet,
}

impl Muon {
    /// An optimizer for a network's weights, with zero momentum.
    pub fn new(network: &Unet) -> Self {
        Self { momenta: network.valid().map(&mut Zeroed) }
    }

    /// Updates the trunk's weights and removes their gradients from `grads`.
    ///
    /// # Panics
    /// If a worker panics.
    pub fn step(&mut self, config: &Config, rate: f64, network: Unet, grads: &mut GradientsParams) -> Unet {
        let mut collected = Directions { path: Vec::new(), grads, of_shape: BTreeMap::new() };
        self.momenta = self.momenta.clone().map(&mut collected);
        // Matrices of one shape are stacked: a GPU would wait for many small products. CPU cores share the stacks.
        let groups: Vec<_> = collected.of_shape.into_values().collect();
        let parts = groups.iter().flat_map(|group| group.chunks(group.len().div_ceil(config.workers)));
        let numbers = config.precision.dtype();
        let updates = if config.workers == 1 {
            parts.flat_map(|part| updates(part, rate, numbers)).collect()
        } else {
            thread::scope(|scope| {
                let threads: Vec<_> = parts.map(|part| scope.spawn(move || updates(part, rate, numbers))).collect();
                threads.into_iter().flat_map(|t| t.join().expect("a worker that panics ends the run")).collect()
            })
        };
        network.map(&mut Moved { updates })
    }

    /// Writes the momenta to a file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, file: &Path) -> Result<(), RecordError> {
        self.momenta.clone().into_record().save(file)
    }

    /// This optimizer with the momenta in a file.
    ///
    /// # Errors
    /// When the file is missing or belongs to another network.
    pub fn load(self, file: &Path) -> Result<Self, RecordError> {
        Ok(Self { momenta: self.momenta.try_load_record(ModuleRecord::load(file)?)? })
    }
}

/// The updates of weights of one shape, from their momenta.
fn updates(directions: &[(ParamId, Tensor<2>)], rate: f64, numbers: FloatDType) -> Vec<(ParamId, Tensor<3>)> {
    let (ids, matrices): (Vec<_>, Vec<_>) = directions.iter().cloned().unzip();
    let matrices = Tensor::stack(matrices, 0);
    let [_, rows, columns] = matrices.dims();
    // As large as a typical update of Adam (Liu et al., 2025), so that one learning rate serves both.
    let scale = rate * 0.2 * (rows.max(columns) as f64).sqrt();
    ids.into_iter().zip((orthogonalised(matrices, numbers) * scale).iter_dim(0)).collect()
}

/// Whether Muon updates the parameter at this path in the network.
fn in_trunk(path: &[String]) -> bool {
    const ELSEWHERE: [&str; 5] = ["input", "output", "embeddings", "steer", "depthwise"];
    path.last().is_some_and(|name| name == "weight") && !path.iter().any(|name| ELSEWHERE.contains(&name.as_str()))
}

struct Zeroed;

impl ModuleMapper for Zeroed {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|weights| weights.zeros_like())
    }
}

/// Adds the gradients to the momenta and collects the update directions by matrix shape.
struct Directions<'a> {
    path: Vec<String>,
    grads: &'a mut GradientsParams,
    of_shape: BTreeMap<[usize; 2], Vec<(ParamId, Tensor<2>)>>,
}

impl ModuleMapper for Directions<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !in_trunk(&self.path) {
            return param;
        }
        let Some(grad) = self.grads.remove::<D>(param.id) else { return param };
        let id = param.id;
        param.map(|momentum| {
            let momentum = momentum * MOMENTUM + grad.clone();
            // Nesterov momentum.
            let direction = grad + momentum.clone() * MOMENTUM;
            let rows = direction.dims()[0];
            let matrix: Tensor<2> = direction.reshape([rows as i32, -1]);
            self.of_shape.entry(matrix.dims()).or_default().push((id, matrix));
            momentum
        })
    }
}

struct Moved {
    updates: HashMap<ParamId, Tensor<3>>,
}

impl ModuleMapper for Moved {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(update) = self.updates.remove(&param.id) else { return param };
        param.map(|weights| {
            let weights = weights.inner();
            let shape = weights.dims();
            Tensor::from_inner(weights - update.reshape(shape)).require_grad()
        })
    }
}

/// Brings the singular values of every matrix in `[n, rows, columns]` near 1 (0.7 to 1.2; less where they are below a
/// thousandth of the norm) by five Newton-Schulz iterations `X <- (a + b X X^T + c (X X^T)^2) X` in the given
/// precision.
fn orthogonalised(matrices: Tensor<3>, numbers: FloatDType) -> Tensor<3> {
    const ITERATIONS: usize = 5;
    const A: f32 = 3.4445;
    const B: f32 = -4.775;
    const C: f32 = 2.0315;

    let [_, rows, columns] = matrices.dims();
    if rows > columns {
        return orthogonalised(matrices.swap_dims(1, 2), numbers).swap_dims(1, 2);
    }
    let norm = matrices.clone().square().sum_dim(2).sum_dim(1).sqrt().clamp_min(1e-12);
    let outside = FloatDType::from(matrices.dtype());
    let mut x = (matrices / norm).cast(numbers);
    for _ in 0..ITERATIONS {
        let gram = x.clone().matmul(x.clone().swap_dims(1, 2));
        let factor = gram.clone() * B + gram.clone().matmul(gram) * C;
        x = factor.matmul(x.clone()) + x * A;
    }
    x.cast(outside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, Distribution};

    #[test]
    fn singular_values_come_near_one() {
        let device = Device::flex();
        device.seed(1);
        for shape in [[6usize, 40], [40, 6], [8, 8]] {
            // Scaled columns give singular values that differ tenfold.
            let scales = Tensor::<1>::from_floats([1.0, 0.3, 0.1, 1.0], &device).repeat(&[shape[1].div_ceil(4)]);
            let matrix = Tensor::<2>::random(shape, Distribution::Normal(0.0, 3.0), &device)
                * scales.narrow(0, 0, shape[1]).unsqueeze();
            for numbers in [FloatDType::F32, FloatDType::BF16] {
                are_near_one(&matrix, numbers);
            }
        }
    }

    fn are_near_one(matrix: &Tensor<2>, numbers: FloatDType) {
        let shape = matrix.dims();
        let [o, again] = orthogonalised(Tensor::stack(vec![matrix.clone(), matrix.clone() * 8.0], 0), numbers)
            .iter_dim(0)
            .map(|o| o.reshape(shape))
            .collect::<Vec<Tensor<2>>>()
            .try_into()
            .unwrap();
        assert!((again - o.clone()).abs().max().into_scalar::<f32>() < 1e-4, "the gradient's size does not matter");
        let small = if shape[0] <= shape[1] {
            o.clone().matmul(o.clone().transpose())
        } else {
            o.clone().transpose().matmul(o.clone())
        };
        let side = small.dims()[0];
        // The eigenvalues of `o o^T` are within 0.6 of 1 if its distance to the identity has at most that norm.
        let distance = small - Tensor::eye(side, &matrix.device());
        let mut v = Tensor::<2>::random([side, 1], Distribution::Normal(0.0, 1.0), &matrix.device());
        for _ in 0..50 {
            let next = distance.clone().matmul(v);
            v = next.clone() / next.square().sum().sqrt().unsqueeze();
        }
        let norm = distance.matmul(v).square().sum().sqrt().into_scalar::<f32>();
        assert!(norm < 0.6, "{shape:?} in {numbers:?}: {norm}");
        // It still points along the gradient.
        assert!((o * matrix.clone()).sum().into_scalar::<f32>() > 0.0);
    }
}

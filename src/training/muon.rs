//! Muon (Jordan et al., 2024): momentum whose update is brought close to an orthogonal matrix, for the weights of convolutions.
//!
//! A convolution's gradient has a few strong directions and many weak ones. Adam, which looks at every weight alone, follows
//! the strong ones; an orthogonal update moves along all of them alike.

use burn::optim::momentum::{Momentum, MomentumConfig, MomentumState};
use burn::optim::{LearningRate, Optimizer};
use burn::tensor::{Device, Tensor};

/// Muon on a convolution's weights, taken as the matrix of its output channels by all that one of them sees.
#[derive(Clone)]
pub struct Muon {
    momentum: Momentum,
}

impl Default for Muon {
    fn default() -> Self {
        let config = MomentumConfig::new().with_momentum(0.95).with_dampening(0.0).with_nesterov(true);
        Self { momentum: Momentum::new(&config) }
    }
}

impl Optimizer for Muon {
    type State<const D: usize> = MomentumState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        weights: Tensor<D>,
        grad: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        let (direction, state) = self.momentum.transform(grad, state);
        let shape = weights.dims();
        let matrix = direction.reshape([shape[0] as i32, -1]);
        let [rows, columns] = matrix.dims();
        // An update as large as Adam's usual one (Liu et al., 2025), so that one learning rate serves both.
        let scale = 0.2 * (rows.max(columns) as f64).sqrt();
        let update = orthogonalised(matrix).reshape(shape);
        (weights - update * (rate * scale), Some(state))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device) -> Self::State<D> {
        state.to_device(device)
    }
}

/// The matrix with all singular values brought near 1 (0.7 to 1.2; those below a thousandth of the norm less), by five
/// Newton-Schulz iterations `X <- (a + b X X^T + c (X X^T)^2) X`.
///
/// Every iterate is a polynomial of `X X^T` times the first, so the iteration runs on that small square matrix, and the
/// long one is multiplied once.
fn orthogonalised(matrix: Tensor<2>) -> Tensor<2> {
    const ITERATIONS: usize = 5;
    const A: f32 = 3.4445;
    const B: f32 = -4.775;
    const C: f32 = 2.0315;

    let [rows, columns] = matrix.dims();
    if rows > columns {
        return orthogonalised(matrix.transpose()).transpose();
    }
    let norm = matrix.clone().square().sum().sqrt().clamp_min(1e-12);
    let matrix = matrix / norm.unsqueeze();
    let identity = Tensor::<2>::eye(rows, &matrix.device());
    let mut gram = matrix.clone().matmul(matrix.clone().transpose());
    let mut product = identity.clone();
    for iteration in 0..ITERATIONS {
        let polynomial = identity.clone() * A + gram.clone() * B + gram.clone().matmul(gram.clone()) * C;
        if iteration + 1 < ITERATIONS {
            gram = polynomial.clone().matmul(gram).matmul(polynomial.clone());
        }
        product = polynomial.matmul(product);
    }
    product.matmul(matrix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Distribution;

    #[test]
    fn singular_values_come_near_one() {
        let device = Device::flex();
        device.seed(1);
        for shape in [[6usize, 40], [40, 6], [8, 8]] {
            // Scaled columns: singular values that differ tenfold.
            let scales = Tensor::<1>::from_floats([1.0, 0.3, 0.1, 1.0], &device).repeat(&[shape[1].div_ceil(4)]);
            let matrix = Tensor::<2>::random(shape, Distribution::Normal(0.0, 3.0), &device)
                * scales.narrow(0, 0, shape[1]).unsqueeze();
            let o = orthogonalised(matrix.clone());
            let small = if shape[0] <= shape[1] {
                o.clone().matmul(o.clone().transpose())
            } else {
                o.clone().transpose().matmul(o.clone())
            };
            let side = small.dims()[0];
            // All eigenvalues of `o o^T` are within 0.6 of 1 where its distance to the identity has that norm at most.
            let distance = small - Tensor::eye(side, &device);
            let mut v = Tensor::<2>::random([side, 1], Distribution::Normal(0.0, 1.0), &device);
            for _ in 0..50 {
                let next = distance.clone().matmul(v);
                v = next.clone() / next.square().sum().sqrt().unsqueeze();
            }
            let norm = distance.matmul(v).square().sum().sqrt().into_scalar::<f32>();
            assert!(norm < 0.6, "{shape:?}: {norm}");
            // It still points the way of the gradient.
            assert!((o * matrix).sum().into_scalar::<f32>() > 0.0);
        }
    }
}

//! The gradients of a step, computed on several threads.

use std::thread;

use burn::module::Module;
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::Device;

use crate::network::Unet;
use crate::training::batch::Batch;
use crate::training::config::Config;
use crate::training::loss::{Loss, loss};

/// The gradients of a step's loss, and the loss itself.
///
/// Every worker's share gets its own thread: on a CPU, most operations on a batch are too small to occupy several
/// cores.
///
/// # Panics
/// If a worker panics.
pub fn gradients(network: &Unet, shares: &[Batch], config: &Config, device: &Device) -> (GradientsParams, Loss) {
    let network = &network.clone().computing_in(config.precision.dtype());
    let patches: usize = shares.iter().map(Batch::patches).sum();
    let part = |network: &Unet, share: &Batch| {
        let loss = loss(network, share, config) * (share.patches() as f32 / patches as f32);
        (GradientsParams::from_grads(loss.total.backward(), network), loss)
    };
    if let [all] = shares {
        return part(network, all);
    }
    thread::scope(|scope| {
        let workers: Vec<_> = shares
            .iter()
            .map(|share| {
                // A forked network starts its own graph: threads that share one can deadlock.
                let network = network.clone().fork(device);
                scope.spawn(move || part(&network, share))
            })
            .collect();
        let mut sum = GradientsAccumulator::new();
        let mut losses = Vec::with_capacity(workers.len());
        // In order, so that a run is reproducible to the bit.
        for worker in workers {
            let (grads, loss) = worker.join().expect("a worker that panics ends the run");
            sum.accumulate(network, grads);
            losses.push(loss);
        }
        let loss = losses.into_iter().reduce(|a, b| a + b).expect("a batch has patches");
        (sum.grads(), loss)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::schedule::Schedule;
    use crate::network::UnetConfig;
    use crate::network::weights::randomised;
    use crate::training::config::Precision;
    use crate::training::example::Example;
    use crate::training::scenes::{Generated, Scenes};
    use burn::module::{ModuleVisitor, Param};
    use burn::tensor::Tensor;

    /// All gradients in one vector.
    struct Flat<'a>(&'a GradientsParams, Vec<f32>);

    impl ModuleVisitor for Flat<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(grad) = self.0.get::<D>(param.id) {
                self.1.extend(grad.into_data().iter::<f32>());
            }
        }
    }

    /// Gradients and loss for six patches of generated scenes.
    fn of_six(network: &Unet, workers: usize, precision: Precision, device: &Device) -> (Vec<f32>, f32) {
        let scenes = Scenes { generated: Generated::new(4, 1), ..Scenes::default() };
        // With tau = 0 everywhere and nothing painted out, all patches have the same number of noisy pixels.
        let config = Config { share_at_photo: 1.0, share_painted: 0.0, workers, precision, ..Config::default() };
        let examples: Vec<_> = (0..6).map(|i| Example::new(&scenes, &config, &Schedule::default(), 0, i)).collect();
        let (grads, loss) = gradients(network, &Batch::shares(&examples, workers, device), &config, device);
        let mut flat = Flat(&grads, Vec::new());
        network.visit(&mut flat);
        (flat.1, loss.total.into_scalar())
    }

    fn small_network(device: &Device) -> Unet {
        let shape = UnetConfig { widths: vec![8, 8], blocks: vec![1, 1], embedding: 4, ..UnetConfig::default() };
        randomised(Unet::new(&shape, device).unwrap(), device)
    }

    #[test]
    fn shares_add_up_to_the_whole() {
        let device = Device::flex().autodiff();
        let network = small_network(&device);
        let all = |workers| of_six(&network, workers, Precision::F32, &device);
        let (one, loss_of_one) = all(1);
        assert!(one.iter().any(|g| *g != 0.0));
        for workers in [2, 4] {
            let (several, loss) = all(workers);
            assert!((loss / loss_of_one - 1.0).abs() < 1e-5, "{workers}: {loss} {loss_of_one}");
            let largest = one.iter().fold(0.0f32, |m, g| m.max(g.abs()));
            assert!(one.iter().zip(&several).all(|(a, b)| (a - b).abs() < 1e-4 * largest), "{workers}");
        }
        assert_eq!(all(2), all(2));
    }

    #[test]
    fn bfloat16_gives_nearly_the_same_gradients() {
        let device = Device::flex().autodiff();
        let network = small_network(&device);
        let [(exact, loss), (rounded, loss_rounded)] =
            [Precision::F32, Precision::Bf16].map(|precision| of_six(&network, 2, precision, &device));
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
        let cosine = dot(&exact, &rounded) / (dot(&exact, &exact) * dot(&rounded, &rounded)).sqrt();
        assert!(cosine > 0.999, "{cosine}");
        assert!((loss_rounded / loss - 1.0).abs() < 0.01, "{loss} {loss_rounded}");
        assert_ne!(exact, rounded, "nothing was computed in bfloat16");
    }
}

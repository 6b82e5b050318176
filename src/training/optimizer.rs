//! One optimizer step: learning rate, clipping, Adam or Muon, and the moving average of the weights.

use std::collections::HashMap;
use std::path::Path;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::store::RecordError;
use burn::tensor::Tensor;

use crate::network::Unet;
use crate::training::config::{Config, Optimizer};
use crate::training::muon::Muon;

/// Turns gradients into steps: Muon, if it is chosen, for the trunk's weights, and Adam for the rest.
pub struct Stepper {
    adam: ModuleOptimizer,
    muon: Option<Muon>,
}

impl Stepper {
    /// An optimizer with fresh state.
    pub fn new(config: &Config, network: &Unet) -> Self {
        let muon = (config.optimizer == Optimizer::Muon).then(|| Muon::new(network));
        Self { adam: AdamConfig::new().init(), muon }
    }

    /// The network after one step.
    pub fn step(&mut self, config: &Config, rate: f64, network: Unet, mut grads: GradientsParams) -> Unet {
        let network = match &mut self.muon {
            Some(muon) => muon.step(config, rate, network, &mut grads),
            None => network,
        };
        self.adam.step(rate, network, grads)
    }

    /// Writes the optimizer's state into a folder.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), RecordError> {
        self.adam.save(folder.join(ADAM))?;
        self.muon.as_ref().map_or(Ok(()), |muon| muon.save(&folder.join(MUON)))
    }

    /// This optimizer with the state in a folder.
    ///
    /// # Errors
    /// When it is missing or belongs to another network.
    pub fn load(self, folder: &Path) -> Result<Self, RecordError> {
        let adam = self.adam.load(folder.join(ADAM))?;
        let muon = self.muon.map(|muon| muon.load(&folder.join(MUON))).transpose()?;
        Ok(Self { adam, muon })
    }
}

const ADAM: &str = "adam.bpk";
const MUON: &str = "muon.bpk";

/// The learning rate of a step: a linear rise, a plateau, then half a cosine down to 0.
pub fn learning_rate(config: &Config, step: usize) -> f64 {
    let warm_up = config.warm_up_of_run();
    if step < warm_up {
        return config.learning_rate * (step + 1) as f64 / warm_up as f64;
    }
    let cool_down = ((config.steps as f64 * config.cool_down).min((config.steps - warm_up) as f64)).max(1.0);
    let done = 1.0 - (config.steps as f64 - step as f64) / cool_down;
    config.learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * done.clamp(0.0, 1.0)).cos())
}

/// Scales all gradients by one factor so that their joint norm is at most `limit`.
pub fn clip(grads: &mut GradientsParams, network: &Unet, limit: f32) {
    let mut flat = Flat { grads, parts: Vec::new() };
    network.visit(&mut flat);
    if flat.parts.is_empty() {
        return;
    }
    let norm = Tensor::cat(flat.parts, 0).square().sum().sqrt();
    let factor = (norm + 1e-12).recip().mul_scalar(limit).clamp_max(1.0);
    network.visit(&mut Scale { grads, factor });
}

/// All gradients, flattened.
struct Flat<'a> {
    grads: &'a GradientsParams,
    parts: Vec<Tensor<1>>,
}

impl ModuleVisitor for Flat<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.parts.extend(self.grads.get::<D>(param.id).map(|grad| grad.reshape([-1])));
    }
}

struct Scale<'a> {
    grads: &'a mut GradientsParams,
    factor: Tensor<1>,
}

impl ModuleVisitor for Scale<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(grad) = self.grads.remove::<D>(param.id) {
            self.grads.register(param.id, grad * self.factor.clone().unsqueeze());
        }
    }
}

/// Moves the average towards the network: `average = decay * average + (1 - decay) * network`. The decay is smaller at
/// first, so that the initial weights are soon forgotten.
pub fn follow(average: Unet, network: &Unet, decay: f32, step: usize) -> Unet {
    let decay = decay.min((1 + step) as f32 / (10 + step) as f32);
    let mut collected = Collect(HashMap::new());
    network.visit(&mut collected);
    average.map(&mut Follow { towards: collected.0, decay })
}

struct Collect(HashMap<ParamId, Tensor<1>>);

impl ModuleVisitor for Collect {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.insert(param.id, param.val().reshape([-1]));
    }
}

struct Follow {
    towards: HashMap<ParamId, Tensor<1>>,
    decay: f32,
}

impl ModuleMapper for Follow {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let towards = self.towards.remove(&param.id).expect("the average has the network's parameters");
        param.map(|average| {
            let shape = average.dims();
            average * self.decay + towards.reshape(shape) * (1.0 - self.decay)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::UnetConfig;
    use burn::tensor::Device;

    /// Gradients with a single 1 in every parameter.
    struct Unit<'a>(&'a mut GradientsParams);

    impl ModuleVisitor for Unit<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let shape = param.val().dims();
            let one = Tensor::<1>::zeros([shape.iter().product::<usize>()], &param.val().device().inner());
            let one = one.slice_fill(0..1, 1.0).reshape(shape);
            self.0.register(param.id, one);
        }
    }

    /// Counts the weights in parameters that a first step moves by something other than the learning rate.
    #[derive(Default)]
    struct Moved {
        before: HashMap<ParamId, Tensor<1>>,
        far: usize,
        all: usize,
    }

    impl ModuleVisitor for Moved {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let moved = param.val().reshape([-1]) - self.before[&param.id].clone();
            let most = moved.abs().max().into_scalar::<f32>();
            assert!(most > 0.0, "every parameter moves");
            let size = param.val().shape().num_elements();
            self.all += size;
            self.far += if (most / 1e-3 - 1.0).abs() > 0.02 { size } else { 0 };
        }
    }

    /// The parameters themselves as gradients, so that no two are alike.
    struct Own<'a>(&'a mut GradientsParams);

    impl ModuleVisitor for Own<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.register(param.id, param.val().inner());
        }
    }

    #[test]
    fn workers_take_the_same_step_together_as_one_alone() {
        let device = Device::flex().autodiff();
        let config = UnetConfig { widths: vec![8, 12], blocks: vec![2, 3], embedding: 4, ..UnetConfig::default() };
        let network = Unet::new(&config, &device).unwrap();
        let [alone, together] = [1, 3].map(|workers| {
            let mut grads = GradientsParams::new();
            network.visit(&mut Own(&mut grads));
            let config = Config { optimizer: Optimizer::Muon, workers, ..Config::default() };
            let mut after = Collect(HashMap::new());
            Stepper::new(&config, &network).step(&config, 1e-3, network.clone(), grads).visit(&mut after);
            after.0
        });
        for (id, weights) in alone {
            let apart = (weights - together[&id].clone()).abs().max().into_scalar::<f32>();
            assert!(apart < 1e-6, "{apart}");
        }
    }

    #[test]
    fn muon_takes_the_trunk_and_adam_the_rest() {
        let device = Device::flex().autodiff();
        let config =
            UnetConfig { widths: vec![10, 14, 16], blocks: vec![2, 1, 2], embedding: 5, ..UnetConfig::default() };
        let network = Unet::new(&config, &device).unwrap();
        let (c, k) = (&config.widths, &config.blocks);
        // The 1 x 1 convolutions of every block (except the steering one) on the way down and up, and those between
        // scales.
        let blocks = |scale: usize| k[scale] * 6 * c[scale] * c[scale];
        let between = |scale: usize| 2 * 4 * c[scale] * c[scale + 1];
        let trunk = 2 * blocks(0) + 2 * blocks(1) + blocks(2) + between(0) + between(1);
        for (which, expected) in [(Optimizer::Adam, 0), (Optimizer::Muon, trunk)] {
            let mut before = Collect(HashMap::new());
            network.visit(&mut before);
            let mut grads = GradientsParams::new();
            network.visit(&mut Unit(&mut grads));
            // If a single weight has a gradient, Adam moves it by the rate, and Muon by the rate times 0.14 times the
            // root of the matrix's longer side, which is never near 51 here.
            let config = Config { optimizer: which, ..Config::default() };
            let stepped = Stepper::new(&config, &network).step(&config, 1e-3, network.clone(), grads);
            let mut moved = Moved { before: before.0, ..Moved::default() };
            stepped.visit(&mut moved);
            assert_eq!(moved.far, expected, "{which:?}");
            assert_eq!(moved.all, network.num_params());
        }
    }

    #[test]
    fn the_rate_rises_and_falls() {
        let config = Config { steps: 1000, warm_up: 100, learning_rate: 1e-3, ..Config::default() };
        assert!((learning_rate(&config, 0) - 1e-5).abs() < 1e-12);
        assert!((learning_rate(&config, 100) - 1e-3).abs() < 1e-12);
        assert!((learning_rate(&config, 550) - 5e-4).abs() < 1e-12);
        assert!(learning_rate(&config, 999) < 1e-8);
        assert!(learning_rate(&config, 5000) < 1e-12);
        let late = Config { cool_down: 0.2, ..config };
        assert!((learning_rate(&late, 100) - 1e-3).abs() < 1e-12);
        assert!((learning_rate(&late, 800) - 1e-3).abs() < 1e-12);
        assert!((learning_rate(&late, 900) - 5e-4).abs() < 1e-12);
        assert!(learning_rate(&late, 999) < 1e-7);
    }
}

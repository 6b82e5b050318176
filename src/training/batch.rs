//! Examples as tensors, prepared ahead of the step that needs them.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use crate::method::schedule::Schedule;
use crate::training::config::Config;
use crate::training::example::Example;
use crate::training::scenes::Scenes;

/// Number of steps whose examples are prepared at the same time.
const AHEAD: usize = 4;

/// One worker's share of a step's examples; each tensor is `[batch, channels, patch, patch]`.
#[derive(Debug, Clone)]
pub struct Batch {
    /// See [`Example::x0`].
    pub x0: Tensor<4>,
    /// See [`Example::y`].
    pub y: Tensor<4>,
    /// See [`Example::x_t`].
    pub x_t: Tensor<4>,
    /// See [`Example::sigma_t`].
    pub sigma_t: Tensor<4>,
    /// See [`Example::sigma_star`].
    pub sigma_star: Tensor<4>,
    /// See [`Example::eps`].
    pub eps: Tensor<4>,
    /// See [`Example::balance`]; `[batch, channels, 1, 1]`.
    pub balance: Tensor<4>,
}

impl Batch {
    /// Copies square patches to tensors on a device.
    pub fn new(examples: &[Example], device: &Device) -> Self {
        let channels = examples[0].channels;
        let side = (examples[0].x0.len() / channels).isqrt();
        let tensor = |plane: fn(&Example) -> &[f32]| {
            let values = examples.iter().map(plane).collect::<Vec<_>>().concat();
            Tensor::from_data(TensorData::new(values, [examples.len(), channels, side, side]), device)
        };
        let balance: Vec<f32> = examples.iter().flat_map(|e| &e.balance[..channels]).copied().collect();
        Self {
            x0: tensor(|e| &e.x0),
            y: tensor(|e| &e.y),
            x_t: tensor(|e| &e.x_t),
            sigma_t: tensor(|e| &e.sigma_t),
            sigma_star: tensor(|e| &e.sigma_star),
            eps: tensor(|e| &e.eps),
            balance: Tensor::from_data(TensorData::new(balance, [examples.len(), channels, 1, 1]), device),
        }
    }

    /// Splits a step's examples among the workers.
    pub fn shares(examples: &[Example], workers: usize, device: &Device) -> Vec<Self> {
        examples.chunks(examples.len().div_ceil(workers)).map(|share| Self::new(share, device)).collect()
    }

    /// Number of examples.
    pub fn patches(&self) -> usize {
        self.x0.dims()[0]
    }
}

/// Prepares the examples of every step from `first` on, in order, split into the workers' shares.
///
/// Threads of the scope compute the examples and copy them to the device ahead of time. They end after the last step,
/// or when the receiver is dropped.
pub fn batches_ahead<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    scenes: &'env Scenes,
    config: &'env Config,
    schedule: &'env Schedule,
    device: &'env Device,
    first: usize,
) -> Receiver<Vec<Batch>> {
    // Several steps at a time: some examples take ten times as long as others, and no core should wait for the slowest.
    let makers: Vec<Receiver<Vec<Example>>> = (first..first + AHEAD)
        .map(|first| {
            let (made, receiver) = sync_channel(1);
            scope.spawn(move || {
                for step in (first..config.steps).step_by(AHEAD) {
                    let examples = (0..config.stage(step).batch)
                        .into_par_iter()
                        .map(|index| Example::new(scenes, config, schedule, step, index))
                        .collect();
                    if made.send(examples).is_err() {
                        return;
                    }
                }
            });
            receiver
        })
        .collect();
    let (taken, receiver) = sync_channel(1);
    scope.spawn(move || {
        for step in first..config.steps {
            let Ok(examples) = makers[(step - first) % AHEAD].recv() else { return };
            if taken.send(Batch::shares(&examples, config.workers, device)).is_err() {
                return;
            }
        }
    });
    receiver
}

//! Examples as tensors, made ahead of the step that needs them.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use crate::image::CHANNELS;
use crate::method::schedule::Schedule;
use crate::training::config::Config;
use crate::training::pictures::Pictures;
use crate::training::sample::Sample;

/// For how many steps examples are made at a time.
const AHEAD: usize = 4;

/// The examples that one worker takes in a step, each tensor `[batch, 3, patch, patch]`.
#[derive(Debug, Clone)]
pub struct Batch {
    /// See [`Sample::x0`].
    pub x0: Tensor<4>,
    /// See [`Sample::y`].
    pub y: Tensor<4>,
    /// See [`Sample::x_t`].
    pub x_t: Tensor<4>,
    /// See [`Sample::sigma_t`].
    pub sigma_t: Tensor<4>,
    /// See [`Sample::sigma_star`].
    pub sigma_star: Tensor<4>,
    /// See [`Sample::eps`].
    pub eps: Tensor<4>,
}

impl Batch {
    /// Square patches as tensors on a device.
    pub fn new(samples: &[Sample], device: &Device) -> Self {
        let side = (samples[0].x0.len() / CHANNELS).isqrt();
        let tensor = |plane: fn(&Sample) -> &[f32]| {
            let values = samples.iter().map(plane).collect::<Vec<_>>().concat();
            Tensor::from_data(TensorData::new(values, [samples.len(), CHANNELS, side, side]), device)
        };
        Self {
            x0: tensor(|s| &s.x0),
            y: tensor(|s| &s.y),
            x_t: tensor(|s| &s.x_t),
            sigma_t: tensor(|s| &s.sigma_t),
            sigma_star: tensor(|s| &s.sigma_star),
            eps: tensor(|s| &s.eps),
        }
    }

    /// The shares of so many workers.
    pub fn shares(samples: &[Sample], workers: usize, device: &Device) -> Vec<Self> {
        samples.chunks(samples.len().div_ceil(workers)).map(|share| Self::new(share, device)).collect()
    }

    /// How many examples there are.
    pub fn patches(&self) -> usize {
        self.x0.dims()[0]
    }
}

/// Makes the examples of the steps from `first` to the last, in order: the workers' shares of each. Threads of the scope make the
/// examples and take them to the device, ahead of the step that needs them; they end with the steps, or when the receiver
/// is dropped.
pub fn batches_ahead<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    pictures: &'env Pictures,
    config: &'env Config,
    schedule: &'env Schedule,
    device: &'env Device,
    first: usize,
) -> Receiver<Vec<Batch>> {
    // Several steps at a time: some examples take ten times as long as others, and no core should wait for a step's last.
    let makers: Vec<Receiver<Vec<Sample>>> = (first..first + AHEAD)
        .map(|first| {
            let (made, receiver) = sync_channel(1);
            scope.spawn(move || {
                for step in (first..config.steps).step_by(AHEAD) {
                    let samples = (0..config.stage(step).batch)
                        .into_par_iter()
                        .map(|index| Sample::new(pictures, config, schedule, step, index))
                        .collect();
                    if made.send(samples).is_err() {
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
            let Ok(samples) = makers[(step - first) % AHEAD].recv() else { return };
            if taken.send(Batch::shares(&samples, config.workers, device)).is_err() {
                return;
            }
        }
    });
    receiver
}

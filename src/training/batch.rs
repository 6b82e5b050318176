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

/// How many batches are made ahead.
const AHEAD: usize = 3;

/// The examples of one step, each tensor `[batch, 3, patch, patch]`.
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
            let values: Vec<f32> = samples.iter().flat_map(|s| plane(s).iter().copied()).collect();
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
}

/// Makes the examples of the steps from `first` to `last`, in order, on a thread of the scope. The thread ends with the
/// steps, or when the receiver is dropped.
pub fn samples_ahead<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    pictures: &'env Pictures,
    config: &'env Config,
    schedule: &'env Schedule,
    first: usize,
    last: usize,
) -> Receiver<Vec<Sample>> {
    let (sender, receiver) = sync_channel(AHEAD);
    scope.spawn(move || {
        for step in first..last {
            let samples = (0..config.stage(step).batch)
                .into_par_iter()
                .map(|index| Sample::new(pictures, config, schedule, step, index))
                .collect();
            if sender.send(samples).is_err() {
                return;
            }
        }
    });
    receiver
}

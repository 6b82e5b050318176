//! One step of the reverse process, taken tile by tile.

use burn::tensor::{Device, Tensor, TensorData};

use crate::denoiser::draw::Draw;
use crate::denoiser::tiles::Tile;
use crate::error::Error;
use crate::image::{CHANNELS, LinearImage};
use crate::method::formulation::{Condition, Formulation};
use crate::method::reverse::{step_back, x0_hat};
use crate::method::schedule::Schedule;
use crate::method::time_map::{TimeMap, time_after};
use crate::network::Unet;

/// One step of the reverse process: everything about it that its tiles share.
pub struct Step<'a> {
    /// The photo as the network sees it.
    pub y: &'a LinearImage,
    /// `x_t`.
    pub x: &'a LinearImage,
    pub time_map: &'a TimeMap,
    pub schedule: &'a Schedule,
    pub formulation: Formulation,
    /// How far all pixels have gone back at the beginning of the step.
    pub tau: f32,
    /// The same at its end.
    pub tau_next: f32,
    /// The step's number, from 0, which its noise depends on.
    pub number: usize,
    pub draw: Draw,
    /// Row and column of the image in the photo that it was cut out of, which its noise depends on.
    pub origin: [usize; 2],
}

/// What a tile reads for a step, halo included; planes.
pub struct Reading {
    tile: Tile,
    /// The time at which each value started.
    times: Vec<f32>,
    sigma_t: Vec<f32>,
}

impl Step<'_> {
    /// What the tile reads, and the network's prediction for it, which may still be under way on the device.
    pub fn predict(&self, tile: &Tile, network: &Unet, device: &Device) -> (Reading, Tensor<4>) {
        let (width, height) = (self.y.width(), self.y.height());
        let mut times = tile.read(self.time_map.times(), width, height);
        let sigma_star: Vec<f32> = times.iter().map(|&t| self.schedule.sigma(t)).collect();
        times.iter_mut().for_each(|t| *t = self.formulation.first_time(*t, self.schedule));
        let sigma_t: Vec<f32> = times.iter().map(|&t| self.schedule.sigma(time_after(t, self.tau))).collect();
        let x = tile.read(self.x.values(), width, height);
        let (y, sigma_star) = match self.formulation.condition {
            Condition::Photo => (tile.read(self.y.values(), width, height), sigma_star),
            Condition::None => (x.clone(), sigma_t.clone()),
        };
        let view = self.draw.view;
        let size = [tile.read_rows, tile.read_columns];
        let [rows, columns] = view.size(size);
        let tensor = |planes: Vec<f32>| {
            let viewed = TensorData::new(view.shown(planes, size), [1, CHANNELS, rows, columns]);
            Tensor::from_data(viewed, device)
        };
        let eps = network.forward(tensor(x), tensor(y), tensor(sigma_t.clone()), tensor(sigma_star));
        (Reading { tile: *tile, times, sigma_t }, eps)
    }

    /// `x_t'` over the tile, as planes, from the prediction.
    ///
    /// # Errors
    /// [`Error::Device`] if a predicted value is not finite.
    pub fn finish(&self, reading: &Reading, eps: &TensorData) -> Result<Vec<f32>, Error> {
        let Reading { tile, times, sigma_t } = reading;
        let eps = self.draw.view.upright(eps.iter::<f32>().collect(), [tile.read_rows, tile.read_columns]);
        if eps.iter().any(|v| !v.is_finite()) {
            return Err(Error::Device("it returned values that are not finite".into()));
        }
        let (width, height) = (self.y.width(), self.y.height());
        let x = self.x.values();
        let (plane, read_plane, tile_plane) =
            (width * height, tile.read_rows * tile.read_columns, tile.rows * tile.columns);
        let mut next = vec![0.0; CHANNELS * tile_plane];
        let mut to = 0;
        tile.for_each(|row, column, from| {
            let z = self.draw.normals.map_or([0.0; CHANNELS], |normals| {
                normals.at(self.number, self.origin[0] + row, self.origin[1] + column)
            });
            for (channel, z) in z.into_iter().enumerate() {
                let (x, from) = (x[channel * plane + row * width + column], channel * read_plane + from);
                let (sigma, gamma) = (sigma_t[from], sigma_t[from].powi(2));
                let gamma_next = self.schedule.gamma(time_after(times[from], self.tau_next));
                let x0_hat = x0_hat(x, sigma, eps[from]);
                next[channel * tile_plane + to] = step_back(x, x0_hat, gamma, gamma_next, self.draw.eta, z);
            }
            to += 1;
        });
        Ok(next)
    }
}

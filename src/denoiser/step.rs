//! One step of the reverse process, taken tile by tile.

use burn::tensor::{Device, Tensor, TensorData};

use crate::denoiser::draw::Draw;
use crate::denoiser::tiles::Tile;
use crate::error::Error;
use crate::image::{LinearImage, MOST_CHANNELS};
use crate::method::formulation::{Condition, Formulation};
use crate::method::reverse::{step_back, x0_hat};
use crate::method::schedule::Schedule;
use crate::method::time_map::{TimeMap, time_after};
use crate::network::kernels::Kernels;
use crate::network::processor::Processor;
use crate::network::{Unet, UnetConfig, Window};

/// One step of the reverse process: everything about it that its tiles share.
pub struct Step<'a> {
    /// The photo as the network sees it.
    pub y: &'a LinearImage,
    /// `x_t`; `None` where it is the photo, in the first step of a run that starts there.
    pub x: Option<&'a LinearImage>,
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

/// What the network sees of a tile in a step, halo included: planes, in the view of the run's sample. Whoever has the
/// network can make the prediction of it; see [`Denoiser::predict`](super::Denoiser::predict).
#[derive(Debug, Clone, PartialEq)]
pub struct TileInput {
    /// The tile's number in the step, in reading order.
    pub index: usize,
    /// Rows and columns of the planes.
    pub size: [usize; 2],
    /// What the prediction is wanted of: all but the halo.
    pub window: Window,
    /// `x_t`, in linear light.
    pub x: Vec<f32>,
    /// Std of the noise in `x`.
    pub sigma_t: Vec<f32>,
    /// The photo in linear light, `y`, and the std of the noise in it; `None` where they are `x` and `sigma_t`: in the
    /// first step of a run that starts at the photo, and for a network that does not see it.
    pub photo: Option<[Vec<f32>; 2]>,
}

impl TileInput {
    /// The prediction for the window as planes, in the same view, on this processor.
    pub(super) fn predicted_here(&self, processor: &Processor) -> Vec<f32> {
        let [y, sigma_star] = self.photo.as_ref().map_or([&self.x, &self.sigma_t], |photo| photo.each_ref());
        processor.predict(self.size, self.window, [&self.x, &self.sigma_t, y, sigma_star])
    }

    /// The same by burn's tensors, on any device.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub(super) async fn predicted(self, network: &Unet, device: &Device) -> Result<Vec<f32>, Error> {
        let [rows, columns] = self.size;
        let channels = self.x.len() / (rows * columns);
        let tensor = |planes: Vec<f32>| -> Tensor<4> {
            Tensor::from_data(TensorData::new(planes, [1, channels, rows, columns]), device)
        };
        let [x, sigma_t] = [self.x, self.sigma_t].map(tensor);
        let [y, sigma_star] = self.photo.map_or_else(|| [x.clone(), sigma_t.clone()], |photo| photo.map(tensor));
        let eps = self.window.of(network.forward(x, y, sigma_t, sigma_star)).into_data_async().await;
        Ok(eps.map_err(|e| Error::Device(causes(&e.to_string())))?.iter::<f32>().collect())
    }

    /// The same by kernels made for the network.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub(super) async fn predicted_by(self, kernels: &Kernels) -> Result<Vec<f32>, Error> {
        let eps = kernels.predict(self.size, self.window, [self.x, self.sigma_t], self.photo).await;
        eps.map_err(|report| Error::Device(causes(&report)))
    }

    /// Checks that there are as many planes as the network takes, all of one size that it takes, and that the window is
    /// one of them.
    ///
    /// # Errors
    /// [`Error::BadOption`].
    pub(super) fn check(&self, config: &UnetConfig) -> Result<(), Error> {
        let alignment = config.alignment();
        let values = config.image.channels() * self.size[0] * self.size[1];
        let is_whole = self.size.iter().all(|side| *side > 0 && side % alignment == 0);
        let mut planes = [&self.x, &self.sigma_t].into_iter().chain(self.photo.iter().flatten());
        if is_whole
            && planes.all(|planes| planes.len() == values)
            && self.window.fits(self.size, config.image.finest_side())
        {
            return Ok(());
        }
        let value = format!("of {} x {} pixels and {} values", self.size[1], self.size[0], self.x.len());
        Err(Error::BadOption { name: "a tile's input", value, range: "as the run handed it out" })
    }
}

/// A device's report of a failure in one line: its causes, without the backtrace.
pub(super) fn causes(report: &str) -> String {
    let lines = report.lines().map(str::trim).take_while(|line| *line != "Backtrace:");
    let mut causes: Vec<&str> = lines.filter(|line| !line.is_empty() && *line != "Caused by:").collect();
    causes.dedup();
    causes.join(": ")
}

impl Step<'_> {
    /// What the network sees of the tile of this number.
    pub fn input(&self, index: usize, tile: &Tile) -> TileInput {
        let (width, height) = (self.y.width(), self.y.height());
        let times = tile.read(self.time_map.times(), width, height);
        let size = [tile.read_rows, tile.read_columns];
        let view = |planes| self.draw.view.shown(planes, size);
        let first_time = |t| self.formulation.first_time(t, self.schedule);
        // No pixel has moved yet where the state is the photo.
        let sees_photo = self.x.is_some() && self.formulation.condition == Condition::Photo;
        TileInput {
            index,
            size: self.draw.view.size(size),
            window: self.draw.view.window(tile.window(), size),
            x: view(tile.read(self.x.unwrap_or(self.y).values(), width, height)),
            sigma_t: view(self.stds(&times, |t| time_after(first_time(t), self.tau))),
            photo: sees_photo.then(|| [tile.read(self.y.values(), width, height), self.stds(&times, |t| t)].map(view)),
        }
    }

    /// The std of the noise at what `time` makes of each time.
    fn stds(&self, times: &[f32], time: impl Fn(f32) -> f32) -> Vec<f32> {
        times.iter().map(|&t| self.schedule.sigma(time(t))).collect()
    }

    /// `x_t'` over the tile, as planes, from the prediction.
    ///
    /// # Errors
    /// [`Error::WrongResult`] if a predicted value is not finite.
    pub fn finish(&self, tile: &Tile, eps: Vec<f32>) -> Result<Vec<f32>, Error> {
        let window = tile.window();
        let eps = self.draw.view.upright(eps, window.size());
        if eps.iter().any(|v| !v.is_finite()) {
            return Err(Error::WrongResult);
        }
        let (width, height, channels) = (self.y.width(), self.y.height(), self.y.channels());
        let (x, times) = (self.x.unwrap_or(self.y).values(), self.time_map.times());
        let (window_plane, tile_plane) = (window.rows * window.columns, tile.rows * tile.columns);
        let mut next = vec![0.0; channels * tile_plane];
        for (r, row) in (tile.row..tile.row + tile.rows).enumerate() {
            // The random numbers of the row, if any are drawn.
            let drawn: Vec<[f32; MOST_CHANNELS]> = self.draw.normals.map_or_else(Vec::new, |normals| {
                let columns = tile.column..tile.column + tile.columns;
                let at = |column| normals.at(self.number, self.origin[0] + row, self.origin[1] + column);
                columns.map(at).collect()
            });
            for channel in 0..channels {
                let line = (channel * height + row) * width + tile.column;
                let (x, times) = (&x[line..][..tile.columns], &times[line..][..tile.columns]);
                let eps = &eps[channel * window_plane + r * window.columns..][..tile.columns];
                let next = &mut next[channel * tile_plane + r * tile.columns..][..tile.columns];
                for (column, next) in next.iter_mut().enumerate() {
                    let first = self.formulation.first_time(times[column], self.schedule);
                    let sigma = self.schedule.sigma(time_after(first, self.tau));
                    let gamma_next = self.schedule.gamma(time_after(first, self.tau_next));
                    let x0_hat = x0_hat(x[column], sigma, eps[column]);
                    let z = drawn.get(column).map_or(0.0, |z| z[channel]);
                    *next = step_back(x[column], x0_hat, sigma.powi(2), gamma_next, self.draw.eta, z);
                }
            }
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_in_one_line() {
        let report = "The device is poisoned\nCaused by:\n  The device is poisoned\nCaused by:\n  Destroyed: it was \
                      destroyed\nBacktrace:\n0: main\n";
        assert_eq!(causes(report), "The device is poisoned: Destroyed: it was destroyed");
        assert_eq!(causes("out of memory"), "out of memory");
    }
}

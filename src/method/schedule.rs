//! The variance of the noise at time t.

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The numbers of a [`Schedule`]. A network is trained for one of them, so they are part of a training run's settings
/// and of a weight file. The default is that of the released weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScheduleConfig {
    /// The number of steps, T; from 2 to 1,000,000.
    pub steps: usize,
    /// `beta` of the first step, in (0, 1).
    pub beta_first: f64,
    /// `beta` of the last step, in (0, 1).
    pub beta_last: f64,
    /// The scale `lambda`, above 0.
    pub lambda: f64,
}

impl Default for ScheduleConfig {
    /// T = 1000, `beta` from 1e-6 to 1e-2, `lambda` = 20.
    fn default() -> Self {
        Self { steps: 1000, beta_first: 1e-6, beta_last: 1e-2, lambda: 20.0 }
    }
}

impl ScheduleConfig {
    /// Whether these numbers give a schedule whose noise grows with every step.
    ///
    /// # Errors
    /// [`Error::BadOption`] naming the number and its range.
    pub fn check(&self) -> Result<(), Error> {
        let bad = |name, value: &dyn ToString, range| Err(Error::BadOption { name, value: value.to_string(), range });
        if !(2..=1_000_000).contains(&self.steps) {
            return bad("schedule.steps", &self.steps, "from 2 to 1,000,000");
        }
        for (name, beta) in [("schedule.beta_first", self.beta_first), ("schedule.beta_last", self.beta_last)] {
            if !(beta > 0.0 && beta < 1.0) {
                return bad(name, &beta, "above 0 and below 1");
            }
        }
        if !(self.lambda > 0.0 && self.lambda.is_finite()) {
            return bad("schedule.lambda", &self.lambda, "above 0");
        }
        if !Schedule::new(self).sigma.is_sorted_by(|a, b| a < b) {
            return bad("schedule", &format!("{self:?}"), "one whose noise grows with every step");
        }
        Ok(())
    }
}

/// Variance-exploding schedule `gamma(t) = lambda * (1 - prod_{i <= t} (1 - beta_i))` with linear `beta` (paper,
/// Section 3.1), continuous in t: between whole steps `sqrt(gamma)`, which is close to a straight line, is
/// interpolated.
///
/// With the default numbers `sqrt(gamma(t))` is about `0.01 t`: a photo with noise of std 0.25 is about 25 unit steps
/// from clean.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// `sqrt(gamma)` at t = 0, 1, ..., T; strictly increasing from 0.
    sigma: Vec<f32>,
    /// For each of many ranges of std, all of the same width, the first t at which `sigma` reaches the range: where
    /// [`Schedule::time_of_sigma`] begins to look.
    first: Vec<usize>,
    /// How many ranges there are for a std of 1.
    ranges_per_std: f32,
}

/// Ranges of std in the table for [`Schedule::time_of_sigma`] for each step of the schedule: so many that nearly all
/// ranges of the usual stds lie within one step.
const RANGES_PER_STEP: usize = 4;

impl Default for Schedule {
    /// The schedule of the default numbers.
    fn default() -> Self {
        Self::new(&ScheduleConfig::default())
    }
}

impl Schedule {
    /// The schedule of these numbers.
    ///
    /// # Panics
    /// If there are fewer than 2 steps (see [`ScheduleConfig::check`]).
    pub fn new(config: &ScheduleConfig) -> Self {
        let &ScheduleConfig { steps, beta_first, beta_last, lambda } = config;
        assert!(steps >= 2, "a schedule needs at least two steps, got {steps}");
        let mut log_kept = 0.0f64;
        let sigma: Vec<f32> = std::iter::once(0.0)
            .chain((0..steps).map(|i| {
                let beta = beta_first + (beta_last - beta_first) * i as f64 / (steps - 1) as f64;
                // In logarithms: 1 - prod(1 - beta) would lose its digits to cancellation where beta is 1e-6.
                log_kept += (-beta).ln_1p();
                (-lambda * log_kept.exp_m1()).sqrt() as f32
            }))
            .collect();
        let ranges = RANGES_PER_STEP * steps;
        let width = sigma[steps] / ranges as f32;
        let first = (0..ranges).map(|i| sigma.partition_point(|&s| s < i as f32 * width)).collect();
        Self { ranges_per_std: width.recip(), sigma, first }
    }

    /// The last time, T.
    pub fn end(&self) -> f32 {
        (self.sigma.len() - 1) as f32
    }

    /// `sqrt(gamma(t))` at t = 0, 1, ..., T.
    pub fn sigmas(&self) -> &[f32] {
        &self.sigma
    }

    /// `sqrt(gamma(t))`: the std of the noise at time t. t is clamped to [0, T].
    pub fn sigma(&self, t: f32) -> f32 {
        let t = t.clamp(0.0, self.end());
        let i = (t as usize).min(self.sigma.len() - 2);
        let (a, b) = (self.sigma[i], self.sigma[i + 1]);
        a + (b - a) * (t - i as f32)
    }

    /// `gamma(t)`: the variance of the noise at time t.
    pub fn gamma(&self, t: f32) -> f32 {
        let sigma = self.sigma(t);
        sigma * sigma
    }

    /// The time at which the noise has std `sigma`: the inverse of [`Schedule::sigma`]. A std beyond the schedule's end
    /// gives T.
    pub fn time_of_sigma(&self, sigma: f32) -> f32 {
        if sigma <= 0.0 {
            return 0.0;
        }
        let last = self.sigma.len() - 1;
        let range = (sigma * self.ranges_per_std) as usize;
        let mut i = self.first[range.min(self.first.len() - 1)];
        // Rounding may have led to the range after the right one.
        while i > 1 && self.sigma[i - 1] >= sigma {
            i -= 1;
        }
        while i < last && self.sigma[i] < sigma {
            i += 1;
        }
        let i = i.max(1);
        let (a, b) = (self.sigma[i - 1], self.sigma[i]);
        (i - 1) as f32 + if sigma < b { (sigma - a) / (b - a) } else { 1.0 }
    }

    /// The time at which the noise has variance `gamma`: the inverse of [`Schedule::gamma`].
    pub fn time_of_gamma(&self, gamma: f32) -> f32 {
        self.time_of_sigma(gamma.max(0.0).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_steps_follow_the_definition() {
        let schedule = Schedule::default();
        let mut kept = 1.0f64;
        for i in 1..=1000usize {
            kept *= 1.0 - (1e-6 + (1e-2 - 1e-6) * (i - 1) as f64 / 999.0);
            let gamma = 20.0 * (1.0 - kept);
            assert!((f64::from(schedule.gamma(i as f32)) / gamma - 1.0).abs() < 1e-5, "t = {i}");
        }
    }

    #[test]
    fn a_step_removes_about_a_hundredth() {
        let schedule = Schedule::default();
        for t in [5.0, 20.0, 40.0] {
            assert!((schedule.sigma(t) / (0.01 * t) - 1.0).abs() < 0.1, "t = {t}: {}", schedule.sigma(t));
        }
    }

    #[test]
    fn gamma_and_its_inverse_cancel_over_the_whole_range() {
        let schedule = Schedule::default();
        for i in 0..=5000 {
            let v = schedule.gamma(schedule.end()) * (i as f32 / 5000.0).powi(4);
            let back = schedule.gamma(schedule.time_of_gamma(v));
            assert!((back - v).abs() <= 1e-5 * v, "{v} came back as {back}");
        }
        for i in 0..=5000 {
            let t = schedule.end() * i as f32 / 5000.0;
            assert!((schedule.time_of_gamma(schedule.gamma(t)) - t).abs() < 5e-3, "t = {t}");
        }
    }

    #[test]
    fn the_table_finds_what_a_search_finds() {
        for config in [
            ScheduleConfig::default(),
            ScheduleConfig { steps: 2, beta_first: 0.1, beta_last: 0.2, lambda: 1.0 },
            ScheduleConfig { steps: 300, beta_first: 1e-4, beta_last: 0.02, lambda: 3.0 },
        ] {
            let schedule = Schedule::new(&config);
            let last = schedule.sigma.len() - 1;
            let searched = |sigma: f32| {
                let i = schedule.sigma.partition_point(|&s| s < sigma).clamp(1, last);
                let (a, b) = (schedule.sigma[i - 1], schedule.sigma[i]);
                (i - 1) as f32 + ((sigma - a) / (b - a)).min(1.0)
            };
            let beyond = 1.1 * schedule.sigma[last];
            let everywhere = (1..=100_000).map(|i| beyond * i as f32 / 100_000.0);
            let at_steps = schedule.sigma[1..].iter().flat_map(|s| [s.next_down(), *s, s.next_up()]);
            for sigma in everywhere.chain(at_steps).chain([f32::MIN_POSITIVE, f32::MAX, f32::INFINITY]) {
                assert_eq!(schedule.time_of_sigma(sigma), searched(sigma), "{sigma}");
            }
        }
    }

    #[test]
    fn the_ends_are_exact_and_the_outside_is_clamped() {
        let schedule = Schedule::default();
        assert_eq!(schedule.gamma(0.0), 0.0);
        assert_eq!(schedule.time_of_gamma(0.0), 0.0);
        assert_eq!(schedule.time_of_gamma(-1.0), 0.0);
        assert_eq!(schedule.time_of_gamma(1e9), 1000.0);
        assert_eq!(schedule.gamma(-3.0), 0.0);
        assert_eq!(schedule.gamma(2000.0), schedule.gamma(1000.0));
    }

    #[test]
    fn numbers_that_give_no_schedule_are_refused() {
        let default = ScheduleConfig::default();
        assert_eq!(default.check(), Ok(()));
        for wrong in [
            ScheduleConfig { steps: 1, ..default },
            ScheduleConfig { steps: usize::MAX, ..default },
            ScheduleConfig { beta_first: 0.0, ..default },
            ScheduleConfig { beta_last: 1.0, ..default },
            ScheduleConfig { lambda: f64::NAN, ..default },
            ScheduleConfig { lambda: -1.0, ..default },
            // Nothing is left to noise long before the end.
            ScheduleConfig { beta_last: 0.9, ..default },
        ] {
            assert!(matches!(wrong.check(), Err(Error::BadOption { .. })), "{wrong:?}");
        }
    }

    #[test]
    fn gamma_is_strictly_increasing() {
        let schedule = Schedule::default();
        let values: Vec<f32> = (0..=4000).map(|i| schedule.gamma(i as f32 / 4.0)).collect();
        assert!(values.windows(2).all(|w| w[0] < w[1]));
    }
}

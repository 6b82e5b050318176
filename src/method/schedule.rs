//! The variance of the noise at time t.

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
}

impl Default for Schedule {
    /// T = 1000, `beta` from 1e-6 to 1e-2, `lambda` = 20.
    fn default() -> Self {
        Self::new(1000, 1e-6, 1e-2, 20.0)
    }
}

impl Schedule {
    /// A schedule of `steps` steps with `beta` from `beta_first` to `beta_last` (both in (0, 1)) and scale `lambda`.
    ///
    /// # Panics
    /// If `steps` is less than 2.
    pub fn new(steps: usize, beta_first: f64, beta_last: f64, lambda: f64) -> Self {
        assert!(steps >= 2, "a schedule needs at least two steps, got {steps}");
        let mut log_kept = 0.0f64;
        let sigma = std::iter::once(0.0)
            .chain((0..steps).map(|i| {
                let beta = beta_first + (beta_last - beta_first) * i as f64 / (steps - 1) as f64;
                // In logarithms: 1 - prod(1 - beta) would lose its digits to cancellation where beta is 1e-6.
                log_kept += (-beta).ln_1p();
                (-lambda * log_kept.exp_m1()).sqrt() as f32
            }))
            .collect();
        Self { sigma }
    }

    /// The last time, T.
    pub fn end(&self) -> f32 {
        (self.sigma.len() - 1) as f32
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
        let i = self.sigma.partition_point(|&s| s < sigma).clamp(1, self.sigma.len() - 1);
        let (a, b) = (self.sigma[i - 1], self.sigma[i]);
        (i - 1) as f32 + ((sigma - a) / (b - a)).min(1.0)
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
    fn gamma_is_strictly_increasing() {
        let schedule = Schedule::default();
        let values: Vec<f32> = (0..=4000).map(|i| schedule.gamma(i as f32 / 4.0)).collect();
        assert!(values.windows(2).all(|w| w[0] < w[1]));
    }
}

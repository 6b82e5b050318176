//! The forward process between clean image and photo (paper, Section 3.3).

/// Draws `x_t` from the chain that leads from the clean `x0` to the photo `y`, *given* that photo.
///
/// `y` is the end of the same chain, so `x_t` and `y` share noise: with `e = y - x0`,
/// `x_t = x0 + (gamma_t / gamma_star) e + sqrt(gamma_t (1 - gamma_t / gamma_star)) z`, a Brownian bridge. At
/// `gamma_t = gamma_star` it is `y` bit for bit, at `gamma_t = 0` it is `x0`. `e` need not be Gaussian.
///
/// `gamma_star` is the variance of the photo's noise at this pixel, `0 <= gamma_t <= gamma_star`, `z ~ N(0, 1)`.
pub fn bridge(x0: f32, y: f32, gamma_t: f32, gamma_star: f32, z: f32) -> f32 {
    if gamma_star == 0.0 {
        return y;
    }
    let share = gamma_t / gamma_star;
    (1.0 - share) * x0 + share * y + (gamma_t * (1.0 - share)).sqrt() * z
}

/// Draws `x_t = x0 + sqrt(gamma_t) z` whatever the photo: a state of another chain from the clean `x0`. `z ~ N(0, 1)`.
pub fn independent(x0: f32, gamma_t: f32, z: f32) -> f32 {
    x0 + gamma_t.sqrt() * z
}

/// `eps~ = (x_t - x0) / sqrt(gamma_t)`: the noise in `x_t`, scaled to unit variance, which the network learns to
/// predict; 0 where the pixel is done (`sigma_t` = 0).
pub fn unit_noise(x_t: f32, x0: f32, sigma_t: f32) -> f32 {
    if sigma_t == 0.0 { 0.0 } else { (x_t - x0) / sigma_t }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::random::{Normals, Stream};
    use crate::method::schedule::Schedule;

    /// Walks the chain one kernel at a time, `x_i = x_{i-1} + sqrt(eta_i) z_i`, and returns (x at `middle`, x at
    /// `end`).
    fn chain(schedule: &Schedule, x0: f32, middle: usize, end: usize, normals: &Normals, run: usize) -> (f64, f64) {
        let (mut x, mut at_middle) = (f64::from(x0), f64::from(x0));
        for i in 1..=end {
            let eta = schedule.gamma(i as f32) - schedule.gamma((i - 1) as f32);
            x += f64::from(eta).sqrt() * f64::from(normals.at(i, run, 0)[0]);
            if i == middle {
                at_middle = x;
            }
        }
        (at_middle, x)
    }

    /// Mean of x_t, variance of x_t, covariance with y, over many calls of `draw`.
    fn moments(runs: usize, draw: impl Fn(usize) -> (f64, f64)) -> [f64; 3] {
        let all: Vec<(f64, f64)> = (0..runs).map(draw).collect();
        let n = runs as f64;
        let (mx, my) = (all.iter().map(|s| s.0).sum::<f64>() / n, all.iter().map(|s| s.1).sum::<f64>() / n);
        let variance = all.iter().map(|s| (s.0 - mx).powi(2)).sum::<f64>() / n;
        let covariance = all.iter().map(|s| (s.0 - mx) * (s.1 - my)).sum::<f64>() / n;
        [mx, variance, covariance]
    }

    #[test]
    fn the_bridge_has_the_moments_of_the_simulated_chain() {
        let (schedule, x0, middle, end, runs) = (Schedule::default(), 0.4, 12, 25, 20_000);
        let (gamma_t, gamma_star) = (schedule.gamma(middle as f32), schedule.gamma(end as f32));
        let photo = Normals::new(5, Stream::Noise);
        let between = Normals::new(5, Stream::Forward);
        let simulated = moments(runs, |run| chain(&schedule, x0, middle, end, &photo, run));
        let jumped = moments(runs, |run| {
            let y = x0 + gamma_star.sqrt() * photo.at(0, run, 1)[0];
            (f64::from(bridge(x0, y, gamma_t, gamma_star, between.at(0, run, 1)[0])), f64::from(y))
        });
        // Closed form: mean x0, Var(x_t) = gamma_t, Cov(x_t, y) = gamma_t. Five standard errors.
        let (gamma_t, gamma_star) = (f64::from(gamma_t), f64::from(gamma_star));
        let n = runs as f64;
        for [mean, variance, covariance] in [simulated, jumped] {
            assert!((mean - f64::from(x0)).abs() < 5.0 * (gamma_t / n).sqrt(), "mean {mean}");
            assert!((variance / gamma_t - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "variance {variance}");
            let error = ((gamma_t * gamma_star + gamma_t * gamma_t) / n).sqrt();
            assert!((covariance - gamma_t).abs() < 5.0 * error, "covariance {covariance}");
        }
    }

    #[test]
    fn a_bridge_to_a_photo_with_less_noise_than_its_time_says_has_the_moments_of_its_chain() {
        // As where one time stands for all values: `y` has variance v, its time is that of gamma_star.
        let (x0, v, gamma_star, runs) = (0.4f32, 0.02f32, 0.06f32, 20_000);
        let (gamma_t, steps, middle) = (0.024f32, 25, 10);
        let photo = Normals::new(6, Stream::Noise);
        let between = Normals::new(6, Stream::Forward);
        let y = |run| x0 + v.sqrt() * photo.at(0, run, 1)[0];
        let simulated = moments(runs, |run| {
            // One kernel of a Brownian bridge after another.
            let (mut x, y, step) = (f64::from(x0), f64::from(y(run)), f64::from(gamma_star) / f64::from(steps));
            for i in 0..middle {
                let left = f64::from(gamma_star) - step * f64::from(i);
                let z = f64::from(between.at(i as usize + 1, run, 0)[0]);
                x += (y - x) * step / left + (step * (left - step) / left).sqrt() * z;
            }
            (x, y)
        });
        let jumped = moments(runs, |run| {
            let z = between.at(0, run, 1)[0];
            (f64::from(bridge(x0, y(run), gamma_t, gamma_star, z)), f64::from(y(run)))
        });
        // Closed form, with s = gamma_t / gamma_star: Var(x_t) = s^2 v + gamma_t (1 - s), Cov(x_t, y) = s v.
        let (v, gamma_t, s) = (f64::from(v), f64::from(gamma_t), f64::from(gamma_t / gamma_star));
        let (expected, shared, n) = (s * s * v + gamma_t * (1.0 - s), s * v, runs as f64);
        for [mean, variance, covariance] in [simulated, jumped] {
            assert!((mean - f64::from(x0)).abs() < 5.0 * (expected / n).sqrt(), "mean {mean}");
            assert!((variance / expected - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "variance {variance}");
            let error = ((expected * v + shared * shared) / n).sqrt();
            assert!((covariance - shared).abs() < 5.0 * error, "covariance {covariance}");
        }
    }

    #[test]
    fn independent_noise_has_the_moments_of_a_chain_of_its_own() {
        let (schedule, x0, runs) = (Schedule::default(), 0.4, 20_000);
        let photo = Normals::new(7, Stream::Noise);
        let own = Normals::new(7, Stream::Forward);
        // Of the photo's noise, and where a process starts that knows no photo.
        for t in [12, 1000] {
            let gamma_t = schedule.gamma(t as f32);
            let gamma_star = schedule.gamma(25.0);
            let y = |run| f64::from(x0 + gamma_star.sqrt() * photo.at(0, run, 0)[0]);
            let chains = if t == 12 { runs } else { 2000 };
            let simulated = moments(chains, |run| (chain(&schedule, x0, t, t, &own, run).0, y(run)));
            let jumped = moments(runs, |run| (f64::from(independent(x0, gamma_t, own.at(0, run, 1)[0])), y(run)));
            let (gamma_t, gamma_star) = (f64::from(gamma_t), f64::from(gamma_star));
            for (runs, [mean, variance, covariance]) in [(chains, simulated), (runs, jumped)] {
                let n = runs as f64;
                assert!((mean - f64::from(x0)).abs() < 5.0 * (gamma_t / n).sqrt(), "mean {mean}");
                assert!((variance / gamma_t - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "variance {variance}");
                assert!(covariance.abs() < 5.0 * (gamma_t * gamma_star / n).sqrt(), "covariance {covariance}");
            }
        }
    }

    #[test]
    fn the_ends_of_the_bridge_are_exact() {
        for (x0, y, z) in [(0.1f32, 0.37f32, 1.3f32), (0.9, -0.2, -2.0), (0.333_333, 0.333_334, 0.1)] {
            for gamma_star in [1e-6, 0.0123, 3.7] {
                assert_eq!(bridge(x0, y, gamma_star, gamma_star, z), y);
                assert_eq!(bridge(x0, y, 0.0, gamma_star, z), x0);
            }
            assert_eq!(bridge(x0, y, 0.0, 0.0, z), y);
        }
    }

    #[test]
    fn the_unit_noise_has_unit_variance() {
        let (gamma_t, gamma_star, x0) = (0.02f32, 0.06f32, 0.5f32);
        let (photo, between) = (Normals::new(9, Stream::Noise), Normals::new(9, Stream::Forward));
        let [mean, variance, _] = moments(20_000, |run| {
            let y = x0 + gamma_star.sqrt() * photo.at(0, run, 0)[0];
            let x_t = bridge(x0, y, gamma_t, gamma_star, between.at(0, run, 0)[0]);
            (f64::from(unit_noise(x_t, x0, gamma_t.sqrt())), 0.0)
        });
        assert!(mean.abs() < 0.035 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
        assert_eq!(unit_noise(0.4, 0.4, 0.0), 0.0);
    }
}

//! The reverse process: from the photo back to the clean image (paper, Section 3.4).

use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use crate::method::formulation::Start;

/// `x0_hat = x_t - sqrt(gamma_t) eps`: the clean value that a prediction of the noise implies.
pub fn x0_hat(x_t: f32, sigma_t: f32, eps: f32) -> f32 {
    x_t - sigma_t * eps
}

/// One step of a pixel from time t back to t' <= t,
///
/// `x_t' = x0_hat + sqrt((gamma_t' - v) / gamma_t) (x_t - x0_hat) + sqrt(v) z`,
/// `v = eta^2 gamma_t' (gamma_t - gamma_t') / gamma_t`.
///
/// With `eta` = 1 it is the paper's step, a draw from `q(x_t' | x_t, x0_hat)`:
///
/// `x_t' = (gamma_t'/gamma_t) x_t + (1 - gamma_t'/gamma_t) x0_hat + sqrt(gamma_t' (gamma_t - gamma_t') / gamma_t) z`.
///
/// A smaller `eta` keeps more of the noise that is there and draws less; the variance is still `gamma_t'` (Song, Meng,
/// Ermon, *Denoising diffusion implicit models*, 2021, Eq. 12 and 16, for this additive process). With `eta` = 0 the
/// step is deterministic.
///
/// `gamma` and `gamma_next` are the variances at t and t'. A pixel that is done (`gamma` = 0) stays as it is; one that
/// finishes in this step (`gamma_next` = 0) becomes `x0_hat` exactly.
pub fn step_back(x_t: f32, x0_hat: f32, gamma: f32, gamma_next: f32, eta: f32, z: f32) -> f32 {
    if gamma == 0.0 {
        return x_t;
    }
    // What the formula below gives, without its roots: most pixels of most runs finish in this step.
    if gamma_next == 0.0 {
        return x0_hat;
    }
    let fresh = eta * eta * gamma_next * (1.0 - gamma_next / gamma);
    let kept = ((gamma_next - fresh) / gamma).sqrt();
    kept * x_t + (1.0 - kept) * x0_hat + fresh.sqrt() * z
}

/// How many steps the reverse process takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steps {
    /// This many, each longer than the one before. A single step is the least-squares estimate: the highest PSNR and
    /// the least texture.
    Count(usize),
    /// The paper's plan: each step goes back by one unit of time.
    Unit,
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Unit => f.write_str("unit"),
        }
    }
}

impl FromStr for Steps {
    type Err = Error;

    /// A number of steps, or `unit`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let range = "a whole number from 1 to 1000, or unit";
        match text.parse() {
            _ if text == "unit" => Ok(Self::Unit),
            Ok(count) if (1..=Self::MOST).contains(&count) => Ok(Self::Count(count)),
            _ => Err(Error::BadOption { name: "steps", value: text.into(), range }),
        }
    }
}

impl Steps {
    /// The most steps that a run may have: the schedule's length.
    pub const MOST: usize = 1000;

    /// [`Steps::Count`], checked.
    ///
    /// # Errors
    /// [`Error::BadOption`] unless `count` is from 1 to 1000.
    pub fn count(count: usize) -> Result<Self, Error> {
        if (1..=Self::MOST).contains(&count) {
            Ok(Self::Count(count))
        } else {
            Err(Error::BadOption { name: "steps", value: count.to_string(), range: "a whole number from 1 to 1000" })
        }
    }

    /// How far all pixels have gone back, `tau`, before the first step, between steps and after the last: increasing
    /// from 0 to `latest`, the latest time of any pixel, so that every pixel ends at time 0.
    ///
    /// With [`Steps::Count`], `tau` grows with the square of the step's number. The early steps, under much noise, draw
    /// the structure of the image, which short steps keep; the late ones draw fine texture. From noise it is the time
    /// left that falls with the square of the number of steps left (Song, Meng, Ermon 2021, Appendix D.2): most of
    /// those times have more noise than any photo, and only the last ones have little enough to show texture.
    pub fn plan(self, start: Start, latest: f32) -> Vec<f32> {
        let count = match self {
            Self::Count(count) => count.max(1),
            Self::Unit => (latest.ceil() as usize).max(1),
        };
        let at = |k: usize| match (self, start) {
            (Self::Count(_), Start::Photo) => latest * (k as f32 / count as f32).powi(2),
            (Self::Count(_), Start::Noise) => latest * (1.0 - ((count - k) as f32 / count as f32).powi(2)),
            (Self::Unit, _) => (k as f32).min(latest),
        };
        // The end is exact: rounding must not leave a pixel just short of time 0.
        (0..count).map(at).chain(std::iter::once(latest)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::formulation::Formulation;
    use crate::method::forward::unit_noise;
    use crate::method::random::{Normals, Stream};
    use crate::method::schedule::Schedule;
    use crate::method::time_map::time_after;

    /// Runs one pixel through the whole reverse process with a network that knows the truth. `pixel` has the photo's
    /// value, the clean one, and the time; `latest` is the latest time of any pixel.
    fn oracle_run(variant: Formulation, pixel: [f32; 3], latest: f32, steps: Steps, eta: f32) -> f32 {
        let schedule = Schedule::default();
        let [y, x0, t_star] = pixel;
        let t_star = variant.first_time(t_star, &schedule);
        let plan = steps.plan(variant.start, variant.first_time(latest, &schedule));
        let mut x = match variant.start {
            Start::Photo => y,
            Start::Noise => schedule.sigma(t_star) * Normals::new(3, Stream::Start).at(0, 0, 0)[0],
        };
        for (k, tau) in plan.windows(2).enumerate() {
            let (t, t_next) = (time_after(t_star, tau[0]), time_after(t_star, tau[1]));
            let (sigma, gamma, gamma_next) = (schedule.sigma(t), schedule.gamma(t), schedule.gamma(t_next));
            let z = Normals::new(3, Stream::Reverse).at(k, 0, 0)[0];
            x = step_back(x, x0_hat(x, sigma, unit_noise(x, x0, sigma)), gamma, gamma_next, eta, z);
        }
        x
    }

    #[test]
    fn a_perfect_network_returns_the_clean_image() {
        for variant in Formulation::all() {
            for steps in [Steps::Count(1), Steps::Count(2), Steps::Count(7), Steps::Count(50), Steps::Unit] {
                for eta in [0.0, 0.5, 1.0] {
                    for (y, x0) in [(0.9f32, 0.2f32), (-0.4, 0.1), (1.7, 0.6), (0.5, 0.5)] {
                        for t_star in [0.37, 4.0, 11.3, 29.9] {
                            let x = oracle_run(variant, [y, x0, t_star], 29.9, steps, eta);
                            // The clean value to the last bits of the largest number on the way.
                            let most = if variant.start == Start::Noise { 5.0 } else { 1.0 };
                            let error = (x - x0).abs();
                            assert!(error <= 4.0 * most * f32::EPSILON, "{variant:?} {steps:?} {y} {x0} {t_star}: {x}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_pixel_without_noise_is_never_changed() {
        for steps in [Steps::Count(1), Steps::Count(9), Steps::Unit] {
            assert_eq!(oracle_run(Formulation::default(), [0.123_456_7, 0.9, 0.0], 25.0, steps, 1.0), 0.123_456_7);
        }
        assert_eq!(step_back(0.3, 0.9, 0.0, 0.0, 1.0, 5.0), 0.3);
    }

    #[test]
    fn the_last_step_is_the_estimate_itself() {
        for eta in [0.0, 0.5, 1.0] {
            assert_eq!(step_back(0.3, 0.123_456_7, 0.04, 0.0, eta, 5.0), 0.123_456_7);
            assert_eq!(step_back(0.3, 0.9, 0.04, 0.04, eta, 5.0), 0.3);
        }
    }

    #[test]
    fn plans_go_from_zero_to_the_latest_time() {
        for steps in [Steps::Count(1), Steps::Count(3), Steps::Count(25), Steps::Unit] {
            for (start, latest) in
                [0.0, 0.4, 1.0, 24.0, 24.7, 1000.0].iter().flat_map(|t| Start::ALL.iter().map(move |s| (*s, *t)))
            {
                let plan = steps.plan(start, latest);
                assert_eq!((plan[0], *plan.last().unwrap()), (0.0, latest));
                assert!(plan.windows(2).all(|w| w[0] <= w[1]), "{plan:?}");
                if let Steps::Count(count) = steps {
                    assert_eq!(plan.len(), count + 1);
                }
            }
        }
        assert_eq!(Steps::Unit.plan(Start::Photo, 2.5), [0.0, 1.0, 2.0, 2.5]);
        assert_eq!(Steps::Count(4).plan(Start::Photo, 16.0), [0.0, 1.0, 4.0, 9.0, 16.0]);
        assert_eq!(Steps::Count(4).plan(Start::Noise, 16.0), [0.0, 7.0, 12.0, 15.0, 16.0]);
        assert_eq!(Steps::Unit.plan(Start::Noise, 1000.0).len(), 1001);
    }

    #[test]
    fn every_step_continues_the_forward_process() {
        // If x_t ~ N(x0, gamma_t) and the network is perfect, x_t' must be ~ N(x0, gamma_t').
        let (x0, gamma, gamma_next, n) = (0.3f32, 0.05f32, 0.02f32, 20_000);
        let (a, b) = (Normals::new(1, Stream::Forward), Normals::new(1, Stream::Reverse));
        for eta in [0.0, 0.5, 1.0] {
            let all: Vec<f64> = (0..n)
                .map(|i| {
                    let x_t = x0 + gamma.sqrt() * a.at(0, i, 0)[0];
                    f64::from(step_back(x_t, x0, gamma, gamma_next, eta, b.at(0, i, 0)[0]))
                })
                .collect();
            let mean = all.iter().sum::<f64>() / f64::from(n as u32);
            let variance = all.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / f64::from(n as u32);
            assert!((mean - f64::from(x0)).abs() < 0.005, "mean {mean}");
            assert!((variance / f64::from(gamma_next) - 1.0).abs() < 0.05, "eta {eta}: variance {variance}");
        }
    }

    #[test]
    fn with_eta_1_it_is_the_posterior_of_the_paper() {
        let (x_t, x0, gamma, gamma_next, z) = (0.7f32, 0.2f32, 0.05f32, 0.03f32, -0.8f32);
        let kept = gamma_next / gamma;
        let expected = kept * x_t + (1.0 - kept) * x0 + (gamma_next * (gamma - gamma_next) / gamma).sqrt() * z;
        assert!((step_back(x_t, x0, gamma, gamma_next, 1.0, z) - expected).abs() < 1e-6);
    }

    #[test]
    fn step_counts_out_of_range_are_refused() {
        assert!(Steps::count(0).is_err() && Steps::count(1001).is_err());
        assert_eq!(Steps::count(25), Ok(Steps::Count(25)));
    }

    #[test]
    fn steps_are_read_as_they_are_written() {
        for steps in [Steps::Count(1), Steps::Count(1000), Steps::Unit] {
            assert_eq!(steps.to_string().parse(), Ok(steps));
        }
        for wrong in ["0", "1001", "-1", "1.5", "many", "Unit", ""] {
            let message = wrong.parse::<Steps>().unwrap_err().to_string();
            assert!(message.contains("steps") && message.contains("unit"), "{message}");
        }
    }
}

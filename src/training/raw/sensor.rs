//! What a sensor makes of light: photons, read noise, rows and columns, black level, rounding.

use rand::Rng;
use rand_distr::{Distribution, Poisson, StandardNormal};

use crate::method::noise::NoiseModel;
use crate::raw::mosaic::Mosaic;
use crate::training::draw::{log_uniform, normal};

/// Variance per unit of light, the inverse of the electrons that white stands for: from a full well at base ISO to a
/// dozen electrons.
pub const SHOTS: (f32, f32) = (1e-5, 8e-2);
/// Read noise before the amplifier, in electrons. Sensors of the last fifteen years have 1 to 4.
const ELECTRONS: (f32, f32) = (0.5, 4.0);
/// Read noise behind the amplifier, as a share of white: from less than a code of 14 bits to several.
const AFTER_AMPLIFIER: (f32, f32) = (4e-5, 6e-4);
/// Share of sensors whose photons are drawn one by one. The others' noise is Gaussian, as the model has it.
const SHARE_POISSON: f64 = 0.6;
/// Share of sensors with rows that are brighter or darker than others, and the same for columns.
const SHARE_ROWS: f64 = 0.3;
const SHARE_COLUMNS: f64 = 0.15;
/// Their std, in units of the read noise: fainter than what is seen at a glance.
const BANDING: (f32, f32) = (0.02, 0.2);
/// Codes of black as a share of the codes above it: 512 and 2048 of 14 bits, 64 of 10 bits, and none, where noise below
/// black is lost.
const BLACKS: [(f32, f32); 4] = [(1.0 / 31.0, 0.4), (1.0 / 7.0, 0.25), (1.0 / 15.0, 0.3), (0.0, 0.05)];
/// Bits of a value and how frequent they are.
const BITS: [(i32, f32); 4] = [(14, 0.5), (12, 0.3), (11, 0.05), (10, 0.15)];

/// A sensor with its settings. Values have black at 0 and white at 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sensor {
    /// Noise of photons and of the readout of a single site.
    site: NoiseModel,
    /// Whether photons are counted.
    poisson: bool,
    /// Std of the offset that the sites of a row have in common, and those of a column.
    rows: f32,
    columns: f32,
    /// The value of code 0.
    lowest: f32,
    /// The difference between two codes.
    code: f32,
    /// How far the black level of the file is from the true one. Nothing in a mosaic tells, so the clean one has the
    /// same offset.
    offset: f32,
}

impl Sensor {
    /// A random sensor at a random ISO.
    pub fn random(rng: &mut impl Rng) -> Self {
        let shot = log_uniform(SHOTS, rng);
        let sigma_read = (log_uniform(ELECTRONS, rng) * shot).hypot(log_uniform(AFTER_AMPLIFIER, rng));
        let mut banding = |share| if rng.random_bool(share) { log_uniform(BANDING, rng) * sigma_read } else { 0.0 };
        let (rows, columns) = (banding(SHARE_ROWS), banding(SHARE_COLUMNS));
        let black = one_of(&BLACKS, rng);
        let code = (1.0 + black) / (2f32.powi(one_of(&BITS, rng)) - 1.0);
        Self {
            site: NoiseModel { sigma_read, shot },
            poisson: rng.random_bool(SHARE_POISSON),
            rows,
            columns,
            lowest: -black,
            code,
            offset: normal(rng) * (0.2 * code + 0.03 * sigma_read),
        }
    }

    /// The noise of a value: of its site, its row, its column and its rounding.
    pub fn noise(&self) -> NoiseModel {
        let variance =
            self.site.sigma_read.powi(2) + self.rows.powi(2) + self.columns.powi(2) + self.code.powi(2) / 12.0;
        NoiseModel { sigma_read: variance.sqrt(), shot: self.site.shot }
    }

    /// Light, from 0 to 1, without noise as this sensor's file would have it.
    pub fn shifted(&self, light: Mosaic) -> Mosaic {
        self.mapped(&light, |_, v| v)
    }

    /// Light, from 0 to 1, as this sensor's file has it.
    pub fn record(&self, light: &Mosaic, rng: &mut impl Rng) -> Mosaic {
        let mut offsets = |std: f32, count: usize| -> Vec<f32> {
            (0..count).map(|_| if std > 0.0 { std * standard_normal(rng) } else { 0.0 }).collect()
        };
        let (rows, columns) = (offsets(self.rows, light.height()), offsets(self.columns, light.width()));
        self.mapped(light, |at, v| {
            let photons = self.photons(v, rng);
            let read = photons + self.site.sigma_read * standard_normal(rng);
            let value = read + rows[at / light.width()] + columns[at % light.width()];
            // Codes are whole numbers from the lowest on.
            let codes = ((value - self.lowest) / self.code).round() * self.code + self.lowest;
            codes.clamp(self.lowest, 1.0)
        })
    }

    /// Light with the noise of its photons.
    fn photons(&self, light: f32, rng: &mut impl Rng) -> f32 {
        let shot = self.site.shot;
        if !self.poisson {
            return light + (shot * light).sqrt() * standard_normal(rng);
        }
        // No light, no photons; and a mean of 0 is none of the distribution's.
        Poisson::new(f64::from(light / shot)).map_or(0.0, |photons| shot * photons.sample(rng) as f32)
    }

    fn mapped(&self, mosaic: &Mosaic, mut f: impl FnMut(usize, f32) -> f32) -> Mosaic {
        let values = mosaic.values().iter().enumerate().map(|(at, &v)| f(at, v) + self.offset).collect();
        Mosaic::new(mosaic.width(), mosaic.height(), mosaic.phase(), values).expect("a sensor's values are finite")
    }
}

fn standard_normal(rng: &mut impl Rng) -> f32 {
    StandardNormal.sample(rng)
}

/// One of several, each as often as its share says.
fn one_of<T: Copy>(choices: &[(T, f32)], rng: &mut impl Rng) -> T {
    let total: f32 = choices.iter().map(|c| c.1).sum();
    let mut at = total * rng.random::<f32>();
    for (choice, share) in choices {
        if at < *share {
            return *choice;
        }
        at -= share;
    }
    choices[choices.len() - 1].0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::mosaic::Phase;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    const SIDE: usize = 200;

    fn flat(light: f32) -> Mosaic {
        Mosaic::new(SIDE, SIDE, Phase::RGGB, vec![light; SIDE * SIDE]).unwrap()
    }

    fn sensor(sigma_read: f32, shot: f32) -> Sensor {
        Sensor {
            site: NoiseModel { sigma_read, shot },
            poisson: false,
            rows: 0.0,
            columns: 0.0,
            lowest: -1.0 / 7.0,
            code: 1e-4,
            offset: 0.0,
        }
    }

    fn moments(values: &[f32]) -> (f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
        (mean, values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / n)
    }

    #[test]
    fn a_values_noise_is_the_models() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for poisson in [false, true] {
            for (read, shot, light) in [(2e-4, 2e-4, 0.3), (4e-3, 3e-3, 0.5), (0.03, 0.05, 0.2), (1e-3, 1e-3, 0.0)] {
                let sensor = Sensor { poisson, ..sensor(read, shot) };
                let (mean, variance) = moments(sensor.record(&flat(light), &mut rng).values());
                let expected = f64::from(sensor.noise().variance(light));
                let n = (SIDE * SIDE) as f64;
                assert!((mean - f64::from(light)).abs() < 4.0 * (expected / n).sqrt(), "{poisson} {read} {mean}");
                // The fourth moment of few photons is larger than a Gaussian's.
                assert!((variance / expected - 1.0).abs() < 6.0 * (2.0 / n).sqrt(), "{poisson} {read} {variance}");
            }
        }
    }

    #[test]
    fn few_photons_are_skewed() {
        let sensor = Sensor { poisson: true, ..sensor(0.0, 0.05) };
        let recorded = sensor.record(&flat(0.1), &mut ChaCha8Rng::seed_from_u64(2));
        let (mean, variance) = moments(recorded.values());
        let third = recorded.values().iter().map(|v| (f64::from(*v) - mean).powi(3)).sum::<f64>();
        // A Poisson number with mean 2 has the skewness 1 / sqrt(2).
        let skewness = third / (SIDE * SIDE) as f64 / variance.powf(1.5);
        assert!((skewness - 0.5f64.sqrt()).abs() < 0.06, "{skewness}");
    }

    #[test]
    fn rows_and_columns_have_offsets_of_their_own() {
        let sensor = Sensor { rows: 0.02, columns: 0.01, ..sensor(0.01, 0.0) };
        let recorded = sensor.record(&flat(0.5), &mut ChaCha8Rng::seed_from_u64(3));
        let row_means: Vec<f32> =
            recorded.values().chunks(SIDE).map(|row| row.iter().sum::<f32>() / SIDE as f32).collect();
        let column_means: Vec<f32> =
            (0..SIDE).map(|c| (0..SIDE).map(|r| recorded.value(r, c)).sum::<f32>() / SIDE as f32).collect();
        for (means, expected) in [(row_means, 0.02f64), (column_means, 0.01)] {
            let std = moments(&means).1.sqrt();
            assert!((std / expected - 1.0).abs() < 0.25, "{std} {expected}");
        }
    }

    #[test]
    fn values_are_whole_codes_between_the_lowest_and_white() {
        let coarse = Sensor { lowest: -0.1, code: 1.1 / 1023.0, offset: 0.003, ..sensor(0.2, 0.01) };
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        for light in [0.0, 0.5, 1.0] {
            let recorded = coarse.record(&flat(light), &mut rng);
            for v in recorded.values() {
                let codes = (v - 0.003 + 0.1) / (1.1 / 1023.0);
                assert!((codes - codes.round()).abs() < 1e-2 && (-0.01..1023.01).contains(&codes), "{v}");
            }
        }
        assert_eq!(coarse.shifted(flat(0.5)).value(0, 0), 0.503);
    }

    #[test]
    fn random_sensors_are_like_real_ones() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let sensors: Vec<Sensor> = (0..500).map(|_| Sensor::random(&mut rng)).collect();
        for s in &sensors {
            assert!((SHOTS.0..=SHOTS.1 * 1.001).contains(&s.site.shot));
            let electrons = s.site.sigma_read / s.site.shot;
            // At base ISO the noise behind the amplifier is that of dozens of electrons.
            assert!((0.5..80.0).contains(&electrons), "{s:?}");
            assert!(s.offset.abs() < 4.5 * (0.2 * s.code + 0.03 * s.site.sigma_read));
            assert!(s.noise().sigma_read >= s.site.sigma_read);
        }
        let share = |of: fn(&Sensor) -> bool| sensors.iter().filter(|s| of(s)).count() as f32 / 500.0;
        assert!((share(|s| s.rows > 0.0) - 0.3).abs() < 0.07 && (share(|s| s.columns > 0.0) - 0.15).abs() < 0.06);
        assert!((share(|s| s.lowest == 0.0) - 0.05).abs() < 0.035);
        assert!((share(|s| s.code > 9e-4) - 0.15).abs() < 0.06);
    }
}

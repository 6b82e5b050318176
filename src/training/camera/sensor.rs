//! Conversion between the colours of a screen and of a sensor.

use rand::Rng;

use crate::raw::matrix::{inverse, times};
use crate::training::camera::Pixel;

/// A typical matrix from a camera's colours to sRGB; its rows sum to 1.
const TYPICAL: [Pixel; 3] = [[1.7, -0.55, -0.15], [-0.25, 1.55, -0.3], [0.0, -0.55, 1.55]];

/// White balance and colour matrix.
#[derive(Debug, Clone, Copy)]
pub struct Sensor {
    /// White balance gains; green's is 1.
    gains: Pixel,
    matrix: [Pixel; 3],
    inverse: [Pixel; 3],
}

impl Sensor {
    /// A random light and sensor.
    pub fn random(rng: &mut impl Rng) -> Self {
        let strength = rng.random_range(0.2..1.1);
        let matrix = std::array::from_fn(|r| {
            std::array::from_fn(|c| {
                let identity = f32::from(u8::from(r == c));
                identity + strength * (TYPICAL[r][c] - identity)
            })
        });
        let gains = [rng.random_range(1.3..2.4), 1.0, rng.random_range(1.2..2.2)];
        Self { gains, matrix, inverse: inverse(&matrix).expect("the matrix is near the identity") }
    }

    /// What the sensor records of a linear sRGB colour. Channels out of its gamut become 0.
    pub fn to_sensor(self, p: Pixel) -> Pixel {
        let seen = times(&self.inverse, p);
        std::array::from_fn(|c| seen[c].max(0.0) / self.gains[c])
    }

    /// Linear sRGB from what the sensor recorded.
    pub fn to_screen(self, p: Pixel) -> Pixel {
        times(&self.matrix, std::array::from_fn(|c| p[c] * self.gains[c]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn colours_come_back() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..20 {
            let sensor = Sensor::random(&mut rng);
            for p in [[0.2, 0.3, 0.25], [0.9, 0.8, 0.85], [0.0, 0.0, 0.0], [0.5, 0.5, 0.5]] {
                let back = sensor.to_screen(sensor.to_sensor(p));
                assert!(p.iter().zip(back).all(|(a, b)| (a - b).abs() < 1e-5), "{p:?} {back:?}");
            }
        }
    }

    #[test]
    fn grey_is_grey_after_white_balance() {
        let sensor = Sensor::random(&mut ChaCha8Rng::seed_from_u64(2));
        let seen = sensor.to_sensor([0.4; 3]);
        assert!((0..3).all(|c| (seen[c] * sensor.gains[c] - 0.4).abs() < 1e-6));
    }
}

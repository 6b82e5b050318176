//! Conversion between the colours of a screen and of a sensor.

use rand::Rng;

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
        Self { gains, matrix, inverse: inverse(&matrix) }
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

fn times(m: &[Pixel; 3], p: Pixel) -> Pixel {
    m.map(|row| row[0] * p[0] + row[1] * p[1] + row[2] * p[2])
}

/// By cofactors; the matrix is near the identity.
fn inverse(m: &[Pixel; 3]) -> [Pixel; 3] {
    let cofactor = |r: usize, c: usize| {
        let at = |i: usize, j: usize| m[(r + i) % 3][(c + j) % 3];
        at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)
    };
    let determinant: f32 = (0..3).map(|c| m[0][c] * cofactor(0, c)).sum();
    std::array::from_fn(|r| std::array::from_fn(|c| cofactor(c, r) / determinant))
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

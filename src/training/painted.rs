//! Parts of a photo that a user paints out: there the strength is 0 and the photo stays as it is, noise included. The
//! network has to work right up to their edges.

use rand::Rng;

use crate::image::LinearImage;
use crate::training::draw::log_uniform;

/// A part of a patch that stays as it is. Lengths are in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kept {
    shape: Shape,
    /// Row and column of the middle.
    middle: [f32; 2],
    /// Whether the part lies outside the shape instead of inside.
    outside: bool,
    /// Width of the ramp from strength 0 to 1: 0 for a hard edge.
    softness: f32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    /// All that lies on one side of a line through the middle; the unit vector points to the other side.
    Half([f32; 2]),
    /// Half of its height and width.
    Rectangle([f32; 2]),
    /// A round brush's radius.
    Disc(f32),
}

impl Kept {
    /// A random part of a square patch.
    pub fn random(side: usize, rng: &mut impl Rng) -> Self {
        let side = side as f32;
        let mut length = || log_uniform((side / 12.0, side / 2.0), rng);
        let (a, b) = (length(), length());
        let shape = match rng.random_range(0..3) {
            0 => {
                let (sin, cos) = rng.random_range(0.0..std::f32::consts::TAU).sin_cos();
                Shape::Half([sin, cos])
            }
            1 => Shape::Rectangle([a, b]),
            _ => Shape::Disc(a),
        };
        Self {
            shape,
            middle: [(); 2].map(|()| rng.random_range(0.0..side)),
            outside: rng.random(),
            softness: if rng.random_bool(0.5) { 0.0 } else { log_uniform((1.0, 16.0), rng) },
        }
    }

    /// The strength at a pixel: 0 in the part, 1 elsewhere.
    pub fn strength(&self, row: usize, column: usize) -> f32 {
        let [down, across] = [row as f32 - self.middle[0], column as f32 - self.middle[1]];
        let beyond = match self.shape {
            Shape::Half([n, m]) => down * n + across * m,
            Shape::Rectangle([a, b]) => (down.abs() - a).max(across.abs() - b),
            Shape::Disc(radius) => down.hypot(across) - radius,
        };
        let beyond = if self.outside { -beyond } else { beyond };
        if self.softness > 0.0 { (beyond / self.softness + 0.5).clamp(0.0, 1.0) } else { f32::from(beyond > 0.0) }
    }

    /// The noise that stays becomes a part of the clean patch.
    pub fn keep(&self, x0: &mut LinearImage, y: &LinearImage) {
        let (width, pixels) = (y.width(), y.pixels());
        for (i, (x0, y)) in x0.values_mut().iter_mut().zip(y.values()).enumerate() {
            let pixel = i % pixels;
            *x0 = y + self.strength(pixel / width, pixel % width) * (*x0 - y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn a_disc_is_kept_to_its_edge() {
        let hard = Kept { shape: Shape::Disc(2.5), middle: [3.0, 4.0], outside: false, softness: 0.0 };
        assert_eq!(
            [(3, 4), (3, 6), (5, 5), (3, 7), (5, 6), (0, 0)].map(|(r, c)| hard.strength(r, c)),
            [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
        );
        let soft = Kept { softness: 2.0, ..hard };
        assert_eq!([4, 5, 6, 7, 8].map(|c| soft.strength(3, c)), [0.0, 0.0, 0.25, 0.75, 1.0]);
        assert_eq!(Kept { outside: true, ..hard }.strength(0, 0), 0.0);
    }

    #[test]
    fn kept_noise_is_not_to_be_removed() {
        let [clean, noisy] = [0.5, 0.7].map(|v| LinearImage::from_fn(6, 4, |_, _, _| v).unwrap());
        let left = Kept { shape: Shape::Half([0.0, 1.0]), middle: [0.0, 2.5], outside: false, softness: 2.0 };
        let mut x0 = clean.clone();
        left.keep(&mut x0, &noisy);
        let row = [0.7, 0.7, 0.65, 0.55, 0.5, 0.5];
        assert!(x0.values().iter().zip(row.iter().cycle()).all(|(v, expected)| (v - expected).abs() < 1e-6), "{x0:?}");
    }

    #[test]
    fn most_random_parts_leave_something_and_keep_something() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mixed = (0..200).filter(|_| {
            let kept = Kept::random(48, &mut rng);
            let mean = (0..48 * 48).map(|p| kept.strength(p / 48, p % 48)).sum::<f32>() / (48.0 * 48.0);
            (0.02..0.98).contains(&mean)
        });
        assert!(mixed.count() > 150);
    }
}

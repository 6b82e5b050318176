//! Matrices between colour spaces.

/// Three channels of a pixel.
pub type Vector = [f32; 3];
/// Row after row.
pub type Matrix = [Vector; 3];

/// The matrix that changes nothing.
pub const IDENTITY: Matrix = [[1., 0., 0.], [0., 1., 0.], [0., 0., 1.]];

/// From linear sRGB to CIE XYZ with the white point D65 (IEC 61966-2-1).
pub const SRGB_TO_XYZ: Matrix = [
    [0.412_456_4, 0.357_576_1, 0.180_437_5],
    [0.212_672_9, 0.715_152_2, 0.072_175],
    [0.019_333_9, 0.119_192, 0.950_304_1],
];

/// A matrix times a vector.
pub fn times(m: &Matrix, v: Vector) -> Vector {
    m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

/// The matrix that applies `b` first and `a` then.
pub fn product(a: &Matrix, b: &Matrix) -> Matrix {
    std::array::from_fn(|r| {
        std::array::from_fn(|c| (0..3).map(|k| f64::from(a[r][k]) * f64::from(b[k][c])).sum::<f64>() as f32)
    })
}

/// The matrix that multiplies every channel by its factor.
pub fn diagonal(factors: Vector) -> Matrix {
    std::array::from_fn(|r| std::array::from_fn(|c| if r == c { factors[r] } else { 0.0 }))
}

/// The inverse, by cofactors. `None` if the matrix has none or an entry is not finite.
pub fn inverse(m: &Matrix) -> Option<Matrix> {
    let m = m.map(|row| row.map(f64::from));
    let cofactor = |r: usize, c: usize| {
        let at = |i: usize, j: usize| m[(r + i) % 3][(c + j) % 3];
        at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)
    };
    let determinant: f64 = (0..3).map(|c| m[0][c] * cofactor(0, c)).sum();
    // Compared with what the determinant of a matrix of this size may be, so that units do not matter.
    let size = m.iter().flatten().map(|v| v.abs()).fold(0.0, f64::max);
    let is_regular = determinant.abs() > 1e-9 * size.powi(3);
    if !is_regular {
        return None;
    }
    let inverse: Matrix = std::array::from_fn(|r| std::array::from_fn(|c| (cofactor(c, r) / determinant) as f32));
    inverse.iter().flatten().all(|v| v.is_finite()).then_some(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverses_lead_back() {
        for m in [SRGB_TO_XYZ, [[2., 0., 1.], [0., 3., 0.], [1., 0., 1.]], diagonal([1e-3, 1e3, 1.])] {
            let back = product(&inverse(&m).unwrap(), &m);
            for (r, c) in (0..9).map(|i| (i / 3, i % 3)) {
                assert!((back[r][c] - IDENTITY[r][c]).abs() < 1e-5, "{back:?}");
            }
            let v = times(&inverse(&m).unwrap(), times(&m, [0.2, 0.5, 0.7]));
            assert!(v.iter().zip([0.2, 0.5, 0.7]).all(|(a, b)| (a - b).abs() < 1e-5), "{v:?}");
        }
    }

    #[test]
    fn matrices_without_inverse_have_none() {
        for m in [[[0.0; 3]; 3], [[1., 2., 3.], [2., 4., 6.], [0., 1., 0.]], [[f32::NAN; 3]; 3], [[1e-30; 3]; 3]] {
            assert_eq!(inverse(&m), None);
        }
        assert!(inverse(&diagonal([1e-8; 3])).is_some(), "small, but a multiple of the identity");
    }

    #[test]
    fn white_of_srgb_is_d65() {
        let [x, y, z] = times(&SRGB_TO_XYZ, [1.0; 3]);
        assert!((y - 1.0).abs() < 1e-6);
        assert!((x / (x + y + z) - 0.3127).abs() < 1e-4 && (y / (x + y + z) - 0.3290).abs() < 1e-4);
    }
}

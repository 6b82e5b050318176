//! The curve on which colours are compared where missing ones are interpolated: like the square root, on which an edge
//! in the shade and one in the sun look alike, and a bright edge does not ring in the dark next to it.

/// Where the curve turns into a line, so that noise around black has no bias.
const KNEE: f32 = 0.003;

/// A square root with a line below black.
pub fn curve(x: f32) -> f32 {
    let knee = KNEE.sqrt();
    if x > 0.0 { (x + KNEE).sqrt() } else { knee + x / (2.0 * knee) }
}

/// The inverse of [`curve`].
pub fn linear(v: f32) -> f32 {
    let knee = KNEE.sqrt();
    if v > knee { v * v - KNEE } else { (v - knee) * 2.0 * knee }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_comes_back_and_the_curve_has_no_corner() {
        for x in [-0.5, -0.01, 0.0, 1e-4, 0.003, 0.2, 1.0, 3.0f32] {
            assert!((linear(curve(x)) - x).abs() < 1e-6 + 1e-6 * x.abs(), "{x}");
        }
        let slope = |x: f32| (curve(x + 1e-4) - curve(x - 1e-4)) / 2e-4;
        assert!((slope(-1e-3) / slope(2e-4) - 1.0).abs() < 0.05);
    }
}

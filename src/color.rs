//! The sRGB transfer curve (IEC 61966-2-1), between what files hold and linear light.

use std::sync::LazyLock;

/// sRGB to linear light. Defined for all reals: the curve's straight foot goes on below 0, its power above 1.
pub fn srgb_to_linear(v: f32) -> f32 {
    if v <= 0.040_45 { v / 12.92 } else { libm::powf((v + 0.055) / 1.055, 2.4) }
}

/// Linear light to sRGB; the inverse of [`srgb_to_linear`].
pub fn linear_to_srgb(v: f32) -> f32 {
    if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * libm::powf(v, 1.0 / 2.4) - 0.055 }
}

/// The linear value of each 8-bit sRGB code.
pub fn srgb8_table() -> [f32; 256] {
    std::array::from_fn(|code| srgb_to_linear(code as f32 / 255.0))
}

/// Linear light to an 8-bit sRGB code, clipped to [0, 1] and rounded.
pub fn linear_to_srgb8(v: f32) -> u8 {
    (linear_to_srgb(v.clamp(0.0, 1.0)) * 255.0 + 0.5) as u8
}

/// [`linear_to_srgb8`] for whole images: a look at a table in place of a power for each value.
pub struct Srgb8 {
    /// Where each code but the first begins.
    begins: [f32; 255],
    /// The code at each step from 0 to 1, which those up to the next step are close to.
    at_steps: Vec<u8>,
}

impl Srgb8 {
    /// Steps of the table. A step has one code at most, also in deep shadow.
    const STEPS: usize = 4096;

    /// The table, made on first use.
    pub fn get() -> &'static Self {
        static TABLE: LazyLock<Srgb8> = LazyLock::new(|| {
            let begins: [f32; 255] = std::array::from_fn(|code| srgb_to_linear((code as f32 + 0.5) / 255.0));
            let code = |step: usize| begins.partition_point(|&begin| step as f32 / Srgb8::STEPS as f32 >= begin) as u8;
            Srgb8 { begins, at_steps: (0..=Srgb8::STEPS).map(code).collect() }
        });
        &TABLE
    }

    /// The nearest code; 0 for a NaN.
    pub fn code(&self, v: f32) -> u8 {
        let mut code = self.at_steps[(v.clamp(0.0, 1.0) * Self::STEPS as f32) as usize];
        while self.begins.get(usize::from(code)).is_some_and(|&begin| v >= begin) {
            code += 1;
        }
        code
    }
}

/// [`linear_to_srgb`] for whole images: a table of the curve from 0 to 1 in place of a power for each value.
pub struct SrgbTable(Vec<f32>);

impl SrgbTable {
    /// Steps of the table. The curve bends most where its power begins, in deep shadow.
    const STEPS: usize = 16_384;

    /// The table, made on first use.
    pub fn get() -> &'static Self {
        static TABLE: LazyLock<SrgbTable> = LazyLock::new(|| {
            SrgbTable((0..=SrgbTable::STEPS).map(|i| linear_to_srgb(i as f32 / SrgbTable::STEPS as f32)).collect())
        });
        &TABLE
    }

    /// Linear light, clipped to [0, 1], to sRGB, within 5e-6.
    pub fn encode(&self, v: f32) -> f32 {
        let at = v.clamp(0.0, 1.0) * Self::STEPS as f32;
        let i = (at as usize).min(Self::STEPS - 1);
        self.0[i] + (self.0[i + 1] - self.0[i]) * (at - i as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_8_bit_code_survives_the_round_trip() {
        let table = srgb8_table();
        for code in 0..=255u8 {
            assert_eq!(linear_to_srgb8(table[code as usize]), code);
        }
    }

    #[test]
    fn the_curve_is_the_standards() {
        // IEC 61966-2-1: mid grey, the ends, and where the two pieces meet.
        assert!((srgb_to_linear(0.5) - 0.214_041_14).abs() < 1e-6);
        assert_eq!(srgb_to_linear(0.0), 0.0);
        assert!((srgb_to_linear(1.0) - 1.0).abs() < 1e-6);
        assert!((linear_to_srgb(0.003_130_8) - 0.040_45).abs() < 1e-5);
    }

    #[test]
    fn codes_are_the_nearest() {
        let codes = Srgb8::get();
        for i in -1000..=1_001_000 {
            let v = i as f32 / 1e6;
            let (code, exact) = (codes.code(v), 255.0 * linear_to_srgb(v.clamp(0.0, 1.0)));
            assert!((f32::from(code) - exact).abs() < 0.5 + 1e-4, "{v}: {code} for {exact}");
        }
        assert_eq!([codes.code(f32::NEG_INFINITY), codes.code(f32::INFINITY), codes.code(f32::NAN)], [0, 255, 0]);
    }

    #[test]
    fn the_table_is_the_curve() {
        let table = SrgbTable::get();
        for i in -1000..=1_001_000 {
            let v = i as f32 / 1e6;
            let (found, expected) = (table.encode(v), linear_to_srgb(v.clamp(0.0, 1.0)));
            assert!((found - expected).abs() <= 5e-6, "{v}: {found} for {expected}");
        }
        assert_eq!((table.encode(-0.5), table.encode(2.0)), (0.0, linear_to_srgb(1.0)));
    }

    #[test]
    fn values_outside_the_gamut_survive_too() {
        for v in [-0.3, -0.01, 0.002, 0.7, 1.3, 4.0] {
            assert!((srgb_to_linear(linear_to_srgb(v)) - v).abs() < 1e-5 * (1.0 + v.abs()));
        }
    }
}

//! Normal random numbers as a pure function of (seed, use, step, row, column, channel).
//!
//! A counter-based generator (Philox4x32-10; Salmon et al., *Parallel random numbers: as easy as 1, 2, 3*, 2011) has no
//! state to advance, so results do not depend on tiles, threads or the backend, and can be reproduced anywhere.
//! The elementary functions come from `libm`, which gives the same bits natively and in wasm.

use crate::image::MOST_CHANNELS;

/// What the numbers are used for; two uses with the same seed are independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// The noise of a simulated photo.
    Noise = 0,
    /// `z` of the forward process.
    Forward = 1,
    /// `z` of the reverse process.
    Reverse = 2,
    /// Noise in the colours of a photo whose own is common to all channels.
    Colour = 3,
    /// The noise that a reverse process starts at, if it does not start at a photo.
    Start = 4,
}

/// Standard normal numbers for one seed and one use.
#[derive(Debug, Clone, Copy)]
pub struct Normals {
    key: [u32; 2],
    stream: u32,
    sign: f32,
}

impl Normals {
    /// The numbers of a seed for a use.
    pub fn new(seed: u64, stream: Stream) -> Self {
        Self { key: [seed as u32, (seed >> 32) as u32], stream: stream as u32, sign: 1.0 }
    }

    /// The same numbers negated, which are as likely.
    pub fn negated(self) -> Self {
        Self { sign: -self.sign, ..self }
    }

    /// The key, the stream and the sign, for whoever makes the same numbers elsewhere.
    pub fn parameters(&self) -> ([u32; 2], u32, f32) {
        (self.key, self.stream, self.sign)
    }

    /// The numbers of up to four channels at a pixel in a step.
    pub fn at(&self, step: usize, row: usize, column: usize) -> [f32; MOST_CHANNELS] {
        let bits = philox4x32([column as u32, row as u32, step as u32, self.stream], self.key);
        let (a, b) = box_muller(bits[0], bits[1]);
        let (c, d) = box_muller(bits[2], bits[3]);
        [a, b, c, d].map(|z| self.sign * z)
    }
}

/// Two independent normal numbers from 64 random bits.
fn box_muller(a: u32, b: u32) -> (f32, f32) {
    // In (0, 1], so that the logarithm is finite.
    let u = ((a >> 8) as f32 + 1.0) / 16_777_216.0;
    let angle = (b >> 8) as f32 / 16_777_216.0 * std::f32::consts::TAU;
    let radius = (-2.0 * libm::logf(u)).sqrt();
    let (sin, cos) = libm::sincosf(angle);
    (radius * cos, radius * sin)
}

/// Philox4x32 with ten rounds.
fn philox4x32(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let a = u64::from(counter[0]) * 0xD251_1F53;
        let b = u64::from(counter[2]) * 0xCD9E_8D57;
        counter = [(b >> 32) as u32 ^ counter[1] ^ key[0], b as u32, (a >> 32) as u32 ^ counter[3] ^ key[1], a as u32];
        key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
    }
    counter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn philox_gives_the_authors_known_answers() {
        // Random123's kat_vectors for philox4x32 10.
        assert_eq!(philox4x32([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox4x32([!0; 4], [!0; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            philox4x32([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn numbers_are_standard_normal_and_uncorrelated() {
        let normals = Normals::new(7, Stream::Reverse);
        let n = 200;
        let all: Vec<[f32; 4]> = (0..n * n).map(|i| normals.at(1, i / n, i % n)).collect();
        let count = all.len() as f64;
        let moment = |f: &dyn Fn(&[f32; 4]) -> f64| all.iter().map(f).sum::<f64>() / count;
        // Standard errors: 1, sqrt 2, sqrt 96 over sqrt n for moments 1, 2, 4; 1 for products.
        let tolerance = 4.0 / count.sqrt();
        for c in 0..4 {
            assert!(moment(&|z| f64::from(z[c])).abs() < tolerance);
            assert!((moment(&|z| f64::from(z[c]).powi(2)) - 1.0).abs() < 1.5 * tolerance);
            assert!((moment(&|z| f64::from(z[c]).powi(4)) - 3.0).abs() < 10.0 * tolerance);
            assert!((1..4).all(|by| moment(&|z| f64::from(z[c] * z[(c + by) % 4])).abs() < tolerance));
        }
    }

    #[test]
    fn every_coordinate_matters() {
        let normals = Normals::new(1, Stream::Reverse);
        let z = normals.at(1, 2, 3);
        assert_eq!(z, Normals::new(1, Stream::Reverse).at(1, 2, 3));
        assert_eq!(normals.negated().at(1, 2, 3), z.map(|z| -z));
        for other in [
            Normals::new(2, Stream::Reverse).at(1, 2, 3),
            Normals::new(1 << 32 | 1, Stream::Reverse).at(1, 2, 3),
            Normals::new(1, Stream::Noise).at(1, 2, 3),
            Normals::new(1, Stream::Reverse).at(2, 2, 3),
            Normals::new(1, Stream::Reverse).at(1, 3, 3),
            Normals::new(1, Stream::Reverse).at(1, 2, 4),
        ] {
            assert_ne!(z, other);
        }
    }
}

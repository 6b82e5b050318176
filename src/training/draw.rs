//! Distributions that training draws from.

use rand::Rng;

use crate::method::random::{Normals, Stream};

/// A random number whose logarithm is uniform in this range.
pub fn log_uniform(range: (f32, f32), rng: &mut impl Rng) -> f32 {
    log_between(range, rng.random())
}

/// The number at a place from 0 to 1 in the logarithm of a range.
pub fn log_between((low, high): (f32, f32), place: f32) -> f32 {
    low * (high / low).powf(place)
}

/// A standard normal number.
pub fn normal(rng: &mut impl Rng) -> f32 {
    Normals::new(rng.random(), Stream::Forward).at(0, 0, 0)[0]
}

/// A factor whose log10 is normal with this std.
pub fn log_normal(std: f32, rng: &mut impl Rng) -> f32 {
    10f32.powf(std * normal(rng))
}

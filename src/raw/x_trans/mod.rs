//! X-Trans: Fujifilm's mosaic of 6 x 6 sites, and all three colours at every site of it.
//!
//! | module | what |
//! |---|---|
//! | [`pattern`] | which colour a site has |
//! | [`interpolate`] | the colours that a site lacks |
//! | `near` | means of a colour's sites around a place |
//! | `hot_sites` | single sites that stand out |
//! | [`place`] | the colour of a place, quickly |
//! | `codes` | what such a photo is in a DNG; with the feature `raw` |

#[cfg(feature = "raw")]
pub(super) mod codes;
mod hot_sites;
pub mod interpolate;
mod near;
pub mod pattern;
pub mod place;

pub use interpolate::{AROUND, Sites, image};
pub use pattern::XTrans;

//! X-Trans: Fujifilm's mosaic of 6 x 6 sites, and all three colours at every site of it.
//!
//! | module | what |
//! |---|---|
//! | [`pattern`] | which colour a site has |
//! | [`interpolate`] | the colours that a site lacks |
//! | `codes` | the same for a file's codes; with the feature `raw` |
//! | `hot_sites` | single sites that stand out |

#[cfg(feature = "raw")]
pub(super) mod codes;
mod hot_sites;
pub mod interpolate;
pub mod pattern;

pub use interpolate::{Sites, image};
pub use pattern::XTrans;

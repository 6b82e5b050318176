//! Photos as a sensor records them: one colour per photosite.
//!
//! | module | what |
//! |---|---|
//! | [`colors`] | from a camera's colours to linear sRGB |
//! | [`develop`] | from a mosaic, or from what is demosaiced, to a picture |
//! | [`demosaic`] | all three colours at every photosite |
//! | [`x_trans`] | the same for Fujifilm's mosaic |
//! | [`matrix`] | matrices between colour spaces |
//! | [`mosaic`] | the values of a Bayer sensor, and its four colour planes |
//! | [`light`], [`layout`] | what a photo holds: a mosaic, or all colours at every photosite |
//! | [`levels`] | a sensor's codes as light, and back |
//! | [`noise_profile`] | the noise that a DNG says it has |
//! | `photo`, `decode`, `dng` | RAW files in, and DNGs out; with the feature `raw` |
//! | `found` | the noise of a RAW photo, and where it is known from; with the feature `raw` |
//! | `view`, `glance` | a RAW photo as a picture, in parts or small; with the feature `raw` |
//! | `corrections` | what a DNG asks for before its picture is shown; with the feature `raw` |
//!
//! [`mosaic`] and what computes with it know nothing of files.

pub mod colors;
#[cfg(feature = "raw")]
mod corrections;
mod curve;
#[cfg(feature = "raw")]
mod decode;
pub mod demosaic;
pub mod develop;
#[cfg(feature = "raw")]
pub mod dng;
pub mod error;
#[cfg(feature = "raw")]
pub mod found;
#[cfg(feature = "raw")]
mod glance;
pub mod layout;
pub mod levels;
pub mod light;
#[cfg(all(test, feature = "network", feature = "raw"))]
mod linear_dngs;
pub mod matrix;
pub mod mosaic;
pub mod noise_profile;
#[cfg(feature = "raw")]
pub mod photo;
#[cfg(test)]
mod pictures;
#[cfg(feature = "raw")]
mod quick;
mod strips;
#[cfg(feature = "raw")]
pub mod upright;
#[cfg(feature = "raw")]
pub mod view;
pub mod x_trans;

#[cfg(feature = "raw")]
pub use decode::{decode, is_raw, picture_size, preview};
pub use error::RawError;
#[cfg(feature = "raw")]
pub use photo::RawPhoto;

//! Photos as a sensor records them: one colour per photosite.
//!
//! | module | what |
//! |---|---|
//! | [`colors`] | from a camera's colours to linear sRGB |
//! | [`develop`] | from a mosaic to a picture |
//! | [`demosaic`] | all three colours at every photosite |
//! | [`matrix`] | matrices between colour spaces |
//! | [`mosaic`] | the values of a Bayer sensor, and its four colour planes |
//!
//! [`mosaic`] and what computes with it know nothing of files.

pub mod colors;
pub mod demosaic;
pub mod develop;
pub mod matrix;
pub mod mosaic;

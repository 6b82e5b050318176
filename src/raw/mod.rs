//! Photos as a sensor records them: one colour per photosite.
//!
//! | module | what |
//! |---|---|
//! | [`demosaic`] | all three colours at every photosite |
//! | [`matrix`] | matrices between colour spaces |
//! | [`mosaic`] | the values of a Bayer sensor, and its four colour planes |
//!
//! [`mosaic`] and what computes with it know nothing of files.

pub mod demosaic;
pub mod matrix;
pub mod mosaic;

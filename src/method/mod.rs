//! The mathematics of the paper's Section 3, as closed forms on plain numbers.
//!
//! | module | paper | what |
//! |---|---|---|
//! | [`schedule`] | 3.1 Denoising diffusion | `gamma(t)`, the variance of the noise at time t, and its inverse |
//! | [`noise`] | 3.2 Spatially variant noise model | a camera's noise: its variance against the signal |
//! | [`noise_curve`] | | the noise of a developed picture: its std against brightness, of any shape |
//! | [`clipping`] | | what is left of noise that was cut off at black or white |
//! | [`time_map`] | 3.3 Spatially variant diffusion | every pixel's own time |
//! | [`forward`] | 3.3 Spatially variant diffusion | `x_t` between the clean image and the photo, which share noise |
//! | [`reverse`] | 3.4 Training and inference | one step back towards the clean image, and the plan of steps |
//! | [`formulation`] | | SVNR, the diffusion model that the paper compares it with, and its ablations |
//! | [`random`] | | normal random numbers as a function of where and when they are used |
//!
//! Nothing here depends on files, tensors, browsers or training.

pub mod clipping;
pub mod formulation;
pub mod forward;
pub mod noise;
pub mod noise_curve;
pub mod random;
pub mod reverse;
pub mod schedule;
pub mod time_map;

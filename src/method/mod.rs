//! The method of the paper's Section 3, as closed forms on plain numbers.
//!
//! | file | paper | what |
//! |---|---|---|
//! | [`noise`] | 3.1 | a camera's noise: variance against signal |
//! | [`schedule`] | 3.1 | `gamma(t)`, the variance of the noise at time t, and its inverse |
//! | [`time_map`] | 3.2 | every pixel's own time |
//! | [`forward`] | 3.3 | a sample `x_t` between the clean image and the photo, which share noise |
//! | [`reverse`] | 3.4 | one step back towards the clean image, and the plan of steps |
//! | [`random`] | | normal numbers as a function of where and when they are used |
//!
//! Nothing here knows of files, tensors, browsers or training.

pub mod forward;
pub mod noise;
pub mod random;
pub mod reverse;
pub mod schedule;
pub mod time_map;

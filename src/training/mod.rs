//! Training the network, natively.
//!
//! | file | what |
//! |---|---|
//! | [`config`] | all settings of a run |
//! | [`pictures`] | clean images: folders and the built-in generator ([`dead_leaves`]) |
//! | [`sample`] | one training example: crop, noise, time map, `x_t` |
//! | [`camera`] | photos as cameras write them |
//! | [`batch`] | examples as tensors |
//! | [`loss`] | what is minimised |
//! | [`gradients`] | its gradients, on several threads |
//! | [`optimizer`] | learning rate, clipping, Adam or [`muon`], moving average |
//! | [`validation`] | PSNR on held-out pictures, contact sheet |
//! | [`checkpoint`] | everything that a run needs to go on exactly |
//! | [`log`] | CSV and plot |
//! | [`trainer`] | the loop |

pub mod batch;
pub mod camera;
pub mod checkpoint;
pub mod config;
pub mod dead_leaves;
pub mod gradients;
pub mod log;
pub mod loss;
pub mod muon;
pub mod optimizer;
pub mod pictures;
pub mod sample;
pub mod trainer;
pub mod validation;

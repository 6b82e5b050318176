//! Training the network, natively.
//!
//! | file | what |
//! |---|---|
//! | [`config`] | the settings of a run |
//! | [`scenes`] | clean images, from folders and from the built-in generator ([`dead_leaves`]) |
//! | [`example`] | one training example: time map, `tau`, `x_t`, target |
//! | [`patch`] | its clean and noisy patch, of one of several kinds |
//! | [`crop`] | a clean patch out of a scene |
//! | [`noise`] | simulated noise: a sensor's, film grain; grey, scaled, sharpened, toned |
//! | [`painted`] | parts of a patch that keep their noise |
//! | [`camera`] | photos as a camera writes them |
//! | [`raw`] | mosaics as sensors record them |
//! | [`draw`] | distributions of random numbers |
//! | [`batch`] | examples as tensors |
//! | [`loss`] | the loss |
//! | [`gradients`] | its gradients, computed on several threads |
//! | [`optimizer`] | learning rate, clipping, Adam or [`muon`], moving average |
//! | [`raw_levels`] | how mosaics are scored |
//! | [`validation`] | PSNR on held-out scenes, contact sheet |
//! | [`deepen`] | a trained network with more blocks |
//! | [`to_mosaic`] | a trained network for photos as the beginning of one for mosaics |
//! | [`checkpoint`] | the complete state of a run |
//! | [`log`] | CSV files and plot |
//! | [`trainer`] | the loop |

pub mod batch;
pub mod camera;
pub mod checkpoint;
pub mod config;
pub mod crop;
pub mod dead_leaves;
pub mod deepen;
pub mod draw;
pub mod example;
pub mod gradients;
pub mod log;
pub mod loss;
pub mod muon;
pub mod noise;
pub mod optimizer;
pub mod painted;
pub mod patch;
pub mod raw;
pub mod raw_levels;
pub mod scenes;
pub mod to_mosaic;
pub mod trainer;
pub mod validation;

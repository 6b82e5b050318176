//! The noise of photos, and nothing else.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use svnr::NoiseModel;
use svnr::estimate::{Estimate, estimate_visible_noise};
use svnr::files::{self, FileError};
use svnr::image::CHANNELS;
use svnr::raw::found::{FoundNoise, Source};
use svnr::raw::layout::Layout;
use svnr::raw::mosaic::PLANES;
use svnr::raw::noise_profile::NoiseProfile;

use crate::arguments::Arguments;
use crate::console::Console;
use crate::guard::guard;
use crate::inputs::Inputs;
use crate::raw;

/// A line of what is printed.
#[derive(Serialize)]
struct Line<'a> {
    photo: &'a str,
    #[serde(flatten)]
    noise: Estimate,
}

/// Prints the noise of each photo as JSON, a line each.
pub fn print(arguments: &Arguments) -> ExitCode {
    let console = Console::new(0, 0);
    let Inputs { photos, failures, notes } = Inputs::find(&arguments.inputs, arguments.recursive, arguments.output());
    notes.iter().for_each(|note| console.warn(note));
    let mut has_failed = !failures.is_empty();
    failures.iter().for_each(|error| console.warn(format!("error: {error:#}")));
    for photo in photos {
        match guard(|| line(&photo.path)) {
            Ok(line) => console.say(line),
            Err(error) => {
                console.warn(format!("error: {error:#}"));
                has_failed = true;
            }
        }
    }
    if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// A line about the RAW file of a mosaic: the noise of the planes of its mosaic, as --noise takes it, where it is from,
/// and what the estimate and the file say.
#[derive(Serialize)]
struct RawLine<'a> {
    photo: &'a str,
    camera: &'a str,
    planes: [NoiseModel; PLANES],
    from: &'static str,
    estimated: [NoiseModel; PLANES],
    noise_profile: Option<[NoiseModel; PLANES]>,
    notes: Vec<String>,
}

fn line(path: &Path) -> Result<String> {
    if files::has_raw_name(path) {
        return raw_line(path);
    }
    let photo = files::read(path)?;
    let noise = estimate_visible_noise(&photo.image, photo.alpha.as_deref());
    Ok(serde_json::to_string(&Line { photo: &path.to_string_lossy(), noise })?)
}

/// A line about a linear DNG or an X-Trans mosaic: its noise, as --noise takes it, in the light of the balanced
/// picture; where it is from, and what the file says.
#[derive(Serialize)]
struct LinearLine<'a> {
    photo: &'a str,
    camera: &'a str,
    #[serde(flatten)]
    noise: Estimate,
    from: &'static str,
    noise_profile: Option<[NoiseModel; CHANNELS]>,
    notes: Vec<String>,
}

fn raw_line(path: &Path) -> Result<String> {
    let file = std::fs::read(path).map_err(|error| FileError::Io { path: path.into(), error })?;
    let photo = raw::decode(path, &file)?;
    let found = FoundNoise::of(&photo);
    let from = if found.source == Source::Profile { "noise_profile" } else { "estimate" };
    let notes = photo.notes.iter().map(ToString::to_string).collect();
    let (path, camera) = (path.to_string_lossy(), photo.camera.as_str());
    let told = photo.noise_profile.as_ref();
    if photo.layout.of_light() == Layout::Linear {
        let doubt = found.doubt();
        let noise = Estimate { noise: found.noise, line: found.line, doubt, ..found.estimate };
        let noise_profile = told.map(NoiseProfile::channels);
        return Ok(serde_json::to_string(&LinearLine { photo: &path, camera, noise, from, noise_profile, notes })?);
    }
    Ok(serde_json::to_string(&RawLine {
        photo: &path,
        camera,
        planes: found.profile.planes,
        from,
        estimated: found.estimated.planes,
        noise_profile: told.map(|told| told.planes),
        notes,
    })?)
}

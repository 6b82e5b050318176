//! The noise of photos, and nothing else.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use svnr::NoiseModel;
use svnr::estimate::{Estimate, estimate_visible_noise};
use svnr::files::{self, FileError};
use svnr::raw::found::FoundNoise;
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

/// A line about a RAW file: the noise of the planes of its mosaic, as --noise takes it, where it is from, and what the
/// estimate and the file say.
#[derive(Serialize)]
struct RawLine<'a> {
    photo: &'a str,
    camera: &'a str,
    planes: [Plane; 4],
    from: &'static str,
    estimated: [Plane; 4],
    noise_profile: Option<[Plane; 4]>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Plane {
    read: f32,
    shot: f32,
}

/// The lines of red, green in red's rows, green in blue's rows, and blue.
fn planes(profile: &NoiseProfile) -> [Plane; 4] {
    profile.planes.map(|NoiseModel { sigma_read, shot }| Plane { read: sigma_read, shot })
}

fn line(path: &Path) -> Result<String> {
    if files::has_raw_name(path) {
        return raw_line(path);
    }
    let photo = files::read(path)?;
    let noise = estimate_visible_noise(&photo.image, photo.alpha.as_deref());
    Ok(serde_json::to_string(&Line { photo: &path.to_string_lossy(), noise })?)
}

fn raw_line(path: &Path) -> Result<String> {
    let file = std::fs::read(path).map_err(|error| FileError::Io { path: path.into(), error })?;
    let photo = raw::decode(path, &file)?;
    let mosaic = photo.mosaic();
    let found = FoundNoise::of(&photo, &mosaic);
    Ok(serde_json::to_string(&RawLine {
        photo: &path.to_string_lossy(),
        camera: &photo.camera,
        planes: planes(&found.noise),
        from: if photo.noise_profile == Some(found.noise) { "noise_profile" } else { "estimate" },
        estimated: planes(&found.estimated),
        noise_profile: photo.noise_profile.as_ref().map(planes),
        notes: photo.notes.iter().map(ToString::to_string).collect(),
    })?)
}

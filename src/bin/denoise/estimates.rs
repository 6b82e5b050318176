//! The noise of photos, and nothing else.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use svnr::estimate::{Estimate, estimate_visible_noise};
use svnr::files;

use crate::arguments::Arguments;
use crate::console::Console;
use crate::guard::guard;
use crate::inputs::Inputs;

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

fn line(path: &Path) -> Result<String> {
    let photo = files::read(path)?;
    let noise = estimate_visible_noise(&photo.image, photo.alpha.as_deref());
    Ok(serde_json::to_string(&Line { photo: &path.to_string_lossy(), noise })?)
}

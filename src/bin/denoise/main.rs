//! Denoises image files: `denoise IN... -o OUT`.

mod arguments;
mod batch;
mod console;
mod estimates;
mod guard;
mod inputs;
mod photo;
mod plan;
mod raw;
mod stamp;
mod summary;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, anyhow};
use clap::Parser;

use crate::arguments::Arguments;
use crate::batch::Stages;
use crate::console::Console;
use crate::photo::{Denoisers, Settings};
use crate::plan::{Job, Plan};
use crate::summary::Summary;

/// The exit status of a program that was ended by Ctrl-C.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    svnr::allocator::keep_freed_memory();
    let arguments = Arguments::parse();
    guard::install();
    match guard::guard(|| run(&arguments)) {
        Ok(exit) => exit,
        Err(error) => {
            Console::new(0, 0).warn(format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Denoises all photos. Fails only if there is nothing to denoise.
fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.estimate {
        return Ok(estimates::print(arguments));
    }
    let options = arguments.options()?;
    let noise = arguments.noise()?;
    let device = arguments.device.open().map_err(|e| anyhow!(e))?;
    let denoisers = Denoisers::new(arguments.weights.as_deref(), &device, arguments.precision)?;
    let plan = Plan::new(arguments)?;

    let console = Console::new(plan.jobs.len(), plan.jobs.iter().map(|job| job.pixels).sum());
    let summary = Summary::new(&console, &plan);
    let stop = stop_on_interrupt()?;
    let Plan { jobs, .. } = plan;
    let settings =
        Settings { noise, options, samples: arguments.samples, force: arguments.force, console: &console, stop: &stop };
    let stages = Stages {
        read: |job: &Job| photo::read(&settings, job),
        denoise: |job: &Job, ready| photo::denoise(&settings, &denoisers, job, ready),
        write: |job: &Job, done| photo::write(&settings, job, done),
        finish: |_: &Job, how| summary.add(how),
    };
    batch::run(&jobs, &stop, stages);
    console.close();
    let interrupted = stop.load(Ordering::Relaxed);
    let failed = summary.close(interrupted);
    Ok(match (interrupted, failed) {
        (true, _) => INTERRUPTED.into(),
        (false, true) => ExitCode::FAILURE,
        (false, false) => ExitCode::SUCCESS,
    })
}

/// Set by Ctrl-C: the current photo is abandoned between two tiles, and no half-written file is left. A second Ctrl-C
/// ends the program at once.
fn stop_on_interrupt() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if set.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED.into());
        }
    })
    .context("Ctrl-C cannot be handled")?;
    Ok(stop)
}

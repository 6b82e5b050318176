//! The summary at the end.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::Result;

use crate::console::Console;
use crate::plan::Plan;

/// How many existing results are listed by name.
const NAMED: usize = 3;

/// Counts the photos' outcomes. Failures are reported at once and again at the end, where they are not overlooked.
pub struct Summary<'a> {
    console: &'a Console,
    begin: Instant,
    /// Photos in all.
    photos: usize,
    skipped: usize,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    denoised: usize,
    /// How many photos failed; some share a line.
    failed: usize,
    failures: Vec<String>,
}

impl<'a> Summary<'a> {
    /// Starts the summary, and reports what the plan already knows.
    pub fn new(console: &'a Console, plan: &Plan) -> Self {
        let Plan { photos, skipped, .. } = *plan;
        let summary = Self { console, begin: Instant::now(), photos, skipped, counts: Mutex::default() };
        for note in &plan.notes {
            console.warn(note);
        }
        for error in &plan.unread {
            summary.fail(0, format!("{error:#}"));
        }
        for error in &plan.failures {
            summary.fail(1, format!("{error:#}"));
        }
        if !plan.in_the_way.is_empty() {
            summary.fail(plan.in_the_way.len(), are_there(&plan.in_the_way));
        }
        summary
    }

    /// Counts a photo with its outcome.
    pub fn add(&self, how: Result<()>) {
        match how {
            Ok(()) => self.counts().denoised += 1,
            Err(error) => self.fail(1, format!("{error:#}")),
        }
        self.console.end();
    }

    /// Prints the summary if there was more than one photo. Returns whether anything failed.
    pub fn close(self, interrupted: bool) -> bool {
        let Counts { denoised, failed, failures } = self.counts.into_inner().unwrap_or_else(|e| e.into_inner());
        if self.photos > 1 || self.skipped > 0 {
            let mut parts = vec![format!("{denoised} of {} photos denoised", self.photos)];
            if denoised > 0 {
                parts.push(format!("in {}", indicatif::HumanDuration(self.begin.elapsed())));
            }
            let mut line = parts.join(" ");
            if self.skipped > 0 {
                line += &format!(", {} left out since their results are there", self.skipped);
            }
            if failed > 0 {
                line += &format!(", {failed} failed");
            }
            self.console.warn(if failures.is_empty() { line } else { line + ":" });
            for failure in &failures {
                self.console.warn(format!("  {failure}"));
            }
        }
        if interrupted {
            let next = if self.photos > 1 { "; the same command with --skip-existing goes on" } else { "" };
            self.console.warn(format!("interrupted{next}"));
        }
        !failures.is_empty()
    }

    fn fail(&self, photos: usize, why: String) {
        self.console.warn(format!("error: {why}"));
        let mut counts = self.counts();
        counts.failed += photos;
        counts.failures.push(why);
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// What to do about existing results.
fn are_there(results: &[PathBuf]) -> String {
    let names: Vec<String> = results.iter().take(NAMED).map(|path| path.display().to_string()).collect();
    let more = match results.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (verb, it) = if results.len() == 1 { ("is", "it") } else { ("are", "them") };
    format!(
        "{}{more} {verb} there already; give --force to overwrite {it}, --skip-existing to leave {it} out, or choose \
         another place for the results",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_results_are_named_and_many_are_counted() {
        let paths = |count: usize| (0..count).map(|i| PathBuf::from(format!("out/{i}.png"))).collect::<Vec<_>>();
        assert!(are_there(&paths(1)).starts_with("out/0.png is there already; give --force to overwrite it,"));
        assert!(are_there(&paths(3)).starts_with("out/0.png, out/1.png, out/2.png are there already"));
        assert!(are_there(&paths(250)).starts_with("out/0.png, out/1.png, out/2.png and 247 more are there already"));
    }
}

//! A command that runs beside others. What it prints is shown when they have ended: mixed, nobody could read it.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
    process::{Child, Command},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{command::show, workspace};

/// How long to wait before looking for something new.
const PAUSE: Duration = Duration::from_millis(100);

/// A command that was started and not waited for.
pub struct Beside {
    shown: String,
    child: Child,
    printed: PathBuf,
}

impl Beside {
    /// Starts it. What it prints goes into a file in the target folder.
    pub fn start(command: &mut Command) -> Result<Self> {
        let shown = show(command);
        let folder = workspace::root().join("target");
        let printed = folder.join(format!("beside-{}.txt", std::process::id()));
        let unwritable = || format!("{} cannot be written", printed.display());
        fs::create_dir_all(&folder).with_context(unwritable)?;
        let file = File::create(&printed).with_context(unwritable)?;
        command.stdout(file.try_clone().with_context(unwritable)?).stderr(file);
        eprintln!("+ {shown} (in the background)");
        let child = command.spawn().with_context(|| format!("`{shown}` did not start"))?;
        Ok(Self { shown, child, printed })
    }

    /// Shows what it has printed and what it goes on to print, until it ends; fails if it does.
    pub fn show(mut self) -> Result<()> {
        eprintln!("+ {} (begun before)", self.shown);
        let mut printed = File::open(&self.printed).context("what a command printed cannot be read")?;
        let status = loop {
            // In this order: what is printed until the end is read after it.
            let status = self.child.try_wait().context("a command cannot be waited for")?;
            io::copy(&mut printed, &mut io::stdout()).context("what a command printed cannot be shown")?;
            match status {
                Some(status) => break status,
                None => thread::sleep(PAUSE),
            }
        };
        // Left behind, it does no harm.
        let _ = fs::remove_file(&self.printed);
        if !status.success() {
            bail!("`{}` failed ({status})", self.shown);
        }
        Ok(())
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_is_said_to_when_it_is_shown() {
        let run = |code: &str| Beside::start(Command::new("sh").args(["-c", code])).unwrap();
        run("echo out; echo err >&2").show().unwrap();
        let beside = run("sleep 0.2; echo late; exit 3");
        let printed = beside.printed.clone();
        let error = beside.show().unwrap_err().to_string();
        assert!(error.contains("sleep 0.2") && error.contains('3'), "{error}");
        assert!(!printed.exists());
    }
}

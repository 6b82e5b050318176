//! Programs from Debian's packages, on machines that have them and let us install.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{find, output, run};

/// Installs packages, as root or by sudo without a password. The error says what to do by hand.
pub fn install(packages: &[&str]) -> Result<()> {
    let by_hand = format!("apt-get install --no-install-recommends {}", packages.join(" "));
    if find("apt-get").is_none() {
        bail!("this machine does not use Debian's packages (there, `{by_hand}`)");
    }
    let mut prefix = Vec::new();
    if output(Command::new("id").arg("-u")).is_none_or(|id| id.trim() != "0") {
        if output(Command::new("sudo").args(["--non-interactive", "true"])).is_none() {
            bail!("no right to install: run `sudo {by_hand}`");
        }
        prefix = vec!["sudo", "--non-interactive"];
    }
    let apt_get = |arguments: &[&str]| {
        let words: Vec<&str> =
            [&prefix[..], &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"], arguments].concat();
        run(Command::new(words[0]).args(&words[1..]))
    };
    // The list of packages may be older than what the servers still hold, or missing.
    apt_get(&["update"])
        .and_then(|()| apt_get(&[&["install", "--yes", "--no-install-recommends"], packages].concat()))
        .with_context(|| format!("`{by_hand}` did not work: try it by hand"))
}

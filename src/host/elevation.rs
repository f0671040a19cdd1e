//! Rights for single commands: sudo or sudo-rs, by its absolute path. Everything else runs as the
//! student.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::time::Duration;

use duct::cmd;
use nix::sys::signal::Signal;

use super::{Command, Elevation, Host, SYSTEM_PATH};
use crate::error::{Error, Result};

/// sudo without a question answers at once, unless it asks a server far away.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// How long it may take to pass a signal on.
const SIGNAL_LIMIT: Duration = Duration::from_secs(2);

impl Host {
    /// sudo, where it is installed. Whether it says yes is another question.
    pub fn elevation(&self) -> Option<Elevation> {
        self.program("sudo").map(|sudo| Elevation { sudo })
    }

    /// Whether it gives rights without a question: nobody is asked for a password, or it was given
    /// a moment ago.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub fn is_permitted(&self, elevation: &Elevation) -> Result<bool> {
        let command = Command::new("/bin/true").elevated(Some(elevation.clone()));
        match self.run(&command, ANSWER_LIMIT) {
            Ok(finished) => Ok(finished.is_success()),
            Err(Error::Interrupted) => Err(Error::Interrupted),
            Err(_) => Ok(false),
        }
    }

    /// Lets it ask for the password on the terminal, once for all commands that follow.
    ///
    /// # Errors
    /// [`Error::Spawn`], [`Error::Interrupted`].
    pub fn ask_for_rights(&self, elevation: &Elevation) -> Result<bool> {
        // In our own process group and on our own streams: it reads from the terminal, for as long as
        // it is set up to wait, and asks in the user's language.
        let is_language =
            |name: &str| name == "LANG" || name == "LANGUAGE" || name.starts_with("LC_");
        let environment =
            self.variables(|name| ["HOME", "TERM"].contains(&name) || is_language(name));
        let path = ("PATH".to_owned(), SYSTEM_PATH.to_owned());
        let asked = cmd(self.inside(&elevation.sudo), ["-v"])
            .full_env(environment.into_iter().chain([path]))
            .unchecked()
            .run();
        asked.map_err(|source| Error::Spawn { program: elevation.sudo.clone(), source })?;
        self.check_interrupted()?;
        self.is_permitted(elevation)
    }

    /// Keeps the permission from expiring while a long command runs.
    pub fn renew(&self, elevation: &Elevation) {
        // Should it be refused, the next elevated command says so.
        let _ = self.is_permitted(elevation);
    }

    /// Signals an elevated command, which we have no right to. Where sudo has forgotten us, its
    /// pipes end it.
    pub(super) fn signal_elevated(&self, elevation: &Elevation, group: i32, signal: Signal) {
        let name = signal.as_str().trim_start_matches("SIG");
        // The shell's own `kill`: an image may have no other.
        let words = ["-n", "--", "/bin/sh", "-c", r#"kill -s "$1" -- "-$2""#, "kill", name];
        let group = group.to_string();
        let sent = cmd(self.inside(&elevation.sudo), words.into_iter().chain([group.as_str()]))
            .full_env(self.environment_of(&Command::new("/bin/sh")))
            .stdin_null()
            .stdout_null()
            .stderr_null()
            .unchecked()
            .before_spawn(|child| {
                child.process_group(0);
                Ok(())
            })
            .start();
        // One that hangs must not hold up the end of the other.
        let _ = sent.and_then(|sent| sent.wait_timeout(SIGNAL_LIMIT).map(|_| ()));
    }
}

impl Elevation {
    /// The command under sudo. Its variables are arguments, because sudo clears the environment; but
    /// everybody sees arguments, and a proxy may hold a password: those do not pass. sudo could let
    /// them through by name, sudo-rs cannot; who needs them gives the command a private file. `before` are
    /// the words that start it.
    pub(super) fn wrap(
        &self,
        command: &Command,
        before: Vec<String>,
        arguments: &[String],
        environment: &[(String, String)],
    ) -> (PathBuf, Vec<String>) {
        let mut words = ["-n", "--", "/usr/bin/env"].map(str::to_owned).to_vec();
        let passes = |name: &str| name == "no_proxy" || !name.ends_with("_proxy");
        // The command's home is root's, not the student's.
        words.extend(
            environment
                .iter()
                .filter(|(name, _)| name != "HOME" && passes(name))
                .map(|(name, value)| format!("{name}={value}")),
        );
        words.extend(before);
        words.push(command.program.display().to_string());
        words.extend(arguments.iter().cloned());
        (self.sudo.clone(), words)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_sudo_that_hangs_does_not_hold_up_the_end_and_gets_no_variables_of_ours() {
        let root = tempfile::tempdir().unwrap();
        let sudo = root.path().join("sudo");
        let said = root.path().join("said");
        fs::write(&sudo, format!("#!/bin/sh\nenv >{}\nexec sleep 20\n", said.display())).unwrap();
        fs::set_permissions(&sudo, Permissions::from_mode(0o755)).unwrap();
        let host = Host::in_folder(root.path(), BTreeMap::new());
        let elevation = Elevation { sudo: "/sudo".into() };
        let clock = std::time::Instant::now();
        host.signal_elevated(&elevation, 1, Signal::SIGINT);
        assert!(clock.elapsed() < Duration::from_secs(20));
        let said = fs::read_to_string(said).unwrap();
        assert!(said.contains("PATH=") && !said.contains("CARGO"), "{said}");
    }
}

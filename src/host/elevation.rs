//! Rights for single commands: sudo or sudo-rs, by its absolute path. Everything else runs as the
//! student.

use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use duct::cmd;
use nix::sys::signal::Signal;

use super::{Account, Command, Elevation, Host, SYSTEM_PATH, last_line};
use crate::error::{Error, Result};

/// sudo without a question answers at once, unless it asks a server far away.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// How long it may take to pass a signal on.
const SIGNAL_LIMIT: Duration = Duration::from_secs(2);
/// The groups that Debian's, Ubuntu's and others' sudoers name.
const SUDO_GROUPS: [&str; 3] = ["sudo", "admin", "wheel"];
/// More than any /etc/group, in bytes.
const GROUPS_LIMIT: u64 = 16 << 20;
/// What sudo and sudo-rs say, in English, to who may not use them at all.
const DENIALS: [&str; 5] = [
    "is not in the sudoers file",
    "may not run ",
    "is not allowed to execute",
    "is not allowed to run sudo",
    "afraid I can't do that",
];
/// What they say of a password that is not right, or was not typed.
const WRONG_PASSWORD: [&str; 4] = [
    "incorrect password attempt",
    "incorrect authentication attempt",
    "no password was provided",
    "Authentication failed",
];
/// What they say where a password is wanted, and nobody may be asked.
const PASSWORD_WANTED: [&str; 2] =
    ["a password is required", "interactive authentication is required"];

/// What sudo answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SudoAnswer {
    /// It gives rights.
    Yes,
    /// It wants a password first, and may still say no.
    WantsPassword,
    /// The password was not right.
    WrongPassword,
    /// This account may not use it.
    Denied,
    /// Something else keeps it from working: this is what it says.
    Other(String),
}

impl Host {
    /// sudo, where it is installed. Whether it says yes is another question.
    pub fn elevation(&self) -> Option<Elevation> {
        self.program("sudo").map(|sudo| Elevation { sudo })
    }

    /// Whether an account is in a group whose members may usually use sudo.
    pub fn is_in_sudo_group(&self, account: &Account) -> bool {
        let text = self.read_at_most(Path::new("/etc/group"), GROUPS_LIMIT).ok().flatten();
        text.unwrap_or_default().lines().any(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let [name, _, gid, members] = fields.as_slice() else { return false };
            let is_member =
                gid.parse() == Ok(account.gid) || members.split(',').any(|one| one == account.name);
            SUDO_GROUPS.contains(name) && is_member
        })
    }

    /// Whether it gives rights without a question: nobody is asked for a password, or it was given
    /// a moment ago.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub fn ask_sudo(&self, elevation: &Elevation) -> Result<SudoAnswer> {
        let command = Command::new("/bin/true").elevated(Some(elevation.clone()));
        match self.run(&command, ANSWER_LIMIT) {
            Ok(finished) if finished.is_success() => Ok(SudoAnswer::Yes),
            Ok(finished) => match SudoAnswer::of(&finished.stderr) {
                SudoAnswer::WantsPassword => self.ask_whether_a_password_helps(elevation),
                answer => Ok(answer),
            },
            Err(Error::Interrupted) => Err(Error::Interrupted),
            Err(error) => Ok(SudoAnswer::Other(error.to_string())),
        }
    }

    /// Of a command, sudo says no only after the password; of itself, at once.
    fn ask_whether_a_password_helps(&self, elevation: &Elevation) -> Result<SudoAnswer> {
        let command = Command::new(&elevation.sudo).args(["-n", "-v"]);
        let said = match self.run(&command, ANSWER_LIMIT) {
            Ok(finished) => finished.stderr,
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(_) => String::new(),
        };
        let is_denied = SudoAnswer::of(&said) == SudoAnswer::Denied;
        Ok(if is_denied { SudoAnswer::Denied } else { SudoAnswer::WantsPassword })
    }

    /// Lets it ask for the password on the terminal, once for all commands that follow.
    ///
    /// # Errors
    /// [`Error::Spawn`], [`Error::Interrupted`].
    pub fn ask_for_rights(&self, elevation: &Elevation) -> Result<SudoAnswer> {
        let failed = |source| Error::Spawn { program: elevation.sudo.clone(), source };
        // In our own process group: it reads from the terminal. What it says of its refusal is
        // heard, in the language in which it can be told apart, and shown as it comes.
        let environment = self.variables(|name| ["HOME", "TERM"].contains(&name));
        let fixed = [("PATH", SYSTEM_PATH), ("LC_ALL", "C.UTF-8")];
        let fixed = fixed.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let asked = cmd(self.inside(&elevation.sudo), ["-v"])
            .full_env(environment.into_iter().chain(fixed));
        let mut heard = asked.stderr_to_stdout().unchecked().reader().map_err(failed)?;
        let mut said = Vec::new();
        let mut block = [0; 1024];
        while let Ok(count @ 1..) = heard.read(&mut block) {
            let _ = io::stderr().write_all(&block[..count]);
            said.extend_from_slice(&block[..count]);
        }
        self.check_interrupted()?;
        match self.ask_sudo(elevation)? {
            // It has asked, and says why that was not enough.
            SudoAnswer::WantsPassword => Ok(SudoAnswer::of(&String::from_utf8_lossy(&said))),
            answer => Ok(answer),
        }
    }

    /// Keeps the permission from expiring while a long command runs.
    pub fn renew(&self, elevation: &Elevation) {
        // Should it be refused, the next elevated command says so.
        let _ = self.ask_sudo(elevation);
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

impl SudoAnswer {
    /// What it said when it gave no rights.
    fn of(said: &str) -> Self {
        let holds = |signs: &[&str]| signs.iter().any(|sign| said.contains(sign));
        match () {
            () if holds(&DENIALS) => Self::Denied,
            () if holds(&WRONG_PASSWORD) => Self::WrongPassword,
            () if holds(&PASSWORD_WANTED) => Self::WantsPassword,
            () => Self::Other(last_line(said)),
        }
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

    #[test]
    fn what_sudo_and_sudo_rs_say_is_told_apart() {
        use SudoAnswer::{Denied, WantsPassword, WrongPassword};
        for (said, answer) in [
            (
                "ada is not in the sudoers file.\nThis incident has been reported to the administrator.",
                Denied,
            ),
            ("Sorry, user ada may not run sudo on seat-1.", Denied),
            ("Sorry, user ada is not allowed to execute '/bin/true' as root on seat-1.", Denied),
            ("sudo: I'm sorry ada. I'm afraid I can't do that", Denied),
            ("sudo: a password is required", WantsPassword),
            ("sudo: interactive authentication is required", WantsPassword),
            ("Sorry, try again.\nsudo: 3 incorrect password attempts", WrongPassword),
            ("sudo: no password was provided\nsudo: 1 incorrect password attempt", WrongPassword),
            ("sudo: Maximum 3 incorrect authentication attempts", WrongPassword),
        ] {
            assert_eq!(SudoAnswer::of(said), answer, "{said}");
        }
        let nosuid = "sudo: effective uid is not 0, is sudo installed setuid root?";
        assert_eq!(SudoAnswer::of(nosuid), SudoAnswer::Other(nosuid.into()));
    }
}

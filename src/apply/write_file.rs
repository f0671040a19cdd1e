//! Files of root's: written whole and readable by everybody; as a student by way of commands under
//! sudo.

use std::path::Path;
use std::time::Duration;

use super::apt_step::AptStep;
use crate::error::Result;
use crate::host::{Command, last_line};
use crate::problem::MachineProblem;

/// What takes longer hangs.
const LIMIT: Duration = Duration::from_secs(60);

impl AptStep<'_> {
    /// Writes a file whole.
    pub fn write_file(&self, path: &str, text: &str) -> Result<()> {
        let folder = Path::new(path).parent().unwrap_or(Path::new("/"));
        self.change("/bin/mkdir", &["-p", "-m", "0755", "--", &folder.display().to_string()])?;
        if self.step.command.elevation.is_none() {
            return self.host.write_whole_as(Path::new(path), text, 0o644);
        }
        let staging = self.host.temporary_folder()?;
        let staged = staging.path().join("file");
        self.host.write_new(&staged, text)?;
        let beside = format!("{path}.labready-new");
        self.change(
            "/usr/bin/install",
            &[
                "-m",
                "0644",
                "-o",
                "root",
                "-g",
                "root",
                "-T",
                "--",
                &staged.display().to_string(),
                &beside,
            ],
        )?;
        self.change("/bin/mv", &["-f", "-T", "--", &beside, path])
    }

    /// Puts a file back as it was: with its text, or not there.
    pub fn restore(&self, path: &str, before: Option<&str>) -> Result<()> {
        match before {
            Some(text) => self.write_file(path, text),
            None => self.change("/bin/rm", &["-f", "--", path]),
        }
    }

    fn change(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let command = Command::new(program)
            .args(arguments.iter().copied())
            .elevated(self.step.command.elevation.clone());
        let finished = self.host.run(&command, LIMIT)?;
        if finished.is_success() {
            return Ok(());
        }
        Err(MachineProblem::FileRefused { said: last_line(&finished.stderr) }.into())
    }
}

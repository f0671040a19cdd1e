//! Running a command: in a session of its own, closed stdin, a cleared environment, lines as they
//! come, an end in any case.

use std::collections::BTreeMap;
use std::os::fd::RawFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use duct::cmd;

use super::children::EndsWithUs;
use super::heard::{Outputs, inherit};
use super::launch::{STATUS_UNDER_SUDO, failed, spawn_turn};
use super::private_file::stdin_with;
use super::running::{Care, Running, TICK};
use super::{Command, Finished, Host, SYSTEM_PATH, Stream};
use crate::error::{Error, Result};
use crate::problem::MachineProblem;

/// How a child reports how far it is, when it is asked to.
#[derive(Clone, Copy, Debug)]
pub struct StatusLines {
    /// The arguments that make it write them to this descriptor.
    pub arguments: fn(RawFd) -> Vec<String>,
    /// Whether a line is one of them: sudo passes no descriptor on but the usual three, and they
    /// come on standard error then.
    pub includes: fn(&str) -> bool,
}

/// Who is told what while a child runs.
struct Listener<'a> {
    on_line: &'a mut dyn FnMut(Stream, &str),
    /// Ctrl-C has come, and the child is let finish.
    on_delay: &'a mut dyn FnMut(),
}

impl Host {
    /// Runs a command to its end and keeps what it says.
    ///
    /// # Errors
    /// [`Error::Spawn`]; [`MachineProblem::ProgramTimedOut`] after the limit and [`Error::Interrupted`], and
    /// then the child's group is gone.
    pub fn run(&self, command: &Command, limit: Duration) -> Result<Finished> {
        self.stream(command, limit, None, &mut |_, _| ())
    }

    /// Runs a command and hands on each line as it comes.
    ///
    /// # Errors
    /// As [`Host::run`].
    pub fn stream(
        &self,
        command: &Command,
        limit: Duration,
        status: Option<StatusLines>,
        on_line: &mut dyn FnMut(Stream, &str),
    ) -> Result<Finished> {
        let listener = Listener { on_line, on_delay: &mut || () };
        self.attend(command, limit, status, listener, Care::Usual)
    }

    /// Runs a command that must not be cut off half-way, also when Ctrl-C has come already: it is
    /// never signalled, not even past its limit, and it goes on by itself should labready end before.
    ///
    /// # Errors
    /// [`Error::Spawn`], [`MachineProblem::ProgramTimedOut`].
    pub fn run_through(&self, command: &Command, limit: Duration) -> Result<Finished> {
        self.stream_through(command, limit, None, &mut |_, _| (), &mut || ())
    }

    /// The same, and hands on each line as it comes; `on_delay` is called when Ctrl-C has to wait.
    ///
    /// # Errors
    /// As [`Host::run_through`].
    pub fn stream_through(
        &self,
        command: &Command,
        limit: Duration,
        status: Option<StatusLines>,
        on_line: &mut dyn FnMut(Stream, &str),
        on_delay: &mut dyn FnMut(),
    ) -> Result<Finished> {
        let listener = Listener { on_line, on_delay };
        self.attend(command, limit, status, listener, Care::LetFinish)
    }

    /// Runs a command that changes nothing, and hands on each line as it comes: past its time it is
    /// killed at once.
    ///
    /// # Errors
    /// As [`Host::run`].
    pub fn glance(
        &self,
        command: &Command,
        limit: Duration,
        on_line: &mut dyn FnMut(Stream, &str),
    ) -> Result<Finished> {
        let listener = Listener { on_line, on_delay: &mut || () };
        self.attend(command, limit, None, listener, Care::None)
    }

    fn attend(
        &self,
        command: &Command,
        limit: Duration,
        status: Option<StatusLines>,
        listener: Listener<'_>,
        care: Care,
    ) -> Result<Finished> {
        let mut running = self.start(command, status, care)?;
        let deadline = Instant::now() + limit;
        let mut finished = Finished::default();
        let mut is_delaying = false;
        let status = loop {
            // Once every stream is closed the end is near: wait for it, do not spin.
            let is_open = running.hear(TICK, &mut finished, listener.on_line);
            let patience = if is_open { Duration::ZERO } else { TICK };
            let ended = running.handle.wait_timeout(patience);
            if let Some(output) = ended.map_err(|source| failed(command, source))? {
                break output.status;
            }
            if self.is_interrupted() && care != Care::LetFinish {
                self.end(running, command, care);
                return Err(Error::Interrupted);
            }
            if self.is_interrupted() && !std::mem::replace(&mut is_delaying, true) {
                (listener.on_delay)();
            }
            if Instant::now() > deadline {
                let goes_on = care == Care::LetFinish;
                if !goes_on {
                    self.end(running, command, care);
                }
                let (program, seconds) = (command.name(), limit.as_secs());
                return Err(MachineProblem::ProgramTimedOut { program, seconds, goes_on }.into());
            }
        };
        running.drain(&mut finished, listener.on_line);
        finished.code = status.code();
        finished.signal = status.signal();
        command.not_started(finished.code, &finished.stderr).map_or(Ok(finished), Err)
    }

    fn start(&self, command: &Command, status: Option<StatusLines>, care: Care) -> Result<Running> {
        let outlives_us = care == Care::LetFinish;
        let _one_at_a_time = spawn_turn();
        let refused = |source| failed(command, source);
        let mut output = Outputs::new(outlives_us);
        let stdout = output.open(Stream::Stdout).map_err(refused)?;
        let stderr = output.open(Stream::Stderr).map_err(refused)?;
        let mut arguments = command.arguments.clone();
        let mut status_end = None;
        match status {
            Some(status) if command.elevation.is_some() => {
                arguments.extend((status.arguments)(STATUS_UNDER_SUDO));
            }
            Some(status) => {
                let end = output.open(Stream::Status).map_err(refused)?;
                arguments.extend((status.arguments)(inherit(&end).map_err(refused)?));
                status_end = Some(end);
            }
            None => {}
        }
        output.complete();
        let launch = self.launch(command, &arguments, status.is_some(), outlives_us)?;
        let account = command.account.clone();
        let folder = command.folder.clone().unwrap_or_else(|| PathBuf::from("/"));
        let handle = cmd(launch.program, launch.arguments)
            .full_env(self.environment_of(command))
            .dir(self.inside(&folder))
            .stdin_file(stdin_with(command.private_file.as_ref())?)
            .stdout_file(stdout)
            .stderr_file(stderr)
            .unchecked()
            .before_spawn(move |child| {
                if launch.is_in_our_session {
                    child.process_group(0);
                }
                if let Some(account) = &account {
                    child.gid(account.gid).uid(account.uid);
                }
                Ok(())
            })
            .start()
            .map_err(refused)?;
        drop(status_end);
        let pids = if outlives_us { Vec::new() } else { handle.pids() };
        let ends_with_us = pids.into_iter().map(|pid| EndsWithUs::note(pid.cast_signed()));
        Ok(Running {
            ends_with_us: ends_with_us.collect(),
            status_lines: status.filter(|_| command.elevation.is_some()).map(|it| it.includes),
            handle,
            output,
        })
    }

    /// What the child sees: the system's PATH, one language, its owner's home, and what the command
    /// adds.
    pub(super) fn environment_of(&self, command: &Command) -> BTreeMap<String, String> {
        let home = match &command.account {
            Some(account) => account.home.display().to_string(),
            // Python and pip run what lies there. `sudo -E` and `su -m` leave root another's.
            None if self.users.are_root() => self.home_of_root().display().to_string(),
            None => self.variable("HOME").unwrap_or("/").to_owned(),
        };
        let fixed = [("PATH", SYSTEM_PATH), ("LC_ALL", "C.UTF-8"), ("HOME", &home)];
        let mut environment: BTreeMap<String, String> =
            fixed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        environment.extend(command.environment.clone());
        environment
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::thread;

    use super::super::running::GRACE;
    use super::*;

    const FLOOD: &str = "yes | tee /dev/stderr";

    fn ended_by_the_limit(finished: &Result<Finished>) -> bool {
        finished.as_ref().is_err_and(|error| error.to_string().contains("did not finish within"))
    }

    #[test]
    fn a_child_that_floods_its_output_is_ended_by_its_limit() {
        let host = Host::in_folder(Path::new("/"), BTreeMap::new());
        let flood = Command::new("/bin/sh").args(["-c", FLOOD]);
        let limit = Duration::from_millis(500);
        assert!(ended_by_the_limit(&host.run(&flood, limit)));
        assert!(ended_by_the_limit(&host.glance(&flood, limit, &mut |_, _| ())));
    }

    #[test]
    fn what_must_not_be_cut_off_goes_on_past_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let (turn, end) = (folder.path().join("turn"), folder.path().join("end"));
        let script = r#"yes | head -c 1000000 | tee /dev/stderr; until [ -e "$0" ]; do sleep 0.05; done; : > "$1""#;
        let slow = Command::new("/bin/sh").args(["-c", script]);
        let slow = slow.args([&turn, &end].map(|path| path.display().to_string()));
        let host = Host::in_folder(Path::new("/"), BTreeMap::new());
        let said = host.run_through(&slow, Duration::from_millis(200)).unwrap_err().to_string();
        assert!(said.starts_with("`sh` is still running after 0 minutes"), "{said}");
        std::fs::write(&turn, "").unwrap();
        let patience = Instant::now() + GRACE;
        while !end.exists() {
            assert!(Instant::now() < patience, "it was cut off");
            thread::sleep(TICK);
        }
    }

    #[test]
    fn a_child_ends_when_a_bug_ends_whoever_looks_after_it() {
        let host = Host::in_folder(Path::new("/"), BTreeMap::new());
        let slow = Command::new("/bin/sh").args(["-c", "echo $$; exec sleep 60"]);
        let mut pid = 0;
        let run = std::panic::AssertUnwindSafe(|| {
            host.stream(&slow, GRACE, None, &mut |_, line| {
                pid = line.parse().unwrap();
                std::panic::resume_unwind(Box::new("a bug of the test"));
            })
        });
        assert!(std::panic::catch_unwind(run).is_err());
        let stat = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let patience = Instant::now() + GRACE;
        while !stat().is_empty() && !stat().contains(") Z ") {
            assert!(Instant::now() < patience, "still running: {}", stat());
            thread::sleep(TICK);
        }
    }

    #[test]
    fn a_child_is_alone_in_a_session_of_its_own() {
        let host = Host::in_folder(Path::new("/"), BTreeMap::new());
        let stat = Command::new("/bin/cat").args(["/proc/self/stat"]);
        for finished in [host.run(&stat, GRACE), host.run_through(&stat, GRACE)] {
            let said = finished.unwrap().stdout;
            let fields: Vec<&str> = said.split(' ').collect();
            assert_eq!([fields[4], fields[5]], [fields[0], fields[0]], "{said}");
        }
    }

    #[test]
    fn what_does_not_start_is_an_error_and_no_exit_code() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("script");
        std::fs::write(&script, "#!/missing/interpreter\n").unwrap();
        let host = Host::in_folder(Path::new("/"), BTreeMap::new());
        let run = || host.run(&Command::new(&script), GRACE).unwrap_err().to_string();
        let name = script.display();
        assert_eq!(run(), format!("could not start `{name}`: Permission denied (os error 13)"));
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&script, executable).unwrap();
        assert_eq!(run(), format!("could not start `{name}`: No such file or directory"));
    }
}

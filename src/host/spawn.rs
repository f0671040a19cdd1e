//! Running a command: in a session of its own, closed stdin, a cleared environment, lines as they
//! come, an end in any case.

use std::collections::BTreeMap;
use std::os::fd::RawFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use duct::{Handle, cmd};
use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::children::{EndsWithUs, signal_group};
use super::heard::{Outputs, inherit};
use super::launch::{failed, spawn_turn};
use super::private_file::stdin_with;
use super::{Command, Finished, Host, SYSTEM_PATH, Stream};
use crate::error::{Error, Result};
use crate::problem::MachineProblem;

/// How often a waiting parent looks for a signal or the end of its time.
const TICK: Duration = Duration::from_millis(50);
/// How long an interrupted child may take to put its things in order before it is killed.
const GRACE: Duration = Duration::from_secs(10);
/// How long output is read after the child's end: a daemon that it left behind may hold the pipe
/// for ever.
const DRAIN: Duration = Duration::from_secs(1);
/// How a child is treated when Ctrl-C comes, and past its time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    /// It is asked to end, and given time for that.
    Usual,
    /// It must not be cut off half-way, not even by our own end.
    LetFinish,
    /// It changes nothing, and is killed at once.
    None,
}

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

/// A child under way.
struct Running {
    handle: Handle,
    output: Outputs,
    status_lines: Option<fn(&str) -> bool>,
    _ends_with_us: Vec<EndsWithUs>,
}

impl Host {
    /// Runs a command to its end and keeps what it says.
    ///
    /// # Errors
    /// [`Error::Spawn`], [`MachineProblem::ProgramTimedOut`] after the limit, [`Error::Interrupted`]; in the last
    /// two the child's group is gone.
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
    /// never signalled, and it goes on by itself should labready end before.
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
                self.end(running, command, care);
                let (program, seconds) = (command.name(), limit.as_secs());
                return Err(MachineProblem::ProgramTimedOut { program, seconds }.into());
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
            Some(status) if command.elevation.is_some() => arguments.extend((status.arguments)(2)),
            Some(status) => {
                let end = output.open(Stream::Status).map_err(refused)?;
                arguments.extend((status.arguments)(inherit(&end).map_err(refused)?));
                status_end = Some(end);
            }
            None => {}
        }
        output.complete();
        let launch = self.launch(command, &arguments, outlives_us)?;
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
            _ends_with_us: ends_with_us.collect(),
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
            None => self.variable("HOME").unwrap_or("/").to_owned(),
        };
        let fixed = [("PATH", SYSTEM_PATH), ("LC_ALL", "C.UTF-8"), ("HOME", &home)];
        let mut environment: BTreeMap<String, String> =
            fixed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        environment.extend(command.environment.clone());
        environment
    }

    /// Asks the whole group to end, then makes it.
    fn end(&self, running: Running, command: &Command, care: Care) {
        let signals =
            [(Signal::SIGINT, GRACE), (Signal::SIGTERM, TICK * 20), (Signal::SIGKILL, GRACE)];
        let signals = if care == Care::None { &signals[2..] } else { &signals };
        let Running { handle, output, _ends_with_us, .. } = running;
        // Who says something that nobody hears any more is ended by that: even root's, when sudo
        // has forgotten us.
        drop(output);
        let groups: Vec<Pid> =
            handle.pids().into_iter().map(|pid| Pid::from_raw(pid.cast_signed())).collect();
        for (signal, grace) in signals.iter().copied() {
            for group in &groups {
                match &command.elevation {
                    Some(elevation) => self.signal_elevated(elevation, group.as_raw(), signal),
                    None => signal_group(*group, signal),
                }
            }
            let deadline = Instant::now() + grace;
            while Instant::now() < deadline {
                // Who was killed has nothing more to do; in a container nobody may ever take note
                // of that.
                let is_gone = |group: &Pid| {
                    signal == Signal::SIGKILL || killpg(*group, None) == Err(Errno::ESRCH)
                };
                if handle.try_wait().is_ok_and(|status| status.is_some())
                    && groups.iter().all(is_gone)
                {
                    return;
                }
                thread::sleep(TICK / 2);
            }
        }
    }
}

impl Running {
    /// Takes what has come, and waits a little for more. False once every stream is closed.
    fn hear(
        &mut self,
        patience: Duration,
        finished: &mut Finished,
        on_line: &mut dyn FnMut(Stream, &str),
    ) -> bool {
        let status_lines = self.status_lines;
        self.output.hear(patience, &mut |stream, line| {
            finished.note(told_as(stream, line, status_lines), line, on_line);
        })
    }

    /// Takes the rest, after the end.
    fn drain(&mut self, finished: &mut Finished, on_line: &mut dyn FnMut(Stream, &str)) {
        let status_lines = self.status_lines;
        self.output.drain(DRAIN, &mut |stream, line| {
            finished.note(told_as(stream, line, status_lines), line, on_line);
        });
    }
}

fn told_as(stream: Stream, line: &str, status_lines: Option<fn(&str) -> bool>) -> Stream {
    let is_status = stream == Stream::Stderr && status_lines.is_some_and(|includes| includes(line));
    if is_status { Stream::Status } else { stream }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

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
        assert!(ended_by_the_limit(&host.run_through(&flood, limit)));
        assert!(ended_by_the_limit(&host.glance(&flood, limit, &mut |_, _| ())));
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

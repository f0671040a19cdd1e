//! Running a command: its own process group, closed stdin, a cleared environment, lines as they
//! come, an end in any case.

use std::collections::BTreeMap;
use std::io::{self, PipeReader, Read};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use duct::{Expression, Handle, cmd};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::{Command, Host, SYSTEM_PATH};
use crate::error::{Error, Result};
use crate::problem::MachineProblem;

/// How often a waiting parent looks for a signal or the end of its time.
const TICK: Duration = Duration::from_millis(50);
/// How long an interrupted child may take to put its things in order before it is killed: dpkg
/// finishes its current file.
const GRACE: Duration = Duration::from_secs(10);
/// How long output is read after the child's end: a daemon that it left behind may hold the pipe
/// for ever.
const DRAIN: Duration = Duration::from_secs(1);
/// Longer lines are cut, so that one endless line cannot fill the memory.
const LINE_LIMIT: usize = 64 << 10;
/// What is kept of a child's output, in bytes per stream.
const OUTPUT_LIMIT: usize = 8 << 20;

/// One spawn at a time: the status pipe must be inherited by its own child and by no other.
static SPAWN: Mutex<()> = Mutex::new(());

/// Where a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The status pipe that was asked for.
    Status,
}

/// How a child is treated when Ctrl-C comes, and past its time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    /// It is asked to end, and given time for that.
    Usual,
    /// Ctrl-C is left for later: it must not be cut off half-way.
    LetFinish,
    /// It changes nothing, and is killed at once.
    None,
}

/// How a child ended, and what it said.
#[derive(Clone, Debug, Default)]
pub struct Finished {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Standard output, up to 8 MiB.
    pub stdout: String,
    /// Standard error, up to 8 MiB.
    pub stderr: String,
}

impl Finished {
    /// Whether it exited with 0.
    pub fn is_success(&self) -> bool {
        self.code == Some(0)
    }

    /// The end in words: `exit code 100`, `signal 9`.
    pub fn ending(&self) -> String {
        match (self.code, self.signal) {
            (Some(code), _) => format!("exit code {code}"),
            (None, Some(signal)) => format!("signal {signal}"),
            (None, None) => "an unknown end".into(),
        }
    }
}

/// The last line of what a program said that says anything.
pub fn last_line(text: &str) -> String {
    text.lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("it printed nothing")
        .to_owned()
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

    /// Runs a command and hands on each line as it comes. `status_arguments` gives the further
    /// arguments that make the child write its status lines to the descriptor.
    ///
    /// # Errors
    /// As [`Host::run`].
    pub fn stream(
        &self,
        command: &Command,
        limit: Duration,
        status_arguments: Option<fn(RawFd) -> Vec<String>>,
        on_line: &mut dyn FnMut(Stream, &str),
    ) -> Result<Finished> {
        self.attend(command, limit, status_arguments, on_line, Care::Usual)
    }

    /// Runs a command that must not be cut off half-way: Ctrl-C is heeded once it is done.
    ///
    /// # Errors
    /// [`Error::Spawn`], [`MachineProblem::ProgramTimedOut`].
    pub fn run_through(&self, command: &Command, limit: Duration) -> Result<Finished> {
        self.attend(command, limit, None, &mut |_, _| (), Care::LetFinish)
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
        self.attend(command, limit, None, on_line, Care::None)
    }

    fn attend(
        &self,
        command: &Command,
        limit: Duration,
        status_arguments: Option<fn(RawFd) -> Vec<String>>,
        on_line: &mut dyn FnMut(Stream, &str),
        care: Care,
    ) -> Result<Finished> {
        let (handle, lines) = self.start(command, status_arguments)?;
        let deadline = Instant::now() + limit;
        let mut finished = Finished::default();
        let status = loop {
            // Once every stream is closed the end is near: wait for it, do not spin.
            let patience =
                if hear(&lines, TICK, &mut finished, on_line) { Duration::ZERO } else { TICK };
            if let Some(output) =
                handle.wait_timeout(patience).map_err(|source| failed(command, source))?
            {
                break output.status;
            }
            if care != Care::LetFinish && self.is_interrupted() {
                self.end(&handle, command, care);
                return Err(Error::Interrupted);
            }
            if Instant::now() > deadline {
                self.end(&handle, command, care);
                let (program, seconds) = (command.name(), limit.as_secs());
                return Err(MachineProblem::ProgramTimedOut { program, seconds }.into());
            }
        };
        let drained = Instant::now() + DRAIN;
        while Instant::now() < drained
            && hear(&lines, Duration::from_millis(20), &mut finished, on_line)
        {}
        finished.code = status.code();
        finished.signal = status.signal();
        Ok(finished)
    }

    fn start(
        &self,
        command: &Command,
        status_arguments: Option<fn(RawFd) -> Vec<String>>,
    ) -> Result<(Handle, Receiver<(Stream, String)>)> {
        let one_at_a_time = SPAWN.lock().unwrap_or_else(PoisonError::into_inner);
        let (sender, lines) = channel();
        let pipe = || io::pipe().map_err(|source| failed(command, source));
        let (stdout, stdout_end) = pipe()?;
        let (stderr, stderr_end) = pipe()?;
        let mut arguments = command.arguments.clone();
        let status_pipe = match status_arguments {
            // sudo closes every descriptor that it does not know.
            Some(arguments_for) if command.elevation.is_none() => {
                let (status, status_end) = pipe()?;
                fcntl(&status_end, FcntlArg::F_SETFD(FdFlag::empty()))
                    .map_err(|errno| failed(command, errno.into()))?;
                arguments.extend(arguments_for(status_end.as_raw_fd()));
                read_lines(Stream::Status, status, sender.clone());
                Some(status_end)
            }
            _ => None,
        };
        read_lines(Stream::Stdout, stdout, sender.clone());
        read_lines(Stream::Stderr, stderr, sender);
        let expression =
            self.expression(command, &arguments).stdout_file(stdout_end).stderr_file(stderr_end);
        let handle = expression.start().map_err(|source| failed(command, source))?;
        drop(status_pipe);
        drop(one_at_a_time);
        Ok((handle, lines))
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
    fn end(&self, handle: &Handle, command: &Command, care: Care) {
        let signals =
            [(Signal::SIGINT, GRACE), (Signal::SIGTERM, TICK * 20), (Signal::SIGKILL, GRACE)];
        let signals = if care == Care::None { &signals[2..] } else { &signals };
        let groups: Vec<Pid> =
            handle.pids().into_iter().map(|pid| Pid::from_raw(pid as i32)).collect();
        for (signal, grace) in signals.iter().copied() {
            for group in &groups {
                match &command.elevation {
                    Some(elevation) => self.signal_elevated(elevation, group.as_raw(), signal),
                    // The group may be gone already.
                    None => killpg(*group, signal).unwrap_or_default(),
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

    fn expression(&self, command: &Command, arguments: &[String]) -> Expression {
        let account = command.account.clone();
        let environment = self.environment_of(command);
        let folder = command.folder.clone().unwrap_or_else(|| PathBuf::from("/"));
        let (program, arguments) = match &command.elevation {
            Some(elevation) => {
                let variables: Vec<(String, String)> = environment.clone().into_iter().collect();
                elevation.wrap(command, arguments.to_vec(), &variables)
            }
            None => (command.program.clone(), arguments.to_vec()),
        };
        cmd(self.inside(&program), arguments)
            .full_env(environment)
            .dir(self.inside(&folder))
            .stdin_null()
            .unchecked()
            .before_spawn(move |child| {
                child.process_group(0);
                if let Some(account) = &account {
                    child.gid(account.gid).uid(account.uid);
                }
                Ok(())
            })
    }
}

fn failed(command: &Command, source: io::Error) -> Error {
    Error::Spawn { program: command.program.clone(), source }
}

/// Takes what has come, and waits a little for more. False once every stream is closed.
fn hear(
    lines: &Receiver<(Stream, String)>,
    patience: Duration,
    finished: &mut Finished,
    on_line: &mut dyn FnMut(Stream, &str),
) -> bool {
    let mut next = lines.recv_timeout(patience);
    loop {
        match next {
            Ok((stream, line)) => {
                on_line(stream, &line);
                match stream {
                    Stream::Stdout => keep(&mut finished.stdout, &line),
                    Stream::Stderr => keep(&mut finished.stderr, &line),
                    Stream::Status => {}
                }
            }
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        next = lines.recv_timeout(Duration::ZERO);
    }
}

fn keep(text: &mut String, line: &str) {
    if text.len() + line.len() < OUTPUT_LIMIT {
        text.push_str(line);
        text.push('\n');
    }
}

/// Reads lines in a thread of its own, until the last writer has closed the pipe.
fn read_lines(stream: Stream, mut pipe: PipeReader, sender: Sender<(Stream, String)>) {
    thread::spawn(move || {
        let mut line = Vec::new();
        let mut block = [0; 8192];
        while let Ok(count @ 1..) = pipe.read(&mut block) {
            for byte in &block[..count] {
                if *byte == b'\n' {
                    if sender.send((stream, String::from_utf8_lossy(&line).into_owned())).is_err() {
                        return;
                    }
                    line.clear();
                } else if line.len() < LINE_LIMIT {
                    line.push(*byte);
                }
            }
        }
        if !line.is_empty() {
            let _ = sender.send((stream, String::from_utf8_lossy(&line).into_owned()));
        }
    });
}

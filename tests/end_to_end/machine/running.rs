//! A command that runs, what it has said so far, and how it ended.

use std::fmt;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use console::strip_ansi_codes;

use super::schema;
use super::terminal::Keyboard;

const PAUSE: Duration = Duration::from_millis(10);

/// How a command ended, and what it said.
pub struct Output {
    /// What was run.
    pub command: String,
    /// As a shell has it: 128 + N for the end by signal N.
    pub code: i32,
    /// What it wrote to stdout; on a terminal, everything that was on the screen, without colours.
    pub stdout: String,
    pub stderr: String,
    /// How long it ran.
    pub took: Duration,
}

impl Output {
    /// Fails the test unless it exited with this code.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert!(self.code == code, "exit code {} instead of {code}: {self}", self.code);
        self
    }

    /// Fails the test unless it exited with 0.
    #[track_caller]
    pub fn succeeds(&self) -> &Self {
        self.exits(0)
    }

    /// Fails the test unless stdout or stderr has this text.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(
            [&self.stdout, &self.stderr]
                .iter()
                .any(|said| unwrapped(said).contains(&unwrapped(text))),
            "`{text}` is not said: {self}"
        );
        self
    }

    /// Fails the test if stdout or stderr has this text.
    #[track_caller]
    pub fn does_not_say(&self, text: &str) -> &Self {
        assert!(
            !self.stdout.contains(text) && !self.stderr.contains(text),
            "`{text}` is said: {self}"
        );
        self
    }

    /// The last line of stdout that is not empty, before what to type next.
    pub fn last_line(&self) -> &str {
        let next = self.stdout.find(" Next:").and_then(|at| self.stdout[..at].rfind("\nPython 3."));
        let answer = &self.stdout[..next.unwrap_or(self.stdout.len())];
        answer.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
    }

    /// Stdout as the report that it is. Fails the test unless it is as the committed schema says.
    #[track_caller]
    pub fn report(&self) -> serde_json::Value {
        let report = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {self}"));
        schema::expect_valid(&report);
        report
    }
}

impl fmt::Display for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, code, stdout, stderr, took } = self;
        write!(
            formatter,
            "`{command}` ended with {code} after {took:.1?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---"
        )
    }
}

/// A command that was started.
pub struct Running {
    command: String,
    child: Child,
    stdout: Capture,
    stderr: Capture,
    keyboard: Option<Keyboard>,
    seen: usize,
    started: Instant,
    limit: Duration,
}

impl Running {
    pub(super) fn start(
        mut command: Command,
        words: String,
        stdin: Option<String>,
        limit: Duration,
    ) -> Self {
        command
            .stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("nsenter starts");
        let stdout = Capture::of(child.stdout.take().unwrap());
        let stderr = Capture::of(child.stderr.take().unwrap());
        if let Some(text) = stdin {
            // What does not want its stdin need not read it.
            let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
        }
        Self::around(child, words, [stdout, stderr], None, limit)
    }

    pub(super) fn around(
        child: Child,
        command: String,
        captures: [Capture; 2],
        keyboard: Option<Keyboard>,
        limit: Duration,
    ) -> Self {
        let [stdout, stderr] = captures;
        Self { command, child, stdout, stderr, keyboard, seen: 0, started: Instant::now(), limit }
    }

    /// Waits until this text is said, after the one that was waited for before.
    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Self {
        let mut said = String::new();
        self.waits_for(&format!("`{text}` on the screen"), |running| {
            said = running.stdout.text();
            said.get(running.seen..).is_some_and(|rest| rest.contains(text))
        });
        let rest = &said[self.seen..];
        self.seen += rest.find(text).map_or(0, |at| at + text.len());
        self
    }

    /// Waits until something is so; the test fails when the command ends before, or takes longer
    /// than its limit.
    #[track_caller]
    pub fn waits_for(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) -> &mut Self {
        while !is_so(self) {
            let ended = self.child.try_wait().expect("a child's status");
            if ended.is_some() && !is_so(self) {
                panic!("waited for {what}, and the command ended: {}", self.output(ended));
            }
            self.stays_within_its_limit(what);
            thread::sleep(PAUSE);
        }
        self
    }

    /// Types on the command's terminal. `\x03` is Ctrl-C.
    pub fn types(&mut self, keys: &str) -> &mut Self {
        self.keyboard
            .as_mut()
            .expect("a command on a terminal")
            .keys
            .write_all(keys.as_bytes())
            .expect("typing");
        self
    }

    /// Closes its terminal's window.
    pub fn closes_the_terminal(&mut self) -> &mut Self {
        self.keyboard.take().expect("a command on a terminal").close();
        while !self.stdout.ended() {
            thread::sleep(PAUSE);
        }
        self
    }

    /// Waits for its end.
    #[track_caller]
    pub fn finish(mut self) -> Output {
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child's status") {
                break status;
            }
            self.stays_within_its_limit("its end");
            thread::sleep(PAUSE);
        };
        // What it has said may still be on its way; what it left running may hold the pipe for
        // ever.
        let late = Instant::now();
        while !(self.stdout.ended() && self.stderr.ended())
            && late.elapsed() < Duration::from_secs(2)
        {
            thread::sleep(PAUSE);
        }
        self.output(Some(status))
    }

    #[track_caller]
    fn stays_within_its_limit(&mut self, what: &str) {
        if self.started.elapsed() > self.limit {
            let _ = self.child.kill();
            panic!("waited for {what} for more than {:?}: {}", self.limit, self.output(None));
        }
    }

    fn output(&self, status: Option<ExitStatus>) -> Output {
        let code =
            status.map(|status| status.code().or(status.signal().map(|signal| 128 + signal)));
        Output {
            command: self.command.clone(),
            code: code.flatten().unwrap_or(-1),
            stdout: self.stdout.text(),
            stderr: self.stderr.text(),
            took: self.started.elapsed(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Everything behind it ends with the machine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A stream, read as it comes.
pub struct Capture {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
    screen: bool,
}

impl Capture {
    pub(super) fn of(mut stream: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&bytes);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 8192];
            // A terminal that nobody holds any more is an error (EIO), and an end like any other.
            while let Ok(read @ 1..) = stream.read(&mut buffer) {
                sink.lock().unwrap().extend_from_slice(&buffer[..read]);
            }
        });
        Self { bytes, reader: Some(reader), screen: false }
    }

    /// The same, of a terminal: without colours and carriage returns.
    pub(super) fn of_screen(stream: impl Read + Send + 'static) -> Self {
        Self { screen: true, ..Self::of(stream) }
    }

    pub(super) fn empty() -> Self {
        Self { bytes: Arc::default(), reader: None, screen: false }
    }

    fn ended(&self) -> bool {
        self.reader.as_ref().is_none_or(JoinHandle::is_finished)
    }

    fn text(&self) -> String {
        let text = String::from_utf8_lossy(&self.bytes.lock().unwrap()).into_owned();
        if self.screen {
            strip_ansi_codes(&text).replace('\r', "\n").replace("\n\n", "\n")
        } else {
            text
        }
    }
}

/// A text on one line: where a line is wrapped is no part of what it says.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

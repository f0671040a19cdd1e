//! How a child ended, and what it said.

use super::Stream;

/// What is kept of a child's output, in bytes per stream.
const OUTPUT_LIMIT: usize = 8 << 20;

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
    /// Takes a line in, and hands it on.
    pub(super) fn note(
        &mut self,
        stream: Stream,
        line: &str,
        on_line: &mut dyn FnMut(Stream, &str),
    ) {
        on_line(stream, line);
        let text = match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
            Stream::Status => return,
        };
        if text.len() + line.len() < OUTPUT_LIMIT {
            text.push_str(line);
            text.push('\n');
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
